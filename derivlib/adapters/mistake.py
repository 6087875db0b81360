"""What is wrong with a formula, as HTML for the page itself."""

from __future__ import annotations

from html import escape

from derivlib.adapters.mathml import render_math
from derivlib.errors import HOLDS, DerivlibError, Diagnostic
from derivlib.message import facts_of
from derivlib.source import Source
from derivlib.verdict import Verdict


def render_message(verdict: Verdict, source: Source, anchor: str = "") -> str:
    """The message of a formula that does not pass, below it."""
    identity = f' id="{anchor}"' if anchor else ""
    return (
        f'<aside class="dl-message" role="note" data-search-exclude{identity}>'
        f"{render_diagnosis(verdict, source)}</aside>"
    )


def headline(verdict: Verdict) -> str:
    """The mistake in one line."""
    statement = verdict.diagnostic.statement if verdict.diagnostic else ""
    return f"{verdict.status}: {statement}" if statement else verdict.status


def render_diagnosis(verdict: Verdict, source: Source) -> str:
    """Statement, facts, corrections that were tried, and the place."""
    diagnostic = verdict.diagnostic or Diagnostic(verdict.status, "this formula does not pass")
    line, column = source.position((diagnostic.span or verdict.span)[0])
    kind = diagnostic.kind if diagnostic.kind != HOLDS else "wrong"
    parts = [
        f'<p class="dl-statement"><strong>{escape(kind)}</strong> '
        f"{escape(diagnostic.statement)}</p>"
    ]
    facts = "".join(f"<li>{escape(fact)}</li>" for fact in facts_of(diagnostic, verdict))
    if facts:
        parts.append(f"<ul>{facts}</ul>")
    for hint in diagnostic.hints:
        parts.append(f'<p class="dl-hint">Did you mean {_hint(hint)} ?</p>')
    parts.append(f'<p class="dl-place">{escape(source.path)}:{line}:{column}</p>')
    return "".join(parts)


def _hint(tex: str) -> str:
    try:
        return f'<span data-hint="{escape(tex)}">{render_math(tex, False)}</span>'
    except DerivlibError:
        return f"<code>{escape(tex)}</code>"

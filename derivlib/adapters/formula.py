"""One formula with its verdict, as HTML that can be read without any script.

The wrapper carries the verdict as data (`data-dl-…`) and the TeX as typed (`data-tex`);
the mathematics inside is plain MathML, of which any part can be given a class or data.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from html import escape

from derivlib.adapters.mathml import render_math
from derivlib.errors import HOLDS, SKIPPED, DerivlibError, Diagnostic
from derivlib.message import facts_of
from derivlib.source import Source
from derivlib.verdict import Verdict

# kind: (its mark at the margin, what the mark says)
MARKS = {
    "claim": ("✓", "checked: holds at the points tried"),
    "definition": ("≔", "a definition, read and used in the checks"),
    "declaration": ("∈", "a declaration, read and used in the checks"),
    "mention": ("·", "read and typed"),
    "skipped": ("–", "not checked"),
}
REFUSED = ("✗", "wrong on purpose: the check refuses it")


def anchor_of(verdict: Verdict, taken: set[str]) -> str:
    """The stable name of a display formula: its label, or a digest of its TeX."""
    if verdict.label:
        words = "".join(c if c.isalnum() or c in "-_." else "-" for c in verdict.label)
        name = words if words.startswith("eq-") else f"eq-{words}"
    else:
        name = "f-" + hashlib.sha256(verdict.tex.strip().encode()).hexdigest()[:7]
    anchor, count = name, 1
    while anchor in taken:
        count += 1
        anchor = f"{name}-{count}"
    taken.add(anchor)
    return anchor


def render_inline(verdict: Verdict, expanded: str, message: str = "") -> str:
    """A formula inside a line. `message` is the anchor of its message, when it is wrong."""
    flag = ""
    if not verdict.ok:
        flag = (
            f'<a class="dl-flag" href="#{message}" title="{escape(_headline(verdict))}">'
            f'<span aria-hidden="true">✗</span>'
            f'<span class="dl-sr"> {escape(verdict.status)}</span></a>'
        )
    attributes = _attributes(verdict, "dl-inline")
    return f"<span {attributes}>{_math(verdict, expanded, False)}{flag}</span>"


def render_display(verdict: Verdict, expanded: str, source: Source, anchor: str) -> str:
    """A formula on lines of its own, with its mark and how it was checked folded away."""
    message = "" if verdict.ok else render_message(verdict, source)
    return (  # the search leaves out an element up to the first end of its own tag, so none nests
        f'<section {_attributes(verdict, "dl-display")} id="{anchor}" data-search-exclude>'
        f'<div class="dl-scroll">{_math(verdict, expanded, True)}</div>'
        f"{message}{_how(verdict, source, anchor)}</section>"
    )


def render_message(verdict: Verdict, source: Source, anchor: str = "") -> str:
    """What is wrong with a formula, for the page itself."""
    identity = f' id="{anchor}"' if anchor else ""
    return (
        f'<aside class="dl-message" role="note" data-search-exclude{identity}>'
        f"{_diagnosis(verdict, source)}</aside>"
    )


def _attributes(verdict: Verdict, form: str) -> str:
    outcome = "caught" if verdict.wrong and verdict.ok else verdict.status
    state = "" if verdict.ok else " dl-wrong"
    steps = f' data-dl-steps="{len(verdict.steps)}"' if verdict.steps else ""
    return (
        f'class="dl-formula {form} dl-{outcome}{state}" data-dl-kind="{verdict.kind}" '
        f'data-dl-status="{verdict.status}"{steps} data-tex="{escape(verdict.tex)}"'
    )


def _math(verdict: Verdict, expanded: str, display: bool) -> str:
    try:
        return render_math(expanded, display)
    except DerivlibError:
        # Its verdict is an error too: what was typed stands in its place, in red.
        return f'<code class="dl-source">{escape(verdict.tex.strip())}</code>'


# how it was checked


def _how(verdict: Verdict, source: Source, anchor: str) -> str:
    mark, says = REFUSED if verdict.wrong and verdict.ok else MARKS[verdict.kind]
    if not verdict.ok:
        mark, says = "✗", f"{verdict.status}: see the message"
    parts = [f"<p>{_outcome(verdict)}</p>"]
    if verdict.wrong and verdict.ok and verdict.diagnostic:
        parts.append(f'<div class="dl-message">{_diagnosis(verdict, source)}</div>')
    if verdict.reading:
        parts.append(_row("Read as", f"<code>{escape(verdict.reading)}</code>"))
    if verdict.steps and verdict.kind == "claim":
        parts.append(_steps(verdict))
    if any(step.error is not None for step in verdict.steps):  # it came to an evaluation
        parts.extend(_row(_words(key), _value(value)) for key, value in verdict.details.items())
    parts.extend(_row("Note", escape(note)) for note in verdict.notes)
    parts.append(_row("TeX", f'<code class="dl-tex">{escape(verdict.tex.strip())}</code>'))
    parts.append(f'<p class="dl-links"><a href="#{anchor}">Link to this formula</a></p>')
    return (
        f'<details class="dl-how"><summary title="How it was checked">'
        f'<span class="dl-mark" aria-hidden="true">{mark}</span>'
        f'<span class="dl-sr">{escape(says)}. How it was checked</span></summary>'
        f'<div class="dl-how-body">{"".join(parts)}</div></details>'
    )


def _outcome(verdict: Verdict) -> str:
    if verdict.status == SKIPPED:
        return f"Not checked: {escape(verdict.reason or 'no reason given')}."
    if verdict.wrong and verdict.ok:
        return "Wrong on purpose. The check refuses it, and would stop the build if it did not."
    if not verdict.ok:
        return f"This formula does not pass: {escape(verdict.status)}."
    if verdict.kind != "claim":
        article = "A" if verdict.kind != "mention" else "Mentioned: a"
        name = verdict.kind if verdict.kind != "mention" else "formula"
        return f"{article} {name}, read and typed."
    count = len(verdict.steps)
    if count > 1:
        return f"A chain of {count} steps; each holds at the points tried."
    return "A claim; it holds at the points tried."


def _steps(verdict: Verdict) -> str:
    rows = "".join(
        f'<tr class="dl-{step.status}"><td>{step.index}</td><td>{escape(step.status)}</td>'
        f"<td>{_number(step.error)}</td><td>{_number(step.tolerance)}</td></tr>"
        for step in verdict.steps
    )
    return (
        '<table class="dl-steps"><thead><tr><th scope="col">Step</th><th scope="col">Outcome</th>'
        '<th scope="col">Largest error</th><th scope="col">Tolerance</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def _row(name: str, value: str) -> str:
    return (
        f'<div class="dl-row"><span class="dl-name">{escape(name)}</span><span>{value}</span></div>'
    )


def _words(key: object) -> str:
    words = str(key).replace("_", " ")
    return words[:1].upper() + words[1:]


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{escape(str(k))} = {_value(v)}" for k, v in value.items())
    if isinstance(value, list | tuple):
        return "; ".join(_value(v) for v in value)
    return _number(value) if isinstance(value, float) else escape(str(value))


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.1e}" if value and not 1e-3 <= abs(value) < 1e4 else f"{value:g}"


# what is wrong with it


def _headline(verdict: Verdict) -> str:
    statement = verdict.diagnostic.statement if verdict.diagnostic else ""
    return f"{verdict.status}: {statement}" if statement else verdict.status


def _diagnosis(verdict: Verdict, source: Source) -> str:
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

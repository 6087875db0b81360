"""What the search is told of a page: its formulas in one short line each, as people type them.

TeX and MathML would drown the words. So the page that is indexed is another than the page
that is shown: what it derives is said first, each display stands as typed (`X^T dL/dA`),
and so does each formula inside a line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from xml.etree.ElementTree import ParseError

from derivlib.adapters.typed import typed_statements, typed_text

_DISPLAY = re.compile(
    r'<(section|div|figure) class="dl-formula dl-display\b(?P<state>[^"]*)"'
    r"(?P<more>[^>]*)>(?P<inner>.*?)</\1>",
    re.DOTALL,
)
_MATH = re.compile(r"<math\b.*?</math>", re.DOTALL)
_SAID = ('data-dl-kind="claim"', 'data-dl-kind="definition"')
_FIRST = re.compile(r"<h1\b.*?</h1>", re.DOTALL)
_WORKER = re.compile(r"assets/javascripts/workers/(search\.\w+\.min\.js)")

SHIM = "assets/javascripts/workers/derivlib.js"


def searchable(html: str, derived: Iterable[str] = ()) -> str:
    """The content of a page as the search is to read it; `derived` says what it derives."""
    known: set[str] = set()
    html = _DISPLAY.sub(lambda found: _display(found, known), html)
    html = _MATH.sub(lambda found: escape(_typed(found[0]), quote=False), html)
    said = "".join(f"<p>{escape(line, quote=False)}</p>" for line in derived)
    first = _FIRST.search(html)
    at = first.end() if first else 0
    return html[:at] + said + html[at:]


def with_shim(output: str) -> str:
    """A page of Material whose search understands formulas; other pages as they are."""
    return _WORKER.sub(rf"{SHIM}?\1", output, count=1)


def _display(found: re.Match[str], known: set[str]) -> str:
    math = _MATH.search(found["inner"])
    if not math or not any(kind in found["more"] for kind in _SAID):
        return ""
    try:
        lines = [line for line in typed_statements(math[0]) if line not in known]
    except ParseError:
        return ""
    known.update(lines)
    wrong = "wrong: " if "dl-caught" in found["state"] else ""
    return "".join(f"<p>{wrong}{escape(line, quote=False)}</p>" for line in lines)


def _typed(math: str) -> str:
    try:
        return typed_text(math)
    except ParseError:
        return ""

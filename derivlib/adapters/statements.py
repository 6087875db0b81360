r"""The statements of a formula: what stands in one row, or between wide spaces.

A label names the statement that it stands behind. To find it in MathML, the label is
set as a mark in the text, and the mark is looked for in the statements.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree

from derivlib.adapters.mathml import render_math

Elements = list[ElementTree.Element]

LABEL = re.compile(r"\\label\s*\{\s*([^}]*?)\s*\}")
_MARK = "\ue0f8"
_WIDE = re.compile(r"([\d.]+)em")
_STOPS = (",", ".", ";", ":")
_SEEN = re.compile(r"\s+(?:id|tabindex|role|aria-[\w-]+|data-[\w-]+)=\"[^\"]*\"")


def statements(math: ElementTree.Element) -> Iterator[Elements]:
    """The statements of a formula, in order; a row without a left side has the one above it."""
    whole = flat(math)
    tables = [e for e in whole if e.tag == "mtable"]
    rest = [e for e in whole if e.tag != "mtable" and e.tag != "mspace" and not _stop(e)]
    if len(tables) != 1 or rest:
        yield from _parted(whole)
        return
    left: Elements = []
    for row in tables[0]:
        cells = [flat(cell) for cell in row]
        left = cells[0] or left
        for at in range(0, len(cells), 2):
            first = cells[at] or (left if at == 0 else [])
            yield from _parted(first + (cells[at + 1] if at + 1 < len(cells) else []))


def flat(element: ElementTree.Element) -> Elements:
    """What an element holds, without the rows that only group."""
    found: Elements = []
    for child in element:
        found.extend(flat(child) if child.tag in ("mrow", "mstyle", "mpadded") else [child])
    return found


def labelled(tex: str, label: str) -> str:
    """The statement that `label` names in a display of `tex`, as MathML for a line.

    Without that label, the first statement: a directive named the whole display.

    Raises:
        DerivlibError: the formula cannot be set.
    """
    marked = LABEL.sub(lambda m: rf"\text{{{_MARK}}}" if m[1] == label else "", tex)
    found: Elements = []
    for statement in statements(ElementTree.fromstring(render_math(marked, True))):
        here = any(_MARK in (e.text or "") for one in statement for e in one.iter())
        kept = _trimmed(statement)
        found = kept if kept and (here or not found or _MARK not in marked) else found
        if (here and found) or (found and _MARK not in marked):
            break
    text = "".join(ElementTree.tostring(e, encoding="unicode") for e in found)
    opening = '<math class="dl-result" display="inline" displaystyle="true">'
    return f"{opening}{_SEEN.sub('', text)}</math>"


def _trimmed(statement: Sequence[ElementTree.Element]) -> Elements:
    """A statement without marks, without the stop at its end, without its shape."""
    kept = [e for e in statement if _MARK not in (e.text or "")]
    for at, element in enumerate(kept):
        if at and element.tag == "mo" and element.text == "∈":
            kept = kept[:at]
            break
    while kept and (_stop(kept[-1]) or kept[-1].tag == "mspace"):
        kept.pop()
    return kept


def _parted(elements: Elements) -> Iterator[Elements]:
    part: Elements = []
    for element in elements:
        wide = _WIDE.fullmatch(element.get("width", "")) if element.tag == "mspace" else None
        if wide and float(wide[1]) >= 1:
            if part:
                yield part
            part = []
        else:
            part.append(element)
    if part:
        yield part


def _stop(element: ElementTree.Element) -> bool:
    return element.tag in ("mo", "mi", "mtext") and (element.text or "").strip() in ("", *_STOPS)

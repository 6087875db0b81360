r"""The parts of a formula as elements of its MathML that can be pointed at.

The formula is set twice: as it is, and with braces and a private character around each
part, `{X^\top…}`, from which the letters of each part are known. The attributes then go to
the elements of the first setting that hold just these letters, so that nothing moves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from derivlib.adapters.mathml import render_math
from derivlib.errors import DerivlibError
from derivlib.verdict import TypedPart

FIRST = 0xF0000  # of the private characters, one for each part
MOST = 4000  # parts of one formula
_ROWS = {"math", "mrow", "mtd", "msqrt", "mstyle", "mpadded"}  # what may hold any number of parts
_INVISIBLE = str.maketrans("", "", "\u2061\u2062\u2063")

Attributes = Callable[[TypedPart], dict[str, str]]
Range = tuple[int, int]


def render_parts(
    tex: str, display: bool, parts: Sequence[TypedPart], attributes: Attributes
) -> str:
    """MathML of `tex` in which each part carries its attributes.

    A part that has no element of its own, nor a run of neighbours, goes without.
    """
    plain = render_math(tex, display)
    shown = [(part, said) for part in parts[:MOST] if (said := attributes(part))]
    if not shown:
        return plain
    try:
        marked = render_math(_marked(tex, [part for part, _ in shown]), display)
    except DerivlibError:
        return plain
    letters, ranges = _letters(ElementTree.fromstring(marked))
    root = ElementTree.fromstring(plain)
    own, places = _places(root)
    if own != letters:
        return plain
    for number, (_, said) in enumerate(shown):
        if number in ranges:
            _put(root, places, ranges[number], said)
    return ElementTree.tostring(root, encoding="unicode", short_empty_elements=False)


def _marked(tex: str, parts: Sequence[TypedPart]) -> str:
    """The TeX with braces around each part, and its private character before the closing one."""
    opening: dict[int, str] = {}
    closing: dict[int, str] = {}
    for number, part in enumerate(parts):  # outermost first
        opening[part.start] = opening.get(part.start, "") + "{"
        closing[part.end] = chr(FIRST + number) + "}" + closing.get(part.end, "")
    places = sorted({*opening, *closing})
    out, at = [], 0
    for place in places:
        out += [tex[at:place], closing.get(place, ""), opening.get(place, "")]
        at = place
    return "".join(out) + tex[at:]


def _letters(marked: Element) -> tuple[str, dict[int, Range]]:
    """All letters of a formula set with its parts, and the range of letters of each part."""
    found: list[str] = []
    ranges: dict[int, Range] = {}

    def walk(element: Element, outside: int) -> None:
        start = len(found)
        for c in (element.text or "").translate(_INVISIBLE):
            if ord(c) < FIRST:
                found.append(c)
            else:  # alone in its element, it stands in that of the part
                ranges[ord(c) - FIRST] = (start if len(found) > start else outside, len(found))
        for child in element:
            walk(child, start)

    walk(marked, 0)
    return "".join(found), ranges


def _places(root: Element) -> tuple[str, dict[Element, Range]]:
    """All letters of a formula, and the range of letters of each element."""
    found: list[str] = []
    places: dict[Element, Range] = {}

    def walk(element: Element) -> None:
        start = len(found)
        found.extend((element.text or "").translate(_INVISIBLE))
        for child in element:
            walk(child)
        places[element] = (start, len(found))

    walk(root)
    return "".join(found), places


def _put(root: Element, places: dict[Element, Range], wanted: Range, said: dict[str, str]) -> None:
    """Attributes on the innermost element with just these letters, or on a new row of several."""
    start, end = wanted
    element = root
    while inside := [c for c in element if places[c][0] <= start and end <= places[c][1]]:
        element = inside[-1] if start == end else inside[0]
    if places[element] == wanted and element is not root and element.tag != "mtd":
        if not element.get("data-s") and not element.get("data-y"):
            element.attrib.update(said)
        return
    run = [k for k, c in enumerate(element) if start <= places[c][0] and places[c][1] <= end]
    if element.tag not in _ROWS or start == end or not run:
        return
    while places[element[run[0]]] == (start, start):  # an empty element before the first letter
        run = run[1:]
    first, last = run[0], run[-1]
    if places[element[first]][0] != start or places[element[last]][1] != end:
        return
    row = Element("mrow", said)
    row.extend(element[first : last + 1])
    element[first : last + 1] = [row]
    places[row] = wanted

"""One symbol for another of its shape."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from derivlib.hinting.anatomy import Side
from derivlib.hinting.changes.places import Places, Pool, squeezed, stripped
from derivlib.shapes import Shape
from derivlib.source import Span
from derivlib.tex.tree import Node, Scripted


def _symbols(side: Side) -> list[tuple[Span, str, Shape]]:
    """Names in the side with their subscripts, where they are printed, and their shapes."""
    found = []
    for name, scripted in side.names:
        if (
            side.is_function(scripted or name)
            or not name.base
            or name.base in ("d", r"\partial", "1", "0")
        ):
            continue
        span: Span = name.span
        node: Node = name
        if scripted is not None and scripted.sub:
            sub = side.subscript(scripted)
            if scripted.sups and side.superscripts(scripted)[0][0].start < sub.start:
                continue
            span = Span(span.start, sub.end)
            node = Scripted(span, name, scripted.sub, ())
        shape = side.shape(node)
        if shape is not None:
            found.append((span, stripped(side.cut(span)), shape))
    return found


def name_changed(side: Side, pool: Pool) -> Iterator[Places]:
    for span, text, shape in _symbols(side):
        for other, its in pool.symbols:
            if its == shape and squeezed(other) != squeezed(text):
                yield ((span, "{" + other + "}" if side.cut(span).startswith("{") else other),)


def names_exchanged(side: Side, pool: Pool) -> Iterator[Places]:
    everywhere = _symbols(side)
    for within in (Span(0, len(side.text)), *(g.span for g in side.groups)):
        symbols = [s for s in everywhere if within.start <= s[0].start and s[0].end <= within.end]
        shapes = {text: shape for _, text, shape in symbols}
        for a, b in combinations(sorted(shapes), 2):
            if shapes[a] == shapes[b]:
                new = {a: b, b: a}
                yield tuple((span, new[text]) for span, text, _ in symbols if text in new)

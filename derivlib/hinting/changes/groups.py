"""Brackets lost and added."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from derivlib.hinting.anatomy import Side
from derivlib.hinting.changes.places import Places, Pool, units_of
from derivlib.source import Span
from derivlib.tex.tree import Additive, Big, Group


def brackets_lost(side: Side, pool: Pool) -> Iterator[Places]:
    for run, _, unit in units_of(side):
        node = unit.nodes[0]
        if (
            len(run.units) > 1
            and len(unit.nodes) == 1
            and isinstance(node, Group)
            and len(node.items) == 1
        ):
            if isinstance(node.items[0], Additive) and node.delimiter != "{":
                yield ((unit.span, side.cut(node.items[0].span)),)


def brackets_added(side: Side, pool: Pool) -> Iterator[Places]:
    by_span = {side.wide(r.span): r for r in side.runs}
    for s in side.sums:
        for a, b in pairwise(s.terms):
            left, right = by_span.get(a), by_span.get(b)
            while left and isinstance(left.units[-1].nodes[-1], Big):  # into the body of a ∑
                left = by_span.get(side.wide(left.units[-1].nodes[-1].body.span))
            if not left or not right or len(left.units) + len(right.units) < 3:
                continue
            for first in reversed(left.units[-4:]):
                for last in right.units[:4]:
                    start, end = first.span.start, last.span.end
                    yield (Span(start, start), r"\left("), (Span(end, end), r"\right)")

"""Transposes lost and added, and factors in another order."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from derivlib.hinting.anatomy import Run, Side, Unit, apply, is_scalar
from derivlib.hinting.changes.places import Places, Pool, in_place, is_number, same_turned, units_of
from derivlib.source import Span
from derivlib.tex.tree import Big, Group, Name, Scripted


def transpose_lost(side: Side, pool: Pool) -> Iterator[Places]:
    for _, _, unit in units_of(side):
        found = side.turning(unit.nodes[-1])
        if found is not None and not is_scalar(unit.shape):
            yield (found,)


def transpose_added(side: Side, pool: Pool) -> Iterator[Places]:
    for run, _, unit in units_of(side):
        if side.turning(unit.nodes[-1]) is None and not same_turned(unit) and not _ends_open(unit):
            yield in_place(run, unit, side.turned(unit))


def _ends_open(unit: Unit) -> bool:
    return (
        isinstance(unit.nodes[-1], Big)
        or len(unit.nodes) > 1
        and not isinstance(unit.nodes[-1], Group | Scripted | Name)
    )


def swapped(side: Side, pool: Pool) -> Iterator[Places]:
    for run in side.runs:
        for a, b in pairwise(run.units):
            if b.op in ("", "cdot", "times") and not (is_scalar(a.shape) or is_scalar(b.shape)):
                yield (a.span, side.cut(b.span)), (b.span, side.cut(a.span))
        for left, right in pairwise(_operands(run, "otimes")):
            yield (left, side.cut(right)), (right, side.cut(left))


def _operands(run: Run, op: str) -> list[Span]:
    """What stands between the operators of one kind."""
    if not any(u.op == op for u in run.units):
        return []
    found = [run.units[0].span]
    for unit in run.units[1:]:
        if unit.op == op:
            found.append(unit.span)
        elif unit.op in ("", "cdot", "times", "otimes"):
            found[-1] = found[-1].to(unit.span)
        else:
            return []
    return found


def layout(side: Side, pool: Pool) -> Iterator[Places]:
    """A product turned as a whole: factors in reverse, each transposed."""
    for run in side.runs:
        if (
            run.where in ("top", "group")
            and len(run.units) > 1
            and not any(u.op for u in run.units)
        ):
            scalars = [side.cut(u.span) for u in run.units if is_scalar(u.shape) or is_number(u)]
            others = [
                side.turned(u)
                for u in reversed(run.units)
                if not (is_scalar(u.shape) or is_number(u))
            ]
            if len(others) > 1:
                text = ""
                for piece in (*scalars, *others):
                    text = apply(text, ((Span(len(text), len(text)), piece),))
                yield ((side.wide(run.span), text),)
        if len(run.units) > 2 and not any(u.op for u in run.units):
            texts = [side.cut(u.span) for u in reversed(run.units)]
            yield tuple((u.span, text) for u, text in zip(run.units, texts, strict=True))
    whole = Span(0, len(side.text))
    many = any(len(run.units) > 1 for run in side.runs[:1])
    many = many or any(terms.where == "top" for terms in side.sums[:1])
    if many and not is_scalar(side.shape(side.root)):
        yield ((whole, rf"\left({side.text.strip()}\right){side.mark}"),)

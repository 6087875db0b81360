"""What was left out: factors, terms and whole sides that stand nearby."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from derivlib.errors import DerivlibError
from derivlib.hinting.anatomy import Run, Side, is_scalar, read_side
from derivlib.hinting.changes.places import Places, Pool, in_place, is_number, units_of
from derivlib.shapes import SCALAR, Dim, Shape, names
from derivlib.source import Span


def factor_added(side: Side, pool: Pool) -> Iterator[Places]:
    for run in side.runs:
        if (
            run.where not in ("top", "group", "big", "fraction")
            or run.braced
            or all(map(is_number, run.units))
        ):
            continue
        for text, shape in pool.factors:
            if shape == SCALAR:
                start = side.wide(run.span).start
                yield ((Span(start, start), text + " "),)
            else:
                yield from _fitting(run, text, shape)


def factor_replaced(side: Side, pool: Pool) -> Iterator[Places]:
    for run, _, unit in units_of(side):
        for text, shape in pool.pieces:
            if shape == unit.shape and (not is_number(unit) or run.where == "fraction"):
                yield in_place(run, unit, text)


def _fitting(run: Run, text: str, shape: Shape) -> Iterator[Places]:
    """Places in a product where a matrix of this shape could stand."""
    units = [u for u in run.units if not is_scalar(u.shape)]
    for k in range(len(units) + 1):
        before = units[k - 1] if k else None
        after = units[k] if k < len(units) else None
        at = after.span.start if after else before.span.end if before else run.span.end
        if before is None and after is None:
            yield ((Span(at, at), " " + text),)
            continue
        after_op = after.op if after and k else ""
        fits = (before is None or _fit(before.shape, -1, shape[0])) and (
            after is None or _fit(after.shape, 0, shape[-1])
        )
        if fits and after_op in ("", "cdot", "times"):
            yield ((Span(at, at), text + " " if after else " " + text),)
        beside = after or before
        if beside and beside.shape == shape and (after is None or not k or after.op == ""):
            yield ((Span(at, at), text + r" \odot " if after else r" \odot " + text),)
    if units and not any(u.op == "colon" for u in run.units):
        rows, columns = units[0].shape, units[-1].shape
        if rows is None or columns is None or (rows[0], columns[-1]) == shape or len(units) > 1:
            yield ((Span(run.span.end, run.span.end), " : " + text),)
            yield ((Span(run.span.start, run.span.start), text + " : "),)
        for before, after in pairwise(units):  # S : X dW for S dW
            if (
                after.op == ""
                and _fit(before.shape, 0, shape[0])
                and _fit(after.shape, 0, shape[-1])
            ):
                yield ((Span(after.span.start, after.span.start), f": {text} "),)


def _fit(shape: Shape | None, side: int, size: Dim) -> bool:
    """Could these sizes meet in a product? What is not known could."""
    if shape is None:
        return True
    return shape[side] == size or any("?" in n for n in names(shape[side]) | names(size))


def term_added(side: Side, pool: Pool) -> Iterator[Places]:
    """A term at either end of a sum, of the shape that is there."""
    in_sums = {t for s in side.sums for t in s.terms}
    for s in side.sums:
        if s.braced:
            continue
        own = _shape_of(side, s.terms[0])
        for text in _terms_like(pool, own):
            yield ((Span(s.span.end, s.span.end), f" + {text}"),)
            yield ((Span(s.span.end, s.span.end), f" - {text}"),)
            start = s.signs[0].start
            yield ((Span(start, start), f"{text} " + "+ " * (s.values[0] > 0)),)
    for run in side.runs:
        place = side.wide(run.span)
        if run.braced or place in in_sums or run.where not in ("top", "group", "cell", "big"):
            continue
        own = run.units[0].shape if len(run.units) == 1 else _shape_of(side, place)
        for text in _terms_like(pool, own):
            for sign in ("+", "-"):
                yield ((Span(place.end, place.end), f" {sign} {text}"),)
            yield ((Span(place.start, place.start), f"{text} - "),)


def _shape_of(side: Side, term: Span) -> Shape | None:
    for run in side.runs:
        if side.wide(run.span) == term and len(run.units) == 1:
            return run.units[0].shape
    try:
        return side.shape(read_side(side.cut(term)))
    except DerivlibError:
        return None


def _terms_like(pool: Pool, own: Shape | None) -> list[str]:
    return [t for t, shape in pool.terms if own is None or own == shape or SCALAR in (own, shape)]


def side_replaced(side: Side, pool: Pool) -> Iterator[Places]:
    for line in pool.lines:
        yield ((Span(0, len(side.text)), line),)

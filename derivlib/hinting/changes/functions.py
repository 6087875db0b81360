"""Kinds of product, and functions lost, added and primed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from derivlib.expr import Binding, Fill
from derivlib.hinting.anatomy import Run, Side, Unit, is_scalar
from derivlib.hinting.changes.places import Places, Pool, in_place, is_number, units_of
from derivlib.operators import Operator
from derivlib.shapes import ONE, SCALAR
from derivlib.source import Span
from derivlib.tex.tree import Group, Name, Node, Scripted

_ENTRYWISE_PRODUCT = r"\odot "


def to_product(side: Side, pool: Pool) -> Iterator[Places]:
    for run, k, unit in units_of(side):
        if (
            unit.op == "odot"
            and unit.op_span
            and not is_scalar(unit.shape)
            and not is_scalar(run.units[k - 1].shape)
        ):
            yield ((unit.op_span, " "),)


def to_entrywise(side: Side, pool: Pool) -> Iterator[Places]:
    for run in side.runs:
        for a, b in pairwise(run.units):
            if b.op == "" and not (is_scalar(a.shape) or is_scalar(b.shape)) and not is_number(a):
                yield ((Span(b.span.start, b.span.start), _ENTRYWISE_PRODUCT),)


def _heads(side: Side) -> Iterator[tuple[Run, Unit, Node, Operator | Binding]]:
    for run, _, unit in units_of(side):
        head = unit.nodes[0]
        if len(unit.nodes) > 1 and isinstance(head, Name | Scripted):
            found = side.reader.function_head(head)
            if found is not None:
                yield run, unit, head, found[0]


def prime_lost(side: Side, pool: Pool) -> Iterator[Places]:
    for _, _, head, _ in _heads(side):
        if isinstance(head, Scripted) and head.primes:
            k = side.text.find("'", head.base.span.end, head.span.end)
            if k >= 0:
                yield ((Span(k, k + 1), ""),)


def prime_added(side: Side, pool: Pool) -> Iterator[Places]:
    for _, _, head, function in _heads(side):
        if function.elementwise and not (isinstance(head, Scripted) and head.sups):
            end = head.span.end
            yield ((Span(end, end), "'"),)


def _function_lost(side: Side, pool: Pool, only: set[str], other: bool = False) -> Iterator[Places]:
    """The functions named, or with `other` all entrywise ones but those."""
    for run, unit, head, function in _heads(side):
        if isinstance(function, Operator):
            meant = (function.name in only) != other
        else:
            meant = other and function.elementwise
        if not meant:
            continue
        rest = side.cut(Span(head.span.end, unit.span.end)).strip()
        group = unit.nodes[1]
        if isinstance(group, Group) and len(unit.nodes) == 2 and len(group.items) == 1:
            plain = isinstance(group.items[0], Name | Scripted)
            if plain or len(run.units) == 1 and run.where != "big":
                rest = side.cut(group.items[0].span)
        yield in_place(run, unit, rest)


def trace_lost(side: Side, pool: Pool) -> Iterator[Places]:
    return _function_lost(side, pool, {"trace", "det"})


def diag_lost(side: Side, pool: Pool) -> Iterator[Places]:
    return _function_lost(side, pool, {"Diag", "diag", "vec"})


def other_function_lost(side: Side, pool: Pool) -> Iterator[Places]:
    return _function_lost(side, pool, {"trace", "det", "Diag", "diag", "vec"}, other=True)


def diag_added(side: Side, pool: Pool) -> Iterator[Places]:
    for run, _, unit in units_of(side):
        if unit.shape is not None and unit.shape != SCALAR and unit.shape[1] == ONE:
            yield in_place(run, unit, rf"\operatorname{{Diag}}({side.cut(unit.span)})")
        elif unit.shape is not None and len(unit.shape) == 2 and unit.shape != SCALAR:
            yield in_place(run, unit, rf"\operatorname{{vec}}({side.cut(unit.span)})")
    lone = side.runs and side.runs[0].where == "top"
    if not side.sums or side.sums[0].where != "top":
        text = side.text.strip()
        if lone and not is_scalar(side.shape(side.root)):
            yield ((Span(0, len(side.text)), rf"\operatorname{{tr}}({text})"),)


def function_added(side: Side, pool: Pool) -> Iterator[Places]:
    for run, _, unit in units_of(side):
        if is_number(unit) or unit.shape is None or isinstance(unit.expr, Fill):
            continue
        text = side.cut(unit.span)
        bracketed = isinstance(unit.nodes[0], Group) and unit.nodes[0].delimiter == "("
        for function in pool.functions:
            yield in_place(run, unit, function + (text if bracketed else f"({text})"))

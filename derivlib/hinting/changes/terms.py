"""Signs, numbers, and terms and factors that are lost."""

from __future__ import annotations

from collections.abc import Iterator

from derivlib.hinting.anatomy import Side, is_scalar
from derivlib.hinting.changes.places import (
    Places,
    Pool,
    bare,
    in_place,
    is_number,
    number_of,
    put,
    units_of,
    without,
)
from derivlib.source import Span
from derivlib.tex.tree import Frac


def sign(side: Side, pool: Pool) -> Iterator[Places]:
    terms = {t for s in side.sums for t in s.terms}
    for s in side.sums:
        for k, (place, value) in enumerate(zip(s.signs, s.values, strict=True)):
            yield ((place, "-" if value > 0 else "" if k == 0 else "+"),)
    for run in side.runs:
        if side.wide(run.span) not in terms and run.where in ("top", "group", "exponent", "cell"):
            yield ((side.wide(run.span), put(run, "-" + side.cut(side.wide(run.span)))),)


def difference(side: Side, pool: Pool) -> Iterator[Places]:
    for s in side.sums:
        if len(s.terms) == 2 and s.values == (1, -1):
            a, b = s.terms
            yield (a, side.cut(b)), (b, side.cut(a))


def number_lost(side: Side, pool: Pool) -> Iterator[Places]:
    for run, k, unit in units_of(side):
        if len(run.units) > 1 and is_number(unit) and unit.op in ("", "cdot", "times", "over"):
            yield without(side, run, k)
        node = unit.nodes[0]
        if isinstance(node, Frac) and not is_number(unit) and node not in side.derivatives:
            if number_of(node.denominator) is not None:
                yield in_place(run, unit, bare(side, node.numerator))
            elif number_of(node.numerator) not in (None, "1"):
                yield ((node.numerator.span, "{1}"),)


def number_added(side: Side, pool: Pool) -> Iterator[Places]:
    for number in ("2", r"\frac{1}{2}"):
        for run in side.runs:
            if run.where in ("top", "group", "big") and not is_number(run.units[0]):
                start = side.wide(run.span).start
                yield ((Span(start, start), number + " " * (number[0] == "\\")),)
        if side.sums and side.sums[0].where == "top" and len(side.sums[0].terms) > 1:
            yield ((Span(0, len(side.text)), rf"{number}\left({side.text.strip()}\right)"),)


def number_changed(side: Side, pool: Pool) -> Iterator[Places]:
    for node in side.numbers:
        if "." in node.text:
            head, last = node.text[:-1], int(node.text[-1]) if node.text[-1].isdigit() else 0
            yield ((node.span, f"{head}{last + 1 if last < 9 else last - 1}"),)
        else:
            yield ((node.span, str(int(node.text) + 1)),)
            if int(node.text) > 1:
                yield ((node.span, str(int(node.text) - 1)),)


def term_lost(side: Side, pool: Pool) -> Iterator[Places]:
    for s in side.sums:
        if len(s.terms) < 2:
            continue
        for k, (term, sign) in enumerate(zip(s.terms, s.signs, strict=True)):
            if k:
                yield ((Span(sign.start, term.end), ""),)
            else:
                start = s.signs[1].end if s.values[1] > 0 else s.signs[1].start
                yield ((Span(min(sign.start, term.start), start), ""),)


def factor_lost(side: Side, pool: Pool) -> Iterator[Places]:
    for run, k, unit in units_of(side):
        if len(run.units) > 1 and not is_number(unit) and unit.op != "over":
            if not (k == 0 and run.units[1].op == "over"):
                yield without(side, run, k)
        elif (
            len(run.units) == 1
            and is_scalar(unit.shape)
            and run.where in ("top", "group", "fraction")
        ):
            if not is_number(unit) and len(side.runs) > 1:
                yield ((unit.span, put(run, "1")),)
    for run in side.runs:
        for unit in run.units:
            if (
                isinstance(unit.nodes[0], Frac)
                and len(unit.nodes) == 1
                and unit.nodes[0] not in side.derivatives
            ):
                node = unit.nodes[0]
                if not is_number(unit) and number_of(node.denominator) is None:
                    if len(run.units) > 1 and number_of(node.numerator) == "1":
                        continue
                    yield in_place(run, unit, bare(side, node.numerator))

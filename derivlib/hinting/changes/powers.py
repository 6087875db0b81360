"""Inverses, exponents and roots."""

from __future__ import annotations

from collections.abc import Iterator

from derivlib.expr import Fill
from derivlib.hinting.anatomy import INVERSE_MARK, Side, is_operation, is_scalar, text_with_script
from derivlib.hinting.changes.places import (
    Places,
    Pool,
    in_place,
    is_number,
    place_of,
    stripped,
    units_of,
)
from derivlib.tex.tree import Bars, Frac, Group, Name, Scripted


def inverse_lost(side: Side, pool: Pool) -> Iterator[Places]:
    for _, _, unit in units_of(side):
        found = side.inverting(unit.nodes[-1])
        if found is not None:
            yield (found,)


def inverse_added(side: Side, pool: Pool) -> Iterator[Places]:
    for run, _, unit in units_of(side):
        node = unit.nodes[-1]
        square = unit.shape is not None and unit.shape[0] == unit.shape[-1]
        if len(unit.nodes) > 1 or not square or is_number(unit) or isinstance(unit.expr, Fill):
            continue
        turning = side.turning(node)
        if turning is not None and turning[1] == "" and side.cut(turning[0]).startswith("^"):
            yield ((turning[0], INVERSE_MARK(side.cut(turning[0]))),)
        elif not (isinstance(node, Scripted) and (node.sups or node.primes)) and not isinstance(
            node, Frac
        ):
            yield in_place(run, unit, text_with_script(side.cut(unit.span), node, "^{-1}"))


def exponent(side: Side, pool: Pool) -> Iterator[Places]:
    for scripted in side.scripts:
        for place, tokens in side.superscripts(scripted):
            if len(tokens) == 1 and tokens[0].kind == "num":
                k = int(float(tokens[0].text))
                yield ((place_of(tokens[0]), str(k + 1)),)
                yield ((place, ""),) if k == 2 else ((place_of(tokens[0]), str(k - 1)),)
            elif (
                len(tokens) > 1
                and not is_operation(tokens)
                and tokens[0].text == "-"
                and tokens[-1].kind == "num"
            ):
                yield ((place_of(tokens[0]), ""),)
    for run, _, unit in units_of(side):
        node = unit.nodes[0]
        square = unit.shape is not None and unit.shape[0] == unit.shape[-1]
        if not square or len(unit.nodes) > 1 or is_number(unit) or isinstance(unit.expr, Fill):
            continue
        plain = isinstance(node, Name | Bars | Scripted | Group)
        if plain and not (isinstance(node, Scripted) and _has_exponent(side, node)):
            yield in_place(run, unit, text_with_script(side.cut(unit.span), node, "^2"))


def _has_exponent(side: Side, node: Scripted) -> bool:
    return any(
        not is_operation(t) and t[0].text not in ("(", "[") for _, t in side.superscripts(node)
    ) or (side.inverting(node) is not None)


def root(side: Side, pool: Pool) -> Iterator[Places]:
    for node in side.roots:
        text = side.cut(node.body.span)
        yield ((node.span, text if text.startswith("{") else "{" + text + "}"),)
    for run, _, unit in units_of(side):
        if (
            run.where == "fraction"
            and len(run.units) == 1
            and is_scalar(unit.shape)
            and not is_number(unit)
        ):
            if isinstance(unit.nodes[0], Name | Scripted | Bars):
                yield ((unit.span, rf"{{\sqrt{{{stripped(side.cut(unit.span))}}}}}"),)

"""Places in a side that change, and what is asked of factors: is it a number, a power, open?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from derivlib.expr import Fill, Var
from derivlib.hinting.anatomy import Run, Side, Sum, Unit, is_scalar
from derivlib.shapes import Shape
from derivlib.source import Span
from derivlib.tex.lexer import Token
from derivlib.tex.tree import Additive, Frac, Group, Node, Num

Places = tuple[tuple[Span, str], ...]
_EQUAL_TO_OWN_TRANSPOSE = {"symmetric", "spd", "psd", "diagonal", "negative_definite", "projection"}


@dataclass(frozen=True)
class Pool:
    """What may be put in, with shapes: symbols of the page, what stands in the chain's other
    parts (pieces), factors and terms made of either, functions, sides of earlier formulas,
    index letters, dimensions."""

    symbols: tuple[tuple[str, Shape], ...] = ()
    pieces: tuple[tuple[str, Shape], ...] = ()
    factors: tuple[tuple[str, Shape], ...] = ()
    terms: tuple[tuple[str, Shape], ...] = ()
    functions: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    indices: tuple[str, ...] = ()
    dimensions: tuple[str, ...] = ()


def squeezed(text: str) -> str:
    """The text without its spaces."""
    return "".join(text.split())


def units_of(side: Side) -> Iterator[tuple[Run, int, Unit]]:
    """Every factor of a side, with the run that it stands in and its place there."""
    for run in side.runs:
        for k, unit in enumerate(run.units):
            yield run, k, unit


def put(run: Run | Sum, text: str) -> str:
    """`text` where a run stood; braces around the argument of a \\frac that had none."""
    return "{" + text + "}" if run.braced else text


def in_place(run: Run, unit: Unit, text: str) -> Places:
    """`text` where a factor stood."""
    return ((unit.span, put(run, text) if len(run.units) == 1 else text),)


def is_number(unit: Unit) -> bool:
    """Is a factor a number, or a fraction of two?"""
    node = unit.nodes[0]
    if isinstance(node, Frac):
        return all(number_of(n) is not None for n in (node.numerator, node.denominator))
    return number_of(node) is not None


def number_of(node: Node) -> str | None:
    """The digits, when a node is a number in any braces."""
    while isinstance(node, Group) and len(node.items) == 1:
        node = node.items[0]
    return node.text if isinstance(node, Num) else None


def same_turned(unit: Unit) -> bool:
    """Does a transpose leave this factor as it is?"""
    if is_scalar(unit.shape) or is_number(unit):
        return True
    e = unit.expr
    return (
        isinstance(e, Fill)
        and e.kind in ("eye", "zeros")
        or (isinstance(e, Var) and bool(e.binding.domain & _EQUAL_TO_OWN_TRANSPOSE))
    )


def without(side: Side, run: Run, k: int) -> Places:
    """The run with one unit and its operator gone."""
    unit = run.units[k]
    if k == 0:
        return ((Span(unit.span.start, run.units[1].span.start), ""),)
    start = unit.op_span.start if unit.op_span else unit.span.start
    return ((Span(start, unit.span.end), ""),)


def bare(side: Side, node: Node) -> str:
    """The text of a node without its braces; a sum in brackets."""
    text = stripped(side.cut(node.span))
    return rf"\left({text}\right)" if isinstance(_inner(node), Additive) else text


def _inner(node: Node) -> Node:
    while isinstance(node, Group) and node.delimiter == "{" and len(node.items) == 1:
        node = node.items[0]
    return node


def stripped(text: str) -> str:
    """The text without the braces around it."""
    return text[1:-1] if text.startswith("{") and text.endswith("}") else text


def place_of(token: Token) -> Span:
    """Where a token stands."""
    return Span(token.start, token.end)

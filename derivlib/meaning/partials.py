"""A function without its brackets: what it is taken at, and its derivatives by its scalars."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from derivlib.expr import Binding, Call, Derivative, Expr, Let, Var
from derivlib.meaning.brackets import block
from derivlib.shapes import SCALAR, Shape
from derivlib.source import Span
from derivlib.tex.tree import Group

if TYPE_CHECKING:
    from derivlib.meaning.elaborate import Reader

_USUAL = ("x", "w", r"\theta", r"\beta", "z", "X", "W", "t")


def partial_at(
    r: Reader, function: Binding, by: Sequence[Binding], group: Group | None, span: Span
) -> Expr:
    """The derivative by some parameters, at the arguments in brackets, else where it stands."""
    variables = tuple(Var(span, p.shape, p) for p in function.params)
    e: Expr = Call(span, function.shape, function, variables)
    for p in by:
        shape = e.shape if p.shape == SCALAR else p.shape
        e = Derivative(span, shape, e, p)
    if group is None:
        return e
    values = tuple(r.expr(a) for a in group.items)
    return Let(span, e.shape, function.params, values, e)


def own_arguments(r: Reader, function: Binding) -> list[Expr] | None:
    """What a function stands for without its brackets: f of f : ℝⁿ → ℝ is f(x)."""
    if function.params:
        return [Var(function.span, p.shape, p) for p in function.params]
    found: list[Expr] = []
    for shape in function.arguments:
        b = _usual(r, shape)
        if b is None:
            return None
        found.append(Var(function.span, b.shape, b))
    return found or None


def _usual(r: Reader, shape: Shape) -> Binding | None:
    """The one symbol of this shape that a formula is about."""
    own = [
        b for b in r.scope.all_bindings()
        if b.shape == shape and b.kind in ("free", "defined") and not b.is_dimension
        and not b.indices and not b.implicit
    ]  # fmt: skip
    text = r.text

    def letter(b: Binding) -> str:
        return re.escape(b.tex.strip("{}")) + r"(?![A-Za-z])"

    moved = [b for b in own if re.search(
        r"(?:\\partial|\\nabla_|\bd|\\mathrm\{?\s*d\s*\}?)[\\, {]*" + letter(b), text)]  # fmt: skip
    seen = [b for b in own if re.search(r"(?<![A-Za-z\\])" + letter(b), text)]
    for some in (moved, seen, own):
        if len(some) == 1:
            return some[0]
        usual = [b for n in _USUAL for b in some if b.tex.strip("{}") == n and b.kind == "free"]
        if usual:
            return usual[0]
    return None


def stacked_gradient(r: Reader, function: Binding, span: Span) -> Expr | None:
    """∇f of f(s, t): the derivatives by its scalars, one under another."""
    if len(function.params) < 2 or any(p.shape != SCALAR for p in function.params):
        return None
    if function.shape != SCALAR:
        return None
    cells = [[partial_at(r, function, [p], None, span)] for p in function.params]
    return block(r, cells, span)


def hessian_of_scalars(r: Reader, function: Binding, span: Span) -> Expr | None:
    """∇²f of f(s, t)."""
    if len(function.params) < 2 or any(p.shape != SCALAR for p in function.params):
        return None
    if function.shape != SCALAR:
        return None
    cells = [[partial_at(r, function, [q, p], None, span) for q in function.params]
             for p in function.params]  # fmt: skip
    return block(r, cells, span)

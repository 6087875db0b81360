"""Typed trees to arrays, all draws at once: one function for each kind of node."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, final

import numpy as np

from derivlib.errors import UNREADABLE, user_error
from derivlib.expr import (
    At,
    Block,
    Call,
    Choice,
    Compare,
    Const,
    Derivative,
    Differential,
    Element,
    Expr,
    Fill,
    Fold,
    Let,
    Member,
    Op,
    Size,
    Stack,
    Var,
)  # fmt: skip
from derivlib.shapes import size
from derivlib.values.axes import NO_AXES, Axes, index_values, with_axes
from derivlib.values.calls import call
from derivlib.values.elements import element, member
from derivlib.values.filled import fill
from derivlib.values.folds import fold, stack
from derivlib.values.sample import Sample
from derivlib.values.slopes import derivative, differential

Array = Any


@final
class World(Sample):
    """A sample that evaluates trees."""

    def evaluate(self, node: Expr, axes: Axes = NO_AXES) -> Array:
        """The value of a tree here."""
        return _EVALUATORS[type(node)](node, self, axes)


def evaluate(node: Expr, world: Sample, axes: Axes = NO_AXES) -> Array:
    """The value of a tree: an array of shape (..., draws, *indices, rows, columns).

    Draws and indices on which nothing depends may have length one.
    """
    return _EVALUATORS[type(node)](node, world, axes)


def _const(node: Const, world: Sample, axes: Axes) -> Array:
    return np.array([[node.value]])


def _var(node: Var, world: Sample, axes: Axes) -> Array:
    value, carried = world.lookup(node.binding)
    return with_axes(value, carried, axes) if axes.count else value


def _size(node: Size, world: Sample, axes: Axes) -> Array:
    return np.array([[float(size(node.dim, world.sizes))]])


def _at(node: At, world: Sample, axes: Axes) -> Array:
    return index_values(node.index, axes).astype(float)[..., None, None]


def _op(node: Op, world: Sample, axes: Axes) -> Array:
    args = node.args
    if len(args) == 2:
        a, b = evaluate(args[0], world, axes), evaluate(args[1], world, axes)
        if len(args[0].shape) != len(args[1].shape):
            return _mixed_ranks(node, a, b, axes)
        return node.operator.numpy(a, b)
    return node.operator.numpy(*[evaluate(a, world, axes) for a in args])


def _mixed_ranks(node: Op, a: Array, b: Array, axes: Axes) -> Array:
    """A matrix beside a derivative with four indices."""
    if node.operator.name == "scale":
        four, other = (a, b) if len(node.args[0].shape) == 4 else (b, a)
        return four * other[..., None, None]
    return node.operator.numpy(a, b)


def _block(node: Block, world: Sample, axes: Axes) -> Array:
    rows = [[evaluate(e, world, axes) for e in row] for row in node.rows]
    lead = np.broadcast_shapes(*(v.shape[:-2] for row in rows for v in row))
    rows = [[np.broadcast_to(v, lead + v.shape[-2:]) for v in row] for row in rows]
    return np.concatenate([np.concatenate(row, axis=-1) for row in rows], axis=-2)


def _choice(node: Choice, world: Sample, axes: Axes) -> Array:
    value: Array = np.nan
    for e, condition in reversed(node.rows):
        this = evaluate(e, world, axes)
        value = (
            this if condition is None else np.where(evaluate(condition, world, axes), this, value)
        )
    return value


_COMPARE: dict[str, Callable[[Array, Array], Array]] = {
    "=": np.equal, "!=": np.not_equal, "<": np.less, ">": np.greater, "<=": np.less_equal,
    ">=": np.greater_equal,
}  # fmt: skip


def _compare(node: Compare, world: Sample, axes: Axes) -> Array:
    a, b = evaluate(node.left, world, axes), evaluate(node.right, world, axes)
    if node.op == "and":
        return a & b
    if node.op not in _COMPARE:
        raise user_error(UNREADABLE, "this condition is not read", node.span)
    return _COMPARE[node.op](np.real(a), np.real(b))


def _let(node: Let, world: Sample, axes: Axes) -> Array:
    child = world.child()
    for variable, e in zip(node.variables, node.values, strict=True):
        child.values[variable, ()] = (evaluate(e, world, axes), axes.count)
        child.moved.add(variable)
    child.carried = max(child.carried, axes.count)
    return evaluate(node.body, child, axes)


_EVALUATORS: dict[type, Callable[[Any, Sample, Axes], Array]] = {
    Const: _const, Var: _var, Size: _size, At: _at, Fill: fill, Op: _op, Element: element,
    Member: member, Call: call, Fold: fold, Stack: stack, Block: _block, Choice: _choice,
    Compare: _compare, Let: _let, Derivative: derivative, Differential: differential,
}  # fmt: skip

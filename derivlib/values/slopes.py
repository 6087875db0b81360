"""Derivatives from the definition: a child of the sample moves the variable.

By an imaginary step where everything is analytic, else by real steps of an eighth-order
central difference. No rule of differentiation appears anywhere.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from derivlib.errors import UNREADABLE, user_error
from derivlib.expr import Derivative, Differential, Expr, Var
from derivlib.shapes import SCALAR
from derivlib.values.axes import Axes
from derivlib.values.closures import is_analytic
from derivlib.values.draw import draw_tangent
from derivlib.values.elements import combinations
from derivlib.values.sample import MAX_CELLS, STEP, Sample, integers, members_of

Array = Any
STENCIL = ((1, 4 / 5), (2, -1 / 5), (3, 4 / 105), (4, -1 / 280))
OFFSETS = np.array([s * k for k, _ in STENCIL for s in (1, -1)], dtype=float)
WEIGHTS = np.array([s * w for _, w in STENCIL for s in (1, -1)])
IMAGINARY = np.array([1j * STEP])


def derivative(node: Derivative, world: Sample, axes: Axes) -> Array:
    """Every entry of the variable moved at once, along a new first axis."""
    if node.member:
        indices = [integers(i, world, axes) for i in node.member]
        if any(i.ndim for i in indices):
            return _derivative_by_members(node, indices, world, axes)
        member = tuple(int(i) for i in indices)
    else:
        member = ()
    body = node.body.binding if isinstance(node.body, Var) else id(node.body)
    key = (body, node.variable, member) if not axes.count else None
    if key is not None and key in world.derivatives:
        return world.derivatives[key][0]
    value = _derivative_by(node, member, world, axes)
    if key is not None:
        world.derivatives[key] = (value, node)  # the node is kept so that its id stays its own
    return value


def _derivative_by_members(
    node: Derivative, indices: list[Array], world: Sample, axes: Axes
) -> Array:
    """∂f/∂H^{(t)} over all t: one derivative for each member, put where it belongs."""
    out: Array = np.nan
    for combination, chosen in combinations(indices):
        value = _derivative_by(node, combination, world, axes)
        out = np.where(chosen.reshape(chosen.shape + (1,) * len(node.shape)), value, out)
    return out


def _derivative_by(node: Derivative, member: tuple[int, ...], world: Sample, axes: Axes) -> Array:
    variable = node.variable
    base, carried = world.lookup(variable, member)
    rows, columns = base.shape[-2:]
    entries = rows * columns
    if entries * base.size > MAX_CELLS:
        raise user_error(
            UNREADABLE,
            f"a derivative by {entries} entries at once is too large to check",
            node.span,
        )
    basis = np.eye(entries).reshape(entries, *(1,) * (world.rank + carried), rows, columns)
    if base.ndim < world.rank + carried + 2:
        base = base.reshape((1,) * (world.rank + carried + 2 - base.ndim) + base.shape)

    def moved(steps: Array) -> Array:
        """The body with every entry moved by every step: (steps × entries, ...)."""
        child = world.child(1)
        child.stepped = child.stepped or np.iscomplexobj(steps)
        moves = (steps.reshape(-1, *(1,) * basis.ndim) * basis).reshape(-1, *basis.shape[1:])
        child.values[variable, member] = (base[None] + moves, carried)
        child.moved.add(variable)
        value = child.evaluate(node.body, axes)
        missing = child.rank + axes.count + len(node.body.shape) - value.ndim
        return value.reshape((1,) * missing + value.shape) if missing > 0 else value

    if not np.iscomplexobj(base) and not world.stepped and is_analytic(node.body):
        value = moved(IMAGINARY)
        slope = value.imag / STEP if np.iscomplexobj(value) else np.zeros_like(value)
        if value.dtype.kind != "c":
            slope = slope * (0.0 * value)
        elif np.isnan(value.real).any():
            slope = np.where(np.isnan(value.real), np.nan, slope)
    else:
        value = moved(world.step * OFFSETS)
        if value.shape[0] == 1:
            value = np.broadcast_to(value, (len(OFFSETS) * entries, *value.shape[1:]))
        value = value.reshape(len(OFFSETS), entries, *value.shape[1:])
        slope = np.tensordot(WEIGHTS, value, axes=1) / world.step
    if slope.shape[0] != entries:
        slope = np.broadcast_to(slope, (entries, *slope.shape[1:]))
    return _arranged(slope, node, rows, columns)


def _arranged(slope: Array, node: Derivative, rows: int, columns: int) -> Array:
    """(entries, ..., m, n) to the shape of the derivative."""
    m, n = slope.shape[-2:]
    slope = np.moveaxis(slope, 0, -1)  # (..., m, n, entries)
    lead = slope.shape[:-3]
    if node.body.shape == SCALAR:
        return slope.reshape(*lead, rows, columns)
    if node.variable.shape == SCALAR:
        return slope.reshape(*lead, m, n)
    if len(node.shape) == 2:
        return slope.reshape(*lead, m * n, rows * columns)
    return slope.reshape(*lead, m, n, rows, columns)


def differential(node: Differential, world: Sample, axes: Axes) -> Array:
    """Along the tangents: an imaginary step for the first order, real ones above it."""
    varying = world.varying
    if not varying:
        raise user_error(UNREADABLE, "nothing varies in this differential", node.span)
    if node.order == 1 and not world.stepped and is_analytic(node.body):
        value = world.tangent_world(varying).evaluate(node.body, axes)
        if not np.iscomplexobj(value):
            return 0.0 * value
        out = value.imag / STEP
        return np.where(np.isnan(value.real), np.nan, out) if np.isnan(value.real).any() else out
    return _along(node.body, node.order, world, axes)


def _along(body: Expr, order: int, world: Sample, axes: Axes) -> Array:
    if order == 0:
        return world.evaluate(body, axes)
    if order == 1 and not world.stepped and is_analytic(body):
        value = world.tangent_world(world.varying).evaluate(body, axes)
        return value.imag / STEP if np.iscomplexobj(value) else 0.0 * value
    total: Array = 0
    for k, weight in STENCIL:
        for sign in (1, -1):
            child = world.child()
            child.varying = world.varying
            for binding in world.varying:
                for member in members_of(world, binding):
                    value, carried = world.lookup(binding, member)
                    tangent = draw_tangent(world.root, binding, member)
                    child.values[binding, member] = (
                        value + sign * k * world.step * tangent,
                        carried,
                    )
                child.moved.add(binding)
            total = total + sign * weight * _along(body, order - 1, child, axes)
    return total / world.step

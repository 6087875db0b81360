"""Typed trees to arrays, all draws at once.

A `World` holds one choice of sizes, the draws of the free symbols and what has been
computed from them. An array has shape (..., draws, *indices, rows, columns): an index
variable is an axis, so X_ij over all i and j is one array, and a sum is one reduction.

A derivative is taken from the definition: a child world moves the variable, by an
imaginary step where everything is analytic, else by real steps of an eighth-order
central difference. No rule of differentiation appears anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product as cartesian
from typing import Any

import numpy as np

from derivlib.draw import draw_free, draw_tangent, unspecified
from derivlib.errors import ILL_SHAPED, UNDEFINED, UNREADABLE, user_error
from derivlib.expr import (
    At,
    Binding,
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
    Index,
    Let,
    Member,
    Op,
    Size,
    Stack,
    Var,
    children,
)  # fmt: skip
from derivlib.shapes import SCALAR, size
from derivlib.source import Span

Array = Any
STEP = 1e-20  # of the complex step: the imaginary part never meets the real one
REAL_STEP = 2e-3  # of the eighth-order central difference
STENCIL = ((1, 4 / 5), (2, -1 / 5), (3, 4 / 105), (4, -1 / 280))
OFFSETS = np.array([s * k for k, _ in STENCIL for s in (1, -1)], dtype=float)
WEIGHTS = np.array([s * w for _, w in STENCIL for s in (1, -1)])
IMAGINARY = np.array([1j * STEP])
MAX_CELLS = 4_000_000  # numbers in one array
Key = tuple[Binding, tuple[int, ...]]


@dataclass
class Axes:
    """Where each index variable lives: (axis, first value, how many), or a single value."""

    count: int = 0
    values: dict[int, Array] | None = None  # id(index) -> array of shape (n,) with its axis, or int

    def get(self, index: Index) -> tuple[int, Array] | int | None:
        return None if self.values is None else self.values.get(id(index))


NO_AXES = Axes(0, {})


class World:
    """One choice of sizes with its draws; children are the same with some values moved."""

    def __init__(
        self, sizes: dict[str, int], draws: int, seed: int, parent: World | None = None
    ) -> None:
        self.sizes = sizes
        self.draws = draws
        self.seed = seed
        self.parent = parent
        self.root: World = parent.root if parent else self
        self.values: dict[Key, tuple[Array, int]] = {}
        self.moved: set[Binding] = set()
        self.lead: int = parent.lead if parent else 0
        self.stepped: bool = parent.stepped if parent else False  # an imaginary step was taken
        self.carried: int = parent.carried if parent else 0  # index axes that moved values carry
        self.step: float = parent.step if parent else REAL_STEP
        self.derivatives: dict[Any, Array] = {}
        self.varying: frozenset[Binding] = parent.varying if parent else frozenset()
        self.tangent: World | None = None
        # How much wider free symbols are drawn.
        self.spread: float = parent.spread if parent else 1.0
        self.functions: dict[Binding, Callable[..., Array]] = (
            {} if parent is None else parent.functions
        )
        self.computing: set[Key] = set() if parent is None else parent.computing

    @property
    def rank(self) -> int:
        """Axes before the indices."""
        return self.lead + 1

    def child(self, more_lead: int = 0) -> World:
        world = World(self.sizes, self.draws, self.seed, self)
        world.lead = self.lead + more_lead
        return world

    def touches(self, binding: Binding) -> bool:
        """Does the value of a binding depend on anything moved here?"""
        if not self.moved:
            return False
        return binding in self.moved or not self.moved.isdisjoint(closure(binding))

    def lookup(self, binding: Binding, member: tuple[int, ...] = ()) -> tuple[Array, int]:
        """(value, index axes it carries) of a binding or of one member of a family."""
        key = (binding, member)
        found = self.values.get(key)
        if found is not None:
            return found
        if self.parent is not None and not self.touches(binding):
            return self.parent.lookup(binding, member)
        if key in self.computing:
            raise user_error(UNDEFINED, f"{binding.tex} is defined by itself", binding.span)
        if member and member in binding.members:
            value = self.lookup(binding.members[member])
        elif binding.kind == "listed":
            r, c = (size(d, self.sizes) for d in binding.shape)
            value = (np.full((1, r, c), np.nan), 0)
        elif binding.definition is None:
            if self.parent is not None:
                return self.parent.lookup(binding, member)
            if member and not _in_range(self, binding, member):
                r, c = (size(d, self.sizes) for d in binding.shape)
                value = (np.full((1, r, c), np.nan), 0)
            else:
                value = (draw_free(self, binding, member), 0)
        else:
            if member and binding.implicit is False and not _in_range(self, binding, member):
                r, c = (size(d, self.sizes) for d in binding.shape)
                value = (np.full((1, r, c), np.nan), 0)
            else:
                axes = NO_AXES
                if member or self.carried:
                    axes = Axes(
                        self.carried,
                        {
                            id(i): m - binding.shift
                            for i, m in zip(binding.indices, member, strict=True)
                        },
                    )
                self.computing.add(key)
                try:
                    value = (evaluate(binding.definition, self, axes), self.carried)
                finally:
                    self.computing.discard(key)
        self.values[key] = value
        return value

    def function(self, binding: Binding) -> Callable[..., Array]:
        """A random smooth nonlinear function for one that the page leaves unspecified."""
        if binding not in self.functions:
            self.functions[binding] = unspecified(self.root, binding)
        return self.functions[binding]

    def tangent_world(self, varying: frozenset[Binding]) -> World:
        """A child in which everything that varies has taken a complex step along its tangent."""
        if self.tangent is None or self.tangent.varying != varying:
            world = self.child()
            world.varying, world.stepped = varying, True
            for binding in varying:
                for member in _members(self, binding):
                    value, _ = self.lookup(binding, member)
                    step = 1j * STEP * draw_tangent(self.root, binding, member)
                    world.values[binding, member] = (value + step, 0)
                world.moved.add(binding)
            self.tangent = world
        return self.tangent


def _in_range(world: World, binding: Binding, member: tuple[int, ...]) -> bool:
    """Is this member within the range that the page declared for the family?"""
    for place, value in zip(binding.indices, member, strict=True):
        if place.assumed or place.high is None and place.extent is None:
            continue
        low, high = index_range(world, place)
        if not low <= value <= high:
            return False
    return True


def _members(world: World, binding: Binding) -> list[tuple[int, ...]]:
    if not binding.indices:
        return [()]
    ranges = []
    for place in binding.indices:
        low, high = index_range(world, place)
        ranges.append(range(low, high + 1))
    return list(cartesian(*ranges))


_closures: dict[Binding, frozenset[Binding]] = {}


def dependencies(e: Expr) -> set[Binding]:
    """Every binding an expression rests on, through definitions."""
    found: set[Binding] = set()
    stack: list[Expr] = [e]
    while stack:
        node = stack.pop()
        new: list[Binding] = []
        if isinstance(node, Var):
            new = [node.binding]
        elif isinstance(node, Member):
            new = [node.family, *node.family.members.values()]
        elif isinstance(node, Call):
            new = [node.function]
        elif isinstance(node, Derivative):
            new = [node.variable]
        stack.extend(children(node))
        for binding in new:
            if binding not in found:
                found.add(binding)
                if binding.definition is not None:
                    stack.append(binding.definition)
                for other in binding.members.values():
                    if other not in found:
                        found.add(other)
                        if other.definition is not None:
                            stack.append(other.definition)
    return found


def closure(binding: Binding) -> frozenset[Binding]:
    if binding not in _closures:
        if binding.definition is None and not binding.members:
            return frozenset()
        e = binding.definition or Const(binding.span, SCALAR, 0.0)
        found = dependencies(e)
        for other in binding.members.values():
            found.add(other)
            if other.definition is not None:
                found |= dependencies(other.definition)
        _closures[binding] = frozenset(found)
    return _closures[binding]


def forget_closures() -> None:
    """Definitions have changed; what rests on what must be found again."""
    _closures.clear()


# -- evaluation ----------------------------------------------------------------------------


def evaluate(node: Expr, world: World, axes: Axes = NO_AXES) -> Array:
    """The value of a tree: an array of shape (..., draws, *indices, rows, columns).

    Draws and indices on which nothing depends may have length one.
    """
    return _EVALUATORS[type(node)](node, world, axes)


def with_axes(value: Array, carried: int, axes: Axes) -> Array:
    """`value` with axes of length one for the indices it does not carry."""
    missing = axes.count - carried
    if not missing or value.ndim <= 2:
        return value
    tail = 2
    return value.reshape(*value.shape[:-tail], *(1,) * missing, *value.shape[-tail:])


def _const(node: Const, world: World, axes: Axes) -> Array:
    return np.array([[node.value]])


def _var(node: Var, world: World, axes: Axes) -> Array:
    value, carried = world.lookup(node.binding)
    return with_axes(value, carried, axes) if axes.count else value


def _size(node: Size, world: World, axes: Axes) -> Array:
    return np.array([[float(size(node.dim, world.sizes))]])


def index_values(index: Index, axes: Axes) -> Array:
    """Values of an index as an array over the index axes, or one number."""
    found = axes.get(index)
    if found is None:
        raise user_error(UNREADABLE, f"the index {index.name} has no range", None)
    if isinstance(found, tuple):
        axis, values = found
        return values.reshape((1,) * axis + (-1,) + (1,) * (axes.count - axis - 1))
    return np.array(found)


def _at(node: At, world: World, axes: Axes) -> Array:
    return index_values(node.index, axes).astype(float)[..., None, None]


def _integers(e: Expr, world: World, axes: Axes) -> Array:
    """The value of an index expression as whole numbers over the index axes."""
    if isinstance(e, At):
        return index_values(e.index, axes)
    if isinstance(e, Const):
        return np.array(int(e.value))
    value = evaluate(e, world, axes)
    value = value[..., 0, 0].real
    while value.ndim > axes.count:
        if value.shape[0] != 1 and not np.all(value == value[:1]):
            raise user_error(UNREADABLE, "an index may not depend on the draw", e.span)
        value = value[0]
    return np.round(value).astype(int)


def _fill(node: Fill, world: World, axes: Axes) -> Array:
    rows, columns = (size(d, world.sizes) for d in node.shape)
    if rows * columns > 250_000:
        raise user_error(UNREADABLE, "this matrix is too large to check", node.span)
    if rows < 0 or columns < 0:
        raise user_error(
            ILL_SHAPED, f"this {node.kind} would have {rows} rows and {columns} columns", node.span
        )
    match node.kind:
        case "eye":
            return np.eye(rows)
        case "ones":
            return np.ones((rows, columns))
        case "zeros":
            return np.zeros((rows, columns))
        case "delta":
            a, b = (_integers(e, world, axes) for e in node.args)
            return np.asarray(a == b).astype(float)[..., None, None]
        case "unit":
            k = _integers(node.args[0], world, axes)
            return np.asarray(np.arange(1, rows + 1) == k[..., None]).astype(float)[..., None]
        case "single":
            i, j = (_integers(e, world, axes) for e in node.args)
            row = np.arange(1, rows + 1) == i[..., None]
            column = np.arange(1, columns + 1) == j[..., None]
            return (row[..., :, None] & column[..., None, :]).astype(float)
        case "commutation":
            m, n = (size(d, world.sizes) for d in node.dims)
            k = np.arange(m * n).reshape(m, n)  # entry (i, j) stands at k[i, j] of vec(Xᵀ)
            out = np.zeros((m * n, m * n))
            out[k.T.ravel(), np.arange(m * n)] = 1
            return out
        case "duplication":
            n = round(rows**0.5)
            out = np.zeros((n * n, n * (n + 1) // 2))
            for p, (i, j) in enumerate(_lower_half(n)):
                out[j * n + i, p] = out[i * n + j, p] = 1
            return out
        case "elimination":
            n = round(columns**0.5)
            out = np.zeros((n * (n + 1) // 2, n * n))
            for p, (i, j) in enumerate(_lower_half(n)):
                out[p, j * n + i] = 1
            return out
    raise AssertionError(f"no filling {node.kind} at {node.span}")


def _lower_half(n: int) -> Iterator[tuple[int, int]]:
    """Places on and below the diagonal, column by column, as `vech` stacks them."""
    return ((row, column) for column in range(n) for row in range(column, n))


def _op(node: Op, world: World, axes: Axes) -> Array:
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


def _element(node: Element, world: World, axes: Axes) -> Array:
    base = evaluate(node.base, world, axes)
    if len(node.base.shape) == 4:
        return _element_of_four(node, base, world, axes)
    if node.row is not None:
        base = _take(base, _integers(node.row, world, axes), -2, axes)
    if node.column is not None:
        base = _take(base, _integers(node.column, world, axes), -1, axes)
    return base


def _take(base: Array, index: Array, axis: int, axes: Axes) -> Array:
    """Entries along the last or last but one axis; NaN where the index is outside."""
    length = base.shape[axis]
    bad = (index < 1) | (index > length)
    if np.any(bad):
        if index.ndim == 0:
            return np.full_like(
                np.take(base, [0], axis=axis), np.nan, dtype=np.result_type(base, float)
            )
        safe = np.clip(index, 1, length)
        out = _take(base, safe, axis, axes)
        return np.where(bad[..., None, None], np.nan, out)
    if index.ndim == 0:
        return np.take(base, [int(index) - 1], axis=axis)
    if base.ndim < index.ndim + 2:
        base = base.reshape((1,) * (index.ndim + 2 - base.ndim) + base.shape)
    shape = (1,) * (base.ndim - index.ndim - 2) + index.shape + (1, 1)
    return np.take_along_axis(base, index.reshape(shape) - 1, axis=axis)


def _element_of_four(node: Element, base: Array, world: World, axes: Axes) -> Array:
    """The entry (i, j) of the variable's two indices, a matrix for each."""
    out_shape = base.shape[-4:-2]
    if node.row is None or node.column is None:  # a vector by a row or a column of the variable
        flat = base.reshape(*base.shape[:-4], -1, *base.shape[-2:])
        flat = np.moveaxis(flat, -3, 0)
        index, axis = (node.row, -2) if node.row is not None else (node.column, -1)
        assert index is not None
        picked = _take(flat, _integers(index, world, axes), axis, axes)
        return np.moveaxis(picked.reshape(*picked.shape[:-2], -1), 0, -2)
    moved = base.reshape(*base.shape[:-4], -1, *base.shape[-2:])
    moved = np.moveaxis(moved, -3, 0)
    picked = _take(moved, _integers(node.row, world, axes), -2, axes)
    picked = _take(picked, _integers(node.column, world, axes), -1, axes)
    return np.moveaxis(picked[..., 0, 0], 0, -1).reshape(*picked.shape[1:-2], *out_shape)


def _member(node: Member, world: World, axes: Axes) -> Array:
    indices = [_integers(i, world, axes) for i in node.indices]
    if all(i.ndim == 0 for i in indices):
        value, carried = world.lookup(node.family, tuple(int(i) for i in indices))
        return with_axes(value, carried, axes)
    shape = np.broadcast_shapes(*(i.shape for i in indices))
    grid = [np.broadcast_to(i, shape) for i in indices]
    out: Array = None
    for combination in sorted(
        {tuple(int(v) for v in c) for c in zip(*(g.ravel() for g in grid), strict=True)}
    ):
        value, carried = world.lookup(node.family, combination)
        value = with_axes(value, carried, axes)
        chosen = np.logical_and.reduce([g == c for g, c in zip(grid, combination, strict=True)])
        chosen = chosen[..., None, None]
        out = np.where(chosen, value, np.nan if out is None else out)
    return out


def _call(node: Call, world: World, axes: Axes) -> Array:
    args = [evaluate(a, world, axes) for a in node.args]
    return _primed(node.function, args, node.order, world, axes)


def _primed(function: Binding, args: list[Array], order: int, world: World, axes: Axes) -> Array:
    """f, f′ or f″ of one scalar argument by complex step and central differences."""
    if order == 0:
        return _apply(function, args, world, axes)
    (x,) = args
    if order == 1 and not np.iscomplexobj(x) and _analytic(function):
        return _apply(function, [x + 1j * STEP], world, axes).imag / STEP
    total: Array = 0
    for k, weight in STENCIL:
        forward = _primed(function, [x + k * REAL_STEP], order - 1, world, axes)
        backward = _primed(function, [x - k * REAL_STEP], order - 1, world, axes)
        total = total + weight * (forward - backward)
    return total / REAL_STEP


def _apply(function: Binding, args: list[Array], world: World, axes: Axes) -> Array:
    if function.operator is not None:
        return function.operator.numpy(*args)
    if function.definition is not None:
        child = world.child()
        for parameter, value in zip(function.params, args, strict=True):
            child.values[parameter, ()] = (value, axes.count)
            child.moved.add(parameter)
        child.carried = max(child.carried, axes.count)
        return evaluate(function.definition, child, axes)
    return world.function(function)(axes.count, *args)


def _index_span(world: World, index: Index, axes: Axes) -> tuple[int, int]:
    low = 1 if index.low is None else int(_integers(index.low, world, axes))
    if index.high is not None:
        return low, int(_integers(index.high, world, axes))
    if index.extent is None:
        raise user_error(UNREADABLE, f"nothing says how far the index {index.name} runs", None)
    return low, size(index.extent, world.sizes)


def index_range(world: World, index: Index) -> tuple[int, int]:
    """First and last value of an index."""
    return _index_span(world, index, NO_AXES)


def _bounds_vary(index: Index, axes: Axes) -> bool:
    """Do the bounds of this index depend on another index that is an axis?"""
    stack = [e for e in (index.low, index.high) if e is not None]
    while stack:
        e = stack.pop()
        if isinstance(e, At) and isinstance(axes.get(e.index), tuple):
            return True
        stack.extend(children(e))
    return False


def _with_index(axes: Axes, index: Index, low: int, high: int) -> Axes:
    values = dict(axes.values or {})
    values[id(index)] = (axes.count, np.arange(low, high + 1))
    return Axes(axes.count + 1, values)


def _fixed(axes: Axes, index: Index, value: int) -> Axes:
    values = dict(axes.values or {})
    values[id(index)] = value
    return Axes(axes.count, values)


def _fold(node: Fold, world: World, axes: Axes) -> Array:
    index = node.index
    if _bounds_vary(index, axes):
        return _fold_to_moving_bound(node, world, axes)
    low, high = _index_span(world, index, axes)
    matrix_product = node.kind == "prod" and node.body.shape != SCALAR
    if matrix_product:
        steps = range(low, high + 1) if high >= low else range(low, high - 1, -1)
        out: Array = None
        for k in steps:
            value = evaluate(node.body, world, _fixed(axes, index, k))
            out = value if out is None else out @ value
        return out
    if high < low:
        rows, columns = (size(d, world.sizes) for d in node.shape)
        return np.zeros((rows, columns)) if node.kind == "sum" else np.ones((rows, columns))
    if high - low > 10_000:
        raise user_error(UNREADABLE, "this sum has too many terms", node.span)
    inner = _with_index(axes, index, low, high)
    _within_bounds(inner, world, node.span)
    value = evaluate(node.body, world, inner)
    if node.where is not None:
        keep = evaluate(node.where, world, inner)
        value = np.where(keep, value, 0.0 if node.kind == "sum" else 1.0)
    if value.ndim < 3 or value.shape[-3] == 1:
        shape = (
            (*value.shape[:-3], high - low + 1, *value.shape[-2:])
            if value.ndim >= 3
            else (high - low + 1, *value.shape)
        )
        value = np.broadcast_to(value, shape)
    if node.kind in ("max", "min"):
        best = np.argmax(value.real if node.kind == "max" else -value.real, axis=-3, keepdims=True)
        return np.take_along_axis(value, best, axis=-3)[..., 0, :, :]
    return np.sum(value, axis=-3) if node.kind == "sum" else np.prod(value, axis=-3)


def _within_bounds(axes: Axes, world: World, span: Span) -> None:
    """No array over all these indices may outgrow what is checked in a second.

    Raises:
        DerivlibError: it would.
    """
    cells = world.draws
    for found in (axes.values or {}).values():
        if isinstance(found, tuple):
            cells *= len(found[1])
    if cells > MAX_CELLS:
        raise user_error(UNREADABLE, "these sums run over too many terms to check", span)


def _fold_to_moving_bound(node: Fold, world: World, axes: Axes) -> Array:
    """∑_{t=1}^{k}: run over the widest range and keep the terms within each bound."""
    index = node.index
    low = np.array(1) if index.low is None else _integers(index.low, world, axes)
    if index.high is not None:
        high = _integers(index.high, world, axes)
    else:
        assert index.extent is not None
        high = np.array(size(index.extent, world.sizes))
    out: Array = 0.0 if node.kind == "sum" else 1.0
    matrix_product = node.kind == "prod" and node.body.shape != SCALAR
    if matrix_product:
        out = np.eye(size(node.shape[0], world.sizes))
    for k in range(int(np.min(low)), int(np.max(high)) + 1):
        value = evaluate(node.body, world, _fixed(axes, index, k))
        inside = np.asarray((low <= k) & (k <= high))[..., None, None]
        if node.where is not None:
            inside = inside & evaluate(node.where, world, _fixed(axes, index, k))
        if node.kind == "sum":
            out = out + np.where(inside, value, 0.0)
        elif matrix_product:
            out = out @ np.where(inside, value, np.eye(value.shape[-1]))
        else:
            out = out * np.where(inside, value, 1.0)
    return out


def _stack(node: Stack, world: World, axes: Axes) -> Array:
    low, high = _index_span(world, node.index, axes)
    inner = _with_index(axes, node.index, low, high)
    value = evaluate(node.body, world, inner)
    count = high - low + 1
    while value.ndim < inner.count + 3:
        value = value[None]
    value = np.broadcast_to(value, (*value.shape[:-3], count, *value.shape[-2:]))
    rows, columns = value.shape[-2:]
    if node.axis == -2:
        return value.reshape(*value.shape[:-3], count * rows, columns)
    return np.swapaxes(value, -3, -2).reshape(*value.shape[:-3], rows, count * columns)


def _block(node: Block, world: World, axes: Axes) -> Array:
    rows = [[evaluate(e, world, axes) for e in row] for row in node.rows]
    lead = np.broadcast_shapes(*(v.shape[:-2] for row in rows for v in row))
    rows = [[np.broadcast_to(v, lead + v.shape[-2:]) for v in row] for row in rows]
    return np.concatenate([np.concatenate(row, axis=-1) for row in rows], axis=-2)


def _choice(node: Choice, world: World, axes: Axes) -> Array:
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


def _compare(node: Compare, world: World, axes: Axes) -> Array:
    a, b = evaluate(node.left, world, axes), evaluate(node.right, world, axes)
    if node.op == "and":
        return a & b
    if node.op not in _COMPARE:
        raise user_error(UNREADABLE, "this condition is not read", node.span)
    return _COMPARE[node.op](np.real(a), np.real(b))


def _let(node: Let, world: World, axes: Axes) -> Array:
    child = world.child()
    for variable, e in zip(node.variables, node.values, strict=True):
        child.values[variable, ()] = (evaluate(e, world, axes), axes.count)
        child.moved.add(variable)
    child.carried = max(child.carried, axes.count)
    return evaluate(node.body, child, axes)


# -- derivatives ---------------------------------------------------------------------------


def _derivative(node: Derivative, world: World, axes: Axes) -> Array:
    """Every entry of the variable moved at once, along a new first axis."""
    if node.member:
        indices = [_integers(i, world, axes) for i in node.member]
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
    node: Derivative, indices: list[Array], world: World, axes: Axes
) -> Array:
    """∂f/∂H^{(t)} over all t: one derivative for each member, put where it belongs."""
    shape = np.broadcast_shapes(*(i.shape for i in indices))
    grid = [np.broadcast_to(i, shape) for i in indices]
    out: Array = np.nan
    for combination in sorted(
        {tuple(int(v) for v in c) for c in zip(*(g.ravel() for g in grid), strict=True)}
    ):
        value = _derivative_by(node, combination, world, axes)
        chosen = np.logical_and.reduce([g == c for g, c in zip(grid, combination, strict=True)])
        out = np.where(chosen.reshape(chosen.shape + (1,) * len(node.shape)), value, out)
    return out


def _derivative_by(node: Derivative, member: tuple[int, ...], world: World, axes: Axes) -> Array:
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
        value = evaluate(node.body, child, axes)
        missing = child.rank + axes.count + len(node.body.shape) - value.ndim
        return value.reshape((1,) * missing + value.shape) if missing > 0 else value

    if not np.iscomplexobj(base) and not world.stepped and _analytic_expr(node.body):
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


def _differential(node: Differential, world: World, axes: Axes) -> Array:
    """Along the tangents: an imaginary step for the first order, real ones above it."""
    varying = world.varying
    if not varying:
        raise user_error(UNREADABLE, "nothing varies in this differential", node.span)
    if node.order == 1 and not world.stepped and _analytic_expr(node.body):
        value = evaluate(node.body, world.tangent_world(varying), axes)
        if not np.iscomplexobj(value):
            return 0.0 * value
        out = value.imag / STEP
        return np.where(np.isnan(value.real), np.nan, out) if np.isnan(value.real).any() else out
    return _along(node.body, node.order, world, axes)


def _along(body: Expr, order: int, world: World, axes: Axes) -> Array:
    if order == 0:
        return evaluate(body, world, axes)
    if order == 1 and not world.stepped and _analytic_expr(body):
        value = evaluate(body, world.tangent_world(world.varying), axes)
        return value.imag / STEP if np.iscomplexobj(value) else 0.0 * value
    total: Array = 0
    for k, weight in STENCIL:
        for sign in (1, -1):
            child = world.child()
            child.varying = world.varying
            for binding in world.varying:
                for member in _members(world, binding):
                    value, carried = world.lookup(binding, member)
                    tangent = draw_tangent(world.root, binding, member)
                    child.values[binding, member] = (
                        value + sign * k * world.step * tangent,
                        carried,
                    )
                child.moved.add(binding)
            total = total + sign * weight * _along(body, order - 1, child, axes)
    return total / world.step


_analytic_cache: dict[int, tuple[Expr, bool]] = {}


def _analytic(function: Binding) -> bool:
    if function.operator is not None:
        return function.operator.analytic
    return function.definition is None or _analytic_expr(function.definition)


def _analytic_expr(e: Expr) -> bool:
    """May a complex step pass through this expression and all it rests on?"""
    found = _analytic_cache.get(id(e))
    if found is not None:
        return found[1]
    seen: set[int] = set()
    stack: list[Expr] = [e]
    analytic = True
    while stack and analytic:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        definition: Expr | None = None
        if isinstance(node, Op):
            analytic = node.operator.analytic
        elif isinstance(node, Derivative | Differential) and node is not e:
            pass
        elif isinstance(node, Var):
            definition = node.binding.definition
        elif isinstance(node, Member):
            definition = node.family.definition
        elif isinstance(node, Call):
            definition = node.function.definition
            if node.function.operator is not None:
                analytic = node.function.operator.analytic
            analytic = analytic and node.order == 0 or (analytic and node.order > 0)
        if definition is not None:
            stack.append(definition)
        stack.extend(children(node))
    _analytic_cache[id(e)] = (e, analytic)
    return analytic


_EVALUATORS: dict[type, Callable[[Any, World, Axes], Array]] = {
    Const: _const, Var: _var, Size: _size, At: _at, Fill: _fill, Op: _op, Element: _element,
    Member: _member, Call: _call, Fold: _fold, Stack: _stack, Block: _block, Choice: _choice,
    Compare: _compare, Let: _let, Derivative: _derivative, Differential: _differential,
}  # fmt: skip

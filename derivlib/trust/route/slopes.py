"""Slopes in plain loops: imaginary steps, and central differences where they are nested."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import product as all_pairs
from typing import TYPE_CHECKING, Any

from derivlib.expr import Binding, Derivative, Expr
from derivlib.shapes import SCALAR
from derivlib.trust import loops
from derivlib.trust.loops import NAN
from derivlib.trust.route.nesting import depth
from derivlib.values.draw import draw_tangent

if TYPE_CHECKING:
    from derivlib.trust.route.point import Route

STEP = 1e-20
DIFFERENCE = 2e-3
WEIGHTS = ((1, 45 / 60), (2, -9 / 60), (3, 1 / 60))  # sixth-order central difference


def derivative(route: Route, e: Derivative, at: dict[int, int]) -> Any:
    """One entry of the variable after another, moved by an imaginary step or by real ones."""
    member = tuple(route.whole(i, at) for i in e.member)
    base = route.symbol(e.variable, member)
    rows, columns = loops.size(base)
    imaginary = depth(e.body) == 0

    def moved(i: int, j: int, step: complex) -> Any:
        inner = route.child()
        new = [list(row) for row in base]
        new[i][j] += step
        inner.values[e.variable, member] = new
        inner.moved.add(e.variable)
        return inner.value(e.body, at)

    def slope(i: int, j: int) -> Any:
        if imaginary:
            return loops.entry_by_entry(_imaginary)(moved(i, j, 1j * STEP))
        return central(lambda h: moved(i, j, h))

    slopes = [[slope(i, j) for j in range(columns)] for i in range(rows)]
    if e.body.shape == SCALAR:
        return [[s[0][0] for s in row] for row in slopes]
    if e.variable.shape == SCALAR:
        return slopes[0][0]
    m, n = loops.size(slopes[0][0])
    if len(e.shape) == 2:
        across = [s for row in slopes for s in row]
        return [[s[i][j] for s in across] for i in range(m) for j in range(n)]
    return [[[[s[i][j] for s in row] for row in slopes] for j in range(n)] for i in range(m)]


def along(route: Route, body: Expr, order: int, at: dict[int, int]) -> Any:
    """The differential of some order along the tangents of what varies."""
    if order == 0:
        return route.value(body, at)
    imaginary = order == 1 and depth(body) == 0

    def moved(step: complex) -> Any:
        inner = route.child()
        for binding in route.world.varying:
            for member in _members(route, binding):
                drawn = draw_tangent(route.world, binding, member)
                tangent = drawn[min(route.draw, len(drawn) - 1)].tolist()
                inner.values[binding, member] = loops.pairwise(
                    lambda x, t: x + step * t, route.symbol(binding, member), tangent
                )
            inner.moved.add(binding)
        return along(inner, body, order - 1, at)

    if imaginary:
        return loops.entry_by_entry(_imaginary)(moved(1j * STEP))
    return central(moved)


def _members(route: Route, binding: Binding) -> list[tuple[int, ...]]:
    if not binding.indices:
        return [()]
    return list(all_pairs(*(route.span(i, {}) for i in binding.indices)))


def central(at_step: Callable[[float], Any]) -> Any:
    """Sixth-order central difference of what a step makes."""
    out: Any = None
    for k, weight in WEIGHTS:
        ahead, behind = at_step(k * DIFFERENCE), at_step(-k * DIFFERENCE)
        term = loops.scaled(weight / DIFFERENCE, loops.minus(ahead, behind))
        out = term if out is None else loops.plus(out, term)
    return out


def _imaginary(z: complex) -> complex:
    return NAN if math.isnan(z.real) else complex(z.imag / STEP)

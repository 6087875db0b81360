"""A function of a page at its arguments, and its first and second derivative there."""

from __future__ import annotations

from typing import Any

import numpy as np

from derivlib.expr import Binding, Call
from derivlib.values.axes import Axes
from derivlib.values.closures import is_analytic_function
from derivlib.values.sample import REAL_STEP, STEP, Sample
from derivlib.values.slopes import STENCIL

Array = Any


def call(node: Call, world: Sample, axes: Axes) -> Array:
    args = [world.evaluate(a, axes) for a in node.args]
    return _primed(node.function, args, node.order, world, axes)


def _primed(function: Binding, args: list[Array], order: int, world: Sample, axes: Axes) -> Array:
    """f, f′ or f″ of one scalar argument by complex step and central differences."""
    if order == 0:
        return _apply(function, args, world, axes)
    (x,) = args
    if order == 1 and not np.iscomplexobj(x) and is_analytic_function(function):
        return _apply(function, [x + 1j * STEP], world, axes).imag / STEP
    total: Array = 0
    for k, weight in STENCIL:
        forward = _primed(function, [x + k * REAL_STEP], order - 1, world, axes)
        backward = _primed(function, [x - k * REAL_STEP], order - 1, world, axes)
        total = total + weight * (forward - backward)
    return total / REAL_STEP


def _apply(function: Binding, args: list[Array], world: Sample, axes: Axes) -> Array:
    if function.operator is not None:
        return function.operator.numpy(*args)
    if function.definition is not None:
        child = world.child()
        for parameter, value in zip(function.params, args, strict=True):
            child.values[parameter, ()] = (value, axes.count)
            child.moved.add(parameter)
        child.carried = max(child.carried, axes.count)
        return child.evaluate(function.definition, axes)
    return world.function(function)(axes.count, *args)

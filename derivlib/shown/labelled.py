"""A formula of a page as a Python function of arrays, named as the page names them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np

from derivlib.evaluate import World, evaluate
from derivlib.expr import Binding, Call, Derivative, Expr, Index, Member, Var, children
from derivlib.scope import Scope
from derivlib.shapes import ONE, SCALAR, show_shape
from derivlib.values.closures import dependencies
from derivlib.values.sample import axes_for

Array = Any


def as_function(e: Expr, indices: list[Index], scope: Scope, name: str) -> Callable[..., Array]:
    """An expression of a page as a function of keyword arrays."""

    def value(**arrays: Any) -> Array:
        return _value(e, indices, scope, arrays)

    value.__name__ = name
    return value


def plain_name(tex: str) -> str:
    r"""`\hat{y}` as a Python name: y_hat; `W_{1}`: W_1; `X^{(t)}`: X_t."""
    accent = re.match(r"\\(hat|bar|tilde|vec|dot)\s*\{?(.*?)\}?(?=_|\^|$)(.*)", tex)
    if accent:
        tex = (
            f"{accent.group(2)}{accent.group(3)}_{accent.group(1)}"
            if accent.group(1) != "vec"
            else accent.group(2) + accent.group(3)
        )
    tex = re.sub(r"\\(?:mathbf|mathrm|mathbb|mathcal|mathsf|text|operatorname)", "", tex)
    return re.sub(r"_+", "_", re.sub(r"\W", "_", tex.replace("\\", ""))).strip("_")


def _value(e: Expr, indices: list[Index], scope: Scope, arrays: dict[str, Any]) -> Array:
    bindings = dependencies(e)
    by_name: dict[str, Binding] = {}
    for b in (*bindings, *scope.all_bindings()):
        by_name.setdefault(plain_name(b.tex), b)
    world = World({}, 1, 0)
    for name, array in arrays.items():
        binding = by_name.get(name)
        if binding is None:
            raise TypeError(f"the formula has no {name}; it has {', '.join(sorted(by_name))}")
        if callable(array):
            world.functions[binding] = _pointwise(array)
            continue
        value = np.asarray(array)
        if binding.indices:
            for k, item in enumerate(value):
                item = np.atleast_2d(item) if np.ndim(item) != 1 else np.asarray(item)[:, None]
                world.values[binding, (k + 1,)] = (item[None], 0)
                _sizes_from(binding, item, world)
            if binding.indices[0].extent is not None:
                for monomial, _ in binding.indices[0].extent:
                    for n in monomial:
                        world.sizes.setdefault(n, len(value))
            continue
        if value.ndim > 2:
            raise ValueError(
                f"{binding.tex} is {show_shape(binding.shape)}, one array for all, "
                f"not an array with {value.ndim} axes"
            )
        if value.ndim < 2:
            value = (
                value.reshape(-1, 1)
                if binding.shape[0] != ONE or binding.shape == SCALAR
                else value.reshape(1, -1)
            )
        if binding.is_dimension:
            world.sizes[binding.key] = int(value.flat[0])
            continue
        _sizes_from(binding, value, world)
        world.values[binding, ()] = (value[None], 0)
        world.moved.add(binding)
    missing = sorted(
        b.tex
        for b in bindings
        if b.definition is None
        and not b.is_dimension
        and b.operator is None
        and not any(key[0] is b for key in world.values)
        and b not in world.functions
    )
    missing = [m for m in missing if not any(b.tex == m and _behind(b, e, world) for b in bindings)]
    if missing:
        raise TypeError(f"the formula needs {', '.join(missing)} as well")

    with np.errstate(all="ignore"):
        axes = axes_for(world, indices)
        out = np.real_if_close(evaluate(e, world, axes), tol=1)
    while out.ndim > axes.count + 2:
        out = out[0]
    if axes.count and out.shape[-2:] == (1, 1):
        out = out[..., 0, 0]
    return out if out.size > 1 or axes.count else out.reshape(())[()]


def _pointwise(function: Callable[..., Any]) -> Callable[..., Array]:
    """A reader's Python function, given one point at a time, for stacks of points."""

    def stacked(axes: int, *args: Array) -> Array:
        lead = np.broadcast_shapes(*(a.shape[:-2] for a in args))
        flat = [np.broadcast_to(a, lead + a.shape[-2:]).reshape(-1, *a.shape[-2:]) for a in args]
        values = [np.atleast_2d(np.asarray(function(*point))) for point in zip(*flat, strict=True)]
        return np.stack(values).reshape(*lead, *values[0].shape)

    return stacked


def _behind(binding: Binding, e: Expr, world: World) -> bool:
    """Is a free symbol only reached through quantities that were given?"""
    given = {key[0] for key in world.values}

    seen: set[Binding] = set()
    stack: list[Expr] = [e]
    while stack:
        node = stack.pop()
        found: list[Binding] = []
        if isinstance(node, Var):
            found = [node.binding]
        elif isinstance(node, Member):
            found = [node.family]
        elif isinstance(node, Call):
            found = [node.function]
        elif isinstance(node, Derivative):
            found = [node.variable]
        for b in found:
            if b is binding:
                return False
            if b not in seen and b not in given:
                seen.add(b)
                if b.definition is not None:
                    stack.append(b.definition)
        stack.extend(children(node))
    return True


def _sizes_from(binding: Binding, value: Array, world: World) -> None:
    for dim, length in zip(binding.shape, value.shape[-2:], strict=True):
        if len(dim) == 1 and len(dim[0][0]) == 1 and dim[0][1] == 1:
            known = world.sizes.setdefault(dim[0][0][0], length)
            if known != length:
                raise ValueError(f"{binding.tex} has {length} where {dim[0][0][0]} is {known}")

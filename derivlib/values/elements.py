"""Entries, rows and columns of a matrix, and members of a family, by their indices."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from derivlib.expr import Element, Member
from derivlib.values.axes import Axes, with_axes
from derivlib.values.sample import Sample, integers

Array = Any


def element(node: Element, world: Sample, axes: Axes) -> Array:
    base = world.evaluate(node.base, axes)
    if len(node.base.shape) == 4:
        return _element_of_four(node, base, world, axes)
    if node.row is not None:
        base = _take(base, integers(node.row, world, axes), -2, axes)
    if node.column is not None:
        base = _take(base, integers(node.column, world, axes), -1, axes)
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


def _element_of_four(node: Element, base: Array, world: Sample, axes: Axes) -> Array:
    """The entry (i, j) of the variable's two indices, a matrix for each."""
    out_shape = base.shape[-4:-2]
    if node.row is None or node.column is None:  # a vector by a row or a column of the variable
        flat = base.reshape(*base.shape[:-4], -1, *base.shape[-2:])
        flat = np.moveaxis(flat, -3, 0)
        index, axis = (node.row, -2) if node.row is not None else (node.column, -1)
        assert index is not None
        picked = _take(flat, integers(index, world, axes), axis, axes)
        return np.moveaxis(picked.reshape(*picked.shape[:-2], -1), 0, -2)
    moved = base.reshape(*base.shape[:-4], -1, *base.shape[-2:])
    moved = np.moveaxis(moved, -3, 0)
    picked = _take(moved, integers(node.row, world, axes), -2, axes)
    picked = _take(picked, integers(node.column, world, axes), -1, axes)
    return np.moveaxis(picked[..., 0, 0], 0, -1).reshape(*picked.shape[1:-2], *out_shape)


def member(node: Member, world: Sample, axes: Axes) -> Array:
    indices = [integers(i, world, axes) for i in node.indices]
    if all(i.ndim == 0 for i in indices):
        value, carried = world.lookup(node.family, tuple(int(i) for i in indices))
        return with_axes(value, carried, axes)
    out: Array = None
    for combination, chosen in combinations(indices):
        value, carried = world.lookup(node.family, combination)
        value = with_axes(value, carried, axes)
        out = np.where(chosen[..., None, None], value, np.nan if out is None else out)
    return out


def combinations(indices: list[Array]) -> Iterator[tuple[tuple[int, ...], Array]]:
    """Each combination of values that some indices take, and where they take it."""
    shape = np.broadcast_shapes(*(i.shape for i in indices))
    grid = [np.broadcast_to(i, shape) for i in indices]
    for combination in sorted(
        {tuple(int(v) for v in c) for c in zip(*(g.ravel() for g in grid), strict=True)}
    ):
        where = [g == c for g, c in zip(grid, combination, strict=True)]
        yield combination, np.logical_and.reduce(where)

"""Matrices that are known entry by entry: I, 𝟏, 0, unit vectors, commutation, duplication."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from derivlib.errors import ILL_SHAPED, UNREADABLE, user_error
from derivlib.expr import Fill
from derivlib.shapes import size
from derivlib.values.axes import Axes
from derivlib.values.sample import Sample, integers

Array = Any


def fill(node: Fill, world: Sample, axes: Axes) -> Array:
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
            a, b = (integers(e, world, axes) for e in node.args)
            return np.asarray(a == b).astype(float)[..., None, None]
        case "unit":
            k = integers(node.args[0], world, axes)
            return np.asarray(np.arange(1, rows + 1) == k[..., None]).astype(float)[..., None]
        case "single":
            i, j = (integers(e, world, axes) for e in node.args)
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

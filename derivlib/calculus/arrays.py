"""Arrays as they come in: dtype and shape are checked here, once, at the boundary.

The shapes are written as in the docstrings:

    X, W, b = conform("X: (n, p), W: (p, q), b: (1, q)", X, W, b)

Two equal letters must be equal sizes; a number is that size exactly.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from derivlib.errors import ShapeError

Array: TypeAlias = NDArray[Any]

_SHAPE = re.compile(r"(\w+): \(([^)]*)\)")


def as_array(name: str, value: ArrayLike) -> Array:
    """`value` as an array of float64, or of complex128 where it is complex.

    Args:
        name: what a message calls it.
        value: any shape; an array, a number, or nested lists of numbers.
    Returns:
        Same shape, float64 or complex128; no copy where none is needed.
    Raises:
        ShapeError: `value` is no rectangular array of numbers.
    """
    try:
        A = np.asarray(value)
    except ValueError:
        raise ShapeError(f"{name} is ragged: its rows have different lengths") from None
    if A.dtype.kind not in "biufc":
        raise ShapeError(f"{name} should hold numbers; it holds {A.dtype}")
    return A.astype(np.complex128 if A.dtype.kind == "c" else np.float64, copy=False)


def conform(shapes: str, *values: ArrayLike, where: str = "") -> tuple[Array, ...]:
    """The values as arrays, after their shapes were found to agree.

    Args:
        shapes: such as "X: (n, p), W: (p, q)": one name and shape for each value.
        values: in the same order.
        where: words for the message, such as "layer 2".
    Returns:
        The arrays, float64 or complex128, in the same order.
    Raises:
        ShapeError: a shape differs; the message names the array that set the size.
    """
    sizes: dict[str, tuple[int, str]] = {}
    arrays = []
    for (name, dimensions), value in zip(_parse(shapes), values, strict=True):
        A = as_array(name, value)
        problem = _problem(name, dimensions, A.shape, sizes)
        if problem:
            raise ShapeError(f"{where}: {problem}" if where else problem)
        arrays.append(A)
    return tuple(arrays)


def same_shape(product: str, **values: ArrayLike) -> tuple[Array, ...]:
    """The values as arrays of one and the same shape, whatever it is.

    Args:
        product: what needs it, for the message.
        values: any shape, each under its name.
    Returns:
        The arrays, float64 or complex128, in the same order.
    Raises:
        ShapeError: the shapes differ.
    """
    arrays = {name: as_array(name, value) for name, value in values.items()}
    if len({A.shape for A in arrays.values()}) > 1:
        found = ", ".join(f"{name} is {shown(A.shape)}" for name, A in arrays.items())
        raise ShapeError(f"{product} needs equal shapes: {found}")
    return tuple(arrays.values())


def rows_sum_to_one(name: str, A: Array) -> None:
    """Nothing, if each row of A sums to one, as one-hot rows and probabilities do.

    Args:
        name: what a message calls it.
        A: (…, v), float64 or complex128.
    Raises:
        ShapeError: a row sums to something else; the message names the first such row.
    """
    sums = A.sum(axis=-1)
    wrong = ~(np.abs(sums - 1) <= 1e-12)  # NaN is wrong too
    if wrong.any():
        row = tuple(int(i) for i in np.argwhere(wrong)[0])
        raise ShapeError(
            f"each row of {name} should sum to 1; {name}{list(row)} sums to {sums[row].real:.6g}"
        )


def shown(shape: tuple[int, ...]) -> str:
    """A shape in words: "3×5", "a number", or "1-dimensional with 5 entries"."""
    match shape:
        case ():
            return "a number"
        case (n,):
            return f"1-dimensional with {n} entries"
        case _:
            return "×".join(map(str, shape))


@cache
def _parse(shapes: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple(
        (name, tuple(d.strip() for d in dimensions.split(",") if d.strip()))
        for name, dimensions in _SHAPE.findall(shapes)
    )


def _problem(
    name: str,
    dimensions: tuple[str, ...],
    shape: tuple[int, ...],
    sizes: dict[str, tuple[int, str]],
) -> str:
    """What is wrong with this shape, in words, or nothing; sizes met first are noted."""
    wanted = "×".join(dimensions)
    if len(shape) != len(dimensions):
        return f"{name} is {shown(shape)}; it should be {wanted}"
    for dimension, size in zip(dimensions, shape, strict=True):
        if dimension.isdigit():
            if size != int(dimension):
                return f"{name} is {shown(shape)}; it should be {wanted}"
            continue
        known, owner = sizes.setdefault(dimension, (size, name))
        if size != known:
            return (
                f"{name} is {shown(shape)}; it should be {wanted}"
                f" with {dimension} = {known}, as {owner} has {dimension} = {known}"
                if owner != name
                else f"{name} is {shown(shape)}; it should be {wanted}, with both {dimension} equal"
            )
    return ""

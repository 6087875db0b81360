"""Derivatives without a rule of differentiation: the oracles that rules are held against.

Two ways, which share nothing but the function itself:

    complex   f′(x) = Im f(x + ih)/h, exact to rounding where f is analytic;
    central   (f(x + h) − f(x − h))/2h for h, h/2, h/4, …, extrapolated to h = 0.

A gradient has the shape of its variable; a Jacobian is that of vec f by vec X.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from derivlib.calculus.arrays import Array, as_array, same_shape, shown
from derivlib.errors import ShapeError

Function: TypeAlias = Callable[[Array], Any]
Method: TypeAlias = Literal["complex", "central"]

COMPLEX_STEP = 2.0**-100  # its square vanishes beside 1, so only the first derivative is left
FIRST_STEP = 2.0**-3  # of the central differences, relative to the largest entry of X
HALVINGS = 8
TOLERANCE: dict[Method, float] = {"complex": 1e-11, "central": 1e-8}


class NotAnalyticError(ValueError):
    """The complex step was taken through a function that is not analytic."""


# --8<-- [start:jvp]
def jvp(f: Function, X: ArrayLike, dX: ArrayLike, method: Method = "complex") -> Array:
    """The derivative of f at X in the direction dX: Jacobian times vector.

        df = d/ds f(X + s dX) at s = 0, and vec df = J vec dX.

    Args:
        f: takes an array of the shape of X, gives an array or a number.
        X: any shape, float64.
        dX: the shape of X, float64.
        method: "complex" or "central".
    Returns:
        The shape of f(X), float64.
    Raises:
        ShapeError: X and dX differ in shape.
        NotAnalyticError: f lost the imaginary part; use method="central".
    """
    X, dX = same_shape("a direction", X=_real(X), dX=_real(dX))
    return _slope(f, X, dX, method)
    # --8<-- [end:jvp]


# --8<-- [start:gradient]
def gradient(
    f: Function, X: ArrayLike, method: Method = "complex", *, batched: bool = False
) -> Array:
    """The gradient of a scalar function, in the shape of its variable.

        df = G : dX for every dX, hence G_ij = ∂f/∂X_ij.

    Args:
        f: takes an array of the shape of X, gives one number.
        X: any shape, float64.
        method: "complex" or "central".
        batched: f also takes a stack of k points, (k, *X.shape), and gives k numbers;
            then it is called once for all entries.
    Returns:
        The shape of X, float64.
    Raises:
        ShapeError: f gives more than one number.
        NotAnalyticError: f lost the imaginary part; use method="central".
    """
    X = _real(X)
    slopes = _slopes(f, X, method, batched)
    if slopes.size != X.size:
        raise ShapeError(
            f"a gradient needs a function that gives one number; this one gives"
            f" {shown(slopes.shape[1:])}: take its jacobian, or its vjp with an upstream gradient"
        )
    return slopes.reshape(X.shape, order="F")
    # --8<-- [end:gradient]


def jacobian(
    f: Function, X: ArrayLike, method: Method = "complex", *, batched: bool = False
) -> Array:
    """The Jacobian of vec f by vec X.

        vec df = J vec dX; column k of J belongs to entry k of vec X.

    Args:
        f: takes an array of the shape of X, gives an array or a number.
        X: any shape, float64.
        method: "complex" or "central".
        batched: f also takes a stack of k points, (k, *X.shape), and gives k values.
    Returns:
        (size of f(X), size of X), float64.
    Raises:
        NotAnalyticError: f lost the imaginary part; use method="central".
    """
    slopes = _slopes(f, _real(X), method, batched)
    return np.stack([slope.reshape(-1, order="F") for slope in slopes], axis=1)


def vjp(
    f: Function,
    X: ArrayLike,
    G: ArrayLike,
    method: Method = "complex",
    *,
    batched: bool = False,
) -> Array:
    """The upstream gradient G, taken back through f: vector times Jacobian.

        G : df = vjp : dX, hence vec(vjp) = Jᵀ vec(G).

    Args:
        f: takes an array of the shape of X, gives an array or a number.
        X: any shape, float64.
        G: the shape of f(X), float64.
        method: "complex" or "central".
        batched: f also takes a stack of k points, (k, *X.shape), and gives k values.
    Returns:
        The shape of X, float64.
    Raises:
        ShapeError: G has not the shape of f(X).
        NotAnalyticError: f lost the imaginary part; use method="central".
    """
    X, G = _real(X), _real(G)
    slopes = _slopes(f, X, method, batched)
    if slopes.shape[1:] != G.shape:
        raise ShapeError(f"G is {shown(G.shape)}, but f(X) is {shown(slopes.shape[1:])}")
    entries: Array = (slopes * G).reshape(X.size, -1).sum(axis=1)
    return entries.reshape(X.shape, order="F")


def hessian(
    f: Function, X: ArrayLike, method: Method = "complex", *, batched: bool = False
) -> Array:
    """The Hessian of a scalar function, by vec X and vec X.

        H is the Jacobian of the gradient. The complex step is first order only, so the
        gradient comes from `method`, and its Jacobian from central differences.

    Args:
        f: takes an array of the shape of X, gives one number.
        X: any shape, float64.
        method: "complex" or "central", for the gradient.
        batched: f also takes a stack of k points, (k, *X.shape), and gives k numbers.
    Returns:
        (size of X, size of X), float64; symmetric only as far as the differences are exact.
    Raises:
        ShapeError: f gives more than one number.
        NotAnalyticError: f lost the imaginary part; use method="central".
    """
    return jacobian(lambda P: gradient(f, P, method, batched=batched), X, "central")


@dataclass(frozen=True)
class GradientCheck:
    """What came of comparing a gradient with an oracle; true where they agree.

    Printed, it says which entry is worst, both values, the error and the tolerance.
    """

    agrees: bool
    method: Method
    worst: tuple[int, ...]  # index of the worst entry, counted from 0
    given: float  # that entry of the gradient given
    measured: float  # that entry of the oracle's gradient
    error: float  # of that entry, relative to the largest entry
    tolerance: float
    reason: str = ""  # why it could not be compared
    hint: str = ""  # what would have agreed

    def __bool__(self) -> bool:
        return self.agrees

    def __str__(self) -> str:
        oracle = {"complex": "the complex step", "central": "central differences"}[self.method]
        entry = f" [{', '.join(map(str, self.worst))}]" if self.worst else ""
        lines = [
            f"the gradient {'agrees with' if self.agrees else 'differs from'} {oracle}",
            f"  worst entry{entry}: given {self.given:.12g}, measured {self.measured:.12g}",
            f"  relative error {self.error:.2g}, tolerance {self.tolerance:.2g}",
        ]
        if self.reason:
            lines[0] = f"the gradient could not be checked by {oracle}: {self.reason}"
        if self.hint:
            lines.append(f"  {self.hint} would agree")
        return "\n".join(lines)

    __repr__ = __str__

    def require(self) -> GradientCheck:
        """This check itself where it agrees; otherwise an AssertionError that prints it."""
        if not self.agrees:
            raise AssertionError(str(self))
        return self


def check_gradient(
    f: Function,
    X: ArrayLike,
    G: ArrayLike,
    method: Method = "complex",
    *,
    tolerance: float | None = None,
    batched: bool = False,
) -> GradientCheck:
    """Is G the gradient of f at X? A readable answer, true or false.

        Each entry is compared relative to the largest one. Not a pass: NaN, infinity, two
        gradients that are zero everywhere, and a complex step that central differences
        along one direction contradict (f is then not analytic).

    Args:
        f: takes an array of the shape of X, gives one number.
        X: any shape, float64.
        G: the shape of X, float64: the gradient to be checked.
        method: "complex" or "central".
        tolerance: 1e-11 for "complex" and 1e-8 for "central" unless given.
        batched: f also takes a stack of k points, (k, *X.shape), and gives k numbers.
    Returns:
        GradientCheck; `.require()` turns a failed one into an AssertionError.
    Raises:
        ShapeError: G has not the shape of X, or f gives more than one number.
        NotAnalyticError: f lost the imaginary part; use method="central".
    """
    X, G = same_shape("a gradient and its variable", X=_real(X), G=_real(G))
    measured = gradient(f, X, method, batched=batched)
    limit = TOLERANCE[method] if tolerance is None else tolerance
    with np.errstate(invalid="ignore"):
        errors = _relative(G, measured)
    worst = np.unravel_index(int(np.argmax(np.nan_to_num(errors, nan=np.inf))), X.shape)
    reason = _why_not(f, X, G, measured, method)
    agrees = not reason and bool(errors[worst] <= limit)
    return GradientCheck(
        agrees=agrees,
        method=method,
        worst=tuple(int(i) for i in worst),
        given=float(G[worst]),
        measured=float(measured[worst]),
        error=float(errors[worst]),
        tolerance=limit,
        reason=reason,
        hint="" if agrees or reason else _hint(G, measured, limit),
    )


def _why_not(f: Function, X: Array, G: Array, measured: Array, method: Method) -> str:
    """Why the comparison would mean nothing, or nothing."""
    if not (np.isfinite(G).all() and np.isfinite(measured).all()):
        return "not every entry is finite"
    if not (G.any() or measured.any()):
        return "both gradients are zero everywhere; try another point"
    if method == "complex":
        dX = np.random.default_rng(0).uniform(-1, 1, X.shape) * np.where(X == 0, 1, X)
        central = float(_slope(f, X, dX, "central").sum())
        size = float(np.abs(measured).max() * np.abs(dX).sum())
        if abs(central - float((measured * dX).sum())) > 1e-6 * size:
            return 'central differences contradict it, f is not analytic here; use "central"'
    return ""


def _hint(G: Array, measured: Array, limit: float) -> str:
    """The simplest change of G that agrees, if there is one."""
    neighbours = {
        "its negative": -G,
        "twice that gradient": 2 * G,
        "half of that gradient": G / 2,
        "its transpose": G.T,
    }
    for name, neighbour in neighbours.items():
        if neighbour.shape == measured.shape and (_relative(neighbour, measured) <= limit).all():
            return name
    return ""


def _relative(A: Array, B: Array) -> Array:
    """|A − B| relative to the largest entry of either."""
    largest = max(np.abs(A).max(), np.abs(B).max())
    error: Array = np.abs(A - B) / (largest or 1.0)
    return error


def _slopes(f: Function, X: Array, method: Method, batched: bool) -> Array:
    """The slope of f along each entry of vec X, stacked: (X.size, *f(X).shape)."""
    if X.size == 0:
        raise ShapeError("X has no entries")
    if not batched:
        return np.stack([_slope(f, X, dX, method) for dX in _unit_directions(X.shape)])
    slopes = _slope(f, X, np.stack(list(_unit_directions(X.shape))), method)
    if slopes.shape[:1] != (X.size,):
        raise ShapeError(
            f"batched=True asks f for {X.size} values, one for each of {X.size} stacked points;"
            f" it gave {shown(slopes.shape)}"
        )
    return slopes


def _unit_directions(shape: tuple[int, ...]) -> Iterator[Array]:
    """The arrays with a single 1, in the order of vec: first index first."""
    for place in range(int(np.prod(shape))):
        E = np.zeros(shape)
        E[np.unravel_index(place, shape, order="F")] = 1.0
        yield E


def _slope(f: Function, X: Array, dX: Array, method: Method) -> Array:
    """The derivative of f along dX; a stack of directions gives a stack of slopes."""
    match method:
        case "complex":
            return _imaginary_part(f, X + 1j * COMPLEX_STEP * dX) / COMPLEX_STEP
        case "central":
            return _central(f, X, dX)
        case _:
            raise ValueError(f'method is "complex" or "central", not {method!r}')


def _imaginary_part(f: Function, Z: Array) -> Array:
    with warnings.catch_warnings():
        warnings.simplefilter("error", np.exceptions.ComplexWarning)
        try:
            value: Array = np.asarray(f(Z))
        except np.exceptions.ComplexWarning:
            value = np.zeros(())
    if not np.iscomplexobj(value):
        raise NotAnalyticError(
            "f gave real numbers back for complex ones (a cast, abs, norm, or X unused):"
            ' use method="central"'
        )
    return value.imag


def _central(f: Function, X: Array, dX: Array) -> Array:
    largest = np.abs(X).max(initial=0.0) or 1.0
    first = FIRST_STEP * largest / (np.abs(dX).max(initial=0.0) or 1.0)
    with np.errstate(all="ignore"):  # a wide step may leave the domain; a narrow one need not
        return _extrapolate(
            [
                (as_array("f(X)", f(X + h * dX)) - as_array("f(X)", f(X - h * dX))) / (2 * h)
                for h in (first / 2**k for k in range(HALVINGS + 1))
            ]
        )


def _extrapolate(slopes: list[Array]) -> Array:
    """Slopes at h, h/2, h/4, … taken to h = 0, by Richardson's rule.

    The error of a central slope is a series in h², so (4ᵏ·finer − coarser)/(4ᵏ − 1) drops
    its k-th term. Of all values in the table each entry takes the one that moved least.
    """
    column = np.stack(slopes)
    best: Array = column[-1]
    moved = np.full(best.shape, np.inf)
    for k in range(1, len(slopes)):
        better = (4**k * column[1:] - column[:-1]) / (4**k - 1)
        change = np.maximum(np.abs(better - column[1:]), np.abs(better - column[:-1]))
        for value, move in zip(better, change, strict=True):
            best = np.where(move < moved, value, best)  # never chosen where NaN
            moved = np.fmin(move, moved)
        column = better
    return best


def _real(X: ArrayLike) -> Array:
    X = as_array("X", X)
    if np.iscomplexobj(X):
        raise ShapeError("derivatives are taken at real points; this array is complex")
    return X

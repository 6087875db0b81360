"""The inverse, the determinant and its logarithm, each with its gradient."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from derivlib.calculus.arrays import Array, conform


class Forward(NamedTuple):
    """A matrix with its inverse, its determinant and the logarithm of that."""

    A: Array  # (n, n)
    W: Array  # (n, n), A⁻¹
    det: Array  # a number
    log_det: Array  # a number


class Gradients(NamedTuple):
    """Gradients by A of what the forward pass made of it, each (n, n)."""

    inverse: Array  # of a loss of A⁻¹
    det: Array  # of det A
    log_det: Array  # of log det A


# --8<-- [start:log_det]
def log_det(A: ArrayLike) -> Array:
    """The logarithm of a positive determinant, which itself may be too large or too small.

        log det A = log(det A / |det A|) + log |det A|, and the first term is zero;
        along the imaginary axis it carries the derivative.

    Args:
        A: (n, n), float64 with det A > 0, or complex128.
    Returns:
        A number, float64 or complex128; NaN where a real determinant is negative.
    Raises:
        ShapeError: A is not square.
    """
    (A,) = conform("A: (n, n)", A)
    sign, log_modulus = np.linalg.slogdet(A)
    with np.errstate(invalid="ignore"):
        value: Array = np.log(sign) + log_modulus
    return value
    # --8<-- [end:log_det]


# --8<-- [start:forward]
def forward(A: ArrayLike) -> Forward:
    """The inverse of A, its determinant and the logarithm of that.

    Args:
        A: (n, n), float64 or complex128, with det A > 0.
    Returns:
        Forward: A, W (n, n), det, log_det.
    Raises:
        ShapeError: A is not square.
        numpy.linalg.LinAlgError: A is singular.
    """
    (A,) = conform("A: (n, n)", A)
    # --8<-- [start:forward-steps]
    W = np.linalg.inv(A)
    det = np.linalg.det(A)
    # --8<-- [end:forward-steps]
    return Forward(A, W, det, log_det(A))
    # --8<-- [end:forward]


# --8<-- [start:backward]
def backward(state: Forward, G: ArrayLike) -> Gradients:
    """The gradients by A of a loss of the inverse, of the determinant and of its logarithm.

        d(A⁻¹) = −A⁻¹ dA A⁻¹, d det A = det A tr(A⁻¹ dA), d log det A = tr(A⁻¹ dA).

    Args:
        state: what `forward` returned.
        G: (n, n), float64 or complex128, the gradient of the loss by A⁻¹.
    Returns:
        Gradients, each (n, n).
    Raises:
        ShapeError: G is not of the size of A.
    Source:
        Magnus & Neudecker, Matrix Differential Calculus (2019), chapter 8.
    """
    _, G = conform("A: (n, n), G: (n, n)", state.A, G)
    W, det = state.W, state.det
    # --8<-- [start:backward-steps]
    G_inverse = -W.T @ G @ W.T
    G_det = det * W.T
    G_log_det = W.T
    # --8<-- [end:backward-steps]
    return Gradients(inverse=G_inverse, det=G_det, log_det=G_log_det)
    # --8<-- [end:backward]


# --8<-- [start:adjugate]
def adjugate(A: ArrayLike) -> Array:
    """The matrix of cofactors, transposed; it needs no inverse.

        A adj(A) = det(A) I, and adj(A)ᵀ is the gradient of det A, for singular A as well.

    Args:
        A: (n, n), float64 or complex128.
    Returns:
        (n, n), dtype of A.
    Raises:
        ShapeError: A is not square.
    """
    (A,) = conform("A: (n, n)", A)
    # --8<-- [start:adjugate-steps]
    n = len(A)
    C = np.empty_like(A)
    for i in range(n):
        for j in range(n):
            minor = np.delete(np.delete(A, i, axis=0), j, axis=1)
            C[i, j] = (-1) ** (i + j) * np.linalg.det(minor)
    adj = C.T
    # --8<-- [end:adjugate-steps]
    return adj
    # --8<-- [end:adjugate]


# --8<-- [start:solve]
def solve_backward(A: ArrayLike, x: ArrayLike, g: ArrayLike) -> tuple[Array, Array]:
    """The gradients of a loss of x, where A x = b, by A and by b.

        dx = A⁻¹ (db − dA x); one more system, with Aᵀ, and no inverse.

    Args:
        A: (n, n), float64 or complex128, invertible.
        x: (n, 1), same dtype: the solution.
        g: (n, 1), same dtype: the gradient of the loss by x.
    Returns:
        The gradients by A, (n, n), and by b, (n, 1).
    Raises:
        ShapeError: the shapes do not conform.
        numpy.linalg.LinAlgError: A is singular.
    """
    A, x, g = conform("A: (n, n), x: (n, 1), g: (n, 1)", A, x, g)
    # --8<-- [start:solve-steps]
    G_b = np.linalg.solve(A.T, g)
    G_A = -G_b @ x.T
    # --8<-- [end:solve-steps]
    return G_A, G_b
    # --8<-- [end:solve]

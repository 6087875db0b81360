"""The Kullback–Leibler divergence of two Gaussians, in general and with log-variances."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from derivlib.calculus.arrays import Array, conform
from derivlib.calculus.inverse_and_determinant import log_det


class Forward(NamedTuple):
    """The divergence of N(a, A) from N(b, B), with what was solved on the way."""

    a: Array  # (d, 1)
    A: Array  # (d, d)
    b: Array  # (d, 1)
    B: Array  # (d, d)
    u: Array  # (d, 1), B⁻¹ (b − a)
    value: Array  # a number


class Gradients(NamedTuple):
    """Gradients of the divergence, each in the shape of its variable."""

    a: Array  # (d, 1)
    A: Array  # (d, d)
    b: Array  # (d, 1)
    B: Array  # (d, d)


class DiagonalGradients(NamedTuple):
    """Gradients of the divergence from the standard normal distribution."""

    M: Array  # (n, k)
    V: Array  # (n, k)


# --8<-- [start:forward]
def forward(a: ArrayLike, A: ArrayLike, b: ArrayLike, B: ArrayLike) -> Forward:
    """The mean, under N(a, A), of log density of N(a, A) less log density of N(b, B).

        value = ½ (tr(B⁻¹A) + (b − a)ᵀB⁻¹(b − a) − d + log det B − log det A).

    Args:
        a: (d, 1), float64 or complex128: the mean of the first Gaussian.
        A: (d, d), same dtype: its covariance, positive definite.
        b: (d, 1), same dtype: the mean of the second.
        B: (d, d), same dtype: its covariance, positive definite.
    Returns:
        Forward: a, A, b, B, u (d, 1), value.
    Raises:
        ShapeError: the shapes do not conform.
        numpy.linalg.LinAlgError: B is singular.
    Source:
        Kullback, Information Theory and Statistics (1959), chapter 9.
    """
    a, A, b, B = conform("a: (d, 1), A: (d, d), b: (d, 1), B: (d, d)", a, A, b, B)
    # --8<-- [start:forward-steps]
    d = len(a)
    u = np.linalg.solve(B, b - a)
    quadratic = np.trace(np.linalg.solve(B, A)) + ((b - a).T @ u)[0, 0]
    value = (quadratic - d + log_det(B) - log_det(A)) / 2
    # --8<-- [end:forward-steps]
    return Forward(a, A, b, B, u, value)
    # --8<-- [end:forward]


# --8<-- [start:backward]
def backward(state: Forward) -> Gradients:
    """The gradients of the divergence by both means and both covariances.

        With u = B⁻¹(b − a): −u, ½ (B⁻¹ − A⁻¹), u, ½ (B⁻¹ − B⁻¹AB⁻¹ − uuᵀ).

    Args:
        state: what `forward` returned.
    Returns:
        Gradients by a (d, 1), A (d, d), b (d, 1), B (d, d).
    """
    A, B, u = state.A, state.B, state.u
    # --8<-- [start:backward-steps]
    B_inverse = np.linalg.inv(B)
    G_a = -u
    G_A = (B_inverse - np.linalg.inv(A)) / 2
    G_b = u
    G_B = (B_inverse - B_inverse @ A @ B_inverse - u @ u.T) / 2
    # --8<-- [end:backward-steps]
    return Gradients(a=G_a, A=G_A, b=G_b, B=G_B)
    # --8<-- [end:backward]


# --8<-- [start:diagonal]
def diagonal(M: ArrayLike, V: ArrayLike) -> Array:
    """The divergences of N(m, Diag(exp v)) from N(0, I), summed over the rows m of M and v of V.

        ½ Σ (exp V + M² − 1 − V), over all entries.

    Args:
        M: (n, k), float64 or complex128: one mean in each row.
        V: (n, k), same dtype: the logarithms of the variances.
    Returns:
        A number, float64 or complex128.
    Raises:
        ShapeError: the shapes differ.
    Source:
        Kingma & Welling, Auto-Encoding Variational Bayes (2014), appendix B.
    """
    M, V = conform("M: (n, k), V: (n, k)", M, V)
    # --8<-- [start:diagonal-steps]
    value = np.sum(np.expm1(V) + M**2 - V) / 2
    # --8<-- [end:diagonal-steps]
    return np.asarray(value)
    # --8<-- [end:diagonal]


# --8<-- [start:diagonal_backward]
def diagonal_backward(M: ArrayLike, V: ArrayLike) -> DiagonalGradients:
    """The gradients of `diagonal`: the mean itself, and half of the variance less one.

    Args:
        M: (n, k), float64 or complex128: one mean in each row.
        V: (n, k), same dtype: the logarithms of the variances.
    Returns:
        DiagonalGradients by M and V, (n, k) each.
    Raises:
        ShapeError: the shapes differ.
    """
    M, V = conform("M: (n, k), V: (n, k)", M, V)
    # --8<-- [start:diagonal-backward-steps]
    G_M = M
    G_V = np.expm1(V) / 2
    # --8<-- [end:diagonal-backward-steps]
    return DiagonalGradients(M=G_M, V=G_V)
    # --8<-- [end:diagonal_backward]

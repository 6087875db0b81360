"""The log marginal likelihood of a Gaussian process with a squared-exponential kernel."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from derivlib.calculus.arrays import Array, conform
from derivlib.calculus.inverse_and_determinant import log_det


class Forward(NamedTuple):
    """Everything the forward pass went through: K = C + σ² I, α = K⁻¹ y."""

    X: Array  # (n, p)
    y: Array  # (n, 1)
    s: Array  # (1, 1), the amplitude of the kernel
    r: Array  # (1, 1), its length-scale
    sigma: Array  # (1, 1), the deviation of the noise
    D: Array  # (n, n), squared distances of the inputs
    C: Array  # (n, n), the kernel
    K: Array  # (n, n), the covariance of y
    alpha: Array  # (n, 1)
    value: Array  # a number


class Gradients(NamedTuple):
    """Gradients of the log marginal likelihood, each in the shape of its variable."""

    K: Array  # (n, n)
    s: Array  # (1, 1)
    r: Array  # (1, 1)
    sigma: Array  # (1, 1)
    y: Array  # (n, 1)


# --8<-- [start:forward]
def forward(X: ArrayLike, y: ArrayLike, s: ArrayLike, r: ArrayLike, sigma: ArrayLike) -> Forward:
    """The log marginal likelihood of the targets.

        C_ij = s² exp(−‖x_i − x_j‖²/2r²), K = C + σ² I,
        value = −½ yᵀK⁻¹y − ½ log det K − ½ n log 2π.

    Args:
        X: (n, p), float64 or complex128: one input in each row.
        y: (n, 1), same dtype: the targets.
        s: (1, 1), same dtype: the amplitude.
        r: (1, 1), same dtype: the length-scale.
        sigma: (1, 1), same dtype: the deviation of the noise.
    Returns:
        Forward: the inputs, D (n, n), C (n, n), K (n, n), alpha (n, 1), value.
    Raises:
        ShapeError: the shapes do not conform.
        numpy.linalg.LinAlgError: K is singular.
    Source:
        Rasmussen & Williams, Gaussian Processes for Machine Learning (2006), eq. 5.8.
    """
    X, y, s, r, sigma = conform(
        "X: (n, p), y: (n, 1), s: (1, 1), r: (1, 1), sigma: (1, 1)", X, y, s, r, sigma
    )
    # --8<-- [start:forward-steps]
    n = len(X)
    D = ((X[:, None, :] - X[None, :, :]) ** 2).sum(axis=2)
    C = s**2 * np.exp(-D / (2 * r**2))
    K = C + sigma**2 * np.eye(n)
    alpha = np.linalg.solve(K, y)
    quadratic = (y.T @ alpha)[0, 0]
    value = -(quadratic + log_det(K) + n * np.log(2 * np.pi)) / 2
    # --8<-- [end:forward-steps]
    return Forward(X, y, s, r, sigma, D, C, K, alpha, value)
    # --8<-- [end:forward]


# --8<-- [start:backward]
def backward(fit: Forward) -> Gradients:
    """The gradients of the log marginal likelihood.

        With Q = ½ (ααᵀ − K⁻¹), the gradient by K, each parameter has Q : ∂K/∂θ.

    Args:
        fit: what `forward` returned.
    Returns:
        Gradients by K (n, n), s, r and sigma (1, 1), and y (n, 1).
    Source:
        Rasmussen & Williams, Gaussian Processes for Machine Learning (2006), eq. 5.9.
    """
    s, r, sigma, D, C, K, alpha = fit.s, fit.r, fit.sigma, fit.D, fit.C, fit.K, fit.alpha
    # --8<-- [start:backward-steps]
    G_K = (alpha @ alpha.T - np.linalg.inv(K)) / 2
    G_s = 2 / s * np.sum(G_K * C)
    G_r = np.sum(G_K * C * D) / r**3
    G_sigma = 2 * sigma * np.trace(G_K)
    G_y = -alpha
    # --8<-- [end:backward-steps]
    return Gradients(K=G_K, s=G_s, r=G_r, sigma=G_sigma, y=G_y)
    # --8<-- [end:backward]

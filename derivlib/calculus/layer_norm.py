"""Layer normalisation of each row: out = γ ⊙ (x − μ)/√(v + ε) + β."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from derivlib.calculus.arrays import Array, conform


class Forward(NamedTuple):
    """Everything the forward pass went through: X̂ = (X − μ)/s with s = √(v + ε)."""

    X: Array  # (n, p)
    gamma: Array  # (1, p)
    beta: Array  # (1, p)
    mean: Array  # (n, 1), μ
    s: Array  # (n, 1), √(v + ε)
    X_hat: Array  # (n, p)
    out: Array  # (n, p)


class Gradients(NamedTuple):
    """Gradients of a scalar loss, each in the shape of its variable."""

    X_hat: Array  # (n, p)
    X: Array  # (n, p)
    gamma: Array  # (1, p)
    beta: Array  # (1, p)


# --8<-- [start:forward]
def forward(X: ArrayLike, gamma: ArrayLike, beta: ArrayLike, epsilon: float = 1e-5) -> Forward:
    """Each row of X, brought to mean 0 and variance 1, then scaled and shifted.

        μ = mean(x), v = mean((x − μ)²), x̂ = (x − μ)/√(v + ε), out = γ ⊙ x̂ + β.

    Args:
        X: (n, p), float64 or complex128: one sample in each row.
        gamma: (1, p), same dtype.
        beta: (1, p), same dtype.
        epsilon: a small positive number that keeps s away from 0.
    Returns:
        Forward: X, gamma, beta, mean (n, 1), s (n, 1), X_hat (n, p), out (n, p).
    Raises:
        ShapeError: the shapes do not conform.
    Source:
        Ba, Kiros & Hinton, Layer Normalization (2016), eq. 3.
    """
    X, gamma, beta = conform("X: (n, p), gamma: (1, p), beta: (1, p)", X, gamma, beta)
    # --8<-- [start:forward-steps]
    mean = X.mean(axis=1, keepdims=True)
    s = np.sqrt(((X - mean) ** 2).mean(axis=1, keepdims=True) + epsilon)
    X_hat = (X - mean) / s
    out = gamma * X_hat + beta
    # --8<-- [end:forward-steps]
    return Forward(X, gamma, beta, mean, s, X_hat, out)
    # --8<-- [end:forward]


# --8<-- [start:backward]
def backward(layer: Forward, G: ArrayLike) -> Gradients:
    """The upstream gradient G = ∂ℓ/∂out, taken back to X, γ and β.

        With Ĝ = G ⊙ γ, row by row: G_x = (ĝ − mean(ĝ) − x̂ mean(ĝ ⊙ x̂))/s.
        The two means are what ĝ loses because μ and s depend on x.

    Args:
        layer: what `forward` returned.
        G: (n, p), float64 or complex128.
    Returns:
        Gradients by X_hat (n, p), X (n, p), gamma (1, p), beta (1, p).
    Raises:
        ShapeError: G has not the shape of out.
    """
    gamma, s, X_hat = layer.gamma, layer.s, layer.X_hat
    _, G = conform("out: (n, p), G: (n, p)", layer.out, G)
    # --8<-- [start:backward-steps]
    G_beta = G.sum(axis=0, keepdims=True)
    G_gamma = (G * X_hat).sum(axis=0, keepdims=True)
    G_X_hat = G * gamma
    by_mean = G_X_hat.mean(axis=1, keepdims=True)
    by_s = (G_X_hat * X_hat).mean(axis=1, keepdims=True)
    G_X = (G_X_hat - by_mean - X_hat * by_s) / s
    # --8<-- [end:backward-steps]
    return Gradients(X_hat=G_X_hat, X=G_X, gamma=G_gamma, beta=G_beta)
    # --8<-- [end:backward]

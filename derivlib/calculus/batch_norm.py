"""Batch normalisation of each column: out = γ ⊙ (x − μ)/√(v + ε) + β, μ and v over the batch."""

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
    mean: Array  # (1, p), μ
    s: Array  # (1, p), √(v + ε)
    X_hat: Array  # (n, p)
    out: Array  # (n, p)


class Gradients(NamedTuple):
    """Gradients of a scalar loss, each in the shape of its variable."""

    X: Array  # (n, p)
    gamma: Array  # (1, p)
    beta: Array  # (1, p)


# --8<-- [start:forward]
def forward(X: ArrayLike, gamma: ArrayLike, beta: ArrayLike, epsilon: float = 1e-5) -> Forward:
    """Each column of X, brought to mean 0 and variance 1 over the batch, then scaled and shifted.

        μ = mean(x), v = mean((x − μ)²), x̂ = (x − μ)/√(v + ε), out = γ ⊙ x̂ + β.

    Args:
        X: (n, p), float64 or complex128: one example in each row.
        gamma: (1, p), same dtype.
        beta: (1, p), same dtype.
        epsilon: a small positive number that keeps s away from 0.
    Returns:
        Forward: X, gamma, beta, mean (1, p), s (1, p), X_hat (n, p), out (n, p).
    Raises:
        ShapeError: the shapes do not conform.
    Source:
        Ioffe & Szegedy, Batch Normalization (2015), algorithm 1.
    """
    X, gamma, beta = conform("X: (n, p), gamma: (1, p), beta: (1, p)", X, gamma, beta)
    # --8<-- [start:forward-steps]
    mean = X.mean(axis=0, keepdims=True)
    s = np.sqrt(((X - mean) ** 2).mean(axis=0, keepdims=True) + epsilon)
    X_hat = (X - mean) / s
    out = gamma * X_hat + beta
    # --8<-- [end:forward-steps]
    return Forward(X, gamma, beta, mean, s, X_hat, out)
    # --8<-- [end:forward]


# --8<-- [start:backward]
def backward(layer: Forward, G: ArrayLike) -> Gradients:
    """The upstream gradient G = ∂ℓ/∂out, taken back to X, γ and β.

        Column by column: G_x = (γ/s)(g − mean(g) − x̂ mean(g ⊙ x̂)),
        and the two means are the gradients by β and γ, divided by n.

    Args:
        layer: what `forward` returned.
        G: (n, p), float64 or complex128.
    Returns:
        Gradients by X (n, p), gamma (1, p), beta (1, p).
    Raises:
        ShapeError: G has not the shape of out.
    """
    gamma, s, X_hat = layer.gamma, layer.s, layer.X_hat
    _, G = conform("out: (n, p), G: (n, p)", layer.out, G)
    # --8<-- [start:backward-steps]
    n = len(G)
    G_beta = G.sum(axis=0, keepdims=True)
    G_gamma = (G * X_hat).sum(axis=0, keepdims=True)
    G_X = (G - G_beta / n - X_hat * G_gamma / n) * gamma / s
    # --8<-- [end:backward-steps]
    return Gradients(X=G_X, gamma=G_gamma, beta=G_beta)
    # --8<-- [end:backward]


# --8<-- [start:by_statistics]
def by_statistics(layer: Forward, G: ArrayLike) -> Array:
    """The gradient by X the long way, with gradients by variance and mean in between.

        X has three uses: in x̂ itself, in v and in μ; the three shares add up.

    Args:
        layer: what `forward` returned.
        G: (n, p), float64 or complex128.
    Returns:
        (n, p), float64 or complex128; the same as `backward`.
    Raises:
        ShapeError: G has not the shape of out.
    Source:
        Ioffe & Szegedy, Batch Normalization (2015), section 3.
    """
    X, gamma, mean, s = layer.X, layer.gamma, layer.mean, layer.s
    _, G = conform("out: (n, p), G: (n, p)", layer.out, G)
    # --8<-- [start:by_statistics-steps]
    n = len(G)
    centred = X - mean
    G_X_hat = G * gamma
    G_v = -(G_X_hat * centred).sum(axis=0, keepdims=True) / (2 * s**3)
    G_mean = -G_X_hat.sum(axis=0, keepdims=True) / s
    G_X = G_X_hat / s + 2 / n * centred * G_v + G_mean / n
    # --8<-- [end:by_statistics-steps]
    return np.asarray(G_X)
    # --8<-- [end:by_statistics]

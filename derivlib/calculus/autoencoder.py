"""Weights that are used more than once: the rows of an embedding, and a tied autoencoder.

Embedding: H = SE with one-hot rows in S, which picks rows of E.
Autoencoder: C = tanh(XW + b), X̂ = CWᵀ + c, ℓ = ½ ‖X̂ − X‖²; W encodes and Wᵀ decodes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from derivlib.calculus.arrays import Array, conform
from derivlib.calculus.products import frobenius
from derivlib.errors import ShapeError


class Forward(NamedTuple):
    """Everything the forward pass went through."""

    X: Array  # (n, p)
    W: Array  # (p, q)
    b: Array  # (1, q)
    c: Array  # (1, p)
    C: Array  # (n, q), the codes
    R: Array  # (n, p), X̂ − X
    loss: Array  # a number


class Gradients(NamedTuple):
    """Gradients of the loss, each in the shape of its variable."""

    X: Array  # (n, p)
    W: Array  # (p, q)
    b: Array  # (1, q)
    c: Array  # (1, p)


# --8<-- [start:embed]
def embed(E: ArrayLike, tokens: ArrayLike) -> Array:
    """The rows of E that the tokens name.

        H = SE, where row i of S is one-hot at tokens[i]: H_i: = E_{tokens[i]:}.

    Args:
        E: (v, d), float64 or complex128: a row for each token.
        tokens: (n,), integers from 0 to v − 1.
    Returns:
        (n, d), dtype of E.
    Raises:
        ShapeError: E is no matrix, or tokens are not integers from 0 to v − 1.
    """
    (E,) = conform("E: (v, d)", E)
    tokens = _tokens(tokens, len(E))
    # --8<-- [start:embed-steps]
    H = E[tokens]
    # --8<-- [end:embed-steps]
    return H
    # --8<-- [end:embed]


# --8<-- [start:scatter]
def scatter(tokens: ArrayLike, G: ArrayLike, v: int) -> Array:
    """The gradient by the embedding: each row of G is added to the row it came from.

        SᵀG: row k is the sum of the rows G_i: with tokens[i] = k, and 0 if there is none.

    Args:
        tokens: (n,), integers from 0 to v − 1.
        G: (n, d), float64 or complex128: the upstream gradient.
        v: rows of the embedding.
    Returns:
        (v, d), dtype of G.
    Raises:
        ShapeError: there is not a row of G for each token.
    """
    (G,) = conform("G: (n, d)", G)
    tokens = _tokens(tokens, v)
    if len(tokens) != len(G):
        raise ShapeError(
            f"G has {len(G)} rows; it should have one for each of {len(tokens)} tokens"
        )
    # --8<-- [start:scatter-steps]
    G_E = np.zeros((v, G.shape[1]), G.dtype)
    np.add.at(G_E, tokens, G)
    # --8<-- [end:scatter-steps]
    return G_E
    # --8<-- [end:scatter]


# --8<-- [start:forward]
def forward(X: ArrayLike, W: ArrayLike, b: ArrayLike, c: ArrayLike) -> Forward:
    """The codes, what is missing from the reconstruction, and half its squared length.

        C = tanh(XW + 1b), R = CWᵀ + 1c − X, ℓ = ½ R:R.

    Args:
        X: (n, p), float64 or complex128: one example in each row.
        W: (p, q), same dtype: encodes, and decodes as Wᵀ.
        b: (1, q), same dtype.
        c: (1, p), same dtype.
    Returns:
        Forward: X, W, b, c, C (n, q), R (n, p), loss.
    Raises:
        ShapeError: the shapes do not conform.
    """
    X, W, b, c = conform("X: (n, p), W: (p, q), b: (1, q), c: (1, p)", X, W, b, c)
    # --8<-- [start:forward-steps]
    C = np.tanh(X @ W + b)
    R = C @ W.T + c - X
    loss = frobenius(R, R) / 2
    # --8<-- [end:forward-steps]
    return Forward(X, W, b, c, C, R, loss)
    # --8<-- [end:forward]


# --8<-- [start:backward]
def backward(net: Forward) -> Gradients:
    """The gradients of the loss; that by W has a share from each of its two uses.

        dℓ = R : (dC Wᵀ + C dWᵀ + 1 dc − dX) and dC = (1 − C ⊙ C) ⊙ (dX W + X dW + 1 db).

    Args:
        net: what `forward` returned.
    Returns:
        Gradients by X (n, p), W (p, q), b (1, q), c (1, p).
    """
    X, W, C, R = net.X, net.W, net.C, net.R
    # --8<-- [start:backward-steps]
    D = (R @ W) * (1 - C * C)
    G_W = X.T @ D + R.T @ C
    G_b = D.sum(axis=0, keepdims=True)
    G_c = R.sum(axis=0, keepdims=True)
    G_X = D @ W.T - R
    # --8<-- [end:backward-steps]
    return Gradients(X=G_X, W=G_W, b=G_b, c=G_c)
    # --8<-- [end:backward]


def _tokens(tokens: ArrayLike, v: int) -> Array:
    """The tokens as an array, after they were found to name rows."""
    found = np.asarray(tokens)
    if found.ndim != 1 or found.dtype.kind not in "iu":
        raise ShapeError("tokens should be a plain vector of integers")
    if found.size and not (0 <= found.min() and found.max() < v):
        raise ShapeError(f"tokens should lie between 0 and {v - 1}")
    return found

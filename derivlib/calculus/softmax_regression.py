"""Softmax regression for a batch of rows: O = XW + b, Ŷ = softmax(O), ℓ = −(1/n) Y : log Ŷ."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from derivlib.calculus.activations import log_softmax, softmax
from derivlib.calculus.arrays import Array, conform, rows_sum_to_one


class Forward(NamedTuple):
    """Everything the forward pass went through."""

    X: Array  # (n, p)
    Y: Array  # (n, q), each row sums to one
    W: Array  # (p, q)
    b: Array  # (1, q)
    O: Array  # (n, q)
    Y_hat: Array  # (n, q)
    loss: Array  # a number


class Gradients(NamedTuple):
    """Gradients of the loss, each in the shape of its variable."""

    O: Array  # (n, q)
    X: Array  # (n, p)
    W: Array  # (p, q)
    b: Array  # (1, q)


# --8<-- [start:forward]
def forward(X: ArrayLike, Y: ArrayLike, W: ArrayLike, b: ArrayLike) -> Forward:
    """The prediction for each row of X, and the mean cross-entropy.

        O = XW + 1b, Ŷ = softmax(O), ℓ = −(1/n) Σ_ij y_ij log ŷ_ij.

    Args:
        X: (n, p), float64 or complex128: one sample in each row.
        Y: (n, q), same dtype: the targets; each row is one-hot or sums to one.
        W: (p, q), same dtype.
        b: (1, q), same dtype: added to every row.
    Returns:
        Forward: X, Y, W, b, O (n, q), Y_hat (n, q), loss.
    Raises:
        ShapeError: the shapes do not conform, or a row of Y does not sum to one.
    """
    X, Y, W, b = conform("X: (n, p), Y: (n, q), W: (p, q), b: (1, q)", X, Y, W, b)
    rows_sum_to_one("Y", Y)  # else ∂ℓ/∂O is not (Ŷ − Y)/n
    # --8<-- [start:forward-steps]
    n = len(X)
    O = X @ W + b
    Y_hat = softmax(O)
    loss = -np.sum(Y * log_softmax(O)) / n
    # --8<-- [end:forward-steps]
    return Forward(X, Y, W, b, O, Y_hat, loss)
    # --8<-- [end:forward]


# --8<-- [start:backward]
def backward(fit: Forward) -> Gradients:
    """The gradients of the mean cross-entropy.

        dℓ = (Ŷ − Y)/n : dO and dO = dX W + X dW + 1 db.

    Args:
        fit: what `forward` returned.
    Returns:
        Gradients by O (n, q), X (n, p), W (p, q), b (1, q).
    """
    X, Y, W, Y_hat = fit.X, fit.Y, fit.W, fit.Y_hat
    # --8<-- [start:backward-steps]
    n = len(X)
    G_O = (Y_hat - Y) / n
    G_X = G_O @ W.T
    G_W = X.T @ G_O
    G_b = G_O.sum(axis=0, keepdims=True)
    # --8<-- [end:backward-steps]
    return Gradients(O=G_O, X=G_X, W=G_W, b=G_b)
    # --8<-- [end:backward]

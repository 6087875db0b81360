"""Linear least squares for a batch of rows: ℓ = ½ ‖XW − Y‖²."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from derivlib.calculus.arrays import Array, conform
from derivlib.calculus.products import frobenius, kron


class Forward(NamedTuple):
    """Everything the forward pass went through: R = XW − Y, ℓ = ½ R:R."""

    X: Array  # (n, p)
    W: Array  # (p, q)
    Y: Array  # (n, q)
    R: Array  # (n, q), the residuals
    loss: Array  # a number


class Gradients(NamedTuple):
    """Gradients of the loss, each in the shape of its variable."""

    X: Array  # (n, p)
    W: Array  # (p, q)
    Y: Array  # (n, q)


# --8<-- [start:forward]
def forward(X: ArrayLike, W: ArrayLike, Y: ArrayLike) -> Forward:
    """The residuals and half the sum of their squares.

        R = XW − Y, ℓ = ½ R:R.

    Args:
        X: (n, p), float64 or complex128: one sample in each row.
        W: (p, q), same dtype.
        Y: (n, q), same dtype: the targets.
    Returns:
        Forward: X, W, Y, R (n, q), loss.
    Raises:
        ShapeError: the shapes do not conform.
    """
    X, W, Y = conform("X: (n, p), W: (p, q), Y: (n, q)", X, W, Y)
    # --8<-- [start:forward-steps]
    R = X @ W - Y
    loss = frobenius(R, R) / 2
    # --8<-- [end:forward-steps]
    return Forward(X, W, Y, R, loss)
    # --8<-- [end:forward]


# --8<-- [start:backward]
def backward(fit: Forward) -> Gradients:
    """The gradients of half the sum of squares.

        dℓ = R : (dX W + X dW − dY).

    Args:
        fit: what `forward` returned.
    Returns:
        Gradients by X (n, p), W (p, q), Y (n, q).
    """
    X, W, R = fit.X, fit.W, fit.R
    # --8<-- [start:backward-steps]
    G_X = R @ W.T
    G_W = X.T @ R
    G_Y = -R
    # --8<-- [end:backward-steps]
    return Gradients(X=G_X, W=G_W, Y=G_Y)
    # --8<-- [end:backward]


# --8<-- [start:hessian]
def hessian_by_W(fit: Forward) -> Array:
    """The Hessian of the loss by vec W.

        d²ℓ = X dW : X dW = vec(dW)ᵀ (I_q ⊗ XᵀX) vec(dW).

    Args:
        fit: what `forward` returned.
    Returns:
        (pq, pq), float64 or complex128; it does not depend on W.
    """
    return kron(np.eye(fit.W.shape[1]), fit.X.T @ fit.X)
    # --8<-- [end:hessian]


# --8<-- [start:solution]
def solution(X: ArrayLike, Y: ArrayLike) -> Array:
    """The weights at which the gradient vanishes.

        XᵀX W = XᵀY, the normal equations.

    Args:
        X: (n, p), float64 or complex128, of rank p.
        Y: (n, q), same dtype.
    Returns:
        (p, q), float64 or complex128.
    Raises:
        ShapeError: the shapes do not conform.
        numpy.linalg.LinAlgError: XᵀX is singular.
    """
    X, Y = conform("X: (n, p), Y: (n, q)", X, Y)
    W: Array = np.linalg.solve(X.T @ X, X.T @ Y)
    return W
    # --8<-- [end:solution]

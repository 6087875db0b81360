"""Logistic regression, two classes: z = Xw, π = σ(z), ℓ = Σ_i (log(1 + e^{z_i}) − y_i z_i)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from derivlib.calculus.activations import sigmoid, softplus
from derivlib.calculus.arrays import Array, conform
from derivlib.calculus.products import frobenius


class Forward(NamedTuple):
    """Everything the forward pass went through."""

    X: Array  # (n, p)
    y: Array  # (n, 1), each label 0 or 1
    w: Array  # (p, 1)
    z: Array  # (n, 1), the scores
    pi: Array  # (n, 1), the probabilities of a label 1
    loss: Array  # a number


class Gradients(NamedTuple):
    """Gradients of the loss, each in the shape of its variable."""

    z: Array  # (n, 1)
    w: Array  # (p, 1)


# --8<-- [start:forward]
def forward(X: ArrayLike, y: ArrayLike, w: ArrayLike) -> Forward:
    """The scores, the probabilities and the negative log-likelihood.

        z = Xw, π = σ(z), ℓ = −Σ_i (y_i log π_i + (1 − y_i) log(1 − π_i)),
        which is Σ_i (log(1 + e^{z_i}) − y_i z_i): no logarithm of a small number.

    Args:
        X: (n, p), float64 or complex128: one example in each row.
        y: (n, 1), same dtype: the labels, 0 or 1, or probabilities.
        w: (p, 1), same dtype.
    Returns:
        Forward: X, y, w, z (n, 1), pi (n, 1), loss.
    Raises:
        ShapeError: the shapes do not conform.
    Source:
        Hastie, Tibshirani & Friedman, Elements of Statistical Learning (2nd ed., 2009), eq. 4.20.
    """
    X, y, w = conform("X: (n, p), y: (n, 1), w: (p, 1)", X, y, w)
    # --8<-- [start:forward-steps]
    z = X @ w
    pi = sigmoid(z)
    loss = np.sum(softplus(z)) - frobenius(y, z)
    # --8<-- [end:forward-steps]
    return Forward(X, y, w, z, pi, loss)
    # --8<-- [end:forward]


# --8<-- [start:backward]
def backward(fit: Forward) -> Gradients:
    """The gradients of the negative log-likelihood.

        dℓ = (π − y) : dz = Xᵀ(π − y) : dw.

    Args:
        fit: what `forward` returned.
    Returns:
        Gradients by z (n, 1), w (p, 1).
    Source:
        Hastie, Tibshirani & Friedman, Elements of Statistical Learning (2nd ed., 2009), eq. 4.24.
    """
    X, y, pi = fit.X, fit.y, fit.pi
    # --8<-- [start:backward-steps]
    G_z = pi - y
    G_w = X.T @ G_z
    # --8<-- [end:backward-steps]
    return Gradients(z=G_z, w=G_w)
    # --8<-- [end:backward]


# --8<-- [start:hessian]
def hessian_by_w(fit: Forward) -> Array:
    """The Hessian of the loss by w; the labels are not in it.

        d²ℓ = dwᵀ Xᵀ D X dw with D = Diag(π ⊙ (1 − π)).

    Args:
        fit: what `forward` returned.
    Returns:
        (p, p), float64 or complex128, symmetric, positive semidefinite for real data.
    Source:
        Hastie, Tibshirani & Friedman, Elements of Statistical Learning (2nd ed., 2009), eq. 4.25.
    """
    X, pi = fit.X, fit.pi
    # --8<-- [start:hessian-steps]
    H = X.T @ (pi * (1 - pi) * X)
    # --8<-- [end:hessian-steps]
    return np.asarray(H)
    # --8<-- [end:hessian]


# --8<-- [start:newton]
def newton_step(fit: Forward) -> Array:
    """The weights after one Newton step: a weighted least-squares fit to the working response.

        XᵀDX w⁺ = XᵀDs with s = z + D⁻¹(y − π), and Ds = Dz + y − π divides by nothing.

    Args:
        fit: what `forward` returned; X of rank p.
    Returns:
        (p, 1), float64 or complex128.
    Raises:
        numpy.linalg.LinAlgError: XᵀDX is singular.
    Source:
        Hastie, Tibshirani & Friedman, Elements of Statistical Learning (2nd ed., 2009), eq. 4.26.
    """
    X, y, z, pi = fit.X, fit.y, fit.z, fit.pi
    # --8<-- [start:newton-steps]
    D = pi * (1 - pi)
    w_next = np.linalg.solve(X.T @ (D * X), X.T @ (D * z + y - pi))
    # --8<-- [end:newton-steps]
    return np.asarray(w_next)
    # --8<-- [end:newton]

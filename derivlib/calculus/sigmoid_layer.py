"""The sigmoid layer for a batch of rows: out = σ(XW + b).

What textbooks print as "∂out/∂W" is the last of three things, and each is a function here:
the Jacobian of vec(out) by vec(W), with nq × pq numbers; its product with an upstream
gradient G, `backward`; and that product when G is all ones, `all_ones`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from derivlib.calculus.activations import sigmoid
from derivlib.calculus.arrays import Array, conform
from derivlib.calculus.products import Diag, columns, kron, vec


class Forward(NamedTuple):
    """Everything the forward pass went through: XW + b = Z, out = σ(Z)."""

    X: Array  # (n, p)
    W: Array  # (p, q)
    b: Array  # (1, q)
    Z: Array  # (n, q)
    out: Array  # (n, q)


class Gradients(NamedTuple):
    """Gradients of a scalar loss, each in the shape of its variable."""

    Z: Array  # (n, q)
    X: Array  # (n, p)
    W: Array  # (p, q)
    b: Array  # (1, q)


# --8<-- [start:forward]
def forward(X: ArrayLike, W: ArrayLike, b: ArrayLike) -> Forward:
    """The layer, applied to each row of X.

        Z = XW + 1b, out = σ(Z).

    Args:
        X: (n, p), float64 or complex128: one sample in each row.
        W: (p, q), same dtype.
        b: (1, q), same dtype: added to every row.
    Returns:
        Forward: X, W, b, Z (n, q), out (n, q).
    Raises:
        ShapeError: the shapes do not conform.
    """
    X, W, b = conform("X: (n, p), W: (p, q), b: (1, q)", X, W, b)
    # --8<-- [start:forward-steps]
    Z = X @ W + b
    out = sigmoid(Z)
    # --8<-- [end:forward-steps]
    return Forward(X, W, b, Z, out)
    # --8<-- [end:forward]


# --8<-- [start:backward]
def backward(layer: Forward, G: ArrayLike) -> Gradients:
    """The upstream gradient G = ∂ℓ/∂out, taken back to X, W and b.

        dℓ = G : d out = G ⊙ out ⊙ (1 − out) : (dX W + X dW + 1 db).

    Args:
        layer: what `forward` returned.
        G: (n, q), float64 or complex128.
    Returns:
        Gradients by Z (n, q), X (n, p), W (p, q), b (1, q).
    Raises:
        ShapeError: G has not the shape of out.
    """
    X, W, out = layer.X, layer.W, layer.out
    _, G = conform("out: (n, q), G: (n, q)", out, G)
    # --8<-- [start:backward-steps]
    G_Z = G * out * (1 - out)
    G_X = G_Z @ W.T
    G_W = X.T @ G_Z
    G_b = G_Z.sum(axis=0, keepdims=True)
    # --8<-- [end:backward-steps]
    return Gradients(Z=G_Z, X=G_X, W=G_W, b=G_b)
    # --8<-- [end:backward]


# --8<-- [start:jacobian]
def jacobian_by_W(layer: Forward) -> Array:
    """The derivative of out by W itself: nq × pq numbers.

        vec(d out) = Diag(vec(out ⊙ (1 − out))) (I_q ⊗ X) vec(dW).

    Args:
        layer: what `forward` returned.
    Returns:
        (nq, pq), float64 or complex128.
    """
    X, W, out = layer.X, layer.W, layer.out
    # --8<-- [start:jacobian-steps]
    q = W.shape[1]
    J = Diag(vec(out * (1 - out))) @ kron(np.eye(q), X)
    # --8<-- [end:jacobian-steps]
    return J


def jacobian_by_b(layer: Forward) -> Array:
    """The derivative of out by b: nq × q numbers.

        vec(d out) = Diag(vec(out ⊙ (1 − out))) (I_q ⊗ 1) vec(db), with 1 a column of n ones.

    Args:
        layer: what `forward` returned.
    Returns:
        (nq, q), float64 or complex128.
    """
    n, q = layer.out.shape
    return Diag(vec(layer.out * (1 - layer.out))) @ kron(np.eye(q), np.ones((n, 1)))
    # --8<-- [end:jacobian]


# --8<-- [start:all_ones]
def all_ones(layer: Forward) -> Array:
    """The gradient of the sum of all outputs: what is printed as "∂out/∂W".

        ∂(Σ_ij out_ij)/∂W = Xᵀ(out ⊙ (1 − out)), which is `backward` with G all ones.

    Args:
        layer: what `forward` returned.
    Returns:
        (p, q), float64 or complex128.
    """
    X, out = layer.X, layer.out
    # --8<-- [start:all_ones-steps]
    G_W: Array = X.T @ (out * (1 - out))
    # --8<-- [end:all_ones-steps]
    return G_W
    # --8<-- [end:all_ones]


# --8<-- [start:by_columns]
def by_columns(layer: Forward, G: ArrayLike) -> Array:
    """The gradient by W, one row at a time, from XW = Σ_k x_k w_k.

        Only the k-th piece holds w_k, so ∂ℓ/∂w_k = x_kᵀ G_Z; the rows, stacked, are XᵀG_Z.

    Args:
        layer: what `forward` returned.
        G: (n, q), float64 or complex128.
    Returns:
        (p, q), float64 or complex128.
    Raises:
        ShapeError: G has not the shape of out.
    """
    X, W, out = layer.X, layer.W, layer.out
    _, G = conform("out: (n, q), G: (n, q)", out, G)
    # --8<-- [start:by_columns-steps]
    G_Z = G * out * (1 - out)
    G_W = np.vstack([x_k.T @ G_Z for x_k in columns(X, W).x])
    # --8<-- [end:by_columns-steps]
    return G_W
    # --8<-- [end:by_columns]

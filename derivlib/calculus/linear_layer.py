"""A linear layer in both conventions: Z = XW + 1b for examples in rows, Z = WX + b1ᵀ in columns.

The two are one layer, transposed: what is X, W, b and Z in one of them is Xᵀ, Wᵀ, bᵀ and Zᵀ
in the other, and so are the gradients.
"""

from __future__ import annotations

from typing import NamedTuple

from numpy.typing import ArrayLike

from derivlib.calculus.arrays import Array, conform


class Forward(NamedTuple):
    """Everything the forward pass went through; the shapes in brackets are for columns."""

    X: Array  # (n, p) [(p, n)]
    W: Array  # (p, q) [(q, p)]
    b: Array  # (1, q) [(q, 1)]
    Z: Array  # (n, q) [(q, n)]


class Gradients(NamedTuple):
    """Gradients of a scalar loss, each in the shape of its variable."""

    X: Array  # (n, p) [(p, n)]
    W: Array  # (p, q) [(q, p)]
    b: Array  # (1, q) [(q, 1)]


# --8<-- [start:forward]
def forward(X: ArrayLike, W: ArrayLike, b: ArrayLike) -> Forward:
    """The layer, with one example in each row of X.

        Z = XW + 1b.

    Args:
        X: (n, p), float64 or complex128.
        W: (p, q), same dtype.
        b: (1, q), same dtype: added to every row.
    Returns:
        Forward: X, W, b, Z (n, q).
    Raises:
        ShapeError: the shapes do not conform.
    """
    X, W, b = conform("X: (n, p), W: (p, q), b: (1, q)", X, W, b)
    # --8<-- [start:forward-steps]
    Z = X @ W + b
    # --8<-- [end:forward-steps]
    return Forward(X, W, b, Z)
    # --8<-- [end:forward]


# --8<-- [start:backward]
def backward(layer: Forward, G: ArrayLike) -> Gradients:
    """The upstream gradient G = ∂ℓ/∂Z, taken back to X, W and b.

        G : dZ = GWᵀ : dX + XᵀG : dW + 1ᵀG : db.

    Args:
        layer: what `forward` returned.
        G: (n, q), float64 or complex128.
    Returns:
        Gradients by X (n, p), W (p, q), b (1, q).
    Raises:
        ShapeError: G has not the shape of Z.
    """
    X, W = layer.X, layer.W
    _, G = conform("Z: (n, q), G: (n, q)", layer.Z, G)
    # --8<-- [start:backward-steps]
    G_X = G @ W.T
    G_W = X.T @ G
    G_b = G.sum(axis=0, keepdims=True)
    # --8<-- [end:backward-steps]
    return Gradients(X=G_X, W=G_W, b=G_b)
    # --8<-- [end:backward]


# --8<-- [start:forward_columns]
def forward_columns(X: ArrayLike, W: ArrayLike, b: ArrayLike) -> Forward:
    """The layer, with one example in each column of X.

        Z = WX + b1ᵀ.

    Args:
        X: (p, n), float64 or complex128.
        W: (q, p), same dtype.
        b: (q, 1), same dtype: added to every column.
    Returns:
        Forward: X, W, b, Z (q, n).
    Raises:
        ShapeError: the shapes do not conform.
    """
    X, W, b = conform("X: (p, n), W: (q, p), b: (q, 1)", X, W, b)
    # --8<-- [start:forward_columns-steps]
    Z = W @ X + b
    # --8<-- [end:forward_columns-steps]
    return Forward(X, W, b, Z)
    # --8<-- [end:forward_columns]


# --8<-- [start:backward_columns]
def backward_columns(layer: Forward, G: ArrayLike) -> Gradients:
    """The upstream gradient G = ∂ℓ/∂Z, taken back to X, W and b.

        G : dZ = WᵀG : dX + GXᵀ : dW + G1 : db.

    Args:
        layer: what `forward_columns` returned.
        G: (q, n), float64 or complex128.
    Returns:
        Gradients by X (p, n), W (q, p), b (q, 1).
    Raises:
        ShapeError: G has not the shape of Z.
    """
    X, W = layer.X, layer.W
    _, G = conform("Z: (q, n), G: (q, n)", layer.Z, G)
    # --8<-- [start:backward_columns-steps]
    G_X = W.T @ G
    G_W = G @ X.T
    G_b = G.sum(axis=1, keepdims=True)
    # --8<-- [end:backward_columns-steps]
    return Gradients(X=G_X, W=G_W, b=G_b)
    # --8<-- [end:backward_columns]

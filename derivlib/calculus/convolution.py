"""Convolution of one image with one kernel, as a matrix product.

The name is that of the field: the kernel is not flipped, Y_ij = Σ_ab K_ab X_{i+a−1, j+b−1}.
A signal is an image of one column. Positions are stacked column by column, as in vec.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from derivlib.calculus.arrays import Array, conform, shown
from derivlib.calculus.products import unvec, vec
from derivlib.errors import ShapeError


class Forward(NamedTuple):
    """Everything the forward pass went through: vec(Y) = U vec(K)."""

    X: Array  # (h, w)
    K: Array  # (r, s)
    U: Array  # (pq, rs), one window in each row
    Y: Array  # (p, q), p = h − r + 1 and q = w − s + 1


class Gradients(NamedTuple):
    """Gradients of a scalar loss, each in the shape of its variable."""

    X: Array  # (h, w)
    K: Array  # (r, s)


# --8<-- [start:unfold]
def unfold(X: ArrayLike, r: int, s: int) -> Array:
    """The windows of X, one in each row: "im2col".

        Row (i, j) is vec of the r×s window that begins at X_ij, so U vec(K) = vec(Y).

    Args:
        X: (h, w), float64 or complex128.
        r: rows of a window.
        s: columns of a window.
    Returns:
        (pq, rs), dtype of X; p = h − r + 1, q = w − s + 1.
    Raises:
        ShapeError: X is no matrix, or the window does not fit into it.
    """
    (X,) = conform("X: (h, w)", X)
    if not (1 <= r <= X.shape[0] and 1 <= s <= X.shape[1]):
        raise ShapeError(f"a window of {shown((r, s))} does not fit into X, {shown(X.shape)}")
    # --8<-- [start:unfold-steps]
    windows = np.lib.stride_tricks.sliding_window_view(X, (r, s))  # p × q × r × s
    U = windows.transpose(1, 0, 3, 2).reshape(-1, r * s)  # both pairs column by column
    # --8<-- [end:unfold-steps]
    return U
    # --8<-- [end:unfold]


# --8<-- [start:fold]
def fold(H: ArrayLike, shape: tuple[int, int], r: int, s: int) -> Array:
    """What arrives at the windows, added up where they overlap: "col2im".

        fold is the transpose of unfold: H : unfold(X) = fold(H) : X.

    Args:
        H: (pq, rs), float64 or complex128: one window in each row.
        shape: (h, w), of the image.
        r: rows of a window.
        s: columns of a window.
    Returns:
        (h, w), dtype of H.
    Raises:
        ShapeError: H does not hold a window of r×s for each place in an image of h×w.
    """
    (H,) = conform("H: (n, m)", H)
    p, q = shape[0] - r + 1, shape[1] - s + 1
    if H.shape != (p * q, r * s):
        raise ShapeError(f"H is {shown(H.shape)}; it should be {shown((p * q, r * s))}")
    # --8<-- [start:fold-steps]
    X = np.zeros(shape, H.dtype)
    for b in range(s):
        for a in range(r):
            X[a : a + p, b : b + q] += unvec(H[:, b * r + a], (p, q))
    # --8<-- [end:fold-steps]
    return X
    # --8<-- [end:fold]


# --8<-- [start:toeplitz]
def toeplitz(K: ArrayLike, shape: tuple[int, int]) -> Array:
    """The matrix that the kernel stands for: vec(Y) = T vec(X).

        T = Σ_ab K_ab (Q_bᵀ ⊗ P_a), where P_a and Q_b take rows and columns out of X.

    Args:
        K: (r, s), float64 or complex128.
        shape: (h, w), of the image.
    Returns:
        (pq, hw), dtype of K; mostly zeros.
    Raises:
        ShapeError: K is no matrix, or does not fit into the image.
    """
    (K,) = conform("K: (r, s)", K)
    (r, s), (h, w) = K.shape, shape
    if r > h or s > w:
        raise ShapeError(f"K is {shown(K.shape)}; it does not fit into {shown(shape)}")
    P, Q = shifts(r, h), shifts(s, w)
    return np.asarray(sum(K[a, b] * np.kron(Q[b], P[a]) for a in range(r) for b in range(s)))
    # --8<-- [end:toeplitz]


# --8<-- [start:shifts]
def shifts(r: int, m: int) -> Array:
    """The matrices S_1 … S_r that take out of m entries those that one kernel entry meets.

        (S_j x)_i = x_{i+j−1}, so a convolution is Σ_j k_j S_j x.

    Args:
        r: entries of the kernel.
        m: entries of the signal, not fewer.
    Returns:
        (r, m − r + 1, m), float64, of zeros and ones.
    """
    n = m - r + 1
    return np.stack([np.eye(n, m, j) for j in range(r)])
    # --8<-- [end:shifts]


# --8<-- [start:forward]
def forward(X: ArrayLike, K: ArrayLike) -> Forward:
    """The kernel's product with each window of the image.

        vec(Y) = U vec(K), where U = unfold(X) has a window in each row.

    Args:
        X: (h, w), float64 or complex128.
        K: (r, s), same dtype.
    Returns:
        Forward: X, K, U (pq, rs), Y (p, q); p = h − r + 1, q = w − s + 1.
    Raises:
        ShapeError: X or K is no matrix, or K does not fit into X.
    Source:
        Goodfellow, Bengio & Courville, Deep Learning (2016), eq. 9.6.
    """
    X, K = conform("X: (h, w), K: (r, s)", X, K)
    # --8<-- [start:forward-steps]
    (h, w), (r, s) = X.shape, K.shape
    U = unfold(X, r, s)
    Y = unvec(U @ vec(K), (h - r + 1, w - s + 1))
    # --8<-- [end:forward-steps]
    return Forward(X, K, U, Y)
    # --8<-- [end:forward]


# --8<-- [start:backward]
def backward(layer: Forward, G: ArrayLike) -> Gradients:
    """The upstream gradient G = ∂ℓ/∂Y, taken back to the image and the kernel.

        vec(G) : d vec(Y) = Uᵀ vec(G) : vec(dK) + vec(G) vec(K)ᵀ : dU.

    Args:
        layer: what `forward` returned.
        G: (p, q), float64 or complex128.
    Returns:
        Gradients by X (h, w), K (r, s).
    Raises:
        ShapeError: G has not the shape of Y.
    """
    X, K, U = layer.X, layer.K, layer.U
    _, G = conform("Y: (p, q), G: (p, q)", layer.Y, G)
    # --8<-- [start:backward-steps]
    G_K = unvec(U.T @ vec(G), K.shape)
    G_U = vec(G) @ vec(K).T
    G_X = fold(G_U, X.shape, *K.shape)
    # --8<-- [end:backward-steps]
    return Gradients(X=G_X, K=G_K)
    # --8<-- [end:backward]

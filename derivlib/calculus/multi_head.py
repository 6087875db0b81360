"""Multi-head self-attention: the projections, the heads and their sum.

    Q_i = X A_i,  K_i = X B_i,  V_i = X C_i        for each head i
    P_i = softmax(Q_i K_iᵀ/√k) row by row,   O_i = P_i V_i
    Y   = Σ_i O_i W_i.

The heads run along the first axis of every array but X and Y.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from derivlib.calculus.activations import softmax
from derivlib.calculus.arrays import Array, conform

SHAPES = "X: (m, d), A: (h, d, k), B: (h, d, k), C: (h, d, v), W: (h, v, p)"


class Forward(NamedTuple):
    """Everything the forward pass went through."""

    X: Array  # (m, d)
    A: Array  # (h, d, k)
    B: Array  # (h, d, k)
    C: Array  # (h, d, v)
    W: Array  # (h, v, p)
    Q: Array  # (h, m, k)
    K: Array  # (h, m, k)
    V: Array  # (h, m, v)
    P: Array  # (h, m, m), each row sums to one
    O: Array  # (h, m, v)
    Y: Array  # (m, p)


class Gradients(NamedTuple):
    """Gradients of a scalar loss, each in the shape of its variable."""

    A: Array  # (h, d, k)
    B: Array  # (h, d, k)
    C: Array  # (h, d, v)
    W: Array  # (h, v, p)
    X: Array  # (m, d)
    O: Array  # (h, m, v)
    S: Array  # (h, m, m): by the scores Q_i K_iᵀ/√k
    Q: Array  # (h, m, k)
    K: Array  # (h, m, k)
    V: Array  # (h, m, v)


def transpose(A: Array) -> Array:
    """Every matrix of a stack transposed.

    Args:
        A: (h, m, n), float64 or complex128.
    Returns:
        (h, n, m), same dtype: a view.
    """
    return A.swapaxes(-1, -2)


# --8<-- [start:forward]
def forward(X: ArrayLike, A: ArrayLike, B: ArrayLike, C: ArrayLike, W: ArrayLike) -> Forward:
    """What all the heads take from one sequence, added up.

        Y = Σ_i softmax(X A_i (X B_i)ᵀ/√k) X C_i W_i.

    Args:
        X: (m, d), float64 or complex128: one token in each row.
        A: (h, d, k), same dtype: makes the queries of each head.
        B: (h, d, k), same dtype: makes the keys.
        C: (h, d, v), same dtype: makes the values.
        W: (h, v, p), same dtype: each head's rows of the output projection.
    Returns:
        Forward: the arguments, Q, K, V, P, O and Y.
    Raises:
        ShapeError: the shapes do not conform.
    Source:
        Vaswani et al., Attention Is All You Need (2017), section 3.2.2.
    """
    X, A, B, C, W = conform(SHAPES, X, A, B, C, W)
    # --8<-- [start:forward-steps]
    k = A.shape[2]
    Q, K, V = X @ A, X @ B, X @ C
    P = softmax(Q @ transpose(K) / np.sqrt(k))
    O = P @ V
    Y = np.sum(O @ W, axis=0)
    # --8<-- [end:forward-steps]
    return Forward(X, A, B, C, W, Q, K, V, P, O, Y)
    # --8<-- [end:forward]


# --8<-- [start:backward]
def backward(net: Forward, G: ArrayLike) -> Gradients:
    """The upstream gradient G = ∂ℓ/∂Y, taken back to all projections and to X.

        G : dY = Σ_i (G W_iᵀ : dO_i + O_iᵀ G : dW_i),
        G_Q : dQ_i = G_Q : (dX A_i + X dA_i) = G_Q A_iᵀ : dX + Xᵀ G_Q : dA_i,
        and the same for keys and values.

    Args:
        net: what `forward` returned.
        G: (m, p), float64 or complex128.
    Returns:
        Gradients by A, B, C, W, X, and by every O_i, S_i, Q_i, K_i and V_i.
    Raises:
        ShapeError: G has not the shape of Y.
    """
    X, A, B, C, W, Q, K, V, P, O, Y = net
    _, G = conform("Y: (m, p), G: (m, p)", Y, G)
    # --8<-- [start:backward-steps]
    k = A.shape[2]
    G_W = transpose(O) @ G
    G_O = G @ transpose(W)
    G_V = transpose(P) @ G_O
    G_P = G_O @ transpose(V)
    G_S = P * (G_P - np.sum(P * G_P, axis=-1, keepdims=True))
    G_Q = G_S @ K / np.sqrt(k)
    G_K = transpose(G_S) @ Q / np.sqrt(k)
    G_A, G_B, G_C = X.T @ G_Q, X.T @ G_K, X.T @ G_V
    G_X = np.sum(G_Q @ transpose(A) + G_K @ transpose(B) + G_V @ transpose(C), axis=0)
    # --8<-- [end:backward-steps]
    return Gradients(A=G_A, B=G_B, C=G_C, W=G_W, X=G_X, O=G_O, S=G_S, Q=G_Q, K=G_K, V=G_V)
    # --8<-- [end:backward]

"""Scaled dot-product attention, one head: out = softmax(QKᵀ/√k) V, row by row."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from derivlib.calculus.activations import softmax
from derivlib.calculus.arrays import Array, conform


class Forward(NamedTuple):
    """Everything the forward pass went through: S = QKᵀ/√k, P = softmax(S), out = PV."""

    Q: Array  # (n, k)
    K: Array  # (m, k)
    V: Array  # (m, v)
    S: Array  # (n, m)
    P: Array  # (n, m)
    out: Array  # (n, v)


class Gradients(NamedTuple):
    """Gradients of a scalar loss, each in the shape of its variable."""

    P: Array  # (n, m)
    S: Array  # (n, m)
    Q: Array  # (n, k)
    K: Array  # (m, k)
    V: Array  # (m, v)


# --8<-- [start:forward]
def forward(Q: ArrayLike, K: ArrayLike, V: ArrayLike) -> Forward:
    """What each query takes from the values, by how well it fits the keys.

        S = QKᵀ/√k, P = softmax(S) row by row, out = PV.

    Args:
        Q: (n, k), float64 or complex128: one query in each row.
        K: (m, k), same dtype: one key in each row.
        V: (m, v), same dtype: one value in each row.
    Returns:
        Forward: Q, K, V, S (n, m), P (n, m), out (n, v).
    Raises:
        ShapeError: the shapes do not conform.
    Source:
        Vaswani et al., Attention Is All You Need (2017), eq. 1.
    """
    Q, K, V = conform("Q: (n, k), K: (m, k), V: (m, v)", Q, K, V)
    # --8<-- [start:forward-steps]
    k = Q.shape[1]
    S = Q @ K.T / np.sqrt(k)
    P = softmax(S)
    out = P @ V
    # --8<-- [end:forward-steps]
    return Forward(Q, K, V, S, P, out)
    # --8<-- [end:forward]


# --8<-- [start:backward]
def backward(head: Forward, G: ArrayLike) -> Gradients:
    """The upstream gradient G = ∂ℓ/∂out, taken back to Q, K and V.

        G : d(PV) = GVᵀ : dP + PᵀG : dV,
        G_P : dP  = P ⊙ (G_P − (P ⊙ G_P) 1 1ᵀ) : dS,
        G_S : dS  = G_S K/√k : dQ + G_Sᵀ Q/√k : dK.

    Args:
        head: what `forward` returned.
        G: (n, v), float64 or complex128.
    Returns:
        Gradients by P (n, m), S (n, m), Q (n, k), K (m, k), V (m, v).
    Raises:
        ShapeError: G has not the shape of out.
    """
    Q, K, V, P = head.Q, head.K, head.V, head.P
    _, G = conform("out: (n, v), G: (n, v)", head.out, G)
    # --8<-- [start:backward-steps]
    k = Q.shape[1]
    G_V = P.T @ G
    G_P = G @ V.T
    G_S = P * (G_P - (P * G_P).sum(axis=1, keepdims=True))
    G_Q = G_S @ K / np.sqrt(k)
    G_K = G_S.T @ Q / np.sqrt(k)
    # --8<-- [end:backward-steps]
    return Gradients(P=G_P, S=G_S, Q=G_Q, K=G_K, V=G_V)
    # --8<-- [end:backward]

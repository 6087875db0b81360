"""InfoNCE, the contrastive loss: each query has to find its own key among all of them.

    S = Q Kᵀ/τ,   P = softmax(S) row by row,   ℓ = −(1/n) Σ_i log P_ii.

Query i belongs to key i; the other keys of the batch are its negatives.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from derivlib.calculus.activations import log_softmax
from derivlib.calculus.arrays import Array, conform


class Forward(NamedTuple):
    """Everything the forward pass went through."""

    Q: Array  # (n, d)
    K: Array  # (n, d)
    tau: Array  # a number
    S: Array  # (n, n)
    P: Array  # (n, n), each row sums to one
    loss: Array  # a number


class Gradients(NamedTuple):
    """Gradients of the loss, each in the shape of its variable."""

    S: Array  # (n, n)
    Q: Array  # (n, d)
    K: Array  # (n, d)
    tau: Array  # a number


# --8<-- [start:forward]
def forward(Q: ArrayLike, K: ArrayLike, tau: ArrayLike) -> Forward:
    """How well each query tells its key from the others.

        ℓ = −(1/n) Σ_i log softmax(Q Kᵀ/τ)_ii.

    Args:
        Q: (n, d), float64 or complex128: one query in each row.
        K: (n, d), same dtype: the key of each query, in the same order.
        tau: a number, same dtype: the temperature, positive.
    Returns:
        Forward: Q, K, tau, S (n, n), P (n, n) and the loss.
    Raises:
        ShapeError: the shapes do not conform.
    Source:
        van den Oord, Li & Vinyals, Representation Learning with Contrastive Predictive
        Coding (2018), eq. 4.
    """
    Q, K, tau = conform("Q: (n, d), K: (n, d), tau: ()", Q, K, tau)
    # --8<-- [start:forward-steps]
    S = Q @ K.T / tau
    log_P = log_softmax(S)
    P = np.exp(log_P)
    loss = -np.mean(np.diag(log_P))
    # --8<-- [end:forward-steps]
    return Forward(Q, K, tau, S, P, loss)
    # --8<-- [end:forward]


# --8<-- [start:backward]
def backward(net: Forward) -> Gradients:
    """The loss, taken back to the similarities, the queries, the keys and the temperature.

        ∂ℓ/∂S = (P − I)/n,   ∂ℓ/∂Q = ∂ℓ/∂S K/τ,   ∂ℓ/∂K = (∂ℓ/∂S)ᵀ Q/τ,
        ∂ℓ/∂τ = −(∂ℓ/∂S : S)/τ.

    Args:
        net: what `forward` returned.
    Returns:
        Gradients by S (n, n), Q (n, d), K (n, d) and tau.
    """
    Q, K, tau, S, P, _ = net
    # --8<-- [start:backward-steps]
    n = len(Q)
    G_S = (P - np.eye(n)) / n
    G_Q = G_S @ K / tau
    G_K = G_S.T @ Q / tau
    G_tau = -np.sum(G_S * S) / tau
    # --8<-- [end:backward-steps]
    return Gradients(S=G_S, Q=G_Q, K=G_K, tau=G_tau)
    # --8<-- [end:backward]


def unit_rows(U: ArrayLike) -> Array:
    """U with each row divided by its length.

    Args:
        U: (n, d), float64 or complex128; no row is zero.
    Returns:
        (n, d), same dtype.
    Raises:
        ShapeError: U is no matrix.
    """
    (U,) = conform("U: (n, d)", U)
    result: Array = U / np.sqrt(np.sum(U * U, axis=1, keepdims=True))
    return result


def unit_rows_backward(U: ArrayLike, G: ArrayLike) -> Array:
    """The gradient G by the unit rows, taken back to U.

        g : d(u/‖u‖) = (g − (g·q) q)/‖u‖ : du   with q = u/‖u‖, row by row.

    Args:
        U: (n, d), float64 or complex128; no row is zero.
        G: (n, d), same dtype.
    Returns:
        (n, d), same dtype; each row is orthogonal to that of U.
    Raises:
        ShapeError: U and G differ in shape.
    """
    U, G = conform("U: (n, d), G: (n, d)", U, G)
    G_U: Array
    # --8<-- [start:unit-rows-steps]
    r = np.sqrt(np.sum(U * U, axis=1, keepdims=True))
    N = U / r
    G_U = (G - np.sum(G * N, axis=1, keepdims=True) * N) / r
    # --8<-- [end:unit-rows-steps]
    return G_U

"""The GRU cell over T steps, forward and backward, the reset gate before the product.

    Z_t = σ(X_t U_z + H_{t−1} W_z + b_z),   R_t = σ(X_t U_r + H_{t−1} W_r + b_r)
    N_t = tanh(X_t U_n + (R_t ⊙ H_{t−1}) W_n + b_n)
    H_t = Z_t ⊙ H_{t−1} + (1 − Z_t) ⊙ N_t.

U, W and b hold the blocks for Z, R and N side by side. Time runs along the first axis;
X begins at t = 1, H begins with H_0.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from derivlib.calculus.activations import sigmoid
from derivlib.calculus.arrays import Array, conform
from derivlib.calculus.rnn import sum_over_time
from derivlib.errors import ShapeError


class Forward(NamedTuple):
    """Everything the forward pass went through."""

    X: Array  # (T, n, d)
    U: Array  # (d, 3h)
    W: Array  # (h, 3h)
    Z: Array  # (T, n, h)
    R: Array  # (T, n, h)
    N: Array  # (T, n, h)
    H: Array  # (T + 1, n, h): H[0] is H_0


class Gradients(NamedTuple):
    """Gradients of a scalar loss, each in the shape of its variable."""

    U: Array  # (d, 3h)
    W: Array  # (h, 3h)
    b: Array  # (1, 3h)
    A: Array  # (T, n, 3h): ∂ℓ/∂A_t for each t, the three pre-activations side by side
    H: Array  # (T + 1, n, h): ∂ℓ/∂H_t for each t; H[0] is that of the initial state
    X: Array  # (T, n, d)


# --8<-- [start:forward]
def forward(X: ArrayLike, H_0: ArrayLike, U: ArrayLike, W: ArrayLike, b: ArrayLike) -> Forward:
    """The cell over T steps in time, for a batch of n rows.

        H_t = Z_t ⊙ H_{t−1} + (1 − Z_t) ⊙ N_t.

    Args:
        X: (T, n, d), float64 or complex128: the inputs X_1 … X_T.
        H_0: (n, h), same dtype: the initial state.
        U: (d, 3h), same dtype: blocks for Z, R and N, in this order.
        W: (h, 3h), same dtype, likewise.
        b: (1, 3h), same dtype, likewise.
    Returns:
        Forward: X, U, W, Z, R, N and H (H_0 included).
    Raises:
        ShapeError: the shapes do not conform, or there are not three blocks of h columns.
    Source:
        Cho et al., Learning Phrase Representations using RNN Encoder–Decoder (2014), eq. 5–8.
    """
    X, H_0, U, W, b = conform(
        "X: (T, n, d), H_0: (n, h), U: (d, g), W: (h, g), b: (1, g)", X, H_0, U, W, b
    )
    h, columns = W.shape
    if columns != 3 * h:
        raise ShapeError(f"W has {columns} columns; three blocks of {h} need {3 * h}")
    # --8<-- [start:forward-steps]
    W_z, W_r, W_n = np.split(W, 3, axis=1)
    states, gates = [H_0], []
    for X_t in X:
        H_t = states[-1]
        B_z, B_r, B_n = np.split(X_t @ U + b, 3, axis=1)
        Z_t = sigmoid(B_z + H_t @ W_z)
        R_t = sigmoid(B_r + H_t @ W_r)
        N_t = np.tanh(B_n + (R_t * H_t) @ W_n)
        states.append(Z_t * H_t + (1 - Z_t) * N_t)
        gates.append([Z_t, R_t, N_t])
    H = np.stack(states)
    Z, R, N = np.stack(gates, axis=1)
    # --8<-- [end:forward-steps]
    return Forward(X, U, W, Z, R, N, H)
    # --8<-- [end:forward]


# --8<-- [start:backward]
def backward(net: Forward, E: ArrayLike) -> Gradients:
    """Backward through time: four ways lead from H_t to H_{t−1}.

        ∂ℓ/∂H_{t−1} = E_{t−1} + ∂ℓ/∂H_t ⊙ Z_t + D_t ⊙ R_t + ∂ℓ/∂A_z W_zᵀ + ∂ℓ/∂A_r W_rᵀ,
        D_t = ∂ℓ/∂A_n W_nᵀ, the gradient by R_t ⊙ H_{t−1}.

    Args:
        net: what `forward` returned.
        E: (T, n, h), float64 or complex128: what each H_t receives from its own step.
    Returns:
        Gradients by U, W, b, and by every A_t, H_t and X_t.
    Raises:
        ShapeError: E has not the shape of H_1 … H_T.
    """
    X, U, W, Z, R, N, H = net
    _, E = conform("H: (T, n, h), E: (T, n, h)", H[1:], E)
    # --8<-- [start:backward-steps]
    W_z, W_r, W_n = np.split(W, 3, axis=1)
    G_H = np.zeros(H.shape, dtype=(H[1:] + E).dtype)
    G_A = np.zeros((*Z.shape[:2], W.shape[1]), dtype=G_H.dtype)
    G_H[1:] = E
    for t in range(len(X), 0, -1):  # G_H[t] is complete when its turn comes
        P, Z_t, R_t, N_t, H_t = G_H[t], Z[t - 1], R[t - 1], N[t - 1], H[t - 1]
        G_n = P * (1 - Z_t) * (1 - N_t**2)
        D = G_n @ W_n.T  # by the product R ⊙ H
        G_z = P * (H_t - N_t) * Z_t * (1 - Z_t)
        G_r = D * H_t * R_t * (1 - R_t)
        G_A[t - 1] = np.hstack([G_z, G_r, G_n])
        G_H[t - 1] += P * Z_t + D * R_t + G_z @ W_z.T + G_r @ W_r.T
    G_z, G_r, G_n = np.split(G_A, 3, axis=2)
    read = [(H[:-1], G_z), (H[:-1], G_r), (R * H[:-1], G_n)]
    G_W = np.hstack([sum_over_time(state, G) for state, G in read])
    G_U = sum_over_time(X, G_A)
    G_b = G_A.sum(axis=(0, 1))[np.newaxis]
    G_X = G_A @ U.T
    # --8<-- [end:backward-steps]
    return Gradients(U=G_U, W=G_W, b=G_b, A=G_A, H=G_H, X=G_X)
    # --8<-- [end:backward]

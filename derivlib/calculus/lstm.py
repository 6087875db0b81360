"""The LSTM cell over T steps, forward and backward, its four gates stacked side by side.

    A_t = X_t U + H_{t−1} W + b, four blocks of h columns: for I, F, G and O
    I_t, F_t, O_t = σ(their blocks),   G_t = tanh(its block)
    C_t = F_t ⊙ C_{t−1} + I_t ⊙ G_t,   H_t = O_t ⊙ tanh(C_t).

Time runs along the first axis. X begins at t = 1; H and C begin with H_0 and C_0.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from derivlib.calculus.activations import sigmoid
from derivlib.calculus.arrays import Array, conform
from derivlib.calculus.rnn import sum_over_time
from derivlib.errors import ShapeError

SHAPES = "X: (T, n, d), H_0: (n, h), C_0: (n, h), U: (d, g), W: (h, g), b: (1, g)"


class Forward(NamedTuple):
    """Everything the forward pass went through."""

    X: Array  # (T, n, d)
    U: Array  # (d, 4h)
    W: Array  # (h, 4h)
    gates: Array  # (T, n, 4h): I, F, G and O, side by side
    C: Array  # (T + 1, n, h): C[0] is C_0
    H: Array  # (T + 1, n, h): H[0] is H_0


class Gradients(NamedTuple):
    """Gradients of a scalar loss, each in the shape of its variable."""

    U: Array  # (d, 4h)
    W: Array  # (h, 4h)
    b: Array  # (1, 4h)
    A: Array  # (T, n, 4h): ∂ℓ/∂A_t for each t
    C: Array  # (T + 1, n, h): ∂ℓ/∂C_t for each t; C[0] is that of the initial state
    H: Array  # (T + 1, n, h): ∂ℓ/∂H_t likewise
    X: Array  # (T, n, d)


# --8<-- [start:forward]
def forward(
    X: ArrayLike, H_0: ArrayLike, C_0: ArrayLike, U: ArrayLike, W: ArrayLike, b: ArrayLike
) -> Forward:
    """The cell over T steps in time, for a batch of n rows.

        C_t = F_t ⊙ C_{t−1} + I_t ⊙ G_t, H_t = O_t ⊙ tanh(C_t).

    Args:
        X: (T, n, d), float64 or complex128: the inputs X_1 … X_T.
        H_0: (n, h), same dtype: the initial hidden state.
        C_0: (n, h), same dtype: the initial cell state.
        U: (d, 4h), same dtype: blocks for I, F, G and O, in this order.
        W: (h, 4h), same dtype, likewise.
        b: (1, 4h), same dtype, likewise.
    Returns:
        Forward: X, U, W, the gates, C (C_0 included) and H (H_0 included).
    Raises:
        ShapeError: the shapes do not conform, or there are not four blocks of h columns.
    Source:
        Hochreiter & Schmidhuber, Long Short-Term Memory (1997); the forget gate is from
        Gers, Schmidhuber & Cummins, Learning to Forget (2000).
    """
    X, H_0, C_0, U, W, b = conform(SHAPES, X, H_0, C_0, U, W, b)
    h, columns = W.shape
    if columns != 4 * h:
        raise ShapeError(f"W has {columns} columns; four gates of {h} need {4 * h}")
    # --8<-- [start:forward-steps]
    states, cells, all_gates = [H_0], [C_0], []
    for X_t in X:
        A_i, A_f, A_g, A_o = np.split(X_t @ U + states[-1] @ W + b, 4, axis=1)
        I, F, G, O = sigmoid(A_i), sigmoid(A_f), np.tanh(A_g), sigmoid(A_o)
        cells.append(F * cells[-1] + I * G)
        states.append(O * np.tanh(cells[-1]))
        all_gates.append(np.hstack([I, F, G, O]))
    H, C, gates = np.stack(states), np.stack(cells), np.stack(all_gates)
    # --8<-- [end:forward-steps]
    return Forward(X, U, W, gates, C, H)
    # --8<-- [end:forward]


# --8<-- [start:backward]
def backward(net: Forward, E: ArrayLike) -> Gradients:
    """Backward through time, along both states.

        ∂ℓ/∂H_t = E_t + ∂ℓ/∂A_{t+1} Wᵀ                            (second part 0 at t = T)
        ∂ℓ/∂C_t = ∂ℓ/∂H_t ⊙ O_t ⊙ (1 − tanh² C_t) + ∂ℓ/∂C_{t+1} ⊙ F_{t+1}   (likewise)
        ∂ℓ/∂U = Σ_t X_tᵀ ∂ℓ/∂A_t,  ∂ℓ/∂W = Σ_t H_{t−1}ᵀ ∂ℓ/∂A_t.

    Args:
        net: what `forward` returned.
        E: (T, n, h), float64 or complex128: what each H_t receives from its own step.
    Returns:
        Gradients by U, W, b, and by every A_t, C_t, H_t and X_t.
    Raises:
        ShapeError: E has not the shape of H_1 … H_T.
    """
    X, U, W, gates, C, H = net
    _, E = conform("H: (T, n, h), E: (T, n, h)", H[1:], E)
    # --8<-- [start:backward-steps]
    G_A = np.zeros(gates.shape, dtype=(gates[0] @ W.T + E[0]).dtype)
    G_H = np.zeros(H.shape, dtype=G_A.dtype)
    G_C = np.zeros(C.shape, dtype=G_A.dtype)
    G_H[1:] = E
    for t in range(len(X), 0, -1):  # what arrives at H_t and C_t is complete when their turn comes
        I, F, G, O = np.split(gates[t - 1], 4, axis=1)
        tanh_C = np.tanh(C[t])
        G_C[t] += G_H[t] * O * (1 - tanh_C**2)
        G_A[t - 1] = np.hstack(
            [
                G_C[t] * G * I * (1 - I),
                G_C[t] * C[t - 1] * F * (1 - F),
                G_C[t] * I * (1 - G**2),
                G_H[t] * tanh_C * O * (1 - O),
            ]
        )
        G_C[t - 1] = G_C[t] * F
        G_H[t - 1] += G_A[t - 1] @ W.T
    G_U = sum_over_time(X, G_A)
    G_W = sum_over_time(H[:-1], G_A)
    G_b = G_A.sum(axis=(0, 1))[np.newaxis]
    G_X = G_A @ U.T
    # --8<-- [end:backward-steps]
    return Gradients(U=G_U, W=G_W, b=G_b, A=G_A, C=G_C, H=G_H, X=G_X)
    # --8<-- [end:backward]

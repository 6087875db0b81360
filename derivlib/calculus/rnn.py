"""The recurrent network, forward and backward through time.

    A_t = X_t U + H_{t−1} W + b     H_t = tanh(A_t)
    O_t = H_t V + c                 Ŷ_t = softmax(O_t), row by row
    ℓ   = −(1/T) Σ_t Σ_j y_tj log ŷ_tj, summed over the rows of the batch.

Time runs along the first axis. X, A, O, Y and Ŷ begin at t = 1; H begins with H_0.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from derivlib.calculus.activations import log_softmax, softmax
from derivlib.calculus.arrays import Array, conform, rows_sum_to_one

SHAPES = (
    "X: (T, n, d), Y: (T, n, v), H_0: (n, h), U: (d, h), W: (h, h), b: (1, h), V: (h, v), c: (1, v)"
)


class Forward(NamedTuple):
    """Everything the forward pass went through."""

    X: Array  # (T, n, d)
    Y: Array  # (T, n, v), each row sums to one
    U: Array  # (d, h)
    W: Array  # (h, h)
    b: Array  # (1, h)
    V: Array  # (h, v)
    c: Array  # (1, v)
    A: Array  # (T, n, h)
    H: Array  # (T + 1, n, h): H[0] is H_0, H[t] is H_t
    O: Array  # (T, n, v)
    Y_hat: Array  # (T, n, v)
    loss: Array  # a number


class Gradients(NamedTuple):
    """Gradients of the loss, each in the shape of its variable."""

    U: Array  # (d, h)
    W: Array  # (h, h)
    b: Array  # (1, h)
    V: Array  # (h, v)
    c: Array  # (1, v)
    A: Array  # (T, n, h): ∂ℓ/∂A_t for each t
    H: Array  # (T + 1, n, h): ∂ℓ/∂H_t for each t; H[0] is that of the initial state
    O: Array  # (T, n, v)
    X: Array  # (T, n, d)


# --8<-- [start:forward]
def forward(
    X: ArrayLike,
    Y: ArrayLike,
    H_0: ArrayLike,
    U: ArrayLike,
    W: ArrayLike,
    b: ArrayLike,
    V: ArrayLike,
    c: ArrayLike,
) -> Forward:
    """The network over T steps in time, for a batch of n rows.

        A_t = X_t U + H_{t−1} W + b, H_t = tanh(A_t), O_t = H_t V + c, Ŷ_t = softmax(O_t).

    Args:
        X: (T, n, d), float64 or complex128: the inputs X_1 … X_T.
        Y: (T, n, v), same dtype: the targets; each row is one-hot or sums to one.
        H_0: (n, h), same dtype: the initial state.
        U: (d, h), same dtype.
        W: (h, h), same dtype.
        b: (1, h), same dtype.
        V: (h, v), same dtype.
        c: (1, v), same dtype.
    Returns:
        Forward: the arguments, A, H (H_0 included), O, Y_hat and the loss.
    Raises:
        ShapeError: the shapes do not conform, or a row of Y does not sum to one.
    """
    X, Y, H_0, U, W, b, V, c = conform(SHAPES, X, Y, H_0, U, W, b, V, c)
    rows_sum_to_one("Y", Y)  # else ∂ℓ/∂O is not (Ŷ − Y)/T
    # --8<-- [start:forward-steps]
    T = len(X)
    pre_activations, states = [], [H_0]
    for X_t in X:
        A_t = X_t @ U + states[-1] @ W + b
        pre_activations.append(A_t)
        states.append(np.tanh(A_t))
    A, H = np.stack(pre_activations), np.stack(states)
    O = H[1:] @ V + c
    Y_hat = softmax(O)
    loss = -np.sum(Y * log_softmax(O)) / T
    # --8<-- [end:forward-steps]
    return Forward(X, Y, U, W, b, V, c, A, H, O, Y_hat, loss)
    # --8<-- [end:forward]


# --8<-- [start:backward]
def backward(net: Forward) -> Gradients:
    """Backward through time: the loss, taken back to all parameters and states.

        ∂ℓ/∂O_t = (Ŷ_t − Y_t)/T
        ∂ℓ/∂H_t = ∂ℓ/∂O_t Vᵀ + ∂ℓ/∂A_{t+1} Wᵀ     (the second part is 0 at t = T)
        ∂ℓ/∂A_t = ∂ℓ/∂H_t ⊙ (1 − H_t ⊙ H_t)
        ∂ℓ/∂U = Σ_t X_tᵀ ∂ℓ/∂A_t,  ∂ℓ/∂W = Σ_t H_{t−1}ᵀ ∂ℓ/∂A_t,  ∂ℓ/∂V = Σ_t H_tᵀ ∂ℓ/∂O_t,
        and the biases collect the column sums.

    Args:
        net: what `forward` returned.
    Returns:
        Gradients by U, W, b, V, c, and by every A_t, H_t, O_t and X_t.
    """
    X, Y, U, W, V = net.X, net.Y, net.U, net.W, net.V
    A, H, Y_hat = net.A, net.H, net.Y_hat
    # --8<-- [start:backward-steps]
    T = len(X)
    G_O = (Y_hat - Y) / T
    G_A = np.zeros_like(A, dtype=G_O.dtype)
    G_H = np.zeros_like(H, dtype=G_O.dtype)
    G_H[1:] = G_O @ V.T
    for t in range(T, 0, -1):  # G_H[t] is complete when its turn comes
        G_A[t - 1] = G_H[t] * (1 - H[t] * H[t])
        G_H[t - 1] += G_A[t - 1] @ W.T
    G_U = sum_over_time(X, G_A)
    G_W = sum_over_time(H[:-1], G_A)
    G_V = sum_over_time(H[1:], G_O)
    G_b = G_A.sum(axis=(0, 1))[np.newaxis]
    G_c = G_O.sum(axis=(0, 1))[np.newaxis]
    G_X = G_A @ U.T
    # --8<-- [end:backward-steps]
    return Gradients(U=G_U, W=G_W, b=G_b, V=G_V, c=G_c, A=G_A, H=G_H, O=G_O, X=G_X)


def sum_over_time(X: Array, G: Array) -> Array:
    """What a matrix shared by all steps collects: Σ_t X_tᵀ G_t.

        G_t : X_t dU = X_tᵀ G_t : dU, and the steps add up.

    Args:
        X: (T, n, d), float64 or complex128: what the matrix was multiplied with.
        G: (T, n, h), same dtype: the gradient of each product.
    Returns:
        (d, h), same dtype.
    """
    total: Array = np.sum(X.transpose(0, 2, 1) @ G, axis=0)
    return total
    # --8<-- [end:backward]

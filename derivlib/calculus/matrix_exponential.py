"""The matrix exponential, its differential and its backward pass, by block matrices."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from derivlib.calculus.arrays import Array, conform

TERMS = 18  # of the series at a norm of one half: what is left out is below 1e-22


# --8<-- [start:forward]
def forward(A: ArrayLike) -> Array:
    """The exponential of a square matrix, by scaling and squaring.

        e^A = (e^{A/2^m})^{2^m}, the inner one by the sum of (A/2^m)^k / k!.

    Args:
        A: (n, n), float64 or complex128.
    Returns:
        (n, n), dtype of A.
    Raises:
        ShapeError: A is not square.
    Source:
        Higham, Functions of Matrices (2008), chapter 10.
    """
    (A,) = conform("A: (n, n)", A)
    # --8<-- [start:forward-steps]
    norm = np.linalg.norm(A, 1)
    squarings = max(0, int(np.ceil(np.log2(norm))) + 1) if norm > 0 else 0
    term = E = np.eye(len(A))
    for k in range(1, TERMS + 1):
        term = term @ A / (k * 2**squarings)
        E = E + term
    for _ in range(squarings):
        E = E @ E
    # --8<-- [end:forward-steps]
    return E
    # --8<-- [end:forward]


# --8<-- [start:differential]
def differential(A: ArrayLike, dA: ArrayLike) -> Array:
    """The change of e^A when A changes by dA, dA being small or not: it is linear in dA.

        The upper right block of exp [A dA; 0 A], which is ∫₀¹ e^{(1−s)A} dA e^{sA} ds.

    Args:
        A: (n, n), float64 or complex128.
        dA: (n, n), same dtype.
    Returns:
        (n, n), float64 or complex128.
    Raises:
        ShapeError: the shapes differ.
    Source:
        Van Loan, Computing integrals involving the matrix exponential (1978), theorem 1.
    """
    A, dA = conform("A: (n, n), dA: (n, n)", A, dA)
    # --8<-- [start:differential-steps]
    n = len(A)
    block = np.block([[A, dA], [np.zeros_like(A), A]])
    dE = forward(block)[:n, n:]
    # --8<-- [end:differential-steps]
    return dE
    # --8<-- [end:differential]


# --8<-- [start:backward]
def backward(A: ArrayLike, G: ArrayLike) -> Array:
    """The gradient by A of a loss of e^A.

        G : ∫₀¹ e^{(1−s)A} dA e^{sA} ds, where both exponentials cross as their transposes:
        the differential at Aᵀ, in the direction G.

    Args:
        A: (n, n), float64 or complex128.
        G: (n, n), same dtype: the gradient by e^A.
    Returns:
        (n, n), float64 or complex128.
    Raises:
        ShapeError: the shapes differ.
    """
    A, G = conform("A: (n, n), G: (n, n)", A, G)
    # --8<-- [start:backward-steps]
    G_A = differential(A.T, G)
    # --8<-- [end:backward-steps]
    return G_A
    # --8<-- [end:backward]

"""The Cholesky factor of a symmetric matrix, its differential and its backward pass."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from derivlib.calculus.arrays import Array, conform


# --8<-- [start:phi]
def phi(X: ArrayLike) -> Array:
    """The lower triangle of X, with half of the diagonal.

        Φ(T + Tᵀ) = T for every lower triangular T.

    Args:
        X: (p, p), float64 or complex128.
    Returns:
        (p, p), dtype of X, lower triangular.
    Raises:
        ShapeError: X is not square.
    """
    (X,) = conform("X: (p, p)", X)
    # --8<-- [start:phi-steps]
    lower = np.tril(X) - np.diag(np.diag(X)) / 2
    # --8<-- [end:phi-steps]
    return lower
    # --8<-- [end:phi]


# --8<-- [start:forward]
def forward(Sigma: ArrayLike) -> Array:
    """The lower triangular factor with a positive diagonal.

        Σ = L Lᵀ, solved for one column after the other. Nothing is conjugated, so that a
        complex step passes through; only the lower triangle of Σ is read.

    Args:
        Sigma: (p, p), float64 or complex128, positive definite.
    Returns:
        L (p, p), dtype of Sigma, lower triangular.
    Raises:
        ShapeError: Sigma is not square.
        numpy.linalg.LinAlgError: Sigma is not positive definite.
    Source:
        Golub & Van Loan, Matrix Computations, 4th ed. (2013), section 4.2.
    """
    (Sigma,) = conform("Sigma: (p, p)", Sigma)
    # --8<-- [start:forward-steps]
    p = len(Sigma)
    L = np.zeros_like(Sigma)
    for j in range(p):
        rest = Sigma[j:, j] - L[j:, :j] @ L[j, :j]
        if not rest[0].real > 0:
            raise np.linalg.LinAlgError("Sigma is not positive definite")
        L[j:, j] = rest / np.sqrt(rest[0])
    # --8<-- [end:forward-steps]
    return L
    # --8<-- [end:forward]


# --8<-- [start:differential]
def differential(L: ArrayLike, dSigma: ArrayLike) -> Array:
    """The change of the factor when the matrix changes by dΣ.

        dL = L Φ(L⁻¹ dΣ L⁻ᵀ).

    Args:
        L: (p, p), float64 or complex128, lower triangular and invertible.
        dSigma: (p, p), same dtype, symmetric.
    Returns:
        dL (p, p), lower triangular.
    Raises:
        ShapeError: the shapes differ.
    Source:
        Murray, Differentiation of the Cholesky decomposition (2016), forward mode.
    """
    L, dSigma = conform("L: (p, p), dSigma: (p, p)", L, dSigma)
    # --8<-- [start:differential-steps]
    Y = np.linalg.solve(L, np.linalg.solve(L, dSigma).T).T  # L⁻¹ dΣ L⁻ᵀ
    dL = L @ phi(Y)
    # --8<-- [end:differential-steps]
    return dL
    # --8<-- [end:differential]


# --8<-- [start:backward]
def backward(L: ArrayLike, G: ArrayLike) -> Array:
    """The gradient by Σ of a loss of its factor, as a symmetric matrix.

        G : dL = ½ L⁻ᵀ (P + Pᵀ) L⁻¹ : dΣ with P = Φ(LᵀG).

    Args:
        L: (p, p), float64 or complex128, lower triangular and invertible.
        G: (p, p), same dtype: the gradient by L; what is above its diagonal does not count.
    Returns:
        (p, p), symmetric. With one variable for each pair of entries it is twice its Φ.
    Raises:
        ShapeError: the shapes differ.
    Source:
        Murray, Differentiation of the Cholesky decomposition (2016), reverse mode.
    """
    L, G = conform("L: (p, p), G: (p, p)", L, G)
    # --8<-- [start:backward-steps]
    P = phi(L.T @ G)
    G_Sigma = np.linalg.solve(L.T, np.linalg.solve(L.T, P + P.T).T) / 2
    # --8<-- [end:backward-steps]
    return G_Sigma
    # --8<-- [end:backward]

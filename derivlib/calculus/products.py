"""Products of matrices, and the ways to take a matrix apart and put it together.

Every identity here is plain algebra; none takes a complex conjugate, so all of them
are analytic and may stand inside a complex step.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from derivlib.calculus.arrays import Array, as_array, conform, same_shape, shown
from derivlib.errors import ShapeError


# --8<-- [start:frobenius]
def frobenius(A: ArrayLike, B: ArrayLike) -> Array:
    """The Frobenius product A : B.

        A : B = tr(AᵀB) = Σ_ij A_ij B_ij, and CA : B = A : CᵀB, AC : B = A : BCᵀ.

    Args:
        A: any shape, mostly (m, n); float64 or complex128.
        B: the same shape; float64 or complex128.
    Returns:
        A number, float64 or complex128. Nothing is conjugated.
    Raises:
        ShapeError: A and B differ in shape.
    Source:
        Petersen & Pedersen, The Matrix Cookbook (2012), section 10.2.
    """
    A, B = same_shape("the Frobenius product A : B", A=A, B=B)
    total: Array = np.sum(A * B)
    return total
    # --8<-- [end:frobenius]


def hadamard(A: ArrayLike, B: ArrayLike) -> Array:
    """The Hadamard product A ⊙ B: entry by entry.

        (A ⊙ B)_ij = A_ij B_ij, and A ⊙ B : C = A : B ⊙ C.

    Args:
        A: any shape, mostly (m, n); float64 or complex128.
        B: the same shape exactly: nothing is broadcast.
    Returns:
        The same shape, float64 or complex128.
    Raises:
        ShapeError: A and B differ in shape.
    Source:
        Magnus & Neudecker, Matrix Differential Calculus (3rd ed., 2019), section 3.6.
    """
    A, B = same_shape("the Hadamard product", A=A, B=B)
    return A * B


def kron(A: ArrayLike, B: ArrayLike) -> Array:
    """The Kronecker product A ⊗ B: every entry of A times the whole of B.

        A ⊗ B = [A_11 B … A_1n B; …; A_m1 B … A_mn B], and (A ⊗ B)(C ⊗ D) = AC ⊗ BD.

    Args:
        A: (m, n), float64 or complex128.
        B: (p, q), float64 or complex128.
    Returns:
        (mp, nq), float64 or complex128.
    Raises:
        ShapeError: A or B is not a matrix.
    Source:
        Magnus & Neudecker, Matrix Differential Calculus (3rd ed., 2019), section 2.2.
    """
    A, B = conform("A: (m, n), B: (p, q)", A, B)
    return np.kron(A, B)


# --8<-- [start:vec]
def vec(X: ArrayLike) -> Array:
    """The columns of X, stacked into one tall column.

        vec(AXB) = (Bᵀ ⊗ A) vec(X), and A : B = vec(A)ᵀ vec(B).

    Args:
        X: (m, n), float64 or complex128.
    Returns:
        (mn, 1), dtype of X: the first column of X first.
    Raises:
        ShapeError: X is not a matrix.
    Source:
        Magnus & Neudecker, Matrix Differential Calculus (3rd ed., 2019), section 2.4.
    """
    (X,) = conform("X: (m, n)", X)
    return X.reshape(-1, 1, order="F")


def unvec(x: ArrayLike, shape: tuple[int, int]) -> Array:
    """The matrix whose stacked columns are x.

        unvec(vec(X), X.shape) = X.

    Args:
        x: (mn, 1) or (mn,), float64 or complex128.
        shape: (m, n).
    Returns:
        (m, n), dtype of x.
    Raises:
        ShapeError: x is no column of mn numbers.
    """
    x = as_array("x", x)
    m, n = shape
    if x.shape not in ((m * n, 1), (m * n,)):
        raise ShapeError(f"x is {shown(x.shape)}; to fill {m}×{n} it should be {m * n}×1")
    return x.reshape(m, n, order="F")
    # --8<-- [end:vec]


def commutation_matrix(m: int, n: int) -> Array:
    """The commutation matrix K: the permutation that turns vec(A) into vec(Aᵀ).

        K vec(A) = vec(Aᵀ) for every m×n matrix A; KᵀK = I.

    Args:
        m: rows of A.
        n: columns of A.
    Returns:
        (mn, mn), float64, of zeros and ones.
    Source:
        Magnus & Neudecker, Matrix Differential Calculus (3rd ed., 2019), section 3.7.
    """
    place = np.arange(m * n).reshape(m, n, order="F")  # place[i, j]: where A_ij stands in vec(A)
    return np.eye(m * n)[place.reshape(-1)]  # row by row through A is column by column through Aᵀ


def Diag(x: ArrayLike) -> Array:
    """The diagonal matrix with x on its diagonal.

        Diag(x) y = x ⊙ y.

    Args:
        x: (n, 1), (1, n) or (n,), float64 or complex128.
    Returns:
        (n, n), dtype of x.
    Raises:
        ShapeError: x is neither a column, nor a row, nor a plain vector.
    """
    x = as_array("x", x)
    if x.size != max(x.shape, default=0):
        raise ShapeError(f"x is {shown(x.shape)}; Diag(x) needs a column n×1 or a row 1×n")
    return np.diag(x.reshape(-1))


def diag(A: ArrayLike) -> Array:
    """The main diagonal of A, as a column.

        diag(Diag(x)) = x, and diag(A)_i = A_ii.

    Args:
        A: (n, n), float64 or complex128.
    Returns:
        (n, 1), dtype of A.
    Raises:
        ShapeError: A is not square.
    """
    (A,) = conform("A: (n, n)", A)
    return np.diag(A).reshape(-1, 1)


class Columns(NamedTuple):
    """XW taken apart by the columns of X: XW = x_1 w_1 + … + x_p w_p."""

    x: Array  # (p, n, 1): x[k] is column k of X
    w: Array  # (p, 1, q): w[k] is row k of W
    pieces: Array  # (p, n, q): pieces[k] = x[k] @ w[k], a matrix of rank one
    total: Array  # (n, q): the sum of the pieces


# --8<-- [start:columns]
def columns(X: ArrayLike, W: ArrayLike) -> Columns:
    """The product XW as a sum over the columns of X.

        XW = Σ_k x_k w_k, where x_k is column k of X and w_k is row k of W.

    Args:
        X: (n, p), float64 or complex128.
        W: (p, q), float64 or complex128.
    Returns:
        Columns: x (p, n, 1), w (p, 1, q), pieces (p, n, q), total (n, q).
    Raises:
        ShapeError: X has not as many columns as W has rows.
    """
    X, W = conform("X: (n, p), W: (p, q)", X, W)
    # --8<-- [start:columns-steps]
    x = X.T[:, :, np.newaxis]
    w = W[:, np.newaxis, :]
    pieces = x @ w
    total = pieces.sum(axis=0)
    # --8<-- [end:columns-steps]
    return Columns(x, w, pieces, total)
    # --8<-- [end:columns]


def vech(A: ArrayLike) -> Array:
    """The lower triangle of A, its columns stacked: vec without what symmetry repeats.

    Args:
        A: (n, n), float64 or complex128.
    Returns:
        (n(n+1)/2, 1), dtype of A: A_11 … A_n1, A_22 … A_n2, …
    Raises:
        ShapeError: A is not square.
    Source:
        Magnus & Neudecker, Matrix Differential Calculus (3rd ed., 2019), section 3.8.
    """
    (A,) = conform("A: (n, n)", A)
    column, row = np.triu_indices(len(A))
    lower: Array = A[row, column]
    return lower.reshape(-1, 1)


def elimination_matrix(n: int) -> Array:
    """The elimination matrix L: it keeps of vec(A) what vech(A) holds.

        L vec(A) = vech(A) for every n×n matrix A.

    Args:
        n: rows and columns of A.
    Returns:
        (n(n+1)/2, n²), float64, of zeros and ones.
    Source:
        Magnus & Neudecker, The elimination matrix: some lemmas and applications (1980).
    """
    column, row = np.triu_indices(n)
    L: Array = np.eye(n * n)[column * n + row]
    return L


def duplication_matrix(n: int) -> Array:
    """The duplication matrix D: it writes a symmetric matrix out in full.

        D vech(S) = vec(S) for every symmetric n×n matrix S.

    Args:
        n: rows and columns of S.
    Returns:
        (n², n(n+1)/2), float64, of zeros and ones.
    Source:
        Magnus & Neudecker, Matrix Differential Calculus (3rd ed., 2019), section 3.8.
    """
    L = elimination_matrix(n)
    mirrored = L @ commutation_matrix(n, n)  # the same entries, found above the diagonal
    D: Array = np.maximum(L, mirrored).T
    return D

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from derivlib.calculus import (
    Diag,
    columns,
    commutation_matrix,
    diag,
    duplication_matrix,
    elimination_matrix,
    frobenius,
    hadamard,
    kron,
    unvec,
    vec,
    vech,
)
from derivlib.errors import ShapeError

m, n, p, q = 2, 3, 5, 4


def differs(A, B):
    return A.shape != B.shape or not np.allclose(A, B)


def test_frobenius_is_the_trace_and_the_sum(draw):
    A, B = draw(m, n), draw(m, n)
    assert_allclose(frobenius(A, B), np.trace(A.T @ B))
    assert_allclose(frobenius(A, B), sum(A[i, j] * B[i, j] for i in range(m) for j in range(n)))


def test_frobenius_conjugates_nothing(draw):
    A = draw(m, n) + 1j * draw(m, n)
    assert_allclose(frobenius(A, A), np.trace(A.T @ A))
    assert differs(frobenius(A, A), np.trace(A.conj().T @ A))


def test_factors_move_across_the_frobenius_product(draw):
    C, A, B = draw(m, n), draw(n, p), draw(m, p)
    assert_allclose(frobenius(C @ A, B), frobenius(A, C.T @ B))
    assert_allclose(frobenius(C @ A, B), frobenius(C, B @ A.T))
    with pytest.raises(ShapeError):  # the missing transpose does not even conform
        frobenius(C, A @ B.T)


def test_a_square_factor_moved_without_its_transpose_is_wrong(draw):
    C, A, B = draw(m, m), draw(m, p), draw(m, p)
    assert_allclose(frobenius(C @ A, B), frobenius(A, C.T @ B))
    assert differs(frobenius(C @ A, B), frobenius(A, C @ B))


def test_hadamard_moves_across_the_frobenius_product(draw):
    A, B, C = draw(m, n), draw(m, n), draw(m, n)
    assert_allclose(frobenius(hadamard(A, B), C), frobenius(A, hadamard(B, C)))
    assert differs(frobenius(hadamard(A, B), C), frobenius(A + B, C))


@pytest.mark.parametrize("product", [frobenius, hadamard])
def test_nothing_is_broadcast(product):
    with pytest.raises(ShapeError, match="A is 2×3, B is 1×3"):
        product(np.ones((2, 3)), np.ones((1, 3)))


def test_kron_of_products_is_the_product_of_krons(draw):
    A, B, C, D = draw(m, n), draw(p, q), draw(n, p), draw(q, m)
    assert_allclose(kron(A, B) @ kron(C, D), kron(A @ C, B @ D))
    assert differs(kron(A, B) @ kron(C, D), kron(B @ D, A @ C))


def test_kron_takes_matrices_only():
    with pytest.raises(ShapeError, match="1-dimensional"):
        kron(np.ones(3), np.ones((2, 2)))


def test_vec_stacks_columns():
    X = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    assert_array_equal(vec(X), [[1], [3], [5], [2], [4], [6]])
    assert differs(vec(X), X.reshape(-1, 1))


def test_vec_of_a_product_of_three(draw):
    A, X, B = draw(m, n), draw(n, p), draw(p, q)
    assert_allclose(vec(A @ X @ B), kron(B.T, A) @ vec(X))
    assert differs(vec(A @ X @ B), kron(A, B.T) @ vec(X))


def test_vec_turns_frobenius_into_a_dot_product(draw):
    A, B = draw(m, n), draw(m, n)
    assert_allclose(frobenius(A, B), np.squeeze(vec(A).T @ vec(B)))
    assert differs(frobenius(A, B), np.squeeze(vec(A.T).T @ vec(B)))


def test_unvec_undoes_vec(draw):
    X = draw(m, n)
    assert_array_equal(unvec(vec(X), (m, n)), X)
    assert_array_equal(unvec(vec(X)[:, 0], (m, n)), X)
    assert differs(unvec(vec(X), (n, m)).T, X)


@pytest.mark.parametrize("shape", [(5, 1), (1, 6), (2, 3)])
def test_unvec_takes_a_column_of_the_right_length(shape):
    with pytest.raises(ShapeError, match="to fill 2×3 it should be 6×1"):
        unvec(np.ones(shape), (2, 3))


def test_commutation_matrix_transposes(draw):
    A = draw(m, n)
    K = commutation_matrix(m, n)
    assert_array_equal(K @ vec(A), vec(A.T))
    assert_array_equal(K.T @ K, np.eye(m * n))
    assert_array_equal(K.T, commutation_matrix(n, m))
    assert differs(commutation_matrix(n, m) @ vec(A), vec(A.T))


def test_commutation_matrix_swaps_kron(draw):
    A, B = draw(m, n), draw(p, q)
    swapped = commutation_matrix(p, m) @ kron(A, B) @ commutation_matrix(n, q)
    assert_allclose(swapped, kron(B, A))
    assert differs(commutation_matrix(m, p) @ kron(A, B) @ commutation_matrix(n, q), kron(B, A))


@pytest.mark.parametrize("shape", [(n,), (n, 1), (1, n), (1, 1)])
def test_diag_of_a_vector_scales_rows(draw, shape):
    x = draw(*shape)
    Y = draw(x.size, x.size)
    assert_allclose(Diag(x) @ Y, x.reshape(-1, 1) * Y)
    assert_array_equal(diag(Diag(x)), x.reshape(-1, 1))
    if x.size > 1:
        assert differs(Diag(x) @ Y, Y @ Diag(x))  # that scales columns


@pytest.mark.parametrize("shape", [(2, 3), (0, 2, 1), ()])
def test_diag_of_a_matrix_is_refused(shape):
    with pytest.raises(ShapeError, match="needs a column"):
        Diag(np.ones(shape))


def test_main_diagonal_of_a_rectangle_is_refused():
    with pytest.raises(ShapeError, match="both n equal"):
        diag(np.ones((2, 3)))


def test_a_product_is_the_sum_over_columns_times_rows(draw):
    X, W = draw(n, p), draw(p, q)
    x, w, pieces, total = columns(X, W)
    assert_allclose(total, X @ W)
    for k in range(p):
        assert_array_equal(x[k], X[:, [k]])
        assert_array_equal(w[k], W[[k], :])
        assert_allclose(pieces[k], x[k] @ w[k])
        assert np.linalg.matrix_rank(pieces[k]) == 1
    assert differs(pieces[:-1].sum(axis=0), X @ W)


def test_columns_that_do_not_meet_rows_are_refused():
    with pytest.raises(ShapeError, match="W is 2×4"):
        columns(np.ones((2, 3)), np.ones((2, 4)))


def test_vech_and_its_matrices(draw):
    A = draw(n, n)
    S = A + A.T
    L, D = elimination_matrix(n), duplication_matrix(n)
    assert_array_equal(vech(A)[:, 0], [A[0, 0], A[1, 0], A[2, 0], A[1, 1], A[2, 1], A[2, 2]])
    assert_array_equal(L @ vec(A), vech(A))
    assert_array_equal(D @ vech(S), vec(S))
    assert_array_equal(L @ D, np.eye(n * (n + 1) // 2))
    assert differs(D @ vech(A), vec(A))  # only a symmetric matrix comes back

"""The identities of the products at shapes and numbers that hypothesis chooses."""

import numpy as np
import pytest

pytest.importorskip("hypothesis", reason="needs the extra [dev]")

from hypothesis import given, settings
from hypothesis import strategies as st

from derivlib.calculus import commutation_matrix, frobenius, kron, unvec, vec

sizes = st.lists(st.integers(2, 6), min_size=4, max_size=4, unique=True)
seeds = st.integers(0, 2**32 - 1)


def matrices(seed, *shapes):
    rng = np.random.default_rng(seed)
    return [rng.normal(size=shape) + 1j * rng.normal(size=shape) for shape in shapes]


@settings(deadline=None, max_examples=40)
@given(sizes, seeds)
def test_frobenius_moves(sizes, seed):
    m, n, p, _ = sizes
    C, A, B = matrices(seed, (m, n), (n, p), (m, p))
    assert np.isclose(frobenius(C @ A, B), frobenius(A, C.T @ B))
    assert np.isclose(frobenius(C @ A, B), frobenius(C, B @ A.T))
    assert np.isclose(frobenius(C @ A, B), frobenius(B.T, A.T @ C.T))
    assert not np.isclose(frobenius(C @ A, B), frobenius(A, C.conj().T @ B))


@settings(deadline=None, max_examples=40)
@given(sizes, seeds)
def test_vec_of_a_product(sizes, seed):
    m, n, p, q = sizes
    A, X, B = matrices(seed, (m, n), (n, p), (p, q))
    assert np.allclose(vec(A @ X @ B), kron(B.T, A) @ vec(X))
    assert np.allclose(unvec(kron(B.T, A) @ vec(X), (m, q)), A @ X @ B)
    assert not np.allclose(vec(A @ X @ B), kron(A, B.T) @ vec(X))


@settings(deadline=None, max_examples=40)
@given(sizes, seeds)
def test_commutation(sizes, seed):
    m, n, p, q = sizes
    A, B = matrices(seed, (m, n), (p, q))
    assert np.array_equal(commutation_matrix(m, n) @ vec(A), vec(A.T))
    assert not np.array_equal(commutation_matrix(n, m) @ vec(A), vec(A.T))
    swapped = commutation_matrix(p, m) @ kron(A, B) @ commutation_matrix(n, q)
    assert np.allclose(swapped, kron(B, A))

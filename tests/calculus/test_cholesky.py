import numpy as np
import pytest
from numpy.testing import assert_allclose

from derivlib.calculus import cholesky as model
from derivlib.calculus import frobenius, jvp
from derivlib.errors import ShapeError

p = 4


@pytest.fixture
def Sigma(draw):
    F = draw(p, p)
    return F @ F.T + np.eye(p)


def test_the_factor(Sigma):
    L = model.forward(Sigma)
    assert_allclose(L, np.linalg.cholesky(Sigma))
    assert_allclose(L @ L.T, Sigma)


def test_only_the_lower_triangle_is_read(Sigma):
    assert_allclose(model.forward(np.tril(Sigma)), model.forward(Sigma))
    assert not np.allclose(model.forward(np.tril(Sigma) + np.eye(p)), model.forward(Sigma))


def test_what_is_not_positive_definite_is_refused(Sigma):
    with pytest.raises(np.linalg.LinAlgError, match="not positive definite"):
        model.forward(-Sigma)
    with pytest.raises(np.linalg.LinAlgError, match="not positive definite"):
        model.forward(np.ones((p, p)))


def test_phi_takes_the_triangle_out_of_a_sum(draw):
    T = np.tril(draw(p, p))
    assert_allclose(model.phi(T + T.T), T)
    assert not np.allclose(np.tril(T + T.T), T)


def test_differential(Sigma, draw):
    dSigma = draw(p, p)
    dSigma += dSigma.T
    L = model.forward(Sigma)
    dL = model.differential(L, dSigma)
    for method in ("complex", "central"):
        assert_allclose(jvp(model.forward, Sigma, dSigma, method), dL, atol=1e-9)
    assert_allclose(dL, np.tril(dL), atol=1e-14)
    assert not np.allclose(dL, dSigma @ np.linalg.inv(L).T / 2)


def test_backward_counts_both_entries_of_a_pair(Sigma, draw, is_gradient):
    G = draw(p, p)
    g = model.backward(model.forward(Sigma), G)
    assert_allclose(g, g.T)

    def loss(S):
        return frobenius(G, model.forward(S))

    lower = 2 * model.phi(g)
    is_gradient(lambda S: loss((S + S.T) / 2), Sigma, g, wrong=[lower, 2 * g, -g])
    is_gradient(loss, Sigma, lower, wrong=[g, lower.T])


def test_what_is_above_the_diagonal_of_the_upstream_gradient_does_not_count(Sigma, draw):
    L, G = model.forward(Sigma), draw(p, p)
    assert_allclose(model.backward(L, G), model.backward(L, np.tril(G)))
    assert not np.allclose(model.backward(L, G), model.backward(L, np.triu(G)))


def test_the_logarithm_of_the_determinant(Sigma):
    L = model.forward(Sigma)
    assert_allclose(model.backward(L, 2 * np.diag(1 / np.diag(L))), np.linalg.inv(Sigma))


def test_wrong_shapes_are_said_in_words(Sigma):
    with pytest.raises(ShapeError, match="Sigma is 3×4"):
        model.forward(Sigma[:3])
    with pytest.raises(ShapeError, match="G is 3×3"):
        model.backward(Sigma, Sigma[:3, :3])

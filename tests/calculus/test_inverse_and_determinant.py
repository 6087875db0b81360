import numpy as np
import pytest
from numpy.testing import assert_allclose

from derivlib.calculus import frobenius
from derivlib.calculus import inverse_and_determinant as model
from derivlib.errors import ShapeError

n = 4


@pytest.fixture
def A(draw):
    A = draw(n, n)
    return A if np.linalg.det(A) > 0 else A[[1, 0, 2, 3]]


def test_gradients(A, draw, is_gradient):
    G = draw(n, n)
    g = model.backward(model.forward(A), G)
    is_gradient(
        lambda A: frobenius(G, model.forward(A).W), A, g.inverse, wrong=[g.inverse.T, -g.inverse]
    )
    is_gradient(lambda A: model.forward(A).det, A, g.det, wrong=[g.det.T, g.log_det])
    is_gradient(lambda A: model.forward(A).log_det, A, g.log_det, wrong=[g.log_det.T, g.det])


def test_the_inverse_is_not_differentiated_like_that_of_a_number(A, draw):
    dA, h = draw(n, n), 1e-6
    W = model.forward(A).W
    change = (model.forward(A + h * dA).W - model.forward(A - h * dA).W) / (2 * h)
    assert_allclose(change, -W @ dA @ W, rtol=1e-6)
    assert not np.allclose(change, -W @ W @ dA, rtol=1e-3)


def test_the_logarithm_is_taken_where_the_determinant_has_no_float():
    small = np.eye(400) / 10
    assert np.linalg.det(small) == 0
    assert_allclose(model.log_det(small), -400 * np.log(10))


def test_a_negative_determinant_has_no_logarithm(A):
    assert np.isfinite(model.log_det(A))
    assert np.isnan(model.log_det(A[[1, 0, 2, 3]]))


def test_the_adjugate_is_the_gradient_also_of_a_singular_matrix(A, is_gradient):
    assert_allclose(A @ model.adjugate(A), np.linalg.det(A) * np.eye(n), atol=1e-12)
    A[-1] = A[0] - 2 * A[1]
    adj = model.adjugate(A)
    assert_allclose(A @ adj, 0, atol=1e-12)
    is_gradient(np.linalg.det, A, adj.T, wrong=[adj, -adj.T])


def test_a_solved_system(A, draw, is_gradient):
    b, g = draw(n, 1), draw(n, 1)
    G_A, G_b = model.solve_backward(A, np.linalg.solve(A, b), g)
    is_gradient(lambda A: frobenius(g, np.linalg.solve(A, b)), A, G_A, wrong=[G_A.T, -G_A])
    is_gradient(
        lambda b: frobenius(g, np.linalg.solve(A, b)), b, G_b, wrong=[np.linalg.solve(A, g)]
    )


def test_wrong_shapes_are_said_in_words(A):
    with pytest.raises(ShapeError, match="A is 3×4"):
        model.forward(A[:3])
    with pytest.raises(ShapeError, match="G is 3×4"):
        model.backward(model.forward(A), A[:3])

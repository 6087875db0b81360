import numpy as np
import pytest
from numpy.testing import assert_allclose

from derivlib.calculus import frobenius, jvp
from derivlib.calculus import matrix_exponential as model
from derivlib.errors import ShapeError

n = 4


@pytest.mark.parametrize("scale", [0.0, 1e-8, 0.3, 1.0, 5.0])
def test_the_exponential_has_the_exponentials_of_the_eigenvalues(draw, scale):
    A = scale * draw(n, n)
    values, Q = np.linalg.eig(A + 0j)
    expected = (Q * np.exp(values)) @ np.linalg.inv(Q)
    assert_allclose(model.forward(A), expected.real, rtol=1e-9, atol=1e-9)


def test_what_the_exponential_allows(draw):
    A = draw(n, n)
    assert_allclose(model.forward(A) @ model.forward(-A), np.eye(n), atol=1e-10)
    assert_allclose(np.linalg.det(model.forward(A)), np.exp(np.trace(A)))
    skew = model.forward(A - A.T)
    assert_allclose(skew.T @ skew, np.eye(n), atol=1e-12)
    B = draw(n, n)
    assert not np.allclose(model.forward(A + B), model.forward(A) @ model.forward(B))


def test_differential(draw):
    A, dA = draw(n, n), draw(n, n)
    dE = model.differential(A, dA)
    for method in ("complex", "central"):
        assert_allclose(jvp(model.forward, A, dA, method), dE, rtol=1e-8)
    assert not np.allclose(dE, model.forward(A) @ dA)
    assert_allclose(model.differential(A, A @ A), model.forward(A) @ A @ A)


def test_backward(draw, is_gradient):
    A, G = draw(n, n), draw(n, n)
    g = model.backward(A, G)
    is_gradient(
        lambda A: frobenius(G, model.forward(A)),
        A,
        g,
        wrong=[model.differential(A, G), model.forward(A).T @ G, -g],
    )


def test_the_trace(draw, is_gradient):
    A = draw(n, n)
    E = model.forward(A)
    is_gradient(lambda A: np.trace(model.forward(A)), A, E.T, wrong=[E])
    assert_allclose(model.backward(A, np.eye(n)), E.T)


def test_wrong_shapes_are_said_in_words(draw):
    with pytest.raises(ShapeError, match="A is 3×4"):
        model.forward(draw(3, 4))
    with pytest.raises(ShapeError, match="G is 3×3"):
        model.backward(draw(4, 4), draw(3, 3))

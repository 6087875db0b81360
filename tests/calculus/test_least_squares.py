import numpy as np
import pytest
from numpy.testing import assert_allclose

from derivlib.calculus import hessian
from derivlib.calculus import least_squares as model
from derivlib.errors import ShapeError

n, p, q = 6, 3, 4


@pytest.fixture
def data(draw):
    return {"X": draw(n, p), "W": draw(p, q), "Y": draw(n, q)}


@pytest.mark.parametrize("name", ["X", "W", "Y"])
def test_gradients(data, name, is_gradient):
    g = getattr(model.backward(model.forward(**data)), name)
    is_gradient(
        lambda P: model.forward(**{**data, name: P}).loss, data[name], g, wrong=[-g, g.T, 2 * g]
    )


def test_hessian_does_not_depend_on_the_weights(data):
    fit = model.forward(**data)
    H = hessian(lambda W: model.forward(**{**data, "W": W}).loss, data["W"])
    assert_allclose(H, model.hessian_by_W(fit), atol=1e-8)
    assert not np.allclose(H, np.kron(fit.X.T @ fit.X, np.eye(q)))


def test_the_gradient_vanishes_at_the_solution_only(data):
    W = model.solution(data["X"], data["Y"])
    assert_allclose(model.backward(model.forward(**{**data, "W": W})).W, 0, atol=1e-12)
    assert_allclose(W, np.linalg.lstsq(data["X"], data["Y"])[0])
    assert not np.allclose(model.backward(model.forward(**data)).W, 0)


def test_wrong_shapes_are_said_in_words(data):
    with pytest.raises(ShapeError, match="Y is 4×6"):
        model.forward(**{**data, "Y": data["Y"].T})
    with pytest.raises(ShapeError, match="Y is 4×6"):
        model.solution(data["X"], data["Y"].T)

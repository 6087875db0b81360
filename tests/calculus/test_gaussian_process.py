import numpy as np
import pytest
from numpy.testing import assert_allclose

from derivlib.calculus import gaussian_process as model
from derivlib.calculus.inverse_and_determinant import log_det
from derivlib.errors import ShapeError

n, p = 6, 2


@pytest.fixture
def data(draw):
    s, r, sigma = (np.array([[value]]) for value in (1.3, 0.8, 0.4))
    return {"X": draw(n, p), "y": draw(n, 1), "s": s, "r": r, "sigma": sigma}


@pytest.mark.parametrize("name", ["s", "r", "sigma", "y"])
def test_gradients(data, name, is_gradient):
    g = getattr(model.backward(model.forward(**data)), name)
    is_gradient(
        lambda value: model.forward(**{**data, name: value}).value,
        data[name],
        g,
        wrong=[-g, 2 * g, g * data[name]],
    )


def test_gradient_by_the_covariance(data, is_gradient):
    fit = model.forward(**data)
    g = model.backward(fit).K

    def value(K):
        return -np.sum(fit.y * np.linalg.solve(K, fit.y)) / 2 - log_det(K) / 2

    free = np.outer(fit.alpha, fit.alpha) / 2
    is_gradient(value, fit.K, g, wrong=[-g, 2 * g, free])


def test_the_value_is_the_logarithm_of_a_gaussian_density(data):
    fit = model.forward(**data)
    factor = np.linalg.cholesky(fit.K)
    white = np.linalg.solve(factor, fit.y)
    one_by_one = -(white**2) / 2 - np.log(2 * np.pi) / 2 - np.log(np.diag(factor))[:, None]
    assert_allclose(fit.value, one_by_one.sum())


def test_wrong_shapes_are_said_in_words(data):
    with pytest.raises(ShapeError, match="y is 1×6"):
        model.forward(**{**data, "y": data["y"].T})
    with pytest.raises(ShapeError, match="r is 1×2"):
        model.forward(**{**data, "r": [[1.0, 2.0]]})

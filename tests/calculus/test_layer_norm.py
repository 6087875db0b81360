import numpy as np
import pytest
from numpy.testing import assert_allclose

from derivlib.calculus import frobenius
from derivlib.calculus import layer_norm as model
from derivlib.errors import ShapeError

n, p = 3, 5


@pytest.fixture
def data(draw):
    return {"X": draw(n, p), "gamma": draw(1, p), "beta": draw(1, p)}


def test_each_row_has_mean_zero_and_variance_one(data):
    layer = model.forward(**data, epsilon=0.0)
    assert_allclose(layer.X_hat.mean(axis=1), 0, atol=1e-15)
    assert_allclose(layer.X_hat.var(axis=1), 1)
    assert not np.allclose(layer.X_hat.var(axis=0), 1)
    assert_allclose(layer.out, data["gamma"] * layer.X_hat + data["beta"])


@pytest.mark.parametrize("epsilon", [1e-5, 0.5])
@pytest.mark.parametrize("name", ["X", "gamma", "beta"])
def test_gradients(data, draw, name, epsilon, is_gradient):
    G = draw(n, p)
    layer = model.forward(**data, epsilon=epsilon)
    back = model.backward(layer, G)
    g = getattr(back, name)
    forgotten = {  # that the mean, or the variance, depends on X; or which sum was asked for
        "X": [back.X_hat / layer.s, g + back.X_hat.mean(axis=1, keepdims=True) / layer.s],
        "gamma": [back.beta, g / n],
        "beta": [back.gamma, g / n],
    }
    is_gradient(
        lambda P: frobenius(G, model.forward(**{**data, name: P}, epsilon=epsilon).out),
        data[name],
        g,
        wrong=[-g, g.T, *forgotten[name]],
    )


def test_a_constant_row_stays_finite(data):
    layer = model.forward(np.ones((n, p)), data["gamma"], data["beta"])
    assert np.isfinite(model.backward(layer, np.ones((n, p))).X).all()


def test_wrong_shapes_are_said_in_words(data, draw):
    with pytest.raises(ShapeError, match="gamma is 5×1; it should be 1×p"):
        model.forward(**{**data, "gamma": data["gamma"].T})
    with pytest.raises(ShapeError, match="G is 5×3"):
        model.backward(model.forward(**data), draw(p, n))

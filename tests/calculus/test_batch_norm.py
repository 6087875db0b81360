import numpy as np
import pytest
from numpy.testing import assert_allclose

from derivlib.calculus import batch_norm as model
from derivlib.calculus import frobenius
from derivlib.errors import ShapeError

n, p = 5, 3


@pytest.fixture
def data(draw):
    return {"X": draw(n, p), "gamma": draw(1, p), "beta": draw(1, p)}


def test_each_column_has_mean_zero_and_variance_one(data):
    layer = model.forward(**data, epsilon=0.0)
    assert_allclose(layer.X_hat.mean(axis=0), 0, atol=1e-15)
    assert_allclose(layer.X_hat.var(axis=0), 1)
    assert not np.allclose(layer.X_hat.var(axis=1), 1)
    assert_allclose(layer.out, data["gamma"] * layer.X_hat + data["beta"])


@pytest.mark.parametrize("epsilon", [1e-5, 0.5])
@pytest.mark.parametrize("name", ["X", "gamma", "beta"])
def test_gradients(data, draw, name, epsilon, is_gradient):
    G = draw(n, p)
    layer = model.forward(**data, epsilon=epsilon)
    back = model.backward(layer, G)
    g = getattr(back, name)
    slope = layer.gamma / layer.s
    forgotten = {  # that the mean, or the variance, depends on X; or which sum was asked for
        "X": [G * slope, (G - G.mean(axis=0)) * slope, g + G.mean(axis=0) * slope],
        "gamma": [back.beta, g / n],
        "beta": [back.gamma, g / n],
    }
    is_gradient(
        lambda P: frobenius(G, model.forward(**{**data, name: P}, epsilon=epsilon).out),
        data[name],
        g,
        wrong=[-g, g.T, *forgotten[name]],
    )


def test_the_long_way_ends_in_the_same_place(data, draw):
    G = draw(n, p)
    layer = model.forward(**data, epsilon=0.5)
    assert_allclose(model.by_statistics(layer, G), model.backward(layer, G).X)
    assert not np.allclose(model.by_statistics(layer, G), -model.backward(layer, G).X)


def test_the_gradients_of_the_examples_add_up_to_zero(data, draw):
    G = draw(n, p)
    g = model.backward(model.forward(**data), G).X
    assert_allclose(g.sum(axis=0), 0, atol=1e-14)
    assert not np.allclose(g.sum(axis=1), 0)


def test_two_examples_have_no_gradient_but_for_epsilon(data, draw):
    pair = {**data, "X": draw(2, p)}
    assert_allclose(model.backward(model.forward(**pair, epsilon=0.0), draw(2, p)).X, 0, atol=1e-14)
    assert not np.allclose(model.backward(model.forward(**pair, epsilon=0.1), draw(2, p)).X, 0)


def test_a_constant_column_stays_finite(data):
    layer = model.forward(np.ones((n, p)), data["gamma"], data["beta"])
    assert np.isfinite(model.backward(layer, np.ones((n, p))).X).all()


def test_wrong_shapes_are_said_in_words(data, draw):
    with pytest.raises(ShapeError, match="gamma is 3×1; it should be 1×p"):
        model.forward(**{**data, "gamma": data["gamma"].T})
    with pytest.raises(ShapeError, match="G is 3×5"):
        model.backward(model.forward(**data), draw(p, n))
    with pytest.raises(ShapeError, match="G is 3×5"):
        model.by_statistics(model.forward(**data), draw(p, n))

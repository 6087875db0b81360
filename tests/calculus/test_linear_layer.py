import numpy as np
import pytest
from numpy.testing import assert_allclose

from derivlib.calculus import frobenius
from derivlib.calculus import linear_layer as model
from derivlib.errors import ShapeError

n, p, q = 5, 3, 4


@pytest.fixture
def rows(draw):
    return {"X": draw(n, p), "W": draw(p, q), "b": draw(1, q)}


@pytest.fixture
def columns(draw):
    return {"X": draw(p, n), "W": draw(q, p), "b": draw(q, 1)}


@pytest.mark.parametrize("name", ["X", "W", "b"])
def test_gradients_for_rows(rows, draw, name, is_gradient):
    G = draw(n, q)
    g = getattr(model.backward(model.forward(**rows), G), name)
    is_gradient(
        lambda P: frobenius(G, model.forward(**{**rows, name: P}).Z),
        rows[name],
        g,
        wrong=[-g, g.T, g / n],
    )


@pytest.mark.parametrize("name", ["X", "W", "b"])
def test_gradients_for_columns(columns, draw, name, is_gradient):
    G = draw(q, n)
    g = getattr(model.backward_columns(model.forward_columns(**columns), G), name)
    is_gradient(
        lambda P: frobenius(G, model.forward_columns(**{**columns, name: P}).Z),
        columns[name],
        g,
        wrong=[-g, g.T, g / n],
    )


def test_square_weights_tell_the_orders_apart(draw, is_gradient):
    X, W, b, G = draw(p, p), draw(p, p), draw(1, p), draw(p, p)
    back = model.backward(model.forward(X, W, b), G)
    is_gradient(lambda W: frobenius(G, model.forward(X, W, b).Z), W, back.W, wrong=[G @ X.T])
    is_gradient(lambda X: frobenius(G, model.forward(X, W, b).Z), X, back.X, wrong=[W.T @ G])


def test_the_two_conventions_are_each_other_transposed(rows, draw):
    G = draw(n, q)
    layer = model.forward(**rows)
    turned = model.forward_columns(**{name: value.T for name, value in rows.items()})
    assert_allclose(turned.Z, layer.Z.T)
    one, other = model.backward(layer, G), model.backward_columns(turned, G.T)
    for name in one._fields:
        assert_allclose(getattr(other, name), getattr(one, name).T)
        assert not np.allclose(getattr(other, name), -getattr(one, name).T)


def test_wrong_shapes_are_said_in_words(rows, columns, draw):
    with pytest.raises(ShapeError, match="W is 4×3; it should be p×q with p = 3"):
        model.forward(**{**rows, "W": rows["W"].T})
    with pytest.raises(ShapeError, match="b is 1×4; it should be q×1"):
        model.forward_columns(**{**columns, "b": columns["b"].T})
    with pytest.raises(ShapeError, match="G is 4×5"):
        model.backward(model.forward(**rows), draw(q, n))
    with pytest.raises(ShapeError, match="G is 5×4"):
        model.backward_columns(model.forward_columns(**columns), draw(n, q))

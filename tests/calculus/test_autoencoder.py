import numpy as np
import pytest
from numpy.testing import assert_allclose

from derivlib.calculus import autoencoder as model
from derivlib.calculus import frobenius
from derivlib.errors import ShapeError

n, p, q = 5, 4, 3
v, d = 6, 2
TOKENS = np.array([4, 1, 4, 0, 4])


@pytest.fixture
def data(draw):
    return {"X": draw(n, p), "W": draw(p, q), "b": draw(1, q), "c": draw(1, p)}


def loss_at(data, name):
    return lambda value: model.forward(**{**data, name: value}).loss


def test_the_loss_is_half_the_squared_length_of_what_is_missing(data):
    X, W, b, c = data.values()
    net = model.forward(**data)
    assert_allclose(net.loss, np.sum((np.tanh(X @ W + b) @ W.T + c - X) ** 2) / 2)
    assert not np.isclose(net.loss, np.sum((np.tanh(X @ W + b) @ W.T + c + X) ** 2) / 2)


@pytest.mark.parametrize("name", ["X", "W", "b", "c"])
def test_gradients(data, name, is_gradient):
    g = getattr(model.backward(model.forward(**data)), name)
    is_gradient(loss_at(data, name), data[name], g, wrong=[-g, g.T, 2 * g])


def test_neither_share_of_the_weights_is_enough(draw, is_gradient):
    X, W, b, c = draw(n, q), draw(q, q), draw(1, q), draw(1, q)  # square: every order fits
    net = model.forward(X, W, b, c)
    decoder = net.R.T @ net.C
    both = model.backward(net).W
    encoder = both - decoder
    is_gradient(
        lambda W: model.forward(X, W, b, c).loss,
        W,
        both,
        wrong=[encoder, decoder, encoder + decoder.T, 2 * encoder, 2 * decoder],
    )


def test_the_input_is_also_the_target(data, is_gradient):
    net = model.forward(**data)
    both = model.backward(net).X
    is_gradient(loss_at(data, "X"), net.X, both, wrong=[both + net.R, both + 2 * net.R])


def test_an_embedding_is_a_product_with_one_hot_rows(draw, is_gradient):
    E, G = draw(v, d), draw(n, d)
    S = np.eye(v)[TOKENS]
    assert_allclose(model.embed(E, TOKENS), S @ E)
    g = model.scatter(TOKENS, G, v)
    assert_allclose(g, S.T @ G)
    written = np.zeros((v, d))
    written[TOKENS] += G  # NumPy keeps the last of equal places
    counts = np.maximum(S.sum(axis=0), 1)[:, np.newaxis]
    is_gradient(
        lambda E: frobenius(G, model.embed(E, TOKENS)), E, g, wrong=[written, g / counts, g / n]
    )


def test_wrong_data_is_said_in_words(data, draw):
    with pytest.raises(ShapeError, match="c is 4×1; it should be 1×p"):
        model.forward(**{**data, "c": data["c"].T})
    with pytest.raises(ShapeError, match="tokens should lie between 0 and 5"):
        model.embed(draw(v, d), [0, 6])
    with pytest.raises(ShapeError, match="tokens should be a plain vector of integers"):
        model.embed(draw(v, d), [0.5])
    with pytest.raises(ShapeError, match="G has 4 rows; it should have one for each of 5 tokens"):
        model.scatter(TOKENS, draw(n - 1, d), v)

import numpy as np
import pytest
from numpy.testing import assert_allclose

from derivlib.calculus import convolution as model
from derivlib.calculus import frobenius, vec
from derivlib.errors import ShapeError

h, w, r, s = 5, 6, 3, 2
p, q = h - r + 1, w - s + 1


@pytest.fixture
def data(draw):
    return {"X": draw(h, w), "K": draw(r, s)}


def test_each_output_is_the_kernel_on_one_window(data):
    X, K = data["X"], data["K"]
    layer = model.forward(X, K)
    slid = [[np.sum(K * X[i : i + r, j : j + s]) for j in range(q)] for i in range(p)]
    assert_allclose(layer.Y, slid)
    flipped = [
        [np.sum(K[::-1, ::-1] * X[i : i + r, j : j + s]) for j in range(q)] for i in range(p)
    ]
    assert not np.allclose(layer.Y, flipped)


def test_gradients(data, draw, is_gradient):
    G = draw(p, q)
    layer = model.forward(**data)
    back = model.backward(layer, G)
    is_gradient(
        lambda K: frobenius(G, model.forward(layer.X, K).Y),
        layer.K,
        back.K,
        wrong=[-back.K, back.K.T, back.K[::-1, ::-1], back.K / (p * q)],
    )
    unflipped = model.backward(model.forward(layer.X, layer.K[::-1, ::-1]), G).X
    is_gradient(
        lambda X: frobenius(G, model.forward(X, layer.K).Y),
        layer.X,
        back.X,
        wrong=[-back.X, back.X.T, unflipped],
    )


def test_the_kernel_is_a_matrix(data):
    T = model.toeplitz(data["K"], (h, w))
    assert T.shape == (p * q, h * w)
    assert_allclose(T @ vec(data["X"]), vec(model.forward(**data).Y))
    assert not np.allclose(model.toeplitz(data["K"][::-1], (h, w)), T)


def test_fold_is_the_transpose_of_unfold(data, draw):
    H = draw(p * q, r * s)
    folded = model.fold(H, (h, w), r, s)
    assert_allclose(frobenius(H, model.unfold(data["X"], r, s)), frobenius(folded, data["X"]))
    once = model.fold(model.unfold(data["X"], r, s), (h, w), r, s)
    assert not np.allclose(once, data["X"])  # no inverse: entries come back as often as used


def test_a_signal_is_an_image_of_one_column(draw):
    x, k = draw(7, 1), draw(3, 1)
    y = model.forward(x, k).Y
    assert_allclose(y[:, 0], np.correlate(x[:, 0], k[:, 0]))
    assert not np.allclose(y[:, 0], np.convolve(x[:, 0], k[:, 0], "valid"))
    assert_allclose(sum(k[j] * S @ x for j, S in enumerate(model.shifts(3, 7))), y)


def test_wrong_shapes_are_said_in_words(data, draw):
    with pytest.raises(ShapeError, match="a window of 6×2 does not fit into X, 5×6"):
        model.forward(data["X"], draw(h + 1, s))
    with pytest.raises(ShapeError, match="K is 3×7; it does not fit into 5×6"):
        model.toeplitz(draw(r, w + 1), (h, w))
    with pytest.raises(ShapeError, match="H is 6×15; it should be 15×6"):
        model.fold(draw(r * s, p * q), (h, w), r, s)
    with pytest.raises(ShapeError, match="G is 5×3"):
        model.backward(model.forward(**data), draw(q, p))

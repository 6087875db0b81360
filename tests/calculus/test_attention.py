import numpy as np
import pytest
from numpy.testing import assert_allclose

from derivlib.calculus import attention as model
from derivlib.calculus import frobenius, softmax
from derivlib.errors import ShapeError

n, m, k, v = 4, 5, 3, 6


@pytest.fixture
def data(draw):
    return {"Q": draw(n, k), "K": draw(m, k), "V": draw(m, v)}


def test_forward_hides_nothing(data):
    head = model.forward(**data)
    for i in range(n):
        scores = np.array([data["Q"][i] @ data["K"][j] / k**0.5 for j in range(m)])
        assert_allclose(head.S[i], scores)
        assert_allclose(head.P[i], softmax(scores))
        assert_allclose(head.out[i], softmax(scores) @ data["V"])
        assert not np.allclose(head.P[i], softmax(scores * k**0.5))


@pytest.mark.parametrize("name", ["Q", "K", "V"])
def test_gradients(data, draw, name, is_gradient):
    G = draw(n, v)
    g = getattr(model.backward(model.forward(**data), G), name)
    is_gradient(
        lambda P: frobenius(G, model.forward(**{**data, name: P}).out),
        data[name],
        g,
        wrong=[-g, g.T, g / k**0.5, g * k**0.5],
    )


def test_gradients_on_the_way(data, draw, is_gradient):
    G = draw(n, v)
    head = model.forward(**data)
    back = model.backward(head, G)
    is_gradient(lambda P: frobenius(G, P @ head.V), head.P, back.P, wrong=[-back.P, back.S])
    wrong = [back.P, -back.S, head.P * back.P, head.P * (1 - head.P) * back.P]
    is_gradient(lambda S: frobenius(G, softmax(S) @ head.V), head.S, back.S, wrong=wrong)


def test_wrong_shapes_are_said_in_words(data, draw):
    with pytest.raises(ShapeError, match="K is 3×5; it should be m×k with k = 3"):
        model.forward(**{**data, "K": data["K"].T})
    with pytest.raises(ShapeError, match="G is 6×4"):
        model.backward(model.forward(**data), draw(v, n))

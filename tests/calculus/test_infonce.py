import numpy as np
import pytest
from numpy.testing import assert_allclose

from derivlib.calculus import frobenius, jacobian, log_softmax, softmax
from derivlib.calculus import infonce as model
from derivlib.errors import ShapeError

n, d = 5, 3


@pytest.fixture
def data(draw):
    return {"Q": draw(n, d), "K": draw(n, d), "tau": 0.4}


def test_forward_hides_nothing(data):
    net = model.forward(**data)
    loss = 0.0
    for i in range(n):
        scores = np.array([data["Q"][i] @ data["K"][j] / data["tau"] for j in range(n)])
        assert_allclose(net.S[i], scores)
        assert_allclose(net.P[i], softmax(scores))
        loss -= np.log(softmax(scores)[i]) / n
    assert_allclose(net.loss, loss)
    without_the_positive = net.S - 1e9 * np.eye(n)
    other = np.mean(np.log(np.sum(np.exp(without_the_positive), axis=1)) - np.diag(net.S))
    assert not np.isclose(net.loss, other)


@pytest.mark.parametrize("name", ["Q", "K"])
def test_gradients(data, name, is_gradient):
    net = model.forward(**data)
    G = model.backward(net)
    g = getattr(G, name)
    other = {"Q": G.S.T @ net.K, "K": G.S @ net.Q}[name] / data["tau"]  # transposed, and conforms
    is_gradient(
        lambda P: model.forward(**{**data, name: P}).loss,
        data[name],
        g,
        wrong=[-g, n * g, data["tau"] * g, other],
    )


def test_by_temperature_and_similarities(data, is_gradient):
    net = model.forward(**data)
    G = model.backward(net)
    g = G.tau.reshape(1, 1)
    is_gradient(
        lambda t: model.forward(**{**data, "tau": t[0, 0]}).loss,
        np.array([[data["tau"]]]),
        g,
        wrong=[-g, g * data["tau"], g * n],
    )
    is_gradient(
        lambda S: -np.mean(np.diag(log_softmax(S))),
        net.S,
        G.S,
        wrong=[-G.S, net.P / n, net.P - np.eye(n), G.S.T],
    )


def test_through_the_unit_length(draw, is_gradient):
    U, G = draw(n, d), draw(n, d)
    g = model.unit_rows_backward(U, G)
    lengths = np.linalg.norm(U, axis=1, keepdims=True)
    assert_allclose(np.linalg.norm(model.unit_rows(U), axis=1), 1)
    assert_allclose(np.sum(g * U, axis=1), 0, atol=1e-14)
    is_gradient(
        lambda V: frobenius(G, model.unit_rows(V)), U, g, wrong=[G / lengths, g * lengths, -g]
    )


@pytest.mark.parametrize("name", ["Q", "K", "tau"])
def test_backward_is_itself_safe_for_a_complex_step(data, name):
    def slopes(P):
        back = model.backward(model.forward(**{**data, name: P.reshape(np.shape(data[name]))}))
        return np.concatenate([np.ravel(G) for G in back])

    at = np.atleast_2d(data[name])
    second = jacobian(slopes, at)
    assert_allclose(second, jacobian(slopes, at, "central"), atol=1e-6)
    assert np.abs(second).max() > 1e-3


def test_a_sure_mistake_costs_a_finite_amount(data):
    net = model.forward(**{**data, "tau": 1e-4})
    assert np.isfinite(net.loss)
    assert net.P.min() == 0
    assert net.loss > 100


def test_wrong_shapes_are_said_in_words(data, draw):
    with pytest.raises(ShapeError, match="K is 4×3; it should be n×d with n = 5"):
        model.forward(**{**data, "K": draw(4, 3)})
    with pytest.raises(ShapeError, match="tau is 1×1"):
        model.forward(**{**data, "tau": [[0.5]]})
    with pytest.raises(ShapeError, match="G is 3×5"):
        model.unit_rows_backward(data["Q"], draw(d, n))

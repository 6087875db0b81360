import numpy as np
import pytest
from numpy.testing import assert_allclose

from derivlib.calculus import frobenius, hessian, sigmoid, softplus
from derivlib.calculus import logistic_regression as model
from derivlib.errors import ShapeError

n, p = 12, 3


@pytest.fixture
def data(draw):
    return {"X": draw(n, p), "y": np.resize([1.0, 0.0], (n, 1)), "w": draw(p, 1)}


def loss_at(data):
    return lambda w: model.forward(**{**data, "w": w}).loss


def test_the_short_loss_is_the_negative_log_likelihood(data):
    fit = model.forward(**data)
    y, pi = data["y"], 1 / (1 + np.exp(-data["X"] @ data["w"]))
    assert_allclose(fit.pi, pi)
    assert_allclose(fit.loss, -np.sum(y * np.log(pi) + (1 - y) * np.log(1 - pi)))
    assert not np.isclose(fit.loss, -np.sum(y * np.log(pi)))


def test_gradients(data, is_gradient):
    fit = model.forward(**data)
    back = model.backward(fit)
    X, y, pi = fit.X, fit.y, fit.pi
    kept = X.T @ ((pi - y) * pi * (1 - pi))
    is_gradient(loss_at(data), fit.w, back.w, wrong=[-back.w, back.w / n, kept])
    wrong = [-back.z, pi, back.z * pi * (1 - pi)]
    is_gradient(lambda z: np.sum(softplus(z)) - frobenius(y, z), fit.z, back.z, wrong=wrong)


def test_hessian_is_positive_definite_and_below_a_quarter(data):
    fit = model.forward(**data)
    H = model.hessian_by_w(fit)
    assert_allclose(H, hessian(loss_at(data), fit.w), atol=1e-7)
    assert_allclose(H, hessian(loss_at({**data, "y": 1 - fit.y}), fit.w), atol=1e-7)
    assert not np.allclose(H, fit.X.T @ (fit.pi * fit.X))
    assert np.linalg.eigvalsh(H).min() > 0
    assert np.linalg.eigvalsh(fit.X.T @ fit.X / 4 - H).min() > 0


def test_a_newton_step_is_a_weighted_least_squares_fit(data):
    fit = model.forward(**data)
    step = model.newton_step(fit)
    assert_allclose(step, fit.w - np.linalg.solve(model.hessian_by_w(fit), model.backward(fit).w))
    D = fit.pi * (1 - fit.pi)
    response = fit.z + (fit.y - fit.pi) / D
    root = np.sqrt(D)
    assert_allclose(step, np.linalg.lstsq(root * fit.X, root * response)[0])
    assert not np.allclose(step, np.linalg.lstsq(D * fit.X, D * response)[0])


def test_newton_arrives(data):
    w = np.zeros((p, 1))
    for _ in range(10):
        w = model.newton_step(model.forward(**{**data, "w": w}))
    assert_allclose(model.backward(model.forward(**{**data, "w": w})).w, 0, atol=1e-12)
    assert not np.allclose(model.backward(model.forward(**data)).w, 0)


def test_large_scores_stay_finite(data):
    fit = model.forward(**{**data, "w": 1e3 * data["w"]})
    assert np.isfinite(fit.loss)
    assert_allclose(fit.pi, sigmoid(fit.z))


def test_wrong_shapes_are_said_in_words(data):
    with pytest.raises(ShapeError, match="y is 1×12; it should be n×1"):
        model.forward(**{**data, "y": data["y"].T})
    with pytest.raises(ShapeError, match="w is 1×3; it should be p×1"):
        model.forward(**{**data, "w": data["w"].T})

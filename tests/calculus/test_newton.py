import numpy as np
import pytest
from numpy.testing import assert_allclose

from derivlib.calculus import gradient, hessian, newton
from derivlib.errors import ShapeError


@pytest.fixture
def samples(draw):
    return draw(9, 1)


def loss_at(samples):
    return lambda theta: newton.gaussian(samples, theta[0, 0], theta[1, 0]).loss


def test_the_step_is_the_least_point_of_its_model(draw):
    F, g = draw(4, 4), draw(4, 1)
    M = F @ F.T + np.eye(4)

    def model(delta):
        return np.sum(g * delta) + np.sum(delta * (M @ delta)) / 2

    delta = newton.step(g, M)
    assert_allclose(gradient(model, delta), 0, atol=1e-12)
    assert np.abs(gradient(model, -M @ g)).max() > 1
    assert model(delta) < model(1.01 * delta)
    assert model(delta) < model(0.99 * delta)
    assert model(delta) < model(-M @ g)


def test_the_loss_is_that_of_a_gaussian(samples):
    mu, v = 0.3, 1.7
    by_hand = np.mean((np.log(2 * np.pi * v) + (samples - mu) ** 2 / v) / 2)
    assert_allclose(newton.gaussian(samples, mu, v).loss + np.log(2 * np.pi) / 2, by_hand)


def test_gradient_and_hessian(samples, is_gradient):
    theta = np.array([[0.3], [1.7]])
    found = newton.gaussian(samples, 0.3, 1.7)
    wrong = [-found.gradient, 2 * found.gradient, found.fisher @ found.gradient]
    is_gradient(loss_at(samples), theta, found.gradient, wrong=wrong)
    assert_allclose(found.hessian, hessian(loss_at(samples), theta), atol=1e-6)
    assert not np.allclose(found.fisher, hessian(loss_at(samples), theta), atol=1e-2)


def test_the_fisher_matrix_is_the_hessian_where_the_model_fits(samples):
    fitted = newton.gaussian(samples, np.mean(samples), np.var(samples))
    assert_allclose(fitted.gradient, 0, atol=1e-12)
    assert_allclose(fitted.fisher, fitted.hessian, atol=1e-12)


def test_the_natural_step_is_the_same_in_other_coordinates(samples):
    """By the logarithm of the variance: J = diag(1, v)."""
    found = newton.gaussian(samples, 0.3, 1.7)
    J = np.diag([1, 1.7])
    natural = newton.step(found.gradient, found.fisher)
    other = J @ newton.step(J.T @ found.gradient, J.T @ found.fisher @ J)
    assert_allclose(natural, other)
    assert not np.allclose(-found.gradient, -J @ J.T @ found.gradient)
    m = np.mean(samples)
    assert_allclose(natural, [[m - 0.3], [np.var(samples) + (0.3 - m) ** 2 - 1.7]])


def test_newton_goes_uphill_where_the_variance_is_large(samples):
    far = newton.gaussian(samples, np.mean(samples), 5 * np.var(samples))
    assert np.sum(far.gradient * newton.step(far.gradient, far.hessian)) > 0
    assert np.sum(far.gradient * newton.step(far.gradient, far.fisher)) < 0


def test_wrong_shapes_are_said_in_words(draw):
    with pytest.raises(ShapeError, match="M is 3×2; it should be p×p"):
        newton.step(draw(3, 1), draw(3, 2))
    with pytest.raises(ShapeError, match="x is 1-dimensional with 4 entries"):
        newton.gaussian(np.ones(4), 0.0, 1.0)

import numpy as np
import pytest
from numpy.testing import assert_allclose

from derivlib.calculus import kl_gaussians as model
from derivlib.errors import ShapeError

d, n, k = 3, 4, 2


@pytest.fixture
def data(draw):
    A, B = draw(d, d), draw(d, d)
    return {"a": draw(d, 1), "A": A @ A.T + np.eye(d), "b": draw(d, 1), "B": B @ B.T + np.eye(d)}


@pytest.mark.parametrize("name", ["a", "A", "b", "B"])
def test_gradients(data, name, is_gradient):
    g = getattr(model.backward(model.forward(**data)), name)
    is_gradient(
        lambda value: model.forward(**{**data, name: value}).value,
        data[name],
        g,
        wrong=[-g, 2 * g],
    )


def test_the_divergence_of_a_gaussian_from_itself_is_zero_and_flat(data):
    same = model.forward(data["a"], data["A"], data["a"], data["A"])
    assert_allclose(same.value, 0, atol=1e-12)
    for g in model.backward(same):
        assert_allclose(g, 0, atol=1e-12)
    assert model.forward(**data).value > 0


def test_it_is_the_mean_of_the_log_ratio(data, draw):
    a, A, b, B = data["a"], data["A"], data["b"], data["B"]
    white = draw(200_000, d)
    X = a.T + white @ np.linalg.cholesky(A).T

    def log_density(mean, S):
        R = X - mean.T
        return -(np.sum(R * np.linalg.solve(S, R.T).T, axis=1) + np.log(np.linalg.det(S))) / 2

    value, other = model.forward(a, A, b, B).value, model.forward(b, B, a, A).value
    assert_allclose(np.mean(log_density(a, A) - log_density(b, B)), value, rtol=0.02)
    assert not np.isclose(value, other, rtol=0.1)


@pytest.mark.parametrize("name", ["M", "V"])
def test_gradients_with_log_variances(draw, name, is_gradient):
    data = {"M": draw(n, k), "V": draw(n, k)}
    g = getattr(model.diagonal_backward(**data), name)
    is_gradient(
        lambda value: model.diagonal(**{**data, name: value}),
        data[name],
        g,
        wrong=[-g, 2 * g, g / k],
    )


def test_each_row_is_a_divergence_from_the_standard_normal(draw):
    M, V = draw(n, k), draw(n, k)
    rows = [
        model.forward(m[:, None], np.diag(np.exp(v)), np.zeros((k, 1)), np.eye(k)).value
        for m, v in zip(M, V, strict=True)
    ]
    assert_allclose(model.diagonal(M, V), sum(rows))


def test_wrong_shapes_are_said_in_words(data, draw):
    with pytest.raises(ShapeError, match="b is 1×3"):
        model.forward(**{**data, "b": data["b"].T})
    with pytest.raises(ShapeError, match="V is 2×4"):
        model.diagonal(draw(n, k), draw(k, n))

import numpy as np
import pytest
from numpy.testing import assert_allclose

from derivlib.calculus import frobenius, jacobian, unvec, vec
from derivlib.calculus import sigmoid_layer as model
from derivlib.errors import ShapeError

n, p, q = 5, 3, 4


@pytest.fixture
def data(draw):
    return draw(n, p), draw(p, q), draw(1, q), draw(n, q)


def test_forward_hides_nothing(data):
    X, W, b, _ = data
    layer = model.forward(X, W, b)
    assert_allclose(layer.Z, [[sum(X[i] * W[:, j]) + b[0, j] for j in range(q)] for i in range(n)])
    assert_allclose(layer.out, 1 / (1 + np.exp(-layer.Z)))
    assert not np.allclose(layer.out, 1 / (1 + np.exp(layer.Z)))


def test_gradients(data, is_gradient):
    X, W, b, G = data
    layer = model.forward(X, W, b)
    gradients = model.backward(layer, G)
    slope = layer.out * (1 - layer.out)

    is_gradient(
        lambda W: frobenius(G, model.forward(X, W, b).out),
        W,
        gradients.W,
        wrong=[-gradients.W, gradients.W.T, X.T @ G, X.T @ slope, X.T @ (G * layer.out)],
    )
    is_gradient(
        lambda X: frobenius(G, model.forward(X, W, b).out),
        X,
        gradients.X,
        wrong=[-gradients.X, gradients.X.T, G @ W.T, slope @ W.T],
    )
    is_gradient(
        lambda b: frobenius(G, model.forward(X, W, b).out),
        b,
        gradients.b,
        wrong=[-gradients.b, gradients.b / n, gradients.Z[:1], gradients.b.T],
    )
    is_gradient(
        lambda Z: frobenius(G, 1 / (1 + np.exp(-Z))), layer.Z, gradients.Z, wrong=[G, G * layer.out]
    )


def test_jacobians_have_four_indices_worth_of_numbers(data):
    X, W, b, _ = data
    layer = model.forward(X, W, b)
    J_W = model.jacobian_by_W(layer)
    assert J_W.shape == (n * q, p * q)
    assert_allclose(J_W, jacobian(lambda W: model.forward(X, W, b).out, W), atol=1e-14)
    assert_allclose(J_W, jacobian(lambda W: model.forward(X, W, b).out, W, "central"), atol=1e-9)
    assert not np.allclose(J_W, np.diag(vec(layer.out)[:, 0]) @ np.kron(np.eye(q), X))
    assert not np.allclose(
        J_W, np.diag(vec(layer.out * (1 - layer.out))[:, 0]) @ np.kron(X, np.eye(q))
    )
    J_b = model.jacobian_by_b(layer)
    assert_allclose(J_b, jacobian(lambda b: model.forward(X, W, b).out, b), atol=1e-14)
    assert not np.allclose(J_b, -jacobian(lambda b: model.forward(X, W, b).out, b, "central"))


def test_backward_is_the_jacobian_transposed_times_the_upstream(data):
    X, W, b, G = data
    layer = model.forward(X, W, b)
    gradients = model.backward(layer, G)
    assert_allclose(unvec(model.jacobian_by_W(layer).T @ vec(G), W.shape), gradients.W)
    assert_allclose(unvec(model.jacobian_by_b(layer).T @ vec(G), b.shape), gradients.b)
    assert not np.allclose(unvec(model.jacobian_by_W(layer).T @ vec(G), W.T.shape).T, gradients.W)


def test_what_textbooks_print_is_the_gradient_of_the_sum(data, is_gradient):
    X, W, b, G = data
    layer = model.forward(X, W, b)
    printed = model.all_ones(layer)
    assert_allclose(printed, model.backward(layer, np.ones((n, q))).W)
    is_gradient(
        lambda W: model.forward(X, W, b).out.sum(),
        W,
        printed,
        wrong=[model.backward(layer, G).W, -printed, X.T @ layer.out, printed / n],
    )
    with pytest.raises(ValueError, match="mismatch"):  # the other order does not even conform
        (layer.out * (1 - layer.out)) @ X.T


def test_row_by_row_of_W_is_the_same(data):
    X, W, b, G = data
    layer = model.forward(X, W, b)
    assert_allclose(model.by_columns(layer, G), model.backward(layer, G).W)
    assert not np.allclose(model.by_columns(layer, -G), model.backward(layer, G).W)


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        (((5, 3), (4, 3), (1, 3)), "W is 4×3; it should be p×q with p = 3, as X has p = 3"),
        (((5, 3), (3, 4), (5, 4)), "b is 5×4; it should be 1×q"),
        (((5, 3), (3, 4), (4,)), "b is 1-dimensional with 4 entries; it should be 1×q"),
    ],
)
def test_wrong_shapes_are_said_in_words(shapes, message):
    with pytest.raises(ShapeError, match=message):
        model.forward(*(np.ones(shape) for shape in shapes))


def test_an_upstream_gradient_of_another_shape_is_refused(data):
    X, W, b, G = data
    with pytest.raises(ShapeError, match="G is 4×5"):
        model.backward(model.forward(X, W, b), G.T)

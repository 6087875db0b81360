import numpy as np
import pytest
from numpy.testing import assert_allclose

from derivlib.calculus import RELU, SIGMOID, SOFTPLUS, TANH, Diag, frobenius, mlp
from derivlib.calculus.mlp import Layer
from derivlib.errors import ShapeError

SIZES = (4, 3, 6, 2, 5)


@pytest.fixture
def layers(draw):
    sigmas = (TANH, SIGMOID, SOFTPLUS, RELU)
    return [
        Layer(draw(m, n), draw(m, 1), sigma)
        for n, m, sigma in zip(SIZES, SIZES[1:], sigmas, strict=False)
    ]


def output(x, layers):
    return mlp.forward(x, layers)[-1].x_plus


@pytest.mark.parametrize("samples", [1, 7])
@pytest.mark.parametrize("depth", [1, 2, 4])
def test_gradients_at_any_depth(draw, layers, samples, depth, is_gradient):
    layers = layers[:depth]
    x, G = draw(SIZES[0], samples), draw(SIZES[depth], samples)
    steps = mlp.forward(x, layers)
    gradients = mlp.backward(steps, G)
    assert len(steps) == len(gradients) == depth

    def loss_with(k, **change):
        return frobenius(
            G, output(x, [*layers[:k], layers[k]._replace(**change), *layers[k + 1 :]])
        )

    for k, (step, g) in enumerate(zip(steps, gradients, strict=True)):
        wrong = [-g.W, g.W.T, g.z @ step.x_plus.T, g.W / 2]
        is_gradient(lambda W, k=k: loss_with(k, W=W), step.W, g.W, wrong=wrong)
        wrong = [-g.b, g.b.T, g.b + 1e-3]
        is_gradient(lambda b, k=k: loss_with(k, b=b), step.b, g.b, wrong=wrong)
        wrong = [-g.x, g.x.T]
        is_gradient(lambda x, k=k: frobenius(G, output(x, layers[k:])), step.x, g.x, wrong=wrong)


def test_forward_hides_nothing(draw, layers):
    x = draw(4, 1)
    for step, (W, b, sigma) in zip(mlp.forward(x, layers), layers, strict=True):
        assert_allclose(step.x, x)
        assert_allclose(step.z, W @ x + b)
        assert_allclose(step.x_plus, sigma.value(step.z))
        x = step.x_plus


def test_a_small_step_down_lowers_the_loss(draw, layers):
    x, y = draw(4, 7), draw(5, 7)

    def loss(layers):
        return 0.5 * np.sum((output(x, layers) - y) ** 2)

    gradients = mlp.backward(mlp.forward(x, layers), output(x, layers) - y)
    assert loss(mlp.descend(layers, gradients, 1e-3)) < loss(layers)
    assert loss(mlp.descend(layers, gradients, -1e-3)) > loss(layers)
    for old, new, g in zip(layers, mlp.descend(layers, gradients, 0.5), gradients, strict=True):
        assert_allclose(new.W, old.W - g.W / 2)
        assert_allclose(new.b, old.b - g.b / 2)


def test_wrong_shapes_name_their_layer(draw):
    good, bad = Layer(draw(3, 4), draw(3, 1)), Layer(draw(2, 5), draw(2, 1))
    with pytest.raises(ShapeError, match=r"^layer 2: W is 2×5; it should be m×n with n = 3"):
        mlp.forward(draw(4, 1), [good, bad])
    with pytest.raises(ShapeError, match=r"^layer 1: b is 1×3; it should be m×1"):
        mlp.forward(draw(4, 1), [good._replace(b=draw(1, 3))])
    with pytest.raises(ShapeError, match="at least one layer"):
        mlp.forward(draw(4, 1), [])
    with pytest.raises(ShapeError, match="G is 1×3"):
        mlp.backward(mlp.forward(draw(4, 1), [good]), draw(1, 3))


# The worked numbers, each to its printed digits.


def printed(value, *digits):
    """Does `value` round to what is printed?"""
    shown = np.array([[float(d) for d in row.split()] for row in digits])
    places = len(digits[0].split()[0].partition(".")[2])
    return value.shape == shown.shape and bool(
        (np.abs(value - shown) <= 0.5 * 10.0**-places * (1 + 1e-9)).all()
    )


@pytest.fixture
def example():
    return mlp.worked_example()


@pytest.fixture
def worked(example):
    steps = mlp.forward(example.x, example.layers)
    return steps, mlp.backward(steps, steps[-1].x_plus - example.y)


def test_the_forward_numbers(worked):
    first, second = worked[0]
    assert printed(first.z, "0.75", "0.66")
    assert printed(first.x_plus, "0.679", "0.659")
    assert printed(second.z, "0.797")
    assert printed(second.x_plus, "0.689")
    assert not printed(1 - first.x_plus, "0.679", "0.659")  # σ as 1/(1 + e^x)


def test_the_gradient_numbers(example, worked):
    (first, second), (G, _) = worked
    x, y, y_hat = example.x, example.y, second.x_plus
    factor = (y_hat - y_hat**2) * (1 - y_hat)
    S = Diag(first.x_plus)
    assert printed(x @ x.T, "0.09 0.27", "0.27 0.81")
    assert printed(factor, "0.06652")
    assert printed((S - S @ S) @ x @ x.T, "0.0196 0.0588", "0.0607 0.1820")
    assert printed(-example.eta * G.W, "0.00130 0.00391", "0.00403 0.01210")
    Z = Diag(first.z)  # printed as S₁, but these are the pre-activations
    assert printed(Z, "0.75 0", "0 0.66")
    assert not printed((Z - Z @ Z) @ x @ x.T, "0.0196 0.0588", "0.0607 0.1820")
    S_2 = Diag(y_hat)
    chain = (S - S @ S) @ example.W_2.T @ (S_2 - S_2 @ S_2) @ (y_hat - y) @ x.T
    assert_allclose(G.W, chain)


def test_the_new_weights(example, worked):
    new, _ = mlp.descend(example.layers, worked[1], example.eta)
    assert printed(new.W, "0.101 0.804", "0.404 0.612")
    assert printed(new.W, "0.10130 0.80391", "0.40403 0.61210")
    assert not printed(new.W, "0.105 0.816", "0.405 0.616")  # the asker's


def test_the_example_against_both_oracles(example, worked, is_gradient):
    _, (G_1, G_2) = worked

    def cost(W_1, W_2):
        y_hat = output(example.x, [Layer(W_1, np.zeros((2, 1))), Layer(W_2, np.zeros((1, 1)))])
        return frobenius(y_hat - example.y, y_hat - example.y) / 2

    W_1, W_2 = example.W_1, example.W_2
    is_gradient(lambda W: cost(W, W_2), W_1, G_1.W, wrong=[-G_1.W, G_1.W.T, 2 * G_1.W])
    is_gradient(lambda W: cost(W_1, W), W_2, G_2.W, wrong=[-G_2.W, G_2.W.T, 2 * G_2.W])

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from derivlib.calculus import (
    ACTIVATIONS,
    IDENTITY,
    cross_entropy,
    cross_entropy_prime,
    frobenius,
    identity,
    jacobian,
    jvp,
    log_softmax,
    logsumexp,
    relu,
    sigmoid,
    sigmoid_prime,
    softmax,
    softmax_differential,
    softplus,
    tanh,
    tanh_prime,
)
from derivlib.errors import ShapeError

WIDE = np.array([-800.0, -40.0, -3.0, -0.2, 0.0, 0.2, 3.0, 40.0, 800.0])


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=lambda a: a.name)
def test_each_prime_is_the_derivative(activation, draw, is_gradient):
    Z, G = 3 * draw(4, 3), draw(4, 3)

    def f(Z):
        return frobenius(G, activation.value(Z))

    prime = activation.prime(Z)
    wrong = [-G * prime, G * (1 - prime), G * (prime + 1e-3)]
    if activation is not IDENTITY:
        wrong.append(G)  # the derivative forgotten
    is_gradient(f, Z, G * prime, wrong=wrong)


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=lambda a: a.name)
@pytest.mark.parametrize("part", ["value", "prime"])
def test_complex_in_complex_out_and_the_same_on_the_real_line(activation, part):
    f = getattr(activation, part)
    assert f(WIDE).dtype == np.float64
    assert f(WIDE + 0j).dtype == np.complex128
    assert_allclose(f(WIDE + 0j), f(WIDE), rtol=1e-14)
    assert np.isfinite(f(WIDE + 1e-30j)).all()


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("activation", ACTIVATIONS, ids=lambda a: a.name)
def test_the_tails_are_finite_and_exact(activation):
    complex_step = activation.value(WIDE + 1e-30j).imag / 1e-30
    inside = WIDE != 0  # relu has a corner there
    assert_allclose(complex_step[inside], activation.prime(WIDE)[inside], rtol=1e-12, atol=1e-300)


def test_known_values():
    assert sigmoid(0) == 0.5
    assert sigmoid_prime(0) == 0.25
    assert tanh_prime(0) == 1
    assert_allclose(softplus(0), np.log(2))
    assert_allclose(softplus(-40), np.exp(-40))
    assert_allclose(sigmoid(-40), np.exp(-40))
    assert_allclose(sigmoid_prime(40), np.exp(-40))
    assert_array_equal(relu([-1.0, 0.0, 2.0]), [0, 0, 2])


def test_sigmoid_with_the_wrong_sign_in_the_exponent_is_another_function(draw):
    z = draw(5)
    assert_allclose(sigmoid(z), 1 / (1 + np.exp(-z)))
    assert_allclose(tanh(z), 2 * sigmoid(2 * z) - 1)
    assert not np.isclose(sigmoid(z), 1 / (1 + np.exp(z))).any()


def test_softmax_is_by_rows_unless_told_otherwise(draw):
    Z = draw(4, 3)
    assert_allclose(softmax(Z), np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True))
    assert_allclose(softmax(Z, axis=0), softmax(Z.T).T)
    assert_allclose(softmax(Z).sum(axis=1), 1)
    assert not np.isclose(softmax(Z).sum(axis=0), 1).any()
    assert not np.allclose(softmax(Z), Z / Z.sum(axis=1, keepdims=True))  # the exponential lost


@pytest.mark.filterwarnings("error")
def test_softmax_and_its_kin_at_large_entries():
    Z = np.array([[1000.0, 0.0, -1000.0], [-1000.0, -1001.0, -1002.0]])
    assert_allclose(softmax(Z)[0], [1, 0, 0])
    assert_allclose(log_softmax(Z)[0], [0, -1000, -2000])
    assert_allclose(logsumexp(Z)[0], 1000)
    assert_allclose(softmax(Z[1]), softmax([2.0, 1.0, 0.0]))
    assert softmax(Z + 0j).dtype == log_softmax(Z + 0j).dtype == np.complex128


def test_differential_of_softmax_both_ways(draw, is_gradient):
    Z, dZ, G = draw(4, 3), draw(4, 3), draw(4, 3)
    S = softmax(Z)
    assert_allclose(jvp(softmax, Z, dZ), softmax_differential(Z, dZ), atol=1e-15)
    assert not np.allclose(jvp(softmax, Z, dZ), S * (1 - S) * dZ)
    is_gradient(
        lambda Z: frobenius(G, softmax(Z)),
        Z,
        softmax_differential(Z, G),
        wrong=[S * G, S * (1 - S) * G, -softmax_differential(Z, G), softmax_differential(Z, G, 0)],
    )


def test_jacobian_of_softmax_of_one_row(draw):
    z = draw(1, 4)
    s = softmax(z)
    assert_allclose(jacobian(softmax, z), np.diag(s[0]) - s.T @ s, atol=1e-15)
    assert not np.allclose(jacobian(softmax, z), np.diag(s[0]) + s.T @ s)


def test_gradient_of_logsumexp_is_softmax(draw, is_gradient):
    Z = draw(4, 3)
    is_gradient(
        lambda Z: logsumexp(Z).sum(), Z, softmax(Z), wrong=[softmax(Z, 0), sigmoid(Z), np.exp(Z)]
    )


def test_gradient_of_cross_entropy(draw, is_gradient):
    Y, Y_hat = softmax(draw(4, 3)), softmax(draw(4, 3))
    is_gradient(
        lambda P: cross_entropy(Y, P),
        Y_hat,
        cross_entropy_prime(Y, Y_hat),
        wrong=[-cross_entropy_prime(Y, Y_hat), cross_entropy_prime(Y_hat, Y), -np.log(Y_hat)],
    )


def test_gradient_of_cross_entropy_after_softmax(draw, is_gradient):
    Y, O = softmax(draw(4, 3)), draw(4, 3)
    is_gradient(
        lambda O: cross_entropy(Y, softmax(O)),
        O,
        softmax(O) - Y,
        wrong=[Y - softmax(O), cross_entropy_prime(Y, softmax(O)), softmax(O) * (softmax(O) - Y)],
    )


@pytest.mark.filterwarnings("error")
def test_a_certain_truth_costs_what_its_own_entry_costs():
    Y, Y_hat = np.array([[0.0, 1.0, 0.0]]), np.array([[0.0, 0.25, 0.75]])
    assert_allclose(cross_entropy(Y, Y_hat), np.log(4))
    assert_array_equal(cross_entropy_prime(Y, Y_hat), [[0, -4, 0]])


def test_truth_and_prediction_are_not_exchangeable(draw):
    Y, Y_hat = softmax(draw(4, 3)), softmax(draw(4, 3))
    assert not np.isclose(cross_entropy(Y, Y_hat), cross_entropy(Y_hat, Y))
    with pytest.raises(ShapeError, match="Y is 4×3, Y_hat is 3×4"):
        cross_entropy(Y, Y_hat.T)


def test_identity_is_nothing():
    X = np.ones((2, 3))
    assert identity(X) is X

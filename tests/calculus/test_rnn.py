import numpy as np
import pytest
from numpy.testing import assert_allclose

from derivlib.calculus import cross_entropy, jacobian, rnn, softmax
from derivlib.errors import ShapeError

T, n, d, h, v = 4, 2, 5, 3, 6
NAMES = ("X", "Y", "H_0", "U", "W", "b", "V", "c")


@pytest.fixture
def data(draw):
    shapes = ((T, n, d), (T, n, v), (n, h), (d, h), (h, h), (1, h), (h, v), (1, v))
    arrays = {name: draw(*shape) for name, shape in zip(NAMES, shapes, strict=True)}
    return {**arrays, "Y": softmax(arrays["Y"])}


def test_forward_hides_nothing(data):
    net = rnn.forward(**data)
    X, Y, H, U, W, b, V, c = (data[name] for name in NAMES)
    loss = 0.0
    for t in range(T):
        A = X[t] @ U + H @ W + b
        H = np.tanh(A)
        O = H @ V + c
        Y_hat = np.exp(O) / np.exp(O).sum(axis=1, keepdims=True)
        for found, wanted in ((net.A[t], A), (net.H[t + 1], H), (net.O[t], O)):
            assert_allclose(found, wanted)
        assert_allclose(net.Y_hat[t], Y_hat)
        assert not np.allclose(net.Y_hat[t], O / O.sum(axis=1, keepdims=True))  # exp lost
        loss += cross_entropy(Y[t], Y_hat) / T
    assert_allclose(net.H[0], data["H_0"])
    assert_allclose(net.loss, loss)
    assert not np.isclose(net.loss, cross_entropy(net.Y_hat, Y) / T)  # y and ŷ exchanged


def test_all_parameters_through_time(data, is_gradient):
    net = rnn.forward(**data)
    G = rnn.backward(net)
    only_last = {  # what comes out when the sum over time is forgotten
        "U": net.X[-1].T @ G.A[-1],
        "W": net.H[-2].T @ G.A[-1],
        "V": net.H[-1].T @ G.O[-1],
        "b": G.A[-1].sum(axis=0, keepdims=True),
        "c": G.O[-1].sum(axis=0, keepdims=True),
    }
    for name, last in only_last.items():
        g = getattr(G, name)
        is_gradient(
            lambda P, name=name: rnn.forward(**{**data, name: P}).loss,
            data[name],
            g,
            wrong=[-g, g.T, T * g, g / n, last],
        )
    shifted = sum(net.H[t + 1].T @ G.A[t] for t in range(T))  # H_t where H_{t−1} belongs
    is_gradient(lambda W: rnn.forward(**{**data, "W": W}).loss, data["W"], G.W, wrong=[shifted])


def test_without_the_way_through_time_the_gradient_is_wrong(data, is_gradient):
    net = rnn.forward(**data)
    local = (G_O := (net.Y_hat - net.Y) / T) @ net.V.T * (1 - net.H[1:] ** 2)
    G = rnn.backward(net)
    assert_allclose(G.O, G_O)
    assert_allclose(G.A[-1], local[-1])
    is_gradient(
        lambda U: rnn.forward(**{**data, "U": U}).loss,
        data["U"],
        G.U,
        wrong=[sum(X_t.T @ A_t for X_t, A_t in zip(net.X, local, strict=True))],
    )


def test_inputs_and_initial_state(data, is_gradient):
    G = rnn.backward(rnn.forward(**data))
    for name, g in (("X", G.X), ("H_0", G.H[0])):
        is_gradient(
            lambda P, name=name: rnn.forward(**{**data, name: P}).loss,
            data[name],
            g,
            wrong=[-g, g.swapaxes(-1, -2), T * g],
        )


def test_the_gradient_by_each_pre_activation(data, is_gradient):
    """∂ℓ/∂A_t, found by adding a disturbance E to A_t: X_t U + E instead of X_t U."""
    G = rnn.backward(rnn.forward(**data))
    eye = np.eye(h)
    for t in range(T):

        def loss(E, t=t):
            shift = np.zeros((T, n, h), dtype=E.dtype)
            shift[t] = E
            wide = {
                "X": np.concatenate([data["X"], shift], axis=-1),
                "U": np.vstack([data["U"], eye]),
            }
            return rnn.forward(**{**data, **wide}).loss

        is_gradient(loss, np.zeros((n, h)), G.A[t], wrong=[-G.A[t], G.H[t + 1], G.A[t] / T])


@pytest.mark.parametrize("name", ["X", "H_0", "U", "W", "b", "V", "c"])
def test_backward_is_itself_safe_for_a_complex_step(data, name):
    """Second derivatives: any one argument complex, the others real."""

    def slopes(P):
        return np.concatenate([G.ravel() for G in rnn.backward(rnn.forward(**{**data, name: P}))])

    second = jacobian(slopes, data[name])
    assert_allclose(second, jacobian(slopes, data[name], "central"), atol=1e-8)
    assert np.abs(second).max() > 1e-3


def test_one_step_for_one_time(data):
    """dℓ = ∂ℓ/∂A : X dU, hence ∂ℓ/∂U = Xᵀ ∂ℓ/∂A when there is a single step."""
    net = rnn.forward(**{**data, "X": data["X"][:1], "Y": data["Y"][:1]})
    G = rnn.backward(net)
    assert_allclose(G.U, net.X[0].T @ G.A[0])
    assert not np.allclose(G.U, -net.X[0].T @ G.A[0])


@pytest.mark.parametrize(
    ("name", "shape", "message"),
    [
        ("W", (3, 4), "W is 3×4; it should be h×h with h = 3, as H_0 has h = 3"),
        ("U", (3, 5), "U is 3×5; it should be d×h with d = 5, as X has d = 5"),
        ("b", (2, 3), "b is 2×3; it should be 1×h"),
        ("X", (5, 2, 5), "Y is 4×2×6; it should be T×n×v with T = 5, as X has T = 5"),
    ],
)
def test_wrong_shapes_are_said_in_words(data, name, shape, message):
    with pytest.raises(ShapeError, match=message):
        rnn.forward(**{**data, name: np.ones(shape)})


def test_targets_that_do_not_sum_to_one_are_refused(data):
    Y = data["Y"].copy()
    Y[2, 1] *= 0.5
    with pytest.raises(ShapeError, match=r"each row of Y should sum to 1; Y\[2, 1\] sums to 0\.5"):
        rnn.forward(**{**data, "Y": Y})


def test_a_confident_mistake_costs_a_finite_amount(data):
    one_hot = np.zeros((T, n, v))
    one_hot[..., 0] = 1
    net = rnn.forward(**{**data, "Y": one_hot, "c": np.array([[-2000.0, 0, 0, 0, 0, 0]])})
    assert net.Y_hat[0, 0, 0] == 0
    assert np.isfinite(net.loss)
    assert np.isfinite(rnn.backward(net).U).all()

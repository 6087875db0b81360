import numpy as np
import pytest
from numpy.testing import assert_allclose

from derivlib.calculus import gru, jacobian, sigmoid
from derivlib.errors import ShapeError

T, n, d, h = 4, 2, 5, 3
NAMES = ("X", "H_0", "U", "W", "b")


@pytest.fixture
def data(draw):
    shapes = ((T, n, d), (n, h), (d, 3 * h), (h, 3 * h), (1, 3 * h))
    return {name: draw(*shape) for name, shape in zip(NAMES, shapes, strict=True)}


@pytest.fixture
def targets(draw):
    return draw(T, n, h)


def loss_by(name, data, targets):
    return lambda P: np.sum((gru.forward(**{**data, name: P}).H[1:] - targets) ** 2) / 2


def test_forward_hides_nothing(data):
    net = gru.forward(**data)
    X, H, U, W, b = (data[name] for name in NAMES)
    for t in range(T):
        Z, R = (
            sigmoid(X[t] @ U[:, k : k + h] + H @ W[:, k : k + h] + b[:, k : k + h]) for k in (0, h)
        )
        last = slice(2 * h, 3 * h)
        reset_after = np.tanh(X[t] @ U[:, last] + R * (H @ W[:, last]) + b[:, last])
        N = np.tanh(X[t] @ U[:, last] + (R * H) @ W[:, last] + b[:, last])
        exchanged = (1 - Z) * H + Z * N
        H = Z * H + (1 - Z) * N
        for found, wanted in ((net.Z, Z), (net.R, R), (net.N, N), (net.H[1:], H)):
            assert_allclose(found[t], wanted)
        assert not np.allclose(net.N[t], reset_after)
        assert not np.allclose(net.H[t + 1], exchanged)


def test_all_parameters_through_time(data, targets, is_gradient):
    net = gru.forward(**data)
    G = gru.backward(net, net.H[1:] - targets)
    for name in ("U", "W", "b", "X"):
        g = getattr(G, name)
        wrong = [-g, g.swapaxes(-1, -2), T * g, np.roll(g, h, axis=-1)]
        is_gradient(loss_by(name, data, targets), data[name], g, wrong=wrong)
    unreset = sum(net.H[t].T @ G.A[t] for t in range(T))  # the candidate read R ⊙ H, not H
    is_gradient(loss_by("W", data, targets), data["W"], G.W, wrong=[unreset])


def test_four_ways_lead_to_the_state_before(data, targets, is_gradient):
    net = gru.forward(**data)
    G = gru.backward(net, net.H[1:] - targets)
    G_z, G_r, G_n = np.split(G.A[0], 3, axis=1)
    W_z, W_r, W_n = np.split(data["W"], 3, axis=1)
    ways = [G.H[1] * net.Z[0], (G_n @ W_n.T) * net.R[0], G_z @ W_z.T, G_r @ W_r.T]
    assert_allclose(G.H[0], sum(ways))
    is_gradient(
        loss_by("H_0", data, targets), data["H_0"], G.H[0], wrong=[G.H[0] - way for way in ways]
    )


@pytest.mark.parametrize("name", NAMES)
def test_backward_is_itself_safe_for_a_complex_step(data, targets, name):
    """Second derivatives: any one argument complex, the others real."""

    def slopes(P):
        net = gru.forward(**{**data, name: P})
        return np.concatenate([G.ravel() for G in gru.backward(net, net.H[1:] - targets)])

    second = jacobian(slopes, data[name])
    assert_allclose(second, jacobian(slopes, data[name], "central"), atol=1e-7)
    assert np.abs(second).max() > 1e-3


def test_an_update_gate_that_is_one_keeps_the_state(data):
    closed = data["b"] + np.repeat([[50.0, 0, 0]], h, axis=1)
    net = gru.forward(**{**data, "b": closed})
    assert_allclose(net.H[-1], data["H_0"])
    assert not np.allclose(net.N[-1], data["H_0"])


@pytest.mark.parametrize(
    ("name", "shape", "message"),
    [
        ("W", (3, 12), "W is 3×12; it should be h×g with g = 9, as U has g = 9"),
        ("U", (4, 9), "U is 4×9; it should be d×g with d = 5"),
        ("H_0", (3, 3), "H_0 is 3×3; it should be n×h with n = 2"),
    ],
)
def test_wrong_shapes_are_said_in_words(data, name, shape, message):
    with pytest.raises(ShapeError, match=message):
        gru.forward(**{**data, name: np.ones(shape)})


def test_three_blocks_are_needed(data):
    four = {name: np.hstack([data[name], data[name][:, :h]]) for name in ("U", "W", "b")}
    with pytest.raises(ShapeError, match="W has 12 columns; three blocks of 3 need 9"):
        gru.forward(**{**data, **four})


def test_what_arrives_must_have_the_shape_of_the_states(data):
    net = gru.forward(**data)
    with pytest.raises(ShapeError, match="E is 5×2×3; it should be T×n×h with T = 4"):
        gru.backward(net, net.H)

import numpy as np
import pytest
from numpy.testing import assert_allclose

from derivlib.calculus import jacobian, lstm, sigmoid
from derivlib.errors import ShapeError

T, n, d, h = 4, 2, 5, 3
NAMES = ("X", "H_0", "C_0", "U", "W", "b")


@pytest.fixture
def data(draw):
    shapes = ((T, n, d), (n, h), (n, h), (d, 4 * h), (h, 4 * h), (1, 4 * h))
    return {name: draw(*shape) for name, shape in zip(NAMES, shapes, strict=True)}


@pytest.fixture
def targets(draw):
    return draw(T, n, h)


def loss_by(name, data, targets):
    return lambda P: np.sum((lstm.forward(**{**data, name: P}).H[1:] - targets) ** 2) / 2


def test_forward_hides_nothing(data):
    net = lstm.forward(**data)
    X, H, C, U, W, b = (data[name] for name in NAMES)
    for t in range(T):
        A = X[t] @ U + H @ W + b
        I, F, O = (sigmoid(A[:, k * h : (k + 1) * h]) for k in (0, 1, 3))
        G = np.tanh(A[:, 2 * h : 3 * h])
        C = F * C + I * G
        H = O * np.tanh(C)
        assert_allclose(net.C[t + 1], C)
        assert_allclose(net.H[t + 1], H)
        assert_allclose(net.gates[t], np.hstack([I, F, G, O]))
        assert not np.allclose(net.gates[t], sigmoid(A))  # the candidate is no gate


def test_all_parameters_through_time(data, targets, is_gradient):
    net = lstm.forward(**data)
    G = lstm.backward(net, net.H[1:] - targets)
    only_last = {"U": net.X[-1].T @ G.A[-1], "W": net.H[-2].T @ G.A[-1]}
    for name in ("U", "W", "b", "X"):
        g = getattr(G, name)
        wrong = [-g, g.swapaxes(-1, -2), T * g, np.roll(g, h, axis=-1)]
        wrong += [only_last[name]] if name in only_last else []
        is_gradient(loss_by(name, data, targets), data[name], g, wrong=wrong)
    shifted = sum(net.H[t + 1].T @ G.A[t] for t in range(T))  # H_t where H_{t−1} belongs
    is_gradient(loss_by("W", data, targets), data["W"], G.W, wrong=[shifted])


def test_initial_states(data, targets, is_gradient):
    net = lstm.forward(**data)
    G = lstm.backward(net, net.H[1:] - targets)
    for name, g in (("H_0", G.H[0]), ("C_0", G.C[0])):
        is_gradient(loss_by(name, data, targets), data[name], g, wrong=[-g, G.C[1], G.H[1]])


def test_the_cell_state_needs_both_ways_back(data, targets, is_gradient):
    """∂ℓ/∂C_T has one part, ∂ℓ/∂C_{T−1} two; either alone gives a wrong ∂ℓ/∂C_0 at T = 1, 2."""
    short = {**data, "X": data["X"][:1]}
    net = lstm.forward(**short)
    G = lstm.backward(net, net.H[1:] - targets[:1])
    I, F, _, O = np.split(net.gates[0], 4, axis=1)
    shown = G.H[1] * O * (1 - np.tanh(net.C[1]) ** 2)
    assert_allclose(G.C[1], shown)
    squared = G.H[1] * O * (1 - net.C[1] ** 2) * F
    is_gradient(
        loss_by("C_0", short, targets[:1]),
        data["C_0"],
        shown * F,
        wrong=[shown, shown * I, squared],
    )


@pytest.mark.parametrize("name", NAMES)
def test_backward_is_itself_safe_for_a_complex_step(data, targets, name):
    """Second derivatives: any one argument complex, the others real."""

    def slopes(P):
        net = lstm.forward(**{**data, name: P})
        return np.concatenate([G.ravel() for G in lstm.backward(net, net.H[1:] - targets)])

    second = jacobian(slopes, data[name])
    assert_allclose(second, jacobian(slopes, data[name], "central"), atol=1e-7)
    assert np.abs(second).max() > 1e-3


@pytest.mark.parametrize(
    ("name", "shape", "message"),
    [
        ("W", (3, 9), "W is 3×9; it should be h×g with g = 12, as U has g = 12"),
        ("C_0", (2, 4), "C_0 is 2×4; it should be n×h with h = 3"),
        ("U", (4, 12), "U is 4×12; it should be d×g with d = 5"),
    ],
)
def test_wrong_shapes_are_said_in_words(data, name, shape, message):
    with pytest.raises(ShapeError, match=message):
        lstm.forward(**{**data, name: np.ones(shape)})


def test_four_blocks_are_needed(data):
    three = {name: data[name][:, : 3 * h] for name in ("U", "W", "b")}
    with pytest.raises(ShapeError, match="W has 9 columns; four gates of 3 need 12"):
        lstm.forward(**{**data, **three})


def test_what_arrives_must_have_the_shape_of_the_states(data):
    net = lstm.forward(**data)
    with pytest.raises(ShapeError, match="E is 5×2×3; it should be T×n×h with T = 4"):
        lstm.backward(net, net.H)

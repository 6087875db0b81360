import numpy as np
import pytest
from numpy.testing import assert_allclose

from derivlib.calculus import attention, frobenius, jacobian
from derivlib.calculus import multi_head as model
from derivlib.errors import ShapeError

m, d, h, k, v, p = 4, 5, 3, 2, 6, 7


@pytest.fixture
def data(draw):
    shapes = {"X": (m, d), "A": (h, d, k), "B": (h, d, k), "C": (h, d, v), "W": (h, v, p)}
    return {name: draw(*shape) for name, shape in shapes.items()}


def test_forward_is_attention_head_by_head(data):
    net = model.forward(**data)
    X, A, B, C, W = data.values()
    heads = [attention.forward(X @ A[i], X @ B[i], X @ C[i]) for i in range(h)]
    for i, head in enumerate(heads):
        assert_allclose(net.P[i], head.P)
        assert_allclose(net.O[i], head.out)
    assert_allclose(net.Y, np.hstack([head.out for head in heads]) @ np.vstack(W))
    assert not np.allclose(net.Y, np.hstack([head.out for head in heads[::-1]]) @ np.vstack(W))


@pytest.mark.parametrize("name", ["X", "A", "B", "C", "W"])
def test_gradients(data, draw, name, is_gradient):
    G = draw(m, p)
    g = getattr(model.backward(model.forward(**data), G), name)
    is_gradient(
        lambda P: frobenius(G, model.forward(**{**data, name: P}).Y),
        data[name],
        g,
        wrong=[-g, g.swapaxes(-1, -2), g / h, g * np.sqrt(k / d)],
    )


def test_the_input_hears_from_all_heads_in_three_ways(data, draw, is_gradient):
    G = draw(m, p)
    back = model.backward(model.forward(**data), G)
    A, B, C = (model.transpose(data[name]) for name in "ABC")
    ways = [np.sum(back.Q @ A, 0), np.sum(back.K @ B, 0), np.sum(back.V @ C, 0)]
    first = back.Q[0] @ A[0] + back.K[0] @ B[0] + back.V[0] @ C[0]
    assert_allclose(back.X, sum(ways))
    is_gradient(
        lambda X: frobenius(G, model.forward(**{**data, "X": X}).Y),
        data["X"],
        back.X,
        wrong=[first, *(back.X - way for way in ways)],
    )


def test_the_flat_directions(data, draw):
    """A_i M and B_i M⁻ᵀ give the same scores, so A_iᵀ ∂ℓ/∂A_i = (∂ℓ/∂B_i)ᵀ B_i."""
    back = model.backward(model.forward(**data), draw(m, p))
    left = model.transpose(data["A"]) @ back.A
    assert_allclose(left, model.transpose(back.B) @ data["B"], atol=1e-12)
    assert not np.allclose(left, model.transpose(data["B"]) @ back.B)


@pytest.mark.parametrize("name", ["X", "A", "C"])
def test_backward_is_itself_safe_for_a_complex_step(data, draw, name):
    G = draw(m, p)

    def slopes(P):
        return model.backward(model.forward(**{**data, name: P}), G).X

    second = jacobian(slopes, data[name])
    assert_allclose(second, jacobian(slopes, data[name], "central"), atol=1e-6)
    assert np.abs(second).max() > 1e-3


def test_wrong_shapes_are_said_in_words(data, draw):
    with pytest.raises(ShapeError, match="B is 3×5×6; it should be h×d×k with k = 2"):
        model.forward(**{**data, "B": data["C"]})
    with pytest.raises(ShapeError, match="W is 2×6×7; it should be h×v×p with h = 3"):
        model.forward(**{**data, "W": data["W"][:2]})
    with pytest.raises(ShapeError, match="G is 7×4"):
        model.backward(model.forward(**data), draw(p, m))

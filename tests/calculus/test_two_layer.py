import sys
import tracemalloc

import numpy as np
import pytest
from numpy.testing import assert_allclose

from derivlib.calculus import cross_entropy, jacobian, log_softmax, softmax
from derivlib.calculus import two_layer as model
from derivlib.errors import ShapeError

n, m, p = 5, 3, 4


def softmax_loss(h, y):
    """Cross-entropy after softmax: another loss than the default one."""
    return -np.sum(y * log_softmax(h)), softmax(h) - y


@pytest.fixture(params=[model.half_square, softmax_loss], ids=["half_square", "softmax"])
def loss(request):
    return request.param


@pytest.fixture
def data(draw):
    return draw(1, n), draw(m, n), draw(p, m), softmax(draw(1, p))


def test_forward_hides_nothing(data):
    x, U, V, y = data
    net = model.forward(x, U, V, y)
    assert_allclose(net.f, x @ U.T)
    assert_allclose(net.h, 1 / (1 + np.exp(-net.f)) @ V.T)
    assert_allclose(net.loss, 0.5 * np.linalg.norm(net.h - y) ** 2)
    assert not np.allclose(net.loss, 0.5 * np.sum(net.h - y))  # the square lost
    other = model.forward(x, U, V, y, softmax_loss)
    assert_allclose(other.loss, cross_entropy(y, softmax(net.h)))


@pytest.mark.parametrize("route", model.ROUTES, ids=lambda route: route.name)
def test_every_route_gives_the_gradients(data, loss, route, is_gradient):
    x, U, V, y = data
    net = model.forward(x, U, V, y, loss)
    G = route.gradients(net)
    is_gradient(
        lambda U: model.forward(x, U, V, y, loss).loss,
        U,
        G.U,
        wrong=[-G.U, G.U.T, (net.G_h @ V).T @ x, (net.G_h @ V * net.g).T @ x],
    )
    is_gradient(
        lambda V: model.forward(x, U, V, y, loss).loss,
        V,
        G.V,
        wrong=[-G.V, G.V.T, net.G_h.T @ net.f, net.g.T @ net.G_h],
    )


def test_the_four_routes_agree_to_rounding(data, loss):
    net = model.forward(*data, loss)
    first, *others = [route.gradients(net) for route in model.ROUTES]
    assert len(others) == 3
    for other in others:
        assert_allclose(other.U, first.U, rtol=1e-13)
        assert_allclose(other.V, first.V, rtol=1e-13)
        assert not np.allclose(other.U, -first.U)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("route", model.ROUTES, ids=lambda route: route.name)
@pytest.mark.parametrize("position", range(4))
def test_each_route_is_itself_safe_for_a_complex_step(data, route, position):
    def linear(h, y):
        return np.sum(h * y), y

    for loss in (model.half_square, linear):

        def slopes(P, loss=loss):
            arguments = [*data[:position], P, *data[position + 1 :]]
            G = route.gradients(model.forward(*arguments, loss))
            return np.concatenate([G.U.ravel() + 0j, G.V.ravel() + 0j])

        P = data[position]
        central = jacobian(lambda P: slopes(P).real, P, "central")
        assert_allclose(jacobian(slopes, P), central, atol=1e-8)
        assert np.abs(central).max() > 1e-3


def test_reverse_mode_gives_everything_on_the_way(data, loss, is_gradient):
    x, U, V, y = data
    net = model.forward(x, U, V, y, loss)
    G = model.backward(net)
    is_gradient(
        lambda x: model.forward(x, U, V, y, loss).loss,
        x,
        G.x,
        wrong=[-G.x, G.x.T, G.f @ V.T @ V @ U],
    )
    is_gradient(lambda h: loss(h, y)[0], net.h, G.h, wrong=[-G.h, net.h, net.h + y])
    is_gradient(lambda g: loss(g @ V.T, y)[0], net.g, G.g, wrong=[-G.g, G.f])
    is_gradient(
        lambda f: loss(1 / (1 + np.exp(-f)) @ V.T, y)[0], net.f, G.f, wrong=[-G.f, G.g, G.g * net.g]
    )


class Counted(float):
    """A number that counts its multiplications."""

    count = 0

    def __mul__(self, other):
        Counted.count += 1
        return Counted(float(self) * float(other))

    def __add__(self, other):
        return Counted(float(self) + float(other))

    def __sub__(self, other):
        return Counted(float(self) - float(other))

    def __rsub__(self, other):
        return Counted(float(other) - float(self))

    __rmul__ = __mul__
    __radd__ = __add__


def counted(A):
    return np.vectorize(Counted, otypes=[object])(A)


@pytest.fixture
def plain_products(monkeypatch):
    """The products without their check for float64, so that counted numbers pass through."""
    monkeypatch.setattr(model, "kron", lambda A, B: np.kron(A, counted(B)))
    monkeypatch.setattr(model, "Diag", lambda x: counted(np.diag(x[0])))
    monkeypatch.setattr(model, "unvec", lambda x, shape: x.reshape(shape, order="F"))


@pytest.mark.parametrize("sizes", [(3, 5, 4), (6, 2, 7), (4, 9, 2)])
@pytest.mark.parametrize("route", model.ROUTES, ids=lambda route: route.name)
def test_the_multiplications_of_each_route_were_counted(route, sizes, draw, plain_products):
    m, n, p = sizes
    net = model.forward(draw(1, n), draw(m, n), draw(p, m), draw(1, p))
    net = model.Forward(*map(counted, net))
    Counted.count = 0
    route.gradients(net)
    assert Counted.count == route.cost(m, n, p).multiplications
    assert Counted.count != route.cost(n, m, p).multiplications


def matrices_at_return(route, net):
    """The matrices (no rows, no columns) that the route itself made and still holds at its end."""
    held = {}

    def look(frame, event, _):
        if event == "return" and frame.f_code is route.gradients.__code__:
            held.update(frame.f_locals)

    sys.setprofile(look)
    try:
        route.gradients(net)
    finally:
        sys.setprofile(None)
    return [
        A
        for A in held.values()
        if isinstance(A, np.ndarray) and A.ndim == 2 and min(A.shape) > 1
        if not any(np.shares_memory(A, B) for B in net)
    ]


@pytest.mark.parametrize("sizes", [(3, 5, 4), (6, 2, 7), (4, 9, 2)])
@pytest.mark.parametrize("route", model.ROUTES, ids=lambda route: route.name)
def test_the_numbers_that_each_route_holds_were_counted(route, sizes, draw):
    m, n, p = sizes
    net = model.forward(draw(1, n), draw(m, n), draw(p, m), draw(1, p))
    held = sum(A.size for A in matrices_at_return(route, net))
    assert held == route.cost(m, n, p).memory
    assert held != route.cost(p, m, n).memory


@pytest.mark.parametrize("route", model.ROUTES[1:], ids=lambda route: route.name)
def test_the_memory_of_each_route_was_measured(route, draw):
    m, n, p = 60, 110, 40
    net = model.forward(draw(1, n), draw(m, n), draw(p, m), draw(1, p))
    route.gradients(net)
    tracemalloc.start()
    route.gradients(net)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak / 8 == pytest.approx(route.cost(m, n, p).memory, rel=0.15)


def test_doubling_all_sizes_shows_the_leading_power():
    small = {route.name: route.cost(1000, 2000, 500) for route in model.ROUTES}
    large = {route.name: route.cost(2000, 4000, 1000) for route in model.ROUTES}
    growth = {
        name: round(large[name].multiplications / small[name].multiplications) for name in small
    }
    assert growth == {
        "element by element": 8,
        "flattened with vec and kron": 16,
        "differentials": 4,
        "reverse mode": 4,
    }


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        (((5, 1), (3, 5), (4, 3), (1, 4)), "x is 5×1; it should be 1×n"),
        (((1, 5), (5, 3), (4, 3), (1, 4)), "U is 5×3; it should be m×n with n = 5"),
        (((1, 5), (3, 5), (3, 4), (1, 4)), "V is 3×4; it should be p×m with m = 3"),
        (((1, 5), (3, 5), (4, 3), (4, 1)), "y is 4×1; it should be 1×p"),
    ],
)
def test_wrong_shapes_are_said_in_words(shapes, message):
    with pytest.raises(ShapeError, match=message):
        model.forward(*(np.ones(shape) for shape in shapes))


def test_a_loss_with_a_gradient_of_another_shape_is_refused(data):
    with pytest.raises(ShapeError, match="the gradient of L: G_h is 4×1"):
        model.forward(*data, lambda h, y: (np.sum(h), np.ones((4, 1))))

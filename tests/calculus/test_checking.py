import numpy as np
import pytest
from numpy.testing import assert_allclose

from derivlib.calculus import (
    NotAnalyticError,
    check_gradient,
    commutation_matrix,
    gradient,
    hessian,
    jacobian,
    jvp,
    kron,
    sigmoid,
    unvec,
    vec,
    vjp,
)
from derivlib.errors import ShapeError

METHODS = ["complex", "central"]
CLOSE = {"complex": 1e-13, "central": 1e-8}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("f", "prime"),
    [
        (np.exp, np.exp),
        (np.sin, np.cos),
        (np.log, lambda x: 1 / x),
        (np.sqrt, lambda x: 0.5 / np.sqrt(x)),
        (lambda x: x**7, lambda x: 7 * x**6),
        (lambda x: np.sin(40 * x), lambda x: 40 * np.cos(40 * x)),
        (lambda x: 1e12 * x, lambda x: 1e12),
    ],
)
@pytest.mark.parametrize("x", [0.03, 0.7, 12.5])
def test_slopes_of_known_functions(f, prime, x, method):
    assert_allclose(gradient(f, x, method), prime(x), rtol=CLOSE[method])
    assert_allclose(jvp(f, x, -2.0, method), -2 * prime(x), rtol=CLOSE[method])


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("x", [1e-9, 3e-4, 2e5, 4e9])
def test_steps_grow_and_shrink_with_the_point(x, method):
    assert_allclose(gradient(np.log, x, method), 1 / x, rtol=CLOSE[method])
    assert_allclose(gradient(lambda x: x**3, x, method), 3 * x**2, rtol=CLOSE[method])


@pytest.mark.parametrize("method", METHODS)
def test_gradient_has_the_shape_of_its_variable(draw, method):
    A, X = draw(3, 5), draw(3, 5)
    G = gradient(lambda X: np.trace(A.T @ X @ X.T @ A), X, method)
    assert G.shape == (3, 5)
    assert_allclose(G, 2 * A @ A.T @ X, rtol=CLOSE[method], atol=1e-9)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("batched", [False, True])
def test_jacobian_is_that_of_vec_by_vec(draw, method, batched):
    A, X, B = draw(2, 3), draw(3, 5), draw(5, 4)
    J = jacobian(lambda X: A @ X @ B, X, method, batched=batched)
    assert_allclose(J, kron(B.T, A), atol=CLOSE[method])
    assert not np.allclose(J, kron(A, B.T))
    K = jacobian(lambda X: np.swapaxes(X, -1, -2), X, method, batched=batched)
    assert_allclose(K, commutation_matrix(3, 5), atol=CLOSE[method])


@pytest.mark.parametrize("method", METHODS)
def test_jvp_and_vjp_are_two_sides_of_one_jacobian(draw, method):
    A, X, dX, G = draw(2, 3), draw(3, 5), draw(3, 5), draw(2, 5)

    def f(X):
        return sigmoid(A @ X)

    J = jacobian(f, X, method)
    df, back = jvp(f, X, dX, method), vjp(f, X, G, method)
    assert_allclose(vec(df), J @ vec(dX), atol=CLOSE[method])
    assert_allclose(back, unvec(J.T @ vec(G), X.shape), atol=CLOSE[method])
    assert_allclose(np.sum(G * df), np.sum(back * dX), rtol=CLOSE[method])


@pytest.mark.parametrize("method", METHODS)
def test_hessian_of_a_quadratic_and_of_a_quartic(draw, method):
    A, x = draw(4, 4), draw(4, 1)
    H = hessian(lambda x: (x.T @ A @ x).item(), x, method)
    assert_allclose(H, A + A.T, atol=1e-6)
    assert not np.allclose(H, 2 * A)
    X = draw(2, 3)
    assert_allclose(
        hessian(lambda X: np.sum(X**4), X, method), np.diag(12 * vec(X)[:, 0] ** 2), atol=1e-5
    )


def test_batched_and_one_by_one_agree_and_one_call_is_quicker(draw):
    A, X = draw(4, 20), draw(20, 15)
    calls = []

    def f(X):
        calls.append(X.shape)
        return np.tanh(A @ X).sum(axis=(-1, -2))

    one_by_one = gradient(f, X)
    assert len(calls) == X.size
    calls.clear()
    batched = gradient(f, X, batched=True)
    assert calls == [(300, 20, 15)]
    assert_allclose(batched, one_by_one, rtol=1e-14)
    assert_allclose(gradient(f, X, "central", batched=True), one_by_one, atol=1e-9)
    assert_allclose(vjp(f, X, 2.0, batched=True), 2 * one_by_one, rtol=1e-14)


def test_batched_for_a_function_that_is_not_is_refused():
    with pytest.raises(ShapeError, match="asks f for 6 values"):
        gradient(lambda X: X.sum(), np.ones((2, 3)), batched=True)


@pytest.mark.parametrize(
    "f",
    [
        lambda X: np.linalg.norm(X),
        lambda X: np.abs(X).sum(),
        lambda X: np.asarray(X, dtype=float).sum(),
        lambda X: 3.0,
    ],
)
def test_a_lost_imaginary_part_is_an_error_and_not_a_zero(draw, f):
    with pytest.raises(NotAnalyticError, match="central"):
        gradient(f, draw(3, 2))


def test_central_differences_serve_where_the_complex_step_does_not(draw):
    X = draw(3, 2)
    G = X / np.linalg.norm(X)
    assert check_gradient(np.linalg.norm, X, G, "central")
    assert not check_gradient(np.linalg.norm, X, X, "central")


def test_a_function_that_only_looks_analytic_is_found_out(draw):
    X = draw(3, 2)
    check = check_gradient(lambda X: np.sum(np.abs(X) * X), X, 2 * np.abs(X))
    assert not check
    assert "central differences contradict it" in str(check)
    assert check_gradient(lambda X: np.sum(np.abs(X) * X), X, 2 * np.abs(X), "central")


def test_a_function_at_the_edge_of_its_domain():
    x = np.array([1e-9, 1.0, 400.0])
    assert check_gradient(lambda x: np.log(x).sum(), x, 1 / x)
    assert not check_gradient(lambda x: np.log(x).sum(), x, 1 / x**2)


@pytest.mark.parametrize(
    ("f", "x", "message"),
    [
        (lambda X: X * 2, np.ones((2, 3)), "this one gives 2×3: take its jacobian"),
        (lambda X: X.sum(), 1j * np.ones((2, 3)), "at real points"),
        (lambda X: X.sum(), np.ones((0, 3)), "no entries"),
    ],
)
def test_what_has_no_gradient_is_refused(f, x, message):
    with pytest.raises(ShapeError, match=message):
        gradient(f, x)


def test_an_unknown_method_is_refused():
    with pytest.raises(ValueError, match='"complex" or "central", not \'forward\''):
        gradient(np.sum, np.ones(2), "forward")


def test_a_direction_and_an_upstream_gradient_must_fit():
    X = np.ones((2, 3))
    with pytest.raises(ShapeError, match="X is 2×3, dX is 3×2"):
        jvp(np.exp, X, X.T)
    with pytest.raises(ShapeError, match=r"G is 3×2, but f\(X\) is 2×3"):
        vjp(np.exp, X, X.T)


def test_the_result_reads_well_when_it_agrees():
    X = np.array([[1.0, 2.0, 4.0]])
    check = check_gradient(lambda X: np.sum(X * X), X, 2 * X)
    assert check
    assert check.require() is check
    assert check.hint == ""
    assert str(check).splitlines()[0] == "the gradient agrees with the complex step"


def test_the_result_reads_well_when_it_does_not():
    X = np.array([[1.0, 2.0, 4.0]])
    wrong = np.array([[2.0, 5.0, 8.0]])
    check = check_gradient(lambda X: np.sum(X * X), X, wrong)
    assert repr(check) == (
        "the gradient differs from the complex step\n"
        "  worst entry [0, 1]: given 5, measured 4\n"
        "  relative error 0.12, tolerance 1e-11"
    )
    with pytest.raises(AssertionError, match="given 5, measured 4"):
        check.require()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("change", "hint"),
    [
        (lambda G: -G, "its negative"),
        (lambda G: G / 2, "twice that gradient"),
        (lambda G: 2 * G, "half of that gradient"),
        (lambda G: G.T, "its transpose"),
        (lambda G: G + 1, ""),
    ],
)
def test_a_hint_is_offered_only_when_it_agrees(draw, method, change, hint):
    A, X = draw(3, 3), draw(3, 3)
    check = check_gradient(lambda X: np.trace(A.T @ X), X, change(A), method)
    assert not check
    assert check.hint == hint


@pytest.mark.parametrize("factor", [1.0005, 1 + 1e-7, 1 - 1e-9])
def test_a_small_factor_is_found(draw, factor):
    X = draw(3, 2)
    assert check_gradient(lambda X: np.sum(np.exp(X)), X, np.exp(X))
    assert not check_gradient(lambda X: np.sum(np.exp(X)), X, factor * np.exp(X))


def test_a_tolerance_can_be_chosen(draw):
    X = draw(3, 2)
    assert check_gradient(lambda X: np.sum(np.exp(X)), X, 1.0005 * np.exp(X), tolerance=1e-3)


def test_what_says_nothing_is_no_pass():
    X = np.ones((2, 3))
    zero = check_gradient(lambda X: np.sum(X * 0), X, 0 * X)
    assert not zero
    assert str(zero).startswith("the gradient could not be checked by the complex step: both")
    for value in (np.nan, np.inf):
        check = check_gradient(lambda X: np.sum(X * X), X, np.full((2, 3), value))
        assert not check
        assert "not every entry is finite" in str(check)


def test_a_gradient_of_the_wrong_shape_is_refused(draw):
    X = draw(3, 5)
    with pytest.raises(ShapeError, match="X is 3×5, G is 5×3"):
        check_gradient(lambda X: np.sum(X * X), X, 2 * X.T)

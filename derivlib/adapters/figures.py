"""The plots of the site, each computed from `derivlib.calculus` while the site is built.

A page asks for one in a paragraph of its own: `{{ derivlib.plot step-size }}`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from derivlib.adapters.plot import Axis, Line, Plot, Point, render_plot
from derivlib.calculus import sigmoid, sigmoid_prime, tanh, tanh_prime, two_layer
from derivlib.calculus.arrays import Array
from derivlib.errors import Diagnostic
from derivlib.source import Span
from derivlib.verdict import FileReport

PRECISION = 2.0**-53  # half a unit in the last place of 1: no error can be told from less


def step_size_errors() -> dict[str, tuple[Point, ...]]:
    """The largest relative error of a gradient by differences, for steps from 1 to 10⁻²⁰.

        ℓ = ½‖tanh(XW) − Y‖², ∂ℓ/∂W = Xᵀ((H − Y) ⊙ tanh′(XW)); the six entries of W.

    Returns:
        Pairs of step and error for each way to take a difference.
    """
    random = np.random.default_rng(0)
    X, W, Y = (random.standard_normal(shape) for shape in [(5, 3), (3, 2), (5, 2)])
    G = X.T @ ((tanh(X @ W) - Y) * tanh_prime(X @ W))
    E = np.eye(W.size).reshape(W.size, *W.shape)  # a step for each entry

    def loss(W: Array) -> Array:
        total: Array = ((tanh(X @ W) - Y) ** 2).sum(axis=(-2, -1)) / 2
        return total

    ways: dict[str, Callable[[float], Array]] = {
        "one-sided": lambda h: (loss(W + h * E) - loss(W)) / h,
        "central": lambda h: (loss(W + h * E) - loss(W - h * E)) / (2 * h),
        "complex": lambda h: loss(W + 1j * h * E).imag / h,
    }
    found = {}
    for name, way in ways.items():
        points = []
        for k in range(61):
            h = 10.0 ** (-k / 3)
            error = float(np.abs(way(h).reshape(G.shape) - G).max() / np.abs(G).max())
            points.append((h, max(error, PRECISION)))
        found[name] = tuple(points)
    return found


def _step_size() -> Plot:
    errors = step_size_errors()
    step, least = min(errors["central"], key=lambda point: point[1])
    one, lowest = min(errors["one-sided"], key=lambda point: point[1])
    good = max(h for h, error in errors["complex"] if error < 1e-15)
    best = (
        f"Central differences are best at a step near {_power(step)}, with an error near "
        f"{_power(least)}."
    )
    return Plot(
        "Error of a numerical gradient for each size of the step",
        f"Both axes are logarithmic. {best} One-sided ones do no better than {_power(lowest)}, "
        f"at a step near {_power(one)}. To the right of its best step the error of the "
        "one-sided difference grows with the step, that of the central one with its square; "
        "to the left both grow as the step shrinks, until nothing is right. The error of the "
        "complex step falls with the square of the step as well, reaches the last digit at a "
        f"step near {_power(good)}, and stays there.",
        "A step too large is wrong by the bend of the function, a step too small by rounding. "
        f"{best} The complex step has nothing to round: below {_power(good)} it is right to the "
        "last digit, and remains so.",
        Axis("step h", 1e-20, 1, tuple(10.0**k for k in range(-20, 1, 4)), log=True),
        Axis("relative error", 1e-17, 1e2, tuple(10.0**k for k in range(-16, 1, 4)), True),
        (
            Line("complex step", errors["complex"], (1e-14, 3e-15), "middle"),
            Line("one-sided", errors["one-sided"], (1e-4, 1e-3), "end"),
            Line("central", errors["central"], (2e-7, 3e-11), "end", dashed=True),
        ),
    )


def _power(value: float) -> str:
    """`10⁻⁵`: the power of ten that is nearest."""
    signs = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
    return f"10{f'{round(np.log10(value))}'.translate(signs)}"


def route_costs() -> dict[str, tuple[Point, ...]]:
    """The multiplications of each route through two layers of one width n, and that width."""
    widths = [round(10 ** (k / 8)) for k in range(25)]
    return {
        route.name: tuple((float(n), float(route.cost(n, n, n).multiplications)) for n in widths)
        for route in two_layer.ROUTES
    }


def _routes() -> Plot:
    costs = route_costs()
    entries, flattened, forms, back = costs.values()
    at = {route.name: route.cost(100, 100, 100) for route in two_layer.ROUTES}
    product, kron, form, reverse = (cost.multiplications for cost in at.values())
    memory = [cost.memory for cost in at.values()]
    counts = (
        f"At n = 100 these are {_count(form)}, {_count(reverse)}, {_count(product)} and "
        f"{_count(kron)} multiplications, and the flattened route keeps {_count(memory[1])} "
        f"numbers where the others keep the {_count(memory[2])} of the gradients."
    )
    return Plot(
        "Multiplications of the four routes as the layers grow",
        "Both axes are logarithmic. Differentials and reverse mode grow with the square of the "
        "width, nearly side by side; entry by entry grows with its third power, the flattened "
        f"route with its fourth. {counts}",
        "Two square layers, n wide, and one sample. Twice the width costs four times as much by "
        "differentials and in reverse mode, eight times entry by entry, and sixteen times "
        f"flattened. {counts}",
        Axis("width n of the layers", 1, 1e3, (1, 10, 100, 1000), log=True),
        Axis("multiplications", 1, 1e13, tuple(10.0**k for k in range(0, 13, 3)), log=True),
        (
            Line("flattened", flattened, (1.1e3, 5e11)),
            Line("entry by entry", entries, (1.1e3, 2e9)),
            Line("differentials", forms, (1.1e3, 2.5e5)),
            Line("reverse mode", back, (1.1e3, 5e6), dashed=True),
        ),
        room=124,
    )


def _count(number: int) -> str:
    """`103 million`: a number as it is said, to three digits at most."""
    for size, word in ((10**9, " thousand million"), (10**6, " million")):
        if number >= size:
            return f"{number / size:.3g}{word}"
    return f"{float(f'{number:.3g}'):,.0f}".replace(",", "\u202f")  # narrow, and not broken


def _sigmoid() -> Plot:
    z = np.linspace(-8, 8, 129)
    slope = sigmoid_prime(z)
    far = f"{float(sigmoid_prime(np.array(6.0))):.4f}"
    return Plot(
        "The sigmoid and its derivative",
        "The sigmoid rises from 0 through one half at z = 0 to 1. Its derivative is a hill, "
        f"{slope.max():.2f} high at z = 0, and nearly flat on both sides: {far} at z = 6 and "
        "at z = −6.",
        f"The slope is never larger than {slope.max():g}, and that at zero only. Six to either "
        f"side it is {far}: the sigmoid is saturated, and of a gradient that comes back through "
        "it hardly anything is left.",
        Axis("z", -8, 8, (-8, -4, 0, 4, 8)),
        Axis("", 0, 1, (0, 0.25, 0.5, 0.75, 1)),
        (
            Line("σ(z)", _joined(z, sigmoid(z)), (1.6, 0.72)),
            Line("σ′(z)", _joined(z, slope), (1.7, 0.2), dashed=True),
        ),
    )


def _joined(x: Array, y: Array) -> tuple[Point, ...]:
    return tuple(zip(x.tolist(), y.tolist(), strict=True))


class Figure(NamedTuple):
    """A row of the table: the name by which a page asks for a plot, and what computes it."""

    name: str
    plot: Callable[[], Plot]


FIGURES = (Figure("step-size", _step_size), Figure("routes", _routes), Figure("sigmoid", _sigmoid))

_ASKED = re.compile(r"^[ \t]*\{\{ derivlib\.plot ([^\s}]+) \}\}[ \t]*\r?$", re.MULTILINE)
_PLACE = re.compile(r"<p>\s*\{\{ derivlib\.plot ([^\s}]+) \}\}\s*</p>")


def problems(report: FileReport) -> list[Diagnostic]:
    """The plots that a page asks for, but that nothing computes."""
    known = [figure.name for figure in FIGURES]
    return [
        Diagnostic(
            "page", f"there is no plot called `{found[1]}`", Span(*found.span(1)),
            (f"the plots are {', '.join(known)}",),
        )
        for found in _ASKED.finditer(report.source.text)
        if found[1] not in known
    ]  # fmt: skip


def put_plots(html: str) -> str:
    """A page with the plots it asks for in their places."""
    drawn = {figure.name: figure.plot for figure in FIGURES}
    return _PLACE.sub(
        lambda found: render_plot(drawn[found[1]](), found[1]) if found[1] in drawn else found[0],
        html,
    )

"""The second route: a claim expanded into scalar sums, in plain Python loops.

It shares the typed tree and the random points with the checker, and nothing else: no
evaluator, no NumPy, no operator's function. Derivatives come from an imaginary step of one
entry at a time; where derivatives are nested, the outer one from central differences.
`derivlib mutate` asks it whether a mutant that survived is a true formula or was missed,
and the tests ask it about every true claim.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product as all_pairs
from typing import Any

from derivlib.evaluate import World
from derivlib.expr import Const, Expr, Index, children
from derivlib.trust.route.nesting import depth, rests_on
from derivlib.trust.route.point import Route

POINTS = 2  # draws compared
TOLERANCE = 1e-8
NESTED = 2e-6


@dataclass(frozen=True)
class Agreement:
    """agrees is None where no point gave finite values on both sides."""

    agrees: bool | None
    error: float
    compared: int  # numbers compared


def agreement(
    left: Expr, right: Expr, world: World, indices: Sequence[Index],
    conditions: Sequence[Expr] = (), filters: Sequence[Expr] = (),
) -> Agreement:  # fmt: skip
    """Do two sides agree at the points of a world, for every value of the free indices?

    Args:
        left, right: typed and settled.
        world: gives sizes, the draws of the free symbols, and what varies.
        indices: the free indices of the claim.
        conditions: on the indices, where the claim is meant.
        filters: on the draws, where the claim is meant.
    """
    nested = depth(left) > 1 or depth(right) > 1
    worst, count = 0.0, 0
    below = rests_on(right, rests_on(left, set()))
    closed = not indices and all(
        b.definition is not None or b.is_dimension or b.operator is not None for b in below
    )
    compared = 0
    for draw in range(world.draws):
        route = Route(world, draw)
        if compared == POINTS or not all(route.true(f, {}) for f in filters):
            continue
        ranges = [route.span(i, {}) for i in indices]
        pairs: list[tuple[complex, complex]] = []
        for values in all_pairs(*ranges):
            at = {id(i): v for i, v in zip(indices, values, strict=True)}
            if not all(route.true(c, at) for c in conditions):
                continue
            pairs += _paired(route.value(left, at), route.value(right, at))
        finite = [math.isfinite(a.real + b.real) for a, b in pairs]
        if not any(finite) or not all(finite) and not indices:
            continue
        slack = _slack(route, (left, right)) if closed else [0.0]
        slack *= len(pairs) // len(slack)
        kept = [
            (a.real, b.real, s) for (a, b), s, ok in zip(pairs, slack, finite, strict=True) if ok
        ]
        scale = max(max(abs(a), abs(b)) for a, b, _ in kept)
        error = max(abs(a - b) - s for a, b, s in kept)
        count += len(kept)
        compared += 1
        worst = max(worst, error / scale if scale > 1e-9 else error)
    if not count:
        return Agreement(None, math.nan, 0)
    return Agreement(worst <= (NESTED if nested else TOLERANCE), worst, count)


def _paired(a: Any, b: Any) -> list[tuple[complex, complex]]:
    """Numbers beside numbers; a 1×1 side goes with every entry of the other."""
    flat_a, flat_b = _flat(a), _flat(b)
    if len(flat_a) == 1:
        flat_a *= len(flat_b)
    if len(flat_b) == 1:
        flat_b *= len(flat_a)
    if len(flat_a) != len(flat_b):
        raise ValueError("the two sides differ in shape")
    return list(zip(flat_a, flat_b, strict=True))


def _slack(route: Route, sides: tuple[Expr, Expr]) -> list[float]:
    """Half a unit of each printed decimal's last digit, as far as it moves each number."""
    found = [0.0]
    for side in sides:
        base = _flat(route.value(side, {}))
        for constant in _decimals(side):
            route.shifted = {id(constant): constant.unit}
            moved = [abs(a - b) for a, b in zip(_flat(route.value(side, {})), base, strict=True)]
            route.shifted = {}
            if len(found) == 1:
                found *= len(moved)
            if len(moved) == 1:
                moved *= len(found)
            found = [(a + b) * (1 + 1e-9) for a, b in zip(found, moved, strict=True)]
    return found


def _decimals(e: Expr) -> list[Const]:
    own = [e] if isinstance(e, Const) and e.unit > 0 else []
    return own + [c for child in children(e) for c in _decimals(child)]


def _flat(x: Any) -> list[complex]:
    return [v for part in x for v in _flat(part)] if isinstance(x, list) else [complex(x)]

"""The smallest counter-example: small sizes and small whole numbers that still show it.

Sizes of 2 and 3 are tried, the fewest entries first, with entries from −2 to 3 wherever the
domain of a symbol leaves the choice. What is unspecified stays the random function it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from derivlib.errors import DIFFERS
from derivlib.evaluate import World, evaluate
from derivlib.expr import Binding, Expr, Index
from derivlib.hinting.trial import NOT_READ
from derivlib.shapes import size
from derivlib.values.closures import dependencies
from derivlib.values.draw import _generator
from derivlib.values.sample import axes_for
from derivlib.verdict import Counterexample
from derivlib.verifying import compare as comparing
from derivlib.verifying.compare import Outcome, show_value
from derivlib.verifying.counterexample import counterexample
from derivlib.verifying.sizes import all_dimensions

if TYPE_CHECKING:
    from derivlib.verifying.worlds import Worlds

Array = Any
DRAWS = 12
TRIED = 6  # choices of sizes
CLEAR = 0.02  # relative difference that a person sees at once
# Domains in which whole numbers can be had by a few operations on whole numbers.
_WHOLE = {"symmetric", "diagonal", "positive", "positive_entries", "nonnegative", "negative",
          "skew", "invertible", "lower", "upper", "spd", "integer",
          "full_rank", "nonzero"}  # fmt: skip


def smallest(
    worlds: Worlds, outcome: Outcome, a: Expr, b: Expr, indices: Sequence[Index]
) -> Counterexample | None:
    """A counter-example smaller than the draw at which two sides were seen to differ.

    Args:
        worlds: of the page; they are not changed.
        outcome: of the comparison that failed.
        a, b: the two sides, settled.
        indices: the free indices of the step.
    """
    if outcome.world is None:
        return None
    bindings = dependencies(a) | dependencies(b)
    dims = sorted(all_dimensions([a, b], bindings) & set(outcome.world.sizes))
    for k, sizes in enumerate(_choices(worlds, outcome.world, dims)):
        try:
            found = _at(sizes, outcome, a, b, indices, bindings, worlds.seed * 1000 + 900 + k)
        except NOT_READ:
            continue
        if found is not None:
            return found
    return None


def _choices(worlds: Worlds, world: World, dims: list[str]) -> Iterator[dict[str, int]]:
    tried = 0
    for choice in sorted(product((2, 3), repeat=min(len(dims), 4)), key=sum):
        sizes = dict.fromkeys(world.sizes, 2) | dict(zip(dims, choice, strict=False))
        for tall, short in worlds.taller:
            if tall in sizes and short in sizes and sizes[tall] <= sizes[short]:
                sizes[tall] = sizes[short] + 1
        yield sizes
        tried += 1
        if tried >= TRIED:
            return


def _at(
    sizes: dict[str, int], outcome: Outcome, a: Expr, b: Expr, indices: Sequence[Index],
    bindings: set[Binding], seed: int,
) -> Counterexample | None:  # fmt: skip
    assert outcome.world is not None
    world = World(sizes, DRAWS, seed)
    world.varying = outcome.world.varying
    for binding in bindings:
        _whole_numbers(world, binding)
    axes = axes_for(world, indices)
    with np.errstate(all="ignore"):
        left, right = evaluate(a, world, axes), evaluate(b, world, axes)
        new = comparing.compare(left, right, a, b, world, axes, outcome.tolerance)
    if new.status != DIFFERS or new.error < CLEAR:
        return None
    new.draw, new.entry = _simplest(new, max(len(a.shape), len(b.shape)), axes.count)
    found = counterexample(new, a, b, indices)
    if found is None:
        return None
    point = _point(world, bindings, new.draw)
    return Counterexample(found.sizes, found.seed, found.left, found.right, found.where, point)


def _simplest(outcome: Outcome, core: int, axes: int) -> tuple[int, tuple[int, ...]]:
    """Of the draws that show it clearly, the one with the smallest numbers, and its worst entry."""
    left, right = np.broadcast_arrays(outcome.left, outcome.right)
    draws = left.shape[0]
    difference = np.abs(left - right)
    where = tuple(range(1, left.ndim))
    finite = (np.isfinite(left) & np.isfinite(right)).all(axis=where)
    size_of = np.maximum(np.abs(left), np.abs(right)).max(axis=where)
    clear = finite & (difference.max(axis=where) > CLEAR * size_of)
    best = min(
        (k for k in range(draws) if clear[k]), key=lambda k: float(size_of[k]), default=outcome.draw
    )
    worst = np.unravel_index(int(np.nanargmax(difference[best])), difference[best].shape)
    return best, tuple(int(k) for k in worst)


def _whole_numbers(world: World, binding: Binding) -> None:
    """Small whole numbers for a free symbol, where its domain has them."""
    if (
        binding.definition is not None or binding.is_dimension or binding.kind != "free"
        or binding.indices or binding.conditions or binding.domain - _WHOLE
        or len(binding.shape) != 2
    ):  # fmt: skip
        return
    g = _generator(world, binding, (), 1)
    rows, columns = (size(d, world.sizes) for d in binding.shape)
    shape = (world.draws, rows, columns)
    x: Array = g.integers(-2, 4, shape).astype(float)
    domain = binding.domain
    if rows == columns == 1:
        x = np.where(x == 0, 2.0, x)  # a scalar 0 or 1 hides too much
        x = np.where(x == 1, 3.0, x)
    if domain & {"positive", "positive_entries", "integer"}:
        x = np.abs(x) + (x == 0)
    elif "nonnegative" in domain:
        x = np.abs(x)
    elif "negative" in domain:
        x = -np.abs(x) - (x == 0)
    if rows == columns and rows > 1:
        if "spd" in domain:
            x = x @ np.swapaxes(x, -1, -2) + np.eye(rows)
        if "symmetric" in domain:
            x = np.tril(x) + np.swapaxes(np.tril(x, -1), -1, -2)
        if "skew" in domain:
            x = np.tril(x, -1) - np.swapaxes(np.tril(x, -1), -1, -2)
        x = np.tril(x) if "lower" in domain else np.triu(x) if "upper" in domain else x
        if "diagonal" in domain:
            x = np.where(x == 0, 1.0, x) * np.eye(rows)
        singular = np.abs(np.linalg.det(x)) < 0.5
        if "skew" not in domain:
            x = np.where(singular[:, None, None], x + 3 * np.eye(rows), x)
    world.values[binding, ()] = (x + 0.0, 0)


def _point(world: World, bindings: set[Binding], draw: int) -> dict[str, str]:
    """The whole numbers themselves, when they are few."""
    free = sorted(
        (
            b
            for b in bindings
            if (b, ()) in world.values and b.definition is None and not b.is_dimension
        ),
        key=lambda b: b.key,
    )
    values = {b.tex: world.values[b, ()][0] for b in free if not b.key.startswith("·")}
    if len(values) > 4 or sum(v[0].size for v in values.values()) > 16:
        return {}
    return {tex: show_value(v[min(draw, len(v) - 1)]) for tex, v in values.items()}

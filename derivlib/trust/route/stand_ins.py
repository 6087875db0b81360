"""Smooth functions that stand in for those a page leaves unspecified, number by number."""

from __future__ import annotations

import cmath
import random
from collections.abc import Callable
from typing import TYPE_CHECKING

from derivlib.expr import Binding
from derivlib.trust import loops
from derivlib.trust.loops import Matrix

if TYPE_CHECKING:
    from derivlib.trust.route.point import Route


def stand_in(route: Route, function: Binding) -> Callable[..., Matrix]:
    """Some smooth function, bent in every entry, of the shapes the page declared."""
    g = random.Random(f"{function.key} {route.world.seed} {route.draw}")

    def wave() -> Callable[[complex], complex]:
        a, b, c, d = (g.uniform(0.3, 1.1) for _ in range(4))
        return lambda z: a * cmath.sin(b * z + c) + d * z * z / 3

    if function.elementwise:
        return loops.entry_by_entry(wave())
    count = sum(r * c for r, c in map(route.shape, function.arguments))
    rows, columns = route.shape(function.shape)
    outputs = [([wave() for _ in range(count)], [g.uniform(-0.6, 0.6) for _ in range(count)])
               for _ in range(rows * columns)]  # fmt: skip

    def value(*args: Matrix) -> Matrix:
        flat = [v for x in args for v in loops.entries(x)]
        found = []
        for waves, weights in outputs:
            mixed = sum((w * v for w, v in zip(weights, flat, strict=True)), 0j)
            found.append(
                sum((f(v) for f, v in zip(waves, flat, strict=True)), 0.2 * mixed**3 + mixed**2)
            )
        return [found[i * columns : (i + 1) * columns] for i in range(rows)]

    return value

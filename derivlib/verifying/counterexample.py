"""What a failed comparison shows a reader: sizes, both values, and where they differ most."""

from __future__ import annotations

from collections.abc import Sequence

from derivlib.expr import Expr, Index
from derivlib.values.closures import dependencies
from derivlib.values.sample import index_range
from derivlib.verdict import Counterexample
from derivlib.verifying.compare import Outcome, show_value
from derivlib.verifying.sizes import all_dimensions


def counterexample(
    outcome: Outcome, a: Expr, b: Expr, indices: Sequence[Index]
) -> Counterexample | None:
    """The values at the worst draw, and where they differ most."""
    world = outcome.world
    if world is None or outcome.left is None:
        return None
    left, right = outcome.left, outcome.right
    core = max(len(a.shape), len(b.shape))
    at = (outcome.draw if left.shape[0] > 1 else 0, *outcome.entry[: max(0, left.ndim - 1 - core)])
    where = ""
    tail = outcome.entry[len(at) - 1 :]
    if len(tail) == 2 and (left.shape[-1] > 1 or left.shape[-2] > 1):
        where = f"entry ({tail[0] + 1}, {tail[1] + 1})"
    if indices:
        chosen = ", ".join(
            f"{i.name} = {index_range(world, i)[0] + k}"
            for i, k in zip(indices, outcome.entry, strict=False)
        )
        where = f"{chosen}; {where}".rstrip("; ")
    involved = {n for p in (a, b) for n in all_dimensions([p], dependencies(p))} & set(world.sizes)
    sizes = {n: world.sizes[n] for n in world.sizes if n in involved}
    return Counterexample(sizes, world.seed, show_value(left[at]), show_value(right[at]), where)

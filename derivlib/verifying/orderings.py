"""One side below another: ≤, <, ⪯ and their like at every draw."""

from __future__ import annotations

from typing import Any

import numpy as np

from derivlib.errors import DIFFERS, HOLDS, UNDEFINED
from derivlib.evaluate import World
from derivlib.verifying.compare import Outcome

Array = Any


def ordered(op: str, left: Array, right: Array, world: World) -> Outcome:
    """≤, <, ⪯ and their like at every draw."""
    left, right = np.broadcast_arrays(left.real, right.real)
    finite = np.isfinite(left) & np.isfinite(right)
    if not finite.any():
        return Outcome(UNDEFINED, float("nan"), 0.0, world, 0, (), left, right)
    gap = right - left
    scale = np.maximum(np.abs(left), np.abs(right)).max(initial=1.0, where=finite)
    if op in ("<<", "<<=", ">>", ">>="):
        gap = np.linalg.eigvalsh((gap + np.swapaxes(gap, -1, -2)) / 2)[..., None]
        finite = np.isfinite(gap)
    if op.startswith(">"):
        gap = -gap
    if op == "!=":
        bad = finite & (np.abs(gap) <= 1e-12 * scale)
    elif op.endswith("="):
        bad = finite & (gap < -1e-9 * scale)
    else:
        bad = finite & (gap <= 0)
    if bad.any():
        worst = np.unravel_index(int(np.argmax(bad)), bad.shape)
        return Outcome(
            DIFFERS, 1.0, 0.0, world, int(worst[0]), tuple(int(k) for k in worst[1:]), left, right
        )
    return Outcome(HOLDS, 0.0, 1e-9, world, 0, (), left, right)

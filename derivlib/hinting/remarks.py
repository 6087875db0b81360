"""What is true of a step that fails: another layout, a constant factor, a condition left unsaid.

Each fact is verified at fresh draws and sizes before it is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from derivlib.errors import HOLDS
from derivlib.evaluate import World, evaluate
from derivlib.expr import Binding, Expr
from derivlib.hinting.anatomy import fork, read_side
from derivlib.hinting.trial import NOT_READ, Trial, aside
from derivlib.meaning.elaborate import Reader
from derivlib.shapes import ONE, names, size
from derivlib.values.axes import used_indices
from derivlib.values.closures import dependencies
from derivlib.values.sample import axes_for
from derivlib.verifying import compare as comparing

if TYPE_CHECKING:
    from derivlib.judging.judge import Judge

Array = Any
LAYOUTS = ("mixed", "numerator", "denominator")
FACTORS = {-1.0: "−1", 2.0: "2", 0.5: "½", -2.0: "−2", -0.5: "−½",
           3.0: "3", 4.0: "4", 0.25: "¼"}  # fmt: skip
_SHAPED = {"symmetric", "spd", "psd", "diagonal", "orthogonal", "orthonormal", "skew",
           "negative_definite", "lower", "upper", "projection", "permutation"}  # fmt: skip


def facts(
    judge: Judge, r: Reader, exprs: Sequence[Expr | None], k: int, texts: list[str]
) -> list[str]:
    """Lines for the message of step `k`."""
    found: list[str] = []
    try:
        found += _layouts(judge, r, exprs, k, texts)
        with aside(judge):
            trial = Trial(judge, r, texts[k - 1], exprs)
            reader = fork(trial.base)
            reader.text = texts[k]
            e = reader.expr(read_side(texts[k]))
            if found:
                return found
            found += _transposed(trial, e, reader)
            if not found and trial.read(texts[k]) is not None:
                found += _factor(trial, texts[k])
                if not found:
                    found += list(_conditions(trial, texts[k]))[:1]
    except NOT_READ:
        return found
    return found


def _layouts(
    judge: Judge, r: Reader, exprs: Sequence[Expr | None], k: int, texts: list[str]
) -> list[str]:
    if not any(
        mark in texts[k - 1] + texts[k]
        for mark in (r"\partial", "∂", r"\frac{d", r"\frac d", r"\mathrm")
    ):
        return []
    own = judge.scope.settings.layout
    for layout in LAYOUTS:
        if layout == own:
            continue
        with aside(judge, layout):
            try:
                holds = Trial(judge, r, texts[k - 1]).holds(texts[k])
            except NOT_READ:
                continue
        if holds:
            return [
                f"this holds in {layout} layout; the layout here is {own}: see the conventions page"
            ]
    return []


def _transposed(trial: Trial, e: Expr, reader: Reader) -> list[str]:
    a, b = trial.fixed, e
    if (
        len(a.shape) != 2
        or len(reader.u.shape(b.shape)) != 2
        or ONE in a.shape
        and a.shape[0] == a.shape[1]
    ):
        return []
    if not reader.u.same(a.shape, (b.shape[1], b.shape[0])):
        return []
    turned = reader.op("transpose", b, span=b.span)
    if trial.agrees(turned, reader):
        return ["each side is the transpose of the other"]
    return []


def _factor(trial: Trial, text: str) -> list[str]:
    """One ratio of the two sides at every entry, every draw and both choices of sizes."""
    found = trial.read(text)
    assert found is not None
    e, _ = found
    indices = used_indices([trial.fixed, e])
    ratios: list[Array] = []
    trial.vary(e)
    for world in trial.worlds:
        axes = axes_for(world, indices)
        with np.errstate(all="ignore"):
            left, right = np.broadcast_arrays(
                evaluate(trial.fixed, world, axes), evaluate(e, world, axes)
            )
            scale = np.abs(right).max(initial=0.0)
            seen = np.abs(right) > 1e-6 * scale
            if not seen.any() or np.any(np.abs(left[~seen]) > 1e-5 * scale):
                return []
            ratio = (left[seen] / right[seen]).real
        if np.ptp(ratio) > 1e-6 * np.abs(ratio).max():
            return []
        ratios.append(float(ratio.mean()))
    a, b = ratios
    for factor, said in FACTORS.items():
        if abs(a - factor) < 1e-5 and abs(b - factor) < 1e-5:
            return [f"equal up to a factor: the left side is {said} times the right"]
    for name, length in trial.worlds[0].sizes.items():
        other = trial.worlds[1].sizes[name]
        if abs(a - length) < 1e-5 * length and abs(b - other) < 1e-5 * other:
            return [f"equal up to a factor: the left side is {name} times the right"]
        if abs(a * length - 1) < 1e-5 and abs(b * other - 1) < 1e-5:
            return [f"equal up to a factor: the left side is 1/{name} times the right"]
    return []


def _conditions(trial: Trial, text: str) -> Iterator[str]:
    """Would it hold for a symmetric A, for orthonormal columns, for equal sizes?"""
    found = trial.read(text)
    assert found is not None
    e, r = found
    free = sorted(
        (b for b in dependencies(e) | dependencies(trial.fixed) if _may_be_shaped(b)),
        key=lambda b: b.key,
    )
    for b in free[:4]:
        square = b.shape[0] == b.shape[1]
        if square and _holds_with(trial, e, r, b, lambda x: (x + np.swapaxes(x, -1, -2)) / 2):
            yield f"it holds when {b.tex} is symmetric: say so in words if that is meant"
        elif _holds_with(trial, e, r, b, lambda x: np.linalg.qr(x)[0]):
            what = "orthogonal" if square else "of orthonormal columns"
            yield f"it holds when {b.tex} is {what}: say so in words if that is meant"
    dims = sorted({n for x in (e, trial.fixed) for d in x.shape for m, _ in d for n in m})
    if len(dims) > 1 and _holds_equal(trial, e, r):
        yield "it holds where all sizes are equal, and only there"


def _may_be_shaped(b: Binding) -> bool:
    return (
        b.kind == "free" and b.definition is None and not b.is_dimension and not b.indices
        and len(b.shape) == 2 and ONE not in b.shape and not b.domain & _SHAPED and not b.conditions
    )  # fmt: skip


def _holds_with(trial: Trial, e: Expr, r: Reader, b: Binding, change: Any) -> bool:
    worlds = []
    for world in trial.worlds:
        fresh = World(_tall(dict(world.sizes), b), world.draws, world.seed)
        fresh.varying = world.varying
        value, _ = fresh.lookup(b)
        fresh.values[b, ()] = (change(value), 0)
        worlds.append(fresh)
    return _agree(trial, e, r, worlds)


def _tall(sizes: dict[str, int], b: Binding) -> dict[str, int]:
    """Sizes at which a matrix is tall, so that its columns can be orthonormal."""
    if size(b.shape[0], sizes) < size(b.shape[1], sizes):
        rows, columns = (next(iter(names(d)), "") for d in b.shape)
        if rows in sizes and columns in sizes:
            sizes[rows], sizes[columns] = sizes[columns], sizes[rows]
    return sizes


def _holds_equal(trial: Trial, e: Expr, r: Reader) -> bool:
    worlds = []
    for world, n in zip(trial.worlds, (2, 3), strict=True):
        fresh = World(dict.fromkeys(world.sizes, n), world.draws, world.seed)
        fresh.varying = world.varying
        worlds.append(fresh)
    return _agree(trial, e, r, worlds)


def _agree(trial: Trial, e: Expr, r: Reader, worlds: list[World]) -> bool:
    indices = used_indices([trial.fixed, e])
    for world in worlds:
        axes = axes_for(world, indices)
        try:
            with np.errstate(all="ignore"):
                left, right = evaluate(trial.fixed, world, axes), evaluate(e, world, axes)
                outcome = comparing.compare(
                    left,
                    right,
                    trial.fixed,
                    e,
                    world,
                    axes,
                    comparing.tolerance_for(trial.fixed, e),
                )
        except NOT_READ:
            return False
        if outcome.status != HOLDS:
            return False
    return True

r"""`assume`: an equation that the samples are made to satisfy.

`<!--- derivlib: assume -->` before `$X^\top(y - X\beta) = 0$` draws β so that it holds.
The equation is solved for one of its free symbols at every draw: by naming it when it
stands alone on a side, else by Newton's method from the random point already drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from derivlib.errors import UNREADABLE, user_error
from derivlib.evaluate import World, evaluate
from derivlib.expr import Binding, Expr
from derivlib.meaning.keys import name_key
from derivlib.tex.tree import Statement
from derivlib.values.axes import NO_AXES
from derivlib.values.closures import dependencies
from derivlib.values.sample import STEP
from derivlib.verifying.chains import Chain
from derivlib.verifying.sizes import all_dimensions, settle

if TYPE_CHECKING:
    from derivlib.judging.judge import Judge

Array = Any
ITERATIONS = 60
SOLVED = 1e-12


def assume(judge: Judge, s: Statement) -> Binding:
    """Make the equation hold at the draws; the symbol that was solved for.

    Raises:
        DerivlibError: it is no equation of two sides, or no symbol solves it.
    """
    if len(s.parts) != 2 or s.relations[0].op not in ("=", ":="):
        raise user_error(UNREADABLE, "only an equation of two sides can be assumed", s.span)
    r = judge.reader()
    left, right = (r.expr(p) for p in s.parts)
    Chain(r, [left, right], ["="], [p.span for p in s.parts]).conform()
    for e in (left, right):
        settle(e, r)
    named = judge.orders.vary
    candidates = [
        b
        for b in sorted(dependencies(left) | dependencies(right), key=lambda b: -b.span.start)
        if b.kind == "free" and not b.is_dimension and not b.indices
    ]
    if named:
        candidates = [b for b in candidates if b.tex == named.strip("$ ")]
    for part in s.parts:  # a symbol that stands alone is the one
        found = name_key(part)
        alone = judge.scope.lookup(found[0]) if found else None
        if alone in candidates:
            candidates.sort(key=lambda b: b is not alone)
    worlds = judge.page.worlds
    bindings = dependencies(left) | dependencies(right)
    worlds.give_sizes(all_dimensions([left, right], bindings))
    for binding in candidates:
        if all(_solves(binding, left, right, world) for world in worlds.worlds):
            binding.conditions.append(
                lambda world, g, value, b=binding: _solved(b, value, left, right, world)[0]
            )
            worlds.reset()
            return binding
    raise user_error(
        UNREADABLE, "this equation could not be solved for any of its free symbols", s.span,
        "name the one to solve for: <!--- derivlib: vary x --> beside assume",
    )  # fmt: skip


def _solves(binding: Binding, left: Expr, right: Expr, world: World) -> bool:
    value, _ = world.lookup(binding)
    solution, error = _solved(binding, value, left, right, world)
    changed = np.abs(solution).max(axis=(-2, -1)) > 1e-8  # zero solves A x = λ x for nobody
    return error < 1e-9 and bool(changed.all())


def _residual(
    binding: Binding, value: Array, left: Expr, right: Expr, world: World, lead: int
) -> Array:
    child = world.child(lead)
    child.stepped = child.stepped or np.iscomplexobj(value)
    child.values[binding, ()] = (value, 0)
    child.moved.add(binding)
    gap = evaluate(left, child, NO_AXES) - evaluate(right, child, NO_AXES)
    return gap.reshape(*gap.shape[:-2], -1)


def _solved(
    binding: Binding, value: Array, left: Expr, right: Expr, world: World
) -> tuple[Array, float]:
    """Newton's method at all draws together, with the Jacobian by complex step."""
    rows, columns = value.shape[-2:]
    basis = np.eye(rows * columns).reshape(rows * columns, 1, rows, columns)
    error = np.inf
    with np.errstate(all="ignore"):
        for _ in range(ITERATIONS):
            gap = _residual(binding, value, left, right, world, 0).real
            error = float(np.abs(gap).max())
            if not np.isfinite(error) or error < SOLVED:
                break
            moved = _residual(binding, value[None] + 1j * STEP * basis, left, right, world, 1)
            jacobian = np.moveaxis(
                np.broadcast_to(moved.imag / STEP, (len(basis), *gap.shape)), 0, -1
            )
            try:
                step = np.linalg.pinv(jacobian, rcond=1e-10) @ gap[..., None]
            except np.linalg.LinAlgError:
                return value, np.inf
            value = value - step[..., 0].reshape(value.shape)
    return value, error

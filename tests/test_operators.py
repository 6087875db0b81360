"""Every row of the operator table: its example is read, has a shape, a value and a reading.

Where a row says that it is analytic, a complex step through it equals central differences;
where it says that it is not, a complex step through it is wrong: the flag is needed.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from derivlib.check import PageCheck, check_page
from derivlib.evaluate import World, evaluate
from derivlib.expr import Derivative, Differential, Expr, Op, children
from derivlib.meaning.elaborate import Reader
from derivlib.meaning.reading import reading
from derivlib.operators import BY_NAME, BY_SPELLING, OPERATORS, Operator
from derivlib.page import read_page
from derivlib.shapes import size
from derivlib.source import Source
from derivlib.tex.parser import parse_formula
from derivlib.values.closures import dependencies
from derivlib.values.sample import STEP
from derivlib.verifying.sizes import all_dimensions, settle
from derivlib.verifying.worlds import Worlds

# The letters of the examples, in domains where every row is smooth.
LETTERS = r"""
Let $X, Y \in \mathbb{R}^{n \times d}$, $Z \in \mathbb{R}^{d \times h}$,
$A \in \mathbb{R}^{n \times n}$, $B \in \mathbb{R}^{d \times d}$, $\lambda > 0$,
$x \in \mathbb{R}^n$ and $S \in \mathbb{S}^n_{++}$; $X$ and $Y$ are between 0 and 1.
Let $\ell = \operatorname{tr}(Y^\top Y)$ and $C = X Z$.
"""
CHAIN = r"""
Let $X \in \mathbb{R}^{n \times d}$, $Y = X \odot X$, $Z = Y \odot Y$
and $\ell = \mathbf{1}^\top Y \mathbf{1}$.
"""
rows = pytest.mark.parametrize("row", OPERATORS, ids=lambda row: row.name)


@cache
def letters(text: str) -> PageCheck:
    page = check_page(read_page(Source("letters.md", text)))
    assert all(verdict.ok for verdict in page.verdicts)
    return page


def read(row: Operator) -> tuple[Expr, Reader]:
    chained = row.name in ("contract", "compose", "apply_linear")
    r = Reader(letters(CHAIN if chained else LETTERS).scope, row.example)
    (statement,) = parse_formula(row.example)
    e = r.expr(statement.parts[0])
    settle(e, r)
    return e, r


def worlds_of(e: Expr) -> list[World]:
    worlds = Worlds(0)
    worlds.give_sizes(all_dimensions([e], dependencies(e)))
    return worlds.worlds


def nodes(e: Expr) -> list[Expr]:
    return [e, *(node for child in children(e) for node in nodes(child))]


def free(e: Expr) -> frozenset[object]:
    return frozenset(b for b in dependencies(e) if b.definition is None and not b.is_dimension)


@rows
def test_example_is_read_has_a_shape_and_a_value(row: Operator) -> None:
    e, r = read(row)
    used = {node.operator.name for node in nodes(e) if isinstance(node, Op)}
    assert row.name in used or row.name in ("max", "min")  # of a scalar and 0: cases
    for world in worlds_of(e):
        world.varying = free(e)
        value = evaluate(e, world)
        assert np.isfinite(value).all()
        assert value.shape[-len(e.shape) :] == tuple(size(d, world.sizes) for d in e.shape)
    assert reading(e, r.u)


@rows
def test_complex_step_against_central_differences(row: Operator) -> None:
    e, _ = read(row)
    if any(isinstance(node, Derivative | Differential) for node in nodes(e)):
        pytest.skip("an operator on derivatives: its arguments are differentiated already")
    by_step, by_difference = worlds_of(e)[0], worlds_of(e)[0]
    varying = free(e)
    stepped = evaluate(e, by_step.tangent_world(varying))
    by_difference.stepped, by_difference.step = True, 1e-3
    by_difference.varying = varying
    differences = evaluate(Differential(e.span, e.shape, e), by_difference)
    scale = np.abs(differences).max()
    error = np.abs(np.imag(stepped) / STEP - differences).max() / max(scale, 1e-3)
    if row.analytic:
        assert error < 1e-6
    elif scale > 1e-6 and row.name != "logm":  # a rank is flat; logm is right for symmetric steps
        assert error > 1e-3, "this row could be called analytic"


def test_names_and_spellings_are_distinct() -> None:
    assert len({row.name for row in OPERATORS}) == len(OPERATORS)
    spellings = [spelling for row in OPERATORS for spelling in row.spellings]
    assert len(set(spellings)) == len(spellings)
    assert set(BY_NAME.values()) == set(BY_SPELLING.values()) | {
        row for row in OPERATORS if not row.spellings
    }


@rows
def test_every_row_says_what_it_is(row: Operator) -> None:
    assert row.meaning and row.example and row.arity in (1, 2)


@pytest.mark.parametrize("spelling", sorted(BY_SPELLING))
def test_every_spelling_is_read_as_its_row(spelling: str) -> None:
    row = BY_SPELLING[spelling]
    if row.arity == 2:
        argument = "(A, X)"
    else:
        argument = "(S)" if row.example.endswith("(S)") else "(A)"
    if row.example.endswith("(x)"):
        argument = "(x)"
    for tex in (rf"\operatorname{{{spelling}}}{argument}", rf"\mathrm{{{spelling}}}{argument}"):
        r = Reader(letters(LETTERS).scope, tex)
        e = r.expr(parse_formula(tex)[0].parts[0])
        used = {node.operator.name for node in nodes(e) if isinstance(node, Op)}
        assert row.name in used

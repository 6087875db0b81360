"""The line of NumPy beside a formula computes what the formula was checked to be."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mathematics import check

from derivlib.calculus import commutation_matrix
from derivlib.check import PageCheck, check_page
from derivlib.evaluate import evaluate
from derivlib.expr import At, Call, Const, Derivative, Differential, Expr, Member, Var, children
from derivlib.page import read_page
from derivlib.shown.numpy_source import numpy_source
from derivlib.source import read_source

IDENTITIES = Path(__file__).parent.parent / "docs" / "reference" / "identities"
LETTERS = r"""
Let $X \in \mathbb{R}^{n \times d}$, $Y \in \mathbb{R}^{n \times d}$,
$G \in \mathbb{R}^{n \times h}$,
$S \in \mathbb{S}^n_{++}$, $x \in \mathbb{R}^d$, $\lambda > 0$ and $b \in \mathbb{R}^{1 \times d}$.

"""


@pytest.mark.parametrize(
    ("tex", "code"),
    [
        (r"X^\top G", "X.T @ G"),
        (r"X + Y", "X + Y"),
        (r"X - (Y - b)", "X - (Y - b)"),
        (r"-(X + Y)", "-(X + Y)"),
        (r"(X + Y)^\top G", "(X + Y).T @ G"),
        (r"(X \odot Y) x", "(X * Y) @ x"),
        (r"\lambda X", "lambda_ * X"),
        (r"S^{-1} X", "np.linalg.inv(S) @ X"),
        (r"\operatorname{tr}(S^2)", "np.trace(np.linalg.matrix_power(S, 2))"),
        (r"X : Y", "np.sum(X * Y)"),
        (r"\lambda^{-2}", "lambda_ ** (-2)"),
        (r"\sum_{i=1}^{n} X_{ij} Y_{ij}", None),
        (r"\sum_{i=1}^{n} \sum_{j=1}^{d} X_{ij} Y_{ij}",
         "sum(sum(X[i, j] * Y[i, j] for j in range(d)) for i in range(n))"),
        (r"\operatorname{softmax}(X)", "scipy.special.softmax(X, axis=1)"),
        (r"\operatorname{softmax}(x)", "scipy.special.softmax(x, axis=0)"),
    ],
)  # fmt: skip
def test_a_formula_in_numpy(tex: str, code: str | None) -> None:
    page = check(f"{LETTERS}Then ${tex}$ is of use.")
    if code is not None:
        assert numpy_source(sides(page)[-1]) == code


def check_parts(path: Path) -> PageCheck:
    return check_page(read_page(read_source(path)), parts=True)


def sides(page: PageCheck) -> list[Expr]:
    """The sides of every statement of a page, as they were last read."""
    if not page.parts:
        page = check_page(page.page, parts=True)
    found = []
    for p in page.parsed:
        read = {span: e for span, e, _ in p.seen or ()}
        for statement in p.statements:
            for part in statement.parts:
                if part.span in read:
                    found.append(read[part.span])
    return found


def plain(e: Expr) -> bool:
    """Without what only a page gives a value: functions, families, derivatives."""
    if isinstance(e, Call | Member | Differential | Derivative):
        return False
    return all(plain(child) for child in children(e))


def free_indices(e: Expr, bound: frozenset[int] = frozenset()) -> bool:
    index = getattr(e, "index", None)
    if isinstance(e, At):
        return id(e.index) not in bound
    inside = bound | {id(index)} if index is not None else bound
    return any(free_indices(child, inside) for child in children(e))


def values(e: Expr, world: Any) -> dict[str, Any]:
    """The arrays of a formula at the first draw, by the names they have in its code."""
    found: dict[str, Any] = {}
    waiting = [e]
    while waiting:
        node = waiting.pop()
        waiting += children(node)
        if isinstance(node, Var):
            value = np.asarray(world.lookup(node.binding)[0])
            value = value.reshape(-1, *value.shape[-2:])[0]
            found[numpy_source(node) or ""] = value if value.size > 1 else value.item()
    return found


def test_the_code_computes_the_formula() -> None:
    tried = 0
    for path in sorted(IDENTITIES.glob("*.md")):
        page = check_parts(path)
        for e in sides(page) if page.worlds.worlds else ():
            world = page.worlds.worlds[0]
            code = numpy_source(e)
            if (
                code is None
                or "scipy" in code
                or not plain(e)
                or isinstance(e, Const)
                or free_indices(e)
            ):
                continue
            try:
                want = np.asarray(evaluate(e, world))
            except KeyError:  # a size of a section that is over
                continue
            want = want.reshape(-1, *want.shape[-2:])[0]
            names = {**world.sizes, **values(e, world), "np": np, "math": math,
                     "commutation_matrix": commutation_matrix}  # fmt: skip
            got = np.asarray(eval(code, names))  # of our own making, from the site's own pages
            assert np.allclose(got.reshape(-1), want.reshape(-1), rtol=1e-8, atol=1e-10), code
            tried += 1
    assert tried >= 300

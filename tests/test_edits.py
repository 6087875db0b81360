r"""The table of edits: every row makes its own example, and nothing else."""

from __future__ import annotations

import pytest
from mathematics import check

from derivlib.check import PageCheck
from derivlib.hinting.anatomy import Side, apply
from derivlib.hinting.changes.places import Pool
from derivlib.hinting.edits import BREAKING, BY_NAME, EDITS, NEAR, Edit, variants
from derivlib.meaning.elaborate import Reader
from derivlib.shapes import SCALAR, named
from derivlib.source import Span

WORDS = r"""
Let $A, W \in \mathbb{R}^{n \times n}$, $X, Y, G \in \mathbb{R}^{n \times n}$,
$B \in \mathbb{R}^{n \times n}$,
$x, y \in \mathbb{R}^n$, $u \in \mathbb{R}^m$, $\lambda \in \mathbb{R}$, and let
$\sigma$ be the logistic
sigmoid, applied elementwise.
"""
N = named("n")
POOL = Pool(
    symbols=((r"Y", (N, N)),), pieces=((r"Y^\top", (N, N)),), factors=((r"X", (N, N)),),
    terms=(("X", (N, N)),), functions=(r"\sigma",),
    lines=("A W",), indices=("i", "j"), dimensions=("n",),
)  # fmt: skip


@pytest.fixture(scope="module")
def page() -> PageCheck:
    found = check(WORDS)
    assert all(v.ok for v in found.verdicts)
    return found


def side(page: PageCheck, text: str) -> Side:
    return Side(text, Reader(page.scope, text))


def squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("edit", EDITS, ids=lambda e: e.name)
def test_a_row_makes_its_example(page: PageCheck, edit: Edit) -> None:
    found = [squeezed(v.text) for v in variants(side(page, edit.before), POOL, [edit])]
    assert squeezed(edit.after) in found, found
    assert squeezed(edit.before) not in found


@pytest.mark.parametrize("edit", EDITS, ids=lambda e: e.name)
def test_a_row_leaves_alone_what_is_not_its_own(page: PageCheck, edit: Edit) -> None:
    """A number by itself has no transpose, no factor, no index."""
    found = [v.text for v in variants(side(page, "7"), Pool(), [edit])]
    allowed = {"number changed", "number added", "sign flipped", "factor lost"}
    assert not found or edit.name in allowed, found


def test_the_table() -> None:
    assert len(BY_NAME) == len(EDITS) > 25
    assert set(NEAR) <= set(BREAKING) <= set(EDITS)
    assert all(e.description and e.before != e.after for e in EDITS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"\left(A + X\right) y", r"\left(A + X\right)^\top y"),
        (r"\frac n2 A", r"\frac {n^{-1}}2 A"),
        (r"A^T W", r"A^T W^T"),
        (r"A^{-1} X", r"A^{-\top} X"),
        (r"\mathbf A\mathbf X", r"\mathbf X\mathbf A"),
        (r"-\tfrac12 A X", r"- A X"),
        (r"\operatorname{tr}(A X)", r"\operatorname{tr}(X A)"),
        (r"\lambda A", r"A"),
        (r"A \otimes X Y", r"X Y \otimes A"),
        (r"\sigma(A x)", r"\sigma'(A x)"),
    ],
)
def test_the_authors_notation_is_kept(page: PageCheck, text: str, expected: str) -> None:
    found = [squeezed(v.text) for v in variants(side(page, text), Pool(), BREAKING)]
    assert squeezed(expected) in found, found


def test_scalars_are_not_turned(page: PageCheck) -> None:
    names = {v.edit.name for v in variants(side(page, r"\lambda x^\top y"), Pool(), BREAKING)}
    assert "transpose added" in names  # of y
    texts = [
        v.text for v in variants(side(page, r"\lambda A"), Pool(), [BY_NAME["transpose added"]])
    ]
    assert texts == [r"\lambda A^\top"]


def test_every_variant_comes_once(page: PageCheck) -> None:
    texts = [squeezed(v.text) for v in variants(side(page, r"A X + \lambda (A - X) W^\top"), POOL)]
    assert len(texts) == len(set(texts))


def test_a_function_keeps_its_argument(page: PageCheck) -> None:
    s = side(page, r"A\,d\sigma(X) W")
    (run, *_) = s.runs
    assert [s.cut(u.span) for u in run.units] == ["A", r"d\sigma(X)", "W"]


def test_commands_do_not_run_into_letters() -> None:
    assert apply(r"\alpha+X", ((Span(6, 7), ""),)) == r"\alpha X"
    assert apply("23", ((Span(1, 1), "4"),)) == "2 4 3"
    assert SCALAR != (N, N)

"""Formulas as people type them: what the search knows of a page."""

from __future__ import annotations

import pytest

from derivlib.adapters.mathml import render_math
from derivlib.adapters.search import SHIM, searchable, with_shim
from derivlib.adapters.typed import typed_statements, typed_text

SPELLINGS = [
    (r"\frac{\partial \ell}{\partial U} = X^\top \frac{\partial L}{\partial A}",
     "dL/dU = X^T dL/dA"),
    (r"\sum_{t=1}^{T} (X^{(t)})^\top G^{(t)}", "sum_t X^T G"),
    (r"d\ell = X^{\mathsf T} G : dU", "dL = X^T G : dU"),
    (r"Z = XW + \mathbf{1} b", "Z = XW + 1b"),
    (r"dX^{-1} = -X^{-1}\,dX\,X^{-1}", "dX^−1 = - X^−1 dX X^−1"),
    (r"\frac{1}{n} X^\top (\hat{Y} - Y)", "1/n X^T(Yhat - Y)"),
    (r"\frac{\partial}{\partial X} \operatorname{tr}(AXB)", "d/dX tr(AXB)"),
    (r"d\log\det X", "d log det X"),
    (r"G \odot \sigma'(Z)", "G * sigma'(Z)"),
    (r"I_q \otimes X", "I_q kron X"),
    (r"\frac{\partial^2 f}{\partial x\, \partial x^\top}", "d^2f/(dx dx^T)"),
    (r"X \in \mathbb{R}^{n \times d}", "X in R^(n x d)"),
    (r"\|x\|_2^2 \le \lambda", "||x||_2^2 <= lambda"),
    (r"\begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}", "[1 2; 3 4]"),
    (r"softmax(o)", "softmax(o)"),
]  # fmt: skip


@pytest.mark.parametrize(("tex", "typed"), SPELLINGS)
def test_a_formula_as_it_is_typed(tex: str, typed: str) -> None:
    assert typed_text(render_math(tex, False)) == typed


def test_each_row_of_a_chain_is_a_line_with_both_its_sides() -> None:
    chain = r"\begin{aligned} d\ell &= G : X\,dU && \text{fixed} \\ &= X^\top G : dU. \end{aligned}"
    lines = list(typed_statements(render_math(chain, True)))
    assert lines == ["dL = G : X dU", "dL = X^T G : dU"]


def test_what_is_too_long_to_be_typed_is_left_out() -> None:
    long = "a = " + " + ".join(f"b_{{{i}}}" for i in range(40))
    assert list(typed_statements(render_math(long, True))) == []


def display(tex: str, state: str = "holds", kind: str = "claim") -> str:
    return (
        f'<section class="dl-formula dl-display dl-{state}" data-dl-kind="{kind}" id="f-1" '
        f'data-search-exclude><div class="dl-scroll">{render_math(tex, True)}</div>'
        "<details>how it was checked</details></section>"
    )


def test_a_display_is_searched_as_one_line_and_what_is_wrong_says_so() -> None:
    html = "<h1>A</h1><p>Let</p>" + display("Y = X^T G") + display("Y = G X^T", "caught")
    found = searchable(html, ["the loss, by the weights: X^T G"])
    assert found == (
        "<h1>A</h1><p>the loss, by the weights: X^T G</p><p>Let</p>"
        "<p>Y = X^T G</p><p>wrong: Y = G X^T</p>"
    )


def test_what_was_said_is_not_said_again_and_declarations_not_at_all() -> None:
    html = display("Y = XW") * 2 + display(r"X \in \mathbb{R}^n", kind="declaration")
    assert searchable(html) == "<p>Y = XW</p>"


def test_less_than_is_escaped() -> None:
    assert searchable(f"<p>{render_math('a < b', False)}</p>") == "<p>a &lt; b</p>"


def test_the_worker_of_the_theme_is_loaded_behind_ours() -> None:
    page = '{"search": "../assets/javascripts/workers/search.a76.min.js"}'
    assert with_shim(page) == f'{{"search": "../{SHIM}?search.a76.min.js"}}'
    assert with_shim("<p>another theme</p>") == "<p>another theme</p>"

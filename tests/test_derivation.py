"""Derivations made by the rules, judged by the oracle."""

from __future__ import annotations

import pytest

from derivlib.cli import main
from derivlib.derivation import derive
from derivlib.errors import DerivlibError
from derivlib.run import check_source
from derivlib.source import Source

LETTERS = r"""Let $A \in \mathbb{R}^{m \times n}$, $X, C \in \mathbb{R}^{m \times k}$,
$B \in \mathbb{R}^{k \times n}$, $D \in \mathbb{R}^{m \times m}$, $x \in \mathbb{R}^n$ and
$y \in \mathbb{R}^m$. Let $V \in \mathbb{R}^{n \times n}$ with $\det V > 0$, let
$W \in \mathbb{R}^{n \times n}$, and let $\lambda > 0$."""

CASES = [
    (r"\operatorname{tr}(A^\top X B)", "X", r"A \, B^\top"),
    (r"\tfrac{1}{2} \|X B - A\|_F^2", "X", r"\left( X \, B - A \right) \, B^\top"),
    (r"\operatorname{tr}(X^\top D X)", "X", r"D \, X + D^\top \, X"),
    (r"\log \det V", "V", r"V^{-\top}"),
    (r"\det V", "V", r"\det(V) \, V^{-\top}"),
    (r"\operatorname{tr}(W V^{-1})", "V", r"-V^{-\top} \, W^\top \, V^{-\top}"),
    (r"y^\top A x", "A", r"y \, x^\top"),
    (r"x^\top W x", "x", r"W \, x + W^\top \, x"),
    (r"\operatorname{sum}(\exp(X B))", "X", r"\exp(X \, B) \, B^\top"),
    (r"C : \tanh(X)", "X", None),
    (r"\|A x - y\|", "x", None),
    (r"\lambda \|X\|_F^2 + C : X", "X", r"C + 2 \, \lambda \, X"),
    (r"\operatorname{sum}(C \odot X \odot X)", "X", None),
    (r"(A x - y)^\top (A x - y)", "x", None),
    (r"\log(1 + x^\top x)", "x", None),
]


@pytest.mark.parametrize(("expression", "variable", "gradient"), CASES)
def test_each_derivation_is_checked(expression: str, variable: str, gradient: str | None) -> None:
    found = derive(LETTERS, expression, variable)
    assert found.gradient is not None
    assert gradient is None or found.gradient == gradient
    report = check_source(Source("derivation", found.page()), code=False)
    assert [v.diagnostic for v in report.formulas if not v.ok] == []
    chain = max(report.formulas, key=lambda v: len(v.steps))
    assert len(chain.steps) == len(found.steps) > 0


def test_a_derivation_that_is_tampered_with_is_refused() -> None:
    text = derive(LETTERS, r"\operatorname{tr}(A^\top X B)", "X").page()
    broken = text.replace(r"= A \, B^\top $$", r"= A \, B^\top \, 2 $$")
    assert broken != text
    assert not check_source(Source("derivation", broken), code=False).ok


def test_the_command_prints_a_page_that_holds(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["derive", r"y^\top A x", "A", "--let", LETTERS]) == 0
    page = capsys.readouterr().out
    assert r"\text{a right factor crosses to the right, transposed}" in page
    assert check_source(Source("derivation", page), code=False).ok


def test_what_cannot_be_derived_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["derive", r"y^\top A x", "Q", "--let", LETTERS]) == 2
    assert "Q is not declared" in capsys.readouterr().err
    with pytest.raises(DerivlibError):
        derive(LETTERS, r"y^\top A y", "A")

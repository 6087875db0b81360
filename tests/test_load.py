"""A page as a library of NumPy functions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import derivlib
from derivlib.errors import DerivlibError

PAGE = r"""
Let $X \in \mathbb{R}^{n \times d}$, $U \in \mathbb{R}^{d \times h}$ and
$L : \mathbb{R}^{n \times h} \to \mathbb{R}$ be smooth.

$$ A = XU, \qquad \ell = L(A) $$

$$ \frac{\partial \ell}{\partial U} = X^\top \frac{\partial \ell}{\partial A} \label{by-U} $$
"""


def test_definitions_and_labels_are_functions(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text(PAGE, encoding="utf-8")
    notes = derivlib.load(path)
    g = np.random.default_rng(0)
    X, U = g.normal(size=(4, 3)), g.normal(size=(3, 2))
    assert set(notes) == {"A", "ell", "by-U"}
    assert np.allclose(notes["A"](X=X, U=U), X @ U)
    by_U = notes["by-U"](X=X, U=U, L=lambda A: np.sum(np.sin(A)))
    assert np.allclose(by_U, X.T @ np.cos(X @ U))
    assert not np.allclose(by_U, X.T @ np.sin(X @ U))


def test_a_page_with_a_wrong_formula_is_not_loaded(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text(PAGE.replace(r"X^\top", r"-X^\top"), encoding="utf-8")
    with pytest.raises(DerivlibError, match="differs"):
        derivlib.load(path)


def test_importing_derivlib_brings_in_no_numpy_yet() -> None:
    import subprocess
    import sys

    code = "import derivlib, sys; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_members_of_families_are_given_as_arrays(tmp_path: Path) -> None:
    """Σ_a Σ_b K_ab P_a X Q_b, with a family for each index, and the family of a letter a."""
    page = tmp_path / "page.md"
    page.write_text(r"""
Let $X \in \mathbb{R}^{h \times w}$ and $K \in \mathbb{R}^{r \times s}$. For $a = 1, \dots, r$
let $P_a \in \mathbb{R}^{p \times h}$, for $b = 1, \dots, s$ let
$Q_b \in \mathbb{R}^{w \times q}$.

$$ Y := \sum_{a=1}^{r} \sum_{b=1}^{s} K_{ab} P_a X Q_b \label{Y} $$

Let $A \in \mathbb{R}^{h \times h}$.

$$ Z := A X \label{Z} $$
""")
    notes = derivlib.load(page)
    random = np.random.default_rng(0)
    shapes = {"X": (5, 4), "K": (3, 2), "P_a": (3, 6, 5), "Q_b": (2, 4, 7)}
    data = {name: random.standard_normal(shape) for name, shape in shapes.items()}
    expected = np.einsum("ab,aph,hw,bwq->pq", *(data[n] for n in ("K", "P_a", "X", "Q_b")))
    np.testing.assert_allclose(notes["Y"](**data), expected)
    with pytest.raises(ValueError, match="A is h×h, one array for all, not an array with 3 axes"):
        notes["Z"](A=random.standard_normal((3, 5, 5)), X=data["X"])

r"""How long it takes: `pytest tests/benchmarks --benchmark-only`.

Figures to look at, not tests with a time in them. The function differentiated is that of
the recurrent layer, ℓ = Σ sin(tanh(XU + HW + b)) by U; `check_grad` of SciPy and
`check_grads` of autograd are asked for it in the same run.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("pytest_benchmark")
from derivlib.check import check_page
from derivlib.page import read_page
from derivlib.source import Source
from derivlib.tex.parser import parse_formula
from derivlib.verifying.worlds import DRAWS

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def only_when_asked(request: pytest.FixtureRequest) -> None:
    if not request.config.getoption("benchmark_only"):
        pytest.skip("figures are taken with --benchmark-only")


LETTERS = r"""
Let $X \in \mathbb{R}^{n \times d}$, $H \in \mathbb{R}^{n \times h}$,
$U \in \mathbb{R}^{d \times h}$,
$W \in \mathbb{R}^{h \times h}$ and $b \in \mathbb{R}^{1 \times h}$. With $A = XU + HW + b$ and
$\ell = \mathbf{1}^\top \sin(\tanh(A)) \mathbf{1}$:

"""
CLAIM = r"\frac{\partial \ell}{\partial U} = X^\top \frac{\partial \ell}{\partial A}"
CHAIN = r"""\begin{aligned}
d\ell &= \frac{\partial \ell}{\partial A} : dA \\
&= \frac{\partial \ell}{\partial A} : X\,dU \\
&= X^\top \frac{\partial \ell}{\partial A} : dU
\end{aligned}"""
# A page as people write it: definitions, claims and mentions, all different.
CLAIMS = [
    CLAIM,
    r"\frac{\partial \ell}{\partial W} = H^\top \frac{\partial \ell}{\partial A}",
    r"\frac{\partial \ell}{\partial b} = \mathbf{1}^\top \frac{\partial \ell}{\partial A}",
    r"\frac{\partial \ell}{\partial X} = \frac{\partial \ell}{\partial A} U^\top",
    r"\frac{\partial \ell}{\partial A} = \cos(\tanh(A)) \odot (1 - \tanh(A) \odot \tanh(A))",
    r"(XU)^\top = U^\top X^\top",
    r"\operatorname{tr}(W^\top W) = W : W",
    r"\operatorname{vec}(XU) = (I \otimes X) \operatorname{vec}(U)",
    r"\nabla_W \operatorname{tr}(W^\top W) = 2 W",
    r"d(WW) = dW\,W + W\,dW",
]


def page(claims: list[str]) -> str:
    return LETTERS + "\n\n".join(f"$$ {claim} $$" for claim in claims) + "\n"


def forty() -> str:
    claims = [CHAIN, *CLAIMS, *(f"{c.partition('=')[0]} + {k} = {c.partition('=')[2]} + {k}"
                                for k in (1, 2) for c in CLAIMS)]  # fmt: skip
    text = page([*claims[:-3], "A", "X U"])
    count = len(read_page(Source("page.md", text)).formulas)
    return text + "".join(f"So much for ${k} + {k} = {2 * k}$.\n" for k in range(count, 40))


def verified(text: str) -> int:
    result = check_page(read_page(Source("page.md", text)))
    assert all(verdict.ok for verdict in result.verdicts)
    return len(result.verdicts)


@pytest.mark.benchmark(group="1 a claim: parse")
@pytest.mark.parametrize("tex", [CLAIM, CHAIN], ids=["claim", "chain"])
def test_parse(benchmark, tex: str) -> None:  # type: ignore[no-untyped-def]
    assert benchmark(parse_formula, tex)


@pytest.mark.benchmark(group="2 the recurrent gradient: TeX to verdict, against gradient checks")
class TestOneClaim:
    """The whole page, and what the claim alone adds to the page of its letters."""

    def test_letters_alone(self, benchmark) -> None:  # type: ignore[no-untyped-def]
        assert DRAWS * 2 >= 16
        benchmark(verified, LETTERS)

    def test_letters_and_claim(self, benchmark) -> None:  # type: ignore[no-untyped-def]
        benchmark(verified, page([CLAIM]))

    def test_letters_and_chain(self, benchmark) -> None:  # type: ignore[no-untyped-def]
        benchmark(verified, page([CHAIN]))

    @pytest.mark.parametrize("sizes", [(3, 2, 4), (32, 16, 32)], ids=["small", "usual"])
    def test_scipy_check_grad(self, benchmark, sizes: tuple[int, int, int]) -> None:  # type: ignore[no-untyped-def]
        check_grad = pytest.importorskip("scipy.optimize").check_grad
        n, d, h = sizes
        g = np.random.default_rng(0)
        x, state, w, b = (g.normal(size=s) / h for s in ((n, d), (n, h), (h, h), (1, h)))
        u = g.normal(size=d * h)

        def loss(u):  # type: ignore[no-untyped-def]
            return np.sin(np.tanh(x @ u.reshape(d, h) + state @ w + b)).sum()

        def gradient(u):  # type: ignore[no-untyped-def]
            t = np.tanh(x @ u.reshape(d, h) + state @ w + b)
            return (x.T @ (np.cos(t) * (1 - t * t))).ravel()

        assert benchmark(check_grad, loss, gradient, u) < 1e-4

    @pytest.mark.parametrize("sizes", [(3, 2, 4), (32, 16, 32)], ids=["small", "usual"])
    def test_autograd_check_grads(self, benchmark, sizes: tuple[int, int, int]) -> None:  # type: ignore[no-untyped-def]
        check_grads = pytest.importorskip("autograd.test_util").check_grads
        anp = pytest.importorskip("autograd.numpy")
        n, d, h = sizes
        g = np.random.default_rng(0)
        x, state, w, b = (g.normal(size=s) / h for s in ((n, d), (n, h), (h, h), (1, h)))
        u = g.normal(size=(d, h))

        def loss(u):  # type: ignore[no-untyped-def]
            return anp.sum(anp.sin(anp.tanh(anp.dot(x, u) + anp.dot(state, w) + b)))

        benchmark(check_grads(loss, modes=["rev"], order=1), u)


@pytest.mark.benchmark(group="3 a page of 40 formulas")
def test_forty_formulas(benchmark) -> None:  # type: ignore[no-untyped-def]
    assert benchmark(verified, forty()) == 40


@pytest.mark.benchmark(group="4 the site of this repository")
@pytest.mark.parametrize("checking", [False, True], ids=["unchecked", "checked"])
def test_site(benchmark, checking: bool, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """`mkdocs build`, with the plugin and without it; caches of the site are left alone."""
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    if not checking:
        assert text.count("\n  - derivlib\n") == 1
        text = text.replace("\n  - derivlib\n", "\n")
    text = text.replace('base_path: ["."]', f'base_path: ["{ROOT.as_posix()}"]')
    config = tmp_path / "mkdocs.yml"
    config.write_text(f"{text}\ndocs_dir: '{(ROOT / 'docs').as_posix()}'\n", encoding="utf-8")
    for name in ("derivlib", "theme"):
        (tmp_path / name).symlink_to(ROOT / name, target_is_directory=True)

    command = [sys.executable, "-m", "mkdocs", "build", "-q", "-f", str(config)]

    def build() -> None:
        shutil.rmtree(tmp_path / ".cache/derivlib/verdicts", ignore_errors=True)  # all is verified
        done = subprocess.run(
            [*command, "-d", str(tmp_path / "site")],
            cwd=tmp_path, capture_output=True, text=True, encoding="utf-8",
            env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]

    benchmark.pedantic(build, rounds=2, warmup_rounds=1)

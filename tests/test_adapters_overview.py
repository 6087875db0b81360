"""The overview of derivations: drawn from labelled formulas, and strict about what is missing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from building import run_mkdocs

from derivlib.adapters.overview import problems, read_derives
from derivlib.adapters.setting import check_source
from derivlib.adapters.statements import labelled
from derivlib.adapters.typed import typed_text
from derivlib.source import Source

HEAD = """---
derives:
  - {of: the loss, by: the weights, label: by-W}
---

"""
PAGE = r"""# A layer

Let $X \in \mathbb{R}^{n \times d}$, $W \in \mathbb{R}^{d \times h}$ and let
$L : \mathbb{R}^{n \times h} \to \mathbb{R}$ be smooth.

$$ Z = XW, \qquad \ell = L(Z) $$

$$
\begin{aligned}
\frac{\partial \ell}{\partial W} &= X^\top \frac{\partial \ell}{\partial Z} \label{by-W}
  && \in \mathbb{R}^{d \times h}, \\
\frac{\partial \ell}{\partial X} &= \frac{\partial \ell}{\partial Z} W^\top \label{by-X}.
\end{aligned}
$$
"""
OVERVIEW = "# All\n\n{{ derivlib.overview }}\n"


def report(text: str):
    return check_source(Source("docs/layer.md", text))


def said(text: str) -> list[tuple[int, str]]:
    found = report(text)
    return [(found.source.position(p.span[0])[0], p.statement) for p in problems(found) if p.span]


def test_a_page_that_derives_what_it_says_is_in_order() -> None:
    assert said(HEAD + PAGE) == []
    (one,) = read_derives(Source("a.md", HEAD + PAGE))[0]
    assert (one.of, one.by, one.label) == ("the loss", "the weights", "by-W")


@pytest.mark.parametrize(
    ("head", "line", "statement"),
    [
        ("", 1, "it is not said what is derived here"),
        (HEAD.replace("by-W", "by-V"), 3, "no formula that holds is labelled `by-V`"),
        (HEAD.replace("by: the weights, ", ""), 3, "an entry of `derives` lacks `by`"),
        (HEAD.replace("label:", "lable:"), 3, "an entry of `derives` lacks `label`"),
        (HEAD.replace("by-W}", "by-W, at: 3}"), 3, "an entry of `derives` has an unknown key `at`"),
        ("---\nderives: much\n---\n\n", 1, "`derives` is not a list"),
    ],
)  # fmt: skip
def test_what_is_missing_is_said_with_its_line(head: str, line: int, statement: str) -> None:
    assert said(head + PAGE) == [(line, statement)]


def test_a_formula_that_is_wrong_on_purpose_is_no_result() -> None:
    wrong = PAGE.replace("$$\n\\begin", "<!--- derivlib: wrong -->\n$$\n\\begin")
    wrong = wrong.replace("X^\\top \\frac", "-X^\\top \\frac")
    assert said(HEAD + wrong) == [(3, "no formula that holds is labelled `by-W`")]


@pytest.mark.parametrize(
    ("tex", "typed"),
    [
        (r"a = b, \qquad c = d \label{x}.", "c = d"),
        (r"a = b \label{x}, \qquad c = d.", "a = b"),
        (r"a = b \in \mathbb{R}^{n}, \quad \label{x}", "a = b"),
        (r"\begin{aligned} a &= b \\ &= c \label{x} \\ e &= f \end{aligned}", "a = c"),
        (r"\begin{aligned} a &= b, & c &= d \label{x} \end{aligned}", "c = d"),
        (r"\begin{gathered} a = b \\ c = d \label{x} \end{gathered}", "c = d"),
        (r"a = \begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix} \label{x}", "a = [1 2; 3 4]"),
        (r"a = b, \qquad c = d", "a = b"),
    ],
)
def test_a_label_names_the_statement_before_it(tex: str, typed: str) -> None:
    assert typed_text(labelled(tex, "x")) == typed


def site(folder: Path, page: str) -> Path:
    (folder / "docs/derivations").mkdir(parents=True)
    for name, text in {
        "index.md": "# Home\n", "derivations/index.md": OVERVIEW, "derivations/layer.md": page,
    }.items():  # fmt: skip
        (folder / "docs" / name).write_text(text, encoding="utf-8")
    (folder / "theme").mkdir()
    (folder / "theme/main.html").write_text("<title></title>{{ page.content }}", encoding="utf-8")
    (folder / "mkdocs.yml").write_text(
        "site_name: test\ntheme: {name: null, custom_dir: theme}\n"
        "plugins: [derivlib: {font: false}]\n"
        "nav: [index.md, {All: [derivations/index.md, {Layers: [derivations/layer.md]}]}]\n",
        encoding="utf-8",
    )
    return folder


def test_the_overview_leads_to_the_formula_it_shows(tmp_path: Path) -> None:
    folder = site(tmp_path, HEAD + PAGE)
    done = run_mkdocs(folder, "build", "--strict")
    assert done.returncode == 0, done.stderr
    overview = (folder / "site/derivations/index.html").read_text(encoding="utf-8")
    assert '<h2 id="layers">Layers</h2>' in overview and "derivlib.overview" not in overview
    link = re.search(r'<a href="layer/#([^"]*)"', overview)
    assert link, overview
    page = (folder / "site/derivations/layer/index.html").read_text(encoding="utf-8")
    assert f'id="{link[1]}"' in page
    (math,) = re.findall(r"<math.*?</math>", overview)
    assert typed_text(math) == "dL/dW = X^T dL/dZ"


def test_a_page_that_does_not_say_what_it_derives_ends_the_build(tmp_path: Path) -> None:
    done = run_mkdocs(site(tmp_path, HEAD.replace("by-W", "by-V") + PAGE), "build")
    assert done.returncode == 1
    assert "docs/derivations/layer.md:3:5: page: no formula that holds is labelled" in done.stderr
    assert "labels here: by-W, by-X" in done.stderr
    assert not (tmp_path / "site").exists()

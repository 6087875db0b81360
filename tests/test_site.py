"""The site of this repository as built: what stands on it is what was checked."""

from __future__ import annotations

import json
import re
from collections import Counter
from html import unescape
from pathlib import Path

import pytest

from derivlib.adapters.notebook import read_notebook
from derivlib.page import read_page
from derivlib.source import Source, read_source

DOCS = Path(__file__).parent.parent / "docs"
_TEX = re.compile(r'<(?:section|span) class="dl-formula [^>]*? data-tex="([^"]*)"')
SOURCES = sorted(
    path
    for path in DOCS.rglob("*")
    if path.suffix in (".md", ".ipynb") and "checkpoint" not in str(path)
)


def plain(tex: str) -> str:
    return " ".join(tex.split())


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(DOCS).as_posix())
def test_the_tex_on_the_page_is_the_tex_that_was_checked(site: Path, path: Path) -> None:
    source: Source = (
        read_notebook(path, path.name) if path.suffix == ".ipynb" else read_source(path)
    )
    place = path.relative_to(DOCS).with_suffix("")
    place = place.parent if place.name == "index" else place
    html = (site / place / "index.html").read_text(encoding="utf-8")
    built = Counter(plain(unescape(tex)) for tex in _TEX.findall(html))
    assert built == Counter(plain(formula.tex) for formula in read_page(source).formulas)
    others = html.count("data-hint=") + html.count("data-dl-name=")
    assert html.count('<math display="') == sum(built.values()) + others


def test_the_overview_shows_what_stands_on_the_pages(site: Path) -> None:
    """Each formula of the overview leads to a formula that was checked, and is a part of it."""
    overview = (site / "derivations/index.html").read_text(encoding="utf-8")
    result = r'<a href="([\w-]+)/#([^"]+)"[^>]*>(<math class="dl-result".*?</math>)'
    shown = re.findall(result, overview)
    assert len(shown) == overview.count("<math") > 40

    def signs(math: str) -> list[str]:
        return re.findall(r">([^<\s]+)<", math)

    for name, anchor, math in shown:
        page = (site / f"derivations/{name}/index.html").read_text(encoding="utf-8")
        place = page.index(f' id="{anchor}"')
        stands = page[place : page.index("</math>", place)]
        assert not Counter(signs(math)) - Counter(signs(stands)), (name, anchor)


def test_nothing_of_it_comes_from_another_host(site: Path) -> None:
    loads = re.compile(
        r"<(?:script|img|iframe|source)\b[^>]*\bsrc=\W?(?:https?:)?//"
        r"|<link\b[^>]*\brel=\W?(?:stylesheet|preload|icon|preconnect)[^>]*"
        r"href=\W?https?://(?!127\.0\.0\.1)"
        r"|@import\s|url\(\W?(?:https?:)?//"
    )
    for path in site.rglob("*"):
        if path.suffix in (".html", ".css"):
            assert not loads.search(path.read_text(encoding="utf-8")), path


def test_formulas_are_searched_as_they_are_typed(site: Path) -> None:
    index = json.loads((site / "search/search_index.json").read_text(encoding="utf-8"))
    texts: dict[str, str] = {}
    for entry in index["docs"]:
        page = entry["location"].partition("#")[0]
        texts[page] = texts.get(page, "") + entry["text"]
    network = texts["derivations/recurrent-network/"]
    assert "<p>dL/dU = X^T dL/dA</p>" in network
    assert "by the recurrent weights: dL/dW = sum_t H^T dL/dA" in network
    assert "<p>wrong: dL/dO = Yhat - Y</p>" in network
    assert "d/dX tr(AXB) = A^T B^T" in texts["reference/identities/traces/"]
    separator = re.compile(index["config"]["separator"])
    assert [word for word in separator.split("dL/dU = X^T dL/dA, and tr(AXB).") if word] == [
        "dL/dU", "X^T", "dL/dA", "and", "tr", "AXB",
    ]  # fmt: skip


def test_no_tex_is_searched(site: Path) -> None:
    """Mathematics is found by its words and signs; how it was typed would drown the words."""
    index = (site / "search/search_index.json").read_text(encoding="utf-8")
    assert "\\\\begin{aligned}" not in index
    assert "How it was checked" not in index

"""The graph of a computation, from the definitions of a page."""

from __future__ import annotations

import re

import pytest
from mathematics import check

from derivlib.adapters.graph import render_graph
from derivlib.verdict import Graph, Verdict

LETTERS = r"""
Let $X \in \mathbb{R}^{n \times d}$, $U \in \mathbb{R}^{d \times h}$, and
$V \in \mathbb{R}^{h \times p}$, and let $L : \mathbb{R}^{n \times p} \to \mathbb{R}$ be smooth.

"""
LAYERS = r"$$ A = XU, \qquad H = \tanh(A), \qquad Y = HV, \qquad \ell = L(Y) $$"


def drawn(text: str) -> Verdict:
    return check(LETTERS + text).verdicts[-1]


def edges(graph: Graph | None) -> list[str]:
    assert graph is not None
    names = [vertex.tex for vertex in graph.vertices]
    return sorted(f"{names[a]} → {names[b]}" for a, b in graph.edges)


def test_what_a_quantity_is_made_of() -> None:
    graph = drawn(f"<!--- derivlib: graph \\ell -->\n{LAYERS}").graph
    assert edges(graph) == ["A → H", "H → Y", "U → A", "V → Y", "X → A", r"Y → \ell"]
    assert graph is not None
    shapes = {vertex.tex: ("×".join(vertex.shape), vertex.given) for vertex in graph.vertices}
    assert shapes["H"] == ("n×h", False) and shapes["X"] == ("n×d", True)
    assert graph.vertices[0].tex == r"\ell"


def test_a_page_that_asks_for_none_has_none() -> None:
    assert drawn(LAYERS).graph is None


def test_a_recursion_shows_the_state_before() -> None:
    text = r"""
Let $X^{(t)} \in \mathbb{R}^{n \times d}$ and $H^{(0)} \in \mathbb{R}^{n \times h}$, let
$W \in \mathbb{R}^{h \times h}$, and for $t = 1, \dots, T$

<!--- derivlib: graph H^{(t)} -->
$$ H^{(t)} = \tanh(X^{(t)} U + H^{(t-1)} W) $$
"""
    assert edges(drawn(text).graph) == [
        "H^{(t-1)} → H^{(t)}", "U → H^{(t)}", "W → H^{(t)}", "X^{(t)} → H^{(t)}",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["X", "Q", r"\sigma"])
def test_what_nothing_defines_has_no_graph(name: str) -> None:
    verdict = drawn(f"<!--- derivlib: graph {name} -->\n{LAYERS}")
    assert verdict.status == "unknown-name" and verdict.diagnostic
    assert verdict.diagnostic.statement == f"no {name} is defined here whose graph could be drawn"


def test_the_picture_has_every_edge_twice_and_no_vertex_on_another() -> None:
    graph = drawn(f"<!--- derivlib: graph \\ell -->\n{LAYERS}").graph
    assert graph is not None
    svg = render_graph(graph, {"n": 0, "d": 1, "h": 2, "p": 3}, "g")
    assert svg.count('class="dl-forward"') == svg.count('class="dl-back"') == len(graph.edges)
    places = re.findall(r'<rect x="([\d.]+)" y="([\d.]+)"', svg)
    assert len(set(places)) == len(graph.vertices)
    assert "𝑋" in svg and "ℓ" in svg and 'data-d="0">n</tspan>' in svg

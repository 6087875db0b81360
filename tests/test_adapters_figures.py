"""The plots of the site: what they show is computed, and what is asked for exists."""

from __future__ import annotations

import math
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from building import run_mkdocs

from derivlib.adapters.figures import (
    FIGURES,
    PRECISION,
    Figure,
    problems,
    put_plots,
    route_costs,
    step_size_errors,
)
from derivlib.adapters.plot import Axis, Line, Plot, render_plot
from derivlib.source import Source
from derivlib.verdict import FileReport

SVG = "{http://www.w3.org/2000/svg}"


def slope(points: tuple[tuple[float, float], ...], low: float, high: float) -> float:
    """Of the straight line from one point to another, on paper with two logarithmic axes."""
    near = {goal: min(points, key=lambda p: abs(math.log(p[0] / goal))) for goal in (low, high)}
    (x, y), (u, v) = near[low], near[high]
    return math.log(v / y) / math.log(u / x)


def test_the_error_of_each_difference_has_its_order_and_then_rounding() -> None:
    errors = step_size_errors()
    assert slope(errors["central"], 1e-4, 1e-2) == pytest.approx(2, abs=0.05)
    assert slope(errors["complex"], 1e-6, 1e-2) == pytest.approx(2, abs=0.05)
    assert slope(errors["one-sided"], 1e-5, 1e-2) == pytest.approx(1, abs=0.05)
    assert slope(errors["central"], 1e-13, 1e-7) == pytest.approx(-1, abs=0.2)
    assert slope(errors["one-sided"], 1e-13, 1e-9) == pytest.approx(-1, abs=0.2)


def test_central_differences_have_a_best_step_and_the_complex_step_has_none() -> None:
    errors = step_size_errors()
    step, least = min(errors["central"], key=lambda point: point[1])
    assert 1e-6 < step < 1e-4 and 1e-12 < least < 1e-9
    flat = [error for h, error in errors["complex"] if h < 0.9e-8]
    assert len(flat) > 30 and max(flat) < 1e-15 and min(flat) >= PRECISION
    assert max(error for h, error in errors["central"] if h < 0.9e-8) > 0.1


def test_the_routes_grow_with_their_powers() -> None:
    powers = [slope(points, 300, 1000) for points in route_costs().values()]
    assert powers == [pytest.approx(power, abs=0.02) for power in (3, 4, 2, 2)]


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.name)
def test_a_figure_is_drawn_inside_its_frame_and_told_in_words(figure: Figure) -> None:
    plot = figure.plot()
    drawn = render_plot(plot, figure.name)
    assert drawn == render_plot(figure.plot(), figure.name)  # the same at each build
    tree = ElementTree.fromstring(drawn)
    svg = tree.find(f"{SVG}svg")
    assert svg is not None and tree.findtext("figcaption")
    width, height = map(float, svg.attrib["viewBox"].split()[2:])
    for path in svg.iter(f"{SVG}path"):
        for x, y in re.findall(r"([-\d.]+) ([-\d.]+)", path.attrib["d"]):
            assert 0 <= float(x) <= width and 0 <= float(y) <= height
    told = {e.attrib["id"]: e.text or "" for e in svg if "id" in e.attrib}
    title, text = (told[name] for name in svg.attrib["aria-labelledby"].split())
    assert title == plot.title and re.search(r"\d", text) and len(text) > 100
    assert {line.name for line in plot.lines} <= {e.text for e in svg.iter(f"{SVG}text")}
    assert "<script" not in drawn and " style=" not in drawn


def test_what_a_plot_says_is_escaped() -> None:
    across, up = Axis("a < b", 0, 1, (0, 1)), Axis("", 0, 1, ())
    one = Plot("<&>", "<&>", "<&>", across, up, (Line("<&>", ((0, 0), (1, 1)), (0, 0)),))
    assert ElementTree.fromstring(render_plot(one, "a")).findtext("figcaption") == "<&>"


def test_a_plot_stands_where_a_paragraph_asks_for_it() -> None:
    html = put_plots("<p>Before.</p>\n<p>{{ derivlib.plot sigmoid }}</p>\n")
    assert html.startswith('<p>Before.</p>\n<figure class="dl-plot" id="plot-sigmoid">')
    assert "derivlib.plot" not in html
    words = "<p>Write <code>{{ derivlib.plot sigmoid }}</code> there.</p>"
    assert put_plots(words) == words


def test_an_unknown_plot_is_a_problem_with_its_place() -> None:
    text = "# A page\n\n{{ derivlib.plot sigmoid }}\n\n{{ derivlib.plot sigmiod }}\n"
    (wrong,) = problems(FileReport(Source("docs/a.md", text)))
    assert wrong.statement == "there is no plot called `sigmiod`"
    assert wrong.span and text[slice(*wrong.span)] == "sigmiod"
    assert wrong.facts == ("the plots are step-size, routes, sigmoid",)


def test_an_unknown_plot_ends_the_build(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    page, theme = tmp_path / "docs/index.md", tmp_path / "theme"
    page.write_text("# Home\n\n{{ derivlib.plot routes }}\n", encoding="utf-8")
    theme.mkdir()
    (theme / "main.html").write_text("<title></title>{{ page.content }}", encoding="utf-8")
    (tmp_path / "mkdocs.yml").write_text(
        "site_name: test\ntheme: {name: null, custom_dir: theme}\n"
        "plugins: [derivlib: {font: false}]\n",
        encoding="utf-8",
    )
    done = run_mkdocs(tmp_path, "build", "--strict")
    assert done.returncode == 0, done.stderr
    assert 'id="plot-routes"' in (tmp_path / "site/index.html").read_text(encoding="utf-8")
    page.write_text("# Home\n\n{{ derivlib.plot roots }}\n", encoding="utf-8")
    done = run_mkdocs(tmp_path, "build")
    assert done.returncode == 1
    assert "docs/index.md:3:18: page: there is no plot called `roots`" in done.stderr

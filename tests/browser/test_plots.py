"""Plots in a real browser: inside the page, legible in both schemes, and without a script."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from visit import Visit

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PAGES = ("learn/checking-numerically/", "learn/elementwise/", "learn/four-routes/")
SEEN = """() => {
  const light = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3).map((c) => c / 255)
      .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  const paper = light(getComputedStyle(document.body).backgroundColor);
  const plot = document.querySelector(".dl-plot"), svg = plot.querySelector("svg");
  const names = [...svg.querySelectorAll("[class^=dl-line-] text")];
  const lines = [...svg.querySelectorAll("[class^=dl-line-] path")];
  const box = (e) => e.getBoundingClientRect();
  const meet = (a, b) =>
    a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  return {
    lines: lines.length,
    pale: lines.filter((e) => contrast(light(getComputedStyle(e).stroke), paper) < 3).length,
    faint: [...svg.querySelectorAll("text")]
      .filter((e) => contrast(light(getComputedStyle(e).fill), paper) < 4.5).length,
    outside: [...svg.querySelectorAll("text")].filter((e) => {
      const b = box(e);
      return b.left < 0 || b.right > innerWidth;
    }).map((e) => e.textContent),
    small: [...svg.querySelectorAll("text")].filter((e) => box(e).height < 10 && box(e).width < 10)
      .map((e) => e.textContent),
    crowded: names.filter((a, i) => names.slice(i + 1).some((b) => meet(box(a), box(b)))).length,
    colours: new Set(lines.map((e) => getComputedStyle(e).stroke)).size,
  };
}"""


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_plot_can_be_read(browser: Browser, address: str, path: str, scheme: str) -> None:
    for width in (1280, 390):
        with Visit(browser, width, "light") as visit:
            visit.go(address + path)
            if scheme == "dark":
                visit.darken()
            seen = visit.page.evaluate(SEEN)
            assert seen["lines"] >= 2 and seen["colours"] == seen["lines"], seen
            for fault in ("pale", "faint", "crowded"):
                assert seen[fault] == 0, (width, fault, seen)
            assert seen["outside"] == seen["small"] == [], (width, seen)
            assert visit.errors == []


def test_a_plot_is_there_without_a_script(browser: Browser, address: str) -> None:
    with Visit(browser, 390, "light", script=False) as visit:
        visit.page.goto(address + PAGES[0])
        plot = visit.page.get_by_role("img", name="Error of a numerical gradient")
        assert plot.is_visible()
        assert "10⁻¹⁰" in visit.page.locator(".dl-plot figcaption").inner_text()


def test_a_row_that_is_too_wide_begins_where_one_can_scroll_to(
    browser: Browser, address: str
) -> None:
    with Visit(browser, 390, "light") as visit:
        visit.go(address + PAGES[1])
        left, overflow = visit.page.evaluate(
            """() => {
              const math = document.querySelector(".dl-display math:has(> .dl-piece)");
              const scroll = math.closest(".dl-scroll");
              scroll.style.width = "90px";
              const lefts = [...math.querySelectorAll(":scope > .dl-piece")]
                .map((e) => e.getBoundingClientRect().left - scroll.getBoundingClientRect().left);
              return [Math.min(...lefts), scroll.scrollWidth - scroll.clientWidth];
            }"""
        )
        assert overflow > 20 and left >= 0

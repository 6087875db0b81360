"""Each page of the site in a real browser: laid out, quiet, and loading nothing from elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from layout import LAYOUT
from visit import Visit

if TYPE_CHECKING:
    from playwright.sync_api import Browser

WIDTHS = (1280, 390)  # one between them is looked at for each kind of page


def pages_of(site: Path) -> list[str]:
    """The addresses of all pages."""
    return sorted(
        "" if path.parent == site else f"{path.parent.relative_to(site).as_posix()}/"
        for path in site.rglob("index.html")
    )


def test_every_page_is_laid_out(browser: Browser, site: Path, address: str) -> None:
    """Each page is loaded once, and looked at in each width and both schemes of colour."""
    with Visit(browser, WIDTHS[0], "light") as visit:
        for path in pages_of(site):
            visit.page.set_viewport_size({"width": WIDTHS[0], "height": 900})
            visit.go(address + path)
            for width in WIDTHS:
                visit.page.set_viewport_size({"width": width, "height": 900})
                seen = visit.page.evaluate(LAYOUT)
                assert seen["width"] <= width, (path, width, "the page scrolls sideways", seen)
                for fault in ("wrong", "flat", "short", "wide", "pale"):
                    assert seen[fault] == 0, (path, width, fault, seen)
            visit.darken()
            dark = visit.page.evaluate(LAYOUT)
            assert dark["paper"] != seen["paper"] and dark["pale"] == 0, (path, "in the dark", dark)
            assert seen["broken"] == [], path
            assert seen["font"] or not seen["formulas"], (path, "the mathematics font is not there")
        assert visit.errors == []
        assert visit.hosts - {""} == {address.split("/")[2]}


def test_a_page_can_be_read_and_its_checks_opened_without_javascript(
    browser: Browser, address: str
) -> None:
    with Visit(browser, 1280, "light", script=False) as visit:
        visit.page.goto(address)
        visit.page.locator(".dl-display .dl-how > summary").first.click()
        body = visit.page.locator(".dl-how-body").first
        assert body.is_visible() and "TeX" in body.inner_text()
        assert visit.page.locator(".dl-display math").first.is_visible()


def test_the_mark_opens_by_keyboard_and_copies(browser: Browser, address: str) -> None:
    with Visit(browser, 1280, "light") as visit:
        visit.context.grant_permissions(["clipboard-read", "clipboard-write"])
        visit.go(address)
        summary = visit.page.locator(".dl-display .dl-how > summary").first
        summary.focus()
        visit.page.keyboard.press("Enter")
        button = visit.page.get_by_role("button", name="Copy TeX")
        button.click()
        visit.page.get_by_text("Copied").wait_for()
        copied = visit.page.evaluate("navigator.clipboard.readText()")
        tex = visit.page.locator(".dl-display").first.get_attribute("data-tex") or ""
        assert copied == tex.strip()

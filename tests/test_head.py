"""What a page says of itself to search engines, to those who share it, and to a lost reader."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

HOST = "http://127.0.0.1:8000/"


def pages(site: Path) -> dict[str, str]:
    return {
        path.parent.relative_to(site).as_posix().removeprefix(".").rstrip("/"): path.read_text(
            encoding="utf-8"
        )
        for path in site.rglob("index.html")
    }


def meta(html: str, name: str) -> str:
    found = re.search(rf'<meta (?:name|property)="{name}" content="([^"]*)"', html)
    return unescape(found[1]) if found else ""


def test_each_page_describes_itself_in_its_own_words(site: Path) -> None:
    told: dict[str, str] = {}
    for address, html in pages(site).items():
        description = meta(html, "description")
        assert 40 <= len(description) <= 200, (address, description)
        assert meta(html, "og:description") == description
        assert description not in told, (address, told.get(description))
        told[description] = address


def test_each_page_has_an_address_and_a_title_of_its_own(site: Path) -> None:
    titles: dict[str, str] = {}
    mapped = (site / "sitemap.xml").read_text(encoding="utf-8")
    for address, html in pages(site).items():
        whole = HOST + (f"{address}/" if address else "")
        assert f'<link rel="canonical" href="{whole}">' in html, address
        assert meta(html, "og:url") == whole and f"<loc>{whole}</loc>" in mapped
        title = meta(html, "og:title")
        assert title and "<" not in title and title not in titles, (address, titles.get(title))
        titles[title] = address


def test_a_lost_reader_is_helped(site: Path) -> None:
    html = (site / "404.html").read_text(encoding="utf-8")
    article = html[html.index("<article") : html.index("</article>")]
    links = re.findall(r'href="([^"]*)"', article)
    assert {"/derivations/", "/reference/identities/", "/learn/", "/conventions/"} <= set(links)
    assert "__search" in html


def test_the_changelog_is_on_the_site(site: Path) -> None:
    ours = (Path(__file__).parent.parent / "CHANGELOG.md").read_text(encoding="utf-8")
    shown = pages(site)["changelog"]
    assert shown.count("<li>") >= ours.count("\n- ") > 5 and "8&lt;" not in shown

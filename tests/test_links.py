"""Every link of the site leads somewhere, down to the place on the page."""

from __future__ import annotations

import re
from functools import cache
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

HOST = "http://127.0.0.1:8000/"
_LINK = re.compile(r'<(?:a|link|img|script)\b[^>]*?\s(?:href|src)="([^"]*)"')
_NAME = re.compile(r'\s(?:id|name)="([^"]*)"')


def test_all_links_are_good(site: Path) -> None:
    @cache
    def names(path: Path) -> frozenset[str]:
        return frozenset(map(unescape, _NAME.findall(path.read_text(encoding="utf-8"))))

    bad = []
    for path in site.rglob("*.html"):
        here = HOST + path.relative_to(site).as_posix().removesuffix("index.html")
        for link in set(_LINK.findall(path.read_text(encoding="utf-8"))):
            target = urlsplit(urljoin(here, unescape(link)))
            if target.scheme not in ("http", "https") or f"http://{target.netloc}/" != HOST:
                continue
            there = site / unquote(target.path).lstrip("/")
            there = there / "index.html" if there.is_dir() else there
            if not there.is_file():
                bad.append(f"{here}: {link}: no such page")
            elif target.fragment and unquote(target.fragment) not in names(there):
                bad.append(f"{here}: {link}: no such place")
    assert bad == []

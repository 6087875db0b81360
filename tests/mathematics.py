"""The mathematics of a page that stands in a test."""

from __future__ import annotations

from textwrap import dedent

from derivlib.check import PageCheck, check_page
from derivlib.page import Page, read_page
from derivlib.source import Source
from derivlib.verdict import Verdict


def page_of(text: str) -> Page:
    return read_page(Source("page.md", dedent(text).strip() + "\n"))


def check(text: str) -> PageCheck:
    return check_page(page_of(text))


def wrong(text: str) -> Verdict:
    """The one verdict of a page that is not right."""
    (found,) = [v for v in check(text).verdicts if not v.ok]
    return found

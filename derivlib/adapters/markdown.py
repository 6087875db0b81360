"""A Python-Markdown extension: every formula checked, then set as MathML.

    markdown.markdown(text, extensions=["derivlib"])

Formulas are found by `derivlib.page.read_page`, the checker's own reader, and taken out
before Markdown sees the text; their HTML is put in at the end. So what is set is what
was checked, in tables, lists, headings and wherever else Markdown goes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from markdown import Markdown
from markdown.extensions import Extension
from markdown.postprocessors import Postprocessor
from markdown.preprocessors import Preprocessor

from derivlib.adapters.placing import SLOT, Name, Place
from derivlib.adapters.setting import (
    BLOCK,
    CLOSE,
    INLINE,
    MARK,
    Setting,
    check_source,
    typeset,
)
from derivlib.errors import DerivlibError, Diagnostic
from derivlib.page import Directive, Formula, Page, read_page
from derivlib.report import render_text
from derivlib.source import Source
from derivlib.verdict import FileReport

Checker = Callable[[Source], FileReport]


class PageError(DerivlibError):
    """A page with mistakes. `report` has them all."""

    def __init__(self, report: FileReport, text: str) -> None:
        mistakes = [v.diagnostic for v in report.formulas if not v.ok and v.diagnostic]
        mistakes += report.problems
        super().__init__(mistakes[0] if mistakes else Diagnostic("page", "does not hold"))
        self.report = report
        self.text = text

    def __str__(self) -> str:
        return self.text


class DerivlibExtension(Extension):
    """Options: `on_error`, `path`, and the checker to ask instead of `check_source`."""

    def __init__(self, **options: Any) -> None:
        self.config = {
            "on_error": ["raise", "what a mistake does: raise, or mark it on the page"],
            "path": ["<text>", "the name of the text in messages"],
            "checker": ["", "a function from Source to FileReport"],
            "doubts": ["", "the address where an issue is opened, for the link under a formula"],
            "link": ["", "a function from a page of the documentation, `a/b.md#c`, to its address"],
            "expect": ["", "a function told the `Setting` of each text that is converted"],
        }
        super().__init__(**options)

    def extendMarkdown(self, md: Markdown) -> None:
        setting = Setting(self.getConfigs())
        md.registerExtension(self)
        md.ESCAPED_CHARS.append("$")
        md.preprocessors.register(_Take(md, setting), "derivlib", 200)
        md.treeprocessors.register(Place(md, setting), "derivlib-place", 15)
        md.treeprocessors.register(Name(md, setting), "derivlib-name", 6)
        md.postprocessors.register(_Put(md, setting), "derivlib", 5)


class _Take(Preprocessor):
    """Takes the formulas out of the text."""

    def __init__(self, md: Markdown, setting: Setting) -> None:
        super().__init__(md)
        self.setting = setting

    def run(self, lines: list[str]) -> list[str]:
        options = self.setting.options
        source = Source(options["path"], "\n".join(lines))
        page = read_page(source)
        checker: Checker = options["checker"] or (lambda s: typeset(check_source(s)))
        report = checker(source)
        if options["on_error"] == "raise" and not report.ok:
            raise PageError(report, render_text([report]))
        self.setting.begin(page, report)
        if options["expect"]:
            options["expect"](self.setting)
        return _without(page).split("\n")


def _without(page: Page) -> str:
    """The text of a page with a mark in the place of each formula, and no directives."""
    out: list[str] = []
    at = 0
    for item in page.items:
        if isinstance(item, Formula) and item.span.start >= at:
            mark = f"{BLOCK if item.display else INLINE}{item.index}{CLOSE}"
        elif isinstance(item, Directive) and item.span.start >= at:
            mark = ""
        else:
            continue
        out.append(page.source.text[at : item.span.start] + mark)
        at = item.span.end
    return "".join(out) + page.source.text[at:]


class _Put(Postprocessor):
    """Puts the HTML of the formulas into the page."""

    def __init__(self, md: Markdown, setting: Setting) -> None:
        super().__init__(md)
        self.setting = setting

    def run(self, text: str) -> str:
        if CLOSE not in text:
            return text

        def slot(found: re.Match[str]) -> str:
            index = int(found[2])
            return self.setting.block(index) if found[1] == BLOCK else self.setting.note(index)

        text = SLOT.sub(slot, text)
        return MARK.sub(lambda found: self.setting.inline(int(found[1])), text)


def makeExtension(**options: Any) -> DerivlibExtension:
    return DerivlibExtension(**options)

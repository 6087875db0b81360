"""A Python-Markdown extension: every formula checked, then set as MathML.

    markdown.markdown(text, extensions=["derivlib"])

Formulas are found by `derivlib.page.read_page`, the checker's own reader, and taken out
before Markdown sees the text; their HTML is put in at the end. So what is set is what
was checked, in tables, lists, headings and wherever else Markdown goes.
"""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as etree

from markdown import Markdown
from markdown.extensions import Extension
from markdown.postprocessors import Postprocessor
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor

from derivlib.adapters.formula import anchor_of, render_display, render_inline, render_message
from derivlib.adapters.mathml import plain_text, render_math
from derivlib.errors import UNREADABLE, DerivlibError, Diagnostic
from derivlib.page import Directive, Formula, Page, read_page
from derivlib.source import Source, Span
from derivlib.tex.macros import Macro, expand
from derivlib.verdict import FileReport, Verdict

# Private characters around a number stand for a formula; Markdown leaves them alone.
_OPEN, _BLOCK, _NOTE, _CLOSE = "\ue0f0", "\ue0f1", "\ue0f2", "\ue0f3"
_MARK = re.compile(f"[{_OPEN}{_BLOCK}{_NOTE}](\\d+){_CLOSE}")
_SLOT = re.compile(f"<div>([{_BLOCK}{_NOTE}])(\\d+){_CLOSE}</div>")
_SPLIT = ("p",)  # cannot hold a block: the formula parts it in two
_HOLDS_BLOCKS = ("li", "td", "th", "dd", "div", "blockquote", "details", "figure", "section")
_COMMAND = re.compile(r"\\[A-Za-z]+")
_HEADING = re.compile(r"h[1-6]\Z")

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


def check_source(source: Source, *, seed: int = 0) -> FileReport:
    """The mathematics of a text, checked; none of its code is run."""
    from derivlib.check import check_page

    page = read_page(source)
    return FileReport(source, tuple(check_page(page, seed=seed).verdicts), (), page.problems)


def expansions(tex: Iterable[str]) -> Iterator[str]:
    """Each formula of a page, in order, with the macros known by then applied."""
    macros: dict[str, Macro] = {}
    for one in tex:
        try:
            yield expand(one, macros).text
        except DerivlibError:
            yield one


def typeset(report: FileReport) -> FileReport:
    """The report, with what can be checked but not set as MathML turned into mistakes."""
    page = read_page(report.source)
    macros: dict[str, Macro] = {}
    verdicts = list(report.formulas)
    for at, (formula, verdict) in enumerate(zip(page.formulas, verdicts, strict=False)):
        offsets: Sequence[int] = range(len(formula.tex) + 1)
        try:
            text, offsets = expand(formula.tex, macros)
            render_math(text, formula.display)
        except DerivlibError as error:
            if not verdict.ok or verdict.wrong:
                continue
            place = _origin(formula, offsets, error.diagnostic.span)
            mistake = replace(error.diagnostic, span=place)
            verdicts[at] = replace(verdict, status=UNREADABLE, diagnostic=mistake)
    return replace(report, formulas=tuple(verdicts))


def _origin(formula: Formula, offsets: Sequence[int], span: tuple[int, int] | None) -> Span:
    """The place on the page of a span of the expanded TeX."""
    last = len(offsets) - 1
    start, end = span or (0, last)
    first = offsets[min(start, last)]
    stop = max(offsets[min(end, last) - 1] + 1 if end > start else 0, first + 1)
    command = _COMMAND.match(formula.tex, first)
    if command:  # a macro: all that it makes comes from its name
        stop = max(stop, command.end())
    top = len(formula.tex)
    return Span(formula.offsets[min(first, top)], formula.offsets[min(stop, top)])


class DerivlibExtension(Extension):
    """Options: `on_error`, `path`, and the checker to ask instead of `check_source`."""

    def __init__(self, **options: Any) -> None:
        self.config = {
            "on_error": ["raise", "what a mistake does: raise, or mark it on the page"],
            "path": ["<text>", "the name of the text in messages"],
            "checker": ["", "a function from Source to FileReport"],
            "expect": ["", "a function told the `Setting` of each text that is converted"],
        }
        super().__init__(**options)

    def extendMarkdown(self, md: Markdown) -> None:
        setting = Setting(self.getConfigs())
        md.registerExtension(self)
        md.ESCAPED_CHARS.append("$")
        md.preprocessors.register(_Take(md, setting), "derivlib", 200)
        md.treeprocessors.register(_Place(md, setting), "derivlib-place", 15)
        md.treeprocessors.register(_Name(md, setting), "derivlib-name", 6)
        md.postprocessors.register(_Put(md, setting), "derivlib", 5)


class Setting:
    """The formulas of the text being converted, and their HTML."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self.options = options
        self.begin(Page(Source("<text>", "")), FileReport(Source("<text>", "")))

    def begin(self, page: Page, report: FileReport) -> None:
        self.page = page
        self.report = report
        self.verdicts = list(match(page.formulas, report))
        self.expanded = list(expansions(f.tex for f in page.formulas))
        taken: set[str] = set()
        self.anchors = [
            anchor_of(v, taken) if f.display else ""
            for f, v in zip(page.formulas, self.verdicts, strict=True)
        ]
        self.worded: set[int] = set()  # set as words, in an attribute

    def block(self, index: int) -> str:
        verdict, expanded = self.verdicts[index], self.expanded[index]
        return render_display(verdict, expanded, self.report.source, self.anchors[index])

    def inline(self, index: int) -> str:
        return render_inline(self.verdicts[index], self.expanded[index], f"dl-message-{index}")

    def note(self, index: int) -> str:
        return render_message(self.verdicts[index], self.report.source, f"dl-message-{index}")

    def plain(self, text: str) -> str:
        def words(found: re.Match[str]) -> str:
            index = int(found[1])
            try:
                return plain_text(render_math(self.expanded[index], False))
            except DerivlibError:
                return self.verdicts[index].tex

        return _MARK.sub(words, text)


def match(formulas: Iterable[Formula], report: FileReport) -> Iterator[Verdict]:
    """The verdict on each formula of the text: the next one in the report with its TeX."""
    waiting: dict[str, deque[Verdict]] = defaultdict(deque)
    for verdict in report.formulas:
        waiting[" ".join(verdict.tex.split())].append(verdict)
    for formula in formulas:
        queue = waiting[" ".join(formula.tex.split())]
        yield queue.popleft() if queue else unverified(formula)


def unverified(formula: Formula) -> Verdict:
    mistake = Diagnostic(
        UNREADABLE, "this formula was never checked", None,
        ("it is on the page as built, but not in the file that was checked",),
    )  # fmt: skip
    return Verdict(Span(0, 0), formula.tex, "mention", UNREADABLE, diagnostic=mistake)


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
            raise PageError(report, _text_of(report))
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
            mark = f"{_BLOCK if item.display else _OPEN}{item.index}{_CLOSE}"
        elif isinstance(item, Directive) and item.span.start >= at:
            mark = ""
        else:
            continue
        out.append(page.source.text[at : item.span.start] + mark)
        at = item.span.end
    return "".join(out) + page.source.text[at:]


def _text_of(report: FileReport) -> str:
    from derivlib.report import render_text

    return render_text([report])


class _Place(Treeprocessor):
    """Gives display formulas a place between paragraphs, and messages one below theirs."""

    def __init__(self, md: Markdown, setting: Setting) -> None:
        super().__init__(md)
        self.setting = setting

    def run(self, root: etree.Element) -> None:
        self.blocks(root)
        self.notes(root)
        for element in root.iter():
            for name, value in element.items():
                if _MARK.search(value):
                    self.setting.worded.update(int(m[1]) for m in _MARK.finditer(value))
                    element.set(name, self.setting.plain(value))

    def blocks(self, parent: etree.Element) -> None:
        for child in list(parent):
            self.blocks(child)
            if child.tag in _SPLIT and _BLOCK in "".join(child.itertext()):
                at = list(parent).index(child)
                parts = list(_parted(child))
                parts[-1].tail, child.tail = child.tail, None
                parent.remove(child)
                for i, part in enumerate(parts):
                    parent.insert(at + i, part)
        if parent.tag in _HOLDS_BLOCKS:
            _inner_slots(parent)

    def notes(self, root: etree.Element) -> None:
        """The messages of wrong formulas inside lines stand after the block they are in."""
        for at in range(len(root) - 1, -1, -1):
            text = "".join(root[at].itertext())
            for found in reversed(list(re.finditer(f"{_OPEN}(\\d+){_CLOSE}", text))):
                if not self.setting.verdicts[int(found[1])].ok:
                    note = etree.Element("div")
                    note.text = f"{_NOTE}{found[1]}{_CLOSE}"
                    root.insert(at + 1, note)


_BLOCK_MARK = re.compile(f"({_BLOCK}\\d+{_CLOSE})")


def _parted(paragraph: etree.Element) -> Iterator[etree.Element]:
    """A paragraph as the paragraphs and formulas that it is."""
    current = etree.Element(paragraph.tag, dict(paragraph.items()))
    made = False

    def pieces(text: str | None) -> Iterator[str]:
        yield from _BLOCK_MARK.split(text or "")

    def filled() -> bool:
        return len(current) > 0 or bool((current.text or "").strip())

    def add(text: str) -> None:
        if len(current):
            current[-1].tail = (current[-1].tail or "") + text
        else:
            current.text = (current.text or "") + text

    for child in (None, *list(paragraph)):
        if child is not None:
            tail, child.tail = child.tail, None
            current.append(child)
        else:
            tail = paragraph.text
        for piece in pieces(tail):
            if _BLOCK_MARK.fullmatch(piece):
                if filled():
                    made = True
                    yield current
                slot = etree.Element("div")
                slot.text = piece
                made = True
                yield slot
                current = etree.Element(paragraph.tag)
            else:
                add(piece.lstrip("\n") if not filled() else piece)
    if filled() or not made:
        yield current


def _inner_slots(parent: etree.Element) -> None:
    """Display formulas in the direct text of a list item or cell become blocks of it."""

    def slots(text: str | None) -> tuple[str, list[etree.Element]]:
        first, *rest = _BLOCK_MARK.split(text or "")
        made: list[etree.Element] = []
        for mark, tail in zip(rest[::2], rest[1::2], strict=True):
            slot = etree.Element("div")
            slot.text, slot.tail = mark, tail
            made.append(slot)
        return first, made

    if (
        _BLOCK_MARK.fullmatch((parent.text or "").strip())
        and parent.tag == "div"
        and not len(parent)
    ):
        return  # a slot already
    at = 0
    for child in (None, *list(parent)):
        owner = parent if child is None else child
        before = owner.text if child is None else owner.tail
        first, made = slots(before)
        if made:
            if child is None:
                parent.text = first
            else:
                child.tail = first
        at = 0 if child is None else list(parent).index(child) + 1
        for i, slot in enumerate(made):
            parent.insert(at + i, slot)


class _Name(Treeprocessor):
    """Headings that hold formulas get an identity and a title made of words."""

    def __init__(self, md: Markdown, setting: Setting) -> None:
        super().__init__(md)
        self.setting = setting

    def run(self, root: etree.Element) -> None:
        taken = {element.get("id") for element in root.iter()}
        for element in root.iter():
            text = "".join(element.itertext())
            if not (isinstance(element.tag, str) and _HEADING.match(element.tag)):
                continue
            if not _MARK.search(text):
                continue
            words = " ".join(self.setting.plain(text).split())
            if not element.get("data-toc-label"):
                element.set("data-toc-label", words)
            if "toc" in self.md.treeprocessors and not element.get("id"):
                toc: Any = self.md.treeprocessors["toc"]
                name = slug = toc.slugify(words, toc.sep) or "section"
                count = 0
                while name in taken:
                    count += 1
                    name = f"{slug}_{count}"
                taken.add(name)
                element.set("id", name)


class _Put(Postprocessor):
    """Puts the HTML of the formulas into the page."""

    def __init__(self, md: Markdown, setting: Setting) -> None:
        super().__init__(md)
        self.setting = setting

    def run(self, text: str) -> str:
        if _CLOSE not in text:
            return text

        def slot(found: re.Match[str]) -> str:
            index = int(found[2])
            return self.setting.block(index) if found[1] == _BLOCK else self.setting.note(index)

        text = _SLOT.sub(slot, text)
        return _MARK.sub(lambda found: self.setting.inline(int(found[1])), text)


def makeExtension(**options: Any) -> DerivlibExtension:
    return DerivlibExtension(**options)

"""Each formula and each code block of a Markdown page as one test, through Sybil.

In another project's `conftest.py`:

    from derivlib.adapters.sybil import derivlib_sybil

    pytest_collect_file = derivlib_sybil(pattern="*.md").pytest()

`formulas()` and `code()` are parsers for those who build their own `Sybil`.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from unittest import SkipTest
from weakref import WeakKeyDictionary

from sybil import Document, Example, Region, Sybil
from sybil.typing import Parser

from derivlib.check import PageCheck, check_page
from derivlib.code import CodeRunner
from derivlib.errors import SKIPPED, DerivlibError, Diagnostic
from derivlib.message import message_text, wordless
from derivlib.page import CodeBlock, Formula, Page, read_page
from derivlib.source import Source, read_source
from derivlib.text.guarded import TIME_LIMIT
from derivlib.verdict import CodeVerdict, Verdict


class PageDocument(Document):
    """A Markdown page. Unlike Sybil's own document it knows the column of every example."""

    unreadable: Diagnostic | None = None

    @classmethod
    def parse(cls, path: str, *parsers: Parser, encoding: str = "utf-8") -> PageDocument:
        """Read a page; what cannot be read becomes an example that fails and says why."""
        try:
            document = cls(read_source(path).text, path)
        except DerivlibError as error:
            document = cls("", path)
            document.unreadable = error.diagnostic
        for parser in parsers:
            for region in parser(document):
                document.add(region)
        return document

    def examples(self) -> Iterator[Example]:
        source = checked(self).page.source
        for _, region in self.regions:
            line, column = source.position(region.start)
            yield Example(self, line, column, region, self.namespace)


@dataclass(eq=False)
class _Checked:
    """A document read as a page; checked once, when its first example is evaluated."""

    page: Page
    namespace: dict[str, Any]
    seed: int = 0
    limit: float = TIME_LIMIT
    parts: bool = False  # tell every part of a formula with its shape

    @cached_property
    def check(self) -> PageCheck:
        return check_page(self.page, seed=self.seed, parts=self.parts, forgiving=True)

    @cached_property
    def runner(self) -> CodeRunner:
        self.namespace["formula"] = self.check.formula
        return CodeRunner(self.page.source, self.namespace, limit=self.limit)


_CHECKED: WeakKeyDictionary[Document, _Checked] = WeakKeyDictionary()


def checked(document: Document, seed: int | None = None, limit: float | None = None) -> _Checked:
    """The page that a document holds, the same one for every parser and evaluator."""
    found = _CHECKED.get(document)
    if found is None:
        path = Path(document.path)
        here = Path.cwd()
        shown = path.relative_to(here) if path.is_relative_to(here) else path
        page = read_page(Source(shown.as_posix(), document.text))
        found = _CHECKED[document] = _Checked(page, document.namespace)
    if seed is not None:
        found.seed = seed
    if limit is not None:
        found.limit = limit
    return found


def formulas(*, seed: int = 0) -> Parser:
    """A Sybil parser: one region for each formula, and one for each mistake of the page itself."""

    def parse(document: Document) -> Iterable[Region]:
        page = checked(document, seed=seed).page
        for formula in page.formulas:
            yield Region(*formula.span, formula, _evaluate_formula)
        yield from _problems(document, page)  # Sybil puts the later of two at one place first

    return parse


def code(*, limit: float = TIME_LIMIT) -> Parser:
    """A Sybil parser: one region for each code block, run in the document's namespace.

    Args:
        limit: seconds that one block may take.
    """

    def parse(document: Document) -> Iterable[Region]:
        for block in checked(document, limit=limit).page.code:
            yield Region(*block.span, block, _evaluate_code)

    return parse


def derivlib_sybil(
    pattern: str = "*.md",
    *,
    path: str = ".",
    seed: int = 0,
    limit: float = TIME_LIMIT,
    **options: Any,
) -> Sybil:
    """A `Sybil` for every formula and code block of the pages that match.

    Args:
        pattern: of the file names, as Sybil matches them.
        path: where to look, from the folder of the calling file on.
        seed: of the random draws.
        limit: seconds that one code block may take.
        options: handed to `Sybil`: `patterns`, `exclude`, `excludes`, `setup`, `fixtures`, …
    """
    frame = inspect.currentframe()
    caller = frame.f_back if frame else None
    folder = Path(caller.f_code.co_filename).parent if caller else Path()
    options.setdefault("document_types", {None: PageDocument})
    parsers = [*options.pop("parsers", ()), formulas(seed=seed), code(limit=limit)]
    return Sybil(parsers, pattern, path=os.fspath((folder / path).absolute()), **options)


def _problems(document: Document, page: Page) -> Iterator[Region]:
    """Regions without length, just before what they would otherwise overlap."""
    problems = page.problems
    if isinstance(document, PageDocument) and document.unreadable:
        problems = (document.unreadable, *problems)
    spans = sorted([f.span for f in page.formulas] + [block.span for block in page.code])
    for problem in problems:
        at = problem.span[0] if problem.span else 0
        at = next((span.start for span in spans if span.start < at < span.end), at)
        yield Region(at, at, problem, _evaluate_problem)


def _evaluate_problem(example: Example) -> str:
    problem: Diagnostic = example.parsed
    return message_text(checked(example.document).page.source, problem)


def _evaluate_formula(example: Example) -> str | None:
    formula: Formula = example.parsed
    found = checked(example.document)
    return _outcome(found.page.source, found.check.verdicts[formula.index])


def _evaluate_code(example: Example) -> str | None:
    block: CodeBlock = example.parsed
    found = checked(example.document)
    return _outcome(found.page.source, found.runner.run(block))


def _outcome(source: Source, verdict: Verdict | CodeVerdict) -> str | None:
    """Sybil's way to say it: nothing when it holds, a message when not."""
    if verdict.status == SKIPPED:
        raise SkipTest(verdict.reason or "")
    if verdict.ok:
        return None
    return message_text(source, verdict.diagnostic or wordless(verdict), verdict)

"""A page: its formulas, code, directives, headings and prose, each with its place.

Text to parts; no mathematics is understood here. `derivlib.text.blocks` finds Markdown's
blocks, `derivlib.text.inline` what stands inside running text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain

from derivlib.errors import Diagnostic
from derivlib.source import Source, Span
from derivlib.text.blocks import Fence, Flow, read_blocks
from derivlib.text.directives import Misuse, read_directive
from derivlib.text.foreign import foreign_fence
from derivlib.text.frontmatter import read_front_matter
from derivlib.text.inline import COMMENT, FENCE, FORMULA, PROBLEM, Piece, read_pieces
from derivlib.text.joined import Joined
from derivlib.text.snippets import has_snippet, resolve

PLACEHOLDER = "\ufffc"  # of a formula, in `Prose.text`
MOST_PROBLEMS = 100  # of one page; the rest are counted


@dataclass(frozen=True)
class Formula:
    """One piece of mathematics.

    Args:
        span: delimiters included.
        tex: what stands between them; of a bare environment, all of it. Quote marks and
            indentation of continued lines are left out.
        offsets: of each character of `tex`, and of its end: `len(tex) + 1` of them.
        display: set on lines of its own.
        index: 0, 1, 2, … on the page.
    """

    span: Span
    tex: str
    offsets: tuple[int, ...]
    display: bool
    index: int


@dataclass(frozen=True)
class CodeBlock:
    """Python of the page: a fence, or a bare doctest.

    Args:
        span: of the whole fence.
        language: "python" or "pycon".
        code: the program, with snippets included.
        origins: the path and line that each line of `code` came from.
        index: 0, 1, 2, … on the page.
        skip_reason: the author's, when it is not to be run.
        problem: why it cannot be run: a snippet that is not there.
    """

    span: Span
    language: str
    code: str
    origins: tuple[tuple[str, int], ...]
    index: int
    skip_reason: str | None = None
    problem: Diagnostic | None = None

    @property
    def path(self) -> str:
        return self.origins[0][0]

    @property
    def line(self) -> int:
        return self.origins[0][1]


@dataclass(frozen=True)
class Directive:
    """`<!--- derivlib: NAME ARGUMENT -->`; quotes around the argument are taken off.

    A skip that a code block follows is in its `skip_reason`, and no item of its own.
    """

    span: Span
    name: str
    argument: str


@dataclass(frozen=True)
class Heading:
    """A heading of either style; `title` is its TeX and Markdown as written."""

    span: Span
    level: int
    title: str


@dataclass(frozen=True)
class Prose:
    """A paragraph, list item, table row or heading, with one `PLACEHOLDER` per formula.

    Args:
        span: from its first character to its last, comments around it left out.
        text: as written, without comments; emphasis marks are kept.
        formulas: the indices of the formulas, in the order of the placeholders.
        offsets: of each character of `text`, and of its end: `len(text) + 1` of them.
    """

    span: Span
    text: str
    formulas: tuple[int, ...]
    offsets: tuple[int, ...]


Item = Formula | CodeBlock | Directive | Heading | Prose


@dataclass(frozen=True)
class Page:
    """Everything on a page in the order it begins, prose before the formulas it holds."""

    source: Source
    front_matter: Mapping[str, object] = field(default_factory=dict)
    items: tuple[Item, ...] = ()
    problems: tuple[Diagnostic, ...] = ()

    @cached_property
    def formulas(self) -> tuple[Formula, ...]:
        return tuple(item for item in self.items if isinstance(item, Formula))

    @cached_property
    def code(self) -> tuple[CodeBlock, ...]:
        return tuple(item for item in self.items if isinstance(item, CodeBlock))


_PYTHON = {"python": "python", "py": "python", "python3": "python", "py3": "python",
           "pycon": "pycon", "pycon3": "pycon", "doctest": "pycon"}  # fmt: skip
_NOT_PLAIN = re.compile(r"[$\\<`\0\ufffc^]|8<|math|latex|\[tex|katex")
_WORD = re.compile(r"\{[^.{}]*\.(?P<name>[\w+-]+)|\{?[ \t]*(?P<bare>[\w+-]+)")


def read_page(source: Source) -> Page:
    """The parts of a page. Mistakes of its author are in `problems`; nothing is raised."""
    return _Assembler(source).page()


class _Assembler:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.text = source.text
        self.items: list[Item] = []
        self.problems: list[Diagnostic] = []
        self.unclosed = False  # the last mistake is a `$$` whose other half may follow
        self.unsaid = 0  # mistakes beyond `MOST_PROBLEMS`
        self.formulas = 0
        self.blocks = 0
        self.skip: Directive | None = None  # waits for the next formula or block

    def page(self) -> Page:
        settings, start, mistake = read_front_matter(self.text)
        if mistake:
            self.add_problem(mistake)
        for block in read_blocks(self.text, start):
            if isinstance(block, Fence):
                self.fence(block)
            else:
                self.flow(block)
        if self.skip:
            self.problem("nothing follows this skip", self.skip.span)
        self.items.sort(key=_place)
        if self.unsaid:
            statement = f"{self.unsaid} more mistakes of this kind on the page"
            self.problems.append(Diagnostic("page", statement))
        return Page(self.source, settings, tuple(self.items), tuple(self.problems))

    def problem(self, statement: str, span: Span, *facts: str) -> None:
        self.add_problem(Diagnostic("page", statement, span, facts))

    def add_problem(self, problem: Diagnostic) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(problem)
        else:
            self.unsaid += 1

    # running text

    def flow(self, flow: Flow) -> None:
        start, end = flow.lines[0]
        text = self.text[start:end]
        plain = len(flow.lines) == 1 and not flow.span and not flow.fences
        if plain and not _NOT_PLAIN.search(text):
            self.prose(text, tuple(range(start, end)), (), end)
            return
        joined = Joined(self.text, flow.lines, flow.fences)
        text = joined.text
        if flow.span:
            self.items.append(Heading(flow.span, flow.level, text))
        words: list[str] = []  # of the prose, between formulas and comments
        ranges: list[range] = []
        held: list[int] = []
        at = 0
        for piece in read_pieces(text):
            span = Span(joined.absolute(piece.start), joined.end(piece.end))
            if piece.kind == PROBLEM:
                self.mistake(piece, span, not text[piece.end :].strip())
                continue
            fence = flow.fences.get(joined.row(piece.start)) if piece.kind == FENCE else None
            if piece.kind == FENCE and not fence:
                continue
            words.append(text[at : piece.start].replace(PLACEHOLDER, "\ufffd"))
            ranges.extend(joined.ranges(at, piece.start))
            at = piece.end
            if piece.kind == COMMENT:
                self.comment(text[piece.start : piece.end], span)
                continue
            if fence:
                if not self.math_fence(fence):
                    continue
                span = fence.span
            else:
                assert piece.kind == FORMULA
                offsets = joined.offsets(*piece.inner)
                self.formula(span, text[slice(*piece.inner)], offsets, piece.display)
            held.append(self.formulas - 1)
            words.append(PLACEHOLDER)
            ranges.append(range(span.start, span.start + 1))
        words.append(text[at:].replace(PLACEHOLDER, "\ufffd"))
        ranges.extend(joined.ranges(at, len(text)))
        end = flow.lines[-1][1]
        self.prose("".join(words), tuple(chain(*ranges)), tuple(held), end)
        if "8<" in text:
            self.prose_snippets(flow.lines)

    def mistake(self, piece: Piece, span: Span, last: bool) -> None:
        """A mistake in running text. A blank line in a formula makes two of one: say it once."""
        unclosed = self.text[slice(*span)] == "$$"
        if not (unclosed and last and self.unclosed):
            self.problem(piece.statement, span, *piece.facts)
        self.unclosed = unclosed and not self.unclosed

    def prose(self, text: str, offsets: tuple[int, ...], held: tuple[int, ...], end: int) -> None:
        bare = text.strip()
        if not bare:
            return
        first = text.index(bare[0])
        last = first + len(bare)
        end = offsets[last] if last < len(text) else end
        offsets = (*offsets[first:last], end)
        self.items.append(Prose(Span(offsets[0], max(end, offsets[0])), bare, held, offsets))

    def formula(self, span: Span, tex: str, offsets: tuple[int, ...], display: bool) -> None:
        self.items.append(Formula(span, tex, offsets, display, self.formulas))
        self.formulas += 1
        self.skip = None

    def comment(self, comment: str, span: Span) -> None:
        found = read_directive(comment)
        if found is None:
            return
        if isinstance(found, Misuse):
            self.problem(found.statement, span, *found.facts)
            return
        directive = Directive(span, *found)
        self.items.append(directive)
        if directive.name == "skip":
            if self.skip:
                self.problem("nothing follows this skip", self.skip.span)
            self.skip = directive

    # fences

    def math_fence(self, fence: Fence) -> bool:
        if not fence.closed:
            self.problem("this fence is never closed", _first_line(self.text, fence.span))
        joined = Joined(self.text, fence.lines or ((fence.span.end, fence.span.end),))
        if not joined.text.strip():
            self.problem("an empty formula", fence.span)
            return False
        offsets = joined.offsets(0, len(joined.text))
        self.formula(fence.span, joined.text, offsets, True)
        return True

    def fence(self, fence: Fence) -> None:
        lines = [self.text[a:b] for a, b in fence.lines]
        language = _language(fence.info, lines)
        unclosed = None
        if not fence.closed:
            span = _first_line(self.text, fence.span)
            unclosed = Diagnostic("page", "this fence is never closed", span)
            if language is None:
                self.add_problem(unclosed)
        foreign = foreign_fence(fence.info, lines) if language is None else None
        if foreign and not self.skip:
            self.problem(foreign, _first_line(self.text, fence.span))
        if language is None and not has_snippet(lines):
            self.skip = None if foreign else self.skip
            return
        first = self.source.position(fence.lines[0][0])[0] if lines else 0
        numbers = range(first, first + len(lines))
        included = resolve(self.source, lines, numbers, fence.lines)
        if language is None:
            for problem in included.problems:
                self.add_problem(problem)
            return
        code = "\n".join(included.lines)
        if language == "python" and code.lstrip().startswith(">>>"):
            language = "pycon"
        origins = included.origins or (
            (self.source.path, self.source.position(fence.span.start)[0]),
        )
        reason = None
        if self.skip:  # it is the block's now, and no formula's
            at = len(self.items) - 1
            while self.items[at] is not self.skip:
                at -= 1
            del self.items[at]
            reason = self.skip.argument
        missing = included.problems[0] if included.problems else unclosed
        self.items.append(
            CodeBlock(fence.span, language, code, origins, self.blocks, reason, missing)
        )
        self.blocks += 1
        self.skip = None

    def prose_snippets(self, lines: tuple[tuple[int, int], ...]) -> None:
        """Text that a page includes is typeset too, so it must not bring mathematics unseen."""
        texts = [self.text[a:b] for a, b in lines]
        if not has_snippet(texts):
            return
        numbers = [self.source.position(a)[0] for a, _ in lines]
        included = resolve(self.source, texts, numbers, lines)
        for problem in included.problems:
            self.add_problem(problem)
        for at, path in included.files:
            inner = "\n".join(
                line for line, (origin, _) in zip(included.lines, included.origins, strict=True)
                if origin == path
            )  # fmt: skip
            count = sum(1 for _ in _formulas_of(inner))
            if count:
                plural = "formula is" if count == 1 else "formulas are"
                self.problem(
                    f"this snippet brings mathematics unchecked: {count} {plural} in {path}",
                    Span(*lines[at]),
                    "write the formula on the page itself",
                )


def _formulas_of(text: str) -> Iterator[None]:
    for block in read_blocks(text):
        if isinstance(block, Flow):
            joined = Joined(text, block.lines, block.fences)
            for piece in read_pieces(joined.text):
                if piece.kind in (FORMULA, FENCE):
                    yield None


def _place(item: Item) -> tuple[int, int]:
    return item.span.start, 0 if isinstance(item, Heading) else 1 if isinstance(item, Prose) else 2


def _language(info: str, lines: list[str]) -> str | None:
    if info == ">>>":
        return "pycon"
    match = _WORD.match(info)
    language = _PYTHON.get((match["name"] or match["bare"]).lower()) if match else None
    if not info and lines and lines[0].startswith(">>> "):
        return "pycon"  # a doctest inside a fence without a language
    return language


def _first_line(text: str, span: Span) -> Span:
    end = text.find("\n", span.start, span.end)
    return Span(span.start, span.end if end < 0 else end)

"""Runs the code blocks of a page, in order, in one namespace.

Plain blocks are executed, doctests are compared with what they print, both under the
path and line that they came from. `derivlib.text.guarded` keeps them within bounds.
"""

from __future__ import annotations

import ast
import contextvars
import doctest
import os
import re
import sys
from bisect import bisect_left
from collections.abc import Iterator, MutableMapping, Sequence
from traceback import extract_tb, format_exception_only
from types import CodeType
from typing import Any, NamedTuple

from derivlib.errors import HOLDS, SKIPPED, Diagnostic
from derivlib.page import CodeBlock, Page
from derivlib.source import Source, Span
from derivlib.text.guarded import (
    OUTPUT_LIMIT,
    TIME_LIMIT,
    Output,
    OutputLimit,
    Stopped,
    TimeLimit,
    guarded,
)
from derivlib.verdict import CodeVerdict

FAILED = "failed"

_SHOWN_LINES, _SHOWN_WIDTH = 8, 200
_OPTIONS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


class _Mismatch(Exception):
    """A doctest example did not do what the page says."""

    def __init__(self, statement: str, facts: tuple[str, ...], place: _Place) -> None:
        super().__init__(statement)
        self.facts, self.place = facts, place


def run_code(
    page: Page, namespace: MutableMapping[str, Any] | None = None, *, limit: float = TIME_LIMIT
) -> tuple[CodeVerdict, ...]:
    """One verdict for each block of `page.code`; the namespace is shared by all of them."""
    runner = CodeRunner(page.source, namespace, limit=limit)
    return tuple(runner.run(block) for block in page.code)


def skip_code(page: Page, reason: str) -> tuple[CodeVerdict, ...]:
    """The verdicts of a page whose code is not to be run."""
    return tuple(
        _failed(block, block.problem)
        if block.problem
        else CodeVerdict(block.span, SKIPPED, reason=block.skip_reason or reason)
        for block in page.code
    )


def _failed(block: CodeBlock, diagnostic: Diagnostic) -> CodeVerdict:
    return CodeVerdict(block.span, FAILED, diagnostic)


class CodeRunner:
    """Runs blocks of one page, each in the namespace that the ones before it left."""

    def __init__(
        self,
        source: Source,
        namespace: MutableMapping[str, Any] | None = None,
        *,
        limit: float = TIME_LIMIT,
    ) -> None:
        self.source = source
        self.namespace: dict[str, Any] = namespace if isinstance(namespace, dict) else {}
        if namespace is not None and namespace is not self.namespace:
            self.namespace.update(namespace)
        self.namespace.setdefault("__name__", "__page__")
        self.limit = limit
        self.context = contextvars.copy_context()
        self.failures: list[int] = []  # lines of the blocks that failed

    def run(self, block: CodeBlock) -> CodeVerdict:
        """Run one block, or say why not. Never raises for what the code does."""
        if block.problem:
            return _failed(block, block.problem)
        if block.skip_reason is not None:
            return CodeVerdict(block.span, SKIPPED, reason=block.skip_reason)
        output = Output()
        work = _run_doctest if block.language == "pycon" else _run_plain
        context = self.context
        error = guarded(
            lambda: context.run(work, block, self.namespace, output), output, self.limit
        )
        if error is None:
            return CodeVerdict(block.span, HOLDS)
        if isinstance(error, TimeLimit):  # the old context may still be in use
            self.context = contextvars.copy_context()
        diagnostic = self._diagnose(block, error, output)
        self.failures.append(self.source.position(block.span.start)[0])
        return _failed(block, diagnostic)

    def _diagnose(self, block: CodeBlock, error: BaseException, output: Output) -> Diagnostic:
        if isinstance(error, TimeLimit):
            statement = f"the code did not end within {self.limit:g} seconds"
        elif isinstance(error, OutputLimit):
            statement = f"the code printed more than {OUTPUT_LIMIT} bytes"
        elif isinstance(error, SystemExit):
            statement = f"the code tried to leave the program: SystemExit({error.code!r})"
        elif isinstance(error, _Mismatch):
            statement = str(error)
        else:
            statement = "".join(format_exception_only(error)).strip().rpartition("\n")[2]
            if isinstance(error, SyntaxError):
                statement = f"{type(error).__name__}: {error.msg}"
        place, told = _place(block, error)
        facts = list(told)
        printed = output.getvalue().decode("utf-8", "replace").strip()
        if printed and not isinstance(error, _Mismatch):
            facts += _quoted("printed before", printed[-2000:].split("\n")[-3:])
        if isinstance(error, NameError) and self.failures:
            lines = ", ".join(map(str, self.failures[:5]))
            facts.append(f"code failed earlier on this page (line {lines})")
        return _located(self.source, block, place, _short(statement), tuple(facts))


# running


def _run_plain(block: CodeBlock, namespace: dict[str, Any], output: Output) -> None:
    for code in _compiled(_parse(block.code, "exec", block, 0), block, 0):
        exec(code, namespace)


def _run_doctest(block: CodeBlock, namespace: dict[str, Any], output: Output) -> None:
    """Every example is tried; the first that fails is told, with the number of the rest."""
    first: BaseException | None = None
    failed = 0
    for example in _examples(block):
        try:
            _run_example(example, block, namespace, output)
        except Stopped:
            raise
        except BaseException as error:
            first = first or error
            failed += 1
    if first is not None:
        if isinstance(first, _Mismatch) and failed > 1:
            first.facts += (f"{failed - 1} more of this block's examples fail",)
        raise first


def _examples(block: CodeBlock) -> list[doctest.Example]:
    try:
        return doctest.DocTestParser().get_examples(block.code)
    except ValueError as error:
        # "line 3 of the docstring for <string> has inconsistent leading whitespace: 'x'"
        match = re.match(r"line (\d+) of the docstring for \S+ (.*?)(?:: .*)?$", str(error), re.S)
        index, said = (int(match[1]) - 1, match[2]) if match else (0, str(error))
        raise _Mismatch(f"not a doctest: this line {said}", (), _Place(index)) from None


def _run_example(
    example: doctest.Example, block: CodeBlock, namespace: dict[str, Any], output: Output
) -> None:
    place = _Place(example.lineno, example.indent + 4)
    if example.options.get(doctest.SKIP):
        raise _Mismatch(
            "this example is skipped without a reason",
            ('skip the block instead: <!--- skip: next "the reason" -->',),
            place,
        )
    options = _OPTIONS
    for flag, on in example.options.items():
        options = options | flag if on else options & ~flag

    def show(value: object) -> None:
        if value is not None:
            namespace["_"] = value
            print(repr(value))

    output.seek(0)
    output.truncate()
    previous, sys.displayhook = sys.displayhook, show
    try:
        tree = _parse(example.source, "single", block, example.lineno)
        for code in _compiled(tree, block, example.lineno):
            exec(code, namespace)
    except Stopped:
        raise
    except BaseException as error:
        if example.exc_msg is None:
            raise
        said = "".join(format_exception_only(error))
        want = example.exc_msg
        if options & doctest.IGNORE_EXCEPTION_DETAIL:
            said, want = said.partition(":")[0] + "\n", want.partition(":")[0].strip() + "\n"
        if not doctest.OutputChecker().check_output(want, said, options):
            facts = (*_quoted("expected", [want]), *_quoted("raised", [said]))
            raise _Mismatch("the example raised another exception", facts, place) from None
        return
    finally:
        sys.displayhook = previous
    got = output.getvalue().decode("utf-8", "replace").replace("\r\n", "\n")
    if example.exc_msg is not None:
        facts = _quoted("expected", [example.exc_msg])
        raise _Mismatch("the example raised no exception", facts, place)
    if not doctest.OutputChecker().check_output(example.want, got, options):
        expected = example.want.rstrip("\n").split("\n") if example.want else ["nothing"]
        printed = got.rstrip("\n").split("\n") if got else ["nothing"]
        facts = (*_quoted("expected", expected), *_quoted("printed", printed))
        raise _Mismatch("the example printed something else", facts, place)


def _parse(code: str, mode: str, block: CodeBlock, first: int) -> ast.Module | ast.Interactive:
    """The tree of some lines of a block; a mistake in it is told with its real place."""
    try:
        tree = ast.parse(code, mode=mode)
    except SyntaxError as error:
        row = min(first + (error.lineno or 1), len(block.origins)) - 1
        error.filename, error.lineno = block.origins[row]
        error.msg = re.sub(r"(?<=on line )\d+", lambda m: _line(block, first, m[0]), error.msg)
        raise
    assert isinstance(tree, ast.Module | ast.Interactive)
    return tree


def _line(block: CodeBlock, first: int, number: str) -> str:
    return str(block.origins[min(first + int(number), len(block.origins)) - 1][1])


def _compiled(
    tree: ast.Module | ast.Interactive, block: CodeBlock, first: int
) -> Iterator[CodeType]:
    """The code of a block, under the path and lines that it came from.

    `first` is the index of the tree's first line in the block. Statements that came
    from one file are compiled together.
    """
    origins = block.origins
    groups: list[tuple[str, list[ast.stmt]]] = []
    for statement in tree.body:
        path = origins[first + statement.lineno - 1][0]
        if not groups or groups[-1][0] != path:
            groups.append((path, []))
        groups[-1][1].append(statement)
    for path, statements in groups:
        for node in (node for statement in statements for node in ast.walk(statement)):
            line = getattr(node, "lineno", None)
            if line is not None:
                last = min(first + (getattr(node, "end_lineno", None) or line), len(origins))
                node.lineno = origins[first + line - 1][1]  # type: ignore[attr-defined]
                node.end_lineno = max(origins[last - 1][1], node.lineno)  # type: ignore[attr-defined]
        if isinstance(tree, ast.Interactive):
            yield compile(ast.Interactive(statements), path, "single", dont_inherit=True)
        else:
            yield compile(ast.Module(statements, []), path, "exec", dont_inherit=True)


# telling


class _Place(NamedTuple):
    """Where in a block: the number of its line from 0, and columns in that line."""

    row: int
    start: int = 0
    end: int | None = None  # None: to the end of the line


def _place(block: CodeBlock, error: BaseException) -> tuple[_Place, tuple[str, ...]]:
    """The innermost line of this block that the error passed, and where it went from there."""
    if isinstance(error, _Mismatch):
        return error.place, error.facts
    where = {origin: row for row, origin in enumerate(block.origins)}
    lines = block.code.split("\n")
    if isinstance(error, SyntaxError) and (error.filename, error.lineno) in where:
        row = where[error.filename or "", error.lineno or 0]
        start = max((error.offset or 1) - 1, 0) + _prompt(block, lines[row])
        return _Place(row, start, start + max((error.end_offset or 0) - (error.offset or 0), 1)), ()
    frames = extract_tb(error.__traceback__)
    inside = [i for i, f in enumerate(frames) if (f.filename, f.lineno) in where]
    if not inside:
        return _Place(0), ()
    frame = frames[inside[-1]]
    row = where[frame.filename, frame.lineno or 0]
    prompt = _prompt(block, lines[row])
    line = lines[row][prompt:].encode()
    start = len(line[: frame.colno or 0].decode("utf-8", "ignore")) + prompt
    stop = frame.end_colno if frame.end_lineno == frame.lineno else None
    end = None if stop is None else len(line[:stop].decode("utf-8", "ignore")) + prompt
    facts: tuple[str, ...] = ()
    first = frames[inside[0]]
    if (first.filename, first.lineno) != (frame.filename, frame.lineno):
        facts = (f"called from {first.filename}:{first.lineno}",)
    if frames[-1] is not frame and not isinstance(error, Stopped):
        last = frames[-1]
        facts += (f"raised in {last.name} ({os.path.basename(last.filename)}:{last.lineno})",)
    return _Place(row, start, end), facts


def _prompt(block: CodeBlock, line: str) -> int:
    """How far Python's columns are from the line's: `>>> ` is no part of the program."""
    return len(line) - len(line.lstrip()) + 4 if block.language == "pycon" else 0


def _located(
    source: Source, block: CodeBlock, place: _Place, statement: str, facts: tuple[str, ...]
) -> Diagnostic:
    """A diagnostic at a place of the page, or of the file that a snippet came from."""
    path, number = block.origins[min(place.row, len(block.origins) - 1)]
    lines = block.code.split("\n")
    line = lines[min(place.row, len(lines) - 1)]
    start, end = place.start, len(line) if place.end is None else min(place.end, len(line))
    if start >= end:
        start, end = len(line) - len(line.lstrip()), len(line)
    first = source.position(block.span.start)[0]
    if path != source.path:
        shown = (path, number, line, start, end)
        fact = f"included by the block at line {first} of {source.path}"
        return Diagnostic("code", statement, block.span, (*facts, fact), snippet=shown)
    # the code line is the end of the page's line
    begin = bisect_left(range(len(source.text)), number, key=lambda at: source.position(at)[0])
    begin += len(source.line(number)) - len(line)
    return Diagnostic("code", statement, Span(begin + start, begin + end), facts)


def _quoted(label: str, lines: Sequence[str]) -> tuple[str, ...]:
    """`label  first line`, and the other lines under it, not too many and not too long."""
    shown = [_short(line) for line in lines[:_SHOWN_LINES]]
    if len(lines) > _SHOWN_LINES:
        shown.append(f"… and {len(lines) - _SHOWN_LINES} more lines")
    indents = (f"{label}  ", *[" " * (len(label) + 2)] * len(shown))
    return tuple(indent + line for indent, line in zip(indents, shown, strict=False))


def _short(text: str) -> str:
    text = " ".join(text.splitlines()) if "\n" in text else text
    return text if len(text) <= _SHOWN_WIDTH else text[: _SHOWN_WIDTH - 1] + "…"

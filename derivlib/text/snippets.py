"""Snippet includes: `--8<-- "file.py:section"`, as pymdown-extensions reads them.

A page shows code that stands in the package. To run it under its real file and line,
and to say where it is when it fails, includes are resolved here, line by line.
Files are looked for under the project's root, where `mkdocs.yml` stands, and nowhere else.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from derivlib.errors import Diagnostic
from derivlib.source import Source, Span

_MARK = re.compile(
    r"(?P<space>[ \t]*)(?P<escape>;*)-+8<-+(?:[ \t]+(?:\"(?P<one>[^\"]+)\"|'(?P<two>[^']+)'))?$"
)
_SECTION = re.compile(r"-+8<-+[ \t]+\[[ \t]*(start|end)[ \t]*:[ \t]*([A-Za-z][\w-]*)[ \t]*\]", re.I)
_TARGET = re.compile(r"(?P<path>[^:]+)(?::(?P<section>[A-Za-z][\w-]*)|(?P<ranges>:[-\d:,]*))?")
_DEEPEST = 16


@dataclass(frozen=True)
class Included:
    """Lines with every snippet in its place, and where each came from."""

    lines: tuple[str, ...]
    origins: tuple[tuple[str, int], ...]
    problems: tuple[Diagnostic, ...]
    files: tuple[tuple[int, str], ...]  # (number of the including line, path as in `origins`)


def has_snippet(lines: Sequence[str]) -> bool:
    return any("8<-" in line and _MARK.match(line.rstrip()) for line in lines)


def resolve(
    source: Source,
    lines: Sequence[str],
    numbers: Sequence[int],
    spans: Sequence[tuple[int, int]],
) -> Included:
    """Put snippets in the place of the lines that ask for them.

    Args:
        source: the page.
        lines: of one block.
        numbers: their line numbers on the page.
        spans: their offsets on the page.
    """
    found: list[str] = []
    origins: list[tuple[str, int]] = []
    problems: list[Diagnostic] = []
    files: list[tuple[int, str]] = []

    @cache
    def read(target: str) -> list[tuple[str, str, int]]:
        return _read(target, project_root(source.path), 0)

    def include(target: str, space: str, at: int) -> None:
        try:
            for text, path, number in read(target):
                found.append(space + text if text else text)
                origins.append((path, number))
                if (at, path) not in files:
                    files.append((at, path))
        except LookupError as error:
            start, end = spans[at]
            text = source.text[start:end]
            start += len(text) - len(text.lstrip())
            problems.append(
                Diagnostic("snippet", str(error.args[0]), Span(start, end), error.args[1:])
            )

    block: str | None = None  # the indentation of an open block form
    for at, line in enumerate(lines):
        match = _MARK.match(line.rstrip()) if "8<-" in line else None
        if block is not None:
            if match and not match["one"] and not match["two"]:
                block = None
            elif line.strip() and not line.lstrip().startswith(";"):
                include(line.strip(), block, at)
        elif match and not match["escape"]:
            if match["one"] or match["two"]:
                include(match["one"] or match["two"], match["space"], at)
            else:
                block = match["space"]
        else:
            if match:
                line = line.replace(";", "", 1)
            found.append(line)
            origins.append((source.path, numbers[at]))
    return Included(tuple(found), tuple(origins), tuple(problems), tuple(files))


def project_root(path: str) -> Path:
    """The nearest folder above a page that holds `mkdocs.yml`, else the current one."""
    for folder in Path(path).absolute().parents:
        if (folder / "mkdocs.yml").is_file():
            return folder
    return Path.cwd()


def _read(target: str, root: Path, depth: int) -> list[tuple[str, str, int]]:
    """(text, path, line number) of every line of a target, nested includes resolved.

    Raises:
        LookupError: what is missing, and facts.
    """
    match = _TARGET.fullmatch(target.strip())
    if target.startswith(("http://", "https://")):
        raise LookupError(f"a snippet from the network is not read: {target}")
    if not match:
        raise LookupError(f"this snippet is not understood: {target}")
    if depth > _DEEPEST:
        raise LookupError(f"snippets that include one another: {target}")
    shown = match["path"].strip()
    try:
        file = (root / shown).resolve()
        if not file.is_relative_to(root.resolve()):
            raise LookupError(f"snippet {shown} lies outside the project", f"the project is {root}")
        lines = file.read_text(encoding="utf-8-sig").split("\n")
    except UnicodeDecodeError:
        raise LookupError(f"snippet {shown} is not UTF-8") from None
    except (OSError, ValueError):  # ValueError: a path that no file system takes
        raise LookupError(f"no snippet file {shown}", f"looked for in {root}") from None
    if lines[-1] == "":
        lines.pop()
    path = _shown(file)
    numbered = list(enumerate(lines, 1))
    if match["section"]:
        numbered = _dedented(_section(numbered, match["section"], shown))
    elif match["ranges"]:
        numbered = _ranges(numbered, match["ranges"], target)
    found: list[tuple[str, str, int]] = []
    for number, line in numbered:
        if "8<-" in line:
            if _SECTION.search(line):
                continue
            inner = _MARK.match(line.rstrip())
            if inner and not inner["escape"] and (inner["one"] or inner["two"]):
                nested = _read(inner["one"] or inner["two"], root, depth + 1)
                space = inner["space"]
                found.extend((space + text, origin, at) for text, origin, at in nested)
                continue
        found.append((line, path, number))
    return found


def _shown(file: Path) -> str:
    """A path as a person at the prompt would write it."""
    here = Path.cwd().resolve()
    return (file.relative_to(here) if file.is_relative_to(here) else file).as_posix()


def _section(lines: list[tuple[int, str]], name: str, shown: str) -> list[tuple[int, str]]:
    start: int | None = None
    names = []
    for at, (_, line) in enumerate(lines):
        match = _SECTION.search(line) if "8<-" in line else None
        if not match:
            continue
        names.append(match[2])
        if match[2] == name and match[1].lower() == "start" and start is None:
            start = at + 1
        elif match[2] == name and match[1].lower() == "end" and start is not None:
            return lines[start:at]
    if start is not None:
        return lines[start:]
    known = ", ".join(dict.fromkeys(names)) or "none"
    raise LookupError(f"no section {name} in {shown}", f"its sections: {known}")


def _dedented(lines: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Without the indentation that all lines share: the site shows sections so."""
    texts = textwrap.dedent("\n".join(line for _, line in lines)).split("\n")
    return [(number, text) for (number, _), text in zip(lines, texts, strict=True)]


def _ranges(lines: list[tuple[int, str]], ranges: str, target: str) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    for part in ranges[1:].split(","):
        first, _, last = part.partition(":")
        try:
            start = int(first) if first else 1
            end = int(last) if last else None
        except ValueError:
            raise LookupError(f"this snippet is not understood: {target}") from None
        if start > len(lines):
            raise LookupError(f"{target}: the file has {len(lines)} lines")
        start = max(0, start - 1) if start >= 0 else max(0, len(lines) + start)
        if end is not None and end < 0:
            end = len(lines) + end + 1
        found.extend(lines[start:end])
    return found

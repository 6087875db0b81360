"""The settings at the head of a page, between two lines `---`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from derivlib.errors import Diagnostic
from derivlib.source import Span

LONGEST = 32_000  # characters; more is no front matter but a mistake

_FENCE = re.compile(r"-{3}[ \t]*\r?\n")
_END = re.compile(r"^(?:-{3}|\.{3})[ \t]*\r?$", re.MULTILINE)
_ENTRY = re.compile(
    r"([A-Za-z_][\w-]*):[ \t]+([^\s\"'\[\]{}&*!|>%@`#,-][^#]*?|-?\d[\d.]*)[ \t]*\r?$"
)


def read_front_matter(text: str) -> tuple[Mapping[str, object], int, Diagnostic | None]:
    """(settings, offset where the page proper begins, mistake)."""
    opening = _FENCE.match(text)
    closing = _END.search(text, opening.end()) if opening else None
    if not opening or not closing:
        return {}, 0, None
    body, start = text[opening.end() : closing.start()], opening.end()
    end = closing.end()
    if len(body) > LONGEST:
        statement = f"the front matter is longer than {LONGEST} characters"
        return {}, end, Diagnostic("page", statement, Span(0, opening.end()))
    try:
        import yaml
    except ImportError:  # a page without PyYAML: plain `key: value` lines only
        settings, mistake = _plain(body, start)
        return settings, end, mistake
    try:
        found = yaml.load(body.replace("\r", " "), Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        at = min(start + (mark.index if mark else 0), closing.start() - 1)
        said = getattr(error, "problem", None) or str(error).partition("\n")[0]
        return {}, end, _mistake(text, at, f"the front matter is not YAML: {said}")
    except (RecursionError, ValueError, TypeError, OverflowError) as error:
        said = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        return {}, end, _mistake(text, start, f"the front matter is not YAML: {said}")
    if found is None:
        return {}, end, None
    if not isinstance(found, dict) or not all(isinstance(key, str) for key in found):
        return {}, end, _mistake(text, start, "the front matter is not a list of `key: value`")
    return found, end, None


def _mistake(text: str, at: int, statement: str) -> Diagnostic:
    """At the rest of the line that holds `at`, or at what comes before when that is empty."""
    end = text.find("\n", at)
    rest = text[at:end].strip() if end >= 0 else text[at:].strip()
    while not rest and at > 0:
        at -= 1
        rest = text[at].strip()
    at = text.index(rest[:1], at)
    return Diagnostic("page", statement, Span(at, at + len(rest)))


def _plain(body: str, start: int) -> tuple[Mapping[str, object], Diagnostic | None]:
    settings: dict[str, object] = {}
    for line in body.split("\n"):
        match = _ENTRY.match(line)
        if match:
            value = match[2]
            known: Mapping[str, object] = {"true": True, "false": False, "null": None}
            settings[match[1]] = (
                int(value) if re.fullmatch(r"-?\d+", value) else known.get(value.lower(), value)
            )
        elif line.strip() and not line.startswith("#"):
            statement = "this front matter needs PyYAML, which is not installed"
            return {}, Diagnostic(
                "page", statement, Span(start, start + max(1, len(line.rstrip())))
            )
        start += len(line) + 1
    return settings, None

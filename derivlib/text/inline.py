"""Formulas, comments and code inside running text.

What hides mathematics is consumed first, from left to right: escapes, inline code,
comments, raw HTML. `$` follows Pandoc: the opening one is followed by no space, the
closing one is preceded by none and followed by no digit; but what stands between spaces
and can only be mathematics, `$ x = y $`, is a formula all the same. Mathematics in a
spelling that is not read is a mistake, never mere text (`derivlib.text.foreign`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from derivlib.text.blocks import ENVIRONMENTS
from derivlib.text.foreign import foreign, is_mathematics

FORMULA, COMMENT, PROBLEM, FENCE = "formula", "comment", "problem", "fence"


class Piece(NamedTuple):
    """A part of running text that is more than text; offsets into that text."""

    kind: str
    start: int
    end: int
    inner: tuple[int, int] = (0, 0)  # of a formula, without its delimiters
    display: bool = False
    statement: str = ""  # of a problem
    facts: tuple[str, ...] = ()


_TOKEN = re.compile(
    r"\\(?:begin\{(?P<env>[A-Za-z]+\*?)\}|[\\`$<(\[|])"
    r"|`+|\$\$?|\0"
    r"|<(?:!--|(?P<raw>pre|script|style|textarea|code|kbd|samp)\b"
    r"|[A-Za-z][\w-]*(?:\s+[\w:.-]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'=<>`]+))?+)*+\s*+/?>)"
)
_DOLLARS = re.compile(r"(?:[^\\$]|\\[\s\S]|\$(?!\$))*+\$\$")
_DOLLAR = re.compile(r"((?:[^\\$]|\\[\s\S])++)\$")
_TICKED = re.compile(r"`([^`$]+)`\$")
_DOUBLED = {r"\\(": re.compile(r"((?:[^\\]|\\(?!\\\)))*+)\\\\\)"),
            r"\\[": re.compile(r"((?:[^\\]|\\(?!\\\]))*+)\\\\\]")}  # fmt: skip
_PAREN = re.compile(r"(?:[^\\]|\\[^)])*+\\\)")
_BRACKET = re.compile(r"(?:[^\\]|\\[^\]])*+\\\]")
_TICKS = re.compile(r"`+")
_TEX = re.compile(r"\\[A-Za-z]{2,}|[_^]\{")


def read_pieces(text: str) -> Iterator[Piece]:
    """The formulas, comments and mistakes of one paragraph, in order."""
    at = 0
    gone: set[str] = set()  # closers that do not occur any more
    plain: tuple[int, str] | None = None  # the last opener that was taken as text
    code_runs: dict[int, list[int]] | None = None
    while True:
        match = _TOKEN.search(text, at)
        start = match.start() if match else len(text)
        if plain is not None and _TEX.search(text, at, start):
            yield Piece(PROBLEM, plain[0], plain[0] + len(plain[1]), statement=_why(text, *plain))
            plain = None
        elif plain is None:
            for a, b, statement in foreign(text, at, start):
                yield Piece(PROBLEM, a, b, statement=statement)
        if match is None:
            return
        token, at = match[0], match.end()
        if token == "$$":
            end = _search(_DOLLARS, text, at, gone)
            if end is None:
                yield _unclosed(start, at, token)
                return
            yield from _formula(text, start, end, (at, end - 2), True)
            at, plain = end, None
        elif token == "$":
            ticked = _TICKED.match(text, at)  # GitHub's $`x`$
            if ticked:
                yield Piece(FORMULA, start, ticked.end(), ticked.span(1))
                at, plain = ticked.end(), None
                continue
            found = _DOLLAR.match(text, at)
            end = found.end() if found else at
            plain = None
            if found and _closes(text, at, end):
                yield Piece(FORMULA, start, end, (at, end - 1))
                at = end
            else:
                plain = (start, "$")
        elif token == r"\\" and text[at : at + 1] in ("(", "["):  # kramdown's \\( … \\)
            doubled = _DOUBLED[token + text[at]].match(text, at + 1)
            if doubled and is_mathematics(doubled[1]):
                yield Piece(FORMULA, start, doubled.end(), doubled.span(1), text[at] == "[")
                at, plain = doubled.end(), None
        elif token == r"\(":
            end = _search(_PAREN, text, at, gone)
            if end is None:
                plain = (start, token)
            else:
                yield from _formula(text, start, end, (at, end - 2), False)
                at, plain = end, None
        elif token == r"\[":
            end = _search(_BRACKET, text, at, gone)
            if end is None:
                yield _unclosed(start, at, token)
                return
            yield from _formula(text, start, end, (at, end - 2), True)
            at, plain = end, None
        elif match["env"]:
            name = match["env"]
            closer = f"\\end{{{name}}}"
            stop = -1 if closer in gone else text.find(closer, at)
            if stop < 0:
                yield _unclosed(start, at, token)
                return
            end = stop + len(closer)
            if name in ENVIRONMENTS:
                yield Piece(FORMULA, start, end, (start, end), True)
            else:
                yield Piece(PROBLEM, start, at, statement=f"{token} stands outside a formula")
            at, plain = end, None
        elif token[0] == "`":
            if code_runs is None:
                code_runs = {}
                for run in _TICKS.finditer(text, start):
                    code_runs.setdefault(len(run[0]), []).append(run.start())
                for runs in code_runs.values():
                    runs.reverse()
            runs = code_runs.get(len(token), [])
            while runs and runs[-1] < at:
                runs.pop()
            if runs:
                at = runs.pop() + len(token)
        elif token == "<!--":
            stop = -1 if "-->" in gone else text.find("-->", at)
            if stop < 0 and "-->" not in gone:
                gone.add("-->")
                yield Piece(PROBLEM, start, at, statement="this <!-- is never closed")
            elif stop >= 0:
                at = stop + 3
                yield Piece(COMMENT, start, at)
        elif match["raw"]:
            closer = f"</{match['raw']}"
            stop = -1 if closer in gone else text.find(closer, at)
            if stop < 0:
                gone.add(closer)
            else:
                at = stop + len(closer)
        elif token == "\0":
            yield Piece(FENCE, start, at)
        closed = text.find(">", start) + 1 if token[0] == "<" and token != "<!--" else 0
        if closed and (unread := next(foreign(text, start, closed), None)):
            yield Piece(PROBLEM, *unread[:2], statement=unread[2])


def _closes(text: str, at: int, end: int) -> bool:
    """Is what stands between the dollars before `at` and `end` a formula?"""
    if text[end : end + 1].isdecimal():
        return False
    spaced = text[at].isspace() or text[end - 2].isspace()
    return not spaced or is_mathematics(text[at : end - 1])


def _search(pattern: re.Pattern[str], text: str, at: int, gone: set[str]) -> int | None:
    """Where the formula that opens before `at` ends; a failure is remembered."""
    if pattern.pattern in gone:
        return None
    match = pattern.match(text, at)
    if match:
        return match.end()
    gone.add(pattern.pattern)
    return None


def _formula(
    text: str, start: int, end: int, inner: tuple[int, int], display: bool
) -> Iterator[Piece]:
    if text[inner[0] : inner[1]].isspace() or inner[0] == inner[1]:
        yield Piece(PROBLEM, start, end, statement="an empty formula")
    else:
        yield Piece(FORMULA, start, end, inner, display)


def _unclosed(start: int, end: int, token: str) -> Piece:
    facts = ("a formula ends with its paragraph: a blank line ends both",)
    return Piece(PROBLEM, start, end, statement=f"this {token} is never closed", facts=facts)


def _why(text: str, start: int, opener: str) -> str:
    """Why an opener was taken as text."""
    if opener != "$":
        return f"this {opener} is never closed"
    found = _DOLLAR.match(text, start + 1)
    if found is None:
        return "this $ is never closed"
    if text[found.end() : found.end() + 1].isdecimal():
        return "this $ opens no formula: a digit follows the closing $"
    if text[start + 1 : start + 2].isspace():
        return "this $ opens no formula: a space follows it"
    return "this $ opens no formula: a space stands before the closing $"

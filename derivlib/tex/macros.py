r"""Expansion of `\def`, `\newcommand` and their kin, with every character traced to its origin.

A page's macros live in one dictionary that grows from formula to formula, as in a
TeX document. The definitions themselves leave nothing behind in the expanded text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping, Sequence
from typing import NamedTuple

from derivlib.errors import UNREADABLE, DerivlibError, user_error

MAX_EXPANSIONS = 2_000
MAX_LENGTH = 50_000


class Macro(NamedTuple):
    arity: int
    body: str


class Expanded(NamedTuple):
    """Expanded TeX; `offsets[i]` is the place in the unexpanded text that made character i."""

    text: str
    offsets: Sequence[int]
    calls: Mapping[int, int] = {}  # where each macro call began, and where it ended


Macros = MutableMapping[str, Macro]

_DEFINES = re.compile(
    r"\\(?:def|gdef|newcommand|renewcommand|providecommand|DeclareMathOperator|let)(?![a-zA-Z])"
)
_COMMAND = re.compile(r"\\(?:[a-zA-Z]+|.)", re.DOTALL)
_SPACE = re.compile(r"\s*")


def expand(tex: str, macros: Macros) -> Expanded:
    """`tex` with the macros of the page applied, and its own definitions added to them.

    Raises:
        DerivlibError: a definition is malformed, or expansion does not come to an end.
    """
    if "\\" not in tex or not (_DEFINES.search(tex) or _uses(tex, macros)):
        return Expanded(tex, range(len(tex) + 1))
    out: list[str] = []
    offsets: list[int] = []
    # A stack of texts being read: (text, position, offsets or the one place that called it).
    stack: list[tuple[str, int, int | None]] = [(tex, 0, None)]
    count = 0
    calls: dict[int, int] = {}
    pending = 0  # characters that macros have brought in
    while stack:
        text, i, origin = stack.pop()
        match = _next_command(text, i)
        stop = match.start() if match else len(text)
        out.append(text[i:stop])
        offsets.extend(range(i, stop) if origin is None else [origin] * (stop - i))
        if match is None:
            continue
        place = match.start() if origin is None else origin
        name, end = match.group(), match.end()
        if _DEFINES.fullmatch(name):
            end = _define(text, name, end, macros, place)
            stack.append((text, end, origin))
        elif name in macros:
            count += 1
            if count > MAX_EXPANSIONS or len(offsets) > MAX_LENGTH:
                raise _endless(name, place)
            macro = macros[name]
            body, end = _apply(text, name, end, macro, place)
            if origin is None:
                calls[place] = end
            if text[end - 1 : end].isalpha() and text[end : end + 1].isalpha() and not macro.arity:
                body += " "
            pending += len(body)
            if pending > 20 * MAX_LENGTH:
                raise _endless(name, place)
            stack.append((text, end, origin))
            stack.append((body + (" " if body[-1:].isalpha() else ""), 0, place))
        else:
            out.append(name)
            offsets.extend(
                range(match.start(), match.end()) if origin is None else [origin] * len(name)
            )
            stack.append((text, end, origin))
    offsets.append(len(tex))
    return Expanded("".join(out), offsets, calls)


def _endless(name: str, place: int) -> DerivlibError:
    return user_error(
        UNREADABLE, f"the macro {name} does not come to an end", (place, place + len(name)),
        "it calls itself, or grows beyond all bounds",
    )  # fmt: skip


def _uses(tex: str, macros: Macros) -> bool:
    return bool(macros) and any(m.group() in macros for m in _COMMAND.finditer(tex))


def _next_command(text: str, start: int) -> re.Match[str] | None:
    return _COMMAND.search(text, start)


def _apply(text: str, name: str, end: int, macro: Macro, place: int) -> tuple[str, int]:
    """The body of a macro with its arguments put in, and where they ended."""
    arguments = []
    for _ in range(macro.arity):
        argument, end = _argument(text, end, name, place)
        arguments.append(argument)
    if not arguments:
        return macro.body, end
    return re.sub(r"#([1-9])", lambda m: arguments[int(m.group(1)) - 1], macro.body), end


def _argument(text: str, start: int, name: str, place: int) -> tuple[str, int]:
    start = _skip(text, start)
    if start >= len(text):
        raise user_error(UNREADABLE, f"{name} lacks an argument", (place, place + len(name)))
    if text[start] == "{":
        end = _closing(text, start, name, place)
        return text[start + 1 : end - 1], end
    match = _COMMAND.match(text, start)
    end = match.end() if match else start + 1
    return text[start:end], end


def _closing(text: str, start: int, name: str, place: int) -> int:
    depth = 0
    i = start
    while i < len(text):
        c = text[i]
        if c == "\\":
            i += 1
        elif c == "{":
            depth += 1
        elif c == "}":
            depth -= 1
            if depth == 0:
                return i + 1
        i += 1
    raise user_error(UNREADABLE, f"the brace after {name} is never closed", (place, place + 1))


def _skip(text: str, start: int) -> int:
    match = _SPACE.match(text, start)
    return match.end() if match else start


def _define(text: str, command: str, end: int, macros: Macros, place: int) -> int:
    """Read one definition that begins after `command`; return where it ends."""
    end = _skip(text, end)
    if command == r"\let":
        name, end = _argument(text, end, command, place)
        end = _skip(text, end)
        if text[end : end + 1] == "=":
            end += 1
        value, end = _argument(text, end, command, place)
        macros[name] = macros.get(value, Macro(0, value))
        return end
    end += text[end : end + 1] == "*"
    name, end = _argument(text, end, command, place)
    name = name.strip()
    if not _COMMAND.fullmatch(name):
        raise user_error(UNREADABLE, f"{command} needs the name of a macro", (place, place + 1))
    arity = 0
    if command in (r"\def", r"\gdef"):
        brace = text.find("{", end)
        arity = text[end : max(brace, end)].count("#")
        end = max(brace, end)
    else:
        end = _skip(text, end)
        if match := re.compile(r"\[(\d)\]").match(text, end):
            arity, end = int(match.group(1)), match.end()
    body, end = _argument(text, end, command, place)
    if command == r"\DeclareMathOperator":
        body = rf"\operatorname{{{body}}}"
    macros[name] = Macro(arity, body)
    return end

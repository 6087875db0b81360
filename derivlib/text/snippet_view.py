"""A line of source as a person sees it, with carets under a part of it.

Carets stand by display width: a tab takes the next multiple of four, a wide character
two columns, a combining one none. What a terminal would obey is made visible instead.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

WIDEST = 120  # columns; of a longer line the part around the carets is shown
_BEFORE = 30
_MOST_LINES = 3


def draw(lines: Sequence[tuple[int, str, int, int]]) -> tuple[list[str], int]:
    """The numbered lines, each with carets below, and the column of the bar.

    Args:
        lines: (number, text, start, end) with the marked part as indices into `text`.
    """
    if len(lines) > _MOST_LINES:
        lines = [lines[0], lines[-1]]
    bar = max(2, *(len(str(number)) for number, *_ in lines)) + 1
    drawn: list[str] = []
    previous = None
    for number, text, start, end in lines:
        if previous is not None and number != previous + 1:
            drawn.append(" " * bar + "…")
        previous = number
        shown, left, width = _window(text, start, end)
        drawn.append(f"{number:>{bar - 1}} | {shown}".rstrip())
        drawn.append(" " * bar + "| " + " " * left + "^" * width)
    return drawn, bar


def _window(text: str, start: int, end: int) -> tuple[str, int, int]:
    """(what is shown of a line, columns before the carets, number of carets)."""
    end = max(end, start)
    first = 0
    if end > WIDEST:
        first = max(0, start - _BEFORE)
    cells: list[str] = ["…"] if first else []
    column = len(cells)
    left = right = None
    for index in range(first, len(text)):
        if index == start:
            left = column
        if index == end:
            right = column
        if column >= WIDEST:
            cells.append("…")
            column += 1
            break
        cell, width = _cell(text[index], column)
        cells.append(cell)
        column += width
    left = column if left is None else left
    right = column if right is None else right
    return "".join(cells), left, max(1, right - left)


def _cell(char: str, column: int) -> tuple[str, int]:
    if " " <= char <= "~":
        return char, 1
    if char == "\t":
        width = 4 - column % 4
        return " " * width, width
    code = ord(char)
    if code < 32:
        return chr(0x2400 + code), 1
    category = unicodedata.category(char)
    if code == 127 or category in ("Cc", "Cs", "Zl", "Zp"):
        return "\ufffd", 1
    if code in range(0x202A, 0x202F) or code in range(0x2066, 0x206A):  # text turned around
        return "\ufffd", 1
    if category in ("Mn", "Me", "Cf"):
        return char, 0
    return char, 2 if unicodedata.east_asian_width(char) in "WF" else 1


def visible(text: str) -> str:
    """One line without anything that a terminal would obey."""
    return "".join(_cell(char, 0)[0] if char != "\t" else " " for char in text)

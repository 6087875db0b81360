"""A text with a path, and the only line-and-column arithmetic there is.

Inside, places are offsets: 0-based, half-open, in code points. Shown to people,
lines and columns are 1-based and count code points too. `\\r\\n` ends one line.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from derivlib.errors import user_error


class Span(NamedTuple):
    """Half-open offsets into one text."""

    start: int
    end: int

    def to(self, other: tuple[int, int]) -> Span:
        """The smallest span that holds both."""
        return Span(min(self.start, other[0]), max(self.end, other[1]))


class Source:
    """A text and the path it came from; text is kept exactly as read."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(i + 1 for i, c in enumerate(self.text) if c == "\n")]

    def position(self, offset: int) -> tuple[int, int]:
        """(line, column) of an offset, both 1-based."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def line(self, number: int) -> str:
        """The text of one line, 1-based, without its line end."""
        start = self._starts[number - 1]
        end = self._starts[number] - 1 if number < len(self._starts) else len(self.text)
        return self.text[start:end].rstrip("\r")


def read_source(path: Path | str, shown: str | None = None) -> Source:
    """The file at `path` as a `Source`.

    Raises:
        DerivlibError: the file is missing, is not UTF-8, or is binary.
    """
    shown = shown or Path(path).as_posix()
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise user_error("page", f"{shown}: {error.strerror or error}") from None
    if b"\0" in data:
        raise user_error("page", "this is a binary file, not a Markdown page")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise user_error(
            "page",
            f"not UTF-8: byte {data[error.start]:#04x} at byte {error.start}",
            None,
            "save the file as UTF-8",
        ) from None
    return Source(shown, text)

"""Lines taken out of a page and joined, and the way back to their places."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection
from itertools import chain

FENCE_MARK = "\0"  # stands for a fenced formula inside a sentence


class Joined:
    """Lines of `text` joined by newlines, with the absolute offset of every character.

    A line whose number is in `marks` becomes `FENCE_MARK`, wherever it ends.
    """

    def __init__(
        self, text: str, lines: tuple[tuple[int, int], ...], marks: Collection[int] = ()
    ) -> None:
        parts = [FENCE_MARK if i in marks else text[a:b] for i, (a, b) in enumerate(lines)]
        self.text = "\n".join(parts)
        self.lines = lines
        self.starts = [0]
        for part in parts[:-1]:
            self.starts.append(self.starts[-1] + len(part) + 1)

    def row(self, at: int) -> int:
        """The number of the line that holds the joined offset `at`."""
        return bisect_right(self.starts, at) - 1

    def absolute(self, at: int) -> int:
        row = self.row(at)
        return self.lines[row][0] + at - self.starts[row]

    def end(self, at: int) -> int:
        """The absolute offset just after the character before `at`."""
        return self.absolute(at - 1) + 1 if at else self.absolute(0)

    def ranges(self, start: int, end: int) -> list[range]:
        """Absolute offsets of the joined characters from `start` to `end`."""
        found = []
        row = self.row(start)
        while start < end:
            last = row + 1 == len(self.starts)
            stop = len(self.text) if last else self.starts[row + 1] - 1  # before the newline
            base = self.lines[row][0] - self.starts[row]
            if start < stop:
                found.append(range(base + start, base + min(stop, end)))
            if stop < end:
                found.append(range(self.lines[row][1], self.lines[row][1] + 1))
            start, row = stop + 1, row + 1
        return found

    def offsets(self, start: int, end: int) -> tuple[int, ...]:
        """Absolute offsets of `text[start:end]`, and one more: where it ends."""
        ranges = self.ranges(start, end)
        last = range(self.end(end), self.end(end) + 1)
        return tuple(chain(*ranges, last))

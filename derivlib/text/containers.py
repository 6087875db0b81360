"""What a line of Markdown stands in: block quotes, and content indented by four."""

from __future__ import annotations

import re

QUOTE, INDENT = "quote", "indent"

_QUOTE = re.compile(r"[ ]{0,3}>[ ]?")


class Containers:
    """The containers that are open, outermost first."""

    def __init__(self) -> None:
        self.stack: list[str] = []
        self.first_quote: int | None = None  # depth of the outermost quote

    def peel(self, line: str) -> tuple[int, int, int]:
        """(containers matched, index of what follows them, its column)."""
        at = column = depth = 0
        size = len(line)
        for kind in self.stack:
            if kind is QUOTE:
                match = _QUOTE.match(line, at)
                if not match:
                    break
                column += match.end() - at
                at = match.end()
            else:
                goal, i, reached = column + 4, at, column
                while reached < goal and i < size:
                    if line[i] == " ":
                        reached += 1
                    elif line[i] == "\t":
                        reached += 4 - reached % 4
                    else:
                        break
                    i += 1
                if reached < goal:
                    break
                at, column = i, reached
            depth += 1
        return depth, at, column

    def push(self, kind: str) -> None:
        if kind is QUOTE and self.first_quote is None:
            self.first_quote = len(self.stack)
        self.stack.append(kind)

    def cut(self, depth: int) -> None:
        del self.stack[depth:]
        if self.first_quote is not None and self.first_quote >= depth:
            self.first_quote = None


def dedent(line: str, at: int, columns: int) -> int:
    """The index in `line` after at most `columns` columns of space from `at` on."""
    reached = 0
    while reached < columns and at < len(line):
        if line[at] == " ":
            reached += 1
        elif line[at] == "\t":
            reached += 4 - reached % 4
        else:
            break
        at += 1
    return at

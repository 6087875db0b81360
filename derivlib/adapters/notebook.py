"""The Markdown cells of a notebook as one page, with positions in the notebook's file."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from derivlib.errors import Diagnostic, user_error
from derivlib.source import Source, read_source
from derivlib.verdict import FileReport

BETWEEN = "\ue0ff"  # stands alone in a paragraph between two Markdown cells
_SEPARATOR = f"\n\n{BETWEEN}\n\n"


class NotebookSource(Source):
    """The Markdown cells of a notebook; a line's number is its line in the `.ipynb` file.

    Args:
        path: as shown in messages.
        cells: (number among all cells from 1, text) of each Markdown cell.
        numbers: the line in the file of each line of each cell.
    """

    def __init__(self, path: str, cells: list[tuple[int, str]], numbers: list[list[int]]) -> None:
        super().__init__(path, _SEPARATOR.join(text for _, text in cells))
        self.lines: dict[int, str] = {}
        self.places: list[tuple[int, int, int]] = []  # line in file, cell, line in cell
        for (cell, text), known in zip(cells, numbers, strict=True):
            if self.places:
                self.places.extend([(known[0] if known else 1, cell, 1)] * 3)
            for at, line in enumerate(text.split("\n")):
                number = known[min(at, len(known) - 1)] if known else 1
                self.places.append((number, cell, at + 1))
                self.lines[number] = line

    def position(self, offset: int) -> tuple[int, int]:
        line, column = super().position(offset)
        return self._place(line)[0], column

    def line(self, number: int) -> str:
        return self.lines.get(number, "")

    def cell(self, offset: int) -> tuple[int, int]:
        """(cell, line in it) of an offset, both from 1."""
        _, cell, line = self._place(super().position(offset)[0])
        return cell, line

    def _place(self, line: int) -> tuple[int, int, int]:
        return self.places[min(line, len(self.places)) - 1] if self.places else (1, 1, 1)


def read_notebook(path: Path, shown: str) -> NotebookSource:
    """The Markdown cells of the notebook at `path`.

    Raises:
        DerivlibError: it cannot be read, or is not a notebook.
    """
    raw = read_source(path, shown).text
    try:
        notebook: Mapping[str, Any] = json.loads(raw)
        found = [
            (number, _joined(cell["source"]))
            for number, cell in enumerate(notebook["cells"], 1)
            if cell["cell_type"] == "markdown"
        ]
    except (ValueError, KeyError, TypeError) as error:
        raise user_error("page", f"this is not a notebook: {error}") from None
    numbers = []
    at = 0
    for _, text in found:
        known = []
        for line in text.split("\n"):
            place = _find(raw, line, at)
            if place >= 0:
                at = place
            known.append(raw.count("\n", 0, at) + 1)
        numbers.append(known)
    return NotebookSource(shown, found, numbers)


def _joined(source: str | list[str]) -> str:
    text = source if isinstance(source, str) else "".join(source)
    return text.replace("\r\n", "\n")


def _find(raw: str, line: str, at: int) -> int:
    """Where a line of a cell stands in the file: it is a JSON string, escaped in either way."""
    if not line.strip():
        return -1
    places = []
    for ascii_only in (False, True):
        text = json.dumps(line, ensure_ascii=ascii_only)[1:-1]
        place = re.compile(re.escape(text) + r'(?:\\n)?"').search(raw, at)
        if place:
            places.append(place.start())
    return min(places, default=-1)


def with_cells(report: FileReport) -> FileReport:
    """The report of a notebook, each mistake told where it stands among the cells."""
    source = report.source
    if not isinstance(source, NotebookSource):
        return report

    def told(diagnostic: Diagnostic) -> Diagnostic:
        if diagnostic.span is None:
            return diagnostic
        cell, line = source.cell(diagnostic.span[0])
        fact = f"in cell {cell} of the notebook, line {line} of the cell"
        return replace(diagnostic, facts=(*diagnostic.facts, fact))

    formulas = tuple(
        replace(v, diagnostic=told(v.diagnostic)) if v.diagnostic else v for v in report.formulas
    )
    return replace(report, formulas=formulas, problems=tuple(map(told, report.problems)))


_CELL = re.compile(
    r'(<div class="[^"]*\bjp-MarkdownOutput\b[^"]*"[^>]*>)(.*?)(</div>\s*</div>\s*</div>\s*</div>)',
    re.DOTALL,
)
_STYLE = re.compile(r"<style\b[^>]*>.*?</style>", re.DOTALL)
_SCRIPT = re.compile(r"<script\b[^>]*>.*?</script>", re.DOTALL)
_CLIPBOARD = re.compile(
    r'<div class="zeroclipboard-container">.*?</clipboard-copy>\s*</div>', re.DOTALL
)
_COPY = re.compile(r'<div\b[^>]*"clipboard-copy-txt"[^>]*>.*?</div>', re.DOTALL)
_CODE = re.compile(r'<div class="highlight-ipynb[^"]*">\s*<pre>(.*?)</pre>', re.DOTALL)


def put_cells(page: str, cells: list[str]) -> str:
    """The HTML of a notebook with its Markdown cells replaced, and without what formulas
    and copy buttons no longer need: scripts, inlined styles, and a second copy of the code.

    Raises:
        ValueError: the page does not show as many Markdown cells as there are.
    """
    for clutter in (_STYLE, _SCRIPT, _CLIPBOARD, _COPY):
        page = clutter.sub("", page)
    page = _CODE.sub(r'<div class="highlight"><pre><code>\1</code></pre>', page)
    found = len(_CELL.findall(page))
    if found != len(cells):
        raise ValueError(f"{len(cells)} Markdown cells in the notebook, {found} on the page")
    waiting = iter(cells)
    return _CELL.sub(lambda m: f"{m[1]}{next(waiting)}{m[3]}", page)

"""Pages that are wrong, one line each: not one of them may pass."""

from __future__ import annotations

from pathlib import Path

import pytest

from derivlib.check import check_page
from derivlib.page import read_page
from derivlib.source import Source

HERE = Path(__file__).parent / "wrong_pages"


def pages() -> list[object]:
    found = []
    for path in sorted(HERE.glob("*.md")):
        lines = path.read_text(encoding="utf-8").split("\n")
        begin = next(line for line in lines if line.startswith("Let "))
        found += [
            pytest.param(f"{begin} {line[2:]}\n", id=f"{path.stem}-{k}")
            for k, line in enumerate(lines, 1)
            if line.startswith("- ")
        ]
    return found


@pytest.mark.parametrize("text", pages())
def test_a_wrong_page_does_not_pass(text: str) -> None:
    page = read_page(Source("page.md", text))
    checked = check_page(page)
    assert page.problems or not all(v.ok for v in checked.verdicts), text

"""README.md: its example fails as it says, and its commands are the two that CI runs."""

from __future__ import annotations

import re
from pathlib import Path

from derivlib.adapters.setting import check_source
from derivlib.report import render_text
from derivlib.source import Source

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
    assert found
    return found[1]


def test_the_example_fails_as_shown() -> None:
    said = render_text([check_source(Source("gradient.md", block("markdown")))])
    for line in block("text").splitlines():
        assert line in said.splitlines(), said


def test_the_example_holds_when_it_is_mended() -> None:
    mended = block("markdown").replace("dU\\,X", "X\\,dU")
    assert mended != block("markdown")
    assert check_source(Source("gradient.md", mended)).ok


def test_there_are_exactly_two_commands() -> None:
    commands = re.findall(r"^pip install .*$", README, re.MULTILINE)
    assert commands == [
        'pip install -e ".[docs]" && mkdocs serve',
        'pip install -e ".[test]" && pytest',
    ]

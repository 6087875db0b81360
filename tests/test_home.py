"""docs/index.md: the message it shows is the one a build prints without the mark."""

from __future__ import annotations

import re
from pathlib import Path

from derivlib.adapters.setting import check_source
from derivlib.report import render_text
from derivlib.source import Source

HOME = (Path(__file__).parent.parent / "docs/index.md").read_text(encoding="utf-8")
MARK = "<!--- derivlib: wrong -->"


def test_the_formula_that_is_marked_fails_as_shown() -> None:
    shown = re.search(r"^```text\n(.*?)^```$", HOME, re.DOTALL | re.MULTILINE)
    assert shown and HOME.count(MARK) == 1
    report = check_source(Source("docs/index.md", HOME.replace(MARK, "<!-- no mark -->")))
    said = render_text([report])
    for line in shown[1].splitlines():
        assert line in said.splitlines(), said


def test_the_home_page_holds_with_its_mark() -> None:
    assert check_source(Source("docs/index.md", HOME)).ok

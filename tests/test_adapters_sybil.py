"""Formulas and code blocks as Sybil examples, and as tests of another project."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from unittest import SkipTest

import pytest
from sybil import Document, Sybil
from sybil.example import SybilFailure

from derivlib.adapters.sybil import PageDocument, code, derivlib_sybil, formulas

PAGE = """---
title: A page
---
# A

Two $1 + 1 = 2$ and $1 + 1 = 3$ on a line.

<!--- derivlib: skip "a picture" -->
$$
1 + 1 = 4
$$

``` {.py title="x"}
x = 2
```

>>> x
2

```python
x / 0
```

<!--- skip: next "slow" -->
```pycon
>>> y
```
"""


def parse(tmp_path: Path, text: str, kind: type[Document] = PageDocument) -> Document:
    path = tmp_path / "page.md"
    path.write_text(text, encoding="utf-8", newline="")
    return kind.parse(str(path), formulas(), code())


def outcomes(document: Document) -> list[str]:
    found = []
    for example in document.examples():
        try:
            example.evaluate()
            found.append("passed")
        except SkipTest as reason:
            found.append(f"skipped: {reason}")
        except SybilFailure as failure:
            found.append(failure.result.partition("\n")[0].rpartition("page.md:")[2])
    return found


def test_one_example_for_each_formula_and_each_block(tmp_path: Path) -> None:
    document = parse(tmp_path, PAGE)
    places = [(example.line, example.column) for example in document.examples()]
    assert places == [(6, 5), (6, 21), (9, 1), (13, 1), (17, 1), (20, 1), (25, 1)]
    found = outcomes(document)
    assert found[1].startswith("6:30: differs: ")
    assert found[:1] + found[2:] == [
        "passed", "skipped: a picture", "passed", "passed",
        "21:1: code: ZeroDivisionError: division by zero", "skipped: slow",
    ]  # fmt: skip


def test_the_stock_document_serves_too(tmp_path: Path) -> None:
    assert outcomes(parse(tmp_path, PAGE, Document)) == outcomes(parse(tmp_path, PAGE))


def test_the_page_is_checked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import derivlib.adapters.sybil as adapter

    calls: list[object] = []
    check_page = adapter.check_page

    def counted(*arguments: object, **options: object) -> object:
        calls.append(arguments)
        return check_page(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(adapter, "check_page", counted)
    document = parse(tmp_path, PAGE)
    assert calls == [], "not while tests are collected"
    outcomes(document)
    assert len(calls) == 1


def test_one_namespace_holds_formula(tmp_path: Path) -> None:
    text = "$x$\n\n```python\ny = formula\n```\n\n```py\nassert callable(y)\n```\n"
    document = parse(tmp_path, text)
    assert outcomes(document)[1:] == ["passed", "passed"]
    assert callable(document.namespace["formula"])


PROBLEMS = [
    ("$$ 1 + 1\n\n$1 + 1 = 2$\n", ["1:1: page: this $$ is never closed", "passed"]),
    ("---\na: [\n---\n$1 + 1 = 2$", ["2:4: page: the front matter", "passed"]),
    ("```math\n1 + 1 = 2\n", ["1:1: page: this fence is never closed", "passed"]),
    ("```python\nx = 1\n", ["1:1: page: this fence is never closed"]),
    ("```text\n$\n", ["1:1: page: this fence is never closed"]),
    ('```python\n--8<-- "no.py"\n```', ["2:1: snippet: no snippet file no.py"]),
    ("", []),
]


@pytest.mark.parametrize(("text", "expected"), PROBLEMS)
def test_mistakes_of_the_page_fail(tmp_path: Path, text: str, expected: list[str]) -> None:
    found = outcomes(parse(tmp_path, text))
    assert len(found) == len(expected)
    assert all(have.startswith(want) for have, want in zip(found, expected, strict=True)), found


def test_files_that_cannot_be_read_fail(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    for data, statement in ((b"\xff\xfe$x$", "not UTF-8"), (b"a\0b", "this is a binary file")):
        path.write_bytes(data)
        document = PageDocument.parse(str(path), formulas(), code())
        assert outcomes(document)[0].startswith(f"1:1: page: {statement}")


def test_regions_never_overlap(tmp_path: Path) -> None:
    import random

    from test_page import ALPHABET

    draw = random.Random(11)
    for _ in range(300):
        text = "".join(draw.choices(ALPHABET, k=30)).replace("\0", "")
        list(parse(tmp_path, text).examples())


def test_sybil_options(tmp_path: Path) -> None:
    sybil = derivlib_sybil("*.markdown", path="pages", patterns=["*.md"], exclude="draft.md")
    assert isinstance(sybil, Sybil)
    here = Path(__file__).parent / "pages"
    assert sybil.path == here.absolute()
    assert sybil.should_parse(here / "a.md") and sybil.should_parse(here / "a.markdown")
    assert not sybil.should_parse(here / "draft.md")
    assert not sybil.should_parse(here.parent / "a.md")


# in another project, for real

CONFTEST = """from derivlib.adapters.sybil import derivlib_sybil

pytest_collect_file = derivlib_sybil(pattern="*.md").pytest()
"""


def pytest_in(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
        cwd=folder, capture_output=True, text=True, encoding="utf-8", timeout=120,
    )  # fmt: skip
    return done.stdout + done.stderr


def test_three_lines_in_another_project(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "page.md").write_text(PAGE)
    out = pytest_in(tmp_path, "-v", "-rs")
    assert re.search(r"docs.page\.md::line:6,column:5 PASSED", out), out
    assert re.search(r"docs.page\.md::line:6,column:21 FAILED", out)
    assert re.search(r"docs.page\.md::line:9,column:1 SKIPPED", out)
    assert "docs/page.md:6:30: differs: " in out
    assert "docs/page.md:21:1: code: ZeroDivisionError: division by zero" in out
    assert "a picture" in out and "slow" in out
    assert "2 failed, 3 passed, 2 skipped" in out


def test_a_right_page_passes_and_a_broken_one_does_not(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST)
    page = tmp_path / "page.md"
    page.write_text("$1 + 1 = 2$")
    assert "1 passed" in pytest_in(tmp_path, "-q")
    page.write_text("$1 + 1 = 3$")
    assert "1 failed" in pytest_in(tmp_path, "-q")

"""Code blocks run in order, under their own file and line, and cannot take the checker down."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

import pytest

from derivlib.code import run_code, skip_code
from derivlib.page import read_page
from derivlib.source import Source
from derivlib.verdict import CodeVerdict


def run(text: str, path: str = "page.md", **options: float) -> list[CodeVerdict]:
    return list(run_code(read_page(Source(path, text)), {}, **options))


def python(*blocks: str) -> str:
    return "\n".join(f"```python\n{block}\n```\n" for block in blocks)


def failure(text: str, path: str = "page.md", **options: float) -> tuple[str, str, str]:
    """(statement, marked text, facts) of the last block, which must have failed."""
    verdict = run(text, path, **options)[-1]
    assert verdict.status == "failed"
    diagnostic = verdict.diagnostic
    assert diagnostic is not None and diagnostic.kind in ("code", "snippet", "page")
    assert diagnostic.span is not None
    return diagnostic.statement, text[slice(*diagnostic.span)], "\n".join(diagnostic.facts)


def test_one_namespace_for_a_page() -> None:
    assert [v.status for v in run(python("x = 1", "assert x == 1", "x"))] == ["holds"] * 3
    assert failure(python("assert x == 1"))[0] == "NameError: name 'x' is not defined"


def test_the_namespace_given_is_used_and_kept() -> None:
    namespace = {"formula": lambda label: label}
    page = read_page(Source("page.md", python("y = formula('a')")))
    assert [v.status for v in run_code(page, namespace)] == ["holds"]
    assert namespace["y"] == "a"  # type: ignore[comparison-overlap]


def test_after_a_failure_the_rest_still_runs() -> None:
    verdicts = run(python("x = 1\n1 / 0", "assert x == 1", "assert x == 2"))
    assert [v.status for v in verdicts] == ["failed", "holds", "failed"]


def test_place_of_an_exception() -> None:
    assert failure("# a\n\n- b\n\n    ```python\n    x = (1 +\n      1 / 0)\n    ```\n") == (
        "ZeroDivisionError: division by zero", "1 / 0", "",
    )  # fmt: skip
    assert failure("> ```py\n> é = 1; 1 / 0\n> ```")[1] == "1 / 0"
    _, marked, facts = failure(python("def f():\n    1 / 0", "f()"))
    assert (marked, facts) == ("f()", "raised in f (page.md:3)")
    assert failure("```python\r\nx = 1\r\n1 / 0\r\n```\r\n")[1] == "1 / 0"


def test_place_of_a_syntax_error() -> None:
    assert failure("text\n\n" + python("x = 1", "y = = 2"))[:2] == (
        "SyntaxError: invalid syntax",
        "=",
    )
    statement, _, _ = failure("text\n\n" + python("if x:\nprint()"))
    assert statement.endswith("after 'if' statement on line 4")
    assert failure(python("return 1"))[0] == "SyntaxError: 'return' outside function"
    assert failure(python("x = '\0'"))[0].startswith("SyntaxError")


def test_no_setting_of_the_checker_leaks_into_the_code() -> None:
    """derivlib's own `from __future__ import annotations` must not apply."""
    block = "def f(x: int): ...\nassert f.__annotations__ == {'x': int}"
    assert [v.status for v in run(python(block, "assert __name__ != '__main__'"))] == ["holds"] * 2


DOCTESTS = [
    (">>> 1 + 1\n2", True),
    (">>> 1 + 1\n3", False),
    (">>> x = 1\n>>> x\n1", True),
    (">>> [1, 2,   3]\n[1,\n 2, 3]", True),
    (">>> list(range(100))\n[0, 1, ..., 99]", True),
    (">>> list(range(100))\n[0, 1, ..., 98]", False),
    (">>> 1 / 0\nTraceback (most recent call last):\n  ...\nZeroDivisionError: ...", True),
    (">>> 1 / 0\nTraceback (most recent call last):\n    ...\nValueError: division by zero", False),
    (">>> 1\nTraceback (most recent call last):\n    ...\nValueError: division by zero", False),
    (">>> 1 / 0", False),
    (">>> 1", False),
    (">>> 1\n2\n>>> 3\n4", False),
    (">>> print('a')\na", True),
    (">>> for i in range(2):\n...     print(i)\n0\n1", True),
    (">>> _ = 3\n>>> None", True),
    (">>> 7\n7\n>>> _\n7", True),
    (">>> 1 # doctest: +SKIP\n2", False),
    (">>> int('x') # doctest: +IGNORE_EXCEPTION_DETAIL\n"
     "Traceback (most recent call last):\nValueError: other", True),
    (">>> print('a  b')  # doctest: -NORMALIZE_WHITESPACE\na b", False),
    (">>> import sys; print('x', file=sys.stderr)\nx", True),
]  # fmt: skip


@pytest.mark.parametrize(("text", "holds"), DOCTESTS)
@pytest.mark.parametrize("form", ["{}\n", "```pycon\n{}\n```\n", "```python\n{}\n```\n"])
def test_doctests(text: str, holds: bool, form: str) -> None:
    assert [v.status for v in run(form.format(text))] == ["holds" if holds else "failed"]


def test_place_of_a_failing_example() -> None:
    statement, marked, facts = failure("a\n\n>>> x = 1\n>>> x\n2\n")
    assert (statement, marked) == ("the example printed something else", "x")
    assert facts == "expected  2\nprinted   1" or facts == "expected  2\nprinted  1"
    assert failure(">>> 'é' + 1 / 0\n")[:2] == ("ZeroDivisionError: division by zero", "1 / 0")
    assert failure(">>> x = = 1\n")[1] == "="
    assert failure(">>> 1\n2\n>>> 3\n4\n")[2].endswith("1 more of this block's examples fail")
    assert failure(">>> 1\n2\n>>>x\n")[:2] == (
        "not a doctest: this line lacks blank after >>>", ">>>x"
    )  # fmt: skip


def test_doctest_does_not_touch_the_builtins() -> None:
    import builtins

    run(">>> 5\n5\n")
    assert not hasattr(builtins, "_")


ESCAPES = [
    ("import sys; sys.exit(3)", "the code tried to leave the program: SystemExit(3)"),
    ("exit()", "the code tried to leave the program: SystemExit(None)"),
    ("raise KeyboardInterrupt", "KeyboardInterrupt"),
    ("raise BaseException('a\\nb')", "b"),
    ("input()", "EOFError: EOF when reading a line"),
    ("def f(): f()\nf()", "RecursionError: maximum recursion depth exceeded"),
    (
        "class E(Exception):\n    def __str__(self): 1/0\nraise E",
        "__page__.E: <exception str() failed>",
    ),
    ("print('x' * 10**6)", "the code printed more than 100000 bytes"),
    ("import sys\nwhile True: sys.stdout.buffer.write(b'x')", "the code printed more than 100000"),
]


@pytest.mark.parametrize(("block", "statement"), ESCAPES)
def test_what_the_code_raises_ends_with_it(block: str, statement: str) -> None:
    assert failure(python(block))[0].startswith(statement)
    assert [v.status for v in run(python(block, "pass"))] == ["failed", "holds"]


def test_endless_output_stops_soon() -> None:
    start = time.perf_counter()
    statement, marked, facts = failure(python("while True:\n    print('spam')"))
    assert (statement, marked) == ("the code printed more than 100000 bytes", "print('spam')")
    assert "spam" in facts
    assert time.perf_counter() - start < 2


@pytest.mark.parametrize(
    "block", ["while True: pass", "import time; time.sleep(60)",
              "while True:\n    try:\n        while True: pass\n    except Exception: pass"]
)  # fmt: skip
def test_endless_code_stops(block: str) -> None:
    start = time.perf_counter()
    verdicts = run(python(block, "pass"), limit=0.2)
    assert [v.status for v in verdicts] == ["failed", "holds"]
    assert verdicts[0].diagnostic is not None
    assert verdicts[0].diagnostic.statement == "the code did not end within 0.2 seconds"
    assert time.perf_counter() - start < 3


def test_endless_code_stops_away_from_the_main_thread() -> None:
    found: list[str] = []
    thread = threading.Thread(
        target=lambda: found.extend(v.status for v in run(python("while True: 1"), limit=0.2))
    )
    thread.start()
    thread.join(5)
    assert found == ["failed"]


def test_streams_and_folder_are_given_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (sys.stdin, sys.stdout, sys.stderr, Path.cwd())
    run(python(f"import os; os.chdir({str(tmp_path)!r}); print('hidden')", "1 / 0"))
    assert (sys.stdin, sys.stdout, sys.stderr, Path.cwd()) == before
    assert capsys.readouterr().out == ""


def test_what_was_printed_before_a_failure_is_told() -> None:
    assert failure(python("print('a')\n1 / 0"))[2] == "printed before  a"
    assert "code failed earlier on this page (line 1)" in failure(python("a", "a"))[2]


def test_skipped_blocks_do_not_run() -> None:
    text = '<!--- skip: next "slow" -->\n' + python("1 / 0", "pass")
    verdicts = run(text)
    assert [(v.status, v.reason) for v in verdicts] == [("skipped", "slow"), ("holds", None)]


def test_no_code_runs_nothing(tmp_path: Path) -> None:
    made = tmp_path / "made"
    text = python(f"open({str(made)!r}, 'w')") + '```python\n--8<-- "missing.py"\n```\n'
    verdicts = skip_code(read_page(Source("page.md", text)), "--no-code")
    assert [(v.status, v.reason) for v in verdicts] == [("skipped", "--no-code"), ("failed", None)]
    assert not made.exists()


# snippets


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mkdocs.yml").write_text("site_name: a\n")
    (tmp_path / "docs").mkdir()
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "a.py").write_text(
        "import math\n\n# --8<-- [start:minus]\ndef minus(x):\n"
        "    # --8<-- [start:inner]\n    return -x\n    # --8<-- [end:inner]\n"
        "# --8<-- [end:minus]\n\n"
        "def broken(x):\n    return x / 0\n"
    )
    return tmp_path


SNIPPETS = [
    ('--8<-- "package/a.py:minus"\nassert minus(2) == -2', True),
    ("--8<-- 'package/a.py'\nassert minus(2) == -2 and math", True),
    ('-8<- "package/a.py:4:6"\nassert minus(2) == -2', True),
    ('--8<-- "package/a.py:4:4,6:6"\nassert minus(2) == -2', True),
    ('--8<-- "package/a.py:-2"\nbroken', True),
    ('--8<--\npackage/a.py:minus\n; package/no.py\n\n--8<--\nassert minus(2) == -2', True),
    ('if True:\n    --8<-- "package/a.py:minus"\n    assert minus(2) == -2', True),
    ('x = """\n;--8<-- "package/a.py"\n"""\nassert "8<--" in x', True),
    ('--8<-- "package/a.py:minus"\nassert minus(2) == 2', False),
    ('--8<-- "package/a.py:minus"\nmath', False),
]  # fmt: skip


@pytest.mark.parametrize(("block", "holds"), SNIPPETS)
def test_snippets(block: str, holds: bool, project: Path) -> None:
    verdicts = run(python(block), "docs/page.md")
    assert [v.status for v in verdicts] == ["holds" if holds else "failed"], verdicts


MISSING = [
    ('--8<-- "package/no.py"', "no snippet file package/no.py"),
    ('--8<-- "package/a.py:nothing"', "no section nothing in package/a.py"),
    ('--8<-- "package"', "no snippet file package"),
    ('--8<-- "../outside.py"', "snippet ../outside.py lies outside the project"),
    ('--8<-- "https://example.org/a.py"', "a snippet from the network is not read"),
    ('--8<-- "package/a.py:99"', "package/a.py:99: the file has 11 lines"),
    ('--8<-- ":a"', "this snippet is not understood"),
    ("--8<--\npackage/no.py\n--8<--", "no snippet file package/no.py"),
]


@pytest.mark.parametrize(("block", "statement"), MISSING)
def test_missing_snippets(block: str, statement: str, project: Path) -> None:
    found, marked, _ = failure(python(block), "docs/page.md")
    assert found.startswith(statement)
    assert marked in block and marked.strip('->8< "') != ""
    text = block.join(["```text\n", "\n```\n"])
    page = read_page(Source("docs/page.md", text))
    assert page.problems, "also where no Python is"


def test_sections_that_are_there_are_named(project: Path) -> None:
    facts = failure(python('--8<-- "package/a.py:nothing"'), "docs/page.md")[2]
    assert facts == "its sections: minus, inner"


def test_an_included_failure_is_told_in_its_own_file(project: Path) -> None:
    text = "text\n\n" + python('--8<-- "package/a.py"\nbroken(1)')
    diagnostic = run(text, "docs/page.md")[0].diagnostic
    assert diagnostic is not None
    assert diagnostic.snippet == ("package/a.py", 11, "    return x / 0", 11, 16)
    assert diagnostic.facts[0] == "called from docs/page.md:5"
    (project / "package" / "b.py").write_text(
        "x = 1\n\n# --8<-- [start:s]\ny = x / 0\n# --8<-- [end:s]\n"
    )
    diagnostic = run(python("x = 1", '--8<-- "package/b.py:s"'), "docs/page.md")[1].diagnostic
    assert diagnostic is not None
    assert diagnostic.snippet == ("package/b.py", 4, "y = x / 0", 4, 9)
    assert diagnostic.facts == ("included by the block at line 5 of docs/page.md",)


def test_snippets_that_include_each_other(project: Path) -> None:
    (project / "loop.py").write_text('--8<-- "loop.py"\n')
    assert failure(python('--8<-- "loop.py"'), "docs/page.md")[0].startswith(
        "snippets that include"
    )


def test_text_from_a_snippet_must_not_bring_mathematics(project: Path) -> None:
    (project / "words.md").write_text("only words, `$x$`\n")
    (project / "formulas.md").write_text("a $x$\n\n$$ y $$\n")
    page = read_page(Source("docs/page.md", '--8<-- "words.md"\n'))
    assert page.problems == ()
    page = read_page(Source("docs/page.md", 'a\n\n--8<-- "formulas.md"\n'))
    assert [p.statement for p in page.problems] == [
        "this snippet brings mathematics unchecked: 2 formulas are in formulas.md"
    ]

"""Bad input gives one clear message with its position and exit 1, soon, and writes nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from derivlib.cli import main
from derivlib.page import read_page
from derivlib.source import Source


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def check(data: bytes | str, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, str]:
    """(exit code, report) of a page; nothing else may be written, and it must not take long."""
    Path("page.md").write_bytes(data.encode() if isinstance(data, str) else data)
    before = sorted(Path().rglob("*"))
    start = time.perf_counter()
    code = main(["check", *options, "page.md"])
    assert time.perf_counter() - start < 5
    assert sorted(Path().rglob("*")) == before
    captured = capsys.readouterr()
    assert captured.err == ""
    return code, captured.out


BAD = [
    ("$$ 1 + 1 = 2\n\nmore", "page.md:1:1: page: this $$ is never closed"),
    ("a\n\n- b \\[ 1 = 1\n", "page.md:3:5: page: this \\[ is never closed"),
    ("\\begin{align}\n1 = 1\n", "page.md:1:1: page: this \\begin{align} is never closed"),
    ("a $\\alpha b\n", "page.md:1:3: page: this $ is never closed"),
    ("---\ntitle: [a\n---\ntext", "page.md:2:9: page: the front matter is not YAML"),
    ("---\r\n\ttitle: a\r\n---\r\n", "page.md:2:2: page: the front matter is not YAML"),
    ("\xff".encode("latin-1"), "page.md:1:1: page: not UTF-8: byte 0xff at byte 0"),
    ("$x$".encode("utf-16"), "page.md:1:1: page: "),
    (b"\x89PNG\r\n\x1a\n\0\0", "page.md:1:1: page: this is a binary file, not a Markdown page"),
    ('```python\n--8<-- "no.py"\n```', "page.md:2:1: snippet: no snippet file no.py"),
    ('```python\n--8<-- "page.md:no"\n```', "page.md:2:1: snippet: no section no in page.md"),
    ("```python\nraise ValueError('a')\n```", "page.md:2:1: code: ValueError: a"),
    ("```python\nwhile 1: print(1)\n```", "page.md:2:10: code: the code printed more than"),
    ("```python\nx = 1\n", "page.md:1:1: page: this fence is never closed"),
    ("<!--- derivlib: wong -->", "page.md:1:1: page: unknown directive 'wong'"),
    ("<!--- derivlib: skip -->\n$1 = 1$", "page.md:1:1: page: skip needs a reason"),
    ("\r\n\t$1 = 2$ code\r\n\r\n\r\ntab\t$$ 1\r\n", "page.md:5:5: page: this $$ is never closed"),
]  # fmt: skip

# What the mathematics is asked to survive.
HARD = [
    "$\\frac{1}{2$",
    "$\\frobnicate$",
    "$nowhere = 1$",
    "Let $x \\in \\mathbb{R}^{2}$ and let $x \\in \\mathbb{R}^{3}$.",
    "$X \\in \\mathbb{R}^{0 \\times n}$",
    "Let $x < 0$. $\\log x + 1 = 1 + \\log x$",
    "Let $A \\in \\mathbb{R}^{n \\times n}$. $A^{10^9} = A$",
    "$" + "{" * 10_000 + "1" + "}" * 10_000 + " = 2$",
    "$" + "(" * 10_000 + "1" + ")" * 10_000 + " = 2$",
    "$1 = " + " + ".join(["1"] * 250_000) + "$",
    "$" + "x" * 1_000_000 + " = 1$",
    "$$\\def\\a{\\a}\\a = 1$$",
    "$$\\def\\a{\\b\\b}\\def\\b{\\a\\a}\\a = 1$$",
    "$" + "\\frac" * 50_000 + "$",
    "$" + "x_{" * 5_000 + "}" * 5_000 + "$",
    "$" + "-" * 100_000 + "1 = 2$",
]


@pytest.mark.parametrize(("data", "message"), BAD)
def test_one_clear_message(
    data: bytes | str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out = check(data, capsys)
    assert code == 1
    assert out.startswith(message), out
    assert out.count("more: derivlib explain") == 1
    code, out = check(data, capsys, "--format", "json")
    assert code == 1
    assert json.loads(out)["version"] == 1


@pytest.mark.parametrize("text", HARD, ids=lambda text: text[:24])
def test_hard_mathematics(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out = check(text, capsys)
    assert code == 1
    assert out.startswith("page.md:1:")
    assert max(map(len, out.split("\n"))) < 2000


SQUARE = "Let $A \\in \\mathbb{R}^{n \\times n}$. "
VECTOR = "Let $x \\in \\mathbb{R}^n$. "
NESTED = "page.md:1:2: unreadable: "
# Mathematics that cannot be, with the one message it gets.
IMPOSSIBLE = [
    (SQUARE + "$A^{10^9} = A$", "page.md:1:50: differs: A^{10^9} is not A"),
    (SQUARE + "$A^{-10^9} = A$", "page.md:1:51: differs: A^{-10^9} is not A"),
    ("$10^{10^{10}} = 1$", "page.md:1:17: undefined: no finite value at the points tried"),
    ("$" + "9" * 5000 + " = 1$", NESTED + "a number of 5000 digits is not read"),
    ("$$\\def\\a#1{\\a{#1#1}}\\a{x} = 1$$", "page.md:1:21: unreadable: the macro \\a does not"),
    ("$" + "{" * 10_000 + "1" + "}" * 10_000 + " = 2$", NESTED),
    ("$" + "{" * 100 + "1" + "}" * 100 + " = 2$", "page.md:1:62: unreadable: braces are nested"),
    ("$" + "x" * 1_000_000 + " = 1$", NESTED + "a formula of 1,000,004 characters is too long"),
    ("$" + "\\sin " * 500 + "1 = 2$", NESTED + "the formula is nested too deeply"),
    ("$$\\def\\a{\\a}\\a = 1$$", "page.md:1:13: unreadable: the macro \\a does not come to an end"),
    ("$\\frobnicate = 1$", "page.md:1:2: unreadable: the command \\frobnicate is not read"),
    ("$10! = 1$", "page.md:1:4: unreadable: the character '!' is not read"),
    (VECTOR + "$x + y = x$", "page.md:1:32: unknown-name: y is not bound here"),
    ("Let $X \\in \\mathbb{R}^{0 \\times n}$.", "page.md:1:24: unreadable: a dimension of 0 is"),
    ("Let $X \\in \\mathbb{R}^{-1 \\times n}$.", "page.md:1:24: unreadable: a dimension of -1"),
    ("Let $X \\in \\mathbb{R}^{1000 \\times n}$.", "page.md:1:24: unreadable: a dimension of 1000"),
    ("Let $X \\in \\mathbb{R}^{2.5 \\times n}$.", "page.md:1:24: unreadable: 2.5 is no dimension"),
    (
        "Let $X \\in \\mathbb{R}^{n - 9}$. $X = 2X$",
        "page.md:1:34: unreadable: X has -6 × 1 entries",
    ),
    (
        "Let $X \\in \\mathbb{R}^{a \\times b \\times c}$.",
        "page.md:1:24: unreadable: arrays with more",
    ),
    (VECTOR + "Let $x \\in \\mathbb{R}^m$.", "page.md:1:32: unreadable: x is bound twice"),
    ("Let $x < 0$. $\\log x + 1 = 2$", "page.md:1:28: undefined: no finite value"),
    (VECTOR + "$\\log(-x^\\top x) = 1$", "page.md:1:46: undefined: no finite value"),
    ("$\\frac{0}{0} = \\frac{0}{0}$", "page.md:1:16: undefined: no finite value"),
    (
        VECTOR + "$\\sum_{i=1}^{10^9} x_1 = x_2$",
        "page.md:1:28: unreadable: this sum has too many terms",
    ),
    ("Let $f(x) = f(x - 1)$.", "page.md:1:13: unknown-name: f is not bound here"),
]
# What asks for more than there is: refused before it is begun.
MUCH = [
    "$\\sum_{i=1}^{1000} \\sum_{j=1}^{1000} \\sum_{k=1}^{1000} i j k = 1$",
    "Let $A \\in \\mathbb{R}^{50 \\times 50}$. $A \\otimes A \\otimes A \\otimes A = 1$",
    "Let $A \\in \\mathbb{R}^{60 \\times 60}$. $\\frac{\\partial A A}{\\partial A} = 0$",
    "Let $x \\in \\mathbb{R}$. $" + "d" * 40 + "x = 2$",
    # claims, not names: a power and an entry
    SQUARE + "$A^{1000000000} = A$",
    VECTOR + "$x_{10^9} = 1$",
]


@pytest.mark.parametrize(("text", "message"), IMPOSSIBLE)
def test_impossible_mathematics(
    text: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    start = time.perf_counter()
    code, out = check(text, capsys, "--no-code")
    assert time.perf_counter() - start < 1
    assert code == 1
    assert out.startswith(message), out[:300]
    assert out.count("more: derivlib explain") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="memory is bounded by resource.setrlimit")
@pytest.mark.parametrize("text", MUCH, ids=lambda text: text[:32])
def test_too_much_mathematics(text: str, tmp_path: Path) -> None:
    """In a process of its own, with a bound on time and memory."""
    Path("page.md").write_text(text)
    limited = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30));"
        "from derivlib.cli import main; sys.exit(main(['check', '--no-code', 'page.md']))"
    )
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", limited], capture_output=True, text=True, timeout=4,
        encoding="utf-8",
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    assert time.perf_counter() - start < 2.5  # of which the start of Python is one
    assert done.returncode == 1, done.stderr[-500:]
    assert done.stdout.startswith("page.md:1:")


GOOD = [
    "",
    "\n\n\n",
    "\ufeff# A page with a mark at its head\n",
    "So $1 + 1 = 2$.\r\n\r\n$$\r\n1 + 1 = 2\r\n$$\r\n",
    "\t$1 + 1 = 3$ is indented code\n\n-\t$1 + 1 = 2$\n",
    "It costs $5 and $6.\n",
    "---\n---\n",
]


@pytest.mark.parametrize("text", GOOD)
def test_odd_but_right(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out = check(text, capsys)
    assert code == 0, out
    assert out.endswith(": nothing wrong\n")


def test_a_missing_path_could_not_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "nowhere.md"]) == 2
    assert capsys.readouterr().err == "derivlib: no such file or folder: nowhere.md\n"


def test_a_bad_file_does_not_hide_the_others(capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.md").write_bytes(b"\xff")
    Path("b.md").write_text("$1 + 1 = 3$")
    assert main(["check", "."]) == 1
    out = capsys.readouterr().out
    assert "a.md:1:1: page: not UTF-8" in out
    assert "b.md:1:10: differs: " in out


def test_a_folder_named_like_a_page_is_searched(capsys: pytest.CaptureFixture[str]) -> None:
    Path("folder.md").mkdir()
    Path("folder.md/a.md").write_text("$1 + 1 = 2$")
    assert main(["check", "folder.md"]) == 0
    assert capsys.readouterr().out.startswith("1 page: 1 formula")


def test_a_mistake_of_our_own_is_told_of_the_formula_and_the_rest_is_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One formula that the checker stumbles over does not take the page with it."""
    from derivlib import check as checking

    judged = checking.PageCheck.judged

    def stumbles(self: object, p: object, orders: object) -> object:
        if "y" in p.formula.tex:  # type: ignore[attr-defined]
            raise KeyError("m")
        return judged(self, p, orders)  # type: ignore[arg-type]

    monkeypatch.setattr(checking.PageCheck, "judged", stumbles)
    page = read_page(Source("page.md", "Let $x \\in \\mathbb{R}$. $$ y = x $$ $$ x + x = 2x $$"))
    first, second, third = checking.check_page(page, forgiving=True).verdicts
    assert (first.status, second.status, third.status) == ("holds", "unreadable", "holds")
    assert second.diagnostic and "KeyError: 'm'" in second.diagnostic.facts
    with pytest.raises(KeyError):
        checking.check_page(page)

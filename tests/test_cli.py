"""`derivlib check` and `derivlib explain`: arguments, files, exit codes, streams."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from derivlib.cli import COMMANDS, main

RIGHT = "# A\n\nSo $1 + 1 = 2$.\n\n```python\nx = 1\n```\n"
WRONG = "# A\n\nSo $1 + 1 = 3$.\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(path: str, text: str = RIGHT) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text, encoding="utf-8", newline="")


def check(*arguments: str) -> int:
    return main(["check", *arguments])


def test_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    write("right.md")
    write("wrong.md", WRONG)
    assert check("right.md") == 0
    assert capsys.readouterr().out.endswith(": nothing wrong\n")
    assert check("wrong.md") == 1
    assert capsys.readouterr().out.startswith("wrong.md:3:13: differs: ")
    assert check("right.md", "wrong.md") == 1
    assert capsys.readouterr().out.count("2 pages: ") == 1


def test_code_that_fails_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    write("a.md", "```python\n1 / 0\n```\n")
    assert check("a.md") == 1
    out = capsys.readouterr().out
    assert out.startswith("a.md:2:1: code: ZeroDivisionError: division by zero\n 2 | 1 / 0\n")


def test_no_code_runs_no_code(capsys: pytest.CaptureFixture[str]) -> None:
    write("a.md", "```python\nopen('made', 'w')\n```\n\n>>> open('made', 'w')\n")
    assert check("--no-code", "a.md") == 0
    assert not Path("made").exists()
    assert capsys.readouterr().out.count("skipped: --no-code") == 2
    check("a.md")
    assert Path("made").exists()


IMPOSSIBLE = [
    ["check", "no.md"],
    ["check"],
    ["check", "--format", "xml", "a.md"],
    ["check", "--seed", "x", "a.md"],
    ["check", "empty"],
    ["explain", "nothing"],
    ["frobnicate"],
    [],
]


@pytest.mark.parametrize("arguments", IMPOSSIBLE, ids=" ".join)
def test_what_cannot_run(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    write("a.md")
    Path("empty").mkdir()
    try:
        code = main(arguments)
    except SystemExit as error:  # argparse leaves so
        assert isinstance(error.code, int)
        code = error.code
    assert code == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err


def test_a_bug_is_no_verdict(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import derivlib.run

    def broken(*_: object, **__: object) -> None:
        raise AssertionError("inside")

    monkeypatch.setattr(derivlib.run, "check_page", broken)
    write("a.md")
    assert check("a.md") == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "AssertionError: inside" in captured.err
    assert captured.err.endswith("derivlib: a bug of derivlib's own, met in a.md\n")


def test_folders_are_searched(capsys: pytest.CaptureFixture[str]) -> None:
    for path in ("docs/b.md", "docs/a/z.md", "docs/a.md", "docs/.hidden/h.md", "docs/site/s.md",
                 "docs/.hidden.md", "docs/a.txt", "docs/site.md"):  # fmt: skip
        write(path)
    assert check("--format", "json", "docs") == 0
    files = json.loads(capsys.readouterr().out)["files"]
    assert [file["path"] for file in files] == [
        "docs/a/z.md", "docs/a.md", "docs/b.md", "docs/site.md",
    ]  # fmt: skip
    assert check("--format", "json", "docs/b.md", "docs", "docs/a.txt") == 0
    files = json.loads(capsys.readouterr().out)["files"]
    assert [file["path"] for file in files] == [
        "docs/b.md", "docs/a/z.md", "docs/a.md", "docs/site.md", "docs/a.txt",
    ]  # fmt: skip


def test_formats(capsys: pytest.CaptureFixture[str]) -> None:
    write("wrong.md", WRONG)
    assert check("--format", "json", "wrong.md") == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["version"], found["summary"]["wrong"]) == (1, 1)
    assert found["files"][0]["formulas"][0]["status"] == "differs"
    assert check("--format=github", "wrong.md") == 1
    assert capsys.readouterr().out.startswith("::error file=wrong.md,line=3,col=13,endLine=3,")


def test_the_same_seed_gives_the_same_report(capsys: pytest.CaptureFixture[str]) -> None:
    write("wrong.md", WRONG)
    reports = []
    for seed in ("3", "3"):
        check("--seed", seed, "--format", "json", "wrong.md")
        reports.append(capsys.readouterr().out)
    assert reports[0] == reports[1]


def test_explain(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "differs"]) == 0
    assert capsys.readouterr().out.startswith("differs: ")
    assert main(["explain"]) == 0
    listed = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert "ill-shaped" in listed and "code" in listed


def test_the_command_table() -> None:
    names = [command.name for command in COMMANDS]
    assert names[:2] == ["check", "explain"]
    assert len(set(names)) == len(names)


# as a program


def program(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "derivlib", *arguments],
        capture_output=True, text=True, encoding="utf-8", timeout=60,
        env={**os.environ, **environment},
    )  # fmt: skip


def test_as_a_program() -> None:
    write("wrong.md", WRONG)
    done = program("check", "wrong.md")
    assert done.returncode == 1
    assert done.stdout.startswith("wrong.md:3:13: differs: ")
    assert done.stderr == ""
    assert "\033[" not in done.stdout


def test_help_and_version_import_no_numpy() -> None:
    for arguments in (["--help"], ["--version"], ["explain", "differs"], ["check", "--help"]):
        code = (
            "import sys, derivlib.cli\n"
            f"try: derivlib.cli.main({arguments!r})\n"
            "except SystemExit: pass\n"
            "assert 'numpy' not in sys.modules"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert done.stdout


def test_output_that_a_terminal_cannot_show() -> None:
    write("a.md", "$x \\in \\mathbb{漢}^{𝒳}$ — \\frobnicate $\\frobnicate é$\n")
    done = program("check", "a.md", PYTHONIOENCODING="ascii")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


def test_a_reader_that_stops_early() -> None:
    for number in range(50):
        write(f"docs/{number}.md", WRONG * 20)
    done = subprocess.run(
        f'"{sys.executable}" -m derivlib check --no-code docs | head -n 1',
        shell=True, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert "Traceback" not in done.stderr

"""A file to everything that was found in it: page, mathematics, code, in that order."""

from __future__ import annotations

from pathlib import Path

from derivlib.check import check_page
from derivlib.code import run_code, skip_code
from derivlib.errors import DerivlibError, Diagnostic
from derivlib.page import read_page
from derivlib.source import Source, read_source
from derivlib.verdict import FileReport


def check_file(
    path: Path | str, *, seed: int = 0, code: bool = True, rules: bool = False
) -> FileReport:
    """Everything found in one file; without `code`, no Python of the page is run.

    With `rules`, each step that holds says which rules of the table lead there.
    """
    shown = Path(path).as_posix()
    if shown.endswith(".ipynb"):
        notebook = Diagnostic(
            "page", "a notebook is not Markdown", None,
            ("the MkDocs plugin checks the mathematics of notebooks when the site is built",),
        )  # fmt: skip
        return FileReport(Source(shown, ""), problems=(notebook,))
    try:
        source = read_source(path, shown)
    except DerivlibError as error:
        return FileReport(Source(shown, ""), problems=(error.diagnostic,))
    return check_source(source, seed=seed, code=code, rules=rules)


def check_source(
    source: Source, *, seed: int = 0, code: bool = True, rules: bool = False
) -> FileReport:
    """The same for a text that has been read."""
    page = read_page(source)
    checked = check_page(page, seed=seed, forgiving=True)
    if code:
        results = run_code(page, {"formula": checked.formula})
    else:
        results = skip_code(page, "--no-code: no Python of the page is run")
    verdicts = tuple(checked.verdicts)
    if rules:
        from derivlib.derive import with_rules

        verdicts = with_rules(checked)
    return FileReport(source, verdicts, results, page.problems)

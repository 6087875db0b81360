"""A page as a library: its definitions and labelled formulas as NumPy functions.

notes = derivlib.load("docs/derivations/recurrent-network.md")
notes["by-U"](X=X, ...)     # a labelled formula
notes["A"](X=X, U=U, ...)   # a quantity that the page defines
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from derivlib.check import PageCheck, check_page
from derivlib.errors import DerivlibError, user_error
from derivlib.expr import Call, Var
from derivlib.page import read_page
from derivlib.shown.labelled import as_function, plain_name
from derivlib.source import read_source


class Notes(Mapping[str, Callable[..., Any]]):
    """Names of a page to functions of keyword arrays; no Python of the page is run."""

    def __init__(self, page: PageCheck) -> None:
        self._page = page
        self._defined: dict[str, Callable[..., Any]] = {}
        for binding, parsed in page.definitions:
            if binding.indices or parsed.verdict is None or not parsed.verdict.ok:
                continue
            params = tuple(Var(binding.span, p.shape, p) for p in binding.params)
            e = (
                Call(binding.span, binding.shape, binding, params)
                if binding.kind == "function"
                else Var(binding.span, binding.shape, binding)
            )
            name = plain_name(binding.tex)
            self._defined[name] = as_function(e, [], page.scope, name)

    def __getitem__(self, name: str) -> Callable[..., Any]:
        if name in self._page.labels:
            return self._page.formula(name)
        return self._defined[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**self._page.labels, **self._defined})

    def __len__(self) -> int:
        return len({**self._page.labels, **self._defined})


def load(path: Path | str) -> Notes:
    """The definitions and labelled formulas of a page.

    Raises:
        DerivlibError: the page cannot be read, or a formula on it does not hold.
    """
    page = read_page(read_source(path))
    checked = check_page(page)
    for problem in page.problems:
        raise DerivlibError(problem)
    for verdict in checked.verdicts:
        if not verdict.ok:
            line, column = page.source.position(verdict.span.start)
            raise user_error(
                verdict.status,
                f"{page.source.path}:{line}:{column}: {verdict.tex.strip()[:80]}",
                verdict.span,
                f"run: derivlib check {page.source.path}",
            )
    return Notes(checked)

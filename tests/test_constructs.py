"""The language, construct by construct: each example holds, each of its mistakes is told.

What the tables of the reader hold must be shown by the fixtures of `tests/language`: by a
formula that is right, in a case that has a mistake. `python tests/test_constructs.py` writes
the list of them, `tests/language/CONSTRUCTS.md`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from itertools import groupby

import pytest
from test_language import CASES, FOLDER, Case

from derivlib.adapters.mathml import render_math
from derivlib.check import PageCheck
from derivlib.cli import main
from derivlib.constructs import PASSAGES, REFUSALS, TOPICS, Passage, Refusal, unmarked
from derivlib.expr import Expr, Op, children
from derivlib.language import language_text
from derivlib.meaning.refused import REFUSED
from derivlib.message import LISTED, facts_of, mistakes
from derivlib.operators import BY_NAME, OPERATORS
from derivlib.page import read_page
from derivlib.run import check_source
from derivlib.source import Source
from derivlib.spellings import GIVEN, Spelling, spellings
from derivlib.text.directives import DIRECTIVES
from derivlib.trust.mutate import mutate_page
from derivlib.verdict import FileReport
from derivlib.words import FILLS, FUNCTIONS, PROPERTIES, ROWS

LIST = FOLDER / "CONSTRUCTS.md"
CONSTRUCTS = [
    pytest.param(topic.given, row, id=f"{topic.name}: {row.what}")
    for topic in TOPICS
    for row in topic.constructs
]
SPELLINGS = [pytest.param(row, id=f"{row.table}: {row.typed}") for row in spellings()]
REFUSED_GIVEN = "Let $a, b > 0$."


def page(given: str, tex: str) -> str:
    return f"{given}\n\n$$ {tex} $$\n"


def report(text: str) -> FileReport:
    return check_source(Source("page.md", text), code=False)


def told(marked: str) -> str:
    """The one mistake of a page with its place marked: kind and statement."""
    found = report(unmarked(marked))
    assert len(mistakes(found)) == 1
    ((diagnostic, _),) = mistakes(found)
    start, end = marked.index("«"), marked.index("»") - 1
    assert diagnostic.span == (start, end)
    return f"{diagnostic.kind}: {diagnostic.statement}"


# -- the rows of the table -----------------------------------------------------------------


@pytest.mark.parametrize(("given", "row"), CONSTRUCTS)
def test_a_construct_is_read_and_set(given: str, row: object) -> None:
    tex = row.tex  # type: ignore[attr-defined]
    found = report(page(given, tex))
    assert mistakes(found) == []
    assert found.formulas[-1].kind == "claim"
    assert render_math(tex, True)


@pytest.mark.parametrize(("given", "row"), CONSTRUCTS)
def test_a_mistake_in_a_construct_is_told(given: str, row: object) -> None:
    assert told(page(given, row.wrong)) == row.said  # type: ignore[attr-defined]


@pytest.mark.parametrize(("given", "row"), CONSTRUCTS)
def test_a_construct_that_is_broken_is_refused(given: str, row: object) -> None:
    """Every fifth way to break it."""
    source = Source("page.md", page(given, row.tex))  # type: ignore[attr-defined]
    found = mutate_page(read_page(source), every=5)
    assert [m.text for m in found.mutants if m.route == "missed"] == []
    assert not found.mutants or any(m.caught for m in found.mutants)


@pytest.mark.parametrize("row", PASSAGES, ids=lambda row: row.what)
def test_a_passage(row: Passage) -> None:
    found = report(row.text)
    assert mistakes(found) == []
    assert found.formulas[-1].kind == "claim"
    assert told(row.wrong) == row.said


@pytest.mark.parametrize("row", REFUSALS, ids=lambda row: row.tex)
def test_what_is_refused_by_name(row: Refusal) -> None:
    marked = page(REFUSED_GIVEN, row.tex)
    assert told(marked) == row.said
    ((diagnostic, verdict),) = mistakes(report(unmarked(marked)))
    facts = list(facts_of(diagnostic, verdict))
    assert not row.instead or row.instead in facts
    assert LISTED in facts


def test_the_list_is_one_command_away(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "language"]) == 0
    shown = capsys.readouterr().out
    assert shown == language_text()
    assert all(row.what in shown for topic in TOPICS for row in topic.constructs)
    assert all(row.example in shown for row in OPERATORS)


# -- the entries of the tables -------------------------------------------------------------


@pytest.mark.parametrize("row", SPELLINGS)
def test_a_spelling_is_read_and_set(row: Spelling) -> None:
    found = report(page(GIVEN, row.tex))
    assert mistakes(found) == []
    assert render_math(row.tex, True)


@pytest.mark.parametrize("row", SPELLINGS)
def test_a_spelling_is_refused_when_wrong(row: Spelling) -> None:
    assert len(mistakes(report(page(GIVEN, row.wrong)))) == 1


# -- the fixtures that show them -----------------------------------------------------------


def entries() -> Iterator[tuple[str, str]]:
    """(table, entry) for all that must have a fixture."""
    yield from (("operations", row.name) for row in OPERATORS)
    yield from ((row.table, row.typed) for row in spellings())
    yield from (("words: what a symbol is like", row.domain) for row in PROPERTIES)
    yield from (("words: functions by name", name) for _, name, _ in (*FUNCTIONS, *FILLS))
    yield from (("words: ways to say it", row.name) for row in ROWS)
    yield from (("directives", name) for name, _, _ in DIRECTIVES)
    yield from (("refused by name", name) for name in REFUSED)


@cache
def shown() -> dict[tuple[str, str], list[Case]]:
    """The cases that show each entry."""
    found: dict[tuple[str, str], list[Case]] = defaultdict(list)
    for case in CASES:
        for entry in shown_by(case):
            found[entry].append(case)
    return found


class Plain(PageCheck):
    hinting = False  # no corrections are asked for


def shown_by(case: Case) -> set[tuple[str, str]]:
    """What one case shows: what its formulas are made of, and what stands in its text."""
    text = case.source.text
    checked = Plain(read_page(case.source))
    found = {("operations", name) for name in operations(checked)}
    tex = "\n".join(verdict.tex for verdict in checked.verdicts)
    found |= {(row.table, row.typed) for row in spellings() if stands_in(row, tex)}
    plain = re.sub(r"\$[^$]*\$", "@", re.sub(r"\$\$.*?\$\$", "", text, flags=re.DOTALL))
    plain = re.sub(r"<!--.*?-->", "", plain)
    said = {
        *(("words: what a symbol is like", row.domain, row.pattern) for row in PROPERTIES),
        *(("words: functions by name", name, pattern) for pattern, name, _ in FUNCTIONS),
        *(("words: functions by name", name, pattern) for pattern, name, _ in FILLS),
        *(("words: ways to say it", row.name, row.pattern.pattern) for row in ROWS),
    }
    found |= {(t, name) for t, name, pattern in said if re.search(pattern, plain, re.IGNORECASE)}
    found |= {("directives", name) for name, _, _ in DIRECTIVES if f"derivlib: {name}" in text}
    for verdict in checked.verdicts:
        if verdict.diagnostic and " is not read" in verdict.diagnostic.statement:
            words = re.findall(r"[A-Za-z]+", verdict.diagnostic.statement)
            found |= {("refused by name", name) for name in REFUSED if name in words}
    return found


def operations(checked: PageCheck) -> set[str]:
    names: set[str] = set()
    waiting: list[Expr] = [side for chain in checked.read_chains for side in chain.sides]
    while waiting:
        e = waiting.pop()
        if isinstance(e, Op):
            names.add(e.operator.name)
        waiting.extend(children(e))
    return names & set(BY_NAME)


def stands_in(row: Spelling, tex: str) -> bool:
    if row.table == "environments":
        return (row.typed if row.typed[0] == "\\" else f"{{{row.typed}}}") in tex
    if row.table == "transposes":
        return f"^{row.typed}" in tex or len(row.typed) == 3 and f"^{row.typed[1]}" in tex
    end = r"(?![A-Za-z])" if row.typed[-1].isalpha() else ""
    return re.search(re.escape(row.typed) + end, tex) is not None


def test_every_entry_of_the_tables_has_a_fixture() -> None:
    """Each case has a mistake too, by a test of `test_language.py`."""
    assert [entry for entry in entries() if entry not in shown()] == []


def test_an_entry_without_a_fixture_would_be_seen() -> None:
    assert ("operations", "permanent") not in shown()
    assert len(shown()["operations", "transpose"]) > 20


def named(case: Case) -> str:
    return f"{case.path.relative_to(FOLDER).as_posix()}: {case.name}"


def listed() -> str:
    """Every entry, with the shortest case that shows it."""
    lines = ["# What shows each construct", "",
             "Written by `python tests/test_constructs.py`, from the tables.", ""]  # fmt: skip
    for table, rows in groupby(entries(), lambda entry: entry[0]):
        lines += [f"## {table[0].upper()}{table[1:]}", "", "| entry | shown by |", "| --- | --- |"]
        for entry in rows:
            cases = shown().get(entry, [])
            first = min(cases, key=lambda c: (len(c.lines), c.path, c.line), default=None)
            lines.append(f"| {cell(entry)} | {named(first) if first else '**nothing**'} |")
        lines.append("")
    return "\n".join(lines)


def cell(entry: tuple[str, str]) -> str:
    return "`" + entry[1].replace("|", r"\|") + "`"


def test_the_list_names_a_case_for_every_entry() -> None:
    """Cases may come and go, so long as the one that is named shows the entry."""
    written = LIST.read_text(encoding="utf-8")
    sections = {part.split("\n")[0].lower(): part for part in written.split("\n## ")[1:]}
    for entry in entries():
        rows = sections[entry[0].lower()].split("\n")
        names = {named(case) for case in shown()[entry]}
        assert any(f"| {cell(entry)} | {name} |" in rows for name in names), (
            f"{entry}: run python tests/test_constructs.py"
        )


if __name__ == "__main__":
    LIST.write_text(listed(), encoding="utf-8")
    for absent in (entry for entry in entries() if entry not in shown()):
        print("no fixture:", *absent)

"""The list of what is read, as a page that is itself checked and as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from derivlib.constructs import PASSAGES, REFUSALS, TOPICS, Passage, Topic, unmarked
from derivlib.operators import OPERATORS
from derivlib.spellings import GIVEN, spellings
from derivlib.tex.vocabulary import GREEK, WORDS
from derivlib.words import FILLS, FUNCTIONS, PROPERTIES

HEAD = """\
---
description: "Everything that a formula of a checked page may be written with, each way with an \
example, and what is refused by name."
---

# What is read

How mathematics may be written on a page so that it is checked: every way to write it, with an \
example. The examples are formulas of this page; each was read and checked as all others are. \
The operations have [a list of their own](operators.md), and so have the [words that declare](\
words.md). What a letter means where nothing is said stands under [conventions](../conventions.md).

What stands on no list is refused by its name and place, and never passed over. Mark such a \
formula `<!--- derivlib: skip "why" -->`, and the reason is printed.
"""


def language_page() -> str:
    """The reference page."""
    lines = [HEAD]
    for topic, passages in groupby(PASSAGES, lambda row: row.topic):
        lines += [f"## {topic}", ""]
        for passage in passages:
            lines += _passage(passage)
    for row in TOPICS:
        lines += _topic(row)
    lines += ["## Signs, fonts and environments", "", GIVEN, ""]
    for table, entries in groupby(spellings(), lambda row: row.table):
        lines += [f"### {_capital(table)}", "", "| typed | an example |", "| --- | --- |"]
        lines += [f"| {_code(e.typed)} | ${e.tex}$ |" for e in entries]
        lines += [""]
    greek = ", ".join(f"`{name}`" for name in sorted(GREEK, key=lambda n: (n.lower(), n)))
    words = ", ".join(f"`{name}`" for name in sorted(WORDS, key=lambda n: (n.lower(), n)))
    lines += ["### Letters and words", "", f"Letters are Latin, and {greek}.", ""]
    lines += [f"Letters typed in a row are a product, but for these words: {words}.", ""]
    lines += ["## What is refused", "", "| typed | what is said | what to do |", "|---|---|---|"]
    lines += [
        f"| {_code(unmarked(r.tex))} | {_code(r.said)} | {_code(r.instead) if r.instead else ''} |"
        for r in REFUSALS
    ]
    return "\n".join(lines) + "\n"


def _passage(row: Passage) -> list[str]:
    fence = "~~~~" if "```" in row.text else "```"
    title = f"### {_capital(row.what)}"
    return [title, "", f"{fence}markdown", row.text, fence, "", row.text, ""]


def _topic(row: Topic) -> list[str]:
    rows = [f"| {_code(c.tex)} | ${c.tex}$ | {c.what} |" for c in row.constructs]
    return [
        f"## {row.name}", "", *([row.intro, ""] if row.intro else []), row.given, "",
        "| typed | set | what it is |", "| --- | --- | --- |", *rows, "",
    ]  # fmt: skip


def _code(tex: str) -> str:
    return "`" + tex.replace("|", r"\|") + "`"


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def language_text() -> str:
    """The same list for a terminal, without what a page shows by setting it."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "What is read, with an example of each."
    for topic, passages in groupby(PASSAGES, lambda row: row.topic):
        yield f"\n{topic}"
        for passage in passages:
            yield f"  {passage.what}"
            yield from (f"      {line}".rstrip() for line in passage.text.split("\n"))
    for row in TOPICS:
        yield f"\n{row.name}"
        yield from (f"  {c.tex}\n      {c.what}" for c in row.constructs)
    yield "\nOperations"
    yield from (f"  {row.example}\n      {row.meaning}" for row in OPERATORS)
    yield "\nWords"
    words = [row.example for row in PROPERTIES]
    yield from (f"  {text}" for text in (*words, *(r[2] for r in (*FUNCTIONS, *FILLS))))
    for table, entries in groupby(spellings(), lambda row: row.table):
        yield f"\n{_capital(table)}"
        yield from _wrapped(e.typed for e in entries)
    yield "\nRefused by name"
    for refusal in REFUSALS:
        yield f"  {unmarked(refusal.tex)}\n      {refusal.said}"


def _wrapped(words: Iterable[str]) -> Iterator[str]:
    line = " "
    for word in words:
        if len(line) + len(word) > 90:
            yield line
            line = " "
        line += f" {word}"
    yield line

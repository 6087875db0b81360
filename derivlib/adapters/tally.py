"""How many formulas a page or a site holds, in words and as a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from html import escape

from derivlib.verdict import KINDS, FileReport

_PLURALS = {
    "declaration": "declarations",
    "definition": "definitions",
    "claim": "claims",
    "mention": "mentions",
    "skipped": "skipped",
}


def count_formulas(reports: Iterable[FileReport]) -> Counter[str]:
    """Formulas by kind, and `formulas`, `steps`, `code`, `caught` and `wrong` in all."""
    counts: Counter[str] = Counter()
    for report in reports:
        for verdict in report.formulas:
            counts["formulas"] += 1
            counts[verdict.kind] += 1
            counts["caught"] += verdict.wrong and verdict.ok
            counts["wrong"] += not verdict.ok
            if verdict.kind == "claim":
                counts["steps"] += max(len(verdict.steps), 1)
        counts["code"] += len(report.code)
        counts["wrong"] += len(report.problems) + sum(not c.ok for c in report.code)
    return counts


def sentence(counts: Mapping[str, int]) -> str:
    """`41 formulas: 12 declarations, 14 claims (23 steps). All hold at the points tried.`"""
    total = counts.get("formulas", 0)
    parts = [_some(counts[kind], kind, _PLURALS[kind]) for kind in KINDS if counts.get(kind)]
    steps = counts.get("steps", 0)
    if counts.get("claim") and steps > counts["claim"]:
        at = next(i for i, part in enumerate(parts) if "claim" in part)
        parts[at] += f" ({_some(steps, 'step', 'steps')})"
    text = _some(total, "formula", "formulas") + (": " + ", ".join(parts) if parts else "") + "."
    if counts.get("wrong"):
        text += f" {_some(counts['wrong'], 'mistake', 'mistakes')} to mend."
    elif counts.get("claim"):
        text += (
            " All hold at the points tried."
            if counts["claim"] > 1
            else " It holds at the points tried."
        )
    if caught := counts.get("caught", 0):
        verb = "is" if caught == 1 else "are"
        text += f" {caught} {verb} wrong on purpose, and refused."
    return text


def foot(report: FileReport) -> str:
    """The line at the end of a page."""
    counts = count_formulas([report])
    if not counts["formulas"]:
        return ""
    state = " dl-wrong" if counts["wrong"] else ""
    return f'<aside class="dl-foot{state}" data-search-exclude>{escape(sentence(counts))}</aside>'


def table(rows: Iterable[tuple[str, str, FileReport]]) -> str:
    """One row for each (title, address, report) that holds formulas, and their sum."""
    head = "".join(
        f'<th scope="col">{name}</th>'
        for name in ("Page", "Formulas", "Declarations", "Definitions", "Claims", "Steps",
                     "Mentions", "Skipped", "Wrong on purpose", "Code")
    )  # fmt: skip
    body = []
    every = []
    for title, address, report in rows:
        counts = count_formulas([report])
        if counts["formulas"] or counts["code"]:
            every.append(report)
            body.append(_line(f'<a href="{escape(address)}">{escape(title)}</a>', counts))
    total = _line("All pages", count_formulas(every))
    return (
        f'<div class="md-typeset__scrollwrap dl-counts"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(body)}</tbody><tfoot>{total}</tfoot></table></div>"
    )


def _line(name: str, counts: Mapping[str, int]) -> str:
    keys = ("formulas", "declaration", "definition", "claim", "steps", "mention", "skipped",
            "caught", "code")  # fmt: skip
    cells = "".join(f"<td>{counts.get(key, 0)}</td>" for key in keys)
    return f'<tr><th scope="row">{name}</th>{cells}</tr>'


def _some(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"

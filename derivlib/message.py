"""One mistake in words: its place, the source with carets, the facts, the hints."""

from __future__ import annotations

import re
from collections.abc import Iterator

from derivlib.errors import DIFFERS, HOLDS, SKIPPED, Diagnostic
from derivlib.source import Source
from derivlib.text.snippet_view import draw, visible
from derivlib.verdict import CodeVerdict, Counterexample, FileReport, Verdict

LISTED = "what is read: derivlib explain language"
_RED, _BOLD, _DIM, _PLAIN = "\033[31m", "\033[1m", "\033[2m", "\033[0m"


def mistakes(report: FileReport) -> list[tuple[Diagnostic, Verdict | CodeVerdict | None]]:
    """Everything wrong on one page, in its order, with the verdict it belongs to."""
    found: list[tuple[Diagnostic, Verdict | CodeVerdict | None]] = [
        (problem, None) for problem in report.problems
    ]
    verdicts: list[Verdict | CodeVerdict] = [*report.formulas, *report.code]
    for verdict in verdicts:
        if not verdict.ok:
            found.append((verdict.diagnostic or wordless(verdict), verdict))
    return sorted(found, key=lambda pair: pair[0].span or (0, 0))


def message_text(
    source: Source,
    diagnostic: Diagnostic,
    verdict: Verdict | CodeVerdict | None = None,
    *,
    color: bool = False,
) -> str:
    """One mistake: place, kind and statement, the source with carets, facts, hints."""
    path, line, column, rows = place_of(source, diagnostic)
    drawn, bar = draw(rows) if rows else ([], 3)
    facts = list(facts_of(diagnostic, verdict))
    facts += [f"did you mean  {hint} ?   (holds at all points tried)" for hint in diagnostic.hints]
    facts.append(f"more: derivlib explain {diagnostic.kind}")
    indented = [" " * bar + row for fact in facts for row in map(visible, fact.split("\n"))]
    head = (
        f"{visible(path)}:{line}:{column}:",
        f"{diagnostic.kind}:",
        visible(diagnostic.statement),
    )
    if color:
        head = (
            f"{_BOLD}{head[0]}{_PLAIN}",
            f"{_RED}{head[1]}{_PLAIN}",
            f"{_BOLD}{head[2]}{_PLAIN}",
        )
        drawn = [f"{_RED}{row}{_PLAIN}" if row.endswith("^") else row for row in drawn]
        indented[-1] = f"{_DIM}{indented[-1]}{_PLAIN}"
    return "\n".join([" ".join(head), *drawn, *indented])


def facts_of(diagnostic: Diagnostic, verdict: Verdict | CodeVerdict | None) -> Iterator[str]:
    """The step that fails first, the mistake's own facts, and the counter-example.

    What the mistake's own facts say already is not said twice.
    """
    said = "\n".join(diagnostic.facts)
    if isinstance(verdict, Verdict):
        if not said.startswith("step "):
            yield from _step(verdict, "relative error" in said)
        yield from diagnostic.facts
        if verdict.counterexample and verdict.counterexample.left not in said:
            yield from _counterexample(verdict.counterexample)
    else:
        yield from diagnostic.facts
    if re.search(r" is not read(?! as)", diagnostic.statement):
        yield LISTED


def _step(verdict: Verdict, brief: bool) -> Iterator[str]:
    wrong = [step for step in verdict.steps if step.status not in (HOLDS, SKIPPED)]
    if not wrong:
        return
    step, count = wrong[0], len(verdict.steps)
    error = ""
    if step.status == DIFFERS and step.error is not None and not brief:
        error = f": relative error {step.error:.2g}"
        if step.tolerance is not None:
            error += f", tolerance {step.tolerance:.2g}"
    if count > 1:
        others = [str(other.index) for other in wrong[1:]]
        also = f"; so does step {others[0]}" if len(others) == 1 else ""
        if len(others) > 1:
            also = f"; so do steps {', '.join(others)}"
        yield f"step {step.index} of {count} is the first that does not hold{error}{also}"
    elif error:
        yield error[2:]


def _counterexample(point: Counterexample) -> Iterator[str]:
    sizes = ", ".join(f"{name} = {size}" for name, size in point.sizes.items())
    where = ", ".join(part for part in (sizes, f"seed {point.seed}", point.where) if part)
    yield f"smallest counter-example: {where}"
    for label, value in (("left ", point.left), ("right", point.right)):
        first, *rest = value.split("\n")
        yield "\n".join([f"  {label}  {first}", *(" " * 9 + row for row in rest)])


# places


def where(source: Source, offset: int) -> str:
    """`path:line:column`."""
    line, column = source.position(offset)
    return f"{visible(source.path)}:{line}:{column}"


def place_of(
    source: Source, diagnostic: Diagnostic
) -> tuple[str, int, int, list[tuple[int, str, int, int]]]:
    """(path, line, column, lines to draw) of a mistake."""
    if diagnostic.snippet:
        path, line, text, start, end = diagnostic.snippet
        return path, line, start + 1, [(line, text, start, end)]
    if diagnostic.span is None or not source.text:
        return source.path, 1, 1, []
    start, end = diagnostic.span
    line, column = source.position(start)
    last, stop = source.position(max(end, start))
    if last > line and stop == 1:  # ends with a newline
        last -= 1
        stop = len(source.line(last)) + 1
    numbers = [line, *range(line + 1, last)[:1], *([last] if last > line else [])]
    if last - line > 2:
        numbers = [line, last]
    rows = []
    for number in numbers:
        text = source.line(number)
        left = column - 1 if number == line else len(text) - len(text.lstrip(" \t>"))
        right = stop - 1 if number == last else len(text.rstrip())
        rows.append((number, text, left, max(left, right)))
    return source.path, line, column, rows


def wordless(verdict: Verdict | CodeVerdict) -> Diagnostic:
    """For a verdict that came without a diagnostic."""
    kind = verdict.status if isinstance(verdict, Verdict) else "code"
    return Diagnostic(
        kind, f"this {'formula' if kind != 'code' else 'code'} is wrong", verdict.span
    )

"""The mistakes a user can make, and the record that says where and why.

What went wrong is data (`Diagnostic`); how it is worded for a person is the
business of `derivlib.report`. Everything a user can cause is a
`DerivlibError`; anything else that escapes is a bug of derivlib's own.
"""

from __future__ import annotations

from dataclasses import dataclass, field

# The closed list of verdicts. Only `holds` lets a build through.
HOLDS = "holds"
DIFFERS = "differs"
ILL_SHAPED = "ill-shaped"
UNREADABLE = "unreadable"
UNKNOWN_NAME = "unknown-name"
UNDEFINED = "undefined"
VACUOUS = "vacuous"
SKIPPED = "skipped"
STATUSES = (HOLDS, DIFFERS, ILL_SHAPED, UNREADABLE, UNKNOWN_NAME, UNDEFINED, VACUOUS, SKIPPED)


@dataclass(frozen=True)
class Diagnostic:
    """One mistake, as data: kind, one-line statement, place, facts, hints.

    Args:
        kind: one of `STATUSES`, or `code`, `page`, `snippet` for what is not a formula.
        statement: one line that can stand after `path:line:column: kind: `.
        span: half-open offsets into the source text, or None for a whole file.
        facts: further lines: where things were declared, what was needed.
        hints: corrected TeX, each tried and found to hold before it is offered.
        snippet: (path, line, text, caret_start, caret_end) when the mistake stands
            in another file than the page (an included snippet); else None.
    """

    kind: str
    statement: str
    span: tuple[int, int] | None = None
    facts: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    snippet: tuple[str, int, str, int, int] | None = None


@dataclass(eq=False)
class DerivlibError(Exception):
    """A user's mistake. `diagnostic` says everything there is to say."""

    diagnostic: Diagnostic
    notes: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.diagnostic.kind}: {self.diagnostic.statement}"


def user_error(
    kind: str, statement: str, span: tuple[int, int] | None = None, *facts: str
) -> DerivlibError:
    """A `DerivlibError` in one call."""
    return DerivlibError(Diagnostic(kind, statement, span, tuple(facts)))


class ShapeError(ValueError):
    """Arrays handed to `derivlib.calculus` do not have the shapes its docstring asks for."""

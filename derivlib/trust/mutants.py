"""Mutants: one claim broken in one way, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from derivlib.source import Source, Span

TRUE = "true"
HELD = "held"
MISSED = "missed"
UNDECIDED = "undecided"
CRASHED = "crashed"


@dataclass(frozen=True)
class Mutant:
    """One claim broken in one way, and what became of it."""

    span: Span  # of the side that was changed, in the page
    edit: str
    original: str
    text: str
    status: str  # the verdict on it; `holds` is a survivor
    reading: str = ""  # of a survivor
    route: str = ""  # of a survivor: true, held, missed or undecided
    hints: tuple[str, ...] | None = None  # offered for it, where that was asked for
    mended: bool | None = None  # is the original among them?

    @property
    def caught(self) -> bool:
        return self.status not in ("holds", CRASHED)


@dataclass
class PageMutation:
    """The mutants of one page; `left_out` are claims that were not broken, with the reason."""

    source: Source
    mutants: list[Mutant] = field(default_factory=list)
    claims: int = 0
    left_out: list[tuple[Span, str]] = field(default_factory=list)
    agreed: list[tuple[Span, str]] = field(
        default_factory=list
    )  # unbroken steps, by the second route
    wrong: int = 0  # formulas of the page that are wrong before anything is broken

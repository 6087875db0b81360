"""What one statement of a formula came to."""

from __future__ import annotations

from dataclasses import dataclass, field

from derivlib.errors import Diagnostic
from derivlib.expr import Binding, Expr
from derivlib.shapes import Unifier
from derivlib.verdict import Step


@dataclass(frozen=True)
class ReadChain:
    """The sides of a chain as they were read, for those who look at its steps afterwards."""

    formula: int  # which formula of the page
    first: int  # the number of the step from the first side to the second
    sides: tuple[Expr, ...]
    relations: tuple[str, ...]
    u: Unifier
    named: tuple[Binding, ...] | None  # what a directive or words say varies
    ordered: bool


@dataclass
class Part:
    """What one statement came to."""

    kind: str
    steps: list[Step] = field(default_factory=list)
    reading: str = ""
    diagnostic: Diagnostic | None = None
    counter: object = None
    notes: list[str] = field(default_factory=list)
    oracle: float = 0.0

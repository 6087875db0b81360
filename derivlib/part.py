"""What one statement of a formula came to."""

from __future__ import annotations

from dataclasses import dataclass, field

from derivlib.errors import Diagnostic
from derivlib.verdict import Step


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

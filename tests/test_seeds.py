"""The four source documents as printed: what holds, what is wrong, and at which step.

The formulas are theirs, the words around them ours; `tests/language/README.md` tells how
what is expected is written beside them.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from test_language import Case, cases_of, check_case, parameter

FOLDER = Path(__file__).parent / "seeds"
CASES = [case for path in sorted(FOLDER.glob("*.md")) for case in cases_of(path)]


@pytest.mark.parametrize("case", [parameter(case) for case in CASES])
def test_as_printed(case: Case) -> None:
    check_case(case)

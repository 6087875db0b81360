"""The generated reference pages are as the tables have them."""

from __future__ import annotations

from pathlib import Path

import pytest

from derivlib.operators import OPERATORS
from derivlib.reference import PAGES
from derivlib.rules import BY_NAME, GROUPS, RULES
from derivlib.words import PROPERTIES, ROWS

FOLDER = Path(__file__).parent.parent / "docs" / "reference"


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_fresh(name: str) -> None:
    written = (FOLDER / name).read_text(encoding="utf-8")
    assert written == PAGES[name](), "run: python -m derivlib.reference docs/reference"


def test_every_row_is_on_its_page() -> None:
    operators, words = (PAGES[name]() for name in ("operators.md", "words.md"))
    assert all(row.meaning in operators for row in OPERATORS)
    assert all(row.example in words for row in (*PROPERTIES, *ROWS))


def test_every_rule_has_its_anchor_and_its_formula() -> None:
    page = PAGES["rules.md"]()
    for rule in RULES:
        assert f"{{ #{rule.name} }}" in page
        assert f"$$ {rule.pattern} = {rule.replacement} $$" in page
    assert [first for _, first in GROUPS if first not in BY_NAME] == []


def test_a_stale_page_would_be_seen() -> None:
    assert PAGES["words.md"]().replace("symmetric", "lopsided") != PAGES["words.md"]()

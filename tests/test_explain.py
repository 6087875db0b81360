"""Every kind is explained by a page that really has it, and by one that is really mended."""

from __future__ import annotations

import pytest

from derivlib.errors import HOLDS, STATUSES
from derivlib.explain import EXPLANATIONS, Explanation, render_explanation
from derivlib.message import mistakes
from derivlib.run import check_source
from derivlib.source import Source

kinds = pytest.mark.parametrize("explanation", EXPLANATIONS, ids=lambda e: e.kind)


def told(text: str) -> list[str]:
    report = check_source(Source("page.md", text))
    return [f"{diagnostic.kind}: {diagnostic.statement}" for diagnostic, _ in mistakes(report)]


@kinds
def test_the_wrong_page_is_told_exactly_this(explanation: Explanation) -> None:
    assert told(explanation.wrong) == [explanation.message]


@kinds
def test_the_mended_page_is_right(explanation: Explanation) -> None:
    assert told(explanation.mended) == []


@kinds
def test_it_fits_a_terminal(explanation: Explanation) -> None:
    text = render_explanation(explanation)
    assert text.startswith(f"{explanation.kind}: ")
    assert max(map(len, text.split("\n"))) <= 100


def test_the_list_is_complete() -> None:
    explained = [explanation.kind for explanation in EXPLANATIONS]
    assert len(set(explained)) == len(explained)
    assert set(explained) == {*STATUSES, "code", "page", "snippet"} - {HOLDS}

"""Signs with a meaning in words: “where $\\bullet$ denotes the elementwise product”."""

from __future__ import annotations

import re
from collections.abc import Iterator

from derivlib.page import PLACEHOLDER, Page, Prose

_ENTRYWISE = re.compile(
    rf"{PLACEHOLDER}\)?,? (?:(?:is|are|denotes?|means|represents|indicates|stands for|as|for"
    rf"|refers to)(?: used (?:for|to denote))? )?(?:the |an? )?"
    rf"(?:element-?\s?wise|entry-?\s?wise|component-?\s?wise|point-?\s?wise|Hadamard)"
    rf"(?:\s*\([^)]*\))?(?: \(?or Hadamard\)?)? (?:product|multiplication|multiply)"
    rf"|(?:element-?\s?wise|Hadamard|entry-?\s?wise|point-?\s?wise) (?:product|multiplication)"
    rf"(?: is)?(?: operator)?(?: denoted| written)?(?: by| as| with)? \(?{PLACEHOLDER}",
    re.IGNORECASE,
)
_SIGNS = {
    "*", r"\ast", r"\star", r"\bullet", r"\cdot", r"\times", r"\otimes", r"\circledast",
    r"\diamond",    r"\boxdot", r"\smallcirc", r"\centerdot",
}  # fmt: skip


def entrywise_signs(page: Page) -> Iterator[str]:
    """The signs that the page says to be the entrywise product."""
    tex = {f.index: f.tex.strip() for f in page.formulas}
    if not _SIGNS & set(tex.values()):
        return
    for item in page.items:
        if not isinstance(item, Prose):
            continue
        for m in _ENTRYWISE.finditer(item.text):
            at = item.text.index(PLACEHOLDER, m.start())
            sign = tex[item.formulas[item.text[:at].count(PLACEHOLDER)]]
            if sign in _SIGNS:
                yield sign

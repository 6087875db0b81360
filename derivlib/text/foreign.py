"""Mathematics in a spelling that is not read here: named, so that it never passes unseen."""

from __future__ import annotations

import re
from collections.abc import Iterator

# Between dollars that stand apart: what no price and no sentence contains.
_TEX = re.compile(r"\\[A-Za-z]+|[_^]|\\\\")
_RELATED = re.compile(r"[=<>≤≥≈∈:]")
_WORD = re.compile(r"[A-Za-z]{3,}|[.;!?]\s")
_LETTERS = re.compile(r"\s*[A-Za-z](?:\s*[-+*/,]?\s*(?:[A-Za-z]\b|\d))*\s*$")

_READ = "write it between $ and $, or in backticks if it is code"
_SPELLINGS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), statement)
    for pattern, statement in (
        (r"<script[^>]*math/tex[^>]*>|<math\b[^>]*>",
         "mathematics in HTML is not read: " + _READ),
        (r"!\[[^\]]*\]\([^)]*(?:codecogs|latex\.|mathtex|/math\?|render/math)[^)]*\)"
         r"|<img[^>]*(?:codecogs|mathtex|render/math)[^>]*>",
         "a picture of a formula is not read: " + _READ),
        (r"\[math\]|\[tex\]|\{% *(?:math|katex|latex)\b[^%]*%\}|:math:",
         "this spelling of a formula is not read: " + _READ),
        (r"(?<![\\\w/:])\\(?:[dt]?frac|partial|nabla|sum|prod|sqrt|mathbf|mathbb|mathcal|boldsymbol"
         r"|alpha|beta|gamma|delta|lambda|mu|sigma|Sigma|theta|phi|top|odot|otimes|operatorname"
         r"|times|cdot|hat|bar)(?![A-Za-z])",
         "TeX stands outside a formula: " + _READ),
        (r"(?<![\w\[^])(?:[A-Za-z(][\w()/'. +*^-]{0,40})? = [\w()/'. +*-]*[\w)]\^(?:T\b|-?\d|\{)",
         "an equation in plain text is not read: " + _READ),
    )
)  # fmt: skip
_TEX_FENCE = re.compile(r"\{?[ \t]*\.?(?:latex|tex|katex|mathjax|asciimath)\b", re.I)
_HINT = re.compile(r"[\\^]|math|tex|codecogs", re.IGNORECASE)


def is_mathematics(inside: str) -> bool:
    """Can this, between dollars that stand apart, be nothing but a formula?"""
    if _TEX.search(inside):
        return "\n\n" not in inside
    if _RELATED.search(inside):
        return not _WORD.search(inside)
    return inside[0].isspace() and inside[-1].isspace() and bool(_LETTERS.match(inside))


def foreign(text: str, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    """Mathematics between two offsets of running text that nobody would check."""
    if start >= end or not _HINT.search(text, start, end):
        return
    for pattern, statement in _SPELLINGS:
        found = pattern.search(text, start, end)
        if found:
            yield found.start(), found.end(), statement
            return


def foreign_fence(info: str, lines: list[str]) -> str | None:
    """What is wrong with a fence of TeX that is shown as code; None for any other fence."""
    if not _TEX_FENCE.match(info) or not any(is_mathematics(f" {line} ") for line in lines):
        return None
    return "this fence shows TeX as code, and nothing in it is read: call it math, or text"

"""What a text or a tree means, whatever the order of what commutes."""

from __future__ import annotations

import re

from derivlib.expr import Expr, Op
from derivlib.hinting.anatomy import fork, read_side
from derivlib.hinting.trial import NOT_READ
from derivlib.meaning.elaborate import Reader
from derivlib.meaning.reading import reading


def plain(text: str) -> str:
    text = "".join(text.split())
    for mark in (r"\left", r"\right", r"\,", r"\;", r"\!"):
        text = text.replace(mark, "")
    return text


def meaning_of(r: Reader, text: str) -> str:
    """What a text means in the place of a chain, whatever the order of terms and scalars."""
    reader = fork(r)
    reader.text = text
    try:
        return _SHAPE.sub("", canonical(reader.expr(read_side(text))))
    except NOT_READ:
        return plain(text)


_SHAPE = re.compile("⟨[^⟩]*⟩")  # of 𝟏 and I it is not settled by one side alone


def canonical(e: Expr) -> str:
    """A tree as text, with what commutes in one order."""
    if not isinstance(e, Op):
        return reading(e)
    name = e.operator.name
    if name in ("add", "subtract", "negate"):
        return "(" + " ".join(sorted(_signed(e, 1))) + ")"
    if name in ("scale", "hadamard", "frobenius", "inner"):
        return f"{name}(" + " ".join(sorted(_factors(e, name))) + ")"
    return f"{name}({', '.join(canonical(a) for a in e.args)})"


def _signed(e: Expr, sign: int) -> list[str]:
    if isinstance(e, Op) and e.operator.name in ("add", "subtract"):
        a, b = e.args
        return _signed(a, sign) + _signed(b, sign if e.operator.name == "add" else -sign)
    if isinstance(e, Op) and e.operator.name == "negate":
        return _signed(e.args[0], -sign)
    return [("+" if sign > 0 else "-") + canonical(e)]


def _factors(e: Expr, name: str) -> list[str]:
    if isinstance(e, Op) and e.operator.name == name:
        return [f for a in e.args for f in _factors(a, name)]
    return [canonical(e)]

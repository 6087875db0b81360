"""Sizes that depend on an index: n_l and n_{l-1} of W^{[l]} ∈ ℝ^{n_l × n_{l-1}}.

Each is a dimension of its own where shapes are inferred, so that layers cannot be confused;
a member at another index has the sizes of that index. Where values are computed all of one
letter are equal, and for that reason none of them may be used as a number.
"""

from __future__ import annotations

import re

from derivlib.shapes import Dim, Shape, add, constant, multiply, named
from derivlib.shapes import names as names_in

_WIDTH = re.compile(
    r"(?P<base>.+?)(?P<open>_\{?|\^\{?[\[(<]?)(?P<index>\\?[A-Za-z]+|\d+)(?P<shift>[+-]\d+)?"
    r"(?P<close>[\])>]?\}?)"
)


def letter_of(name: str) -> str:
    """The letter that all widths of one family share: `n_` of n_{l-1}, `n^` of n^{[l]}."""
    m = _WIDTH.fullmatch(name)
    return m["base"] + m["open"][0] if m else name


def widths_in(shape: Shape, letters: list[str]) -> set[str]:
    """The shared letters of those sizes of a shape that depend on one of these indices."""
    found = set()
    for dim in shape:
        for name in names_in(dim):
            m = _WIDTH.fullmatch(name)
            if m and m["index"] in letters:
                found.add(letter_of(name))
    return found


def moved(shape: Shape, letter: str, index: str, widths: set[str]) -> Shape:
    """The shape with an index set to what is printed there, such as `l-1`, `L` or `0`."""
    if not widths:
        return shape
    return tuple(_moved(dim, letter, index, widths) for dim in shape)


def _moved(dim: Dim, letter: str, index: str, widths: set[str]) -> Dim:
    total: Dim = ()
    for monomial, coefficient in dim:
        product = constant(coefficient)
        for name in monomial:
            product = multiply(product, named(_renamed(name, letter, index, widths)))
        total = add(total, product)
    return total


def _renamed(name: str, letter: str, index: str, widths: set[str]) -> str:
    m = _WIDTH.fullmatch(name)
    to = re.fullmatch(r"(?P<index>\\?[A-Za-z]+|\d+)(?P<shift>[+-]\d+)?", index)
    if m is None or to is None or m["index"] != letter or letter_of(name) not in widths:
        return name
    shift = int(m["shift"] or 0) + int(to["shift"] or 0)
    text = str(int(to["index"]) + shift) if to["index"].isdigit() else to["index"]
    if shift and not to["index"].isdigit():
        text += f"{shift:+d}"
    if m["open"][0] == "_":
        return f"{m['base']}_{text}" if len(text) == 1 else f"{m['base']}_{{{text}}}"
    return f"{m['base']}{m['open']}{text}{m['close']}"

"""Rows of tokens: what stands at the head of one, and whether it holds a relation."""

from __future__ import annotations

from derivlib.tex.lexer import Token
from derivlib.tex.vocabulary import RELATIONS

OPENING = ("(", "[", "{", r"\{", r"\langle", r"\lfloor", r"\lceil")
ENDING = (")", "]", "}", r"\}", r"\rangle", r"\rfloor", r"\rceil")


def after_spaces(tokens: list[Token], i: int) -> int:
    """Behind the marks to align by and the spaces at `i`."""
    while i < len(tokens):
        if tokens[i].text == "&" or tokens[i].kind == "quad":
            i += 1
        else:
            break
    return i


def begins_row(tokens: list[Token], i: int) -> bool:
    """Do only marks to align by and spaces stand between the last `\\\\` and this token?"""
    while i and (tokens[i - 1].text == "&" or tokens[i - 1].kind == "quad"):
        i -= 1
    return i > 0 and tokens[i - 1].kind == "row"


def row_has_relation(tokens: list[Token], i: int, to_quad: bool = False) -> bool:
    """Does a relation follow in this row (or before its next space), outside all brackets?"""
    depth = 0
    for token in tokens[i:]:
        depth += token.text in (*OPENING, r"\begin")
        depth -= token.text in (*ENDING, r"\end")
        if token.kind == "row" and depth <= 0 or to_quad and token.kind == "quad":
            return False
        if token.text in RELATIONS and depth <= 0:
            return True
    return False

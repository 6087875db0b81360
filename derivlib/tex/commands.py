"""What each command reads, as a table: fractions, roots, fonts, matrices, dots."""

from __future__ import annotations

from collections.abc import Callable

from derivlib.source import Span
from derivlib.tex.brackets import angle, argument, bar, bracket
from derivlib.tex.cursor import Cursor
from derivlib.tex.fonts import accented, decorated, fonted
from derivlib.tex.lexer import Token
from derivlib.tex.matrices import environment, plain_matrix
from derivlib.tex.tree import Dots, Frac, Name, Node, Sqrt
from derivlib.tex.vocabulary import ACCENTS, DECORATIONS, DOTS, FONTS


def _fraction(at: Cursor, token: Token) -> Node:
    numerator, denominator = argument(at, token), argument(at, token)
    return Frac(at.since(token), numerator, denominator)


def _root(at: Cursor, token: Token) -> Node:
    degree = None
    if at.peek() == "[":
        opened = at.tokens[at.i]
        at.i += 1
        degree = at.additive()
        at.expect("]", opened)
    body = argument(at, token)
    return Sqrt(at.since(token), body, degree)


def _font_from_here(at: Cursor, token: Token) -> Node:
    at.font = FONTS[token.text[:-1]]
    return at.factor()


def _dots(at: Cursor, token: Token) -> Node:
    return Dots(Span(token.start, token.end))


def _sign(at: Cursor, token: Token) -> Node:
    return Name(Span(token.start, token.end), token.text)


def _differential(at: Cursor, token: Token) -> Node:
    return Name(Span(token.start, token.end), "d", "rm")


# What each command reads, of those that are not simply names.
COMMANDS: dict[str, Callable[[Cursor, Token], Node]] = {
    r"\frac": _fraction,
    r"\sqrt": _root,
    r"\begin": environment,
    r"\{": bracket,
    r"\|": bar,
    r"\langle": angle,
    r"\mathrmd": _differential,
    **dict.fromkeys(FONTS, fonted),
    **dict.fromkeys((font + "_" for font in FONTS), _font_from_here),
    **dict.fromkeys(ACCENTS, accented),
    **dict.fromkeys(DECORATIONS, decorated),
    **dict.fromkeys(DOTS, _dots),
    **dict.fromkeys((r"\pmatrix", r"\bmatrix", r"\matrix", r"\cases"), plain_matrix),
    **dict.fromkeys((r"\top", r"\intercal", r"\dagger"), _sign),
}

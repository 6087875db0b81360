"""Matrices and cases: rows of cells, and values with their conditions."""

from __future__ import annotations

from derivlib.errors import UNREADABLE, user_error
from derivlib.source import Span
from derivlib.tex.cursor import Cursor
from derivlib.tex.environments import environment_name
from derivlib.tex.lexer import Token
from derivlib.tex.tree import Cases, Matrix, Node, Statement
from derivlib.tex.vocabulary import LAYOUTS, MATRICES


def environment(at: Cursor, token: Token) -> Node:
    """A matrix or cases from its \\begin on."""
    name, at.i = environment_name(list(at.tokens), at.i - 1)
    if name not in MATRICES and name not in ("cases", "dcases", "rcases"):
        if name in LAYOUTS:
            raise user_error(
                UNREADABLE,
                f"{name} cannot stand inside an expression",
                Span(token.start, token.end),
            )
        raise user_error(
            UNREADABLE,
            f"the environment {name} is not read",
            at.since(token),
        )
    if name == "array" and at.peek() == "{":
        _, at.i = at.token_group()
    elif at.peek() == "[" and name.endswith("*"):
        at.i += 3
    if name.endswith("cases"):
        return _cases(at, token)
    rows = _rows(at, r"\end", token)
    _, at.i = environment_name(list(at.tokens), at.i - 1)
    return Matrix(at.since(token), name.rstrip("*"), rows)


def plain_matrix(at: Cursor, token: Token) -> Node:
    r"""\pmatrix{a & b \cr c & d}, as plain TeX has it."""
    opened = at.tokens[at.i]
    at.i += 1
    rows = _rows(at, "}", opened)
    return Matrix(at.since(token), token.text[1:], rows)


def _rows(at: Cursor, closing: str, opened: Token) -> tuple[tuple[Node | None, ...], ...]:
    """Cells by `&`, rows by `\\\\`; consumes the closing token."""
    rows: list[tuple[Node | None, ...]] = []
    row: list[Node | None] = []
    cell: Node | None = None
    bars, at.bars = at.bars, []
    while True:
        if at.i >= at.n:
            raise user_error(
                UNREADABLE, f"{opened.text} is never closed", Span(opened.start, opened.end)
            )
        token = at.tokens[at.i]
        if token.text == "&" or token.kind == "row" or token.text == closing:
            row.append(cell)
            cell = None
            at.i += 1
            if token.text != "&":
                if any(c is not None for c in row):
                    rows.append(tuple(row))
                row = []
                if token.text == closing:
                    break
        elif token.text in (",", ".", ";") or token.kind == "quad":
            at.i += 1
        else:
            if cell is not None:
                raise at.fail(f"{token.text} is not expected in this cell")
            cell = at.additive()
    at.bars = bars
    return _without_empty_columns(rows)


def _cases(at: Cursor, opened: Token) -> Node:
    """Values, each with the condition beside it."""
    rows: list[tuple[Node, Statement | None]] = []
    while True:
        value = at.additive()
        while at.peek() in (",", "&") or (at.i < at.n and at.tokens[at.i].kind == "quad"):
            at.i += 1
        condition: list[Token] = []
        while at.i < at.n and at.tokens[at.i].kind != "row" and at.peek() != r"\end":
            condition.append(at.tokens[at.i])
            at.i += 1
        kept = [
            t for t in condition if t.kind not in ("text", "quad") and t.text not in (",", "&", ".")
        ]
        statements = at.statements(kept) if kept else ()
        rows.append((value, statements[0] if statements else None))
        if at.i >= at.n:
            raise user_error(
                UNREADABLE, "this cases is never closed", Span(opened.start, opened.end)
            )
        at.i += 1
        if at.tokens[at.i - 1].text == r"\end" or at.peek() == r"\end":
            at.i -= at.tokens[at.i - 1].text == r"\end"
            _, at.i = environment_name(list(at.tokens), at.i)
            return Cases(at.since(opened), tuple(rows))


def _without_empty_columns(
    rows: list[tuple[Node | None, ...]],
) -> tuple[tuple[Node | None, ...], ...]:
    """`0.1&&0.8` is typed for space: a column that is empty throughout is no column."""
    width = max((len(r) for r in rows), default=0)
    padded = [(*r, *(None,) * (width - len(r))) for r in rows]
    keep = [j for j in range(width) if any(r[j] is not None for r in padded)]
    return tuple(tuple(r[j] for j in keep) for r in padded)

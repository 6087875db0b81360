"""Columns, rows and entries of an array that get names of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from derivlib.errors import UNKNOWN_NAME, user_error
from derivlib.expr import At, Binding, Element, Expr, Index, Op, Var
from derivlib.judging.parsed import on_page
from derivlib.judging.part import Part
from derivlib.meaning.keys import family_of, name_key
from derivlib.meaning.printed import script_text
from derivlib.operators import BY_NAME
from derivlib.scope import Key, Scope
from derivlib.shapes import ONE, SCALAR
from derivlib.source import Span
from derivlib.tex.tree import Dots, Group, Matrix, Name, Scripted, Statement

if TYPE_CHECKING:
    from derivlib.judging.judge import Judge


def bind_slices(
    scope: Scope, star: Key, matrix: Binding, column: bool, turned: bool, span: Span
) -> Binding:
    """x_k as column k (or row k) of a matrix; a turned one is the column vector of a row."""

    extent = matrix.shape[1] if column else matrix.shape[0]
    index = Index("k", None, None, extent)
    var = Var(span, matrix.shape, matrix)
    at = At(span, SCALAR, index)
    shape = (matrix.shape[0], ONE) if column else (ONE, matrix.shape[1])
    e: Expr = Element(span, shape, var, None if column else at, at if column else None)
    if turned:
        e = Op(span, (shape[1], shape[0]), BY_NAME["transpose"], (e,))
    binding = Binding(
        star.tex(), star.base, "defined", e.shape, span, definition=e, indices=(index,)
    )
    binding.implicit = True
    binding.slice_of = (matrix, column, turned)
    scope.bind(star, binding)
    return binding


def name_columns(judge: Judge, s: Statement) -> bool:
    """`X = [x_1, …, x_p]` for a bound X and new x_k: the x_k are the columns of X."""
    if len(s.parts) < 2:
        return False
    for whole, listed in (
        ((s.parts[0], s.parts[1]), (s.parts[-1], s.parts[-2]))
        if len(s.parts) == 2
        else ((s.parts[0], s.parts[-1]), (s.parts[0], s.parts[1]))
    ):
        found = name_key(whole)
        binding = judge.scope.lookup(found[0]) if found else None
        transposed = False
        node = listed
        if (
            isinstance(node, Scripted)
            and isinstance(node.base, Group | Matrix)
            and node.sub is None
            and len(node.sups) == 1
        ):
            transposed = script_text(node.sups[0]) in ("T", r"\top")
            node = node.base if transposed else node
        while (
            isinstance(node, Group) and node.delimiter in ("{", "[", "(") and len(node.items) == 1
        ):
            node = node.items[0]
        if binding is None or binding.kind not in ("free", "defined") or binding.shape == SCALAR:
            continue
        if isinstance(node, Matrix) and len(node.rows) == 1:
            cells, column = list(node.rows[0]), True
        elif isinstance(node, Matrix) and all(len(row) == 1 for row in node.rows):
            cells, column = [row[0] for row in node.rows], False
        elif isinstance(node, Group) and len(node.items) > 1:
            cells, column = list(node.items), True
        else:
            continue
        if transposed:
            column = not column
        if not any(isinstance(c, Dots) for c in cells) or not isinstance(cells[0], Scripted | Name):
            continue
        turned = False
        first = cells[0]
        key = name_key(first)
        if (
            key is None
            and isinstance(first, Scripted)
            and first.sups
            and script_text(first.sups[-1]) in ("T", r"\top")
        ):
            turned = True
            key = name_key(
                Scripted(first.span, first.base, first.sub, first.sups[:-1], first.primes)
            )
        if key is None or not key[0].sub:
            continue
        star = Key(key[0].base, key[0].font, key[0].accent, "*", key[0].sup)
        if judge.scope.lookup(star) is not None or judge.scope.lookup(key[0]) is not None:
            continue
        base = judge.scope.lookup(Key(key[0].base, key[0].font, key[0].accent, "", key[0].sup))
        if (
            base is not None
            and base is not binding
            and not base.is_dimension
            and base.shape != SCALAR
        ):
            continue
        if ONE in binding.shape:
            continue
        bind_slices(judge.scope, star, binding, column, turned, on_page(judge.p, listed.span))
    return False


def name_entries(judge: Judge, s: Statement) -> bool:
    """`A = (a_{ij})`: the entries of A by a name of their own."""
    if len(s.parts) < 2 or s.relations[0].op != "=":
        return False
    whole, listed = s.parts[0], s.parts[-1]
    if isinstance(listed, Scripted) and isinstance(listed.base, Group):
        listed = listed.base
    if (
        not isinstance(listed, Group)
        or len(listed.items) != 1
        or not isinstance(listed.items[0], Scripted)
    ):
        return False
    entry = listed.items[0]
    key, name = name_key(entry), name_key(whole)
    family = family_of(key[0], entry, judge.reader()) if key else None
    if name is None or family is None or len(family[1]) != 2:
        return False
    matrix = judge.scope.lookup(name[0])
    if matrix is None and len(s.parts) > 2:  # C = AB = (c_{ij})
        judge.one(Statement(s.span, s.parts[:-1], s.relations[:-1], s.lead, s.row))
        matrix = judge.scope.lookup(name[0])
    if matrix is None:
        raise user_error(
            UNKNOWN_NAME,
            f"{judge.text[whole.span.start : whole.span.end]} has no size yet",
            whole.span,
        )
    if judge.scope.lookup(family[0]) is None:
        i, j = Index("i", None, None, matrix.shape[0]), Index("j", None, None, matrix.shape[1])
        span = on_page(judge.p, entry.span)
        var = Var(span, matrix.shape, matrix)
        e = Element(span, SCALAR, var, At(span, SCALAR, i), At(span, SCALAR, j))
        b = Binding(
            family[0].tex(),
            family[0].base,
            "defined",
            SCALAR,
            span,
            definition=e,
            indices=(i, j),
            implicit=True,
        )
        judge.scope.bind(family[0], b)
        b.entries_of = matrix
    judge.parts.append(Part("declaration", reading=f"the entries of {matrix.tex}"))
    return True

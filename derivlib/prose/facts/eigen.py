"""Eigenvalues and eigenvectors that words name: functions of their matrix from here on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from derivlib.expr import Binding, Const, Element, Expr, Op, Size, Var
from derivlib.judging.parsed import on_page
from derivlib.meaning.keys import name_key
from derivlib.operators import BY_NAME, EIGENVECTOR
from derivlib.shapes import ONE, SCALAR, Shape
from derivlib.tex.tree import Group, Node

if TYPE_CHECKING:
    from derivlib.check import PageCheck
    from derivlib.judging.parsed import Parsed
    from derivlib.prose.sentences import Fact

ROWS = ("eigenvalue", "eigenvector", "eigenpair")
_SYMMETRIC = {"symmetric", "spd", "psd", "negative_definite", "diagonal", "projection"}


def bind_pair(page: PageCheck, f: Fact, by_index: Mapping[int, Parsed]) -> bool:
    """`$\\lambda$ is an eigenvalue of $A$ with unit eigenvector $v$`: both follow from A.

    Of which eigenvalue the words speak is taken from them; where they leave it open it is the
    second, so that nothing holds that is true of the largest alone.
    """
    first, *others = (by_index[k] for k in (*f.subjects, *f.objects) if k in by_index)
    if not others:
        return False
    matrix, last = others[0], others[-1] if len(others) > 1 else None
    found = name_key(_head(matrix))
    a = page.scope.lookup(found[0]) if found else None
    if a is None or a.shape[0] != a.shape[1] or a.shape == SCALAR:
        return False
    if a.kind == "free" and not a.domain & _SYMMETRIC:
        return False
    value, vector = (first, last) if f.row == "eigenvalue" else (last, first)
    pair = _head(first)
    nodes: tuple[Node | None, Node | None] = (
        _head(value) if value else None, _head(vector) if vector else None,
    )  # fmt: skip
    if f.row == "eigenpair":
        if not isinstance(pair, Group) or len(pair.items) != 2:
            return False
        nodes, value, vector = (pair.items[0], pair.items[1]), first, first
    span = a.span
    at: Expr = Const(span, SCALAR, 2.0)
    if re.search(r"largest|top|leading|dominant|principal|maximal|maximum|first", f.phrase):
        at = Const(span, SCALAR, 1.0)
    elif re.search(r"smallest|least|minimal|minimum|last|lowest", f.phrase):
        at = Size(span, SCALAR, a.shape[0])
    var = Var(span, a.shape, a)
    column: Shape = (a.shape[0], ONE)
    values = Op(span, column, BY_NAME["eigenvalues"], (var,))
    if nodes[0] is not None and value is not None:
        e: Expr = Element(span, SCALAR, values, at, Const(span, SCALAR, 1.0))
        _bind(page, value, nodes[0], e)
    if nodes[1] is not None and vector is not None:
        _bind(page, vector, nodes[1], Op(span, column, EIGENVECTOR, (var, at)))
    return True


def _head(p: Parsed) -> Node:
    return p.statements[0].parts[0]


def _bind(page: PageCheck, p: Parsed, node: Node, e: Expr) -> None:
    found = name_key(node)
    if found is None:
        return
    key = found[0]
    old = page.scope.here(key)
    if old is None:
        old = Binding(key.tex(), key.tex(), "free", e.shape, on_page(p, node.span))
        page.scope.bind(key, old)
    if old.kind == "free" and old.definition is None and old.shape == e.shape:
        old.kind, old.definition, old.implicit = "defined", e, True
        old.domain = set()
        page.worlds.reset()

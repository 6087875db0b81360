"""Columns and rows in words: “$x_k$ is column $k$ of $X$”."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from derivlib.expr import At, Binding, Expr, Index, Member, Op, Stack
from derivlib.judging.parsed import Parsed, on_page
from derivlib.judging.slices import bind_slices
from derivlib.meaning.keys import name_key
from derivlib.operators import BY_NAME
from derivlib.prose.facts.subjects import names_of
from derivlib.prose.sentences import Fact
from derivlib.scope import Key
from derivlib.shapes import ONE, SCALAR
from derivlib.tex.tree import Node

if TYPE_CHECKING:
    from derivlib.check import PageCheck


def column(
    page: PageCheck,
    f: Fact,
    p: Parsed,
    node: Node,
    key: Key,
    by_index: Mapping[int, Parsed],
    turned: bool,
) -> bool:
    """x_k is column k of X: a family of slices, or one slice when the index is a number."""
    binding = None
    named = False
    for k in reversed(f.objects):
        matrix = by_index.get(k)
        names = names_of(matrix) if matrix is not None else []
        found = name_key(names[0]) if names else None
        binding = page.scope.lookup(found[0]) if found else None
        named = named or bool(names)
        if (
            binding is not None
            and (binding.shape != SCALAR or binding.kind == "unsized")
            and binding.kind != "function"
        ):
            break
    if binding is None:
        return not named
    if not (key.sub or key.sup == "(*)") or binding.kind == "function" or binding.shape == SCALAR:
        return True
    if re.search(r"entries|elements|components", f.phrase) and ONE not in binding.shape:
        return True  # a_{ij} is read as an entry of A anyway
    if ONE in binding.shape:
        many = page.scope.here(Key(key.base, key.font, key.accent, "*", key.sup))
        if (
            many is not None
            and many.kind == "free"
            and binding.definition is None
            and many.shape == SCALAR
        ):
            _gathered(page, binding, many, False, f.phrase)
        return True
    is_column = not re.search(r"\brows?\b(?! vector)", f.phrase) or bool(
        re.search(r"\bcolumns? (?:@|[a-z] )?(?:of|in)", f.phrase)
    )
    star = Key(key.base, key.font, key.accent, "*" if key.sub else "", key.sup)
    many = page.scope.here(star)
    if (
        many is not None
        and many.kind == "free"
        and not many.implicit
        and binding.definition is None
    ):
        _gathered(page, binding, many, is_column, f.phrase)
        return True
    if many is not None and not many.implicit:
        return True
    turned = turned or bool(re.search(r"as (?:a )?column", f.phrase))
    declared = page.scope.names.get(key)
    if (
        not is_column
        and declared is not None
        and declared.kind == "free"
        and declared.shape[1] == ONE
    ):
        turned = True  # declared as a column vector
    bind_slices(page.scope, star, binding, is_column, turned, on_page(p, node.span))
    old = page.scope.names.get(key)
    if old is not None and (old.implicit or old.kind == "free"):
        page.scope.unbind(key)
    return True


def _gathered(
    page: PageCheck, matrix: Binding, many: Binding, by_column: bool, phrase: str
) -> None:
    """X is made of the x_i that were declared before it."""
    if matrix.kind == "unsized" and many.indices[0].extent is not None:
        length, count = many.shape[0], many.indices[0].extent
        matrix.shape = (length, count) if by_column else (count, length)
    extent = matrix.shape[1] if by_column else matrix.shape[0]
    index = Index("k", None, None, extent, False)
    at = At(matrix.span, SCALAR, index)
    e: Expr = Member(matrix.span, many.shape, many, (at,))
    if not by_column and many.shape[1] == ONE and many.shape != SCALAR:
        e = Op(matrix.span, (ONE, many.shape[0]), BY_NAME["transpose"], (e,))
    matrix.definition = Stack(matrix.span, matrix.shape, index, e, -1 if by_column else -2)
    matrix.kind, matrix.implicit = "defined", True
    for place in many.indices:
        if place.high is None and place.extent is None or place.assumed:
            place.extent, place.low, place.high, place.assumed = extent, None, None, False
    page.worlds.reset()

"""Names that nothing declares, where an equation tells their size.

The ε of `y = Xβ + ε`, when y, X and β are declared: bound without a size, it gets one from
the equation; where the equation does not tell, the name stays unknown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from derivlib.errors import UNKNOWN_NAME, DerivlibError
from derivlib.expr import Binding
from derivlib.facts.subjects import reader_of
from derivlib.keys import name_key
from derivlib.parsed import Parsed, on_page
from derivlib.scope import Key
from derivlib.shapes import SCALAR
from derivlib.tex.tree import Additive, Group, Name, Node, Product, Scripted

if TYPE_CHECKING:
    from derivlib.check import PageCheck

_ANY = ((), ())


def unknown_names(page: PageCheck, p: Parsed, node: Node) -> dict[Key, Node]:
    """The names among the terms and factors of a tree that mean nothing yet."""
    match node:
        case Additive(terms=inner) | Product(factors=inner) | Group(items=inner):
            found: dict[Key, Node] = {}
            for n in inner:
                found |= unknown_names(page, p, n)
            return found
        case Name() | Scripted():
            key = name_key(node)
            if key is None and isinstance(node, Scripted):
                return unknown_names(page, p, node.base)
            if key is None or key[1] or page.scope.lookup(key[0]) is not None:
                return {}
            try:
                reader_of(page, p).expr(node)
            except DerivlibError as error:
                return {key[0]: node} if error.diagnostic.kind == UNKNOWN_NAME else {}
    return {}


def sized_by_equation(page: PageCheck, p: Parsed) -> list[Key]:
    """Bind, without a size, the unknown names of `y = …` for a y that has one."""
    if len(p.statements) != 1 or [rel.op for rel in p.statements[0].relations] != ["="]:
        return []
    left, right = p.statements[0].parts
    whole = name_key(left)
    known = page.scope.lookup(whole[0]) if whole else None
    if known is None or known.kind != "free" or known.shape == SCALAR:
        return []
    unknown = unknown_names(page, p, right)
    for key, node in unknown.items():
        page.scope.bind(key, Binding(key.tex(), key.tex(), "unsized", _ANY, on_page(p, node.span)))
    return list(unknown)

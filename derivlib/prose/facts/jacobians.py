"""Jacobians that words name: `J(x)` and `J`, from what they are the Jacobian of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from derivlib.expr import Binding, Expr, Var
from derivlib.meaning.keys import name_key
from derivlib.meaning.layouts import Place, raw
from derivlib.meaning.nabla import jacobian_at
from derivlib.meaning.partials import own_arguments
from derivlib.prose.facts.subjects import place_of, reader_of
from derivlib.shapes import ONE, SCALAR
from derivlib.tex.tree import Group, Node, Product
from derivlib.verifying.sizes import settle

if TYPE_CHECKING:
    from derivlib.check import PageCheck
    from derivlib.judging.parsed import Parsed
    from derivlib.meaning.elaborate import Reader
    from derivlib.prose.sentences import Fact


def bind_jacobian(page: PageCheck, f: Fact, by_index: Mapping[int, Parsed]) -> bool:
    """`$J(x)$ is the Jacobian of $r$ at $x$`: J is a function where brackets follow it."""
    said = [by_index.get(k) for k in (*f.subjects[:1], *f.objects)]
    if len(said) < 2 or any(p is None or not p.statements for p in said):
        return False
    subject, object_, *points = [p for p in said if p is not None]
    if subject.statements[0].relations or len(subject.statements) > 1:
        return True  # J = … says itself what J is
    node, group = _split(subject)
    found, of = name_key(node), name_key(_split(object_)[0])
    whole = page.scope.lookup(of[0]) if of is not None else None
    if found is None or found[1] or page.scope.lookup(found[0]) is not None:
        return True
    if whole is None:
        return False
    key, r = found[0], reader_of(page, object_)
    at = _split(points[0])[0] if points else (group or _split(object_)[1])
    variable = _variable(page, r, at, whole)
    if variable is None:
        return False
    span = place_of(page, subject)
    var = Var(span, variable.shape, variable)
    e: Expr
    if whole.kind == "function" and not whole.elementwise and whole.arguments == (variable.shape,):
        e = jacobian_at(r, whole, var, span)
    elif whole.kind == "defined" and ONE in whole.shape and whole.shape != SCALAR:
        if ONE not in variable.shape:
            return True
        e = raw(r, Var(span, whole.shape, whole), Place(variable), span)
    else:
        return True
    settle(e, r)
    kind = "defined" if group is None else "function"
    binding = Binding(key.tex(), key.tex(), kind, r.u.shape(e.shape), span, definition=e)
    if group is not None:
        binding.params, binding.arguments = (variable,), (variable.shape,)
    page.scope.bind(key, binding)
    return True


def _split(p: Parsed) -> tuple[Node, Node | None]:
    """(J, x) of J(x), and (J, None) of J alone."""
    node = p.statements[0].parts[0]
    if isinstance(node, Product) and len(node.factors) == 2:
        head, group = node.factors
        if isinstance(group, Group) and group.delimiter == "(" and len(group.items) == 1:
            return head, group.items[0]
    return node, None


def _variable(page: PageCheck, r: Reader, node: Node | None, whole: Binding) -> Binding | None:
    """The symbol by which is differentiated: as printed, else the function's own argument."""
    found = name_key(node) if node is not None else None
    if found is not None:
        bound = page.scope.lookup(found[0])
        for scope in page.scope.chain():
            bound = bound or scope.parameters.get(found[0])
        if bound is not None:
            return bound if bound.kind == "free" and not bound.is_dimension else None
        if whole.kind == "function" and len(whole.arguments) == 1:
            return Binding(found[0].tex(), found[0].tex(), "free", whole.arguments[0], whole.span,
                           implicit=True)  # fmt: skip
    own = own_arguments(r, whole) if whole.kind == "function" else None
    if own is not None and len(own) == 1 and isinstance(own[0], Var):
        return own[0].binding
    return None

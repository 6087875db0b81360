"""How deep derivatives are nested, and what an expression rests on, for the second route."""

from __future__ import annotations

from derivlib.expr import Binding, Call, Derivative, Differential, Expr, Member, Op, Var, children

_BROKEN = {
    "rank",
    "spectral_norm",
    "nuclear_norm",
    "eigmax",
    "eigmin",
    "eigenvalues",
    "eigenvector",
    "sigmax",
    "sigmin",
    "singular_values",
    "spectral_radius",
    "condition_number",
    "logm",
}  # no imaginary step passes through these


def depth(e: Expr, seen: frozenset[Binding] = frozenset()) -> int:
    """How deep derivatives are nested, through definitions; a kink counts as one."""
    own = 0
    if isinstance(e, Derivative):
        own = 1
    elif isinstance(e, Differential | Call):
        own = e.order
    elif isinstance(e, Op) and e.operator.name in _BROKEN:
        own = 1
    inner = [depth(c, seen) for c in children(e)]
    for binding in named_in(e):
        if binding not in seen and binding.definition is not None:
            inner.append(depth(binding.definition, seen | {binding}))
    return own + max(inner, default=0)


def named_in(e: Expr) -> list[Binding]:
    match e:
        case Var(binding=b):
            return [b]
        case Member(family=f):
            return [f, *f.members.values()]
        case Call(function=f):
            return [f]
        case Derivative(variable=v):
            return [v]
    return []


def rests_on(e: Expr, found: set[Binding]) -> set[Binding]:
    for binding in named_in(e):
        if binding not in found:
            found.add(binding)
            if binding.definition is not None:
                rests_on(binding.definition, found)
    for c in children(e):
        rests_on(c, found)
    return found

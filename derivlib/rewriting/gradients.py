"""Gradients and Jacobians: from a differential, and in place of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from derivlib.expr import Binding
from derivlib.rewriting.flatten import Flattening
from derivlib.rewriting.terms import Term, Terms
from derivlib.shapes import ONE, SCALAR
from derivlib.values.closures import closure

if TYPE_CHECKING:
    from derivlib.rewriting.rewrite import Rewriting


def through(w: Rewriting, t: Term) -> Term | None:
    """dℓ by the gradients that the step speaks of: all that varies passes through them."""
    if "gradient" not in w.rules:
        return None
    cuts = [
        k for k in w.kept
        if k.head == "D" and k.args == (t.args[0],) and len(k.shape) == 2
        and w.varies(_variable(w, k))
        and (t.shape == SCALAR or ONE in k.data.shape and k.data.shape[1] == ONE)
    ]  # fmt: skip
    cuts = [k for k in cuts if not _above(k, cuts)]
    if not cuts or not _separates(w, t.args[0], {k.data for k in cuts}):
        return None
    parts = []
    for k in sorted(cuts, key=lambda k: k.serial):
        moved = w.terms.d(_variable(w, k))
        if t.shape == SCALAR:
            parts.append(w.terms.frob(k, moved))
        else:
            parts.append(w.terms.mat([k, moved]))
    return w.fire("gradient", w.terms.add(parts))


def _variable(w: Rewriting, k: Term) -> Term:
    return w.terms.make("sym", k.data, (), k.data.shape)


def _above(k: Term, cuts: list[Term]) -> bool:
    """Does another of the quantities rest on this one? Then the nearer one serves."""
    return any(o is not k and k.data in closure(o.data) for o in cuts)


def _separates(w: Rewriting, body: Term, stops: set[Binding]) -> bool:
    """Does nothing that varies reach the body but through these quantities?"""
    waiting: list[Any] = [body]
    seen: set[Binding] = set()
    while waiting:
        x = waiting.pop()
        own = []
        if x.head in ("sym", "member", "call"):
            own = [x.data[0] if x.head == "call" else x.data]
        elif x.head in ("D", "other"):
            if w.varies(x):
                return False
            continue
        for b in own:
            if not isinstance(b, Binding) or b in stops or b in seen:
                continue
            seen.add(b)
            if b in w.varying or b.members:
                return b not in w.varying and not (closure(b) & w.varying)
            if b.definition is not None:
                waiting.append(Flattening(w.terms).term(b.definition))
        waiting.extend(x.args)
    return True


def derivative(w: Rewriting, t: Term) -> Term | None:
    """∂f/∂X from df = G : dX, ∂y/∂x from dy = J dx."""
    stacked = t.head == "op"
    inner = t.args[0] if stacked else t
    if t in w.kept or inner in w.kept or inner.head != "D" or len(inner.args) != 1:
        return None
    name = "read-off" if inner.args[0].shape == SCALAR and not stacked else "jacobian"
    if name not in w.rules or (not stacked and len(t.shape) != 2):
        return None
    body, b = inner.args[0], inner.data
    within = w.inside(b, t)
    variable = _variable(w, inner)
    moved = w.terms.d(body)
    step = w.terms.d(variable)
    if stacked:
        moved = w.terms.op("vec", [moved])
    moved = within.normal(moved)
    if stacked:
        step = within.normal(w.terms.op("vec", [step]))
    parts = [_factor(w.terms, p, step, t) for p in _terms_of(moved)]
    if any(p is None for p in parts):
        return None
    w.fired |= within.fired
    return w.fire(name, w.terms.add([p for p in parts if p is not None]))


def _terms_of(t: Term) -> tuple[Term, ...]:
    return t.args if t.head == "add" else (t,)


def _factor(terms: Terms, p: Term, step: Term, t: Term) -> Term | None:
    """What stands beside the differential in one term, if that is all there is."""
    n, scalars, core = terms.split(p)
    if n == 0 or (core.head == "fill" and core.data == "zeros"):
        return terms.zero(t.shape)
    front = dict(scalars)
    if step.shape == SCALAR:
        if front.pop(step, 0) != 1 or core.moving:
            return None
        return terms.scaled(n, front, core) if not _any_moving(front) else None
    if core is terms.one:
        moving = [s for s in front if s.moving]
        if len(moving) != 1 or front.pop(moving[0]) != 1:
            return None
        inner = moving[0]
        beside: Term | None = None
        if inner.head == "op" and inner.data == "frobenius":
            a, b = inner.args
            beside = a if b is step else b if a is step else None
        elif inner.head == "mat" and inner.args[-1] is step:
            beside = terms.transpose(terms.mat(inner.args[:-1]))
        if beside is None or beside.moving:
            return None
        return terms.mul([terms.scaled(n, front, terms.one), beside])
    if _any_moving(front):
        return None
    beside = None
    if core is step:
        beside = terms.make("fill", "eye", (), t.shape)
    elif core.head == "mat" and core.args[-1] is step:
        beside = terms.mat(core.args[:-1])
    elif core.head == "had" and step in core.args and core.shape[1] == ONE:
        rest = terms.had(a for a in core.args if a is not step)
        beside = terms.op("Diag", [rest])
    elif core.head == "mat" and core.args[-1] is terms.transpose(step):
        beside = terms.mat(core.args[:-1])
    elif core.head == "mat" and core.args[0] is step and step.shape[0] == ONE:
        beside = terms.transpose(terms.mat(core.args[1:]))
    elif core.head == "had" and step in core.args and core.shape[0] == ONE:
        beside = terms.op("Diag", [terms.had(a for a in core.args if a is not step)])
    if beside is None or beside.moving or beside.shape != t.shape:
        return None
    return terms.mul([terms.scaled(n, front, terms.one), beside])


def _any_moving(scalars: Any) -> bool:
    return any(s.moving for s in scalars)


def beside(terms: Terms, p: Term, variable: Binding) -> Term | None:
    """What stands beside dX in one term of a differential that is a number."""
    named = terms.make("sym", variable, (), variable.shape)
    step = terms.d(named)
    found = _factor(terms, p, step, named)
    return None if found is not None and _turned(terms.split(found)[2]) else found


def _turned(t: Term) -> bool:
    """A product that would still have to be turned round."""
    return t.head == "T" and t.args[0].head == "mat"

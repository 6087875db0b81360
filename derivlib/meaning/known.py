"""Names with a meaning through something that is bound: J_f, H_f, f_s, λ_max(A), ∂_s f.

None of them is ever a fresh letter: what reads like the derivative of a known function, or
like a well-known scalar of a matrix, is read as that, and so what is said of it is checked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from derivlib.errors import UNKNOWN_NAME, DerivlibError, user_error
from derivlib.expr import Call, Const, Derivative, Element, Expr, Let, Var
from derivlib.meaning.nabla import gradient_at, jacobian_at
from derivlib.meaning.partials import own_arguments, partial_at
from derivlib.meaning.printed import INDEX_LETTERS, subscript_text
from derivlib.meaning.refused import REFUSED
from derivlib.meaning.scripts import element, postfix, script_indices, tie
from derivlib.scope import Key
from derivlib.shapes import ONE, SCALAR
from derivlib.tex.parser import parse_tokens
from derivlib.tex.tree import Frac, Group, Name, Node, Scripted

if TYPE_CHECKING:
    from derivlib.meaning.elaborate import Reader

_EXTREMES = {
    (r"\lambda", "max"): "eigmax", (r"\lambda", "min"): "eigmin",
    (r"\sigma", "max"): "sigmax", (r"\sigma", "min"): "sigmin",
}  # fmt: skip
_OF_A_MATRIX = {r"\rho": "spectral_radius", r"\kappa": "condition_number"}


def refuse(r: Reader, node: Node) -> None:
    """Refuse 𝔼, Var and their like by name.

    Raises:
        DerivlibError: the name is one of them, and the page has not bound it.
    """
    name = node.base if isinstance(node, Scripted) else node
    if not isinstance(name, Name) or name.base not in REFUSED:
        return
    upright = name.font in ("op", "rm") and len(name.base) > 1
    if (upright or name.font == "bb") and r.scope.lookup(Key(name.base, name.font)) is None:
        printed = r.text[node.span.start : node.span.end].strip()
        raise user_error(
            UNKNOWN_NAME, f"{printed} is not read", node.span, REFUSED[name.base],
            "or define it as a function of its own, with :=",
        )  # fmt: skip


def known(
    r: Reader, factors: Sequence[Node], ops: Sequence[str], i: int
) -> tuple[Expr, int] | None:
    """The factor at `i`, with its brackets, when it is a known name of something bound."""
    node = factors[i]
    name = node.base if isinstance(node, Scripted) else node
    if not isinstance(name, Name) or name.accent:
        return None
    sub = subscript_text(node.sub) if isinstance(node, Scripted) else ""
    if r.scope.lookup(Key(name.base, name.font, "", sub)) is not None:
        return None
    following = factors[i + 1] if i + 1 < len(factors) and ops[i] == "" else None
    bracket = following.base if isinstance(following, Scripted) else following
    group = bracket if isinstance(bracket, Group) and bracket.delimiter in ("(", "[") else None
    e: Expr | _Whole | None = _of_matrix(r, name, node, sub, group)
    if e is None and isinstance(node, Scripted) and node.sub is not None:
        e = _of_function(r, name, node, group)
        group = group if e is None or isinstance(e, _Whole) else None
    if e is None:
        return None
    value = e.value if isinstance(e, _Whole) else e
    sups = list(node.sups) if isinstance(node, Scripted) else []
    if isinstance(e, _Whole):
        assert following is not None
        if isinstance(following, Scripted):
            value = postfix(r, value, list(following.sups), following.primes, following.span)
        return postfix(r, value, sups, 0, value.span), i + 2
    return postfix(r, value, sups, 0, value.span), i + 1


class _Whole:
    """A value that has taken the brackets behind its name."""

    def __init__(self, value: Expr) -> None:
        self.value = value


def _of_matrix(
    r: Reader, name: Name, node: Node, sub: str, group: Group | None
) -> _Whole | None:
    """λ_max(A), σ_i(A), ρ(A): scalars of a matrix."""
    if group is None or len(group.items) != 1:
        return None
    row = _EXTREMES.get((name.base, re.sub(r"\\|mathrm|text|operatorname", "", sub)))
    if row is None and not sub and name.base in _OF_A_MATRIX:
        argument = _square(r, group.items[0])
        return _Whole(r.op(_OF_A_MATRIX[name.base], argument, span=node.span.to(group.span))) \
            if argument is not None else None  # fmt: skip
    span = node.span.to(group.span)
    if row is not None:
        return _Whole(r.op(row, r.expr(group.items[0]), span=span))
    if name.base not in (r"\lambda", r"\sigma") or not isinstance(node, Scripted) or not node.sub:
        return None
    if r.scope.lookup(Key(name.base, name.font, "", "*")) is not None:
        return None
    plain = r.scope.lookup(Key(name.base, name.font))
    if plain is not None and (plain.shape != SCALAR or plain.kind == "function"):
        return None
    indices = script_indices(r, node.sub)
    if len(indices) != 1 or indices[0] is None:
        return None
    values = r.op(
        "eigenvalues" if name.base == r"\lambda" else "singular_values", r.expr(group.items[0])
    )
    tie(r, indices[0], values.shape[0], node.span)
    r.note(f"{name.base}_k of a matrix is read as its k-th largest")
    return _Whole(Element(span, SCALAR, values, indices[0], Const(span, SCALAR, 1.0)))


def _square(r: Reader, node: Node) -> Expr | None:
    """A bound square matrix, else None."""
    try:
        e = r.expr(node)
    except DerivlibError:
        return None
    shape = r.u.shape(e.shape)
    return e if len(shape) == 2 and shape[0] == shape[1] and shape != SCALAR else None


def _of_function(
    r: Reader, name: Name, node: Scripted, group: Group | None
) -> Expr | _Whole | None:
    """J_f(x), H_f(x) and f_s of a function f that is bound."""
    assert node.sub is not None
    inner = parse_tokens(list(node.sub)) if name.base in ("J", "H") else None
    if isinstance(inner, Name):
        function = r.scope.lookup(Key(inner.base, inner.font, inner.accent))
        if function is None or function.kind != "function" or function.elementwise:
            return None
        span = node.span.to(group.span) if group is not None else node.span
        args = [r.expr(a) for a in group.items] if group is not None else own_arguments(r, function)
        if args is None or len(args) != 1:
            return None
        function.used += 1
        if name.base == "J":
            e = jacobian_at(r, function, args[0], span)
        else:
            e = gradient_at(r, function, args, 2, span)
        return _Whole(e) if group is not None else e
    return _partial(r, name, node, group) or _component(r, name, node, group)


def _component(r: Reader, name: Name, node: Scripted, group: Group | None) -> Expr | _Whole | None:
    """r_i(x) of r : ℝⁿ → ℝᵐ: a component of its value."""
    assert node.sub is not None
    function = r.scope.lookup(Key(name.base, name.font))
    if function is None or function.kind != "function" or function.elementwise:
        return None
    shape = function.shape
    letters = [t.text for t in node.sub if t.text not in ("{", "}")]
    if shape == SCALAR or ONE not in shape or len(letters) != 1 or letters == ["0"]:
        return None
    letter = letters[0]
    if not (letter.isdigit() or letter in INDEX_LETTERS or r.find_index(letter)):
        return None
    args = [r.expr(a) for a in group.items] if group is not None else own_arguments(r, function)
    if args is None or r.scope.lookup(Key(name.base, name.font, "", "*")) is not None:
        return None
    span = node.span.to(group.span) if group is not None else node.span
    (index,) = script_indices(r, node.sub)
    e = element(r, r.applied(function, args, 0, span), [index], span)
    return _Whole(e) if group is not None else e


def _partial(r: Reader, name: Name, node: Scripted, group: Group | None) -> Expr | _Whole | None:
    """f_s and f_{st} of f(s, t): derivatives by the letters below."""
    assert node.sub is not None
    function = r.scope.lookup(Key(name.base, name.font))
    if function is None or function.kind != "function" or function.elementwise:
        return None
    if r.scope.lookup(Key(name.base, name.font, "", "*")) is not None:
        return None
    own = own_arguments(r, function) or []
    by_letter = {a.binding.tex.strip("{}"): a.binding for a in own if isinstance(a, Var)}
    letters = [t.text for t in node.sub if t.text not in ("{", "}", ",")]
    if not letters or not all(x in by_letter for x in letters) or function.shape != SCALAR:
        return None
    if any(by_letter[x].shape != SCALAR for x in letters):
        if group is not None or len(own) != 1 or len(letters) > 2:
            return None
        function.used += 1
        return gradient_at(r, function, own, len(letters), node.span)
    if not function.params:
        return None
    function.used += 1
    span = node.span.to(group.span) if group is not None else node.span
    e = partial_at(r, function, [by_letter[x] for x in letters], group, span)
    return _Whole(e) if group is not None else e


def at_point(r: Reader, node: Node, following: Node) -> Expr | None:
    """∂f/∂s (0, t): the derivative of a function of several scalars at a point."""
    if not isinstance(node, Frac) or not isinstance(following, Group) or len(following.items) < 2:
        return None
    e = r.expr(node)
    inner = e
    while isinstance(inner, Derivative):
        inner = inner.body
    if not isinstance(inner, Call) or len(inner.function.params) != len(following.items):
        return None
    values = tuple(r.expr(a) for a in following.items)
    return Let(node.span.to(following.span), e.shape, inner.function.params, values, e)

"""Reading derivatives: `\frac{\\partial f}{\\partial X}`, `\nabla_X f`, `\\operatorname{D}f(X)`.

Nothing here knows how to differentiate. A derivative becomes a node that says what is
differentiated and by which variable; `derivlib.evaluate` takes it from the definition.

Layout (conventions page): a gradient of a scalar has the shape of its variable; a
Jacobian ∂y/∂x is len(y) × len(x). `numerator` transposes the gradient, `denominator`
the Jacobian. Explicit transposes (`\\partial x^\top`) mean the same in every layout.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from derivlib.dimensions import split_at
from derivlib.errors import UNDEFINED, UNREADABLE, DerivlibError, user_error
from derivlib.expr import Binding, Call, Derivative, Element, Expr, Let, Member, Op, Var
from derivlib.operators import JACOBIAN_MATRIX
from derivlib.partials import hessian_of_scalars, own_arguments, stacked_gradient
from derivlib.printed import TRANSPOSES, plain_letter, script_text
from derivlib.scope import Key
from derivlib.scripts import element, postfix, tie
from derivlib.shapes import ONE, SCALAR, Shape, multiply, show_shape
from derivlib.source import Span
from derivlib.tex.lexer import Token
from derivlib.tex.parser import parse_tokens
from derivlib.tex.tree import Frac, Group, Name, Node, Product, Scripted
from derivlib.values.closures import dependencies

if TYPE_CHECKING:
    from derivlib.elaborate import Reader

USUAL = ("x", "w", r"\theta", r"\beta", "X", "W")  # what ∇ alone is by, where several could be
SIGNS = {"d", r"\partial"}


@dataclass(frozen=True)
class Place:
    """The variable of a derivative, and the part of it that is meant."""

    variable: Binding
    member: tuple[Expr, ...] = ()
    row: Expr | None = None
    column: Expr | None = None
    selected: bool = False
    transposed: bool = False
    stacked: bool = False  # by vec(X)
    through: Expr | None = None  # ∂f/∂log ℓ and ∂f/∂σ²: this function of the variable


def _sign(node: Node) -> str:

    plain = plain_letter(node)
    return plain if plain in SIGNS else ""


def _order(node: Node) -> int:
    if isinstance(node, Scripted) and node.sups:
        text = "".join(t.text for t in node.sups[0])
        return int(text) if text.isdigit() else 1
    return 1


def _unwrapped(node: Node) -> Node:
    while isinstance(node, Group) and node.delimiter == "{" and len(node.items) == 1:
        node = node.items[0]
    return node


def _parts(node: Node) -> tuple[str, int, list[Node], tuple[str, ...]]:
    """(sign, order, what follows the sign, operators between) of a numerator."""
    node = _unwrapped(node)
    if isinstance(node, Product):
        head = _unwrapped(node.factors[0])
        if _sign(head) and (node.ops[0] == ""):
            return _sign(head), _order(head), list(node.factors[1:]), node.ops[1:]
        return "", 0, [], ()
    return (_sign(node), _order(node), [], ()) if _sign(node) else ("", 0, [], ())


def _is_derivative(node: Node) -> bool:
    if not isinstance(node, Frac):
        return False
    above, below = _parts(node.numerator), _parts(node.denominator)
    return bool(above[0]) and above[0] == below[0] and bool(below[2])


def is_operator(r: Reader, node: Node) -> bool:
    """Is this factor an operator that takes what follows: ∂/∂X, ∇_X, D?"""
    if isinstance(node, Frac):
        return _is_derivative(node) and not _parts(node.numerator)[2]
    base = node.base if isinstance(node, Scripted) else node
    if isinstance(base, Name):
        if base.base == r"\nabla" or base.base == r"\partial" and _below(node):
            return True
        if (
            base.base == "D"
            and base.font in ("op", "rm", "", "bf", "sf")
            and not any(k.base == "D" for scope in r.scope.chain() for k in scope.names)
            and not (
                isinstance(node, Scripted) and r.scope.lookup(Key("D", base.font, "", _sub(node)))
            )
        ):
            return True
    return False


def _below(node: Node) -> bool:
    """∂_x: a subscript says by what."""
    return isinstance(node, Scripted) and node.sub is not None


def _sub(node: Scripted) -> str:
    return script_text(node.sub)


def read_fraction(r: Reader, node: Frac) -> Expr | None:
    """A derivative fraction whose numerator names what is differentiated; None for a plain one."""
    if not _is_derivative(node):
        return None
    _, order, above, ops = _parts(node.numerator)
    if not above:
        raise user_error(UNREADABLE, "this derivative has nothing to differentiate", node.span)
    body_node = (
        above[0]
        if len(above) == 1
        else Product(above[0].span.to(above[-1].span), tuple(above), ops)
    )
    body = r.expr(body_node)
    return _by_all(r, body, node, order)


def _variables(r: Reader, node: Frac, order: int) -> list[Node]:
    """The variables below, one for each order: ∂x ∂yᵀ, ∂x², ∂x."""
    below = _unwrapped(node.denominator)
    assert isinstance(below, Product)
    groups: list[list[Node]] = []
    for factor, op in zip(below.factors, ("", *below.ops), strict=True):
        if _sign(_unwrapped(factor)) and op == "" and (not groups or groups[-1]):
            groups.append([])
        else:
            groups[-1].append(factor)
    found: list[Node] = []
    for g in groups:
        if not g:
            raise user_error(UNREADABLE, "a variable is missing below", node.span)
        single = (
            g[0]
            if len(g) == 1
            else Product(g[0].span.to(g[-1].span), tuple(g), ("",) * (len(g) - 1))
        )
        if (
            order > 1
            and len(groups) == 1
            and isinstance(single, Scripted)
            and _order(single) == order
        ):
            single = (
                replace(single, sups=())
                if (single.sub is not None or single.primes)
                else single.base
            )
            found.extend([single] * order)
        else:
            found.append(single)
    if len(found) != order:
        raise user_error(
            UNREADABLE, f"a derivative of order {order} needs {order} variables below", node.span
        )
    return found


def _by_all(r: Reader, body: Expr, node: Frac, order: int) -> Expr:
    if order > 3:
        raise user_error(UNREADABLE, "derivatives beyond the third are not computed", node.span)
    variables = _variables(r, node, order)
    if order == 1:
        return by(
            r, body, place(r, variables[0], body), node.span, total=_parts(node.numerator)[0] == "d"
        )
    places = [place(r, v, body) for v in variables]
    e = body
    for k in range(order - 1, 0, -1):
        e = _raw(r, e, replace(places[k], transposed=False), node.span)
    # ∂²f/∂x∂yᵀ: rows x, columns y. The derivative of ∂f/∂y by x has rows y, so it is turned.
    first = places[0]
    inner_shape = r.u.shape(e.shape)
    result = _raw(r, e, replace(first, transposed=False), node.span)
    if inner_shape != SCALAR and r.u.shape(result.shape) != inner_shape and len(result.shape) == 2:
        result = r.op("transpose", result, span=node.span)
    return result


def place(r: Reader, node: Node, body: Expr | None = None) -> Place:
    """The variable a denominator names."""
    e = r.expr(_unwrapped(node))
    return _as_place(r, e, body)


def _as_place(r: Reader, e: Expr, body: Expr | None) -> Place:
    match e:
        case Var(binding=b):
            return Place(b)
        case Member(family=f, indices=(k,)) if f.slice_of is not None:
            matrix, by_column, turned = f.slice_of
            return Place(
                matrix, (), None if by_column else k, k if by_column else None, True, turned
            )
        case Member(family=f, indices=(i, j)) if f.entries_of is not None:
            return Place(f.entries_of, (), i, j, True)
        case Member(family=f, indices=indices):
            return Place(f, indices)
        case Element(base=base, row=row, column=column):
            inner = _as_place(r, base, body)
            return replace(inner, row=row, column=column, selected=True)
        case Op(operator=o, args=(inner_e,)) if o.name == "transpose":
            inner = _as_place(r, inner_e, body)
            return replace(inner, transposed=not inner.transposed)
        case Op(operator=o, args=(inner_e,)) if o.name == "vec":
            return replace(_as_place(r, inner_e, body), stacked=True)
        case Op(operator=o, args=args) if o.elementwise or o.name == "power":
            inner = _as_place(r, args[0], body)
            if r.is_scalar(e) and not inner.stacked and not inner.transposed:
                return replace(inner, through=e)
        case Call(function=f) if f.params and len(f.params) == len(e.args):
            raise user_error(
                UNREADABLE,
                "a derivative by a function needs the function as a defined quantity",
                e.span,
            )
    raise user_error(
        UNREADABLE, "the variable of a derivative must be a name", e.span,
        "define a name for this expression first, and differentiate by that name",
    )  # fmt: skip


def by(
    r: Reader, body: Expr, p: Place, span: Span, total: bool = False, layout: str | None = None
) -> Expr:
    """The derivative of `body` at a place, in the layout of the section."""
    layout = layout or r.scope.settings.layout
    if p.through is not None:
        whole = by(r, body, replace(p, through=None), span, total, layout)
        rate = by(r, p.through, replace(p, through=None), span, total, layout)
        return r.op("divide", whole, rate, span=span)
    turned = False
    if (
        isinstance(body, Op)
        and body.operator.name == "transpose"
        and ONE in r.u.shape(body.shape)
        and not p.stacked
    ):
        if r.u.shape(body.shape)[0] == ONE and r.u.shape(body.shape) != SCALAR:
            variable = p.variable.shape
            if ONE in variable and variable != SCALAR and not p.selected and not p.transposed:
                turned = True  # ∂yᵀ/∂x is the transpose of ∂y/∂xᵀ in every layout
                body = body.args[0]
    e = _raw(r, body, p, span)
    shape = r.u.shape(e.shape)
    if len(shape) != 2:
        return e
    scalar_body = r.is_scalar(body)
    scalar_variable = p.variable.shape == SCALAR or (
        p.selected and p.row is not None and p.column is not None
    )
    if turned:
        return r.op("transpose", e, span=span)
    if p.transposed:
        return r.op("transpose", e, span=span) if scalar_body else e
    if scalar_body and not scalar_variable and layout == "numerator":
        return r.op("transpose", e, span=span)
    if not scalar_body and layout == "denominator":
        return r.op("transpose", e, span=span)
    return e


def _raw(r: Reader, body: Expr, p: Place, span: Span) -> Expr:
    """The derivative before layout, with the part that is meant picked out."""
    p.variable.used += 1
    variable, out = p.variable.shape, r.u.shape(body.shape)
    if len(out) != 2:
        raise user_error(
            UNREADABLE, "a derivative with four indices is not differentiated again", span
        )
    _depends(r, body, p.variable, span)
    e: Expr = Derivative(span, raw_shape(out, variable), body, p.variable, p.member)
    if p.selected:
        if out == SCALAR:
            return element(r, e, [p.row, p.column], span)
        for index, dim in ((p.row, variable[0]), (p.column, variable[1])):
            if index is not None:
                tie(r, index, dim, span)
        if ONE in variable and ONE in out:
            index = p.row if variable[1] == ONE else p.column
            column = Element(span, (e.shape[0], ONE), e, None, index)
            return column if out[1] == ONE else r.op("transpose", column, span=span)
        if p.row is not None and p.column is not None:
            return Element(span, out, e, p.row, p.column)
        if ONE in out:  # a vector by a row or a column: a Jacobian
            length = variable[1] if p.row is not None else variable[0]
            return Element(span, (multiply(out[0], out[1]), length), e, p.row, p.column)
        raise user_error(
            UNREADABLE, "this derivative by a row or column has more than two indices", span
        )
    if p.stacked:
        if out == SCALAR:
            return r.op("vec", e, span=span)
        return jacobian_matrix(r, e, out, variable, span)
    return e


def _depends(r: Reader, body: Expr, variable: Binding, span: Span) -> None:
    """A derivative by a defined quantity that the numerator does not pass through says nothing."""

    if variable.definition is None or variable.implicit or variable in dependencies(body):
        return
    raise user_error(
        UNDEFINED, f"what is differentiated does not pass through {variable.tex}", span,
        f"{variable.tex} was defined at ⟦{variable.span.start}⟧; "
        "the definitions above do not use it",
        "define the quantities in the order in which they depend on each other",
    )  # fmt: skip


def raw_shape(out: Shape, variable: Shape) -> Shape:
    if out == SCALAR:
        return variable
    if variable == SCALAR:
        return out
    if ONE in out and ONE in variable:
        return (multiply(out[0], out[1]), multiply(variable[0], variable[1]))
    return (*out, *variable)


def jacobian_matrix(r: Reader, e: Expr, out: Shape, variable: Shape, span: Span) -> Expr:
    """vec of what is differentiated by vec of the variable, as a matrix."""
    if len(e.shape) == 2:
        return e

    shape = (multiply(out[0], out[1]), multiply(variable[0], variable[1]))
    return Op(span, shape, JACOBIAN_MATRIX, (e,))


def apply_operator(
    r: Reader, factors: Sequence[Node], ops: Sequence[str], i: int
) -> tuple[Expr, int]:
    """∂/∂X, ∇ or D at `i`, applied to what follows it in the product."""
    node = factors[i]
    end = i + 1
    while (
        end < len(factors)
        and ops[end - 1] == ""
        and not (end > i + 1 and isinstance(factors[end], Frac) and _is_derivative(factors[end]))
    ):
        end += 1
    if end == i + 1:
        raise user_error(
            UNREADABLE, "this derivative has nothing after it to differentiate", node.span
        )
    first = factors[i + 1]
    explicit = end < len(factors) and ops[end - 1] != ""
    if isinstance(first, Group) and (first.delimiter in ("[", r"\{") or explicit) and end > i + 2:
        end = i + 2
    if isinstance(node, Frac):
        body = r.run(factors[i + 1 : end], ops[i + 1 : end - 1])
        return _by_all(
            r,
            body,
            Frac(node.span.to(body.span), node.numerator, node.denominator),
            _parts(node.numerator)[1],
        ), end
    base = node.base if isinstance(node, Scripted) else node
    assert isinstance(base, Name)
    if base.base == r"\partial" and isinstance(node, Scripted) and node.sub is not None:
        body = r.run(factors[i + 1 : end], ops[i + 1 : end - 1])
        for piece in reversed(split_at(node.sub, ",")):
            p = place(r, parse_tokens(piece), body)
            body = by(r, body, p, node.span.to(body.span))
        return body, end
    return (_nabla if base.base == r"\nabla" else _jacobian_operator)(r, node, factors, ops, i, end)


def _nabla(
    r: Reader, node: Node, factors: Sequence[Node], ops: Sequence[str], i: int, end: int
) -> tuple[Expr, int]:
    order = _order(node)
    sub = node.sub if isinstance(node, Scripted) else None
    second = factors[i + 1]
    base = second.base if isinstance(second, Scripted) else second
    if isinstance(base, Name) and base.base == r"\nabla" and i + 2 < len(factors):  # ∇∇f, ∇∇ᵀf
        order += 1
        if sub is None and isinstance(second, Scripted):
            sub = second.sub
        factors, ops = [*factors[: i + 1], *factors[i + 2 :]], [*ops[:i], *ops[i + 1 :]]
        e, j = _nabla_of(r, node, factors, ops, i, end - 1, order, sub)
        return e, j + 1
    return _nabla_of(r, node, factors, ops, i, end, order, sub)


def _nabla_of(
    r: Reader, node: Node, factors: Sequence[Node], ops: Sequence[str], i: int, end: int,
    order: int, sub: tuple[Token, ...] | None,
) -> tuple[Expr, int]:  # fmt: skip
    span = node.span
    following = factors[i + 1]
    head = r.function_head(following) if isinstance(following, Name | Scripted) else None
    if sub is None and head is not None and isinstance(head[0], Binding):
        # ∇f(x): the gradient of the function f at x, not of the product after it.
        group = factors[i + 2] if i + 2 < len(factors) and ops[i + 1] == "" else None
        inner = group.base if isinstance(group, Scripted) else group
        if isinstance(inner, Group):
            args = [r.expr(a) for a in inner.items]
            e = gradient_at(r, head[0], args, order, span.to(inner.span))
            if isinstance(group, Scripted):
                e = postfix(r, e, list(group.sups), 0, e.span)
            return e, i + 3
        turned = all(script_text(s) in TRANSPOSES for s in head[2]) and not head[1]
        own = own_arguments(r, head[0]) if turned and not head[0].elementwise else None
        if own is not None and len(own) == 1 and head[0].shape == SCALAR:
            e = gradient_at(r, head[0], own, order, span.to(following.span))
            return postfix(r, e, head[2], 0, e.span), i + 2
        stacked = (stacked_gradient, hessian_of_scalars)[order > 1] if turned else None
        if stacked and (whole := stacked(r, head[0], span.to(following.span))) is not None:
            return postfix(r, whole, head[2], 0, whole.span), i + 2
        if head[0].params or not head[0].arguments:
            body, j = r.operand(factors, ops, i + 1)
            if isinstance(body, Call) and len(body.args) == 1 and isinstance(body.args[0], Var):
                return _gradient(r, body, Place(body.args[0].binding), order, span.to(body.span)), j
    if sub is None:
        body, j = r.operand(factors, ops, i + 1)
        candidates = free_variables(body)
        if not candidates and j < end:  # ∇ ½‖g(x)‖²
            body, j = r.run(factors[i + 1 : end], ops[i + 1 : end - 1]), end
            candidates = free_variables(body)
        usual = [b for name in USUAL for b in candidates if b.tex.strip("{}").endswith(name)]
        if len(candidates) > 1 and usual:
            r.note(f"∇ without a subscript is read as by {usual[0].tex}")
            candidates = usual[:1]
        if len(candidates) != 1:
            raise user_error(
                UNREADABLE, "∇ without a subscript: by which variable?", span,
                "write \\nabla_x; it could be " + (", ".join(b.tex for b in candidates) or "none"),
            )  # fmt: skip
        return _gradient(r, body, Place(candidates[0]), order, span.to(body.span)), j
    first = factors[i + 1]
    if isinstance(first, Group) or head is not None:
        body, j = r.operand(factors, ops, i + 1)
        if j < end:  # ∇_x xᵀAx and ∇_x (xᵀa)(xᵀb) take the whole product
            try:
                body, j = r.run(factors[i + 1 : end], ops[i + 1 : end - 1]), end
            except DerivlibError:
                pass
    else:
        body, j = r.run(factors[i + 1 : end], ops[i + 1 : end - 1]), end
    p = place(r, parse_tokens(sub), body)
    return _gradient(r, body, p, order, span.to(body.span)), j


def _gradient(r: Reader, body: Expr, p: Place, order: int, span: Span) -> Expr:
    """∇ has the shape of its variable in every layout; ∇² is the Hessian."""
    if not r.is_scalar(body):
        if order == 1 and ONE in r.u.shape(body.shape):
            r.note("∇ of a vector is read as the transpose of its Jacobian")
            return r.op("transpose", _raw(r, body, p, span), span=span)
        raise r.ill_shaped(span, "∇ needs a scalar", r.described(body))
    e = _raw(r, body, p, span)
    if order == 2:
        e = _raw(r, e, p, span)
    return e


def gradient_at(r: Reader, function: Binding, args: list[Expr], order: int, span: Span) -> Expr:
    """∇f at the given point, whatever expression that point is."""
    call = r.applied(function, args, 0, span)
    assert isinstance(call, Call)
    if len(args) != 1:
        raise user_error(
            UNREADABLE, f"∇ of {function.tex}: by which argument?", span, "write \\nabla_x"
        )
    hidden = Binding("·", "·", "free", r.u.shape(args[0].shape), span, implicit=True)
    variable = Var(args[0].span, hidden.shape, hidden)
    body = Call(call.span, call.shape, function, (variable,))
    e = _gradient(r, body, Place(hidden), order, span)
    return Let(span, e.shape, (hidden,), (args[0],), e)


def jacobian_at(r: Reader, function: Binding, argument: Expr, span: Span) -> Expr:
    """f′(x) or D f(x) of a function between vectors or matrices: its Jacobian at x."""
    hidden = Binding("·", "·", "free", r.u.shape(argument.shape), span, implicit=True)
    variable = Var(argument.span, hidden.shape, hidden)
    if function.elementwise:
        body: Expr = Call(span, hidden.shape, function, (variable,))
    else:
        body = Call(span, function.shape, function, (variable,))
    out = r.u.shape(body.shape)
    e: Expr = Derivative(span, raw_shape(out, hidden.shape), body, hidden)
    if out == SCALAR and hidden.shape != SCALAR:
        e = r.op("transpose", r.op("vec", e, span=span), span=span)
    elif len(e.shape) == 4:
        e = jacobian_matrix(r, e, out, hidden.shape, span)
    return Let(span, e.shape, (hidden,), (argument,), e)


def _jacobian_operator(
    r: Reader, node: Node, factors: Sequence[Node], ops: Sequence[str], i: int, end: int
) -> tuple[Expr, int]:
    """Magnus and Neudecker's D F(X): the Jacobian of vec F by vec X, in any layout."""
    following = factors[i + 1]
    head = r.function_head(following) if isinstance(following, Name | Scripted) else None
    sub = node.sub if isinstance(node, Scripted) else None
    if head is not None and sub is None and isinstance(head[0], Binding):
        group = factors[i + 2] if i + 2 < len(factors) and ops[i + 1] == "" else None
        inner = group.base if isinstance(group, Scripted) else group
        if isinstance(inner, Group) and len(inner.items) == 1:
            argument = r.expr(inner.items[0])
            e = jacobian_at(r, head[0], argument, node.span.to(inner.span))
            direction = factors[i + 3] if i + 3 < len(factors) and ops[i + 2] == "" else None
            if isinstance(direction, Group) and direction.delimiter == "[":
                return _directional(r, head[0], argument, direction), i + 4
            if isinstance(group, Scripted):
                e = postfix(r, e, list(group.sups), 0, e.span)
            return e, i + 3
    if sub is not None:
        body, j = r.run(factors[i + 1 : end], ops[i + 1 : end - 1]), end
        p = place(r, parse_tokens(sub), body)
    else:
        body, j = r.operand(factors, ops, i + 1)
        candidates = free_variables(body)
        if len(candidates) != 1:
            raise user_error(UNREADABLE, "D without a subscript: by which variable?", node.span)
        p = Place(candidates[0])
    out = r.u.shape(body.shape)
    e = Derivative(
        node.span.to(body.span), raw_shape(out, p.variable.shape), body, p.variable, p.member
    )
    if out == SCALAR:
        return r.op("transpose", r.op("vec", e), span=e.span), j
    return jacobian_matrix(r, e, out, p.variable.shape, e.span), j


def _directional(r: Reader, function: Binding, argument: Expr, direction: Group) -> Expr:
    """D f(X)[H]: the derivative at X in the direction H."""
    h = r.expr(direction.items[0])
    if not r.u.same(h.shape, argument.shape):
        raise r.ill_shaped(
            direction.span,
            f"the direction must be {show_shape(r.u.shape(argument.shape))}",
            r.described(h),
        )
    hidden = Binding("·", "·", "free", r.u.shape(argument.shape), direction.span, implicit=True)
    shape = r.u.shape(argument.shape) if function.elementwise else function.shape
    body = Call(argument.span, shape, function, (Var(argument.span, hidden.shape, hidden),))
    out = r.u.shape(body.shape)
    e: Expr = Derivative(argument.span, raw_shape(out, hidden.shape), body, hidden)
    let = Let(argument.span, e.shape, (hidden,), (argument,), e)
    if len(let.shape) == 4:
        return r.op("apply_linear", let, h)
    return r.op("frobenius", let, h) if out == SCALAR else r.op("matmul", let, h)


def free_variables(e: Expr) -> list[Binding]:
    """Free symbols an expression depends on, through definitions, that are not dimensions."""

    found = [b for b in dependencies(e) if b.kind == "free" and not b.is_dimension]
    return sorted(found, key=lambda b: b.key)

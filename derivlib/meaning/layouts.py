"""A derivative by a place: the variable, the part of it that is meant, and the layout."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from derivlib.errors import UNDEFINED, UNREADABLE, user_error
from derivlib.expr import Binding, Call, Derivative, Element, Expr, Fill, Member, Op, Var
from derivlib.meaning.scripts import element, tie
from derivlib.operators import JACOBIAN_MATRIX
from derivlib.shapes import ONE, SCALAR, Shape, multiply
from derivlib.source import Span
from derivlib.tex.tree import Group, Node, Scripted
from derivlib.values.closures import dependencies

if TYPE_CHECKING:
    from derivlib.meaning.elaborate import Reader


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
    shape: Shape = ()  # of a member, whose sizes may depend on its index

    @property
    def size(self) -> Shape:
        """The shape of what a derivative is taken by."""
        return self.shape or self.variable.shape


def order_of(node: Node) -> int:
    if isinstance(node, Scripted) and node.sups:
        text = "".join(t.text for t in node.sups[0])
        return int(text) if text.isdigit() else 1
    return 1


def unwrapped(node: Node) -> Node:
    while isinstance(node, Group) and node.delimiter == "{" and len(node.items) == 1:
        node = node.items[0]
    return node


def place(r: Reader, node: Node, body: Expr | None = None) -> Place:
    """The variable a denominator names."""
    e = r.expr(unwrapped(node))
    return _as_place(r, e, body)


def _as_place(r: Reader, e: Expr, body: Expr | None) -> Place:
    match e:
        case Var(binding=b):
            inner_x = b.definition
            if (
                isinstance(inner_x, Op)
                and inner_x.operator.name == "vec"
                and isinstance(inner_x.args[0], Var)
                and inner_x.args[0].binding.kind == "free"
                and (body is None or b not in dependencies(body))
            ):  # by x = vec(X), where the numerator speaks of X
                return Place(inner_x.args[0].binding, stacked=True)
            return Place(b)
        case Member(family=f, indices=(k,)) if f.slice_of is not None:
            matrix, by_column, turned = f.slice_of
            return Place(
                matrix, (), None if by_column else k, k if by_column else None, True, turned
            )
        case Member(family=f, indices=(i, j)) if f.entries_of is not None:
            return Place(f.entries_of, (), i, j, True)
        case Member(family=f, indices=indices):
            return Place(f, indices, shape=e.shape)
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
            variable = p.size
            if ONE in variable and variable != SCALAR and not p.selected and not p.transposed:
                turned = True  # ∂yᵀ/∂x is the transpose of ∂y/∂xᵀ in every layout
                body = body.args[0]
    e = raw(r, body, p, span)
    shape = r.u.shape(e.shape)
    if len(shape) != 2:
        return e
    scalar_body = r.is_scalar(body)
    if scalar_body and not p.stacked:
        e = together(r, e, p, span)
    scalar_variable = p.size == SCALAR or (
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


def together(r: Reader, e: Expr, p: Place, span: Span) -> Expr:
    """Where equal entries are said to move together: G + Gᵀ − I ⊙ G for a symmetric matrix."""
    domain = p.variable.domain
    if not r.scope.settings.structured or p.selected or p.size[0] != p.size[-1]:
        return e
    own = r.op("hadamard", Fill(span, p.size, "eye"), e, span=span)
    if domain & {"symmetric", "spd", "psd", "negative_definite"}:
        both = r.op("add", e, r.op("transpose", e, span=span), span=span)
        return r.op("subtract", both, own, span=span)
    return own if "diagonal" in domain else e


def raw(r: Reader, body: Expr, p: Place, span: Span) -> Expr:
    """The derivative before layout, with the part that is meant picked out."""
    p.variable.used += 1
    variable, out = p.size, r.u.shape(body.shape)
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

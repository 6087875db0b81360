"""The reading of a formula: fully bracketed, with a shape on every part."""

from __future__ import annotations

from derivlib.expr import (
    At,
    Block,
    Call,
    Choice,
    Compare,
    Const,
    Derivative,
    Differential,
    Element,
    Expr,
    Fill,
    Fold,
    Let,
    Member,
    Op,
    Size,
    Stack,
    Var,
)  # fmt: skip
from derivlib.shapes import ONE, SCALAR, Unifier, show, show_shape

_UNARY = {"transpose": "ᵀ", "inverse": "⁻¹", "pseudo_inverse": "⁺"}
_FILL = {
    "eye": "I",
    "ones": "𝟏",
    "zeros": "0",
    "commutation": "K",
    "duplication": "D",
    "elimination": "L",
}


def reading(e: Expr, u: Unifier | None = None) -> str:
    """`[Xᵀ ∂ℓ/∂A]` as `(Xᵀ⟨d×n⟩ · ∂ℓ/∂A⟨n×h⟩)⟨d×h⟩`: a shape behind each part but scalars."""
    shape = u.shape(e.shape) if u is not None else e.shape
    mark = "" if shape == SCALAR else f"⟨{show_shape(shape)}⟩"
    return _text(e, u) + mark


def _text(e: Expr, u: Unifier | None) -> str:
    def sub(x: Expr) -> str:
        return reading(x, u)

    match e:
        case Const(value=v):
            return f"{v:g}"
        case Var(binding=b):
            return b.tex
        case Size(dim=d):
            return show(d)
        case At(index=i):
            return "k" if i.name.startswith("\ue000") else i.name
        case Fill(kind=kind, args=args):
            inside = ",".join(sub(a) for a in args)
            return _FILL.get(kind, {"delta": "δ", "unit": "e", "single": "E"}.get(kind, kind)) + (
                f"_{inside}" if inside else ""
            )
        case Op(operator=o, args=args):
            if o.name in _UNARY:
                return f"{sub(args[0])}{_UNARY[o.name]}"
            if o.name == "negate":
                return f"(−{sub(args[0])})"
            if o.name in ("power", "matrix_power", "fractional_power"):
                return f"{sub(args[0])}^{sub(args[1])}"
            if len(args) == 2 and (
                o.infix or o.name in ("scale", "matmul", "contract", "compose", "apply_linear")
            ):
                left, right = sub(args[0]), sub(args[1])
                if o.name in ("add", "subtract"):
                    left, right = _broadcast(args, left, right, u)
                return f"({left} {o.infix or '·'} {right})"
            return f"{o.name}({', '.join(sub(a) for a in args)})"
        case Element(base=base, row=row, column=column):
            r = ":" if row is None else _text(row, u)
            c = ":" if column is None else _text(column, u)
            return f"{_text(base, u)}[{r}, {c}]"
        case Member(family=f, indices=indices):
            return f"{f.tex}[{', '.join(_text(i, u) for i in indices)}]"
        case Call(function=f, args=args, order=order):
            return f"{f.tex}{'′' * order}({', '.join(sub(a) for a in args)})"
        case Fold(kind=kind, index=i, body=body):
            sign = "∑" if kind == "sum" else "∏"
            low = _text(i.low, u) if i.low is not None else "1"
            high = _text(i.high, u) if i.high is not None else (show(i.extent) if i.extent else "?")
            name = "k" if i.name.startswith("\ue000") else i.name
            return f"{sign}({name} = {low}..{high}: {sub(body)})"
        case Stack(index=i, body=body, axis=axis):
            name = "k" if i.name.startswith("\ue000") else i.name
            return f"{'columns' if axis == -1 else 'rows'}({name}: {sub(body)})"
        case Derivative(body=body, variable=v, member=member) if member:
            at = ", ".join(_text(i, u) for i in member)
            return f"∂[{_text(body, u)}]/∂{v.tex}[{at}]"
        case Derivative(body=body, variable=v):
            return f"∂[{_text(body, u)}]/∂{v.tex}"
        case Differential(body=body, order=order):
            return f"d{'' if order == 1 else order}[{_text(body, u)}]"
        case Let(variables=vs, values=values, body=body):
            at = ", ".join(f"{v.tex} = {sub(x)}" for v, x in zip(vs, values, strict=True))
            return f"({_text(body, u)} at {at})"
        case Block(rows=rows):
            return "[" + "; ".join(", ".join(sub(c) for c in row) for row in rows) + "]"
        case Choice(rows=rows):
            return (
                "cases("
                + "; ".join(sub(v) + (f" if {_text(c, u)}" if c else " otherwise") for v, c in rows)
                + ")"
            )
        case Compare(op=op, left=a, right=b):
            return f"{_text(a, u)} {op} {_text(b, u)}"
    raise AssertionError(f"no reading for {type(e).__name__} at {e.span}")


def index_text(e: Expr) -> str:
    """An index as it is printed: `t-1`."""
    return _text(e, None).strip("()").replace("−", "-")


def _broadcast(args: tuple[Expr, ...], left: str, right: str, u: Unifier | None) -> tuple[str, str]:
    """A bias row added to every row shows as 𝟏b."""
    a, b = ((u.shape(x.shape) if u else x.shape) for x in args)
    if len(a) == len(b) == 2 and a != b and SCALAR not in (a, b):
        if a[0] == ONE:
            left = f"𝟏{left}"
        elif b[0] == ONE:
            right = f"𝟏{right}"
    return left, right

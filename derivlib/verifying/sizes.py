"""Sizes: those that unification found, written into the nodes; those that a value needs."""

from __future__ import annotations

from collections.abc import Sequence

from derivlib.errors import ILL_SHAPED, user_error
from derivlib.expr import At, Binding, Expr, Fill, Fold, Index, Stack, Var, children
from derivlib.meaning.elaborate import Reader
from derivlib.shapes import SCALAR, named, names


def settle(e: Expr, r: Reader, any_size: bool = False) -> None:
    """Write the shapes that unification found into the nodes that need them.

    With `any_size`, a size that follows from nothing is any size: C² = C for C = I - 𝟏𝟏ᵀ/n.

    Raises:
        DerivlibError: the size of an I, 1 or 0 follows from nothing.
    """
    stack = [e]
    while stack:
        node = stack.pop()
        if isinstance(node, Fold | Stack):
            settle_index(node.index, r)
        if isinstance(node, At):
            settle_index(node.index, r)
        if r.u.bound or isinstance(node, Fill):
            shape = r.u.shape(node.shape)
            if any_size:
                for d in shape:
                    for n in names(d):
                        if n[0] == "?":
                            r.u.bound[n] = named("any")
                shape = r.u.shape(shape)
            if shape == SCALAR and isinstance(node, Fill) and node.kind == "ones":
                if any(n[0] == "?" for d in node.shape for n in names(d)):
                    raise user_error(
                        ILL_SHAPED, "these ones would be a single number", node.span,
                        "the places around them leave no other size: a column beside a row?",
                    )  # fmt: skip
            if shape != node.shape:
                object.__setattr__(node, "shape", shape)
            if isinstance(node, Var) and node.binding.kind == "unsized":
                if any(n[0] == "?" for d in shape for n in names(d)):
                    raise user_error(
                        ILL_SHAPED,
                        f"the size of {node.binding.tex} does not follow from its place",
                        node.span,
                        f"{node.binding.tex} was named at ⟦{node.binding.span.start}⟧ without one",
                    )  # fmt: skip
                node.binding.shape, node.binding.kind = shape, "free"
                r.sized = True
            if isinstance(node, Fill) and node.kind == "commutation" and r.stacked:
                for own, other in zip(node.dims, r.u.shape(r.stacked), strict=True):
                    r.u.unify(own, other)  # unless its place has told: of the matrix under vec
                shape = r.u.shape(node.shape)
                object.__setattr__(node, "shape", shape)
            if isinstance(node, Fill) and node.dims:
                object.__setattr__(node, "dims", tuple(r.u.find(d) for d in node.dims))
            sizes = (*shape, *node.dims) if isinstance(node, Fill) else ()
            if any("?" in n[0] for d in sizes for n in names(d)):
                printed = r.text[node.span.start : node.span.end]
                raise user_error(
                    ILL_SHAPED, f"the size of {printed} does not follow from its place", node.span,
                    "write its size as a subscript, such as I_n",
                )  # fmt: skip
        stack.extend(children(node))


def settle_index(index: Index, r: Reader) -> None:
    """Write the dimension that unification found into an index."""
    if index.extent is not None:
        index.extent = r.u.find(index.extent)


def dimensions(e: Expr, seen: set[int]) -> set[str]:
    """Names of the dimensions that the value of an expression needs."""
    found: set[str] = set()
    stack = [e]
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        for d in node.shape:
            found |= names(d)
        match node:
            case Fold() | Stack() | At():
                if node.index.extent is not None:
                    found |= names(node.index.extent)
                stack.extend(x for x in (node.index.low, node.index.high) if x is not None)
            case Fill():
                for d in node.dims:
                    found |= names(d)
            case _ if hasattr(node, "dim"):
                found |= names(node.dim)
        stack.extend(children(node))
    return found


def all_dimensions(parts: Sequence[Expr], bindings: set[Binding]) -> set[str]:
    seen: set[int] = set()
    found: set[str] = set()
    for p in parts:
        found |= dimensions(p, seen)
    for b in bindings:
        for shape in (b.shape, *b.arguments):
            for d in shape:
                found |= names(d)
        if b.definition is not None:
            found |= dimensions(b.definition, seen)
        if b.is_dimension:
            found.add(b.key)
        for index in b.indices:
            if index.extent is not None:
                found |= names(index.extent)
            for e in (index.low, index.high):
                if e is not None:
                    found |= dimensions(e, seen)
    return found

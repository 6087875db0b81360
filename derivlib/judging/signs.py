r"""Signs and orders that declare: `\lambda > 0`, `A \succ 0`, `0 < p < 1`."""

from __future__ import annotations

from typing import Any

import numpy as np

from derivlib.errors import DerivlibError
from derivlib.expr import Binding, Compare, Const, Element, Var
from derivlib.judging.declare import bind_declared
from derivlib.judging.spaces import Space, number_of
from derivlib.meaning.elaborate import Reader
from derivlib.meaning.keys import declared_names, name_key, unsquared
from derivlib.meaning.printed import INDEX_LETTERS
from derivlib.scope import Key
from derivlib.shapes import ONE, SCALAR
from derivlib.tex.tree import Bars, Group, Name, Node, Num, Product, Scripted, Statement
from derivlib.values.closures import dependencies

SIGNS = {
    ">": "positive", ">=": "nonnegative", "<": "negative", "<=": "nonpositive",
    ">>": "spd", ">>=": "psd", "<<": "negative_definite", "!=": "nonzero",
}  # fmt: skip


def bind_sign(r: Reader, statement: Statement) -> list[Binding] | None:
    """`\\lambda > 0`, `A \\succ 0`, `\\det X > 0`: None when this is a claim instead."""
    if len(statement.parts) != 2:
        return _two_sided(r, statement)
    op = statement.relations[0].op
    left, right = statement.parts
    zero = isinstance(right, Num) and float(right.text) == 0
    domain = SIGNS.get(op)
    if domain is None or not isinstance(right, Num | Name):
        return None
    if op in (">", ">=", "<", "<=") and isinstance(left, Name) and isinstance(right, Name):
        a, b = (r.scope.lookup(Key(n.base, n.font, n.accent)) for n in (left, right))
        if (a is None or a.is_dimension) and (b is None or b.is_dimension) and (a or b):
            pair = (left, right) if op in (">", ">=") else (right, left)
            return [r.scope.dimension(Key(n.base, n.font, n.accent), r.place(n.span)) for n in pair]
    inner = _determinant_of(left)
    if inner is not None and zero and op == ">" and name_key(inner) is None:
        square = [
            b for b in dependencies(r.expr(inner)) if b.kind == "free" and b.shape[0] == b.shape[1]
        ]
        for b in square:
            b.domain.add("positive_det")
        return square or None
    if inner is not None and zero and op in (">", "!="):
        key = name_key(inner)
        binding = r.scope.lookup(key[0]) if key else None
        if binding is not None and binding.kind == "free":
            binding.domain.add("positive_det" if op == ">" else "invertible")
            return [binding]
        return None
    if not zero and op in (">>", ">>=", "<<"):
        zero = isinstance(right, Name) and right.base == "0"
    names = declared_names(left)
    bindings: list[Binding] = []
    for node in names:
        root = unsquared(node) if zero and op in (">", ">=") else None
        if root is not None and _unbound(r, root):
            node = root  # σ² > 0 declares σ, by its square
        key = name_key(node)
        if key is None:
            return None
        binding = r.scope.lookup(key[0]) or _array_of(r, node)
        entry = _entry_of(r, node) if binding is None else None
        if entry is not None:
            if not isinstance(right, Num) or op in (">>", ">>=", "<<") or op == "!=" and not zero:
                return None  # a claim
            bound = float(right.text)
            low, high = (bound if op in ends else None for ends in ((">", ">="), ("<", "<=")))
            if bind_entry(r, node, low, high, op == "!=") is None:
                return None
            bindings.append(entry[0])
            continue
        if binding is None:
            if op in (">>", ">>=", "<<"):
                return None
            if not zero and not (
                isinstance(right, Num) and op in (">", ">=") and float(right.text) >= 0
            ):
                return None
            bindings += bind_declared(r, node, Space(SCALAR, frozenset({domain})), node.span)
            if not zero and op in (">", ">="):
                _above(bindings[-1], float(right.text))  # type: ignore[union-attr]
            continue
        if binding.kind != "free" or not zero and not binding.is_dimension:
            return None
        binding.domain.add(domain)
        bindings.append(binding)
    return bindings


def _unbound(r: Reader, node: Node) -> bool:
    found = name_key(node)
    return found is not None and not found[1] and r.scope.lookup(found[0]) is None


def _array_of(r: Reader, node: Node) -> Binding | None:
    """The σ of `σ_j > 0`: where an index stands for all of them, all entries are meant."""
    if not isinstance(node, Scripted) or not isinstance(node.base, Name) or not node.sub:
        return None
    letters = [t.text for t in node.sub if t.text not in (",", "{", "}")]
    if node.sups or not letters or not all(x in INDEX_LETTERS for x in letters):
        return None
    base = r.scope.lookup(Key(node.base.base, node.base.font, node.base.accent))
    if base is None or base.kind != "free" or base.shape == SCALAR or base.indices:
        return None
    return base if len(letters) == (1 if ONE in base.shape else 2) else None


def _entry_of(r: Reader, node: Node) -> tuple[Binding, tuple[int, int]] | None:
    """The θ of `θ_2 > 0`, with the place of the entry it speaks of."""
    if not isinstance(node, Scripted) or not isinstance(node.base, Name) or not node.sub:
        return None
    base = r.scope.lookup(Key(node.base.base, node.base.font, node.base.accent))
    if base is None or base.kind not in ("free", "defined") or base.indices or node.sups:
        return None
    if base.shape == SCALAR or base.is_dimension:
        return None
    try:
        e = r.expr(node)
    except DerivlibError:
        return None
    if not isinstance(e, Element) or not isinstance(e.row, Const):
        return None
    if not isinstance(e.column, Const) or not isinstance(e.base, Var) or e.base.binding is not base:
        return None
    row, column = int(e.row.value), int(e.column.value)
    return (base, (row - 1, column - 1)) if row > 0 and column > 0 else None


# Domains that speak of each entry alone: an entry may be moved within them.
_LOOSE = {"positive", "nonnegative", "negative", "nonpositive", "nonzero", "unit_interval"}


def bind_entry(
    r: Reader, node: Node, low: float | None, high: float | None, apart: bool = False
) -> Binding | None:
    """`θ_2 > 0`, `0 < p_1 < 1`, `x_3 ≠ 0`: the draws keep to it; None when it is no entry."""
    found = _entry_of(r, node)
    if found is None or found[0].kind != "free":
        return None
    binding, (row, column) = found
    if binding.domain - _LOOSE:  # to move one entry would break the whole: such draws are left out
        e, span = r.expr(node), node.span
        for op, bound in ((">", low), ("<", high), ("!=", 0.0 if apart else None)):
            if bound is not None:
                order = Compare(span, SCALAR, op, e, Const(span, SCALAR, bound))
                r.scope.settings.filters.append(order)
        return binding

    def moved(world: object, g: object, value: Any) -> Any:
        x = value[..., row, column]
        if low is not None and high is not None:
            x = low + (high - low) * (0.5 + 0.4 * np.tanh(x))
        elif low is not None:
            x = low + 0.3 + np.abs(x)
        elif high is not None:
            x = high - 0.3 - np.abs(x)
        elif apart:
            x = np.where(x < 0, x - 0.3, x + 0.3)
        value = value.copy()
        value[..., row, column] = x
        return value

    binding.conditions.append(moved)
    return binding


def _above(binding: Binding, low: float) -> None:
    binding.conditions.append(lambda world, g, value: value + low)


def _two_sided(r: Reader, statement: Statement) -> list[Binding] | None:
    """`0 < p < 1`."""
    ops = [rel.op for rel in statement.relations]
    if len(ops) != 2 or not all(o in ("<", "<=") for o in ops):
        return None
    low, name, high = statement.parts
    a, b = number_of(low), number_of(high)
    if a is None or b is None or name_key(name) is None:
        return None
    found = name_key(name)
    assert found is not None
    domain = frozenset(
        {"unit_interval"} if a >= 0 and b <= 1 else {"positive"} if a >= 0 else set()
    )
    binding = r.scope.lookup(found[0])
    if binding is None and _entry_of(r, name) is not None:
        entry = bind_entry(r, name, a, b)
        return None if entry is None else [entry]
    if binding is not None:
        binding.domain |= domain
        return [binding]
    return bind_declared(r, name, Space(SCALAR, domain), name.span)


def _determinant_of(node: Node) -> Node | None:
    if isinstance(node, Bars) and node.delimiter == "|":
        return node.body
    if (
        isinstance(node, Product)
        and len(node.factors) == 2
        and isinstance(node.factors[0], Name)
        and node.factors[0].base == "det"
    ):
        inner = node.factors[1]
        return inner.items[0] if isinstance(inner, Group) and len(inner.items) == 1 else inner
    return None

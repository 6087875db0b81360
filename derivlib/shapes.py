"""Symbolic dimensions and their unification.

A dimension is a polynomial over names such as `n` and `d`, kept in normal form, so
that `n·m` and `m·n` are one thing. A name that begins with `?` is unknown and may be
bound by unification. A shape is a pair (rows, columns); a scalar is 1×1, a column
vector n×1. A derivative of a matrix by a matrix has four: (rows, columns) of what is
differentiated, then (rows, columns) of the variable.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import count

Monomial = tuple[str, ...]
Dim = tuple[tuple[Monomial, int | Fraction], ...]
Shape = tuple[Dim, ...]

ZERO: Dim = ()


def constant(value: int | Fraction) -> Dim:
    return (((), value),) if value else ZERO


ONE = constant(1)
SCALAR: Shape = (ONE, ONE)


def named(name: str) -> Dim:
    return (((name,), 1),)


def _normal(terms: dict[Monomial, int | Fraction]) -> Dim:
    return tuple(sorted((m, c) for m, c in terms.items() if c))


def add(a: Dim, b: Dim, factor: int | Fraction = 1) -> Dim:
    terms = dict(a)
    for monomial, coefficient in b:
        terms[monomial] = terms.get(monomial, 0) + factor * coefficient
    return _normal(terms)


def multiply(a: Dim, b: Dim) -> Dim:
    if a == ONE:
        return b
    if b == ONE:
        return a
    terms: dict[Monomial, int | Fraction] = {}
    for m, c in a:
        for n, k in b:
            key = tuple(sorted(m + n))
            terms[key] = terms.get(key, 0) + c * k
    return _normal(terms)


def scale(a: Dim, factor: Fraction) -> Dim:
    return tuple(
        (m, int(c * factor) if (c * factor) == int(c * factor) else c * factor) for m, c in a
    )


def half_square(n: Dim) -> Dim:
    """n(n + 1)/2, the entries of a lower half with its diagonal."""
    return scale(multiply(n, add(n, ONE)), Fraction(1, 2))


def names(dim: Dim) -> set[str]:
    return {name for monomial, _ in dim for name in monomial}


def size(dim: Dim, sizes: Mapping[str, int]) -> int:
    """The number a dimension stands for under `sizes`."""
    total: int | Fraction = 0
    for monomial, coefficient in dim:
        value = coefficient
        for name in monomial:
            value *= sizes[name]
        total += value
    return int(total)


def show(dim: Dim) -> str:
    if not dim:
        return "0"
    parts = []
    for monomial, coefficient in dim:
        letters = "".join(monomial)
        if not letters:
            parts.append(str(coefficient))
        else:
            parts.append(letters if coefficient == 1 else f"{coefficient}{letters}")
    return "+".join(reversed(parts)).replace("+-", "-").replace("?", "·")


def show_shape(shape: Shape) -> str:
    if shape == SCALAR:
        return "scalar"
    return "×".join(show(d) if len(d) < 2 else f"({show(d)})" for d in shape)


class Mismatch(Exception):
    """Two dimensions that had to agree do not."""

    def __init__(self, statement: str, need: str = "") -> None:
        super().__init__(statement)
        self.statement = statement
        self.need = need


class Unifier:
    """Unknown dimensions and what has become of them."""

    def __init__(self) -> None:
        self.bound: dict[str, Dim] = {}
        self._count = count(1)

    def unknown(self) -> Dim:
        return named(f"?{next(self._count)}")

    def find(self, dim: Dim) -> Dim:
        """`dim` with every unknown that is bound replaced."""
        if not self.bound:
            return dim
        for monomial, _ in dim:
            for name in monomial:
                if name in self.bound:
                    return self._replace(dim)
        return dim

    def _replace(self, dim: Dim) -> Dim:
        total = ZERO
        for monomial, coefficient in dim:
            product = constant(coefficient)
            for name in monomial:
                product = multiply(product, self.find(self.bound.get(name, named(name))))
            total = add(total, product)
        return total

    def shape(self, shape: Shape) -> Shape:
        return tuple(self.find(d) for d in shape) if self.bound else shape

    def unify(self, a: Dim, b: Dim) -> bool:
        """Make two dimensions equal by binding unknowns; False if they cannot be."""
        if a == b:
            return True
        a, b = self.find(a), self.find(b)
        if a == b:
            return True
        if self._bind(a, b) or self._bind(b, a) or self._bind_both(a, b):
            return True
        return self._bind_root(a, b) or self._bind_root(b, a)

    def _bind_root(self, a: Dim, b: Dim) -> bool:
        """Solve (?² + ?)/2 = (n² + n)/2, and ?² = n²."""
        unknowns = {n for n in names(a) if n[0] == "?"}
        if len(unknowns) != 1 or len(a) != len(b):
            return False
        (unknown,) = unknowns
        for name in sorted(names(b)):
            self.bound[unknown] = named(name)
            if self.find(a) == b:
                return True
            del self.bound[unknown]
        return False

    def _bind(self, a: Dim, b: Dim) -> bool:
        """Solve a = b for an unknown of `a` when `a` is one monomial, linear in it."""
        if len(a) != 1:
            return self._bind_term(a, b)
        monomial, coefficient = a[0]
        unknowns = [n for n in monomial if n[0] == "?"]
        if len(unknowns) == 2 and unknowns[0] == unknowns[1] and len(b) == 1:  # ?·? = n·n
            half = b[0][0]
            if len(half) == 2 and half[0] == half[1] and len(monomial) == 2:
                self.bound[unknowns[0]] = named(half[0])
                return True
        if len(unknowns) != 1 or unknowns[0] in names(b):
            return False
        rest = [n for n in monomial if n[0] != "?"]
        quotient: dict[Monomial, int | Fraction] = {}
        for m, c in b:
            left = list(m)
            for name in rest:
                if name not in left:
                    return False
                left.remove(name)
            quotient[tuple(left)] = c if coefficient == 1 else Fraction(c) / coefficient
        self.bound[unknowns[0]] = _normal(quotient)
        return True

    def _bind_both(self, a: Dim, b: Dim) -> bool:
        """Solve ?·n = ?′·m by ? = m, ?′ = n, the smallest sizes of A ⊗ I + I ⊗ B."""
        if len(a) != 1 or len(b) != 1 or a[0][1] != b[0][1]:
            return False
        (left,), (right,) = (
            ([n for n in d[0][0] if n[0] == "?"] or [""] for d in (a, b))
            if all(sum(n[0] == "?" for n in d[0][0]) == 1 for d in (a, b))
            else (("",), ("",))
        )
        if not left or left == right:
            return False
        mine, theirs = ([n for n in d[0][0] if n[0] != "?"] for d in (a, b))
        for n in list(mine):
            if n in theirs:
                mine.remove(n)
                theirs.remove(n)
        if not mine and not theirs:
            self.bound[left] = named(right)
            return True
        self.bound[left] = ((tuple(sorted(theirs)), 1),)
        self.bound[right] = ((tuple(sorted(mine)), 1),)
        return True

    def _bind_term(self, a: Dim, b: Dim) -> bool:
        """Solve m + ? = m + p."""
        lone = [m for m, c in a if len(m) == 1 and m[0][0] == "?" and c == 1]
        if len(lone) != 1:
            return False
        rest = tuple((m, c) for m, c in a if m != lone[0])
        if lone[0][0] in names(rest) | names(b):
            return False
        self.bound[lone[0][0]] = add(b, rest, -1)
        return True

    def same(self, a: Shape, b: Shape) -> bool:
        return len(a) == len(b) and all(self.unify(x, y) for x, y in zip(a, b, strict=True))

"""Printed sizes, such as n, 2n or n^2, as symbolic dimensions."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from derivlib.errors import UNREADABLE, user_error
from derivlib.meaning.printed import script_text
from derivlib.scope import Key
from derivlib.shapes import SCALAR, Dim, add, constant, multiply, named, scale
from derivlib.source import Span
from derivlib.tex.lexer import Token
from derivlib.tex.parser import parse_tokens
from derivlib.tex.tree import Additive, Frac, Group, Name, Node, Num, Product, Scripted

if TYPE_CHECKING:
    from derivlib.meaning.elaborate import Reader


def dimension(r: Reader, node: Node) -> Dim:
    """A printed size, such as n, 2n, mn or n^2, as a symbolic dimension; new letters are bound."""

    match node:
        case Num(text=text) if text.isdigit():
            if not 1 <= int(text) <= 64:
                raise user_error(UNREADABLE, f"a dimension of {text} is outside 1 to 64", node.span)
            return constant(int(text))
        case Name():
            return letter_dimension(r, Key(node.base, node.font, node.accent), node.span)
        case Scripted(base=Name() as base) if (
            node.sub is None and len(node.sups) == 1 and script_text(node.sups[0]).isdigit()
        ):
            inner = dimension(r, base)
            total = inner
            for _ in range(min(int(script_text(node.sups[0])), 4) - 1):
                total = multiply(total, inner)
            return total
        case Scripted(base=Name() as base) if not node.primes:
            tag = "".join(script_text(s) for s in node.sups)
            return letter_dimension(
                r, Key(base.base, base.font, base.accent, script_text(node.sub), tag), node.span
            )
        case Product():
            total = constant(1)
            divisor = 1
            for f, op in zip(node.factors, ("", *node.ops), strict=True):
                if op == "over" and isinstance(f, Num):
                    divisor *= int(f.text)
                elif op in ("", "cdot", "times"):
                    total = multiply(total, dimension(r, f))
                else:
                    break
            else:
                return scale(total, Fraction(1, divisor)) if divisor > 1 else total
        case Additive():
            total = ()
            for t, sign in zip(node.terms, node.signs, strict=True):
                total = add(total, dimension(r, t), sign)
            if not total or all(c <= 0 for _, c in total):
                text = r.text[node.span.start : node.span.end]
                raise user_error(UNREADABLE, f"a dimension of {text} cannot be", node.span)
            return total
        case Group(items=(inner,)):
            return dimension(r, inner)
        case Frac(numerator=a, denominator=Num(text=d)):
            return scale(dimension(r, a), Fraction(1, int(d)))
    text = r.text[node.span.start : node.span.end]
    raise user_error(UNREADABLE, f"{text} is no dimension", node.span)


def letter_dimension(r: Reader, key: Key, span: Span) -> Dim:
    binding = r.scope.lookup(key)
    if binding is not None and not binding.is_dimension:
        if (
            binding.shape == SCALAR
            and binding.kind == "free"
            and ("integer" in binding.domain or not binding.used)
        ):
            binding.is_dimension = True
            binding.domain.add("dimension")
        else:
            raise user_error(
                UNREADABLE, f"{binding.tex} cannot be a dimension", span,
                f"it was bound at ⟦{binding.span.start}⟧",
            )  # fmt: skip
    if binding is None:
        binding = r.scope.dimension(key, span)
    return named(binding.key)


def _size(r: Reader, tokens: Sequence[Token]) -> Dim:
    return dimension(r, parse_tokens(list(tokens)))


def sizes_of(r: Reader, sub: Sequence[Token]) -> list[Dim]:
    if any(t.text == r"\times" for t in sub):
        return [_size(r, p) for p in split_at(sub, r"\times")]
    if any(t.text == "," for t in sub):
        return [_size(r, p) for p in split_at(sub, ",")]
    if len(sub) == 2 and all(t.kind == "let" for t in sub):
        return [_size(r, [t]) for t in sub]
    return [_size(r, sub)]


def split_at(tokens: Sequence[Token], at: str) -> list[list[Token]]:
    pieces: list[list[Token]] = [[]]
    for t in tokens:
        if t.text == at:
            pieces.append([])
        else:
            pieces[-1].append(t)
    return pieces

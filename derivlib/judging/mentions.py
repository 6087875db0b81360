"""A formula that only names something: read for its own sake, nothing claimed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from derivlib.errors import UNREADABLE, DerivlibError, user_error
from derivlib.judging.parsed import on_page
from derivlib.judging.part import Part
from derivlib.judging.spaces import read_space
from derivlib.meaning.keys import family_of, name_key
from derivlib.meaning.printed import is_condition
from derivlib.meaning.reading import reading
from derivlib.operators import BY_SPELLING
from derivlib.scope import Key
from derivlib.tex.tree import Dots, Group, Name, Node, Num, Product, Scripted, Statement

if TYPE_CHECKING:
    from derivlib.judging.judge import Judge


def mention(judge: Judge, s: Statement) -> None:
    node = s.parts[0]
    if (
        isinstance(node, Product)
        and set(node.ops) == {"times"}
        and all(isinstance(f, Name | Num | Scripted | Group | Product) for f in node.factors)
    ):
        r = judge.reader()
        try:  # n × d, a size
            for f in node.factors:
                if (
                    isinstance(f, Name)
                    and judge.scope.lookup(Key(f.base, f.font, f.accent)) is None
                ):
                    judge.scope.dimension(Key(f.base, f.font, f.accent), on_page(judge.p, f.span))
        except DerivlibError:
            pass
    r = judge.reader()
    if isinstance(node, Name | Scripted):
        found = name_key(node)
        if found is not None:
            key, letters = found
            binding = judge.scope.lookup(key)
            if key.sup.endswith("'"):
                plain = judge.scope.lookup(key._replace(sup=key.sup.rstrip("'")))
                if plain is not None and plain.kind == "function":
                    binding = plain
            if binding is not None and (binding.kind == "function" or letters or binding.indices):
                judge.parts.append(Part("mention", reading=f"{binding.tex}"))
                return
            family = family_of(key, node, r)
            if binding is None and family is not None and judge.scope.lookup(family[0]) is not None:
                judge.parts.append(Part("mention", reading=f"{r.text}"))
                return
        if isinstance(node, Name):
            index = judge.scope.index(node.base)
            if (
                index is not None
                or node.base in BY_SPELLING
                and node.font in ("op", "rm", "")
                and len(node.base) > 1
            ):
                judge.parts.append(Part("mention", reading=node.base))
                return
    if isinstance(node, Name) and len(node.base) == 1 and node.base in judge.page.letters:
        binding = judge.scope.lookup(Key(node.base, node.font, node.accent))
        if binding is None:
            judge.parts.append(Part("mention", reading=f"the index {node.base}"))
            return
    if (
        isinstance(node, Product)
        and isinstance(node.factors[0], Name)
        and node.factors[0].font == "cal"
        and node.factors[0].base in ("N", "U", "D")
        and isinstance(node.factors[1], Group)
    ):
        for item in node.factors[1].items:
            r.expr(item)
        judge.parts.append(Part("mention", reading=f"a distribution {judge.text.strip()}"))
        return
    if (
        isinstance(node, Group)
        and len(node.items) > 1
        and all(is_index_like(i) for i in node.items)
    ):
        judge.parts.append(Part("mention", reading=f"the place {judge.text.strip()}"))
        return
    if isinstance(node, Group) and node.delimiter == "(" and len(node.items) > 1:
        if not any(isinstance(item, Dots) for item in node.items):  # a pair, no matrix
            read = [reading(r.expr(item), r.u) for item in node.items]
            judge.parts.append(Part("mention", reading=f"({', '.join(read)})", notes=r.notes))
            return
    if _is_set(node):
        read_space(r, node)
        judge.parts.append(Part("mention", reading=judge.text.strip()))
        return
    if (
        isinstance(node, Dots)
        or isinstance(node, Name)
        and (node.base in (r"\nabla", r"\partial", "d") or node.base == "D" and node.font == "op")
    ):
        judge.parts.append(Part("mention", reading=judge.text))
        return
    if is_condition(node) and isinstance(node, Group) and node.delimiter == r"\{":
        raise user_error(
            UNREADABLE, "a relation in braces is not read", node.span,
            "write it as a formula of its own, so that it is checked",
        )  # fmt: skip
    r.in_index = is_index_like(node)
    e = r.expr(node)
    for d in e.shape:
        r.u.find(d)
    judge.parts.append(Part("mention", reading=reading(e, r.u), notes=r.notes))


def _is_set(node: Node) -> bool:
    base = node.base if isinstance(node, Scripted) else node
    return isinstance(base, Name) and base.font == "bb" and base.base in ("R", "S", "N", "Z")


def is_index_like(node: Node) -> bool:
    return isinstance(node, Name) and len(node.base) == 1 and node.base in "ijkl"

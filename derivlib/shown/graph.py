"""The graph of a computation: what a quantity is made of, from the definitions of the page."""

from __future__ import annotations

import re

from derivlib.errors import UNKNOWN_NAME, user_error
from derivlib.expr import At, Binding, Derivative, Expr, Index, Member, Var, children
from derivlib.judging.parsed import Parsed
from derivlib.meaning.keys import name_key
from derivlib.meaning.reading import index_text
from derivlib.scope import Scope
from derivlib.shown.parts import shape_of
from derivlib.tex.parser import parse_formula
from derivlib.verdict import Graph, Vertex

MOST = 24  # vertices; a larger picture shows nothing


def graph_of(p: Parsed, name: str) -> Graph:
    """What the quantity called `name` is made of, where a formula stands.

    Raises:
        DerivlibError: nothing of that name is defined there, or it is made of too much.
    """
    binding = _binding(name, p.scope or Scope())
    if binding is None or binding.definition is None:
        raise user_error(
            UNKNOWN_NAME, f"no {name} is defined here whose graph could be drawn", (0, 1),
            r"name a quantity that the page has defined: graph \ell",
        )  # fmt: skip
    vertices: list[Vertex] = []
    numbers: dict[str, int] = {}
    edges: set[tuple[int, int]] = set()

    def add(tex: str, shape: tuple[str, ...], source: Binding, whole: bool) -> int:
        if tex in numbers:
            return numbers[tex]
        number = numbers[tex] = len(vertices)
        given = source.definition is None or not whole
        vertices.append(Vertex(tex, shape, given))
        if len(vertices) > MOST:
            raise user_error(
                UNKNOWN_NAME, f"{name} is made of more than {MOST} quantities", (0, 1)
            )
        if not given and source.definition is not None:
            for needed in _needed(source.definition, source.indices):
                edges.add((add(*needed), number))
        return number

    add(binding.tex, shape_of(binding.shape, None), binding, True)
    return Graph(tuple(vertices), tuple(sorted(edges)))


def _binding(name: str, scope: Scope) -> Binding | None:
    for statement in parse_formula(name):
        found = name_key(statement.parts[0])
        if found is not None:
            return scope.lookup(found[0])
    return None


def _needed(
    e: Expr, own: tuple[Index, ...]
) -> list[tuple[str, tuple[str, ...], Binding, bool]]:
    """The quantities that a definition names; a member at another index is taken as given."""
    found = []
    waiting = [e]
    while waiting:
        node = waiting.pop()
        match node:
            case Derivative():
                continue
            case Var(binding=b) if not b.is_dimension and b.kind != "function":
                found.append((b.tex, shape_of(b.shape, None), b, True))
            case Member(family=b, indices=indices):
                same = all(isinstance(i, At) for i in indices)
                tex = b.tex if same else _at(b, indices)
                found.append((tex, shape_of(b.shape, None), b, same))
            case _:
                waiting.extend(children(node))
    return found[::-1]


def _at(family: Binding, indices: tuple[Expr, ...]) -> str:
    """`H^{(t-1)}`: the name of a family with another index in its place."""
    tex = family.tex
    for index, place in zip(family.indices, indices, strict=False):
        text = re.sub(r"\s", "", index_text(place))
        own = r"\*" if "*" in tex else rf"(?<![\\a-zA-Z]){re.escape(index.name)}(?![a-zA-Z])"
        tex = re.sub(own, text, tex)
    return tex



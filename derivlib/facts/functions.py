"""Functions in words: applied elementwise, known by name, some function of what is named."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from derivlib.expr import Binding
from derivlib.facts.subjects import place_of, reader_of
from derivlib.function_definitions import unspecified_of
from derivlib.operators import BY_NAME, BY_SPELLING
from derivlib.parsed import Parsed, on_page
from derivlib.scope import Key
from derivlib.sentences import Fact
from derivlib.shapes import SCALAR
from derivlib.sizes import settle
from derivlib.spaces import read_space
from derivlib.tex.tree import Name, Node, Scripted
from derivlib.words import FUNCTIONS

if TYPE_CHECKING:
    from derivlib.check import PageCheck


def elementwise(
    page: PageCheck, p: Parsed, node: Node, key: Key, binding: Binding | None, phrase: str
) -> bool:
    if binding is not None:
        if binding.kind == "function":
            make_elementwise(binding)
        return True
    if key.base in BY_SPELLING or p.statements[0].relations:
        return True
    for pattern, name, _ in FUNCTIONS:
        if re.search(pattern, phrase, re.IGNORECASE):
            return named_function(page, p, key, node, name)
    if not isinstance(node, Name | Scripted):
        return True
    b = Binding(
        key.tex(),
        key.tex(),
        "function",
        SCALAR,
        on_page(p, node.span),
        arguments=(SCALAR,),
        elementwise=True,
    )
    page.scope.bind(key, b)
    return True


def make_elementwise(binding: Binding) -> None:
    if binding.operator is None and binding.definition is None:
        binding.elementwise = True
        binding.arguments = (SCALAR,)


def named_function(page: PageCheck, p: Parsed, key: Key, node: Node, name: str) -> bool:
    row = BY_NAME[name]
    old = page.scope.here(key)
    if old is not None or key.base in BY_SPELLING or p.statements[0].relations:
        return True
    b = Binding(
        key.tex(), key.tex(), "function", SCALAR, on_page(p, node.span), operator=row,
        elementwise=True, arguments=(SCALAR,),
    )  # fmt: skip
    page.scope.bind(key, b)
    return True


def function_of(
    page: PageCheck, f: Fact, p: Parsed, key: Key, by_index: Mapping[int, Parsed], space: int = -1
) -> bool:
    """`$L$ is a smooth function of $A$`: a value that is some function of what is named."""
    args = []
    reader = None
    shape = SCALAR
    for k in f.objects:
        other = by_index.get(k)
        if other is None or not other.statements:
            return False
        r = reader_of(page, other)
        if k == space:
            shape = read_space(r, other.statements[0].parts[0]).shape
            continue
        for s in other.statements:
            e = r.expr(s.parts[0])
            settle(e, r)
            args.append(e)
            reader = r
    if not args or reader is None:
        return False
    unspecified_of(page.scope, key, args, place_of(page, p), reader, shape)
    return True

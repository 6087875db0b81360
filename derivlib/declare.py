r"""Declarations printed as formulas: sets, signs, function types, index ranges.

`X \in \mathbb{R}^{n \times d}`, `A \in \mathbb{S}^n_{++}`, `\lambda > 0`,
`L : \mathbb{R}^{n \times h} \to \mathbb{R}`, `t = 1, \dots, T`. Each binds names in the
scope of its section, or adds a property to a name that is already there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from derivlib.dimensions import dimension
from derivlib.elaborate import Reader
from derivlib.errors import UNREADABLE, user_error
from derivlib.expr import Binding, Const, Index, Size
from derivlib.patterns import bound
from derivlib.printed import script_text
from derivlib.scope import Key
from derivlib.shapes import ONE, SCALAR, Shape, add, named, show_shape
from derivlib.source import Span
from derivlib.tex.lexer import Token
from derivlib.tex.parser import parse_tokens
from derivlib.tex.tree import (
    Additive,
    Bars,
    Dots,
    Group,
    Name,
    Node,
    Num,
    Product,
    Scripted,
    Statement,
)
from derivlib.values.closures import dependencies


@dataclass(frozen=True)
class Space:
    """A set that a name can be declared to be in: shape and properties."""

    shape: Shape
    domain: frozenset[str] = frozenset()


_TAG = re.compile(r"[A-Za-z0-9]+|\*|\\(?:star|ast|circ|dagger|ell|prime)|[+-]")
MATRIX_SETS = {
    "O": "orthogonal", "SO": "orthogonal", "St": "orthonormal", "GL": "invertible",
    "Sym": "symmetric", "SPD": "spd", "PD": "spd", "Skew": "skew",
}  # fmt: skip
SIGNS = {
    ">": "positive", ">=": "nonnegative", "<": "negative", "<=": "nonpositive",
    ">>": "spd", ">>=": "psd", "<<": "negative_definite", "!=": "nonzero",
}  # fmt: skip
NAMED_SETS = {
    # script of ℝ or letter of the set -> properties
    "+": "nonnegative", "++": "positive", "-": "negative", r"\geq0": "nonnegative",
    r"\ge0": "nonnegative", ">0": "positive", "+*": "positive",
}  # fmt: skip


def read_space(r: Reader, node: Node) -> Space:
    """The set after ∈.

    Raises:
        DerivlibError: it is no set that the language knows.
    """
    if (
        isinstance(node, Product)
        and all(op in ("times", "") for op in node.ops)
        and len(node.factors) > 1
    ):
        spaces = [read_space(r, f) for f in node.factors]
        if all(s.shape == spaces[0].shape for s in spaces):
            return spaces[0]
    if isinstance(node, Product) and "setminus" in node.ops:
        k = node.ops.index("setminus")
        inner = (
            node.factors[0] if k == 0 else Product(node.span, node.factors[: k + 1], node.ops[:k])
        )
        space = read_space(r, inner)
        return Space(space.shape, space.domain | {"nonzero"})
    sub: tuple[Token, ...] | None = None
    sups: tuple[tuple[Token, ...], ...] = ()
    base = node
    if isinstance(node, Scripted):
        sub, sups, base = node.sub, node.sups, node.base
    if isinstance(base, Group) and base.delimiter in ("(", "["):  # an interval
        return Space(SCALAR, frozenset(_interval(base)))
    if isinstance(base, Group) and base.delimiter == r"\{":
        values = [_number(i) for i in base.items]
        domain = (
            "binary"
            if values == [0.0, 1.0]
            else "sign"
            if sorted(map(str, values)) == ["-1.0", "1.0"]
            else "integer"
        )
        return Space(_exponent(r, sups), frozenset({domain}))
    if isinstance(base, Name):
        tag = script_text(sub).replace(" ", "")
        shape = _exponent(r, sups)
        if base.font == "bb" or (
            base.base in ("R", "N", "Z", "S") and base.font in ("rm", "bf", "cal", "")
        ):
            return _blackboard(r, base, tag, shape, sub, sups, node.span)
        if base.base == r"\Delta":
            shape = shape if shape != SCALAR else _exponent(r, (sub,) if sub else ())
            if "-" in script_text(sups[0] if sups else sub):  # Δ^{n-1}: n numbers that sum to one
                shape = (add(shape[0], ONE), ONE)
            return Space(shape, frozenset({"simplex"}))
        if base.base in MATRIX_SETS:
            domain = MATRIX_SETS[base.base]
            square = _exponent(r, sups or ((sub,) if sub else ()))
            return Space(
                (square[0], square[0]) if square[1] == ONE else square, frozenset({domain})
            )
    if isinstance(base, Product) and len(base.factors) == 2 and base.ops[0] == "":
        head, size = base.factors
        if (
            isinstance(head, Name)
            and head.base in ("O", "SO", "GL", "St", "S")
            and isinstance(size, Group)
        ):
            n = dimension(r, size.items[0])
            last = (
                dimension(r, size.items[-1])
                if len(size.items) > 1 and not _is_field(size.items[-1])
                else n
            )
            kind = {
                "O": "orthogonal",
                "SO": "orthogonal",
                "GL": "invertible",
                "St": "orthonormal",
                "S": "symmetric",
            }[head.base]
            return Space((n, last), frozenset({kind}))
    raise user_error(
        UNREADABLE, "this set is not known", node.span,
        r"known are \mathbb{R}^n, \mathbb{R}^{m \times n}, \mathbb{R}_{+}, \mathbb{S}^n, "
        r"\mathbb{S}^n_{++}, \Delta^{n-1}, O(n), intervals and finite sets",
    )  # fmt: skip


def _is_field(node: Node) -> bool:
    return isinstance(node, Name) and node.font == "bb"


def _blackboard(
    r: Reader, base: Name, tag: str, shape: Shape, sub: tuple[Token, ...] | None,
    sups: tuple[tuple[Token, ...], ...], span: Span,
) -> Space:  # fmt: skip
    for s in sups:
        text = script_text(s)
        if text in NAMED_SETS and shape == SCALAR:
            tag = text
    domain: set[str] = set()
    if base.base in ("N", "Z"):
        return Space(shape, frozenset({"integer"}))
    if base.base == "S":
        if shape[1] == ONE and shape != SCALAR:
            if tag == "" and "-" in script_text(sups[0]):  # the unit sphere in n dimensions
                return Space((add(shape[0], ONE), ONE), frozenset({"unit_norm"}))
            shape = (shape[0], shape[0])
        domain = {"++": {"spd"}, "+": {"psd"}, "": {"symmetric"}}.get(tag, {"symmetric"})
        return Space(shape, frozenset(domain))
    if base.base in ("R", "C", "Q", "K", "F"):
        for key, name in NAMED_SETS.items():
            if tag == key or tag.endswith(key) and tag.startswith(("\\ge", ">")):
                domain.add(name)
        return Space(shape, frozenset(domain))
    raise user_error(UNREADABLE, "this set is not known", span)


def _exponent(r: Reader, sups: tuple[tuple[Token, ...], ...]) -> Shape:
    """n, or m × n."""
    for tokens in sups:
        text = script_text(tokens)
        if text in NAMED_SETS:
            continue
        sides: list[list[Token]] = [[]]
        depth = 0
        for t in tokens:
            depth += t.text in ("(", "{")
            depth -= t.text in (")", "}")
            if t.text in (r"\times", ",") and not depth or (t.text == "x" and len(tokens) == 3):
                sides.append([])
            else:
                sides[-1].append(t)
        dims = [dimension(r, parse_tokens(s)) for s in sides]
        if len(dims) > 2:
            raise user_error(
                UNREADABLE, "arrays with more than two indices are not read",
                Span(tokens[0].start, tokens[-1].end), "write each slice as a matrix, X^{(t)}",
            )  # fmt: skip
        return (dims[0], dims[1]) if len(dims) == 2 else (dims[0], ONE)
    return SCALAR


def _interval(group: Group) -> set[str]:
    values = [_number(i) for i in group.items]
    if len(values) == 2:
        low, high = values
        if low is not None and high is not None and low >= 0 and high <= 1:
            return {"unit_interval"}
        if low is not None and low >= 0:
            return {"positive"}
        if high is not None and high <= 0:
            return {"negative"}
    return set()


def _number(node: Node) -> float | None:
    if isinstance(node, Additive) and len(node.terms) == 1:
        inner = _number(node.terms[0])
        return None if inner is None else node.signs[0] * inner
    if isinstance(node, Num):
        return float(node.text)
    if isinstance(node, Name) and node.base == r"\infty":
        return float("inf")
    return None


def declared_names(statement_part: Node) -> list[Node]:
    if isinstance(statement_part, Group) and len(statement_part.items) > 1:
        return list(statement_part.items)
    return [statement_part]


def name_key(node: Node) -> tuple[Key, list[str]] | None:
    """(key, index letters) of a name as it is bound; `X^{(t)}` is the family `X^{(*)}`."""
    if isinstance(node, Group) and node.delimiter == "{" and len(node.items) == 1:
        return name_key(node.items[0])
    if isinstance(node, Name):
        return Key(node.base, node.font, node.accent), []
    if isinstance(node, Product) and len(node.factors) == 2 and node.ops == ("",):
        head = node.factors[0]  # δh, ΔW
        if isinstance(head, Name) and head.base in (r"\delta", r"\Delta"):
            inner = name_key(node.factors[1])
            if inner is not None and not inner[0].base.startswith("\\d"):
                key, letters = inner
                return Key(head.base + key.base, key.font, key.accent, key.sub, key.sup), letters
        return None
    if not isinstance(node, Scripted) or not isinstance(node.base, Name):
        return None
    name, sub, sup = node.base, script_text(node.sub), ""
    indices: list[str] = []
    if len(node.sups) > 1:
        return None
    if node.sups:
        text = script_text(node.sups[0])
        inside = text[1:-1] if text[:1] in "([<" and text[-1:] in ")]>" else None
        if inside is not None:
            if inside.isalpha() and len(inside) == 1 or inside in (r"\ell", r"\tau"):
                indices.append(inside)
                sup = "(*)"
            else:
                sup = f"({inside})"
        elif text in ("T", r"\top", "-1", "2", "3", r"\intercal") or not _TAG.fullmatch(text):
            return None
        else:
            sup = text
    return Key(name.base, name.font, name.accent, sub, sup + "'" * node.primes), indices


def family_of(key: Key, node: Node, r: Reader) -> tuple[Key, list[str]] | None:
    """The family reading of a name with an index for a subscript: x_k, W_\\ell, g_{ij}."""
    if not isinstance(node, Scripted) or node.sub is None:
        return None
    letters = [t.text for t in node.sub if t.text not in (",", "{", "}")]
    if (
        not letters
        or len(letters) > 2
        or not all(len(x) == 1 and x.isalpha() or x in (r"\ell", r"\tau") for x in letters)
    ):
        return None
    return Key(key.base, key.font, key.accent, ",".join("*" * len(letters)), key.sup), letters


INDEX_LETTERS = set("ijklmnpqrst") | {r"\ell", r"\tau"}


def bind_declared(r: Reader, node: Node, space: Space, at: Span) -> list[Binding]:
    """Bind one declared name to a shape and a domain.

    Raises:
        DerivlibError: the name is bound in this section to something else.
    """
    found = name_key(node)
    if found is None:
        raise user_error(UNREADABLE, "a declaration needs a name before ∈", node.span)
    key, letters = found
    family = family_of(key, node, r) if not letters else None
    if family is not None and all(r.scope.index(x) is not None for x in family[1]):
        key, letters, family = (*family, None)
    shape = space.shape
    if r.scope.settings.rows and shape[1] == ONE and shape != SCALAR:
        shape = (ONE, shape[0])
    old = r.scope.here(key)
    text = r.text[node.span.start : node.span.end].strip()
    if old is not None:
        if old.is_dimension and shape == SCALAR:
            old.domain |= space.domain
            return [old]
        if old.kind != "function" and old.shape == shape:
            old.domain |= set(space.domain)
            return [old]
        raise user_error(
            UNREADABLE, f"{text} is bound twice in this section", node.span,
            f"it was {show_shape(old.shape)} at ⟦{old.span.start}⟧ and is {show_shape(shape)} here",
            "give one of them another name, or put them in sections of their own",
        )  # fmt: skip
    indices = tuple(_range_index(r, letter) for letter in letters)
    binding = Binding(key.tex() if not letters else text, text, "free", shape, r.place(at),
                      set(space.domain), indices=indices)  # fmt: skip
    if shape == SCALAR and "integer" in space.domain and not letters:
        binding.is_dimension = True
        binding.key = key.tex()
    if key.base in ("0", "1", "I"):
        binding.kind, binding.value, binding.implicit = (
            "fill",
            {"0": "zeros", "1": "ones", "I": "eye"}[key.base],
            True,
        )
    r.scope.bind(key, binding)
    if family is not None and family[1][0] in INDEX_LETTERS and r.scope.lookup(family[0]) is None:
        # x_i may be one of many: under a sum over i it is a member of this family.
        many = Binding(family[0].tex(), text, "free", shape, binding.span, set(space.domain),
                       indices=tuple(Index(x) for x in family[1]), implicit=True)  # fmt: skip
        r.scope.bind(family[0], many)
    return [binding]


def bind_listed(r: Reader, nodes: list[Node], space: Space, at: Span) -> Binding | None:
    """`x_1, \\dots, x_m \\in \\mathbb{R}^n`: one family, its index from the first to the last."""
    first, last = nodes[0], nodes[-1]
    if not isinstance(first, Scripted) or not isinstance(last, Scripted):
        return None
    a, b = name_key(first), name_key(last)
    if a is None or b is None or a[0][:3] != b[0][:3]:
        return None
    by_sub = first.sub is not None and last.sub is not None
    low = first.sub if by_sub else first.sups[0][1:-1] if first.sups else None
    high = last.sub if by_sub else last.sups[0][1:-1] if last.sups else None
    if not low or not high or not low[0].text.isdigit():
        return None
    key = a[0]._replace(sub="*") if by_sub else a[0]._replace(sup="(*)")
    if r.scope.here(key) is not None:
        return r.scope.here(key)
    start, end = bound(r, parse_tokens(low)), bound(r, parse_tokens(high))
    extent = end.dim if isinstance(end, Size) and low[0].text == "1" else None
    index = Index("k", start, end, extent)
    binding = Binding(key.tex(), key._replace(sub="k" if by_sub else "").tex(), "free", space.shape,
                      r.place(at), set(space.domain), indices=(index,))  # fmt: skip
    r.scope.bind(key, binding)
    return binding


def _range_index(r: Reader, letter: str) -> Index:
    declared = r.scope.index(letter)
    if declared is not None:
        return Index(letter, declared.low, declared.high, declared.extent)
    binding = r.scope.dimension(
        Key(letter.upper() if letter.islower() else letter + "max"), Span(0, 0)
    )
    return Index(
        letter, None, None, named(binding.key) if binding.is_dimension else None, assumed=True
    )


def bind_function(r: Reader, statement: Statement) -> Binding:
    """`L : ℝ^{n×h} → ℝ`, `f : ℝ^n × ℝ^m → ℝ`."""
    ops = [rel.op for rel in statement.relations]
    if ops not in (["typed", "to"], ["typed", "mapsto"]):
        raise user_error(UNREADABLE, "this type of a function is not read", statement.span)
    name, source, target = statement.parts
    found = name_key(name)
    if found is None:
        raise user_error(UNREADABLE, "a function needs a name", name.span)
    key, letters = found
    if letters:
        key = Key(key.base, key.font, key.accent, key.sub, key.sup)
    sources: list[Node] = [source]
    if isinstance(source, Product) and all(op == "times" for op in source.ops):
        sources = list(source.factors)
    arguments = tuple(read_space(r, s).shape for s in sources)
    result = read_space(r, target)
    old = r.scope.here(key)
    if old is not None and (old.kind != "function" or old.arguments != arguments):
        raise user_error(
            UNREADABLE, f"{old.tex} is bound twice in this section", name.span,
            f"it was bound before at ⟦{old.span.start}⟧",
        )  # fmt: skip
    elementwise = arguments == (SCALAR,) and result.shape == SCALAR
    binding = Binding(
        key.tex(), key.tex(), "function", result.shape, r.place(statement.span),
        arguments=arguments, elementwise=elementwise,
    )  # fmt: skip
    r.scope.bind(key, binding)
    return binding


def read_range(r: Reader, statements: list[Statement]) -> int:
    """Index ranges at the head of a list of statements: how many statements they took.

    `i = 1, \\dots, n` comes from the parser as three statements; `1 \\le i \\le n` and
    `i \\in \\{1, \\dots, n\\}` as one.
    """
    first = statements[0]
    ops = [rel.op for rel in first.relations]
    if ops == ["="]:
        k = 1
        while k < len(statements) and k < 4 and not statements[k].relations:
            if (
                isinstance(statements[k].parts[0], Dots)
                and k + 1 < len(statements)
                and not statements[k + 1].relations
            ):
                return _bind_range(
                    r, [first.parts[0]], first.parts[1], statements[k + 1].parts[0], k + 2
                )
            k += 1
    if len(ops) == 1 and ops[0] in ("<", "<=", ">", ">=") and first.lead == "for":
        return _narrowed(r, first)
    if ops in (["<=", "<="], ["<", "<="], ["<=", "<"]) and _is_index_name(r, first.parts[1]):
        return _bind_range(r, declared_names(first.parts[1]), first.parts[0], first.parts[2], 1,
                           strict_low=ops[0] == "<", strict_high=ops[1] == "<")  # fmt: skip
    if (
        ops == ["in"]
        and isinstance(first.parts[1], Group)
        and first.parts[1].delimiter in (r"\{", "[")
    ):
        items = first.parts[1].items
        if any(isinstance(i, Dots) for i in items):
            return _bind_range(r, declared_names(first.parts[0]), items[0], items[-1], 1)
        if (
            first.parts[1].delimiter == "["
            and len(items) == 1
            and _is_index_name(r, first.parts[0])
        ):
            one = Num(items[0].span, "1")
            return _bind_range(r, declared_names(first.parts[0]), one, items[0], 1)
    return 0


def _narrowed(r: Reader, s: Statement) -> int:
    """`(t < T)` after an equation: its index runs only so far."""
    name, limit = s.parts
    declared = r.scope.index(name.base) if isinstance(name, Name) else None
    if declared is None or not isinstance(name, Name):
        return 0
    e = bound(r, limit)
    low, high = declared.low, declared.high
    op = s.relations[0].op
    if op in ("<", "<="):
        if isinstance(e, Size) and op == "<":
            e = Size(e.span, SCALAR, add(e.dim, ONE, -1))
        elif isinstance(e, Const) and op == "<":
            e = Const(e.span, SCALAR, e.value - 1)
        high = e
    elif isinstance(e, Const):
        low = Const(e.span, SCALAR, e.value + (op == ">"))
    if high is None and declared.extent is not None:
        high = Size(name.span, SCALAR, declared.extent)
    r.scope.indices[name.base] = Index(name.base, low, high, None)
    return 1


def _is_index_name(r: Reader, node: Node) -> bool:
    for n in declared_names(node):
        if not isinstance(n, Name) or r.scope.lookup(Key(n.base, n.font, n.accent)) is not None:
            return False
    return True


def _bind_range(
    r: Reader, names: list[Node], low: Node, high: Node, used: int,
    strict_low: bool = False, strict_high: bool = False,
) -> int:  # fmt: skip
    if not all(isinstance(n, Name) for n in names):
        return 0
    if len(names) == 1 and names[0].base not in INDEX_LETTERS | {"a", "b", "c", "u", "v"}:  # type: ignore[attr-defined]
        top = bound(r, high)
        if isinstance(top, Size):  # a class label y ∈ {1, …, K}: one number, not all of them
            (label,) = bind_declared(
                r, names[0], Space(SCALAR, frozenset({"label"})), names[0].span
            )
            label.value = top.dim
            return used
    a, b = bound(r, low), bound(r, high)
    if isinstance(a, Size) or isinstance(a, Const) and isinstance(b, Const) and a.value > b.value:
        a, b = b, a  # t = T, …, 1
    if strict_low and isinstance(a, Const):
        a = Const(a.span, SCALAR, a.value + 1)
    if strict_high and isinstance(b, Size):
        b = Size(b.span, SCALAR, add(b.dim, ONE, -1))
    for n in names:
        assert isinstance(n, Name)
        if r.scope.lookup(Key(n.base, n.font, n.accent)) is not None and not r.scope.index(n.base):
            return 0
        extent = b.dim if isinstance(b, Size) and isinstance(a, Const) and a.value == 1 else None
        r.scope.indices[n.base] = Index(n.base, a, b, extent)
        for scope in r.scope.chain():  # families declared before their range
            for binding in scope.names.values():
                for index in binding.indices:
                    if index.name == n.base and (
                        index.assumed or index.high is None and index.extent is None
                    ):
                        index.assumed = False
                        index.low, index.high, index.extent = a, b, extent
    return used


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
        key = name_key(node)
        if key is None:
            return None
        binding = r.scope.lookup(key[0])
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


def _above(binding: Binding, low: float) -> None:
    binding.conditions.append(lambda world, g, value: value + low)


def _two_sided(r: Reader, statement: Statement) -> list[Binding] | None:
    """`0 < p < 1`."""
    ops = [rel.op for rel in statement.relations]
    if len(ops) != 2 or not all(o in ("<", "<=") for o in ops):
        return None
    low, name, high = statement.parts
    a, b = _number(low), _number(high)
    if a is None or b is None or name_key(name) is None:
        return None
    found = name_key(name)
    assert found is not None
    domain = frozenset(
        {"unit_interval"} if a >= 0 and b <= 1 else {"positive"} if a >= 0 else set()
    )
    binding = r.scope.lookup(found[0])
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

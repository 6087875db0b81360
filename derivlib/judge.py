"""One formula: its statements bound, claimed or mentioned, and the verdict on them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from derivlib import declare, hints
from derivlib.chains import Chain, ChainResult, counterexample, differentials, settle, used_indices
from derivlib.elaborate import Reader
from derivlib.errors import (
    DIFFERS,
    HOLDS,
    UNDEFINED,
    UNKNOWN_NAME,
    UNREADABLE,
    VACUOUS,
    DerivlibError,
    Diagnostic,
    user_error,
)  # fmt: skip
from derivlib.evaluate import World, dependencies
from derivlib.expr import (
    At,
    Binding,
    Call,
    Compare,
    Const,
    Element,
    Expr,
    Index,
    Size,
    Var,
    children,
)  # fmt: skip
from derivlib.patterns import einstein, stacked
from derivlib.printed import TRANSPOSES, script_text
from derivlib.reading import reading
from derivlib.scope import Key
from derivlib.shapes import ONE, SCALAR, Shape, show_shape
from derivlib.smallest import smallest
from derivlib.source import Span
from derivlib.tex.tree import (
    Bars,
    Dots,
    Group,
    Matrix,
    Name,
    Node,
    Num,
    Product,
    Scripted,
    Statement,
)
from derivlib.verdict import Step, Verdict

if TYPE_CHECKING:
    from derivlib.check import Orders, PageCheck, Parsed

SHOWN = {
    ":=": "=",
    "<=": "≤",
    ">=": "≥",
    "<<=": "⪯",
    ">>=": "⪰",
    "<<": "≺",
    ">>": "≻",
    "!=": "≠",
    "~": "≈",
}
ORDERINGS = {"<", ">", "<=", ">=", "<<", ">>", "<<=", ">>=", "!="}
FAILURES = {
    DIFFERS: "the two sides differ",
    UNDEFINED: "no finite value at the points tried",
    VACUOUS: "both sides are zero at every point tried, though neither is written 0",
}


@dataclass
class Part:
    """What one statement came to."""

    kind: str
    steps: list[Step] = field(default_factory=list)
    reading: str = ""
    diagnostic: Diagnostic | None = None
    counter: object = None
    notes: list[str] = field(default_factory=list)
    oracle: float = 0.0


class Judge:
    def __init__(self, page: PageCheck, p: Parsed, orders: Orders) -> None:
        self.page = page
        self.p = p
        self.orders = orders
        assert p.expanded is not None
        self.text = p.expanded.text
        self.parts: list[Part] = []
        self.steps = 0
        self.ranged: set[str] = set()  # indices whose range this formula states
        self.values: list[tuple[Expr, list[Index]]] = []  # what each statement came to

    @property
    def scope(self):  # type: ignore[no-untyped-def]
        return self.page.scope

    def reader(self) -> Reader:
        r = Reader(self.scope, self.text)
        r.place = lambda span: self.page.place(self.p, span)
        return r

    # -- statements ------------------------------------------------------------------------
    def verdict(self) -> Verdict:
        statements = list(self.p.statements)
        if not statements:
            return Verdict(
                self.p.formula.span,
                self.p.formula.tex,
                "declaration" if self.text.strip() == "" else "mention",
                HOLDS,
            )
        before = dict(self.scope.indices)
        self._ranges(statements)
        self._order(statements)
        k = 0
        while k < len(statements):
            k += self._statement(statements, k)
        if statements:  # a range beside an equation is that equation's own
            self.page.scope.indices.clear()
            self.page.scope.indices.update(before)
        self._labels()
        return self._summary()

    def _ranges(self, statements: list[Statement]) -> None:
        """`for i = 1, …, n` at the end of a line speaks of what stands before it."""
        k = 0
        while k < len(statements):
            used = declare.read_range(self.reader(), statements[k:])
            if used:
                first = statements[k].parts[0]
                self.ranged.update(
                    p.base for p in (first, statements[k].parts[-1]) if isinstance(p, Name)
                )
                del statements[k : k + used]
                self.parts.append(Part("declaration"))
            else:
                k += 1

    def _order(self, statements: list[Statement]) -> None:
        """`… = XᵀDX, D = Diag(h)`: a definition goes before the statement that uses it."""
        sets = [
            s
            for k, s in enumerate(statements)
            if [rel.op for rel in s.relations] == ["in"]
            and not (k and s.lead == "," and not statements[k - 1].relations)
        ]
        if sets and len(sets) < len(statements):
            statements[:] = sets + [s for s in statements if s not in sets]
        for j in range(1, len(statements)):
            s = statements[j]
            if not s.relations or s.relations[0].op not in ("=", ":="):
                continue
            found = declare.name_key(s.parts[0])
            if found is None or self.scope.lookup(found[0]) is not None or found[1]:
                continue
            if s.row > statements[0].row + 30 or not isinstance(s.parts[0], Name | Scripted):
                continue
            for i in range(j):
                earlier = statements[i]
                if earlier.lead in (",", "for") and not earlier.relations:
                    continue
                own = declare.name_key(earlier.parts[0])
                if own is not None and own[0] == found[0]:
                    break
                if any(_mentions(p, found[0]) for p in earlier.parts):
                    if own is not None and any(_mentions(p, own[0]) for p in s.parts[1:]):
                        break
                    statements.insert(i, statements.pop(j))
                    break

    def _statement(self, statements: list[Statement], k: int) -> int:
        """Handle the statement at `k`; return how many were used."""
        s = statements[k]
        ops = [rel.op for rel in s.relations]
        if s.lead == "for" and not ops:
            return 1  # for all i, j
        # A, B ∈ ℝ^{n×n}: names before the comma belong to the set after it.
        j = k
        while (
            j < len(statements)
            and not statements[j].relations
            and j + 1 < len(statements)
            and statements[j + 1].lead == ","
        ):
            j += 1
        if (
            j > k
            and statements[j].relations
            and statements[j].relations[0].op in ("in", *ORDERINGS)
        ):
            names = [part for t in statements[k:j] for part in t.parts] + [statements[j].parts[0]]
            if any(isinstance(n, Dots) for n in names) and statements[j].relations[0].op == "in":
                r = self.reader()
                listed = declare.bind_listed(
                    r, names, declare.read_space(r, statements[j].parts[1]), s.span
                )
                if listed is not None:
                    self.link(listed, names[0])
                    self.parts.append(
                        Part("declaration", reading=f"{listed.tex} is {show_shape(listed.shape)}")
                    )
                    return j - k + 1
            if all(declare.name_key(n) or isinstance(n, Dots) for n in names):
                first = Group(
                    names[0].span.to(names[-1].span),
                    ",",
                    tuple(n for n in names if not isinstance(n, Dots)),
                )
                joined = Statement(
                    s.span.to(statements[j].span),
                    (first, *statements[j].parts[1:]),
                    statements[j].relations,
                    s.lead,
                    s.row,
                )
                self._one(joined)
                return j - k + 1
        self._one(s)
        return 1

    def _one(self, s: Statement) -> None:
        ops = [rel.op for rel in s.relations]
        if not ops:
            self._mention(s)
        elif ops[0] == "typed":
            binding = declare.bind_function(self.reader(), s)
            self.parts.append(Part("declaration", reading=f"{binding.tex} is a function"))
        elif ops == ["in"]:
            self._membership(s)
        elif ops == ["sim"]:
            self._distributed(s)
        elif ops == ["mapsto"]:
            for part in s.parts:
                self._mention(Statement(part.span, (part,), ()))
        elif ops == ["="] and not self.p.formula.display and self._constraint(s):
            pass
        elif ops == ["=", "in"] and self._symmetric_in(s):
            pass
        elif set(ops) == {"!="} and all(
            _is_index_like(p) or isinstance(p, Name) and self._is_label(p) for p in s.parts
        ):
            self.page.conditions.append(s)
            self.parts.append(Part("mention", reading=self.text.strip()))
        elif ops[0] in ORDERINGS and not self.orders.assume and self._sign(s):
            pass
        elif (
            self.orders.condition
            and len(ops) == 1
            and ops[0] in ORDERINGS
            and not self.p.formula.display
        ):
            self._filter(s)
        elif self.orders.condition and ops == ["="] and self._sizes_agree(s):
            self.parts.append(Part("mention", reading=self.text.strip()))
        elif (
            ops[:1] == ["="]
            and len(ops) == 2
            and ops[1] in ("<<", ">>", "<<=", ">>=")
            and self._definite(s)
        ):
            pass
        elif "to" in ops or "mapsto" in ops:
            raise user_error(UNREADABLE, "an arrow is read only in the type of a function", s.relations[0].span,
                             "mark the formula skip with a reason, or write the steps as definitions")  # fmt: skip
        elif self.orders.assume or self.orders.assume_if_claim and not self._unbound(s.parts[0]):
            self._assume(s)
        else:
            self._equation(s)

    def _distributed(self, s: Statement) -> None:
        """`x \\sim N(0, I)`: how x is drawn is not checked; that x is known is."""
        if not self._unbound(s.parts[0]):
            self.reader().expr(s.parts[0])
        self.parts.append(Part("mention", reading=f"distributed as printed: {self.text.strip()}"))

    def _constraint(self, s: Statement) -> bool:
        """`\\|u\\| = 1` and `Q^T Q = I` in prose say what a free symbol is."""
        left, right = s.parts
        inner: Node | None = None
        domain = ""
        one = isinstance(right, Num) and right.text == "1"
        base = left.base if isinstance(left, Scripted) else left
        if isinstance(base, Bars) and one:
            inner, domain = base.body, "unit_norm"
        elif (
            isinstance(left, Product)
            and len(left.factors) == 2
            and left.ops == ("",)
            and self.orders.condition
        ):
            a, b = left.factors
            turned = [_without_transpose(a), _without_transpose(b)]
            if (
                isinstance(right, Name | Scripted)
                and (right.base if isinstance(right, Name) else getattr(right.base, "base", ""))
                == "I"
            ):
                if turned[0] is not None and declare.name_key(turned[0]) == declare.name_key(b):
                    inner, domain = b, "orthonormal"
                elif turned[1] is not None and declare.name_key(turned[1]) == declare.name_key(a):
                    inner, domain = a, "orthogonal"
            elif (
                one
                and isinstance(turned[0], Name)
                and turned[0].base == "1"
                and turned[0].font in ("bf", "bb")
            ):
                inner, domain = b, "simplex"
        key = declare.name_key(inner) if inner is not None else None
        binding = self.scope.lookup(key[0]) if key else None
        if (
            binding is None
            or binding.kind != "free"
            or binding.shape == SCALAR
            or domain in binding.domain
        ):
            return False
        if domain in ("unit_norm", "simplex") and ONE not in binding.shape:
            return False
        if domain == "orthonormal" and binding.shape[0] == binding.shape[1]:
            domain = "orthogonal"
        binding.domain.add(domain)
        self.page.worlds.reset()
        self.parts.append(Part("declaration", reading=f"{binding.tex}: {domain}"))
        return True

    def _symmetric_in(self, s: Statement) -> bool:
        """`A = A^T \\in \\mathbb{R}^{n×n}` declares a symmetric A."""
        a, b, space = s.parts
        turned = _without_transpose(b)
        key = declare.name_key(a)
        if turned is None or key is None or declare.name_key(turned) != key:
            return False
        if self.scope.lookup(key[0]) is not None:
            return False
        r = self.reader()
        found = declare.read_space(r, space)
        (binding,) = declare.bind_declared(
            r, a, declare.Space(found.shape, found.domain | {"symmetric"}), s.span
        )
        self.parts.append(
            Part("declaration", reading=f"{binding.tex} is {show_shape(binding.shape)}, symmetric")
        )
        return True

    def _filter(self, s: Statement) -> None:
        """`such that 1 + vᵀu > 0`: draws where it fails are left out."""
        r = self.reader()
        left, right = (r.expr(p) for p in s.parts)
        settle(left, r)
        settle(right, r)
        self.scope.settings.filters.append(Compare(s.span, SCALAR, s.relations[0].op, left, right))
        self.parts.append(Part("declaration", reading=f"where {self.text.strip()}", notes=r.notes))

    def _sizes_agree(self, s: Statement) -> bool:
        """`with m = p`: a remark on sizes, which stay distinct in the checks."""
        r = self.reader()
        try:
            return all(isinstance(r.expr(p), Size | Const) for p in s.parts)
        except DerivlibError:
            return False

    def _is_label(self, node: Name) -> bool:
        binding = self.scope.lookup(Key(node.base, node.font, node.accent))
        return binding is None or "label" in binding.domain

    def _definite(self, s: Statement) -> bool:
        """`Q = Q^T \\succeq 0` says what Q is."""
        name, turned, zero = s.parts
        key = declare.name_key(name)
        binding = self.scope.lookup(key[0]) if key else None
        same = (
            isinstance(turned, Scripted)
            and len(turned.sups) == 1
            and script_text(turned.sups[0]) in ("T", r"\top", r"\mathsfT")
        )
        if key is None or not same or not isinstance(zero, Num):
            return False
        if binding is None:
            raise user_error(
                UNKNOWN_NAME,
                f"{self.text[name.span.start : name.span.end]} has no size yet",
                name.span,
            )
        if binding.kind != "free":
            return False
        binding.domain.add({">>": "spd", ">>=": "psd"}.get(s.relations[1].op, "negative_definite"))
        self.page.worlds.reset()
        self.parts.append(
            Part("declaration", reading=f"{binding.tex}: {', '.join(sorted(binding.domain))}")
        )
        return True

    def _mention(self, s: Statement) -> None:
        node = s.parts[0]
        if (
            isinstance(node, Product)
            and set(node.ops) == {"times"}
            and all(isinstance(f, Name | Num | Scripted | Group | Product) for f in node.factors)
        ):
            r = self.reader()
            try:  # n × d, a size
                for f in node.factors:
                    if (
                        isinstance(f, Name)
                        and self.scope.lookup(Key(f.base, f.font, f.accent)) is None
                    ):
                        self.scope.dimension(
                            Key(f.base, f.font, f.accent), self.page.place(self.p, f.span)
                        )
            except DerivlibError:
                pass
        r = self.reader()
        if isinstance(node, Name | Scripted):
            found = declare.name_key(node)
            if found is not None:
                key, letters = found
                binding = self.scope.lookup(key)
                if key.sup.endswith("'"):
                    plain = self.scope.lookup(key._replace(sup=key.sup.rstrip("'")))
                    if plain is not None and plain.kind == "function":
                        binding = plain
                if binding is not None and (
                    binding.kind == "function" or letters or binding.indices
                ):
                    self.parts.append(Part("mention", reading=f"{binding.tex}"))
                    return
                family = declare.family_of(key, node, r)
                if (
                    binding is None
                    and family is not None
                    and self.scope.lookup(family[0]) is not None
                ):
                    self.parts.append(Part("mention", reading=f"{r.text}"))
                    return
            if isinstance(node, Name):
                from derivlib.operators import BY_SPELLING

                index = self.scope.index(node.base)
                if (
                    index is not None
                    or node.base in BY_SPELLING
                    and node.font in ("op", "rm", "")
                    and len(node.base) > 1
                ):
                    self.parts.append(Part("mention", reading=node.base))
                    return
        if isinstance(node, Name) and len(node.base) == 1 and node.base in self.page.letters:
            binding = self.scope.lookup(Key(node.base, node.font, node.accent))
            if binding is None:
                self.parts.append(Part("mention", reading=f"the index {node.base}"))
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
            self.parts.append(Part("mention", reading=f"a distribution {self.text.strip()}"))
            return
        if (
            isinstance(node, Group)
            and len(node.items) > 1
            and all(_is_index_like(i) for i in node.items)
        ):
            self.parts.append(Part("mention", reading=f"the place {self.text.strip()}"))
            return
        if _is_set(node):
            declare.read_space(r, node)
            self.parts.append(Part("mention", reading=self.text.strip()))
            return
        if (
            isinstance(node, Dots)
            or isinstance(node, Name)
            and node.base in (r"\nabla", r"\partial", "d")
        ):
            self.parts.append(Part("mention", reading=self.text))
            return
        r.in_index = _is_index_like(node)
        e = r.expr(node)
        for d in e.shape:
            r.u.find(d)
        self.parts.append(Part("mention", reading=reading(e, r.u), notes=r.notes))

    def _membership(self, s: Statement) -> None:
        r = self.reader()
        names = declare.declared_names(s.parts[0])
        if all(declare.name_key(n) is not None for n in names):
            first = declare.name_key(names[0])
            assert first is not None
            bound = self.scope.lookup(first[0])
            space = declare.read_space(r, s.parts[1])
            said = []
            for n in names:
                key = declare.name_key(n)
                assert key is not None
                known = self.scope.here(key[0]) if not key[1] else None
                if known is not None and known.kind == "defined":
                    if known.shape != space.shape:
                        raise r.ill_shaped(
                            n.span, f"{known.tex} is {show_shape(known.shape)}, not {show_shape(space.shape)}",
                            f"{known.tex} was defined at ⟦{known.span.start}⟧",
                        )  # fmt: skip
                    continue
                old_domain = set(known.domain) if known is not None else set()
                for b in declare.bind_declared(r, n, space, s.span):
                    self.link(b, n)
                    said.append(
                        f"{b.tex} is {show_shape(b.shape)}"
                        + (f", {', '.join(sorted(b.domain))}" if b.domain else "")
                    )
                    if known is not None and old_domain != b.domain and known.used:
                        self.page.worlds.reset()
            del bound
            self.parts.append(Part("declaration", reading="; ".join(said)))
            return
        if self._function_value(s):
            return
        e = r.expr(s.parts[0])
        space = declare.read_space(r, s.parts[1])
        if not r.u.same(e.shape, space.shape):
            raise r.ill_shaped(
                s.parts[0].span,
                f"this is {show_shape(r.u.shape(e.shape))}, not {show_shape(space.shape)}",
                r.described(e),
            )
        self.parts.append(Part("mention", reading=reading(e, r.u)))

    def _function_value(self, s: Statement) -> bool:
        """`A(t) \\in \\mathbb{R}^{n×n}`: A is an unspecified function of t."""
        left = s.parts[0]
        if (
            not isinstance(left, Product)
            or len(left.factors) != 2
            or not isinstance(left.factors[1], Group)
        ):
            return False
        head, group = left.factors
        key = declare.name_key(head)
        if key is None or key[1] or self.scope.lookup(key[0]) is not None:
            return False
        params = []
        for item in group.items:
            found = declare.name_key(item)
            if found is None:
                return False
            binding = self.scope.lookup(found[0])
            if binding is None:
                r = self.reader()
                (binding,) = declare.bind_declared(r, item, declare.Space(SCALAR), item.span)
            params.append(binding)
        r = self.reader()
        space = declare.read_space(r, s.parts[1])
        function = Binding(
            key[0].tex(), key[0].tex(), "function", space.shape, r.place(left.span), set(space.domain),
            params=tuple(params), arguments=tuple(b.shape for b in params),
        )  # fmt: skip
        self.scope.bind(key[0], function)
        self.parts.append(
            Part(
                "declaration",
                reading=f"{function.tex} is a function with values {show_shape(space.shape)}",
            )
        )
        return True

    def _entries_named(self, s: Statement) -> bool:
        """`A = (a_{ij})`: the entries of A by a name of their own."""
        if len(s.parts) < 2 or s.relations[0].op != "=":
            return False
        whole, listed = s.parts[0], s.parts[-1]
        if isinstance(listed, Scripted) and isinstance(listed.base, Group):
            listed = listed.base
        if (
            not isinstance(listed, Group)
            or len(listed.items) != 1
            or not isinstance(listed.items[0], Scripted)
        ):
            return False
        entry = listed.items[0]
        key, name = declare.name_key(entry), declare.name_key(whole)
        family = declare.family_of(key[0], entry, self.reader()) if key else None
        if name is None or family is None or len(family[1]) != 2:
            return False
        matrix = self.scope.lookup(name[0])
        if matrix is None and len(s.parts) > 2:  # C = AB = (c_{ij})
            self._one(Statement(s.span, s.parts[:-1], s.relations[:-1], s.lead, s.row))
            matrix = self.scope.lookup(name[0])
        if matrix is None:
            raise user_error(
                UNKNOWN_NAME,
                f"{self.text[whole.span.start : whole.span.end]} has no size yet",
                whole.span,
            )
        if self.scope.lookup(family[0]) is None:
            i, j = Index("i", None, None, matrix.shape[0]), Index("j", None, None, matrix.shape[1])
            span = self.page.place(self.p, entry.span)
            var = Var(span, matrix.shape, matrix)
            e = Element(span, SCALAR, var, At(span, SCALAR, i), At(span, SCALAR, j))
            b = Binding(
                family[0].tex(),
                family[0].base,
                "defined",
                SCALAR,
                span,
                definition=e,
                indices=(i, j),
                implicit=True,
            )
            self.scope.bind(family[0], b)
            b.entries_of = matrix
        self.parts.append(Part("declaration", reading=f"the entries of {matrix.tex}"))
        return True

    def link(self, binding: Binding, node: Node) -> None:
        """Tie exact members, such as H^{(0)} or x_1, to the family of their name."""
        for scope in self.scope.chain():
            families = [
                (k, b) for k, b in scope.names.items() if b.indices and b.kind != "function"
            ]
            if not families:
                continue
            for key, other in list(scope.names.items()):
                for family_key, family in families:
                    if other is family or other.indices:
                        continue
                    value = _member_of(key, family_key)
                    if value is not None and value not in family.members:
                        family.members[value] = other
                        self.page.worlds.reset()

    def _sign(self, s: Statement) -> bool:
        r = self.reader()
        bindings = declare.bind_sign(r, s)
        if bindings is None:
            return False
        if any(b.used for b in bindings):
            self.page.worlds.reset()
        if len(bindings) == 2 and all(b.is_dimension for b in bindings):
            self.page.worlds.taller.append((bindings[0].key, bindings[1].key))
            self.page.worlds.give_sizes(set())
        self.parts.append(
            Part(
                "declaration",
                reading="; ".join(f"{b.tex}: {', '.join(sorted(b.domain))}" for b in bindings),
            )
        )
        return True

    # -- equations -------------------------------------------------------------------------
    def _equation(self, s: Statement) -> None:
        ops = [rel.op for rel in s.relations]
        parts = list(s.parts)
        if ops[-1] == "in" and len(ops) > 1:
            if self._unbound(parts[0]) and isinstance(parts[1], Group | Matrix):
                self._membership(
                    Statement(s.span, (parts[0], parts[-1]), (s.relations[-1],), s.lead, s.row)
                )
            tail = Statement(s.span, (parts[-2], parts[-1]), (s.relations[-1],), s.lead, s.row)
            self._equation(Statement(s.span, tuple(parts[:-1]), s.relations[:-1], s.lead, s.row))
            if not self.parts or self.parts[-1].diagnostic is None:  # else it is said already
                self._membership(tail)
            return
        name = parts[0]
        if (
            isinstance(name, Name)
            and not self.p.formula.display
            and len(parts) == 2
            and isinstance(parts[1], Num)
        ):
            if (
                self.scope.index(name.base) is not None
                and self.scope.lookup(Key(name.base, name.font, name.accent)) is None
            ):
                self.parts.append(
                    Part("mention", reading=f"the index {name.base} at {parts[1].text}")
                )
                return
        if "~" in ops:
            rel = next(rel for rel in s.relations if rel.op == "~")
            if not any(isinstance(p, Num | Matrix) for p in parts):
                raise user_error(
                    UNREADABLE,
                    "≈ says less than can be checked",
                    rel.span,
                    "write = with the printed digits, or mark it skip with a reason",
                )
        if self._entries_named(s):
            return
        if self._columns(s):
            return
        # `… = G` with := binds the name at the end.
        k = len(parts) - 1
        tail_name: tuple[Node, int] | None = None
        if (
            ops[-1] == ":="
            and k >= 1
            and self._unbound(parts[k])
            and (k > 1 or not self._unbound(parts[0]))
        ):
            tail_name = (parts[k], k)
            parts, ops = parts[:k], ops[:-1]
        r = self.reader()
        if tail_name is not None and len(parts) == 1:
            e = r.expr(parts[0])
            self._bind(tail_name[0], e, r)
            self.parts.append(Part("definition", reading=reading(e, r.u)))
            return
        self._chain(r, s, parts, ops)
        if tail_name is not None:
            r = self.reader()
            self._bind(tail_name[0], r.expr(parts[-1]), r)

    def _unbound(self, node: Node) -> bool:
        found = declare.name_key(node)
        if found is None:
            return False
        if self.scope.lookup(found[0]) is not None:
            return False
        return not self._resolves(node)

    def _resolves(self, node: Node) -> bool:
        """Has the whole printed name a meaning already, as an element or a constant, say?"""
        r = self.reader()
        try:
            r.expr(node)
        except DerivlibError:
            return False
        return True

    def _chain(self, r: Reader, s: Statement, parts: list[Node], ops: list[str]) -> None:
        if len(parts) > 2 and ops[0] == "=" and self._unbound(parts[0]) and self._unbound(parts[1]):
            self._alias(r, s, parts, ops)
            return
        spans = [p.span for p in parts]
        defined = self._definition(r, s, parts, ops)
        if defined is not None:
            binding, exprs = defined
            if len(exprs) == 1:
                self.parts.append(
                    Part(
                        "definition",
                        reading=f"{binding.tex} := {reading(exprs[0], r.u)}",
                        notes=r.notes,
                    )
                )
                if binding.kind != "sizeless":
                    self._labelled(exprs[0], r, binding)
                return
            first: Expr = exprs[0]
            self.steps += 1
            step = Step(self.steps, HOLDS, self.page.place(self.p, spans[1]), 0.0, 0.0)
            self._check(r, exprs, ops[1:], spans[1:], [step], binding, first)
            return
        local = self._local_parameters(r, parts[0])
        exprs = []
        for k, p in enumerate(parts):
            try:
                exprs.append(r.expr(p))
            except DerivlibError as error:
                error.notes.append(f"step {max(k, 1)}")
                self._stop(error, r, exprs, ops, spans, k)
                return
        del local
        self._check(r, exprs, ops, spans, [], None, None)

    def _alias(self, r: Reader, s: Statement, parts: list[Node], ops: list[str]) -> None:
        """`x = a^{(1)} = [0.3; 0.9]`: both names are new, and both stand for the value."""
        self.steps += 1
        step = Step(self.steps, HOLDS, self.page.place(self.p, parts[1].span), 0.0, 0.0)
        self._chain(r, s, parts[1:], ops[1:])
        again = self.reader()
        self._bind(parts[0], again.expr(parts[1]), again)
        self.parts[-1].steps.insert(0, step)

    def _stop(
        self,
        error: DerivlibError,
        r: Reader,
        exprs: list[Expr],
        ops: list[str],
        spans: list[Span],
        k: int,
    ) -> None:
        """A part that cannot be read: the steps before it are checked all the same."""
        part = Part("claim")
        if k >= 2:
            self._check(r, exprs, ops[: k - 1], spans[:k], [], None, None)
            part = self.parts.pop()
        if part.diagnostic is None or part.diagnostic.kind == HOLDS:
            d = error.diagnostic
            place = self.page.place(self.p, d.span or spans[k])
            found = hints.for_side(self, r, [*exprs, None][:k], k, self._statement_text(spans), ops)
            facts = tuple(self.page.said(f) for f in d.facts)
            if d.kind == "ill-shaped":
                facts += tuple(
                    hints.remarks(self, r, [*exprs, None], k, self._statement_text(spans), ops)
                )
            if k >= 2 or len(spans) > 2:
                facts = (
                    f"step {self.steps + 1}: the steps before it hold" if k >= 2 else "step 1",
                    *facts,
                )
            part.diagnostic = Diagnostic(d.kind, d.statement, place, facts, found)
        self.steps += 1
        part.steps.append(Step(self.steps, part.diagnostic.kind if not part.steps or part.steps[-1].status == HOLDS else HOLDS,
                               self.page.place(self.p, spans[k]), None))  # fmt: skip
        part.notes += r.notes
        self.parts.append(part)

    def _statement_text(self, spans: list[Span]) -> list[str]:
        return [self.text[s.start : s.end] for s in spans]

    def _local_parameters(self, r: Reader, node: Node) -> list[Binding]:
        """σ'(x) = …: x stands for any number when the page has no x."""
        found: list[Binding] = []
        if isinstance(node, Product) and len(node.factors) == 2 and node.ops == ("",):
            head, group = node.factors
            if (
                isinstance(head, Name | Scripted)
                and isinstance(group, Group)
                and group.delimiter == "("
                and r.function_head(head)
            ):
                for item in group.items:
                    if (
                        isinstance(item, Name)
                        and self.scope.lookup(Key(item.base, item.font, item.accent)) is None
                        and len(item.base) == 1
                    ):
                        if found == []:
                            self.page.scope = self.scope.child(98)
                            r.scope = self.page.scope
                        b = Binding(
                            item.base, item.base, "free", SCALAR, r.place(item.span), implicit=True
                        )
                        self.scope.bind(Key(item.base, item.font, item.accent), b)
                        found.append(b)
        return found

    def _check(
        self, r: Reader, exprs: list[Expr], ops: list[str], spans: list[Span], before: list[Step],
        binding: Binding | None, first: Expr | None,
    ) -> None:  # fmt: skip
        """Conform, evaluate and compare; write the steps and, for the first wrong one, why."""
        if self.scope.settings.einstein:
            exprs = [einstein(r, e, exprs) for e in exprs]
        chain = Chain(r, exprs, ops, spans)
        chain.conditions = self._conditions(r, exprs)
        chain.strict = self.ranged
        chain.ordered = self.orders.vary is not None
        chain.filters = [e for scope in self.scope.chain() for e in scope.settings.filters]
        steps = list(before)
        part = Part("claim", steps, notes=r.notes)
        signs = ["", *(f" {SHOWN.get(op, op)} " for op in ops)]
        part.reading = "".join(sign + reading(e, r.u) for sign, e in zip(signs, exprs, strict=True))
        self.parts.append(part)
        if binding is not None:
            part.reading = f"{binding.tex} := " + part.reading
        try:
            chain.conform()
            result = chain.check(self.page.worlds, self._named(r), self._exact)
        except DerivlibError as error:
            k = int(error.notes[0]) if error.notes and error.notes[0].isdigit() else 0
            if error.notes and k > 0:
                part_before = self.parts.pop()
                self._check(r, exprs[: k + 1], ops[:k], spans[: k + 1], before, binding, first)
                part = self.parts[-1]
                del part_before
            d = error.diagnostic
            if part.diagnostic is None:
                texts = self._statement_text(spans)
                found = (
                    hints.for_side(self, r, list(exprs), k + 1, texts, ops)
                    if d.kind == "ill-shaped"
                    else ()
                )
                facts = [self.page.said(f) for f in d.facts]
                facts += [self.page.said(f) for f in self._declared(exprs[k : k + 2])]
                if len(exprs) > 2:
                    facts.insert(0, f"step {self.steps + 1}")
                facts += (
                    hints.remarks(self, r, list(exprs), k + 1, texts, ops)
                    if d.kind == "ill-shaped"
                    else []
                )
                part.diagnostic = Diagnostic(
                    d.kind,
                    d.statement,
                    self.page.place(self.p, d.span or spans[0]),
                    tuple(facts),
                    found,
                )
            self.steps += 1
            part.steps.append(
                Step(
                    self.steps,
                    d.kind,
                    self.page.place(self.p, spans[k + 1 if k + 1 < len(spans) else k]),
                    None,
                )
            )
            return
        self._labelled(exprs[-1], r, binding)
        part.oracle = result.oracle_error
        part.notes += result.notes
        self._steps(r, part, exprs, ops, spans, result)

    def _conditions(self, r: Reader, exprs: list[Expr]) -> list[Expr]:
        """`for j ≠ y` in the paragraph, where the claim has a free j."""
        mine = {i.name for i in used_indices(exprs, r)}
        found: list[Expr] = []
        for s in self.page.conditions:
            letters = {p.base for p in s.parts if isinstance(p, Name)}
            if letters & mine:
                was, r.in_index = r.in_index, True
                left, right = (r.expr(p) for p in s.parts)
                r.in_index = was
                found.append(Compare(s.span, SCALAR, "!=", left, right))
        return found

    def _declared(self, exprs: list[Expr]) -> list[str]:
        """Where the symbols of two sides were declared."""
        seen: list[str] = []
        for e in exprs:
            for b in _symbols(e):
                line = f"{b.tex} is {show_shape(b.shape)} (⟦{b.span.start}⟧)"
                if (
                    not b.implicit
                    and not b.is_dimension
                    and b.kind != "function"
                    and line not in seen
                ):
                    seen.append(line)
        return [", ".join(seen[:6])] if seen else []

    def _steps(
        self, r: Reader, part: Part, exprs: list[Expr], ops: list[str], spans: list[Span], result: ChainResult
    ) -> None:  # fmt: skip
        indices = used_indices(exprs, r)
        for k, outcome in enumerate(result.outcomes):
            self.steps += 1
            span = self.page.place(self.p, spans[k + 1])
            error = None if outcome.status == UNDEFINED else float(outcome.error)
            part.steps.append(Step(self.steps, outcome.status, span, error, outcome.tolerance))
            if outcome.status == HOLDS or part.diagnostic is not None:
                continue
            counter = counterexample(outcome, exprs[k], exprs[k + 1], indices)
            free = not self.page.conditions and not any(
                s.settings.filters for s in self.scope.chain()
            )
            if outcome.status == DIFFERS and ops[k] not in ORDERINGS and self.page.hinting and free:
                counter = (
                    smallest(self.page.worlds, outcome, exprs[k], exprs[k + 1], indices) or counter
                )
            facts = []
            if len(exprs) > 2:
                later = "; what follows is compared with it" if k + 2 < len(exprs) else ""
                facts.append(f"step {self.steps} is the first that fails{later}")
            if outcome.status == DIFFERS and counter is not None:
                texts = self._statement_text(spans)
                facts.append(
                    f"relative error {outcome.error:.2g}, tolerance {outcome.tolerance:g}, seed {counter.seed}"
                    + (f", worst at {counter.where}" if counter.where else "")
                )
                at = [f"{n} = {v}" for n, v in (*counter.sizes.items(), *counter.point.items())]
                facts.append(f"at {', '.join(at) or 'the numbers given'}:")
                facts.append(f"  left  {counter.left}")
                facts.append(f"  right {counter.right}")
                facts += [self.page.said(f) for f in self._declared(exprs[k : k + 2])]
                facts += hints.remarks(self, r, exprs, k + 1, texts, ops)
                found = hints.for_side(self, r, exprs, k + 1, texts, ops)
                statement = self._differing(spans, k, ops[k])
                part.counter = counter
            else:
                found = hints.for_side(self, r, exprs, k + 1, self._statement_text(spans), ops)
                statement = FAILURES[outcome.status]
                if outcome.status == UNDEFINED:
                    facts.append(
                        "a logarithm or a root of a negative number, a singular matrix or an index out of range; say what the symbols are, such as $\\lambda > 0$"
                    )
            part.diagnostic = Diagnostic(outcome.status, statement, span, tuple(facts), found)

    def _differing(self, spans: list[Span], k: int, op: str) -> str:
        if op in ORDERINGS:
            return "the order does not hold at all points tried"
        a = self.text[spans[k].start : spans[k].end].strip()
        b = self.text[spans[k + 1].start : spans[k + 1].end].strip()
        if len(a) + len(b) < 70 and "\n" not in a + b:
            return f"{a} is not {b}"
        return FAILURES[DIFFERS]

    def _named(self, r: Reader) -> tuple[Binding, ...] | None:
        """What a directive or the words of the section say varies."""
        names = self.orders.vary.split(",") if self.orders.vary else self.scope.settings.varying
        if not names:
            return None
        from derivlib.tex.parser import parse_formula

        found = []
        for name in names:
            (statement,) = parse_formula(name.strip().strip("$"))
            key = declare.name_key(statement.parts[0])
            binding = self.scope.lookup(key[0]) if key else None
            if binding is None:
                raise user_error(
                    UNKNOWN_NAME, f"{name.strip()} is to vary, but is not bound here", Span(0, 1)
                )
            found.append(binding)
        return tuple(found)

    def _exact(self, world: World) -> set[float]:
        """Entries of bound quantities without free symbols: decimals equal to them are exact."""
        values: set[float] = set()
        for b in self.scope.all_bindings():
            if b.definition is None or b.indices or b.kind == "function":
                continue
            if any(
                d.definition is None and not d.is_dimension and d.operator is None
                for d in dependencies(b.definition)
            ):
                continue
            try:
                value, _ = world.lookup(b)
            except DerivlibError:
                continue
            if value.size <= 256:
                values.update(float(v) for v in value.real.ravel())
        return values

    # -- definitions -----------------------------------------------------------------------
    def _definition(
        self, r: Reader, s: Statement, parts: list[Node], ops: list[str]
    ) -> tuple[Binding, list[Expr]] | None:
        """Bind the left side when it is a new name; None when the equation is a claim."""
        left = parts[0]
        if isinstance(left, Group) and left.delimiter == "{" and len(left.items) == 1:
            left = left.items[0]
        function = self._function_definition(r, left, parts, ops)
        if function is not None:
            return function
        if isinstance(left, Scripted) and left.sub and any(t.text == r"\times" for t in left.sub):
            if self._meaning(left):
                left = left.base  # A_{n×h} is A, its size said once more
        found = declare.name_key(left)
        if found is None and ops[0] in ("=", ":="):
            return self._through(r, left, parts)
        if found is None or ops[0] not in ("=", ":="):
            return None
        key, letters = found
        forced = ops[0] == ":="
        old = self.scope.lookup(key)
        if old is not None and old.kind == "function" and not letters:
            return self._value_of_function(r, old, key, parts)
        if letters:
            if old is not None and (old.definition is not None or old.kind != "free"):
                return None
            whole = self.scope.lookup(key._replace(sub="")) if key.sub else None
            if old is None and whole is not None and whole.definition is not None:
                return None  # an entry of a family that is defined
            return self._family(r, key, letters, old, parts, left)
        shifted = self._shifted(r, left, key, parts)
        if shifted is not None:
            return shifted
        family = declare.family_of(key, left, r)
        if old is None and family is not None:
            known = self.scope.lookup(family[0])
            if known is not None and known.kind == "free" and known.definition is None:
                return self._family(r, family[0], family[1], known, parts, left)
            base = self.scope.lookup(Key(key.base, key.font, key.accent, "", key.sup))
            if base is None or base.is_dimension or (base.kind == "free" and base.shape == SCALAR):
                if known is None and not self._meaning(left):
                    made = self._by_elements(r, key, family[1], parts, left)
                    if made is not None:
                        return made
            elif (
                base.kind == "free"
                and base.definition is None
                and base.shape != SCALAR
                and not forced
            ):
                made = self._entries(r, base, family[1], parts, left)
                if made is not None:
                    return made
        if old is not None and not forced:
            if (
                old.kind == "free"
                and old.definition is None
                and not old.is_dimension
                and not old.conditions
                and not self._on_itself(old, parts)
            ):
                return self._refined(r, old, key, parts, left)
            return None
        if old is not None and forced and self.scope.here(key) is not None:
            if old.kind == "free" and old.definition is None and not self._on_itself(old, parts):
                return self._refined(r, old, key, parts, left)
            return None  # said again: a claim
        if old is None and not forced and self._meaning(left, isinstance(parts[1], Num)):
            return None
        exprs = self._sides(r, parts[1:2])
        e = exprs[0]
        if r.free and used_indices(exprs[:1], r):
            raise user_error(
                UNREADABLE, f"the index {used_indices(exprs[:1], r)[0].name} is on the right only", parts[1].span,
                "a definition by entries needs its indices on the left, as in A_{ij}",
            )  # fmt: skip
        binding = self._bind(left, e, r)
        return binding, exprs + self._sides(r, parts[2:])  # S = Diag(z) = Sᵀ speaks of S at once

    def _shifted(
        self, r: Reader, left: Node, key: Key, parts: list[Node]
    ) -> tuple[Binding, list[Expr]] | None:
        """`x_{k+1} = σ(W_k x_k + b_k)`: a recursion that begins at a declared first member."""
        if not isinstance(left, Scripted) or left.sub is None or not isinstance(left.base, Name):
            return None
        tokens = [t for t in left.sub if t.text not in ("{", "}")]
        texts = [t.text for t in tokens]
        if len(texts) != 3 or texts[1] != "+" or not texts[2].isdigit() or not texts[0].isalpha():
            return None
        star = Key(key.base, key.font, key.accent, "*", key.sup)
        family = self.scope.lookup(star)
        first = next(
            (
                (int(k.sub), b)
                for scope in self.scope.chain()
                for k, b in scope.names.items()
                if k[:3] == key[:3] and k.sub.isdigit() and k.sup == key.sup
            ),
            None,
        )
        if family is None and first is None or family is not None and family.definition is not None:
            return None
        letter = texts[0]
        if family is None:
            assert first is not None
            family = Binding(
                star.tex(), star.base, "free", first[1].shape, first[1].span,
                indices=(Index(letter),), implicit=True,
            )  # fmt: skip
            self.scope.bind(star, family)
        if first is None:
            low = family.indices[0].low
            at = int(low.value) if isinstance(low, Const) else 1
            start = Binding(
                f"{family.key}·{at}",
                family.tex,
                "free",
                family.shape,
                family.span,
                set(family.domain),
            )
            first = (at, start)
        family.members[(first[0],)] = first[1]
        declared = self.scope.index(letter)
        index = (
            Index(letter, declared.low, declared.high, declared.extent)
            if declared
            else Index(letter)
        )
        r.free[letter] = index
        exprs = self._sides(r, parts[1:])
        if not r.u.same(family.shape, exprs[0].shape):
            raise r.ill_shaped(
                parts[1].span,
                f"{family.tex} is {show_shape(family.shape)}, the right side {show_shape(r.u.shape(exprs[0].shape))}",
            )
        for e in exprs:
            settle(e, r)
        place = Index(letter, None, None, None)
        family.definition, family.kind, family.indices = exprs[0], "defined", (index,)
        family.shift, family.implicit = int(texts[2]), True
        del place
        self.page.worlds.reset()
        self.page.definitions.append((family, self.p))
        return family, exprs

    def _through(
        self, r: Reader, left: Node, parts: list[Node]
    ) -> tuple[Binding, list[Expr]] | None:
        """`σ² = …` and `log p = …` for a new σ or p: the name is what makes them true."""
        inner: Node | None = None
        kind = ""
        if (
            isinstance(left, Scripted)
            and isinstance(left.base, Name)
            and len(left.sups) == 1
            and script_text(left.sups[0]) == "2"
        ):
            inner, kind = (
                (Scripted(left.span, left.base, left.sub, ()) if left.sub else left.base),
                "sqrt",
            )
        elif (
            isinstance(left, Product)
            and left.ops[:1] == ("",)
            and isinstance(left.factors[0], Name)
            and left.factors[0].base in ("log", "ln")
        ):
            rest = left.factors[1:]
            inner, kind = rest[0], "exp"
            if isinstance(inner, Group) and len(inner.items) == 1:
                inner = inner.items[0]
            if len(rest) == 2 and isinstance(rest[1], Group):
                return self._log_of(r, rest[0], rest[1], parts)
            if len(rest) > 1:
                return None
        elif isinstance(left, Product) and len(left.factors) == 2 and left.ops == ("",):
            return self._step(r, left, parts)
        if inner is None:
            return None
        found = declare.name_key(inner)
        if (
            found is None
            or found[1]
            or self.scope.lookup(found[0]) is not None
            or self._meaning(inner)
        ):
            return None
        exprs = self._sides(r, parts[1:])
        return self._bind(inner, r.op(kind, exprs[0]), r), exprs

    def _step(
        self, r: Reader, left: Product, parts: list[Node]
    ) -> tuple[Binding, list[Expr]] | None:
        """`dW_1 = -ηG` for numbers W_1: the step that a descent takes, a name from here on."""
        head, name = left.factors
        if not isinstance(head, Name) or head.base != "d":
            return None
        found = declare.name_key(name)
        whole = self.scope.lookup(found[0]) if found else None
        if found is None or whole is None or whole.definition is None or found[1]:
            return None
        if not _closed(whole.definition):
            return None
        key = found[0]._replace(base="d" + found[0].base)
        if self.scope.lookup(key) is not None:
            return None
        exprs = self._sides(r, parts[1:])
        if any(differentials(e) for e in exprs):
            return None
        settle(exprs[0], r)
        tex = self.text[left.span.start : left.span.end].strip()
        shape = r.u.shape(exprs[0].shape)
        binding = Binding(key.tex(), tex, "defined", shape, r.place(left.span), definition=exprs[0])
        self.scope.bind(key, binding)
        self.page.definitions.append((binding, self.p))
        return binding, exprs

    def _log_of(
        self, r: Reader, head: Node, group: Group, parts: list[Node]
    ) -> tuple[Binding, list[Expr]] | None:
        """`log p(x) = …`: p is the exponential of the right side, as a function."""
        found = declare.name_key(head)
        if found is None or found[1] or self.scope.lookup(found[0]) is not None:
            return None
        if r.function_head(head) is not None or not all(declare.name_key(i) for i in group.items):  # type: ignore[arg-type]
            return None
        made = self._define_function(r, found[0], None, head, group, parts)
        if made is None:
            return None
        binding, exprs = made
        assert binding.definition is not None
        binding.definition = r.op("exp", binding.definition)
        return binding, exprs

    def _value_of_function(
        self, r: Reader, function: Binding, key: Key, parts: list[Node]
    ) -> tuple[Binding, list[Expr]] | None:
        """`g = g(f)`: the name of a function for its value as well."""
        right = parts[1]
        if not (
            isinstance(right, Product)
            and len(right.factors) == 2
            and isinstance(right.factors[1], Group)
        ):
            return None
        inner = declare.name_key(right.factors[0])
        if inner is None or inner[0] != key or isinstance(function.value, Binding):
            return None
        exprs = self._sides(r, parts[1:])
        settle(exprs[0], r)
        shape = r.u.shape(exprs[0].shape)
        value = Binding(
            key.tex(), key.tex(), "defined", shape, r.place(right.span), definition=exprs[0]
        )
        function.value = value
        return value, exprs

    def _meaning(self, node: Node, number: bool = False) -> bool:
        """Does the left side have a meaning beyond a name: an element, a constant, ẋ of x?"""
        r = self.reader()
        if isinstance(node, Name) and node.base in ("e", r"\pi", "E", "K", "J"):
            return node.base in ("e", r"\pi") and number
        if (
            isinstance(node, Scripted)
            and isinstance(node.base, Name)
            and node.base.base == "e"
            and node.sups
        ):
            return True  # e^{…} is no name
        if isinstance(node, Scripted) and any(
            script_text(s) in ("*", r"\star", r"\ast") for s in node.sups
        ):
            return False
        try:
            e = r.expr(node)
        except DerivlibError:
            return False
        # A free index made up on the way is no meaning of its own.
        return not isinstance(e, At)

    def _on_itself(self, binding: Binding, parts: list[Node]) -> bool:
        r = self.reader()
        try:
            e = r.expr(parts[1])
        except DerivlibError:
            return False
        return binding in dependencies(e)

    def _refined(
        self, r: Reader, old: Binding, key: Key, parts: list[Node], left: Node
    ) -> tuple[Binding, list[Expr]]:
        """A name declared with its shape and now given its value."""
        exprs = self._sides(r, parts[1:])
        e = exprs[0]
        if not (isinstance(e, Const) and e.value == 0) and not r.u.same(old.shape, e.shape):
            raise r.ill_shaped(
                parts[1].span, f"{old.tex} is {show_shape(old.shape)}, the right side {show_shape(r.u.shape(e.shape))}",
                f"{old.tex} was declared at ⟦{old.span.start}⟧", r.described(e),
            )  # fmt: skip
        for x in exprs:
            settle(x, r)
        if isinstance(e, Const) and old.shape != SCALAR:
            from derivlib.expr import Fill

            e = Fill(e.span, old.shape, "zeros")
            exprs[0] = e
        old.definition, old.kind = e, "defined"
        if hasattr(old, "_depth"):
            del old._depth
        old.used = 0
        self.page.worlds.reset()
        self.page.definitions.append((old, self.p))
        return old, exprs

    def _sides(self, r: Reader, nodes: list[Node]) -> list[Expr]:
        exprs = [r.expr(n) for n in nodes]
        if self.scope.settings.einstein:
            exprs = [einstein(r, e, exprs) for e in exprs]
        return exprs

    def _bind(self, node: Node, e: Expr, r: Reader) -> Binding:
        found = declare.name_key(node)
        assert found is not None
        try:
            settle(e, r)
        except DerivlibError:
            if not found[1]:
                return self._sizeless(node, found[0], r)
            raise
        shape = r.u.shape(e.shape)
        tex = self.text[node.span.start : node.span.end].strip()
        binding = Binding(found[0].tex(), tex, "defined", shape, r.place(node.span), definition=e)
        self.scope.bind(found[0], binding)
        self.link(binding, node)
        self.page.definitions.append((binding, self.p))
        return binding

    def _sizeless(self, node: Node, key: Key, r: Reader) -> Binding:
        """`C = I - 𝟏𝟏ᵀ/n`: the sizes follow from each place where C stands, so it is read there anew."""
        statement = next(s for s in self.p.statements if any(p is node for p in s.parts))
        at = next(k for k, p in enumerate(statement.parts) if p is node)
        body = statement.parts[at + 1] if at + 1 < len(statement.parts) else statement.parts[at - 1]
        tex = self.text[node.span.start : node.span.end].strip()
        binding = Binding(
            key.tex(),
            tex,
            "sizeless",
            SCALAR,
            r.place(node.span),
            value=(body, self.scope, self.text),
            implicit=True,
        )
        self.scope.bind(key, binding)
        return binding

    def _family(
        self,
        r: Reader,
        key: Key,
        letters: list[str],
        old: Binding | None,
        parts: list[Node],
        left: Node,
    ) -> tuple[Binding, list[Expr]]:
        """`A^{(t)} = X^{(t)} U + H^{(t-1)} W + b`: one definition for each t."""
        indices: list[Index] = []
        for letter in letters:
            declared = self.scope.index(letter)
            index = (
                Index(letter, declared.low, declared.high, declared.extent)
                if declared
                else Index(letter)
            )
            if old is not None and declared is None:
                place = old.indices[len(indices)]
                index.low, index.high, index.extent = place.low, place.high, place.extent
            r.free[letter] = index
            indices.append(index)
        exprs = self._sides(r, parts[1:])
        e = exprs[0]
        if old is not None and not r.u.same(old.shape, e.shape):
            raise r.ill_shaped(
                parts[1].span, f"{old.tex} is {show_shape(old.shape)}, the right side {show_shape(r.u.shape(e.shape))}",
                f"{old.tex} was declared at ⟦{old.span.start}⟧",
            )  # fmt: skip
        for x in exprs:
            settle(x, r)
        tex = self.text[left.span.start : left.span.end].strip()
        binding = old or Binding(key.tex(), tex, "defined", r.u.shape(e.shape), r.place(left.span))
        binding.definition, binding.kind, binding.indices = e, "defined", tuple(indices)
        if old is None:
            self.scope.bind(key, binding)
        self.page.worlds.reset()
        self.link(binding, left)
        self.page.definitions.append((binding, self.p))
        return binding, exprs

    def _by_elements(
        self, r: Reader, key: Key, letters: list[str], parts: list[Node], left: Node
    ) -> tuple[Binding, list[Expr]] | None:
        """`A_{ij} = ∑_k X_{ik} W_{kj}` binds A; `x_k = …` with vectors on the right binds a family."""
        e = r.expr(parts[1])
        mine = {i.name: i for i in used_indices([e], r)}
        if not set(mine) <= set(letters) or not mine:
            if mine:
                raise user_error(
                    UNREADABLE,
                    f"the index {sorted(set(mine) - set(letters))[0]} is on the right only",
                    parts[1].span,
                )
            return None
        if len(mine) < len(letters) or len(set(letters)) < len(letters):
            return None
        base = Key(key.base, key.font, key.accent, "", key.sup)
        if r.u.shape(e.shape) != SCALAR or any(
            i.high is None and i.extent is None for i in mine.values()
        ):
            stars = Key(key.base, key.font, key.accent, ",".join("*" * len(letters)), key.sup)
            r2 = self.reader()
            return self._family(r2, stars, letters, None, parts, left)
        built = e
        span = parts[1].span
        if len(letters) == 2:
            built = stacked(r, mine[letters[1]], built, -1, span)
        across = len(letters) == 1 and _runs_across(e, mine[letters[0]])
        built = stacked(r, mine[letters[0]], built, -1 if across else -2, span)
        tex = base.tex()
        settle(built, r)
        binding = Binding(
            tex, tex, "defined", r.u.shape(built.shape), r.place(left.span), definition=built
        )
        self.scope.bind(base, binding)
        self.page.definitions.append((binding, self.p))
        r2 = self.reader()
        exprs = [r2.expr(p) for p in parts[1:]]
        if len(exprs) > 1:
            r.__dict__.update(r2.__dict__)
        return binding, exprs

    def _entries(
        self, r: Reader, base: Binding, letters: list[str], parts: list[Node], left: Node
    ) -> tuple[Binding, list[Expr]] | None:
        """`y_i = ∑_j W_{ij} x_j` for a declared y that has no value yet."""
        try:
            e = r.expr(parts[1])
            place = r.expr(left)
        except DerivlibError:
            return None
        if (
            base in dependencies(e)
            or r.u.shape(e.shape) != SCALAR
            or r.u.shape(place.shape) != SCALAR
        ):
            return None
        used = used_indices([e, place], r)
        mine = {i.name: i for i in used}
        if set(mine) != set(letters) or len(set(letters)) != len(letters):
            return None
        if any(i.high is None and i.extent is None for i in used):
            return None
        built = e
        span = parts[1].span
        if len(letters) == 2:
            built = stacked(r, mine[letters[1]], built, -1, span)
            built = stacked(r, mine[letters[0]], built, -2, span)
        else:
            built = stacked(r, mine[letters[0]], built, -2 if base.shape[1] == ONE else -1, span)
        if not r.u.same(built.shape, base.shape):
            return None
        settle(built, r)
        base.definition, base.kind, base.used = built, "defined", 0
        self.page.worlds.reset()
        self.page.definitions.append((base, self.p))
        r2 = self.reader()
        exprs = [r2.expr(p) for p in parts[1:]]
        r.__dict__.update(r2.__dict__)
        return base, exprs

    def _function_definition(
        self, r: Reader, left: Node, parts: list[Node], ops: list[str]
    ) -> tuple[Binding, list[Expr]] | None:
        """`f(x) = xᵀAx`, `σ(z) = 1/(1 + e^{-z})`, `L = L(h, y)`."""
        if isinstance(left, Product) and len(left.factors) == 2 and left.ops == ("",):
            head, group = left.factors
            if (
                not isinstance(group, Group)
                or group.delimiter != "("
                or not all(
                    isinstance(i, Name | Scripted) and declare.name_key(i) for i in group.items
                )
            ):
                return None
            if isinstance(head, Name) and head.base in ("d", r"\partial", r"\nabla"):
                return None
            found = declare.name_key(head)
            if found is None or found[1]:
                return None
            key = found[0]
            old = self.scope.lookup(key)
            if old is not None and (old.used or any(_mentions(p, key) for p in parts[1:])):
                return None
            if old is None and r.function_head(head) is not None:  # type: ignore[arg-type]
                return None  # tanh(x) = … is a claim
            if old is not None and not (
                old.kind == "function"
                and old.definition is None
                and old.operator is None
                and not old.elementwise
                or old.kind == "function"
                and old.definition is None
                and old.operator is None
                and old.elementwise
                and len(group.items) == 1
            ):
                return None
            return self._define_function(r, key, old, head, group, parts)
        found = declare.name_key(left)
        if found is None or found[1] or len(parts) != 2 or self.scope.lookup(found[0]) is not None:
            return None
        right = parts[1]
        if (
            isinstance(right, Product)
            and len(right.factors) == 2
            and right.ops == ("",)
            and isinstance(right.factors[1], Group)
        ):
            inner = declare.name_key(right.factors[0])
            if inner is not None and inner[0] == found[0]:  # L = L(h, y): an unspecified function
                args = [r.expr(i) for i in right.factors[1].items]
                binding = unspecified_of(self, found[0], args, r.place(left.span), r)
                return binding, [Var(right.span, SCALAR, binding)]
        return None

    def _define_function(
        self, r: Reader, key: Key, old: Binding | None, head: Node, group: Group, parts: list[Node]
    ) -> tuple[Binding, list[Expr]] | None:
        params: list[Binding] = []
        fresh: list[tuple[Key, Binding]] = []
        for k, item in enumerate(group.items):
            found = declare.name_key(item)
            assert found is not None
            bound = self.scope.lookup(found[0]) if not found[1] else None
            declared = old.arguments[k] if old is not None and k < len(old.arguments) else None
            if (
                bound is not None
                and bound.kind == "free"
                and not bound.is_dimension
                and (declared is None or declared == bound.shape)
            ):
                params.append(bound)
                continue
            if bound is not None and bound.kind in ("defined", "function") and declared is None:
                if bound.kind == "defined":
                    params.append(bound)
                    continue
                return None
            b = Binding(
                found[0].tex(),
                found[0].tex(),
                "free",
                declared or SCALAR,
                r.place(item.span),
                implicit=True,
            )
            fresh.append((found[0], b))
            params.append(b)
        kept = self.page.scope
        if fresh:
            kept.parameters.update(fresh)
            self.page.scope = kept.child(98)
            for k2, b in fresh:
                self.page.scope.bind(k2, b)
        try:
            inner = self.reader()
            exprs = self._sides(inner, parts[1:])
            settle(exprs[0], inner)
        finally:
            self.page.scope = kept
        e = exprs[0]
        shape = inner.u.shape(e.shape)
        elementwise = (
            bool(fresh)
            and len(params) == 1
            and params[0].shape == SCALAR
            and shape == SCALAR
            and (old is None or old.elementwise)
        )
        binding = old or Binding(
            key.tex(),
            self.text[head.span.start : head.span.end].strip(),
            "function",
            shape,
            r.place(head.span),
        )
        binding.shape, binding.definition, binding.params = shape, e, tuple(params)
        binding.arguments = tuple(b.shape for b in params)
        binding.elementwise = elementwise
        if old is None:
            self.scope.bind(key, binding)
        else:
            self.page.worlds.reset()
        self.page.definitions.append((binding, self.p))
        r.u, r.free, r.notes = inner.u, inner.free, inner.notes
        return binding, exprs

    def _columns(self, s: Statement) -> bool:
        """`X = [x_1, …, x_p]` for a bound X and new x_k: the x_k are the columns of X."""
        if len(s.parts) < 2:
            return False
        for whole, listed in (
            ((s.parts[0], s.parts[1]), (s.parts[-1], s.parts[-2]))
            if len(s.parts) == 2
            else ((s.parts[0], s.parts[-1]), (s.parts[0], s.parts[1]))
        ):
            found = declare.name_key(whole)
            binding = self.scope.lookup(found[0]) if found else None
            transposed = False
            node = listed
            if (
                isinstance(node, Scripted)
                and isinstance(node.base, Group | Matrix)
                and node.sub is None
                and len(node.sups) == 1
            ):
                transposed = script_text(node.sups[0]) in ("T", r"\top")
                node = node.base if transposed else node
            while (
                isinstance(node, Group)
                and node.delimiter in ("{", "[", "(")
                and len(node.items) == 1
            ):
                node = node.items[0]
            if (
                binding is None
                or binding.kind not in ("free", "defined")
                or binding.shape == SCALAR
            ):
                continue
            if isinstance(node, Matrix) and len(node.rows) == 1:
                cells, column = list(node.rows[0]), True
            elif isinstance(node, Matrix) and all(len(row) == 1 for row in node.rows):
                cells, column = [row[0] for row in node.rows], False
            elif isinstance(node, Group) and len(node.items) > 1:
                cells, column = list(node.items), True
            else:
                continue
            if transposed:
                column = not column
            if not any(isinstance(c, Dots) for c in cells) or not isinstance(
                cells[0], Scripted | Name
            ):
                continue
            turned = False
            first = cells[0]
            key = declare.name_key(first)
            if (
                key is None
                and isinstance(first, Scripted)
                and first.sups
                and script_text(first.sups[-1]) in ("T", r"\top")
            ):
                turned = True
                key = declare.name_key(
                    Scripted(first.span, first.base, first.sub, first.sups[:-1], first.primes)
                )
            if key is None or not key[0].sub:
                continue
            star = Key(key[0].base, key[0].font, key[0].accent, "*", key[0].sup)
            if self.scope.lookup(star) is not None or self.scope.lookup(key[0]) is not None:
                continue
            base = self.scope.lookup(Key(key[0].base, key[0].font, key[0].accent, "", key[0].sup))
            if (
                base is not None
                and base is not binding
                and not base.is_dimension
                and base.shape != SCALAR
            ):
                continue
            if ONE in binding.shape:
                continue
            bind_slices(self, star, binding, column, turned, self.page.place(self.p, listed.span))
        return False

    def _labelled(self, e: Expr, r: Reader, binding: Binding | None) -> None:
        self.values.append((e, used_indices([e], r)))

    def _labels(self) -> None:
        """Each label names the statement before it, or the first where none stands before."""
        if not self.values:
            return
        places = [(m.group(1), m.start()) for m in LABEL.finditer(self.text)]
        if self.p.label is not None and not places:
            places = [(self.p.label, 0)]
        for name, at in places:
            before = [v for v in self.values if v[0].span.start < at]
            e, indices = before[-1] if before else self.values[0]
            self.page.labels.setdefault(name, (e, indices, self.scope))

    def _assume(self, s: Statement) -> None:
        """A condition on the samples, not a claim."""
        from derivlib.assume import assume

        assume(self, s)
        self.parts.append(Part("declaration", reading=f"assumed: {self.text.strip()}"))

    # -- the verdict -----------------------------------------------------------------------
    def _summary(self) -> Verdict:
        self.page.letters.update(_script_letters(self.text))
        kinds = [p.kind for p in self.parts]
        kind = next(
            (k for k in ("claim", "definition", "declaration", "mention") if k in kinds), "mention"
        )
        bad = next((p for p in self.parts if p.diagnostic is not None), None)
        steps = tuple(s for p in self.parts for s in p.steps)
        notes = tuple(dict.fromkeys(n for p in self.parts for n in p.notes))
        text = "; ".join(p.reading for p in self.parts if p.reading)
        details: dict[str, object] = {}
        if steps:
            details = {
                "sizes": [dict(s) for s in self.page.worlds.sizes],
                "seeds": [w.seed for w in self.page.worlds.worlds],
                "draws": self.page.worlds.worlds[0].draws,
                "error": max((s.error or 0.0 for s in steps), default=0.0),
                "oracle_error": max(p.oracle for p in self.parts),
            }
        return Verdict(
            self.p.formula.span, self.p.formula.tex, kind,
            bad.diagnostic.kind if bad and bad.diagnostic else HOLDS, self.p.label, text, steps,
            bad.diagnostic if bad else None, bad.counter if bad else None, notes=notes, details=details,  # type: ignore[arg-type]
        )  # fmt: skip


def bind_slices(
    judge: Judge, star: Key, matrix: Binding, column: bool, turned: bool, span: Span
) -> Binding:
    """x_k as column k (or row k) of a matrix; a turned one is the column vector of a row."""
    from derivlib.expr import Element, Op
    from derivlib.operators import BY_NAME

    extent = matrix.shape[1] if column else matrix.shape[0]
    index = Index("k", None, None, extent)
    var = Var(span, matrix.shape, matrix)
    at = At(span, SCALAR, index)
    shape = (matrix.shape[0], ONE) if column else (ONE, matrix.shape[1])
    e: Expr = Element(span, shape, var, None if column else at, at if column else None)
    if turned:
        e = Op(span, (shape[1], shape[0]), BY_NAME["transpose"], (e,))
    binding = Binding(
        star.tex(), star.base, "defined", e.shape, span, definition=e, indices=(index,)
    )
    binding.implicit = True
    binding.slice_of = (matrix, column, turned)
    judge.scope.bind(star, binding)
    return binding


def unspecified_of(
    judge: Judge, key: Key, args: list[Expr], span: Span, r: Reader, shape: Shape = SCALAR
) -> Binding:
    """A value that is some smooth function of the given quantities."""
    hidden = Binding(key.tex() + "·", key.tex(), "function", shape, span,
                     arguments=tuple(r.u.shape(a.shape) for a in args), implicit=True)  # fmt: skip
    for a in args:
        settle(a, r)
    call = Call(span, shape, hidden, tuple(args))
    binding = Binding(key.tex(), key.tex(), "defined", shape, span, definition=call, implicit=True)
    # The name serves as the function too: L(h, y) is the same value.
    judge.scope.bind(key, binding)
    return binding


def _closed(e: Expr) -> bool:
    """Does an expression rest on numbers alone?"""
    return not any(
        b.definition is None and not b.is_dimension and b.operator is None for b in dependencies(e)
    )


def _without_transpose(node: Node) -> Node | None:
    """A of A^T; None when there is no transpose."""
    if isinstance(node, Scripted) and len(node.sups) == 1 and not node.primes:
        if script_text(node.sups[0]) in TRANSPOSES:
            return node.base if node.sub is None else Scripted(node.span, node.base, node.sub, ())
    return None


def _runs_across(e: Expr, index: Index) -> bool:
    """Is every array that this index picks from a row? Then what it builds is one too."""
    from derivlib.expr import Element

    found = False
    stack = [e]
    while stack:
        node = stack.pop()
        if isinstance(node, Element):
            if isinstance(node.row, At) and node.row.index is index:
                return False
            found = (
                found
                or isinstance(node.column, At)
                and node.column.index is index
                and node.base.shape[0] == ONE
            )
            if (
                isinstance(node.column, At)
                and node.column.index is index
                and node.base.shape[0] != ONE
            ):
                return False
        stack.extend(children(node))
    return found


LABEL = re.compile(r"\\label\s*\{([^}]*)\}")
_SCRIPT = re.compile(r"[_^]\{?\(?([a-zA-Z](?:[,]?[a-zA-Z])?)|(?:sum|prod)_\{?\s*([a-z])")


def _script_letters(text: str) -> set[str]:
    """Letters that stand as indices in a formula."""
    return {c for m in _SCRIPT.finditer(text) for g in m.groups() if g for c in g if c.isalpha()}


_NUMBER = re.compile(r"\((\d+)\)|(\d+)")


def _member_of(key: Key, family: Key) -> tuple[int, ...] | None:
    """(0,) for H^{(0)} in the family H^{(*)}; None when it is no member."""
    if (key.base, key.font, key.accent) != (family.base, family.font, family.accent):
        return None
    if family.sup == "(*)" and key.sub == family.sub:
        match = re.fullmatch(r"\((\d+)\)", key.sup)
        return (int(match.group(1)),) if match else None
    if family.sub == "*" and key.sup == family.sup:
        return (int(key.sub),) if key.sub.isdigit() else None
    return None


def _mentions(node: Node, key: Key) -> bool:
    """Does a printed tree contain this name?"""
    found = declare.name_key(node)
    if found is not None and found[0] == key:
        return True
    match node:
        case Scripted(base=base):
            return (
                isinstance(base, Name)
                and not key.sub
                and not key.sup
                and (base.base, base.font, base.accent) == key[:3]
                or not isinstance(base, Name)
                and _mentions(base, key)
            )
        case Product(factors=inner) | Group(items=inner):
            return any(_mentions(n, key) for n in inner)
    parts: list[Node] = []
    for name in ("terms", "items", "body", "numerator", "denominator"):
        value = getattr(node, name, ())
        parts.extend(value if isinstance(value, tuple) else [value])
    return any(isinstance(n, Node) and _mentions(n, key) for n in parts)


def _is_set(node: Node) -> bool:
    base = node.base if isinstance(node, Scripted) else node
    return isinstance(base, Name) and base.font == "bb" and base.base in ("R", "S", "N", "Z")


def _is_index_like(node: Node) -> bool:
    return isinstance(node, Name) and len(node.base) == 1 and node.base in "ijkl"


def _symbols(e: Expr) -> list[Binding]:
    from derivlib.expr import Member

    found: list[Binding] = []
    stack = [e]
    while stack:
        node = stack.pop()
        if isinstance(node, Var):
            found.append(node.binding)
        elif isinstance(node, Member):
            found.append(node.family)
        stack.extend(reversed(children(node)))
    return found

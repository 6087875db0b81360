"""One formula: its statements bound, claimed or mentioned, and the verdict on them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from derivlib import declare
from derivlib.assume import assume
from derivlib.bindings import bind_value, is_new, mentions
from derivlib.claims import check_sides, read_chain
from derivlib.conditions import (
    ORDERINGS,
    constraint,
    definite,
    distributed,
    filter_draws,
    is_label,
    membership,
    sign_of,
    sizes_agree,
    symmetric_in,
)
from derivlib.elaborate import Reader
from derivlib.errors import HOLDS, UNREADABLE, user_error
from derivlib.expr import Binding, Expr, Index
from derivlib.mentions import is_index_like, mention
from derivlib.parsed import LABEL, on_page
from derivlib.part import Part
from derivlib.reading import reading
from derivlib.scope import Key, Scope
from derivlib.shapes import show_shape
from derivlib.slices import name_columns, name_entries
from derivlib.source import Span
from derivlib.tex.tree import Dots, Group, Matrix, Name, Node, Num, Scripted, Statement
from derivlib.values.axes import used_indices
from derivlib.verdict import Step, Verdict

if TYPE_CHECKING:
    from derivlib.check import PageCheck
    from derivlib.orders import Orders
    from derivlib.parsed import Parsed


class Judge:
    """The walk over the statements of one formula, and what each came to."""

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
    def scope(self) -> Scope:
        """The scope in which the page stands now."""
        return self.page.scope

    def reader(self) -> Reader:
        """A fresh reader of this formula in the present scope."""
        r = Reader(self.scope, self.text)
        r.place = lambda span: on_page(self.p, span)
        return r

    # -- statements ------------------------------------------------------------------------
    def verdict(self) -> Verdict:
        """Handle every statement in turn and say what the formula came to."""
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
                if any(mentions(p, found[0]) for p in earlier.parts):
                    if own is not None and any(mentions(p, own[0]) for p in s.parts[1:]):
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
                self.one(joined)
                return j - k + 1
        self.one(s)
        return 1

    def one(self, s: Statement) -> None:
        ops = [rel.op for rel in s.relations]
        if not ops:
            mention(self, s)
        elif ops[0] == "typed":
            binding = declare.bind_function(self.reader(), s)
            self.parts.append(Part("declaration", reading=f"{binding.tex} is a function"))
        elif ops == ["in"]:
            membership(self, s)
        elif ops == ["sim"]:
            distributed(self, s)
        elif ops == ["mapsto"]:
            for part in s.parts:
                mention(self, Statement(part.span, (part,), ()))
        elif self.orders.point and ops == ["="] and not is_new(self, s.parts[0]):
            for part in s.parts:  # “at X = A⁻¹”: a point is named, nothing is claimed
                mention(self, Statement(part.span, (part,), ()))
        elif self.orders.concluded and ops[0] in ("=", *ORDERINGS):
            self._equation(s)  # “hence …”: a result, whatever its form
        elif ops == ["="] and not self.p.formula.display and constraint(self, s):
            pass
        elif ops == ["=", "in"] and symmetric_in(self, s):
            pass
        elif set(ops) == {"!="} and all(
            is_index_like(p) or isinstance(p, Name) and is_label(self, p) for p in s.parts
        ):
            self.page.conditions.append(s)
            self.parts.append(Part("mention", reading=self.text.strip()))
        elif ops[0] in ORDERINGS and not self.orders.assume and sign_of(self, s):
            pass
        elif (
            self.orders.condition
            and len(ops) == 1
            and ops[0] in ORDERINGS
            and not self.p.formula.display
        ):
            filter_draws(self, s)
        elif self.orders.condition and ops == ["="] and sizes_agree(self, s):
            self.parts.append(Part("mention", reading=self.text.strip()))
        elif (
            ops[:1] == ["="]
            and len(ops) == 2
            and ops[1] in ("<<", ">>", "<<=", ">>=")
            and definite(self, s)
        ):
            pass
        elif "to" in ops or "mapsto" in ops:
            raise user_error(
                UNREADABLE, "an arrow is read only in the type of a function", s.relations[0].span,
                "mark the formula skip with a reason, or write the steps as definitions",
            )  # fmt: skip
        elif self.orders.assume or self.orders.assume_if_claim and not is_new(self, s.parts[0]):
            self._assume(s)
        else:
            self._equation(s)

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

    # -- equations -------------------------------------------------------------------------
    def _equation(self, s: Statement) -> None:
        ops = [rel.op for rel in s.relations]
        parts = list(s.parts)
        if ops[-1] == "in" and len(ops) > 1:
            if is_new(self, parts[0]) and isinstance(parts[1], Group | Matrix):
                membership(
                    self,
                    Statement(s.span, (parts[0], parts[-1]), (s.relations[-1],), s.lead, s.row),
                )
            tail = Statement(s.span, (parts[-2], parts[-1]), (s.relations[-1],), s.lead, s.row)
            self._equation(Statement(s.span, tuple(parts[:-1]), s.relations[:-1], s.lead, s.row))
            if not self.parts or self.parts[-1].diagnostic is None:  # else it is said already
                membership(self, tail)
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
        if name_entries(self, s):
            return
        if name_columns(self, s):
            return
        # `… = G` with := binds the name at the end.
        k = len(parts) - 1
        tail_name: tuple[Node, int] | None = None
        if (
            ops[-1] == ":="
            and k >= 1
            and is_new(self, parts[k])
            and (k > 1 or not is_new(self, parts[0]))
        ):
            tail_name = (parts[k], k)
            parts, ops = parts[:k], ops[:-1]
        r = self.reader()
        if tail_name is not None and len(parts) == 1:
            e = r.expr(parts[0])
            bind_value(self, tail_name[0], e, r)
            self.parts.append(Part("definition", reading=reading(e, r.u)))
            return
        read_chain(self, r, s, parts, ops)
        if tail_name is not None:
            r = self.reader()
            bind_value(self, tail_name[0], r.expr(parts[-1]), r)

    def labelled(self, e: Expr, r: Reader) -> None:
        """Keep what a statement came to, for a label to name."""
        self.values.append((e, used_indices([e])))

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

        assume(self, s)
        self.parts.append(Part("declaration", reading=f"assumed: {self.text.strip()}"))

    # -- claims ----------------------------------------------------------------------------
    def _check(
        self, r: Reader, exprs: list[Expr], ops: list[str], spans: list[Span], before: list[Step],
        binding: Binding | None, first: Expr | None,
    ) -> None:  # fmt: skip
        """The one place that every chain of sides passes, for those who watch."""
        check_sides(self, r, exprs, ops, spans, before, binding, first)

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
            bad.diagnostic if bad else None,
            bad.counter if bad else None,  # type: ignore[arg-type]
            notes=notes, details=details,
        )  # fmt: skip


_SCRIPT = re.compile(r"[_^]\{?\(?([a-zA-Z](?:[,]?[a-zA-Z])?)|(?:sum|prod)_\{?\s*([a-z])")


def _script_letters(text: str) -> set[str]:
    """Letters that stand as indices in a formula."""
    return {c for m in _SCRIPT.finditer(text) for g in m.groups() if g for c in g if c.isalpha()}


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

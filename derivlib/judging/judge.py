"""One formula: its statements bound, claimed or mentioned, and the verdict on them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from derivlib.errors import HOLDS
from derivlib.expr import Binding, Expr, Index
from derivlib.judging.claims import check_sides
from derivlib.judging.conditions import ORDERINGS
from derivlib.judging.declare import bind_listed
from derivlib.judging.parsed import LABEL, on_page
from derivlib.judging.part import Part
from derivlib.judging.spaces import read_space
from derivlib.meaning.elaborate import Reader
from derivlib.meaning.keys import name_key
from derivlib.scope import Scope
from derivlib.shapes import show_shape
from derivlib.source import Span
from derivlib.tex.tree import Dots, Group, Statement
from derivlib.values.axes import used_indices
from derivlib.verdict import Step, Verdict

if TYPE_CHECKING:
    from derivlib.check import PageCheck
    from derivlib.judging.orders import Orders
    from derivlib.judging.parsed import Parsed
from derivlib.judging.arrangement import put_in_order, take_ranges
from derivlib.judging.members import link
from derivlib.judging.statement import read_statement


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
        r.seen = self.p.seen
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
        take_ranges(self, statements)
        put_in_order(self, statements)
        k = 0
        while k < len(statements):
            k += self._statement(statements, k)
        if statements:  # a range beside an equation is that equation's own
            self.page.scope.indices.clear()
            self.page.scope.indices.update(before)
        self._labels()
        return self._summary()

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
        typed = j > k and statements[j].relations and statements[j].relations[0].op == "typed"
        if typed and all(name_key(t.parts[0]) for t in statements[k:j]):  # f, g : A → B
            whole = statements[j]
            for t in (*statements[k:j], whole):
                parts = (t.parts[0], *whole.parts[1:])
                self.one(Statement(whole.span, parts, whole.relations, s.lead, s.row))
            return j - k + 1
        if (
            j > k
            and statements[j].relations
            and statements[j].relations[0].op in ("in", *ORDERINGS)
        ):
            names = [part for t in statements[k:j] for part in t.parts] + [statements[j].parts[0]]
            if any(isinstance(n, Dots) for n in names) and statements[j].relations[0].op == "in":
                r = self.reader()
                listed = bind_listed(
                    r, names, read_space(r, statements[j].parts[1]), s.span
                )
                if listed is not None:
                    link(self)
                    self.parts.append(
                        Part("declaration", reading=f"{listed.tex} is {show_shape(listed.shape)}")
                    )
                    return j - k + 1
            if all(name_key(n) or isinstance(n, Dots) for n in names):
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
        """Bind, claim or mention what one statement says."""
        read_statement(self, s)

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

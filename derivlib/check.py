"""A page's mathematics, formula by formula: what is bound, what is claimed, what holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from derivlib import declare, said, sentences
from derivlib.compare import show_value
from derivlib.counterexample import counterexample
from derivlib.elaborate import Reader
from derivlib.errors import (
    DIFFERS,
    HOLDS,
    ILL_SHAPED,
    SKIPPED,
    UNDEFINED,
    UNKNOWN_NAME,
    UNREADABLE,
    VACUOUS,
    DerivlibError,
    Diagnostic,
    user_error,
)  # fmt: skip
from derivlib.evaluate import World, evaluate
from derivlib.expr import Binding, Call, Derivative, Expr, Index, Member, Size, Var, children
from derivlib.judge import Judge
from derivlib.page import Directive, Formula, Heading, Page, Prose
from derivlib.reading import reading
from derivlib.scope import Key, Scope
from derivlib.shapes import ONE, SCALAR, show_shape
from derivlib.sizes import settle
from derivlib.source import Source, Span
from derivlib.tex.macros import Expanded, Macros, expand
from derivlib.tex.parser import parse_formula
from derivlib.tex.tree import Group, Name, Node, Product, Scripted, Statement
from derivlib.tex.vocabulary import INFIX, RELATIONS
from derivlib.values.axes import Axes, used_indices
from derivlib.values.closures import dependencies
from derivlib.values.sample import axes_for
from derivlib.verdict import Step, Verdict
from derivlib.worlds import Worlds

Array = Any
ORDER = ("<", ">", "<=", ">=", "<<", ">>", "<<=", ">>=", "!=")
LONE_SIGNS = {
    *INFIX,
    *RELATIONS,
    r"\to",
    r"\rightarrow",
    r"\implies",
    r"\sum",
    r"\prod",
    r"\partial",
    r"\nabla",
    "+",
    "-",
    r"\odot",
    r"\cdots",
    r"\dots",
    "^T",
    r"^\top",
    r"{}^\top",
}
_LABEL = re.compile(r"\\label\s*\{([^}]*)\}")
_PLACE = re.compile(r"⟦(\d+)⟧")


@dataclass
class Parsed:
    """One formula on its way to a verdict."""

    formula: Formula
    expanded: Expanded | None = None
    statements: tuple[Statement, ...] = ()
    error: DerivlibError | None = None
    verdict: Verdict | None = None
    label: str | None = None


@dataclass
class Orders:
    """What directives ask of the formula after them."""

    skip: str | None = None
    wrong: bool = False
    assume: bool = False
    point: bool = False  # “at x = 0”: where something is looked at
    concluded: bool = False  # “hence …” in words: a claim, whatever its form
    condition: bool = False  # “such that …” in words
    assume_if_claim: bool = False  # “assume that …” in words
    vary: str | None = None
    label: str | None = None


class PageCheck:
    """The verdicts of one page, and its labelled formulas as functions."""

    hinting = True  # look for corrections and small counter-examples; mutation does without

    def __init__(self, page: Page, seed: int = 0) -> None:
        self.page = page
        self.source = page.source
        self.seed = seed
        self.worlds = Worlds(seed)
        self.scope = Scope()
        self.macros: Macros = {}
        self.parsed: list[Parsed] = []
        self.labels: dict[str, tuple[Expr, list[Index], Scope]] = {}
        self.definitions: list[tuple[Binding, Parsed]] = []
        self.late: list[Parsed] = []
        self.awaited: set[int] = set()  # formulas of which more is to be said
        # “if A is symmetric, …” holds in its own sentence: (symbol, properties, extent)
        self.supposed: list[tuple[Binding, frozenset[str], tuple[int, int]]] = []
        # What words of a section add to a symbol of an outer one is given back at its end.
        self.borrowed: list[tuple[Scope, Binding, set[str]]] = []
        self.conditions: list[Statement] = []  # on indices, in the paragraph at hand
        self.letters: set[str] = set()  # that have stood as indices
        self.orders = self._orders()
        self._settings()
        self._run()
        self.verdicts: tuple[Verdict, ...] = tuple(
            p.verdict for p in sorted(self.parsed, key=lambda p: p.formula.index) if p.verdict
        )

    # -- directives and scopes -------------------------------------------------------------
    def _orders(self) -> dict[int, Orders]:
        """Directives that concern the next formula, by the index of that formula."""
        found: dict[int, Orders] = {}
        formulas = self.page.formulas
        for item in self.page.items:
            if not isinstance(item, Directive) or item.name not in (
                "skip",
                "wrong",
                "assume",
                "vary",
                "label",
            ):
                continue
            target = next((f for f in formulas if f.span.start >= item.span.end), None)
            if target is None:
                continue
            orders = found.setdefault(target.index, Orders())
            if item.name in ("wrong", "assume"):
                setattr(orders, item.name, True)
            else:
                setattr(orders, item.name, item.argument.strip().strip('"“”'))
        return found

    def _settings(self) -> None:
        front = self.page.front_matter
        own = front.get("derivlib")
        chosen = own if isinstance(own, dict) else front
        layout = chosen.get("layout")
        if layout in ("numerator", "denominator", "mixed"):
            self.scope.settings.layout = str(layout)
        if chosen.get("vectors") == "rows":
            self.scope.settings.rows = True
        if chosen.get("einstein") is True:
            self.scope.settings.einstein = True

    def _directive(self, d: Directive) -> None:
        settings = self.scope.settings
        argument = d.argument.strip().strip('"')
        if d.name == "layout":
            settings.layout = argument or "mixed"
        elif d.name == "einstein":
            settings.einstein = argument != "off"
        elif d.name == "rows":
            settings.rows = True

    def _heading(self, h: Heading) -> None:
        self._settle_late()
        while self.scope.parent is not None and self.scope.level >= h.level:
            for scope, binding, domain in reversed(self.borrowed):
                if scope is self.scope:
                    binding.domain = domain
                    self.worlds.reset()
            self.borrowed = [b for b in self.borrowed if b[0] is not self.scope]
            self.scope = self.scope.parent
        self.scope = self.scope.child(h.level)
        self.worlds.keep_sizes({b.key for b in self.scope.all_bindings() if b.is_dimension})

    # -- the walk over the page ------------------------------------------------------------
    def _run(self) -> None:
        in_prose: set[int] = set()
        items = list(self.page.items)
        k = 0
        formulas = {f.index: f for f in self.page.formulas}
        while k < len(items):
            item = items[k]
            if isinstance(item, Heading):
                self._heading(item)
            elif isinstance(item, Directive):
                self._directive(item)
            elif isinstance(item, Prose):
                group = [item]
                # "… where X ∈ …" in the paragraph after a display still speaks of it.
                j = k + 1
                while j < len(items):
                    following = items[j]
                    if isinstance(following, Prose):
                        if sentences.continues(following.text) and len(group) < 6:
                            group.append(following)
                        else:
                            break
                    elif isinstance(following, Heading):
                        break
                    j += 1
                new = [p for p in group if not set(p.formulas) <= in_prose or not p.formulas]
                wanted = [i for p in group for i in p.formulas if i not in in_prose]
                in_prose.update(wanted)
                self._paragraph(new, [formulas[i] for i in wanted])
            elif isinstance(item, Formula) and item.index not in in_prose:
                self._paragraph([], [item])
            k += 1
        self._settle_late()
        self._unused()

    def _paragraph(self, prose: Sequence[Prose], formulas: Sequence[Formula]) -> None:
        """Declarations first, then what words say, then everything else in its order."""
        self.conditions = []
        parsed = [self._parse(f) for f in formulas]
        self.parsed.extend(parsed)
        facts = [f for p in prose for f in sentences.read(p.text, p.formulas, p.offsets)]
        by_index = {p.formula.index: p for p in parsed}
        open_facts = said.settings(self, facts)
        waiting = []
        for p in parsed:
            if p.verdict is None and self._is_declaration(p):
                self._judge(p, facts)
            else:
                waiting.append(p)
        open_facts = said.apply(self, open_facts, by_index, final=False)
        for p in waiting:
            if p.verdict is None:
                self._judge(p, facts)
                if open_facts:
                    open_facts = said.apply(self, open_facts, by_index, final=False)
        said.apply(self, open_facts, by_index, final=True)
        for _ in range(4):  # names that were bound further on in the paragraph
            again = [
                p
                for p in parsed
                if p.verdict is not None
                and p.verdict.status == UNKNOWN_NAME
                and (p.verdict.kind == "mention" or len(formulas) > 1)
            ]
            if not again:
                break
            for p in again:
                p.verdict = None
                self._judge(p, facts)
            if all(p.verdict is None or p.verdict.status == UNKNOWN_NAME for p in again):
                break
            open_facts = said.apply(self, open_facts, by_index, final=False)
        for p in parsed:
            v = p.verdict
            if v is not None and v.status == UNKNOWN_NAME and v.kind == "mention":
                self.late.append(p)
        self.supposed = []

    def _settle_late(self) -> None:
        """Mentions of names that were bound only later in their section."""
        for p in self.late:
            old = p.verdict
            p.verdict = None
            self._judge(p, [])
            if p.verdict is not None and p.verdict.status != HOLDS:
                p.verdict = old
        self.late = []

    def _unused(self) -> None:
        for binding, p in self.definitions:
            if (
                binding.used == 0
                and p.verdict is not None
                and not binding.implicit
                and p.label is None
            ):
                note = f"nothing uses {binding.tex} after this definition: was it meant as a claim?"
                p.verdict = replace(p.verdict, notes=(*p.verdict.notes, note))

    def _parse(self, formula: Formula) -> Parsed:
        p = Parsed(formula)
        orders = self.orders.get(formula.index)
        match = _LABEL.search(formula.tex)
        p.label = match.group(1) if match else (orders.label if orders else None)
        if orders and orders.skip is not None:
            p.verdict = Verdict(
                formula.span, formula.tex, "skipped", SKIPPED, p.label, reason=orders.skip
            )
            return p
        try:
            p.expanded = expand(formula.tex, self.macros)
            text = p.expanded.text.strip()
            if (
                text in LONE_SIGNS
                or text.startswith("\\")
                and text[1:].isalpha()
                and text in LONE_SIGNS
            ):
                p.verdict = Verdict(
                    formula.span, formula.tex, "mention", HOLDS, p.label, f"the sign {text}"
                )
                return p
            p.statements = parse_formula(p.expanded.text)
        except DerivlibError as error:
            p.error = error
        return p

    def _is_declaration(self, p: Parsed) -> bool:
        signs = {rel.op for s in p.statements for rel in s.relations}
        return bool(signs & {"in", "typed"}) and not signs & {"=", ":="}

    # -- one formula -----------------------------------------------------------------------
    def place(self, p: Parsed, span: tuple[int, int]) -> Span:
        """A span of the expanded TeX as offsets of the page."""
        offsets = p.formula.offsets
        if p.expanded is None:
            places: Sequence[int] = range(len(offsets))
        else:
            places = p.expanded.offsets
        start = places[min(span[0], len(places) - 1)]
        last = places[min(max(span[1] - 1, span[0]), len(places) - 1)]
        end = p.expanded.calls.get(last, last + 1) if p.expanded is not None else last + 1
        return Span(offsets[min(start, len(offsets) - 1)], offsets[min(end, len(offsets)) - 1] + 1)

    def _judge(self, p: Parsed, facts: Sequence[Any]) -> None:
        """Bind or check one formula and write its verdict."""
        formula = p.formula
        orders = self.orders.get(formula.index, Orders())
        kept = self.scope
        if orders.wrong:
            self.scope = kept.child(99)
        lent = self._lend(formula)
        hinting, self.hinting = self.hinting, self.hinting and not orders.wrong
        try:
            if p.error is not None:
                raise p.error
            verdict = self.judged(p, orders)
        except DerivlibError as error:
            verdict = self.failed(p, error)
        except MemoryError:
            verdict = self.failed(
                p, user_error(UNREADABLE, "a value here is too large to check", (0, 1))
            )
        except RecursionError:
            verdict = self.failed(
                p, user_error(UNREADABLE, "the formula is nested too deeply", (0, 1))
            )
        finally:
            self.scope, self.hinting = kept, hinting
            for binding, domain in lent:
                binding.domain = domain
                self.worlds.reset()
        if orders.wrong:
            verdict = self._wrong(verdict)
        p.verdict = replace(verdict, label=p.label)

    def judged(self, p: Parsed, orders: Orders) -> Verdict:
        """The verdict on one formula; mutation watches here."""
        return Judge(self, p, orders).verdict()

    def _lend(self, formula: Formula) -> list[tuple[Binding, set[str]]]:
        """What is supposed in the sentence of a formula, for that formula."""
        lent = []
        for binding, domain, (start, end) in self.supposed:
            if start <= formula.span.start <= end and not domain <= binding.domain:
                lent.append((binding, set(binding.domain)))
                binding.domain = binding.domain | domain
                self.worlds.reset()
        return lent[::-1]

    def failed(self, p: Parsed, error: DerivlibError, kind: str = "") -> Verdict:
        d = error.diagnostic
        if d.span is None:
            span = p.formula.span
        elif "page" in error.notes:
            span = Span(*d.span)
        else:
            span = self.place(p, d.span)
        d = replace(d, span=span, facts=tuple(self.said(f) for f in d.facts))
        kind = kind or self._guess_kind(p)
        return Verdict(p.formula.span, p.formula.tex, kind, d.kind, p.label, diagnostic=d)

    def _guess_kind(self, p: Parsed) -> str:
        ops = {rel.op for s in p.statements for rel in s.relations}
        if not p.statements:
            return "claim" if "=" in p.formula.tex else "mention"
        if ops & {"in", "typed"}:
            return "declaration"
        return "claim" if ops else "mention"

    def said(self, fact: str) -> str:
        """`⟦offset⟧` in a fact becomes the line it is on."""
        return _PLACE.sub(
            lambda m: (
                f"line {self.source.position(min(int(m.group(1)), len(self.source.text)))[0]}"
            ),
            fact,
        )

    def _wrong(self, v: Verdict) -> Verdict:
        """A formula marked wrong holds, as a verdict, when it is caught."""
        if v.status == VACUOUS and v.diagnostic is not None:
            d = replace(
                v.diagnostic,
                statement=f"marked wrong, but nothing was compared: {v.diagnostic.statement}",
            )
            return replace(v, diagnostic=d)
        if v.status in (UNKNOWN_NAME, UNREADABLE) and v.diagnostic is not None:
            d = replace(
                v.diagnostic,
                statement=f"marked wrong, but it was not read: {v.diagnostic.statement}",
            )
            return replace(v, diagnostic=d)
        if v.status == HOLDS:
            d = Diagnostic(
                DIFFERS, "this formula is marked wrong, yet it holds at all points tried", v.span,
                ("take the mark away, or state what is wrong",),
            )  # fmt: skip
            return replace(v, status=DIFFERS, wrong=True, diagnostic=d)
        return replace(v, status=HOLDS, wrong=True, details={**v.details, "caught": v.status})

    # -- labelled formulas as functions ----------------------------------------------------
    def formula(self, label: str) -> Callable[..., Array]:
        """The formula with that label as a function of keyword arrays.

        Names are given as printed, without backslashes: `X=`, `U=`, `dL=`. Functions may be
        given as Python callables. What is not given must follow from definitions.
        """
        if label not in self.labels:
            known = ", ".join(sorted(self.labels)) or "none"
            raise KeyError(
                f"no formula is labelled {label!r} on {self.source.path}; labels here: {known}"
            )
        e, indices, scope = self.labels[label]
        return as_function(e, indices, scope, label)


def as_function(e: Expr, indices: list[Index], scope: Scope, name: str) -> Callable[..., Array]:
    """An expression of a page as a function of keyword arrays."""

    def value(**arrays: Any) -> Array:
        return _value(e, indices, scope, arrays)

    value.__name__ = name
    return value


def plain_name(tex: str) -> str:
    r"""`\hat{y}` as a Python name: y_hat; `W_{1}`: W_1; `X^{(t)}`: X_t."""
    accent = re.match(r"\\(hat|bar|tilde|vec|dot)\s*\{?(.*?)\}?(?=_|\^|$)(.*)", tex)
    if accent:
        tex = (
            f"{accent.group(2)}{accent.group(3)}_{accent.group(1)}"
            if accent.group(1) != "vec"
            else accent.group(2) + accent.group(3)
        )
    tex = re.sub(r"\\(?:mathbf|mathrm|mathbb|mathcal|mathsf|text|operatorname)", "", tex)
    return re.sub(r"_+", "_", re.sub(r"\W", "_", tex.replace("\\", ""))).strip("_")


def _value(e: Expr, indices: list[Index], scope: Scope, arrays: dict[str, Any]) -> Array:
    bindings = dependencies(e)
    by_name: dict[str, Binding] = {}
    for b in (*bindings, *scope.all_bindings()):
        by_name.setdefault(plain_name(b.tex), b)
    world = World({}, 1, 0)
    for name, array in arrays.items():
        binding = by_name.get(name)
        if binding is None:
            raise TypeError(f"the formula has no {name}; it has {', '.join(sorted(by_name))}")
        if callable(array):
            world.functions[binding] = _pointwise(array)
            continue
        value = np.asarray(array)
        if binding.indices:
            for k, item in enumerate(value):
                item = np.atleast_2d(item) if np.ndim(item) != 1 else np.asarray(item)[:, None]
                world.values[binding, (k + 1,)] = (item[None], 0)
                _sizes_from(binding, item, world)
            if binding.indices[0].extent is not None:
                for monomial, _ in binding.indices[0].extent:
                    for n in monomial:
                        world.sizes.setdefault(n, len(value))
            continue
        if value.ndim < 2:
            value = (
                value.reshape(-1, 1)
                if binding.shape[0] != ONE or binding.shape == SCALAR
                else value.reshape(1, -1)
            )
        if binding.is_dimension:
            world.sizes[binding.key] = int(value.flat[0])
            continue
        _sizes_from(binding, value, world)
        world.values[binding, ()] = (value[None], 0)
        world.moved.add(binding)
    missing = sorted(
        b.tex
        for b in bindings
        if b.definition is None
        and not b.is_dimension
        and b.operator is None
        and not any(key[0] is b for key in world.values)
        and b not in world.functions
    )
    missing = [m for m in missing if not any(b.tex == m and _behind(b, e, world) for b in bindings)]
    if missing:
        raise TypeError(f"the formula needs {', '.join(missing)} as well")

    with np.errstate(all="ignore"):
        axes = axes_for(world, indices)
        out = np.real_if_close(evaluate(e, world, axes), tol=1)
    while out.ndim > axes.count + 2:
        out = out[0]
    if axes.count and out.shape[-2:] == (1, 1):
        out = out[..., 0, 0]
    return out if out.size > 1 or axes.count else out.reshape(())[()]


def _pointwise(function: Callable[..., Any]) -> Callable[..., Array]:
    """A reader's Python function, given one point at a time, for stacks of points."""

    def stacked(axes: int, *args: Array) -> Array:
        lead = np.broadcast_shapes(*(a.shape[:-2] for a in args))
        flat = [np.broadcast_to(a, lead + a.shape[-2:]).reshape(-1, *a.shape[-2:]) for a in args]
        values = [np.atleast_2d(np.asarray(function(*point))) for point in zip(*flat, strict=True)]
        return np.stack(values).reshape(*lead, *values[0].shape)

    return stacked


def _behind(binding: Binding, e: Expr, world: World) -> bool:
    """Is a free symbol only reached through quantities that were given?"""
    given = {key[0] for key in world.values}

    seen: set[Binding] = set()
    stack: list[Expr] = [e]
    while stack:
        node = stack.pop()
        found: list[Binding] = []
        if isinstance(node, Var):
            found = [node.binding]
        elif isinstance(node, Member):
            found = [node.family]
        elif isinstance(node, Call):
            found = [node.function]
        elif isinstance(node, Derivative):
            found = [node.variable]
        for b in found:
            if b is binding:
                return False
            if b not in seen and b not in given:
                seen.add(b)
                if b.definition is not None:
                    stack.append(b.definition)
        stack.extend(children(node))
    return True


def _sizes_from(binding: Binding, value: Array, world: World) -> None:
    for dim, length in zip(binding.shape, value.shape[-2:], strict=True):
        if len(dim) == 1 and len(dim[0][0]) == 1 and dim[0][1] == 1:
            known = world.sizes.setdefault(dim[0][0][0], length)
            if known != length:
                raise ValueError(f"{binding.tex} has {length} where {dim[0][0][0]} is {known}")


def check_page(page: Page, *, seed: int = 0) -> PageCheck:
    """The mathematics of a page, checked; never raises for a user's mistake."""
    return PageCheck(page, seed)


__all__ = [
    "Array",
    "Axes",
    "Group",
    "ILL_SHAPED",
    "Key",
    "Name",
    "Node",
    "PageCheck",
    "Product",
    "Reader",
    "Scripted",
    "Size",
    "Source",
    "Step",
    "UNDEFINED",
    "VACUOUS",
    "check_page",
    "counterexample",
    "declare",
    "reading",
    "settle",
    "show_shape",
    "show_value",
    "used_indices",
]

"""How strong a page is: each of its claims broken in every way of the table, and judged again.

A mutant that the checker lets through is asked about by the second route
(`derivlib.elementwise`): it is a true formula, or it was missed. What is true is no fault
of the checker: Xᵀ of a symmetric X, factors that commute.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from derivlib.anatomy import Side, fork, read_side
from derivlib.changes.places import Pool
from derivlib.check import PageCheck
from derivlib.circumstances import conditions_on, varying_by_name
from derivlib.edits import BREAKING, Variant, variants
from derivlib.elaborate import Reader
from derivlib.elementwise import agreement
from derivlib.errors import DerivlibError
from derivlib.evaluate import World
from derivlib.expr import Expr, Op
from derivlib.hints import EQUALITIES, pool_of
from derivlib.judge import Judge
from derivlib.orders import Orders
from derivlib.page import Formula, Page, Prose
from derivlib.parsed import Parsed, on_page
from derivlib.patterns import einstein
from derivlib.reading import reading
from derivlib.route.point import NotCovered
from derivlib.sizes import all_dimensions
from derivlib.source import Source, Span
from derivlib.tex.macros import Expanded
from derivlib.tex.parser import parse_formula
from derivlib.trial import NOT_READ, aside
from derivlib.values.axes import used_indices
from derivlib.values.closures import dependencies
from derivlib.varying import differentials, varying_symbols
from derivlib.verdict import Verdict

TRUE, HELD, MISSED, UNDECIDED = "true", "held", "missed", "undecided"
CRASHED = "crashed"
SIZES = (2, 3, 4, 2, 3, 4, 5)


@dataclass(frozen=True)
class Mutant:
    """One claim broken in one way, and what became of it."""

    span: Span  # of the side that was changed, in the page
    edit: str
    original: str
    text: str
    status: str  # the verdict on it; `holds` is a survivor
    reading: str = ""  # of a survivor
    route: str = ""  # of a survivor: true, held, missed or undecided
    hints: tuple[str, ...] | None = None  # offered for it, where that was asked for
    mended: bool | None = None  # is the original among them?

    @property
    def caught(self) -> bool:
        return self.status not in ("holds", CRASHED)


@dataclass(frozen=True)
class Step:
    """A checked step of a formula: its two sides and where they stand in its expanded TeX."""

    left: Span
    right: Span
    k: int  # of the right side among the parts of its chain
    chain: int  # which chain of the formula


@dataclass
class Chain:
    """What the checker was given: a reader, typed parts, relations, places."""

    r: Reader
    exprs: list[Expr]
    ops: list[str]
    spans: list[Span]
    judge: Judge
    conditions: list[Expr]
    filters: list[Expr]


@dataclass
class PageMutation:
    """The mutants of one page; `left_out` are claims that were not broken, with the reason."""

    source: Source
    mutants: list[Mutant] = field(default_factory=list)
    claims: int = 0
    left_out: list[tuple[Span, str]] = field(default_factory=list)
    agreed: list[tuple[Span, str]] = field(
        default_factory=list
    )  # unbroken steps, by the second route
    wrong: int = 0  # formulas of the page that are wrong before anything is broken


class _Watching(Judge):
    """A judge that writes down the chains it checks."""

    def _check(
        self, r: Reader, exprs: list[Expr], ops: list[str], spans: list[Span], before: list[Any],
        binding: Any, first: Expr | None,
    ) -> None:  # fmt: skip
        assert isinstance(self.page, Breaking)
        kept = list(exprs)
        if self.scope.settings.einstein:
            kept = [einstein(r, e, exprs) for e in exprs]
        conditions = conditions_on(self, r, kept)
        filters = [e for scope in self.scope.chain() for e in scope.settings.filters]
        chain = Chain(r, kept, list(ops), list(spans), self, conditions, filters)
        self.page.chains.append(chain)
        super()._check(r, kept, ops, spans, before, binding, first)


class Breaking(PageCheck):
    """A check of a page that breaks each claim once the paragraph it stands in is understood.

    Args:
        page: as read.
        seed: of the draws.
        every: only each so-many-th mutant is judged, counted over the page.
        hints: look for corrections of the mutants, too, and see whether the original is among them.
    """

    hinting = False

    def __init__(self, page: Page, seed: int = 0, *, every: int = 1, hints: bool = False) -> None:
        self.chains: list[Chain] = []
        self.originals: dict[int, list[Chain]] = {}
        self.found = PageMutation(page.source)
        self.every = max(1, every)
        self.counted = 0
        self.whole: list[Chain] = []  # the chains of the formula that is being broken
        self.with_hints = hints
        super().__init__(page, seed)
        self.found.wrong = sum(not v.ok for v in self.verdicts)

    def judged(self, p: Parsed, orders: Orders) -> Verdict:
        self.chains = []
        verdict = _Watching(self, p, orders).verdict()
        self.originals[p.formula.index] = self.chains
        return verdict

    def _paragraph(self, prose: Sequence[Prose], formulas: Sequence[Formula]) -> None:
        start = len(self.parsed)
        super()._paragraph(prose, formulas)
        for p in self.parsed[start:]:
            v = p.verdict
            if (
                isinstance(v, Verdict)
                and v.ok
                and not v.wrong
                and v.kind in ("claim", "definition")
            ):
                self._break(p)

    # -- one formula -----------------------------------------------------------------------
    def _break(self, p: Parsed) -> None:
        steps = _steps(self.originals.get(p.formula.index, []))
        if not steps:
            return
        kept = list(self.definitions)
        with aside_of(self):
            again = self._again(p, None, "")
            if not again[0].ok:
                self.found.left_out.append((p.formula.span, "it cannot be judged by itself"))
            else:
                self.found.claims += 1
                chains = self.whole = self.originals[p.formula.index]
                for step in steps:
                    chain = chains[step.chain]
                    place = on_page(p, step.right)
                    self.found.agreed.append((place, second_route(self, chain, step.k)))
                    self._break_step(p, step, chain)
        self.definitions[:] = kept

    def _break_step(self, p: Parsed, step: Step, chain: Chain) -> None:
        assert p.expanded is not None
        text = p.expanded.text[step.right.start : step.right.end]
        reader = fork(chain.r)
        reader.text = p.expanded.text
        try:
            side = Side(text, reader)
        except NOT_READ:
            self.found.left_out.append((on_page(p, step.right), "this side cannot be taken apart"))
            return
        others = [p.expanded.text[s.start : s.end] for s in chain.spans if s != step.right]
        pool = _few(pool_of(chain.judge, reader, others, text))
        for variant in variants(side, pool, BREAKING):
            self.counted += 1
            if self.counted % self.every == 0:
                self.found.mutants.append(self._judge_mutant(p, step, chain, text, variant))

    def _judge_mutant(
        self, p: Parsed, step: Step, chain: Chain, text: str, variant: Variant
    ) -> Mutant:
        try:
            verdict, chains = self._again(p, step.right, variant.text)
        except Exception as error:  # a bug of derivlib's own: counted, so that it is seen
            return Mutant(
                on_page(p, step.right),
                variant.edit.name,
                text,
                variant.text,
                CRASHED,
                repr(error),
            )
        mutant = Mutant(
            on_page(p, step.right), variant.edit.name, text, variant.text, verdict.status
        )
        if verdict.ok:
            said, route = self._asked(step, chains)
            return replace(mutant, reading=said, route=route)
        if self.with_hints and verdict.diagnostic is not None:
            offered = self._offered(p, step, variant.text)
            wanted = {_plain(text), _read(chain, text)}
            mended = any(_plain(h) in wanted or _read(chain, h) in wanted for h in offered)
            return replace(mutant, hints=offered, mended=mended)
        return mutant

    def _again(self, p: Parsed, span: Span | None, new: str) -> tuple[Verdict, list[Chain]]:
        """The formula judged once more, with one side of it replaced."""
        assert p.expanded is not None
        text = p.expanded.text
        if span is not None:
            text = text[: span.start] + new + text[span.end :]
        mutant = Parsed(p.formula, Expanded(text, p.expanded.offsets))
        orders = replace(self.orders.get(p.formula.index, Orders()), label=None, wrong=False)
        self.chains = []
        scope = self.scope
        self.scope = scope.child(98)
        try:
            mutant.statements = parse_formula(text)
            verdict = _Watching(self, mutant, orders).verdict()
        except DerivlibError as error:
            verdict = self.failed(mutant, error)
        finally:
            self.scope = scope
        return verdict, self.chains

    def _asked(self, step: Step, chains: list[Chain]) -> tuple[str, str]:
        """The reading of a survivor, and what the second route says of it."""
        for chain in chains:  # what was a definition is a claim now, so its parts are counted anew
            for k, span in enumerate(chain.spans):
                beside = 0 <= span.start - step.right.start < 8  # a \left( may stand before it
                if beside and 0 < k < len(chain.exprs):
                    meant = self.whole[step.chain]
                    return reading(chain.exprs[k], chain.r.u), second_route(self, chain, k, meant)
        return "", UNDECIDED

    def _offered(self, p: Parsed, step: Step, new: str) -> tuple[str, ...]:
        self.hinting = True
        try:
            verdict, _ = self._again(p, step.right, new)
        finally:
            self.hinting = False
        return verdict.diagnostic.hints if verdict.diagnostic is not None else ()


def second_route(page: PageCheck, chain: Chain, k: int, meant: Chain | None = None) -> str:
    """Is step `k` of a chain true by plain loops, at small sizes of its own?

    What varies is what varies in `meant`, the chain as the author wrote it. A mutant that
    has lost its dA is read as holding A fixed, and may be true so: that is told apart.
    """
    found = _by_loops(page, chain, k, (meant or chain).exprs)
    if found == MISSED and meant is not None and _by_loops(page, chain, k, chain.exprs) == TRUE:
        return HELD
    return found


def _by_loops(page: PageCheck, chain: Chain, k: int, whole: list[Expr]) -> str:
    parts = [chain.exprs[k - 1], chain.exprs[k]]
    bindings = set().union(*(dependencies(e) for e in parts))
    names = sorted(page.worlds.sizes[0])
    involved = sorted(all_dimensions(parts, bindings))
    sizes = dict.fromkeys(names, 2) | {n: SIZES[j % len(SIZES)] for j, n in enumerate(involved)}
    for tall, short in page.worlds.taller:
        if tall in sizes and short in sizes and sizes[tall] <= sizes[short]:
            sizes[tall] = sizes[short] + 1
    for chosen in (sizes, *page.worlds.sizes):  # the page's own, if those give no finite value
        world = World(dict(chosen), 8, page.seed * 1000 + 800)
        if any(differentials(e) for e in whole):
            world.varying = varying_symbols(whole, varying_by_name(chain.judge, chain.r))
        indices = used_indices(parts)
        try:
            found = agreement(parts[0], parts[1], world, indices, chain.conditions, chain.filters)
        except (NotCovered, *NOT_READ):
            return UNDECIDED
        if found.agrees is not None:
            return TRUE if found.agrees else MISSED
    return UNDECIDED


def _steps(chains: list[Chain]) -> list[Step]:
    return [
        Step(chain.spans[k], chain.spans[k + 1], k + 1, number)
        for number, chain in enumerate(chains)
        for k, op in enumerate(chain.ops)
        if op in EQUALITIES
    ]


def _few(pool: Pool) -> Pool:
    """Two other symbols of each shape are enough to break a formula with."""
    kept: dict[Any, list[tuple[str, Any]]] = {}
    for tex, shape in pool.symbols:
        kept.setdefault(shape, []).append((tex, shape))
    symbols = tuple(s for group in kept.values() for s in group[:2])
    return Pool(symbols=symbols, indices=pool.indices, dimensions=pool.dimensions[:3])


class aside_of:
    """`derivlib.trial.aside` for a page."""

    def __init__(self, page: PageCheck) -> None:
        self._inner = aside(_OfPage(page))  # type: ignore[arg-type]

    def __enter__(self) -> None:
        self._inner.__enter__()

    def __exit__(self, *error: Any) -> None:
        self._inner.__exit__(*error)


@dataclass
class _OfPage:
    page: PageCheck


def _plain(text: str) -> str:
    text = "".join(text.split())
    for mark in (r"\left", r"\right", r"\,", r"\;", r"\!"):
        text = text.replace(mark, "")
    return text


def _read(chain: Chain, text: str) -> str:
    """What a text means in the place of a chain, whatever the order of terms and scalars."""
    reader = fork(chain.r)
    reader.text = text
    try:
        return _SHAPE.sub("", canonical(reader.expr(read_side(text))))
    except NOT_READ:
        return _plain(text)


_SHAPE = re.compile("⟨[^⟩]*⟩")  # of 𝟏 and I it is not settled by one side alone


def canonical(e: Expr) -> str:
    """A tree as text, with what commutes in one order."""
    if not isinstance(e, Op):
        return reading(e)
    name = e.operator.name
    if name in ("add", "subtract", "negate"):
        return "(" + " ".join(sorted(_signed(e, 1))) + ")"
    if name in ("scale", "hadamard", "frobenius", "inner"):
        return f"{name}(" + " ".join(sorted(_factors(e, name))) + ")"
    return f"{name}({', '.join(canonical(a) for a in e.args)})"


def _signed(e: Expr, sign: int) -> list[str]:
    if isinstance(e, Op) and e.operator.name in ("add", "subtract"):
        a, b = e.args
        return _signed(a, sign) + _signed(b, sign if e.operator.name == "add" else -sign)
    if isinstance(e, Op) and e.operator.name == "negate":
        return _signed(e.args[0], -sign)
    return [("+" if sign > 0 else "-") + canonical(e)]


def _factors(e: Expr, name: str) -> list[str]:
    if isinstance(e, Op) and e.operator.name == name:
        return [f for a in e.args for f in _factors(a, name)]
    return [canonical(e)]


# -- whole pages ---------------------------------------------------------------------------


def mutate_page(page: Page, *, seed: int = 0, every: int = 1, hints: bool = False) -> PageMutation:
    """Break every claim of a page and judge each mutant, or each so-many-th."""
    return Breaking(page, seed, every=every, hints=hints).found


def summary(pages: Sequence[PageMutation]) -> dict[str, int]:
    mutants = [m for page in pages for m in page.mutants]
    asked = [m for m in mutants if m.mended is not None]
    found = {
        "claims": sum(page.claims for page in pages),
        "steps": sum(len(page.agreed) for page in pages),
        "steps_true": sum(route == TRUE for page in pages for _, route in page.agreed),
        "steps_disputed": sum(route == MISSED for page in pages for _, route in page.agreed),
        "mutants": len(mutants),
        "caught": sum(m.caught for m in mutants),
        "true": sum(m.route == TRUE for m in mutants),
        "held": sum(m.route == HELD for m in mutants),
        "missed": sum(m.route == MISSED for m in mutants),
        "undecided": sum(m.route == UNDECIDED for m in mutants),
        "crashed": sum(m.status == CRASHED for m in mutants),
        "left_out": sum(len(page.left_out) for page in pages),
    }
    return found | (
        {"with_hints": len(asked), "mended": sum(bool(m.mended) for m in asked)} if asked else {}
    )


def summary_line(pages: Sequence[PageMutation]) -> str:
    n = summary(pages)
    parts = [f"{n['caught']} caught", f"{n['true']} true formulas", f"{n['missed']} missed"]
    if n["held"]:
        parts.insert(2, f"{n['held']} true with a symbol held fixed")
    if n["crashed"]:
        parts.append(f"{n['crashed']} crashed the checker")
    if n["undecided"]:
        parts.append(f"{n['undecided']} undecided")
    formulas = "1 formula" if n["claims"] == 1 else f"{n['claims']} formulas"
    text = f"{n['mutants']} mutants of {formulas}: {', '.join(parts)}"
    if n.get("with_hints"):
        text += f"; the original among the hints for {n['mended']} of {n['with_hints']}"
    return text


def render_text(pages: Sequence[PageMutation]) -> str:
    """Each survivor with its reading, then the counts."""
    lines: list[str] = []
    for page in pages:
        for m in page.mutants:
            if not m.caught:
                line, column = page.source.position(m.span[0])
                lines.append(
                    f"{page.source.path}:{line}:{column}: {_SAID.get(m.route, CRASHED)}: {m.edit}:"
                    f" {' '.join(m.text.split())}"
                )
                lines.append(f"    was {' '.join(m.original.split())}")
                lines.append(f"    read as {m.reading}")
        for span, reason in page.left_out:
            line, column = page.source.position(span[0])
            lines.append(f"{page.source.path}:{line}:{column}: not broken: {reason}")
        if page.wrong:
            lines.append(
                f"{page.source.path}: {page.wrong} wrong before anything is broken:"
                " see derivlib check"
            )
        lines.append(f"{page.source.path}: {summary_line([page])}")
    if len(pages) > 1:
        lines.append(f"{len(pages)} pages: {summary_line(pages)}")
    return "\n".join(lines) + "\n"


_SAID = {
    TRUE: "survived, and is true",
    HELD: "survived: true when what it lost is held fixed", MISSED: "missed",
    UNDECIDED: "survived; the second route cannot tell",
}  # fmt: skip


def render_json(pages: Sequence[PageMutation]) -> str:
    """Counts, and for each page its survivors and what was left out."""
    files = []
    for page in pages:
        position: Callable[[int], tuple[int, int]] = page.source.position
        files.append({
            "path": page.source.path,
            "summary": summary([page]),
            "by_edit": dict(_by_edit(page.mutants)),
            "survivors": [
                {"line": position(m.span[0])[0], "column": position(m.span[0])[1], "edit": m.edit,
                 "original": m.original, "tex": m.text, "reading": m.reading,
                 "second_route": m.route}
                for m in page.mutants if not m.caught
            ],
            "left_out": [
                {"line": position(span[0])[0], "column": position(span[0])[1], "reason": reason}
                for span, reason in page.left_out
            ],
        })  # fmt: skip
    found = {"version": 1, "summary": summary(pages), "files": files}
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"


def _by_edit(mutants: Sequence[Mutant]) -> Iterator[tuple[str, dict[str, int]]]:
    for edit in BREAKING:
        mine = [m for m in mutants if m.edit == edit.name]
        if mine:
            yield edit.name, {"mutants": len(mine), "caught": sum(m.caught for m in mine)}

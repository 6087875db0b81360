"""A chain of sides: read, checked step by step, and what is wrong with the first that fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from derivlib import declare, hints
from derivlib.bindings import bind_value, is_new
from derivlib.chains import Chain, ChainResult
from derivlib.conditions import ORDERINGS
from derivlib.counterexample import counterexample
from derivlib.definitions import define
from derivlib.elaborate import Reader
from derivlib.errors import (
    DIFFERS,
    HOLDS,
    UNDEFINED,
    UNKNOWN_NAME,
    VACUOUS,
    DerivlibError,
    Diagnostic,
    user_error,
)
from derivlib.evaluate import World
from derivlib.expr import Binding, Compare, Expr, Member, Var, children
from derivlib.part import Part
from derivlib.patterns import einstein
from derivlib.reading import reading
from derivlib.scope import Key
from derivlib.shapes import SCALAR, show_shape
from derivlib.smallest import smallest
from derivlib.source import Span
from derivlib.tex.parser import parse_formula
from derivlib.tex.tree import Group, Name, Node, Product, Scripted, Statement
from derivlib.values.axes import used_indices
from derivlib.values.closures import dependencies
from derivlib.verdict import Step

if TYPE_CHECKING:
    from derivlib.judge import Judge

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
FAILURES = {
    DIFFERS: "the two sides differ",
    UNDEFINED: "no finite value at the points tried",
    VACUOUS: "both sides are zero at every point tried, though neither is written 0",
}


def read_chain(judge: Judge, r: Reader, s: Statement, parts: list[Node], ops: list[str]) -> None:
    if len(parts) > 2 and ops[0] == "=" and is_new(judge, parts[0]) and is_new(judge, parts[1]):
        _alias(judge, r, s, parts, ops)
        return
    spans = [p.span for p in parts]
    defined = define(judge, r, s, parts, ops)
    if defined is not None:
        binding, exprs = defined
        if len(exprs) == 1:
            judge.parts.append(
                Part(
                    "definition",
                    reading=f"{binding.tex} := {reading(exprs[0], r.u)}",
                    notes=r.notes,
                )
            )
            if binding.kind != "sizeless":
                judge.labelled(exprs[0], r)
            return
        first: Expr = exprs[0]
        judge.steps += 1
        step = Step(judge.steps, HOLDS, judge.page.place(judge.p, spans[1]), 0.0, 0.0)
        judge._check(r, exprs, ops[1:], spans[1:], [step], binding, first)
        return
    _local_parameters(judge, r, parts[0])
    exprs = []
    for k, p in enumerate(parts):
        try:
            exprs.append(r.expr(p))
        except DerivlibError as error:
            error.notes.append(f"step {max(k, 1)}")
            _stop(judge, error, r, exprs, ops, spans, k)
            return
    judge._check(r, exprs, ops, spans, [], None, None)


def _alias(judge: Judge, r: Reader, s: Statement, parts: list[Node], ops: list[str]) -> None:
    """`x = a^{(1)} = [0.3; 0.9]`: both names are new, and both stand for the value."""
    judge.steps += 1
    step = Step(judge.steps, HOLDS, judge.page.place(judge.p, parts[1].span), 0.0, 0.0)
    read_chain(judge, r, s, parts[1:], ops[1:])
    again = judge.reader()
    bind_value(judge, parts[0], again.expr(parts[1]), again)
    judge.parts[-1].steps.insert(0, step)


def _stop(
    judge: Judge,
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
        judge._check(r, exprs, ops[: k - 1], spans[:k], [], None, None)
        part = judge.parts.pop()
    if part.diagnostic is None or part.diagnostic.kind == HOLDS:
        d = error.diagnostic
        place = judge.page.place(judge.p, d.span or spans[k])
        found = hints.for_side(judge, r, [*exprs, None][:k], k, _texts(judge, spans), ops)
        facts = tuple(judge.page.said(f) for f in d.facts)
        if d.kind == "ill-shaped":
            facts += tuple(hints.remarks(judge, r, [*exprs, None], k, _texts(judge, spans), ops))
        if k >= 2 or len(spans) > 2:
            facts = (
                f"step {judge.steps + 1}: the steps before it hold" if k >= 2 else "step 1",
                *facts,
            )
        part.diagnostic = Diagnostic(d.kind, d.statement, place, facts, found)
    judge.steps += 1
    is_first_wrong = not part.steps or part.steps[-1].status == HOLDS
    status = part.diagnostic.kind if is_first_wrong else HOLDS
    part.steps.append(Step(judge.steps, status, judge.page.place(judge.p, spans[k]), None))
    part.notes += r.notes
    judge.parts.append(part)


def _local_parameters(judge: Judge, r: Reader, node: Node) -> list[Binding]:
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
                    and judge.scope.lookup(Key(item.base, item.font, item.accent)) is None
                    and len(item.base) == 1
                ):
                    if found == []:
                        judge.page.scope = judge.scope.child(98)
                        r.scope = judge.page.scope
                    b = Binding(
                        item.base, item.base, "free", SCALAR, r.place(item.span), implicit=True
                    )
                    judge.scope.bind(Key(item.base, item.font, item.accent), b)
                    found.append(b)
    return found


def check_sides(
    judge: Judge, r: Reader, exprs: list[Expr], ops: list[str], spans: list[Span],
    before: list[Step], binding: Binding | None, first: Expr | None,
) -> None:  # fmt: skip
    """Conform, evaluate and compare; write the steps and, for the first wrong one, why."""
    if judge.scope.settings.einstein:
        exprs = [einstein(r, e, exprs) for e in exprs]
    chain = Chain(r, exprs, ops, spans)
    chain.conditions = conditions_on(judge, r, exprs)
    if binding is None:
        for e in exprs:
            for symbol in _symbols(e):
                symbol.claimed = True
    chain.strict = judge.ranged
    chain.ordered = judge.orders.vary is not None
    chain.filters = [e for scope in judge.scope.chain() for e in scope.settings.filters]
    steps = list(before)
    part = Part("claim", steps, notes=r.notes)
    signs = ["", *(f" {SHOWN.get(op, op)} " for op in ops)]
    part.reading = "".join(sign + reading(e, r.u) for sign, e in zip(signs, exprs, strict=True))
    judge.parts.append(part)
    if binding is not None:
        part.reading = f"{binding.tex} := " + part.reading
    try:
        chain.conform()
        result = chain.check(
            judge.page.worlds, varying_by_name(judge, r), lambda world: exact_entries(judge, world)
        )
    except DerivlibError as error:
        k = int(error.notes[0]) if error.notes and error.notes[0].isdigit() else 0
        if error.notes and k > 0:
            judge.parts.pop()
            judge._check(r, exprs[: k + 1], ops[:k], spans[: k + 1], before, binding, first)
            part = judge.parts[-1]
        d = error.diagnostic
        if part.diagnostic is None:
            texts = _texts(judge, spans)
            found = (
                hints.for_side(judge, r, list(exprs), k + 1, texts, ops)
                if d.kind == "ill-shaped"
                else ()
            )
            facts = [judge.page.said(f) for f in d.facts]
            facts += [judge.page.said(f) for f in _declarations(judge, exprs[k : k + 2])]
            if len(exprs) > 2:
                facts.insert(0, f"step {judge.steps + 1}")
            facts += (
                hints.remarks(judge, r, list(exprs), k + 1, texts, ops)
                if d.kind == "ill-shaped"
                else []
            )
            part.diagnostic = Diagnostic(
                d.kind,
                d.statement,
                judge.page.place(judge.p, d.span or spans[0]),
                tuple(facts),
                found,
            )
        judge.steps += 1
        part.steps.append(
            Step(
                judge.steps,
                d.kind,
                judge.page.place(judge.p, spans[k + 1 if k + 1 < len(spans) else k]),
                None,
            )
        )
        return
    judge.labelled(exprs[-1], r)
    part.oracle = result.oracle_error
    part.notes += result.notes
    _write_steps(judge, r, part, exprs, ops, spans, result)


def conditions_on(judge: Judge, r: Reader, exprs: list[Expr]) -> list[Expr]:
    """`for j ≠ y` in the paragraph, where the claim has a free j."""
    mine = {i.name for i in used_indices(exprs)}
    found: list[Expr] = []
    for s in judge.page.conditions:
        letters = {p.base for p in s.parts if isinstance(p, Name)}
        if letters & mine:
            was, r.in_index = r.in_index, True
            left, right = (r.expr(p) for p in s.parts)
            r.in_index = was
            found.append(Compare(s.span, SCALAR, "!=", left, right))
    return found


def varying_by_name(judge: Judge, r: Reader) -> tuple[Binding, ...] | None:
    """What a directive or the words of the section say varies."""
    names = judge.orders.vary.split(",") if judge.orders.vary else judge.scope.settings.varying
    if not names:
        return None

    found = []
    for name in names:
        (statement,) = parse_formula(name.strip().strip("$"))
        key = declare.name_key(statement.parts[0])
        binding = judge.scope.lookup(key[0]) if key else None
        if binding is None:
            raise user_error(
                UNKNOWN_NAME, f"{name.strip()} is to vary, but is not bound here", Span(0, 1)
            )
        found.append(binding)
    return tuple(found)


def exact_entries(judge: Judge, world: World) -> set[float]:
    """Entries of bound quantities without free symbols: decimals equal to them are exact."""
    values: set[float] = set()
    for b in judge.scope.all_bindings():
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


def _write_steps(
    judge: Judge, r: Reader, part: Part, exprs: list[Expr], ops: list[str], spans: list[Span],
    result: ChainResult,
) -> None:  # fmt: skip
    indices = used_indices(exprs)
    for k, outcome in enumerate(result.outcomes):
        judge.steps += 1
        span = judge.page.place(judge.p, spans[k + 1])
        error = None if outcome.status == UNDEFINED else float(outcome.error)
        part.steps.append(Step(judge.steps, outcome.status, span, error, outcome.tolerance))
        if outcome.status == HOLDS or part.diagnostic is not None:
            continue
        counter = counterexample(outcome, exprs[k], exprs[k + 1], indices)
        free = not judge.page.conditions and not any(
            s.settings.filters for s in judge.scope.chain()
        )
        if outcome.status == DIFFERS and ops[k] not in ORDERINGS and judge.page.hinting and free:
            counter = (
                smallest(judge.page.worlds, outcome, exprs[k], exprs[k + 1], indices) or counter
            )
        facts = []
        if len(exprs) > 2:
            later = "; what follows is compared with it" if k + 2 < len(exprs) else ""
            facts.append(f"step {judge.steps} is the first that fails{later}")
        if outcome.status == DIFFERS and counter is not None:
            texts = _texts(judge, spans)
            facts.append(
                f"relative error {outcome.error:.2g}, tolerance {outcome.tolerance:g}, seed "
                f"{counter.seed}" + (f", worst at {counter.where}" if counter.where else "")
            )
            at = [f"{n} = {v}" for n, v in (*counter.sizes.items(), *counter.point.items())]
            facts.append(f"at {', '.join(at) or 'the numbers given'}:")
            facts.append(f"  left  {counter.left}")
            facts.append(f"  right {counter.right}")
            facts += [judge.page.said(f) for f in _declarations(judge, exprs[k : k + 2])]
            facts += hints.remarks(judge, r, exprs, k + 1, texts, ops)
            found = hints.for_side(judge, r, exprs, k + 1, texts, ops)
            statement = _differing(judge, spans, k, ops[k])
            part.counter = counter
        else:
            found = hints.for_side(judge, r, exprs, k + 1, _texts(judge, spans), ops)
            statement = FAILURES[outcome.status]
            if outcome.status == UNDEFINED:
                facts.append(
                    "a logarithm or a root of a negative number, a singular matrix or an index "
                    "out of range; say what the symbols are, such as $\\lambda > 0$"
                )
        part.diagnostic = Diagnostic(outcome.status, statement, span, tuple(facts), found)


def _declarations(judge: Judge, exprs: list[Expr]) -> list[str]:
    """Where the symbols of two sides were declared."""
    seen: list[str] = []
    for e in exprs:
        for b in _symbols(e):
            line = f"{b.tex} is {show_shape(b.shape)} (⟦{b.span.start}⟧)"
            if not b.implicit and not b.is_dimension and b.kind != "function" and line not in seen:
                seen.append(line)
    return [", ".join(seen[:6])] if seen else []


def _differing(judge: Judge, spans: list[Span], k: int, op: str) -> str:
    if op in ORDERINGS:
        return "the order does not hold at all points tried"
    a = judge.text[spans[k].start : spans[k].end].strip()
    b = judge.text[spans[k + 1].start : spans[k + 1].end].strip()
    if len(a) + len(b) < 70 and "\n" not in a + b:
        return f"{a} is not {b}"
    return FAILURES[DIFFERS]


def _texts(judge: Judge, spans: list[Span]) -> list[str]:
    return [judge.text[s.start : s.end] for s in spans]


def _symbols(e: Expr) -> list[Binding]:

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

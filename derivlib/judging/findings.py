"""What a checked chain came to: its steps, and why the first wrong one is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from derivlib.errors import DIFFERS, HOLDS, UNDEFINED, VACUOUS, Diagnostic
from derivlib.expr import Binding, Expr, Member, Var, children
from derivlib.hinting import hints
from derivlib.hinting.smallest import smallest
from derivlib.judging.conditions import ORDERINGS
from derivlib.judging.parsed import on_page
from derivlib.judging.part import Part
from derivlib.meaning.elaborate import Reader
from derivlib.shapes import show_shape
from derivlib.source import Span
from derivlib.values.axes import used_indices
from derivlib.verdict import Step
from derivlib.verifying.chains import ChainResult
from derivlib.verifying.counterexample import counterexample

if TYPE_CHECKING:
    from derivlib.judging.judge import Judge

FAILURES = {
    DIFFERS: "the two sides differ",
    UNDEFINED: "no finite value at the points tried",
    VACUOUS: "both sides are zero at every point tried, though neither is written 0",
}


def write_steps(
    judge: Judge, r: Reader, part: Part, exprs: list[Expr], ops: list[str], spans: list[Span],
    result: ChainResult,
) -> None:  # fmt: skip
    """A step for each outcome and, for the first that fails, the diagnostic."""
    indices = used_indices(exprs)
    for k, outcome in enumerate(result.outcomes):
        judge.steps += 1
        span = on_page(judge.p, spans[k + 1])
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
            texts = texts_of(judge, spans)
            facts.append(
                f"relative error {outcome.error:.2g}, tolerance {outcome.tolerance:g}, seed "
                f"{counter.seed}" + (f", worst at {counter.where}" if counter.where else "")
            )
            at = [f"{n} = {v}" for n, v in (*counter.sizes.items(), *counter.point.items())]
            facts.append(f"at {', '.join(at) or 'the numbers given'}:")
            facts.append(f"  left  {counter.left}")
            facts.append(f"  right {counter.right}")
            facts += [judge.page.said(f) for f in declarations(judge, exprs[k : k + 2])]
            facts += hints.remarks(judge, r, exprs, k + 1, texts, ops)
            if judge.page.points:
                points = ", ".join(dict.fromkeys(judge.page.points))
                facts.append(
                    f"the point {points} is only named: nothing is put in; write "
                    rf"\big|_{{{points}}} behind what is looked at there"
                )
            found = hints.for_side(judge, r, exprs, k + 1, texts, ops)
            statement = _differing(judge, spans, k, ops[k])
            part.counter = counter
        else:
            found = hints.for_side(judge, r, exprs, k + 1, texts_of(judge, spans), ops)
            statement = FAILURES[outcome.status]
            if outcome.status == UNDEFINED:
                if outcome.world is not None and outcome.world.sizes:
                    sizes = [f"{n} = {v}" for n, v in sorted(outcome.world.sizes.items())]
                    facts.append(f"at {', '.join(sizes[:6])}")
                facts.append(
                    "a logarithm or a root of a negative number, a singular matrix or an index "
                    "out of range; say what the symbols are, such as $\\lambda > 0$"
                )
        part.diagnostic = Diagnostic(outcome.status, statement, span, tuple(facts), found)


def declarations(judge: Judge, exprs: list[Expr]) -> list[str]:
    """Where the symbols of two sides were declared."""
    seen: list[str] = []
    for e in exprs:
        for b in symbols_of(e):
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


def texts_of(judge: Judge, spans: list[Span]) -> list[str]:
    return [judge.text[s.start : s.end] for s in spans]


def symbols_of(e: Expr) -> list[Binding]:

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

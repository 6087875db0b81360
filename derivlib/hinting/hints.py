"""Did you mean: the neighbours of a side that is wrong, one and two edits away, that hold.

Each is tried at fresh draws and fresh sizes before it is offered. The side that stands
still is evaluated once. The work is bounded by counts, never by a clock, so that the same
page always gets the same hints.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from derivlib.errors import DerivlibError
from derivlib.expr import Binding, Expr
from derivlib.hinting.anatomy import Side, fork, read_side
from derivlib.hinting.changes.places import Pool, is_number
from derivlib.hinting.edits import EDITS, NEAR, variants
from derivlib.hinting.trial import NOT_READ, Trial, aside
from derivlib.meaning.elaborate import Reader
from derivlib.shapes import ONE, SCALAR, Shape

if TYPE_CHECKING:
    from derivlib.judging.judge import Judge

MOST = 3  # hints shown
ONE_EDIT = 900  # texts tried that are one edit away
TWO_EDITS = 600  # and two
ON_PURPOSE = 60  # tried for a formula that is marked wrong
PIECES = 48  # factors of other sides that may be put in
LINES_BEFORE = 24  # sides of earlier formulas that are looked at
EQUALITIES = ("=", ":=", "~")


def for_side(
    judge: Judge, r: Reader, exprs: Sequence[Expr | None], k: int, texts: list[str], ops: list[str]
) -> tuple[str, ...]:
    """Corrected TeX of part `k` of a chain, at most three.

    It is that of the whole step, if only the left side can be mended.

    Args:
        judge: of the formula, whose text is wrong.
        r: the reader that read it, or as much of it as could be read.
        exprs: typed parts of the chain; those from `k` on may be missing.
        texts: TeX of all parts.
        ops: the relations between them.
    """
    memo: dict[object, tuple[str, ...]] = judge.__dict__.setdefault("hints_found", {})
    key = (k, tuple(texts))
    if key not in memo:
        memo[key] = ()
        if judge.page.hinting:
            with aside(judge):
                memo[key] = tuple(_search(judge, r, exprs, k, texts, ops))
    return memo[key]


def remarks(
    judge: Judge, r: Reader, exprs: Sequence[Expr | None], k: int, texts: list[str], ops: list[str]
) -> list[str]:
    """What else is true of a step that fails, each line verified."""
    if not judge.page.hinting or judge.orders.wrong or not 0 < k < len(texts):
        return []
    from derivlib.hinting.remarks import facts

    found = []
    if ops[k - 1] in EQUALITIES:
        found = facts(judge, r, exprs, k, texts)
    if len(for_side(judge, r, exprs, k, texts, ops)) > 1:
        found.append("more than one neighbour holds: all are equal at the points tried")
    return found


def _search(
    judge: Judge, r: Reader, exprs: Sequence[Expr | None], k: int, texts: list[str], ops: list[str]
) -> Iterator[str]:
    other = k - 1 if k else 1
    if not 0 <= other < len(texts) or k >= len(texts) or ops[max(k, 1) - 1] not in EQUALITIES:
        return
    most = ON_PURPOSE if judge.orders.wrong else ONE_EDIT
    text = _whole(texts[k])
    exprs = [*exprs[: k + 1], *[None] * (k + 1 - len(exprs)), *_after(r, k, texts)]
    try:
        trial = Trial(judge, r, _whole(texts[other]), exprs)
        side = side_of(judge, trial.base, text)
    except NOT_READ:
        return
    pool = pool_of(judge, trial.base, [t for j, t in enumerate(texts) if j != k], text)
    found = list(islice(near(trial, side, pool, most), MOST))
    if not found and not judge.orders.wrong:
        found = list(islice(_two_away(judge, trial, side), MOST))
    if not found and k == 1 and not judge.orders.wrong:
        found = list(islice(_left(judge, r, exprs, texts, pool), MOST))
    yield from found


def _after(r: Reader, k: int, texts: list[str]) -> list[Expr | None]:
    """What follows the wrong part of a chain, as far as it can be read: it says what varies."""
    found: list[Expr | None] = []
    for text in texts[k + 1 :]:
        try:
            found.append(fork(r).expr(read_side(_whole(text))))
        except NOT_READ:
            found.append(None)
    return found


def near(trial: Trial, side: Side, pool: Pool, most: int = ONE_EDIT) -> Iterator[str]:
    """Texts one edit away that hold, in the order of the table."""
    for variant in islice(variants(side, pool, EDITS), most):
        if trial.holds(variant.text):
            yield variant.text.strip()


def _two_away(judge: Judge, trial: Trial, side: Side) -> Iterator[str]:
    """Two of the commonest edits, the first kept in the range of the second."""
    first = list(variants(side, Pool(), NEAR))
    seen = {side.text, *(v.text for v in first)}
    left = TWO_EDITS
    for variant in first:
        try:
            again = side_of(judge, trial.base, variant.text)
        except NOT_READ:
            continue
        for second in variants(again, Pool(), NEAR):
            if second.text in seen:
                continue
            seen.add(second.text)
            left -= 1
            if left < 0:
                return
            if trial.holds(second.text):
                yield second.text.strip()


def _left(
    judge: Judge, r: Reader, exprs: Sequence[Expr | None], texts: list[str], pool: Pool
) -> Iterator[str]:
    """The left side mended, when nothing on the right would do: the whole equation is shown."""
    try:
        trial = Trial(judge, r, _whole(texts[1]), exprs)
        side = side_of(judge, trial.base, _whole(texts[0]))
    except NOT_READ:
        return
    for text in near(trial, side, pool, ONE_EDIT // 4):
        yield f"{text} = {texts[1].strip()}"


def side_of(judge: Judge, base: Reader, text: str) -> Side:
    reader = fork(base)
    reader.text = judge.text  # where the author's own spelling of a transpose is looked for
    return Side(text, reader)


def _whole(text: str) -> str:
    """A part whose span began after its \\left, with the \\left again."""
    if text.count(r"\right") - text.count(r"\rightarrow") > text.count(r"\left") - text.count(
        r"\leftarrow"
    ):
        return r"\left" + text
    return text


def pool_of(judge: Judge, base: Reader, others: Sequence[str], text: str) -> Pool:
    """What stands nearby: symbols, factors and terms of the chain's other parts and of the page."""
    symbols: list[tuple[str, Shape]] = []
    dimensions: list[str] = []
    for b in judge.scope.all_bindings():
        if b.is_dimension:
            dimensions.append(b.tex)
        elif _is_symbol(b):
            symbols.append((b.tex, b.shape))
    here = " ".join((*others, text))
    symbols.sort(key=lambda s: s[0] not in here)
    pieces: dict[str, Shape] = {}
    terms: dict[str, Shape] = {}
    functions: dict[str, None] = {}
    for other in (*others, text, *_before(judge)):
        try:
            _collect(side_of(judge, base, other), pieces, terms, functions)
        except NOT_READ:
            continue
        if len(pieces) > PIECES:
            break
    factors = dict(symbols[:40])
    for tex, shape in symbols[:40]:
        terms.setdefault(tex, shape)
        if shape == SCALAR:
            factors.setdefault(rf"\frac{{1}}{{{tex}}}", shape)
        elif ONE not in shape:
            factors.setdefault(tex + r"^\top", (shape[1], shape[0]))
    factors |= dict(list(pieces.items())[:PIECES])
    factors |= dict.fromkeys(_elements(symbols[:6], sorted(base.free)[:4]), SCALAR)
    for tex in dimensions[:6]:
        factors.setdefault(tex, SCALAR)
        factors.setdefault(rf"\frac{{1}}{{{tex}}}", SCALAR)
    for tex, shape in pieces.items():
        terms.setdefault(tex, shape)
    terms = {"1": SCALAR} | terms
    return Pool(
        tuple(symbols[:24]), tuple(pieces.items())[:24], tuple(factors.items()),
        tuple(list(terms.items())[:40]), tuple(functions)[:6],
        tuple(dict.fromkeys(_before(judge))),
        tuple(base.free), tuple(dimensions[:6]),
    )  # fmt: skip


def _elements(symbols: Sequence[tuple[str, Shape]], letters: Sequence[str]) -> Iterator[str]:
    """X_{ij} and x_i for the indices of an equation between elements."""
    for tex, shape in symbols if letters else ():
        if shape == SCALAR:
            continue
        if ONE in shape:
            yield from (f"{tex}_{{{i}}}" for i in letters)
        else:
            yield from (f"{tex}_{{{i}{j}}}" for i in letters for j in letters if i != j)


def _collect(
    side: Side, pieces: dict[str, Shape], terms: dict[str, Shape], functions: dict[str, None]
) -> None:
    """Factors and terms of one side, each with its shape; the functions in it."""
    for run in side.runs:
        for unit in run.units:
            if len(unit.nodes) > 1 and side.is_function(unit.nodes[0]):
                functions.setdefault(side.cut(unit.nodes[0].span))
            if unit.shape is not None and len(unit.shape) == 2 and not is_number(unit):
                pieces.setdefault(side.cut(unit.span), unit.shape)
            for node in unit.nodes[1:]:
                shape = side.shape(node)
                if shape is not None and len(shape) == 2:
                    pieces.setdefault(side.cut(side.wide(node.span)), shape)
    for s in side.sums:
        for term in s.terms:
            shape = _shape(side.reader, side.cut(term))
            if shape is not None and len(shape) == 2:
                terms.setdefault(side.cut(term), shape)


def _before(judge: Judge) -> list[str]:
    """The sides of the formulas before this one, the nearest first."""
    found: list[str] = []
    for p in reversed(judge.page.parsed):
        if p.formula.index >= judge.p.formula.index or p.expanded is None:
            continue
        for statement in p.statements:
            if any(rel.op in EQUALITIES for rel in statement.relations):
                spans = [part.span for part in statement.parts]
                found += [p.expanded.text[s.start : s.end] for s in spans]
        if len(found) >= LINES_BEFORE:
            break
    return found[:LINES_BEFORE]


def _is_symbol(b: Binding) -> bool:
    return b.kind in ("free", "defined") and not b.indices and not b.implicit and len(b.shape) == 2


def _shape(base: Reader, text: str) -> Shape | None:
    try:
        reader = fork(base)
        return reader.u.shape(reader.expr(read_side(text)).shape)
    except DerivlibError:
        return None

r"""The ways in which people break formulas: one row each, as changes of the author's own TeX.

The same table mends (did you mean) and breaks (mutation). A row gives the edit's name, what
it is, an example before and after, and its changes of a side; a change is a few places of
the text with what stands there instead. Rows stand in the order in which hints are ranked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import NamedTuple

from derivlib.anatomy import (
    INVERSE_MARK,
    Run,
    Side,
    Sum,
    Unit,
    apply,
    is_operation,
    is_scalar,
    read_side,
    text_with_script,
)  # fmt: skip
from derivlib.errors import DerivlibError
from derivlib.expr import Binding, Fill, Var
from derivlib.operators import Operator
from derivlib.shapes import ONE, SCALAR, Dim, Shape, names
from derivlib.source import Span
from derivlib.tex.lexer import Token
from derivlib.tex.tree import (
    Additive,
    Bars,
    Big,
    Frac,
    Group,
    Name,
    Node,
    Num,
    Scripted,
)  # fmt: skip

Places = tuple[tuple[Span, str], ...]
_EQUAL_TO_OWN_TRANSPOSE = {"symmetric", "spd", "psd", "diagonal", "negative_definite", "projection"}
_ENTRYWISE_PRODUCT = r"\odot "


@dataclass(frozen=True)
class Pool:
    """What may be put in, with shapes: symbols of the page, what stands in the chain's other
    parts (pieces), factors and terms made of either, functions, sides of earlier formulas,
    index letters, dimensions."""

    symbols: tuple[tuple[str, Shape], ...] = ()
    pieces: tuple[tuple[str, Shape], ...] = ()
    factors: tuple[tuple[str, Shape], ...] = ()
    terms: tuple[tuple[str, Shape], ...] = ()
    functions: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    indices: tuple[str, ...] = ()
    dimensions: tuple[str, ...] = ()


class Edit(NamedTuple):
    """breaks: used for mutation; near: used for the second of two edits."""

    name: str
    description: str
    before: str
    after: str
    changes: Callable[[Side, Pool], Iterator[Places]]
    breaks: bool = True
    near: bool = False


class Variant(NamedTuple):
    """A side with one edit made."""

    text: str
    edit: Edit
    span: Span  # of the first place that was changed


def variants(side: Side, pool: Pool, edits: Sequence[Edit] | None = None) -> Iterator[Variant]:
    """Every text one edit away, each once, in the order of the table."""
    seen = {_squeezed(side.text)}
    for edit in EDITS if edits is None else edits:
        for places in edit.changes(side, pool):
            text = apply(side.text, places)
            key = _squeezed(text)
            if key and key not in seen:
                seen.add(key)
                yield Variant(text, edit, min(places)[0])


def _squeezed(text: str) -> str:
    return "".join(text.split())


# -- helpers -------------------------------------------------------------------------------


def _units(side: Side) -> Iterator[tuple[Run, int, Unit]]:
    for run in side.runs:
        for k, unit in enumerate(run.units):
            yield run, k, unit


def _put(run: Run | Sum, text: str) -> str:
    """`text` where a run stood; braces around the argument of a \\frac that had none."""
    return "{" + text + "}" if run.braced else text


def _in_place(run: Run, unit: Unit, text: str) -> Places:
    return ((unit.span, _put(run, text) if len(run.units) == 1 else text),)


def is_number(unit: Unit) -> bool:
    node = unit.nodes[0]
    if isinstance(node, Frac):
        return all(_number(n) is not None for n in (node.numerator, node.denominator))
    return _number(node) is not None


def _number(node: Node) -> str | None:
    while isinstance(node, Group) and len(node.items) == 1:
        node = node.items[0]
    return node.text if isinstance(node, Num) else None


def _same_turned(unit: Unit) -> bool:
    """Does a transpose leave this factor as it is?"""
    if is_scalar(unit.shape) or is_number(unit):
        return True
    e = unit.expr
    return (
        isinstance(e, Fill)
        and e.kind in ("eye", "zeros")
        or (isinstance(e, Var) and bool(e.binding.domain & _EQUAL_TO_OWN_TRANSPOSE))
    )


def _without(side: Side, run: Run, k: int) -> Places:
    """The run with one unit and its operator gone."""
    unit = run.units[k]
    if k == 0:
        return ((Span(unit.span.start, run.units[1].span.start), ""),)
    start = unit.op_span.start if unit.op_span else unit.span.start
    return ((Span(start, unit.span.end), ""),)


# -- transposes and order ------------------------------------------------------------------


def _transpose_lost(side: Side, pool: Pool) -> Iterator[Places]:
    for _, _, unit in _units(side):
        found = side.turning(unit.nodes[-1])
        if found is not None and not is_scalar(unit.shape):
            yield (found,)


def _transpose_added(side: Side, pool: Pool) -> Iterator[Places]:
    for run, _, unit in _units(side):
        if side.turning(unit.nodes[-1]) is None and not _same_turned(unit) and not _ends_open(unit):
            yield _in_place(run, unit, side.turned(unit))


def _ends_open(unit: Unit) -> bool:
    return (
        isinstance(unit.nodes[-1], Big)
        or len(unit.nodes) > 1
        and not isinstance(unit.nodes[-1], Group | Scripted | Name)
    )


def _swapped(side: Side, pool: Pool) -> Iterator[Places]:
    for run in side.runs:
        for a, b in pairwise(run.units):
            if b.op in ("", "cdot", "times") and not (is_scalar(a.shape) or is_scalar(b.shape)):
                yield (a.span, side.cut(b.span)), (b.span, side.cut(a.span))
        for left, right in pairwise(_operands(run, "otimes")):
            yield (left, side.cut(right)), (right, side.cut(left))


def _operands(run: Run, op: str) -> list[Span]:
    """What stands between the operators of one kind."""
    if not any(u.op == op for u in run.units):
        return []
    found = [run.units[0].span]
    for unit in run.units[1:]:
        if unit.op == op:
            found.append(unit.span)
        elif unit.op in ("", "cdot", "times", "otimes"):
            found[-1] = found[-1].to(unit.span)
        else:
            return []
    return found


def _layout(side: Side, pool: Pool) -> Iterator[Places]:
    """A product turned as a whole: factors in reverse, each transposed."""
    for run in side.runs:
        if (
            run.where in ("top", "group")
            and len(run.units) > 1
            and not any(u.op for u in run.units)
        ):
            scalars = [side.cut(u.span) for u in run.units if is_scalar(u.shape) or is_number(u)]
            others = [
                side.turned(u)
                for u in reversed(run.units)
                if not (is_scalar(u.shape) or is_number(u))
            ]
            if len(others) > 1:
                text = ""
                for piece in (*scalars, *others):
                    text = apply(text, ((Span(len(text), len(text)), piece),))
                yield ((side.wide(run.span), text),)
        if len(run.units) > 2 and not any(u.op for u in run.units):
            texts = [side.cut(u.span) for u in reversed(run.units)]
            yield tuple((u.span, text) for u, text in zip(run.units, texts, strict=True))
    whole = Span(0, len(side.text))
    many = len(side.runs[0].units) > 1 or side.sums and side.sums[0].where == "top"
    if many and not is_scalar(side.shape(side.root)):
        yield ((whole, rf"\left({side.text.strip()}\right){side.mark}"),)


# -- signs, numbers, terms -----------------------------------------------------------------


def _sign(side: Side, pool: Pool) -> Iterator[Places]:
    terms = {t for s in side.sums for t in s.terms}
    for s in side.sums:
        for k, (place, value) in enumerate(zip(s.signs, s.values, strict=True)):
            yield ((place, "-" if value > 0 else "" if k == 0 else "+"),)
    for run in side.runs:
        if side.wide(run.span) not in terms and run.where in ("top", "group", "exponent", "cell"):
            yield ((side.wide(run.span), _put(run, "-" + side.cut(side.wide(run.span)))),)


def _difference(side: Side, pool: Pool) -> Iterator[Places]:
    for s in side.sums:
        if len(s.terms) == 2 and s.values == (1, -1):
            a, b = s.terms
            yield (a, side.cut(b)), (b, side.cut(a))


def _number_lost(side: Side, pool: Pool) -> Iterator[Places]:
    for run, k, unit in _units(side):
        if len(run.units) > 1 and is_number(unit) and unit.op in ("", "cdot", "times", "over"):
            yield _without(side, run, k)
        node = unit.nodes[0]
        if isinstance(node, Frac) and not is_number(unit) and node not in side.derivatives:
            if _number(node.denominator) is not None:
                yield _in_place(run, unit, _bare(side, node.numerator))
            elif _number(node.numerator) not in (None, "1"):
                yield ((node.numerator.span, "{1}"),)


def _bare(side: Side, node: Node) -> str:
    text = side.cut(node.span)
    if text.startswith("{") and text.endswith("}"):
        text = text[1:-1]
    return rf"\left({text}\right)" if isinstance(_inner(node), Additive) else text


def _inner(node: Node) -> Node:
    while isinstance(node, Group) and node.delimiter == "{" and len(node.items) == 1:
        node = node.items[0]
    return node


def _number_added(side: Side, pool: Pool) -> Iterator[Places]:
    for number in ("2", r"\frac{1}{2}"):
        for run in side.runs:
            if run.where in ("top", "group", "big") and not is_number(run.units[0]):
                start = side.wide(run.span).start
                yield ((Span(start, start), number + " " * (number[0] == "\\")),)
        if side.sums and side.sums[0].where == "top" and len(side.sums[0].terms) > 1:
            yield ((Span(0, len(side.text)), rf"{number}\left({side.text.strip()}\right)"),)


def _number_changed(side: Side, pool: Pool) -> Iterator[Places]:
    for node in side.numbers:
        if "." in node.text:
            head, last = node.text[:-1], int(node.text[-1]) if node.text[-1].isdigit() else 0
            yield ((node.span, f"{head}{last + 1 if last < 9 else last - 1}"),)
        else:
            yield ((node.span, str(int(node.text) + 1)),)
            if int(node.text) > 1:
                yield ((node.span, str(int(node.text) - 1)),)


def _term_lost(side: Side, pool: Pool) -> Iterator[Places]:
    for s in side.sums:
        if len(s.terms) < 2:
            continue
        for k, (term, sign) in enumerate(zip(s.terms, s.signs, strict=True)):
            if k:
                yield ((Span(sign.start, term.end), ""),)
            else:
                start = s.signs[1].end if s.values[1] > 0 else s.signs[1].start
                yield ((Span(min(sign.start, term.start), start), ""),)


def _factor_lost(side: Side, pool: Pool) -> Iterator[Places]:
    for run, k, unit in _units(side):
        if len(run.units) > 1 and not is_number(unit) and unit.op != "over":
            if not (k == 0 and run.units[1].op == "over"):
                yield _without(side, run, k)
        elif (
            len(run.units) == 1
            and is_scalar(unit.shape)
            and run.where in ("top", "group", "fraction")
        ):
            if not is_number(unit) and len(side.runs) > 1:
                yield ((unit.span, _put(run, "1")),)
    for run in side.runs:
        for unit in run.units:
            if (
                isinstance(unit.nodes[0], Frac)
                and len(unit.nodes) == 1
                and unit.nodes[0] not in side.derivatives
            ):
                node = unit.nodes[0]
                if not is_number(unit) and _number(node.denominator) is None:
                    if len(run.units) > 1 and _number(node.numerator) == "1":
                        continue
                    yield _in_place(run, unit, _bare(side, node.numerator))


# -- kinds of product, functions -----------------------------------------------------------


def _to_product(side: Side, pool: Pool) -> Iterator[Places]:
    for run, k, unit in _units(side):
        if (
            unit.op == "odot"
            and unit.op_span
            and not is_scalar(unit.shape)
            and not is_scalar(run.units[k - 1].shape)
        ):
            yield ((unit.op_span, " "),)


def _to_entrywise(side: Side, pool: Pool) -> Iterator[Places]:
    for run in side.runs:
        for a, b in pairwise(run.units):
            if b.op == "" and not (is_scalar(a.shape) or is_scalar(b.shape)) and not is_number(a):
                yield ((Span(b.span.start, b.span.start), _ENTRYWISE_PRODUCT),)


def _heads(side: Side) -> Iterator[tuple[Run, Unit, Node, Operator | Binding]]:
    for run, _, unit in _units(side):
        head = unit.nodes[0]
        if len(unit.nodes) > 1 and isinstance(head, Name | Scripted):
            found = side.reader.function_head(head)
            if found is not None:
                yield run, unit, head, found[0]


def _prime_lost(side: Side, pool: Pool) -> Iterator[Places]:
    for _, _, head, _ in _heads(side):
        if isinstance(head, Scripted) and head.primes:
            k = side.text.find("'", head.base.span.end, head.span.end)
            if k >= 0:
                yield ((Span(k, k + 1), ""),)


def _prime_added(side: Side, pool: Pool) -> Iterator[Places]:
    for _, _, head, function in _heads(side):
        if function.elementwise and not (isinstance(head, Scripted) and head.sups):
            end = head.span.end
            yield ((Span(end, end), "'"),)


def _function_lost(side: Side, pool: Pool, only: set[str], other: bool = False) -> Iterator[Places]:
    """The functions named, or with `other` all entrywise ones but those."""
    for run, unit, head, function in _heads(side):
        if isinstance(function, Operator):
            meant = (function.name in only) != other
        else:
            meant = other and function.elementwise
        if not meant:
            continue
        rest = side.cut(Span(head.span.end, unit.span.end)).strip()
        group = unit.nodes[1]
        if isinstance(group, Group) and len(unit.nodes) == 2 and len(group.items) == 1:
            plain = isinstance(group.items[0], Name | Scripted)
            if plain or len(run.units) == 1 and run.where != "big":
                rest = side.cut(group.items[0].span)
        yield _in_place(run, unit, rest)


def _trace_lost(side: Side, pool: Pool) -> Iterator[Places]:
    return _function_lost(side, pool, {"trace", "det"})


def _diag_lost(side: Side, pool: Pool) -> Iterator[Places]:
    return _function_lost(side, pool, {"Diag", "diag", "vec"})


def _other_function_lost(side: Side, pool: Pool) -> Iterator[Places]:
    return _function_lost(side, pool, {"trace", "det", "Diag", "diag", "vec"}, other=True)


def _diag_added(side: Side, pool: Pool) -> Iterator[Places]:
    for run, _, unit in _units(side):
        if unit.shape is not None and unit.shape != SCALAR and unit.shape[1] == ONE:
            yield _in_place(run, unit, rf"\operatorname{{Diag}}({side.cut(unit.span)})")
        elif unit.shape is not None and len(unit.shape) == 2 and unit.shape != SCALAR:
            yield _in_place(run, unit, rf"\operatorname{{vec}}({side.cut(unit.span)})")
    top = side.runs[0]
    if not side.sums or side.sums[0].where != "top":
        text = side.text.strip()
        if top.where == "top" and not is_scalar(side.shape(side.root)):
            yield ((Span(0, len(side.text)), rf"\operatorname{{tr}}({text})"),)


# -- scripts -------------------------------------------------------------------------------


def _inverse_lost(side: Side, pool: Pool) -> Iterator[Places]:
    for _, _, unit in _units(side):
        found = side.inverting(unit.nodes[-1])
        if found is not None:
            yield (found,)


def _inverse_added(side: Side, pool: Pool) -> Iterator[Places]:
    for run, _, unit in _units(side):
        node = unit.nodes[-1]
        square = unit.shape is not None and unit.shape[0] == unit.shape[-1]
        if len(unit.nodes) > 1 or not square or is_number(unit) or isinstance(unit.expr, Fill):
            continue
        turning = side.turning(node)
        if turning is not None and turning[1] == "" and side.cut(turning[0]).startswith("^"):
            yield ((turning[0], INVERSE_MARK(side.cut(turning[0]))),)
        elif not (isinstance(node, Scripted) and (node.sups or node.primes)) and not isinstance(
            node, Frac
        ):
            yield _in_place(run, unit, text_with_script(side.cut(unit.span), node, "^{-1}"))


def _index_tokens(side: Side, pool: Pool) -> Iterator[list[Token]]:
    """The index letters of each script, in the order printed."""
    letters = _letters(side, pool)
    for node in side.scripts:
        for tokens in (node.sub or (), *node.sups):
            found = [t for t in tokens if t.text in letters and t.kind in ("let", "cmd")]
            if found and not is_operation(tokens):
                yield found


def _letters(side: Side, pool: Pool) -> set[str]:
    """Letters that serve as indices: bound by a sum, free in the equation, or declared."""
    own = {t.text for big in side.bigs for t in big.sub[:1]}
    own |= {
        t.text
        for big in side.bigs
        for t, u in zip(big.sub, big.sub[1:], strict=False)
        if u.text in (",", "=")
    }
    return own | set(pool.indices) | set(side.reader.free) | set(side.reader.indices)


def _index_swapped(side: Side, pool: Pool) -> Iterator[Places]:
    for found in _index_tokens(side, pool):
        for a, b in pairwise(found):
            if a.text != b.text:
                yield (_place(a), b.text), (_place(b), a.text)
    used = sorted({t.text for found in _index_tokens(side, pool) for t in found})
    every = [t for found in _index_tokens(side, pool) for t in found]
    for one, two in combinations(used, 2):
        new = {one: two, two: one}
        yield tuple((_place(t), new[t.text]) for t in every if t.text in new)
    for node in side.scripts:  # K_{mn}
        if node.sub and len(node.sub) == 2 and all(t.text in pool.dimensions for t in node.sub):
            first, second = (_place(t) for t in node.sub)
            yield (first, side.cut(second)), (second, side.cut(first))


def _summed_elsewhere(side: Side, pool: Pool) -> Iterator[Places]:
    """The summed index in the other place of every element in the sum: a column for a row."""
    letters = _letters(side, pool)
    for big in side.bigs:
        bound = big.sub[0].text if big.sub else ""
        pairs = [
            p for p in _index_tokens(side, pool)
            if len(p) == 2 and bound in (p[0].text, p[1].text)
            and big.body.span.start <= p[0].start < big.span.end
        ]  # fmt: skip
        for other in sorted(letters - {bound}) if pairs else ():
            changed = tuple(
                place for a, b in pairs
                for place in ((_place(a), other if a.text == bound else bound),
                              (_place(b), other if b.text == bound else bound))
            )  # fmt: skip
            yield changed
            if big.sup:
                end = Span(big.sup[0].start, big.sup[-1].end)
                for dimension in pool.dimensions:
                    yield (*changed, (end, dimension))


def _place(token: Token) -> Span:
    return Span(token.start, token.end)


def _index_changed(side: Side, pool: Pool) -> Iterator[Places]:
    letters = sorted(_letters(side, pool))
    used = {t.text for found in _index_tokens(side, pool) for t in found}
    for found in _index_tokens(side, pool):
        for token in found:
            for other in letters:
                if other != token.text and (other in used or other in side.reader.free):
                    yield ((_place(token), other),)
    for node in side.scripts:
        for tokens in (node.sub or (), *node.sups):
            yield from _shifted(tokens, letters, tokens is node.sub)


def _shifted(tokens: tuple[Token, ...], letters: list[str], sub: bool) -> Iterator[Places]:
    """t−1 for t and t for t−1; another number."""
    inner = tokens[1:-1] if tokens and tokens[0].text in ("(", "[") else tokens if sub else ()
    if len(inner) == 1 and inner[0].kind == "num":
        number = int(float(inner[0].text))
        yield ((_place(inner[0]), str(number + 1)),)
        if number:
            yield ((_place(inner[0]), str(number - 1)),)
    elif len(inner) == 1 and inner[0].text in letters and tokens is not inner:
        yield ((_place(inner[0]), inner[0].text + "-1"),)
        yield ((_place(inner[0]), inner[0].text + "+1"),)
    elif len(inner) == 3 and inner[1].text in ("-", "+") and inner[0].text in letters:
        yield ((Span(inner[1].start, inner[2].end), ""),)


def _bound(side: Side, pool: Pool) -> Iterator[Places]:
    for big in side.bigs:
        if big.sup:
            end = big.sup[-1].end
            texts = [t.text for t in big.sup]
            if texts[-2:] == ["-", "1"]:
                yield ((Span(big.sup[-2].start, end), ""),)
            else:
                start = big.sup[0].start
                old = side.text[start:end]
                braced = side.text[:start].rstrip().endswith("{")
                yield ((Span(start, end), f"{old}-1" if braced else f"{{{old}-1}}"),)
                for other in pool.dimensions:
                    if other != old:
                        yield ((Span(start, end), other if braced else f"{{{other}}}"),)
        if len(big.sub) > 2 and big.sub[-2].text == "=" and big.sub[-1].kind == "num":
            low = int(big.sub[-1].text)
            yield ((_place(big.sub[-1]), str(low + 1)),)
            if low > 1:
                yield ((_place(big.sub[-1]), str(low - 1)),)


def _exponent(side: Side, pool: Pool) -> Iterator[Places]:
    for scripted in side.scripts:
        for place, tokens in side.superscripts(scripted):
            if len(tokens) == 1 and tokens[0].kind == "num":
                k = int(float(tokens[0].text))
                yield ((_place(tokens[0]), str(k + 1)),)
                yield ((place, ""),) if k == 2 else ((_place(tokens[0]), str(k - 1)),)
            elif (
                len(tokens) > 1
                and not is_operation(tokens)
                and tokens[0].text == "-"
                and tokens[-1].kind == "num"
            ):
                yield ((_place(tokens[0]), ""),)
    for run, _, unit in _units(side):
        node = unit.nodes[0]
        square = unit.shape is not None and unit.shape[0] == unit.shape[-1]
        if not square or len(unit.nodes) > 1 or is_number(unit) or isinstance(unit.expr, Fill):
            continue
        plain = isinstance(node, Name | Bars | Scripted | Group)
        if plain and not (isinstance(node, Scripted) and _has_exponent(side, node)):
            yield _in_place(run, unit, text_with_script(side.cut(unit.span), node, "^2"))


def _has_exponent(side: Side, node: Scripted) -> bool:
    return any(
        not is_operation(t) and t[0].text not in ("(", "[") for _, t in side.superscripts(node)
    ) or (side.inverting(node) is not None)


def _root(side: Side, pool: Pool) -> Iterator[Places]:
    for node in side.roots:
        text = side.cut(node.body.span)
        yield ((node.span, text if text.startswith("{") else "{" + text + "}"),)
    for run, _, unit in _units(side):
        if (
            run.where == "fraction"
            and len(run.units) == 1
            and is_scalar(unit.shape)
            and not is_number(unit)
        ):
            if isinstance(unit.nodes[0], Name | Scripted | Bars):
                yield ((unit.span, rf"{{\sqrt{{{_stripped(side.cut(unit.span))}}}}}"),)


def _stripped(text: str) -> str:
    return text[1:-1] if text.startswith("{") and text.endswith("}") else text


# -- brackets ------------------------------------------------------------------------------


def _brackets_lost(side: Side, pool: Pool) -> Iterator[Places]:
    for run, _, unit in _units(side):
        node = unit.nodes[0]
        if (
            len(run.units) > 1
            and len(unit.nodes) == 1
            and isinstance(node, Group)
            and len(node.items) == 1
        ):
            if isinstance(node.items[0], Additive) and node.delimiter != "{":
                yield ((unit.span, side.cut(node.items[0].span)),)


def _brackets_added(side: Side, pool: Pool) -> Iterator[Places]:
    by_span = {side.wide(r.span): r for r in side.runs}
    for s in side.sums:
        for a, b in pairwise(s.terms):
            left, right = by_span.get(a), by_span.get(b)
            while left and isinstance(left.units[-1].nodes[-1], Big):  # into the body of a ∑
                left = by_span.get(side.wide(left.units[-1].nodes[-1].body.span))
            if not left or not right or len(left.units) + len(right.units) < 3:
                continue
            for first in reversed(left.units[-4:]):
                for last in right.units[:4]:
                    start, end = first.span.start, last.span.end
                    yield (Span(start, start), r"\left("), (Span(end, end), r"\right)")


# -- other names ---------------------------------------------------------------------------


def _symbols(side: Side) -> list[tuple[Span, str, Shape]]:
    """Names in the side with their subscripts, where they are printed, and their shapes."""
    found = []
    for name, scripted in side.names:
        if (
            side.is_function(scripted or name)
            or not name.base
            or name.base in ("d", r"\partial", "1", "0")
        ):
            continue
        span: Span = name.span
        node: Node = name
        if scripted is not None and scripted.sub:
            sub = side.subscript(scripted)
            if scripted.sups and side.superscripts(scripted)[0][0].start < sub.start:
                continue
            span = Span(span.start, sub.end)
            node = Scripted(span, name, scripted.sub, ())
        shape = side.shape(node)
        if shape is not None:
            found.append((span, _stripped(side.cut(span)), shape))
    return found


def _name_changed(side: Side, pool: Pool) -> Iterator[Places]:
    for span, text, shape in _symbols(side):
        for other, its in pool.symbols:
            if its == shape and _squeezed(other) != _squeezed(text):
                yield ((span, "{" + other + "}" if side.cut(span).startswith("{") else other),)


def _names_exchanged(side: Side, pool: Pool) -> Iterator[Places]:
    everywhere = _symbols(side)
    for within in (Span(0, len(side.text)), *(g.span for g in side.groups)):
        symbols = [s for s in everywhere if within.start <= s[0].start and s[0].end <= within.end]
        shapes = {text: shape for _, text, shape in symbols}
        for a, b in combinations(sorted(shapes), 2):
            if shapes[a] == shapes[b]:
                new = {a: b, b: a}
                yield tuple((span, new[text]) for span, text, _ in symbols if text in new)


# -- what was left out ---------------------------------------------------------------------


def _factor_added(side: Side, pool: Pool) -> Iterator[Places]:
    for run in side.runs:
        if (
            run.where not in ("top", "group", "big", "fraction")
            or run.braced
            or all(map(is_number, run.units))
        ):
            continue
        for text, shape in pool.factors:
            if shape == SCALAR:
                start = side.wide(run.span).start
                yield ((Span(start, start), text + " "),)
            else:
                yield from _fitting(run, text, shape)


def _factor_replaced(side: Side, pool: Pool) -> Iterator[Places]:
    for run, _, unit in _units(side):
        for text, shape in pool.pieces:
            if shape == unit.shape and (not is_number(unit) or run.where == "fraction"):
                yield _in_place(run, unit, text)


def _fitting(run: Run, text: str, shape: Shape) -> Iterator[Places]:
    """Places in a product where a matrix of this shape could stand."""
    units = [u for u in run.units if not is_scalar(u.shape)]
    for k in range(len(units) + 1):
        before = units[k - 1] if k else None
        after = units[k] if k < len(units) else None
        at = after.span.start if after else before.span.end if before else run.span.end
        if before is None and after is None:
            yield ((Span(at, at), " " + text),)
            continue
        after_op = after.op if after and k else ""
        fits = (before is None or _fit(before.shape, -1, shape[0])) and (
            after is None or _fit(after.shape, 0, shape[-1])
        )
        if fits and after_op in ("", "cdot", "times"):
            yield ((Span(at, at), text + " " if after else " " + text),)
        beside = after or before
        if beside and beside.shape == shape and (after is None or not k or after.op == ""):
            yield ((Span(at, at), text + r" \odot " if after else r" \odot " + text),)
    if units and not any(u.op == "colon" for u in run.units):
        rows, columns = units[0].shape, units[-1].shape
        if rows is None or columns is None or (rows[0], columns[-1]) == shape or len(units) > 1:
            yield ((Span(run.span.end, run.span.end), " : " + text),)
            yield ((Span(run.span.start, run.span.start), text + " : "),)
        for before, after in pairwise(units):  # S : X dW for S dW
            if (
                after.op == ""
                and _fit(before.shape, 0, shape[0])
                and _fit(after.shape, 0, shape[-1])
            ):
                yield ((Span(after.span.start, after.span.start), f": {text} "),)


def _fit(shape: Shape | None, side: int, size: Dim) -> bool:
    """Could these sizes meet in a product? What is not known could."""
    if shape is None:
        return True
    return shape[side] == size or any("?" in n for n in names(shape[side]) | names(size))


def _term_added(side: Side, pool: Pool) -> Iterator[Places]:
    """A term at either end of a sum, of the shape that is there."""
    in_sums = {t for s in side.sums for t in s.terms}
    for s in side.sums:
        if s.braced:
            continue
        own = _shape_of(side, s.terms[0])
        for text in _terms_like(pool, own):
            yield ((Span(s.span.end, s.span.end), f" + {text}"),)
            yield ((Span(s.span.end, s.span.end), f" - {text}"),)
            start = s.signs[0].start
            yield ((Span(start, start), f"{text} " + "+ " * (s.values[0] > 0)),)
    for run in side.runs:
        place = side.wide(run.span)
        if run.braced or place in in_sums or run.where not in ("top", "group", "cell", "big"):
            continue
        own = run.units[0].shape if len(run.units) == 1 else _shape_of(side, place)
        for text in _terms_like(pool, own):
            for sign in ("+", "-"):
                yield ((Span(place.end, place.end), f" {sign} {text}"),)
            yield ((Span(place.start, place.start), f"{text} - "),)


def _shape_of(side: Side, term: Span) -> Shape | None:
    for run in side.runs:
        if side.wide(run.span) == term and len(run.units) == 1:
            return run.units[0].shape
    try:
        return side.shape(read_side(side.cut(term)))
    except DerivlibError:
        return None


def _terms_like(pool: Pool, own: Shape | None) -> list[str]:
    return [t for t, shape in pool.terms if own is None or own == shape or SCALAR in (own, shape)]


def _function_added(side: Side, pool: Pool) -> Iterator[Places]:
    for run, _, unit in _units(side):
        if is_number(unit) or unit.shape is None or isinstance(unit.expr, Fill):
            continue
        text = side.cut(unit.span)
        bracketed = isinstance(unit.nodes[0], Group) and unit.nodes[0].delimiter == "("
        for function in pool.functions:
            yield _in_place(run, unit, function + (text if bracketed else f"({text})"))


def _side_replaced(side: Side, pool: Pool) -> Iterator[Places]:
    for line in pool.lines:
        yield ((Span(0, len(side.text)), line),)


# -- the table -----------------------------------------------------------------------------

EDITS: tuple[Edit, ...] = (
    Edit("transpose lost", "a transpose is left off",
         r"X^\top G", "X G", _transpose_lost, near=True),
    Edit("transpose added", "a transpose too many",
         "G W", r"G W^\top", _transpose_added, near=True),
    Edit("factors swapped", "neighbours in a product, or around ⊗, in the other order",
         "A X", "X A", _swapped, near=True),
    Edit("sign flipped", "plus for minus, minus for plus",
         "A + X", "A - X", _sign, near=True),
    Edit("number lost", "a factor 2 or ½ is left off",
         "2 A X", "A X", _number_lost, near=True),
    Edit("number added", "a factor 2 or ½ too many",
         "A X", "2A X", _number_added, near=True),
    Edit("product for ⊙", "a matrix product where the product is entrywise",
         r"A \odot X", "A   X", _to_product, near=True),
    Edit("⊙ for product", "an entrywise product where the product is of matrices",
         "A X", r"A \odot X", _to_entrywise, near=True),
    Edit("prime lost", "σ where σ′ is meant",
         r"\sigma'(x)", r"\sigma(x)", _prime_lost, near=True),
    Edit("prime added", "σ′ where σ is meant",
         r"\sigma(x)", r"\sigma'(x)", _prime_added, near=True),
    Edit("inverse lost", "an inverse is left off",
         "A^{-1} X", "A X", _inverse_lost, near=True),
    Edit("inverse added", "an inverse too many",
         "A X", "A^{-1} X", _inverse_added, near=True),
    Edit("indices swapped", "two indices in each other's place",
         "A_{ij}", "A_{ji}", _index_swapped, near=True),
    Edit("exponent changed", "a power lost, added, or one off",
         r"\lambda^2", r"\lambda", _exponent, near=True),
    Edit("index changed", "another index, or one off",
         "x_i y_j", "x_j y_j", _index_changed),
    Edit("summed elsewhere", "a sum down the column for one along the row",
         r"\sum_{j=1}^n A_{ij} B_{ij}", r"\sum_{j=1}^n A_{ji} B_{ji}", _summed_elsewhere),
    Edit("bound changed", "a sum that ends one early, or begins one late",
         r"\sum_{i=1}^n x_i", r"\sum_{i=1}^{n-1} x_i", _bound),
    Edit("layout", "the transpose of what is meant",
         "A X", r"X^\top A^\top", _layout),
    Edit("factor lost", "a factor is left off",
         "A X", "A", _factor_lost),
    Edit("term lost", "a term is left off",
         "A + X", "A", _term_lost),
    Edit("difference reversed", "a − b for b − a",
         "A - X", "X - A", _difference),
    Edit("trace lost", "a trace or a determinant is left off",
         r"\operatorname{tr}(A)", "A", _trace_lost),
    Edit("Diag lost", "Diag, diag or vec is left off",
         r"\operatorname{Diag}(x)", "x", _diag_lost),
    Edit("function lost", "a function is left off",
         r"\sigma(x)", "x", _other_function_lost),
    Edit("Diag added", "Diag of a vector, vec or a trace of a matrix",
         "x", r"\operatorname{Diag}(x)", _diag_added),
    Edit("function added", "a function that stands nearby, of one factor",
         "x", r"\sigma(x)", _function_added, breaks=False),
    Edit("root changed", "a root lost or added",
         r"\sqrt{n}", "{n}", _root),
    Edit("brackets lost", "brackets around a sum are left off",
         "(A + X) Y", "A + X Y", _brackets_lost),
    Edit("brackets added", "brackets around neighbours of two terms",
         "A + X Y", r"\left(A + X\right) Y", _brackets_added),
    Edit("number changed", "another number",
         "3 A", "4 A", _number_changed),
    Edit("name changed", "another symbol of the same shape",
         "A X", "A Y", _name_changed),
    Edit("names exchanged", "two symbols in each other's place",
         "A X A", "X A X", _names_exchanged),
    Edit("factor replaced", "another factor of the same shape that stands nearby",
         r"X^\top A", r"Y^\top A", _factor_replaced, breaks=False),
    Edit("factor added", "a factor that stands nearby, or a symbol of the page",
         "A", "X A", _factor_added, breaks=False),
    Edit("side replaced", "a side of an earlier formula", "A", "A W", _side_replaced, breaks=False),
    Edit("term added", "a term that stands nearby",
         "A", "A + X", _term_added, breaks=False),
)  # fmt: skip


BREAKING = tuple(e for e in EDITS if e.breaks)
NEAR = tuple(e for e in EDITS if e.near)
BY_NAME = {e.name: e for e in EDITS}

"""Indices and the bounds of sums."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, pairwise

from derivlib.hinting.anatomy import Side, is_operation
from derivlib.hinting.changes.places import Places, Pool, place_of
from derivlib.source import Span
from derivlib.tex.lexer import Token


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


def index_swapped(side: Side, pool: Pool) -> Iterator[Places]:
    for found in _index_tokens(side, pool):
        for a, b in pairwise(found):
            if a.text != b.text:
                yield (place_of(a), b.text), (place_of(b), a.text)
    used = sorted({t.text for found in _index_tokens(side, pool) for t in found})
    every = [t for found in _index_tokens(side, pool) for t in found]
    for one, two in combinations(used, 2):
        new = {one: two, two: one}
        yield tuple((place_of(t), new[t.text]) for t in every if t.text in new)
    for node in side.scripts:  # K_{mn}
        if node.sub and len(node.sub) == 2 and all(t.text in pool.dimensions for t in node.sub):
            first, second = (place_of(t) for t in node.sub)
            yield (first, side.cut(second)), (second, side.cut(first))


def summed_elsewhere(side: Side, pool: Pool) -> Iterator[Places]:
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
                for place in ((place_of(a), other if a.text == bound else bound),
                              (place_of(b), other if b.text == bound else bound))
            )  # fmt: skip
            yield changed
            if big.sup:
                end = Span(big.sup[0].start, big.sup[-1].end)
                for dimension in pool.dimensions:
                    yield (*changed, (end, dimension))


def index_changed(side: Side, pool: Pool) -> Iterator[Places]:
    letters = sorted(_letters(side, pool))
    used = {t.text for found in _index_tokens(side, pool) for t in found}
    for found in _index_tokens(side, pool):
        for token in found:
            for other in letters:
                if other != token.text and (other in used or other in side.reader.free):
                    yield ((place_of(token), other),)
    for node in side.scripts:
        for tokens in (node.sub or (), *node.sups):
            yield from _shifted(tokens, letters, tokens is node.sub)


def _shifted(tokens: tuple[Token, ...], letters: list[str], sub: bool) -> Iterator[Places]:
    """t−1 for t and t for t−1; another number."""
    inner = tokens[1:-1] if tokens and tokens[0].text in ("(", "[") else tokens if sub else ()
    if len(inner) == 1 and inner[0].kind == "num":
        number = int(float(inner[0].text))
        yield ((place_of(inner[0]), str(number + 1)),)
        if number:
            yield ((place_of(inner[0]), str(number - 1)),)
    elif len(inner) == 1 and inner[0].text in letters and tokens is not inner:
        yield ((place_of(inner[0]), inner[0].text + "-1"),)
        yield ((place_of(inner[0]), inner[0].text + "+1"),)
    elif len(inner) == 3 and inner[1].text in ("-", "+") and inner[0].text in letters:
        yield ((Span(inner[1].start, inner[2].end), ""),)


def bound(side: Side, pool: Pool) -> Iterator[Places]:
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
            yield ((place_of(big.sub[-1]), str(low + 1)),)
            if low > 1:
                yield ((place_of(big.sub[-1]), str(low - 1)),)

"""Results stated in words: “the gradient of $f$ is $2x$”, “setting it to zero gives $x = A^{-1}b$”.

What a sentence claims of two formulas is put together as one formula and judged where the
second of them stands. A claim that cannot be read so is left as it was: two mentions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from derivlib.errors import HOLDS, DerivlibError
from derivlib.page import PLACEHOLDER, Prose
from derivlib.parsed import Parsed
from derivlib.tex.macros import Expanded
from derivlib.tex.parser import parse_formula

if TYPE_CHECKING:
    from derivlib.check import PageCheck

_VERB = (
    r",? (?:is|equals|is equal to|is given by|becomes|reads)"
    r"(?: (?:then|thus|therefore|simply|just|hence|now))*:? "
)
_RESULT = re.compile(
    rf"\b(?P<kind>gradient|derivative|differential|Hessian|Jacobian) of (?P<of>@)"
    rf"(?: (?:with respect to|w\.?\s?r\.?\s?t\.?) (?P<by>@))?{_VERB}(?P<value>@)(?! ?(?:of|times))",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"(?P<value>@),? (?:be|is|denotes?|for|as|being) (?:the|its) "
    r"(?P<kind>gradient|derivative|Hessian|Jacobian) of (?:the function )?(?P<of>@)"
    r"(?: (?:with respect to|w\.?\s?r\.?\s?t\.?|by) (?P<by>@))?(?! ?(?:at|in the direction))",
    re.IGNORECASE,
)
_EQUAL = re.compile(r"(?P<of>@) (?:equals|is equal to|simplifies to|reduces to) (?P<value>@)")
# Words that say where an equality holds, rather than that it does.
_THERE = re.compile(
    r"\b(?:if\b|when|unless|there\b|vanish|stationary|minim|maxim|optim|converge|case\b"
    r"|only\b|provided|then\b)",
    re.IGNORECASE,
)
_STATIONARY = re.compile(
    r"\b(?:set(?:ting)?|equat(?:e|ing)) [^.;@]{0,50}?(?:@ )?(?:equal )?(?:to )?(?:zero|0|@)"
    r"[^.;@]{0,60}?(?:give|yield|get|obtain|find|result|lead|solution|we have|solve)\w*"
    r"[^.;@]{0,40}? (?P<value>@)",
    re.IGNORECASE,
)
_BY = (
    re.compile(r"\s*\\nabla\s*_\s*(?:\{(?P<braced>[^{}]+(?:\{[^{}]*\})?)\}|(?P<one>\\?[A-Za-z]+))"),
    re.compile(
        r"\s*\\[dt]?frac\s*\{\s*(?:\\partial|d|\\mathrm\s*\{?d\}?).*?\}\s*\{\s*"
        r"(?:\\partial|d|\\mathrm\s*\{?d\}?)\s*\{?\s*(?P<braced>[^{}]+?(?:\{[^{}]*\})?)\s*\}"
    ),
)
_SETTING = re.compile(
    r"\\(?:hat|widehat|bar|tilde|mathbf|boldsymbol|bm|vec|mathrm|mathsf)\b|[{}\s]|[_^].*$"
)


@dataclass(frozen=True)
class Told:
    """What a sentence says of the formula it ends in."""

    kind: str
    of: int = -1
    by: int = -1
    named: bool = False  # “let $g$ be the gradient of $f$”: a name, and no value


def told(prose: Sequence[Prose]) -> Iterator[tuple[int, Told]]:
    """Which formulas of a paragraph end a sentence that claims something of them."""
    for item in prose:
        text = re.sub(r"[*_`]|\s+", " ", item.text).replace(PLACEHOLDER, "@")
        text = re.sub(r" +", " ", text)

        def index(at: int, text: str = text, item: Prose = item) -> int:
            return item.formulas[text[:at].count("@")] if at >= 0 else -1

        everywhere = () if _THERE.search(text) else (_EQUAL,)
        for pattern in (_RESULT, _NAMED, *everywhere, _STATIONARY):
            for m in pattern.finditer(text):
                groups = m.groupdict()
                by = m.start("by") if groups.get("by") else -1
                of = m.start("of") if "of" in groups else -1
                kind = (groups.get("kind") or {_EQUAL: "equal"}.get(pattern, "zero")).lower()
                named = pattern is _NAMED
                yield index(m.start("value")), Told(kind, index(of), index(by), named)


def stated(page: PageCheck, p: Parsed, what: Told) -> Parsed | None:
    """The formula that a sentence puts together, to be judged in the place of its last part."""
    if p.expanded is None or p.error or len(p.statements) != 1:
        return None
    by_index = {q.formula.index: q for q in page.parsed}
    if what.kind == "zero":
        return _stationary(page, p)
    of, by = by_index.get(what.of), by_index.get(what.by)
    if of is None or of.expanded is None or p.statements[0].relations or not of.statements:
        return None
    first = of.statements[0].parts[0].span
    inner = of.expanded.text[first.start : first.end]
    if what.kind == "equal":
        return None if of.statements[0].relations else _joined(p, f"{inner} = ", "")
    if what.named:
        return _named(p, what, inner, by)
    under = f"_{{{by.expanded.text}}}" if by and by.expanded else ""
    if what.kind == "jacobian" or what.kind == "derivative" and under:
        if not by or not by.expanded:
            return None
        return _joined(p, rf"\frac{{\partial}}{{\partial {by.expanded.text}}} ({inner}) = ", "")
    sign = {"differential": "d", "hessian": r"\nabla^2"}.get(what.kind, r"\nabla")
    return _joined(p, f"{sign}{under if sign != 'd' else ''} ({inner}) = ", "")


def _named(p: Parsed, what: Told, inner: str, by: Parsed | None) -> Parsed | None:
    under = f"_{{{by.expanded.text}}}" if by and by.expanded else ""
    if what.kind == "jacobian":
        sign = rf"\frac{{\partial}}{{\partial {by.expanded.text}}}" if by and by.expanded else ""
    else:
        sign = (r"\nabla^2" if what.kind == "hessian" else r"\nabla") + under
    return _joined(p, "", f" = {sign} ({inner})") if sign else None


def _joined(p: Parsed, before: str, after: str) -> Parsed | None:
    assert p.expanded is not None
    own = list(p.expanded.offsets)
    text = before + p.expanded.text + after
    offsets = [own[0]] * len(before) + own[:-1] + [own[-1]] * (len(after) + 1)
    try:
        statements = parse_formula(text)
    except DerivlibError:
        return None
    return Parsed(p.formula, Expanded(text, offsets), statements)


def _stationary(page: PageCheck, p: Parsed) -> Parsed | None:
    """The gradient stated last, at the value that is said to make it zero."""
    s = p.statements[0]
    if [rel.op for rel in s.relations] != ["="] or p.expanded is None:
        return None
    text = p.expanded.text
    name, value = (text[n.span.start : n.span.end] for n in s.parts)
    for q in reversed(page.parsed):
        if q is p or q.verdict is None or q.verdict.status != HOLDS or q.verdict.kind != "claim":
            continue
        for t in reversed(q.statements):
            found = _by_what(q, t.parts[0].span) if len(t.parts) > 1 else None
            if found is None or _bare(found) != _bare(name) or q.expanded is None:
                continue
            last = t.parts[-1] if not _is_zero(q, t.parts[-1].span) else t.parts[-2]
            slope = q.expanded.text[last.span.start : last.span.end]
            claim = rf"\left. ({slope}) \right|_{{{found} = {value}}} = 0"
            again = "" if found.strip() == name.strip() else r", \quad "
            kept = p if again else Parsed(p.formula, Expanded("", [p.expanded.offsets[0]]))
            return _joined(kept, claim + again, "")
    return None


def _is_zero(q: Parsed, span: tuple[int, int]) -> bool:
    text = q.expanded.text[span[0] : span[1]] if q.expanded else ""
    return text.strip() in ("0", r"\mathbf{0}", r"\mathbf 0")


def _by_what(q: Parsed, span: tuple[int, int]) -> str | None:
    text = q.expanded.text[span[0] : span[1]].lstrip("{ ") if q.expanded else ""
    for pattern in _BY:
        m = pattern.match(text)
        if m:
            return m["braced"] or m.groupdict().get("one")
    return None


def _bare(name: str) -> str:
    """The letter of a name: β of \\hat{\\beta}, x of \\mathbf{x}^*."""
    return _SETTING.sub("", name.strip())

"""A term as TeX that reads back as the same term."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from derivlib.expr import Binding
from derivlib.operators import BY_NAME
from derivlib.rewriting.terms import Misfit, Term, Terms
from derivlib.shapes import ONE, SCALAR, show

SUM, COLON, ENTRYWISE, PRODUCT, ATOM = range(5)  # what binds tighter stands further right
_HEADS = {"det": r"\det", "max": r"\max", "min": r"\min"}


def tex_of(t: Term, terms: Terms) -> str:
    """The formula of a term.

    Raises:
        Misfit: a term that has no way to be written here, such as one with sums over indices.
    """
    return _written(t, terms)[0]


def _at(t: Term, level: int, terms: Terms) -> str:
    """A term as part of something that binds as tightly as `level`."""
    text, own = _written(t, terms)
    return text if own >= level else rf"\left( {text} \right)"


def _written(t: Term, terms: Terms) -> tuple[str, int]:
    match t.head:
        case "sym":
            return t.data.tex, ATOM
        case "size":
            return show(t.data), ATOM
        case "num":
            return _number(t.data), ATOM if t.data >= 0 else SUM
        case "fill":
            return _filled(t)
        case "d":
            inner = t.args[0]
            if inner.head == "sym":
                return f"d{_spaced(inner.data.tex)}", ATOM
            return f"d({tex_of(inner, terms)})", ATOM
        case "T":
            return _turned(t.args[0], terms), ATOM
        case "add":
            return _sum(t, terms), SUM
        case "mul":
            return _scaled(t, terms)
        case "mat":
            return r" \, ".join(_at(a, ATOM, terms) for a in t.args), PRODUCT
        case "had":
            return r" \odot ".join(_at(a, PRODUCT, terms) for a in t.args), ENTRYWISE
        case "power":
            return _power(t, terms), ATOM
        case "call":
            return _call(t, terms), ATOM
        case "op":
            return _operation(t, terms)
        case "D":
            body = _at(t.args[0], ATOM, terms)
            return rf"\frac{{\partial {body}}}{{\partial {t.data.tex}}}", ATOM
    raise Misfit(f"no TeX for {t.head}")


def _spaced(tex: str) -> str:
    return f" {tex}" if tex.startswith("\\") else tex


def _number(v: Any) -> str:
    if isinstance(v, Fraction) and v.denominator != 1:
        sign = "-" if v < 0 else ""
        return rf"{sign}\tfrac{{{abs(v.numerator)}}}{{{v.denominator}}}"
    return str(int(v)) if v == int(v) else repr(v)


def _filled(t: Term) -> tuple[str, int]:
    one = r"\mathbf{1}"
    if t.data == "eye":
        return "I", ATOM
    if t.data == "zeros":
        return "0", ATOM
    if t.data == "ones":
        if t.shape[1] == ONE:
            return one, ATOM
        return (rf"{one}^\top", ATOM) if t.shape[0] == ONE else (rf"{one} {one}^\top", PRODUCT)
    raise Misfit(f"no TeX for {t.data}")


def _turned(inner: Term, terms: Terms) -> str:
    if inner.head == "op" and inner.data == "inverse":
        return rf"{_at(inner.args[0], ATOM, terms)}^{{-\top}}"
    return rf"{_at(inner, ATOM, terms)}^\top"


def _sum(t: Term, terms: Terms) -> str:
    text = ""
    positive_first = sorted(t.args, key=lambda a: terms.split(a)[0] < 0)
    for a in positive_first:
        n = terms.split(a)[0]
        if n < 0:
            text += f" - {_at(terms.times(-1, a), COLON, terms)}"
        else:
            text += (" + " if text else "") + _at(a, COLON, terms)
    return text.strip()


def _scaled(t: Term, terms: Terms) -> tuple[str, int]:
    """Number, scalars and what they stand before; a Frobenius product among them last."""
    n, scalars, core = terms.split(t)
    above = [terms.raised(b, e) for b, e in scalars.items() if e > 0]
    below = [terms.raised(b, -e) for b, e in scalars.items() if e < 0]
    last = [a for a in above if a.head == "op" and a.data == "frobenius"]
    parts = [_at(a, ATOM, terms) for a in above if a not in last[:1]]
    level = PRODUCT
    sign = "-" if n < 0 else ""
    n = abs(n)
    if below:
        over = "".join([_number(n)] if n != 1 or not parts else []) + " ".join(parts)
        parts = [rf"\frac{{{over}}}{{{' '.join(_at(b, ATOM, terms) for b in below)}}}"]
    elif n != 1:
        parts.insert(0, _number(n))
    if core is not terms.one:
        text, own = _written(core, terms)
        if own in (SUM, COLON, ENTRYWISE):
            text = rf"\left( {text} \right)"
        parts.append(text)
    if last:
        a, b = last[0].args
        left = " \\, ".join([*parts, _at(a, PRODUCT, terms)])
        return f"{sign}{left} : {_at(b, PRODUCT, terms)}", SUM if sign else COLON
    text = " \\, ".join(parts)
    return sign + text, SUM if sign else level


def _power(t: Term, terms: Terms) -> str:
    base, exponent = t.args[0], t.data
    if exponent == Fraction(1, 2):
        return rf"\sqrt{{{tex_of(base, terms)}}}"
    if exponent < 0 and base.shape == SCALAR:
        return rf"\frac{{1}}{{{_at(terms.power(base, -exponent), ATOM, terms)}}}"
    if base.shape != SCALAR:
        if exponent == int(exponent) and 0 < exponent < 4:
            whole = r" \odot ".join([_at(base, PRODUCT, terms)] * int(exponent))
            return rf"\left( {whole} \right)"
        raise Misfit("no TeX for this entrywise power")
    shown = _number(exponent).replace("tfrac", "frac")
    return rf"{_at(base, ATOM, terms)}^{{{shown}}}"


def _call(t: Term, terms: Terms) -> str:
    name, order, _ = t.data
    if isinstance(name, Binding):
        head = name.tex
    else:
        head = BY_NAME[name].example.split("(")[0]
    inside = ", ".join(tex_of(a, terms) for a in t.args)
    return rf"{head}{chr(39) * order}({inside})"


def _operation(t: Term, terms: Terms) -> tuple[str, int]:
    match t.data:
        case "frobenius":
            a, b = t.args
            return f"{_at(a, ENTRYWISE, terms)} : {_at(b, ENTRYWISE, terms)}", COLON
        case "inverse":
            return rf"{_at(t.args[0], ATOM, terms)}^{{-1}}", ATOM
        case "kron":
            return r" \otimes ".join(_at(a, ATOM, terms) for a in t.args), ENTRYWISE
        case "norm":
            return rf"\|{tex_of(t.args[0], terms)}\|_F", ATOM
        case name:
            operator = BY_NAME.get(name)
            if operator is None or not operator.spellings:
                raise Misfit(f"no TeX for {name}")
            head = _HEADS.get(name, rf"\operatorname{{{operator.spellings[0]}}}")
            return rf"{head}({', '.join(tex_of(a, terms) for a in t.args)})", ATOM

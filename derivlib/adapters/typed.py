"""A formula as people type it into a search box: `dL/dU = X^T dL/dA`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from xml.etree import ElementTree

from derivlib.adapters.statements import flat, statements

LONGEST = 100  # characters; nobody types more of a formula

_NAMES = {
    "∂": "d", "ℓ": "L", "⊤": "T", "⊺": "T", "′": "'", "″": "''", "∇": "grad", "∞": "infinity",
    "∑": "sum", "∏": "prod", "∫": "int", "⊙": " * ", "∘": " * ", "⋅": " * ", "·": " * ",
    "⊗": " kron ", "⊕": " + ", "−": " - ", "-": " - ", "+": " + ", "=": " = ", "≔": " := ",
    "≡": " = ", "≤": " <= ", "≥": " >= ", "<": " < ", ">": " > ", "≈": " ~ ", "∈": " in ",
    ":": " : ", "×": " x ", ",": ", ", ";": "; ", "→": " -> ", "…": "...", "⋯": "...", "∥": "||",
    "‖": "||", "\u2061": "", "\u2062": "", "\u2063": "", "\xa0": " ",
}  # fmt: skip
_ACCENTS = {"ˆ": "hat", "^": "hat", "ˉ": "bar", "¯": "bar", "‾": "bar", "˜": "tilde",
            "~": "tilde", "˙": "dot", "→": ""}  # fmt: skip
_GREEK = re.compile(r"GREEK (SMALL|CAPITAL) LETTER (?:FINAL )?(\w+)\Z")


def typed_statements(math: str) -> Iterator[str]:
    """Each statement of a formula as one line; what is longer than anyone types is left out."""
    for statement in statements(ElementTree.fromstring(math)):
        line = _line(_sequence(statement)).rstrip(".,;: ")
        if re.search(r"[=<]", line) and len(line) <= LONGEST:
            yield line


def typed_text(math: str) -> str:
    """A whole formula as one line."""
    return _line(_sequence(flat(ElementTree.fromstring(math))))


def _line(text: str) -> str:
    text = re.sub(r"\s+", " ", text).strip()
    text = re.sub(r" : = ", " := ", text)
    text = re.sub(r"(?<=[(\[^,/]) ?- |^- ", lambda m: m[0].strip(), text)
    return re.sub(r"(?<!\w)\((\w+)\)(?=\^)", r"\1", text)  # (X)^T is X^T


def _sequence(elements: Iterable[ElementTree.Element]) -> str:
    """Siblings side by side; what is longer than a letter stands apart from its neighbour."""
    out, last = "", ""  # so far, and the operand that it ends in
    for element in elements:
        text = _typed(element)
        sign = element.tag in ("mo", "mspace", "mtext") and not re.match(r"[^\W\d]{2}", text)
        if last and not sign and text[:1] not in (")", "|", "'"):
            differential = re.search(r"\bd\w\Z", out) and text != "d"
            if text == "d" or not _together(last, text) or differential and last != "d":
                out += " "
        out += text
        if text:  # a bracket that closes under an exponent is an operand for what follows
            last = text if not sign or "^" in text else ""
    return out


def _together(last: str, text: str) -> bool:
    """Letters and a number before a letter stand together, and so does a d: XW, 2x, dX^T."""
    return last == "d" or (len(text) == 1 and bool(re.fullmatch(r"[^\W\d_]|\d+", last)))


def _typed(element: ElementTree.Element) -> str:
    match element.tag, list(element):
        case "mfrac", [above, below]:
            return f"{_factor(above)}/{_factor(below)}"
        case "msup", [base, script]:
            return _typed(base) + _raised(script)
        case "msub" | "munder", [base, script]:
            return _typed(base) + _lowered(base, script)
        case "msubsup" | "munderover", [base, low, high]:
            raised = "" if _typed(base) in ("sum", "prod") else _raised(high)
            return _typed(base) + _lowered(base, low) + raised
        case "mover", [base, accent]:
            return _typed(base) + _ACCENTS.get("".join(accent.itertext()), "")
        case "msqrt", inner:
            return f"sqrt({_sequence(inner).strip()})"
        case "mtext", _:
            return f" {_letters(element.text or '')} "
        case "mspace", _:
            return " "
        case "mtable", rows:
            return "; ".join(_typed(row) for row in rows)
        case "mtr", cells:
            return " ".join(_typed(cell).strip() for cell in cells)
        case _, []:
            return _letters(element.text or "")
        case _:
            return _sequence(flat(element))


def _factor(element: ElementTree.Element) -> str:
    text = re.sub(r"\A(d\^\d) (?=\w+\Z)", r"\1", _line(_typed(element)))
    return text if re.fullmatch(r"[\w^'.]+", text) else f"({text})"


def _raised(script: ElementTree.Element) -> str:
    text = _line(_typed(script))
    if re.match(r"[(\[].*[)\]]\Z", text):  # (t): a part of the name, which nobody types
        return ""
    if set(text) == {"'"}:
        return text
    text = re.sub(r"\A- ?", "−", text)
    return f"^{text}" if re.fullmatch(r"−?\w+", text) else f"^({text})"


def _lowered(base: ElementTree.Element, script: ElementTree.Element) -> str:
    text = _line(_typed(script))
    if _typed(base) in ("sum", "prod"):
        return "_" + re.split(r" (?:=|in) ", text)[0] + " "
    text = text.rstrip(": ")
    return f"_{text}" if re.fullmatch(r"\w*", text) else f"_({text})"


def _letters(text: str) -> str:
    return "".join(map(_letter, text))


def _letter(c: str) -> str:
    if c in _NAMES:
        return _NAMES[c]
    plain = unicodedata.normalize("NFKC", c)
    greek = _GREEK.match(unicodedata.name(plain, "")) if len(plain) == 1 else None
    if greek:
        name = greek[2].lower().replace("lamda", "lambda")
        return name.capitalize() if greek[1] == "CAPITAL" else name
    return _NAMES.get(plain, plain)

"""Words that declare: a short closed list, one row each.

`$A$ is symmetric`, `an invertible matrix $X$`, `$\\sigma$ is the logistic sigmoid`,
`$x_k$ is column $k$ of $X$`, `only $W_1$ varies`. In the patterns a formula is one
character, `@`. The reference page and the tests iterate over `PROPERTIES` and `ROWS`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from derivlib import declare
from derivlib.elaborate import Reader
from derivlib.errors import DerivlibError
from derivlib.expr import Binding
from derivlib.operators import BY_NAME, BY_SPELLING
from derivlib.page import PLACEHOLDER
from derivlib.predication import (
    CONCLUDED,
    GENERAL,
    SUPPOSED,
    TAKEN_BACK,
    concluded,
    mood,
    own_words,
)
from derivlib.printed import TRANSPOSES, script_text
from derivlib.scope import Key
from derivlib.shapes import ONE, SCALAR
from derivlib.source import Span
from derivlib.tex.tree import Group, Name, Node, Num, Product, Scripted

if TYPE_CHECKING:
    from derivlib.check import PageCheck, Parsed


@dataclass(frozen=True)
class Property:
    """Words that say in which domain a symbol is drawn."""

    pattern: str
    domain: str
    example: str


# The first that matches takes its words; so `positive definite` stands before `positive`.
PROPERTIES: tuple[Property, ...] = (
    Property(r"(?:symmetric[ ,]+(?:and )?)?positive[- ]semi-?definite|\bPSD\b"
             r"|nonnegative[- ]definite",
             "psd", "$S$ is positive semidefinite"),
    Property(r"(?:symmetric[ ,]+(?:and )?)?positive[- ]definite|\bSPD\b|(?:is|be|a) PD\b"
             r"|covariance matri(?:x|ces)|precision matri(?:x|ces)",
             "spd", "$S$ is positive definite"),
    Property(r"negative[- ]definite", "negative_definite", "$S$ is negative definite"),
    Property(r"skew[- ]?symmetric|anti-?symmetric", "skew", "$A$ is skew-symmetric"),
    Property(r"\bsymmetric(?! structure)", "symmetric", "$A$ is symmetric"),
    Property(r"orthonormal columns|columns (?:of \S+ )?are orthonormal|semi-?orthogonal",
             "orthonormal", "$Q$ has orthonormal columns"),
    Property(r"orthonormal|orthogonal(?! to)|rotation", "orthogonal", "$Q$ is orthogonal"),
    Property(r"invertible|non-?singular|nonsingular|full rank|full-rank|regular matri",
             "invertible", "$X$ is invertible"),
    Property(r"full (?:column|row) rank|linearly independent (?:columns|rows)", "full_rank",
             "$X$ has full column rank"),
    Property(r"\bdiagonal\b", "diagonal", "$D$ is diagonal"),
    Property(r"lower[- ]triangular|Cholesky factor", "lower", "$L$ is lower triangular"),
    Property(r"upper[- ]triangular", "upper", "$R$ is upper triangular"),
    Property(r"permutation matri", "permutation", "$P$ is a permutation matrix"),
    Property(r"idempotent|orthogonal projection|projection matri|projector", "projection",
             "$P$ is a projection matrix"),
    Property(r"one-?hot", "one_hot", "$y$ is one-hot"),
    Property(r"probability (?:vector|distribution)s?|on the (?:probability )?simplex"
             r"|entries (?:that )?sum(?:ming)? to (?:one|1)|sums? to (?:one|1)|distribution over",
             "simplex", "$p$ is a probability vector"),
    Property(r"unit[- ](?:norm|vector|length)|normalized to (?:one|unit)|of norm (?:one|1)",
             "unit_norm", "$u$ is a unit vector"),
    Property(r"column[- ]stochastic", "column_stochastic", "$P$ is column-stochastic"),
    Property(r"stochastic matri|row[- ]stochastic", "stochastic", "$P$ is a stochastic matrix"),
    Property(r"non-?negative", "nonnegative", "$x$ is nonnegative"),
    Property(r"(?:strictly )?positive(?! part)|> ?0", "positive", "$\\lambda$ is positive"),
    Property(r"(?<!non)(?<!non-)negative(?! of)", "negative", "$\\lambda$ is negative"),
    Property(r"between (?:0|zero) and (?:1|one)|in the unit interval|a probability\b",
             "unit_interval", "$p$ is between 0 and 1"),
    Property(r"binary|0/1|zero-one", "binary", "$y$ is a binary label"),
    Property(r"integer|natural number|whole number", "integer", "$k$ is an integer"),
    Property(r"non-?zero|nonvanishing", "nonzero", "$x$ is nonzero"),
)  # fmt: skip

FUNCTIONS: tuple[tuple[str, str, str], ...] = (
    # words, row of the operator table, example
    (r"soft-?max(?! regression)", "softmax", "$s$ is the softmax function"),
    (r"soft-?plus", "softplus", "$f$ is the softplus function"),
    (r"logistic|sigmoid", "sigmoid", "$\\sigma$ is the logistic sigmoid, applied elementwise"),
    (r"hyperbolic tangent|\btanh\b|tangens hyperbolic", "tanh",
     "$\\phi$ is the hyperbolic tangent"),
    (r"\bReLU\b|rectified linear|rectifier", "relu", "$\\rho$ is the ReLU"),
    (r"natural logarithm", "log", "$g$ is the natural logarithm"),
)  # fmt: skip
FILLS: tuple[tuple[str, str, str], ...] = (
    (r"identity(?: matrix)?\b(?! function)", "eye", "$E$ is the identity matrix"),
    (r"all ones$|vector (?:of (?:all )?|whose entries are all )ones|all-?ones (?:column )?vector"
     r"|ones vector|vector of all ones|column of ones",
     "ones", "$e$ is the vector of ones"),
    (r"(?:first|second|third|last|th|standard|canonical|natural)[- ](?:standard |canonical )?"
     r"(?:unit|basis) vectors?|(?:unit|basis) vectors? (?:@|along|in direction)",
     "unit", "$e_i$ is the standard basis vector"),
    (r"commutation matri", "commutation", "$K$ is the commutation matrix"),
    (r"duplication matri", "duplication", "$D$ is the duplication matrix"),
    (r"elimination matri", "elimination", "$L$ is the elimination matrix"),
)  # fmt: skip

ITEM = r"@(?: \([^)@]{0,40}\))?"  # with a remark in brackets
LIST = (
    r"@(?: \([^)@]{0,40}\)(?= ?,| and| ?be\b))?"
    r"(?:(?:\s*,\s*(?:and\s+|or\s+)?|\s+and\s+|\s+or\s+|\s*&\s*)@)*"
)
ELEMENTWISE = (
    r"element-?\s?wise|entry-?\s?wise|component-?\s?wise|coordinate-?\s?wise|point-?\s?wise"
    r"|(?:acts?|applied) (?:on|to) each (?:entry|element|component)|entry by entry"
    r"|element by element"
)
NOUNS = (
    r"matrix|matrices|vectors?|scalars?|constants?|numbers?|parameters?|coefficients?|weights?"
    r"|labels?|targets?|points?|inputs?|bias(?:es)?|rate|factor|temperature|variance|deviation"
    r"|reals?|row|column|covariance|precision"
)


@dataclass(frozen=True)
class Row:
    """One way to say something, with what is made of it."""

    name: str
    pattern: re.Pattern[str]
    example: str


def _row(name: str, pattern: str, example: str) -> Row:
    return Row(name, re.compile(pattern, re.IGNORECASE), example)


ROWS: tuple[Row, ...] = (
    _row("rows", r"(?:all )?vectors (?:here )?are (?:taken (?:as|to be) )?row(?:s|[- ]vectors)",
         "Vectors are rows."),
    _row("einstein",
         r"(?:Einstein(?:'s|’s)? (?:summation|notation|sum convention)"
         r"|(?:repeated|summed) indices are summed|sum(?:mation)? over repeated indices)",
         "Repeated indices are summed."),
    _row("matrix functions",
         r"(?:@|\bexp\b|exponential|logarithm)[^.;@]*(?:is|denotes?|are|means?) (?:the )?matrix "
         r"(?:exponential|logarithm|function)s?|(?:\bthe )matrix (?:exponential|logarithm) @",
         "$e^A$ is the matrix exponential"),
    _row("point", r"\b(?:at|near|around|evaluated at) @", "at $X = A^{-1}$ it vanishes"),
    _row("conclusion",
         r"\b(?:then|so|hence|therefore|thus|it follows(?: that)?"
         r"|we (?:get|obtain|find|conclude|see)|implies|proves|shows)\b[^.;@]{0,40}@",
         "hence $\\|y\\| = 1$"),
    _row("condition",
         r"\b(?:such that|with|assum(?:e|ing)(?: that)?|provided(?: that)?|if|when|whenever"
         r"|suppos(?:e|ing)(?: that)?|let|given|for|so long as|as long as|where|and"
         r"|satisf(?:y|ies|ying)) @|(?<=@), @(?=[,;])",
         "such that $1 + v^\\top M^{-1} u > 0$"),
    _row("assumed",
         r"(?:linear|regression|statistical|observation|measurement|generative|signal)?"
         r"(?: model| equation) @(?! (?:is|are|has|have|be)\\b)"
         r"|(?:(?:we )?(?:assum(?:e|ing)|suppos(?:e|ing))(?: that)?|provided(?: that)?) @"
         r"(?! (?:is|are|has|have|be)\b)|(?:let|with|where|write) @ (?:be|is|denote) "
         r"(?:an?|the|its) [^.;@]{0,30}(?:factori[sz]ation|decomposition)",
         "assume that $X^\\top e = 0$"),
    _row("varies",
         rf"only ({LIST})[^.;@]{{0,30}}?(?:var(?:y|ies)|(?:is|are) varied|chang(?:es|ed?))"
         rf"|(?:vary|varying|perturb) only ({LIST})"
         rf"|(?:everything|all else|the rest|all) but ({LIST}) (?:is|are) (?:held )?"
         rf"(?:fixed|constant)",
         "only $W_1$ varies"),
    _row("column",
         rf"({LIST})(?:[^.;@]{{0,25}}?(?:is|are|be|denotes?|for|,|as))? (?:the )?(?:vectors? )?"
         rf"(?:(?:@|[a-z])?(?:\^?\{{?(?:-?\s?th|st|nd|rd)\}}?)? )?"
         rf"(?:@(?:-?\s?th|th)? ?)?(columns?|rows?)(?: @)?"
         rf"(?: \(as (?:a )?(?:column|row) vectors?\))?,? (?:of|in) @",
         "$x_k$ is column $k$ of $X$"),
    _row("columns named",
         rf"@[^.;@]{{0,50}}? (?:has|have|having|with|whose) (?:the )?(columns|rows|entries"
         rf"|components|elements)(?: are)? ({LIST})"
         rf"|(?:the )?(columns|rows|entries|components|elements) of @ (?:are|be)"
         rf"(?: denoted(?: by)?)? ({LIST})|({LIST}),? (?:are )?(?:the )?(columns|rows|entries"
         rf"|components) of @",
         "the columns of $X$ are $x_1, \\dots, x_p$"),
    _row("column named",
         rf"(?:@|\b[a-z])(?:\^?\{{?-?\s?(?:th|st|nd|rd)\}}?)? (columns?|rows?) of @ (?:is|be|are)"
         rf"(?: denoted(?: by)?)? ({LIST})|@[^.;@]{{0,40}}? (?:with|where) ({LIST}) "
         rf"(?:as|for|is|being)(?: its| the)? (?:@|\b[a-z])(?:-?\s?th)? (columns?|rows?)\b",
         "the $i$-th row of $X$ is $x_i'$"),
    _row("valued",
         rf"({LIST})[^.;@]{{0,40}}functions? of ({LIST})[^.;@]{{0,12}}"
         rf"(?:with values in|taking values in|into) @",
         "$u$ is a function of $x$ with values in $\\mathbb{R}^m$"),
    _row("function of",
         rf"({LIST})[^.;@]{{0,40}}?(?:is|are|be|denotes?|,|being) "
         rf"(?:a |an |any |some |the )?[^.;@]{{0,60}}?(?:function|loss|functional|objective"
         rf"|cost)[^.;@]{{0,30}}? (?:of|on|in|depending on) ({LIST})",
         "$L$ is a smooth scalar function of $A$"),
    _row("function named",
         rf"(?:a|an|any|some|the|let) [^.;@]{{0,60}}?(?:function|loss|functional|objective|cost)"
         rf"(?: function)? ({LIST})[^.;@]{{0,20}}? (?:of|on|depending on) ({LIST})",
         "a smooth scalar loss $L$ of $A$"),
    _row("depends",
         rf"({LIST})[^.;@]{{0,30}}?depends? (?:smoothly |only |smoothly only )?"
         rf"(?:on|upon) ({LIST})",
         "the scalar $L$ depends on $Y$"),
    _row("n-vector",
         rf"({LIST}),? (?:(?:is|are|be|denotes?) )?(?:an? |the )?(?:@|[a-zA-Z])-(?:dimensional )?"
         rf"(?:column )?vectors?\b",
         "$y$ is an $n$-vector"),
    _row("sized after",
         rf"({LIST}),? (?:(?!and |of |with |in |for |is |are |be )[\w-]+,? ){{0,5}}@ (?:[\w-]+ )?"
         rf"(?:matri(?:x|ces)|vectors?)\b",
         "with $S, V$ symmetric positive definite $p \\times p$ matrices"),
    _row("size, name",
         rf"(?:matri(?:x|ces)|vectors?)[^.;@]{{0,12}} of (?:shape|size|dimensions?|length"
         rf"|order) @,? ({LIST})",
         "a matrix of shape $(m, n)$, $W$"),
    _row("size before",
         rf"(?:[\w-]+,? ){{0,4}}(?:@)(?: |-|–)(?:dimensional |dim\.? |by-@ )?"
         rf"(?:(?!and |the |with |is |are |be |of |or |where |let |for |a |in )[a-z-]+,? "
         rf"){{0,4}}?(?:{NOUNS}) ({LIST})",
         "an $n \\times n$ matrix $A$"),
    _row("size after",
         rf"({LIST})(?: \(|,? (?:which |that )?(?:is|are|has|have|with|of|be|having)(?: the)? "
         rf"(?:size|shape|dimensions?|order|length)s? (?:is |are |of )?)@",
         "$A$ has shape $n \\times h$"),
    _row("has", rf"({LIST})[^.;@]{{0,15}}? (?:has|have|having|with) ([^.;@]{{3,60}})",
         "$Q$ has orthonormal columns"),
    _row("parts",
         rf"(?:the )?(columns|rows|entries|elements|components) of (?:the )?(?:[a-z]+ )?({LIST}) "
         rf"(?:are|is|be|sum) ([^.;@]{{3,60}})",
         "the columns of $Q$ are orthonormal"),
    _row("in brackets", r"(@) \(((?:the |a |an )?[^)@]{3,60})\)",
         "$\\sigma$ (the logistic sigmoid)"),
    _row("applied", rf"({LIST})[^.;@]{{0,90}}?(?:{ELEMENTWISE})", "$f$ is applied elementwise"),
    _row("is",
         rf"({LIST})(?:\s*\([^)@]*\))?,?\s*(?:(?:is|are|be|being|denotes?|represents?|as|for|=)\s"
         rf"|:\s?|—\s?|–\s?)((?:[^.;]|\.(?=\S))*)",
         "$A$ is symmetric"),
    _row("apposition",
         rf"({LIST}),? ((?:(?:of|a|an|the|all) |full |column |row |symmetric|positive|negative"
         rf"|semi|definite|invertible|non-?singular|orthogonal|orthonormal|diagonal|skew|unit"
         rf"|one-hot|lower|upper|triangular|probability|vector|matrix|rank|both |all "
         rf"|with )[^.;@]{{0,60}}?(?:(?:in|of (?:length|size|dimension)|with) @|(?=[.;@]|$)))",
         "let $R \\in \\mathbb{R}^{m \\times m}$ symmetric positive definite"),
    _row("named", rf"((?:[\w/’'-]+,? +(?:and +)?){{1,6}})({LIST})", "an invertible matrix $X$"),
)  # fmt: skip

_ACTS = re.compile(
    r"appl|\bacts?\b|works?|operat|function|activation|nonlinear|map|taken|understood|evaluated"
    r"|(?:is|are|be) (?:element|entry|component|coordinate|point)|(?:is|are) defined",
    re.IGNORECASE,
)
_CONTINUES = re.compile(
    r"^\s*(?:\ufffc\s*[,.]?\s*$|(?:where|with|here|in which|and where|for|wherein|whence"
    r"|in these)\b)",
    re.IGNORECASE,
)
_BOUNDARY = re.compile(
    r",? (?:and|while|whereas) (?:the|a|an|let|where|with|its|that)\b"
    r"|,? (?:where|such that|whose|which|so that|then|let|because|since|with respect|by|if|when"
    r"|from|into|at|under|given|wrt|we|that|than|but)\b|(?<!order @)(?<!orders @)(?<!size @)"
    r"(?<!sizes @)(?<!length @)(?<!lengths @)(?<!dimension @),? and (?=@)|, @|, (?:the|a|an) "
)


@dataclass(frozen=True)
class Fact:
    """What words say of formulas: `subjects` and `objects` are indices of formulas."""

    row: str
    subjects: tuple[int, ...]
    objects: tuple[int, ...]
    phrase: str
    offset: int
    sentence: str = ""
    before: str = ""  # what stands before the subject in its sentence
    extent: tuple[int, int] = (0, 0)  # of the sentence, in the page


def continues(text: str) -> bool:
    """Does a paragraph go on speaking of the display before it?"""
    return bool(_CONTINUES.match(text)) and not text.strip() == PLACEHOLDER


def read(text: str, formulas: Sequence[int], offsets: Sequence[int]) -> list[Fact]:
    """All that the words of one paragraph say, in the order of `ROWS`."""
    if PLACEHOLDER not in text and "ectors" not in text and "ndices" not in text:
        return []
    plain = re.sub(r"[*_`]|\s+", lambda m: " " * len(m.group()), text).replace(PLACEHOLDER, "@")
    squeezed, places = _squeeze(plain)
    numbers: dict[int, int] = {}
    count = 0
    for k, c in enumerate(squeezed):
        if c == "@":
            numbers[k] = formulas[count] if count < len(formulas) else -1
            count += 1

    def inside(start: int, end: int) -> tuple[int, ...]:
        return tuple(numbers[k] for k in range(start, end) if k in numbers)

    facts: list[Fact] = []
    for row in ROWS:
        position = 0
        while (m := row.pattern.search(squeezed, position)) is not None:
            again = row.name == "condition" or row.name in (
                "is",
                "named",
                "has",
                "size after",
                "apposition",
                "applied",
                "column",
            )
            position = m.start() + 1 if again else m.end()
            if again:
                first = squeezed.find("@", m.start())
                position = max(position, first + 1) if first >= 0 else position
            groups = [g for g in range(1, (m.re.groups or 0) + 1) if m.group(g) is not None]
            offset = offsets[min(places[m.start()], len(offsets) - 1)]
            everything = inside(m.start(), m.end())
            if row.name == "condition" and concluded(
                squeezed[_sentence(squeezed, m.end())[0] : m.end() - 1]
            ):
                continue
            if row.name in (
                "rows",
                "einstein",
                "matrix functions",
                "assumed",
                "condition",
                "conclusion",
            ):
                facts.append(Fact(row.name, (), everything, m.group(), offset))
                continue
            subject_group = next((g for g in groups if "@" in m.group(g)), None)
            if row.name == "parts":
                subject_group = 2
            subjects = inside(*m.span(subject_group)) if subject_group else everything[:1]
            phrase = (
                m.group(groups[-1])
                if row.name in ("has", "parts", "is", "apposition", "in brackets")
                else m.group()
            )
            objects = tuple(k for k in everything if k not in subjects)
            if row.name in ("columns named", "column named"):
                whole = everything
                named = next(g for g in groups if "@" in m.group(g))
                subjects = inside(*m.span(named))
                objects = tuple(k for k in whole if k not in subjects)
                phrase = next(m.group(g) for g in groups if g != named)
            if row.name in ("function of", "function named", "depends"):
                objects = inside(*m.span(groups[-1]))
            if row.name == "valued":
                objects = (*inside(*m.span(2)), everything[-1])
            if row.name == "named":
                phrase = m.group(1)
                subjects = inside(*m.span(2))
                objects = ()
            if row.name == "is":
                phrase, objects = _clause(phrase, m, inside)
            at = squeezed.find("@", m.start())
            begin, end = _sentence(squeezed, at)
            extent = (offsets[places[begin]], offsets[min(places[end], len(offsets) - 1)])
            until = m.start(m.re.groups) + len(phrase) if row.name == "is" else m.end()
            said = squeezed[begin : max(until, at)] + ("?" if squeezed[:end].endswith("?") else "")
            facts.append(
                Fact(
                    row.name,
                    subjects,
                    objects,
                    phrase.strip(),
                    offset,
                    said,
                    squeezed[begin:at],
                    extent,
                )
            )
    return facts


def _sentence(text: str, at: int) -> tuple[int, int]:
    """Where the sentence around a place begins and ends."""
    begin = max(text.rfind(c, 0, at) for c in (". ", "; ", "? ", "! ")) + 1
    ends = [k for k in (text.find(c, at) for c in (". ", "; ", "? ", "! ")) if k >= 0]
    return begin, min(ends) + 1 if ends else len(text)


def _squeeze(text: str) -> tuple[str, list[int]]:
    out: list[str] = []
    places: list[int] = []
    for k, c in enumerate(text):
        if c == " " and out and out[-1] == " ":
            continue
        out.append(c)
        places.append(k)
    places.append(len(text))
    return "".join(out), places


def _clause(phrase: str, m: re.Match[str], inside: Any) -> tuple[str, tuple[int, ...]]:
    """The words that speak of the subject: up to where another subject begins."""
    start = m.start(m.re.groups)
    again = re.search(r"@[^@,;.]{0,12}?\b(?:is|are|be|denotes?|has|have)\b", phrase)
    if again and again.start() > 0:
        phrase = phrase[: again.start()]
    boundary = _BOUNDARY.search(phrase)
    if boundary:
        phrase = phrase[: boundary.start()]
    return phrase, inside(start, start + len(phrase))


# -- what is made of it --------------------------------------------------------------------


def settings(page: PageCheck, facts: Sequence[Fact]) -> list[Fact]:
    """Facts about the whole section take effect; the others are returned."""
    from derivlib.check import Orders

    rest = []
    page.awaited = {
        k for f in facts if f.row in ("function of", "depends", "valued") for k in f.subjects
    }
    for f in facts:
        own = page.scope.settings
        if f.row == "rows":
            own.rows = True
        elif f.row == "einstein":
            own.einstein = True
        elif f.row == "matrix functions":
            own.matrix_functions = True
        elif f.row == "point":
            for k in f.objects or f.subjects:
                page.orders.setdefault(k, Orders()).point = True
        elif f.row == "conclusion":
            for k in f.objects:
                page.orders.setdefault(k, Orders()).concluded = True
        elif f.row == "condition":
            for k in f.objects or f.subjects:
                page.orders.setdefault(k, Orders()).condition = True
        elif f.row == "assumed":
            for k in f.objects or f.subjects:
                page.orders.setdefault(k, Orders()).assume_if_claim = True
        elif f.row == "varies":
            own.varying = tuple(page.page.formulas[k].tex for k in f.subjects)
        else:
            rest.append(f)
    return rest


def apply(
    page: PageCheck, facts: list[Fact], by_index: Mapping[int, Parsed], final: bool
) -> list[Fact]:
    """Use every fact that can be used now; return those whose names are not bound yet."""
    left = facts
    for _ in range(3):
        before = len(left)
        left = [f for f in left if not _use(page, f, by_index)]
        if len(left) == before:
            break
    return left


def _use(page: PageCheck, f: Fact, by_index: Mapping[int, Parsed]) -> bool:
    subjects = [(by_index[k], n) for k in f.subjects if k in by_index for n in _names(by_index[k])]
    if not subjects:
        return True
    done = True
    if f.row in ("apposition", "sized after", "size after", "n-vector") and len(f.subjects) > 1:
        if any(s.relations and s.relations[0].op == "=" for p, _ in subjects for s in p.statements):
            subjects = [(p, n) for p, n in subjects if p.formula.index == f.subjects[-1]]
        ordered = (">", ">=", "<", "<=")
        subjects = [
            (p, n)
            for p, n in subjects
            if not any(rel.op in ordered for s in p.statements for rel in s.relations)
        ]
    for p, node in subjects:
        try:
            done = _one(page, f, p, node, by_index) and done
        except DerivlibError:
            done = False
    return done


def untransposed(node: Node) -> Node:
    """x_i of x_iᵀ, as in “x_iᵀ is row i of X”."""
    if isinstance(node, Scripted):
        if node.sups and script_text(node.sups[-1]) in TRANSPOSES:
            return Scripted(node.span, node.base, node.sub, node.sups[:-1], node.primes)
        if node.primes == 1 and node.sub is not None and not node.sups:
            return Scripted(node.span, node.base, node.sub, (), 0)
    return node


def _names(p: Parsed) -> list[Node]:
    """Names that a formula in prose stands for: `A`, `A, B`, `X ∈ …`, `y = …`."""
    found: list[Node] = []
    for s in p.statements:
        head = s.parts[0].factors[0] if isinstance(s.parts[0], Product) else s.parts[0]
        if isinstance(head, Name) and head.font == "op":
            continue  # det, log: nobody's names
        if not s.relations or s.relations[0].op in ("in", "=", ":=", "typed", ">", ">="):
            for n in declare.declared_names(s.parts[0]):
                if isinstance(n, Scripted) and n.sub is not None and untransposed(n) is not n:
                    found.append(n)
                elif declare.name_key(n) is not None:
                    found.append(n)
                elif (
                    isinstance(n, Product)
                    and len(n.factors) == 2
                    and isinstance(n.factors[1], Group)
                    and declare.name_key(n.factors[0])
                ):
                    found.append(n.factors[0])
    return found


def _reader(page: PageCheck, p: Parsed) -> Reader:
    r = Reader(page.scope, p.expanded.text if p.expanded else "")
    r.place = lambda span: page.place(p, span)
    return r


def _binding(page: PageCheck, p: Parsed, node: Node) -> tuple[Key, Binding | None]:
    found = declare.name_key(node)
    assert found is not None
    binding = page.scope.lookup(found[0])
    if binding is None:
        family = declare.family_of(found[0], node, _reader(page, p))
        if family is not None:
            binding = page.scope.lookup(family[0])
    return found[0], binding


def _one(page: PageCheck, f: Fact, p: Parsed, node: Node, by_index: Mapping[int, Parsed]) -> bool:
    turned = untransposed(node) is not node and f.row in ("column", "columns named", "column named")
    if turned:
        node = untransposed(node)
    if declare.name_key(node) is None:
        return True
    key, binding = _binding(page, p, node)
    phrase = f.phrase
    if re.match(r"\s*(?:not|no longer|never)\b", phrase):
        return True
    if f.row == "column":
        return _column(page, f, p, node, key, by_index, turned)
    if f.row in ("columns named", "column named"):
        return _column(page, f, p, node, key, by_index, turned)
    if f.row == "valued":
        return binding is not None or _function_of(page, f, p, key, by_index, f.objects[-1])
    if f.row in ("function of", "function named", "depends"):
        if binding is not None:
            return True
        if re.search(ELEMENTWISE, phrase):
            return True
        return _function_of(page, f, p, key, by_index)
    if f.row == "applied":
        if key.sup.endswith("'") or key.base in page.letters or not _ACTS.search(phrase):
            return True
        return _elementwise(page, p, node, key, binding, phrase)
    if f.row in ("size before", "size after", "n-vector", "sized after", "size, name"):
        return _sized(page, f, p, node, binding, by_index)
    return _described(page, f, p, node, key, binding, by_index)


def _described(
    page: PageCheck, f: Fact, p: Parsed, node: Node, key: Key, binding: Binding | None,
    by_index: Mapping[int, Parsed],
) -> bool:  # fmt: skip
    phrase = f.phrase
    if f.row == "named":
        phrase = re.sub(rf"^.*\b(?:{NOUNS}) and ", "", phrase)
        phrase = re.split(
            r"[,;:]|\band\s*$|\b(?:is|are|of|for|to|by|in|on|and (?=the|a )|where|that|let|with"
            r"|if|when|from|at)\b",
            phrase,
        )[-1]
    if f.row == "parts" and phrase.startswith("orthonormal"):
        phrase = "orthonormal columns"
    if binding is None:
        for pattern, name, _ in FUNCTIONS:
            if _compiled(pattern).search(phrase) and re.search(
                r"function|sigmoid|tangent|tanh|activation|nonlinearity|ReLU|softplus|softmax"
                r"|logarithm|logistic",
                phrase,
            ):
                if (
                    re.search(
                        r"\boutput|\bregression|\bloss\b|\bderivative|\bgradient|\bof\b(?! the)",
                        phrase,
                    )
                    and f.row != "named"
                ):
                    continue
                return _named_function(page, p, key, node, name)
        if re.search(ELEMENTWISE, phrase) and re.search(
            r"function|nonlinear|activation|map", phrase
        ):
            return _elementwise(page, p, node, key, binding, phrase)
        for pattern, kind, _ in FILLS:
            fills = _compiled(pattern + r"\s*$" if f.row == "named" else pattern)
            if (
                f.row in ("is", "apposition", "named")
                and not p.statements[0].relations
                and fills.search(phrase)
            ):
                if key.sub and (
                    key.base in ("I", "1") or kind == "commutation" and key.base == "K"
                ):
                    return True  # K_{mn} and I_n have their sizes with them
                b = Binding(
                    key.tex(),
                    key.tex(),
                    "fill",
                    SCALAR,
                    page.place(p, node.span),
                    value=kind,
                    implicit=True,
                )
                for k in f.objects:
                    other = by_index.get(k)
                    length = (
                        _size_of(page, other, phrase + " vector in @")
                        if other is not None
                        else None
                    )
                    if length is not None and kind == "ones":
                        b.shape = length
                if kind == "commutation" and isinstance(node, Scripted) and node.sub:
                    from derivlib.dimensions import sizes_of as _sizes

                    b.arguments = (tuple(_sizes(_reader(page, p), node.sub)),)
                page.scope.bind(key, b)
                return True
        made = _shaped_by_words(page, f, p, node, phrase, by_index)
        if made is None and key.base == "e" and key.sub and re.search(FILLS[2][0], phrase):
            return True  # e_i is known to everybody
        if made is None:
            return False
        binding = made
    indexed = key.sub and (len(key.sub) == 1 and key.sub.isalpha() or key.base == "e")
    if (
        binding.kind == "free"
        and indexed
        and re.search(FILLS[2][0] + r"|(?:unit|basis) vectors\b", f.phrase)
    ):
        binding.kind, binding.value = "fill", "unit"
        star = Key(key.base, key.font, key.accent, "*", key.sup)
        page.scope.unbind(star)
        page.scope.bind(star, binding)
        page.worlds.reset()
        return True
    if GENERAL.search(phrase) and f.row in ("is", "named") and binding.kind == "free":
        _made_general(page, binding)
    if (
        f.row == "named"
        and re.match(r"(?:.*\b)?an? ", phrase)
        and not re.search(r"(?:ces|s)\b\s*$", phrase)
    ):
        if len(f.subjects) > 1 and p.formula.index != f.subjects[0]:
            return True  # “an invertible matrix X, and Y”: one article, one matrix
    domain, _ = _domains(own_words(phrase, f.row == "has"))
    if binding.kind == "function":
        if re.search(ELEMENTWISE, phrase):
            _make_elementwise(binding)
        return True
    if (
        re.search(r"\brow[- ]vectors?", phrase)
        and binding.kind == "free"
        and binding.shape[1] == ONE
        and binding.shape != SCALAR
    ):
        binding.shape = (ONE, binding.shape[0])
        page.worlds.reset()
    if domain:
        _add_domain(page, binding, domain, f)
    return True


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def _domains(phrase: str) -> tuple[set[str], str]:
    found: set[str] = set()
    rest = phrase
    for row in PROPERTIES:
        m = _compiled(row.pattern).search(rest)
        if m:
            if re.search(
                r"(?:\b(?:not|no|non|necessarily)[ -](?:\w+ )?|non|\ba)$", rest[: m.start()]
            ):
                rest = rest[: m.start()] + rest[m.end() :]
                continue
            found.add(row.domain)
            rest = rest[: m.start()] + " " + rest[m.end() :]
    return found, rest


def _add_domain(page: PageCheck, binding: Binding, domain: set[str], f: Fact) -> None:
    """Add properties to a free symbol; a defined one keeps what its definition makes it."""
    if binding.definition is not None:
        return
    how = mood(f.before, f.sentence)
    if how in (TAKEN_BACK, CONCLUDED):
        return
    if how == SUPPOSED and binding.span.start < f.extent[0]:
        page.supposed.append((binding, frozenset(domain), f.extent))
        return
    if binding not in page.scope.names.values():
        page.borrowed.append((page.scope, binding, set(binding.domain)))
    shape = binding.shape
    if binding.kind == "unsized":
        binding.domain |= domain
        return
    square = shape[0] == shape[1] and shape != SCALAR
    matrix_only = {
        "symmetric",
        "spd",
        "psd",
        "skew",
        "diagonal",
        "lower",
        "upper",
        "negative_definite",
        "permutation",
        "projection",
        "stochastic",
    }
    if not square and "stochastic" in domain and ONE not in shape:
        domain = domain | {"simplex_rows"}
    if not square:
        domain = domain - matrix_only
    if shape == SCALAR:
        domain = domain & {
            "positive",
            "negative",
            "nonnegative",
            "integer",
            "unit_interval",
            "binary",
            "nonzero",
        }
    if ONE in shape:
        domain = domain - {"orthogonal", "orthonormal"}  # orthogonal vectors are so to each other
    if "orthogonal" in domain and not square:
        domain = (domain - {"orthogonal"}) | {"orthonormal"}
    if domain & {"spd", "psd"}:
        domain = domain - {"positive", "nonnegative", "symmetric"}
    if domain & {"orthonormal", "full_rank"} and not square and shape != SCALAR:
        tall, short = shape
        if "row rank" in f.phrase or "independent rows" in f.phrase:
            tall, short = short, tall
        if len(tall) == len(short) == 1 and len(tall[0][0]) == len(short[0][0]) == 1:
            page.worlds.taller.append((tall[0][0][0], short[0][0][0]))
            page.worlds.give_sizes(set())
            page.worlds.reset()
    if not domain <= binding.domain:
        binding.domain |= domain
        if binding.used:
            page.worlds.reset()


def _made_general(page: PageCheck, binding: Binding) -> None:
    """“For general A”: what words said of it before no longer holds."""
    if binding.domain:
        binding.domain.clear()
        page.worlds.reset()


def _shaped_by_words(
    page: PageCheck, f: Fact, p: Parsed, node: Node, phrase: str, by_index: Mapping[int, Parsed]
) -> Binding | None:
    """Bind an unbound name from words: a size in the phrase, or `a scalar`."""
    if p.formula.index in page.awaited:
        return None
    if [rel.op for rel in p.statements[0].relations] == ["="] and not isinstance(
        p.statements[0].parts[1], Group
    ):
        return None  # it is about to be defined
    r = _reader(page, p)
    objects = f.objects
    if len(f.subjects) == len(objects) > 1 and re.search(r"order|size|dimension|length", phrase):
        objects = (objects[f.subjects.index(p.formula.index)],)  # of order p and q, respectively
    for k in objects:
        other = by_index.get(k)
        if other is None:
            continue
        shape = _size_of(page, other, phrase)
        if shape is not None:
            (b,) = declare.bind_declared(r, node, declare.Space(shape), node.span)
            return b
    written = re.search(r"\b(\d|[a-z])\s?(?:×|x|-by-|by)\s?(\d|[a-z])\b", phrase)
    if written and re.search(r"matri", phrase):
        from derivlib.dimensions import letter_dimension as _letter_dimension
        from derivlib.shapes import constant

        dims = tuple(
            constant(int(g)) if g.isdigit() else _letter_dimension(r, Key(g), node.span)
            for g in written.groups()
        )
        (b,) = declare.bind_declared(r, node, declare.Space(dims), node.span)
        return b
    if re.search(
        r"\bscalars?\b|\breal number|\bconstants?\b|\bstep size|learning rate|\bnumber between"
        r"|real parameter|positive number|regularis|regulariz|\bpositive real|hyper-?parameter"
        r"|\btemperature\b|\bpositive\b(?! definite)(?! semi)(?! and| vector| matri| entr)"
        r"|\bprobability\b(?! vector| distr)",
        phrase,
    ) and not re.search(
        r"matri|vector|function|valued|loss|number of|rank|dimension|integer", phrase
    ):
        (b,) = declare.bind_declared(r, node, declare.Space(SCALAR), node.span)
        return b
    if f.row in ("is", "named", "apposition") and _unsized(page, p, node, phrase):
        key, _ = declare.name_key(node) or (Key(""), [])
        shape = ((), ONE) if re.search(r"vectors?\b", phrase) else ((), ())
        b = Binding(key.tex(), key.tex(), "unsized", shape, page.place(p, node.span))
        page.scope.bind(key, b)
        return b
    if (
        f.row in ("is", "named", "apposition", "in brackets")
        and not re.search(r"vector|matri", phrase)
        and re.search(
            r"\bnumber of|\binteger|batch size|\bdimension|\bsize\b|\bcount\b|\blength of", phrase
        )
        and isinstance(node, Name)
        and len(node.base) == 1
    ):
        return page.scope.dimension(declare.name_key(node)[0], page.place(p, node.span))  # type: ignore[index]
    return None


def _unsized(page: PageCheck, p: Parsed, node: Node, phrase: str) -> bool:
    """`$D$ is a diagonal matrix`: a name with no size; its first use will tell."""
    if p.statements[0].relations or not re.search(r"\b(?:matri(?:x|ces)|vectors?)\b", phrase):
        return False
    if re.search(
        r"function|valued|gradient|derivative|Jacobian|Hessian|matri\w+ of|vector of", phrase
    ):
        return False
    found = declare.name_key(node)
    if found is None or found[1] or found[0].base in ("I", "1", "0", "e"):
        return False
    return page.scope.lookup(found[0]) is None


def _size_of(page: PageCheck, p: Parsed, phrase: str) -> Any:
    """The shape a formula such as `n \\times d`, or the `n` of `n-vector`, stands for."""
    from derivlib.dimensions import dimension

    if len(p.statements) != 1 or p.statements[0].relations:
        return None
    node = p.statements[0].parts[0]
    r = _reader(page, p)
    if isinstance(node, Group) and len(node.items) == 1:
        node = node.items[0]
    if isinstance(node, Group) and len(node.items) == 2:
        return tuple(dimension(r, i) for i in node.items)
    if isinstance(node, Name | Num) and re.search(
        r"matri(?:x|ces)\b[^@]{0,20}(?:of|with) (?:size|order|dimension)|square matri", phrase
    ):
        n = dimension(r, node)
        return (n, n)
    if isinstance(node, Product) and "times" in node.ops:
        k = node.ops.index("times")
        left = (
            node.factors[0] if k == 0 else Product(node.span, node.factors[: k + 1], node.ops[:k])
        )
        right = (
            node.factors[-1]
            if k == len(node.ops) - 1
            else Product(node.span, node.factors[k + 1 :], node.ops[k + 1 :])
        )
        return (dimension(r, left), dimension(r, right))
    if isinstance(node, Name | Num | Scripted | Product) and re.search(
        r"@[ -–]?(?:dimensional|vector|dim)|(?:length|size|dimension) @|vector (?:in|of)", phrase
    ):
        if isinstance(node, Scripted) and isinstance(node.base, Name) and node.base.font == "bb":
            return declare.read_space(r, node).shape
        n = dimension(r, node)
        return (ONE, n) if "row" in phrase else (n, ONE)
    if isinstance(node, Scripted) and isinstance(node.base, Name) and node.base.font == "bb":
        return declare.read_space(r, node).shape
    return None


def _sized(
    page: PageCheck,
    f: Fact,
    p: Parsed,
    node: Node,
    binding: Binding | None,
    by_index: Mapping[int, Parsed],
) -> bool:
    for k in f.objects:
        other = by_index.get(k)
        if other is None:
            continue
        phrase = (
            f.phrase
            if "times" in other.formula.tex or "(" in other.formula.tex
            else f.phrase.replace(" @", " @", 1)
        )
        shape = _size_of(
            page,
            other,
            phrase
            if "vector" in phrase or "size" in phrase or "dimension" in phrase or "length" in phrase
            else "@ none",
        )
        if shape is None:
            continue
        if binding is None:
            (binding,) = declare.bind_declared(
                _reader(page, p), node, declare.Space(shape), node.span
            )
        domain, _ = _domains(f.phrase)
        if domain and binding.kind == "free":
            _add_domain(page, binding, domain, f)
        return True
    return binding is not None


def _elementwise(
    page: PageCheck, p: Parsed, node: Node, key: Key, binding: Binding | None, phrase: str
) -> bool:
    if binding is not None:
        if binding.kind == "function":
            _make_elementwise(binding)
        return True
    if key.base in BY_SPELLING or p.statements[0].relations:
        return True
    for pattern, name, _ in FUNCTIONS:
        if re.search(pattern, phrase, re.IGNORECASE):
            return _named_function(page, p, key, node, name)
    if not isinstance(node, Name | Scripted):
        return True
    b = Binding(
        key.tex(),
        key.tex(),
        "function",
        SCALAR,
        page.place(p, node.span),
        arguments=(SCALAR,),
        elementwise=True,
    )
    page.scope.bind(key, b)
    return True


def _make_elementwise(binding: Binding) -> None:
    if binding.operator is None and binding.definition is None:
        binding.elementwise = True
        binding.arguments = (SCALAR,)


def _named_function(page: PageCheck, p: Parsed, key: Key, node: Node, name: str) -> bool:
    row = BY_NAME[name]
    old = page.scope.here(key)
    if old is not None or key.base in BY_SPELLING or p.statements[0].relations:
        return True
    b = Binding(
        key.tex(), key.tex(), "function", SCALAR, page.place(p, node.span), operator=row,
        elementwise=True, arguments=(SCALAR,),
    )  # fmt: skip
    page.scope.bind(key, b)
    return True


def _function_of(
    page: PageCheck, f: Fact, p: Parsed, key: Key, by_index: Mapping[int, Parsed], space: int = -1
) -> bool:
    """`$L$ is a smooth function of $A$`: a value that is some function of what is named."""
    from derivlib.chains import settle
    from derivlib.function_definitions import unspecified_of

    args = []
    reader = None
    shape = SCALAR
    for k in f.objects:
        other = by_index.get(k)
        if other is None or not other.statements:
            return False
        r = _reader(page, other)
        if k == space:
            shape = declare.read_space(r, other.statements[0].parts[0]).shape
            continue
        for s in other.statements:
            e = r.expr(s.parts[0])
            settle(e, r)
            args.append(e)
            reader = r
    if not args or reader is None:
        return False
    unspecified_of(page.scope, key, args, _place_of(page, p), reader, shape)
    return True


def _place_of(page: PageCheck, p: Parsed) -> Span:
    return page.place(p, p.statements[0].parts[0].span)


def _column(
    page: PageCheck,
    f: Fact,
    p: Parsed,
    node: Node,
    key: Key,
    by_index: Mapping[int, Parsed],
    turned: bool,
) -> bool:
    """x_k is column k of X: a family of slices, or one slice when the index is a number."""
    from derivlib.slices import bind_slices

    binding = None
    named = False
    for k in reversed(f.objects):
        matrix = by_index.get(k)
        names = _names(matrix) if matrix is not None else []
        found = declare.name_key(names[0]) if names else None
        binding = page.scope.lookup(found[0]) if found else None
        named = named or bool(names)
        if (
            binding is not None
            and (binding.shape != SCALAR or binding.kind == "unsized")
            and binding.kind != "function"
        ):
            break
    if binding is None:
        return not named
    if not key.sub or binding.kind == "function" or binding.shape == SCALAR:
        return True
    if re.search(r"entries|elements|components", f.phrase) and ONE not in binding.shape:
        return True  # a_{ij} is read as an entry of A anyway
    if ONE in binding.shape:
        many = page.scope.here(Key(key.base, key.font, key.accent, "*", key.sup))
        if (
            many is not None
            and many.kind == "free"
            and binding.definition is None
            and many.shape == SCALAR
        ):
            _gathered(page, binding, many, False, f.phrase)
        return True
    is_column = not re.search(r"\brows?\b(?! vector)", f.phrase) or bool(
        re.search(r"\bcolumns? (?:@|[a-z] )?(?:of|in)", f.phrase)
    )
    star = Key(key.base, key.font, key.accent, "*", key.sup)
    many = page.scope.here(star)
    if (
        many is not None
        and many.kind == "free"
        and not many.implicit
        and binding.definition is None
    ):
        _gathered(page, binding, many, is_column, f.phrase)
        return True
    if many is not None and not many.implicit:
        return True
    turned = turned or bool(re.search(r"as (?:a )?column", f.phrase))
    declared = page.scope.names.get(key)
    if (
        not is_column
        and declared is not None
        and declared.kind == "free"
        and declared.shape[1] == ONE
    ):
        turned = True  # declared as a column vector
    bind_slices(page.scope, star, binding, is_column, turned, page.place(p, node.span))
    old = page.scope.names.get(key)
    if old is not None and (old.implicit or old.kind == "free"):
        page.scope.unbind(key)
    return True


__all__ = [
    "FILLS",
    "FUNCTIONS",
    "Fact",
    "Group",
    "Num",
    "PROPERTIES",
    "ROWS",
    "apply",
    "continues",
    "read",
    "settings",
]


def _gathered(
    page: PageCheck, matrix: Binding, many: Binding, by_column: bool, phrase: str
) -> None:
    """X is made of the x_i that were declared before it."""
    from derivlib.expr import At, Expr, Index, Member, Op, Stack

    if matrix.kind == "unsized" and many.indices[0].extent is not None:
        length, count = many.shape[0], many.indices[0].extent
        matrix.shape = (length, count) if by_column else (count, length)
    extent = matrix.shape[1] if by_column else matrix.shape[0]
    index = Index("k", None, None, extent, False)
    at = At(matrix.span, SCALAR, index)
    e: Expr = Member(matrix.span, many.shape, many, (at,))
    if not by_column and many.shape[1] == ONE and many.shape != SCALAR:
        e = Op(matrix.span, (ONE, many.shape[0]), BY_NAME["transpose"], (e,))
    matrix.definition = Stack(matrix.span, matrix.shape, index, e, -1 if by_column else -2)
    matrix.kind, matrix.implicit = "defined", True
    for place in many.indices:
        if place.high is None and place.extent is None or place.assumed:
            place.extent, place.low, place.high, place.assumed = extent, None, None, False
    page.worlds.reset()

"""What was printed: the tree of one formula before any name has a meaning.

Frozen nodes, each with its span in the expanded TeX. Scripts keep their tokens:
only the scope can tell whether `_k` is part of a name or an index.
"""

from __future__ import annotations

from dataclasses import dataclass

from derivlib.source import Span
from derivlib.tex.lexer import Token


@dataclass(frozen=True, slots=True)
class Node:
    span: Span


@dataclass(frozen=True, slots=True)
class Num(Node):
    text: str


@dataclass(frozen=True, slots=True)
class Name(Node):
    """One name: `x`, `\\alpha`, `out`; font "", "bf", "rm", "bb", "cal", …; accent "", "hat"."""

    base: str
    font: str = ""
    accent: str = ""


@dataclass(frozen=True, slots=True)
class Scripted(Node):
    base: Node
    sub: tuple[Token, ...] | None
    sups: tuple[tuple[Token, ...], ...]
    primes: int = 0
    sup_first: bool = False  # A^{-1}_{ij}, not A_{ij}^{-1}


@dataclass(frozen=True, slots=True)
class Group(Node):
    """A bracketed list; `delimiter` is the opening bracket: ( [ \\{ or { for bare braces."""

    delimiter: str
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Product(Node):
    """Factors with the operators between them; "" is juxtaposition. Flat: shapes group."""

    factors: tuple[Node, ...]
    ops: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Additive(Node):
    terms: tuple[Node, ...]
    signs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Frac(Node):
    numerator: Node
    denominator: Node


@dataclass(frozen=True, slots=True)
class Sqrt(Node):
    body: Node
    degree: Node | None


@dataclass(frozen=True, slots=True)
class Big(Node):
    """A sum or product with everything after it in its term."""

    op: str
    sub: tuple[Token, ...]
    sup: tuple[Token, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Bars(Node):
    """|x|, ‖x‖ (delimiter "|" or "\\\\|")."""

    delimiter: str
    body: Node


@dataclass(frozen=True, slots=True)
class Angle(Node):
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Matrix(Node):
    """Rows of cells; kind is the environment: bmatrix, pmatrix, vmatrix, array, ..."""

    kind: str
    rows: tuple[tuple[Node | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Cases(Node):
    """Values with the statements under which they hold (None: otherwise)."""

    rows: tuple[tuple[Node, Statement | None], ...]


@dataclass(frozen=True, slots=True)
class Condition(Node):
    """A relation inside brackets, as in 𝟏[a > 0]."""

    left: Node
    op: str
    right: Node


@dataclass(frozen=True, slots=True)
class Evaluated(Node):
    """A bar with values under it: f |_{x = a}."""

    body: Node
    places: tuple[tuple[Node, Node], ...]


@dataclass(frozen=True, slots=True)
class Dots(Node):
    pass


@dataclass(frozen=True, slots=True)
class Relation:
    op: str
    span: Span


@dataclass(frozen=True, slots=True)
class Statement:
    """Parts joined by relations: a chain, a declaration, or a lone expression.

    `lead` is the word before it on its row, such as "for", "where" or "if"; `row` counts rows.
    """

    span: Span
    parts: tuple[Node, ...]
    relations: tuple[Relation, ...]
    lead: str = ""
    row: int = 0

r"""The ways in which people break formulas: one row each, as changes of the author's own TeX.

The same table mends (did you mean) and breaks (mutation). A row gives the edit's name, what
it is, an example before and after, and its changes of a side; a change is a few places of
the text with what stands there instead. Rows stand in the order in which hints are ranked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from derivlib.hinting.anatomy import Side, apply
from derivlib.hinting.changes import (
    additions,
    functions,
    groups,
    indices,
    order,
    powers,
    symbols,
    terms,
)
from derivlib.hinting.changes.places import Places, Pool, squeezed
from derivlib.source import Span


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
    seen = {squeezed(side.text)}
    for edit in EDITS if edits is None else edits:
        for places in edit.changes(side, pool):
            text = apply(side.text, places)
            key = squeezed(text)
            if key and key not in seen:
                seen.add(key)
                yield Variant(text, edit, min(places)[0])


EDITS: tuple[Edit, ...] = (
    Edit("transpose lost", "a transpose is left off",
         r"X^\top G", "X G", order.transpose_lost, near=True),
    Edit("transpose added", "a transpose too many",
         "G W", r"G W^\top", order.transpose_added, near=True),
    Edit("factors swapped", "neighbours in a product, or around ⊗, in the other order",
         "A X", "X A", order.swapped, near=True),
    Edit("sign flipped", "plus for minus, minus for plus",
         "A + X", "A - X", terms.sign, near=True),
    Edit("number lost", "a factor 2 or ½ is left off",
         "2 A X", "A X", terms.number_lost, near=True),
    Edit("number added", "a factor 2 or ½ too many",
         "A X", "2A X", terms.number_added, near=True),
    Edit("product for ⊙", "a matrix product where the product is entrywise",
         r"A \odot X", "A   X", functions.to_product, near=True),
    Edit("⊙ for product", "an entrywise product where the product is of matrices",
         "A X", r"A \odot X", functions.to_entrywise, near=True),
    Edit("prime lost", "σ where σ′ is meant",
         r"\sigma'(x)", r"\sigma(x)", functions.prime_lost, near=True),
    Edit("prime added", "σ′ where σ is meant",
         r"\sigma(x)", r"\sigma'(x)", functions.prime_added, near=True),
    Edit("inverse lost", "an inverse is left off",
         "A^{-1} X", "A X", powers.inverse_lost, near=True),
    Edit("inverse added", "an inverse too many",
         "A X", "A^{-1} X", powers.inverse_added, near=True),
    Edit("indices swapped", "two indices in each other's place",
         "A_{ij}", "A_{ji}", indices.index_swapped, near=True),
    Edit("exponent changed", "a power lost, added, or one off",
         r"\lambda^2", r"\lambda", powers.exponent, near=True),
    Edit("index changed", "another index, or one off",
         "x_i y_j", "x_j y_j", indices.index_changed),
    Edit("summed elsewhere", "a sum down the column for one along the row",
         r"\sum_{j=1}^n A_{ij} B_{ij}", r"\sum_{j=1}^n A_{ji} B_{ji}", indices.summed_elsewhere),
    Edit("bound changed", "a sum that ends one early, or begins one late",
         r"\sum_{i=1}^n x_i", r"\sum_{i=1}^{n-1} x_i", indices.bound),
    Edit("layout", "the transpose of what is meant",
         "A X", r"X^\top A^\top", order.layout),
    Edit("factor lost", "a factor is left off",
         "A X", "A", terms.factor_lost),
    Edit("term lost", "a term is left off",
         "A + X", "A", terms.term_lost),
    Edit("difference reversed", "a − b for b − a",
         "A - X", "X - A", terms.difference),
    Edit("trace lost", "a trace or a determinant is left off",
         r"\operatorname{tr}(A)", "A", functions.trace_lost),
    Edit("Diag lost", "Diag, diag or vec is left off",
         r"\operatorname{Diag}(x)", "x", functions.diag_lost),
    Edit("function lost", "a function is left off",
         r"\sigma(x)", "x", functions.other_function_lost),
    Edit("Diag added", "Diag of a vector, vec or a trace of a matrix",
         "x", r"\operatorname{Diag}(x)", functions.diag_added),
    Edit("function added", "a function that stands nearby, of one factor",
         "x", r"\sigma(x)", functions.function_added, breaks=False),
    Edit("root changed", "a root lost or added",
         r"\sqrt{n}", "{n}", powers.root),
    Edit("brackets lost", "brackets around a sum are left off",
         "(A + X) Y", "A + X Y", groups.brackets_lost),
    Edit("brackets added", "brackets around neighbours of two terms",
         "A + X Y", r"\left(A + X\right) Y", groups.brackets_added),
    Edit("number changed", "another number",
         "3 A", "4 A", terms.number_changed),
    Edit("name changed", "another symbol of the same shape",
         "A X", "A Y", symbols.name_changed),
    Edit("names exchanged", "two symbols in each other's place",
         "A X A", "X A X", symbols.names_exchanged),
    Edit("factor replaced", "another factor of the same shape that stands nearby",
         r"X^\top A", r"Y^\top A", additions.factor_replaced, breaks=False),
    Edit("factor added", "a factor that stands nearby, or a symbol of the page",
         "A", "X A", additions.factor_added, breaks=False),
    Edit("side replaced", "a side of an earlier formula",
         "A", "A W", additions.side_replaced, breaks=False),
    Edit("term added", "a term that stands nearby",
         "A", "A + X", additions.term_added, breaks=False),
)  # fmt: skip


BREAKING = tuple(e for e in EDITS if e.breaks)
NEAR = tuple(e for e in EDITS if e.near)
BY_NAME = {e.name: e for e in EDITS}

"""The closed list of kinds of mistakes, each explained with a page that has it and its mending.

A test checks every row: the page says exactly the message, the mended page is right.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Explanation:
    """One kind.

    Args:
        kind: as it stands in a message.
        title: in a few words.
        text: what it means, and what to do.
        wrong: a page with the mistake.
        message: the kind and the statement that the page is told.
        mended: the same page put right.
    """

    kind: str
    title: str
    text: str
    wrong: str
    message: str
    mended: str


EXPLANATIONS: tuple[Explanation, ...] = (
    Explanation(
        "differs",
        "two sides have different values",
        """\
Both sides could be read and have the same shape, but at points drawn at random their
values are not the same. The message says which step of a chain is the first that does
not hold, how large the error is, and shows both values at the smallest counter-example
that was found. Corrections one or two edits away are tried at fresh points and fresh
sizes; those that hold are offered.

Derivatives are compared with the complex step on the definition, which knows no rules:
look for a lost transpose, a swapped product, a sign or a factor.""",
        r"""
Let $X \in \mathbb{R}^{n \times d}$.

$$ \frac{\partial}{\partial X} \operatorname{tr}(X^\top X) = X $$
""",
        r"differs: \frac{\partial}{\partial X} \operatorname{tr}(X^\top X) is not X",
        r"""
Let $X \in \mathbb{R}^{n \times d}$.

$$ \frac{\partial}{\partial X} \operatorname{tr}(X^\top X) = 2 X $$
""",
    ),
    Explanation(
        "ill-shaped",
        "the shapes do not fit",
        """\
A product, a sum or an equation joins parts whose shapes do not conform. Juxtaposition is
the matrix product and never becomes an elementwise one in silence; elementwise is \\odot.
A row may be added to a matrix (a bias) and a scalar to anything; all else must agree.

The message names the part, the shapes of both sides and where they were declared.""",
        r"""
Let $X \in \mathbb{R}^{n \times d}$ and $G \in \mathbb{R}^{n \times h}$.

Then $X G$ is of no use.
""",
        "ill-shaped: X times G does not conform",
        r"""
Let $X \in \mathbb{R}^{n \times d}$ and $G \in \mathbb{R}^{n \times h}$.

Then $X^\top G$ is of use.
""",
    ),
    Explanation(
        "unreadable",
        "the TeX could not be read as mathematics",
        """\
A formula that cannot be read is never passed over. The carets stand under the first
thing that was not understood: a brace without its partner, a command that is not in the
table of operators, an operator without an operand.

A formula that is a picture rather than mathematics can be skipped, with a reason:
<!--- derivlib: skip "the reason" -->""",
        r"""
Let $x \in \mathbb{R}$.

Then $x + = x$.
""",
        "unreadable: the formula ends where something more is needed",
        r"""
Let $x \in \mathbb{R}$.

Then $x + 0 = x$.
""",
    ),
    Explanation(
        "unknown-name",
        "a name that nothing on the page binds",
        """\
Every name must be declared (X \\in \\mathbb{R}^{n \\times d}), defined (A = X U), or be said
to be something in words from the documented list. A name holds from where it is bound to
the end of its section; inner sections see the names of outer ones.

Look for a slip of the pen, or a declaration that stands below or in another section.""",
        r"""
Let $x \in \mathbb{R}^n$.

Then $x + y$ is a vector.
""",
        "unknown-name: y is not bound here",
        r"""
Let $x \in \mathbb{R}^n$ and $y \in \mathbb{R}^n$.

Then $x + y$ is a vector.
""",
    ),
    Explanation(
        "undefined",
        "no finite value at the points tried",
        """\
At the points that were drawn, a side is not a finite number: a logarithm of a negative
number, the inverse of a singular matrix, a division by zero. NaN and infinity are never
a pass. Declare the domain, so that points are drawn from it: x > 0, \\det X > 0,
A \\in \\mathbb{S}^n_{++}.""",
        r"""
Let $x < 0$.

$$ \log x + \log x = 2 \log x $$
""",
        "undefined: no finite value at the points tried",
        r"""
Let $x > 0$.

$$ \log x + \log x = 2 \log x $$
""",
    ),
    Explanation(
        "vacuous",
        "the check could not have failed",
        """\
Both sides are zero at every point though neither is written 0, or the claim says nothing
about what varies. Such an equation holds whatever is written, so it is not counted as
checked. Often a symbol that should vary is held fixed, or a definition has swallowed it.""",
        r"""
Let $x \in \mathbb{R}^n$.

$$ x - x = 2 x - 2 x $$
""",
        "vacuous: both sides are zero at every point tried, though neither is written 0",
        r"""
Let $x \in \mathbb{R}^n$.

$$ x - x = 0 $$
""",
    ),
    Explanation(
        "skipped",
        "a formula or a code block that was not checked",
        """\
Skipped on the author's word. Nothing is skipped in silence: each needs a reason, is
counted, and is listed with its reason in every report. A formula that is wrong on purpose
is better marked <!--- derivlib: wrong -->: then the check must catch it, and a formula so
marked that holds is a mistake of the kind `differs`.

A skip goes to the next formula or code block, whichever comes first.""",
        """
<!--- derivlib: skip -->
$$ \\text{a picture} $$
""",
        'page: skip needs a reason: skip "a picture, not an equation"',
        """
<!--- derivlib: skip "a picture, not an equation" -->
$$ \\text{a picture} $$
""",
    ),
    Explanation(
        "code",
        "a code block of the page failed",
        """\
The Python of a page runs from top to bottom in one namespace, which holds `formula`: the
labelled formulas of the page as functions of NumPy arrays. A block fails when it raises,
when a doctest prints something else (spaces and ... are forgiven), when it runs longer
than ten seconds or prints without end. After a block that failed the next ones still run.

Code that a page includes from a file is told with the line of that file.""",
        """
>>> 2 + 2
5
""",
        "code: the example printed something else",
        """
>>> 2 + 2
4
""",
    ),
    Explanation(
        "snippet",
        "an included file or section is not there",
        """\
`--8<-- "path/to/file.py:section"` is looked for under the project's root, the folder of
`mkdocs.yml`, and never outside it. The section must be marked in the file:
# --8<-- [start:section] and # --8<-- [end:section].

Included text must not bring formulas: they would stand on the page unchecked.""",
        """
```python
--8<-- "no/such/file.py"
```
""",
        "snippet: no snippet file no/such/file.py",
        """
```python
x = 1
```
""",
    ),
    Explanation(
        "page",
        "the page itself is not in order",
        """\
The text could not be taken apart: a formula that is not closed within its paragraph (a
blank line ends both), front matter that is not YAML, a directive that is not known, a
fence without an end, a file that is not UTF-8.

A dollar sign opens a formula when no space follows it, and closes one when no space stands
before it and no digit after it; between spaces, `$ x = y $` is a formula too, and `$ 5 and $ 7`
are prices. Write \\$ for a dollar. Mathematics in a spelling that is not read (a picture, HTML,
a fence of `latex`, TeX outside a formula) is a mistake, so that nothing passes unseen.""",
        """
The sum is $$ 1 + 1 = 2

and the text goes on.
""",
        "page: this $$ is never closed",
        """
The sum is $$ 1 + 1 = 2 $$

and the text goes on.
""",
    ),
)


def render_explanation(explanation: Explanation) -> str:
    """One kind as text for a terminal."""
    return (
        f"{explanation.kind}: {explanation.title}\n\n{explanation.text}\n\n"
        f"This page is wrong:\n{_indented(explanation.wrong)}\n"
        f"It is told:\n\n    {explanation.message}\n\n"
        f"Mended:\n{_indented(explanation.mended)}"
    )


def _indented(text: str) -> str:
    return "\n".join("    " + line if line else "" for line in text.split("\n"))

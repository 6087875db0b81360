"""Twelve questions that readers come with, and the pages that answer them.

The first four are those of the four documents that the site began with. `clicks` are links
in the text of the pages, from home; `typed` is what one would type into the search.
"""

from __future__ import annotations

from typing import NamedTuple


class Question(NamedTuple):
    asked: str
    answer: str
    typed: str
    clicks: tuple[str, ...]


QUESTIONS = (
    Question(
        "out = sigma(XW + b) for a batch: why X^T (out (1 - out)), and not the other way round?",
        "derivations/sigmoid-layer/",
        "sigmoid X^T G or G X^T",
        ("Why is the transposed input on the left",),
    ),
    Question(
        "Which mathematics does one use to implement back-propagation through U and V by hand?",
        "derivations/two-matrices/",
        "two matrices reverse mode",
        ("How do I get from single entries to code",),
    ),
    Question(
        "The change of my first layer's weights comes out wrong: where is my mistake?",
        "derivations/worked-numbers/",
        "backpropagation worked in numbers",
        ("My weights come out wrong",),
    ),
    Question(
        "In a recurrent network, how do I derive dL/dU = X^T dL/dA, and which rules do I need?",
        "derivations/recurrent-network/",
        "X^T dL/dA",
        ("How are the gradients of a recurrent network derived",),
    ),
    Question(
        "What is the gradient of softmax followed by cross-entropy?",
        "derivations/softmax-regression/",
        "gradient of softmax cross entropy",
        ("all derivations", "Softmax and cross-entropy"),
    ),
    Question(
        "Where do the normal equations come from, and what does the ridge penalty change?",
        "derivations/least-squares/",
        "normal equations ridge",
        ("all derivations", "Least squares, and ridge"),
    ),
    Question(
        "What is the gradient of attention by queries, keys and values?",
        "derivations/attention/",
        "attention dL/dQ",
        ("all derivations", "Scaled dot-product attention"),
    ),
    Question(
        "What is the gradient of log det X?",
        "reference/identities/determinants/",
        "d log det X",
        ("several hundred identities", "determinant"),
    ),
    Question(
        "What is the derivative of tr(AXB) by X?",
        "reference/identities/traces/",
        "tr(AXB)",
        ("several hundred identities", "trace"),
    ),
    Question(
        "What does A : B mean, and how does a factor move across it?",
        "learn/frobenius/",
        "frobenius product colon",
        ("What does the colon between",),
    ),
    Question(
        "Is the gradient by a row vector a row or a column?",
        "reference/identities/layouts/",
        "numerator denominator layout",
        ("Is a gradient a row, a column or a matrix?",),
    ),
    Question(
        "How do I check my gradient numerically, and how small a step do I take?",
        "learn/checking-numerically/",
        "check gradient numerically step size",
        ("the path of eleven short chapters", "Checking a gradient numerically"),
    ),
)

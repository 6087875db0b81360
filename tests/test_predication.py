"""Of what a property word is said, and in what mood."""

from __future__ import annotations

import re

import pytest

from derivlib.prose.predication import CONCLUDED, SAID, SUPPOSED, TAKEN_BACK, mood, own_words


@pytest.mark.parametrize(
    ("phrase", "word", "said"),
    [
        ("lower triangular with positive diagonal", "lower triangular", True),
        ("lower triangular with positive diagonal", "diagonal", False),
        ("similar to a symmetric matrix", "symmetric", False),
        ("the product of two symmetric matrices", "symmetric", False),
        ("a symmetric matrix with positive entries", "positive entries", True),
        ("a matrix with orthonormal columns", "orthonormal columns", True),
        ("a square root of a covariance matrix", "covariance", False),
        ("orthogonal to a unit vector", "unit vector", False),
        ("of full column rank", "full column rank", True),
        ("the normalised adjacency matrix and is symmetric", "symmetric", True),
        ("symmetric and positive definite", "positive definite", True),
        ("a diagonal matrix", "diagonal", True),
        ("an orthogonal matrix", "orthogonal", True),
        ("orthogonal vectors", "orthogonal", False),
    ],
)
def test_a_word_binds_its_own_noun(phrase: str, word: str, said: bool) -> None:
    assert bool(re.search(rf"\b{word}\b", own_words(phrase))) is said


@pytest.mark.parametrize(
    ("before", "sentence", "expected"),
    [
        ("Let ", "Let @ be symmetric.", SAID),
        ("Is ", "Is @ symmetric?", TAKEN_BACK),
        ("Unless ", "Unless @ is symmetric, the order matters.", TAKEN_BACK),
        ("We call ", "We call @ symmetric if @.", TAKEN_BACK),
        ("If ", "If @ is symmetric, things are simpler.", SUPPOSED),
        ("It follows that ", "It follows that @ is symmetric.", CONCLUDED),
        ("One of @ and ", "One of @ and @ is symmetric.", TAKEN_BACK),
        ("where ", "where @ is positive definite", SAID),
    ],
)
def test_the_mood_of_a_sentence(before: str, sentence: str, expected: str) -> None:
    assert mood(before, sentence) == expected

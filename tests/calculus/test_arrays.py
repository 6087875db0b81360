import numpy as np
import pytest

from derivlib.calculus.arrays import as_array, conform, same_shape
from derivlib.errors import ShapeError


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        ([[1, 2]], np.float64),
        (True, np.float64),
        (np.float32(1.5), np.float64),
        (1j, np.complex128),
        (np.ones(2, dtype=np.complex64), np.complex128),
    ],
)
def test_everything_becomes_float64_or_complex128(value, dtype):
    assert as_array("X", value).dtype == dtype


def test_what_already_fits_is_not_copied():
    X = np.ones((2, 3))
    assert as_array("X", X) is X


@pytest.mark.parametrize(
    ("shapes", "values", "message"),
    [
        (
            "X: (n, p), W: (p, q)",
            (np.ones((2, 3)), np.ones((2, 4))),
            "W is 2×4; it should be p×q with p = 3, as X has p = 3",
        ),
        (
            "X: (n, p), b: (1, p)",
            (np.ones((2, 3)), np.ones((2, 3))),
            "b is 2×3; it should be 1×p",
        ),
        (
            "X: (n, p), b: (1, p)",
            (np.ones((2, 3)), np.ones(3)),
            "b is 1-dimensional with 3 entries; it should be 1×p",
        ),
        ("W: (h, h)", (np.ones((2, 3)),), "W is 2×3; it should be h×h, with both h equal"),
        ("X: (n, p)", (3.0,), "X is a number; it should be n×p"),
        ("X: (n, p)", ([[1, 2], [3]],), "X is ragged: its rows have different lengths"),
        ("X: (n, p)", ([["a"]],), "X should hold numbers; it holds <U1"),
    ],
)
def test_what_does_not_conform_is_said_in_words(shapes, values, message):
    with pytest.raises(ShapeError) as error:
        conform(shapes, *values)
    assert str(error.value) == message


def test_the_place_is_named():
    with pytest.raises(ShapeError, match=r"^layer 2: W is 2×3"):
        conform("W: (h, h)", np.ones((2, 3)), where="layer 2")


def test_same_shape_names_everyone():
    with pytest.raises(ShapeError) as error:
        same_shape("the Hadamard product", A=np.ones((2, 3)), B=np.ones((3, 2)))
    assert str(error.value) == "the Hadamard product needs equal shapes: A is 2×3, B is 3×2"

"""What all tests of the library share: data without special structure, and two oracles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from derivlib.calculus import check_gradient
from derivlib.errors import ShapeError

Array = NDArray[Any]


@pytest.fixture
def draw() -> Callable[..., Array]:
    """draw(3, 5): a matrix without structure, from a fixed seed."""
    rng = np.random.default_rng(2)
    return lambda *shape: rng.normal(size=shape)


@pytest.fixture
def is_gradient() -> Callable[..., None]:
    """is_gradient(f, X, G, wrong=[…]): both oracles accept G and refuse each of the others."""

    def check(f: Callable[[Array], Any], X: Array, G: Array, *, wrong: Sequence[Array]) -> None:
        assert wrong, "a check that nothing can fail is no check"
        for method in ("complex", "central"):
            check_gradient(f, X, G, method).require()
            for other in wrong:
                try:
                    refused = not check_gradient(f, X, other, method)
                except ShapeError:
                    refused = True
                assert refused, f"{method} accepted a wrong gradient"

    return check

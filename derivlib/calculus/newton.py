"""Steps in a metric: Newton's and the natural one, and the Gaussian that shows the difference.

The step −M⁻¹g is the least point of g·δ + ½ δᵀMδ. With the Hessian for M it is Newton's
step, with the Fisher matrix it is the natural gradient step.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from derivlib.calculus.arrays import Array, as_array, conform


class Likelihood(NamedTuple):
    """A mean negative log-likelihood by mean μ and variance v, at one point."""

    loss: Array  # a number, without the constant ½ log 2π
    gradient: Array  # (2, 1): by μ and by v
    hessian: Array  # (2, 2)
    fisher: Array  # (2, 2)


def step(g: ArrayLike, M: ArrayLike) -> Array:
    """The least point of the model g·δ + ½ δᵀMδ.

        g + Mδ = 0, hence δ = −M⁻¹g.

    Args:
        g: (p, 1), float64 or complex128: the gradient.
        M: (p, p), same dtype: symmetric positive definite, the metric.
    Returns:
        (p, 1), same dtype.
    Raises:
        ShapeError: the shapes do not conform.
        numpy.linalg.LinAlgError: M is singular.
    """
    g, M = conform("g: (p, 1), M: (p, p)", g, M)
    delta: Array
    # --8<-- [start:step]
    delta = -np.linalg.solve(M, g)
    # --8<-- [end:step]
    return delta


def gaussian(x: ArrayLike, mu: ArrayLike, v: ArrayLike) -> Likelihood:
    """The mean negative log-likelihood of samples under N(μ, v), with both its metrics.

        ℓ = ½ log v + (s + (μ − m)²)/(2v), where m and s are mean and variance of the samples;
        the Fisher matrix is the Hessian with μ for m and v for s.

    Args:
        x: (n, 1), float64 or complex128: the samples.
        mu: a number, same dtype.
        v: a number, same dtype, positive.
    Returns:
        Likelihood: loss, gradient, hessian and fisher.
    Raises:
        ShapeError: x is no column.
    Source:
        Amari, Natural Gradient Works Efficiently in Learning (1998), theorem 1 and section 3.
    """
    (x,) = conform("x: (n, 1)", x)
    mu, v = as_array("mu", mu), as_array("v", v)
    # --8<-- [start:gaussian-steps]
    m, s = np.mean(x), np.mean((x - np.mean(x)) ** 2)
    e = s + (mu - m) ** 2
    loss = np.log(v) / 2 + e / (2 * v)
    gradient = np.array([[(mu - m) / v], [(v - e) / (2 * v**2)]])
    across = (m - mu) / v**2
    hessian = np.array([[1 / v, across], [across, (2 * e - v) / (2 * v**3)]])
    fisher = np.diag([1 / v, 1 / (2 * v**2)])
    # --8<-- [end:gaussian-steps]
    return Likelihood(loss, gradient, hessian, fisher)

"""Matrices as lists of rows, and what is done with them, in plain Python loops.

Nothing here is shared with the operator table: this is the second route's own arithmetic,
written from the definitions. Numbers are Python complex numbers throughout, so that an
imaginary step passes through everything but comparisons, which look at real parts.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable
from typing import Any

Matrix = list[list[Any]]
NAN = complex(math.nan, 0.0)


def entry_by_entry(f: Callable[[complex], complex]) -> Callable[[Matrix], Matrix]:
    def each(x: Matrix) -> Matrix:
        return [[each_or_entry(v, f) for v in row] for row in x]

    return each


def each_or_entry(v: Any, f: Callable[[complex], complex]) -> Any:
    return [[each_or_entry(w, f) for w in row] for row in v] if isinstance(v, list) else f(v)


def pairwise(f: Callable[[complex, complex], complex], a: Any, b: Any) -> Any:
    """Entry with entry, however deep the lists."""
    if isinstance(a, list):
        return [pairwise(f, x, y) for x, y in zip(a, b, strict=True)]
    return f(a, b)


def scaled(k: complex, x: Matrix) -> Matrix:
    """Every entry times a number, however deep the lists."""
    return each_or_entry(x, lambda v: k * v)  # type: ignore[no-any-return]


def size(x: Matrix) -> tuple[int, int]:
    return len(x), len(x[0])


def filled(rows: int, columns: int, f: Callable[[int, int], complex]) -> Matrix:
    return [[f(i, j) for j in range(columns)] for i in range(rows)]


def identity(n: int) -> Matrix:
    return filled(n, n, lambda i, j: complex(i == j))


def transposed(x: Matrix) -> Matrix:
    rows, columns = size(x)
    return filled(columns, rows, lambda i, j: x[j][i])


def product(a: Matrix, b: Matrix) -> Matrix:
    """(AB)_ij is the sum over k of A_ik B_kj."""
    if len(a[0]) != len(b):
        raise ValueError(f"{size(a)} times {size(b)}")
    out: Matrix = []
    for row in a:
        new = []
        for j in range(len(b[0])):
            total = 0j
            for k, value in enumerate(row):
                total += value * b[k][j]
            new.append(total)
        out.append(new)
    return out


def plus(a: Matrix, b: Matrix) -> Matrix:
    return pairwise(lambda x, y: x + y, a, b)  # type: ignore[no-any-return]


def minus(a: Matrix, b: Matrix) -> Matrix:
    return pairwise(lambda x, y: x - y, a, b)  # type: ignore[no-any-return]


def entries(x: Matrix) -> list[complex]:
    return [v for row in x for v in row]


def total(x: Matrix) -> complex:
    out = 0j
    for v in entries(x):
        out += v
    return out


def trace(x: Matrix) -> complex:
    out = 0j
    for i in range(len(x)):
        out += x[i][i]
    return out


def determinant(x: Matrix) -> complex:
    """By elimination, the pivot the largest of its column."""
    a = [list(row) for row in x]
    n, out = len(a), 1 + 0j
    for c in range(n):
        pivot = max(range(c, n), key=lambda r: abs(a[r][c]))
        if abs(a[pivot][c]) == 0:
            return 0j
        if pivot != c:
            a[c], a[pivot], out = a[pivot], a[c], -out
        out *= a[c][c]
        for r in range(c + 1, n):
            factor = a[r][c] / a[c][c]
            for k in range(c, n):
                a[r][k] -= factor * a[c][k]
    return out


def inverse(x: Matrix) -> Matrix:
    """Gauss and Jordan's elimination beside the identity."""
    n = len(x)
    scale = max(abs(v) for v in entries(x))
    a = [list(row) + unit for row, unit in zip(x, identity(n), strict=True)]
    for c in range(n):
        pivot = max(range(c, n), key=lambda r: abs(a[r][c]))
        if not abs(a[pivot][c]) > 1e-11 * scale:  # singular, or as good as
            return filled(n, n, lambda i, j: NAN)
        a[c], a[pivot] = a[pivot], a[c]
        head = a[c][c]
        a[c] = [v / head for v in a[c]]
        for r in range(n):
            if r != c and a[r][c] != 0:
                factor: complex = a[r][c]
                a[r] = [v - factor * w for v, w in zip(a[r], a[c], strict=True)]
    return [row[n:] for row in a]


def pseudo_inverse(x: Matrix) -> Matrix:
    xt = transposed(x)
    if len(x) >= len(x[0]):
        return product(inverse(product(xt, x)), xt)
    return product(xt, inverse(product(x, xt)))


def adjugate(x: Matrix) -> Matrix:
    """The transposed matrix of cofactors."""
    n = len(x)
    if n == 1:
        return [[1 + 0j]]

    def cofactor(i: int, j: int) -> complex:
        minor = [[x[r][c] for c in range(n) if c != i] for r in range(n) if r != j]
        return determinant(minor) * (1 if (i + j) % 2 == 0 else -1)

    return filled(n, n, cofactor)


def kronecker(a: Matrix, b: Matrix) -> Matrix:
    (m, n), (p, q) = size(a), size(b)
    return filled(m * p, n * q, lambda i, j: a[i // p][j // q] * b[i % p][j % q])


def kronecker_sum(a: Matrix, b: Matrix) -> Matrix:
    return plus(kronecker(a, identity(len(b))), kronecker(identity(len(a)), b))


def stacked(x: Matrix) -> Matrix:
    """vec: column after column."""
    return [[x[i][j]] for j in range(len(x[0])) for i in range(len(x))]


def half_stacked(x: Matrix) -> Matrix:
    return [[x[i][j]] for j in range(len(x)) for i in range(j, len(x))]


def commutation(m: int, n: int) -> Matrix:
    """K with K vec(A) = vec(Aᵀ) for A of m×n."""
    out = filled(m * n, m * n, lambda i, j: 0j)
    for i in range(m):
        for j in range(n):
            out[i * n + j][j * m + i] = 1 + 0j
    return out


def duplication(n: int) -> Matrix:
    """D with D vech(A) = vec(A) for symmetric A."""
    places = [(i, j) for j in range(n) for i in range(j, n)]
    return [
        [complex((i, j) in ((r, c), (c, r))) for r, c in places] for j in range(n) for i in range(n)
    ]


def elimination(n: int) -> Matrix:
    """L with L vec(A) = vech(A)."""
    places = [(i, j) for j in range(n) for i in range(n)]
    return [[complex((i, j) == place) for place in places] for j in range(n) for i in range(j, n)]


def whole_power(x: Matrix, k: int) -> Matrix:
    out = identity(len(x))
    base = inverse(x) if k < 0 else x
    for _ in range(abs(k)):
        out = product(out, base)
    return out


def root(x: Matrix) -> Matrix:
    """The principal square root, by Newton's iteration on a pair (Denman and Beavers)."""
    y, z = x, identity(len(x))
    for _ in range(30):
        y, z = scaled(0.5, plus(y, inverse(z))), scaled(0.5, plus(z, inverse(y)))
    return y


def series(x: Matrix, coefficient: Callable[[int], float], terms: int = 60) -> Matrix:
    """The power series with these coefficients, at a matrix."""
    power, out = identity(len(x)), scaled(coefficient(0), identity(len(x)))
    for k in range(1, terms):
        power = product(power, x)
        out = plus(out, scaled(coefficient(k), power))
    return out


def exponential(x: Matrix) -> Matrix:
    out = series(scaled(2.0**-6, x), lambda k: 1 / math.factorial(k), 24)
    for _ in range(6):
        out = product(out, out)
    return out


def sine(x: Matrix) -> Matrix:
    return series(x, lambda k: (0, 1, 0, -1)[k % 4] / math.factorial(k))


def cosine(x: Matrix) -> Matrix:
    return series(x, lambda k: (1, 0, -1, 0)[k % 4] / math.factorial(k))


def logarithm(x: Matrix) -> Matrix:
    """Roots until the matrix is near I, then the series of log(1 + y)."""
    y = x
    for _ in range(6):
        y = root(y)
    y = minus(y, identity(len(x)))
    return scaled(2.0**6, series(y, lambda k: 0.0 if k == 0 else (-1.0) ** (k + 1) / k, 40))


def eigenvalues(x: Matrix) -> list[float]:
    """Of a real symmetric matrix, by Jacobi's rotations."""
    return eigenpairs(x)[0]


def eigenpairs(x: Matrix) -> tuple[list[float], list[list[float]]]:
    """Eigenvalues of a real symmetric matrix, and for each its unit eigenvector."""
    a = [[v.real for v in row] for row in x]
    n = len(a)
    turned = [[float(i == j) for j in range(n)] for i in range(n)]  # its rows become the vectors
    for _ in range(60):
        for p in range(n):
            for q in range(p + 1, n):
                if abs(a[p][q]) < 1e-300:
                    continue
                angle = 0.5 * math.atan2(2 * a[p][q], a[q][q] - a[p][p])
                c, s = math.cos(angle), math.sin(angle)
                for k in range(n):
                    a[k][p], a[k][q] = c * a[k][p] - s * a[k][q], s * a[k][p] + c * a[k][q]
                for k in range(n):
                    a[p][k], a[q][k] = c * a[p][k] - s * a[q][k], s * a[p][k] + c * a[q][k]
                    t = turned
                    t[p][k], t[q][k] = c * t[p][k] - s * t[q][k], s * t[p][k] + c * t[q][k]
    return [a[i][i] for i in range(n)], turned


def singular_values(x: Matrix) -> list[float]:
    real = [[complex(v.real) for v in row] for row in x]
    return [math.sqrt(max(v, 0.0)) for v in eigenvalues(product(transposed(real), real))]


def rank(x: Matrix) -> int:
    values = singular_values(x)  # roots of eigenvalues: half of the digits are lost
    return sum(v > 1e-6 * max(values) for v in values)


# -- numbers -------------------------------------------------------------------------------


def guarded(f: Callable[[complex], complex]) -> Callable[[complex], complex]:
    """A function that has no value, or too large a one, is NaN there."""

    def value(z: complex) -> complex:
        try:
            return f(z)
        except (ValueError, OverflowError, ZeroDivisionError):
            return NAN

    return value


def on_positive(f: Callable[[complex], complex]) -> Callable[[complex], complex]:
    return lambda z: f(z) if z.real > 0 else NAN


def absolute(z: complex) -> complex:
    return -z if z.real < 0 else z


def number_power(z: complex, p: complex) -> complex:
    if p.imag == 0 and p.real == round(p.real):
        k, out = int(p.real), 1 + 0j
        for _ in range(abs(k)):
            out *= z
        return out if k >= 0 else 1 / out if out else NAN
    return cmath.exp(p * cmath.log(z)) if z.real > 0 else NAN


NUMBERS: dict[str, Callable[[complex], complex]] = {
    name: guarded(f)
    for name, f in {
        "exp": cmath.exp, "log": on_positive(cmath.log), "sin": cmath.sin, "cos": cmath.cos,
        "tan": cmath.tan, "tanh": cmath.tanh, "sinh": cmath.sinh, "cosh": cmath.cosh,
        "sech": lambda z: 1 / cmath.cosh(z), "arctan": cmath.atan, "arcsin": cmath.asin,
        "arccos": cmath.acos, "artanh": lambda z: cmath.atanh(z) if abs(z.real) < 1 else NAN,
        "sqrt": lambda z: cmath.sqrt(z) if z.real >= 0 else NAN,
        "sigmoid": lambda z: 1 / (1 + cmath.exp(-z)),
        "softplus": lambda z: cmath.log(1 + cmath.exp(z)),
        "relu": lambda z: z if z.real > 0 else 0j, "abs": absolute,
        "sign": lambda z: complex((z.real > 0) - (z.real < 0)),
        "normal_density": lambda z: cmath.exp(-z * z / 2) / math.sqrt(2 * math.pi),
    }.items()
}  # fmt: skip

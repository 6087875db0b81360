"""The second route: a claim expanded into scalar sums, in plain Python loops.

It shares the typed tree and the random points with the checker, and nothing else: no
evaluator, no NumPy, no operator's function. Derivatives come from an imaginary step of one
entry at a time; where derivatives are nested, the outer one from central differences.
`derivlib mutate` asks it whether a mutant that survived is a true formula or was missed,
and the tests ask it about every true claim.
"""

from __future__ import annotations

import cmath
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import product as all_pairs
from typing import Any

from derivlib import loops
from derivlib.draw import draw_free, draw_tangent
from derivlib.evaluate import World
from derivlib.expr import (
    At,
    Binding,
    Block,
    Call,
    Choice,
    Compare,
    Const,
    Derivative,
    Differential,
    Element,
    Expr,
    Fill,
    Fold,
    Index,
    Let,
    Member,
    Op,
    Size,
    Stack,
    Var,
    children,
)  # fmt: skip
from derivlib.loop_operators import OPERATORS
from derivlib.loops import NAN, Matrix
from derivlib.shapes import SCALAR, Shape, size

POINTS = 2  # draws compared
STEP = 1e-20
DIFFERENCE = 2e-3
WEIGHTS = ((1, 45 / 60), (2, -9 / 60), (3, 1 / 60))  # sixth-order central difference
TOLERANCE = 1e-8
NESTED = 2e-6
At_ = dict[int, int]  # id of an index → its value
Place = tuple[Binding, tuple[int, ...]]
_BROKEN = {
    "rank",
    "spectral_norm",
    "nuclear_norm",
    "logm",
}  # no imaginary step passes through these


class NotCovered(Exception):
    """The second route does not know this node or operator."""


@dataclass(frozen=True)
class Agreement:
    """agrees is None where no point gave finite values on both sides."""

    agrees: bool | None
    error: float
    compared: int  # numbers compared


def agreement(
    left: Expr, right: Expr, world: World, indices: Sequence[Index],
    conditions: Sequence[Expr] = (), filters: Sequence[Expr] = (),
) -> Agreement:  # fmt: skip
    """Do two sides agree at the points of a world, for every value of the free indices?

    Args:
        left, right: typed and settled.
        world: gives sizes, the draws of the free symbols, and what varies.
        indices: the free indices of the claim.
        conditions: on the indices, where the claim is meant.
        filters: on the draws, where the claim is meant.
    """
    nested = _depth(left) > 1 or _depth(right) > 1
    worst, count = 0.0, 0
    below = _rests_on(right, _rests_on(left, set()))
    closed = not indices and all(
        b.definition is not None or b.is_dimension or b.operator is not None for b in below
    )
    compared = 0
    for draw in range(world.draws):
        route = Route(world, draw)
        if compared == POINTS or not all(route.true(f, {}) for f in filters):
            continue
        ranges = [route.span(i, {}) for i in indices]
        pairs: list[tuple[complex, complex]] = []
        for values in all_pairs(*ranges):
            at = {id(i): v for i, v in zip(indices, values, strict=True)}
            if not all(route.true(c, at) for c in conditions):
                continue
            pairs += _paired(route.value(left, at), route.value(right, at))
        finite = [math.isfinite(a.real + b.real) for a, b in pairs]
        if not any(finite) or not all(finite) and not indices:
            continue
        slack = _slack(route, (left, right)) if closed else [0.0]
        slack *= len(pairs) // len(slack)
        kept = [
            (a.real, b.real, s) for (a, b), s, ok in zip(pairs, slack, finite, strict=True) if ok
        ]
        scale = max(max(abs(a), abs(b)) for a, b, _ in kept)
        error = max(abs(a - b) - s for a, b, s in kept)
        count += len(kept)
        compared += 1
        worst = max(worst, error / scale if scale > 1e-9 else error)
    if not count:
        return Agreement(None, math.nan, 0)
    return Agreement(worst <= (NESTED if nested else TOLERANCE), worst, count)


def _paired(a: Any, b: Any) -> list[tuple[complex, complex]]:
    """Numbers beside numbers; a 1×1 side goes with every entry of the other."""
    flat_a, flat_b = _flat(a), _flat(b)
    if len(flat_a) == 1:
        flat_a *= len(flat_b)
    if len(flat_b) == 1:
        flat_b *= len(flat_a)
    if len(flat_a) != len(flat_b):
        raise ValueError("the two sides differ in shape")
    return list(zip(flat_a, flat_b, strict=True))


def _slack(route: Route, sides: tuple[Expr, Expr]) -> list[float]:
    """Half a unit of each printed decimal's last digit, as far as it moves each number."""
    found = [0.0]
    for side in sides:
        base = _flat(route.value(side, {}))
        for constant in _decimals(side):
            route.shifted = {id(constant): constant.unit}
            moved = [abs(a - b) for a, b in zip(_flat(route.value(side, {})), base, strict=True)]
            route.shifted = {}
            if len(found) == 1:
                found *= len(moved)
            if len(moved) == 1:
                moved *= len(found)
            found = [(a + b) * (1 + 1e-9) for a, b in zip(found, moved, strict=True)]
    return found


def _decimals(e: Expr) -> list[Const]:
    own = [e] if isinstance(e, Const) and e.unit > 0 else []
    return own + [c for child in children(e) for c in _decimals(child)]


def _flat(x: Any) -> list[complex]:
    return [v for part in x for v in _flat(part)] if isinstance(x, list) else [complex(x)]


def _depth(e: Expr, seen: frozenset[Binding] = frozenset()) -> int:
    """How deep derivatives are nested, through definitions; a kink counts as one."""
    own = 0
    if isinstance(e, Derivative):
        own = 1
    elif isinstance(e, Differential | Call):
        own = e.order
    elif isinstance(e, Op) and e.operator.name in _BROKEN:
        own = 1
    inner = [_depth(c, seen) for c in children(e)]
    for binding in _named(e):
        if binding not in seen and binding.definition is not None:
            inner.append(_depth(binding.definition, seen | {binding}))
    return own + max(inner, default=0)


def _named(e: Expr) -> list[Binding]:
    match e:
        case Var(binding=b):
            return [b]
        case Member(family=f):
            return [f, *f.members.values()]
        case Call(function=f):
            return [f]
        case Derivative(variable=v):
            return [v]
    return []


def _rests_on(e: Expr, found: set[Binding]) -> set[Binding]:
    for binding in _named(e):
        if binding not in found:
            found.add(binding)
            if binding.definition is not None:
                _rests_on(binding.definition, found)
    for c in children(e):
        _rests_on(c, found)
    return found


@dataclass
class Route:
    """One point: values of symbols, with those that are moved on top of those that are not."""

    world: World
    draw: int
    parent: Route | None = None
    values: dict[Place, Any] = field(default_factory=dict)
    moved: set[Binding] = field(default_factory=set)
    functions: dict[Binding, Callable[..., Matrix]] = field(default_factory=dict)
    below: dict[Binding, set[Binding]] = field(default_factory=dict)
    shifted: dict[int, float] = field(
        default_factory=dict
    )  # constants moved, for the slack of decimals

    def child(self) -> Route:
        return Route(self.world, self.draw, self, functions=self.functions, below=self.below)

    # -- symbols ---------------------------------------------------------------------------
    def symbol(self, binding: Binding, member: tuple[int, ...] = ()) -> Matrix:
        place = (binding, member)
        if place not in self.values:
            if self.parent is not None and not self._affected(binding):
                return self.parent.symbol(binding, member)
            self.values[place] = self._compute(binding, member)
        found: Matrix = self.values[place]
        return found

    def _affected(self, binding: Binding) -> bool:
        if binding not in self.below:
            found = set(binding.members.values())
            for other in (binding, *found):
                if other.definition is not None:
                    _rests_on(other.definition, found)
            self.below[binding] = found | {binding}
        return not self.moved.isdisjoint(self.below[binding])

    def _compute(self, binding: Binding, member: tuple[int, ...]) -> Matrix:
        if member in binding.members and member:
            return self.symbol(binding.members[member])
        if binding.kind == "listed" or member and not self._within(binding, member):
            rows, columns = (size(d, self.world.sizes) for d in binding.shape)
            return loops.filled(rows, columns, lambda i, j: NAN)
        if binding.definition is not None:
            pairs = zip(binding.indices, member, strict=True) if member else ()
            at = {id(i): m - binding.shift for i, m in pairs}
            found: Matrix = self.value(binding.definition, at)
            return found
        if self.parent is not None:
            return self.parent.symbol(binding, member)
        drawn = draw_free(self.world, binding, member)
        return [[complex(v) for v in row] for row in drawn[min(self.draw, len(drawn) - 1)].tolist()]

    def _within(self, binding: Binding, member: tuple[int, ...]) -> bool:
        if binding.definition is not None and binding.implicit:
            return True
        return all(
            i.high is None and i.extent is None or value in self.span(i, {})
            for i, value in zip(binding.indices, member, strict=True)
        )

    def span(self, index: Index, at: At_) -> range:
        low = 1 if index.low is None else self.whole(index.low, at)
        if index.high is not None:
            return range(low, self.whole(index.high, at) + 1)
        if index.extent is None:
            raise NotCovered(f"no range for {index.name}")
        return range(low, size(index.extent, self.world.sizes) + 1)

    def whole(self, e: Expr, at: At_) -> int:
        if isinstance(e, At):
            return at[id(e.index)]
        value: complex = self.value(e, at)[0][0]
        return round(value.real)

    # -- nodes -----------------------------------------------------------------------------
    def value(self, e: Expr, at: At_) -> Any:
        """A list of rows; for a derivative with four indices, a matrix at each place of one."""
        match e:
            case Const(value=v):
                return [[complex(v + self.shifted.get(id(e), 0.0))]]
            case Var(binding=b):
                return self.symbol(b)
            case Size(dim=d):
                return [[complex(size(d, self.world.sizes))]]
            case At(index=i):
                return [[complex(at[id(i)])]]
            case Fill():
                return self._fill(e, at)
            case Op():
                return self._op(e, at)
            case Element():
                return self._element(e, at)
            case Member(family=f, indices=indices):
                return self.symbol(f, tuple(self.whole(i, at) for i in indices))
            case Call():
                return self._call(e.function, [self.value(a, at) for a in e.args], e.order)
            case Fold():
                return self._fold(e, at)
            case Stack():
                blocks = [
                    self.value(e.body, {**at, id(e.index): k}) for k in self.span(e.index, at)
                ]
                if e.axis == -2:
                    return [row for block in blocks for row in block]
                return [[v for block in blocks for v in block[i]] for i in range(len(blocks[0]))]
            case Block(rows=rows):
                out: Matrix = []
                for row in rows:
                    cells = [self.value(c, at) for c in row]
                    out += [[v for cell in cells for v in cell[i]] for i in range(len(cells[0]))]
                return out
            case Choice():
                return self._choice(e, at)
            case Let():
                inner = self.child()
                for variable, value in zip(e.variables, e.values, strict=True):
                    inner.values[variable, ()] = self.value(value, at)
                    inner.moved.add(variable)
                return inner.value(e.body, at)
            case Derivative():
                return self._derivative(e, at)
            case Differential():
                return self._along(e.body, e.order, at)
        raise NotCovered(type(e).__name__)

    def _shape(self, shape: Shape) -> tuple[int, int]:
        rows, columns = (size(d, self.world.sizes) for d in shape)
        return rows, columns

    def _fill(self, e: Fill, at: At_) -> Matrix:
        rows, columns = self._shape(e.shape)
        match e.kind:
            case "eye":
                return loops.identity(rows)
            case "ones":
                return loops.filled(rows, columns, lambda i, j: 1 + 0j)
            case "zeros":
                return loops.filled(rows, columns, lambda i, j: 0j)
            case "delta":
                a, b = (self.whole(x, at) for x in e.args)
                return [[complex(a == b)]]
            case "unit":
                k = self.whole(e.args[0], at)
                return loops.filled(rows, 1, lambda i, j: complex(i + 1 == k))
            case "single":
                r, c = (self.whole(x, at) for x in e.args)
                return loops.filled(rows, columns, lambda i, j: complex(i + 1 == r and j + 1 == c))
            case "commutation":
                m, n = (size(d, self.world.sizes) for d in e.dims)
                return loops.commutation(m, n)
            case "duplication":
                return loops.duplication(round(rows**0.5))
            case "elimination":
                return loops.elimination(round(columns**0.5))
        raise NotCovered(e.kind)

    def _op(self, e: Op, at: At_) -> Any:
        name = e.operator.name
        if e.operator.elementwise and name in loops.NUMBERS:
            return loops.entry_by_entry(loops.NUMBERS[name])(self.value(e.args[0], at))
        if name not in OPERATORS:
            raise NotCovered(name)
        shapes = [tuple(size(d, self.world.sizes) for d in a.shape) for a in e.args]
        scalars = [a.shape == SCALAR for a in e.args]
        return OPERATORS[name]([self.value(a, at) for a in e.args], shapes, scalars)

    def _element(self, e: Element, at: At_) -> Any:
        base = self.value(e.base, at)
        if len(e.base.shape) == 4:
            assert e.row is not None and e.column is not None
            r, c = self.whole(e.row, at), self.whole(e.column, at)
            return [[_entry(m, r, c) for m in row] for row in base]
        rows = range(1, len(base) + 1) if e.row is None else [self.whole(e.row, at)]
        columns = range(1, len(base[0]) + 1) if e.column is None else [self.whole(e.column, at)]
        return [[_entry(base, r, c) for c in columns] for r in rows]

    def _fold(self, e: Fold, at: At_) -> Any:
        kept = [
            k
            for k in self._steps(e, at)
            if e.where is None or self.true(e.where, {**at, id(e.index): k})
        ]
        matrix = e.kind == "prod" and e.body.shape != SCALAR
        if not kept:
            rows, columns = self._shape(e.shape)
            if matrix:
                return loops.identity(rows)
            return loops.filled(rows, columns, lambda i, j: complex(e.kind == "prod"))
        out = self.value(e.body, {**at, id(e.index): kept[0]})
        for k in kept[1:]:
            term = self.value(e.body, {**at, id(e.index): k})
            if matrix:
                out = loops.product(out, term)
            elif e.kind == "prod":
                out = loops.pairwise(lambda x, y: x * y, out, term)
            else:
                out = loops.plus(out, term)
        return out

    def _steps(self, e: Fold, at: At_) -> range:
        steps = self.span(e.index, at)
        if e.kind == "prod" and not steps and steps.start > steps.stop:  # ∏ from T down to t
            return range(steps.start, steps.stop - 2, -1)
        return steps

    def true(self, e: Expr, at: At_) -> bool:
        if not isinstance(e, Compare):
            raise NotCovered("this condition")
        if e.op == "and":
            return self.true(e.left, at) and self.true(e.right, at)
        a, b = self.value(e.left, at)[0][0].real, self.value(e.right, at)[0][0].real
        return bool(_COMPARE[e.op](a, b))

    def _choice(self, e: Choice, at: At_) -> Matrix:
        """Row by row where a condition is one number, entry by entry where it is a matrix."""
        rows, columns = self._shape(e.shape)
        values = [self.value(v, at) for v, _ in e.rows]
        tests = [None if c is None else self._table(c, at) for _, c in e.rows]

        def chosen(i: int, j: int) -> complex:
            for value, test in zip(values, tests, strict=True):
                if test is None or _entry(test, i + 1, j + 1, spread=True):
                    found: complex = _entry(value, i + 1, j + 1, spread=True)
                    return found
            return NAN

        return loops.filled(rows, columns, chosen)

    def _table(self, e: Expr, at: At_) -> Matrix:
        if not isinstance(e, Compare) or e.op not in _COMPARE:
            return [[self.true(e, at)]]
        a, b = self.value(e.left, at), self.value(e.right, at)
        rows, columns = max(len(a), len(b)), max(len(a[0]), len(b[0]))

        def holds(i: int, j: int) -> bool:
            x, y = _entry(a, i + 1, j + 1, True), _entry(b, i + 1, j + 1, True)
            return _COMPARE[e.op](x.real, y.real)

        return loops.filled(rows, columns, holds)

    # -- functions -------------------------------------------------------------------------
    def _call(self, function: Binding, args: list[Matrix], order: int) -> Any:
        if order == 0:
            return self._apply(function, args)
        (x,) = args
        if order == 1 and not any(v.imag for v in loops.entries(x)) and self._smooth(function):
            moved = loops.entry_by_entry(lambda v: v + 1j * STEP)(x)
            return loops.entry_by_entry(lambda v: complex(v.imag / STEP))(
                self._apply(function, [moved])
            )
        return self._slope(
            lambda h: self._call(function, [loops.entry_by_entry(lambda v: v + h)(x)], order - 1)
        )

    def _smooth(self, function: Binding) -> bool:
        return function.definition is None or _depth(function.definition) == 0

    def _apply(self, function: Binding, args: list[Matrix]) -> Any:
        if function.operator is not None:
            name = function.operator.name
            if name not in loops.NUMBERS:
                raise NotCovered(name)
            return loops.entry_by_entry(loops.NUMBERS[name])(args[0])
        if function.definition is None:
            if function not in self.functions:
                self.functions[function] = self._unspecified(function)
            return self.functions[function](*args)
        if function.elementwise and len(args) == 1 and function.params[0].shape == SCALAR:
            return loops.entry_by_entry(lambda v: self._at_point(function, [[[v]]])[0][0])(args[0])
        return self._at_point(function, args)

    def _at_point(self, function: Binding, args: list[Matrix]) -> Any:
        assert function.definition is not None
        inner = self.child()
        for parameter, value in zip(function.params, args, strict=True):
            inner.values[parameter, ()] = value
            inner.moved.add(parameter)
        return inner.value(function.definition, {})

    def _unspecified(self, function: Binding) -> Callable[..., Matrix]:
        """Some smooth function, bent in every entry, of the shapes the page declared."""
        g = random.Random(f"{function.key} {self.world.seed} {self.draw}")

        def wave() -> Callable[[complex], complex]:
            a, b, c, d = (g.uniform(0.3, 1.1) for _ in range(4))
            return lambda z: a * cmath.sin(b * z + c) + d * z * z / 3

        if function.elementwise:
            return loops.entry_by_entry(wave())
        count = sum(r * c for r, c in map(self._shape, function.arguments))
        rows, columns = self._shape(function.shape)
        outputs = [([wave() for _ in range(count)], [g.uniform(-0.6, 0.6) for _ in range(count)])
                   for _ in range(rows * columns)]  # fmt: skip

        def value(*args: Matrix) -> Matrix:
            flat = [v for x in args for v in loops.entries(x)]
            found = []
            for waves, weights in outputs:
                mixed = sum((w * v for w, v in zip(weights, flat, strict=True)), 0j)
                found.append(
                    sum((f(v) for f, v in zip(waves, flat, strict=True)), 0.2 * mixed**3 + mixed**2)
                )
            return [found[i * columns : (i + 1) * columns] for i in range(rows)]

        return value

    # -- derivatives -----------------------------------------------------------------------
    def _slope(self, at_step: Callable[[float], Any]) -> Any:
        out: Any = None
        for k, weight in WEIGHTS:
            ahead, behind = at_step(k * DIFFERENCE), at_step(-k * DIFFERENCE)
            term = loops.scaled(weight / DIFFERENCE, loops.minus(ahead, behind))
            out = term if out is None else loops.plus(out, term)
        return out

    def _derivative(self, e: Derivative, at: At_) -> Any:
        member = tuple(self.whole(i, at) for i in e.member)
        base = self.symbol(e.variable, member)
        rows, columns = loops.size(base)
        imaginary = _depth(e.body) == 0

        def moved(i: int, j: int, step: complex) -> Any:
            inner = self.child()
            new = [list(row) for row in base]
            new[i][j] += step
            inner.values[e.variable, member] = new
            inner.moved.add(e.variable)
            return inner.value(e.body, at)

        def slope(i: int, j: int) -> Any:
            if imaginary:
                return loops.entry_by_entry(_imaginary)(moved(i, j, 1j * STEP))
            return self._slope(lambda h: moved(i, j, h))

        slopes = [[slope(i, j) for j in range(columns)] for i in range(rows)]
        if e.body.shape == SCALAR:
            return [[s[0][0] for s in row] for row in slopes]
        if e.variable.shape == SCALAR:
            return slopes[0][0]
        m, n = loops.size(slopes[0][0])
        if len(e.shape) == 2:
            across = [s for row in slopes for s in row]
            return [[s[i][j] for s in across] for i in range(m) for j in range(n)]
        return [[[[s[i][j] for s in row] for row in slopes] for j in range(n)] for i in range(m)]

    def _along(self, body: Expr, order: int, at: At_) -> Any:
        if order == 0:
            return self.value(body, at)
        imaginary = order == 1 and _depth(body) == 0

        def moved(step: complex) -> Any:
            inner = self.child()
            for binding in self.world.varying:
                for member in self._members(binding):
                    drawn = draw_tangent(self.world, binding, member)
                    tangent = drawn[min(self.draw, len(drawn) - 1)].tolist()
                    inner.values[binding, member] = loops.pairwise(
                        lambda x, t: x + step * t, self.symbol(binding, member), tangent
                    )
                inner.moved.add(binding)
            return inner._along(body, order - 1, at)

        if imaginary:
            return loops.entry_by_entry(_imaginary)(moved(1j * STEP))
        return self._slope(moved)

    def _members(self, binding: Binding) -> list[tuple[int, ...]]:
        if not binding.indices:
            return [()]
        return list(all_pairs(*(self.span(i, {}) for i in binding.indices)))


def _imaginary(z: complex) -> complex:
    return NAN if math.isnan(z.real) else complex(z.imag / STEP)


def _entry(x: Matrix, row: int, column: int, spread: bool = False) -> Any:
    """Entry (row, column), counted from 1; NaN outside; a 1×1 everywhere if `spread`."""
    if spread:
        row, column = min(row, len(x)), min(column, len(x[0]))
    inside = 1 <= row <= len(x) and 1 <= column <= len(x[0])
    return x[row - 1][column - 1] if inside else NAN


_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "=": lambda a, b: a == b, "!=": lambda a, b: a != b, "<": lambda a, b: a < b,
    ">": lambda a, b: a > b, "<=": lambda a, b: a <= b, ">=": lambda a, b: a >= b,
}  # fmt: skip

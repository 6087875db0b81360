"""The typed tree at one point, in plain loops: a list of rows for every node."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

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
)  # fmt: skip
from derivlib.shapes import SCALAR, Shape, size
from derivlib.trust import loops
from derivlib.trust.loop_operators import OPERATORS
from derivlib.trust.loops import NAN, Matrix
from derivlib.trust.route.nesting import depth, rests_on
from derivlib.trust.route.slopes import STEP, along, central, derivative
from derivlib.trust.route.stand_ins import stand_in
from derivlib.values.draw import draw_free

At_ = dict[int, int]  # id of an index → its value
Place = tuple[Binding, tuple[int, ...]]


class NotCovered(Exception):
    """The second route does not know this node or operator."""


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
                    rests_on(other.definition, found)
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
                return derivative(self, e, at)
            case Differential():
                return along(self, e.body, e.order, at)
        raise NotCovered(type(e).__name__)

    def shape(self, shape: Shape) -> tuple[int, int]:
        rows, columns = (size(d, self.world.sizes) for d in shape)
        return rows, columns

    def _fill(self, e: Fill, at: At_) -> Matrix:
        rows, columns = self.shape(e.shape)
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
            rows, columns = self.shape(e.shape)
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
        rows, columns = self.shape(e.shape)
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
        return central(
            lambda h: self._call(function, [loops.entry_by_entry(lambda v: v + h)(x)], order - 1)
        )

    def _smooth(self, function: Binding) -> bool:
        return function.definition is None or depth(function.definition) == 0

    def _apply(self, function: Binding, args: list[Matrix]) -> Any:
        if function.operator is not None:
            name = function.operator.name
            if name not in loops.NUMBERS:
                raise NotCovered(name)
            return loops.entry_by_entry(loops.NUMBERS[name])(args[0])
        if function.definition is None:
            if function not in self.functions:
                self.functions[function] = stand_in(self, function)
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

"""One chain of equalities: parts evaluated once in every world, each step compared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from derivlib import compare as comparing
from derivlib.compare import Outcome, compare, show_value, slack_of
from derivlib.elaborate import Reader
from derivlib.errors import (
    DIFFERS,
    HOLDS,
    ILL_SHAPED,
    UNDEFINED,
    UNREADABLE,
    VACUOUS,
    DerivlibError,
    user_error,
)  # fmt: skip
from derivlib.evaluate import World, evaluate
from derivlib.expr import (
    At,
    Binding,
    Call,
    Choice,
    Const,
    Derivative,
    Differential,
    Expr,
    Fill,
    Fold,
    Index,
    Op,
    Stack,
    Var,
    children,
)  # fmt: skip
from derivlib.shapes import SCALAR, named, names, show_shape, size
from derivlib.source import Span
from derivlib.values import closures
from derivlib.values.axes import NO_AXES, Axes
from derivlib.values.closures import closure, dependencies
from derivlib.values.sample import index_range
from derivlib.verdict import Counterexample

Array = Any
DRAWS = 8
# Sizes are dealt to dimensions in the order they appear: distinct, and two choices of them. Each
# dimension is odd once and even once: det(-A) = det A must show.
SIZES = ((3, 2, 4, 5, 6, 7, 8, 9, 10, 11), (2, 5, 3, 4, 7, 6, 9, 8, 11, 10))
ORACLE_TOLERANCE = 1e-6


class Worlds:
    """The worlds of a page, and the sizes of its dimensions in each."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.sizes: list[dict[str, int]] = [{}, {}]
        self.taller: list[tuple[str, str]] = []  # (n, d): n must exceed d
        self.reset()

    def reset(self) -> None:
        """Begin anew: a definition or a domain has changed."""
        closures.forget()
        self.worlds = [
            World(sizes, DRAWS, self.seed * 1000 + k) for k, sizes in enumerate(self.sizes)
        ]
        self.oracles: dict[Any, float] = {}
        self.other: tuple[World, World] | None = None
        self.wide: dict[float, World] = {}

    def second_oracle(self) -> tuple[World, World]:
        """Two worlds at one other point: complex steps in one, central differences in the other."""
        if self.other is None:
            seed = self.seed * 1000 + 500
            self.other = (World(self.sizes[0], 3, seed), World(self.sizes[0], 3, seed))
            self.other[1].stepped = True
            self.other[1].step = 1e-4  # short, to stay clear of kinks
        return self.other

    def beyond(self, reach: float) -> list[World]:
        """A world drawn so wide that it passes the kinks at numbers the formula prints."""
        if reach <= 1.0:
            return []
        if reach not in self.wide:
            self.wide[reach] = World(self.sizes[0], DRAWS, self.seed * 1000 + 700)
            self.wide[reach].spread = 3.0 * reach
        return [self.wide[reach]]

    def keep_sizes(self, dims: set[str]) -> None:
        """Sizes of dimensions that are still in scope; the others are dealt anew, and small."""
        gone = [name for name in self.sizes[0] if name not in dims]
        for name in gone:
            for sizes in self.sizes:
                del sizes[name]
        if gone:
            self.reset()

    def give_sizes(self, dims: set[str]) -> None:
        fresh = [d for d in sorted(dims) if d not in self.sizes[0]]
        for name in fresh:
            for sizes, deal in zip(self.sizes, SIZES, strict=True):
                taken = set(sizes.values())
                beyond = max((*deal, *taken)) + 1
                sizes[name] = next((n for n in deal if n not in taken), beyond)
        for tall, short in self.taller:
            for sizes in self.sizes:
                if tall in sizes and short in sizes and sizes[tall] <= sizes[short]:
                    sizes[tall] = max(sizes.values()) + 1
                    fresh.append(tall)
        if fresh and self.taller:
            self.reset()


def settle(e: Expr, r: Reader, any_size: bool = False) -> None:
    """Write the shapes that unification found into the nodes that need them.

    With `any_size`, a size that follows from nothing is any size: C² = C for C = I - 𝟏𝟏ᵀ/n.

    Raises:
        DerivlibError: the size of an I, 1 or 0 follows from nothing.
    """
    stack = [e]
    while stack:
        node = stack.pop()
        if isinstance(node, Fold | Stack):
            _settle_index(node.index, r)
        if isinstance(node, At):
            _settle_index(node.index, r)
        if r.u.bound or isinstance(node, Fill):
            shape = r.u.shape(node.shape)
            if any_size:
                for d in shape:
                    for n in names(d):
                        if n[0] == "?":
                            r.u.bound[n] = named("any")
                shape = r.u.shape(shape)
            if shape != node.shape:
                object.__setattr__(node, "shape", shape)
            if isinstance(node, Var) and node.binding.kind == "unsized":
                if any(n[0] == "?" for d in shape for n in names(d)):
                    raise user_error(
                        ILL_SHAPED,
                        f"the size of {node.binding.tex} does not follow from its place",
                        node.span,
                        f"{node.binding.tex} was named at ⟦{node.binding.span.start}⟧ without one",
                    )  # fmt: skip
                node.binding.shape, node.binding.kind = shape, "free"
                r.sized = True
            if isinstance(node, Fill) and any("?" in n[0] for d in shape for n in names(d)):
                printed = r.text[node.span.start : node.span.end]
                raise user_error(
                    ILL_SHAPED, f"the size of {printed} does not follow from its place", node.span,
                    "write its size as a subscript, such as I_n",
                )  # fmt: skip
        stack.extend(children(node))


def _is_drawn(binding: Binding) -> bool:
    """Does a symbol take its value from the draw alone?"""
    return binding.definition is None and not binding.is_dimension and binding.operator is None


def _settle_index(index: Index, r: Reader) -> None:
    if index.extent is not None:
        index.extent = r.u.find(index.extent)


def dimensions(e: Expr, seen: set[int]) -> set[str]:
    """Names of the dimensions that the value of an expression needs."""
    found: set[str] = set()
    stack = [e]
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        for d in node.shape:
            found |= names(d)
        match node:
            case Fold() | Stack() | At():
                if node.index.extent is not None:
                    found |= names(node.index.extent)
                stack.extend(x for x in (node.index.low, node.index.high) if x is not None)
            case Fill():
                for d in node.dims:
                    found |= names(d)
            case _ if hasattr(node, "dim"):
                found |= names(node.dim)
        stack.extend(children(node))
    return found


def all_dimensions(parts: Sequence[Expr], bindings: set[Binding]) -> set[str]:
    seen: set[int] = set()
    found: set[str] = set()
    for p in parts:
        found |= dimensions(p, seen)
    for b in bindings:
        for shape in (b.shape, *b.arguments):
            for d in shape:
                found |= names(d)
        if b.definition is not None:
            found |= dimensions(b.definition, seen)
        if b.is_dimension:
            found.add(b.key)
        for index in b.indices:
            if index.extent is not None:
                found |= names(index.extent)
            for e in (index.low, index.high):
                if e is not None:
                    found |= dimensions(e, seen)
    return found


@dataclass
class ChainResult:
    """Steps with their outcomes, and what the page shows of them."""

    outcomes: list[Outcome] = field(default_factory=list)
    oracle_error: float = 0.0
    notes: list[str] = field(default_factory=list)


def kinks(parts: Sequence[Expr]) -> float:
    """The largest number in formulas with cases, maxima or absolute values; 0 without these."""
    reach, bent = 0.0, False
    seen: set[int] = set()
    stack = list(parts)
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Const) and abs(node.value) <= 1e4:
            reach = max(reach, abs(node.value))
        bent = bent or isinstance(node, Choice)
        bent = bent or isinstance(node, Op) and node.operator.name in BENT
        if isinstance(node, Call):
            operator = node.function.operator
            bent = bent or operator is not None and operator.name in BENT
            if node.function.definition is not None:
                stack.append(node.function.definition)
        if isinstance(node, Var) and node.binding.definition is not None:
            stack.append(node.binding.definition)
        stack.extend(children(node))
    return reach if bent else 0.0


BENT = {"abs", "relu", "sign", "max", "min", "norm_1", "norm_max"}


def differentials(e: Expr) -> list[Differential]:
    found = [e] if isinstance(e, Differential) else []
    for child in children(e):
        found.extend(differentials(child))
    return found


def varying_symbols(
    parts: Sequence[Expr], named: tuple[Binding, ...] | None, ordered: bool = False
) -> frozenset[Binding]:
    """What varies in a chain: the free symbols whose differentials appear in it.

    Where only differentials of defined quantities appear, the free symbols under the
    innermost of them vary.
    """
    bodies: set[Binding] = set()
    for part in parts:
        for d in differentials(part):
            direct = _direct(d.body)
            bodies |= direct
    free = {b for b in bodies if b.kind == "free" and not b.is_dimension and b.definition is None}
    defined = {b for b in bodies if b.definition is not None and b.kind == "defined"}
    lone = {
        b for part in parts for d in differentials(part) for b in [_lone(d.body)]
        if b is not None and b.definition is None and b.kind == "free" and not b.is_dimension
    }  # fmt: skip
    if named is not None and (ordered or lone <= set(named)):
        return frozenset(named)
    if lone:
        return frozenset(lone)
    if defined:
        innermost = {b for b in defined if not (defined - {b}) & closure(b)}
        return frozenset(
            f for b in innermost for f in closure(b)
            if f.kind == "free" and f.definition is None and not f.is_dimension
        )  # fmt: skip
    return frozenset(free)


def _lone(e: Expr) -> Binding | None:
    """The symbol of dX, dXᵀ, dX⁻¹, dX_ij."""
    from derivlib.expr import Element, Member, Var

    match e:
        case Var(binding=b):
            return b
        case Member(family=f):
            return f.slice_of[0] if f.slice_of is not None else f
        case Element(base=base):
            return _lone(base)
        case Op(operator=o, args=(inner,)) if o.name in (
            "transpose",
            "vec",
            "inverse",
            "diag",
            "Diag",
            "trace",
        ):
            return _lone(inner)
        case Op(operator=o, args=(inner, _)) if o.name in ("matrix_power", "power"):
            return _lone(inner)
        case Differential(body=inner):
            return _lone(inner)
    return None


def _direct(e: Expr) -> set[Binding]:
    """Symbols that stand in an expression itself, not below its definitions."""
    from derivlib.expr import Call, Member, Var

    found: set[Binding] = set()
    if isinstance(e, Var):
        found.add(e.binding)
    elif isinstance(e, Member):
        found.add(e.family.slice_of[0] if e.family.slice_of is not None else e.family)
    elif isinstance(e, Call) and e.function.definition is not None:
        found |= {b for b in closure(e.function) if b.kind == "free"} - set(e.function.params)
    for child in children(e):
        found |= _direct(child)
    return found


class Chain:
    """Parts joined by relations, read by one reader, ready to be checked."""

    def __init__(self, r: Reader, parts: list[Expr], ops: list[str], spans: list[Span]) -> None:
        self.r = r
        self.parts = parts
        self.ops = ops
        self.spans = spans
        self.ordered = False  # a directive says what varies; it is obeyed
        self.strict: set[str] = set()  # indices whose range stands in the formula itself
        self.filters: list[Expr] = []  # on the draws
        self.conditions: list[Expr] = []  # on the free indices: j ≠ y

    def conform(self) -> None:
        """Both sides of every step have one shape, or one side is a literal number.

        Raises:
            DerivlibError: they do not; `notes` of the error holds the step.
        """
        for k, (a, b) in enumerate(zip(self.parts, self.parts[1:], strict=False)):
            if isinstance(a, Const) and a.value == 0 or isinstance(b, Const) and b.value == 0:
                continue
            if not self.r.u.same(a.shape, b.shape):
                error = self.r.ill_shaped(
                    self.spans[k + 1], "the two sides differ in shape",
                    f"left: {self.r.described(a)}", f"right: {self.r.described(b)}",
                )  # fmt: skip
                error.notes.append(str(k))
                raise error

    def check(
        self,
        worlds: Worlds,
        named: tuple[Binding, ...] | None,
        exact: Callable[[World], set[float]],
    ) -> ChainResult:
        for p in self.parts:
            settle(p, self.r, any_size=True)
        if self.r.sized:
            worlds.reset()
        indices = used_indices(self.parts, self.r)
        for index in indices:
            _settle_index(index, self.r)
            if index.high is None and index.extent is None:
                raise user_error(
                    UNREADABLE, f"nothing says how far the index {index.name} runs", self.spans[0],
                    f"say so in words: for ${index.name} = 1, \\dots, n$",
                )  # fmt: skip
        bindings = set().union(*(dependencies(p) for p in self.parts))
        of_limits = {
            n
            for i in indices
            for limit in (i.low, i.high)
            if limit is not None
            for n in dimensions(limit, set())
        }
        of_extents = {n for i in indices if i.extent is not None for n in names(i.extent)}
        worlds.give_sizes(all_dimensions(self.parts, bindings) | of_limits | of_extents)
        varying: frozenset[Binding] = frozenset()
        if any(differentials(p) for p in self.parts):
            varying = varying_symbols(self.parts, named, self.ordered)
        result = ChainResult()
        parameters = {p for b in bindings for p in b.params if p.implicit}
        closed = not indices and not any(b not in parameters and _is_drawn(b) for b in bindings)
        tolerance = [
            comparing.tolerance_for(a, b) for a, b in zip(self.parts, self.parts[1:], strict=False)
        ]
        result.outcomes = [Outcome(tolerance=t) for t in tolerance]
        for world in (*worlds.worlds, *worlds.beyond(kinks(self.parts))):
            world.varying = varying
            self._in_world(world, indices, closed, exact, result, tolerance)
            if closed:
                break
        if all(o.status == HOLDS for o in result.outcomes):
            self._second_oracle(worlds, varying, result, indices)
        return result

    def _in_world(
        self, world: World, indices: list[Index], closed: bool,
        exact: Callable[[World], set[float]],
        result: ChainResult, tolerance: list[float],
    ) -> None:  # fmt: skip
        axes = axes_for(world, indices)
        values: list[Array] = []
        with np.errstate(all="ignore"):
            for p in self.parts:
                values.append(_with_lead(evaluate(p, world, axes), p, axes))
            for e in self.filters:
                own = axes_for(world, used_indices([e], self.r))
                values = self._filtered(values, _with_lead(evaluate(e, world, own), e, own), axes)
            for condition in self.conditions:
                keep = evaluate(condition, world, axes)
                values = [np.where(keep, v, np.nan) for v in values]
        slacks: list[Array] = [0.0] * len(self.parts)
        if closed and any(comparing.decimals(p) for p in self.parts):
            known = exact(world)
            slacks = [
                slack_of(p, world, axes, known) if comparing.decimals(p) else 0.0
                for p in self.parts
            ]
        zero = False
        for k, op in enumerate(self.ops):
            a, b = self.parts[k], self.parts[k + 1]
            if result.outcomes[k].status == DIFFERS:
                continue
            slack = slacks[k] + slacks[k + 1]
            if comparing.is_printed(a) != comparing.is_printed(b):
                # One side is a bare number: it is rounded, what the other computes with is not.
                slack = slacks[k] if comparing.is_printed(a) else slacks[k + 1]
            if op in ("=", ":=", "~"):
                zero = any(isinstance(p, Const) and p.value == 0 for p in self.parts)
                gap = self._outside(values[k], values[k + 1], world, indices)
                if gap is not None:
                    result.notes.append(gap)
                new = compare(values[k], values[k + 1], a, b, world, axes, tolerance[k], slack)
            else:
                new = _ordered(op, values[k], values[k + 1], a, b, world, axes)
            result.notes += [note for note in new.notes if note not in result.notes]
            if new.status == "vacuous" and zero:
                new.status = HOLDS
            result.outcomes[k] = _worse(result.outcomes[k], new)

    def _outside(self, left: Array, right: Array, world: World, indices: list[Index]) -> str | None:
        """What to say of values of an index at which a side is not defined.

        Raises:
            DerivlibError: the formula itself says that the index runs so far.
        """
        for axis, index in enumerate(indices):
            count = len(indices)
            finite = np.isfinite(left) & np.isfinite(right)
            if finite.ndim < count + 3 or finite.shape[axis + 1] == 1:
                continue
            rest = tuple(k for k in range(finite.ndim) if k != finite.ndim - 2 - count + axis)
            seen = finite.any(axis=rest)
            if seen.all() or not seen.any():
                continue
            low, _ = index_range(world, index)
            inside = [low + int(k) for k in np.flatnonzero(seen)]
            if index.name in self.strict:
                first = low + int(np.flatnonzero(~seen)[0])
                raise user_error(
                    UNDEFINED, f"a part has no value at {index.name} = {first}", self.spans[-1],
                    f"the formula says that {index.name} runs so far; it has values for "
                    f"{index.name} = {inside[0]} to {inside[-1]}",
                )  # fmt: skip
            return (
                f"checked where it has a value: {index.name} = {inside[0]} to {inside[-1]} of "
                f"{len(seen)}"
            )
        return None

    @staticmethod
    def _filtered(values: list[Array], keep: Array, axes: Axes) -> list[Array]:
        """NaN at the draws that a condition leaves out."""
        keep = np.all(keep, axis=tuple(range(1, keep.ndim)))[:, None, None]
        keep = np.broadcast_to(
            keep, (max(len(v) for v in values) if keep.ndim < 3 else len(keep), 1, 1)
        )
        out = []
        for v in values:
            mask = keep.reshape(-1, *(1,) * (v.ndim - 1))
            out.append(np.where(mask, v, np.nan))
        return out

    def _second_oracle(
        self, worlds: Worlds, varying: frozenset[Binding], result: ChainResult, indices: list[Index]
    ) -> None:
        """Derivatives once more by central differences, at a point of their own."""
        for part in self.parts:
            for node in _derivative_nodes(part):
                key = _node_key(node, varying)
                if key not in worlds.oracles:
                    worlds.oracles[key] = _oracles_differ(node, worlds, varying)
                error = worlds.oracles[key]
                result.oracle_error = max(result.oracle_error, error)
                if error > ORACLE_TOLERANCE:
                    raise user_error(
                        UNDEFINED, "the two oracles disagree on this derivative", node.span,
                        f"complex step and central differences differ by {error:.1e} relative",
                        "the function may have a kink or be nearly singular at the points tried",
                    )  # fmt: skip


def _with_lead(value: Array, e: Expr, axes: Axes) -> Array:
    value = np.asarray(value)
    missing = 1 + axes.count + len(e.shape) - value.ndim
    return value.reshape((1,) * missing + value.shape) if missing > 0 else value


# A point where both sides vanish or have no value says nothing beside one where they agree.
GRAVITY = (UNDEFINED, VACUOUS, HOLDS, DIFFERS)


def _worse(old: Outcome, new: Outcome) -> Outcome:
    """The graver of two outcomes; of two that hold, the larger error."""
    if old.world is None:
        return new
    if new.status == old.status == HOLDS:
        return new if new.error > old.error else old
    return new if GRAVITY.index(new.status) > GRAVITY.index(old.status) else old


def _ordered(
    op: str, left: Array, right: Array, a: Expr, b: Expr, world: World, axes: Axes
) -> Outcome:
    """≤, <, ⪯ and their like at every draw."""
    left, right = np.broadcast_arrays(left.real, right.real)
    finite = np.isfinite(left) & np.isfinite(right)
    if not finite.any():
        return Outcome(UNDEFINED, float("nan"), 0.0, world, 0, (), left, right)
    gap = right - left
    scale = np.maximum(np.abs(left), np.abs(right)).max(initial=1.0, where=finite)
    if op in ("<<", "<<=", ">>", ">>="):
        gap = np.linalg.eigvalsh((gap + np.swapaxes(gap, -1, -2)) / 2)[..., None]
        finite = np.isfinite(gap)
    if op.startswith(">"):
        gap = -gap
    if op == "!=":
        bad = finite & (np.abs(gap) <= 1e-12 * scale)
    elif op.endswith("="):
        bad = finite & (gap < -1e-9 * scale)
    else:
        bad = finite & (gap <= 0)
    if bad.any():
        worst = np.unravel_index(int(np.argmax(bad)), bad.shape)
        return Outcome(
            DIFFERS, 1.0, 0.0, world, int(worst[0]), tuple(int(k) for k in worst[1:]), left, right
        )
    return Outcome(HOLDS, 0.0, 1e-9, world, 0, (), left, right)


def used_indices(parts: Sequence[Expr], r: Reader) -> list[Index]:
    """Free indices of a chain in the order of their names."""
    used: dict[int, Index] = {}
    bound: set[int] = set()
    stack = list(parts)
    while stack:
        node = stack.pop()
        if isinstance(node, At):
            used[id(node.index)] = node.index
        if isinstance(node, Fold | Stack):
            bound.add(id(node.index))
            stack.extend(e for e in (node.index.low, node.index.high) if e is not None)
        stack.extend(children(node))
    return sorted((i for k, i in used.items() if k not in bound), key=lambda i: i.name)


def axes_for(world: World, indices: Sequence[Index]) -> Axes:
    if not indices:
        return NO_AXES
    values: dict[int, Array] = {}
    for axis, index in enumerate(indices):
        low, high = index_range(world, index)
        values[id(index)] = (axis, np.arange(low, high + 1))
    return Axes(len(indices), values)


def _derivative_nodes(e: Expr) -> list[Expr]:
    """Derivatives of first order that stand in no other, for the second oracle."""
    if isinstance(e, Derivative | Differential):
        return [e] if comparing._depth(e) == 1 else []
    return [n for c in children(e) for n in _derivative_nodes(c)]


def _node_key(node: Expr, varying: frozenset[Binding]) -> Any:
    from derivlib.expr import Var

    body = node.body  # type: ignore[attr-defined]
    inner: Any = body.binding if isinstance(body, Var) else id(body)
    if isinstance(node, Derivative):
        return (
            ("∂", inner, node.variable, node if node.member else None, node)
            if node.member
            else ("∂", inner, node.variable)
        )
    return ("d", inner, varying)


def _oracles_differ(node: Expr, worlds: Worlds, varying: frozenset[Binding]) -> float:
    steps, differences = worlds.second_oracle()
    steps.varying = differences.varying = varying
    indices = used_indices([node], None)  # type: ignore[arg-type]
    axes = Axes(0, {id(i): index_range(steps, i)[0] for i in indices})
    with np.errstate(all="ignore"):
        a = evaluate(node, steps, axes)
        b = evaluate(node, differences, axes)
    a, b = np.broadcast_arrays(np.real(a), np.real(b))
    if a.ndim < len(node.shape) + 1 or a.shape[0] == 1:
        a, b = (
            np.broadcast_to(a, (3, *a.shape[-len(node.shape) :])),
            np.broadcast_to(b, (3, *a.shape[-len(node.shape) :])),
        )
    errors = []
    for x, y in zip(a, b, strict=True):
        if np.isfinite(x).all() and np.isfinite(y).all():
            errors.append(float(np.abs(x - y).max()) / max(1.0, float(np.abs(x).max())))
    return (
        sorted(errors)[len(errors) // 2] if errors else 0.0
    )  # a point near a kink alone is no verdict


def counterexample(
    outcome: Outcome, a: Expr, b: Expr, indices: Sequence[Index]
) -> Counterexample | None:
    """The values at the worst draw, and where they differ most."""
    world = outcome.world
    if world is None or outcome.left is None:
        return None
    left, right = outcome.left, outcome.right
    core = max(len(a.shape), len(b.shape))
    at = (outcome.draw if left.shape[0] > 1 else 0, *outcome.entry[: max(0, left.ndim - 1 - core)])
    where = ""
    tail = outcome.entry[len(at) - 1 :]
    if len(tail) == 2 and (left.shape[-1] > 1 or left.shape[-2] > 1):
        where = f"entry ({tail[0] + 1}, {tail[1] + 1})"
    if indices:
        chosen = ", ".join(
            f"{i.name} = {index_range(world, i)[0] + k}"
            for i, k in zip(indices, outcome.entry, strict=False)
        )
        where = f"{chosen}; {where}".rstrip("; ")
    involved = {n for p in (a, b) for n in all_dimensions([p], dependencies(p))} & set(world.sizes)
    sizes = {n: world.sizes[n] for n in world.sizes if n in involved}
    return Counterexample(sizes, world.seed, show_value(left[at]), show_value(right[at]), where)


__all__ = [
    "Chain",
    "ChainResult",
    "DerivlibError",
    "SCALAR",
    "Worlds",
    "counterexample",
    "show_shape",
    "size",
]

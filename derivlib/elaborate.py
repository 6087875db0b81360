"""From what was printed to what it means: names found, shapes inferred, products grouped.

One `Reader` reads one formula in a scope. Where a formula leaves a choice, the shapes
decide; a choice that was a guess is added to `notes`, so that the page can show it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from derivlib.errors import ILL_SHAPED, UNKNOWN_NAME, UNREADABLE, DerivlibError, user_error
from derivlib.expr import (
    At,
    Binding,
    Block,
    Call,
    Choice,
    Compare,
    Const,
    Differential,
    Element,
    Expr,
    Fill,
    Index,
    Let,
    Member,
    Op,
    Size,
    Var,
)  # fmt: skip
from derivlib.operators import BY_NAME, BY_SPELLING, Operator
from derivlib.scope import Key, Scope
from derivlib.shapes import (
    ONE,
    SCALAR,
    Dim,
    Mismatch,
    Shape,
    Unifier,
    add,
    constant,
    multiply,
    named,
    names,
    show,
    show_shape,
)  # fmt: skip
from derivlib.source import Span
from derivlib.tex.lexer import Token
from derivlib.tex.parser import parse_tokens
from derivlib.tex.tree import (
    Additive,
    Angle,
    Bars,
    Big,
    Cases,
    Condition,
    Dots,
    Evaluated,
    Frac,
    Group,
    Matrix,
    Name,
    Node,
    Num,
    Product,
    Scripted,
    Sqrt,
    Statement,
)  # fmt: skip

LEVELS = (("colon",), ("odot", "oslash"), ("otimes", "oplus"), ("cdot", "times"))
INFIX_NAMES = {
    "colon": "frobenius", "odot": "hadamard", "oslash": "over", "otimes": "kron", "oplus": "kron_sum",
}  # fmt: skip
TRANSPOSES = {"T", r"\top", r"\intercal", r"\mathsfT", r"\mathrmT", r"\rmT", r"\mathrm_T", r"\mathsf_T",
              r"\mathitT", r"\mathbfT", r"\mathtop", r"\mathsf\top", r"\textT", r"\mathcalT", r"\mathttT"}  # fmt: skip
INVERSE_TRANSPOSES = {"-" + t for t in TRANSPOSES} | {t + "-1" for t in TRANSPOSES}
DIFFERENTIAL = {"d", r"\partial"}
COMPOSITE = {r"\delta", r"\Delta", "d", r"\partial"}


class Reader:
    """Reads formulas of one statement: names from a scope, unknown sizes by unification."""

    def __init__(self, scope: Scope, text: str = "") -> None:
        self.scope = scope
        self.text = text
        self.u = Unifier()
        self.indices: dict[str, Index] = {}
        self.free: dict[str, Index] = {}
        self.notes: list[str] = []
        self.in_index = False
        self.unsized: dict[int, Shape] = {}  # names without a size, and their unknowns here
        self.sized = False  # a name without a size has got one
        self.below = 0  # inside the denominator of a plain fraction
        self.greedy = False  # a second attempt: functions take all that follows their brackets
        self.place: Callable[[Span], Span] = lambda span: span  # to offsets in the page

    # -- messages --------------------------------------------------------------------------
    def note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    def ill_shaped(self, span: Span, statement: str, *facts: str) -> DerivlibError:
        return user_error(ILL_SHAPED, statement, span, *facts)

    def described(self, e: Expr) -> str:
        """`X^\\top is d×n`, with where X was declared if it is one symbol."""
        text = self.text[e.span.start : e.span.end].strip()
        if len(text) > 40:
            text = text[:37] + "…"
        return f"{text} is {show_shape(self.u.shape(e.shape))}"

    def op(self, name: str, *args: Expr, span: Span | None = None) -> Expr:
        """One application of a row of the operator table, its shape checked."""
        row = BY_NAME[name]
        whole = span or args[0].span.to(args[-1].span)
        try:
            shape = row.shape(self.u, tuple(self.u.shape(a.shape) for a in args))
        except Mismatch as mismatch:
            verb = {"add": "plus", "subtract": "minus", "matmul": "times", "frobenius": ":"}.get(
                name, row.infix or name
            )
            short = [self.text[a.span.start : a.span.end].strip() for a in args]
            if len(args) == 2 and all(len(s) <= 32 for s in short):
                statement = f"{short[0]} {verb} {short[1]} does not conform"
            elif len(args) == 2:
                statement = f"{mismatch.statement} does not conform"
            else:
                statement = mismatch.statement
            facts = [", ".join(self.described(a) for a in args)]
            if mismatch.need:
                facts.append(
                    f"the {row.meaning.split(';')[0].split(' tr(')[0]} needs {mismatch.need}"
                )
            raise self.ill_shaped(whole, statement, *facts) from None
        return Op(whole, shape, row, args)

    # -- expressions -----------------------------------------------------------------------
    def expr(self, node: Node) -> Expr:
        match node:
            case Num():
                return Const(node.span, SCALAR, float(node.text), _unit(node.text))
            case Name() | Scripted():
                return self.product((node,), (), node.span)
            case Product():
                return self.product(node.factors, node.ops, node.span)
            case Additive():
                return self.additive(node)
            case Group():
                return self.group(node)
            case Frac():
                return self.fraction(node)
            case Sqrt():
                body = self.expr(node.body)
                if node.degree is not None:
                    inverse = self.op(
                        "divide", Const(node.span, SCALAR, 1.0), self.expr(node.degree)
                    )
                    return self.op("power", body, inverse, span=node.span)
                return self.op("sqrt", body, span=node.span)
            case Big():
                return self.fold(node)
            case Bars():
                return self.bars(node, None)
            case Angle():
                if len(node.items) != 2:
                    raise user_error(UNREADABLE, "an inner product needs two arguments", node.span)
                a, b = (self.expr(n) for n in node.items)
                return self.op("inner", a, b, span=node.span)
            case Matrix():
                return self.matrix(node)
            case Cases():
                return self.cases(node)
            case Condition():
                return self.indicator(node)
            case Evaluated():
                return self.evaluated(node)
            case Dots():
                raise user_error(
                    UNREADABLE, "these dots do not continue a pattern that can be seen", node.span,
                    "write the first one or two terms, the dots and the last term",
                )  # fmt: skip
        raise AssertionError(f"no reading for {type(node).__name__} at {node.span}")

    def evaluated(self, node: Evaluated) -> Expr:
        """f |_{x = a}: the value with the symbol set to something else."""
        body = self.expr(node.body)
        variables, values = [], []
        for name, value in node.places:
            place = self.expr(name)
            if not isinstance(place, Var):
                raise user_error(UNREADABLE, "what stands left of = here must be a name", name.span)
            e = self.expr(value)
            if not (isinstance(e, Const) and e.value == 0) and not self.u.same(
                place.shape, e.shape
            ):
                raise self.ill_shaped(
                    value.span,
                    f"{place.binding.tex} is {show_shape(place.shape)}",
                    self.described(e),
                )
            variables.append(place.binding)
            values.append(Fill(e.span, place.shape, "zeros") if _is_zero(e) else e)
        return Let(node.span, body.shape, tuple(variables), tuple(values), body)

    def indicator(self, node: Node) -> Expr:
        """𝟏[a > 0]: one where the relation holds, else zero, entry by entry."""
        assert isinstance(node, Condition)
        left, right = self.expr(node.left), self.expr(node.right)
        shape = right.shape if self.is_scalar(left) else left.shape
        test = Compare(node.span, shape, node.op, left, right)
        one, zero = Const(node.span, SCALAR, 1.0), Const(node.span, SCALAR, 0.0)
        return Choice(node.span, shape, ((one, test), (zero, None)))

    def group(self, node: Group) -> Expr:
        if len(node.items) == 1:
            e = self.expr(node.items[0])
            object.__setattr__(e, "span", node.span)  # carets take the brackets in
            return e
        if not node.items:
            raise user_error(UNREADABLE, "this group is empty", node.span)
        if node.delimiter in ("(", "[", r"\{", "{"):
            from derivlib.patterns import list_matrix

            return list_matrix(self, node)
        raise user_error(UNREADABLE, "a list stands where one expression is needed", node.span)

    def additive(self, node: Additive) -> Expr:
        if any(isinstance(t, Dots) for t in node.terms):
            from derivlib.patterns import dotted_sum

            return dotted_sum(self, node)
        total: Expr | None = None
        terms = self._absorbed(node)
        for term, sign in terms:
            e = self.expr(term)
            if total is None:
                total = e if sign > 0 else self.op("negate", e, span=e.span)
            else:
                total = self.op("add" if sign > 0 else "subtract", total, e)
        assert total is not None
        return total

    def _absorbed(self, node: Additive) -> list[tuple[Node, int]]:
        """A sum keeps the terms after it that use its index and that nothing else binds."""
        terms = list(zip(node.terms, node.signs, strict=True))
        for k, (term, _) in enumerate(terms):
            big = term if isinstance(term, Big) else None
            if isinstance(term, Product) and isinstance(term.factors[-1], Big):
                big = term.factors[-1]
            if big is None or k + 1 == len(terms):
                continue
            letters = {t.text for t in big.sub if t.kind in ("let", "cmd")}
            letters = {
                s for s in letters if s not in self.indices and not self.scope.lookup(Key(s))
            } - {r"\ne", r"\neq"}
            j = k + 1
            while j < len(terms) and letters & self._free_scripts(terms[j][0]):
                j += 1
            if j == k + 1:
                continue
            self.note("the sum is read as reaching over the terms after it that use its index")
            rest = terms[k + 1 : j]
            body = Additive(
                big.body.span.to(rest[-1][0].span),
                (big.body, *(t for t, _ in rest)), (1, *(s for _, s in rest)),
            )  # fmt: skip
            wide = Big(Span(big.span.start, body.span.end), big.op, big.sub, big.sup, body)
            new: Node = wide
            if isinstance(term, Product):
                new = Product(term.span.to(wide.span), (*term.factors[:-1], wide), term.ops)
            return [*terms[:k], (new, terms[k][1]), *terms[j:]]
        return terms

    def _free_scripts(self, node: Node) -> set[str]:
        """Letters used in scripts of a term, less those that a sum in it binds."""
        match node:
            case Scripted():
                own = {t.text for t in (node.sub or ())} | {t.text for s in node.sups for t in s}
                return own | self._free_scripts(node.base)
            case (
                Product(factors=parts)
                | Group(items=parts)
                | Additive(terms=parts)
                | Angle(items=parts)
            ):
                return set().union(*(self._free_scripts(p) for p in parts))
            case Frac():
                return self._free_scripts(node.numerator) | self._free_scripts(node.denominator)
            case Big():
                return self._free_scripts(node.body) - {t.text for t in node.sub}
            case Bars() | Sqrt():
                return self._free_scripts(node.body)
            case _:
                return set()

    # -- products --------------------------------------------------------------------------
    def product(self, factors: Sequence[Node], ops: Sequence[str], span: Span) -> Expr:
        if len(factors) == 1:
            return self.operand(factors, ops, 0)[0]
        if any(isinstance(f, Dots) for f in factors):
            from derivlib.patterns import dotted_product

            return dotted_product(self, factors, ops, span)
        kinds = set(ops)
        saved = dict(self.u.bound)
        try:
            return self.leveled(factors, ops, 0)
        except DerivlibError as error:
            if error.diagnostic.kind != ILL_SHAPED or len(kinds) < 2 or kinds <= {"", "over"}:
                raise
            self.u.bound = saved
            try:
                e = self.flat(factors, ops)
            except DerivlibError:
                raise error from None
            self.note("products and ⊙ are read from left to right, the only way their shapes allow")
            return e

    def leveled(self, factors: Sequence[Node], ops: Sequence[str], level: int) -> Expr:
        """Split at the loosest operator present; juxtaposition binds tightest."""
        while level < len(LEVELS) and not any(op in LEVELS[level] for op in ops):
            level += 1
        if level == len(LEVELS):
            return self.run(factors, ops)
        total: Expr | None = None
        start, pending = 0, ""
        for k in range(len(factors)):
            op = ops[k] if k < len(ops) else ""
            if k < len(ops) and op not in LEVELS[level]:
                continue
            e = self.leveled(factors[start : k + 1], ops[start:k], level + 1)
            total = e if total is None else self.infix(pending, total, e)
            start, pending = k + 1, op
        assert total is not None
        return total

    def flat(self, factors: Sequence[Node], ops: Sequence[str]) -> Expr:
        """Every operator alike, from left to right; the colon still loosest."""
        if "colon" in ops:
            k = len(ops) - 1 - list(reversed(ops)).index("colon")
            left = self.flat(factors[: k + 1], ops[:k])
            return self.infix("colon", left, self.flat(factors[k + 1 :], ops[k + 1 :]))
        total: Expr | None = None
        i = 0
        while i < len(factors):
            op = ops[i - 1] if i else ""
            e, i = self.operand(factors, ops, i)
            total = e if total is None else self.infix(op, total, e)
        assert total is not None
        return total

    def infix(self, op: str, a: Expr, b: Expr) -> Expr:
        if op == "":
            return self.times(a, b)
        if op == "over":
            return self.divide(a, b)
        if op in ("cdot", "times"):
            return self.dotted(op, a, b)
        return self.op(INFIX_NAMES[op], a, b)

    def is_scalar(self, e: Expr) -> bool:
        return self.u.shape(e.shape) == SCALAR

    def times(self, a: Expr, b: Expr) -> Expr:
        """Juxtaposition: scaling by a scalar, else the matrix product."""
        if isinstance(a, Fill) and a.kind == "commutation" and not a.dims:
            a = self._commutation_of(a, b)
        if self.is_scalar(a):
            return self.op("scale", a, b)
        if self.is_scalar(b):
            return Op(a.span.to(b.span), a.shape, BY_NAME["scale"], (b, a))
        if len(b.shape) == 4:
            return self._on_tensor(a, b)
        if len(a.shape) == 4:
            return self.op("apply_linear", a, b)
        return self.op("matmul", a, b)

    def _commutation_of(self, a: Fill, b: Expr) -> Expr:
        """K before vec(X): its two sizes are those of X."""
        inner = b
        while isinstance(inner, Differential):
            inner = inner.body
        if isinstance(inner, Op) and inner.operator.name == "vec":
            m, n = self.u.shape(inner.args[0].shape)
            size = multiply(m, n)
            return Fill(a.span, (size, size), "commutation", dims=(m, n))
        raise self.ill_shaped(
            a.span,
            "the two sizes of this commutation matrix do not follow from its place",
            "write them as subscripts, K_{mn}",
        )

    def _on_tensor(self, a: Expr, b: Expr) -> Expr:
        self.note(
            "a derivative of a matrix by a matrix has four indices; its product with what"
            " stands before it is read as the sum over those of the numerator"
        )
        return self.op("compose" if len(a.shape) == 4 else "contract", a, b)

    def dotted(self, op: str, a: Expr, b: Expr) -> Expr:
        """`\\cdot` and `\\times` mean what the shapes allow."""
        if self.is_scalar(a) or self.is_scalar(b) or len(a.shape) == 4 or len(b.shape) == 4:
            return self.times(a, b)
        sa, sb = self.u.shape(a.shape), self.u.shape(b.shape)
        if op == "cdot" and sa == sb and ONE in sa:
            return self.op("inner", a, b)
        if sa[1] == sb[0]:
            return self.op("matmul", a, b)
        if sa == sb:
            self.note(
                f"{self.text[a.span.start : b.span.end]} is read as the entrywise product, as the shapes are equal"
            )
            return self.op("hadamard", a, b)
        return self.op("matmul", a, b)

    def divide(self, a: Expr, b: Expr) -> Expr:
        if self.is_scalar(b):
            return self.op("divide", a, b)
        if (
            not any(d == ONE for d in self.u.shape(b.shape))
            and self.u.shape(b.shape)[0] == self.u.shape(b.shape)[-1]
        ):
            raise self.ill_shaped(
                a.span.to(b.span), "a fraction of a square matrix has no one meaning",
                self.described(b), "write an inverse, or \\oslash for entries",
            )  # fmt: skip
        self.note(
            f"the fraction over {self.text[b.span.start : b.span.end]} is read entry by entry"
        )
        return self.op("over", a, b)

    def run(self, factors: Sequence[Node], ops: Sequence[str]) -> Expr:
        """Juxtaposed factors; `tr (A + B) X`, whose brackets alone make no sense, takes them all."""
        saved = dict(self.u.bound)
        try:
            return self._run(factors, ops)
        except DerivlibError as error:
            if error.diagnostic.kind != ILL_SHAPED or self.greedy or len(factors) < 3:
                raise
            if not any(self._is_head(f) for f in factors[:-2]):
                raise
            self.u.bound = saved
            self.greedy = True
            try:
                e = self._run(factors, ops)
            except DerivlibError:
                raise error from None
            finally:
                self.greedy = False
            self.note(
                "the brackets after a function are read as part of its argument, which goes on behind them"
            )
            return e

    def _run(self, factors: Sequence[Node], ops: Sequence[str]) -> Expr:
        """Juxtaposed factors, from left to right; a `/` takes one factor."""
        factors, ops = self._inline_fractions(factors, ops)
        parts: list[Expr] = []
        i = 0
        while i < len(factors):
            divided = i > 0 and ops[i - 1] == "over"
            e, i = self.operand(factors, ops, i)
            if divided:
                parts[-1:] = (
                    [self.divide(self._joined(parts), e)]
                    if len(parts) == 1
                    else [self.divide(parts[-1], e)]
                )
            else:
                parts.append(e)
        return self._joined(parts)

    def _joined(self, parts: list[Expr]) -> Expr:
        """The product of parts, left to right; otherwise any grouping whose shapes conform.

        The groupings that conform agree: the matrix product is associative, and a 1×1
        product, such as aᵀb, commutes with everything.
        """
        if len(parts) == 1:
            return parts[0]
        saved = dict(self.u.bound)
        try:
            total = parts[0]
            for e in parts[1:]:
                total = self.times(total, e)
            return total
        except DerivlibError as error:
            if len(parts) < 3 or len(parts) > 12:
                raise
            for k in range(1, len(parts)):
                self.u.bound = dict(saved)
                try:
                    return self.times(self._joined(parts[:k]), self._joined(parts[k:]))
                except DerivlibError:
                    continue
            self.u.bound = saved
            raise error from None

    def _inline_fractions(
        self, factors: Sequence[Node], ops: Sequence[str]
    ) -> tuple[Sequence[Node], Sequence[str]]:
        """`\\partial f/\\partial X` typed on a line, as the fraction it is."""
        if "over" not in ops:
            return factors, ops
        new_factors, new_ops = list(factors), list(ops)
        for k in range(len(ops) - 1, -1, -1):
            if k >= len(new_ops) or new_ops[k] != "over" or k + 2 >= len(new_factors):
                continue
            below = _plain(new_factors[k + 1])
            if below not in DIFFERENTIAL or k + 1 >= len(new_ops) or new_ops[k + 1] != "":
                continue
            start = next((j for j in range(k, -1, -1) if _plain(new_factors[j]) == below), None)
            if start is None:
                continue
            span = new_factors[start].span.to(new_factors[k + 2].span)
            top = (
                Product(span, tuple(new_factors[start : k + 1]), tuple(new_ops[start:k]))
                if k > start
                else new_factors[start]
            )
            bottom = Product(span, tuple(new_factors[k + 1 : k + 3]), ("",))
            new_factors[start : k + 3] = [Frac(span, top, bottom)]
            new_ops[start : k + 2] = []
        return new_factors, new_ops

    def operand(self, factors: Sequence[Node], ops: Sequence[str], i: int) -> tuple[Expr, int]:
        """The factor at `i` with what it takes from its right: an argument, a differential's body."""
        node = factors[i]
        more = i + 1 < len(factors) and ops[i] == ""
        plain = _plain(node)
        if plain in DIFFERENTIAL and more and self._is_differential(node, factors[i + 1]):
            order = 1
            if isinstance(node, Scripted):
                order = int(node.sups[0][0].text)
            body, j = self.operand(factors, ops, i + 1)
            return Differential(node.span.to(body.span), body.shape, body, order), j
        if more and (pair := self._composite(node, factors[i + 1])) is not None:
            return pair, i + 2
        if more and isinstance(node, Name | Scripted):
            again = self._value_again(node, factors[i + 1])
            if again is not None:
                return again, i + 2
        if more and _is_one(node) and _is_condition(factors[i + 1]):
            group = factors[i + 1]
            assert isinstance(group, Group)
            return self.indicator(group.items[0]), i + 2
        if (
            more
            and isinstance(node, Scripted)
            and isinstance(node.base, Name)
            and node.base.base == "log"
            and node.base.font == "op"
            and node.sub
        ):
            argument, j = self.operand(factors, ops, i + 1)
            base = self.op("log", self.expr(parse_tokens(node.sub)))
            return self.op(
                "divide", self.op("log", argument), base, span=node.span.to(argument.span)
            ), j
        from derivlib import derivatives

        if derivatives.is_operator(self, node):
            return derivatives.apply_operator(self, factors, ops, i)
        if isinstance(node, (Name, Scripted)):
            found = self.function_head(node)
            if found is not None:
                return self.application(found, factors, ops, i)
        return self.atom(node), i + 1

    def _value_again(self, node: Name | Scripted, following: Node) -> Expr | None:
        """L(h, y), where the page has said L = L(h, y): the value, or the function elsewhere."""
        name = node.base if isinstance(node, Scripted) else node
        if (
            not isinstance(name, Name)
            or not isinstance(following, Group)
            or following.delimiter != "("
        ):
            return None
        if isinstance(node, Scripted) and (node.sups or node.primes):
            return None
        sub = script_text(node.sub) if isinstance(node, Scripted) else ""
        binding = self.scope.lookup(Key(name.base, name.font, name.accent, sub))
        e = binding.definition if binding is not None else None
        if (
            binding is None
            or not binding.implicit
            or not isinstance(e, Call)
            or len(e.args) != len(following.items)
        ):
            return None
        args = [self.expr(a) for a in following.items]
        if all(
            isinstance(a, Var) and isinstance(b, Var) and a.binding is b.binding
            for a, b in zip(args, e.args, strict=True)
        ):
            return Var(node.span.to(following.span), SCALAR, binding)
        if all(self.u.same(a.shape, b.shape) for a, b in zip(args, e.args, strict=True)):
            return Call(node.span.to(following.span), SCALAR, e.function, tuple(args))
        return None

    def _composite(self, node: Node, following: Node) -> Expr | None:
        """δh or ΔW: one name when the page has bound the two letters together."""
        if not isinstance(node, Name) or node.base not in COMPOSITE:
            return None
        inner = following.base if isinstance(following, Scripted) else following
        if (
            not isinstance(inner, Name)
            or self.scope.lookup(Key(node.base + inner.base, inner.font, inner.accent)) is None
            and not (isinstance(following, Scripted) and following.sub)
        ):
            return None
        joined = Name(node.span.to(inner.span), node.base + inner.base, inner.font, inner.accent)
        whole: Name | Scripted = joined
        if isinstance(following, Scripted):
            whole = Scripted(
                node.span.to(following.span),
                joined,
                following.sub,
                following.sups,
                following.primes,
            )
        try:
            return self.atom(whole)
        except DerivlibError:
            return None

    def _is_differential(self, node: Node, following: Node) -> bool:
        base = node.base if isinstance(node, Scripted) else node
        assert isinstance(base, Name)
        if self._composite(base, following) is not None:
            return False
        if isinstance(node, Scripted) and (
            node.sub is not None
            or node.primes
            or len(node.sups) != 1
            or "".join(t.text for t in node.sups[0]) not in ("2", "3")
        ):
            return False
        if base.base == r"\partial" or base.font == "rm":
            return True
        own = self.scope.lookup(Key("d"))
        if own is not None and self.below and own.is_dimension:
            return False  # \frac{x}{d\,r}
        return own is None or own.is_dimension or own.shape == SCALAR and "dimension" in own.domain

    # -- functions -------------------------------------------------------------------------
    def function_head(
        self, node: Name | Scripted
    ) -> tuple[Operator | Binding, int, list[tuple[Token, ...]], Span] | None:
        """The function a factor names, its primes, and superscripts left for the result."""
        name = node.base if isinstance(node, Scripted) else node
        if not isinstance(name, Name):
            return None
        primes = node.primes if isinstance(node, Scripted) else 0
        sub = node.sub if isinstance(node, Scripted) else None
        sups = list(node.sups) if isinstance(node, Scripted) else []
        if name.accent == "dot" and sub is None:  # \dot A(t)
            moving = self.scope.lookup(Key(name.base, name.font))
            if moving is not None and moving.kind == "function" and moving.arguments == (SCALAR,):
                return moving, primes + 1, sups, node.span
        binding = self._function_binding(name, sub, sups)
        if binding is not None:
            return binding[0], primes, binding[1], node.span
        if self.scope.lookup(Key(name.base, name.font, name.accent)) is None and not name.accent:
            row = BY_SPELLING.get(name.base)
            if (
                row is not None
                and sub is not None
                and row.name == "log"
                and script_text(sub) != "e"
            ):
                return None
            if row is not None and (
                sub is None or row.name in ("log", "softmax", "trace", "max", "min", "sum", "vec")
            ):
                return row, primes, sups, node.span
        return None

    def _function_binding(
        self, name: Name, sub: tuple[Token, ...] | None, sups: list[tuple[Token, ...]]
    ) -> tuple[Binding, list[tuple[Token, ...]]] | None:
        subtext = script_text(sub)
        for use_sup in (True, False) if sups else (False,):
            sup = script_text(sups[0]) if use_sup else ""
            for s in {subtext, ""} if sub else {""}:
                binding = self.scope.lookup(Key(name.base, name.font, name.accent, s, sup))
                if binding is not None and binding.kind == "function" and (s or not sub):
                    return binding, sups[1:] if use_sup else sups
                if binding is not None and s == subtext:
                    return None
        if sub:  # σ_k where only σ is a function: one function for every layer
            binding = self.scope.lookup(Key(name.base, name.font, name.accent))
            if binding is not None and binding.kind == "function" and binding.elementwise:
                self.note(f"{name.base}_{subtext} is read as the function {name.base}")
                return binding, sups
        return None

    def application(
        self, head: tuple[Operator | Binding, int, list[tuple[Token, ...]], Span],
        factors: Sequence[Node], ops: Sequence[str], i: int,
    ) -> tuple[Expr, int]:  # fmt: skip
        """A function with its argument: the brackets after it, or the rest of the product."""
        function, primes, sups, span = head
        j = i + 1
        more = j < len(factors) and ops[i] == ""
        following = factors[j] if more else None
        bracket = following.base if isinstance(following, Scripted) else following
        if (
            isinstance(bracket, Group)
            and bracket.delimiter in ("(", "[", r"\{")
            and not (
                isinstance(function, Operator)
                and function.name in _TAKES_ALL
                and (
                    self.greedy
                    and j + 1 < len(factors)
                    and ops[j] == ""
                    or function.name in ("trace", "det")
                    and self._turned(following)
                )
            )
        ):
            if any(isinstance(a, Dots) for a in bracket.items):
                from derivlib.patterns import list_matrix

                args = [list_matrix(self, bracket)]
            else:
                args = [self.expr(a) for a in bracket.items]
            e = self.applied(function, args, primes, span.to(bracket.span))
            if sups:
                e = self.postfix(e, sups, 0, None, e.span, on_function=True)
            if isinstance(following, Scripted):
                e = self.scripted_value(e, following)
            return e, j + 1
        if isinstance(bracket, Matrix) and more:
            e = self.applied(function, [self.expr(bracket)], primes, span.to(bracket.span))
            return e, j + 1
        if isinstance(function, Binding) and not (function.elementwise and more):
            return self._bare_function(function, primes, sups, span), j
        if not more:
            raise user_error(
                UNREADABLE,
                f"the function {self.text[span.start : span.end]} lacks its argument",
                span,
            )
        end = j + 1
        while (
            end < len(factors)
            and ops[end - 1] == ""
            and not self._stops_argument(factors[end], function)
        ):
            end += 1
        from derivlib import derivatives

        if self._is_head(factors[j]) or derivatives.is_operator(self, factors[j]):
            # \log\det X, \operatorname{vec} \nabla f(X): the inner one takes the rest
            argument, end = self.operand(factors, ops, j)
        elif isinstance(function, Operator) and function.elementwise and end > j + 1:
            argument, end = self._scalar_argument(factors, ops, j, end)
        else:
            argument = self.run(factors[j:end], ops[j : end - 1])
        e = self.applied(function, [argument], primes, span.to(argument.span))
        return (self.postfix(e, sups, 0, None, e.span, on_function=True) if sups else e), end

    def _scalar_argument(
        self, factors: Sequence[Node], ops: Sequence[str], j: int, end: int
    ) -> tuple[Expr, int]:
        """cos θ I: a scalar argument ends where something larger begins."""
        parts = []
        i = j
        while i < end:
            e, following = self.operand(factors, ops, i)
            if parts and self.is_scalar(parts[0]) and not self.is_scalar(e):
                break
            parts.append(e)
            i = following
        return self._joined(parts), i

    @staticmethod
    def _turned(node: Node | None) -> bool:
        """tr (dX)'A: a transpose on the brackets, which no scalar would need."""
        if not isinstance(node, Scripted):
            return False
        return bool(node.primes) or any(script_text(s) in TRANSPOSES for s in node.sups)

    def _is_head(self, node: Node) -> bool:
        return isinstance(node, (Name, Scripted)) and self.function_head(node) is not None

    def _stops_argument(self, node: Node, function: Operator | Binding) -> bool:
        if isinstance(node, (Big,)):
            return False
        if self._is_head(node):
            return True
        if _plain(node) in DIFFERENTIAL:
            return isinstance(function, Operator) and function.elementwise
        return isinstance(function, Operator) and function.elementwise and isinstance(node, Group)

    def _bare_function(
        self, function: Binding, primes: int, sups: list[tuple[Token, ...]], span: Span
    ) -> Expr:
        """A function named without brackets: its value at its own parameters."""
        function.used += 1
        if isinstance(function.value, Binding) and not primes:
            e: Expr = Var(span, function.value.shape, function.value)
            return self.postfix(e, sups, 0, None, span) if sups else e
        if function.params and not primes and not function.elementwise:
            args = tuple(Var(span, p.shape, p) for p in function.params)
            e = Call(span, function.shape, function, args)
        else:
            raise user_error(
                UNREADABLE, f"the function {function.tex} stands without its argument", span,
                f"write {function.tex}(…)",
            )  # fmt: skip
        return self.postfix(e, sups, 0, None, span) if sups else e

    def applied(
        self, function: Operator | Binding, args: list[Expr], primes: int, span: Span
    ) -> Expr:
        if isinstance(function, Operator):
            if primes:
                if not function.elementwise or len(args) != 1:
                    raise user_error(UNREADABLE, f"{function.name} has no prime", span)
                hidden = Binding(
                    function.name,
                    function.name,
                    "function",
                    SCALAR,
                    span,
                    operator=function,
                    elementwise=True,
                )
                return Call(span, args[0].shape, hidden, (args[0],), primes)
            if (
                self.scope.settings.matrix_functions
                and function.name in _MATRIX_FUNCTIONS
                and not self.is_scalar(args[0])
            ):
                return self.op(_MATRIX_FUNCTIONS[function.name], *args, span=span)
            if len(args) != function.arity:
                if function.name in ("max", "min") and len(args) == 2:
                    return self._extreme(function.name, args, span)
                if function.name == "blkdiag" and len(args) > 2:
                    total = args[0]
                    for a in args[1:]:
                        total = self.op("blkdiag", total, a, span=span)
                    return total
                if len(args) > 1 and function.name in ("diag", "Diag"):
                    column = Block(span, (self._total_rows(args), ONE), tuple((a,) for a in args))
                    return self.op("Diag", column, span=span)
                raise user_error(
                    UNREADABLE,
                    f"{function.name} takes {function.arity} argument(s), not {len(args)}",
                    span,
                )
            return self.op(function.name, *args, span=span)
        function.used += 1
        if function.elementwise:
            if len(args) != 1:
                raise user_error(UNREADABLE, f"{function.tex} takes one argument", span)
            return Call(span, args[0].shape, function, tuple(args), primes)
        wanted = function.arguments
        if (
            len(args) == 1
            and wanted == (SCALAR,)
            and function.shape == SCALAR
            and not self.is_scalar(args[0])
        ):
            self.note(f"{function.tex} of an array is read entry by entry")
            return Call(span, args[0].shape, function, tuple(args), primes)
        if len(args) > 1 and len(wanted) == 1 and all(self.is_scalar(a) for a in args):
            if wanted[0] == (constant(len(args)), ONE):  # φ(z_1, z_2) of φ : ℝ² → ℝ
                args = [Block(span, wanted[0], tuple((a,) for a in args))]
        if len(args) != len(wanted):
            raise user_error(
                UNREADABLE, f"{function.tex} takes {len(wanted)} argument(s), not {len(args)}", span,
                f"{function.tex} was declared at ⟦{function.span.start}⟧",
            )  # fmt: skip
        for a, shape in zip(args, wanted, strict=True):
            if not self.u.same(a.shape, shape):
                raise self.ill_shaped(
                    a.span, f"{function.tex} takes {show_shape(shape)}, not {show_shape(self.u.shape(a.shape))}",
                    self.described(a), f"{function.tex} was declared at ⟦{function.span.start}⟧",
                )  # fmt: skip
        shape = function.shape
        if primes:
            if not all(s == SCALAR for s in wanted):
                if len(wanted) == 1:
                    from derivlib import derivatives

                    return derivatives.jacobian_at(self, function, args[0], span)
                raise user_error(
                    UNREADABLE, f"{function.tex} of several arguments has no prime", span
                )
        return Call(span, shape, function, tuple(args), primes)

    def _total_rows(self, args: Sequence[Expr]) -> Dim:
        total: Dim = ()
        for a in args:
            total = add(total, a.shape[0])
        return total

    def _extreme(self, name: str, args: list[Expr], span: Span) -> Expr:
        """max(a, b), entry by entry, as a choice."""
        a, b = args
        shape = b.shape if self.is_scalar(a) else a.shape
        order = Compare(span, shape, ">" if name == "max" else "<", a, b)
        return Choice(span, shape, ((a, order), (b, None)))

    # -- atoms and scripts -----------------------------------------------------------------
    def atom(self, node: Node) -> Expr:
        if isinstance(node, Scripted):
            base = node.base
            if isinstance(base, Name):
                return self.named(base, node)
            if isinstance(base, Angle):
                return self.postfix(self.expr(base), list(node.sups), node.primes, None, node.span)
            if isinstance(base, Bars):
                e = self.bars(base, node.sub)
                return self.postfix(e, list(node.sups), node.primes, None, node.span)
            return self.scripted_value(self.expr(base), node)
        if isinstance(node, Name):
            return self.named(node, None)
        return self.expr(node)

    def scripted_value(self, e: Expr, node: Scripted) -> Expr:
        """Scripts after a bracket: an element, then transposes and powers."""
        base = node.base
        if (
            isinstance(base, Group)
            and base.delimiter == "("
            and len(base.items) > 1
            and node.sub is None
            and len(node.sups) == 1
        ):
            if script_text(node.sups[0]) in TRANSPOSES and self.u.shape(e.shape)[1] == ONE:
                return e  # (1, 2)ᵀ is how a column is written on a line
        if node.sub is not None:
            e = self.element(e, self.script_indices(node.sub), node.span)
        return self.postfix(e, list(node.sups), node.primes, None, node.span)

    def named(self, name: Name, node: Scripted | None) -> Expr:
        span = node.span if node else name.span
        sub = node.sub if node else None
        sups = list(node.sups) if node else []
        primes = node.primes if node else 0
        from derivlib.names import resolve

        return resolve(self, name, sub, sups, primes, span)

    def postfix(
        self, e: Expr, sups: Sequence[tuple[Token, ...]], primes: int, _: object, span: Span,
        on_function: bool = False,
    ) -> Expr:  # fmt: skip
        """Transposes, inverses and powers, in the order printed."""
        for _prime in range(primes):
            e = self.op("transpose", e, span=span)
        for tokens in sups:
            e = self.superscript(e, tokens, span, on_function)
        return e

    def superscript(
        self, e: Expr, tokens: tuple[Token, ...], span: Span, on_function: bool
    ) -> Expr:
        text = script_text(tokens)
        if text in TRANSPOSES or (
            text in ("t", "H", "*", r"\ast", r"\mathsf{H}") and self._is_transpose(e, text)
        ):
            return self.op("transpose", e, span=span)
        if text == "-1":
            if self.is_scalar(e):
                return self.op("power", e, Const(span, SCALAR, -1.0), span=span)
            return self.op("inverse", e, span=span)
        if text in INVERSE_TRANSPOSES:
            return self.op("transpose", self.op("inverse", e, span=span), span=span)
        if text in ("+", r"\dagger", r"\dag", r"\#"):
            return self.op("pseudo_inverse", e, span=span)
        if tokens and tokens[0].text in (r"\odot", r"\circ") and len(tokens) > 1:
            return self.op("power", e, self.expr(parse_tokens(tokens[1:])), span=span)
        if text == r"\star":
            raise user_error(
                UNKNOWN_NAME, f"{self.text[span.start : span.end]} is not bound here", span,
                "define it by an equation first",
            )  # fmt: skip
        exponent = self.expr(parse_tokens(tokens))
        if not self.is_scalar(exponent):
            raise self.ill_shaped(
                span, f"the exponent {text} is no scalar", self.described(exponent)
            )
        if self.is_scalar(e) or (on_function and isinstance(e, (Op, Call)) and _is_elementwise(e)):
            return self.op("power", e, exponent, span=span)
        shape = self.u.shape(e.shape)
        if shape[0] != shape[1]:
            self.note(f"{self.text[span.start : span.end]} is read as the power of each entry")
            return self.op("power", e, exponent, span=span)
        whole = isinstance(exponent, Const) and exponent.value == int(exponent.value)
        if whole and abs(exponent.value) > 64:  # type: ignore[attr-defined]
            raise user_error(
                UNREADABLE, f"the power {text} is too high to compute", span, "at most 64"
            )
        return self.op("matrix_power" if whole else "fractional_power", e, exponent, span=span)

    def _is_transpose(self, e: Expr, text: str) -> bool:
        if text == "t" and (
            "t" in self.indices or self.scope.index("t") or self.scope.lookup(Key("t"))
        ):
            return False
        if text == "H" and (self.scope.lookup(Key("H"))):
            return False
        return not self.is_scalar(e) or text == "*"

    def script_indices(self, tokens: Sequence[Token]) -> list[Expr | None]:
        """The indices a subscript is made of; None is a colon, a whole row or column."""
        pieces: list[list[Token]] = [[]]
        depth = 0
        simple = not any(
            t.text in ("+", "-", "(", "^", "_", r"\cdot") and t.text != r"\cdot" for t in tokens
        )
        for token in tokens:
            if token.text in ("{", "}") and simple:
                continue
            depth += token.text in ("(", "{")
            depth -= token.text in (")", "}")
            if token.text == "," and not depth:
                pieces.append([])
            elif (
                simple and pieces[-1] and "," not in {t.text for t in tokens} and token.text != "'"
            ):
                pieces.append([token])
            else:
                pieces[-1].append(token)
        found: list[Expr | None] = []
        for piece in pieces:
            if len(piece) == 1 and piece[0].text in (":", r"\cdot", "*", r"\bullet", r"\star"):
                found.append(None)
            elif (
                len(piece) == 1
                and piece[0].kind == "num"
                and len(pieces) == 1
                and len(piece[0].text) == 2
            ):
                found.extend(Const(Span(*piece[0][2:]), SCALAR, float(c)) for c in piece[0].text)
            elif piece:
                found.append(self.index_expr(parse_tokens(piece)))
        return found

    def index_expr(self, node: Node) -> Expr:
        was, self.in_index = self.in_index, True
        try:
            e = self.expr(node)
        finally:
            self.in_index = was
        if not self.is_scalar(e):
            raise self.ill_shaped(node.span, "an index must be a number", self.described(e))
        return e

    def find_index(self, name: str) -> Index | None:
        return self.indices.get(name) or self.free.get(name)

    def declared_index(self, name: str) -> Index | None:
        """A free index that the page has given a range, taken into this statement."""
        declared = self.scope.index(name)
        if declared is None:
            return None
        self.free[name] = Index(declared.name, declared.low, declared.high, declared.extent)
        return self.free[name]

    def element(self, base: Expr, indices: list[Expr | None], span: Span) -> Expr:
        """Entry, row or column; each index is tied to the dimension it runs over."""
        shape = self.u.shape(base.shape)
        if len(shape) != 2:
            raise self.ill_shaped(span, "a derivative with four indices is not indexed like this")
        if len(indices) == 1:
            if shape[1] == ONE:
                indices = [indices[0], Const(span, SCALAR, 1.0)]
            elif shape[0] == ONE:
                indices = [Const(span, SCALAR, 1.0), indices[0]]
            else:
                raise self.ill_shaped(
                    span, f"one index on a matrix: is it a row or a column of {self.text[base.span.start:base.span.end]}?",
                    self.described(base), "write X_{i:} for a row, X_{:j} for a column, or say it in words",
                )  # fmt: skip
        if len(indices) != 2:
            raise user_error(UNREADABLE, f"{len(indices)} indices on a matrix", span)
        row, column = indices
        for e, d in ((row, shape[0]), (column, shape[1])):
            if e is not None:
                self.tie(e, d, span)
        new = (ONE if row is not None else shape[0], ONE if column is not None else shape[1])
        return Element(span, new, base, row, column)

    def tie(self, e: Expr, dim: Dim, span: Span) -> None:
        """An index that stands alone at a place runs over that place's dimension."""
        if not isinstance(e, At) or dim == ONE:
            return
        index = e.index
        if index.high is None and index.extent is None:
            index.extent = dim
            return
        extent = index.extent
        if extent is None and isinstance(index.high, Size):
            extent = index.high.dim
        if extent is None or self.u.find(extent) == self.u.find(dim):
            return
        a, b = self.u.find(extent), self.u.find(dim)
        if any("?" in n for n in names(a) | names(b)):
            self.u.unify(a, b)
        elif names(a) and names(b) and not names(a) & names(b):
            raise self.ill_shaped(
                span,
                f"the index {index.name} runs to {show(a)}, but this place has {show(b)} entries",
            )

    # -- fractions, sums, norms, matrices --------------------------------------------------
    def fraction(self, node: Frac) -> Expr:
        from derivlib import derivatives

        e = derivatives.read_fraction(self, node)
        if e is not None:
            return e
        a = self.expr(node.numerator)
        self.below += 1
        try:
            b = self.expr(node.denominator)
        finally:
            self.below -= 1
        e = self.divide(a, b)
        return Op(node.span, e.shape, e.operator, e.args) if isinstance(e, Op) else e

    def fold(self, node: Big) -> Expr:
        from derivlib.patterns import read_fold

        return read_fold(self, node)

    def bars(self, node: Bars, sub: tuple[Token, ...] | None) -> Expr:
        body = self.expr(node.body)
        shape = self.u.shape(body.shape)
        text = script_text(sub)
        if node.delimiter == "|":
            if shape == SCALAR:
                return self.op("abs", body, span=node.span)
            if ONE in shape:
                self.note("bars around a vector are read as its Euclidean norm")
                return self.op("norm", body, span=node.span)
            return self.op("det", body, span=node.span)
        is_vector = ONE in shape
        if text in ("", "F", r"\mathrmF", r"\textF", r"\mathrm_F", "fro", r"\mathcalF", "Fro") or (
            text == "2" and is_vector
        ):
            if text == "" and not is_vector:
                self.note("‖·‖ of a matrix is read as the Frobenius norm")
            return self.op("norm", body, span=node.span)
        if text in ("1",) and is_vector or text in ("1,1",):
            return self.op("norm_1", body, span=node.span)
        if text == r"\infty" and is_vector or text == r"\max":
            return self.op("norm_max", body, span=node.span)
        if text in ("2", r"\infty_2", "op") and not is_vector:
            return self.op("spectral_norm", body, span=node.span)
        if text in ("*", r"\ast") and not is_vector:
            return self.op("nuclear_norm", body, span=node.span)
        if sub and is_vector:
            weight = self.expr(parse_tokens(sub))
            if not self.is_scalar(weight):
                product = self.op(
                    "matmul", self.op("matmul", self.op("transpose", body), weight), body
                )
                return self.op("sqrt", product, span=node.span)
        raise user_error(UNREADABLE, f"the norm with subscript {text} is not read", node.span)

    def matrix(self, node: Matrix) -> Expr:
        from derivlib.patterns import dotted_matrix

        if any(isinstance(c, Dots) for row in node.rows for c in row):
            return dotted_matrix(self, node)
        if not node.rows:
            raise user_error(UNREADABLE, "this matrix is empty", node.span)
        widths = {len(r) for r in node.rows}
        if len(widths) > 1:
            raise self.ill_shaped(node.span, "the rows of this matrix differ in length")
        if len(node.rows) * len(node.rows[0]) > 4096:
            raise user_error(UNREADABLE, "this matrix is too large to check", node.span)
        if any(c is None for row in node.rows for c in row):
            raise user_error(UNREADABLE, "this matrix has an empty cell", node.span)
        e = self.block(
            [[self.expr(c) for c in row if c is not None] for row in node.rows], node.span
        )
        if node.kind == "vmatrix":
            return self.op("det", e, span=node.span)
        if node.kind == "Vmatrix":
            return self.op("norm", e, span=node.span)
        return e

    def block(self, rows: list[list[Expr]], span: Span) -> Expr:
        """Blocks side by side: heights agree along a row, widths down a column."""
        scalars = all(self.is_scalar(c) for row in rows for c in row)
        if not scalars:  # a row or a column of zeros alone is as large as its place asks
            rows = [self._sized_zeros(row) for row in rows]
            rows = [
                list(r)
                for r in zip(
                    *(self._sized_zeros(list(c)) for c in zip(*rows, strict=True)), strict=True
                )
            ]
        height: Dim = ()
        for row in rows:
            filled = [c for c in row if not _is_zero(c)] or row
            for c in filled[1:]:
                if not self.u.unify(filled[0].shape[0], c.shape[0]):
                    raise self.ill_shaped(
                        c.span,
                        "blocks of one row differ in height",
                        self.described(filled[0]),
                        self.described(c),
                    )
            height = add(height, self.u.find(filled[0].shape[0]))
        width: Dim = ()
        for column in zip(*rows, strict=True):
            filled = [c for c in column if not _is_zero(c)] or list(column)
            for c in filled[1:]:
                if not self.u.unify(filled[0].shape[1], c.shape[1]):
                    raise self.ill_shaped(
                        c.span,
                        "blocks of one column differ in width",
                        self.described(filled[0]),
                        self.described(c),
                    )
            width = add(width, self.u.find(filled[0].shape[1]))
        filled_rows = []
        heights = [
            next((c.shape[0] for c in row if not _is_zero(c)), row[0].shape[0]) for row in rows
        ]
        widths = [
            next((c.shape[1] for c in col if not _is_zero(c)), col[0].shape[1])
            for col in zip(*rows, strict=True)
        ]
        for h, row in zip(heights, rows, strict=True):
            filled_rows.append(tuple(
                Fill(c.span, (h, w), "zeros") if _is_zero(c) and (h, w) != SCALAR else c
                for w, c in zip(widths, row, strict=True)
            ))  # fmt: skip
        return Block(span, (height, width), tuple(filled_rows))

    def _sized_zeros(self, cells: list[Expr]) -> list[Expr]:
        if not all(_is_zero(c) for c in cells):
            return cells
        return [
            Fill(c.span, (self.u.unknown(), self.u.unknown()), "zeros")
            if isinstance(c, Const)
            else c
            for c in cells
        ]

    def cases(self, node: Cases) -> Expr:
        rows: list[tuple[Expr, Expr | None]] = []
        for value, condition in node.rows:
            rows.append((self.expr(value), self.condition(condition) if condition else None))
        shape = next((e.shape for e, _ in rows if not self.is_scalar(e)), SCALAR)
        return Choice(node.span, shape, tuple(rows))

    def condition(self, statement: Statement) -> Expr:
        if len(statement.parts) != 2:
            raise user_error(UNREADABLE, "this condition is not read", statement.span)
        was, self.in_index = self.in_index, True
        left, right = (self.expr(p) for p in statement.parts)
        self.in_index = was
        return Compare(statement.span, left.shape, statement.relations[0].op, left, right)


_TAKES_ALL = {"trace", "vec", "det", "diag", "vech"}
_MATRIX_FUNCTIONS = {"exp": "expm", "log": "logm", "sqrt": "sqrtm", "sin": "sinm", "cos": "cosm"}


def _is_elementwise(e: Expr) -> bool:
    if isinstance(e, Op):
        return e.operator.elementwise
    return isinstance(e, Call) and e.function.elementwise


def _is_one(node: Node) -> bool:
    return isinstance(node, Name) and node.base in ("1", "I") and node.font in ("bf", "bb")


def _is_condition(node: Node) -> bool:
    return isinstance(node, Group) and len(node.items) == 1 and isinstance(node.items[0], Condition)


def _is_zero(e: Expr) -> bool:
    return isinstance(e, Const) and e.value == 0 or isinstance(e, Fill) and e.kind == "zeros"


def _unit(text: str) -> float:
    """Half a unit of the last printed digit of a decimal; 0 for a whole number."""
    if "." not in text:
        return 0.0
    return 0.5 * 10.0 ** -len(text.split(".")[1])


def _plain(node: Node) -> str:
    """The bare name of a factor, also under a power (`d^2`), for spotting differentials."""
    if isinstance(node, Scripted) and isinstance(node.base, Name) and node.sub is None:
        node = node.base
    if isinstance(node, Name) and not node.accent and node.font in ("", "rm", "it", "op"):
        return node.base
    return ""


def script_text(tokens: Sequence[Token] | None) -> str:
    """A script as one word: fonts, braces and spaces left out."""
    if not tokens:
        return ""
    if len(tokens) == 1:
        return tokens[0].text
    return "".join(
        t.text for t in tokens
        if t.text not in ("{", "}", r"\mathrm", r"\mathrm_", r"\mathit", r"\mathbf", r"\operatorname", r"\mathsf", r"\mathsf_")
    )  # fmt: skip


__all__ = [
    "Callable",
    "Member",
    "Reader",
    "Shape",
    "multiply",
    "named",
    "script_text",
    "UNKNOWN_NAME",
]

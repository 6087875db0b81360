"""What words said, made to hold: facts bind symbols, give them domains, sizes and functions.

A fact whose names are not bound yet waits for the next round; `apply` returns it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from derivlib.declare import bind_declared
from derivlib.elaborate import Reader
from derivlib.errors import DerivlibError
from derivlib.expr import Binding
from derivlib.keys import declared_names, family_of, name_key
from derivlib.operators import BY_NAME, BY_SPELLING
from derivlib.parsed import on_page
from derivlib.predication import CONCLUDED, GENERAL, SUPPOSED, TAKEN_BACK, mood, own_words
from derivlib.printed import TRANSPOSES, script_text
from derivlib.scope import Key
from derivlib.sentences import Fact
from derivlib.shapes import ONE, SCALAR
from derivlib.source import Span
from derivlib.spaces import Space, read_space
from derivlib.tex.tree import Group, Name, Node, Num, Product, Scripted
from derivlib.words import ELEMENTWISE, FILLS, FUNCTIONS, NOUNS, PROPERTIES

if TYPE_CHECKING:
    from derivlib.check import PageCheck
    from derivlib.parsed import Parsed

_ACTS = re.compile(
    r"appl|\bacts?\b|works?|operat|function|activation|nonlinear|map|taken|understood|evaluated"
    r"|(?:is|are|be) (?:element|entry|component|coordinate|point)|(?:is|are) defined",
    re.IGNORECASE,
)


def settings(page: PageCheck, facts: Sequence[Fact]) -> list[Fact]:
    """Facts about the whole section take effect; the others are returned."""
    from derivlib.orders import Orders

    rest = []
    page.awaited = {
        k for f in facts if f.row in ("function of", "depends", "valued") for k in f.subjects
    }
    for f in facts:
        own = page.scope.settings
        if f.row == "rows":
            own.rows = True
        elif f.row == "einstein":
            own.einstein = True
        elif f.row == "matrix functions":
            own.matrix_functions = True
        elif f.row == "point":
            for k in f.objects or f.subjects:
                page.orders.setdefault(k, Orders()).point = True
        elif f.row == "conclusion":
            for k in f.objects:
                page.orders.setdefault(k, Orders()).concluded = True
        elif f.row == "condition":
            for k in f.objects or f.subjects:
                page.orders.setdefault(k, Orders()).condition = True
        elif f.row == "assumed":
            for k in f.objects or f.subjects:
                page.orders.setdefault(k, Orders()).assume_if_claim = True
        elif f.row == "varies":
            own.varying = tuple(page.page.formulas[k].tex for k in f.subjects)
        else:
            rest.append(f)
    return rest


def apply(
    page: PageCheck, facts: list[Fact], by_index: Mapping[int, Parsed], final: bool
) -> list[Fact]:
    """Use every fact that can be used now; return those whose names are not bound yet."""
    left = facts
    for _ in range(3):
        before = len(left)
        left = [f for f in left if not _use(page, f, by_index)]
        if len(left) == before:
            break
    return left


def _use(page: PageCheck, f: Fact, by_index: Mapping[int, Parsed]) -> bool:
    subjects = [(by_index[k], n) for k in f.subjects if k in by_index for n in _names(by_index[k])]
    if not subjects:
        return True
    done = True
    if f.row in ("apposition", "sized after", "size after", "n-vector") and len(f.subjects) > 1:
        if any(s.relations and s.relations[0].op == "=" for p, _ in subjects for s in p.statements):
            subjects = [(p, n) for p, n in subjects if p.formula.index == f.subjects[-1]]
        ordered = (">", ">=", "<", "<=")
        subjects = [
            (p, n)
            for p, n in subjects
            if not any(rel.op in ordered for s in p.statements for rel in s.relations)
        ]
    for p, node in subjects:
        try:
            done = _one(page, f, p, node, by_index) and done
        except DerivlibError:
            done = False
    return done


def untransposed(node: Node) -> Node:
    """x_i of x_iᵀ, as in “x_iᵀ is row i of X”."""
    if isinstance(node, Scripted):
        if node.sups and script_text(node.sups[-1]) in TRANSPOSES:
            return Scripted(node.span, node.base, node.sub, node.sups[:-1], node.primes)
        if node.primes == 1 and node.sub is not None and not node.sups:
            return Scripted(node.span, node.base, node.sub, (), 0)
    return node


def _names(p: Parsed) -> list[Node]:
    """Names that a formula in prose stands for: `A`, `A, B`, `X ∈ …`, `y = …`."""
    found: list[Node] = []
    for s in p.statements:
        head = s.parts[0].factors[0] if isinstance(s.parts[0], Product) else s.parts[0]
        if isinstance(head, Name) and head.font == "op":
            continue  # det, log: nobody's names
        if not s.relations or s.relations[0].op in ("in", "=", ":=", "typed", ">", ">="):
            for n in declared_names(s.parts[0]):
                if isinstance(n, Scripted) and n.sub is not None and untransposed(n) is not n:
                    found.append(n)
                elif name_key(n) is not None:
                    found.append(n)
                elif (
                    isinstance(n, Product)
                    and len(n.factors) == 2
                    and isinstance(n.factors[1], Group)
                    and name_key(n.factors[0])
                ):
                    found.append(n.factors[0])
    return found


def _reader(page: PageCheck, p: Parsed) -> Reader:
    r = Reader(page.scope, p.expanded.text if p.expanded else "")
    r.place = lambda span: on_page(p, span)
    return r


def _binding(page: PageCheck, p: Parsed, node: Node) -> tuple[Key, Binding | None]:
    found = name_key(node)
    assert found is not None
    binding = page.scope.lookup(found[0])
    if binding is None:
        family = family_of(found[0], node, _reader(page, p))
        if family is not None:
            binding = page.scope.lookup(family[0])
    return found[0], binding


def _one(page: PageCheck, f: Fact, p: Parsed, node: Node, by_index: Mapping[int, Parsed]) -> bool:
    turned = untransposed(node) is not node and f.row in ("column", "columns named", "column named")
    if turned:
        node = untransposed(node)
    if name_key(node) is None:
        return True
    key, binding = _binding(page, p, node)
    phrase = f.phrase
    if re.match(r"\s*(?:not|no longer|never)\b", phrase):
        return True
    if f.row == "column":
        return _column(page, f, p, node, key, by_index, turned)
    if f.row in ("columns named", "column named"):
        return _column(page, f, p, node, key, by_index, turned)
    if f.row == "valued":
        return binding is not None or _function_of(page, f, p, key, by_index, f.objects[-1])
    if f.row in ("function of", "function named", "depends"):
        if binding is not None:
            return True
        if re.search(ELEMENTWISE, phrase):
            return True
        return _function_of(page, f, p, key, by_index)
    if f.row == "applied":
        if key.sup.endswith("'") or key.base in page.letters or not _ACTS.search(phrase):
            return True
        return _elementwise(page, p, node, key, binding, phrase)
    if f.row in ("size before", "size after", "n-vector", "sized after", "size, name"):
        return _sized(page, f, p, node, binding, by_index)
    return _described(page, f, p, node, key, binding, by_index)


def _described(
    page: PageCheck, f: Fact, p: Parsed, node: Node, key: Key, binding: Binding | None,
    by_index: Mapping[int, Parsed],
) -> bool:  # fmt: skip
    phrase = f.phrase
    if f.row == "named":
        phrase = re.sub(rf"^.*\b(?:{NOUNS}) and ", "", phrase)
        phrase = re.split(
            r"[,;:]|\band\s*$|\b(?:is|are|of|for|to|by|in|on|and (?=the|a )|where|that|let|with"
            r"|if|when|from|at)\b",
            phrase,
        )[-1]
    if f.row == "parts" and phrase.startswith("orthonormal"):
        phrase = "orthonormal columns"
    if binding is None:
        for pattern, name, _ in FUNCTIONS:
            if _compiled(pattern).search(phrase) and re.search(
                r"function|sigmoid|tangent|tanh|activation|nonlinearity|ReLU|softplus|softmax"
                r"|logarithm|logistic",
                phrase,
            ):
                if (
                    re.search(
                        r"\boutput|\bregression|\bloss\b|\bderivative|\bgradient|\bof\b(?! the)",
                        phrase,
                    )
                    and f.row != "named"
                ):
                    continue
                return _named_function(page, p, key, node, name)
        if re.search(ELEMENTWISE, phrase) and re.search(
            r"function|nonlinear|activation|map", phrase
        ):
            return _elementwise(page, p, node, key, binding, phrase)
        for pattern, kind, _ in FILLS:
            fills = _compiled(pattern + r"\s*$" if f.row == "named" else pattern)
            if (
                f.row in ("is", "apposition", "named")
                and not p.statements[0].relations
                and fills.search(phrase)
            ):
                if key.sub and (
                    key.base in ("I", "1") or kind == "commutation" and key.base == "K"
                ):
                    return True  # K_{mn} and I_n have their sizes with them
                b = Binding(
                    key.tex(),
                    key.tex(),
                    "fill",
                    SCALAR,
                    on_page(p, node.span),
                    value=kind,
                    implicit=True,
                )
                for k in f.objects:
                    other = by_index.get(k)
                    length = (
                        _size_of(page, other, phrase + " vector in @")
                        if other is not None
                        else None
                    )
                    if length is not None and kind == "ones":
                        b.shape = length
                if kind == "commutation" and isinstance(node, Scripted) and node.sub:
                    from derivlib.dimensions import sizes_of as _sizes

                    b.arguments = (tuple(_sizes(_reader(page, p), node.sub)),)
                page.scope.bind(key, b)
                return True
        made = _shaped_by_words(page, f, p, node, phrase, by_index)
        if made is None and key.base == "e" and key.sub and re.search(FILLS[2][0], phrase):
            return True  # e_i is known to everybody
        if made is None:
            return False
        binding = made
    indexed = key.sub and (len(key.sub) == 1 and key.sub.isalpha() or key.base == "e")
    if (
        binding.kind == "free"
        and indexed
        and re.search(FILLS[2][0] + r"|(?:unit|basis) vectors\b", f.phrase)
    ):
        binding.kind, binding.value = "fill", "unit"
        star = Key(key.base, key.font, key.accent, "*", key.sup)
        page.scope.unbind(star)
        page.scope.bind(star, binding)
        page.worlds.reset()
        return True
    if GENERAL.search(phrase) and f.row in ("is", "named") and binding.kind == "free":
        _made_general(page, binding)
    if (
        f.row == "named"
        and re.match(r"(?:.*\b)?an? ", phrase)
        and not re.search(r"(?:ces|s)\b\s*$", phrase)
    ):
        if len(f.subjects) > 1 and p.formula.index != f.subjects[0]:
            return True  # “an invertible matrix X, and Y”: one article, one matrix
    domain, _ = _domains(own_words(phrase, f.row == "has"))
    if binding.kind == "function":
        if re.search(ELEMENTWISE, phrase):
            _make_elementwise(binding)
        return True
    if (
        re.search(r"\brow[- ]vectors?", phrase)
        and binding.kind == "free"
        and binding.shape[1] == ONE
        and binding.shape != SCALAR
    ):
        binding.shape = (ONE, binding.shape[0])
        page.worlds.reset()
    if domain:
        _add_domain(page, binding, domain, f)
    return True


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def _domains(phrase: str) -> tuple[set[str], str]:
    found: set[str] = set()
    rest = phrase
    for row in PROPERTIES:
        m = _compiled(row.pattern).search(rest)
        if m:
            if re.search(
                r"(?:\b(?:not|no|non|necessarily)[ -](?:\w+ )?|non|\ba)$", rest[: m.start()]
            ):
                rest = rest[: m.start()] + rest[m.end() :]
                continue
            found.add(row.domain)
            rest = rest[: m.start()] + " " + rest[m.end() :]
    return found, rest


def _add_domain(page: PageCheck, binding: Binding, domain: set[str], f: Fact) -> None:
    """Add properties to a free symbol; a defined one keeps what its definition makes it."""
    if binding.definition is not None:
        return
    how = mood(f.before, f.sentence)
    if how in (TAKEN_BACK, CONCLUDED):
        return
    if how == SUPPOSED and binding.span.start < f.extent[0]:
        page.supposed.append((binding, frozenset(domain), f.extent))
        return
    if binding not in page.scope.names.values():
        page.borrowed.append((page.scope, binding, set(binding.domain)))
    shape = binding.shape
    if binding.kind == "unsized":
        binding.domain |= domain
        return
    square = shape[0] == shape[1] and shape != SCALAR
    matrix_only = {
        "symmetric",
        "spd",
        "psd",
        "skew",
        "diagonal",
        "lower",
        "upper",
        "negative_definite",
        "permutation",
        "projection",
        "stochastic",
    }
    if not square and "stochastic" in domain and ONE not in shape:
        domain = domain | {"simplex_rows"}
    if not square:
        domain = domain - matrix_only
    if shape == SCALAR:
        domain = domain & {
            "positive",
            "negative",
            "nonnegative",
            "integer",
            "unit_interval",
            "binary",
            "nonzero",
        }
    if ONE in shape:
        domain = domain - {"orthogonal", "orthonormal"}  # orthogonal vectors are so to each other
    if "orthogonal" in domain and not square:
        domain = (domain - {"orthogonal"}) | {"orthonormal"}
    if domain & {"spd", "psd"}:
        domain = domain - {"positive", "nonnegative", "symmetric"}
    if domain & {"orthonormal", "full_rank"} and not square and shape != SCALAR:
        tall, short = shape
        if "row rank" in f.phrase or "independent rows" in f.phrase:
            tall, short = short, tall
        if len(tall) == len(short) == 1 and len(tall[0][0]) == len(short[0][0]) == 1:
            page.worlds.taller.append((tall[0][0][0], short[0][0][0]))
            page.worlds.give_sizes(set())
            page.worlds.reset()
    if not domain <= binding.domain:
        binding.domain |= domain
        if binding.used:
            page.worlds.reset()


def _made_general(page: PageCheck, binding: Binding) -> None:
    """“For general A”: what words said of it before no longer holds."""
    if binding.domain:
        binding.domain.clear()
        page.worlds.reset()


def _shaped_by_words(
    page: PageCheck, f: Fact, p: Parsed, node: Node, phrase: str, by_index: Mapping[int, Parsed]
) -> Binding | None:
    """Bind an unbound name from words: a size in the phrase, or `a scalar`."""
    if p.formula.index in page.awaited:
        return None
    if [rel.op for rel in p.statements[0].relations] == ["="] and not isinstance(
        p.statements[0].parts[1], Group
    ):
        return None  # it is about to be defined
    r = _reader(page, p)
    objects = f.objects
    if len(f.subjects) == len(objects) > 1 and re.search(r"order|size|dimension|length", phrase):
        objects = (objects[f.subjects.index(p.formula.index)],)  # of order p and q, respectively
    for k in objects:
        other = by_index.get(k)
        if other is None:
            continue
        shape = _size_of(page, other, phrase)
        if shape is not None:
            (b,) = bind_declared(r, node, Space(shape), node.span)
            return b
    written = re.search(r"\b(\d|[a-z])\s?(?:×|x|-by-|by)\s?(\d|[a-z])\b", phrase)
    if written and re.search(r"matri", phrase):
        from derivlib.dimensions import letter_dimension as _letter_dimension
        from derivlib.shapes import constant

        dims = tuple(
            constant(int(g)) if g.isdigit() else _letter_dimension(r, Key(g), node.span)
            for g in written.groups()
        )
        (b,) = bind_declared(r, node, Space(dims), node.span)
        return b
    if re.search(
        r"\bscalars?\b|\breal number|\bconstants?\b|\bstep size|learning rate|\bnumber between"
        r"|real parameter|positive number|regularis|regulariz|\bpositive real|hyper-?parameter"
        r"|\btemperature\b|\bpositive\b(?! definite)(?! semi)(?! and| vector| matri| entr)"
        r"|\bprobability\b(?! vector| distr)",
        phrase,
    ) and not re.search(
        r"matri|vector|function|valued|loss|number of|rank|dimension|integer", phrase
    ):
        (b,) = bind_declared(r, node, Space(SCALAR), node.span)
        return b
    if f.row in ("is", "named", "apposition") and _unsized(page, p, node, phrase):
        key, _ = name_key(node) or (Key(""), [])
        shape = ((), ONE) if re.search(r"vectors?\b", phrase) else ((), ())
        b = Binding(key.tex(), key.tex(), "unsized", shape, on_page(p, node.span))
        page.scope.bind(key, b)
        return b
    if (
        f.row in ("is", "named", "apposition", "in brackets")
        and not re.search(r"vector|matri", phrase)
        and re.search(
            r"\bnumber of|\binteger|batch size|\bdimension|\bsize\b|\bcount\b|\blength of", phrase
        )
        and isinstance(node, Name)
        and len(node.base) == 1
    ):
        return page.scope.dimension(name_key(node)[0], on_page(p, node.span))  # type: ignore[index]
    return None


def _unsized(page: PageCheck, p: Parsed, node: Node, phrase: str) -> bool:
    """`$D$ is a diagonal matrix`: a name with no size; its first use will tell."""
    if p.statements[0].relations or not re.search(r"\b(?:matri(?:x|ces)|vectors?)\b", phrase):
        return False
    if re.search(
        r"function|valued|gradient|derivative|Jacobian|Hessian|matri\w+ of|vector of", phrase
    ):
        return False
    found = name_key(node)
    if found is None or found[1] or found[0].base in ("I", "1", "0", "e"):
        return False
    return page.scope.lookup(found[0]) is None


def _size_of(page: PageCheck, p: Parsed, phrase: str) -> Any:
    """The shape a formula such as `n \\times d`, or the `n` of `n-vector`, stands for."""
    from derivlib.dimensions import dimension

    if len(p.statements) != 1 or p.statements[0].relations:
        return None
    node = p.statements[0].parts[0]
    r = _reader(page, p)
    if isinstance(node, Group) and len(node.items) == 1:
        node = node.items[0]
    if isinstance(node, Group) and len(node.items) == 2:
        return tuple(dimension(r, i) for i in node.items)
    if isinstance(node, Name | Num) and re.search(
        r"matri(?:x|ces)\b[^@]{0,20}(?:of|with) (?:size|order|dimension)|square matri", phrase
    ):
        n = dimension(r, node)
        return (n, n)
    if isinstance(node, Product) and "times" in node.ops:
        k = node.ops.index("times")
        left = (
            node.factors[0] if k == 0 else Product(node.span, node.factors[: k + 1], node.ops[:k])
        )
        right = (
            node.factors[-1]
            if k == len(node.ops) - 1
            else Product(node.span, node.factors[k + 1 :], node.ops[k + 1 :])
        )
        return (dimension(r, left), dimension(r, right))
    if isinstance(node, Name | Num | Scripted | Product) and re.search(
        r"@[ -–]?(?:dimensional|vector|dim)|(?:length|size|dimension) @|vector (?:in|of)", phrase
    ):
        if isinstance(node, Scripted) and isinstance(node.base, Name) and node.base.font == "bb":
            return read_space(r, node).shape
        n = dimension(r, node)
        return (ONE, n) if "row" in phrase else (n, ONE)
    if isinstance(node, Scripted) and isinstance(node.base, Name) and node.base.font == "bb":
        return read_space(r, node).shape
    return None


def _sized(
    page: PageCheck,
    f: Fact,
    p: Parsed,
    node: Node,
    binding: Binding | None,
    by_index: Mapping[int, Parsed],
) -> bool:
    for k in f.objects:
        other = by_index.get(k)
        if other is None:
            continue
        phrase = (
            f.phrase
            if "times" in other.formula.tex or "(" in other.formula.tex
            else f.phrase.replace(" @", " @", 1)
        )
        shape = _size_of(
            page,
            other,
            phrase
            if "vector" in phrase or "size" in phrase or "dimension" in phrase or "length" in phrase
            else "@ none",
        )
        if shape is None:
            continue
        if binding is None:
            (binding,) = bind_declared(
                _reader(page, p), node, Space(shape), node.span
            )
        domain, _ = _domains(f.phrase)
        if domain and binding.kind == "free":
            _add_domain(page, binding, domain, f)
        return True
    return binding is not None


def _elementwise(
    page: PageCheck, p: Parsed, node: Node, key: Key, binding: Binding | None, phrase: str
) -> bool:
    if binding is not None:
        if binding.kind == "function":
            _make_elementwise(binding)
        return True
    if key.base in BY_SPELLING or p.statements[0].relations:
        return True
    for pattern, name, _ in FUNCTIONS:
        if re.search(pattern, phrase, re.IGNORECASE):
            return _named_function(page, p, key, node, name)
    if not isinstance(node, Name | Scripted):
        return True
    b = Binding(
        key.tex(),
        key.tex(),
        "function",
        SCALAR,
        on_page(p, node.span),
        arguments=(SCALAR,),
        elementwise=True,
    )
    page.scope.bind(key, b)
    return True


def _make_elementwise(binding: Binding) -> None:
    if binding.operator is None and binding.definition is None:
        binding.elementwise = True
        binding.arguments = (SCALAR,)


def _named_function(page: PageCheck, p: Parsed, key: Key, node: Node, name: str) -> bool:
    row = BY_NAME[name]
    old = page.scope.here(key)
    if old is not None or key.base in BY_SPELLING or p.statements[0].relations:
        return True
    b = Binding(
        key.tex(), key.tex(), "function", SCALAR, on_page(p, node.span), operator=row,
        elementwise=True, arguments=(SCALAR,),
    )  # fmt: skip
    page.scope.bind(key, b)
    return True


def _function_of(
    page: PageCheck, f: Fact, p: Parsed, key: Key, by_index: Mapping[int, Parsed], space: int = -1
) -> bool:
    """`$L$ is a smooth function of $A$`: a value that is some function of what is named."""
    from derivlib.function_definitions import unspecified_of
    from derivlib.sizes import settle

    args = []
    reader = None
    shape = SCALAR
    for k in f.objects:
        other = by_index.get(k)
        if other is None or not other.statements:
            return False
        r = _reader(page, other)
        if k == space:
            shape = read_space(r, other.statements[0].parts[0]).shape
            continue
        for s in other.statements:
            e = r.expr(s.parts[0])
            settle(e, r)
            args.append(e)
            reader = r
    if not args or reader is None:
        return False
    unspecified_of(page.scope, key, args, _place_of(page, p), reader, shape)
    return True


def _place_of(page: PageCheck, p: Parsed) -> Span:
    return on_page(p, p.statements[0].parts[0].span)


def _column(
    page: PageCheck,
    f: Fact,
    p: Parsed,
    node: Node,
    key: Key,
    by_index: Mapping[int, Parsed],
    turned: bool,
) -> bool:
    """x_k is column k of X: a family of slices, or one slice when the index is a number."""
    from derivlib.slices import bind_slices

    binding = None
    named = False
    for k in reversed(f.objects):
        matrix = by_index.get(k)
        names = _names(matrix) if matrix is not None else []
        found = name_key(names[0]) if names else None
        binding = page.scope.lookup(found[0]) if found else None
        named = named or bool(names)
        if (
            binding is not None
            and (binding.shape != SCALAR or binding.kind == "unsized")
            and binding.kind != "function"
        ):
            break
    if binding is None:
        return not named
    if not key.sub or binding.kind == "function" or binding.shape == SCALAR:
        return True
    if re.search(r"entries|elements|components", f.phrase) and ONE not in binding.shape:
        return True  # a_{ij} is read as an entry of A anyway
    if ONE in binding.shape:
        many = page.scope.here(Key(key.base, key.font, key.accent, "*", key.sup))
        if (
            many is not None
            and many.kind == "free"
            and binding.definition is None
            and many.shape == SCALAR
        ):
            _gathered(page, binding, many, False, f.phrase)
        return True
    is_column = not re.search(r"\brows?\b(?! vector)", f.phrase) or bool(
        re.search(r"\bcolumns? (?:@|[a-z] )?(?:of|in)", f.phrase)
    )
    star = Key(key.base, key.font, key.accent, "*", key.sup)
    many = page.scope.here(star)
    if (
        many is not None
        and many.kind == "free"
        and not many.implicit
        and binding.definition is None
    ):
        _gathered(page, binding, many, is_column, f.phrase)
        return True
    if many is not None and not many.implicit:
        return True
    turned = turned or bool(re.search(r"as (?:a )?column", f.phrase))
    declared = page.scope.names.get(key)
    if (
        not is_column
        and declared is not None
        and declared.kind == "free"
        and declared.shape[1] == ONE
    ):
        turned = True  # declared as a column vector
    bind_slices(page.scope, star, binding, is_column, turned, on_page(p, node.span))
    old = page.scope.names.get(key)
    if old is not None and (old.implicit or old.kind == "free"):
        page.scope.unbind(key)
    return True


def _gathered(
    page: PageCheck, matrix: Binding, many: Binding, by_column: bool, phrase: str
) -> None:
    """X is made of the x_i that were declared before it."""
    from derivlib.expr import At, Expr, Index, Member, Op, Stack

    if matrix.kind == "unsized" and many.indices[0].extent is not None:
        length, count = many.shape[0], many.indices[0].extent
        matrix.shape = (length, count) if by_column else (count, length)
    extent = matrix.shape[1] if by_column else matrix.shape[0]
    index = Index("k", None, None, extent, False)
    at = At(matrix.span, SCALAR, index)
    e: Expr = Member(matrix.span, many.shape, many, (at,))
    if not by_column and many.shape[1] == ONE and many.shape != SCALAR:
        e = Op(matrix.span, (ONE, many.shape[0]), BY_NAME["transpose"], (e,))
    matrix.definition = Stack(matrix.span, matrix.shape, index, e, -1 if by_column else -2)
    matrix.kind, matrix.implicit = "defined", True
    for place in many.indices:
        if place.high is None and place.extent is None or place.assumed:
            place.extent, place.low, place.high, place.assumed = extent, None, None, False
    page.worlds.reset()

"""Tokens to the tree of what was printed: statements, chains, terms, factors."""

from __future__ import annotations

from collections.abc import Sequence

from derivlib.errors import UNREADABLE, DerivlibError, user_error
from derivlib.source import Span
from derivlib.tex.lexer import Token, tokenize
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
    Relation,
    Scripted,
    Sqrt,
    Statement,
)

RELATIONS = {
    "=": "=", r"\equiv": "=", ":=": ":=", "<": "<", ">": ">", r"\le": "<=", r"\ge": ">=",
    r"\in": "in", r"\sim": "sim", r"\subset": "in", r"\subseteq": "in", r"\to": "to",
    r"\mapsto": "mapsto", r"\neq": "!=",
    r"\preceq": "<<=", r"\succeq": ">>=", r"\prec": "<<", r"\succ": ">>", r"\approx": "~",
    r"\preccurlyeq": "<<=", r"\succcurlyeq": ">>=", r"\gg": ">", r"\ll": "<",
}  # fmt: skip
INFIX = {
    r"\cdot": "cdot", r"\times": "times", "*": "star", r"\star": "star", r"\odot": "odot",
    r"\circ": "odot", r"\otimes": "otimes", r"\oslash": "oslash", r"\oplus": "oplus",
    ":": "colon", "/": "over", r"\div": "over", r"\circledast": "odot", r"\setminus": "setminus",
    r"\backslash": "setminus",
}  # fmt: skip
LAYOUTS = {
    "aligned", "align", "align*", "alignat", "alignat*", "alignedat", "split", "gather", "gather*",
    "gathered", "multline", "multline*", "eqnarray", "eqnarray*", "equation", "equation*",
    "flalign", "flalign*", "subequations", "displaymath", "math",
}  # fmt: skip
MATRICES = {
    "matrix", "pmatrix", "bmatrix", "Bmatrix", "vmatrix", "Vmatrix", "smallmatrix", "array",
    "bsmallmatrix", "psmallmatrix", "pmatrix*", "bmatrix*",
}  # fmt: skip
FONTS = {
    r"\mathbf": "bf", r"\mathrm": "rm", r"\mathcal": "cal", r"\mathsf": "sf", r"\mathbb": "bb",
    r"\mathit": "it", r"\mathfrak": "frak", r"\mathtt": "tt", r"\operatorname": "op",
    r"\mathop": "op", r"\mathnormal": "",
}  # fmt: skip
ACCENTS = {
    r"\hat": "hat", r"\bar": "bar", r"\tilde": "tilde", r"\dot": "dot", r"\ddot": "ddot",
    r"\vec": "vec", r"\check": "check", r"\breve": "breve", r"\underline": "underline",
    r"\acute": "acute", r"\grave": "grave", r"\mathring": "ring",
}  # fmt: skip
GREEK = {
    "\\" + name
    for name in (
        "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu"
        " nu xi pi varpi rho varrho sigma varsigma tau upsilon phi varphi chi psi omega Gamma"
        " Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega varGamma varDelta varTheta"
        " varLambda varSigma varPhi varPsi varOmega ell hbar imath jmath infty partial nabla"
    ).split()
}
FUNCTIONS = set(
    "log exp ln sin cos tan tanh sinh cosh cot sec csc arctan arcsin arccos coth det dim ker rank"
    " tr Tr trace max min sup inf arg gcd deg lg".split()
)
DOTS = {r"\dots", r"\cdots", r"\vdots", r"\ddots"}
BIGS = {r"\sum": "sum", r"\prod": "prod", r"\max": "max", r"\min": "min"}
# Plain runs of letters that are one word, as in `tanh(A)` typed without a backslash.
WORDS = {
    "tr", "Tr", "trace", "vec", "vech", "diag", "Diag", "det", "log", "ln", "exp", "sin", "cos",
    "tan", "tanh", "sinh", "cosh", "sigmoid", "softmax", "relu", "ReLU", "rank", "sum", "logsumexp",
    "softplus", "sign", "sgn", "adj", "blkdiag", "out", "loss",
}  # fmt: skip
LEADS = {"for", "where", "if", "when", "with", "otherwise", "else", "all", "forall", "given"}
CLOSERS = {")", "]", r"\}", "}", r"\rangle", r"\rceil", r"\rfloor", "&", ",", ";"}
_STOPS = {*CLOSERS, "+", "-", *RELATIONS, *INFIX, r"\mid", r"\over", r"\end", r"\pm", r"\mp"} - {
    ":"
}


def parse_formula(tex: str) -> tuple[Statement, ...]:
    """The statements of one formula, in the order printed.

    Raises:
        DerivlibError: the formula is outside the language, with the place where reading stopped.
    """
    try:
        return _Formula(_flatten(_said_upright(tokenize(tex))), tex).statements()
    except RecursionError:
        raise user_error(UNREADABLE, "the formula is nested too deeply", (0, 1)) from None


def parse_tokens(tokens: Sequence[Token]) -> Node:
    """One expression from the tokens of a script; commas make a `Group`."""
    parser = Parser(tokens)
    items = parser.items()
    parser.expect_end()
    if len(items) == 1:
        return items[0]
    return Group(items[0].span.to(items[-1].span), ",", tuple(items))


def _said_upright(tokens: list[Token]) -> list[Token]:
    """`{\\rm note\\,that}`: English set upright, as one token of words."""
    if not any(t.text == r"\mathrm_" for t in tokens):
        return tokens
    out: list[Token] = []
    i = 0
    while i < len(tokens):
        if tokens[i].text == "{" and i + 1 < len(tokens) and tokens[i + 1].text == r"\mathrm_":
            inner, j = _group(tokens, i)
            text = ""
            for a, b in zip(inner[1:], [*inner[2:], None], strict=True):
                text += a.text + (" " if b is not None and b.start > a.end else "")
            if text and all(w in ENGLISH for w in text.lower().split()):
                out.append(Token("rm", text, tokens[i].start, tokens[j - 1].end))
                i = j
                continue
        out.append(tokens[i])
        i += 1
    return out


def _flatten(tokens: list[Token]) -> list[Token]:
    """Layout environments dissolved into their rows; matrices stay as they are."""
    if not any(t.text in (r"\begin", r"\eqalign", r"\displaylines", r"\aligned") for t in tokens):
        return tokens
    out: list[Token] = []
    closing: list[int] = []  # brace depths at which an \eqalign{ ends
    i, depth, n = 0, 0, len(tokens)
    while i < n:
        token = tokens[i]
        if token.text in (r"\begin", r"\end"):
            name, j = _environment(tokens, i)
            if name in LAYOUTS or name in ("cases", "array") and _is_system(tokens, i, out):
                if token.text == r"\begin":
                    if j < n and tokens[j].text == "[":  # [t]
                        j += 3
                    if name.startswith(("alignat", "alignedat", "array")) and j < n:
                        _, j = _group(tokens, j)
                i = j
                continue
            out.extend(tokens[i:j])
            i = j
            continue
        if (
            token.text in (r"\eqalign", r"\displaylines")
            and i + 1 < n
            and tokens[i + 1].text == "{"
        ):
            depth += 1
            closing.append(depth)
            i += 2
            continue
        if token.text == "{":
            depth += 1
        elif token.text == "}":
            depth -= 1
            if closing and depth == closing[-1] - 1:
                closing.pop()
                i += 1
                continue
        out.append(token)
        i += 1
    return out


def _is_system(tokens: list[Token], i: int, before: list[Token]) -> bool:
    """True for a `cases` that only braces equations together (at its \\begin and at its \\end)."""
    if tokens[i].text == r"\end":
        begins = [k for k in range(i) if tokens[k].text == r"\begin"]
        depth = 0
        for k in range(i - 1, -1, -1):
            if tokens[k].text == r"\end":
                depth += 1
            elif tokens[k].text == r"\begin":
                if depth == 0:
                    return _is_system(tokens, k, tokens[:k])
                depth -= 1
        return bool(begins)
    if tokens[i + 2].text == "a" and tokens[i + 3].text == "r":  # an array that aligns equations
        depth = 0
        for t in tokens[i:]:
            depth += t.text == r"\begin"
            depth -= t.text == r"\end"
            if depth == 0:
                return False
            if depth == 1 and t.text in ("=", r"\le", r"\ge", r"\equiv"):
                return not before or before[-1].text not in ("[", "(", "|", r"\{", r"\|")
    return not any(t.text in RELATIONS for t in before)


def _environment(tokens: list[Token], i: int) -> tuple[str, int]:
    if i + 1 >= len(tokens) or tokens[i + 1].text != "{":
        raise user_error(UNREADABLE, f"{tokens[i].text} needs a name", tokens[i][2:])
    inner, j = _group(tokens, i + 1)
    return "".join(t.text for t in inner), j


def _group(tokens: Sequence[Token], i: int) -> tuple[list[Token], int]:
    """The tokens between the brace at `i` and its partner, and the index after it."""
    depth = 0
    for j in range(i, len(tokens)):
        if tokens[j].text == "{":
            depth += 1
        elif tokens[j].text == "}":
            depth -= 1
            if depth == 0:
                return list(tokens[i + 1 : j]), j + 1
    raise user_error(UNREADABLE, "this { is never closed", tokens[i][2:])


class _Formula:
    """Splits a formula into rows, statements and parts; the parser reads the parts."""

    def __init__(self, tokens: list[Token], tex: str) -> None:
        self.tokens = tokens
        self.tex = tex
        self.done: list[Statement] = []
        self.parts: list[list[Token]] = [[]]
        self.relations: list[Relation] = []
        self.lead = ""
        self.row = 0
        self.may_continue = False
        self._flows = any(t.text == "=" for t in tokens) and not any(t.text == ":" for t in tokens)
        self.kept: dict[Span, list[list[Token]]] = {}  # the tokens of each finished statement

    def statements(self) -> tuple[Statement, ...]:
        depth = 0
        environments = 0
        tokens = self.tokens
        i, n = 0, len(tokens)
        while i < n:
            token = tokens[i]
            text = token.text
            if text == r"\begin":
                environments += 1
            elif text == r"\end":
                environments -= 1
            elif text in ("(", "[", "{", r"\{", r"\langle", r"\lfloor", r"\lceil"):
                depth += 1
            elif text in (")", "]", "}", r"\}", r"\rangle", r"\rfloor", r"\rceil"):
                depth = max(0, depth - 1)
            if (depth or environments) or text in ("}", ")", "]", r"\}", r"\rangle", r"\end"):
                if not (token.kind == "row" and not environments):
                    self.parts[-1].append(token)
                i += 1
                continue
            if token.kind == "row":
                self._row(tokens, i + 1)
                depth = 0
            elif token.kind == "quad" and self._goes_on(tokens, i):
                pass  # space before an operator that continues the term
            elif token.kind == "quad" or text in (r"\implies", ";", r"\Leftarrow", r"\because"):
                self._finish(keep_open=token.kind == "quad" and not self._complete())
                if text == r"\implies":
                    self.may_continue = False
            elif token.kind == "text" and self._is_words(token, i):
                self._words(token)
            elif token.kind == "rm":
                self._words(Token("text", token.text, token.start, token.end))
            elif text == r"\forall":
                self._finish()
                self.lead = "for"
            elif text == ",":
                self._finish(comma=True)
            elif text == ":" and self._is_such_that(i):
                self._relation("typed", token)
            elif text == r"\to" and self._flows:
                self._finish()  # x → f = … → g = …: data flow, one equation after another
            elif text in RELATIONS:
                self._relation(RELATIONS[text], token)
            elif text in (r"\propto", r"\ni", r"\cup", r"\cap", r"\notin"):
                raise user_error(
                    UNREADABLE,
                    f"{text} is not read",
                    Span(token.start, token.end),
                    "mark the formula skip with a reason, or say it in words",
                )
            elif text == "&":
                following = tokens[i + 1].text if i + 1 < n else ""
                after = tokens[i + 2].text if i + 2 < n else ""
                if (
                    following == "&"
                    and self.parts[-1]
                    and after not in INFIX
                    and after not in ("+", "-", *RELATIONS)
                ):
                    self._finish()  # a reason in a column of its own
                    self.lead = "remark"
                elif (
                    self.parts[-1]
                    and self.relations
                    and after
                    and following not in ("+", "-", *RELATIONS, *INFIX)
                    and (self._row_has_relation(tokens, i))
                ):
                    self._finish()  # a second equation beside the first
            else:
                self.parts[-1].append(token)
            i += 1
        self._finish()
        return tuple(self.done)

    def _goes_on(self, tokens: list[Token], i: int) -> bool:
        """Does an operator follow this space, with something before it to act on?"""
        while i < len(tokens) and (tokens[i].kind == "quad" or tokens[i].text == "&"):
            i += 1
        following = tokens[i].text if i < len(tokens) else ""
        return bool(self.parts[-1]) and (following in INFIX or following == "+")

    def _is_words(self, token: Token, i: int) -> bool:
        """Is this \\text a remark between statements, rather than a name?"""
        word = token.text.strip(" .,:;()")
        if self.lead == "remark" and not self.parts[-1]:
            return True
        if token.text.rstrip().endswith(":") or token.text != token.text.strip():
            return True
        if " " in word or not word or word.lower() in LEADS or word in _REMARKS:
            return True
        after = self.tokens[i + 1] if i + 1 < len(self.tokens) else None
        if not word.isidentifier() and not word.replace("-", "").isalnum():
            return True
        return token.text.startswith("(") or bool(
            after is None and i and self.tokens[i - 1].kind == "quad"
        )

    def _words(self, token: Token) -> None:
        words = token.text.strip(" .,:;()").lower().split()
        self._finish(keep_open=True)
        if words and words[-1] in REASONS or words and words[0] in REASONS:
            self.lead = "remark"
            return
        if words and words[0] in LEADS and words[0] not in ("otherwise", "else"):
            self._finish()
            self.lead = "for" if words[0] in ("for", "all", "forall", "when") else words[0]

    def _is_such_that(self, i: int) -> bool:
        """`f : A → B`: a colon that types a function, not a Frobenius product."""
        if len(self.parts) > 1 or not 0 < len(self.parts[-1]) <= 6:
            return False
        for token in self.tokens[i + 1 :]:
            if token.kind in ("row", "quad"):
                return False
            if token.text in (r"\to", r"\mapsto"):
                return True
        return False

    def _complete(self) -> bool:
        return bool(self.parts[-1])

    def _relation(self, op: str, token: Token) -> None:
        if not self.parts[-1] and len(self.parts) == 1 and not self.relations:
            if op == "to" or not self.done or not self.may_continue:
                raise user_error(
                    UNREADABLE,
                    f"nothing stands before this {token.text}",
                    Span(token.start, token.end),
                )
            at = next(
                (k for k in range(len(self.done) - 1, -1, -1) if self.done[k].lead != "remark"),
                None,
            )
            if at is None:
                raise user_error(
                    UNREADABLE,
                    f"nothing stands before this {token.text}",
                    Span(token.start, token.end),
                )
            previous = self.done.pop(at)
            self.lead = previous.lead
            self.relations = [*previous.relations]
            self.parts = [*self.kept[previous.span], []]
            self.relations.append(Relation(op, Span(token.start, token.end)))
            return
        if not self.parts[-1]:
            if op == "=" and self.relations and self.relations[-1].op in ("<", ">", "<=", ">="):
                return
            if self.relations and self.relations[-1].span.end == token.start and op == "=":
                return  # `==`
            raise user_error(
                UNREADABLE, "two relations follow each other with nothing between",
                Span(token.start, token.end),
            )  # fmt: skip
        self.relations.append(Relation(op, Span(token.start, token.end)))
        self.parts.append([])

    def _row(self, tokens: list[Token], i: int) -> None:
        """A new row: it continues the chain, continues the last part, or begins anew."""
        aligned = i < len(tokens) and tokens[i].text == "&"
        while i < len(tokens) and (tokens[i].text == "&" or tokens[i].kind == "quad"):
            aligned = True
            i += 1
        first = tokens[i].text if i < len(tokens) else ""
        ended_open = not self.parts[-1] and bool(self.relations)
        if ended_open:
            self.row += 1
            return
        binary = first in INFIX or first in ("+", "-") or first in DOTS - {r"\vdots"}
        if (
            binary
            and (self.parts[-1] or self.done)
            and (aligned or first in INFIX or not self._row_has_relation(tokens, i))
        ):
            if not self.parts[-1]:
                previous = self.done.pop()
                self.lead, self.relations = previous.lead, list(previous.relations)
                self.parts = [list(p) for p in self.kept[previous.span]]
            self.row += 1
            return
        if self.parts[-1] and self.parts[-1][-1].text in ("+", "-", *INFIX):
            self.row += 1
            return
        self._finish()
        self.row += 1
        self.may_continue = True

    @staticmethod
    def _row_has_relation(tokens: list[Token], i: int) -> bool:
        for token in tokens[i:]:
            if token.kind == "row":
                return False
            if token.text in RELATIONS:
                return True
        return False

    def _finish(self, keep_open: bool = False, comma: bool = False) -> None:
        """Close the statement that is being read, if there is one."""
        parts, relations = self.parts, self.relations
        while parts and parts[-1] and parts[-1][-1].text in (".", "!", r"\square", r"\blacksquare"):
            parts[-1].pop()
        inside = _in_brackets(parts[0]) if len(parts) == 1 and not relations else None
        if inside is not None and any(t.text in RELATIONS and t.text != ":" for t in inside):
            kept = self.row  # (t < T): under which condition
            condition = _Formula(inside, "").statements()
            aside = any(t.kind == "rm" or t.text == "=" for t in inside)
            self.done.extend(
                Statement(s.span, s.parts, s.relations, "remark" if aside else "for", kept)
                for s in condition
            )
            for s in condition:
                self.kept[s.span] = [inside]
            self.parts, self.lead = [[]], ""
            return
        if not parts[-1]:
            if not relations:
                self.may_continue = self.may_continue or keep_open
                return
            if keep_open:
                return
            relation = relations[-1]
            raise user_error(UNREADABLE, "nothing stands after this relation", relation.span)
        asides: list[Aside] = []
        nodes = tuple(_read_part(p, asides) for p in parts)
        statement = Statement(
            nodes[0].span.to(nodes[-1].span), nodes, tuple(relations), self.lead, self.row
        )
        self.done.append(statement)
        self.kept[statement.span] = parts
        for label, sign, body in asides:  # under a brace: a name for its body, or a claim about it
            sides = (_read_part(label, []), _read_part(body, []))
            span = sides[0].span
            relation = Relation(RELATIONS[sign.text], Span(sign.start, sign.end))
            self.done.append(Statement(span, sides, (relation,), "remark", self.row))
            self.kept[span] = [label, body]
        self.parts, self.relations, self.lead = [[]], [], ("," if comma else "")
        self.may_continue = True


ENGLISH = {
    "where", "and", "note", "that", "with", "hence", "so", "if", "or", "then", "since", "thus",
    "for", "all", "when", "because", "therefore", "using", "by", "the", "is", "as", "given",
    "we", "have", "let",
}  # fmt: skip
REASONS = {"since", "because", "as", "by", "using", "from", "see"}
_REMARKS = {
    "and",
    "or",
    "hence",
    "so",
    "then",
    "thus",
    "therefore",
    "since",
    "because",
    "by",
    "as",
    "iff",
    "implies",
}


def _in_brackets(tokens: list[Token]) -> list[Token] | None:
    """What stands inside, when brackets hold all of these tokens."""
    if len(tokens) < 5 or (tokens[0].text, tokens[-1].text) not in (("(", ")"), ("[", "]")):
        return None
    depth = 0
    for k, t in enumerate(tokens):
        depth += t.text in ("(", "[", r"\{")
        depth -= t.text in (")", "]", r"\}")
        if depth == 0 and k < len(tokens) - 1:
            return None
    return list(tokens[1:-1])


Aside = tuple[list[Token], Token, list[Token]]  # the label of a brace, its sign, what is braced


def _read_part(tokens: list[Token], asides: list[Aside]) -> Node:
    parser = Parser(tokens)
    parser.asides = asides
    node = parser.additive()
    parser.expect_end()
    return node


class Parser:
    """Recursive descent over the tokens of one expression."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self.i = 0
        self.n = len(tokens)
        self.bars: list[str] = []
        self.font = ""
        self.asides: list[Aside] = []

    # -- helpers ---------------------------------------------------------------------------
    def peek(self) -> str:
        return self.tokens[self.i].text if self.i < self.n else ""

    def fail(self, statement: str, *facts: str) -> DerivlibError:
        if self.i < self.n:
            span = Span(*self.tokens[self.i][2:])
        elif self.n:
            span = Span(self.tokens[-1].end - 1, self.tokens[-1].end)
        else:
            span = Span(0, 1)
        return user_error(UNREADABLE, statement, span, *facts)

    def expect_end(self) -> None:
        if self.i < self.n:
            raise self.fail(f"{self.peek()} is not expected here")

    def expect(self, text: str, opened: Token) -> Token:
        if self.peek() != text:
            raise user_error(
                UNREADABLE, f"this {opened.text} is never closed", Span(opened.start, opened.end),
                *([f"{self.peek()} stands where {text} was expected"] if self.i < self.n else []),
            )  # fmt: skip
        self.i += 1
        return self.tokens[self.i - 1]

    def items(self) -> list[Node]:
        """Expressions parted by commas, up to a closing bracket."""
        found = [self.additive()]
        while self.peek() in (",", ";", r"\mid") or (self.peek() == "|" and "|" not in self.bars):
            self.i += 1
            if self.peek() in CLOSERS or self.i >= self.n:
                break
            found.append(self.additive())
        return found

    # -- grammar ---------------------------------------------------------------------------
    def additive(self) -> Node:
        terms: list[Node] = []
        signs: list[int] = []
        start = self.i
        sign = 1
        while True:
            text = self.peek()
            while text in ("+", "-"):
                sign = -sign if text == "-" else sign
                self.i += 1
                text = self.peek()
            if text in (r"\pm", r"\mp"):
                raise self.fail(f"{text} is not read: it stands for two formulas")
            terms.append(self.product())
            signs.append(sign)
            sign = 1
            if self.peek() in ("+", "-"):
                continue
            if isinstance(terms[-1], Dots) and self._starts_factor():
                continue  # `+ \cdots x_p w_p`: the plus after the dots left out
            break
        if len(terms) == 1 and signs[0] == 1:
            return terms[0]
        span = Span(self.tokens[start].start, terms[-1].span.end)
        return Additive(span, tuple(terms), tuple(signs))

    def product(self) -> Node:
        if self.peek() in DOTS:
            token = self.tokens[self.i]
            self.i += 1
            return Dots(Span(token.start, token.end))
        factors = [self.factor()]
        ops: list[str] = []
        while self.i < self.n:
            token = self.tokens[self.i]
            op = INFIX.get(token.text)
            if op is not None:
                if op == "colon" and self.i + 1 >= self.n:
                    break
                self.i += 1
                sign = self.peek()
                if sign in ("-", "+"):  # a : -b
                    self.i += 1
                    minus = self.factor()
                    ops.append(op)
                    span = Span(self.tokens[self.i - 1].start, minus.span.end)
                    factors.append(minus if sign == "+" else Additive(span, (minus,), (-1,)))
                    continue
                ops.append(op)
                factors.append(self.factor())
            elif self._starts_factor():
                ops.append("")
                factors.append(self.factor())
            else:
                break
        term: Node = factors[0]
        if len(factors) > 1:
            term = Product(factors[0].span.to(factors[-1].span), tuple(factors), tuple(ops))
        if (
            self.peek() == "|"
            and "|" not in self.bars
            and self.i + 1 < self.n
            and self.tokens[self.i + 1].text == "_"
        ):
            return self.evaluated(term)
        if len(factors) == 1:
            return factors[0]
        return Product(factors[0].span.to(factors[-1].span), tuple(factors), tuple(ops))

    def evaluated(self, body: Node) -> Node:
        """The places under a bar, `|_{x = a, y = b}`."""
        self.i += 2
        group, self.i = self._token_group()
        places: list[tuple[Node, Node]] = []
        for statement in _Formula(group, "").statements():
            if len(statement.parts) != 2 or statement.relations[0].op != "=":
                raise user_error(UNREADABLE, "a bar needs x = value under it", statement.span)
            places.append((statement.parts[0], statement.parts[1]))
        return Evaluated(Span(body.span.start, self.tokens[self.i - 1].end), body, tuple(places))

    def _starts_factor(self) -> bool:
        if self.i >= self.n:
            return False
        text = self.tokens[self.i].text
        if (
            text == "|"
            and "|" not in self.bars
            and self.i + 1 < self.n
            and self.tokens[self.i + 1].text == "_"
        ):
            return False
        if text in ("|", r"\|"):
            return not (self.bars and self.bars[-1] == text)
        return (
            text not in _STOPS and text != ":" and self.tokens[self.i].kind not in ("row", "quad")
        )

    def factor(self) -> Node:
        if self.i >= self.n:
            raise self.fail("the formula ends where something more is needed")
        token = self.tokens[self.i]
        if token.text in BIGS and (
            token.text not in (r"\max", r"\min")
            or self.i + 1 < self.n
            and self.tokens[self.i + 1].text == "_"
        ):
            return self.big()
        return self.scripts(self.atom())

    def atom(self) -> Node:
        token = self.tokens[self.i]
        span = Span(token.start, token.end)
        kind, text = token.kind, token.text
        self.i += 1
        if kind == "let":
            return self.letters(token)
        if kind == "num":
            return (
                Name(span, text, "bf")
                if self.font in ("bf", "bb", "tt") and text in "01"
                else Num(span, text)
            )
        if kind == "text":
            return Name(span, text.strip(), "rm")
        if kind == "cmd":
            return self.command(token, span)
        if text == "{":
            return self.braces(token)
        if text in ("(", "["):
            return self.bracket(token, {"(": ")", "[": "]"}[text])
        if text == "|":
            return self.bar(token)
        if text == "'":
            raise user_error(UNREADABLE, "this prime has nothing before it", span)
        if text in ("^", "_"):
            self.i -= 1
            return Name(Span(token.start, token.start), "", "")  # {}_i: an empty base
        self.i -= 1
        if text in CLOSERS or text in RELATIONS or text in INFIX:
            raise self.fail(f"{text} stands where a term is needed")
        raise self.fail(f"the character {text!r} is not read")

    def letters(self, token: Token) -> Node:
        """A letter, or a run of letters that is one word."""
        i, end = self.i, token.end
        run = token.text
        while i < self.n and self.tokens[i].kind == "let" and self.tokens[i].start == end:
            run += self.tokens[i].text
            end = self.tokens[i].end
            i += 1
        if len(run) > 1 and (run in WORDS or (self.font and self.font != "it" and len(run) > 1)):
            self.i = i
            return Name(Span(token.start, end), run, self.font)
        return Name(Span(token.start, token.end), token.text, self.font)

    def command(self, token: Token, span: Span) -> Node:
        text = token.text
        if text in GREEK:
            return Name(span, text, self.font)
        if text[1:] in FUNCTIONS:
            return Name(span, text[1:], "op")
        if text == r"\mathrmd":
            return Name(span, "d", "rm")
        if text in FONTS:
            return self.fonted(token, FONTS[text])
        if text[-1] == "_" and text[:-1] in FONTS:
            self.font = FONTS[text[:-1]]
            return self.factor()
        if text in ACCENTS:
            return self.accented(token)
        if text == r"\frac":
            numerator, denominator = self.argument(token), self.argument(token)
            return Frac(Span(token.start, self.tokens[self.i - 1].end), numerator, denominator)
        if text == r"\sqrt":
            degree = None
            if self.peek() == "[":
                opened = self.tokens[self.i]
                self.i += 1
                degree = self.additive()
                self.expect("]", opened)
            body = self.argument(token)
            return Sqrt(Span(token.start, self.tokens[self.i - 1].end), body, degree)
        if text == r"\begin":
            return self.environment(token)
        if text in (r"\pmatrix", r"\bmatrix", r"\matrix", r"\cases"):
            opened = self.tokens[self.i]
            self.i += 1
            rows = self.rows("}", opened)
            return Matrix(Span(token.start, self.tokens[self.i - 1].end), text[1:], rows)
        if text == r"\{":
            return self.bracket(token, r"\}")
        if text == r"\|":
            return self.bar(token)
        if text == r"\langle":
            items = self.items()
            end = self.expect(r"\rangle", token)
            return Angle(Span(token.start, end.end), tuple(items))
        if text in DOTS:
            return Dots(span)
        if text in (r"\underbrace", r"\overbrace", r"\boxed", r"\overset", r"\underset", r"\cancel",
                    r"\mathstrut", r"\mathord", r"\mathbin", r"\mathinner", r"\fbox",
                    r"\ensuremath", r"\color", r"\textcolor", r"\colorbox", r"\bbox"):  # fmt: skip
            return self.decorated(token)
        if text in (r"\top", r"\intercal", r"\dagger"):
            return Name(span, text)
        self.i -= 1
        raise self.fail(
            f"the command {text} is not read",
            "mark the formula skip with a reason, or define it as a macro on the page",
        )

    def decorated(self, token: Token) -> Node:
        """Braces under, boxes around, colours: the inner expression alone is mathematics."""
        name = token.text
        if name in (r"\overset", r"\underset", r"\color", r"\textcolor", r"\colorbox"):
            _, self.i = self._token_group()
            if name == r"\color" and self.peek() != "{":
                return self.factor()
        start = self.i
        body = self.argument(token)
        if name in (r"\underbrace", r"\overbrace") and self.peek() in ("_", "^"):
            inside = list(self.tokens[start : self.i])
            self.i += 1
            label, self.i = self._token_group()
            if label and label[0].text in ("=", ":=", r"\equiv") and len(label) > 1:
                self.asides.append((list(label[1:]), label[0], inside))
        return body

    def fonted(self, token: Token, font: str) -> Node:
        group, after = self._token_group()
        start = token.start
        if not group:
            raise user_error(
                UNREADABLE, f"{token.text} has nothing to act on", Span(start, token.end)
            )
        end = self.tokens[after - 1].end
        if all(t.kind == "let" for t in group) or (
            font == "op" and all(t.kind in ("let", "num") or t.text in "-*" for t in group)
        ):
            self.i = after
            return Name(Span(start, end), "".join(t.text for t in group), font)
        if len(group) == 1 and group[0].kind == "num":
            self.i = after
            if group[0].text not in "01" or font not in ("bf", "bb", "tt"):
                return Num(Span(start, end), group[0].text)
            return Name(Span(start, end), group[0].text, "bf")
        inner = Parser(group)
        inner.font = font
        node = inner.additive()
        inner.expect_end()
        self.i = after
        return (
            node
            if not isinstance(node, Name)
            else Name(Span(start, end), node.base, font, node.accent)
        )

    def accented(self, token: Token) -> Node:
        accent = ACCENTS[token.text]
        group, after = self._token_group()
        end = self.tokens[after - 1].end
        self.i = after
        inner = Parser(group)
        inner.font = self.font
        node = inner.additive()
        inner.expect_end()
        span = Span(token.start, end)
        if isinstance(node, Num) and node.text in "01" and accent == "vec":
            return Name(span, node.text, "bf")
        if isinstance(node, Name):
            return Name(span, node.base, node.font, accent + node.accent)
        if isinstance(node, Scripted) and isinstance(node.base, Name):
            base = Name(span, node.base.base, node.base.font, accent + node.base.accent)
            return Scripted(span, base, node.sub, node.sups, node.primes)
        return Name(span, "".join(t.text for t in group), "", accent)

    def _token_group(self) -> tuple[list[Token], int]:
        """The next argument as tokens: a braced group, a command with its own, or one token."""
        if self.i >= self.n:
            raise self.fail("an argument is missing here")
        token = self.tokens[self.i]
        if token.text == "{":
            return _group(self.tokens, self.i)
        if token.text in FONTS or token.text in ACCENTS:
            save, self.i = self.i, self.i + 1
            _, after = self._token_group()
            self.i = save
            return list(self.tokens[save:after]), after
        return [token], self.i + 1

    def argument(self, token: Token) -> Node:
        if self.i >= self.n:
            raise user_error(
                UNREADABLE, f"{token.text} lacks an argument", Span(token.start, token.end)
            )
        if self.peek() == "{":
            opened = self.tokens[self.i]
            self.i += 1
            return self.braces(opened)
        following = self.tokens[self.i]
        if following.kind == "num" and len(following.text) > 1:  # \frac12
            first = Num(Span(following.start, following.start + 1), following.text[0])
            rest = Token("num", following.text[1:], following.start + 1, following.end)
            self.tokens = [*self.tokens[: self.i], rest, *self.tokens[self.i + 1 :]]
            return first
        return self.atom()

    def braces(self, opened: Token) -> Node:
        """A braced group: transparent, but it keeps scripts off what is inside."""
        font = self.font
        if self.peek() == "}":
            end = self.tokens[self.i].end
            self.i += 1
            return Group(Span(opened.start, end), "{", ())
        bars, self.bars = self.bars, []
        items = self.items()
        if self.peek() == r"\over":
            self.i += 1
            denominator = self.additive()
            fraction = Frac(items[0].span.to(denominator.span), items[0], denominator)
            self.bars, self.font = bars, font
            self.expect("}", opened)
            return fraction
        self.bars = bars
        end = self.expect("}", opened).end
        self.font = font
        if len(items) == 1:
            node = items[0]
            if isinstance(node, Name):
                return Name(Span(opened.start, end), node.base, node.font, node.accent)
            return Group(Span(opened.start, end), "{", (node,))
        return Group(Span(opened.start, end), "{", tuple(items))

    def bracket(self, opened: Token, closing: str) -> Node:
        bars, self.bars = self.bars, []
        if self.peek() == closing:
            self.i += 1
            raise user_error(
                UNREADABLE,
                "these brackets are empty",
                Span(opened.start, self.tokens[self.i - 1].end),
            )
        items = self.items()
        if self.peek() in RELATIONS and self.peek() != ":" and len(items) == 1:
            op = RELATIONS[self.peek()]
            self.i += 1
            right = self.additive()
            items = [Condition(items[0].span.to(right.span), items[0], op, right)]
        self.bars = bars
        end = self.expect(closing, opened)
        return Group(Span(opened.start, end.end), opened.text, tuple(items))

    def bar(self, opened: Token) -> Node:
        self.bars.append(opened.text)
        body = self.additive()
        self.bars.pop()
        end = self.expect(opened.text, opened)
        return Bars(Span(opened.start, end.end), opened.text, body)

    def environment(self, token: Token) -> Node:
        name, self.i = _environment(list(self.tokens), self.i - 1)
        if name not in MATRICES and name not in ("cases", "dcases", "rcases"):
            if name in LAYOUTS:
                raise user_error(
                    UNREADABLE,
                    f"{name} cannot stand inside an expression",
                    Span(token.start, token.end),
                )
            raise user_error(
                UNREADABLE,
                f"the environment {name} is not read",
                Span(token.start, self.tokens[self.i - 1].end),
            )
        if name == "array" and self.peek() == "{":
            _, self.i = self._token_group()
        elif self.peek() == "[" and name.endswith("*"):
            self.i += 3
        if name.endswith("cases"):
            return self.cases(token)
        rows = self.rows(r"\end", token)
        _, self.i = _environment(list(self.tokens), self.i - 1)
        return Matrix(Span(token.start, self.tokens[self.i - 1].end), name.rstrip("*"), rows)

    def rows(self, closing: str, opened: Token) -> tuple[tuple[Node | None, ...], ...]:
        """Cells by `&`, rows by `\\\\`; consumes the closing token."""
        rows: list[tuple[Node | None, ...]] = []
        row: list[Node | None] = []
        cell: Node | None = None
        bars, self.bars = self.bars, []
        while True:
            if self.i >= self.n:
                raise user_error(
                    UNREADABLE, f"{opened.text} is never closed", Span(opened.start, opened.end)
                )
            token = self.tokens[self.i]
            if token.text == "&" or token.kind == "row" or token.text == closing:
                row.append(cell)
                cell = None
                self.i += 1
                if token.text != "&":
                    if any(c is not None for c in row):
                        rows.append(tuple(row))
                    row = []
                    if token.text == closing:
                        break
            elif token.text in (",", ".", ";") or token.kind == "quad":
                self.i += 1
            else:
                if cell is not None:
                    raise self.fail(f"{token.text} is not expected in this cell")
                cell = self.additive()
        self.bars = bars
        return _without_empty_columns(rows)

    def cases(self, opened: Token) -> Node:
        rows: list[tuple[Node, Statement | None]] = []
        while True:
            value = self.additive()
            while self.peek() in (",", "&") or (
                self.i < self.n and self.tokens[self.i].kind == "quad"
            ):
                self.i += 1
            condition: list[Token] = []
            while self.i < self.n and self.tokens[self.i].kind != "row" and self.peek() != r"\end":
                condition.append(self.tokens[self.i])
                self.i += 1
            kept = [
                t
                for t in condition
                if t.kind not in ("text", "quad") and t.text not in (",", "&", ".")
            ]
            statements = _Formula(kept, "").statements() if kept else ()
            rows.append((value, statements[0] if statements else None))
            if self.i >= self.n:
                raise user_error(
                    UNREADABLE, "this cases is never closed", Span(opened.start, opened.end)
                )
            self.i += 1
            if self.tokens[self.i - 1].text == r"\end" or self.peek() == r"\end":
                self.i -= self.tokens[self.i - 1].text == r"\end"
                _, self.i = _environment(list(self.tokens), self.i)
                return Cases(Span(opened.start, self.tokens[self.i - 1].end), tuple(rows))

    def scripts(self, base: Node) -> Node:
        """Subscripts, superscripts and primes after an atom."""
        sub: tuple[Token, ...] | None = None
        sups: list[tuple[Token, ...]] = []
        primes = 0
        sup_first = False
        while self.i < self.n:
            text = self.tokens[self.i].text
            if text == "'":
                primes += 1
                self.i += 1
            elif text == "_":
                if sub is not None:
                    raise self.fail("a second subscript")
                self.i += 1
                group, self.i = self._token_group()
                sub = tuple(group)
                sup_first = bool(sups)
            elif text == "^":
                self.i += 1
                group, self.i = self._token_group()
                if group and all(t.text == "'" for t in group):
                    primes += len(group)
                else:
                    sups.append(tuple(group))
            elif (
                text == "{"
                and self.i + 2 < self.n
                and self.tokens[self.i + 1].text == "}"
                and (self.tokens[self.i + 2].text in ("^", "_"))
            ):
                if sub is not None and self.tokens[self.i + 2].text == "_":
                    break
                self.i += 2
            else:
                break
        if sub is None and not sups and not primes:
            return base
        return Scripted(
            Span(base.span.start, self.tokens[self.i - 1].end),
            base,
            sub,
            tuple(sups),
            primes,
            sup_first,
        )

    def big(self) -> Node:
        token = self.tokens[self.i]
        self.i += 1
        sub: tuple[Token, ...] = ()
        sup: tuple[Token, ...] = ()
        while self.peek() in ("_", "^"):
            which = self.peek()
            self.i += 1
            group, self.i = self._token_group()
            if which == "_":
                sub = tuple(group)
            else:
                sup = tuple(group)
        body = self.product()
        return Big(Span(token.start, body.span.end), BIGS[token.text], sub, sup, body)


def _without_empty_columns(
    rows: list[tuple[Node | None, ...]],
) -> tuple[tuple[Node | None, ...], ...]:
    """`0.1&&0.8` is typed for space: a column that is empty throughout is no column."""
    width = max((len(r) for r in rows), default=0)
    padded = [(*r, *(None,) * (width - len(r))) for r in rows]
    keep = [j for j in range(width) if any(r[j] is not None for r in padded)]
    return tuple(tuple(r[j] for j in keep) for r in padded)

r"""TeX as authors write it, in the words that math-core knows.

math-core reads LaTeX; pages hold plain TeX (`\eqalign`, `\cr`), AMS environments it
lacks (`split`, `eqnarray`, `smallmatrix`), and spacing such as `\\[4pt]`. Each rewriting
keeps, for every character, the place it came from, so that an error has a position.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from derivlib.errors import UNREADABLE, user_error

SMALL = "\ue010"  # the table that follows is set small
_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|%[^\n]*\n?|[^\\]", re.DOTALL)
_LENGTH = re.compile(r"\[\s*-?(\d+\.?\d*|\.\d+)\s*(pt|em|ex|mm|cm|in|mu|px|pc)\s*\]")

# environment: what math-core is given instead. Numbers are not set: a page has labels.
ENVIRONMENTS = {
    **dict.fromkeys(("align", "split", "flalign", "alignat", "alignedat"), "aligned"),
    **dict.fromkeys(("gather", "multline", "multlined", "gathered"), "gathered"),
    "eqnarray": "aligned",
    "equation": "",
    "subequations": "",
    "displaymath": "",
    "math": "",
    "smallmatrix": "matrix",
    "psmallmatrix": "pmatrix",
    "bsmallmatrix": "bmatrix",
    "vsmallmatrix": "vmatrix",
}
# plain TeX's \name{rows}: the environment it is
TABLES = {
    "\\eqalign": "aligned",
    "\\displaylines": "gathered",
    "\\cases": "cases",
    "\\matrix": "matrix",
    "\\pmatrix": "pmatrix",
    "\\bmatrix": "bmatrix",
    "\\vmatrix": "vmatrix",
}
TEXTS = ("\\text", "\\textrm", "\\textnormal", "\\mbox", "\\hbox", "\\textit", "\\textbf")
SHOWN = {"\\mbox": "\\text", "\\hbox": "\\text", "\\textnormal": "\\text", "\\textrm": "\\text"}
DROPPED = ("\\nonumber", "\\notag", "\\allowbreak", "\\hfill", "\\displaybreak", "\\limits@")
OPERATORS = ("tr", "Tr", "diag", "Diag", "rank", "sgn", "softmax", "vect")
ROW_ENDS = ("\\\\", "\\cr", "\\newline")


class Token(NamedTuple):
    text: str
    origin: int  # place of its first character in the text it came from


class Rewritten(NamedTuple):
    text: str
    origins: Sequence[int]  # of each character, and of the end

    def origin(self, place: int) -> int:
        return self.origins[min(max(place, 0), len(self.origins) - 1)]


def rewrite(tex: str) -> Rewritten:
    """`tex` in math-core's words.

    Raises:
        DerivlibError: a brace or an environment is never closed.
    """
    tokens = [Token(m.group(), m.start()) for m in _TOKEN.finditer(tex) if m.group()[0] != "%"]
    out = _rows_trimmed(_Rewriter(tex, tokens).all())
    origins = [t.origin + (i if len(t.text) > 1 and tex.startswith(t.text, t.origin) else 0)
               for t in out for i in range(len(t.text))]  # fmt: skip
    return Rewritten("".join(t.text for t in out), (*origins, len(tex)))


class _Rewriter:
    """One pass over the tokens; what a command takes is rewritten before the command is."""

    def __init__(self, tex: str, tokens: list[Token]) -> None:
        self.tex = tex
        self.tokens = tokens
        self.at = 0
        self.commands: dict[str, Callable[[Token], Iterable[Token]]] = {
            "\\begin": self.begin,
            "\\end": self.end,
            "\\label": self.nothing,
            "\\require": self.nothing,
            "\\tag": self.tag,
            "\\substack": self.substack,
            **dict.fromkeys(("\\smash", "\\ensuremath", "\\mathnormal"), self.argument_alone),
            "\\bbox": self.boxed,
            "\\colorbox": self.coloured,
            **dict.fromkeys(TABLES, self.table),
            **dict.fromkeys(TEXTS, self.words),
            **dict.fromkeys(ROW_ENDS, self.row_end),
            **dict.fromkeys(DROPPED, lambda token: ()),
            **dict.fromkeys((f"\\{name}" for name in OPERATORS), self.operator),
        }

    def all(self) -> list[Token]:
        out: list[Token] = []
        while self.at < len(self.tokens):
            out.extend(self.one())
        return out

    def one(self) -> Iterable[Token]:
        token = self.tokens[self.at]
        self.at += 1
        command = self.commands.get(token.text)
        return command(token) if command else (token,)

    # pieces

    def spaces(self) -> None:
        while self.at < len(self.tokens) and self.tokens[self.at].text.isspace():
            self.at += 1

    def argument(self, command: Token, raw: bool = False) -> list[Token]:
        """What stands in the braces after a command, rewritten unless `raw`."""
        self.spaces()
        if self.at >= len(self.tokens):
            raise self.error(command, f"{command.text} lacks an argument")
        if self.tokens[self.at].text != "{":
            if raw:
                self.at += 1
                return [self.tokens[self.at - 1]]
            return list(self.one())
        self.at += 1
        out: list[Token] = []
        depth = 1
        while self.at < len(self.tokens):
            text = self.tokens[self.at].text
            depth += (text == "{") - (text == "}")
            if depth == 0:
                self.at += 1
                return out
            if raw:
                out.append(self.tokens[self.at])
                self.at += 1
            else:
                out.extend(self.one())
        raise self.error(command, f"the brace after {command.text} is never closed")

    def plain(self, command: Token) -> str:
        return "".join(token.text for token in self.argument(command, raw=True))

    def optional(self) -> None:
        """Leave out `[t]`, `[4pt]` and their like."""
        if self.at < len(self.tokens) and self.tokens[self.at].text == "[":
            for stop in range(self.at + 1, len(self.tokens)):
                if self.tokens[stop].text == "]":
                    self.at = stop + 1
                    return

    def error(self, token: Token, statement: str) -> Exception:
        return user_error(UNREADABLE, statement, (token.origin, token.origin + len(token.text)))

    # commands

    def nothing(self, token: Token) -> Iterable[Token]:
        self.argument(token, raw=True)
        return ()

    def argument_alone(self, token: Token) -> Iterable[Token]:
        return (Token("{", token.origin), *self.argument(token), Token("}", token.origin))

    def boxed(self, token: Token) -> Iterable[Token]:
        self.optional()
        return self.argument_alone(token)

    def coloured(self, token: Token) -> Iterable[Token]:
        self.argument(token, raw=True)
        return self.argument_alone(token)

    def operator(self, token: Token) -> Iterable[Token]:
        return _spell(rf"\operatorname{{{token.text[1:]}}}", token.origin)

    def tag(self, token: Token) -> Iterable[Token]:
        self.spaces()
        star = self.at < len(self.tokens) and self.tokens[self.at].text == "*"
        self.at += star
        words = self.argument(token, raw=True)
        if not star:
            words = [Token("(", token.origin), *words, Token(")", token.origin)]
        return (*_spell(r"\qquad", token.origin), *_sentence("\\text", words, token.origin))

    def substack(self, token: Token) -> Iterable[Token]:
        rows = self.argument(token)
        return (*_spell(r"\begin{subarray}{c}", token.origin), *rows,
                *_spell(r"\end{subarray}", token.origin))  # fmt: skip

    def table(self, token: Token) -> Iterable[Token]:
        name = TABLES[token.text]
        rows = self.argument(token)
        return (*_spell(rf"\begin{{{name}}}", token.origin), *rows,
                *_spell(rf"\end{{{name}}}", token.origin))  # fmt: skip

    def words(self, token: Token) -> Iterable[Token]:
        return _sentence(
            SHOWN.get(token.text, token.text), self.argument(token, True), token.origin
        )

    def row_end(self, token: Token) -> Iterable[Token]:
        if self.at < len(self.tokens) and self.tokens[self.at].text == "*":
            self.at += 1
        if self.at < len(self.tokens):
            match = _LENGTH.match(self.tex, self.tokens[self.at].origin)
            if match:
                while self.at < len(self.tokens) and self.tokens[self.at].origin < match.end():
                    self.at += 1
        return (Token("\\\\", token.origin), Token(" ", token.origin))

    def begin(self, token: Token) -> Iterable[Token]:
        name = self.plain(token)
        bare = name.removesuffix("*")
        known = ENVIRONMENTS.get(bare, bare if name.endswith("matrix*") else name)
        if bare in ("alignat", "alignedat"):
            self.argument(token, raw=True)
        if known != "array":
            self.optional()
        if not known:
            return _spell("{", token.origin)
        start = _spell(rf"\begin{{{known}}}", token.origin)
        if bare.endswith("smallmatrix"):
            return (*_spell(SMALL, token.origin), *start)
        if name == "array":
            return (*start, *self.columns(token))
        if bare == "eqnarray":
            return (*start, *self.eqnarray(token))
        return start

    def end(self, token: Token) -> Iterable[Token]:
        name = self.plain(token)
        bare = name.removesuffix("*")
        known = ENVIRONMENTS.get(bare, bare if name.endswith("matrix*") else name)
        return _spell(rf"\end{{{known}}}" if known else "}", token.origin)

    def columns(self, token: Token) -> Iterable[Token]:
        """Column letters of an array, the last repeated for as many columns as it has."""
        self.optional()
        letters = self.plain(token)
        if not letters:
            raise self.error(token, "an array needs its columns, such as {cc}")
        depth = cells = most = 0
        for t in self.tokens[self.at :]:
            depth += (t.text in ("{", "\\begin")) - (t.text in ("}", "\\end"))
            if depth < 0:
                break
            if t.text in ROW_ENDS and depth == 0:
                cells = 0
            elif t.text == "&" and depth == 0:
                cells += 1
                most = max(most, cells)
        missing = most + 1 - sum(c in "lcr" for c in letters)
        aligned = [c for c in letters if c in "lcr"]
        letters += (aligned[-1] if aligned else "c") * max(missing, 0)
        return _spell(f"{{{letters}}}", token.origin)

    def eqnarray(self, token: Token) -> Iterable[Token]:
        """`a &=& b` has its relation between two alignment marks; `aligned` wants the first."""
        out: list[Token] = []
        depth = marks = 0
        while self.at < len(self.tokens):
            text = self.tokens[self.at].text
            if text == "\\end" and depth == 0:
                return out
            depth += (text in ("{", "\\begin")) - (text in ("}", "\\end"))
            if text in ROW_ENDS and depth == 0:
                marks = 0
            if text == "&" and depth == 0:
                marks += 1
                if marks == 2:
                    out.append(Token("{}", self.tokens[self.at].origin))
                    self.at += 1
                    continue
            out.extend(self.one())
        raise self.error(token, r"\begin{eqnarray} is never closed")


def _spell(text: str, origin: int) -> tuple[Token, ...]:
    return (Token(text, origin),)


def _sentence(command: str, tokens: Sequence[Token], origin: int) -> tuple[Token, ...]:
    r"""Words with `$…$` or `\(…\)` among them: text and mathematics side by side."""
    if not any(t.text in ("$", "\\(") for t in tokens):
        return (Token(command, origin), Token("{", origin), *tokens, Token("}", origin))
    out: list[Token] = [Token("{", origin)]
    inside = False
    run: list[Token] = []

    def close() -> None:
        if run and inside:
            out.extend((Token("{", origin), *_Rewriter("", list(run)).all(), Token("}", origin)))
        elif run:
            out.extend((Token(command, origin), Token("{", origin), *run, Token("}", origin)))
        run.clear()

    for token in tokens:
        if token.text in ("$", "\\(", "\\)"):
            close()
            inside = not inside
        else:
            run.append(token)
    if inside:
        raise user_error(UNREADABLE, "a $ in the text is never closed", (origin, origin + 1))
    close()
    return (*out, Token("}", origin))


def _rows_trimmed(tokens: list[Token]) -> list[Token]:
    """Without the empty last row that a `\\\\` before the end of a table would make."""
    out: list[Token] = []
    for token in tokens:
        if token.text.startswith("\\end{"):
            last = len(out)
            while last and out[last - 1].text.isspace():
                last -= 1
            if last and out[last - 1].text == "\\\\":
                del out[last - 1 :]
        out.append(token)
    return out

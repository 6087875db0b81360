"""A place in the tokens of one expression, and what is known there."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from derivlib.errors import UNREADABLE, DerivlibError, user_error
from derivlib.source import Span
from derivlib.tex.environments import braced
from derivlib.tex.lexer import Token
from derivlib.tex.statements import Aside
from derivlib.tex.tree import Node, Statement
from derivlib.tex.vocabulary import ACCENTS, CLOSERS, FONTS


class Cursor(ABC):
    """Where reading stands; `Parser` adds the grammar, by which inner expressions are read."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self.i = 0
        self.n = len(tokens)
        self.bars: list[str] = []
        self.font = ""
        self.asides: list[Aside] = []

    @abstractmethod
    def additive(self) -> Node:
        """Terms with their signs: a whole expression."""

    @abstractmethod
    def factor(self) -> Node:
        """An atom with its scripts, or a sum with its body."""

    @abstractmethod
    def atom(self) -> Node:
        """What scripts attach to."""

    @abstractmethod
    def inner(self, tokens: Sequence[Token], font: str) -> Node:
        """A whole expression from tokens of its own."""

    @abstractmethod
    def statements(self, tokens: list[Token]) -> tuple[Statement, ...]:
        """Statements from tokens of their own."""

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

    def token_group(self) -> tuple[list[Token], int]:
        """The next argument as tokens: a braced group, a command with its own, or one token."""
        if self.i >= self.n:
            raise self.fail("an argument is missing here")
        token = self.tokens[self.i]
        if token.text == "{":
            return braced(self.tokens, self.i)
        if token.text in FONTS or token.text in ACCENTS:
            save, self.i = self.i, self.i + 1
            _, after = self.token_group()
            self.i = save
            return list(self.tokens[save:after]), after
        return [token], self.i + 1

    def since(self, token: Token) -> Span:
        """From a token to what was read last."""
        return Span(token.start, self.tokens[self.i - 1].end)

"""What stands in brackets: arguments, groups, bars, and lists between angles."""

from __future__ import annotations

from derivlib.errors import UNREADABLE, user_error
from derivlib.source import Span
from derivlib.tex.cursor import Cursor
from derivlib.tex.lexer import Token
from derivlib.tex.tree import Angle, Bars, Condition, Frac, Group, Name, Node, Num
from derivlib.tex.vocabulary import RELATIONS

CLOSING = {"(": ")", "[": "]", r"\{": r"\}"}


def argument(at: Cursor, token: Token) -> Node:
    """What a command acts on: a braced group, one digit, or one atom."""
    if at.i >= at.n:
        raise user_error(
            UNREADABLE, f"{token.text} lacks an argument", Span(token.start, token.end)
        )
    if at.peek() == "{":
        opened = at.tokens[at.i]
        at.i += 1
        return braces(at, opened)
    following = at.tokens[at.i]
    if following.kind == "num" and len(following.text) > 1:  # \frac12
        first = Num(Span(following.start, following.start + 1), following.text[0])
        rest = Token("num", following.text[1:], following.start + 1, following.end)
        at.tokens = [*at.tokens[: at.i], rest, *at.tokens[at.i + 1 :]]
        return first
    return at.atom()


def braces(at: Cursor, opened: Token) -> Node:
    """A braced group: transparent, but it keeps scripts off what is inside."""
    font = at.font
    if at.peek() == "}":
        end = at.tokens[at.i].end
        at.i += 1
        return Group(Span(opened.start, end), "{", ())
    bars, at.bars = at.bars, []
    items = at.items()
    if at.peek() == r"\over":
        at.i += 1
        denominator = at.additive()
        fraction = Frac(items[0].span.to(denominator.span), items[0], denominator)
        at.bars, at.font = bars, font
        at.expect("}", opened)
        return fraction
    at.bars = bars
    end = at.expect("}", opened).end
    at.font = font
    if len(items) == 1:
        node = items[0]
        if isinstance(node, Name):
            return Name(Span(opened.start, end), node.base, node.font, node.accent)
        return Group(Span(opened.start, end), "{", (node,))
    return Group(Span(opened.start, end), "{", tuple(items))


def bracket(at: Cursor, opened: Token) -> Node:
    """A list in brackets, or a relation in them, as in 𝟏[a > 0]."""
    closing = CLOSING[opened.text]
    bars, at.bars = at.bars, []
    if at.peek() == closing:
        at.i += 1
        raise user_error(
            UNREADABLE,
            "these brackets are empty",
            at.since(opened),
        )
    items = at.items()
    if at.peek() in RELATIONS and at.peek() != ":" and len(items) == 1:
        op = RELATIONS[at.peek()]
        at.i += 1
        right = at.additive()
        items = [Condition(items[0].span.to(right.span), items[0], op, right)]
    at.bars = bars
    end = at.expect(closing, opened)
    return Group(Span(opened.start, end.end), opened.text, tuple(items))


def bar(at: Cursor, opened: Token) -> Node:
    """|x| and ‖x‖."""
    at.bars.append(opened.text)
    body = at.additive()
    at.bars.pop()
    end = at.expect(opened.text, opened)
    return Bars(Span(opened.start, end.end), opened.text, body)


def angle(at: Cursor, opened: Token) -> Node:
    """⟨A, B⟩."""
    items = at.items()
    end = at.expect(r"\rangle", opened)
    return Angle(Span(opened.start, end.end), tuple(items))

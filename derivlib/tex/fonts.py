"""Names as they are set: words, fonts, accents, and what is put around an expression."""

from __future__ import annotations

from derivlib.errors import UNREADABLE, user_error
from derivlib.source import Span
from derivlib.tex.brackets import argument
from derivlib.tex.cursor import Cursor
from derivlib.tex.lexer import Token
from derivlib.tex.tree import Name, Node, Num, Scripted
from derivlib.tex.vocabulary import ACCENTS, FONTS, WORDS


def letters(at: Cursor, token: Token) -> Node:
    """A letter, or a run of letters that is one word."""
    i, end = at.i, token.end
    run = token.text
    while i < at.n and at.tokens[i].kind == "let" and at.tokens[i].start == end:
        run += at.tokens[i].text
        end = at.tokens[i].end
        i += 1
    if len(run) > 1 and (run in WORDS or (at.font and at.font != "it" and len(run) > 1)):
        at.i = i
        return Name(Span(token.start, end), run, at.font)
    return Name(Span(token.start, token.end), token.text, at.font)


def decorated(at: Cursor, token: Token) -> Node:
    """Braces under, boxes around, colours: the inner expression alone is mathematics."""
    name = token.text
    if name in (r"\overset", r"\underset", r"\color", r"\textcolor", r"\colorbox"):
        _, at.i = at.token_group()
        if name == r"\color" and at.peek() != "{":
            return at.factor()
    start = at.i
    body = argument(at, token)
    if name in (r"\underbrace", r"\overbrace") and at.peek() in ("_", "^"):
        inside = list(at.tokens[start : at.i])
        at.i += 1
        label, at.i = at.token_group()
        if label and label[0].text in ("=", ":=", r"\equiv") and len(label) > 1:
            at.asides.append((list(label[1:]), label[0], inside))
    return body


def fonted(at: Cursor, token: Token) -> Node:
    """What a font command with an argument says: a name in that font, as a rule."""
    font = FONTS[token.text]
    group, after = at.token_group()
    start = token.start
    if not group:
        raise user_error(UNREADABLE, f"{token.text} has nothing to act on", Span(start, token.end))
    end = at.tokens[after - 1].end
    if all(t.kind == "let" for t in group) or (
        font == "op" and all(t.kind in ("let", "num") or t.text in "-*" for t in group)
    ):
        at.i = after
        return Name(Span(start, end), "".join(t.text for t in group), font)
    if len(group) == 1 and group[0].kind == "num":
        at.i = after
        if group[0].text not in "01" or font not in ("bf", "bb", "tt"):
            return Num(Span(start, end), group[0].text)
        return Name(Span(start, end), group[0].text, "bf")
    node = at.inner(group, font)
    at.i = after
    return (
        node if not isinstance(node, Name) else Name(Span(start, end), node.base, font, node.accent)
    )


def accented(at: Cursor, token: Token) -> Node:
    """A name under a hat, a bar, a dot."""
    accent = ACCENTS[token.text]
    group, after = at.token_group()
    end = at.tokens[after - 1].end
    at.i = after
    node = at.inner(group, at.font)
    span = Span(token.start, end)
    if isinstance(node, Num) and node.text in "01" and accent == "vec":
        return Name(span, node.text, "bf")
    if isinstance(node, Name):
        return Name(span, node.base, node.font, accent + node.accent)
    if isinstance(node, Scripted) and isinstance(node.base, Name):
        base = Name(span, node.base.base, node.base.font, accent + node.base.accent)
        return Scripted(span, base, node.sub, node.sups, node.primes)
    return Name(span, "".join(t.text for t in group), "", accent)

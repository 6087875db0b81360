"""A name with a script on the left of `=`: an entry, a constant, or a name of its own?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from derivlib.errors import DerivlibError
from derivlib.expr import Binding, Expr, Op, children
from derivlib.meaning.printed import INDEX_LETTERS, script_text
from derivlib.scope import Key
from derivlib.shapes import ONE, SCALAR
from derivlib.tex.tree import Name, Node, Scripted
from derivlib.values.axes import used_indices

if TYPE_CHECKING:
    from derivlib.judging.judge import Judge

_NO_OTHER_INVERSE = {"spd", "negative_definite", "invertible", "orthogonal"}


def names_anew(judge: Judge, key: Key, left: Node, right: Node) -> bool:
    """Is a left side that could be read as an entry or an operation a new name all the same?

    w_o of a vector w where o is no index, x_0, the x_{k+1} after a name x_k, an I_1 that is
    no identity, the state x^+: what each could be read as cannot take the value on the right.
    """
    if not isinstance(left, Scripted) or left.primes:
        return False
    base = judge.scope.lookup(Key(key.base, key.font, key.accent))
    array = base is not None and base.kind in ("free", "defined") and not base.indices
    texts = [t.text for t in left.sub or () if t.text not in (",", "{", "}")]
    if left.sub and not left.sups and _is_next(judge, key, base if array else None, texts, right):
        return True
    r = judge.reader()
    try:
        value = r.expr(right)
    except DerivlibError:
        return False
    shape = r.u.shape(value.shape)
    if key.base == "I" and base is None and not left.sups:
        return shape == SCALAR and all(t.isdigit() for t in texts)
    if base is None or not array or base.shape == SCALAR:
        return False
    if left.sub is None:
        if [script_text(s) for s in left.sups] != ["+"] or not r.u.same(shape, base.shape):
            return False
        if base.shape[0] == base.shape[1]:
            return bool(base.domain & _NO_OTHER_INVERSE)
        return ONE in base.shape or not _inverts(value)  # X(X^\top X)^{-1} is a slip for X^+
    if left.sups:
        return False
    if texts == ["0"]:
        return True  # entries are counted from 1
    return shape != SCALAR and not any(_may_count(judge, t, value) for t in texts)


def _is_next(
    judge: Judge, key: Key, base: Binding | None, texts: list[str], right: Node
) -> bool:
    """x_{k+1} where nothing says how far k runs: the iterate after x_k."""
    if len(texts) != 3 or texts[1] not in ("+", "-") or not texts[2].isdigit():
        return False
    if judge.scope.index(texts[0]) is not None or texts[0] in judge.ranged:
        return False
    present = key._replace(sub=texts[0])
    before = judge.scope.lookup(present)
    if before is not None or base is None or base.kind != "free" or base.shape == SCALAR:
        return before is not None and not before.indices
    if judge.scope.lookup(key._replace(sub="*")) is not None or _reads(judge, right):
        return False
    before = Binding(
        present.tex(), present.tex(), "free", base.shape, base.span, set(base.domain)
    )
    judge.scope.bind(present, before)  # x_k is no entry here: it is a point such as x
    if not _reads(judge, right):
        judge.scope.unbind(present)
        return False
    return True


def _inverts(e: Expr) -> bool:
    if isinstance(e, Op) and e.operator.name in ("inverse", "pseudo_inverse"):
        return True
    return any(_inverts(child) for child in children(e))


def _reads(judge: Judge, node: Node) -> bool:
    try:
        judge.reader().expr(node)
    except DerivlibError:
        return False
    return True


def _may_count(judge: Judge, text: str, value: Expr) -> bool:
    """Is this piece of a subscript a number, an index in use, or a letter that mostly is one?"""
    if text in INDEX_LETTERS or not text.isalpha() or text in judge.ranged:
        return True
    if judge.scope.index(text) is not None or text in {i.name for i in used_indices([value])}:
        return True
    bound = judge.scope.lookup(Key(text))
    return bound is not None and bound.is_dimension


def is_conventional(judge: Judge, node: Node) -> bool:
    """A gain K_k, a residual e_i: printed like K_{mn} and like a unit vector, but not meant so.

    That is the case where no letter below K is a size, and no e_i has stood on the page before.
    """
    name = node.base if isinstance(node, Scripted) else node
    if not isinstance(name, Name) or not isinstance(node, Scripted) or not node.sub or node.sups:
        return False
    if name.base not in ("K", "e") or name.accent or judge.scope.lookup(Key(name.base, name.font)):
        return False
    letters = [t.text for t in node.sub if t.kind == "let"]
    if name.base == "K":
        return bool(letters) and all(judge.scope.lookup(Key(x)) is None for x in letters)
    if not letters or judge.scope.lookup(Key("e", name.font, "", "*")) is not None:
        return False
    return not judge.scope.settings.units

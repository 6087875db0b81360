"""Exact members of a family, such as H^{(0)} or x_1, tied to it by their names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from derivlib.scope import Key

if TYPE_CHECKING:
    from derivlib.judging.judge import Judge


def link(judge: Judge) -> None:
    """Tie exact members, such as H^{(0)} or x_1, to the family of their name."""
    for scope in judge.scope.chain():
        families = [(k, b) for k, b in scope.names.items() if b.indices and b.kind != "function"]
        if not families:
            continue
        for key, other in list(scope.names.items()):
            for family_key, family in families:
                if other is family or other.indices:
                    continue
                value = _member_of(key, family_key)
                if value is not None and value not in family.members:
                    family.members[value] = other
                    judge.page.worlds.reset()


def _member_of(key: Key, family: Key) -> tuple[int, ...] | None:
    """(0,) for H^{(0)} in the family H^{(*)}; None when it is no member."""
    if (key.base, key.font, key.accent) != (family.base, family.font, family.accent):
        return None
    if family.sup == "(*)" and key.sub == family.sub:
        match = re.fullmatch(r"\((\d+)\)", key.sup)
        return (int(match.group(1)),) if match else None
    if family.sub == "*" and key.sup == family.sup:
        return (int(key.sub),) if key.sub.isdigit() else None
    return None

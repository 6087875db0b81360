"""Where the formulas of a page go in the tree that Markdown makes of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as etree

from markdown import Markdown
from markdown.treeprocessors import Treeprocessor

from derivlib.adapters.setting import BLOCK, CLOSE, INLINE, MARK, NOTE, Setting

SLOT = re.compile(f"<div>([{BLOCK}{NOTE}])(\\d+){CLOSE}</div>")
_SPLIT = ("p",)  # cannot hold a block: the formula parts it in two
_HOLDS_BLOCKS = ("li", "td", "th", "dd", "div", "blockquote", "details", "figure", "section")
_HEADING = re.compile(r"h[1-6]\Z")


class Place(Treeprocessor):
    """Gives display formulas a place between paragraphs, and messages one below theirs."""

    def __init__(self, md: Markdown, setting: Setting) -> None:
        super().__init__(md)
        self.setting = setting

    def run(self, root: etree.Element) -> None:
        self.blocks(root)
        self.notes(root)
        for element in root.iter():
            for name, value in element.items():
                if MARK.search(value):
                    self.setting.worded.update(int(m[1]) for m in MARK.finditer(value))
                    element.set(name, self.setting.plain(value))

    def blocks(self, parent: etree.Element) -> None:
        for child in list(parent):
            self.blocks(child)
            if child.tag in _SPLIT and BLOCK in "".join(child.itertext()):
                at = list(parent).index(child)
                parts = list(_parted(child))
                parts[-1].tail, child.tail = child.tail, None
                parent.remove(child)
                for i, part in enumerate(parts):
                    parent.insert(at + i, part)
        if parent.tag in _HOLDS_BLOCKS:
            _inner_slots(parent)

    def notes(self, root: etree.Element) -> None:
        """The messages of wrong formulas inside lines stand after the block they are in."""
        for at in range(len(root) - 1, -1, -1):
            text = "".join(root[at].itertext())
            for found in reversed(list(re.finditer(f"{INLINE}(\\d+){CLOSE}", text))):
                if not self.setting.verdicts[int(found[1])].ok:
                    note = etree.Element("div")
                    note.text = f"{NOTE}{found[1]}{CLOSE}"
                    root.insert(at + 1, note)


_BLOCK_MARK = re.compile(f"({BLOCK}\\d+{CLOSE})")


def _parted(paragraph: etree.Element) -> Iterator[etree.Element]:
    """A paragraph as the paragraphs and formulas that it is."""
    current = etree.Element(paragraph.tag, dict(paragraph.items()))
    made = False

    def pieces(text: str | None) -> Iterator[str]:
        yield from _BLOCK_MARK.split(text or "")

    def filled() -> bool:
        return len(current) > 0 or bool((current.text or "").strip())

    def add(text: str) -> None:
        if len(current):
            current[-1].tail = (current[-1].tail or "") + text
        else:
            current.text = (current.text or "") + text

    for child in (None, *list(paragraph)):
        if child is not None:
            tail, child.tail = child.tail, None
            current.append(child)
        else:
            tail = paragraph.text
        for piece in pieces(tail):
            if _BLOCK_MARK.fullmatch(piece):
                if filled():
                    made = True
                    yield current
                slot = etree.Element("div")
                slot.text = piece
                made = True
                yield slot
                current = etree.Element(paragraph.tag)
            else:
                add(piece.lstrip("\n") if not filled() else piece)
    if filled() or not made:
        yield current


def _inner_slots(parent: etree.Element) -> None:
    """Display formulas in the direct text of a list item or cell become blocks of it."""

    def slots(text: str | None) -> tuple[str, list[etree.Element]]:
        first, *rest = _BLOCK_MARK.split(text or "")
        made: list[etree.Element] = []
        for mark, tail in zip(rest[::2], rest[1::2], strict=True):
            slot = etree.Element("div")
            slot.text, slot.tail = mark, tail
            made.append(slot)
        return first, made

    if (
        _BLOCK_MARK.fullmatch((parent.text or "").strip())
        and parent.tag == "div"
        and not len(parent)
    ):
        return  # a slot already
    at = 0
    for child in (None, *list(parent)):
        owner = parent if child is None else child
        before = owner.text if child is None else owner.tail
        first, made = slots(before)
        if made:
            if child is None:
                parent.text = first
            else:
                child.tail = first
        at = 0 if child is None else list(parent).index(child) + 1
        for i, slot in enumerate(made):
            parent.insert(at + i, slot)


class Name(Treeprocessor):
    """Headings that hold formulas get an identity and a title made of words."""

    def __init__(self, md: Markdown, setting: Setting) -> None:
        super().__init__(md)
        self.setting = setting

    def run(self, root: etree.Element) -> None:
        taken = {element.get("id") for element in root.iter()}
        for element in root.iter():
            text = "".join(element.itertext())
            if not (isinstance(element.tag, str) and _HEADING.match(element.tag)):
                continue
            if not MARK.search(text):
                continue
            words = " ".join(self.setting.plain(text).split())
            if not element.get("data-toc-label"):
                element.set("data-toc-label", words)
            if "toc" in self.md.treeprocessors and not element.get("id"):
                toc: Any = self.md.treeprocessors["toc"]
                name = slug = toc.slugify(words, toc.sep) or "section"
                count = 0
                while name in taken:
                    count += 1
                    name = f"{slug}_{count}"
                taken.add(name)
                element.set("id", name)

"""An overview of a folder's pages by what is differentiated, by what, and with what result.

Each page says it at its head, and names the formula that is the result by its label:

    derives:
      - {of: the loss, by: the weights, label: by-W}

What the overview shows is drawn from the formula that was checked, so it cannot go stale.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape, unescape

from mkdocs.structure.pages import Page

from derivlib.adapters.setting import expansions
from derivlib.adapters.statements import LABEL, labelled
from derivlib.adapters.typed import typed_text
from derivlib.errors import Diagnostic
from derivlib.source import Source, Span
from derivlib.text.frontmatter import read_front_matter
from derivlib.verdict import FileReport

PLACE = "{{ derivlib.overview }}"
_ASKED = re.compile(rf"^{re.escape(PLACE)}[ \t]*\r?$", re.MULTILINE)
_KEYS = ("of", "by", "label")
_LOOKS = "it looks like  - {of: the loss, by: the weights, label: by-W}"
_OPENING = re.compile(r'<\w+ class="dl-formula dl-display[^>]*>')


@dataclass(frozen=True)
class Derives:
    """What a page derives: of what, by what, and the label of the result."""

    of: str
    by: str
    label: str
    span: Span


@dataclass(frozen=True)
class Row:
    """A result in the overview: its words, its MathML, and where it stands."""

    of: str
    by: str
    math: str
    page: str
    address: str
    anchor: str


def read_derives(source: Source) -> tuple[list[Derives], list[Diagnostic]]:
    """What the front matter of a page says that it derives, and what is wrong with that."""
    found, wrong = _read(source.text) if "derives" in source.text else ((), ())
    return list(found), list(wrong)


@lru_cache(maxsize=512)
def _read(text: str) -> tuple[tuple[Derives, ...], tuple[Diagnostic, ...]]:
    settings, end, mistake = read_front_matter(text)
    if mistake or "derives" not in settings:
        return (), ()
    start = text.index("\n") + 1
    found: list[Derives] = []
    wrong: list[Diagnostic] = []
    for span, entry in _entries(text[start : end - 3], start):
        told = {key: str(entry.get(key) or "").strip() for key in _KEYS}
        lacks = [key for key in _KEYS if not told[key]]
        more = [key for key in entry if key not in _KEYS]
        if lacks or more:
            what = f"lacks `{lacks[0]}`" if lacks else f"has an unknown key `{more[0]}`"
            wrong.append(Diagnostic("page", f"an entry of `derives` {what}", span, (_LOOKS,)))
        else:
            found.append(Derives(**told, span=span))
    if not found and not wrong:
        wrong.append(Diagnostic("page", "`derives` is not a list", Span(0, 3), (_LOOKS,)))
    return tuple(found), tuple(wrong)


def _entries(text: str, start: int) -> Iterator[tuple[Span, Mapping[str, object]]]:
    """Each entry of `derives` with its place, for which YAML is asked once more."""
    import yaml

    tree = yaml.compose(text.replace("\r", " "), Loader=yaml.SafeLoader)
    read = yaml.safe_load(text)["derives"]
    nodes = next((v for k, v in tree.value if k.value == "derives"), None) if tree else None
    if not isinstance(read, list) or nodes is None:
        return
    for node, entry in zip(nodes.value, read, strict=True):
        span = Span(start + node.start_mark.index, start + node.end_mark.index)
        yield span, entry if isinstance(entry, dict) else {}


def problems(report: FileReport) -> list[Diagnostic]:
    """Why a page cannot stand in an overview: it says nothing, or names what it does not hold."""
    derives, wrong = read_derives(report.source)
    if not derives and not wrong:
        line = report.source.text.partition("\n")[0]
        facts = ("every page beside an overview does, under `derives:` at its head", _LOOKS)
        statement = "it is not said what is derived here"
        return [Diagnostic("page", statement, Span(0, len(line)), facts)]
    known = _labels(report)
    for one in derives:
        if one.label not in known:
            statement = f"no formula that holds is labelled `{one.label}`"
            there = f"labels here: {', '.join(sorted(known)) or 'none'}"
            wrong.append(Diagnostic("page", statement, one.span, (there,)))
    return wrong


def _labels(report: FileReport) -> dict[str, int]:
    """The labels of a page, and which formula each of them stands in."""
    found: dict[str, int] = {}
    for at, verdict in enumerate(report.formulas):
        if verdict.ok and not verdict.wrong and verdict.kind in ("claim", "definition"):
            for name in [*LABEL.findall(verdict.tex), *filter(None, [verdict.label])]:
                found.setdefault(name, at)
    return found


def results(report: FileReport) -> Iterator[tuple[Derives, str, str]]:
    """Each thing a page derives, its result as MathML, and the TeX of the whole display."""
    known = _labels(report)
    expanded = list(expansions(v.tex for v in report.formulas))
    for one in read_derives(report.source)[0]:
        if one.label in known:
            at = known[one.label]
            yield one, labelled(expanded[at], one.label), report.formulas[at].tex


def lines(report: FileReport) -> Iterator[str]:
    """What a page derives, in words: `the loss, by the weights: dL/dW = X^T G`."""
    for one, math, _ in results(report):
        yield f"{one.of}, by {one.by}: {typed_text(math)}"


def anchor_in(html: str, label: str, tex: str) -> str:
    """The name under which a labelled formula stands on its page as built."""
    for opening in _OPENING.findall(html):
        shown = re.search(r' data-tex="([^"]*)"', opening)
        name = re.search(r' id="([^"]*)"', opening)
        if shown and name and unescape(shown[1]).split() == tex.split():
            own = f"eq-{label}"
            return own if f' id="{own}"' in html else name[1]
    return ""


def places(reports: Mapping[str, FileReport]) -> list[str]:
    """The pages that ask for an overview."""
    return [uri for uri, report in reports.items() if _ASKED.search(report.source.text)]


def beside(reports: Mapping[str, FileReport]) -> list[str]:
    """The pages in the folder of an overview, by their address in the source."""
    folders = {place.rpartition("/")[0]: place for place in places(reports)}
    found = [(uri, folders.get(uri.rpartition("/")[0])) for uri in reports if uri.endswith(".md")]
    return [uri for uri, place in found if place is not None and uri != place]


def grouped(
    pages: Iterable[Page], here: Page, reports: Mapping[str, FileReport]
) -> list[tuple[str, str, list[Row]]]:
    """(title, name, rows) of each section of the navigation below the one of the overview."""
    known = set(beside(reports))
    groups: dict[str, list[Row]] = {}
    for page in pages:
        if page.file.src_uri in known:
            section = page.parent if page.parent is not here.parent else None
            rows = groups.setdefault(section.title if section else "", [])
            rows.extend(_rows(page, here, reports[page.file.src_uri]))
    return [(title, re.sub(r"\W+", "-", title.lower()), rows) for title, rows in groups.items()]


def _rows(page: Page, here: Page, report: FileReport) -> Iterator[Row]:
    address, title = page.file.url_relative_to(here.file), str(page.title)
    for one, math, tex in results(report):
        anchor = anchor_in(page.content or "", one.label, tex)
        yield Row(one.of, one.by, math, title, address, anchor)


def draw(groups: Iterable[tuple[str, str, Sequence[Row]]]) -> str:
    """A table for each group."""
    return "".join(_group(title, name, rows) for title, name, rows in groups)


def _group(title: str, name: str, rows: Sequence[Row]) -> str:
    heading = f'<h2 id="{escape(name)}">{escape(title)}</h2>' if title else ""
    head = "".join(f'<th scope="col">{word}</th>' for word in ("Of", "By", "Result"))
    pages: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        pages.setdefault((row.page, row.address), []).append(row)
    body = "".join(_page(*page, results) for page, results in pages.items())
    return (
        f'{heading}<div class="dl-overview" data-search-exclude><table class="dl-results">'
        f"<thead><tr>{head}</tr></thead>{body}</table></div>"
    )


def _page(title: str, address: str, rows: list[Row]) -> str:
    body = "".join(
        f'<tr><td>{escape(row.of)}</td><td><span class="dl-by">by </span>{escape(row.by)}</td>'
        f'<td><a href="{escape(row.address)}#{escape(row.anchor)}" '
        f'aria-label="{escape(typed_text(row.math))}">{row.math}</a></td></tr>'
        for row in rows
    )
    return (
        f'<tbody><tr><th colspan="3" scope="rowgroup"><a href="{escape(address)}">'
        f"{escape(title)}</a></th></tr>{body}</tbody>"
    )

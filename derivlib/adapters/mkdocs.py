"""The MkDocs plugin: nothing is served that was not verified first.

`on_pre_build` verifies every page before the old site is touched. A mistake ends a build
and leaves the last good site; under `mkdocs serve` it stands on the page, in red.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import escape, unescape
from pathlib import Path
from typing import Literal

import markdown
import numpy as np
from jinja2 import Environment
from mkdocs.config import config_options as option
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin, CombinedEvent, event_priority, get_plugin_logger
from mkdocs.structure.files import File, Files, get_files, set_exclusions
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import AnchorLink, get_toc
from mkdocs.utils.templates import TemplateContext

import derivlib
from derivlib.adapters import figures, overview
from derivlib.adapters.font import math_font
from derivlib.adapters.kept import Kept
from derivlib.adapters.notebook import BETWEEN, put_cells
from derivlib.adapters.search import SHIM, searchable, with_shim
from derivlib.adapters.setting import Setting
from derivlib.adapters.staging import Staging
from derivlib.adapters.tally import count_formulas, foot, sentence, table
from derivlib.adapters.worker import Done, Task, verify_all
from derivlib.message import message_text, mistakes
from derivlib.report import render_text
from derivlib.source import Source
from derivlib.verdict import FileReport

log = get_plugin_logger("derivlib")
_ASSETS = Path(__file__).parent / "assets"
_ADDRESS = "assets/derivlib"
_SNIPPET = re.compile(r"-{1,}8<-{1,}\s+[\"']?([^\"'\s]+?)(?::[\w\-:,]*)?[\"']?\s*$", re.MULTILINE)
_TEX = re.compile(r'<(?:section|span) class="dl-formula [^>]*? data-tex="([^"]*)"')


class DerivlibConfig(Config):
    code = option.Type(bool, default=True)  # run the Python of the pages
    seed = option.Type(int, default=0)
    font = option.Type(bool, default=True)
    foot = option.Type(bool, default=True)
    cache_dir = option.Type(str, default=".cache/derivlib")


class DerivlibPlugin(BasePlugin[DerivlibConfig]):
    def __init__(self) -> None:
        self.serving = False
        self.known: dict[str, tuple[str, Done]] = {}  # by page: a digest of all it rests on
        self.reports: dict[str, FileReport] = {}
        self.order: dict[str, int] = {}  # of the pages in the navigation
        self.page = ""
        self.files: dict[str, File] = {}
        self.setting: Setting | None = None
        self.fonts: Path | None = None
        self.staging = Staging()
        self.mistakes: list[str] = []

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        self.serving = command == "serve"

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        self.root = Path(config.config_file_path or "mkdocs.yml").resolve().parent
        config.watch.append(str(Path(derivlib.__file__).parent))
        if "derivlib" not in config.markdown_extensions:
            config.markdown_extensions.append("derivlib")
        config.mdx_configs["derivlib"] = {
            "on_error": "mark", "checker": self._report, "expect": self._expect,
            "link": self._link,
            "doubts": f"{config.repo_url.rstrip('/')}/issues/new" if config.repo_url else "",
        }  # fmt: skip
        config.extra_css.insert(0, f"{_ADDRESS}/derivlib.css")
        config.extra_javascript.append(f"{_ADDRESS}/derivlib.js")
        notebooks = config.plugins.get("mkdocs-jupyter")
        if notebooks is not None:  # what it keeps knows nothing of changes in the library
            kept = f".cache/mkdocs-jupyter/{self._library(config)[:12]}"
            notebooks.config["cache_dir"] = str(self.root / kept)
        return config

    # verify

    @event_priority(-100)
    def on_pre_build(self, *, config: MkDocsConfig) -> None:
        self.mistakes = []
        files = get_files(config)
        set_exclusions(files, config)
        pages = {
            file.src_uri: file
            for file in files
            if (file.is_documentation_page() or file.src_uri.endswith(".ipynb"))
            and file.abs_src_path
            and (self.serving or not file.inclusion.is_excluded())
        }
        library = self._library(config)
        digests = {uri: self._digest(file, library) for uri, file in pages.items()}
        kept = Kept(self.root / self.config.cache_dir / "verdicts")
        shown = {uri: self._shown(Path(file.abs_src_path or "")) for uri, file in pages.items()}
        for uri in pages:
            if uri not in self.known and (done_before := kept.get(digests[uri], shown[uri])):
                self.known[uri] = (digests[uri], done_before)
        todo = [uri for uri in pages if self.known.get(uri, ("",))[0] != digests[uri]]
        self._verify(todo, pages, digests)
        for uri in todo:
            kept.put(digests[uri], self.known[uri][1])
        kept.forget_all_but((digests[uri], shown[uri]) for uri in pages)
        self.known = {uri: kept for uri, kept in self.known.items() if uri in pages}
        done = {uri: kept[1] for uri, kept in self.known.items()}
        self.reports = {uri: done[uri].report for uri in pages}
        asked = set(overview.beside(self.reports))
        for uri, report in self.reports.items():
            wrong = figures.problems(report)
            if uri in asked:
                wrong += overview.problems(report)
            if wrong:
                self.reports[uri] = replace(report, problems=(*report.problems, *wrong))
        self.fonts = self._font({c for one in done.values() for c in one.characters})
        bad = [report for report in self.reports.values() if not report.ok]
        log.info("%s", sentence(count_formulas(self.reports.values())))
        if bad:
            self._fail(render_text(bad))
        if not self.serving:
            self.staging.begin(config, self.root / self.config.cache_dir / f"site-{os.getpid()}")

    def _verify(self, todo: list[str], pages: dict[str, File], digests: dict[str, str]) -> None:
        tasks = {}
        for uri in todo:
            path = Path(pages[uri].abs_src_path or "")
            tasks[uri] = Task(str(path), self._shown(path))
        uris = {task: uri for uri, task in tasks.items()}
        told = time.monotonic()
        for count, done in enumerate(
            verify_all(
                list(tasks.values()), self.root,
                code=self.config.code, seed=self.config.seed, fresh=self.serving,
            ), 1,
        ):  # fmt: skip
            uri = uris[done.task]
            self.known[uri] = (digests[uri], done)
            if time.monotonic() - told > 2:
                told = time.monotonic()
                log.info("%d of %d pages checked", count, len(tasks))

    def _fail(self, text: str) -> None:
        """A build ends here; a server says it, and goes on."""
        self.mistakes.append(text)
        if not self.serving:
            raise PluginError(f"\n{text.rstrip()}\n")
        log.error("\n%s", text.rstrip())

    def _shown(self, path: Path) -> str:
        try:
            return path.relative_to(self.root).as_posix()
        except ValueError:
            return path.as_posix()

    def _library(self, config: MkDocsConfig) -> str:
        """A digest of all Python that pages may use: derivlib's, and what is watched."""
        folders = dict.fromkeys([str(Path(derivlib.__file__).parent), *map(str, config.watch)])
        versions = f"{sys.version} {np.__version__} {derivlib.__file__}"
        digest = hashlib.sha256(f"{self.config.code} {self.config.seed} {versions}".encode())
        for folder in map(Path, folders):
            for path in sorted(folder.rglob("*.py")) if folder.is_dir() else [folder]:
                if path.exists():
                    state = path.stat()
                    digest.update(f"{path} {state.st_mtime_ns} {state.st_size}\n".encode())
        return digest.hexdigest()

    def _digest(self, file: File, library: str) -> str:
        """A digest of everything the verdicts on a page rest on."""
        digest = hashlib.sha256(library.encode())
        try:
            data = Path(file.abs_src_path or "").read_bytes()
            digest.update(data)
            for name in _SNIPPET.findall(data.decode("utf-8", "replace")):
                path = self.root / name
                digest.update(path.read_bytes() if path.is_file() else b"?")
        except OSError as error:
            digest.update(str(error).encode())
        return digest.hexdigest()

    # set

    def _font(self, characters: set[str]) -> Path | None:
        if not self.config.font:
            return None
        return math_font(self.root / self.config.cache_dir, characters)

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        self.files = {file.src_uri: file for file in files}
        style = (_ASSETS / "derivlib.css").read_text(encoding="utf-8")
        if self.fonts:
            uri = f"{_ADDRESS}/{self.fonts.name}"
            files.append(File.generated(config, uri, abs_src_path=str(self.fonts)))
            face = (
                '@font-face{font-family:"Derivlib Math";font-display:swap;'
                f'src:url("{self.fonts.name}") format("woff2")}}\n'
            )
            style = face + style
        script = (_ASSETS / "derivlib.js").read_text(encoding="utf-8")
        files.append(File.generated(config, f"{_ADDRESS}/derivlib.css", content=style))
        files.append(File.generated(config, f"{_ADDRESS}/derivlib.js", content=script))
        shim = (_ASSETS / "search.js").read_text(encoding="utf-8")
        files.append(File.generated(config, SHIM, content=shim))
        return files

    def on_nav(self, nav: Navigation, *, config: MkDocsConfig, files: Files) -> None:
        self.order = {page.file.src_uri: at for at, page in enumerate(nav.pages)}

    def _link(self, page: str) -> str:
        """The address of a page of the documentation, from the page being drawn."""
        uri, _, anchor = page.partition("#")
        there, here = self.files.get(uri), self.files.get(self.page)
        return f"{there.url_relative_to(here)}#{anchor}" if there and here else ""

    def _report(self, source: Source) -> FileReport:
        return self.reports.get(self.page, FileReport(source))

    def _expect(self, setting: Setting) -> None:
        self.setting = setting

    @event_priority(-100)
    def on_pre_page(self, page: Page, *, config: MkDocsConfig, files: Files) -> Page:
        """A page that cannot be drawn, such as a notebook with a failing cell, says why."""
        draw: Callable[..., None] = page.render

        def guarded(config: MkDocsConfig, files: Files) -> None:
            self.page, self.setting = page.file.src_uri, None
            try:
                draw(config, files)
            except PluginError:
                raise
            except Exception as error:
                if not page.file.src_uri.endswith(".ipynb"):
                    raise
                text = re.sub(r"\x1b\[[\d;]*m", "", str(error)).strip()
                page.content, page.toc = "", get_toc([])
                self._fail(f"{self._shown(Path(page.file.abs_src_path or ''))}: notebook: {text}")

        page.render = guarded  # type: ignore[method-assign]
        return page

    def on_page_content(
        self, html: str, *, page: Page, config: MkDocsConfig, files: Files
    ) -> str | None:
        uri = page.file.src_uri
        if uri.endswith(".ipynb") and html:
            html = self._notebook(html, page, config)
        report = self.reports.get(uri, FileReport(Source(uri, "")))
        if self.setting:
            self._compare(html, report, self.setting)
        if page.toc.items and page.toc.items[0].level == 0 and not page.meta.get("title"):
            page.title = page.toc.items[0].title  # the heading, its formulas in words
        if self.setting:
            html += self.setting.symbols()
        if self.config.foot:
            html += foot(report)
        return html + self._overlay(report) if self.serving else html

    def _notebook(self, html: str, page: Page, config: MkDocsConfig) -> str:
        report = self.reports[page.file.src_uri]
        convert = markdown.Markdown(
            extensions=config.markdown_extensions, extension_configs=config.mdx_configs
        )
        cells = convert.convert(report.source.text).split(f"<p>{BETWEEN}</p>")
        page.toc = get_toc(getattr(convert, "toc_tokens", []))
        try:
            return put_cells(html, cells)
        except ValueError as error:
            self._fail(f"{report.source.path}: notebook: {error}")
            return html

    def _compare(self, html: str, report: FileReport, setting: Setting) -> None:
        """What stands on the page is what was checked, in count and content."""

        def plain(tex: str) -> str:
            return " ".join(tex.split())

        built = Counter(plain(unescape(tex)) for tex in _TEX.findall(html))
        built.update(plain(setting.verdicts[index].tex) for index in setting.worded)
        checked = Counter(plain(verdict.tex) for verdict in report.formulas)
        lines = [f"  on the page, but never checked:  {tex}" for tex in (built - checked)]
        lines += [f"  checked, but not on the page:  {tex}" for tex in (checked - built)]
        if html.count("<math") > sum(built.values()) + html.count("data-hint="):
            lines.append("  mathematics that was not set by derivlib")
        if lines:
            path = report.source.path
            self._fail("\n".join([f"{path}: the page as built is not what was checked", *lines]))

    def _overlay(self, report: FileReport) -> str:
        bad = {uri: r for uri, r in self.reports.items() if not r.ok}
        if not bad and not self.mistakes:
            return ""
        here = "\n\n".join(message_text(report.source, *found) for found in mistakes(report))
        others = "".join(
            f"<li>{escape(r.source.path)}</li>" for r in bad.values() if r is not report
        )
        count = sum(count_formulas([r])["wrong"] for r in bad.values())
        title = f"{count} {'mistake' if count == 1 else 'mistakes'}"
        if not here and not others:
            here, title = "\n".join(self.mistakes), "The site has mistakes"
        return (
            '<div role="alert" data-search-exclude><details class="dl-overlay"'
            f"{' open' if here else ''}>"
            f"<summary>derivlib: {title}</summary>"
            + (f"<pre>{escape(here)}</pre>" if here else "")
            + (f"<p>Also wrong:</p><ul>{others}</ul>" if others else "")
            + "</details></div>"
        )

    def on_env(self, env: Environment, *, config: MkDocsConfig, files: Files) -> None:
        """Plots, and counts of the whole site, where a page asks for them."""
        pages = [f.page for f in files.documentation_pages() if f.page]
        pages.sort(key=lambda page: self.order.get(page.file.src_uri, len(pages)))
        for page in pages:
            content = page.content or ""
            if "{{ derivlib." in content:
                content = content.replace(
                    "{{ derivlib.counts }}", sentence(count_formulas(self.reports.values()))
                )
                content = figures.put_plots(content)
                content = _put(content, "table", table(self._rows(pages, page)))
                if page.file.src_uri in overview.places(self.reports):
                    groups = overview.grouped(pages, page, self.reports)
                    content = _put(content, "overview", overview.draw(groups))
                    links = [AnchorLink(title, name, 2) for title, name, _ in groups if title]
                    for top in page.toc.items[:1]:
                        top.children[:0] = links
                page.content = content

    def _rows(self, pages: list[Page], here: Page) -> Iterator[tuple[str, str, FileReport]]:
        for page in pages:
            if report := self.reports.get(page.file.src_uri):
                yield str(page.title), page.file.url_relative_to(here.file), report

    # The search reads a page in between: what it is given has its formulas as people type them.

    @event_priority(50)
    def _to_search(
        self, context: TemplateContext, *, page: Page, config: MkDocsConfig, nav: Navigation
    ) -> None:
        self.shown = page.content or ""
        report = self.reports.get(page.file.src_uri)
        derived = list(overview.lines(report)) if report else []
        if derived:  # a page that derives something stands before those that mention it
            page.meta.setdefault("search", {"boost": 2})
        page.content = searchable(self.shown, derived)

    @event_priority(-50)
    def _to_show(
        self, context: TemplateContext, *, page: Page, config: MkDocsConfig, nav: Navigation
    ) -> None:
        page.content = self.shown

    on_page_context = CombinedEvent(_to_search, _to_show)

    def on_post_template(
        self, output: str, *, template_name: str, config: MkDocsConfig
    ) -> str:
        return with_shim(output) if template_name.endswith(".html") else output

    def on_post_page(self, output: str, *, page: Page, config: MkDocsConfig) -> str:
        output = with_shim(output)
        if not self.fonts or "<math" not in output:
            return output
        address = File.generated(config, f"{_ADDRESS}/{self.fonts.name}", content="")
        link = (
            f'<link rel="preload" as="font" type="font/woff2" crossorigin '
            f'href="{address.url_relative_to(page.file)}">'
        )
        return output.replace("</title>", f"</title>{link}", 1)

    # done

    @event_priority(-100)
    def on_post_build(self, *, config: MkDocsConfig) -> None:
        self.staging.finish(config)

    def on_build_error(self, *, error: Exception) -> None:
        self.staging.abandon()


def _put(content: str, name: str, what: str) -> str:
    """`what`, where a paragraph of a page asks for it by name."""
    return re.sub(rf"<p>\s*\{{\{{ derivlib\.{name} \}}\}}\s*</p>", lambda _: what, content)

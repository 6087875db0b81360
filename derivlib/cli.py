"""The command line: arguments, exit codes, and which files are meant.

Exit 0: nothing wrong. 1: something wrong. 2: could not run.
Each command imports what it needs when it runs, so that `--help` is quick.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

RIGHT, WRONG, COULD_NOT_RUN = 0, 1, 2
FORMATS = ("text", "json", "github")


@dataclass(frozen=True)
class Command:
    """One row of the command table."""

    name: str
    help: str
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        options = _parser().parse_args(arguments)
        code: int = options.run(options)
        sys.stdout.flush()
    except _CannotRun as error:
        print(f"derivlib: {error}", file=sys.stderr)
        return COULD_NOT_RUN
    except KeyboardInterrupt:
        print("derivlib: interrupted", file=sys.stderr)
        return COULD_NOT_RUN
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return COULD_NOT_RUN
    return code


class _CannotRun(Exception):
    pass


def _parser() -> argparse.ArgumentParser:
    from derivlib import __version__

    parser = argparse.ArgumentParser(
        prog="derivlib", description="Check the mathematics and the code of Markdown pages."
    )
    parser.add_argument("--version", action="version", version=f"derivlib {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in COMMANDS:
        sub = commands.add_parser(command.name, help=command.help, description=command.help)
        command.arguments(sub)
        sub.set_defaults(run=command.run)
    return parser


# check


def _check_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", metavar="PATH", nargs="+", help="a Markdown file or a folder")
    parser.add_argument("--format", choices=FORMATS, default="text", help="how to report")
    parser.add_argument("--no-code", action="store_true", help="run no Python of the pages")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of the random draws")


def _check(options: argparse.Namespace) -> int:
    files = markdown_files(options.paths)
    from derivlib.report import render_github, render_json, render_text
    from derivlib.run import check_file

    reports = []
    for path in _with_progress(files):
        try:
            reports.append(
                check_file(
                    path, seed=options.seed, code=not options.no_code,
                    rules=options.format == "json",
                )
            )  # fmt: skip
        except Exception:
            traceback.print_exc()
            raise _CannotRun(f"a bug of derivlib's own, met in {path.as_posix()}") from None
    if options.format == "json":
        text = render_json(reports)
    elif options.format == "github":
        text = render_github(reports)
    else:
        color = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        text = render_text(reports, color=color)
    sys.stdout.write(text)
    return RIGHT if all(report.ok for report in reports) else WRONG


def markdown_files(paths: Sequence[str]) -> list[Path]:
    """The files that are meant: those named, and in folders every `*.md`, sorted.

    Hidden folders and `site/`, which holds built pages, are left out.
    """
    found: dict[Path, None] = {}
    for name in paths:
        path = Path(name)
        if path.is_dir():
            inside = sorted(_inside(path))
            if not inside:
                raise _CannotRun(f"no Markdown files in {name}")
            found.update(dict.fromkeys(inside))
        elif path.exists():
            found[path] = None
        else:
            raise _CannotRun(f"no such file or folder: {name}")
    return list(found)


def _inside(folder: Path) -> Iterator[Path]:
    for root, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".") and name != "site"]
        for name in files:
            if name.endswith(".md") and not name.startswith("."):
                yield Path(root, name)


def _with_progress(files: Sequence[Path]) -> Iterator[Path]:
    """The files one by one; a person who waits for more than a second sees which."""
    start, shown = time.monotonic(), False
    for number, path in enumerate(files, 1):
        if sys.stderr.isatty() and time.monotonic() - start > 1:
            shown = True
            text = f"{number} of {len(files)}: {path.as_posix()}"
            print(f"\r\033[K{text[:100]}", end="", file=sys.stderr, flush=True)
        yield path
    if shown:
        print("\r\033[K", end="", file=sys.stderr, flush=True)


# explain


def _explain_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kind", metavar="KIND", nargs="?", help="such as ill-shaped, or language")


def _explain(options: argparse.Namespace) -> int:
    from derivlib.explain import EXPLANATIONS, render_explanation

    if options.kind is None:
        for explanation in EXPLANATIONS:
            print(f"{explanation.kind:14}{explanation.title}")
        print(f"{'language':14}what is read, as a list")
        return RIGHT
    if options.kind == "language":
        from derivlib.language import language_text

        print(language_text(), end="")
        return RIGHT
    for explanation in EXPLANATIONS:
        if explanation.kind == options.kind:
            print(render_explanation(explanation), end="")
            return RIGHT
    kinds = ", ".join(explanation.kind for explanation in EXPLANATIONS)
    raise _CannotRun(f"no kind {options.kind!r}; the kinds are {kinds}")


# mutate


def _mutate_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", metavar="PATH", nargs="+", help="a Markdown file or a folder")
    parser.add_argument(
        "--format", choices=("text", "json", "markdown"), default="text",
        help="how to report",
    )  # fmt: skip
    parser.add_argument(
        "--every", type=int, default=1, metavar="N", help="judge only each Nth mutant of a page"
    )
    parser.add_argument(
        "--hints", action="store_true", help="see whether the original is offered for each mutant"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of the random draws")


def _mutate(options: argparse.Namespace) -> int:
    files = markdown_files(options.paths)
    from derivlib.errors import DerivlibError
    from derivlib.page import read_page
    from derivlib.source import read_source
    from derivlib.trust.mutate import mutate_page
    from derivlib.trust.mutation_report import render_json, render_markdown, render_text

    pages = []
    for path in _with_progress(files):
        try:
            page = read_page(read_source(path))
        except DerivlibError as error:
            raise _CannotRun(f"{path.as_posix()}: {error.diagnostic.statement}") from None
        pages.append(mutate_page(page, seed=options.seed, every=options.every, hints=options.hints))
    render = {"json": render_json, "markdown": render_markdown}.get(options.format, render_text)
    sys.stdout.write(render(pages))
    good = all(not p.wrong and not any(m.route == "missed" for m in p.mutants) for p in pages)
    return RIGHT if good else WRONG


# derive


def _derive_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("expression", metavar="TEX", help=r"such as '\operatorname{tr}(A X)'")
    parser.add_argument("variable", metavar="NAME", help="what varies, such as X")
    parser.add_argument(
        "--let", required=True, metavar="TEXT",
        help=r"what the letters are: 'Let $A, X \in \mathbb{R}^{n \times n}$.'",
    )  # fmt: skip


def _derive(options: argparse.Namespace) -> int:
    from derivlib.derivation import derive
    from derivlib.errors import DerivlibError
    from derivlib.report import render_text
    from derivlib.rewriting.terms import Misfit
    from derivlib.run import check_source
    from derivlib.source import Source

    try:
        found = derive(options.let, options.expression, options.variable)
    except DerivlibError as error:
        raise _CannotRun(error.diagnostic.statement) from None
    except Misfit as error:
        raise _CannotRun(f"no rule for this: {error}") from None
    if not found.steps:
        raise _CannotRun("no rule of the table takes this differential further")
    page = found.page()
    report = check_source(Source("derivation", page), code=False)
    sys.stdout.write(page)
    if not report.ok:
        sys.stderr.write(render_text([report], color=False))
    return RIGHT if report.ok else WRONG


# One row for each command.
COMMANDS: tuple[Command, ...] = (
    Command("check", "Check Markdown files and folders.", _check_arguments, _check),
    Command("explain", "Explain a kind of mistake.", _explain_arguments, _explain),
    Command(
        "derive",
        "Derive a gradient, one named rule at a time, as a page that is checked.",
        _derive_arguments,
        _derive,
    ),
    Command(
        "mutate",
        "Break every claim of the pages, and see what is caught.",
        _mutate_arguments,
        _mutate,
    ),
)

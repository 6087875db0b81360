"""Pages verified in processes of their own.

A fresh process sees an edited `derivlib`, keeps the code of a page away from the build,
and lets two pages be verified at once. Run as `python -m derivlib.adapters.worker`; the
paths arrive as JSON on standard input, the reports leave pickled on standard output.
"""

from __future__ import annotations

import json
import os
import pickle
import re
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from queue import SimpleQueue
from typing import BinaryIO

from derivlib.errors import DerivlibError, Diagnostic
from derivlib.source import Source
from derivlib.verdict import FileReport


@dataclass(frozen=True)
class Task:
    """A file to verify, and the name it has in messages."""

    path: str
    shown: str


@dataclass(frozen=True)
class Done:
    """A verified file, and the characters its formulas are set in."""

    task: Task
    report: FileReport
    characters: str = ""


def verify_all(
    tasks: Sequence[Task], root: Path, *, code: bool = True, seed: int = 0, fresh: bool = False
) -> Iterator[Done]:
    """Each file verified, in the order in which they get done.

    Args:
        root: the folder that the verification runs in.
        code: run the Python of the pages too.
        fresh: leave no compiled files behind, as under a server that watches them.
    """
    count = max(1, min(os.cpu_count() or 1, 4, (len(tasks) + 2) // 3))
    queue: SimpleQueue[Done | None] = SimpleQueue()
    shares = [list(tasks[i::count]) for i in range(count)]
    threads = [
        threading.Thread(target=_run, args=(share, root, code, seed, fresh, queue.put), daemon=True)
        for share in shares
    ]
    for thread in threads:
        thread.start()
    running = len(threads)
    while running:
        done = queue.get()
        if done is None:
            running -= 1
        else:
            yield done


def _run(
    tasks: list[Task], root: Path, code: bool, seed: int, fresh: bool,
    deliver: Callable[[Done | None], None],
) -> None:  # fmt: skip
    """One process over a share of the files; begun again after a file that ends it."""
    try:
        while tasks:
            for done in _process(tasks, root, code, seed, fresh):
                tasks = tasks[1:]
                deliver(done)
            if tasks:
                mistake = Diagnostic(
                    "code", "the check of this page came to a sudden end", None,
                    ("its code ended the process, or derivlib has a mistake: see above",),
                )  # fmt: skip
                deliver(Done(tasks[0], FileReport(Source(tasks[0].shown, ""), problems=(mistake,))))
                tasks = tasks[1:]
    finally:
        deliver(None)


def _process(tasks: list[Task], root: Path, code: bool, seed: int, fresh: bool) -> Iterator[Done]:
    environment = dict(os.environ)
    if fresh:
        environment["PYTHONDONTWRITEBYTECODE"] = "1"
    process = subprocess.Popen(
        [sys.executable, "-m", "derivlib.adapters.worker"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=root, env=environment,
    )  # fmt: skip
    assert process.stdin and process.stdout
    with process:
        try:
            request = {"tasks": [[t.path, t.shown] for t in tasks], "code": code, "seed": seed}
            process.stdin.write(json.dumps(request).encode())
            process.stdin.close()
            while len(head := process.stdout.read(8)) == 8:
                yield pickle.loads(process.stdout.read(struct.unpack(">Q", head)[0]))
        except BrokenPipeError:
            return
        finally:
            process.kill()


def verify(task: Task, *, code: bool = True, seed: int = 0) -> Done:
    """One file verified in this process."""
    from derivlib.adapters.notebook import read_notebook, with_cells
    from derivlib.adapters.setting import check_source, typeset

    path = Path(task.path)
    try:
        if path.suffix == ".ipynb":
            report = check_source(read_notebook(path, task.shown), seed=seed)
        else:
            report = _document(path, code, seed)
        report = with_cells(typeset(report))
    except DerivlibError as error:
        report = FileReport(Source(task.shown, ""), problems=(error.diagnostic,))
    return Done(task, report, _characters(report))


def _document(path: Path, code: bool, seed: int) -> FileReport:
    """A page through the Sybil document that pytest would make of it."""
    from derivlib.adapters import sybil
    from derivlib.code import skip_code
    from derivlib.derive import with_rules

    document = sybil.PageDocument.parse(str(path), sybil.formulas(seed=seed), sybil.code())
    found = sybil.checked(document)
    found.parts = True
    page = found.page
    if code:
        results = tuple(found.runner.run(block) for block in page.code)
    else:
        results = skip_code(page, "the setting `code: false`: no Python of the page is run")
    problems = (document.unreadable, *page.problems) if document.unreadable else page.problems
    return FileReport(page.source, with_rules(found.check, least=2), results, problems)


def _characters(report: FileReport) -> str:
    found: set[str] = set()
    for verdict in report.formulas:
        found.update(unescape(re.sub(r"<[^>]+>", "", verdict.math)))
    return "".join(sorted(found))


def main() -> None:
    out: BinaryIO = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a page prints is not a report
    request = json.load(sys.stdin)
    for path, shown in request["tasks"]:
        done = verify(Task(path, shown), code=request["code"], seed=request["seed"])
        data = pickle.dumps(done)
        out.write(struct.pack(">Q", len(data)) + data)
        out.flush()


if __name__ == "__main__":
    # Under its own name, so that what it pickles is found again by whoever reads it.
    from derivlib.adapters.worker import main as run

    run()

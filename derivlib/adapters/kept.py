"""Verdicts kept from one build to the next, for pages of which nothing has changed.

A verdict is kept under a digest of all that it rests on: the page, its snippets, the Python
that pages may use, the versions of Python and NumPy. Only what was in order is kept, so that
a mistake is always seen again. Without the folder everything is verified, as in CI.
"""

from __future__ import annotations

import hashlib
import os
import pickle
from collections.abc import Iterable
from pathlib import Path

from derivlib.adapters.worker import Done


class Kept:
    """One file for each page that was in order."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get(self, digest: str, shown: str) -> Done | None:
        """What was found on this page, if it was found on just this page before."""
        try:
            found = pickle.loads(self._file(digest, shown).read_bytes())
        except (OSError, EOFError, ImportError, AttributeError, TypeError, pickle.PickleError):
            return None
        return found if isinstance(found, Done) and found.task.shown == shown else None

    def put(self, digest: str, done: Done) -> None:
        if not done.report.ok:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self._file(digest, done.task.shown)
        part = file.with_suffix(f".{os.getpid()}")
        part.write_bytes(pickle.dumps(done))
        part.replace(file)

    def forget_all_but(self, pages: Iterable[tuple[str, str]]) -> None:
        """Leaves the files of these (digest, shown) alone, and no others."""
        wanted = {self._file(*page).name for page in pages}
        for file in self.folder.glob("*.verdicts"):
            if file.name not in wanted:
                file.unlink(missing_ok=True)

    def _file(self, digest: str, shown: str) -> Path:
        name = hashlib.sha256(f"{digest} {shown}".encode()).hexdigest()[:24]
        return self.folder / f"{name}.verdicts"

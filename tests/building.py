"""`mkdocs` as a person would run it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def run_mkdocs(
    folder: Path, *arguments: str, timeout: float = 300
) -> subprocess.CompletedProcess[str]:
    """`mkdocs` as a person would run it."""
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", *arguments], cwd=folder, capture_output=True, text=True,
        encoding="utf-8", timeout=timeout, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
    )  # fmt: skip

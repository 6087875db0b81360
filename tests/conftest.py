"""The site of this repository, built once for all tests that look at it."""

from __future__ import annotations

from pathlib import Path

import pytest
from building import run_mkdocs

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "site"
    done = run_mkdocs(ROOT, "build", "--strict", "--site-dir", str(folder))
    assert done.returncode == 0, done.stderr[-6000:]
    return folder

"""A site built aside, and put in place only when it is whole."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

from mkdocs import utils
from mkdocs.config.defaults import MkDocsConfig


class Staging:
    def __init__(self) -> None:
        self.config: MkDocsConfig | None = None
        self.final = ""

    def begin(self, config: MkDocsConfig, aside: Path) -> None:
        """From here on MkDocs writes to `aside`."""
        self.config, self.final = config, config.site_dir
        shutil.rmtree(aside, ignore_errors=True)
        config.site_dir = str(aside)

    def finish(self, config: MkDocsConfig) -> None:
        """The new site takes the place of the old one, unless a strict build saw warnings."""
        if self.config is None:
            return
        if config.strict and _warned():
            return self.abandon()
        aside, final = Path(config.site_dir), Path(self.final)
        utils.clean_directory(str(final))
        final.mkdir(parents=True, exist_ok=True)
        for path in aside.iterdir():
            target = final / path.name
            if target.is_dir():
                shutil.rmtree(target)
            shutil.move(path, target)
        self.abandon()

    def abandon(self) -> None:
        if self.config is not None:
            shutil.rmtree(self.config.site_dir, ignore_errors=True)
            self.config.site_dir = self.final
            self.config = None


def _warned() -> bool:
    handlers = logging.getLogger("mkdocs").handlers
    return any(h.get_counts() for h in handlers if isinstance(h, utils.CountHandler))

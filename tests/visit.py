"""A page in a real browser, with an ear for what goes wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Request


class Visit:
    """A page with an ear for what goes wrong."""

    def __init__(self, browser: Browser, width: int, scheme: str, script: bool = True) -> None:
        self.context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if scheme == "dark" else "light",
            java_script_enabled=script,
        )
        self.page: Page = self.context.new_page()
        self.errors: list[str] = []
        self.hosts: set[str] = set()
        self.page.on("console", lambda m: self.errors.append(m.text) if m.type == "error" else None)
        self.page.on("pageerror", lambda e: self.errors.append(str(e)))
        self.page.on("requestfailed", self.failed)
        self.page.on(
            "request", lambda r: self.hosts.add(r.url.split("/")[2] if "//" in r.url else "")
        )

    def failed(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # the next page was asked for before it came
            self.errors.append(f"failed: {request.url}")

    def __enter__(self) -> Visit:
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()

    def go(self, url: str) -> None:
        self.page.goto(url)
        self.page.evaluate("document.fonts.ready.then(() => true)")

    def darken(self) -> None:
        """As if the switch at the top had been pressed, at once."""
        self.page.evaluate("document.body.setAttribute('data-md-color-scheme', 'slate')")

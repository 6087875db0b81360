"""The layout in Firefox, without a driver: a page of ours opens the others, looks, and reports."""

from __future__ import annotations

import functools
import http.server
import json
import queue
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsers import missing
from layout import LAYOUT

PAGES = (
    "", "learn/elementwise/", "derivations/", "derivations/recurrent-network/",
    "derivations/worked-numbers/", "reference/identities/traces/",
)  # fmt: skip
WIDTHS = (1280, 390)
PATIENCE = 90  # seconds
QUIET = """
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("browser.startup.homepage_override.mstone", "ignore");
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("toolkit.telemetry.enabled", false);
user_pref("app.update.enabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("services.settings.server", "");
"""
LOOK = """<!doctype html><title>look</title><body><script>
const look = %(look)s, seen = [];
const open = (path, width) => new Promise((resolve) => {
  const frame = document.createElement("iframe");
  frame.style.cssText = `width:${width}px;height:900px;border:0`;
  frame.onload = async () => {
    const inside = frame.contentWindow;
    await inside.document.fonts.ready;
    await new Promise((next) => setTimeout(next, 100));
    const facts = inside.eval(`(${look})()`), signs = [...inside.document.querySelectorAll("mo")];
    const size = (e) => parseFloat(inside.getComputedStyle(e).fontSize);
    const height = (e) => e.getBoundingClientRect().height / size(e);
    const round = signs.filter((e) => "⊙⊗⊕".includes(e.textContent.trim()));
    const large = round.filter((e) => height(e) > 1.15);  // as a large operator it has 1.26
    seen.push({path, width, ...facts, seen: facts.width, large: large.length, width});
    frame.remove();
    resolve();
  };
  frame.src = "/" + path;
  document.body.append(frame);
});
(async () => {
  for (const path of %(pages)s) for (const width of %(widths)s) await open(path, width);
})().catch((error) => seen.push({error: String(error)})).finally(() =>
  fetch("/seen", {method: "POST", body: JSON.stringify(seen)}));
</script>"""


class _Looking(http.server.SimpleHTTPRequestHandler):
    seen: queue.Queue[list[dict[str, Any]]] = queue.Queue()

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        if self.path != "/look":
            return super().do_GET()
        values = {"look": json.dumps(LAYOUT), "pages": json.dumps(PAGES), "widths": list(WIDTHS)}
        self._answer("text/html; charset=utf-8", (LOOK % values).encode())

    def do_POST(self) -> None:
        self.seen.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self._answer("text/plain", b"thank you")

    def _answer(self, kind: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture(scope="module")
def seen(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[dict[str, Any]]]:
    firefox = shutil.which("firefox") or shutil.which("firefox-esr")
    if not firefox:
        missing("Firefox is not installed", "firefox-esr", "DERIVLIB_FIREFOX")
    profile = tmp_path_factory.mktemp("firefox")
    (profile / "user.js").write_text(QUIET, encoding="utf-8")
    handler = functools.partial(_Looking, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_address[1]}/look"
        process = subprocess.Popen(
            [str(firefox), "--headless", "--no-remote", "--profile", str(profile), address],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            yield _Looking.seen.get(timeout=PATIENCE)
        finally:
            process.terminate()
            process.wait(20)
            server.shutdown()


def test_firefox_saw_every_page(seen: list[dict[str, Any]]) -> None:
    assert [(one.get("path"), one.get("width")) for one in seen] == [
        (path, width) for path in PAGES for width in WIDTHS
    ], seen


def test_nothing_is_broken_in_firefox(seen: list[dict[str, Any]]) -> None:
    for one in seen:
        where = (one["path"], one["width"])
        assert one["seen"] <= one["width"], (where, "the page scrolls sideways")
        for fault in ("wrong", "flat", "short", "wide", "pale", "large"):
            assert one[fault] == 0, (where, fault)
        assert one["broken"] == [] and one["font"], where
    assert sum(one["formulas"] for one in seen) > 200

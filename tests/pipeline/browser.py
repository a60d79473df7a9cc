"""A headless Chromium for the tests of pages; they skip where there is none."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@contextmanager
def chromium() -> Iterator[Any]:
    """A running browser, as playwright has it."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip(f"no browser: none of {', '.join(NAMES)} is on the PATH")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


class Watched:
    """A page whose complaints and requests are kept: `console`, `requests`."""

    def __init__(self, browser: Any, url: str, **options: Any) -> None:
        self.console: list[str] = []
        self.requests: list[str] = []
        self.context = browser.new_context(**options)
        self.page = self.context.new_page()
        self.page.on("console", lambda said: self.console.append(f"{said.type}: {said.text}"))
        self.page.on("pageerror", lambda error: self.console.append(f"error: {error}"))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(url)

    def walk(self) -> None:
        """Scroll through the whole page, so that every plot is drawn."""
        height = self.page.evaluate("document.documentElement.scrollHeight")
        for place in range(0, height, 500):
            self.page.evaluate(f"window.scrollTo(0, {place})")
            self.page.wait_for_timeout(30)

    def close(self) -> None:
        self.context.close()

"""How soon a page is there: Chromium's own time of the first paint with content."""

from __future__ import annotations

import shutil
from pathlib import Path

RUNS = 5
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ASKED = """() => new Promise(resolve => new PerformanceObserver(list => {
  const found = list.getEntriesByName('first-contentful-paint')[0];
  if (found) resolve(found.startTime);
}).observe({type: 'paint', buffered: true}))"""


def first_paints(page: Path) -> list[float] | None:
    """Milliseconds from the start of loading to the first paint, in new browsers; None without."""
    browser = next(filter(None, map(shutil.which, NAMES)), None)
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    if browser is None:
        return None
    found = []
    with sync_playwright() as playwright:
        for _ in range(RUNS):
            running = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
            tab = running.new_page(viewport={"width": 1440, "height": 900})
            tab.goto(page.as_uri())
            found.append(round(float(tab.evaluate(ASKED)), 1))
            running.close()
    return found

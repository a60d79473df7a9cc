"""The report in a real browser: it draws itself without complaint, and its controls work."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from detector import write_report
from detector.write.marks import read_marks
from tests.pipeline import runs
from tests.pipeline.browser import Watched, chromium
from tests.pipeline.reviewed import write_reviewed

WIDE = {"viewport": {"width": 1440, "height": 900}}
NARROW = {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def labels(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scan")
    write_reviewed(folder / "a.warc.gz")
    runs.scan(folder / "a.warc.gz", "--out", folder / "labels", "--workers", "1")
    return folder / "labels"


@pytest.fixture(scope="module")
def report(labels: Path) -> str:
    out = labels.parent / "report"
    write_report(labels, out)
    return (out / "index.html").as_uri()


@pytest.fixture
def wide(browser: Any, report: str) -> Iterator[Watched]:
    watched = Watched(browser, report, **WIDE)
    yield watched
    watched.close()


@pytest.mark.parametrize("options", [WIDE, NARROW], ids=["wide", "narrow"])
def test_it_draws_itself_without_complaint_and_without_network(
    browser: Any, report: str, options: dict[str, Any]
) -> None:
    watched = Watched(browser, report, **options)
    canvases = "[...document.querySelectorAll('canvas')].filter(one => one.offsetParent)"
    for tab in ("host", "suffix", "language"):
        watched.page.locator(f"#tab-{tab}").click()
        watched.walk()
        assert watched.page.evaluate(f"{canvases}.length") >= 2
        assert watched.page.evaluate(f"{canvases}.every(one => Chart.getChart(one))")
    assert watched.console == []
    assert watched.requests == [report]
    width = options["viewport"]["width"]
    assert watched.page.evaluate("document.documentElement.scrollWidth") <= width
    watched.close()


def test_nothing_of_the_crawl_runs_or_becomes_an_element(wide: Watched) -> None:
    page = wide.page
    rows = page.locator(".row")
    for at in range(rows.count()):
        rows.nth(at).click()
    wide.walk()
    assert page.evaluate("window.pwned") is None
    assert page.locator("main img, main svg, main iframe, main script").count() == 0
    assert page.locator("[onerror], [onload], [onmouseover]").count() == 0
    hrefs = page.evaluate("[...document.querySelectorAll('main a')].map(a => a.href)")
    assert all(href.startswith(("https://", "file://")) for href in hrefs)
    assert wide.console == []
    assert len(wide.requests) == 1


def test_hostile_text_is_shown_as_it_is(wide: Watched) -> None:
    wide.page.locator("#search").fill("<script>window.pwned")
    wide.page.locator(".row").first.click()
    assert "<script>" in wide.page.locator(".pane").inner_text()


def test_a_script_that_gets_into_the_page_is_not_run(wide: Watched) -> None:
    """The policy holds even if everything else failed."""
    wide.page.evaluate(
        """() => {
            const script = document.createElement('script');
            script.textContent = 'window.pwned = true';
            document.body.append(script);
            document.body.insertAdjacentHTML('beforeend', '<img src=x onerror="window.pwned = 1">');
        }"""
    )
    wide.page.wait_for_timeout(200)
    assert wide.page.evaluate("window.pwned") is None
    assert any("Content Security Policy" in said for said in wide.console)


def test_labels_filter_the_samples(wide: Watched) -> None:
    page = wide.page
    everything = page.locator(".row").count()
    page.locator(".chip.l-pre-llm").click()
    shown = page.locator(".row .badge").all_inner_texts()
    assert set(shown) == {"pre-llm"}
    assert 0 < len(shown) < everything
    assert page.locator(".pane .badge").inner_text() == "pre-llm"
    page.locator(".chip.l-pre-llm").click()
    assert page.locator(".row").count() == everything


def test_search_looks_into_the_text_and_says_when_nothing_is_there(wide: Watched) -> None:
    page = wide.page
    page.locator("#search").fill("AI language model")
    found = page.locator(".row").count()
    assert 0 < found < int(page.locator(".tally").inner_text().split()[2])
    page.locator("#search").fill("no page says this")
    assert page.locator(".row").count() == 0
    assert "No document has all that" in page.locator(".list").inner_text()


def test_reasons_filter_and_scores_sort(wide: Watched) -> None:
    page = wide.page
    page.locator("select[data-key=order]").select_option("words")
    counts = page.locator(".row-host").all_inner_texts()
    words = [int(text.split(", ")[1].split()[0]) for text in counts]
    assert words == sorted(words, reverse=True)
    page.locator("select[data-key=reason]").select_option("origin.pre-llm")
    assert set(page.locator(".row .badge").all_inner_texts()) == {"pre-llm"}


def test_tables_sort_and_filter(wide: Watched) -> None:
    page = wide.page
    page.locator("#tab-host").click()
    panel = page.locator("#panel-host")
    panel.locator("th button", has_text="Host").click()
    names = panel.locator("tbody td:first-child").all_inner_texts()
    assert names == sorted(names)
    panel.locator("th button", has_text="Host").click()
    down = panel.locator("tbody td:first-child").all_inner_texts()
    assert down == sorted(down, reverse=True)
    assert panel.locator("th[aria-sort=descending]").count() == 1


def test_keys_walk_through_the_samples(wide: Watched) -> None:
    page = wide.page
    first = page.locator(".row[aria-current]").get_attribute("data-id")
    page.keyboard.press("j")
    assert page.locator(".row[aria-current]").get_attribute("data-id") != first
    page.keyboard.press("k")
    assert page.locator(".row[aria-current]").get_attribute("data-id") == first
    page.keyboard.press("/")
    page.keyboard.type("jk3")  # letters, not commands, inside the search
    assert page.locator("#search").input_value() == "jk3"
    page.keyboard.press("Escape")
    page.keyboard.press("5")
    assert set(page.locator(".row .badge").all_inner_texts()) == {"pre-llm"}
    page.keyboard.press("?")
    assert page.locator("#help").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#help").is_visible()


def test_a_finding_is_highlighted_with_what_it_is(wide: Watched) -> None:
    page = wide.page
    page.locator("#search").fill("AI language model")
    page.locator(".row").first.click()
    mark = page.locator(".text mark.finding", has_text="AI language model").first
    assert "artefact." in (mark.get_attribute("title") or "")


def test_on_a_phone_a_sample_opens_over_the_list(browser: Any, report: str) -> None:
    watched = Watched(browser, report, **NARROW)
    page = watched.page
    assert not page.locator(".pane").is_visible()
    page.locator(".row").nth(1).click()
    assert page.locator(".pane .text").is_visible()
    page.locator(".back").click()
    assert not page.locator(".pane").is_visible()
    watched.close()


def test_colours_follow_the_system_and_can_be_chosen(browser: Any, report: str) -> None:
    watched = Watched(browser, report, **NARROW)
    paper = "getComputedStyle(document.body).backgroundColor"
    dark = watched.page.evaluate(paper)
    watched.page.locator("#theme").click()
    assert watched.page.evaluate(paper) != dark
    watched.page.locator("#theme").click()
    assert watched.page.evaluate(paper) == dark
    watched.close()


class Served:
    """`detector serve` in a process of its own."""

    def __init__(self, labels: Path, marks: Path) -> None:
        command = runs.command("serve", labels, "--marks", marks, "--port", "0", "--quiet")
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"}
        )
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().split()[0]

    def stop(self, with_signal: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(with_signal)
        return self.process.wait(20)


@pytest.fixture
def served(labels: Path, tmp_path: Path) -> Iterator[Served]:
    one = Served(labels, tmp_path / "m.jsonl")
    yield one
    if one.process.poll() is None:
        one.stop()


def test_a_mark_is_stored_at_once_and_shown(
    browser: Any, served: Served, labels: Path, tmp_path: Path
) -> None:
    watched = Watched(browser, served.url, **WIDE)
    page = watched.page
    page.locator("#reviewer").fill("Ann <b>")
    page.locator(".row").first.click()
    page.locator(".mark-note").fill("<script>reads like a press release")
    page.locator(".answers .wrong").click()
    page.locator(".row[aria-current] .mark-wrong").wait_for()
    served.process.kill()  # no chance to write anything more
    served.process.wait()
    [mark] = read_marks(tmp_path / "m.jsonl")
    assert (mark.right, mark.reviewer) == (False, "Ann <b>")
    assert mark.note == "<script>reads like a press release"
    assert "0.0 %" in page.locator("#marks").inner_text()
    assert watched.console == []
    watched.close()
    made = write_report(labels, tmp_path / "report", marks=tmp_path / "m.jsonl")
    assert made.measured is not None
    assert sum(one.marked for one in made.measured.labels) == 1


def test_keys_mark_and_take_back_and_a_new_visit_shows_the_marks(
    browser: Any, served: Served, tmp_path: Path
) -> None:
    watched = Watched(browser, served.url, **WIDE)
    page = watched.page
    page.locator("#samples-title").click()
    page.keyboard.press("r")
    page.locator(".row .mark-right").wait_for()
    page.keyboard.press("j")
    page.keyboard.press("w")
    page.locator(".row .mark-wrong").wait_for()
    page.keyboard.press("u")
    page.locator(".row .mark-wrong").wait_for(state="detached")
    again = Watched(browser, served.url, **WIDE)
    assert again.page.locator(".row .mark-right").count() == 1
    assert again.page.locator(".row .mark-wrong").count() == 0
    for one in (watched, again):
        assert one.console == []
        assert {url.split("?")[0] for url in one.requests} <= {served.url, served.url + "marks"}
        one.close()
    assert len(read_marks(tmp_path / "m.jsonl")) == 1
    assert served.stop() == 0


def test_another_page_of_the_same_browser_cannot_mark_or_read(
    browser: Any, served: Served, tmp_path: Path
) -> None:
    """A page elsewhere sends what it can: a form, a fetch without and with CORS, a frame."""
    other = tmp_path / "evil.html"
    other.write_text(
        f"""<form id=f method=post enctype=text/plain action="{served.url}marks">
        <input name='{{"sample":0,"right":true,"reviewer":"x","note":"' value='"}}'></form>
        <iframe src="{served.url}"></iframe>
        <script>
        const body = JSON.stringify({{sample: 0, right: true, reviewer: 'x', note: ''}});
        const url = '{served.url}';
        window.read = Promise.allSettled([
          fetch(url).then(a => a.text()),
          fetch(url + 'marks', {{method: 'POST', body, mode: 'no-cors'}}).then(a => a.text()),
          fetch(url + 'marks', {{method: 'POST', body, headers: {{'X-Detector-Token': 'x'}}}})
            .then(a => a.text()),
        ]).then(all => all.map(one => one.value || ''));
        </script>"""
    )
    watched = Watched(browser, other.as_uri())
    assert watched.page.evaluate("window.read") == ["", "", ""]
    frame = watched.page.frames[1]
    assert frame.locator("#samples").count() == 0
    watched.page.locator("#f").evaluate("form => form.submit()")
    watched.page.wait_for_timeout(300)
    assert "did not come from the page" in watched.page.content()
    watched.close()
    assert not (tmp_path / "m.jsonl").exists()


def test_it_ends_by_itself_on_ctrl_c_and_sigterm_and_a_second_one_is_told(
    labels: Path, tmp_path: Path
) -> None:
    one = Served(labels, tmp_path / "m.jsonl")
    assert one.url.startswith("http://127.0.0.1:")
    second = runs.detector("serve", labels, "--marks", tmp_path / "m.jsonl", "--port", "0")
    assert (second.returncode, "another run" in second.stderr) == (2, True)
    port = one.url.rsplit(":", 1)[1].strip("/")
    third = runs.detector("serve", labels, "--marks", tmp_path / "n.jsonl", "--port", port)
    assert (third.returncode, f"--port {port}" in third.stderr) == (2, True)
    assert one.stop(signal.SIGTERM) == 0

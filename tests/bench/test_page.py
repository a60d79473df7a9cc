"""The page in a real browser: it renders without an error, sorts, filters, and fits a phone."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from detector.bench.report.make import make_report
from tests.bench.made_results import whole

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
LAPTOP, PHONE = (1440, 900), (390, 844)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.skip("no Chromium is installed: apt-get install chromium")
    with api.sync_playwright() as started:
        found = started.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    folder = tmp_path_factory.mktemp("page")
    return make_report(whole(folder / "results"), folder / "report").out / "leaderboard.html"


@pytest.fixture(params=[LAPTOP, PHONE], ids=["laptop", "phone"])
def size(request: pytest.FixtureRequest) -> tuple[int, int]:
    return request.param


@pytest.fixture
def page(browser: Any, report: Path, size: tuple[int, int]) -> Iterator[Any]:
    """The page, opened from disk; what it complains about, or fetches, fails the test."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]})
    opened, wrong = context.new_page(), []
    opened.on("console", lambda message: wrong.append(message.text))
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("request", lambda asked: wrong.append(asked.url) if asked.url[:5] != "file:" else 0)
    opened.goto(report.as_uri())
    yield opened
    context.close()
    assert wrong == []


def shown(page: Any, table: str) -> Any:
    return page.locator(f"#{table} tbody tr:visible")


def names(page: Any) -> list[str]:
    return [row.get_attribute("data-detector") for row in shown(page, "board").all()]


def test_it_renders_and_nothing_is_wider_than_the_screen(page: Any, size: tuple[int, int]) -> None:
    assert page.locator("h1").inner_text() == "Detectors of AI-written text, compared"
    assert page.locator("#roc svg.plot").count() == 2
    assert page.locator("#calibration svg.plot").count() == 2
    assert page.locator("#cost svg.plot").count() == 1
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= size[0]
    drawn = page.locator("#roc svg.plot").first.bounding_box()
    assert drawn["width"] >= 280


def test_texts_in_plots_are_large_enough_to_read(page: Any) -> None:
    heights = page.evaluate(
        "[...document.querySelectorAll('svg.plot text')].map(t =>"
        " Math.min(t.getBoundingClientRect().height, t.getBoundingClientRect().width))"
    )
    assert min(heights) >= 5  # a lone digit is that narrow
    assert sorted(heights)[len(heights) // 2] >= 10


def test_lines_have_colours_of_their_own(page: Any) -> None:
    colours = page.evaluate(
        "[...document.querySelectorAll('#roc figure:first-of-type .on-stroke')]"
        ".map(line => getComputedStyle(line).stroke)"
    )
    assert len(set(colours)) >= 3
    assert "none" not in colours


def test_it_begins_with_the_means_best_first(page: Any) -> None:
    assert names(page)[0] == "strong.v1"
    assert len(names(page)) == 4
    assert "4 of" in page.locator("#leaderboard output").inner_text()


def test_a_click_on_a_heading_sorts_best_first_and_a_second_turns_it_round(page: Any) -> None:
    head = page.locator("#board th", has_text="texts/s").first
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    fast = names(page)
    assert fast[0] == "strong.v1"
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    assert names(page) == fast[::-1]
    brier = page.locator("#board th", has_text="Brier").first
    brier.locator("button").click()
    assert brier.get_attribute("aria-sort") == "ascending"
    assert names(page)[0] == "strong.v1"
    assert names(page)[-1] == "lame.v1"  # has none: stays last both ways
    brier.locator("button").click()
    assert names(page)[-1] == "lame.v1"
    assert head.get_attribute("aria-sort") is None


def test_menus_and_search_filter(page: Any) -> None:
    page.select_option("#leaderboard select[data-field=set]", "calibration")
    assert sorted(names(page)) == ["lame.v1", "shy.v2:model", "strong.v1", "weak.v1"]
    assert "failed: score() gave 3 scores" in shown(page, "board").last.inner_text()
    page.select_option("#leaderboard select[data-field=scope]", "")
    assert len(names(page)) == 8
    page.fill("#leaderboard input", "SHY")
    assert names(page) == ["shy.v2:model"] * 2
    page.fill("#leaderboard input", "nobody")
    assert names(page) == []


def test_one_pair_of_matrices_shows_at_a_time(page: Any) -> None:
    assert page.locator("#transfer .map:visible").count() == 2
    page.select_option("#transfer select[data-field=detector]", "weak.v1")
    titles = page.locator("#transfer .map:visible figcaption").all_inner_texts()
    assert titles == [
        "False-positive rate, weak.v1 at 5 %",
        "True-positive rate, weak.v1 at 5 %",
    ]


def test_a_legend_hides_and_shows_a_detector_in_every_plot(page: Any) -> None:
    button = page.locator("#roc .legend button", has_text="weak.v1")
    place = button.get_attribute("data-place")
    lines = page.locator(f".plots .d{place}")
    assert lines.count() >= 4
    button.click()
    assert all(not line.is_visible() for line in lines.all())
    assert (
        page.locator("#cost .legend button", has_text="weak.v1").get_attribute("aria-pressed")
        == "false"
    )
    button.click()
    assert lines.first.is_visible()


def test_a_dark_page_is_dark_and_its_plots_follow(browser: Any, report: Path) -> None:
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    page.goto(report.as_uri())
    back, ink = page.evaluate(
        "[getComputedStyle(document.body).backgroundColor,"
        " getComputedStyle(document.querySelector('svg.plot text')).fill]"
    )
    context.close()
    assert back == "rgb(20, 23, 26)"
    assert ink == "rgb(230, 233, 236)"


def test_without_script_everything_is_on_the_page(browser: Any, report: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(report.as_uri())
    assert page.locator("#board tbody tr:visible").count() > 15
    assert page.locator(".controls:visible").count() == 0
    context.close()

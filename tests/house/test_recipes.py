"""The recipes run, over a real scan, with the real libraries where they are installed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import polars as pl
import pytest

from tests.house.source import ROOT
from tests.house.test_demo import run
from tests.pipeline.told_crawl import scan_told

_BLOCK = re.compile(r"(?ms)^```(python|sql)\n(.*?)^```")


def recipes(page: str) -> list[tuple[str, str, int, str]]:
    """Section, language, number in the section, and code of each recipe of a page."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    found = []
    for section in text.split("\n## ")[1:]:
        title = section.split("\n")[0]
        for number, (language, code) in enumerate(_BLOCK.findall(section)):
            found.append((title, language, number, code))
    return found


RECIPES = {f"{title} {number}": (language, code) for title, language, number, code in
           recipes("recipes.md")}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the recipes run: labels/ with texts, weights/, and what earlier recipes wrote."""
    folder = tmp_path_factory.mktemp("recipes")
    scan_told(folder, "--with-text")
    run(folder, "-m", "detector", "export", "labels", "--format", "weights", "--power", "2",
        "--out", "weights")  # fmt: skip
    return folder


def execute(folder: Path, name: str) -> str:
    """Run one recipe; gives what it prints, of SQL the rows."""
    language, code = RECIPES[name]
    library = name.split(maxsplit=1)[0].lower()
    pytest.importorskip(library, reason=f"{library} is not installed")
    if language == "sql":
        code = (
            "import duckdb, json\nfound = duckdb.sql(" + repr(code.strip().rstrip(";")) + ")\n"
            "print(json.dumps([list(map(str, row)) for row in found.fetchall()] if found else []))"
        )
    (folder / "recipe.py").write_text(code)
    return run(folder, "recipe.py")


def documents(folder: Path) -> pl.DataFrame:
    return pl.read_parquet(folder / "labels" / "documents" / "*.parquet")


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_runs(folder: Path, name: str) -> None:
    execute(folder, name)


def test_the_page_has_the_recipes_that_are_checked_here() -> None:
    assert sorted(RECIPES) == [
        "DuckDB 0", "DuckDB 1", "DuckDB 2", "datasets 0", "datasets 1", "polars 0", "polars 1",
        "polars 2",
    ]  # fmt: skip


def test_polars_keeps_what_is_not_likely_ai(folder: Path) -> None:
    execute(folder, "polars 0")
    kept = pl.read_parquet(folder / "clean.parquet")
    wanted = documents(folder).filter(pl.col("label") != "likely-ai")
    assert kept["text"].to_list() == wanted["text"].to_list() != []


def test_polars_cuts_spans_out_of_texts(folder: Path) -> None:
    """polars counts characters as the scan does: the texts hold some of four bytes."""
    code = RECIPES["polars 1"][1] + "\nprint('=' * 9)\nprint(spans.write_json())"
    (folder / "recipe.py").write_text(code)
    found = json.loads(run(folder, "recipe.py").split("=" * 9)[1])
    wanted = [
        row["text"][span["start"] : span["end"]]
        for row in documents(folder).iter_rows(named=True)
        for span in row["spans"]
    ]
    assert [row["part"] for row in found] == wanted != []


def test_a_weighted_sample_is_of_what_is_likely_a_person_s(folder: Path) -> None:
    sample = execute(folder, "polars 2")
    likely = documents(folder).filter(pl.col("label") == "no-evidence")["offset"].to_list()
    places = [int(place) for place in re.findall(r"@(\d+)\+", sample)]
    assert len(places) == 10
    assert len(set(places) & set(likely)) >= 7


def test_duckdb_writes_what_is_not_likely_ai(folder: Path) -> None:
    execute(folder, "DuckDB 1")
    lines = [json.loads(line) for line in (folder / "clean.jsonl").read_text().splitlines()]
    wanted = documents(folder).filter(pl.col("label") != "likely-ai")["record_id"]
    assert sorted(row["id"] for row in lines) == sorted(wanted)
    assert json.loads(execute(folder, "DuckDB 2"))[0][0] == "classifier"


def test_datasets_keeps_what_is_not_likely_ai(folder: Path) -> None:
    said = execute(folder, "datasets 0").splitlines()[-1]
    kept = (documents(folder)["label"] != "likely-ai").sum()
    assert said.startswith(f"24 {kept} ")
    assert "not-assessed" in execute(folder, "datasets 1")


def test_the_examples_of_the_export_page_run(folder: Path) -> None:
    found = [
        code for title, _, _, code in recipes("export.md") if title.startswith("In a pipeline")
    ]
    assert len(found) == 2
    (folder / "recipe.py").write_text(found[0])
    assert run(folder, "recipe.py").startswith("not-assessed None ('too-short',) ()")


def test_the_pipelines_of_the_export_page_run(folder: Path) -> None:
    for needed in ("datatrove", "magic", "orjson", "trafilatura"):
        pytest.importorskip(needed)
    code = next(code for title, _, number, code in recipes("export.md") if number == 1)
    crawl = folder / "crawl"
    crawl.mkdir()
    (crawl / "told.warc.gz").symlink_to(folder / "told.warc.gz")
    (folder / "recipe.py").write_text(code)
    run(folder, "recipe.py")
    assert [len(list((folder / name).glob("*.gz"))) for name in ("kept", "dropped", "clean")] == [
        1, 1, 2,
    ]  # fmt: skip

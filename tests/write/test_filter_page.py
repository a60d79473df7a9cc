"""docs/filter.md says what a filtering writes: columns, types, nulls, keys, reasons, example."""

from __future__ import annotations

import json
import re
from pathlib import Path

import polars as pl
import pytest

from detector import filter_warcs
from detector.errors import FAULTS, SKIPS
from detector.pipeline.clustered import CLUSTER_COLUMNS
from detector.pipeline.expression import condition
from detector.pipeline.fates import REASONS
from detector.records import Label
from detector.write.filtered import LEDGER, FilterFolder
from detector.write.frames import DOCUMENTS
from detector.write.places import LocalPlace
from tests.pipeline.made_labels import write_labels
from tests.pipeline.test_filter import crawled
from tests.write.test_formats_page import keys, spelled

PAGE = (Path(__file__).parents[2] / "docs" / "filter.md").read_text(encoding="utf-8")
COLUMNS = re.findall(r"(?m)^\| `(\w+)` \| ([\w ]+) \| (yes|no) \|", PAGE)


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    (tmp_path / "x.warc.gz").write_bytes(crawled(10))
    labels = write_labels(tmp_path / "labels", [tmp_path / "x.warc.gz"])
    filter_warcs(labels, tmp_path / "clean", drop=["likely-ai", "too-short"])
    return tmp_path / "clean"


def test_the_page_lists_exactly_the_columns_of_the_ledger(clean: Path) -> None:
    wanted = [(name, spelled(dtype)) for name, dtype in LEDGER.items()]
    assert [(name, dtype) for name, dtype, _ in COLUMNS] == wanted
    ledger = pl.read_parquet(clean / "ledger" / "*.parquet")
    assert ledger.schema == pl.Schema(LEDGER)
    never = {name for name, _, null in COLUMNS if null == "no"}
    assert never <= {name for name in ledger.columns if ledger[name].null_count() == 0}
    assert {"label", "code", "record_id", "with_ordinal", "inner"} <= {
        name for name in ledger.columns if ledger[name].null_count()
    }


def test_every_key_and_every_file_is_on_the_page(clean: Path) -> None:
    manifest = json.loads((clean / "manifest.json").read_bytes())
    counted = {"likely-ai", "too-short", "with-capture"}
    assert {key for key in {*keys(manifest)} - counted if f"`{key}`" not in PAGE} == set()
    names = [path.relative_to(clean).as_posix() for path in clean.rglob("*") if path.is_file()]
    assert {name for name in names if name not in PAGE} == set()


def test_every_reason_of_its_own_is_explained() -> None:
    own = {*REASONS} - {"", *SKIPS, *FAULTS, *(label.value for label in Label)}
    assert {reason for reason in own if f"`{reason}`" not in PAGE} == set()


def test_every_column_of_a_clustering_is_named() -> None:
    assert {name for name in CLUSTER_COLUMNS if f"`{name}`" not in PAGE} == set()


def test_every_expression_of_the_page_is_one() -> None:
    section = PAGE.split("### Expressions\n")[1].split("```")[0]
    shown = [text for text in re.findall(r"`([^`\n]+)`", section) if " " in text or "(" in text]
    schema = {**DOCUMENTS, **CLUSTER_COLUMNS}
    assert len(shown) > 12
    for text in shown:
        condition(text, schema)


def test_the_examples_run(clean: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(clean.parent)
    (clean.parent / "clean").rename(clean.parent / "before")
    found: dict[str, pl.DataFrame] = {}
    for code in re.findall(r"(?s)```python\n(.*?)```", PAGE):
        exec(compile(code, "docs/filter.md", "exec"), found)
    assert found["pages"].height == 4
    assert found["along"].height == 8


def test_rows_of_another_schema_are_not_written(tmp_path: Path) -> None:
    folder = FilterFolder(LocalPlace(tmp_path / "out"), {}, [("a", "a")])
    with pytest.raises(TypeError, match="not the columns"):
        folder.write_ledger(0, 0, pl.DataFrame({"file": ["a"]}))
    folder.close()

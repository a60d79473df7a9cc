"""docs/clusters.md says what a clustering writes: columns, types, nulls, keys, example."""

from __future__ import annotations

import json
import re
from pathlib import Path

import polars as pl
import pytest

from detector import cluster
from detector.errors import UsageError
from detector.write.clusters import CLUSTERS, ClusterFolder
from tests.pipeline.made_scans import Page, words, write_scan
from tests.write.test_formats_page import keys, spelled

PAGE = (Path(__file__).parents[2] / "docs" / "clusters.md").read_text(encoding="utf-8")
COLUMNS = re.findall(r"(?m)^\| `(\w+)` \| ([\w ]+) \| (yes|no) \|", PAGE)


@pytest.fixture
def clusters(tmp_path: Path) -> Path:
    """Of one page of which nothing is known that may be unknown."""
    cluster(
        write_scan(tmp_path / "labels", [Page(" ".join(words(1)), year=None)]), tmp_path / "out"
    )
    return tmp_path / "out"


def test_the_page_lists_exactly_the_columns_of_the_schema() -> None:
    wanted = [(name, spelled(dtype)) for name, dtype in CLUSTERS.items()]
    assert [(name, dtype) for name, dtype, _ in COLUMNS] == wanted


def test_the_page_says_which_columns_may_be_null(clusters: Path) -> None:
    [row] = pl.read_parquet(clusters / "*.parquet").to_dicts()
    nulls = {name for name, value in row.items() if value is None}
    assert (
        {name for name, _, null in COLUMNS if null == "yes"} == nulls == {"inner", "first_captured"}
    )


def test_every_key_and_every_file_is_on_the_page(clusters: Path) -> None:
    manifest = json.loads((clusters / "manifest.json").read_bytes())
    assert {key for key in keys(manifest) if f"`{key}`" not in PAGE} == set()
    assert {path.name for path in clusters.iterdir() if path.name not in PAGE} == set()


def test_the_example_keeps_one_document_of_each_cluster(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The polars example, run as it stands on the page."""
    pages = [Page(" ".join(words(n % 3)), host=f"h{n}.example") for n in range(9)]
    cluster(write_scan(tmp_path / "labels", pages), tmp_path / "clusters")
    monkeypatch.chdir(tmp_path)
    [example] = [code for code in re.findall(r"(?s)```python\n(.*?)```", PAGE) if "polars" in code]
    found: dict[str, pl.DataFrame] = {}
    exec(compile(example, "docs/clusters.md", "exec"), found)
    assert found["kept"].height == found["clusters"]["cluster"].n_unique() == 3
    assert found["spread"].height == 9


def test_rows_of_another_schema_are_not_written(tmp_path: Path) -> None:
    folder = ClusterFolder(tmp_path / "out", {})
    with pytest.raises(TypeError, match="not the columns"):
        folder.write_part(pl.DataFrame({"scan": ["a"]}))
    folder.close()


def test_a_second_process_is_kept_out(tmp_path: Path) -> None:
    folder = ClusterFolder(tmp_path / "out", {})
    with pytest.raises(UsageError, match="is writing to this folder"):
        ClusterFolder(tmp_path / "out", {})
    assert folder.work.is_dir()
    folder.close()

"""The sample is the same everywhere, grows without changing, and favours nobody."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from detector.report.draw import Draw, draws

ROWS = 4000


def table(part: int, label: str = "no-evidence", first: int = 0) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "file": ["a.warc.gz"] * ROWS,
            "ordinal": np.arange(first, first + ROWS),
            "label": [label] * ROWS,
            "part": pl.Series([part] * ROWS, dtype=pl.Int32),
        }
    )


def drawn(most: int, batches: list[pl.DataFrame], folder: Path, seed: int = 0) -> list[int]:
    draw = Draw(most, seed)
    files = []
    for number, batch in enumerate(batches):
        files.append(folder / f"{number}.parquet")
        batch.write_parquet(files[-1])
        draw.see(batch)
    return [row["ordinal"] for row in draw.rows(files)]


def test_the_numbers_do_not_depend_on_versions_of_libraries() -> None:
    found = draws(pl.Series(["a.warc.gz", "b.warc"]), pl.Series([0, 7]), seed=1)
    assert found.tolist() == [14_175_560_056_557_966_794, 1_817_483_762_324_020_060]


def test_a_larger_sample_begins_with_the_smaller(tmp_path: Path) -> None:
    batches = [table(0), table(1, first=ROWS)]
    few, many = drawn(10, batches, tmp_path), drawn(100, batches, tmp_path)
    assert many[:10] == few
    assert len(set(many)) == 100


def test_batches_may_come_in_any_size(tmp_path: Path) -> None:
    whole = drawn(50, [table(0)], tmp_path)
    halves = [table(0).head(ROWS // 2), table(1).tail(ROWS // 2)]
    assert drawn(50, halves, tmp_path) == whole


def test_another_seed_draws_others(tmp_path: Path) -> None:
    assert not set(drawn(20, [table(0)], tmp_path)) & set(drawn(20, [table(0)], tmp_path, seed=1))


def test_each_label_has_its_own_sample_in_the_order_of_the_labels(tmp_path: Path) -> None:
    batches = [table(0, "pre-llm"), table(1, "likely-ai", first=ROWS)]
    found = drawn(5, batches, tmp_path)
    assert [ordinal >= ROWS for ordinal in found] == [True] * 5 + [False] * 5


def test_every_document_is_as_likely_as_any_other() -> None:
    """Kolmogorov and Smirnov's distance of 4,000 draws from the uniform distribution."""
    names = pl.Series(["a.warc.gz"] * ROWS)
    values = np.sort(draws(names, pl.Series(np.arange(ROWS)), 3).astype(np.float64)) / 2.0**64
    distance = np.abs(values - (np.arange(ROWS) + 0.5) / ROWS).max()
    assert distance < 1.63 / np.sqrt(ROWS)  # 1 % of such samples are further off


def test_a_sample_of_none_is_empty(tmp_path: Path) -> None:
    draw = Draw(0, 1)
    draw.see(pl.DataFrame({"file": ["a"], "ordinal": [0], "label": ["likely-ai"], "part": [0]}))
    assert draw.rows([tmp_path / "not read"]) == []

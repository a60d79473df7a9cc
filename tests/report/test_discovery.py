"""False-discovery control: the textbook's q-values, over exactly the documents that were judged."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from scipy import stats

from detector.errors import OutputError, UsageError
from detector.report.discovery import discover, q_values, write_discoveries

LIKELY, NONE, UNCERTAIN = "likely-ai", "no-evidence", "uncertain"
ROWS: list[tuple[float | None, str, list[str]]] = [
    (0.001, LIKELY, ["classifier"]),
    (0.001, LIKELY, ["classifier"]),
    (0.02, UNCERTAIN, ["classifier"]),
    (0.5, NONE, []),
    (0.6, NONE, []),
    (0.7, LIKELY, ["artefact.oaicite"]),
    (0.8, UNCERTAIN, ["artefact.placeholder"]),
    (0.04, UNCERTAIN, ["classifier"]),
    (0.001, "pre-llm", ["origin.pre-llm"]),
    (None, "not-assessed", ["too-short"]),
    (None, LIKELY, ["artefact.oaicite"]),
]


@dataclass(frozen=True)
class Opened:
    """A folder of labels as the room sees it."""

    documents: tuple[Path, ...]
    path: Path = Path("labels")
    state: str = "complete"
    others: dict[str, Any] = field(default_factory=dict)


@pytest.fixture
def labels(tmp_path: Path) -> Any:
    """Two parts of one scan."""
    table = pl.DataFrame(
        [
            ("f", n, None, n, f"http://x.example/{n}", p, label, reasons)
            for n, (p, label, reasons) in enumerate(ROWS)
        ],
        schema={
            "file": pl.String,
            "offset": pl.Int64,
            "inner": pl.Int64,
            "ordinal": pl.Int64,
            "url": pl.String,
            "p_value": pl.Float32,
            "label": pl.String,
            "reasons": pl.List(pl.String),
        },
        orient="row",
    )
    table[:5].write_parquet(tmp_path / "a.parquet")
    table[5:].write_parquet(tmp_path / "b.parquet")
    return Opened((tmp_path / "a.parquet", tmp_path / "b.parquet"))


def test_q_values_are_scipy_s() -> None:
    rng = random.Random(2)
    drawn = [round(rng.random() ** 2, 2) for _ in range(500)]
    expected = dict(zip(drawn, stats.false_discovery_control(drawn), strict=True))
    counts = pl.DataFrame({"p_value": drawn}).group_by("p_value").len()
    for p, q in q_values(counts).select("p_value", "q_value").iter_rows():
        assert q == pytest.approx(expected[p])


def test_only_judged_documents_of_our_time_take_part(labels: Any) -> None:
    """Eight do; 0.02 is called at 5 % and not 0.04: 0.02 * 8 / 3 = 0.053, 0.001 * 8 / 2 = 0.004."""
    found = discover(labels, 0.05)
    assert (found.tested, found.called, found.by_fpr) == (8, 2, 2)
    assert found.p_cut == pytest.approx(0.001)
    wider = discover(labels, 0.054)
    assert wider.called == 3
    assert discover(labels, 1e-6).p_cut is None


def test_the_file_has_a_row_for_each_document_and_its_label(labels: Any, tmp_path: Path) -> None:
    found = discover(labels, 0.054)
    out = tmp_path / "out.parquet"
    codes = {"conclusive": ["artefact.oaicite"], "suggestive": ["artefact.placeholder"]}
    write_discoveries(labels, found, out, **codes)
    table = pl.read_parquet(out)
    assert table["offset"].to_list() == list(range(len(ROWS)))
    assert table["label_fdr"].to_list() == [
        *(LIKELY, LIKELY, LIKELY, NONE, NONE, LIKELY, UNCERTAIN, NONE),
        *("pre-llm", "not-assessed", LIKELY),
    ]
    assert [q is None for q in table["q_value"]] == [False] * 8 + [True] * 3
    assert table["q_value"][0] == pytest.approx(0.004)
    assert table["q_value"].max() <= 1
    first = out.read_bytes()
    write_discoveries(labels, found, out, **codes)
    assert out.read_bytes() == first
    assert not list(tmp_path.glob("*.tmp"))


def test_an_unfinished_scan_and_impossible_rates_are_refused(labels: Any) -> None:
    with pytest.raises(UsageError, match="unfinished"):
        discover(Opened(labels.documents, state="running"), 0.05)
    with pytest.raises(UsageError, match="no documents"):
        discover(Opened(()), 0.05)
    for rate in (0, 1, -1, float("nan")):
        with pytest.raises(UsageError, match="false-discovery rate"):
            discover(labels, rate)


def test_what_cannot_be_read_or_written_is_an_output_error(labels: Any, tmp_path: Path) -> None:
    found = discover(labels, 0.05)
    with pytest.raises(OutputError, match="cannot be written"):
        write_discoveries(
            labels, found, tmp_path / "none" / "x.parquet", conclusive=[], suggestive=[]
        )
    labels.documents[0].write_bytes(b"no parquet")
    with pytest.raises(OutputError, match="cannot be read"):
        discover(labels, 0.05)


def test_under_the_null_nothing_much_is_called(tmp_path: Path) -> None:
    """Uniform p-values of people alone: a false discovery in about one scan of twenty."""
    rng = random.Random(9)
    scans = 300
    with_any = 0
    for _ in range(scans):
        drawn = [rng.randrange(1, 1001) / 1000 for _ in range(40)]
        counts = pl.DataFrame({"p_value": drawn}).group_by("p_value").len()
        with_any += (q_values(counts)["q_value"] <= 0.05).any()
    assert with_any / scans < 0.05 + 0.05

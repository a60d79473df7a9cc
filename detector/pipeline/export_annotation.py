"""An annotation of Common Crawl's URL index: rows keyed by SURT, crawl and time, sorted.

The form is that of the index annotations that Common Crawl describes and joins
(https://github.com/commoncrawl/cc-index-annotations). Rows are sorted on disk: each run of some
parts is sorted and written, its keys are sampled, and the files of the result are cut from all runs
between two of the sampled keys, so that one file at a time is in memory.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from detector.errors import BooksError, UsageError
from detector.pipeline.export_settings import NAME, Exported, ExportSettings
from detector.pipeline.export_tables import manifest, selected
from detector.pipeline.progress import counted
from detector.write import disk
from detector.write.exports import ExportFolder
from detector.write.frames import parquet_bytes
from detector.write.labels import Labels

ROWS_A_FILE: Final = 100_000
JOIN: Final = "join.yaml"

_SAMPLES_A_FILE: Final = 100
_CRAWL: Final = r"(?:^|/)(CC-MAIN-[0-9]{4}-[0-9]{2})/"
_BUCKET: Final = r"^(?:https?://data\.commoncrawl\.org/|s3://commoncrawl/)"
_SAID: Final = ("label", "score", "probability", "p_value", "ai_fraction", "reasons", "policy")
_READ: Final = ("file", "offset", "length", "ordinal", "url", "captured", *_SAID)
_ORDER: Final = ("crawl", "url_surtkey", "fetch_time", "warc_filename", "ordinal")


@dataclass(frozen=True, slots=True)
class _Cut:
    """One file of the result: the keys of one crawl from `low` up to, and without, `high`."""

    crawl: str
    number: int
    low: str | None
    high: str | None

    @property
    def name(self) -> str:
        return f"crawl={self.crawl}/part-{self.number:05d}.parquet"


def export_annotation(labels: Labels, out: Path, settings: ExportSettings, shown: bool) -> Exported:
    """Write what the scan says of each address, for a join with Common Crawl's URL index.

    UsageError when the package `surt` is missing, or when the name of an archive does not tell its
    crawl and no crawl is named.
    """
    key_of = _surt()
    _check_crawls(labels, settings.crawl)
    folder = ExportFolder(out, manifest("cc-annotation", labels, settings))
    frames = selected(labels, settings, _READ)
    name = settings.name or NAME
    documents = 0
    runs = Runs(folder.work)
    try:
        for frame in counted(frames, "parts", shown):
            documents += len(frame)
            runs.add(_rows(frame.filter("kept"), key_of, settings.crawl))
        runs.close()
        cuts = runs.cuts()
        folder.begin([JOIN, *(cut.name for cut in cuts)])
        written = 0
        for cut in cuts:
            rows = runs.rows(cut)
            folder.write({cut.name: parquet_bytes(_named(rows, name))})
            written += len(rows)
        if written != runs.count:
            raise BooksError(f"{out}: {written:,} rows were cut from {runs.count:,}: a bug of ours")
        folder.write({JOIN: _join(name)})
        left_out = documents - runs.count
        found = Exported(out, "cc-annotation", documents, runs.count, len(cuts), left_out)
        folder.finish(found.counts())
    finally:
        folder.close()
    return found


class Runs:
    """Sorted runs of rows on disk, and a sample of their keys."""

    def __init__(self, folder: Path) -> None:
        self.count = 0
        self._folder = folder
        self._files: list[Path] = []
        self._held: list[pl.DataFrame] = []
        self._sample: list[pl.DataFrame] = []

    def add(self, rows: pl.DataFrame) -> None:
        """Add rows in any order."""
        self._held.append(rows)
        self.count += len(rows)
        if sum(map(len, self._held)) >= ROWS_A_FILE:
            self.close()

    def close(self) -> None:
        """Write what is held as one more run."""
        rows = pl.concat(self._held).sort(_ORDER) if self._held else pl.DataFrame()
        self._held = []
        if rows.is_empty():
            return
        path = self._folder / f"run-{len(self._files)}.parquet"
        with disk.explained(path):
            rows.write_parquet(path, compression="zstd", compression_level=1, row_group_size=8192)
        self._files.append(path)
        every = max(1, ROWS_A_FILE // _SAMPLES_A_FILE)
        keys = rows.select("crawl", "url_surtkey")
        groups = keys.partition_by("crawl", maintain_order=True)
        self._sample += [group.gather_every(every) for group in groups]

    def cuts(self) -> list[_Cut]:
        """The files that hold all rows, each of about `ROWS_A_FILE`, in their order."""
        if not self._sample:
            return []
        cuts = []
        sample = pl.concat(self._sample).sort("crawl", "url_surtkey")
        for (crawl,), group in sample.group_by("crawl", maintain_order=True):
            borders = group["url_surtkey"].gather_every(_SAMPLES_A_FILE).unique().sort().to_list()
            lows = [None, *borders[1:]]
            highs = [*borders[1:], None]
            for number, (low, high) in enumerate(zip(lows, highs, strict=True)):
                cuts.append(_Cut(str(crawl), number, low, high))
        return cuts

    def rows(self, cut: _Cut) -> pl.DataFrame:
        """The rows of one file, sorted."""
        key = pl.col("url_surtkey")
        found = pl.scan_parquet(self._files, glob=False).filter(pl.col("crawl") == cut.crawl)
        if cut.low is not None:
            found = found.filter(key >= cut.low)
        if cut.high is not None:
            found = found.filter(key < cut.high)
        with disk.explained(self._folder, "read"):
            return found.collect().sort(_ORDER)


def _rows(
    kept: pl.DataFrame, key_of: Callable[[str], str | None], crawl: str | None
) -> pl.DataFrame:
    keys = [None if url is None else key_of(url) for url in kept["url"]]
    named = pl.col("file").str.extract(_CRAWL) if crawl is None else pl.lit(crawl)
    return kept.select(
        pl.Series("url_surtkey", keys, dtype=pl.String),
        named.alias("crawl"),
        pl.col("captured").dt.truncate("1s").alias("fetch_time"),
        "url",
        *_SAID,
        pl.col("file").str.replace(_BUCKET, "").alias("warc_filename"),
        pl.col("offset").alias("warc_record_offset"),
        pl.col("length").alias("warc_record_length"),
        "ordinal",
    ).filter(pl.col("url_surtkey").is_not_null())


def _named(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    """The columns as they are written, ours with the prefix that tells them from others'."""
    host = pl.col("url_surtkey").str.extract(r"^([^)/]+)\)").alias("surt_host_name")
    ours = [pl.col(column).alias(f"{name}_{column}") for column in _SAID]
    place = ("warc_filename", "warc_record_offset", "warc_record_length")
    return rows.select("url_surtkey", "crawl", "fetch_time", host, "url", *ours, *place)


def _join(name: str) -> bytes:
    """What `annotate.py` of cc-index-annotations reads to join this folder."""
    columns = "".join(f"  - {name}_{column}\n" for column in _SAID)
    return (
        "# For annotate.py of https://github.com/commoncrawl/cc-index-annotations, run in this\n"
        "# folder, or with the path of it below.\n"
        "table:\n"
        "  local: ./\n"
        f"right_columns:\n{columns}"
        "join_columns:\n  - url_surtkey\n  - crawl\n  - fetch_time\n"
    ).encode()


def installed() -> Callable[[str], object] | None:
    """The function of the package `surt`, None where that is not installed."""
    try:
        from surt import surt  # noqa: PLC0415
    except ImportError:
        return None
    return surt  # type: ignore[no-any-return]


def _surt() -> Callable[[str], str | None]:
    """The key of an address, as Common Crawl's indexes have it; None where there is none."""
    surt = installed()
    if surt is None:
        raise UsageError(
            "SURT keys need the package `surt`: pip install 'contamination-detector[annotation]'"
        )

    def key(url: str) -> str | None:
        try:
            made = surt(url)
        except Exception:  # of addresses in a crawl it raises errors of many kinds
            return None
        return made if isinstance(made, str) and made else None

    return key


def _check_crawls(labels: Labels, crawl: str | None) -> None:
    nameless = [one.name for one in labels.inputs if not re.search(_CRAWL, one.name)]
    if crawl is None and nameless:
        raise UsageError(
            f"{nameless[0]!r:.80}: its path does not say of which crawl it is (CC-MAIN-2024-22):"
            " say so with --crawl"
        )

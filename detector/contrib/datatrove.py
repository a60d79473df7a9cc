"""Blocks for datatrove (https://github.com/huggingface/datatrove): a filter, a reader of labels.

Needs the extra `datatrove`. Both are ordinary blocks: they can be pickled, and each task of an
executor does its share.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

import polars as pl
from datatrove.data import Document, DocumentsPipeline
from datatrove.pipeline.filters.base_filter import BaseFilter
from datatrove.pipeline.readers.base import BaseReader
from datatrove.pipeline.writers.disk_base import DiskWriter

from detector.errors import UsageError
from detector.pipeline.export_tables import locator
from detector.pipeline.gather import RUNNING
from detector.pipeline.labeller import Labeller
from detector.pipeline.rereading import NEEDED, Texts
from detector.pipeline.selection import check_labels, schema_of, select
from detector.records import Label, Verdict
from detector.write.labels import Labels, open_labels

__all__ = ["DetectorFilter", "LabelReader"]


class DetectorFilter(BaseFilter):
    """Labels the text of each document and drops those of some labels.

    drop: the labels whose documents go; none of them to label only. policy, fpr, budget: as for
    `detector.Labeller`. exclusion_writer: gets what is dropped, with the label as its
    `filter_reason`. What was found is put into the metadata: `detector_label`, `detector_score`,
    `detector_probability`, `detector_p_value`, `detector_ai_fraction`, `detector_reasons` and
    `detector_spans` (lists of start, end and score), `detector_policy`.
    UsageError for a label that does not exist.
    """

    name = "🔎 Detector"

    def __init__(
        self,
        drop: Sequence[str] = (Label.LIKELY_AI.value,),
        *,
        policy: str | Path | None = None,
        fpr: float | None = None,
        budget: float | None = None,
        exclusion_writer: DiskWriter | None = None,
        batch_size: int = 64,
    ) -> None:
        super().__init__(exclusion_writer, batch_size)
        check_labels(drop)
        self.drop = tuple(drop)
        self.policy = None if policy is None else str(policy)
        self.fpr = fpr
        self.budget = budget

    def filter(self, doc: Document) -> bool | tuple[bool, str]:
        """Whether one document is kept, and the label of one that is not."""
        return self.filter_batch([doc])[0]

    def filter_batch(self, batch: list[Document]) -> list[bool | tuple[bool, str]]:
        """Whether each document is kept, and the label of each that is not."""
        verdicts = _labeller(self.policy, self.fpr, self.budget).label(doc.text for doc in batch)
        kept: list[bool | tuple[bool, str]] = []
        for doc, verdict in zip(batch, verdicts, strict=True):
            doc.metadata.update(_metadata(verdict))
            label = verdict.label.value
            kept.append((False, label) if label in self.drop else True)
        return kept


class LabelReader(BaseReader):
    """Reads the documents of a finished scan, with all that it says of them as metadata.

    labels: the scan's folder. drop, keep, clusters: which documents, as in `detector export`.
    archives: where the archives lie now; texts are read from there again unless the scan stored
    them (`--with-text`). The id of a document is its locator. limit, skip: documents of a task.
    Each task reads its share of the parts. UsageError for a scan that is unfinished, or whose texts
    cannot be had.
    """

    name = "🏷 Detector labels"

    def __init__(
        self,
        labels: str | Path,
        *,
        drop: Sequence[str] = (),
        keep: str | None = None,
        clusters: str | Path | None = None,
        archives: str | None = None,
        limit: int = -1,
        skip: int = 0,
    ) -> None:
        super().__init__(limit, skip)
        self.labels = str(labels)
        self.drop = tuple(drop)
        self.keep = keep
        self.clusters = None if clusters is None else str(clusters)
        self.archives = archives

    def run(
        self, data: DocumentsPipeline = None, rank: int = 0, world_size: int = 1
    ) -> DocumentsPipeline:
        """Give what comes from before, then the documents of this task's parts, in their order."""
        if data:
            yield from data
        opened = open_labels(Path(self.labels))
        if opened.state == RUNNING:
            raise UsageError(f"{opened.path}: unfinished: go on with the scan first")
        mine = replace(opened, documents=opened.documents[rank::world_size])
        made = (document for document in self._documents(mine) if document is not None)
        stop = None if self.limit == -1 else self.skip + self.limit
        for document in islice(made, self.skip, stop):
            self.update_doc_stats(document)
            yield document

    def _documents(self, labels: Labels) -> Iterator[Document | None]:
        texts = Texts(labels, self.archives)
        columns = tuple(dict.fromkeys([*schema_of(labels, clustered=bool(self.clusters)), *NEEDED]))
        frames = select(
            labels, drop=self.drop, keep=self.keep, clusters=self.clusters, columns=columns
        )
        with closing(texts):
            for part, frame in zip(labels.documents, frames, strict=True):
                self.stat_update("input_files")
                kept = frame.filter("kept").drop("kept", "why")
                rows = plain(kept.with_columns(locator().alias("id")).drop("text", strict=False))
                for number, (row, text) in enumerate(zip(rows, texts.of(part, kept), strict=True)):
                    yield self.get_document_from_dict({**row, "text": text}, str(part), number)


def plain(table: pl.DataFrame) -> Iterator[dict[str, Any]]:
    """The rows as values that every writer knows: times are ISO 8601."""
    times = [name for name, kind in table.schema.items() if isinstance(kind, pl.Datetime)]
    told = table.with_columns(pl.col(name).dt.strftime("%Y-%m-%dT%H:%M:%S%.fZ") for name in times)
    if "matches" in told.columns:
        dates = pl.element().struct.with_fields(pl.field("date").cast(pl.String))
        told = told.with_columns(pl.col("matches").list.eval(dates))
    return told.iter_rows(named=True)


@lru_cache(maxsize=4)
def _labeller(policy: str | None, fpr: float | None, budget: float | None) -> Labeller:
    """One labeller for all tasks of a process."""
    return Labeller(policy, fpr=fpr, budget=budget)


def _metadata(verdict: Verdict) -> dict[str, Any]:
    return {
        "detector_label": verdict.label.value,
        "detector_score": verdict.score,
        "detector_probability": verdict.probability,
        "detector_p_value": verdict.p_value,
        "detector_ai_fraction": verdict.ai_fraction,
        "detector_reasons": list(verdict.reasons),
        "detector_spans": [[span.start, span.end, span.score] for span in verdict.spans],
        "detector_policy": verdict.policy,
    }

"""Documents with their clusters, as rows of the output."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from detector.pipeline.gather import Gathered
from detector.write.clusters import CLUSTERS, PLACE

NO_HOST: Final = 0xFFFFFFFF


class Grouped:
    """The clusters of all documents of some scans.

    leaders: uint32[texts], the first text of each text's cluster. similarity: float32[texts], to
    that text.
    """

    def __init__(
        self,
        gathered: Gathered,
        leaders: npt.NDArray[np.uint32],
        similarity: npt.NDArray[np.float32],
    ) -> None:
        self._gathered = gathered
        self._similarity = similarity
        self._leaders = leaders
        documents = gathered.documents
        text = documents["text"].to_numpy()
        count = len(leaders)
        self._first = np.flatnonzero(documents["text"].is_first_distinct().to_numpy())
        self._exact_sizes = np.bincount(text, minlength=count)
        self._sizes = np.bincount(leaders[text], minlength=count)
        self._texts = np.bincount(leaders, minlength=count)
        hosts = documents["host"].fill_null(NO_HOST).to_numpy().astype(np.uint64)
        pairs = np.unique((leaders[text].astype(np.uint64) << np.uint64(32)) | hosts)
        named = pairs[(pairs & np.uint64(NO_HOST)) != np.uint64(NO_HOST)]
        self._hosts = np.bincount((named >> np.uint64(32)).astype(np.int64), minlength=count)
        self._order = documents.select(pl.arg_sort_by("scan", "file", "ordinal")).to_series()

    def rows(self, start: int, stop: int) -> pl.DataFrame:
        """Rows start to stop of the output, which is in the order of scan, file and ordinal."""
        documents = self._gathered.documents[self._order[start:stop]]
        text = documents["text"].to_numpy()
        leader = self._leaders[text]
        firsts = self._gathered.documents[self._first[leader]]
        place, first = self._place(documents), self._place(firsts)
        return pl.DataFrame(
            {
                **{column.name: column for column in place},
                "cluster": _exact(firsts),
                "size": self._sizes[leader],
                "texts": self._texts[leader],
                "hosts": self._hosts[leader],
                "first_captured": firsts["captured"],
                "representative": first.to_struct(),
                "similarity": self._similarity[text],
                "exact": _exact(documents),
                "exact_size": self._exact_sizes[text],
            },
            schema=dict(CLUSTERS),
        )

    def counts(self) -> dict[str, int]:
        """How many documents, texts, clusters and exact groups there are."""
        many = self._sizes[self._sizes > 1]
        exact = self._exact_sizes[self._exact_sizes > 1]
        return {
            "documents": len(self._gathered.documents),
            "texts": len(self._leaders),
            "clusters": len(many),
            "clustered": int(many.sum()),
            "largest": int(self._sizes.max()),
            "exact_groups": len(exact),
            "exact_documents": int(exact.sum()),
        }

    def _place(self, documents: pl.DataFrame) -> pl.DataFrame:
        scans = pl.Series("scan", self._gathered.scans, dtype=pl.String)
        files = pl.Series("file", self._gathered.files, dtype=pl.String)
        return documents.select(
            scans.gather(documents["scan"]),
            files.gather(documents["file"]),
            "offset",
            "inner",
            "ordinal",
        ).cast(dict(PLACE))  # type: ignore[arg-type]


def _exact(documents: pl.DataFrame) -> pl.Series:
    """The exact hashes, as 32 hexadecimal digits."""
    halves = documents.select("high", "low").to_numpy().astype(">u8").tobytes()
    digits = halves.hex()
    return pl.Series([digits[i : i + 32] for i in range(0, len(digits), 32)], dtype=pl.String)

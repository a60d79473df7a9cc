"""Documents with their clusters, as rows of the output."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from detector.fingerprint.centres import Stars
from detector.pipeline.agreement import Agreed
from detector.pipeline.gather import Gathered
from detector.write.clusters import CLUSTERS, PLACE

NO_HOST: Final = 0xFFFFFFFF


class Grouped:
    """The clusters of all documents of some scans."""

    def __init__(self, gathered: Gathered, stars: Stars) -> None:
        self._gathered = gathered
        self._stars = stars
        documents = gathered.documents
        self._agreed = Agreed(documents, stars.firsts)
        text = documents["text"].to_numpy()
        count = len(stars.firsts)
        cluster = stars.firsts[text]
        self._opening = np.flatnonzero(documents["text"].is_first_distinct().to_numpy())
        self._exact_sizes = np.bincount(text, minlength=count)
        self._sizes = np.bincount(cluster, minlength=count)
        self._texts = np.bincount(stars.firsts, minlength=count)
        hosts = documents["host"].fill_null(NO_HOST).to_numpy().astype(np.uint64)
        pairs = np.unique((cluster.astype(np.uint64) << np.uint64(32)) | hosts)
        named = pairs[(pairs & np.uint64(NO_HOST)) != np.uint64(NO_HOST)]
        self._hosts = np.bincount((named >> np.uint64(32)).astype(np.int64), minlength=count)
        self._order = documents.select(pl.arg_sort_by("scan", "file", "ordinal")).to_series()

    def rows(self, start: int, stop: int) -> pl.DataFrame:
        """Rows start to stop of the output, which is in the order of scan, file and ordinal."""
        documents = self._gathered.documents[self._order[start:stop]]
        text = documents["text"].to_numpy()
        cluster = self._stars.firsts[text]
        representatives = self._gathered.documents[self._opening[cluster]]
        return pl.DataFrame(
            {
                **self._place(documents).to_dict(),
                "cluster": _exact(representatives),
                "size": self._sizes[cluster],
                "texts": self._texts[cluster],
                "hosts": self._hosts[cluster],
                "first_captured": representatives["captured"],
                "representative": self._place(representatives).to_struct(),
                "similarity": self._stars.similarity[text],
                "link": self._stars.links[text],
                "exact": _exact(documents),
                "exact_size": self._exact_sizes[text],
                "label": documents["label"],
                **self._decided(cluster),
            },
            schema=dict(CLUSTERS),
        )

    def _decided(self, cluster: npt.NDArray[np.uint32]) -> dict[str, pl.Series]:
        by = self._gathered.documents[self._agreed.by[cluster]]
        return {
            "cluster_label": self._agreed.labels.gather(cluster),
            "decided_by": self._place(by).to_struct(),
            "decided_how": self._agreed.rules.gather(cluster),
        }

    def counts(self) -> dict[str, int]:
        """How many documents, texts, clusters and exact groups there are."""
        many = self._sizes[self._sizes > 1]
        exact = self._exact_sizes[self._exact_sizes > 1]
        return {
            "documents": len(self._gathered.documents),
            "texts": len(self._texts),
            "clusters": len(many),
            "clustered": int(many.sum()),
            "largest": int(self._sizes.max()),
            "exact_groups": len(exact),
            "exact_documents": int(exact.sum()),
            "relabelled": self._agreed.changed,
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

"""datatrove's four MinHash stages; runs in the environment that `benchmarks.speed.peer` makes.

    python peer_datatrove.py TEXTS FOLDER
    python peer_datatrove.py signatures FOLDER

The first reads texts, signs them, fills buckets, clusters, and writes the texts that stay, as its
example has it, one process, without its executor, which would start one for each task. The second
takes signatures that lie in the folder already, in its own format, and fills buckets and clusters.
It unites the texts of a bucket without verifying any, and cuts words with spaCy's tokenizer.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from datatrove.pipeline.dedup.minhash import (
    MinhashConfig,
    MinhashDedupBuckets,
    MinhashDedupCluster,
    MinhashDedupFilter,
    MinhashDedupSignature,
)
from datatrove.pipeline.readers import ParquetReader
from datatrove.pipeline.writers import ParquetWriter
from datatrove.utils.hashing import HashConfig

BANDS, ROWS = 18, 7


def unite(folder: Path, config: MinhashConfig) -> None:
    """Stages 2 and 3."""
    signed, pairs = str(folder / "signatures"), str(folder / "pairs")
    for bucket in range(BANDS):
        MinhashDedupBuckets(signed, pairs, config=config).run(None, bucket, BANDS)
    together = MinhashDedupCluster(pairs, str(folder / "remove"), config, save_cluster_id=True)
    together.run(None, 0, 1)


def from_texts(texts: Path, folder: Path) -> None:
    """All four stages; the documents are read twice, to sign and to filter them."""
    config = MinhashConfig(n_grams=5, num_buckets=BANDS, hashes_per_bucket=ROWS)

    def read():
        return ParquetReader(str(texts.parent), glob_pattern=texts.name).run()

    MinhashDedupSignature(str(folder / "signatures"), config).run(read())
    unite(folder, config)
    total = 0

    def counted(documents):
        nonlocal total
        for document in documents:
            total += 1
            yield document

    stay = MinhashDedupFilter(str(folder / "remove")).run(counted(read()))
    for _ in ParquetWriter(str(folder / "kept")).run(stay):
        pass
    clusters = np.arange(total, dtype=np.int64)
    found = np.fromfile(folder / "remove" / "000000.clusters", "<u4").reshape(-1, 2)
    clusters[found[:, 0]] = total + found[:, 1].astype(np.int64)
    np.save(folder / "clusters.npy", clusters)


def from_signatures(folder: Path) -> None:
    """Stages 2 and 3 on 32-bit values; prints how many texts would go."""
    config = MinhashConfig(
        num_buckets=BANDS, hashes_per_bucket=ROWS, hash_config=HashConfig(precision=32)
    )
    unite(folder, config)
    print((folder / "remove" / "000000.remove").stat().st_size // 4)


if __name__ == "__main__":
    if sys.argv[1] == "signatures":
        from_signatures(Path(sys.argv[2]))
    else:
        from_texts(Path(sys.argv[1]), Path(sys.argv[2]))

"""text-dedup's `minhash` command; runs in the environment that `peers.py` makes.

    python peer_text_dedup.py TEXTS FOLDER

Its own command with its own defaults (SHA-1 hashes), but for the 18 bands of 7 rows and one
process. It unites the texts of a bucket without verifying any.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

texts, folder = sys.argv[1], sys.argv[2]
os.environ["HF_HOME"] = str(Path(folder, "home"))
os.environ["HF_HUB_OFFLINE"] = os.environ["HF_DATASETS_OFFLINE"] = "1"

import numpy as np  # noqa: E402
from text_dedup import minhash  # noqa: E402


def main() -> None:
    """Run it, and write the cluster of each text."""
    options = {
        "path": "parquet",
        "data_files": texts,
        "split": "train",
        "cache_dir": str(Path(folder, "cache")),
        "output": str(Path(folder, "kept")),
        "column": "text",
        "ngram": "5",
        "num_perm": "128",
        "b": "18",
        "r": "7",
        "num_proc": "1",
    }
    arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
    minhash.main(arguments, standalone_mode=False)
    import pyarrow.parquet

    count = pyarrow.parquet.ParquetFile(texts).metadata.num_rows
    np.save(Path(folder, "clusters.npy"), np.array([minhash.uf.find(n) for n in range(count)]))


if __name__ == "__main__":
    main()

"""The whole path of near-duplicate detection on the same texts: ours, and those of others.

Each run is a process of its own that reads one Parquet file of texts, signs them, finds clusters
and writes the texts that stay. All take runs of five words and 18 bands of 7 rows of their
signatures, and one process. Only ours verifies candidates, so all are judged by what is known of
the texts. datatrove and text-dedup need environments of their own, which are made under
benchmarks/.peers by pip on the first run.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from benchmarks.clusters.made import planted
from benchmarks.speed.peer import environment, set_up
from benchmarks.speed.tree import run_tree

COUNT = 200_000
LENGTHS = (50, 100)
TEXT_DEDUP = ("text-dedup==0.4.0",)
HERE = Path(__file__).parent
CONSONANTS, VOWELS = "bdfghklmnprstvwz", "aeiou"
THRESHOLD = 0.8

Known = dict[str, npt.NDArray[Any]]


def vocabulary(count: int = 60_000) -> list[str]:
    """Words of letters alone: datatrove would take all digits for the same one."""
    syllables = [c + v for c in CONSONANTS for v in VOWELS]
    base = len(syllables)
    return [
        syllables[n % base] + syllables[n // base % base] + syllables[n // base // base]
        for n in range(count)
    ]


def write(count: int, folder: Path) -> None:
    """The texts, and what is known of them."""
    corpus = planted(count, 0, seed=11, lengths=LENGTHS)
    words = np.array(vocabulary())
    texts = [" ".join(words[one].tolist()) for one in corpus.words]
    pl.DataFrame({"text": texts}).write_parquet(folder / "texts.parquet")
    known = {"pairs": corpus.pairs, "jaccard": corpus.known, "family": corpus.family}
    np.savez(folder / "known.npz", **known)


def measure(count: int = COUNT) -> dict[str, Any]:
    """Run all on the same texts; a peer that pip cannot install stands with the reason."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # In a process of its own: what a parent holds counts as the peak of those that it starts.
        writer = [sys.executable, "-m", "benchmarks.clusters.peers", str(count), str(folder)]
        subprocess.run(writer, check=True)
        known = dict(np.load(folder / "known.npz"))
        own = Path(sys.executable)
        pythons = {
            "ours, signatures": own,
            "ours, texts": own,
            "datasketch": own,
            "datatrove": set_up(),
            "text-dedup": environment("text-dedup", TEXT_DEDUP),
        }
        runs = {name: _run(name, python, folder, known) for name, python in pythons.items()}
    return {
        "texts": count,
        "words": LENGTHS,
        "pairs": len(known["pairs"]),
        "runs": runs,
        "takes_times": {
            name: {
                key: round(run[key] / runs["ours, signatures"][key], 2)
                for key in ("cpu_seconds", "peak_megabytes")
            }
            for name, run in runs.items()
            if "cpu_seconds" in run
        },
    }


def _run(name: str, python: Path | None, folder: Path, known: Known) -> dict[str, Any]:
    if python is None:
        return {"skipped": "pip could not make its environment"}
    script = {"datatrove": "peer_datatrove.py", "text-dedup": "peer_text_dedup.py"}.get(name)
    start = ["-m", "benchmarks.clusters.recipes", name] if script is None else [str(HERE / script)]
    with tempfile.TemporaryDirectory(dir=folder) as work:
        cost = run_tree([str(python), *start, str(folder / "texts.parquet"), work])
        clusters = np.load(Path(work, "clusters.npy"))
    return {
        "cpu_seconds": round(cost.cpu, 1),
        "wall_seconds": round(cost.wall, 1),
        "peak_megabytes": round(cost.peak),
        **_judged(known, clusters),
    }


def _judged(known: Known, clusters: npt.NDArray[np.int64]) -> dict[str, Any]:
    """clusters: int64[n], the same number for the texts of one cluster."""
    one, two = known["pairs"].T
    together = clusters[one] == clusters[two]
    exact = known["jaccard"]
    families = np.unique(np.stack([clusters, known["family"]]), axis=1).shape[1]
    return {
        "kept": len(np.unique(clusters)),
        "together_above_0.85": round(float(together[exact > 0.85].mean()), 4),
        "of_those_together_at_least_0.8": round(float((exact[together] >= THRESHOLD).mean()), 4),
        "of_those_together_at_least_0.6": round(float((exact[together] >= 0.6).mean()), 4),
        "clusters_of_unrelated": families - len(np.unique(clusters)),
    }


if __name__ == "__main__":
    write(int(sys.argv[1]), Path(sys.argv[2]))

"""Time and memory of clustering synthetic signatures, each run in a process of its own."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from typing import Any

import numpy as np

from benchmarks.speed.peer import set_up
from benchmarks.speed.tree import Cost, run_tree

CHUNK = 100_000
COPIES = 0.2
BANDS, ROWS = 18, 7
PEER_COUNT = 200_000
MOST_SECONDS, MOST_MEGABYTES = 20, {1_000_000: 1000, 10_000_000: 2000}
MOST_TIMES = 12


def write_signatures(path: Path, count: int) -> None:
    """Random signatures, a fifth of them copies in 50 to 100 % of the places."""
    draw = np.random.default_rng(1)
    with path.open("wb") as file:
        for start in range(0, count, CHUNK):
            n = min(CHUNK, count - start)
            rows = draw.integers(0, 1 << 32, (n, 128), dtype=np.uint32)
            copies = int(n * COPIES)
            sources = draw.integers(0, n - copies, copies)
            same = draw.random((copies, 128)) < draw.uniform(0.5, 1, copies)[:, None]
            rows[n - copies :] = np.where(same, rows[sources], rows[n - copies :])
            rows.astype("<u4").tofile(file)


def ours(path: Path) -> None:
    """Cluster the file."""
    from detector.fingerprint.cluster import cluster_signatures

    count = path.stat().st_size // 512
    with tempfile.TemporaryDirectory(dir=path.parent) as work:
        found = cluster_signatures(path, np.arange(count, dtype=np.uint32), Path(work))
    print(found.candidates, found.verified, int((found.stars.centres != np.arange(count)).sum()))


def datasketch(path: Path) -> None:
    """The usual recipe: insert all, query each, verify each candidate, unite."""
    from datasketch import LeanMinHash, MinHashLSH

    rows = np.fromfile(path, "<u4").reshape(-1, 128)
    lsh = MinHashLSH(num_perm=128, params=(BANDS, ROWS))
    signed = [LeanMinHash(seed=1, hashvalues=row, scheme="affine32") for row in rows]
    for n, one in enumerate(signed):
        lsh.insert(n, one, check_duplication=False)
    parents = list(range(len(signed)))

    def root(n: int) -> int:
        while parents[n] != n:
            parents[n] = parents[parents[n]]
            n = parents[n]
        return n

    candidates = kept = 0
    for n, one in enumerate(signed):
        for other in lsh.query(one):
            if other < n:
                candidates += 1
                if one.jaccard(signed[other]) >= 0.8:
                    kept += 1
                    parents[max(root(n), root(other))] = min(root(n), root(other))
    print(candidates, kept, sum(root(n) != n for n in range(len(signed))))


def write_for_datatrove(path: Path, folder: Path) -> None:
    """The same values in the files that datatrove's signature stage leaves: sorted, by band."""
    rows = np.fromfile(path, "<u4").reshape(-1, 128)
    fields = [f"value{n}" for n in range(ROWS)]
    for band in range(BANDS):
        records = np.empty(len(rows), [(name, "<u4") for name in (*fields, "text")])
        for n, name in enumerate(fields):
            records[name] = rows[:, band * ROWS + n]
        records["text"] = np.arange(len(rows))
        file = folder / "signatures" / f"bucket_{band:03d}" / "00000.minhash.sig"
        file.parent.mkdir(parents=True)
        records[np.argsort(records, order=fields)].tofile(file)


def datatrove(path: Path) -> dict[str, Any] | None:
    """Its stages 2 and 3 on these signatures; None where pip cannot install it."""
    python = set_up()
    if python is None:
        return None
    with tempfile.TemporaryDirectory(dir=path.parent) as name:
        _apart("convert", path, name)
        script = Path(__file__).with_name("peer_datatrove.py")
        cost = run_tree([str(python), str(script), "signatures", name])
    return _row(cost, None, None, int(cost.out.split()[-1]))


def measure(largest: int = 10_000_000) -> dict[str, Any]:
    """Run ours on 1 and 10 million, and ours and others on the same 200,000."""
    counts = [count for count in (1_000_000, 10_000_000) if count <= largest]
    with tempfile.TemporaryDirectory() as name:
        path = Path(name, "signatures")
        _apart("write", path, PEER_COUNT)
        peers = {run: _run(run, path) for run in ("ours", "datasketch")}
        other = datatrove(path)
        if other is not None:
            peers["datatrove"] = other
        rows = {}
        for count in counts:
            _apart("write", path, count)
            rows[str(count)] = _run("ours", path)
    return {
        "signatures": rows,
        "not_run": [n for n in (1_000_000, 10_000_000) if n > largest],
        "on_200000": peers,
        "floor_megabytes": round(getrusage(RUSAGE_SELF).ru_maxrss / 1024),
        "takes_times": {
            name: {
                key: round(peer[key] / peers["ours"][key], 2)
                for key in ("cpu_seconds", "peak_megabytes")
            }
            for name, peer in peers.items()
        },
        "target": _targets(rows),
    }


def _apart(*arguments: str | Path | int) -> None:
    """Make files in a process of its own.

    What a parent once held counts as the peak of the processes that it starts.
    """
    command = [sys.executable, "-m", "benchmarks.clusters.scale", *map(str, arguments)]
    subprocess.run(command, check=True)


def _run(what: str, path: Path) -> dict[str, Any]:
    cost = run_tree([sys.executable, "-m", "benchmarks.clusters.scale", what, str(path)])
    candidates, verified, joined = map(int, cost.out.split())
    return _row(cost, candidates, verified, joined)


def _row(cost: Cost, candidates: int | None, verified: int | None, joined: int) -> dict[str, Any]:
    return {
        "cpu_seconds": round(cost.cpu, 2),
        "wall_seconds": round(cost.wall, 2),
        "peak_megabytes": round(cost.peak),
        "candidates": candidates,
        "verified": verified,
        "joined": joined,
    }


def _targets(rows: dict[str, dict[str, Any]]) -> dict[str, Any]:
    met = {}
    for count, most in MOST_MEGABYTES.items():
        if str(count) in rows:
            met[f"{count} in {most} MB"] = rows[str(count)]["peak_megabytes"] <= most
    if "1000000" in rows:
        met[f"1000000 in {MOST_SECONDS} s of CPU"] = rows["1000000"]["cpu_seconds"] <= MOST_SECONDS
    if "10000000" in rows:
        times = rows["10000000"]["cpu_seconds"] / rows["1000000"]["cpu_seconds"]
        met[f"10000000 in {MOST_TIMES} times that ({times:.1f})"] = times <= MOST_TIMES
    return met


if __name__ == "__main__":
    what, given, *more = sys.argv[1:]
    if what == "write":
        write_signatures(Path(given), int(more[0]))
    elif what == "convert":
        write_for_datatrove(Path(given), Path(more[0]))
    else:
        {"ours": ours, "datasketch": datasketch}[what](Path(given))

"""The batches that a pass over a set has done, so that a killed run loses one at most."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(slots=True)
class Progress:
    """How far a pass is.

    scores: of each detector, a list of float32 arrays, one a batch. failed: why a detector is asked
    no more. wall, cpu: seconds in the detector itself. tokens: None where it does not count them.
    """

    done: int = 0
    wall: float = 0.0
    cpu: float = 0.0
    tokens: int | None = None
    scores: dict[str, list[NDArray[np.float32]]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)


class Journal:
    """A file with a line for each batch; the first says what it is about.

    about: whatever must be the same for a pass to be taken up again. It is taken up before the
    first line that was cut off, or that lacks the scores of a detector, which failed there and is
    asked again. Lines reach the system with each batch, so that they outlive the
    process; that they outlive the machine is not promised.
    """

    def __init__(self, path: Path, about: Mapping[str, Any], names: Sequence[str]) -> None:
        self.path = path
        self._about = {**about, "names": list(names)}
        self.progress = Progress(scores={name: [] for name in names})
        kept = self._replay()
        self._file = path.open("r+b" if kept else "wb")
        self._file.truncate(kept)
        self._file.seek(kept)
        if not kept:
            self._write(self._about)

    def add(self, count: int, scores: Mapping[str, NDArray[np.float32]], **took: Any) -> None:
        """Note a batch of so many texts: scores by detector, and `wall`, `cpu`, `tokens`."""
        rows = {
            name: base64.b64encode(column.astype("<f4").tobytes()).decode("ascii")
            for name, column in scores.items()
        }
        line = {"count": count, "scores": rows, **took}
        self._apply(line, scores)
        self._write(line)

    def fail(self, problems: Mapping[str, str]) -> None:
        """Note that detectors are asked no more, and why."""
        self.progress.failed.update(problems)

    def close(self, *, keep: bool) -> None:
        """Close the file, and remove it unless the pass is to be taken up again."""
        self._file.close()
        if not keep:
            self.path.unlink(missing_ok=True)

    def _write(self, value: Mapping[str, Any]) -> None:
        self._file.write(json.dumps(value).encode() + b"\n")
        self._file.flush()

    def _replay(self) -> int:
        """Take up what an earlier run has noted; the number of bytes that are sound."""
        try:
            lines = self.path.read_bytes().splitlines(keepends=True)
        except FileNotFoundError:
            return 0
        if not lines or lines[0] != json.dumps(self._about).encode() + b"\n":
            return 0
        kept = len(lines[0])
        for line in lines[1:]:
            try:
                value = json.loads(line)
                if not line.endswith(b"\n"):
                    break
            except ValueError:
                break
            if value["scores"].keys() != self.progress.scores.keys():
                break
            scores = {
                name: np.frombuffer(base64.b64decode(row), "<f4").astype(np.float32)
                for name, row in value["scores"].items()
            }
            self._apply(value, scores)
            kept += len(line)
        return kept

    def _apply(self, line: Mapping[str, Any], scores: Mapping[str, NDArray[np.float32]]) -> None:
        progress = self.progress
        progress.done += line["count"]
        progress.wall += line["wall"]
        progress.cpu += line["cpu"]
        if line["tokens"] is not None:
            progress.tokens = (progress.tokens or 0) + line["tokens"]
        for name, column in scores.items():
            progress.scores[name].append(column)

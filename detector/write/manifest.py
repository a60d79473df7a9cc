"""The output folder's names, and the manifest that says what lies in it.

The manifest holds nothing that differs between two runs of equal settings: no time, no machine, no
number of workers. A finished folder's manifest is therefore byte-identical however it came about.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from detector.errors import OutputError
from detector.write.journal import (
    InputState,
    RunState,
    books_to_json,
    part_from_json,
    part_to_json,
    sum_books,
)
from detector.write.settings import (
    InputEntry,
    RunSettings,
    settings_from_json,
    settings_to_json,
)

KIND: Final = "detector labels"
MANIFEST: Final = "manifest.json"
JOURNAL: Final = "journal.jsonl"
RUNS: Final = "runs.jsonl"
LOCK: Final = "lock"
TABLES: Final = ("documents", "signatures", "unlabelled")

RUNNING: Final = "running"
COMPLETE: Final = "complete"
PARTIAL: Final = "partial"


def part_name(table: str, number: int, part: int) -> str:
    """A part file's name under the output folder.

    >>> part_name("documents", 3, 17)
    'documents/part-00003-0017.parquet'
    """
    return f"{table}/part-{number:05d}-{part:04d}.parquet"


def state_of(run: RunState) -> str:
    """`running` while an input is unfinished, `partial` when one failed, else `complete`."""
    if not all(state.finished for state in run.inputs):
        return RUNNING
    return PARTIAL if any(state.error is not None for state in run.inputs) else COMPLETE


def as_json(value: Mapping[str, Any]) -> bytes:
    """What a manifest holds, as its file has it."""
    return (json.dumps(value, indent=1, ensure_ascii=True) + "\n").encode()


def manifest_bytes(run: RunState) -> bytes:
    """The manifest of a run in its present state; while it runs, without what is still growing."""
    state = state_of(run)
    value: dict[str, Any] = {"kind": KIND, "state": state}
    described = settings_to_json(run.settings)
    del described["inputs"]
    value.update(described)
    value["tables"] = list(TABLES)
    if state == RUNNING:
        value["inputs"] = [_input(entry) for entry in run.settings.inputs]
    else:
        value["totals"] = {
            **books_to_json(sum_books(known.books for known in run.inputs)),
            "lost": sum(known.lost for known in run.inputs),
        }
        value["inputs"] = [
            {**_input(entry), **_found(known)}
            for entry, known in zip(run.settings.inputs, run.inputs, strict=True)
        ]
    return as_json(value)


def read_manifest(path: Path) -> RunState:
    """The run a manifest tells of, without parts while it is running.

    OutputError when the file is no manifest of ours, is damaged, or is of another format.
    """
    try:
        value = json.loads(path.read_bytes())
        inputs: Sequence[dict[str, Any]] = value["inputs"]
        entries = [[one["name"], one["size"]] for one in inputs]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise OutputError(
            f"{path}: not the manifest of a scan ({error!r:.60}): name a folder that"
            " `detector scan` wrote"
        ) from error
    settings = settings_from_json({**value, "inputs": entries}, str(path))
    try:
        return RunState(settings, [_state(one) for one in inputs])
    except (KeyError, TypeError, ValueError) as error:
        raise OutputError(
            f"{path}: damaged ({error!r:.60}): it was changed by something else than a scan;"
            " restore it from a copy, or scan again into another folder"
        ) from error


def empty_run(settings: RunSettings) -> RunState:
    """A run that has not begun."""
    return RunState(settings, [InputState() for _ in settings.inputs])


def _input(entry: InputEntry) -> dict[str, Any]:
    return {"name": entry.name, "size": entry.size}


def _found(known: InputState) -> dict[str, Any]:
    return {
        "error": known.error,
        "books": books_to_json(known.books),
        "lost": known.lost,
        "parts": [part_to_json(part) for part in known.parts],
    }


def _state(value: dict[str, Any]) -> InputState:
    if "parts" not in value:
        return InputState()
    return InputState([part_from_json(part) for part in value["parts"]], True, value["error"])

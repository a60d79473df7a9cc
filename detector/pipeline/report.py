"""A scan as a page to look at, written into a folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from detector.errors import UsageError
from detector.label.marked import Measured
from detector.pipeline.marking import marks_of, measured_json, own_marks
from detector.pipeline.material import KIND, SAMPLE, gather
from detector.report.page import render_page
from detector.write import disk

PAGE: Final = "index.html"
FIGURES: Final = "report.json"


@dataclass(frozen=True, slots=True)
class Report:
    """What a report shows. out: the folder it was written to.

    documents: of the scan. labels: how many have each. sampled: documents to read in the page;
    without_text: those of them whose text is not at hand, missing: why, each reason once. measured:
    what the marks say, None where there are none; foreign: marks of other scans, which are left
    out. size: bytes of the page.
    """

    out: Path
    documents: int
    labels: Mapping[str, int]
    sampled: int
    without_text: int
    missing: tuple[str, ...]
    measured: Measured | None
    foreign: int
    size: int


def write_report(
    labels: str | Path,
    out: str | Path,
    *,
    clusters: str | Path | None = None,
    archives: str | Path | None = None,
    marks: str | Path | None = None,
    sample: int = SAMPLE,
    seed: int = 0,
    progress: bool = False,
) -> Report:
    """Write a page about a scan into a folder: `index.html`, which needs nothing else.

    clusters: what `detector cluster` wrote about this scan. archives: where the archives are now,
    if they were moved. marks: what `detector serve` wrote; the file beside the folder, where that
    is. sample: so many documents of each label, chosen by `seed`. UsageError for folders that are
    not what they should be, OutputError when the scan or the marks are damaged or the page cannot
    be written.
    """
    target = Path(out)
    check_target(target)
    known = marks_of(Path(labels), None if marks is None else Path(marks))
    material = gather(
        Path(labels),
        clusters=None if clusters is None else Path(clusters),
        archives=None if archives is None else Path(archives),
        sample=sample,
        seed=seed,
        progress=progress,
    )
    own, foreign = own_marks(material.labels, known)
    measured, plain = measured_json(own, material.counts)
    page = render_page(material.data(own, plain), title=material.title)
    figures = json.dumps({**material.figures, "measured": plain}, indent=1) + "\n"
    disk.make_folder(target)
    disk.write_files({target / FIGURES: figures.encode(), target / PAGE: page})
    why = [str(one["why"]) for one in material.samples if one["text"] is None]
    return Report(
        target,
        sum(material.counts.values()),
        material.counts,
        len(material.samples),
        len(why),
        tuple(dict.fromkeys(why)),
        measured,
        foreign,
        len(page),
    )


def check_target(out: Path) -> None:
    """UsageError unless the folder is absent, empty, or an earlier report's."""
    with disk.explained(out, "read"):
        if not out.exists():
            return
        if not out.is_dir():
            raise UsageError(f"--out {str(out)!r}: is a file: name a folder for the report")
        names = {entry.name for entry in out.iterdir()}
        mark = f'"kind": "{KIND}"'.encode()
        ours = FIGURES in names and mark in (out / FIGURES).read_bytes()[:100]
    own = {PAGE, FIGURES, PAGE + disk.TEMPORARY, FIGURES + disk.TEMPORARY}
    foreign = sorted(names - own if ours else names)
    if foreign:
        shown = ", ".join(repr(name[:60]) for name in foreign[:5])
        raise UsageError(
            f"--out {str(out)!r}: holds files that no report wrote ({shown}): choose an empty or a"
            " new folder"
        )

"""The report live on this machine, for reviewers who mark its samples."""

from __future__ import annotations

import getpass
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from detector.pipeline.marking import make_mark, measured_json, own_marks
from detector.pipeline.material import SAMPLE, Material, gather
from detector.records import Mark
from detector.report.page import content_policy, render_page
from detector.report.samples import marks_on
from detector.report.server import PageServer
from detector.write.marks import MarksFile, marks_beside

PORT: Final = 8765
LONGEST_NAME: Final = 80
LONGEST_NOTE: Final = 500


class Review:
    """A report's material and the file that its marks go to, shared by all visits."""

    def __init__(self, material: Material, marks: MarksFile) -> None:
        self._material, self._file = material, marks
        self._lock = threading.Lock()
        self._own, self.foreign = own_marks(material.labels, marks.marks)

    def page(self, token: str, reviewer: str) -> tuple[bytes, str]:
        """The page as it stands, and its Content-Security-Policy."""
        with self._lock:
            own = list(self._own)
        data = self._material.data(own, measured_json(own, self._material.counts)[1])
        data["live"] = {"token": token, "reviewer": reviewer}
        page = render_page(data, title=self._material.title, live=True)
        return page, content_policy(live=True)

    def mark(self, sent: Mapping[str, Any]) -> dict[str, Any]:
        """Store a mark and give what is now known of the document and of the scan.

        sent: `sample` (its number), `right` (true, false, or null to take a mark back), `reviewer`
        and `note`. ValueError or TypeError for anything else.
        """
        number, right, reviewer, note = read_mark(sent, len(self._material.rows))
        row = self._material.rows[number]
        mark = make_mark(row, self._material.counts, right=right, reviewer=reviewer, note=note)
        with self._lock:
            self._file.append(mark)
            self._enter(mark)
            own = list(self._own)
        measured = measured_json(own, self._material.counts)[1]
        return {"marks": marks_on(row, own), "measured": measured}

    def _enter(self, mark: Mark) -> None:
        key = (mark.document, mark.reviewer)
        self._own = [one for one in self._own if (one.document, one.reviewer) != key]
        if mark.right is not None:
            self._own.append(mark)


def read_mark(sent: Mapping[str, Any], samples: int) -> tuple[int, bool | None, str, str]:
    """What a page sent, checked; ValueError or TypeError for what it would not send."""
    if not isinstance(sent, dict) or set(sent) != {"sample", "right", "reviewer", "note"}:
        raise ValueError("not the members of a mark")
    number, right, reviewer, note = (sent[n] for n in ("sample", "right", "reviewer", "note"))
    if type(number) is not int or not 0 <= number < samples:
        raise ValueError("no such sample")
    if right is not None and not isinstance(right, bool):
        raise ValueError("neither right nor wrong")
    if not isinstance(reviewer, str) or not isinstance(note, str):
        raise TypeError("a name or note that is no text")
    reviewer = reviewer.strip()
    if not 0 < len(reviewer) <= LONGEST_NAME or len(note) > LONGEST_NOTE:
        raise ValueError(
            f"a name has 1 to {LONGEST_NAME} characters, a note at most {LONGEST_NOTE}"
        )
    for text in (reviewer, note):
        text.encode()  # UnicodeEncodeError, a ValueError, for half of a surrogate pair
    return number, right, reviewer, note.strip()


def serve_report(  # noqa: PLR0913 - the options of `write_report`, and two of its own
    labels: str | Path,
    *,
    clusters: str | Path | None = None,
    archives: str | Path | None = None,
    marks: str | Path | None = None,
    sample: int = SAMPLE,
    seed: int = 0,
    port: int = PORT,
    progress: bool = False,
    ready: Callable[[str, Path], object] = lambda _url, _marks: None,
) -> None:
    """Show a report on 127.0.0.1 until interrupted, and store the marks of its reviewers.

    The arguments are those of `detector.write_report`, but for these. marks: the file that marks
    are added to. port: 0 for any free one. ready: told the address and that file once the page can
    be opened. UsageError when the port cannot be had or another process writes to the file.
    """
    path = Path(labels)
    material = gather(
        path,
        clusters=None if clusters is None else Path(clusters),
        archives=None if archives is None else Path(archives),
        sample=sample,
        seed=seed,
        progress=progress,
    )
    file = MarksFile(marks_beside(path) if marks is None else Path(marks))
    try:
        review = Review(material, file)
        reviewer = user_name()
        server = PageServer(port, lambda: review.page(server.token, reviewer), review.mark)
        with server:
            ready(server.url, file.path)
            server.serve_forever()
    finally:
        file.close()


def user_name() -> str:
    """The name that marks carry until the reviewer gives another."""
    try:
        return getpass.getuser()[:LONGEST_NAME] or "reviewer"
    except (OSError, KeyError):
        return "reviewer"

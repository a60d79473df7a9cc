"""Calibration on a user's own pages: those that an archive holds from before large language models.

The pages go through the very pool that a scan uses, so that their texts and scores are a scan's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

from detector.errors import InputError, UsageError
from detector.label import (
    BandCheck,
    Calibration,
    HumanScores,
    PolicyFile,
    encode_policy_file,
    read_calibration,
    read_policy_file,
    refit,
)
from detector.label.calibration import Band, find_band
from detector.label.marked import human_texts
from detector.label.support import fewest_texts
from detector.label.threshold import describe_kind
from detector.pipeline.chunks import read_inputs
from detector.pipeline.pool import WorkerPool
from detector.pipeline.progress import Progress
from detector.pipeline.scan import default_workers
from detector.pipeline.server import start_server
from detector.pipeline.settings import FPR, ScanSettings
from detector.read import InputRef, expand_inputs
from detector.records import Label, Position
from detector.write.disk import write_files
from detector.write.frames import DOCUMENTS
from detector.write.marks import read_marks
from detector.write.tables import DocumentRow

_AT: Final = {name: at for at, name in enumerate(DOCUMENTS)}
# The largest rate that a policy takes: it scores a text wherever any band knows its kind.
_WIDEST: Final = 0.2


@dataclass(frozen=True, slots=True)
class Recalibration:
    """What a calibration on own pages came to.

    digest: of the policy file. fpr: its rate. bands: what was found for each kind of text. pages:
    documents met; later: captured since 30 November 2022, or without a date; marked: those of them
    that count all the same because reviewers say that people wrote them. copies: of a text that was
    counted already; unscored: not judged (another language, a kind without calibration, no prose),
    by language.
    """

    out: Path
    digest: str
    fpr: float
    bands: tuple[BandCheck, ...]
    pages: int
    later: int
    marked: int
    copies: int
    unscored: tuple[tuple[str, int], ...]


class Tally:
    """Gathers the scores of old pages by band; each text counts once.

    human: exact hashes of texts that count whatever their date.
    """

    def __init__(self, calibration: Calibration, human: Collection[str] = ()) -> None:
        self.calibration = calibration
        self.human = frozenset(human)
        self.found = {_kind(band): HumanScores([], set()) for band in calibration.bands}
        self.pages = self.later = self.marked = self.copies = 0
        self.unscored: Counter[str] = Counter()
        self._seen: set[bytes] = set()

    def enter(self, row: DocumentRow) -> None:
        """Count one row of the documents table."""
        self.pages += 1
        if row[_AT["label"]] != Label.PRE_LLM.value:
            self.later += 1
            if row[_AT["fingerprint"]] not in self.human:
                return
        text = bytes.fromhex(str(row[_AT["fingerprint"]]))
        if text in self._seen:
            self.copies += 1
            return
        self._seen.add(text)
        self.marked += row[_AT["label"]] != Label.PRE_LLM.value
        language, words, score = (row[_AT[name]] for name in ("language", "words", "score"))
        assert isinstance(language, str)
        assert isinstance(words, int)
        band = find_band(self.calibration, language, words)
        if band is None or score is None:
            self.unscored[language] += 1
            return
        assert isinstance(score, float)
        human = self.found[_kind(band)]
        human.scores.append(score)
        human.sources.add(str(row[_AT["domain"]] or row[_AT["host"]] or ""))

    def by_band(self) -> list[HumanScores]:
        """What was found for each band, in their order."""
        return list(self.found.values())


def _kind(band: Band) -> tuple[str, int]:
    return band.language, band.min_words


def calibrate(
    inputs: Sequence[str],
    out: str | Path,
    settings: ScanSettings | None = None,
    *,
    paths_file: str | None = None,
    base_url: str | None = None,
    workers: int | None = None,
    marks: str | Path | None = None,
    progress: bool = False,
) -> Recalibration:
    """Refit the model's cut points on own pages from before 30 November 2022, as a policy file.

    The date is the archive's. A kind of text with fewer such pages than the rate needs keeps the
    model's numbers. The file does not depend on `workers`. marks: a file of reviewers' marks, by
    which human pages of any date count too. Raises UsageError when no kind has
    enough pages, InputError when an input cannot be read to its end; then nothing is written.
    """
    settings = settings or ScanSettings()
    if settings.policy is not None:
        raise UsageError("a policy is made from a model's calibration: leave --policy out")
    fpr = FPR if settings.fpr is None else settings.fpr
    if not fpr <= _WIDEST:
        raise UsageError(f"a false-positive rate of {fpr:g} is not in (0, {_WIDEST}]: try 0.01")
    out = Path(out)
    if out.is_dir() or not out.absolute().parent.is_dir():
        raise UsageError(f"--out {str(out)!r}: name a file in a folder that exists")
    human = [] if marks is None else human_texts(read_marks(Path(marks)))
    start_server()
    refs = expand_inputs(inputs, paths_file=paths_file, base_url=base_url)
    wide = replace(settings, fpr=_WIDEST, with_text=False)
    with WorkerPool(wide, workers or default_workers()) as pool:
        calibration = read_calibration(pool.hello.calibration)
        tally = Tally(calibration, [one.mark.fingerprint for one in human])
        _read(pool, refs, settings, tally, progress)
        model = pool.hello.digests[calibration.detector]
    _require_enough(tally, fpr)
    new, checks = refit(calibration, tally.by_band(), fpr)
    bands = [asdict(check) for check in checks]
    data = encode_policy_file(PolicyFile(model, settings.extractor, fpr, new, bands))
    write_files({out: data})
    return Recalibration(
        out,
        read_policy_file(out).digest,
        fpr,
        checks,
        tally.pages,
        tally.later,
        tally.marked,
        tally.copies,
        tuple(sorted(tally.unscored.items(), key=lambda item: (-item[1], item[0]))),
    )


def _read(
    pool: WorkerPool,
    refs: Sequence[InputRef],
    settings: ScanSettings,
    tally: Tally,
    progress: bool,
) -> None:
    """Have the pool judge every page; InputError at the first input that fails."""
    sizes = [ref.size for ref in refs]
    total = None if None in sizes else sum(size or 0 for size in sizes)
    todo = [(index, ref, Position()) for index, ref in enumerate(refs)]
    finished = records = 0
    with Progress(total, shown=progress) as bar:
        for ticket in pool.run(read_inputs(todo, settings.body_cap)):
            chunk = ticket.chunk
            if chunk.failure is not None:
                raise InputError(
                    f"{chunk.failure}; no policy was written, for it would rest on a part of the"
                    " pages: give the same command again, or leave that input out"
                )
            for outcome in ticket.outcomes:
                if outcome.document is not None:
                    tally.enter(outcome.document)
            records += len(chunk.entries)
            bar.update(finished + chunk.consumed, records, tally.pages)
            if chunk.ends_input:
                finished += chunk.consumed


def _require_enough(tally: Tally, fpr: float) -> None:
    needed = fewest_texts(fpr)
    most = max((len(human.scores) for human in tally.by_band()), default=0)
    if most >= needed:
        return
    raise UsageError(
        f"too few pages from before 30 November 2022 for a false-positive rate of {fpr:g}: it needs"
        f" {needed:,} texts of one kind, and there are {_counts(tally)}"
        f" ({tally.later:,} of {tally.pages:,} pages are from later, {tally.copies:,} are copies,"
        f" {sum(tally.unscored.values()):,} of another kind): give more old archives, or a larger"
        " --fpr"
    )


def _counts(tally: Tally) -> str:
    return "; ".join(
        f"{describe_kind(band.language, band.min_words, band.max_words)}: {len(human.scores):,}"
        for band, human in zip(tally.calibration.bands, tally.by_band(), strict=True)
    )

"""Finished scans of real archives, with labels by a rule and no text read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from detector.pipeline.chunks import settle_skip
from detector.read import is_page, open_source, read_steps
from detector.records import (
    ArchiveRecord,
    Books,
    Document,
    Evidence,
    Fault,
    Fingerprint,
    Label,
    LabelledDocument,
    Origin,
    Position,
    Skip,
    Verdict,
)
from detector.write import (
    InputEntry,
    OutputFolder,
    PartRows,
    RunSettings,
    document_row,
    unlabelled_row,
)
from detector.write.tables import DocumentRow, UnlabelledRow

PART = 7

Rule = Callable[[ArchiveRecord], Label | str]
"""The label of a page, or the code of the skip that it is."""


def numbered(record: ArchiveRecord) -> Label | str:
    """Pages whose address ends in 0, 3, 6 or 9 are likely AI, those with 5 are too short."""
    last = (record.url or "")[-1:]
    if last == "5":
        return "too-short"
    return Label.LIKELY_AI if last in "0369" else Label.NO_EVIDENCE


def write_labels(
    path: Path,
    archives: Sequence[Path | str],
    rule: Rule = numbered,
    *,
    failed: Sequence[str] = (),
    part: int = PART,
) -> Path:
    """A scan of these archives. failed: names of those that broke off. part: records in one."""
    names = [str(archive) for archive in archives]
    sizes = [Path(name).stat().st_size if "://" not in name else None for name in names]
    entries = tuple(map(InputEntry, names, sizes))
    with OutputFolder.open(path, RunSettings(entries, {}, {}, {})) as folder:
        for number, name in enumerate(names):
            books = _write_input(folder, number, name, rule, part)
            folder.finish_input(number, books, "it broke off" if name in failed else None)
        folder.finish()
    return path


def _write_input(folder: OutputFolder, number: int, name: str, rule: Rule, size: int) -> Books:
    documents: list[DocumentRow] = []
    unlabelled: list[UnlabelledRow] = []
    part = pages = others = 0
    resume = Position()

    def commit() -> None:
        folder.commit_part(number, part, PartRows(tuple(documents), (), tuple(unlabelled)), resume)
        documents.clear()
        unlabelled.clear()

    with open_source(name) as source:
        for step in read_steps(source, block_cap=1 << 20):
            resume = step.resume
            found = _judged(step.item, rule)
            if isinstance(found, LabelledDocument):
                documents.append(document_row(found, with_text=False))
                pages += 1
            else:
                unlabelled.append(unlabelled_row(found))
                others += 1
            if len(documents) + len(unlabelled) == size:
                commit()
                part += 1
    commit()
    return folder.resume(number).books


def _judged(item: ArchiveRecord | Fault, rule: Rule) -> LabelledDocument | Skip | Fault:
    if isinstance(item, Fault):
        return item
    if not is_page(item):
        return settle_skip(item)
    label = rule(item)
    if not isinstance(label, Label):
        return Skip(item.locator, item.ordinal, label, "", item.type, item.url)
    origin = Origin(
        item.locator,
        item.ordinal,
        item.type,
        item.record_id,
        item.url,
        item.captured,
        item.payload_digest,
        "text/html",
        200,
        truncated=False,
    )
    return LabelledDocument(
        Document(origin, "text", "text", None, "utf-8", "en", 1.0, 200, "", ()),
        Fingerprint("none", f"{item.ordinal:032x}", b""),
        Evidence((), ()),
        Verdict(label, None, None, None, (), "0" * 16),
    )

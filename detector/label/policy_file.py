"""The policy file: cut points refitted on someone's own pages, as JSON with a digest.

    {"content": {...}, "digest": SHA256, "format": 1, "kind": "detector policy"}

The digest is that of the content as canonical JSON (ASCII, keys sorted, no spaces).
docs/contract.md specifies the members. Nothing in the file could run.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, NoReturn

from detector.errors import ModelError
from detector.label.calibration import Calibration, read_calibration

KIND: Final = "detector policy"
FORMAT: Final = 1
LARGEST_FILE: Final = 64 << 20  # bytes; a policy of a million pages is a megabyte


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """What a policy file holds.

    model: SHA-256 of the model file that it belongs to, 64 hexadecimal digits. extractor: what made
    the texts. fpr: the rate it was made for. calibration: takes the place of the model's. bands:
    what the refit found, for people. digest: of the content.
    """

    model: str
    extractor: str
    fpr: float
    calibration: Calibration
    bands: Sequence[Mapping[str, Any]]
    digest: str = field(default="", compare=False)


def encode_policy_file(policy: PolicyFile) -> bytes:
    """Give the bytes of a policy's file; equal policies give equal bytes."""
    content = {
        "model": policy.model,
        "extractor": policy.extractor,
        "fpr": policy.fpr,
        "calibration": asdict(policy.calibration),
        "bands": [dict(band) for band in policy.bands],
    }
    whole = {"kind": KIND, "format": FORMAT, "digest": _digest(content), "content": content}
    return _canonical(whole) + b"\n"


def read_policy_file(path: Path) -> PolicyFile:
    """Read a policy file and check it against its own digest.

    ModelError when it is missing, is none of ours, is of another format, or was changed.
    """
    try:
        whole = json.loads(_read(path), parse_constant=_no_constant)
        kind, number = whole["kind"], whole["format"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ModelError(
            f"{str(path)!r} is not a policy file ({type(error).__name__}: {str(error)[:60]!r}):"
            " it was cut off or is something else; make it again with `detector calibrate`"
        ) from error
    if kind != KIND or number != FORMAT:
        raise ModelError(
            f"{str(path)!r} is a {str(kind)[:40]!r} of format {str(number)[:20]!r}, and this"
            f" version reads a {KIND!r} of format {FORMAT}: make it again with `detector calibrate`"
        )
    try:
        return _content(whole, path)
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"policy file {str(path)!r} has a content that makes no sense"
            f" ({type(error).__name__}: {str(error)[:60]!r}): make it again with"
            " `detector calibrate`"
        ) from error


def check_model(policy: PolicyFile, digests: Mapping[str, str], path: str) -> None:
    """ModelError unless the policy was made for the model in use.

    digests: of the models in use, by detector name.
    """
    detector = policy.calibration.detector
    found = digests.get(detector)
    if found != policy.model:
        now = "is not in use" if found is None else f"is now {found[:16]}..."
        raise ModelError(
            f"policy file {path!r} belongs to the model {detector!r:.60} with the digest"
            f" {policy.model[:16]!r}..., which {now}: calibrate again with this model, or give"
            " --model the file that the policy was made with"
        )


def _content(whole: Mapping[str, Any], path: Path) -> PolicyFile:
    content = whole["content"]
    digest = _digest(content)
    if digest != whole["digest"]:
        raise ModelError(
            f"policy file {str(path)!r} has the digest {digest[:16]}..., and says"
            f" {str(whole['digest'])[:16]!r}...: it was changed; make it again with"
            " `detector calibrate`, or restore it"
        )
    fpr = float(content["fpr"])
    if not 0 < fpr < 1:
        raise ValueError(f"a false-positive rate of {fpr}")
    return PolicyFile(
        str(content["model"]),
        str(content["extractor"]),
        fpr,
        read_calibration(content["calibration"]),
        tuple(dict(band) for band in content["bands"]),
        digest,
    )


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise ModelError(
            f"policy file {str(path)!r} cannot be read ({error.strerror}): name a file that"
            " `detector calibrate` wrote"
        ) from error
    if len(data) > LARGEST_FILE:
        raise ModelError(
            f"policy file {str(path)!r} is larger than {LARGEST_FILE >> 20} MiB: it is none of"
            " ours; name a file that `detector calibrate` wrote"
        )
    return data


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"the number {name}")


def _canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def _digest(content: object) -> str:
    return hashlib.sha256(_canonical(content)).hexdigest()

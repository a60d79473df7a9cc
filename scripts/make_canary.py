"""Freeze the shipped model's scores of the canary texts into the package.

    python scripts/make_canary.py

Run it whenever the shipped model is replaced; `detector doctor` and a test compare with what it
wrote.
"""

from __future__ import annotations

from pathlib import Path

from canary_texts import TEXTS

from detector.pipeline.canary import FILE, freeze, load_canary
from detector.score import default_panel

if __name__ == "__main__":
    path = Path(__file__).parents[1] / "detector" / "pipeline" / FILE
    path.write_bytes(freeze(default_panel(), TEXTS))
    for reading in load_canary().readings:
        print(f"{reading.score:9.4f}  {reading.words:4} words  {reading.name}")

"""Freeze the shipped models' scores of the canary texts into the package.

    python scripts/make_canary.py

Run it whenever a shipped model is replaced (it needs the extra `deep`): `detector doctor` and a
test compare with what it wrote.
"""

from __future__ import annotations

from pathlib import Path

from canary_texts import TEXTS

from detector.pipeline.canary import FILE, freeze, load_canary
from detector.pipeline.deep import shipped_deep_model
from detector.score import default_panel

if __name__ == "__main__":
    path = Path(__file__).parents[1] / "detector" / "pipeline" / FILE
    path.write_bytes(freeze(default_panel(), shipped_deep_model(), TEXTS))
    for reading in load_canary().readings:
        print(f"{reading.score:9.4f}  {reading.words:4} words  {reading.name}")

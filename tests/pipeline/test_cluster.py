"""Clusters over scans, from their folders to the output: what is joined, told, and refused."""

from __future__ import annotations

import hashlib
import json
import random
import re
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from detector import Clustering, cluster
from detector.errors import OutputError, UsageError
from detector.fingerprint.minhash import signature
from detector.fingerprint.shingles import WORDS
from detector.pipeline import cluster as pipeline
from detector.records import Label
from detector.write.clusters import CLUSTERS, ClusterFolder
from tests.pipeline import runs
from tests.pipeline.made_scans import Page, edited, jaccard, words, write_scan

STORY, OTHER = words(1), words(2)
NEAR, FAR = edited(STORY, 3), edited(STORY, 12, 9)
PAGES = [
    Page(" ".join(STORY), "late.example", 2025),
    Page(" ".join(NEAR), "b.example", 2024),
    Page(" ".join(STORY).upper(), "first.example", 2020, "z.warc.gz"),
    Page(" ".join(FAR), "c.example"),
    Page(" ".join(OTHER), "d.example", None),
    Page("too few words", "e.example"),
    Page("Too few words!", "e.example"),
]


def table(folder: Path) -> pl.DataFrame:
    return pl.read_parquet(folder / "*.parquet")


def row(folder: Path, text: int) -> dict[str, Any]:
    """The row of one of PAGES; those of a.warc.gz are numbered without the third."""
    file, ordinal = (("z.warc.gz", 0)) if text == 2 else ("a.warc.gz", text - (text > 2))
    found = table(folder).filter(pl.col("file") == file, pl.col("ordinal") == ordinal)
    assert found.height == 1
    return found.row(0, named=True)


def snapshot(folder: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
    }


@pytest.fixture(scope="module")
def clusters(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clusters")
    cluster(write_scan(folder / "labels", PAGES), folder / "out")
    return folder / "out"


def test_every_document_has_one_row_in_the_order_of_the_scan(clusters: Path) -> None:
    rows = table(clusters)
    assert rows.schema == pl.Schema(CLUSTERS)
    assert rows["file"].to_list() == ["a.warc.gz"] * 6 + ["z.warc.gz"]
    assert rows["ordinal"].to_list() == [0, 1, 2, 3, 4, 5, 0]


def test_copies_get_one_label_and_the_document_that_decided(tmp_path: Path) -> None:
    story, near = " ".join(STORY), " ".join(NEAR)
    pages = [
        Page(story, label=Label.LIKELY_AI, p_value=0.005, reasons=("classifier",)),
        Page(near, label=Label.UNCERTAIN, p_value=0.03, reasons=("classifier",)),
        Page(story, label=Label.NOT_ASSESSED, reasons=("not-prose",)),
        Page(" ".join(OTHER), label=Label.LIKELY_AI, p_value=0.001, reasons=("classifier",)),
    ]
    scans = [write_scan(tmp_path / "labels", pages)]
    found = cluster(scans, tmp_path / "out")
    rows = table(tmp_path / "out")
    assert rows["label"].to_list() == [page.label.value for page in pages]
    assert rows["cluster_label"].to_list() == ["uncertain"] * 3 + ["likely-ai"]
    assert [by["ordinal"] for by in rows["decided_by"]] == [1, 1, 1, 3]
    assert rows["decided_how"].to_list() == ["copies.pooled"] * 3 + ["alone"]
    assert found.relabelled == 2


def test_a_proof_on_the_page_of_one_copy_decides_for_the_others(tmp_path: Path) -> None:
    story = " ".join(STORY)
    shown = ("disclosure.ai-generated",)
    pages = [
        Page(story, label=Label.NO_EVIDENCE, p_value=0.5),
        Page(story, label=Label.LIKELY_AI, p_value=0.5, reasons=shown),
    ]
    cluster([write_scan(tmp_path / "labels", pages)], tmp_path / "out")
    rows = table(tmp_path / "out")
    assert rows["cluster_label"].to_list() == ["likely-ai"] * 2
    assert rows["decided_how"].to_list() == ["copies.proven"] * 2
    old = [Page(story, year=2019, label=Label.PRE_LLM, reasons=("origin.pre-llm",))]
    both = [tmp_path / "labels", write_scan(tmp_path / "old", old)]
    cluster(both, tmp_path / "out")
    rows = table(tmp_path / "out")
    assert rows["cluster_label"].to_list() == ["pre-llm"] * 3
    assert {by["scan"] for by in rows["decided_by"]} == {str(tmp_path / "old")}


def test_near_duplicates_share_a_cluster_whose_representative_was_seen_first(
    clusters: Path,
) -> None:
    assert jaccard(STORY, NEAR) > 0.85 > 0.65 > jaccard(STORY, FAR)
    first, late, near = (row(clusters, n) for n in (2, 0, 1))
    for one in (first, late, near):
        assert one["cluster"] == first["exact"]
        assert (one["size"], one["texts"], one["hosts"]) == (3, 2, 3)
        assert one["first_captured"] == datetime(2020, 1, 1, tzinfo=timezone.utc)
        assert one["representative"]["file"] == "z.warc.gz"
        assert one["representative"]["ordinal"] == 0
    assert first["similarity"] == late["similarity"] == 1
    assert near["similarity"] == pytest.approx(jaccard(STORY, NEAR), abs=0.08)


def test_exact_copies_are_a_level_of_their_own(clusters: Path) -> None:
    first, late, near = (row(clusters, n) for n in (2, 0, 1))
    assert first["exact"] == late["exact"] != near["exact"]
    assert (first["exact_size"], near["exact_size"]) == (2, 1)


def test_what_is_alone_is_its_own_cluster(clusters: Path) -> None:
    for number in (3, 4):
        one = row(clusters, number)
        assert one["cluster"] == one["exact"]
        assert (one["size"], one["texts"], one["hosts"], one["similarity"]) == (1, 1, 1, 1.0)
    assert row(clusters, 4)["first_captured"] is None


def test_texts_too_short_for_a_signature_are_joined_by_equality_alone(clusters: Path) -> None:
    assert signature(b"too few words", WORDS) == b""
    one, two = row(clusters, 5), row(clusters, 6)
    assert one["cluster"] == two["cluster"]
    assert (one["size"], one["exact_size"], one["texts"], one["hosts"]) == (2, 2, 1, 1)


def test_the_result_and_the_manifest_say_what_was_found(tmp_path: Path) -> None:
    found = cluster([write_scan(tmp_path / "labels", PAGES)], str(tmp_path / "out"))
    assert found == Clustering(
        out=tmp_path / "out",
        scans=(str(tmp_path / "labels"),),
        threshold=0.8,
        boilerplate=0.02,
        from_archives=False,
        exact_similarity=False,
        scheme="xxh3-128+minhash128-w5.v1",
        bands=18,
        rows=7,
        documents=7,
        texts=5,
        clusters=2,
        clustered=5,
        largest=3,
        exact_groups=2,
        exact_documents=4,
        relabelled=0,
        candidates=found.candidates,
        verified=1,
        parted=0,
        read_again=0,
        archive_missing=0,
        archive_changed=0,
        estimated=0,
        unread=(),
    )
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_bytes())
    assert manifest["state"] == "complete"
    assert manifest["found"]["texts"] == 5
    [[name, size, digest]] = manifest["parts"]
    data = (tmp_path / "out" / name).read_bytes()
    assert (len(data), hashlib.sha256(data).hexdigest()) == (size, digest)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "lock",
        "manifest.json",
        name,
    ]


def made_pages(seed: int, count: int) -> list[Page]:
    """Pages of which every second one is an edited copy of one of a few texts."""
    draw = random.Random(seed)
    pages = []
    for n in range(count):
        copied = draw.random() < 0.5
        text = words(draw.randrange(6) if copied else 1000 + seed * 1000 + n, 120)
        changed = (
            edited(text, draw.choice([1, 2, 3, 5]), n) if copied and draw.random() < 0.8 else text
        )
        year = draw.choice([None, 2019, 2021, 2023])
        file = draw.choice(["a.warc.gz", "b.warc.gz"])
        pages.append(Page(" ".join(changed), f"h{draw.randrange(5)}.example", year, file))
    return pages


@pytest.mark.parametrize("with_text", [False, True])
def test_the_same_scans_in_any_order_give_the_same_bytes(tmp_path: Path, with_text: bool) -> None:
    scans = [
        write_scan(tmp_path / f"scan{n}", made_pages(n, 100), with_text=with_text) for n in range(3)
    ]
    wanted = None
    for order in ([0, 1, 2], [2, 0, 1], [1, 2, 0]):
        out = tmp_path / "-".join(map(str, order))
        found = cluster([scans[n] for n in order], out)
        assert found.exact_similarity == with_text
        assert found.verified > 50
        wanted = wanted or snapshot(out)
        assert snapshot(out) == wanted


def test_the_parts_hold_the_same_rows_as_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan = write_scan(tmp_path / "labels", made_pages(1, 100))
    cluster(scan, tmp_path / "one")
    monkeypatch.setattr(pipeline, "ROWS_A_PART", 30)
    cluster(scan, tmp_path / "many")
    assert len(list((tmp_path / "many").glob("part-*.parquet"))) == 4
    assert table(tmp_path / "many").equals(table(tmp_path / "one"))


def test_where_scans_kept_their_texts_similarity_is_exact(tmp_path: Path) -> None:
    scan = write_scan(tmp_path / "labels", made_pages(7, 150), with_text=True)
    found = cluster(scan, tmp_path / "out")
    assert found.exact_similarity
    texts = {
        (file, ordinal): text.split()
        for file, ordinal, text in runs.table(scan, "documents")
        .select("file", "ordinal", "text")
        .iter_rows()
    }
    joined = table(tmp_path / "out").filter(pl.col("size") > 1)
    assert joined["similarity"].n_unique() > 2
    for one in joined.iter_rows(named=True):
        first = one["representative"]
        exact = jaccard(texts[first["file"], first["ordinal"]], texts[one["file"], one["ordinal"]])
        assert one["similarity"] == pytest.approx(exact, abs=1e-6)
        assert one["link"] >= 0.8
        assert exact >= 0.6


def test_a_second_run_replaces_the_first(tmp_path: Path) -> None:
    scan = write_scan(tmp_path / "labels", PAGES)
    cluster(scan, tmp_path / "out", threshold=0.5)
    assert row(tmp_path / "out", 3)["size"] == 4
    cluster(scan, tmp_path / "out")
    cluster(scan, tmp_path / "new")
    assert snapshot(tmp_path / "out") == snapshot(tmp_path / "new")


def test_a_run_that_was_killed_is_given_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between the parts: the manifest says so, and the next run finds nothing in its way."""
    scan = write_scan(tmp_path / "labels", PAGES)
    cluster(scan, tmp_path / "new")
    monkeypatch.setattr(pipeline, "ROWS_A_PART", 2)
    with monkeypatch.context() as killed:
        killed.setattr(ClusterFolder, "close", lambda self: self._lock.release())
        killed.setattr(ClusterFolder, "finish", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            cluster(scan, tmp_path / "out")
    assert json.loads((tmp_path / "out" / "manifest.json").read_bytes())["state"] == "running"
    assert (tmp_path / "out" / "work" / "signatures").exists()
    monkeypatch.undo()
    cluster(scan, tmp_path / "out")
    assert snapshot(tmp_path / "out") == snapshot(tmp_path / "new")


def test_scans_of_different_schemes_are_refused_and_nothing_is_lost(tmp_path: Path) -> None:
    one = write_scan(tmp_path / "one", PAGES)
    two = write_scan(tmp_path / "two", PAGES, scheme="minhash.v9")
    cluster(one, tmp_path / "out")
    before = snapshot(tmp_path / "out")
    with pytest.raises(UsageError, match=r"two/.*'minhash.v9', but .*one/.*one version"):
        cluster([two, one], tmp_path / "out")
    assert snapshot(tmp_path / "out") == before


def test_an_unfinished_scan_is_refused(tmp_path: Path) -> None:
    scan = write_scan(tmp_path / "labels", PAGES, finish=False)
    with pytest.raises(UsageError, match=r"labels: unfinished, .* go on with the scan first"):
        cluster(scan, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("scans", "message"),
    [
        ([], "no scans: name one"),
        (["missing"], "missing: no such folder"),
        (["labels", "./labels/../labels"], "is the same folder as .*: name it once"),
        (["empty"], "empty: holds no labels"),
        (["nothing"], "nothing: no documents"),
    ],
)
def test_what_is_no_scan_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scans: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write_scan(Path("labels"), PAGES)
    write_scan(Path("nothing"), [])
    Path("empty").mkdir()
    with pytest.raises(UsageError, match=message):
        cluster(scans, "out")


@pytest.mark.parametrize(("threshold", "boilerplate"), [(0.1, 0.02), (1.2, 0.02), (0.8, 0)])
def test_numbers_out_of_range_are_refused_before_anything_is_read(
    tmp_path: Path, threshold: float, boilerplate: float
) -> None:
    with pytest.raises(UsageError, match="not in"):
        cluster(tmp_path / "no", tmp_path / "out", threshold=threshold, boilerplate=boilerplate)
    assert not (tmp_path / "out").exists()


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    scan = write_scan(tmp_path / "labels", PAGES)
    before = snapshot(scan / "documents")
    with pytest.raises(UsageError, match="that no clustering wrote"):
        cluster(scan, scan)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "part-00000.parquet").write_bytes(b"mine")
    with pytest.raises(UsageError, match=r"no clustering wrote \('part-00000.parquet'\)"):
        cluster(scan, tmp_path / "mine")
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UsageError, match="is a file: name a folder"):
        cluster(scan, tmp_path / "file")
    assert snapshot(scan / "documents") == before


def rewritten(scan: Path, name: str, change: pl.Expr) -> None:
    """A table of the scan with one column changed by something else than a scan."""
    [part] = (scan / name).iterdir()
    changed = pl.read_parquet(part).with_columns(change)
    changed.write_parquet(part)


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("documents", pl.lit("zz").alias("fingerprint"), "not hexadecimal"),
        ("documents", pl.lit("00").alias("fingerprint"), "has not 32 digits"),
        ("documents", pl.lit(None, pl.String).alias("fingerprint"), "not hexadecimal"),
        ("signatures", (pl.col("ordinal") + 100).alias("ordinal"), "without its document"),
        ("signatures", pl.lit(b"1234").alias("signature"), "has not 512 bytes"),
        ("signatures", pl.lit(1).alias("new_column"), None),
    ],
)
def test_a_damaged_table_is_one_clear_message(
    tmp_path: Path, name: str, change: pl.Expr, message: str | None
) -> None:
    scan = write_scan(tmp_path / "labels", PAGES[:2])
    rewritten(scan, name, change)
    if message is None:  # columns that a later version adds do no harm
        assert cluster(scan, tmp_path / "out").documents == 2
        return
    with pytest.raises(OutputError, match=rf"{name}/part.*{message}.*: the file was removed or"):
        cluster(scan, tmp_path / "out")


def test_a_table_that_is_gone_is_one_clear_message(tmp_path: Path) -> None:
    scan = write_scan(tmp_path / "labels", PAGES[:2])
    next((scan / "signatures").iterdir()).unlink()
    with pytest.raises(OutputError, match=r"signatures/part.*cannot be used"):
        cluster(scan, tmp_path / "out")


def test_the_command_prints_what_the_function_returns(tmp_path: Path) -> None:
    scan = write_scan(tmp_path / "labels", PAGES)
    whole = ("cluster", scan, "--out", tmp_path / "out")
    done = runs.detector(*whole)
    assert done.returncode == 0, done.stderr
    assert "5 documents in 2 clusters at a similarity of 0.8" in done.stdout
    told = json.loads(runs.detector(*whole, "--threshold", "0.5", "--json").stdout)
    assert (told["clusters"], told["clustered"], told["threshold"]) == (2, 6, 0.5)


def test_mistakes_in_the_call_are_one_line(tmp_path: Path) -> None:
    done = runs.detector("cluster", tmp_path / "no", "--out", tmp_path / "out")
    assert done.returncode == 2
    assert re.fullmatch(r"detector: .*no such folder.*\n", done.stderr)
    assert "no scans" in runs.detector("cluster", "--out", tmp_path / "out").stderr

"""Indexes find what is in them, claim nothing else, and are a function of the set of documents."""

from __future__ import annotations

import os
import random
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.errors import ModelError, OutputError, UsageError
from detector.fingerprint import fingerprint
from detector.fingerprint.index_bands import jaccard
from detector.fingerprint.index_build import Batch, Known, Stored, write_index
from detector.fingerprint.index_change import add, build, merge
from detector.fingerprint.index_format import COMMON, SectionWriter, locked, open_file
from detector.fingerprint.index_lookup import KnownIndex
from tests.fingerprint.known import known, look_up, made_index, made_text

TEXTS = [made_text(seed, 200 + seed) for seed in range(300)]
DOCUMENTS = [known(f"t{n}", text, date(2019, 1, 1 + n % 28)) for n, text in enumerate(TEXTS)]


def written(path: Path, *batches: list[Known]) -> bytes:
    write_index(path, "ai", [Batch(batch) for batch in batches])
    return path.read_bytes()


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> KnownIndex:
    path = tmp_path_factory.mktemp("index") / "known.idx"
    written(path, DOCUMENTS)
    return KnownIndex(path)


def test_an_equal_text_is_found_by_its_exact_hash(index: KnownIndex) -> None:
    for number in (0, 17, 299):
        [match] = look_up(index, TEXTS[number])
        assert (match.id, match.similarity, match.coverage) == (f"t{number}", 1.0, 1.0)
        assert match.date == date(2019, 1, 1 + number % 28)


def test_an_unknown_text_is_not_found(index: KnownIndex) -> None:
    assert not any(look_up(index, made_text(seed, 400)) for seed in range(1000, 1500))


def test_a_text_inside_a_page_is_found_with_its_share_and_place(index: KnownIndex) -> None:
    before, text, after = made_text(1001, 150), TEXTS[290], made_text(1002, 150)
    match = look_up(index, f"{before} {text} {after}")[0]
    assert match.id == "t290"
    assert abs(match.coverage - 490 / 790) < 0.25
    assert len(before) <= match.start < match.stop <= len(before) + 1 + len(text)


def test_a_similar_text_is_found_with_its_similarity(index: KnownIndex) -> None:
    words = TEXTS[200].split()
    words[40:60] = made_text(1003, 20).split()
    match = look_up(index, " ".join(words))[0]
    # 24 of 396 shingles of five words are others in each.
    assert match.id == "t200"
    assert match.similarity is not None
    assert abs(match.similarity - 372 / 420) < 0.1


def test_without_signatures_only_what_is_held_is_found(tmp_path: Path) -> None:
    index = made_index(tmp_path / "x.idx", TEXTS, signed=False)
    match = look_up(index, f"{TEXTS[290]} {made_text(1, 20)}")[0]
    assert (match.id, match.similarity) == ("t290", None)


def test_low_bytes_estimate_the_similarity_of_whole_signatures() -> None:
    rng = random.Random(3)
    errors = []
    for seed in range(60):
        words = made_text(seed, 300).split()
        other = [w if rng.random() > seed / 600 else "new" + w for w in words]
        one, two = (
            np.frombuffer(fingerprint(" ".join(w), "en").signature, "<u4") for w in (words, other)
        )
        low = int((one.astype(np.uint8) == two.astype(np.uint8)).sum())
        errors.append(jaccard(low) - (one == two).mean())
    assert abs(np.mean(errors)) < 0.01
    assert np.abs(errors).max() < 0.05


@settings(max_examples=20, deadline=None)
@given(st.permutations(range(60)), st.lists(st.integers(0, 60), max_size=3), st.booleans())
def test_the_bytes_depend_on_the_set_of_documents_alone(
    tmp_path_factory: pytest.TempPathFactory, order: list[int], cuts: list[int], stored: bool
) -> None:
    """In any order, cut into any runs, in memory or on disk, with some documents twice."""
    folder = tmp_path_factory.mktemp("runs")
    wanted = written(folder / "wanted", DOCUMENTS[:60])
    borders = sorted({0, *cuts, 60})
    runs = [Batch([DOCUMENTS[n] for n in order[max(0, a - 2) : b]]) for a, b in pairwise(borders)]
    if stored:
        for number, run in enumerate(runs):
            write_index(folder / str(number), "ai", [run])
        kept = [Stored(open_file(folder / str(number))) for number in range(len(runs))]
        write_index(folder / "found", "ai", kept)
    else:
        write_index(folder / "found", "ai", runs)
    assert (folder / "found").read_bytes() == wanted


def test_of_equal_texts_the_earliest_date_and_the_least_id_stay(tmp_path: Path) -> None:
    text = made_text(5)
    copies = [
        known("z", text, date(2019, 1, 1)),
        known("b", text, date(2018, 1, 1)),
        known("a", text, date(2019, 1, 1)),
        known("c", text, date(2018, 1, 1)),
        known("0", text, None),
    ]
    first = written(tmp_path / "x.idx", copies)
    [match] = look_up(KnownIndex(tmp_path / "x.idx"), text)
    assert (match.id, match.date) == ("b", date(2018, 1, 1))
    assert written(tmp_path / "y.idx", copies[3:], copies[2:3], copies[:2]) == first


def test_a_shingle_of_very_many_texts_makes_no_two_alike(tmp_path: Path) -> None:
    """Boilerplate counts neither for a match nor in the share; and merging keeps it boilerplate."""
    boilerplate = made_text(77, 900)
    texts = [f"{boilerplate} {made_text(seed, 100)}" for seed in range(COMMON + 10)]
    page = f"{boilerplate} {made_text(5000, 100)}"
    few = made_index(tmp_path / "few.idx", texts[:40], signed=False)
    assert look_up(few, page)
    many = made_index(tmp_path / "many.idx", texts, signed=False)
    assert not look_up(many, page)
    made_index(tmp_path / "rest.idx", texts[40:], signed=False)
    merge(tmp_path / "merged.idx", [tmp_path / "few.idx", tmp_path / "rest.idx"])
    assert not look_up(KnownIndex(tmp_path / "merged.idx"), page)


def test_building_in_runs_adding_and_merging_all_end_in_the_same_bytes(tmp_path: Path) -> None:
    wanted = written(tmp_path / "wanted.idx", DOCUMENTS)
    build(tmp_path / "built.idx", "ai", iter(DOCUMENTS), batch=47)
    assert (tmp_path / "built.idx").read_bytes() == wanted
    build(tmp_path / "added.idx", "ai", DOCUMENTS[:120])
    build(tmp_path / "rest.idx", "ai", DOCUMENTS[100:])
    merge(tmp_path / "merged.idx", [tmp_path / "rest.idx", tmp_path / "added.idx"])
    assert (tmp_path / "merged.idx").read_bytes() == wanted
    add(tmp_path / "added.idx", DOCUMENTS[120:], batch=50)
    assert (tmp_path / "added.idx").read_bytes() == wanted
    left = {path.name for path in tmp_path.iterdir()} - {"wanted.idx"}
    assert all(name.endswith((".idx", ".lock")) for name in left)


def test_an_empty_index_finds_nothing(tmp_path: Path) -> None:
    build(tmp_path / "x.idx", "ai", [])
    assert not look_up(KnownIndex(tmp_path / "x.idx"), TEXTS[0])


def test_indexes_of_two_kinds_do_not_merge(tmp_path: Path) -> None:
    build(tmp_path / "a.idx", "ai", DOCUMENTS[:3])
    build(tmp_path / "b.idx", "pre-llm", DOCUMENTS[:3])
    with pytest.raises(UsageError, match="one kind"):
        merge(tmp_path / "c.idx", [tmp_path / "a.idx", tmp_path / "b.idx"])


def test_a_second_writer_is_kept_out(tmp_path: Path) -> None:
    with locked(tmp_path / "x.idx"), pytest.raises(OutputError, match="another process"):
        build(tmp_path / "x.idx", "ai", [])


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot write"):
        build(tmp_path / "none" / "x.idx", "ai", [])


def test_a_failed_build_leaves_the_old_index_and_no_rubbish(tmp_path: Path) -> None:
    path = tmp_path / "x.idx"
    build(path, "ai", DOCUMENTS[:5])
    old = path.read_bytes()

    def failing() -> object:
        yield from DOCUMENTS[:100]
        raise UsageError("enough")

    with pytest.raises(UsageError, match="enough"):
        build(path, "ai", failing(), batch=30)  # type: ignore[arg-type]
    assert path.read_bytes() == old
    assert {one.name for one in tmp_path.iterdir()} == {"x.idx", "x.idx.lock"}


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    build(tmp_path / "x.idx", "ai", DOCUMENTS[:50])
    return tmp_path / "x.idx"


def test_a_missing_index_is_a_mistake_in_the_call(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such index"):
        KnownIndex(tmp_path / "x.idx")


def test_another_format_is_refused_with_both_numbers(whole: Path) -> None:
    data = bytearray(whole.read_bytes())
    data[8] = 9
    whole.write_bytes(data)
    with pytest.raises(ModelError, match=r"format 9.*reads format 1"):
        KnownIndex(whole)


def test_another_scheme_is_refused_with_both_names(
    whole: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("detector.fingerprint.index_format.SCHEME", "other.v9")
    with pytest.raises(ModelError, match=r"frac13w-64.v1.*other.v9"):
        KnownIndex(whole)


def test_every_truncation_is_refused(whole: Path) -> None:
    data = whole.read_bytes()
    for length in [0, 1, 63, 64, 65, *range(100, len(data), 997), len(data) - 1]:
        whole.write_bytes(data[:length])
        with pytest.raises(ModelError, match="cut off or damaged"):
            KnownIndex(whole)


def test_a_flipped_bit_is_found_by_opening_or_by_the_check(whole: Path) -> None:
    data = whole.read_bytes()
    rng = random.Random(1)
    for at in [*range(64), *(rng.randrange(64, len(data)) for _ in range(400))]:
        flipped = bytearray(data)
        flipped[at] ^= 1 << rng.randrange(8)
        whole.write_bytes(flipped)
        with pytest.raises(ModelError, match=r"damaged|format"):
            KnownIndex(whole).check()


def test_looking_up_in_a_damaged_index_raises_or_finds_but_never_crashes(whole: Path) -> None:
    """Lookups check what they read: the check of every byte may have been left out."""
    data = whole.read_bytes()
    rng = random.Random(2)
    for _ in range(200):
        flipped = bytearray(data)
        for _ in range(20):
            flipped[rng.randrange(64, len(data) - 1200)] = rng.randrange(256)
        whole.write_bytes(flipped)
        try:
            index = KnownIndex(whole)
            for text in (TEXTS[3], f"{TEXTS[40]} {made_text(1, 30)}"):
                look_up(index, text)
        except ModelError:
            continue


def test_what_is_no_index_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.idx").write_bytes(b"PAR1" + os.urandom(5000))
    with pytest.raises(ModelError, match="begins with b'PAR1"):
        KnownIndex(tmp_path / "x.idx")


def test_a_footer_that_lies_about_its_sections_is_refused(
    whole: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Digests keep damage out, not intent: counts and places are checked too."""
    finish = SectionWriter.finish

    def lying(self: SectionWriter, shape: object) -> None:
        self._sections = [(n, at, count * 1000, d) for n, at, count, d in self._sections]
        finish(self, shape)  # type: ignore[arg-type]

    monkeypatch.setattr(SectionWriter, "finish", lying)
    build(whole, "ai", DOCUMENTS[:50])
    with pytest.raises(ModelError, match="makes no sense"):
        KnownIndex(whole)

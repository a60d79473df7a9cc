"""The recipe for public synthetic corpora reads each layout, and takes the model's words alone."""

from __future__ import annotations

import gzip
import json
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from detector.extract import normal_form
from detector.fingerprint import fingerprint
from detector.fingerprint.containment import sample
from detector.fingerprint.index_lookup import KnownIndex
from tests.pipeline.crawl import WORDS

SCRIPT = Path(__file__).parents[2] / "scripts" / "make_known_ai.py"
RNG = random.Random(4)
TEXTS = [" ".join(RNG.choices(WORDS, k=60)) for _ in range(8)]
PROMPT = " ".join(RNG.choices(WORDS, k=60))


def layouts(folder: Path) -> Iterator[Path]:
    """A tiny file of each corpus, with the fields that the published ones have."""
    cosmopedia = {"prompt": [PROMPT] * 2, "text": TEXTS[:2], "format": ["blogpost"] * 2}
    pl.DataFrame(cosmopedia).write_parquet(folder / "cosmopedia.parquet")
    yield folder / "cosmopedia.parquet"
    (folder / "TinyStories-train.txt").write_text(
        f"{TEXTS[2]}\n<|endoftext|>\n{TEXTS[3]}\n<|endoftext|>\n"
    )
    yield folder / "TinyStories-train.txt"
    turns = [
        {"from": "system", "value": PROMPT},
        {"from": "human", "value": PROMPT},
        {"from": "gpt", "value": TEXTS[4]},
        {"from": "human", "value": PROMPT},
        {"from": "gpt", "value": TEXTS[5]},
    ]
    rows = [{"conversations": turns, "source": "x"}]
    (folder / "openhermes2_5.json").write_text(json.dumps(rows, indent=2))
    yield folder / "openhermes2_5.json"
    alpaca = {"instruction": PROMPT, "input": "", "output": TEXTS[6]}
    (folder / "alpaca_data.json").write_text(json.dumps([alpaca]))
    yield folder / "alpaca_data.json"
    whole = {**alpaca, "output": TEXTS[7], "text": f"{PROMPT} {TEXTS[7]}"}
    with gzip.open(folder / "alpaca.jsonl.gz", "wt") as file:
        file.write(json.dumps(whole) + "\n")
    yield folder / "alpaca.jsonl.gz"


def make(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, SCRIPT, *arguments],
        check=False,
        capture_output=True,
        text=True,
        cwd=SCRIPT.parents[1],
        env={"PYTHONPATH": str(SCRIPT.parents[1]), "PATH": ""},
    )


def knows(index: KnownIndex, text: str) -> list[str]:
    normal = normal_form(text)
    made = fingerprint(normal, "en")
    found = index.find(made, sample(normal.encode()), 60, len(normal))
    return [match.id for match in found if match.similarity == 1.0]


def test_the_words_of_the_model_are_indexed_and_the_prompts_are_not(tmp_path: Path) -> None:
    done = make(tmp_path / "known-ai.idx", *layouts(tmp_path))
    assert done.returncode == 0, done.stderr
    index = KnownIndex(tmp_path / "known-ai.idx")
    assert len(index) == 8
    assert index.kind == "ai"
    assert [knows(index, text) for text in TEXTS] == [
        ["cosmopedia.parquet#0"],
        ["cosmopedia.parquet#1"],
        ["TinyStories-train.txt#0"],
        ["TinyStories-train.txt#1"],
        ["openhermes2_5.json#0"],
        ["openhermes2_5.json#0.1"],
        ["alpaca_data.json#0"],
        ["alpaca.jsonl.gz#0"],
    ]
    assert not knows(index, PROMPT)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("x.json", b'[{"question": "a"}]', "no layout known"),
        ("x.json", b'[{"text": "a"', "not JSON"),
        ("x.json", b'["a"]', "where a row should be"),
        ("x.csv", b"a,b", "neither"),
        ("x.json", b"\xff\xfe", "decode"),
    ],
)
def test_another_layout_is_said_with_the_file(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    (tmp_path / name).write_bytes(content)
    done = make(tmp_path / "x.idx", tmp_path / name)
    assert done.returncode == 2
    assert said in done.stderr
    assert name in done.stderr
    assert not (tmp_path / "x.idx").exists()

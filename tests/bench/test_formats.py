"""Each published format gives back the texts that were put into a file of it."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from detector.bench.data import FORMATS, find_sources
from detector.bench.records import BenchText
from detector.errors import InputError, UsageError
from tests.bench.made import bad, prose, read, texts, write_csv, write_jsonl, write_ours

RAID = ("id", "adv_source_id", "source_id", "model", "decoding", "repetition_penalty", "attack",
        "domain", "title", "prompt", "generation")  # fmt: skip


def raid_row(**given: str) -> dict[str, str]:
    return {**dict.fromkeys(RAID, ""), "attack": "none", "domain": "news", **given}


def test_our_own_parquet_gives_every_field_back(tmp_path: Path) -> None:
    rows = [
        BenchText("a", "Some text.", "human", "", "news", "ko", "", "p", "s", 2019, True),
        BenchText("b", "Other text.", "mixed", "gpt", "essay", "en", "polish", "p", "s", 2024),
    ]
    assert read(write_ours(tmp_path / "mine.parquet", rows)) == rows


def test_our_own_parquet_needs_three_columns_only(tmp_path: Path) -> None:
    frame = pl.DataFrame({"doc_id": ["a", None], "text": ["x y", "z"], "label": ["ai", "human"]})
    frame.write_parquet(tmp_path / "few.parquet")
    first, second = read(tmp_path / "few.parquet")
    assert first == BenchText("a", "x y", "ai", source="few")
    assert second.doc_id == "few.parquet row 1"


def test_raid_gives_models_attacks_and_languages(tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "train.csv",
        [
            raid_row(id="1", source_id="s", model="human", generation='A "quoted",\nlong text'),
            raid_row(id="2", source_id="s", model="gpt4", attack="homoglyph", domain="german",
                     generation="Ein Text"),
        ],
    )  # fmt: skip
    assert read(f"raid:{path}") == [
        BenchText("1", 'A "quoted",\nlong text', "human", "", "news", "en", "", "s", "raid"),
        BenchText("2", "Ein Text", "ai", "gpt4", "german", "de", "homoglyph", "s", "raid"),
    ]
    assert read(path) == read(f"raid:{path}")  # told by its columns


def test_the_test_file_of_raid_has_no_labels(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "test.csv", [{"id": "1", "generation": "Some text"}])
    assert [(t.doc_id, t.label) for t in read(path)] == [("1", "")]


def test_a_labelled_file_of_raid_without_models_is_refused(tmp_path: Path) -> None:
    row = {"id": "1", "adv_source_id": "", "domain": "news", "generation": "x"}
    with pytest.raises(InputError, match="has no column 'model'"):
        read(f"raid:{write_csv(tmp_path / 'train.csv', [row])}")


def test_hc3_makes_a_text_of_every_answer_and_a_pair_of_every_question(tmp_path: Path) -> None:
    row = {"question": "Why?", "human_answers": ["Because.", "So."], "chatgpt_answers": ["By AI"],
           "source": "finance"}  # fmt: skip
    found = read(write_jsonl(tmp_path / "all.jsonl", [row]))
    assert [(t.text, t.label, t.source) for t in found] == [
        ("Because.", "human", "finance"), ("So.", "human", "finance"), ("By AI", "ai", "finance"),
    ]  # fmt: skip
    assert len({t.doc_id for t in found}) == 3
    assert {t.pair_id for t in found} == {"all-0"}


def test_m4_pairs_the_two_texts_of_a_line(tmp_path: Path) -> None:
    row = {"prompt": "Write", "human_text": "Mine", "machine_text": "Its", "model": "davinci",
           "source": "ruATD", "source_ID": 7}  # fmt: skip
    human, machine = read(write_jsonl(tmp_path / "x_davinci.jsonl", [row]))
    assert (human.label, human.generator, human.language) == ("human", "", "ru")
    assert (machine.label, machine.generator, machine.pair_id) == ("ai", "davinci", human.pair_id)


def test_semeval_says_one_for_a_machine(tmp_path: Path) -> None:
    rows = [
        {"text": "Mine", "label": 0, "model": "human", "source": "wikihow", "id": 0},
        {"text": "Its", "label": 1, "model": "cohere", "source": "wikihow", "id": 1},
    ]
    found = read(write_jsonl(tmp_path / "subtaskA.jsonl", rows))
    assert [(t.doc_id, t.label, t.generator) for t in found] == [
        ("subtaskA-0", "human", ""),
        ("subtaskA-1", "ai", "cohere"),
    ]


def test_mage_says_one_for_a_person(tmp_path: Path) -> None:
    rows = [
        {"text": "Mine", "label": "1", "src": "yelp_human"},
        {"text": "Its", "label": "0", "src": "cmv_machine_continuation_flan_t5_small"},
        {"text": "Too", "label": "0", "src": "sci_gen_machine_topical_gpt-3.5-trubo"},
    ]
    found = read(write_csv(tmp_path / "test.csv", rows))
    assert [(t.label, t.domain, t.generator) for t in found] == [
        ("human", "yelp", ""),
        ("ai", "cmv", "flan_t5_small"),
        ("ai", "sci_gen", "gpt-3.5-trubo"),
    ]


def test_ghostbuster_pairs_by_the_number_of_the_file(tmp_path: Path) -> None:
    for place, text in (
        ("essay/human/1.txt", "Mine"), ("essay/gpt/1.txt", "Its"), ("essay/claude/1.txt", "Too"),
        ("essay/gpt/logprobs/1-davinci.txt", "no text"), ("essay/prompts/1.txt", "no text"),
        ("reuter/human/AnnAuthor/9.txt", "News"), ("reuter/gpt/AnnAuthor/9.txt", "Also"),
    ):  # fmt: skip
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_text(text, encoding="utf-8")
    found = {t.doc_id: (t.text, t.label, t.generator, t.pair_id) for t in read(tmp_path)}
    assert found == {
        "essay/human/1": ("Mine", "human", "", "essay/1"),
        "essay/gpt/1": ("Its", "ai", "gpt", "essay/1"),
        "essay/claude/1": ("Too", "ai", "claude", "essay/1"),
        "reuter/human/AnnAuthor/9": ("News", "human", "", "reuter/AnnAuthor/9"),
        "reuter/gpt/AnnAuthor/9": ("Also", "ai", "gpt", "reuter/AnnAuthor/9"),
    }
    assert len(read(f"ghostbuster:{tmp_path / 'essay'}")) == 3


@pytest.mark.parametrize(
    ("name", "label", "attack"),
    [
        ("multi_domains_xsum_test", "ai", ""),
        ("prompt_few_shot_llm_test", "ai", "prompt_few_shot_llm"),
        ("data_mixing_attacks_test", "mixed", "data_mixing_attacks"),
    ],
)
def test_detectrl_tells_the_attack_by_the_file(
    tmp_path: Path, name: str, label: str, attack: str
) -> None:
    rows = [
        {"text": "Mine", "label": "human", "data_type": "xsum", "llm_type": "ChatGPT"},
        {"text": "Its", "label": "llm", "data_type": "xsum", "llm_type": "ChatGPT"},
    ]
    path = tmp_path / f"{name}.json"
    path.write_text(json.dumps(rows, indent=4), encoding="utf-8")
    human, machine = read(path)
    assert (human.label, human.generator, human.attack) == ("human", "", attack)
    assert (machine.label, machine.generator, machine.attack) == (label, "ChatGPT", attack)


def test_fast_detectgpt_pairs_what_is_at_one_place(tmp_path: Path) -> None:
    path = tmp_path / "xsum_gpt-4.raw_data.json"
    path.write_text(json.dumps({"original": ["Mine", "My"], "sampled": ["Its", "It"]}))
    found = read(path)
    assert [(t.text, t.label, t.generator, t.domain) for t in found] == [
        ("Mine", "human", "", "xsum"), ("Its", "ai", "gpt-4", "xsum"),
        ("My", "human", "", "xsum"), ("It", "ai", "gpt-4", "xsum"),
    ]  # fmt: skip
    assert found[0].pair_id == found[1].pair_id != found[2].pair_id


def test_fast_detectgpt_with_lists_of_two_lengths_says_so(tmp_path: Path) -> None:
    path = tmp_path / "x_y.raw_data.json"
    path.write_text(json.dumps({"original": ["Mine", "My"], "sampled": ["Its"]}))
    assert len(read(path)) == 3
    assert [one.reason for one in bad(path)] == ["unequal lists"]


def test_mgtbench_reads_what_its_loader_makes(tmp_path: Path) -> None:
    value = {"train": {"text": ["Mine"], "label": [0]}, "test": {"text": ["Its"], "label": [1]}}
    path = tmp_path / "Essay.json"
    path.write_text(json.dumps(value))
    found = [(t.doc_id, t.label) for t in read(path)]
    assert found == [("Essay-train-0", "human"), ("Essay-test-0", "ai")]


def test_mgtbench_reads_a_csv_with_a_column_a_model(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "WP_LLMs.csv", [{"id": 1, "human": "Mine", "ChatGLM": "Its"}])
    assert [(t.label, t.generator) for t in read(f"mgtbench:{path}")] == [
        ("human", ""),
        ("ai", "ChatGLM"),
    ]
    path = write_csv(
        tmp_path / "TruthfulQA_LLMs.csv",
        [{"Question": "?", "Best Answer": "Mine", "Category": "Law", "GPT4_answer": "Its"}],
    )
    assert [(t.text, t.generator) for t in read(path)] == [("Mine", ""), ("Its", "GPT4")]


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "parquet"])
def test_any_table_is_read_by_the_names_of_its_columns(tmp_path: Path, suffix: str) -> None:
    rows = [
        {"body": prose(1), "class": "0", "who": "", "when": 2019, "mother_tongue": "true"},
        {"body": prose(2), "class": "1", "who": "gpt", "when": None, "mother_tongue": "no"},
    ]
    path = tmp_path / f"any.{suffix}"
    if suffix == "parquet":
        pl.DataFrame(rows).write_parquet(path)
    else:
        {"jsonl": write_jsonl, "csv": write_csv}[suffix](path, rows)
    query = "?text=body&label=class&human=0&ai=1,2&generator=who&year=when&native=mother_tongue"
    first, second = read(f"{suffix}:{path}{query}")
    assert (first.text, first.label, first.year, first.native) == (prose(1), "human", 2019, True)
    assert (second.label, second.generator, second.native) == ("ai", "gpt", False)


def test_a_column_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "x.jsonl", [{"body": "x", "label": "ai"}])
    with pytest.raises(InputError, match=r"has no column 'text' \(it has body, label\)"):
        read(path)
    with pytest.raises(InputError, match="has no column 'klass'"):
        read(f"{path}?text=body&label=klass")


def test_a_label_that_nobody_knows_is_told_with_its_line(tmp_path: Path) -> None:
    rows = [{"text": "x", "label": "ai"}, {"text": "y", "label": "1"}]
    path = write_jsonl(tmp_path / "x.jsonl", rows)
    [one] = bad(path)
    assert one.reason == "unknown label"
    assert "x.jsonl line 2" in one.message
    assert "?human=0&ai=1" in one.message
    assert len(read(path)) == 1


def test_damaged_lines_are_left_out_and_told(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(
        b'{"text": "fine", "label": "ai"}\n{"text": "cut\n[1, 2]\n\n'
        + b"[" * 100_000
        + b'\n{"text": "", "label": "ai"}\n{"text": 5, "label": "ai"}\n'
    )
    assert [t.text for t in read(path)] == ["fine"]
    reasons = [one.reason for one in bad(path)]
    assert reasons == ["damaged line"] * 3 + ["empty text", "no text"]


def test_a_csv_row_of_another_width_is_left_out_and_told(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("text,label\nfine,ai\nonly one\nthree,ai,more\n\nalso fine,human\n")
    assert [t.text for t in read(path)] == ["fine", "also fine"]
    assert [one.message for one in bad(path)] == [
        "x.csv line 3: 1 fields, and the first line names 2",
        "x.csv line 4: 3 fields, and the first line names 2",
    ]


def test_a_csv_field_of_any_length_is_bounded(tmp_path: Path) -> None:
    """A quote that never closes would otherwise take the rest of the file into memory."""
    path = tmp_path / "x.csv"
    path.write_text('text,label\n"' + "never closed\n" * 1_400_000)
    assert read(path) == []
    assert {one.reason for one in bad(path)} == {"damaged line"}


@pytest.mark.parametrize("cut", [20, 60, 100])
def test_json_that_breaks_off_is_an_input_error(tmp_path: Path, cut: int) -> None:
    rows = [{"text": prose(n), "label": "llm"} for n in range(3)]
    path = tmp_path / "a.json"
    path.write_text(json.dumps(rows)[:cut])
    with pytest.raises(InputError, match="no sound JSON"):
        read(path)


def test_what_is_no_parquet_is_an_input_error(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1 but no more")
    with pytest.raises(InputError, match="cannot be read as Parquet"):
        read(path)


def test_an_option_that_a_format_does_not_have_is_named(tmp_path: Path) -> None:
    path = write_ours(tmp_path / "a.parquet", texts())
    with pytest.raises(InputError, match="'textt' is none of its options"):
        read(f"{path}?textt=body")


def test_the_language_of_any_format_can_be_given(tmp_path: Path) -> None:
    row = {"human_answers": ["x"], "chatgpt_answers": ["y"], "source": "baike"}
    path = write_jsonl(tmp_path / "all.jsonl", [row])
    assert {t.language for t in read(f"hc3:{path}?lang=zh")} == {"zh"}


def test_sets_are_named_after_files_and_apart(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for folder in (tmp_path, tmp_path / "sub"):
        write_ours(folder / "a.parquet", texts())
    write_ours(tmp_path / "b.parquet", texts())
    specs = [str(tmp_path / "*.parquet"), str(tmp_path / "sub"), f"raid:{tmp_path}/a.parquet"]
    assert [s.name for s in find_sources(specs)] == ["a", "b", "a-2", "raid-a"]


@pytest.mark.parametrize("spec", ["nothing.csv", "raid:nothing.csv", "no/*.parquet", "new:x.csv"])
def test_a_name_for_nothing_is_a_usage_error(tmp_path: Path, spec: str) -> None:
    (tmp_path / "x.csv").touch()
    with pytest.raises(UsageError):
        find_sources([spec])


def test_every_format_is_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "bench.md").read_text(encoding="utf-8")
    assert [name for name in FORMATS if f"| `{name}` |" not in page] == []

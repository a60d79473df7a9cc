"""The folds of the benchmark for unseen sources and generators let nothing through."""

from __future__ import annotations

import pytest

from benchmarks.quality.folds import by_family, by_source, family, may_learn
from detector.fit.corpora import MIRRORS, LabelledText

FOLDS = 3


def made(
    source: str, number: int, machine: bool, generator: str = "", group: str = ""
) -> LabelledText:
    doc_id = f"{source}-{'ai' if machine else 'human'}-{number}"
    return LabelledText(
        doc_id, "x", machine, generator, "", source, None, "", group or f"{source}-{number}"
    )


def corpus() -> list[LabelledText]:
    """Two sources of people, two of both labels, one of machines, and mirrors of all pages."""
    pages = [
        made(source, number, False)
        for source, count in (("letters", 40), ("news", 9), ("essays", 25), ("answers", 4))
        for number in range(count)
    ]
    answers = [
        made(source, number, True, ("gpt-4o", "claude-2", "Qwen2-7B")[number % 3])
        for source, count in (("essays", 25), ("answers", 30), ("stories", 12))
        for number in range(count)
    ]
    mirrors = [
        made(MIRRORS, number, True, "claude-2026", page.group) for number, page in enumerate(pages)
    ]
    return pages + answers + mirrors + [made(MIRRORS, 999, True, "claude-2026", "a lost page")]


def test_no_source_is_on_two_sides_and_every_fold_has_some() -> None:
    texts = corpus()
    of_source: dict[str, set[int]] = {}
    for text, fold in zip(texts, by_source(texts, FOLDS, 1), strict=True):
        if text.source != MIRRORS:
            of_source.setdefault(text.source, set()).add(fold)
    assert all(len(found) == 1 for found in of_source.values())
    assert set.union(*of_source.values()) == set(range(FOLDS))


def test_a_mirror_follows_its_page() -> None:
    texts = corpus()
    folds = by_source(texts, FOLDS, 1)
    page = {t.group: fold for t, fold in zip(texts, folds, strict=True) if not t.machine}
    mirrors = [(t.group, f) for t, f in zip(texts, folds, strict=True) if t.source == MIRRORS]
    assert len({fold for _, fold in mirrors}) == FOLDS
    assert all(page.get(group, fold) == fold for group, fold in mirrors)
    assert mirrors[-1][1] in range(FOLDS)


def test_folds_depend_on_the_texts_and_not_on_their_order() -> None:
    texts = corpus()
    turned = texts[::-1]
    sources = by_source(texts, FOLDS, 1)
    assert by_source(turned, FOLDS, 1) == sources[::-1]
    assert by_family(turned, sources[::-1], FOLDS) == by_family(texts, sources, FOLDS)[::-1]


def test_no_family_is_on_two_sides_and_people_stay_with_their_source() -> None:
    texts = corpus()
    sources = by_source(texts, FOLDS, 1)
    of_family: dict[str, set[int]] = {}
    for text, source_fold, fold in zip(
        texts, sources, by_family(texts, sources, FOLDS), strict=True
    ):
        if text.machine:
            of_family.setdefault(family(text.generator), set()).add(fold)
        else:
            assert fold == source_fold
    assert set(of_family) == {"gpt-4 and o", "claude", "qwen"}
    assert set.union(*of_family.values()) == set(range(FOLDS))
    assert all(len(found) == 1 for found in of_family.values())


def test_a_model_learns_nothing_that_shares_a_group_with_what_it_judges() -> None:
    a, b = made("a", 1, False, group="shared"), made("b", 1, False, group="shared")
    machine, alone = made("a", 2, True, group="prompt"), made("b", 2, False)
    answer = made("b", 3, True, group="prompt")
    texts, folds = [a, b, machine, alone, answer], [0, 1, 0, 1, 1]
    assert may_learn(texts, folds, 0, False).tolist() == [False, False, False, True, False]
    assert may_learn(texts, folds, 0, True).tolist() == [False, False, False, True, True]


@pytest.mark.parametrize(
    ("generator", "expected"),
    [
        ("gpt-3.5-turbo-0613", "gpt-3.5"),
        ("text-davinci-003", "gpt-3.5"),
        ("gpt4", "gpt-4 and o"),
        ("chatgpt-4o-latest-2025-01-29", "gpt-4 and o"),
        ("anthropic__claude-3.5-haiku-20241022", "claude"),
        ("vicuna-7b-v1.5", "llama"),
        ("sam-paech__gemma-3-4b-it-antislop-exp05", "gemini and gemma"),
        ("mistralai/Mixtral-8x7B-Instruct-v0.1", "mistral"),
        ("qwen__qwq-32b", "qwen"),
        ("deepseek-ai__DeepSeek-R1", "deepseek"),
        ("unknown-llm", "other"),
        ("openrouter/quasar-alpha", "gpt-4 and o"),
    ],
)
def test_generators_are_told_by_family(generator: str, expected: str) -> None:
    assert family(generator) == expected

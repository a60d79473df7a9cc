"""`Labeller`: of a text in hand it says what the scan says of the same text in an archive."""

from __future__ import annotations

import importlib.util
import pickle

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from detector import Labeller, ScanSettings
from detector.errors import ModelError, UsageError
from detector.pipeline.assess import Assessor
from detector.records import ArchiveRecord, Label, LabelledDocument, Locator, Skip, Span
from scripts.crawl_texts import ASSISTANT, DIARY

SENTENCES = st.lists(st.sampled_from([*DIARY, *ASSISTANT]), max_size=40)
BREAKS = st.sampled_from(
    [" ", "\n", "\r\n", "\r", "\n\n", "\x00 ", "\u200b", "\x0c", " é😀 ", "\ufeff"]
)
TEXTS = st.builds(lambda parts, joint: joint.join(parts), SENTENCES, BREAKS)
MACHINE = " ".join(ASSISTANT)


@pytest.fixture(scope="module")
def labeller() -> Labeller:
    return Labeller()


@pytest.fixture(scope="module")
def assessor() -> Assessor:
    return Assessor(ScanSettings(min_words=1))


def scanned(assessor: Assessor, text: str) -> LabelledDocument | None:
    """What the scan says of a WET record of this text; None where it skips it."""
    body = text.encode()
    record = ArchiveRecord(
        Locator("x.wet", 0, len(body)), 0, "WARC/1.0", "conversion", (), body, len(body), False,
        None, None, None, None, "text/plain",
    )  # fmt: skip
    found = assessor.assess(record)
    assert isinstance(found, (LabelledDocument, Skip)), found
    return found if isinstance(found, LabelledDocument) else None


@settings(max_examples=150, deadline=None)
@example(["\u0e01"])
@given(st.lists(st.one_of(TEXTS, st.text(max_size=30).filter(str.isprintable)), max_size=4))
def test_a_text_gets_the_verdict_that_the_scan_gives_it(
    labeller: Labeller, assessor: Assessor, texts: list[str]
) -> None:
    """Also whatever stands beside it in the batch; spans alone count in the text as given."""
    verdicts = labeller.label(texts)
    assert len(verdicts) == len(texts)
    for text, verdict in zip(texts, verdicts, strict=True):
        found = scanned(assessor, text)
        if found is None:
            assert (verdict.label, verdict.reasons) == (Label.NOT_ASSESSED, ("too-short",))
            continue
        wanted = found.verdict
        assert (verdict.label, verdict.score, verdict.probability, verdict.p_value) == (
            wanted.label, wanted.score, wanted.probability, wanted.p_value,
        )  # fmt: skip
        assert (verdict.reasons, verdict.policy) == (wanted.reasons, wanted.policy)
        assert verdict.ai_fraction == wanted.ai_fraction
        for got, want in zip(verdict.spans, wanted.spans, strict=True):
            assert (got.score, got.p_value) == (want.score, want.p_value)
            judged = found.document.text[want.start : want.end]
            assert plain(text[got.start : got.end]) == plain(judged)


def plain(text: str) -> str:
    """Without what the scan leaves out, and without the difference between ends of lines."""
    return "".join(text.replace("\ufeff", "").split()).replace("\x00", "").replace("\x0c", "")


def test_spans_count_characters_of_the_text_as_it_was_given(labeller: Labeller) -> None:
    """The property above compares nothing where no text has a span; this one has."""
    [bare] = labeller.label([MACHINE])
    [moved] = labeller.label(["\r\n \x00" + MACHINE.replace(". ", ".\r\n")])
    assert bare.label is moved.label is Label.LIKELY_AI
    assert bare.spans[0].start == 0
    assert bare.spans[-1].end == len(MACHINE)
    assert moved.spans[0].start == 4
    assert moved.spans[-1].end == 4 + len(MACHINE) + MACHINE.count(". ")
    assert isinstance(moved.spans[0], Span)


def test_the_diary_is_not_called_a_machine_s(labeller: Labeller) -> None:
    [verdict] = labeller.label([" ".join(DIARY)])
    assert verdict.label is Label.NO_EVIDENCE
    assert verdict.p_value is not None


@pytest.mark.parametrize("text", ["", " \n", "\x00", "\ud800", "word", "\u0e01"])
def test_what_is_hardly_a_text_is_not_assessed(labeller: Labeller, text: str) -> None:
    [verdict] = labeller.label([text])
    assert verdict.label is Label.NOT_ASSESSED
    assert verdict.reasons


def test_a_generator_of_more_texts_than_a_batch_keeps_its_order(labeller: Labeller) -> None:
    texts = [MACHINE if n % 3 else " ".join(DIARY) for n in range(150)]
    labels = [verdict.label for verdict in labeller.label(iter(texts))]
    assert labels == [Label.LIKELY_AI if n % 3 else Label.NO_EVIDENCE for n in range(150)]


def test_a_lower_rate_is_a_stricter_label(labeller: Labeller) -> None:
    [strict] = Labeller(fpr=0.001).label([MACHINE])
    [usual] = labeller.label([MACHINE])
    assert strict.policy != usual.policy
    assert strict.p_value == usual.p_value


def test_a_pickled_labeller_says_the_same(labeller: Labeller) -> None:
    copy = pickle.loads(pickle.dumps(labeller))
    assert copy.label([MACHINE]) == labeller.label([MACHINE])
    assert len(pickle.dumps(labeller)) < 1000


def test_the_deep_tier_is_asked_within_its_budget() -> None:
    if importlib.util.find_spec("onnxruntime") is None:
        pytest.skip("the extra `deep` is not installed")
    record = scanned(Assessor(ScanSettings(min_words=1, budget=1.0)), MACHINE)
    assert record is not None
    assert Labeller(budget=1.0).label([MACHINE]) == [record.verdict]


def test_settings_that_cannot_be_are_refused() -> None:
    with pytest.raises(UsageError, match="fpr"):
        Labeller(fpr=1.5)
    with pytest.raises(ModelError, match="no-such"):
        Labeller("no-such.policy")

"""Texts that are none: they end with an abstention and its reason, a skip or a fault."""

from __future__ import annotations

import importlib.util
import math

import pytest

from detector import ScanSettings
from detector.extract import extract_document, get_extractor
from detector.pipeline.assess import Assessor
from detector.records import Capture, Document, Fault, Label, Locator, Origin, Skip

HAS_DEEP = importlib.util.find_spec("onnxruntime") is not None
ODD = {
    "empty": "",
    "one word": "word",
    "a megabyte of one line": "x" * 1_000_000,
    "a megabyte of one word, over and over": "buffalo " * 130_000,
    "emoji": "🙂 🎉 👍🏽 " * 200,
    "code": "for (int i = 0; i < n; ++i) { a[i] += b[i] * c; }\n" * 40,
    "mixed scripts": "word слово 言葉 λέξη كلمة मूल " * 60,
    "NULs": "a\0b\0" * 500,
    "controls": "".join(map(chr, range(1, 32))) * 60,
    "lone surrogates": "one\ud800two " * 100,
    "combining marks": "e" + "\u0301" * 100_000,
    "figures": "12.50 13.75 0.05 1,204 88\n" * 60,
}


def document_of(text: str) -> Document | Skip | Fault:
    data = text.encode("utf-8", "surrogatepass")
    place = Locator("odd", 0, len(data))
    origin = Origin(place, 0, "conversion", None, None, None, None, "text/plain", None, False)
    return extract_document(
        Capture(origin, (), "utf-8", data), extractor=get_extractor("resiliparse"), min_words=1
    )


@pytest.fixture(scope="module", params=[None, 1.0], ids=["fast tier", "both tiers"])
def assessor(request: pytest.FixtureRequest) -> Assessor:
    if request.param and not HAS_DEEP:
        pytest.skip("the extra `deep` is not installed")
    return Assessor(ScanSettings(min_words=1, budget=request.param))


@pytest.mark.parametrize("name", ODD)
def test_an_odd_text_is_not_assessed_with_a_reason_or_has_no_row(
    assessor: Assessor, name: str
) -> None:
    made = document_of(ODD[name])
    if not isinstance(made, Document):
        assert made.code
        return
    verdict = assessor.label(made).verdict
    numbers = (verdict.score, verdict.probability, verdict.p_value, verdict.ai_fraction)
    assert not any(number is not None and math.isnan(number) for number in numbers)
    if name != "a megabyte of one word, over and over":  # which is English prose of a kind
        assert verdict.label is Label.NOT_ASSESSED
        assert verdict.reasons

"""Signals take time linear in the page, and little of it, whatever the page holds."""

from __future__ import annotations

import time

import pytest

from detector.score.signals.registry import default_signals
from tests.score.made import page

SIZE = 8 << 20  # characters, the scan's own cap on a body
TEXTS = {
    "one letter": "a",
    "self-reference": "As an AI language model, I can. ",
    "half a quotation": '" As an AI language model, I cannot ',
    "citations": "contentReference[oaicite:0]{index=0}",
    "half citations": "turn0turn0search",
    "half placeholders": "[Your ",
    "placeholders": "[Your Name] ",
    "apologies": "I'm sorry, but I cannot ",
    "private use": "\ue200cite\ue202",
    "look-alikes": "a\u0430",
    "zero width": "a\u200b",
    "lines": "\n",
}
MARKUP = {
    "open meta": '<meta name="ai-generated" ',
    "meta": '<meta name="ai-generated" content="true">',
    "long meta": "<meta " + "a=b " * 100 + "ai-generated>",
    "angle brackets": "<",
    "open code": "<code>",
    "code": "<code>x</code>",
    "open comment": "<!--ai-generated",
    "comments": "<!---->ai-generated",
    "open scripts": '<script type="application/ld+json"> trainedAlgorithmicMedia',
    "json-ld": '<script type="application/ld+json">{"digitalSourceType":"trainedAlgorithmicMedia"}'
    "</script>",
    "big json-ld": '<script type="application/ld+json">['
    + '{"digitalSourceType":"x"},' * 5000
    + "1]</script>trainedAlgorithmicMedia",
    "deep json-ld": '<script type="application/ld+json">'
    + "[" * 200_000
    + "algorithmicMedia</script>",
    "attributes": '<p ai-disclosure="ai-generated"',
    "links": '<a href="http://b.test/?utm_source=chatgpt.com">',
    "half links": "<a " + "href = " * 50 + "?utm_source=chatgpt.com ",
    "cards": "<grok-card a>",
}
TRACES = "As an AI language model, I cannot see. turn0search0 oaicite:1 [cite_start] [Your Name] x"


def seconds(text: str, markup: str) -> float:
    document = page(text, markup, words=100)
    started = time.process_time()
    for signal in default_signals():
        signal.observe(document)
    return time.process_time() - started


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_of_eight_mebibytes_takes_less_than_a_second(name: str) -> None:
    text = TEXTS[name] * (SIZE // len(TEXTS[name]))
    assert seconds(text, text) < 1


@pytest.mark.parametrize("name", MARKUP)
def test_markup_of_eight_mebibytes_takes_less_than_a_second(name: str) -> None:
    assert seconds(TRACES, MARKUP[name] * (SIZE // len(MARKUP[name]))) < 1

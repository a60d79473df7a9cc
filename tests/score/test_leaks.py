"""What chat assistants leave in a text is found; what people write about it is not."""

from __future__ import annotations

import pytest

from detector.score.signals.leaks import Leaks
from tests.score.made import page

FILLER = (
    "The harbour was quiet that morning, and the boats lay still beside the long stone wall."
    " Nobody had come down yet to sort the nets or to mend what the storm had broken."
)


def codes(text: str, markup: str = "", title: str | None = None) -> list[str]:
    return [found.code for found in Leaks().observe(page(text, markup, title=title))]


LEFT = [
    ("oaicite", "The wall is old. :contentReference[oaicite:0]{index=0} It was built in 1780."),
    ("oaicite", "It was built in 1780 ([Harbour news][1], oai_citation:3‡)."),
    ("search-token", "It was built in 1780. citeturn0search1turn0news4 It stands."),
    ("search-token", "It was built in 1780 turn12view0."),
    ("private-use", "It was built in 1780. \ue200cite\ue202turn0search0\ue201 It stands."),
    (
        "attributable-index",
        'It stands. ({"attribution":{"attributableIndex":"1009-1"}}) It is old.',
    ),
    ("cite-start", "[cite_start]The wall was built in 1780."),
    ("grok-card", 'It stands. <grok-card data-id="5a" data-type="citation_card"></grok-card>'),
    ("self-reference", "As an AI language model, I cannot visit the harbour."),
    ("self-reference", "I'm sorry, but as an AI language model, I don't have opinions."),
    (
        "self-reference",
        "The wall stands. As a large language model trained by OpenAI, I do not see.",
    ),
    ("self-reference", "As an artificial intelligence model, I have no eyes."),
    ("self-reference", "I’m an AI language model and cannot see."),
    (
        "self-reference",
        "I'm sorry but I cannot fulfill this request it goes against OpenAI use policy",
    ),
    ("cutoff", "As of my last knowledge update in September 2021, the wall stood."),
    ("cutoff", "As of my last update in 2023, the wall stood."),
    ("cutoff", "The wall may have changed since my knowledge cutoff."),
    ("assistant-phrase", "Certainly! Here's a short text about the harbour:"),
    ("assistant-phrase", "Sure, here is the text you asked for."),
    ("assistant-phrase", "It stands.\nWould you like me to expand on the wall?"),
    ("assistant-phrase", "It stands.\nLet me know if you'd like me to adjust the tone."),
    ("assistant-phrase", "I'm sorry, but I cannot fulfill that request."),
    ("assistant-phrase", "It stands.\nRegenerate response\nIt is old."),
    ("placeholder", "Yours sincerely,\n[Your Name]\n[Your Company's Address]"),
    ("placeholder", "Write to us at [insert email address]."),
    ("placeholder", "Read more at INSERT_SOURCE_URL, visited 2025-XX-XX."),
]


@pytest.mark.parametrize(("kind", "trace"), LEFT)
def test_a_trace_is_found_at_its_place(kind: str, trace: str) -> None:
    text = f"{FILLER}\n{trace}\n{FILLER}"
    found = Leaks().observe(page(text, f"<html><body><p>{FILLER}</p></body></html>"))
    assert {f"artefact.{kind}"} <= {finding.code for finding in found}
    for finding in found:
        assert finding.place == "text"
        assert text[finding.start : finding.end].startswith(finding.excerpt)
        assert 0 < len(finding.excerpt) <= 60
        assert len(FILLER) < finding.start < finding.end < len(text) - len(FILLER)


@pytest.mark.parametrize(("kind", "trace"), LEFT)
@pytest.mark.parametrize(("opening", "closing"), [("“", "”"), ('"', '"'), ("«", "»"), ("„", "“")])
def test_a_trace_in_quotation_marks_is_not_found(
    kind: str, trace: str, opening: str, closing: str
) -> None:
    trace = trace.replace("\n", " ").replace('"', "'")
    assert codes(f"{FILLER} It had begun {opening}{trace}{closing} and gone on.") == []


@pytest.mark.parametrize(("kind", "trace"), LEFT)
@pytest.mark.parametrize("element", ["code", "pre", "blockquote", "q", "textarea"])
def test_a_trace_in_a_code_block_or_quotation_of_the_page_is_not_found(
    kind: str, trace: str, element: str
) -> None:
    escaped = trace.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    markup = f"<p>{FILLER}</p><{element} class=x>\n{escaped}</{element}><p>{FILLER}</p>"
    assert codes(f"{FILLER}\n{trace}\n{FILLER}", markup) == []


def test_a_trace_outside_counts_though_it_is_also_quoted() -> None:
    trace = "As an AI language model, I cannot see."
    markup = f"<blockquote>{trace}</blockquote><p>{trace}</p>"
    assert codes(f"{trace}\n{trace}", markup) == ["artefact.self-reference"] * 2


@pytest.mark.parametrize(
    "text",
    [
        "Phrases such as as an AI language model, I cannot give them away.",
        "It replied as an AI language model, I do not have feelings, and so on.",
        "Editors look for contentReference[oaicite:0] in new articles.",
        "He searched for the phrase: As of my last knowledge update.",
        "The token turn0search0 is what remains of a citation.",
        "> As an AI language model, I cannot answer.",
        "She said 'As an AI language model, I cannot' and laughed.",
    ],
)
def test_what_is_announced_or_quoted_is_not_found(text: str) -> None:
    assert codes(f"{FILLER}\n{text}\n{FILLER}") == []


def test_a_page_about_language_models_is_not_accused() -> None:
    text = (
        "ChatGPT and other chatbots leave traces. Large language models by OpenAI often begin so.\n"
        "As an AI language model, I cannot do that.\n"
        "Those who use generative AI should read what they publish."
    )
    assert codes(text) == []
    assert codes(text.splitlines()[1]) == ["artefact.self-reference"]


@pytest.mark.parametrize(
    "text",
    [
        "As an aid to memory, I cannot recommend it. As an airline pilot I do not agree.",
        "As an AI researcher, I cannot agree. As a language teacher I do not mind.",
        "I hope this helps. Of course! We went there in May. Certainly, I was late.",
        "Would you like me to? he asked. Let me know if you want to come.",
        "My last update was in 2021. As of my last visit the shop was open.",
        "See [your local library](https://example.org) or [1] or [sic].",
        "Then they [insert terrible decision here] and it went wrong.",
        "On your turn 0 search 1 card; return1view2 is a variable; turn0search0() is a call.",
        "I am sorry, but I cannot come on Tuesday.",
    ],
)
def test_ordinary_sentences_are_not_found(text: str) -> None:
    assert codes(f"{FILLER}\n{text}") == []


def test_a_template_has_placeholders_on_purpose() -> None:
    letter = f"Dear [Recipient Name],\n{FILLER}\n[Your Name]"
    assert codes(letter) == ["artefact.placeholder"] * 2
    assert codes(f"A sample letter.\n{letter}") == []
    assert codes(letter, title="Cover letter template") == []


def test_many_traces_give_few_findings() -> None:
    text = "It stands. turn0search1 is old. " * 1000
    found = Leaks().observe(page(text))
    assert [finding.code for finding in found] == ["artefact.search-token"] * 5
    assert [finding.start for finding in found] == sorted(finding.start for finding in found)

"""What pages disclose of a machine's part in them is found; claims of human work are not."""

from __future__ import annotations

import json

import pytest

from detector.records import Finding
from detector.score.signals.disclosures import Headers
from detector.score.signals.source import Source
from tests.score.made import page

GENERATED = ["disclosure.ai-generated"]
ASSISTED = ["disclosure.ai-assisted"]


def observe(markup: str) -> list[Finding]:
    found = Source().observe(page("text", markup))
    for finding in found:
        assert finding.place == "markup"
        assert markup[finding.start : finding.end].startswith(finding.excerpt)
    return found


def codes(markup: str) -> list[str]:
    return [finding.code for finding in observe(markup)]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("AI-Disclosure", 'mode=ai-originated; model="gpt-4"; provider="OpenAI"', GENERATED),
        ("ai-disclosure", "mode=machine-generated", GENERATED),
        ("AI-Disclosure", "mode=ai-modified", ASSISTED),
        ("AI-Disclosure", "mode=none", []),
        ("X-AI-Generated", "true", GENERATED),
        ("AI-Generated", "false", []),
        ("Server", "ai-generated", []),
    ],
)
def test_headers(name: str, value: str, expected: list[str]) -> None:
    found = Headers().observe(page(headers=(("Date", "x"), (name, value))))
    assert [finding.code for finding in found] == expected
    assert all((f.place, f.start, f.end) == ("header", 0, 0) for f in found)


@pytest.mark.parametrize(
    ("meta", "expected"),
    [
        ('<meta name="ai-generated" content="true">', GENERATED),
        ("<META content='all' NAME='AI-Generated'/>", GENERATED),
        ("<meta name=ai-generated content=partially>", ASSISTED),
        ('<meta name="ai-disclosure" content="autonomous">', GENERATED),
        ('<meta name="ai-disclosure" content="ai-assisted">', ASSISTED),
        ('<meta name="ai-disclosure" content="none">', []),
        ('<meta name="ai-content" content="true">', GENERATED),
        ('<meta name="ai-content-declaration" content="AI-generated">', GENERATED),
        ('<meta name="ai-content-declaration" content="human-written, not AI-generated">', []),
        ('<meta name="ai-content-declaration" content="true">', []),
        ('<meta name="ai-content-type" content="changelog">', []),
        ('<meta name="ai-generated" content="no">', []),
        ('<meta name="generator" content="WriterBot 2 (AI-generated)">', GENERATED),
        ('<meta name="generator" content="WordPress 6.1">', []),
        ('<meta name="description" content="How to spot ai-generated text">', []),
    ],
)
def test_meta_elements(meta: str, expected: list[str]) -> None:
    assert codes(f"<html><head><title>x</title>{meta}</head><body>y</body></html>") == expected


@pytest.mark.parametrize(
    "holder", ["<!-- {} -->", "<script>var x = '{}'</script>", "<textarea>{}</textarea>"]
)
def test_a_disclosure_that_is_only_shown_is_not_found(holder: str) -> None:
    assert codes(holder.format('<meta name="ai-generated" content="true">')) == []
    assert codes(holder.format('<main ai-disclosure="ai-generated">')) == []


def test_an_escaped_disclosure_is_not_found() -> None:
    assert codes('<code>&lt;meta name="ai-generated" content="true"></code>') == []


@pytest.mark.parametrize(
    ("element", "expected"),
    [
        ('<article class=x ai-disclosure="ai-generated" ai-model="m">', GENERATED),
        ("<body aidisclosure=autonomous>", GENERATED),
        ('<aside ai-disclosure="ai-generated">', ASSISTED),
        ('<main ai-disclosure="none">', []),
        ('<p>The ai-disclosure="ai-generated" attribute</p>', []),
    ],
)
def test_attributes(element: str, expected: list[str]) -> None:
    assert codes(f"<html>{element}text</html>") == expected


IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        ({"@type": "Article", "digitalSourceType": IPTC + "trainedAlgorithmicMedia"}, GENERATED),
        (
            {
                "@type": "NewsArticle",
                "digitalSourceType": {
                    "@id": "https://schema.org/TrainedAlgorithmicMediaDigitalSource"
                },
            },
            GENERATED,
        ),
        (
            {
                "@type": "WebPage",
                "digitalSourceType": [IPTC + "compositeWithTrainedAlgorithmicMedia"],
            },
            ASSISTED,
        ),
        ({"@graph": [{"@type": "BlogPosting", "aiDisclosure": "ai-generated"}]}, GENERATED),
        ({"@type": "Article", "aiDisclosure": {"level": "ai-assisted"}}, ASSISTED),
        ({"@type": "Article", "aiDisclosure": {"level": "none"}}, []),
        ({"@type": "Article", "digitalSourceType": IPTC + "digitalCreation"}, []),
        ({"@type": "ImageObject", "digitalSourceType": IPTC + "trainedAlgorithmicMedia"}, []),
        (
            {
                "@type": "Article",
                "image": {"digitalSourceType": IPTC + "trainedAlgorithmicMedia"},
            },
            [],
        ),
        ({"@type": "Article", "articleBody": "About trainedAlgorithmicMedia"}, []),
    ],
)
def test_json_ld(node: dict[str, object], expected: list[str]) -> None:
    script = f'<script type="application/ld+json">\n{json.dumps(node)}\n</script>'
    assert codes(f"<head><script>1</script>{script}</head>") == expected


@pytest.mark.parametrize("block", ["{", "[" * 100_000, '"\ud800', "nul", ""])
def test_broken_json_ld_is_passed_over(block: str) -> None:
    markup = f'<script type="application/ld+json">{block} trainedAlgorithmicMedia</script>'
    assert codes(markup) == []


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ('<a href="https://other.test/x?utm_source=chatgpt.com">', 1),
        ('<a rel=x href="https://other.test/x?a=1&amp;utm_source=openai&amp;b=2">', 1),
        ("<a href=https://other.test/?referrer=grok.com>", 1),
        ('<a href="https://other.test/x?utm_source=newsletter">', 0),
        ('<a href="https://example.org/x?utm_source=chatgpt.com">', 0),
        ('<a href="/x?utm_source=chatgpt.com">', 0),
        ('<link rel="canonical" href="https://other.test/x?utm_source=chatgpt.com">', 0),
        ('<code><a href="https://other.test/x?utm_source=chatgpt.com"></code>', 0),
        ("<p>links with ?utm_source=chatgpt.com in them</p>", 0),
    ],
)
def test_links_that_a_chatbot_made(link: str, expected: int) -> None:
    assert codes(f"<p>{link}x</a></p>") == ["artefact.chatbot-link"] * expected


def test_a_card_that_grok_left() -> None:
    card = '<grok-card data-id="e8ff4f" data-type="citation_card"></grok-card>'
    assert codes(f"<p>text {card}</p>") == ["artefact.grok-card"]
    assert codes(f"<pre>{card}</pre>") == []

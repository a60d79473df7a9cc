"""The page runs nothing but its own script, whatever the crawl holds, and needs no network."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.report.page import LIBRARY, SCRIPTS, STYLE, asset, embedded, render_page
from detector.report.samples import explain_command, fitted, legible, safe_link

EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(1)><!--\u2028\u2029$data ${x}"
OWN = [*SCRIPTS, STYLE, "page.html"]
# What turns text into markup or code.
DANGEROUS = (
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|srcdoc|"
    r"DOMParser|createContextualFragment|setTimeout\(['\"]|javascript:"
)


class Elements(HTMLParser):
    """Every element of a page with its attributes, and the content of scripts and styles."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.content: dict[str, list[str]] = {"script": [], "style": [], "title": []}
        self.inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self.inside = tag if tag in self.content else ""
        if self.inside:
            self.content[tag].append("")

    def handle_endtag(self, tag: str) -> None:
        self.inside = "" if tag == self.inside else self.inside

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.content[self.inside][-1] += data

    def policy(self) -> str:
        metas = [one for tag, one in self.found if tag == "meta" and "http-equiv" in one]
        assert metas[0]["http-equiv"] == "Content-Security-Policy"
        return metas[0]["content"] or ""


def page(live: bool = False) -> Elements:
    data = {"title": EVIL, "list": [EVIL], EVIL: EVIL}
    return Elements(render_page(data, title=EVIL, live=live).decode())


def digest(content: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"


def test_text_of_the_crawl_makes_no_element() -> None:
    plain = Elements(render_page({}, title="").decode())
    assert [tag for tag, _ in page().found] == [tag for tag, _ in plain.found]
    assert page().content["title"] == [EVIL]


def test_data_arrives_as_it_was() -> None:
    stored = page().content["script"][0]
    assert json.loads(stored) == {"title": EVIL, "list": [EVIL], EVIL: EVIL}


@given(st.text())
def test_embedded_data_holds_nothing_that_markup_or_a_script_could_end_on(text: str) -> None:
    assert not set(embedded({"text": text})) & set("<>&\u2028\u2029")
    assert json.loads(embedded({"text": text})) == {"text": text}


def test_the_policy_lets_the_own_script_and_style_run_and_nothing_else() -> None:
    found = page()
    policy = dict(part.strip().split(" ", 1) for part in found.policy().split(";"))
    assert policy.pop("script-src") == digest(found.content["script"][1])
    assert policy.pop("style-src") == digest(found.content["style"][0])
    assert policy == {
        "default-src": "'none'",
        "img-src": "data:",
        "connect-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    assert "connect-src 'self'" in page(live=True).policy()


def test_no_element_asks_for_anything_from_elsewhere() -> None:
    for tag, attributes in page().found:
        assert not {"src", "srcset", "action", "style"} & set(attributes), tag
        assert not [name for name in attributes if name.startswith("on")]
        assert re.match(r"#|data:,$", attributes.get("href") or "#")
    assert not re.search(r"url\(|@import|@font-face", asset(STYLE))


@pytest.mark.parametrize("name", OWN)
def test_our_scripts_never_make_markup_or_code_from_text(name: str) -> None:
    assert not re.search(DANGEROUS, asset(name))


@pytest.mark.parametrize("name", OWN)
def test_our_scripts_stay_short(name: str) -> None:
    longest = {STYLE: 1400}.get(name, 350)
    assert len(asset(name).splitlines()) <= longest


def test_the_library_is_the_one_that_its_readme_names() -> None:
    folder = resources.files("detector.report") / "assets"
    told = (folder / "README.md").read_text(encoding="utf-8")
    data = (folder / LIBRARY).read_bytes()
    assert hashlib.sha256(data).hexdigest() in told
    assert re.search(r"Chart\.js v([\d.]+)", data.decode())[1] in told  # type: ignore[index]
    assert not re.search(r"\beval\b|new Function|innerHTML|sourceMappingURL", data.decode())


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)//https://a.example",
        "java\tscript:alert(1)",
        " https://a.example/",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "//a.example/x",
        "https:///x",
        "https://",
        "http://[::1",
        'https://a.example/"onclick="alert(1)',
        "https://a.example/\u202egnp.exe",
        "https://a.example/" + "x" * 3000,
        "",
        None,
    ],
)
def test_only_plain_web_addresses_become_links(url: str | None) -> None:
    assert safe_link(url) is None


def test_web_addresses_become_links() -> None:
    for url in ("https://a.example/x?y=1&z=%22#f", "HTTP://A.example:8080/"):
        assert safe_link(url) == url


def test_a_command_is_one_argument_for_the_shell_whatever_the_file_is_called() -> None:
    import shlex

    for name in ("a b", "$(rm -rf .)", "x'y", "`id`", "-x", "\n"):
        words = shlex.split(explain_command(f"{name}@1+2", "--fpr 0.005"))
        assert f"{name}@1+2" in words
        assert not name.startswith("-") or words[-2] == "--"


def test_what_hides_or_reorders_text_is_shown_as_an_escape() -> None:
    assert legible("a\u202eb\x00\u2067c\x1b[2J") == "a\\u202eb\\x00\\u2067c\\x1b[2J"
    assert legible("می\u200cخواهم\tx\n") == "می\u200cخواهم\tx\n"


def test_a_sample_of_the_longest_and_oddest_texts_still_fits_a_page() -> None:
    """Every character grows when it is made harmless, and every field is as long as it may be."""
    odd = "\x01\u202e"
    row = {
        "file": "a" * 500, "offset": 1, "length": 2, "inner": 3, "label": "likely-ai",
        "url": odd * 4096, "title": odd * 150, "host": odd * 4000, "language": "en", "words": 9,
        "media_type": "x" * 200, "captured": None, "score": 1.0, "probability": 0.5,
        "p_value": 0.5, "ai_fraction": 1.0, "reasons": ["classifier"] * 20,
        "findings": [
            {"code": "c" * 30, "place": "text", "start": at, "end": at + 9, "excerpt": odd * 30}
            for at in range(100)
        ],
        "spans": [
            {"start": at * 9, "end": at * 9 + 8, "score": 1.0, "p_value": 0.01} for at in range(400)
        ],
        "matches": [],
    }  # fmt: skip
    texts = [(odd * 10_000, 1_000_000, "")] * 200
    samples = fitted([row] * 200, texts, "--fpr 0.005")
    assert len(render_page({"samples": samples}, title="")) < 5_000_000
    assert all(one["hidden"] > 0 for one in samples)

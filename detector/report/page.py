"""The page: one HTML file that holds its style, its scripts, its plots and its data.

Nothing of a crawl is ever put into markup. It travels as JSON in a block that no browser runs, and
the scripts put it on the page as text nodes. A Content-Security-Policy forbids every other script,
style and connection, so that a mistake in that would still run nothing.

The templates are `string.Template`s: there is one, with half a dozen places, and a template engine
would be one more dependency of the core for it.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from string import Template
from typing import Any, Final

STYLE: Final = "page.css"
# In this order: the library, then ours, each of which may use what stands before it.
LIBRARY: Final = "chart.umd.min.js"
SCRIPTS: Final = (
    "dom.js",
    "tables.js",
    "plots.js",
    "overview.js",
    "shares.js",
    "where.js",
    "evidence.js",
    "faults.js",
    "reading.js",
    "samples.js",
    "main.js",
)
TEMPLATE: Final = "page.html"

# What ends a script block, begins a comment in one, or ends a line of JavaScript.
_ESCAPED: Final = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}


@cache
def asset(name: str) -> str:
    """A file of the package that goes into the page."""
    return (resources.files("detector.report") / "assets" / name).read_text(encoding="utf-8")


def render_page(data: Mapping[str, Any], *, title: str, live: bool = False) -> bytes:
    """The page that shows `data`, UTF-8.

    live: whether it may send marks to the server that it came from.
    """
    script = _script()
    style = asset(STYLE)
    policy = content_policy(live=live)
    page = Template(asset(TEMPLATE)).substitute(
        policy=html.escape(policy),
        title=html.escape(title),
        style=style,
        data=embedded(data),
        script=script,
    )
    return page.encode("utf-8", "replace")


def content_policy(*, live: bool) -> str:
    """The Content-Security-Policy of the page: its own style and script by hash, nothing else."""
    connect = "'self'" if live else "'none'"
    return (
        f"default-src 'none'; script-src {_hash(_script())}; style-src {_hash(asset(STYLE))};"
        f" img-src data:; connect-src {connect}; base-uri 'none'; form-action 'none'"
    )


def embedded(data: Mapping[str, Any]) -> str:
    """JSON that is safe inside a script element, whatever is in it.

    >>> embedded({"title": "</script><script>alert(1)"})
    '{"title":"\\\\u003c/script\\\\u003e\\\\u003cscript\\\\u003ealert(1)"}'
    """
    plain = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return plain.translate(_ESCAPED)


@cache
def _script() -> str:
    """All scripts as one, each in a scope of its own but for what it hangs on `Report`."""
    own = "\n".join(f"(function () {{\n'use strict';\n{asset(name)}\n}})();" for name in SCRIPTS)
    whole = f"\n{asset(LIBRARY)}\n{own}\n"
    if "</script" in whole.lower() or "<!--" in whole:
        raise ValueError("a script holds what would end its element")
    return whole


def _hash(content: str) -> str:
    digest = hashlib.sha256(content.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"

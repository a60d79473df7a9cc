"""Host and registered domain of a URL, from the suffix list that ships with tldextract.

The list inside the installed package is the only one asked: never the network and no cache on
disk, so equal versions give equal rows everywhere.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

import tldextract

LONGEST_HOST: Final = 253  # RFC 1035, section 2.3.4, without the final dot

_extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


def host_of(url: str | None) -> str | None:
    """The host of a URL in lower case, without user, port and final dot; None if it has none.

    >>> host_of("https://user@WWW.Example.co.uk:8080/a"), host_of("urn:x"), host_of("http://[bad/")
    ('www.example.co.uk', None, None)
    """
    if not url:
        return None
    try:
        host = urlsplit(url).hostname
    except ValueError:
        return None
    host = host.rstrip(".") if host else None
    return host if host and len(host) <= LONGEST_HOST else None


@lru_cache(maxsize=16_384)
def registered_domain(host: str | None) -> str | None:
    """The name somebody registered under a public suffix; None for addresses and bare suffixes.

    Only the ICANN part of the Public Suffix List counts: all of `github.io` is one domain.

    >>> registered_domain("www.example.co.uk"), registered_domain("127.0.0.1")
    ('example.co.uk', None)
    """
    if host is None:
        return None
    found = _extract(host)
    return f"{found.domain}.{found.suffix}" if found.domain and found.suffix else None

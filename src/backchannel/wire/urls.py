"""Checks of URLs, before anything is sent to them.

A URL that is refused may hold a secret, so no message shows it. Every generated package loads this
module, so the parser of URLs is imported where it is used.
"""

from __future__ import annotations

import re

from backchannel.errors import ConfigurationError

# What may stand in a URL. HTTP libraries differ in what they make of anything else.
_PRINTABLE = re.compile(r"[\x21-\x7e]+")


def check_url(url: str) -> None:
    """Check that a URL is absolute, for http or https, and holds no credential.

    Raises:
        ConfigurationError: it is not, and cannot be asked.
    """
    from urllib.parse import urlsplit

    if url and not _PRINTABLE.fullmatch(url):
        raise ConfigurationError(
            "the server's URL is no http or https URL: it holds a blank, a control or a non-ASCII"
            " character (percent-encode those of a path, write a host's name in punycode)"
        )
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets without an address, a port beyond 65535
        parts, named = None, False
    if parts is None or not named or parts.scheme not in {"http", "https"}:
        raise ConfigurationError("the server's URL is no http or https URL with a host")
    if "@" in parts.netloc:
        raise ConfigurationError(
            "the server's URL holds a user name or password: pass credentials apart"
        )


def check_base_url(url: str) -> None:
    """Check a URL that paths are put behind; it may have a path itself.

    Raises:
        ConfigurationError: it is none that `check_url` passes, or has a query or a fragment.
    """
    check_url(url)
    if "?" in url or "#" in url:
        raise ConfigurationError("the server's URL must have no query and no fragment")

"""Keeping tokens and passwords out of messages, reprs, log records and clear text.

Every generated package loads this module, so the parsers of URLs and addresses, which cost half of
what it takes to load the rest, are imported where they are used.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from backchannel.errors import ConfigurationError

MASK = "***"

# By words, because servers invent names: X-Auth-Token, X-Hasura-Admin-Secret, apikey.
_SECRET_HEADER = re.compile(r"auth|cookie|token|secret|passw|key|credential|session|2fa|user-id")
_NAMES = r"(?:access_?|refresh_?|auth_?)?token|client_secret|password"
# In JSON a code is an error's, in a query it is OAuth's.
_SECRET_PARAMETER = re.compile(rf"(?i)\b({_NAMES}|code)=[^&\s\"'#]+")
_SECRET_MEMBER = re.compile(rf'(?i)("(?:{_NAMES})"\s*:\s*)"(?:[^"\\]|\\.)*"?')
# Printable ASCII: what a header value may hold. http.client would print a bad value, secret and
# all, in its own error.
_SECRET_VALUE = re.compile(r"[\x21-\x7e]+(?: [\x21-\x7e]+)*")
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"(?:[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?)?")


class Secret:
    """A text that shows itself only when asked.

    Its repr, str and format are masked, so that it can sit in any object without leaking.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The text itself."""
        return self._value

    def __repr__(self) -> str:
        return f"Secret({MASK})"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("a Secret cannot be pickled or copied into clear text")


def secret_header(name: str, value: str) -> Secret:
    """Check a secret that will stand in a header.

    Args:
        name: what the user calls it (`token`), for the message.
        value: the text.

    Raises:
        ConfigurationError: it is blank, or holds a character that a header cannot; the value is
            not in the message.
    """
    if not value:
        raise ConfigurationError(f"{name} is empty")
    if not _SECRET_VALUE.fullmatch(value):
        raise ConfigurationError(
            f"{name} holds characters that cannot stand in a header"
            " (a newline or blank at its end, perhaps)"
        )
    return Secret(value)


def check_headers(headers: Mapping[str, str]) -> None:
    """Refuse headers that cannot go on the wire: the libraries would print them, secrets and all.

    Raises:
        ConfigurationError: a name or a value that cannot stand in a header; the value is not in
            the message.
    """
    for name, value in headers.items():
        if not _HEADER_NAME.fullmatch(name):
            raise ConfigurationError("a header's name holds characters that cannot stand there")
        if not _HEADER_VALUE.fullmatch(value):
            raise ConfigurationError(
                f"the value of the header {name} holds characters that cannot stand there"
                " (a newline or blank at its end, perhaps)"
            )


class Headers(dict[str, str]):
    """Headers whose repr masks secret values, and which cannot be pickled."""

    def __repr__(self) -> str:
        return repr(masked_headers(self))

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("headers may hold credentials and cannot be pickled")


def masked_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers with secret values replaced by a mask, and redirects without their query."""
    return {name: _masked_value(name.lower(), value) for name, value in headers.items()}


def _masked_value(name: str, value: str) -> str:
    if _SECRET_HEADER.search(name):
        return MASK
    # A server that redirects often repeats the query it was asked with, token and all.
    return without_query(value) if name == "location" else redact(value)


def redact(text: str) -> str:
    """The text with secrets replaced by a mask: those of a query (`?token=…`) or of JSON."""
    text = _SECRET_PARAMETER.sub(lambda match: f"{match[1]}={MASK}", text)
    return _SECRET_MEMBER.sub(lambda match: f'{match[1]}"{MASK}"', text)


def without_query(url: str) -> str:
    """The URL without user, query and fragment: what may stand in a message."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
    except ValueError:
        return "(no URL)"
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


def require_private(url: str, *, allow_plain_http: bool = False) -> None:
    """Refuse to send a secret in clear text over a network.

    Args:
        url: where the secret would go.
        allow_plain_http: the caller's word that it is meant so.

    Raises:
        ConfigurationError: the URL is neither https/wss nor on this machine.
    """
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    if parts.scheme in {"https", "wss"} or allow_plain_http or _is_loopback(parts.hostname or ""):
        return
    raise ConfigurationError(
        f"a credential would go in clear text to {without_query(url)}:"
        " use https, or allow_plain_http=True if that is meant"
    )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    import ipaddress

    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False

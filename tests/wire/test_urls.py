"""What is a URL that can be asked, and what is one that paths can be put behind."""

from __future__ import annotations

import pytest

from backchannel.errors import ConfigurationError
from backchannel.wire.urls import check_base_url, check_url

BOTH = pytest.mark.parametrize("check", [check_url, check_base_url])

GOOD = [
    "https://chat.example.org",
    "https://chat.example.org/",
    "HTTPS://chat.example.org",
    "http://127.0.0.1:3000/below/a/path/",
    "https://[::1]:8443/",
    "https://xn--mnchen-3ya.example/caf%C3%A9",
]


@BOTH
@pytest.mark.parametrize("url", GOOD)
def test_a_url_of_a_server(check, url):
    check(url)


@pytest.mark.parametrize("url", ["https://h/?a=1", "https://h?a=1", "https://h/#f", "https://h?"])
def test_a_query_or_fragment_leaves_no_place_for_a_path(url):
    check_url(url)
    with pytest.raises(ConfigurationError, match="no query and no fragment"):
        check_base_url(url)


@BOTH
@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "with a host"),
        ("chat.example.org", "with a host"),
        ("chat.example.org:443", "with a host"),
        ("//chat.example.org", "with a host"),
        ("ftp://hush.example.org", "with a host"),
        ("wss://hush.example.org", "with a host"),
        ("https:/me:hush@chat.example.org", "with a host"),
        ("https://", "with a host"),
        ("https:///hush", "with a host"),
        ("https://h:0/hush", "with a host"),
        ("https://h:65536/hush", "with a host"),
        ("https://h:-1/hush", "with a host"),
        ("https://h:x/hush", "with a host"),
        ("https://[hush", "with a host"),
        ("https://[1::2::3]/hush", "with a host"),
        ("https://h/a b/hush", "a blank"),
        ("https://h/\nhush", "a control"),
        ("https://h/hush\n", "a control"),
        ("\x00https://h/hush", "a control"),
        ("https://h/\x7fhush", "a control"),
        ("https://h/é/hush", "non-ASCII"),
        ("https://münchen.example/hush", "non-ASCII"),
        ("https://h/\ud800hush", "non-ASCII"),
        ("https://me:hush@chat.example.org", "pass credentials apart"),
        ("https://hush@chat.example.org", "pass credentials apart"),
        ("https://@chat.example.org/hush", "pass credentials apart"),
    ],
)
def test_what_is_none_is_refused_and_not_shown(check, url, words):
    with pytest.raises(ConfigurationError, match=words) as caught:
        check(url)
    assert "hush" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None

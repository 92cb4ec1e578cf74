"""Where a credential goes: to which URL, never in clear text over a network, never into words."""

import logging
import traceback

import pytest

import glimesh_api as api
from backchannel.errors import BackchannelError, ConfigurationError
from backchannel.glimesh import AsyncGlimesh, Glimesh
from backchannel.glimesh.credentials import choose_access, choose_credential, graph_url

KINDS = pytest.mark.parametrize("kind", [Glimesh, AsyncGlimesh])
TOKEN = "tok-S3cret"

URLS = [
    ("https://glimesh.tv", "https://glimesh.tv/api/graph", "wss://glimesh.tv/api/graph/websocket"),
    ("https://glimesh.tv/", "https://glimesh.tv/api/graph", "wss://glimesh.tv/api/graph/websocket"),
    (
        "https://example.org:8443/site",
        "https://example.org:8443/site/api/graph",
        "wss://example.org:8443/site/api/graph/websocket",
    ),
    (
        "https://example.org/a/b//",
        "https://example.org/a/b/api/graph",
        "wss://example.org/a/b/api/graph/websocket",
    ),
    (
        "http://127.0.0.1:4000",
        "http://127.0.0.1:4000/api/graph",
        "ws://127.0.0.1:4000/api/graph/websocket",
    ),
    ("http://[::1]:4000/", "http://[::1]:4000/api/graph", "ws://[::1]:4000/api/graph/websocket"),
    ("HTTPS://glimesh.tv", "HTTPS://glimesh.tv/api/graph", "wss://glimesh.tv/api/graph/websocket"),
]


def socket_address(base: str, token: str | None = None, client_id: str | None = None) -> str:
    """Where a client with this credential connects its socket to."""
    access = choose_access(token, client_id, None, base, None)
    return access.socket(base, None).address(choose_credential(token, client_id).query())


@pytest.mark.parametrize(("base", "graph", "socket"), URLS)
def test_the_urls_below_a_base_url(base, graph, socket):
    assert graph_url(base) == graph
    assert Glimesh(token=TOKEN, url=base).endpoint.url == graph
    assert AsyncGlimesh(token=TOKEN, url=base).endpoint.url == graph
    assert socket_address(base, token="tok") == f"{socket}?token=tok"
    assert socket_address(base, client_id="a-b") == f"{socket}?client_id=a-b"


def test_a_token_is_escaped_in_the_sockets_url():
    url = socket_address("https://glimesh.tv", token="a&client_id=b c+d")
    assert url.endswith("?token=a%26client_id%3Db+c%2Bd")


@KINDS
def test_the_site_is_the_default(kind):
    assert kind(token=TOKEN).endpoint.url == "https://glimesh.tv/api/graph"


@KINDS
@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://glimesh.tv?x=S3cret", "no query"),
        ("https://glimesh.tv/#S3cret", "no fragment"),
        ("", "no http or https URL"),
        ("glimesh.tv", "no http or https URL"),
        ("wss://glimesh.tv", "no http or https URL"),
        ("https://", "no http or https URL"),
        ("https://glimesh.tv:0", "no http or https URL"),
        ("https://glimesh.tv:99999", "no http or https URL"),
        ("https://glimesh tv", "no http or https URL"),
        ("https://glimesh.tv\n", "no http or https URL"),
        (" https://glimesh.tv", "no http or https URL"),
        ("https://[S3cret", "no http or https URL"),
        ("https://me:S3cret@glimesh.tv", "pass credentials apart"),
    ],
)
def test_a_base_url_that_cannot_work(kind, url, words):
    with pytest.raises(ConfigurationError, match=words) as caught:
        kind(token=TOKEN, url=url)
    assert "S3cret" not in "".join(traceback.format_exception(caught.value))


@KINDS
@pytest.mark.parametrize("credential", [{"token": TOKEN}, {"client_id": TOKEN}])
@pytest.mark.parametrize(
    "url",
    [
        "http://example.org",
        "http://example.org:443",
        "http://10.0.0.1",
        "http://0.0.0.0",
        "http://[::2]",
        "http://localhost.example.org",
        "http://127.0.0.1.example.org",
    ],
)
def test_a_credential_goes_in_clear_text_only_where_the_caller_says_so(kind, credential, url):
    with pytest.raises(ConfigurationError, match="clear text") as caught:
        kind(**credential, url=url)
    assert "S3cret" not in str(caught.value)
    kind(**credential, url=url, allow_plain_http=True)


@KINDS
@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1",
        "http://127.1.2.3",
        "http://[::1]:1",
        "http://localhost",
        "http://LOCALHOST",
    ],
)
def test_this_machine_may_be_asked_in_clear_text(kind, url):
    assert kind(token=TOKEN, url=url).endpoint.url == f"{url}/api/graph"


@KINDS
@pytest.mark.parametrize(
    "credential", [{}, {"token": TOKEN, "client_id": TOKEN}, {"token": None, "client_id": None}]
)
def test_it_is_one_of_the_two_credentials(kind, credential):
    with pytest.raises(ConfigurationError, match="one of the three") as caught:
        kind(**credential)
    assert "S3cret" not in str(caught.value)


@KINDS
@pytest.mark.parametrize("name", ["token", "client_id"])
def test_an_empty_credential(kind, name):
    with pytest.raises(ConfigurationError, match=f"{name} is empty"):
        kind(**{name: ""})


# --- words


@pytest.fixture
def secret_site(site):
    """The site, on which the viewer's token is a word that can be looked for."""
    token = next(token for token in site.world.tokens if token.value == "tok-viewer")
    token.value = TOKEN
    return site


FAULTS = {
    "none": lambda site: None,
    "401": lambda site: site.world.tokens.remove(
        next(token for token in site.world.tokens if token.value == TOKEN)
    ),
    "503": lambda site: site.faults.answer(status=503, times=9),
    "cut": lambda site: site.faults.cut_before_apply(times=9),
    "redirect": lambda site: site.faults.answer(
        status=307, headers={"location": f"https://u:{TOKEN}@other.example/?token={TOKEN}"}
    ),
    "nonsense": lambda site: site.faults.html(status=200, times=9),
    "a fault at the send": lambda site: (
        site.faults.delay(seconds=0),
        site.faults.cut_after_apply(),
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_no_word_about_a_send_holds_the_token(secret_site, connect, caplog, fault):
    FAULTS[fault](secret_site)
    said = []
    with caplog.at_level(logging.DEBUG):
        caller = connect(secret_site.url, TOKEN)
        try:
            receipt = caller.send("glimesh:streamer", "hi")
        except BackchannelError as error:
            said += [*traceback.format_exception(error), repr(error), repr(vars(error))]
        else:
            said += [repr(receipt), repr(receipt.error)]
        said += [repr(caller.client), repr(caller.chat), repr(caller.client.endpoint)]
        said += [repr(vars(caller.client.backend)), repr(caller.client.endpoint.dialect)]
    assert secret_site.requests[0].headers["authorization"] == f"Bearer {TOKEN}"
    for record in caplog.records:
        said += [logging.Formatter().format(record), repr(record.__dict__)]
    assert [text for text in said if TOKEN in text] == []


def test_no_word_about_a_generated_function_holds_the_token(secret_site, connect, caplog):
    with caplog.at_level(logging.DEBUG):
        caller = connect(secret_site.url, TOKEN)
        result = caller.call(api.myself)
        with pytest.raises(BackchannelError) as caught:
            caller.call(api.my_email)
    assert result.username == "viewer"
    said = [repr(result), repr(caught.value.response), *traceback.format_exception(caught.value)]
    said += [repr(record.__dict__) for record in caplog.records]
    assert [text for text in said if TOKEN in text] == []

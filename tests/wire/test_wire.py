"""The pure part: messages, rules, secrets, addresses."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backchannel.errors import (
    AddressError,
    BackchannelError,
    ConfigurationError,
    ConnectionLost,
    Outcome,
    RateLimited,
)
from backchannel.message import Address, Author, Message, Receipt, Room
from backchannel.wire.messages import Request, Response
from backchannel.wire.rules import refuse_failure, refuse_redirect, retry_after
from backchannel.wire.secrets import (
    MASK,
    Secret,
    check_headers,
    masked_headers,
    redact,
    require_private,
    secret_header,
    without_query,
)

DATE = "Sat, 21 Nov 2026 12:00:00 GMT"
POST = Request(method="POST", url="https://u:pw@h:1/a?token=t#f", headers={})


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("7", 7.0),
        (" 7 ", 7.0),
        ("007", 7.0),
        ("Sat, 21 Nov 2026 12:00:30 GMT", 30.0),
        ("Sat, 21 Nov 2026 11:00:00 GMT", 0.0),
        ("Saturday, 21-Nov-26 12:01:00 GMT", 60.0),
        ("", None),
        ("-1", None),
        ("1.5", None),
        ("7s", None),
        ("soon", None),
        ("²", None),
        ("\u0667", None),
        ("Sat, 99 Nov 2026 12:00:30 GMT", None),
        ("Sat, 21 Nov 2026 12:00:30 -0000", None),
    ],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": value, "date": DATE}) == seconds


def test_retry_after_without_the_header_or_the_servers_date() -> None:
    assert retry_after({"date": DATE}) is None
    assert retry_after({"retry-after": "Sat, 21 Nov 2026 12:00:30 GMT"}) is None


@given(st.text())
def test_retry_after_never_raises(value: str) -> None:
    seconds = retry_after({"retry-after": value, "date": DATE})
    assert seconds is None or seconds >= 0


@pytest.mark.parametrize("status", [200, 201, 204, 299, 400, 404, 418])
def test_statuses_that_the_common_rules_leave_alone(status: int) -> None:
    response = Response(status=status, headers={}, body=b"")
    refuse_redirect(POST, response)
    refuse_failure(POST, response)


def test_too_many_requests_says_when() -> None:
    with pytest.raises(RateLimited) as caught:
        refuse_failure(POST, Response(status=429, headers={"retry-after": "7"}, body=b""))
    assert caught.value.retry_after == 7.0
    assert caught.value.outcome is Outcome.NOT_SENT


def test_a_request_in_a_message() -> None:
    assert POST.label == "POST https://h:1/a"
    assert repr(POST) == "Request(POST https://h:1/a, headers={}, body=none)"


def test_a_response_in_a_message() -> None:
    headers = {"content-type": "Text/HTML; charset=utf-8"}
    response = Response(status=502, headers=headers, body="é\n\x1b[31m".encode() * 100 + b"\xff")
    assert response.content_type == "text/html"
    assert repr(response) == "Response(502, text/html, 801 bytes)"
    assert response.excerpt(5) == "é  [3…"
    assert len(response.excerpt()) == 201
    assert Response(status=200, headers={}, body=b"").content_type == ""


@given(st.binary(max_size=300), st.integers(1, 50))
def test_an_excerpt_is_short_and_printable(body: bytes, limit: int) -> None:
    text = Response(status=200, headers={}, body=body).excerpt(limit)
    assert len(text) <= limit + 1
    assert text.isprintable()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("?token=abc", "?token=***"),
        ("?a=1&token=abc&b=2", "?a=1&token=***&b=2"),
        ("?access_token=abc#f", "?access_token=***#f"),
        ("?Token=abc HTTP/1.1", "?Token=*** HTTP/1.1"),
        ("client_secret=a&code=b&refresh_token=c", "client_secret=***&code=***&refresh_token=***"),
        ("'password=a'", "'password=***'"),
        ("?broken=1&tokens=2", "?broken=1&tokens=2"),
        ("?token=", "?token="),
    ],
)
def test_secret_parameters_are_masked(text: str, shown: str) -> None:
    assert redact(text) == shown


@given(st.text(alphabet="token=&?#' a*"))
def test_masking_twice_changes_nothing(text: str) -> None:
    assert redact(redact(text)) == redact(text)


@given(st.text(alphabet=st.characters(min_codepoint=33, exclude_characters="&'\"#"), min_size=1))
def test_a_token_in_a_query_is_never_shown(token: str) -> None:
    shown = redact(f"wss://h/?vsn=2&token={token}")
    if not any(char.isspace() for char in token):
        assert shown == f"wss://h/?vsn=2&token={MASK}"


@pytest.mark.parametrize(
    "name",
    [
        "Authorization",
        "X-Auth-Token",
        "x-user-id",
        "Cookie",
        "Set-Cookie",
        "X-API-Key",
        "apikey",
        "X-2fa-Code",
        "Proxy-Authorization",
        "X-Hasura-Admin-Secret",
        "X-Session-Id",
    ],
)
def test_headers_with_secrets_are_masked(name: str) -> None:
    assert masked_headers({name: "S3cret", "Accept": "a"}) == {name: MASK, "Accept": "a"}


@pytest.mark.parametrize(
    "name", ["Accept", "Accept-Encoding", "Content-Type", "User-Agent", "Content-Length", "Host"]
)
def test_ordinary_headers_are_shown(name: str) -> None:
    assert masked_headers({name: "v"}) == {name: "v"}


@given(st.text())
def test_a_url_in_a_message_never_raises_and_has_no_query(url: str) -> None:
    assert "?" not in without_query(url).replace("(no URL)", "")


@pytest.mark.parametrize("value", ["", "a", "Bearer a  b", "text/html; q=0.1", "a\tb"])
def test_a_value_that_can_stand_in_a_header(value: str) -> None:
    check_headers({"X-A": value})


@pytest.mark.parametrize("value", ["a\n", "a\r\nb: c", " a", "a ", "\t", "a\0", "é", "a\x7f"])
def test_a_value_that_cannot_stand_in_a_header(value: str) -> None:
    with pytest.raises(ConfigurationError, match="X-A"):
        check_headers({"X-A": value})


@pytest.mark.parametrize("name", ["", "a b", "a:", "a\n", "é"])
def test_a_name_that_cannot_stand_in_a_header(name: str) -> None:
    with pytest.raises(ConfigurationError, match="name"):
        check_headers({name: "v"})


@pytest.mark.parametrize("value", ["", " ", "a ", "a\n", "a  b", "é", "\0"])
def test_a_secret_that_cannot_work_is_refused(value: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^token"):
        secret_header("token", value)


def test_a_secret_shows_itself_only_when_asked() -> None:
    secret = secret_header("token", "a b")
    assert secret.reveal() == "a b"
    assert f"{secret} {secret!r} {[secret]}" == "Secret(***) Secret(***) [Secret(***)]"
    assert secret == Secret("a b")
    assert secret != Secret("c")
    assert secret != "a b"
    assert len({secret, Secret("a b")}) == 1
    with pytest.raises(TypeError):
        secret.__reduce__()


@pytest.mark.parametrize(
    "url",
    ["https://h", "wss://h", "HTTPS://h", "http://localhost:1", "ws://127.9.9.9", "http://[::1]"],
)
def test_where_a_secret_may_go(url: str) -> None:
    require_private(url)


@pytest.mark.parametrize(
    "url", ["http://h", "ws://h", "http://10.0.0.1", "http://localhost.h", "http://0.0.0.0", "h"]
)
def test_where_a_secret_may_not_go_in_clear_text(url: str) -> None:
    with pytest.raises(ConfigurationError, match="clear text"):
        require_private(f"{url}/?token=S3cret")
    require_private(url, allow_plain_http=True)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("glimesh:Mytho", Address("glimesh", "Mytho")),
        ("glimesh:id=6", Address("glimesh", "6", by_id=True)),
        ("rocketchat:général", Address("rocketchat", "général")),
        ("rocketchat:@someone", Address("rocketchat", "@someone")),
        ("irc+x.y-z_1:a:b", Address("irc+x.y-z_1", "a:b")),
        ("glimesh:id=id=6", Address("glimesh", "id=6", by_id=True)),
    ],
)
def test_an_address(text: str, address: Address) -> None:
    assert Address.parse(text) == address
    assert str(address) == text


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("", 0),
        ("glimesh", 7),
        (":Mytho", 0),
        ("gli mesh:Mytho", 3),
        ("é:Mytho", 0),
        ("glimesh:", 8),
        ("glimesh:id=", 11),
        ("glimesh: Mytho", 8),
        ("glimesh:My tho", 10),
        ("glimesh:id=6\n", 12),
        ("glimesh:M\0", 9),
    ],
)
def test_text_that_is_no_address_names_the_position(text: str, position: int) -> None:
    with pytest.raises(AddressError) as caught:
        Address.parse(text)
    assert caught.value.position == position
    assert caught.value.text == text


@given(
    st.from_regex(r"[A-Za-z0-9+._-]+", fullmatch=True),
    st.text(min_size=1).filter(lambda name: name.isprintable() and " " not in name),
    st.booleans(),
)
def test_an_address_that_was_written_is_read_back(backend: str, name: str, by_id: bool) -> None:
    if not by_id and name.startswith("id="):
        return
    if any(char.isspace() for char in name):
        return
    address = Address(backend, name, by_id)
    assert Address.parse(str(address)) == address


@given(st.text(alphabet="ab:= id\n\0é"))
def test_reading_an_address_fails_only_within_the_text(text: str) -> None:
    try:
        address = Address.parse(text)
    except AddressError as error:
        position = error.position
    else:
        assert str(address) == text
        position = 0
    assert 0 <= position <= len(text)


def test_a_receipt_gives_the_message_or_raises() -> None:
    address = Address("glimesh", "Mytho")
    message = Message(
        id="1",
        room=Room(address=address, id="6", name="Mytho"),
        author=Author(id="2", username="me", display_name="Me"),
        text="hi",
        sent_at=datetime(2026, 11, 21, 12, tzinfo=UTC),
    )
    sent = Receipt(address=address, text="hi", outcome=Outcome.SENT, message=message)
    assert sent.require() is message
    error = ConnectionLost("lost", outcome=Outcome.UNKNOWN)
    unknown = Receipt(address=address, text="hi", outcome=Outcome.UNKNOWN, error=error)
    with pytest.raises(BackchannelError) as caught:
        unknown.require()
    assert caught.value is error


@pytest.mark.parametrize(
    "body",
    [
        b'{"access_token": "hunter2", "expires_in": 86400}',
        b'{"me":{"authToken":"hunter2\\"hunter2","userId":"u"}}',
        b'{"Password" : "hunter2',
        b"moved to /login?token=hunter2&x=1",
    ],
)
def test_an_excerpt_of_a_reply_holds_no_secret(body: bytes) -> None:
    excerpt = Response(status=200, headers={}, body=body).excerpt()
    assert "hunter2" not in excerpt
    assert MASK in excerpt


def test_an_excerpt_keeps_the_code_of_an_error() -> None:
    response = Response(status=400, headers={}, body=b'{"code": "error-invalid-room"}')
    assert response.excerpt() == '{"code": "error-invalid-room"}'

"""Logging in with an authorization code, without I/O: the URL to open, and the code's exchange.

The proof key (PKCE, RFC 7636) is for programs that can keep no secret: only who began a login can
use its code. Method S256 only.

Source: GET /oauth/authorize, POST /api/oauth/token.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections.abc import Callable, Iterable
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec

from backchannel.drive import Flow
from backchannel.errors import ConfigurationError, InvalidInput, MalformedReply
from backchannel.glimesh.oauth import Tokens, check_scopes, oauth_error, request_tokens
from backchannel.wire.secrets import Secret, require_private, secret_header
from backchannel.wire.urls import check_base_url

AUTHORIZE_PATH: Final = "/oauth/authorize"
_RANDOM_BYTES = 32
# RFC 7636, section 4.1.
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


class Application(msgspec.Struct, frozen=True, kw_only=True):
    """An application, as the server knows it.

    Attributes:
        url: the server's base URL.
        client_id: the application's id.
        redirect_uri: where the server sends people back, exactly as it was registered.
        client_secret: its secret, if it has one that it can keep.
    """

    url: str
    client_id: Secret
    redirect_uri: str
    client_secret: Secret | None = None


def make_application(
    url: str,
    client_id: str,
    *,
    redirect_uri: str,
    client_secret: str | None = None,
    allow_plain_http: bool = False,
) -> Application:
    """Check what is known of an application.

    Raises:
        ConfigurationError: one of them cannot work, or would go in clear text over a network.
    """
    check_base_url(url)
    require_private(url, allow_plain_http=allow_plain_http)
    parts = urlsplit(redirect_uri)
    if not parts.scheme or not parts.netloc or parts.fragment:
        raise ConfigurationError("redirect_uri: an absolute URI without a fragment")
    return Application(
        url=url.rstrip("/"),
        client_id=secret_header("client_id", client_id),
        redirect_uri=redirect_uri,
        client_secret=(
            None if client_secret is None else secret_header("client_secret", client_secret)
        ),
    )


def random_text() -> str:
    """43 characters that nobody can guess: for a state, or a verifier."""
    return _base64url(os.urandom(_RANDOM_BYTES))


def challenge(verifier: Secret) -> str:
    """What the URL says of the verifier: its SHA-256, in base64url without padding."""
    return _base64url(hashlib.sha256(verifier.reveal().encode()).digest())


def authorization_url(
    application: Application, *, state: Secret, verifier: Secret, scopes: Iterable[str]
) -> str:
    """The page on which a person logs in and agrees.

    Args:
        application: for which application.
        state: random; comes back with the redirect, and must be compared.
        verifier: random; 43 to 128 characters. Its hash stands in the URL.
        scopes: what the token may do.

    Raises:
        ConfigurationError: scopes that Glimesh does not have, or none.
        InvalidInput: a verifier that the standard does not allow, or an empty state.
    """
    _check_verifier(verifier)
    if not state.reveal():
        raise InvalidInput("state", limit="must be random", given="nothing")
    query = {
        "response_type": "code",
        "client_id": application.client_id.reveal(),
        "redirect_uri": application.redirect_uri,
        "scope": " ".join(check_scopes(scopes)),
        "state": state.reveal(),
        "code_challenge": challenge(verifier),
        "code_challenge_method": "S256",
    }
    return f"{application.url}{AUTHORIZE_PATH}?{urlencode(query)}"


def read_redirect(target: str, state: Secret) -> Secret:
    """The code in the URL to which the server sent the person back.

    Args:
        target: the URL, or its path and query.
        state: the one that the login began with.

    Raises:
        AccessDenied: the person said no. OAuthError: the server did.
        MalformedReply: not of this login (another state, or none), or without a code.
    """
    pairs = parse_qsl(urlsplit(target).query, keep_blank_values=True)
    found = dict(pairs)
    if len(found) < len(pairs):
        raise MalformedReply("the redirect holds a parameter twice")
    if not _equal(found.get("state", ""), state.reveal()):
        raise MalformedReply("the redirect belongs to another login: its state is not the one sent")
    if "error" in found:
        raise oauth_error("logging in", found["error"], found.get("error_description", ""))
    if not found.get("code"):
        raise MalformedReply("the redirect holds no code")
    return Secret(found["code"])


def redeem(
    application: Application, code: Secret, verifier: Secret, now: Callable[[], float]
) -> Flow[Tokens]:
    """The flow that exchanges a code, within the 60 seconds of its life, and once.

    Args:
        application: for which application.
        code: what the redirect brought.
        verifier: the one that the login began with.
        now: seconds since 1970.

    Raises:
        InvalidInput: no code, or a verifier that the standard does not allow.
        InvalidGrant: the code is spent or over. InvalidRequest: the verifier is another's.
        OAuthError: other refusals.
        BackchannelError: other replies, or none; where the outcome is not NOT_SENT, the code may
            be spent, and the person must log in again.
    """
    _check_verifier(verifier)
    if not code.reveal():
        raise InvalidInput("code", limit="must be the redirect's", given="nothing")
    fields: dict[str, str | Secret] = {
        "grant_type": "authorization_code",
        "client_id": application.client_id,
        "redirect_uri": application.redirect_uri,
        "code": code,
        "code_verifier": verifier,
    }
    if application.client_secret is not None:
        fields["client_secret"] = application.client_secret
    return request_tokens(application.url, fields, now, spends=True)


def _check_verifier(verifier: Secret) -> None:
    if not _VERIFIER.fullmatch(verifier.reveal()):
        raise InvalidInput(
            "verifier",
            limit="43 to 128 ASCII letters, digits, or any of -._~",
            given=f"{len(verifier.reveal())} characters, which are not shown",
        )


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _equal(one: str, other: str) -> bool:
    from hmac import compare_digest

    return compare_digest(one.encode("utf-8", "replace"), other.encode())

"""Glimesh's token endpoint without I/O: requests for tokens, and its replies.

Source: POST /api/oauth/token; the grants of RFC 6749, sections 4.1.3, 4.4.2 and 6.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final
from urllib.parse import urlencode

import msgspec

from backchannel.drive import Flow, send
from backchannel.errors import (
    AuthenticationError,
    ConfigurationError,
    MalformedReply,
    Outcome,
    PermissionDenied,
    RefusedError,
)
from backchannel.version import USER_AGENT
from backchannel.wire.messages import Request, Response
from backchannel.wire.rules import refuse_failure, refuse_redirect
from backchannel.wire.secrets import Headers, Secret, redact, secret_header

TOKEN_PATH: Final = "/api/oauth/token"  # noqa: S105  # a path
SCOPES: Final = frozenset({"public", "email", "chat", "streamkey", "follow", "stream_info"})


class Tokens(msgspec.Struct, frozen=True, kw_only=True):
    """What the token endpoint grants.

    Attributes:
        access_token: what calls are made with.
        refresh_token: what the next tokens are had for, once.
        scopes: what the access token may do.
        expires_at: when it ends, in seconds since 1970 by the clock of this machine; None where
            the server did not say.
        origin: which login it descends from (`fingerprint`), or "".
    """

    access_token: Secret
    refresh_token: Secret | None = None
    scopes: tuple[str, ...] = ()
    expires_at: float | None = None
    origin: str = ""


class OAuthError(RefusedError):
    """The token endpoint, or the page where one logs in, said no.

    Attributes:
        error: the server's code, `invalid_grant`.
        description: the server's words, or "".
    """

    def __init__(
        self, message: str, *, error: str, description: str = "", response: Response | None = None
    ) -> None:
        super().__init__(message, response=response)
        self.error = error
        self.description = description


class InvalidClient(OAuthError, AuthenticationError):
    """The application's id, its secret, or its redirect URI is not the one the server knows."""


class InvalidGrant(OAuthError, AuthenticationError):
    """The refresh token or the code is spent, revoked or expired: the user must log in again."""


class InvalidScope(OAuthError, PermissionDenied):
    """The application may not have one of the scopes, or there is no such scope."""


class InvalidRequest(OAuthError):
    """The request is not as the server wants it; a verifier may not be the one the code is for."""


class UnsupportedGrantType(OAuthError):
    """The application may not have tokens in this way."""


class AccessDenied(OAuthError, PermissionDenied):
    """The person who was asked to log in said no."""


_BY_CODE: Final[Mapping[str, type[OAuthError]]] = {
    "access_denied": AccessDenied,
    "invalid_client": InvalidClient,
    "invalid_grant": InvalidGrant,
    "invalid_request": InvalidRequest,
    "invalid_scope": InvalidScope,
    "unsupported_grant_type": UnsupportedGrantType,
}


class _Granted(msgspec.Struct, frozen=True):
    access_token: Secret
    token_type: str
    expires_in: float | None = None
    refresh_token: Secret | None = None
    scope: str | None = None


class _Refused(msgspec.Struct, frozen=True):
    error: str
    error_description: str = ""


def _decode_secret(_: type, value: object) -> Secret:
    if not isinstance(value, str):
        raise TypeError("a token is a text")
    return secret_header("token", value)


# Secrets from the start: not even the variables of a traceback show them.
_GRANTED = msgspec.json.Decoder(_Granted, dec_hook=_decode_secret)
_REFUSED = msgspec.json.Decoder(_Refused)


def check_scopes(scopes: Iterable[str]) -> tuple[str, ...]:
    """Refuse scopes that Glimesh does not have.

    Raises:
        ConfigurationError: there is no such scope, or none is asked for: a token without any can
            do nothing.
    """
    asked = (scopes,) if isinstance(scopes, str) else tuple(scopes)
    unknown = [scope for scope in asked if scope not in SCOPES]
    if unknown or not asked:
        given = ", ".join(map(repr, unknown)) or "none"
        raise ConfigurationError(
            f"scopes: one or more of {', '.join(sorted(SCOPES))}; given: {given}"
        )
    return asked


def request_tokens(
    site: str, fields: Mapping[str, str | Secret], now: Callable[[], float], *, spends: bool
) -> Flow[Tokens]:
    """The flow of one request for tokens.

    Args:
        site: the server's base URL.
        fields: the parameters of the grant; secrets among them as such.
        now: seconds since 1970.
        spends: whether the request uses up what it shows, so that it must not be lost.

    Raises:
        OAuthError: the endpoint said no.
        BackchannelError: other replies, or none; the outcome is UNKNOWN if something was spent.
    """
    request = _request(site, fields, effect=spends)
    response = yield from send(request)
    return _read(request, response, now())


def _request(site: str, fields: Mapping[str, str | Secret], *, effect: bool) -> Request:
    return Request(
        method="POST",
        url=site.rstrip("/") + TOKEN_PATH,
        headers=Headers(
            {
                "Accept": "application/json",
                "Accept-Encoding": "gzip, deflate",
                "Content-Type": "application/x-www-form-urlencoded",
                "User-Agent": USER_AGENT,
            }
        ),
        body=urlencode(
            {
                name: value.reveal() if isinstance(value, Secret) else value
                for name, value in fields.items()
            }
        ).encode(),
        effect=effect,
    )


def _read(request: Request, response: Response, now: float) -> Tokens:
    refuse_redirect(request, response)
    refuse_failure(request, response)
    if response.status >= 400:
        raise _refusal(request, response)
    try:
        granted = _GRANTED.decode(response.body)
        if granted.token_type.lower() != "bearer":
            raise ValueError("its token_type is not bearer")
        return Tokens(
            access_token=granted.access_token,
            refresh_token=granted.refresh_token,
            scopes=tuple((granted.scope or "").split()),
            expires_at=None if granted.expires_in is None else now + granted.expires_in,
        )
    except (ValueError, RecursionError, ConfigurationError) as error:
        why = str(error)
    # The reply is neither shown nor kept: there may be a token in it.
    raise MalformedReply(
        f"{request.label}: not a token reply ({response.status},"
        f" {response.content_type or 'no content type'}): {why}",
        outcome=Outcome.SENT if request.effect else Outcome.NOT_SENT,
    )


def _refusal(request: Request, response: Response) -> RefusedError:
    try:
        refused = _REFUSED.decode(response.body)
    except (ValueError, RecursionError):
        said = response.excerpt() or "no reason given"
        return RefusedError(f"{request.label}: {said} ({response.status})", response=response)
    return oauth_error(request.label, refused.error, refused.error_description, response)


def oauth_error(
    where: str, error: str, description: str, response: Response | None = None
) -> OAuthError:
    """The error for a code of RFC 6749.

    Args:
        where: what was asked.
        error: the server's code.
        description: the server's words, or "".
        response: the reply, if the refusal came in one.
    """
    code, words = _plain(error), _plain(description)
    hint = ": log in again" if error == "invalid_grant" else ""
    return _BY_CODE.get(error, OAuthError)(
        f"{where}: {words or 'no reason given'} ({code}){hint}",
        error=code,
        description=words,
        response=response,
    )


def _plain(text: str, limit: int = 200) -> str:
    printable = "".join(char if char.isprintable() else " " for char in redact(text)).strip()
    return printable if len(printable) <= limit else printable[:limit] + "…"

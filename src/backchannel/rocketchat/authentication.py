"""Logging in and out: the requests, and what their replies say."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Literal

import msgspec

from backchannel.errors import MalformedReply
from backchannel.flow import Flow, retrying
from backchannel.rocketchat.credentials import Token, make_token
from backchannel.rocketchat.errors import LoginRefused, NotAuthenticated, TwoFactorRequired
from backchannel.rocketchat.replies import StatusReply, read_reply
from backchannel.rocketchat.second_factor import ask_for_code
from backchannel.rocketchat.session import Session
from backchannel.rocketchat.site import Site
from backchannel.wire.messages import Request, Response
from backchannel.wire.secrets import Headers

__all__ = ["Digest", "Password", "Resume", "log_out", "request_token"]


class _Masked(msgspec.Struct, frozen=True):
    """A base that shows no field."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(***)"

    def __rich_repr__(self) -> list[tuple[str, object]]:
        # Else rich would show all fields as they are.
        return []


class Digest(_Masked, frozen=True):
    """A password as the server takes it in place of the text. It is as secret."""

    digest: str
    algorithm: Literal["sha-256"] = "sha-256"


class Password(_Masked, frozen=True, kw_only=True, omit_defaults=True):
    """The body of a login with a password: `user` is a name or an address."""

    user: str
    password: str | Digest
    code: str | None = None


class Resume(_Masked, frozen=True):
    """The body of a login with a token of an earlier one."""

    resume: str


class _LoginData(_Masked, frozen=True, kw_only=True, rename="camel"):
    user_id: str
    auth_token: str


class LoginReply(StatusReply, frozen=True, kw_only=True):
    """The body of a `login`."""

    data: _LoginData


class LogoutReply(StatusReply, frozen=True, kw_only=True):
    """The body of a `logout`."""


def request_token(site: Site, body: Password | Resume, deadline: float) -> Flow[Token]:
    """The flow of one login, asking for the code of a second factor where one is wanted.

    Raises:
        LoginRefused: the server lets nobody in with this.
        TwoFactorRequired: a code is wanted and there is none; or it is wrong.
        BackchannelError: the others of an exchange.
    """
    try:
        return (yield from _log_in_once(site, body, deadline))
    except TwoFactorRequired as error:
        if site.second_factor is None or not isinstance(body, Password):
            raise
        refusal = error
    code = yield from ask_for_code(site.second_factor, refusal.challenge)
    if code is None:
        raise refusal
    # Servers of all ages read the code of a login in its body.
    body = msgspec.structs.replace(body, code=code.reveal())
    return (yield from _log_in_once(site, body, deadline))


def _log_in_once(site: Site, body: Password | Resume, deadline: float) -> Flow[Token]:
    # A token too many does no harm, so this request may be repeated.
    request = site.post("login", msgspec.json.encode(body), effect=False)
    data = (yield from site.exchange(request, _read_login(site), deadline=deadline)).data
    return make_token(data.user_id, data.auth_token)


def _read_login(site: Site) -> Callable[[Request, Response], LoginReply]:
    def read(request: Request, response: Response) -> LoginReply:
        try:
            return read_reply(request, response, LoginReply, now=site.chance.now())
        except NotAuthenticated as error:
            raise LoginRefused(
                str(error),
                code=error.code,
                details=error.details,
                request=error.request,
                words=error.words,
                response=response,
            ) from None
        except MalformedReply as error:
            error.response = None  # it may hold the token, and errors are pickled
            raise

    return read


def log_out(session: Session) -> Flow[None]:
    """The flow that logs the token in use out. One that is gone already is done, as is none.

    Source: `POST logout`.
    """
    token = session.credentials.held
    if token is None:
        return
    request = session.post("logout", b"{}", effect=False)
    headers = Headers({**request.headers, **token.headers})
    request = msgspec.structs.replace(request, headers=headers)
    deadline = session.chance.monotonic() + session.retry.deadline

    def read(request: Request, response: Response) -> LogoutReply:
        return read_reply(request, response, LogoutReply, now=session.chance.now())

    with suppress(NotAuthenticated):
        yield from retrying(
            lambda: session.exchange(request, read, deadline=deadline),
            session.retry,
            session.chance,
            session.budget,
        )
    session.credentials.forget(token)

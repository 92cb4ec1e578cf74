"""The second factor: what the server asks for, and the flow that asks whoever has the code."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import msgspec

from backchannel.errors import ConfigurationError
from backchannel.flow import Flow, ask
from backchannel.rocketchat.decoding import build
from backchannel.rocketchat.times import Moment
from backchannel.wire.json import JSON
from backchannel.wire.secrets import Headers, Secret, secret_header

__all__ = ["AsyncSecondFactor", "Challenge", "SecondFactor", "code_headers", "read_challenge"]

PASSWORD = "password"  # noqa: S105  # the name of a method


class Challenge(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What the server asks for, besides the token or password.

    Attributes:
        method: `totp` (an authenticator's code), `email` (a code that it sent) or `password`
            (the user's password again); "" where it does not say.
        available_methods: all methods that this user may use.
        code_generated: whether a code was sent for this very call.
        code_count: how many codes sent by e-mail are good.
        code_expires: until when they are.
    """

    method: str = ""
    available_methods: tuple[str, ...] = ()
    code_generated: bool = False
    code_count: int | None = None
    code_expires: tuple[Moment, ...] = ()


SecondFactor: TypeAlias = Callable[[Challenge], str | None]
"""Gives the code (for the method `password`, the password), or None to give up."""
AsyncSecondFactor: TypeAlias = Callable[[Challenge], str | None | Awaitable[str | None]]
"""The same, and it may be an async function."""


def read_challenge(details: JSON) -> Challenge:
    """The challenge in the details of a refusal; what does not fit is left out."""
    try:
        return build(details, Challenge)
    except msgspec.ValidationError:
        return Challenge()


def ask_for_code(factor: AsyncSecondFactor, challenge: Challenge) -> Flow[Secret | None]:
    """The flow that has the callback give a code, asyncio in a worker thread.

    Raises:
        ConfigurationError: what it gave is no code; it is not in the message.
    """

    def give() -> object:
        return factor(challenge)

    code = yield from ask(give)
    if code is None:
        return None
    if not isinstance(code, str):
        raise ConfigurationError(
            f"second_factor gave {type(code).__name__}, where a code or None is wanted"
        )
    if challenge.method == PASSWORD:
        return Secret(digest(code))
    return secret_header("the code of second_factor", code)


def refuse_async(factor: SecondFactor | None) -> None:
    """Refuse a callback that a blocking client could not wait for.

    Raises:
        ConfigurationError: it is an async function.
    """
    if factor is None:
        return
    import inspect

    if inspect.iscoroutinefunction(factor):
        raise ConfigurationError("second_factor is an async function: it needs AsyncRocketChat")


def digest(password: str) -> str:
    """What the server takes in place of a password."""
    return hashlib.sha256(password.encode()).hexdigest()


def code_headers(challenge: Challenge, code: Secret) -> Headers:
    """The headers with which a call is made again."""
    headers = Headers({"x-2fa-code": code.reveal()})
    if challenge.method:
        headers["x-2fa-method"] = secret_header("the method", challenge.method).reveal()
    return headers

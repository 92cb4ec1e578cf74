"""The frames of DDP, version 1: what goes out, what comes in, and what its errors mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, cast

import msgspec

from backchannel.errors import (
    ApiError,
    BackchannelError,
    ConnectionLost,
    RateLimited,
)
from backchannel.rocketchat.errors import EndpointNotFound, LoginRefused, NotPermitted
from backchannel.wire.json import JSON

MESSAGES: Final = "stream-room-messages"
NOTES: Final = "stream-notify-room"

_NOTHING = msgspec.Raw(b"null")
_TOO_MANY = frozenset({"too-many-requests", "error-too-many-requests"})


class Frame(msgspec.Struct, frozen=True):
    """A frame that came, whatever it is.

    Attributes:
        msg: what it is; "" for those that are to be ignored.
        id: of `result`, `nosub`, `ping` and `pong`: what it answers.
        subs: of `ready`: the subscriptions that have begun.
        collection: of `changed`: the stream.
        fields: of `changed`: what the stream says, not yet decoded.
        error: of `result` and `nosub`: the refusal, not yet decoded.
        reason: of `error`: what the server complains of.
    """

    msg: str = ""
    id: str | None = None
    subs: tuple[str, ...] = ()
    collection: str = ""
    fields: msgspec.Raw = _NOTHING
    error: msgspec.Raw = _NOTHING
    reason: str = ""

    @property
    def refused(self) -> bool:
        """Whether it holds an error."""
        return bytes(self.error) != b"null"


class Said(msgspec.Struct, frozen=True):
    """What a stream says.

    Attributes:
        event: the name of the event; of a room's messages, the room's id.
        args: its arguments, with times as `{"$date": milliseconds}`.
    """

    event: str = msgspec.field(name="eventName")
    args: tuple[object, ...] = ()


class Fault(msgspec.Struct, frozen=True):
    """An error of the server.

    Attributes:
        error: its code, a word or a number.
        reason: its prose.
        details: whatever else.
    """

    error: str | int = ""
    reason: str = ""
    details: object = None


_FRAME = msgspec.json.Decoder(Frame)
_SAID = msgspec.json.Decoder(Said)
_FAULT = msgspec.json.Decoder(Fault)


def connect_frame() -> bytes:
    """The first frame of a client."""
    return _encode(msg="connect", version="1", support=["1"])


def method_frame(frame_id: str, method: str, params: Sequence[JSON]) -> bytes:
    """The call of a method."""
    return _encode(msg="method", method=method, id=frame_id, params=list(params))


def sub_frame(frame_id: str, stream: str, event: str) -> bytes:
    """The wish to hear the events of this name of a stream."""
    return _encode(msg="sub", id=frame_id, name=stream, params=[event, False])


def ping_frame(frame_id: str) -> bytes:
    """A question that is answered with `pong`."""
    return _encode(msg="ping", id=frame_id)


def pong_frame(frame_id: str | None) -> bytes:
    """The answer to the server's ping."""
    return _encode(msg="pong") if frame_id is None else _encode(msg="pong", id=frame_id)


def _encode(**frame: JSON) -> bytes:
    return msgspec.json.encode(frame)


def read_frame(text: bytes) -> Frame:
    """Decode a frame.

    Raises:
        ConnectionLost: it is none; whatever it was meant to be is lost.
    """
    try:
        return _FRAME.decode(text)
    except (ValueError, RecursionError):
        failure = ConnectionLost("the server sent what is no frame")
    raise failure


def read_said(frame: Frame) -> Said | None:
    """What a stream says in a `changed`, or None: it is of a form that streams do not have."""
    try:
        return _SAID.decode(frame.fields)
    except (ValueError, RecursionError):
        return None


def login_error(frame: Frame) -> BackchannelError:
    """The error for a refused login."""
    fault = _fault(frame)
    return _passing("login", fault) or _typed(LoginRefused, "login", fault)


def subscription_error(stream: str, event: str, frame: Frame) -> BackchannelError:
    """The error for a subscription that the server refused or ended."""
    what = f"the subscription to {stream} {event!r}"
    if not frame.refused:
        return NotPermitted(
            f"{what} was refused without a reason: the user may not read this room", code=""
        )
    fault = _fault(frame)
    kinds: dict[str, type[ApiError]] = {
        "403": NotPermitted,
        "404": EndpointNotFound,
        "error-not-allowed": NotPermitted,
        "not-authorized": NotPermitted,
    }
    return _passing(what, fault) or _typed(kinds.get(str(fault.error), ApiError), what, fault)


def _fault(frame: Frame) -> Fault:
    try:
        return _FAULT.decode(frame.error)
    except (ValueError, RecursionError):
        return Fault(reason="an error of a form that is not known")


def _passing(what: str, fault: Fault) -> BackchannelError | None:
    """The error for what passes by itself, else None."""
    if fault.error in _TOO_MANY:
        return RateLimited(f"{what}: {_shown(fault)}", retry_after=_seconds(_json(fault.details)))
    if fault.error == 500:
        return ConnectionLost(f"{what} failed on the server: {_shown(fault)}")
    return None


def _typed(kind: type[ApiError], what: str, fault: Fault) -> ApiError:
    return kind(
        f"{what} was refused: {_shown(fault)}",
        code=str(fault.error),
        words=fault.reason,
        details=_json(fault.details),
    )


def _json(decoded: object) -> JSON:
    return cast("JSON", decoded)


def _shown(fault: Fault) -> str:
    return f"{fault.reason} [{fault.error}]" if fault.reason else str(fault.error)


def _seconds(details: JSON) -> float | None:
    milliseconds = details.get("timeToReset") if isinstance(details, dict) else None
    return milliseconds / 1000 if isinstance(milliseconds, int | float) else None

"""The frames of a Phoenix channel, protocol version 1: objects with topic, event, payload, ref."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from backchannel.errors import ConnectionLost, GraphQLError, MalformedReply
from backchannel.graphql.reply import GraphQLErrorEntry, decode_body, graphql_error

PUSH = "subscription:data"
REPLY = "phx_reply"
ENDS = frozenset({"phx_error", "phx_close"})

_NOTHING = msgspec.Raw(b"null")


class Result(msgspec.Struct, frozen=True):
    """The GraphQL reply in a push, decoded no further.

    Attributes:
        data: its data.
        errors: its errors; null where it has none.
    """

    data: msgspec.Raw = _NOTHING
    errors: msgspec.Raw = _NOTHING

    @property
    def failed(self) -> bool:
        """Whether it has errors."""
        return self.errors is not _NOTHING

    @property
    def body(self) -> bytes:
        """It all, as the body of a reply."""
        return b'{"data":%b,"errors":%b}' % (bytes(self.data), bytes(self.errors))


class Payload(msgspec.Struct, frozen=True):
    """The payload of a frame, whichever its event; what it holds besides is of no use to us.

    Attributes:
        result: of a push: what it brings.
        subscription_id: of a push: which subscription it is for.
        status: of a reply: `ok` or `error`.
        response: of a reply: not yet decoded.
    """

    result: Result = Result()
    subscription_id: str | None = msgspec.field(name="subscriptionId", default=None)
    status: str | None = None
    response: msgspec.Raw = _NOTHING


class Frame(msgspec.Struct, frozen=True):
    """A frame.

    Attributes:
        topic: the channel, or the subscription's id.
        event: what it is.
        payload: its content.
        ref: what we numbered the frame that it answers, or the joining of a channel that ended.
    """

    topic: str
    event: str
    payload: Payload = Payload()
    ref: int | str | None = None


class Answer(msgspec.Struct, frozen=True):
    """The response to a document.

    Attributes:
        subscription_id: which subscription it began.
        reason: why the channel did not take it.
    """

    subscription_id: str | None = msgspec.field(name="subscriptionId", default=None)
    reason: str | None = None


_FRAME = msgspec.json.Decoder(Frame)
_ANSWER = msgspec.json.Decoder(Answer)
_ANYTHING = msgspec.json.Decoder()


def encode_frame(topic: str, event: str, payload: Mapping[str, object], ref: int) -> str:
    """A frame to be sent."""
    frame = {"topic": topic, "event": event, "payload": payload, "ref": ref}
    return msgspec.json.encode(frame).decode()


def decode_frame(text: bytes) -> Frame:
    """Decode a frame.

    Raises:
        ConnectionLost: it is none; whatever it was meant to be is lost.
    """
    try:
        return _FRAME.decode(text)
    except (ValueError, RecursionError):
        failure = ConnectionLost("the server sent what is no frame")
    raise failure


def decode_answer(response: msgspec.Raw) -> Answer:
    """The response to a document; one of an unknown form says nothing."""
    try:
        return _ANSWER.decode(response)
    except (ValueError, RecursionError):
        return Answer()


def decode_refusal(payload: Payload) -> GraphQLError:
    """The error for a document that was answered with anything but a subscription."""
    body = bytes(payload.response)
    try:
        decode_body(body, _ANYTHING, "subscription")
    except GraphQLError as error:
        return error
    except MalformedReply:
        pass
    entry = GraphQLErrorEntry(message=f"the document was refused: {body.decode()}")
    return graphql_error((entry,), msgspec.UNSET, "subscription")

"""Messages of Phoenix channels, as text: protocol versions 1 (objects) and 2 (arrays)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, Protocol

import msgspec

from backchannel.local.glimesh.http import loads
from backchannel.local.glimesh.values import is_array, is_object

_VERSION = re.compile(r"(?P<major>[12])\.0\.\d+")


class UndecodableError(ValueError):
    """The text is no message; the connection ends with code 1011."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message, either way.

    `topic` is the channel. `ref` numbers a client's messages and comes back in the reply;
    `join_ref` is the one of the join. The server looks at their types as little as this does.
    """

    join_ref: object
    ref: object
    topic: object
    event: object
    payload: object


class Serializer(Protocol):
    """The form of messages in one version of the protocol."""

    def decode(self, text: str) -> Message:
        """The message in a frame, or UndecodableError."""
        ...

    def encode(self, message: Message) -> bytes:
        """A frame. Objects have their keys in order, as they come from the server."""
        ...


class Version1:
    """Objects, which do not tell of which join they are."""

    def decode(self, text: str) -> Message:
        """The message in a frame, or UndecodableError."""
        value = _json(text)
        try:
            if is_object(value):
                return Message(
                    value.get("join_ref"),
                    value["ref"],
                    value["topic"],
                    value["event"],
                    value["payload"],
                )
        except KeyError as error:
            raise UndecodableError(f"no {error}") from error
        raise UndecodableError("not an object")

    def encode(self, message: Message) -> bytes:
        """A frame."""
        return _text(
            {
                "event": message.event,
                "payload": message.payload,
                "ref": message.ref,
                "topic": message.topic,
            }
        )


class Version2:
    """Arrays: join_ref, ref, topic, event, payload."""

    def decode(self, text: str) -> Message:
        """The message in a frame, or UndecodableError."""
        value = _json(text)
        if not is_array(value) or len(value) < 5:
            raise UndecodableError("not an array of five")
        return Message(*value[:5])

    def encode(self, message: Message) -> bytes:
        """A frame."""
        return _text([message.join_ref, message.ref, message.topic, message.event, message.payload])


_SERIALIZERS: dict[str, Serializer] = {"1": Version1(), "2": Version2()}


def serializer(version: str) -> Serializer | None:
    """How to speak with a client of this version, such as "2.0.0"; None when it is unknown."""
    known = _VERSION.fullmatch(version)
    return _SERIALIZERS[known["major"]] if known else None


Status = Literal["ok", "error"]


def reply(
    join_ref: object, ref: object, topic: object, status: Status, response: object
) -> Message:
    """The answer to a message."""
    payload = {"response": response, "status": status}
    return Message(join_ref, ref, topic, "phx_reply", payload)


def _json(text: str) -> object:
    try:
        return loads(text)
    except (ValueError, RecursionError) as error:
        raise UndecodableError("not JSON") from error


def _text(value: object) -> bytes:
    return msgspec.json.encode(value, order="sorted")

"""What commands print, and each as the object that `--json` prints. docs/cli.md has the schema."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TypeAlias

import msgspec

from backchannel.errors import BackchannelError
from backchannel.event import Deleted, Edited, Event, Interrupted, Missed, Posted, Resumed
from backchannel.message import Message, Receipt, Room


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was done in a room.

    Attributes:
        action: what: `edited`, `deleted`, `reacted`, `unreacted`, `timed out`, `banned`,
            `unbanned`.
        address: where.
        message_id: to which message, or None.
        user: to whom, or None.
    """

    action: str
    address: str
    message_id: str | None = None
    user: str | None = None


class Served(msgspec.Struct, frozen=True, kw_only=True):
    """A local server that runs.

    Attributes:
        server: the platform's name.
        url: its base URL.
        environment: the variables by which other commands find it, and an account there.
        accounts: who may log in, each by the names of what is needed.
    """

    server: str
    url: str
    environment: Mapping[str, str]
    accounts: tuple[Mapping[str, str], ...]


Item: TypeAlias = Message | Event | Receipt | Room | Done | Served
JSONObject: TypeAlias = dict[str, object]


def as_object(item: Item) -> JSONObject:
    """The object for `--json`."""
    match item:
        case Message():
            return _message(item)
        case Posted() | Edited():
            name = "posted" if isinstance(item, Posted) else "edited"
            return {"event": name, **_message(item.message), "own": item.own}
        case Deleted():
            return {"event": "deleted", **_room(item.room), "id": item.message_id}
        case Interrupted():
            return {"event": "interrupted", **_room(item.room), "error": _error(item.reason)}
        case Resumed():
            return {"event": "resumed", **_room(item.room)}
        case Missed():
            return {"event": "missed", **_room(item.room), "seconds": item.seconds}
        case Receipt():
            return _receipt(item)
        case Room():
            return {"address": str(item.address), "id": item.id, "name": item.name}
        case Done() | Served():
            return msgspec.structs.asdict(item)


def _message(message: Message) -> JSONObject:
    author = message.author
    return {
        **_room(message.room),
        "id": message.id,
        "author": {
            "id": author.id,
            "username": author.username,
            "display_name": author.display_name,
        },
        "text": message.text,
        "sent_at": _time(message.sent_at),
        "edited_at": None if message.edited_at is None else _time(message.edited_at),
        "thread_id": message.thread_id,
    }


def _room(room: Room) -> JSONObject:
    return {"address": str(room.address), "room": {"id": room.id, "name": room.name}}


def _receipt(receipt: Receipt) -> JSONObject:
    return {
        "address": str(receipt.address),
        "outcome": receipt.outcome.value,
        "id": None if receipt.message is None else receipt.message.id,
        "text": receipt.text,
        "deduplicated": receipt.deduplicated,
        "read_back": receipt.read_back,
        "key": receipt.idempotency_key,
        "error": None if receipt.error is None else _error(receipt.error),
    }


def _error(error: BackchannelError) -> JSONObject:
    return {
        "kind": type(error).__name__,
        "message": str(error),
        "retry_safe": error.retry_safe,
    }


def _time(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")

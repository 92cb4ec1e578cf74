"""The bodies and queries that the routes of servers since 7 accept."""

from __future__ import annotations

from backchannel.local.rocketchat.schema import Flag, ListOf, Number, OneOf, Record, Schema, Text

_TEXT = Text(nullable=True)
_FLAG = Flag(nullable=True)
_OBJECT = Record(nullable=True)
_OBJECTS = ListOf(Record(), nullable=True)
_BOOLEAN_TEXT = Text(choices=("true", "false"))

# A message is open: unknown keys pass, and `rid` is asked for only by the handler.
SEND_MESSAGE = Record(
    {
        "message": Record(
            {
                "_id": _TEXT,
                "rid": Text(),
                "msg": _TEXT,
                "tmid": _TEXT,
                "tshow": _FLAG,
                "alias": _TEXT,
                "emoji": _TEXT,
                "avatar": _TEXT,
                "attachments": _OBJECTS,
                "blocks": _OBJECTS,
                "customFields": _OBJECT,
            }
        ),
        "previewUrls": ListOf(Text(), nullable=True),
    },
    required=("message",),
    closed=True,
)

_ONE_OR_MORE = OneOf((Text(), ListOf(Text())))
_POSTED: dict[str, Schema] = {
    "text": _TEXT,
    "alias": _TEXT,
    "emoji": _TEXT,
    "avatar": _TEXT,
    "attachments": _OBJECTS,
    "customFields": _OBJECT,
    "parseUrls": _FLAG,
}
POST_MESSAGE = OneOf(
    (
        Record(
            {"roomId": _ONE_OR_MORE, "tmid": _TEXT, **_POSTED}, required=("roomId",), closed=True
        ),
        Record({"channel": _ONE_OR_MORE, **_POSTED}, required=("channel",), closed=True),
    )
)

UPDATE = Record(
    {
        "roomId": Text(),
        "msgId": Text(),
        "text": Text(),
        "previewUrls": ListOf(Text(), nullable=True),
        "customFields": _OBJECT,
    },
    required=("roomId", "msgId", "text"),
    closed=True,
)
# Since 8 a message can be edited to an encrypted one, and deleted by a file in it.
UPDATE_8 = OneOf(
    (
        UPDATE,
        Record(
            {"roomId": Text(), "msgId": Text(), "content": Record(), "e2eMentions": _OBJECT},
            required=("roomId", "msgId", "content"),
            closed=True,
        ),
    )
)
DELETE_8 = Record(
    {"roomId": Text(), "msgId": Text(), "fileId": Text(), "asUser": _FLAG},
    any_of=(("msgId", "roomId"), ("fileId",)),
    closed=True,
)
DELETE = Record(
    {"roomId": Text(), "msgId": Text(), "asUser": _FLAG}, required=("roomId", "msgId"), closed=True
)
MUTE = OneOf(
    tuple(
        Record({name: Text(), "roomId": Text()}, required=(name, "roomId"), closed=True)
        for name in ("userId", "username")
    )
)
REACT = OneOf(
    tuple(
        Record(
            {name: Text(), "messageId": Text(), "shouldReact": _FLAG},
            required=(name, "messageId"),
            closed=True,
        )
        for name in ("emoji", "reaction")
    )
)
CREATE_DIRECT = OneOf(
    tuple(
        Record({name: Text(), "excludeSelf": _FLAG}, required=(name,), closed=True)
        for name in ("usernames", "username")
    )
)

MARK = Record({"messageId": Text()}, required=("messageId",), closed=True)
FOLLOW = Record({"mid": Text()}, required=("mid",), closed=True)

SYNC = Record(
    {
        "roomId": Text(),
        "lastUpdate": _TEXT,
        "count": Number(nullable=True),
        "offset": Number(nullable=True),
        "sort": _TEXT,
        "next": _TEXT,
        "previous": _TEXT,
        "type": Text(nullable=True, choices=("UPDATED", "DELETED")),
    },
    required=("roomId",),
    closed=True,
)
GET_MESSAGE = Record({"msgId": Text()}, required=("msgId",), closed=True)
HISTORY = Record(dict.fromkeys(("inclusive", "unreads", "showThreadMessages"), _BOOLEAN_TEXT))
DIRECT_HISTORY = Record(HISTORY.properties, required=("roomId",))

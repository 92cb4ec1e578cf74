"""Changing messages that are there: edit, delete, react, pin, star.

Each asks for a state, not for a step: made twice it comes to the same, so a call whose reply was
lost is made again.
"""

from __future__ import annotations

import msgspec

from backchannel.drive import Flow
from backchannel.rocketchat.checks import check_emoji, check_name, check_new_text
from backchannel.rocketchat.errors import MessageNotFound
from backchannel.rocketchat.messages import RocketChatMessage
from backchannel.rocketchat.reading import MessageReply, get_message
from backchannel.rocketchat.repeating import repeating
from backchannel.rocketchat.replies import Reply
from backchannel.rocketchat.session import Session

__all__ = ["delete", "pin", "react", "star", "update"]


def update(
    session: Session, message: str | RocketChatMessage, text: str
) -> Flow[RocketChatMessage]:
    """The flow that changes the text of a message (`POST chat.update`).

    Raises:
        InvalidInput: the server would refuse the text.
        MessageNotFound: there is no such message.
        BackchannelError: those of `repeating`.
    """
    check_new_text(text, max_units=session.max_message_units)
    known = yield from _known(session, message)
    if not known.attachments:
        check_name("text", text)
    body = {"roomId": known.room_id, "msgId": known.id, "text": text}
    request = session.post("chat.update", msgspec.json.encode(body))
    return (yield from repeating(session, request, MessageReply)).message


def delete(session: Session, message: str | RocketChatMessage) -> Flow[None]:
    """The flow that deletes a message, unless it is gone already (`POST chat.delete`)."""
    try:
        known = yield from _known(session, message)
        body = {"roomId": known.room_id, "msgId": known.id}
        request = session.post("chat.delete", msgspec.json.encode(body))
        yield from repeating(session, request, Reply)
    except MessageNotFound:
        return


def react(
    session: Session, message: str | RocketChatMessage, emoji: str, *, wanted: bool
) -> Flow[None]:
    """The flow that sets a reaction or takes it back (`POST chat.react`)."""
    check_emoji(emoji)
    # Without `shouldReact` the server would toggle, and a second try undo the first.
    body = {"messageId": _id_of(message), "emoji": emoji, "shouldReact": wanted}
    yield from repeating(session, session.post("chat.react", msgspec.json.encode(body)), Reply)


def pin(session: Session, message: str | RocketChatMessage, *, wanted: bool) -> Flow[None]:
    """The flow that pins or unpins (`POST chat.pinMessage`, `chat.unPinMessage`)."""
    yield from _mark(session, "chat.pinMessage" if wanted else "chat.unPinMessage", message)


def star(session: Session, message: str | RocketChatMessage, *, wanted: bool) -> Flow[None]:
    """The flow that stars or unstars (`POST chat.starMessage`, `chat.unStarMessage`)."""
    yield from _mark(session, "chat.starMessage" if wanted else "chat.unStarMessage", message)


def _mark(session: Session, endpoint: str, message: str | RocketChatMessage) -> Flow[None]:
    body = msgspec.json.encode({"messageId": _id_of(message)})
    yield from repeating(session, session.post(endpoint, body), Reply)


def _id_of(message: str | RocketChatMessage) -> str:
    if isinstance(message, RocketChatMessage):
        return message.id
    check_name("message", message)
    return message


def _known(session: Session, message: str | RocketChatMessage) -> Flow[RocketChatMessage]:
    """The message; one that is named by its id is read, to know its room."""
    if isinstance(message, RocketChatMessage):
        return message
    check_name("message", message)
    return (yield from get_message(session, message))

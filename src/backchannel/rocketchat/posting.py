"""The same message for several rooms: a send for each, a receipt for each."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from backchannel.drive import Flow
from backchannel.errors import BackchannelError, InvalidInput, Outcome
from backchannel.rocketchat.attachments import to_tuple
from backchannel.rocketchat.checks import check_message, check_name
from backchannel.rocketchat.ids import id_of_key
from backchannel.rocketchat.messages import OutgoingMessage, SentMessage
from backchannel.rocketchat.rooms import RocketChatRoom, in_room, resolve_room
from backchannel.rocketchat.sending import deliver, prepare
from backchannel.rocketchat.session import Session

__all__ = ["PostReceipt", "post_to"]


class PostReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a message in one of several rooms.

    Attributes:
        room: the room, as it was given.
        outcome: SENT, NOT_SENT (refused, or no such room), or UNKNOWN (it may be there).
        idempotency_key: posting to the same rooms again with it doubles nothing.
        sent: the message as the server stored it, if it was sent.
        error: why it was not sent, or why nobody knows.
    """

    room: str | RocketChatRoom
    outcome: Outcome
    idempotency_key: str
    sent: SentMessage | None = None
    error: BackchannelError | None = None

    def require(self) -> SentMessage:
        """The message, if it was sent.

        Raises:
            BackchannelError: it was not, or nobody knows; `outcome` on the error tells which.
        """
        if self.sent is not None:
            return self.sent
        assert self.error is not None, "a receipt holds a message or an error"
        raise self.error


def post_to(
    session: Session,
    rooms: Sequence[str | RocketChatRoom],
    draft: OutgoingMessage,
    *,
    idempotency_key: str | None,
) -> list[Flow[PostReceipt]]:
    """The flows that send a message, one for each room; all arguments are checked at once.

    A message's id is made of the key and the room, so a room that is given twice, by its id and
    its name perhaps, gets the message once.

    Args:
        session: who sends.
        rooms: the rooms, or what `find_room` takes.
        draft: the message; its room does not matter.
        idempotency_key: that of an earlier receipt, or any text; None for a new one.

    Raises:
        InvalidInput: the server would refuse the message, or there is no room.
    """
    if isinstance(rooms, str):
        raise InvalidInput("rooms", limit="must be a sequence of rooms", given="one text")
    given = to_tuple("rooms", rooms)
    if not given:
        raise InvalidInput("rooms", limit="must be at least one room", given="none")
    for room in given:
        if not isinstance(room, RocketChatRoom):
            check_name("rooms", room)
    if idempotency_key is not None:
        check_name("idempotency_key", idempotency_key)
    check_message(draft, max_units=session.max_message_units)
    key = idempotency_key or session.new_id()
    return [_post(session, room, draft, key) for room in given]


def _post(
    session: Session, room: str | RocketChatRoom, draft: OutgoingMessage, key: str
) -> Flow[PostReceipt]:
    try:
        found = yield from resolve_room(session, room)
        message = msgspec.structs.replace(draft, id=id_of_key(key, found.id), room_id=found.id)
        with in_room(session, found):
            sent = yield from deliver(session, prepare(session, message))
    except BackchannelError as error:
        return PostReceipt(room=room, outcome=error.outcome, idempotency_key=key, error=error)
    return PostReceipt(room=room, outcome=Outcome.SENT, idempotency_key=key, sent=sent)

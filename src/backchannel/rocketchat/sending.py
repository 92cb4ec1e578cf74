"""Sending a message so that it is stored at most once, and knowing whether it was.

Every message has an id of our choice, by which the server stores it at most once. Its answer to
an id that it already has is an error that says nothing; so whenever it is open what happened, we
ask for the message by its id. Is it there, it was sent; is it not, sending again is harmless.
"""

from __future__ import annotations

import msgspec

from backchannel.drive import Flow, pause
from backchannel.errors import ApiError, BackchannelError, MalformedReply, Outcome
from backchannel.rocketchat.checks import check_message
from backchannel.rocketchat.errors import MessageDropped, MessageIdTaken, MessageNotFound
from backchannel.rocketchat.messages import (
    OutgoingMessage,
    RocketChatMessage,
    SentMessage,
    encode_message,
)
from backchannel.rocketchat.reading import MessageReply, get_message
from backchannel.rocketchat.replies import is_without_message
from backchannel.rocketchat.rooms import in_room, resolve_room_by_name
from backchannel.rocketchat.session import Session
from backchannel.wire.messages import Request

__all__ = ["Prepared", "deliver", "prepare", "send_message"]


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """A message that was checked and has an id.

    Attributes:
        id: its id.
        message: the message.
        request: the request that sends it.
    """

    id: str
    message: OutgoingMessage
    request: Request


def prepare(session: Session, message: OutgoingMessage) -> Prepared:
    """Check a message, give it an id if it has none, and make its request.

    Raises:
        InvalidInput: the server would refuse it.
    """
    check_message(message, max_units=session.max_message_units)
    message_id = session.new_id() if message.id is None else message.id
    message = msgspec.structs.replace(message, id=message_id)
    request = session.post("chat.sendMessage", encode_message(message))
    return Prepared(id=message_id, message=message, request=request)


def send_message(session: Session, message: OutgoingMessage) -> Flow[SentMessage]:
    """The flow that checks and sends a message, to `#general` and `@bob`, too.

    Raises:
        InvalidInput, BackchannelError: see `prepare`, `resolve_room` and `deliver`.
    """
    prepared = prepare(session, message)
    if not message.room_id.startswith(("#", "@")):
        return (yield from deliver(session, prepared))
    room = yield from resolve_room_by_name(session, message.room_id)
    named = msgspec.structs.replace(message, id=prepared.id, room_id=room.id)
    with in_room(session, room):
        return (yield from deliver(session, prepare(session, named)))


def deliver(session: Session, prepared: Prepared) -> Flow[SentMessage]:
    """The flow that sends a message, again where that helps.

    Raises:
        MessageDropped: the server took it, and did not store it.
        MessageIdTaken: its id belongs to another message.
        BackchannelError: the others of `read_reply` and the transports. `outcome` tells whether
            the message is stored: NOT_SENT or UNKNOWN, never SENT.
    """
    start = session.chance.monotonic()
    deadline = start + session.retry.deadline
    attempt = 0
    # Whether a try so far may yet be carried out by the server: a look that came too early does
    # not exclude it.
    in_doubt = False
    while True:
        attempt += 1
        try:
            message = yield from _try(session, prepared, deadline)
            session.budget.earn()
            return SentMessage(message=message)
        except BackchannelError as failure:
            error = failure
        if error.outcome is Outcome.UNKNOWN:
            elapsed = session.chance.monotonic() - start
            stored = yield from _look_up(session, prepared, error, elapsed)
            if stored is not None:
                return SentMessage(message=stored, deduplicated=True)
            if isinstance(error, ApiError) and is_without_message(error):
                error = _dropped(error)
            else:
                in_doubt = True
        wait = session.retry.delay(
            error,
            attempt=attempt,
            elapsed=session.chance.monotonic() - start,
            draw=session.chance.draw(),
            repeatable=error.temporary,  # the id makes it harmless, whatever became of this try
        )
        if wait is None or not session.budget.spend():
            if in_doubt:
                error.outcome = Outcome.UNKNOWN
            raise error
        yield from pause(wait)


def _try(session: Session, prepared: Prepared, deadline: float) -> Flow[RocketChatMessage]:
    reply = yield from session.once(prepared.request, MessageReply, deadline=deadline)
    message = reply.message
    if message.id != prepared.id:
        raise MalformedReply(
            f"{prepared.request.label}: the reply is about another message, {message.id!r}",
            outcome=Outcome.UNKNOWN,
        )
    return message


def _look_up(
    session: Session, prepared: Prepared, error: BackchannelError, elapsed: float
) -> Flow[RocketChatMessage | None]:
    """The message as it is stored, or None. Raises `error` where that remains open."""
    retry = msgspec.structs.replace(
        session.retry, deadline=max(0.0, session.retry.deadline - elapsed)
    )
    try:
        stored = yield from get_message(session, prepared.id, retry=retry)
    except MessageNotFound:
        return None
    except BackchannelError as failure:
        raise error from failure
    sent = prepared.message
    # An answer in a thread goes where the thread is, whatever room it names.
    elsewhere = sent.thread_id is None and stored.room_id != sent.room_id
    if elsewhere or stored.author.id != session.user_id:
        raise MessageIdTaken(
            f"{prepared.request.label}: another message has the id {prepared.id!r}", code=""
        )
    return stored


def _dropped(error: ApiError) -> MessageDropped:
    return MessageDropped(
        f"{error}: the server did not store the message; an app or filter of the server prevented"
        " it, or alias and avatar are not allowed to this user",
        code=error.code,
        details=error.details,
        response=error.response,
    )

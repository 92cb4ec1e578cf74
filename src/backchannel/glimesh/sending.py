"""Sending a message once, and knowing whether it was.

A message is never sent again after a failure that leaves open what became of it. Instead the
channel is read: a new message of our own user with the same text is the one that was sent, unless
another send of this client has it. Nothing found proves nothing, since a server may carry out a
request after we looked; so it remains unknown.

Two sends of the same text to the same channel are told apart by counting, not by name: each message
is given to one of them. The rule cannot see other clients of the same account, nor messages
that this one sends by a generated function: where they send the same text to a channel at the same
time, a message found may be theirs. A receipt says when it rests on this (`read_back`).
"""

from __future__ import annotations

from typing import Final

import msgspec

from backchannel.errors import BackchannelError, Outcome
from backchannel.flow import Flow
from backchannel.glimesh.claims import Attempt, Claims, Position, position
from backchannel.glimesh.looking import READING_BACK, look_for
from backchannel.graphql.endpoint import Endpoint
from backchannel.wire.retry import NO_RETRY, RetryPolicy
from glimesh_api import ChatMessageFields, ChatMessageInput
from glimesh_api.operations import CREATE_CHAT_MESSAGE, READ_BACK

__all__ = ["PAGE_SIZE", "Sent", "deliver"]

PAGE_SIZE: Final = 25
"""Messages of a page in which a lost one is looked for: few come while one is sent."""


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """A message that is stored.

    Attributes:
        message: the message.
        read_back: whether its reply was lost, and it was found by reading the channel.
    """

    message: ChatMessageFields
    read_back: bool = False


def deliver(
    endpoint: Endpoint,
    claims: Claims,
    *,
    channel_id: str,
    newest: Position,
    text: str,
    policy: RetryPolicy = READING_BACK,
) -> Flow[Sent]:
    """The flow that sends a message, and looks for it where the reply does not tell.

    Args:
        endpoint: where operations are executed.
        claims: the sends of all who share the client.
        channel_id: the channel.
        newest: the newest message in it, as it was just read.
        text: what to say.
        policy: when to look for a message whose reply was lost.

    Source: `RootMutationType.createChatMessage`, `Channel.chatMessages`.

    Raises:
        BackchannelError: `outcome` tells whether the message is stored: NOT_SENT if it was
            refused or never fully written, UNKNOWN if it was not found, SENT if only the message
            that came back could not be read, and was not found either.
    """
    attempt = claims.begin(channel_id, text, newest)
    try:
        variables = {"channelId": channel_id, "message": ChatMessageInput(message=text)}
        try:
            message = yield from endpoint.execute(CREATE_CHAT_MESSAGE, variables)
        except BackchannelError as error:
            if error.outcome is Outcome.NOT_SENT:
                raise
            failure = error
        else:
            claims.settle(attempt, position(message.id))
            return Sent(message=message)
        claims.doubt(attempt)
        found = yield from look_for(
            lambda: _look(endpoint, claims, attempt), failure, policy, endpoint.chance
        )
    finally:
        claims.end(attempt)
    if found is None:
        raise failure
    return Sent(message=found, read_back=True)


def _look(endpoint: Endpoint, claims: Claims, attempt: Attempt) -> Flow[ChatMessageFields | None]:
    """Look for the attempt's message from the newest one back to where the attempt began."""
    channel_id, text = attempt.key
    variables: dict[str, object] = {"channelId": channel_id, "last": PAGE_SIZE}
    while True:
        page = yield from endpoint.execute(READ_BACK, variables, retry=NO_RETRY)
        connection = page.channel.chat_messages
        messages = {position(edge.node.id): edge.node for edge in connection.edges}
        own = claims.claim(
            attempt,
            [
                place
                for place, message in messages.items()
                if message.user.id == page.myself.id and message.message == text
            ],
        )
        if own is not None:
            return messages[own]
        info = connection.page_info
        reached = min(messages, default=attempt.floor) <= attempt.floor
        if reached or not info.has_previous_page:
            return None
        # A page that leads nowhere new is the last, whatever the server says of it.
        if info.start_cursor in {None, variables.get("before")}:
            return None
        variables["before"] = info.start_cursor

"""Absinthe's channel: documents over a joined topic, and the subscriptions they leave behind."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from graphql import OperationType

from backchannel.local.glimesh.absinthe.syntax import DocumentSyntaxError
from backchannel.local.glimesh.context import Crash
from backchannel.local.glimesh.engine import InvalidError, Query, Transport, perform, prepare
from backchannel.local.glimesh.values import is_object

if TYPE_CHECKING:
    from collections.abc import Callable

    import msgspec

    from backchannel.local.glimesh.context import Context
    from backchannel.local.glimesh.phoenix import Message, Status

CONTROL = "__absinthe__:control"
_SOCKET = Transport(subscriptions=True, maximum_complexity=None)

Answer = tuple["Status", object]


class Channel:
    """One join of the control topic.

    `deliver` takes what subscriptions give: their id and the reply in JSON. Messages are answered
    one after the other; Crash means that the channel is dead.
    """

    def __init__(
        self, join_ref: object, context: Context, deliver: Callable[[str, msgspec.Raw], None]
    ) -> None:
        self.join_ref = join_ref
        self._context = context
        self._deliver = deliver
        self._subscriptions: list[str] = []

    def answer(self, message: Message) -> Answer:
        """Status and response of the reply to a message of this channel."""
        if not is_object(message.payload):
            raise Crash(500)
        if message.event == "doc":
            return self._run(message.payload)
        if message.event == "unsubscribe" and "subscriptionId" in message.payload:
            return self._unsubscribe(message.payload["subscriptionId"])
        raise Crash(500)

    def end(self) -> None:
        """Let go of every subscription."""
        for subscription_id in self._subscriptions:
            self._context.site.subscriptions.remove(subscription_id)
        self._subscriptions.clear()

    def _run(self, payload: dict[str, object]) -> Answer:
        """Run a document; the operation's name is not looked at."""
        variables = payload.get("variables")
        if variables is None:
            variables = dict[str, object]()
        if not is_object(variables):
            return "error", {"error": "Could not parse variables as map"}
        text = payload.get("query", "")
        if not isinstance(text, str):
            raise Crash(500)
        try:
            prepared = prepare(Query(text, variables), _SOCKET)
        except DocumentSyntaxError as error:
            self._lose_login()
            return "error", {"errors": [error.problem.as_json()]}
        except InvalidError as error:
            if not text.strip():
                self._lose_login()
            return "error", error.reply
        if prepared.operation.operation is not OperationType.SUBSCRIPTION:
            return "ok", perform(prepared, self._context)
        if self._context.login is None:
            raise Crash(500)
        subscriptions = self._context.site.subscriptions
        added = subscriptions.add(prepared, text, self._context, self._deliver)
        self._subscriptions.append(added.id)
        return "ok", {"subscriptionId": added.id}

    def _lose_login(self) -> None:
        """What the server keeps between documents is gone after one that it could not read."""
        self._context = replace(self._context, login=None)

    def _unsubscribe(self, subscription_id: object) -> Answer:
        """Any id is well; only this channel's own are let go."""
        if isinstance(subscription_id, str) and subscription_id in self._subscriptions:
            self._subscriptions.remove(subscription_id)
            self._context.site.subscriptions.remove(subscription_id)
        return "ok", {"subscriptionId": subscription_id}

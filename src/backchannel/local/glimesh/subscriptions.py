"""Who is to be told of what: documents that run again whenever something is published."""

from __future__ import annotations

import hashlib
import threading
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
from graphql import FieldNode, FragmentSpreadNode, InlineFragmentNode, get_argument_values
from graphql.execution.values import get_variable_values

from backchannel.local.glimesh.context import Crash
from backchannel.local.glimesh.engine import Prepared, perform
from backchannel.local.glimesh.schema import executable_schema

if TYPE_CHECKING:
    from collections.abc import Callable

    from graphql import SelectionSetNode

    from backchannel.local.glimesh.context import Context
    from backchannel.local.glimesh.world import Row

_FIRST_NUMBER = -(2**59)  # where Erlang begins to count unique integers


@dataclass(frozen=True, slots=True)
class Topic:
    """What a subscription is about: a field, and the id that its one argument gave, if any."""

    field: str
    key: str | None


@dataclass(frozen=True, slots=True)
class Subscription:
    """A document that is run for each row published under `topic`.

    `deliver` takes the reply, in JSON. `digest` is the same for equal documents and variables.
    """

    id: str
    topic: Topic
    digest: str
    prepared: Prepared
    context: Context
    deliver: Callable[[str, msgspec.Raw], None]

    @property
    def result_key(self) -> tuple[object, ...]:
        """Subscriptions with the same key get the same reply."""
        access = self.context.access
        user_id = access.user.id if access.user else None
        return self.digest, user_id, access.scopes, self.context.base_url


class Subscriptions:
    """All subscriptions of a server."""

    def __init__(self) -> None:
        self._by_topic: defaultdict[Topic, dict[str, Subscription]] = defaultdict(dict)
        self._by_id: dict[str, Subscription] = {}
        self._number = _FIRST_NUMBER
        self._added = threading.Condition()

    def __len__(self) -> int:
        return len(self._by_id)

    def add(
        self,
        prepared: Prepared,
        text: str,
        context: Context,
        deliver: Callable[[str, msgspec.Raw], None],
    ) -> Subscription:
        """Run `prepared`, whose document is `text`, from here on."""
        self._number += 1
        digest = _digest(text, prepared.variables)
        subscription = Subscription(
            f"__absinthe__:doc:{self._number}:{digest}",
            _topic(prepared),
            digest,
            prepared,
            context,
            deliver,
        )
        self._by_topic[subscription.topic][subscription.id] = subscription
        with self._added:
            self._by_id[subscription.id] = subscription
            self._added.notify_all()
        return subscription

    def remove(self, subscription_id: str) -> None:
        """Stop running a subscription."""
        topic = self._by_id.pop(subscription_id).topic
        del self._by_topic[topic][subscription_id]
        if not self._by_topic[topic]:
            del self._by_topic[topic]

    def wait_for(self, count: int, seconds: float) -> bool:
        """Wait in another thread until there are so many; False when `seconds` have passed."""
        with self._added:
            return self._added.wait_for(lambda: len(self._by_id) >= count, seconds)

    def publish(self, field: str, key: str, row: Row) -> None:
        """Deliver `row` to the subscriptions to `field` for `key`, and to those for every key."""
        results: dict[tuple[object, ...], msgspec.Raw | None] = {}
        for topic in (Topic(field, key), Topic(field, None)):
            for subscription in tuple(self._by_topic.get(topic, {}).values()):
                result_key = subscription.result_key
                if result_key not in results:
                    results[result_key] = _result(subscription, row)
                result = results[result_key]
                if result is not None:
                    subscription.deliver(subscription.id, result)


def _result(subscription: Subscription, row: Row) -> msgspec.Raw | None:
    """The reply of a document for `row`; None where the server only logs that it failed."""
    try:
        reply = perform(subscription.prepared, subscription.context, row)
    except Crash:
        return None
    return msgspec.Raw(msgspec.json.encode(reply, order="sorted"))


def _digest(text: str, variables: dict[str, object]) -> str:
    content = text.encode() + msgspec.json.encode(variables, order="sorted")
    return hashlib.sha256(content).hexdigest().upper()


def _topic(prepared: Prepared) -> Topic:
    """The root field and its id, which the server takes as text and does not look up."""
    schema = executable_schema()
    node = _root_field(prepared, prepared.operation.selection_set)
    root = schema.subscription_type
    field = root.fields.get(node.name.value) if root else None
    values = get_variable_values(
        schema, prepared.operation.variable_definitions, prepared.variables
    )
    if field is None or not isinstance(values, dict):
        raise Crash(500)
    arguments: dict[str, object] = get_argument_values(field, node, values)
    key = next(iter(arguments.values()), None)
    return Topic(node.name.value, None if key is None else str(key))


def _root_field(prepared: Prepared, selections: SelectionSetNode) -> FieldNode:
    """The only field, which may be in a fragment."""
    match selections.selections[0]:
        case FieldNode() as node:
            return node
        case InlineFragmentNode() as fragment:
            return _root_field(prepared, fragment.selection_set)
        case FragmentSpreadNode() as spread:
            return _root_field(prepared, prepared.fragments[spread.name.value].selection_set)
        case node:
            raise TypeError(f"not a selection: {node.kind}")

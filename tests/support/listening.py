"""Listening to a local Rocket.Chat server, quickly."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from backchannel.local.rocketchat import LocalRocketChat
from backchannel.local.rocketchat.seed import BOT, Account
from backchannel.rocketchat import AsyncRocketChat
from backchannel.rocketchat.realtime.events import ListeningEvent, MessageDeleted, RoomEvent
from backchannel.rocketchat.realtime.listening import Listening
from backchannel.rocketchat.realtime.timing import ListeningTiming
from backchannel.wire.backoff import Backoff
from backchannel.wire.retry import RetryPolicy

QUICK = ListeningTiming(
    heartbeat=0.1,
    silence=0.5,
    timeout=1.0,
    backoff=Backoff(base=0.005, cap=0.01),
    overlap=1.0,
    poll=0.02,
    again=60.0,
)
ONCE = RetryPolicy(attempts=1)


def client_of(
    server: LocalRocketChat, account: Account = BOT, **options: object
) -> AsyncRocketChat:
    return AsyncRocketChat(
        server.url, user_id=account.user_id, auth_token=account.token, retry=ONCE, **options
    )


@asynccontextmanager
async def listening(
    server: LocalRocketChat,
    *rooms: str,
    account: Account = BOT,
    seen: list[ListeningEvent] | None = None,
    timing: ListeningTiming = QUICK,
    **options: object,
) -> AsyncIterator[Listening]:
    """A listening of a client of its own."""
    async with (
        client_of(server, account) as chat,
        chat.listen(
            *rooms, on_event=None if seen is None else seen.append, timing=timing, **options
        ) as events,
    ):
        yield events


async def take(events: Listening, count: int) -> list[RoomEvent]:
    return [await anext(events) for _ in range(count)]


def told(event: RoomEvent) -> tuple[str, str]:
    """The kind of an event, and the text of its message or the id of a deleted one."""
    of = event.id if isinstance(event, MessageDeleted) else event.message.text
    return type(event).__name__, of


def kinds(seen: list[ListeningEvent]) -> list[str]:
    return [type(event).__name__ for event in seen]

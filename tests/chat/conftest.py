"""Both platforms behind the dispatcher, each with clients of either kind, called in one way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest

from backchannel.chat import AsyncChat, Chat
from backchannel.glimesh import AsyncGlimesh, Glimesh
from backchannel.local.glimesh import application
from backchannel.local.glimesh import seed as seed_glimesh
from backchannel.local.glimesh.asked import asked_for
from backchannel.local.glimesh.site import Site as LocalSite
from backchannel.local.glimesh.world import ChatMessage, ChatToken
from backchannel.local.rocketchat.app import rocketchat_app
from backchannel.local.rocketchat.seed import ALICE, BOT, GENERAL
from backchannel.local.rocketchat.seed import seed as seed_rocketchat
from backchannel.local.rocketchat.world import iso
from backchannel.message import Address, Message, Receipt
from backchannel.rocketchat import AsyncRocketChat, RocketChat
from backchannel.wire.retry import RetryPolicy
from support.blocking import blocking
from support.site import Site

NOW = datetime(2026, 1, 1, tzinfo=UTC)
AT_ONCE = RetryPolicy(base=0)


class GlimeshPlatform:
    """A Glimesh site with one channel that somebody else writes in too."""

    name = "glimesh"
    room, by_id, unknown = "glimesh:streamer", "glimesh:id=1", "glimesh:nobody"
    room_id, room_name = "1", "streamer"
    me, other = ("3", "viewer"), ("2", "chatbot")

    def __init__(self, site: Site) -> None:
        self.site = site
        self.url = site.url
        self.world = seed_glimesh(NOW)
        for row in self.world.messages:
            self.world.messages.remove(row)
        site.begin(application(LocalSite(self.world, lambda: NOW)), asked_for)

    def client(self, kind: str, **options: object) -> Glimesh | AsyncGlimesh:
        make = Glimesh if kind == "sync" else AsyncGlimesh
        options.setdefault("url", self.url)
        return make(token="tok-viewer", retry=AT_ONCE, reading_back=AT_ONCE, **options)

    def says(self, text: str) -> None:
        """The other user writes."""
        number = self.world.messages.next_id()
        time = NOW + timedelta(seconds=number)
        self.world.messages.add(
            ChatMessage(
                id=number,
                channel_id=1,
                user_id=int(self.other[0]),
                message=text,
                tokens=[ChatToken(type="text", text=text)],
                inserted_at=time,
                updated_at=time,
            )
        )

    def texts(self) -> list[str]:
        return [row.message for row in self.world.messages if row.channel_id == 1]

    @property
    def sends(self) -> int:
        """How many requests asked for a message to be stored."""
        return sum(b"createChatMessage" in asked.body for asked in self.site.requests)


class RocketChatPlatform:
    """A Rocket.Chat server with one channel that somebody else writes in too."""

    name = "rocketchat"
    room, by_id, unknown = "rocketchat:general", f"rocketchat:id={GENERAL}", "rocketchat:nowhere"
    room_id, room_name = GENERAL, "general"
    me, other = (BOT.user_id, BOT.username), (ALICE.user_id, ALICE.username)

    def __init__(self, site: Site) -> None:
        self.site = site
        self.url = site.url
        self._time = NOW.timestamp()
        self.world = seed_rocketchat(clock=self._tick)
        self.world.messages.clear()
        site.begin(rocketchat_app(self.world, 8, limit=None))

    def _tick(self) -> float:
        self._time += 0.001
        return self._time

    def client(self, kind: str, **options: object) -> RocketChat | AsyncRocketChat:
        make = RocketChat if kind == "sync" else AsyncRocketChat
        url = options.pop("url", self.url)
        return make(url, user_id=BOT.user_id, auth_token=BOT.token, retry=AT_ONCE, **options)

    def says(self, text: str) -> None:
        """The other user writes."""
        sent = self.world.time()
        author = self.world.users[ALICE.user_id].reference()
        self.world.insert({"rid": GENERAL, "msg": text, "ts": iso(sent), "u": author}, sent)

    def texts(self) -> list[object]:
        return [stored.document["msg"] for stored in self.world.messages_in(GENERAL)]

    @property
    def sends(self) -> int:
        """How many requests asked for a message to be stored."""
        return sum(asked.path.endswith("chat.sendMessage") for asked in self.site.requests)


Platform = GlimeshPlatform | RocketChatPlatform


class Talk:
    """A dispatcher of either kind."""

    def __init__(self, kind: str, stack: ExitStack) -> None:
        self.kind = kind
        self._stack = stack
        self._runner = stack.enter_context(asyncio.Runner())

    def over(self, **clients: object) -> Talk:
        """Give it its clients, which are closed at the end."""
        for client in clients.values():
            self._stack.callback(self.close, client)
        self.chat = (Chat if self.kind == "sync" else AsyncChat)(**clients)
        return self

    def close(self, client: object) -> None:
        blocking(client.close(), self._runner)

    def send(self, address: str | Address, text: str) -> Receipt:
        return blocking(self.chat.send(address, text), self._runner)

    def iterate(self, address: str | Address, **options: object) -> Iterator[Message]:
        return iter(blocking(self.chat.history(address, **options), self._runner))

    def history(self, address: str | Address, **options: object) -> list[Message]:
        return list(self.iterate(address, **options))


@pytest.fixture(params=["sync", "async"])
def new_talk(request: pytest.FixtureRequest) -> Iterator[Callable[[], Talk]]:
    with ExitStack() as stack:
        yield lambda: Talk(request.param, stack)


@pytest.fixture(scope="session")
def sites() -> Iterator[dict[type[Platform], Site]]:
    with Site() as one, Site() as other:
        yield {GlimeshPlatform: one, RocketChatPlatform: other}


@pytest.fixture
def glimesh(sites: dict[type[Platform], Site]) -> GlimeshPlatform:
    return GlimeshPlatform(sites[GlimeshPlatform])


@pytest.fixture
def rocketchat(sites: dict[type[Platform], Site]) -> RocketChatPlatform:
    return RocketChatPlatform(sites[RocketChatPlatform])


@pytest.fixture(params=["glimesh", "rocketchat"])
def platform(request: pytest.FixtureRequest) -> Platform:
    return request.getfixturevalue(request.param)


@pytest.fixture
def talk(new_talk: Callable[[], Talk], platform: Platform) -> Talk:
    """A dispatcher with the client of one platform."""
    talk = new_talk()
    return talk.over(**{platform.name: platform.client(talk.kind)})

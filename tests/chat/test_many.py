"""Several messages, rooms, servers and platforms at once."""

from __future__ import annotations

import asyncio
import inspect
import threading

import pytest

from backchannel import AsyncChat, AsyncGlimesh, AsyncRocketChat, Chat, Glimesh, RocketChat
from backchannel.errors import (
    AddressError,
    ConfigurationError,
    InvalidInput,
    NotFound,
    Outcome,
    ServerFailure,
)
from backchannel.event import Interrupted, Posted, Resumed
from backchannel.local import LocalGlimesh, LocalRocketChat
from backchannel.local.rocketchat.seed import ALICE, GENERAL, TEAM
from backchannel.message import Draft

TEAM_ROOM, GENERAL_ROOM, CHANNEL = "rocketchat:team", "rocketchat:general", "glimesh:streamer"


def rocket_chat(server, kind=RocketChat):
    return kind(server.url, user_id=ALICE.user_id, auth_token=ALICE.token)


@pytest.fixture
def one():
    with LocalGlimesh() as server:
        yield server


@pytest.fixture
def two():
    with LocalRocketChat() as server:
        yield server


@pytest.fixture
def chat(one, two):
    with Glimesh(token="tok-viewer", url=one.url) as glimesh, rocket_chat(two) as rocketchat:
        yield Chat(glimesh=glimesh, rocketchat=rocketchat)


def texts(chat, room, count):
    return [message.text for message in chat.history(room, limit=count, newest_first=False)]


class TestSending:
    def test_a_broadcast_has_a_receipt_for_each_room_in_their_order(self, chat):
        rooms = [CHANNEL, "rocketchat:nowhere", GENERAL_ROOM, TEAM_ROOM]
        receipts = chat.broadcast(rooms, "to all")
        assert [str(receipt.address) for receipt in receipts] == rooms
        outcomes = [receipt.outcome for receipt in receipts]
        assert outcomes == [Outcome.SENT, Outcome.NOT_SENT, Outcome.SENT, Outcome.SENT]
        assert isinstance(receipts[1].error, NotFound)
        for room in (CHANNEL, GENERAL_ROOM, TEAM_ROOM):
            assert texts(chat, room, 1) == ["to all"]

    def test_a_room_gets_its_messages_in_their_order(self, chat):
        numbers = [f"number {number}" for number in range(6)]
        rooms = [GENERAL_ROOM, TEAM_ROOM, CHANNEL]
        receipts = chat.send_many((room, text) for text in numbers for room in rooms)
        assert [receipt.text for receipt in receipts] == [text for text in numbers for _ in rooms]
        for room in rooms:
            assert texts(chat, room, 6) == numbers

    def test_what_one_platform_refuses_the_others_get(self, chat):
        receipts = chat.broadcast([CHANNEL, GENERAL_ROOM], "x" * 300)
        assert [receipt.outcome for receipt in receipts] == [Outcome.NOT_SENT, Outcome.SENT]
        assert isinstance(receipts[0].error, InvalidInput)

    def test_a_bad_address_among_many_sends_nothing(self, chat, two):
        before = texts(chat, GENERAL_ROOM, None)
        for rooms in ([GENERAL_ROOM, "nowhere"], [GENERAL_ROOM, GENERAL_ROOM], []):
            with pytest.raises((AddressError, InvalidInput)):
                chat.broadcast(rooms, "never")
        assert texts(chat, GENERAL_ROOM, None) == before
        assert chat.send_many([]) == []

    def test_rooms_are_sent_to_side_by_side(self, chat, two):
        """None of the two messages is stored before both are on their way."""
        both = threading.Barrier(2, timeout=30)

        class Client:
            platform = "rocketchat"

            def __init__(self, client):
                self.backend, self.driver = Meeting(client.backend), client.driver

        class Meeting:
            def __init__(self, backend):
                self._backend = backend

            def send(self, address, draft):
                both.wait()
                return (yield from self._backend.send(address, draft))

        with rocket_chat(two) as client:
            meeting = Chat(rocketchat=Client(client))
            receipts = meeting.broadcast([GENERAL_ROOM, TEAM_ROOM], "together")
        assert [receipt.outcome for receipt in receipts] == [Outcome.SENT] * 2

    def test_a_draft_has_all_that_a_message_can_have(self, chat):
        first = chat.send(GENERAL_ROOM, "the beginning").require()
        [receipt] = chat.send_many([(GENERAL_ROOM, Draft(text="an answer", thread_id=first.id))])
        assert receipt.require().thread_id == first.id

    async def test_the_async_twin_does_the_same(self, one, two):
        async with (
            AsyncGlimesh(token="tok-viewer", url=one.url) as glimesh,
            rocket_chat(two, AsyncRocketChat) as rocketchat,
        ):
            chat = AsyncChat(glimesh=glimesh, rocketchat=rocketchat)
            receipts = await chat.broadcast([CHANNEL, "rocketchat:nowhere", GENERAL_ROOM], "hi")
            rooms = [room async for room in chat.rooms("rocketchat")]
        outcomes = [receipt.outcome for receipt in receipts]
        assert outcomes == [Outcome.SENT, Outcome.NOT_SENT, Outcome.SENT]
        assert GENERAL in {room.id for room in rooms}


class TestThreadsAndReplies:
    def test_an_answer_to_an_answer_stays_in_its_thread(self, chat):
        first = chat.send(GENERAL_ROOM, "the beginning").require()
        second = chat.send(GENERAL_ROOM, "an answer", thread=first).require()
        third = chat.send(GENERAL_ROOM, "another", thread=second).require()
        assert [second.thread_id, third.thread_id] == [first.id, first.id]

    def test_a_reply_quotes_by_a_link(self, chat, two):
        first = chat.send(GENERAL_ROOM, "the beginning").require()
        reply = chat.send(GENERAL_ROOM, "agreed", reply_to=first)
        assert reply.text == "agreed"
        assert reply.require().text == f"[ ]({two.url}/channel/general?msg={first.id}) agreed"


class TestServers:
    def test_each_server_of_a_platform_has_its_own_name(self, two):
        with (
            LocalRocketChat() as work,
            rocket_chat(two) as client,
            rocket_chat(work) as other,
        ):
            chat = Chat(rocketchat=client, backends={"rocketchat+work": other})
            receipt = chat.send("rocketchat+work:general", "to work")
            assert str(receipt.require().room.address) == "rocketchat+work:general"
            assert texts(chat, "rocketchat+work:general", 1) == ["to work"]
            assert texts(chat, GENERAL_ROOM, 1) != ["to work"]
            addresses = {str(room.address) for room in chat.rooms("rocketchat+work")}
            assert "rocketchat+work:general" in addresses
            assert len(list(chat.rooms())) == 2 * len(addresses)
            with pytest.raises(InvalidInput, match=r"must be one of rocketchat, rocketchat\+work"):
                chat.rooms("irc")

    def test_rooms_are_read_again_after_a_fault(self, chat, two):
        two.faults.cut_before_apply()
        assert GENERAL_ROOM in {str(room.address) for room in chat.rooms("rocketchat")}
        two.faults.answer(status=503, times=9)
        with pytest.raises(ServerFailure):
            list(chat.rooms("rocketchat"))

    def test_names_must_fit_their_clients(self, two):
        with rocket_chat(two) as client:
            for name in ("irc", "glimesh+work", "rocket chat", ""):
                with pytest.raises(ConfigurationError):
                    Chat(backends={name: client})
            with pytest.raises(ConfigurationError, match="two clients for rocketchat"):
                Chat(rocketchat=client, backends={"rocketchat": client})


class TestListening:
    def test_rooms_of_both_platforms_are_heard_by_arrival(self, chat, one, two):
        with chat.listen(CHANNEL, GENERAL_ROOM, TEAM_ROOM) as events:
            heard = []
            for room, say in (
                (GENERAL_ROOM, lambda text: two.say(GENERAL, "u-bob", text)),
                (CHANNEL, lambda text: one.say(1, 1, text)),
                (TEAM_ROOM, lambda text: two.say(TEAM, ALICE.user_id, text)),
            ):
                say(f"in {room}")
                heard.append(next(events))
        assert [(str(event.room.address), event.message.text, event.own) for event in heard] == [
            (GENERAL_ROOM, f"in {GENERAL_ROOM}", False),
            (CHANNEL, f"in {CHANNEL}", False),
            (TEAM_ROOM, f"in {TEAM_ROOM}", True),
        ]

    @pytest.mark.parametrize("room", [CHANNEL, GENERAL_ROOM])
    def test_a_lost_connection_is_told_and_nothing_is_missed(self, chat, one, two, room):
        server = {CHANNEL: one, GENERAL_ROOM: two}[room]
        say = {
            CHANNEL: lambda text: one.say(1, 1, text),
            GENERAL_ROOM: lambda text: two.say(GENERAL, "u-bob", text),
        }[room]
        with chat.listen(room) as events:
            say("before")
            assert next(events).message.text == "before"
            server.sockets.reset()
            say("meanwhile")
            found = [next(events) for _ in range(3)]
        assert {type(event) for event in found} == {Interrupted, Posted, Resumed}
        assert isinstance(found[0], Interrupted)
        [posted] = [event for event in found if isinstance(event, Posted)]
        assert posted.message.text == "meanwhile"

    def test_a_room_that_is_not_there_is_told_at_the_beginning(self, chat):
        with pytest.raises(NotFound), chat.listen(CHANNEL, "rocketchat:nowhere"):
            pass
        assert not [thread for thread in threading.enumerate() if thread.name == "listening"]

    def test_bad_addresses_are_refused_at_the_call(self, chat):
        for rooms in ((), (CHANNEL, CHANNEL), ("nowhere",)):
            with pytest.raises((AddressError, InvalidInput)):
                chat.listen(*rooms)

    def test_listening_without_with_begins_with_the_first_step_and_ends_by_close(self, chat, two):
        events = chat.listen(GENERAL_ROOM)
        assert iter(events) is events
        more = threading.Event()

        def keep_saying():
            while not more.wait(0.05):
                two.say(GENERAL, "u-bob", "at last")

        saying = threading.Thread(target=keep_saying)
        saying.start()
        try:
            assert next(events).message.text == "at last"
        finally:
            more.set()
            saying.join()
        events.close()
        assert list(events) == []

    async def test_a_step_that_is_cancelled_loses_nothing(self, two):
        async with rocket_chat(two, AsyncRocketChat) as client:
            chat = AsyncChat(rocketchat=client)
            async with chat.listen(GENERAL_ROOM) as events:
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(anext(events), 0.05)
                two.say(GENERAL, "u-bob", "still here")
                event = await anext(events)
        assert event.message.text == "still here"


def public(kind):
    return {
        name: inspect.signature(member)
        for name, member in vars(kind).items()
        if inspect.isfunction(member) and not name.startswith("_")
    }


def test_the_twins_have_the_same_methods_and_arguments():
    blocking, asynchronous = public(Chat), public(AsyncChat)
    assert blocking.keys() == asynchronous.keys()
    for name, signature in blocking.items():
        assert list(signature.parameters.values()) == list(
            asynchronous[name].parameters.values()
        ), name
    documented = {name: inspect.getdoc(getattr(Chat, name)) for name in blocking}
    for name, text in documented.items():
        twin = inspect.getdoc(getattr(AsyncChat, name))
        assert twin.replace("An async iterator", "An iterator").split() == text.split(), name

"""What the dispatcher promises, whatever the platform, sync and async."""

from datetime import UTC, timedelta
from itertools import islice

import pytest

from backchannel.errors import (
    AddressError,
    BackchannelError,
    ConfigurationError,
    ConnectError,
    InvalidInput,
    NotFound,
    Outcome,
    ServerFailure,
)
from backchannel.message import Address
from support import rawserver


def written(platform, count):
    texts = [f"number {number}" for number in range(count)]
    for text in texts:
        platform.says(text)
    return texts


def texts(messages):
    return [message.text for message in messages]


class TestSending:
    def test_a_message_that_was_sent_is_the_newest_of_the_history(self, platform, talk):
        written(platform, 3)
        receipt = talk.send(platform.room, "hello")
        assert receipt.outcome is Outcome.SENT
        assert (receipt.text, receipt.error, receipt.deduplicated) == ("hello", None, False)
        assert receipt.address == Address.parse(platform.room)
        assert receipt.require() is receipt.message
        [newest] = talk.history(platform.room, limit=1)
        assert newest == receipt.message
        assert platform.texts() == ["number 0", "number 1", "number 2", "hello"]

    def test_the_message_is_in_the_common_words(self, platform, talk):
        message = talk.send(platform.room, "hello").require()
        assert message.text == "hello"
        assert (message.room.id, message.room.name) == (platform.room_id, platform.room_name)
        assert str(message.room.address) == platform.room
        assert (message.author.id, message.author.username) == platform.me
        assert message.author.display_name
        assert message.sent_at.tzinfo is UTC
        assert (message.edited_at, message.thread_id) == (None, None)
        assert message.native.id == message.id

    def test_each_message_has_an_id_of_its_own(self, platform, talk):
        sent = [talk.send(platform.room, "again").require() for _ in range(3)]
        assert len({message.id for message in sent}) == 3
        assert talk.history(platform.room) == sent[::-1]

    def test_a_room_can_be_addressed_by_its_id(self, platform, talk):
        receipt = talk.send(platform.by_id, "hello")
        assert receipt.require().room.id == platform.room_id
        assert str(receipt.address) == platform.by_id
        assert texts(talk.history(platform.by_id)) == ["hello"]

    @pytest.mark.parametrize("form", ["room", "by_id"])
    def test_an_address_may_be_an_object(self, platform, talk, form):
        address = Address.parse(getattr(platform, form))
        assert talk.send(address, "hello").address is address
        assert texts(talk.history(address)) == ["hello"]

    def test_an_unknown_room_raises_and_nothing_is_sent(self, platform, talk):
        with pytest.raises(NotFound) as caught:
            talk.send(platform.unknown, "hello")
        assert caught.value.outcome is Outcome.NOT_SENT
        assert platform.sends == 0

    @pytest.mark.parametrize("text", ["", "  \n", "half \ud83d", "x" * 5001])
    def test_a_text_that_no_platform_takes_costs_no_request(self, platform, talk, text):
        with pytest.raises(InvalidInput) as caught:
            talk.send(platform.room, text)
        assert caught.value.limit
        assert caught.value.given
        assert platform.site.requests == []

    def test_a_refusal_is_a_receipt(self, platform, talk):
        platform.site.faults.delay(seconds=0)  # the room is found
        platform.site.faults.answer(status=403, body=b"no")
        receipt = talk.send(platform.room, "hello")
        assert (receipt.outcome, receipt.message) == (Outcome.NOT_SENT, None)
        with pytest.raises(BackchannelError) as caught:
            receipt.require()
        assert caught.value is receipt.error
        assert platform.texts() == []

    def test_a_room_that_cannot_be_looked_up_raises(self, platform, talk):
        platform.site.faults.answer(status=503, times=3)
        with pytest.raises(ServerFailure) as caught:
            talk.send(platform.room, "hello")
        assert caught.value.outcome is Outcome.NOT_SENT
        assert (len(platform.site.requests), platform.sends) == (3, 0)

    def test_nobody_listens(self, platform, new_talk):
        talk = new_talk()
        url = f"http://127.0.0.1:{rawserver.unused_port()}"
        talk.over(**{platform.name: platform.client(talk.kind, url=url)})
        with pytest.raises(ConnectError) as caught:
            talk.send(platform.room, "hello")
        assert caught.value.outcome is Outcome.NOT_SENT

    @pytest.mark.parametrize("applied", [True, False])
    def test_a_lost_reply_never_doubles_a_message(self, platform, talk, applied):
        faults = platform.site.faults
        faults.delay(seconds=0)  # the room is found
        (faults.cut_after_apply if applied else faults.cut_before_apply)()
        receipt = talk.send(platform.room, "hello")
        assert platform.texts() in (["hello"], [])
        if receipt.outcome is Outcome.SENT:
            assert platform.texts() == [receipt.require().text]
        else:  # the platform knows no key by which it could be sent again
            assert (receipt.outcome, receipt.message) == (Outcome.UNKNOWN, None)
            assert (applied, platform.sends) == (False, 1)
        if receipt.idempotency_key is not None:
            assert receipt.idempotency_key == receipt.require().id
            assert receipt.deduplicated is applied
        else:
            assert receipt.read_back is applied


class TestHistory:
    @pytest.mark.parametrize("newest_first", [True, False])
    @pytest.mark.parametrize(
        ("limit", "expected"),
        [
            (0, []),
            (1, [4]),
            (3, [2, 3, 4]),
            (5, [0, 1, 2, 3, 4]),
            (6, [0, 1, 2, 3, 4]),
            (None, [0, 1, 2, 3, 4]),
        ],
    )
    def test_the_newest_in_either_order(self, platform, talk, limit, expected, newest_first):
        everything = written(platform, 5)
        found = talk.history(platform.room, limit=limit, newest_first=newest_first)
        oldest_first = [everything[number] for number in expected]
        assert texts(found) == (oldest_first[::-1] if newest_first else oldest_first)

    def test_the_defaults_are_the_hundred_newest(self, platform, talk):
        everything = written(platform, 101)
        assert texts(talk.history(platform.room)) == everything[:0:-1]

    def test_an_empty_room(self, platform, talk):
        assert talk.history(platform.room, limit=None) == []

    def test_the_messages_are_in_the_common_words(self, platform, talk):
        written(platform, 2)
        newest, oldest = talk.history(platform.room)
        assert (newest.author.id, newest.author.username) == platform.other
        assert (newest.room.id, newest.room.name) == (platform.room_id, platform.room_name)
        assert timedelta() < newest.sent_at - oldest.sent_at < timedelta(minutes=1)
        assert newest.native.id == newest.id

    def test_a_negative_limit_costs_no_request(self, platform, talk):
        with pytest.raises(InvalidInput) as caught:
            talk.history(platform.room, limit=-1)
        assert (caught.value.argument, caught.value.given) == ("limit", "-1")
        assert platform.site.requests == []

    @pytest.mark.parametrize("limit", [0, 1, None])
    def test_an_unknown_room_raises(self, platform, talk, limit):
        with pytest.raises(NotFound):
            talk.history(platform.unknown, limit=limit)

    @pytest.mark.parametrize("newest_first", [True, False])
    @pytest.mark.parametrize("limit", [None, 100, 101, 200, 249, 250, 251])
    def test_more_than_a_page(self, platform, talk, limit, newest_first):
        everything = written(platform, 250)
        found = talk.history(platform.room, limit=limit, newest_first=newest_first)
        newest = everything[-(limit or 250) :]
        assert texts(found) == (newest[::-1] if newest_first else newest)
        assert len({message.id for message in found}) == len(found)

    @pytest.mark.parametrize("count", [100, 200])
    def test_exactly_full_pages(self, platform, talk, count):
        everything = written(platform, count)
        assert texts(talk.history(platform.room, limit=None)) == everything[::-1]

    def test_messages_that_arrive_meanwhile_neither_shift_nor_double_any(self, platform, talk):
        everything = written(platform, 250)
        found = []
        for message in talk.iterate(platform.room, limit=None):
            if len(found) % 40 == 0:
                platform.says(f"meanwhile {len(found)}")
            found.append(message.text)
        assert found == everything[::-1]
        assert len(platform.texts()) == 257

    def test_pages_are_fetched_as_they_are_needed(self, platform, talk):
        written(platform, 250)
        messages = talk.iterate(platform.room, limit=None)
        assert platform.site.requests == []
        assert len(list(islice(messages, 100))) == 100
        assert len(platform.site.requests) == 2  # the room and one page
        assert next(messages).text == "number 149"
        assert len(platform.site.requests) == 3
        messages.close()
        assert len(platform.site.requests) == 3

    def test_reading_goes_on_after_a_fault(self, platform, talk):
        everything = written(platform, 250)
        found = []
        for message in talk.iterate(platform.room, limit=None):
            if len(found) == 99:
                platform.site.faults.cut_before_apply()
            found.append(message.text)
        assert platform.site.faults.pending == 0
        assert found == everything[::-1]

    def test_a_failure_amid_the_pages_is_raised(self, platform, talk):
        written(platform, 250)
        messages = talk.iterate(platform.room, limit=None)
        assert len(list(islice(messages, 100))) == 100
        platform.site.faults.answer(status=503, times=3)
        with pytest.raises(ServerFailure):
            next(messages)


class TestClients:
    def test_without_any_there_is_no_dispatcher(self, new_talk):
        with pytest.raises(ConfigurationError, match="at least one client"):
            new_talk().over()

    def test_both_stand_side_by_side(self, glimesh, rocketchat, new_talk):
        talk = new_talk()
        talk.over(glimesh=glimesh.client(talk.kind), rocketchat=rocketchat.client(talk.kind))
        talk.send(glimesh.room, "to Glimesh")
        talk.send(rocketchat.room, "to Rocket.Chat")
        assert (glimesh.texts(), rocketchat.texts()) == (["to Glimesh"], ["to Rocket.Chat"])
        assert texts(talk.history(glimesh.room)) == ["to Glimesh"]
        assert texts(talk.history(rocketchat.room)) == ["to Rocket.Chat"]
        assert repr(talk.chat).endswith("Chat(glimesh, rocketchat)")

    def test_a_platform_that_is_not_configured(self, platform, talk):
        other = {"glimesh": "rocketchat", "rocketchat": "glimesh"}[platform.name]
        for attempt in (talk.history, lambda address: talk.send(address, "hello")):
            with pytest.raises(AddressError) as caught:
                attempt(f"{other}:room")
            assert caught.value.position == 0
            assert f"'{other}' is not configured here; there is {platform.name}" in str(
                caught.value
            )
        assert platform.site.requests == []

    def test_a_closed_client_says_so(self, platform, new_talk):
        talk = new_talk()
        client = platform.client(talk.kind)
        talk.over(**{platform.name: client})
        talk.send(platform.room, "hello")
        talk.close(client)
        asked = len(platform.site.requests)
        with pytest.raises(ConfigurationError, match="is closed"):
            talk.send(platform.room, "hello")
        with pytest.raises(ConfigurationError, match="is closed"):
            talk.history(platform.room)
        assert len(platform.site.requests) == asked

    def test_a_client_may_serve_two_dispatchers(self, platform, new_talk):
        talk = new_talk()
        client = platform.client(talk.kind)
        for text in ("first", "second"):
            talk.over(**{platform.name: client}).send(platform.room, text)
        assert platform.texts() == ["first", "second"]

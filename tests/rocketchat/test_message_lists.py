"""Threads, searches and read receipts."""

from __future__ import annotations

import pytest

from backchannel.errors import InvalidInput
from backchannel.local.rocketchat.seed import ALICE, BOT, GENERAL, TEAM
from backchannel.rocketchat import MessageNotFound, NotPermitted


def answer(client, thread_id: str, count: int) -> None:
    for number in range(count):
        client.send_message(TEAM, f"answer {number}", thread_id=thread_id)


def test_a_thread_is_read_oldest_first(connect, any_server):
    client = connect(any_server.url)
    first = client.send_message(TEAM, "question").message
    answer(client, first.id, 3)
    texts = [message.text for message in client.messages.thread(first.id)]
    assert texts == ["answer 0", "answer 1", "answer 2"]
    assert len(client.messages.thread(first.id, limit=2)) == 2


def test_a_long_thread_comes_whole_whatever_is_deleted_meanwhile(server):
    from backchannel.rocketchat import RocketChat

    with RocketChat(server.url, user_id=BOT.user_id, auth_token=BOT.token) as client:
        first = client.send_message(TEAM, "question").message
        answer(client, first.id, 230)
        seen: list[str] = []
        for message in client.messages.thread(first.id):
            if len(seen) == 50:
                for number in range(10):
                    server.world.trash(
                        next(
                            stored.id
                            for stored in server.world.messages_in(TEAM)
                            if stored.document["msg"] == f"answer {number}"
                        )
                    )
            seen.append(message.text)
    assert seen == [f"answer {number}" for number in range(230)]


def test_the_threads_of_a_room(connect, any_server):
    client = connect(any_server.url)
    first = client.send_message(TEAM, "question").message
    answer(client, first.id, 2)
    client.send_message(TEAM, "no question")
    found = client.messages.threads("#team")
    assert [(message.id, message.answer_count) for message in found] == [(first.id, 2)]
    assert client.messages.threads("#team", limit=0) == []


def test_a_search_finds_words_with_any_character(connect, any_server):
    client = connect(any_server.url)
    client.send_message(TEAM, "50% of a&b=c #d")
    client.send_message(TEAM, "something else")
    found = client.messages.search("#team", "% of a&b=c #")
    assert [message.text for message in found] == ["50% of a&b=c #d"]
    assert client.messages.search("#team", "nowhere") == []


def test_a_search_goes_on_over_pages(connect, server):
    server.say(TEAM, BOT.user_id, *(f"needle {number}" for number in range(130)))
    client = connect(server.url)
    assert len({message.id for message in client.messages.search(TEAM, "needle")}) == 130
    assert len(client.messages.search(TEAM, "needle", limit=120)) == 120


def test_who_has_read_a_message(connect, any_server):
    client = connect(any_server.url)
    message = client.send_message(TEAM, "read me").message
    (mine,) = client.messages.receipts(message)
    assert mine.user.username == "pimenta.bot"
    assert mine.read_at >= message.ts
    any_server.world.read[TEAM, ALICE.user_id] = any_server.world.time() + 1
    assert {one.user.username for one in client.messages.receipts(message.id)} == {
        "alice",
        "pimenta.bot",
    }


def test_a_server_that_keeps_no_receipts(connect, any_server):
    any_server.world.settings["Message_Read_Receipt_Enabled"] = False
    with pytest.raises(NotPermitted):
        connect(any_server.url).messages.receipts("m")


def test_what_is_not_there(connect, any_server):
    client = connect(any_server.url)
    with pytest.raises(MessageNotFound):
        client.messages.thread("nothing")
    with pytest.raises(MessageNotFound):
        client.messages.receipts("nothing")


def test_bad_arguments_are_refused_before_the_iteration_begins(connect):
    messages = connect("http://127.0.0.1:9").client.messages
    for call in (
        lambda: messages.thread("m", limit=-1),
        lambda: messages.threads(GENERAL, limit=-1),
        lambda: messages.search(GENERAL, "x", limit=-1),
        lambda: messages.search(GENERAL, " "),
        lambda: messages.thread(" "),
    ):
        with pytest.raises(InvalidInput):
            call()

"""Texts of any length and of either markup, sent in parts; the same rules blocking and async."""

from __future__ import annotations

import inspect

import pytest

from backchannel.chat import AsyncChat, Chat
from backchannel.errors import InvalidInput, LocalError, NotFound, Outcome
from backchannel.glimesh import AsyncGlimesh, Glimesh
from backchannel.local import LocalGlimesh, LocalRocketChat
from backchannel.local.rocketchat.seed import BOB
from backchannel.rocketchat import AsyncRocketChat, RocketChat
from backchannel.text import Markup
from backchannel.wire.retry import RetryPolicy

LONG = "One sentence of a long text. " * 20
PARTS = [len("One sentence of a long text. ") * 8] * 2 + [len("One sentence of a long text. ") * 4]


@pytest.fixture
def servers():
    with LocalGlimesh() as glimesh, LocalRocketChat() as rocketchat:
        yield glimesh, rocketchat


@pytest.fixture
def chat(servers):
    glimesh, rocketchat = servers
    with (
        Glimesh(token="tok-viewer", url=glimesh.url) as one,
        RocketChat(rocketchat.url, user_id=BOB.user_id, auth_token=BOB.token) as other,
    ):
        yield Chat(glimesh=one, rocketchat=other)


def test_a_long_text_is_sent_in_parts_and_joined_they_are_the_text(chat):
    receipts = chat.send_long("glimesh:streamer", LONG)
    assert [len(receipt.require().text) for receipt in receipts] == PARTS
    assert "".join(receipt.require().text for receipt in receipts) == LONG
    [whole] = chat.send_long("rocketchat:general", LONG)
    assert whole.require().text == LONG


async def test_the_async_chat_does_the_same(servers):
    glimesh, rocketchat = servers
    async with (
        AsyncGlimesh(token="tok-viewer", url=glimesh.url) as one,
        AsyncRocketChat(rocketchat.url, user_id=BOB.user_id, auth_token=BOB.token) as other,
    ):
        chat = AsyncChat(glimesh=one, rocketchat=other)
        receipts = await chat.send_long("glimesh:streamer", LONG)
        assert [len(receipt.require().text) for receipt in receipts] == PARTS
        [sent] = await chat.send_long("rocketchat:general", "2 * 3", markup=Markup.PLAIN)
        assert sent.require().text == r"2 \* 3"


def test_markup_is_translated_for_the_room(chat):
    text = "see *[this](https://example.org)* :smile:"
    [plain] = chat.send_long("glimesh:streamer", text, markup=Markup.MARKDOWN)
    assert plain.require().text == "see this (https://example.org) :smile:"
    [same] = chat.send_long("rocketchat:general", text, markup=Markup.MARKDOWN)
    assert same.require().text == text


def test_what_needs_more_parts_is_refused_before_anything_is_sent(chat):
    with pytest.raises(InvalidInput, match="at most 2 parts of at most 255 code points"):
        chat.send_long("glimesh:streamer", LONG, max_parts=2)
    with pytest.raises(NotFound):
        chat.send_long("glimesh:nobody", LONG)
    assert not [message for message in chat.history("glimesh:streamer") if message.text in LONG]


def test_after_a_part_of_which_nobody_knows_no_other_is_sent(servers):
    server, _ = servers
    looking = RetryPolicy(attempts=2, base=0)
    with Glimesh(token="tok-viewer", url=server.url, reading_back=looking) as glimesh:
        chat = Chat(glimesh=glimesh)
        server.faults.cut_before_apply(operation="createChatMessage")
        first, *others = chat.send_long("glimesh:streamer", LONG)
    assert first.outcome is Outcome.UNKNOWN
    assert [receipt.outcome for receipt in others] == [Outcome.NOT_SENT] * 2
    assert "".join(receipt.text for receipt in (first, *others)) == LONG
    with pytest.raises(LocalError, match="part 1 of 3 was not, or may not have been"):
        others[0].require()


def test_both_dispatchers_take_the_same_arguments():
    assert inspect.signature(Chat.send_long).parameters == (
        inspect.signature(AsyncChat.send_long).parameters
    )

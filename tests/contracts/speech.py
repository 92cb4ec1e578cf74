"""What a client can say: each call, with each argument that changes what is sent."""

from __future__ import annotations

import string
from datetime import UTC, datetime

from hypothesis import strategies as st

from backchannel.local.rocketchat import LocalRocketChat
from backchannel.local.rocketchat.seed import BOB, BOT, GENERAL, STAFF, TEAM
from backchannel.rocketchat import AsyncRocketChat, Attachment, AttachmentField, RocketChat

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)
WORDS = st.text(string.ascii_letters + string.digits, min_size=1, max_size=12)
LINKS = st.builds("https://{}.example.org/{}?{}".format, WORDS, WORDS, WORDS)
TIMES = st.datetimes(datetime(1970, 1, 1), datetime(2999, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
FIELDS = st.builds(AttachmentField, TEXTS, TEXTS, st.booleans())


def _maybe(strategy: st.SearchStrategy) -> st.SearchStrategy:
    return st.none() | strategy


ATTACHMENTS = st.builds(
    Attachment,
    color=_maybe(TEXTS),
    text=_maybe(TEXTS),
    ts=TIMES,
    thumb_url=_maybe(LINKS),
    message_link=_maybe(LINKS),
    collapsed=_maybe(st.booleans()),
    author_name=_maybe(TEXTS),
    author_link=_maybe(LINKS),
    author_icon=_maybe(LINKS),
    title=_maybe(TEXTS),
    title_link=LINKS,
    title_link_download=_maybe(st.booleans()),
    image_url=_maybe(LINKS),
    audio_url=_maybe(LINKS),
    video_url=_maybe(LINKS),
    fields=st.lists(FIELDS, max_size=3),
)
MESSAGES = st.fixed_dictionaries(
    {
        "text": TEXTS.map(lambda text: f"{text}."),
        "attachments": st.lists(ATTACHMENTS, max_size=3),
    },
    optional={
        "alias": TEXTS,
        "emoji": WORDS.map(lambda word: f":{word}:"),
        "avatar": LINKS,
    },
)


def say_everything(server: LocalRocketChat, client: RocketChat, admin: RocketChat) -> None:
    """Make each call, as the bot of the local server, and what bots may not as its admin."""
    send(client)
    read(server, client)
    change(admin)
    move(client)
    client.me()
    client.load_limits()
    client.logout()


def send(client: RocketChat) -> None:
    first = client.send_message(TEAM, "hello").message
    client.send_message(TEAM, "hello", message_id="chosen-by-the-caller")
    client.send_message(TEAM, "again", message_id="chosen-by-the-caller")  # is looked up
    client.send_message(TEAM, attachments=[Attachment(text="boxed", collapsed=False)])
    client.send_message(TEAM, "an answer", thread_id=first.id)
    client.send_message(TEAM, "a shown answer", thread_id=first.id, show_in_channel=True)
    for receipt in client.messages.post_to(["#general", TEAM, f"@{BOB.username}"], "to all"):
        assert receipt.error is None
    for caption in ("", "a caption"):
        client.files.upload(TEAM, b"a note", name="note.txt", caption=caption)
    client.files.upload(TEAM, b"a note", name="note.txt", thread_id=first.id)


def read(server: LocalRocketChat, client: RocketChat) -> None:
    for room in ("#general", STAFF, f"@{BOB.username}"):
        found = client.room_info(room)
        list(client.history(found))
        list(client.history(found, limit=1))
        list(client.rooms.members(found))
    # Two pages: the second says where the first ended.
    server.say(GENERAL, BOT.user_id, *(f"number {number}" for number in range(120)))
    list(client.history("#general", newest_first=False))
    list(client.messages.search(GENERAL, "number", limit=5))
    begun = client.send_message(TEAM, "which begins a thread").message
    client.send_message(TEAM, "an answer", thread_id=begun.id)
    assert list(client.messages.thread(begun.id))
    assert list(client.messages.threads(TEAM, limit=5))
    client.messages.receipts(begun)
    list(client.rooms.joined())


def change(client: RocketChat) -> None:
    message = client.send_message(GENERAL, "to be changed").message
    client.messages.update(message, "changed")
    client.messages.react(message, ":smile:")
    client.messages.unreact(message, ":smile:")
    client.messages.pin(message)
    client.messages.unpin(message)
    client.messages.star(message)
    client.messages.unstar(message)
    client.messages.delete(message)


def move(client: RocketChat) -> None:
    client.rooms.leave("#general")
    client.rooms.join("#general")
    client.rooms.leave(STAFF)


async def listen(server: LocalRocketChat, client: AsyncRocketChat) -> None:
    """Hear two messages where there is no socket: the second time from where the first ended."""
    async with client.listen(GENERAL, poll=0.05) as events:
        for text in ("one", "two"):
            server.say(GENERAL, BOT.user_id, text)
            await anext(events)

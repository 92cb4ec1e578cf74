"""All pages of a connection, from both ends, by both kinds of client."""

from datetime import timedelta

import pytest

import glimesh_api as api
from backchannel.errors import InvalidInput, NotFound
from backchannel.glimesh import AsyncGlimesh
from backchannel.local.glimesh.world import ChatMessage


def read(caller, pages):
    """All that an iteration of either kind gives."""

    async def gather():
        return [page async for page in pages]

    return caller.finish(gather()) if isinstance(caller.client, AsyncGlimesh) else list(pages)


@pytest.fixture
def crowded(site):
    """The site with 262 messages in its first channel."""
    newest = site.world.messages[12]
    for number in range(1, 251):
        at = newest.inserted_at + timedelta(minutes=number)
        site.world.messages.add(
            ChatMessage(
                id=12 + number,
                channel_id=1,
                user_id=newest.user_id,
                message=f"message {number}",
                tokens=newest.tokens,
                inserted_at=at,
                updated_at=at,
            )
        )
    return site


@pytest.mark.parametrize(
    ("page_size", "sizes"), [(100, [100, 100, 62]), (262, [262]), (261, [261, 1]), (1000, [262])]
)
@pytest.mark.parametrize("backwards", [False, True])
def test_every_message_comes_once_in_its_place(crowded, connect, page_size, sizes, backwards):
    caller = connect(crowded.url)
    pages = read(
        caller,
        api.chat_messages_pages(
            caller.client, channel_id="1", page_size=page_size, backwards=backwards
        ),
    )
    assert [len(page.edges) for page in pages] == sizes
    ordered = pages[::-1] if backwards else pages
    ids = [int(edge.node.id) for page in ordered for edge in page.edges]
    assert ids == list(range(1, 263))
    way, other = ("last", "first") if backwards else ("first", "last")
    assert [asked.json()["variables"].get(way) for asked in crowded.requests] == [page_size] * len(
        sizes
    )
    assert not any(other in asked.json()["variables"] for asked in crowded.requests)


def test_reading_goes_on_from_a_cursor(crowded, connect):
    caller = connect(crowded.url)
    [first, *_] = read(
        caller, api.chat_messages_pages(caller.client, channel_id="1", page_size=200)
    )
    rest = read(
        caller,
        api.chat_messages_pages(
            caller.client, channel_id="1", cursor=first.page_info.end_cursor, page_size=200
        ),
    )
    assert [int(edge.node.id) for page in rest for edge in page.edges] == list(range(201, 263))


def test_a_page_is_asked_for_when_it_is_needed(crowded, connect):
    caller = connect(crowded.url)
    pages = api.chat_messages_pages(caller.client, channel_id="1", page_size=10, backwards=True)
    assert crowded.requests == []

    async def take():
        page = await anext(pages)
        await pages.aclose()
        return page

    later = isinstance(caller.client, AsyncGlimesh)
    page = caller.finish(take()) if later else next(pages)
    assert [int(edge.node.id) for edge in page.edges] == list(range(253, 263))
    assert len(crowded.requests) == 1


def test_more_than_the_server_gives_is_refused_before_anything_is_sent(site, connect):
    client = connect(site.url).client
    with pytest.raises(InvalidInput, match="page_size: 1 to 1000; given: 1001"):
        api.chat_messages_pages(client, channel_id="1", page_size=1001)
    assert site.requests == []


def test_errors_come_out_of_the_iteration(site, connect):
    caller = connect(site.url)
    pages = api.chat_messages_pages(caller.client, channel_id="999")
    with pytest.raises(NotFound):
        read(caller, pages)


def test_other_connections_have_their_pages_too(site, connect):
    caller = connect(site.url)
    found = read(caller, api.users_pages(caller.client, page_size=5))
    names = [edge.node.username for page in found for edge in page.edges]
    assert names == [user.username for user in site.world.users if not user.is_banned]
    tags = read(caller, api.tags_pages(caller.client, category_slug="gaming"))
    assert [edge.node.name for page in tags for edge in page.edges] == ["Chill"]

"""The life of the local Glimesh server, and worlds of one's own."""

import re
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import aiohttp
import graphql
import pytest

from backchannel.local.glimesh import LocalGlimesh, Table, World, schema_text, seed
from backchannel.local.glimesh.world import AccessToken, Category, Channel, Emote, User
from support.glimesh_exchanges import Request, send
from support.glimesh_site import CREATE, HISTORY, Clock, message_of, post, write


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def server(clock):
    with LocalGlimesh(clock=clock) as running:
        yield running


def test_many_writers_get_ids_of_their_own_in_ascending_order(server):
    with ThreadPoolExecutor(20) as pool:
        sent = list(pool.map(lambda number: write(server, f"number {number}"), range(100)))
    ids = [int(message["id"]) for message in sent]
    assert sorted(ids) == list(range(13, 113))
    edges = post(server, HISTORY).body["data"]["channel"]["chatMessages"]["edges"]
    kept = [int(edge["node"]["id"]) for edge in edges]
    assert kept == list(range(63, 113))
    assert {message["id"]: message for message in sent}[str(kept[-1])] == edges[-1]["node"]


def test_closing_ends_the_thread_and_frees_the_port():
    before = set(threading.enumerate())
    with LocalGlimesh() as server:
        assert write(server, "hello")["message"] == "hello"
        assert set(threading.enumerate()) - before
    assert set(threading.enumerate()) == before
    with pytest.raises(ConnectionRefusedError):
        write(server, "too late")
    server.close()  # closing again does nothing
    port = int(server.url.rpartition(":")[2])
    with LocalGlimesh(port=port) as again:
        assert write(again, "back")["message"] == "back"


def test_closing_does_not_wait_for_idle_connections(server):
    import http.client

    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=10)
    connection.request("GET", "/", headers={"connection": "keep-alive"})
    assert connection.getresponse().read() == b"Not Found"
    server.close()
    connection.close()


async def test_asynchronous_clients_may_use_it(server):
    headers = {"authorization": "Bearer tok-viewer"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.post(f"{server.url}/api/graph", json={"query": "{ myself { username } }"}) as reply,
    ):
        assert await reply.json() == {"data": {"myself": {"username": "viewer"}}}


def test_servers_do_not_share_a_world():
    with LocalGlimesh() as one, LocalGlimesh() as other:
        write(one, "only here")
        assert len(one.world.messages) == 13
        assert len(other.world.messages) == 12


@pytest.mark.parametrize("package", ["starlette", "uvicorn"])
def test_without_its_extra_the_import_says_what_to_install(package):
    program = (
        "import importlib.util as util, sys\n"
        "real = util.find_spec\n"
        f"util.find_spec = lambda name, *rest: None if name == {package!r} else real(name, *rest)\n"
        "try:\n"
        "    import backchannel.local.glimesh\n"
        "except ModuleNotFoundError as error:\n"
        "    print(error)\n"
    )
    output = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout
    assert "pip install 'backchannel[local]'" in output
    assert package in output


def test_the_schema_is_found():
    assert "type ChatMessage {" in schema_text()


def test_a_world_of_ones_own(clock):
    world = World(
        users=Table([User(id=70, username="Mytho"), User(id=71, username="Lurker")]),
        categories=Table([Category(id=4, name="Talk", slug="talk")]),
        channels=Table([Channel(id=9, streamer_id=70, category_id=4, title="Café")]),
        emotes=Table([Emote(id=1, name="wave", src="https://cdn.example/wave.png")]),
        tokens=Table([AccessToken(id=1, value="mine", user_id=71)]),
    )
    with LocalGlimesh(world=world, clock=clock) as server:
        query = '{ channel(streamerUsername: "mYTHO") { id title category { slug } } }'
        reply = post(server, query, token="mine")
        assert reply.body["data"]["channel"] == {
            "id": "9",
            "title": "Café",
            "category": {"slug": "talk"},
        }
        query = CREATE.replace("id message }", "id tokens { text ... on EmoteToken { src } } }")
        reply = post(server, query, {"c": 9, "m": {"message": ":wave:"}}, token="mine")
        assert reply.body["data"]["createChatMessage"] == {
            "id": "1",
            "tokens": [{"text": ":wave:", "src": "https://cdn.example/wave.png"}],
        }
        assert post(server, "{ myself { id } }").status == 401
    assert [row.message for row in world.messages] == [":wave:"]


def test_a_stream_begins_is_measured_pictured_and_ends(server):
    start = "mutation { startStream(channelId: 2) { id channel { status } } }"
    assert message_of(post(server, start)) == "unauthorized"
    stream = post(server, start, token="tok-admin").body["data"]["startStream"]
    assert stream["channel"] == {"status": "LIVE"}
    measure = (
        "mutation($s: ID!, $m: StreamMetadataInput!) { logStreamMetadata(streamId: $s, metadata: $m)"
        " { metadata(first: 1) { edges { node { sourceBitrate videoCodec } } } } }"
    )
    values = {"sourceBitrate": 6000, "video_codec": "H264"}
    reply = post(server, measure, {"s": stream["id"], "m": values}, token="tok-admin")
    assert reply.body["data"]["logStreamMetadata"]["metadata"]["edges"] == [
        {"node": {"sourceBitrate": 6000, "videoCodec": "H264"}}
    ]
    upload = (
        '--line\r\ncontent-disposition: form-data; name="query"\r\n\r\n'
        f'mutation {{ uploadStreamThumbnail(streamId: {stream["id"]}, thumbnail: "picture")'
        " { thumbnailUrl } }\r\n"
        '--line\r\ncontent-disposition: form-data; name="picture"; filename="a.jpg"\r\n'
        "content-type: image/jpeg\r\n\r\nnot really\r\n--line--\r\n"
    )
    headers = {
        "authorization": "Bearer tok-admin",
        "content-type": "multipart/form-data; boundary=line",
    }
    reply = send(server.url, Request("POST", "/api/graph", headers, upload))
    url = reply.body["data"]["uploadStreamThumbnail"]["thumbnailUrl"]
    assert url == f"{server.url}/uploads/stream-thumbnails/{stream['id']}.jpg"
    end = f"mutation {{ endStream(streamId: {stream['id']}) {{ endedAt channel {{ status }} }} }}"
    reply = post(server, end, token="tok-admin")
    assert reply.body["data"]["endStream"] == {
        "endedAt": "2026-01-01T00:00:00",
        "channel": {"status": "OFFLINE"},
    }


def test_every_field_of_the_schema_can_be_asked(server):
    """Columns and resolvers are complete: nothing but the admins' and owners' fields is refused."""
    schema = graphql.build_schema(schema_text())

    def selection(kind, depth):
        named = graphql.get_named_type(kind)
        if graphql.is_leaf_type(named):
            return ""
        parts = []
        for name, field in named.fields.items():
            leaf = graphql.is_leaf_type(graphql.get_named_type(field.type))
            if leaf or depth:
                first = "(first: 1)" if "first" in field.args else ""
                parts.append(name + first + selection(field.type, depth - 1))
        return " { __typename " + " ".join(parts) + " }" if parts else " { __typename }"

    post(server, "mutation { follow(streamerId: 1) { id } }", token="tok-admin")
    write(server, "hi :glimchef:")
    roots = {
        "myself": 1,
        "categories": 3,
        "channel(id: 1)": 3,
        "channels(first: 1, status: LIVE)": 2,
        "homepageChannels(first: 1)": 2,
        'category(slug: "gaming")': 3,
        "followers(streamerId: 1, userId: 10, first: 1)": 2,
        "users(first: 1)": 2,
        'user(username: "STREAMER")': 1,
    }
    for root, depth in roots.items():
        field = schema.query_type.fields[re.match(r"\w+", root)[0]]
        reply = post(server, "{ " + root + selection(field.type, depth) + " }", token="tok-admin")
        assert reply.status == 200, root
        assert "data" in reply.body, (root, reply.body)
        refused = {error["path"][-1] for error in reply.body.get("errors", [])}
        assert refused <= {"email"}, root


def test_the_seed_takes_the_time_it_is_made_at():
    now = datetime(2030, 6, 1, tzinfo=UTC)
    assert [row.expires_at for row in seed(now).bans] == [None, now + timedelta(hours=4)]

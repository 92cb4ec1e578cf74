"""Every recorded request is sent again to the local server, in order, and answered as it was."""

import pytest

from backchannel.local.glimesh import LocalGlimesh, seed
from support import glimesh_exchanges
from support.glimesh_exchanges import RECORDED_AT, RECORDED_URL, Reply

EXCHANGES = {exchange.case: exchange for exchange in glimesh_exchanges.recorded()}

# Cases that the local server does not reproduce, each with the reason. An entry whose case does
# pass fails.
LEFT_OUT: dict[str, str] = {}


@pytest.fixture(scope="module")
def replayed():
    """The local server's replies to all requests in the recorded order, with its URL as it was."""
    with LocalGlimesh(world=seed(RECORDED_AT), clock=lambda: RECORDED_AT) as server:
        return {
            case: as_recorded(glimesh_exchanges.send(server.url, exchange.request), server.url)
            for case, exchange in EXCHANGES.items()
        }


def as_recorded(reply, url):
    return Reply(reply.status, reply.headers, at_recorded_url(reply.body, url))


def at_recorded_url(value, url):
    if isinstance(value, dict):
        return {key: at_recorded_url(item, url) for key, item in value.items()}
    if isinstance(value, list):
        return [at_recorded_url(item, url) for item in value]
    return value.replace(url, RECORDED_URL) if isinstance(value, str) else value


def ids_in(exchange, body):
    """(type, id) of every id in a reply, in the order of the document."""
    found = []

    def note(type_name, number):
        found.append((type_name, number))
        return number

    glimesh_exchanges.with_ids(exchange.request, body, note)
    return found


def without_ids(exchange, reply):
    def blank(type_name, _):
        return f"an id of {type_name}"

    body = glimesh_exchanges.with_ids(exchange.request, reply.body, blank)
    return Reply(reply.status, reply.headers, body)


@pytest.fixture(scope="module")
def renaming(replayed):
    """The local server's id for each recorded one, as first met."""
    found = {}
    for case, exchange in EXCHANGES.items():
        recorded = ids_in(exchange, exchange.reply.body)
        for (type_name, number), (_, ours) in zip(
            recorded, ids_in(exchange, replayed[case].body), strict=False
        ):
            found.setdefault((type_name, number), ours)
    return found


def test_there_are_a_hundred_exchanges_and_nearly_all_are_reproduced():
    assert len(EXCHANGES) == 100
    assert len(LEFT_OUT) <= 5
    assert LEFT_OUT.keys() <= EXCHANGES.keys()


@pytest.mark.parametrize("case", EXCHANGES)
def test_recorded_exchange(case, replayed, renaming):
    exchange, reply = EXCHANGES[case], replayed[case]
    recorded_ids = ids_in(exchange, exchange.reply.body)
    renamed = [(type_name, renaming[type_name, number]) for type_name, number in recorded_ids]
    found = [] if ids_in(exchange, reply.body) == renamed else ["ids"]
    found += glimesh_exchanges.differences(
        without_ids(exchange, exchange.reply), without_ids(exchange, reply)
    )
    if case in LEFT_OUT:
        assert found, f"{case} passes: take it from the list"
    else:
        assert not found, exchange.about


def test_ids_are_renamed_one_to_one(renaming):
    ours = [(type_name, number) for (type_name, _), number in renaming.items()]
    assert len(set(ours)) == len(ours)


def test_only_ids_of_logs_differ_because_some_requests_were_not_recorded(renaming):
    renamed = {key: ours for key, ours in renaming.items() if key[1] != ours}
    assert renamed == {("ChannelModerationLog", "4"): "2"}

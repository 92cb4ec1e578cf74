"""What was recorded of the real servers is here, and as it was recorded."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

DATA = Path(__file__).parents[1] / "data"
RECORDED = {
    "chat-send-message.json": "87d4933d583b8629393db9f45f29198f0fae7a180f37f6fdad5366a92918bcaf",
    "schema-facts-2021.graphql": "c11731631e7f0839a63b9f54db8da881c3fad9af87eef51857a38694bf9fe34a",
    "schema-facts.graphql": "321af7964363c6c099f9fdfb88b6dfd748050aaa8cc108b87fe8bebaebf3861d",
    "wire-http.jsonl": "534c80ef1f7806327330f6b65e442ea28c73b41d8406644f09943396a2ab10c9",
    "wire-socket.md": "9bd63cc21ba86e4574fbe62c1a4cd1586884ea1e88c12eb385b50b43bd858d94",
}


@pytest.mark.parametrize("name", RECORDED)
def test_a_recording_is_as_it_was_made(name):
    assert sha256((DATA / name).read_bytes()).hexdigest() == RECORDED[name]


def test_nothing_else_lies_among_them():
    assert {path.name for path in DATA.iterdir()} == {*RECORDED, "tls"}

"""How the fields of messages, users and rooms are called on the wire.

The one place where Python's names meet Rocket.Chat's; a name that is not here is the same in
both. Attachments need none of it: the documentation's names are good Python.
"""

from __future__ import annotations

from typing import Final

WIRE_NAMES: Final = {
    "answer_count": "tcount",
    "author": "u",
    "display_name": "fname",
    "edited_at": "editedAt",
    "id": "_id",
    "kind": "t",
    "read_only": "ro",
    "room_id": "rid",
    "show_in_channel": "tshow",
    "system_type": "t",
    "text": "msg",
    "thread_id": "tmid",
    "updated_at": "_updatedAt",
}

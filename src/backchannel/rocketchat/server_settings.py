"""The server's public settings, as far as a client keeps to them."""

from __future__ import annotations

from typing import Final

import msgspec

from backchannel.errors import MalformedReply
from backchannel.flow import Flow
from backchannel.rocketchat.replies import Reply
from backchannel.rocketchat.session import Session

__all__ = ["load_limits"]

MAX_SIZE: Final = "Message_MaxAllowedSize"
PAGE: Final = 100  # the server's default for the most it gives at once


class _Setting(msgspec.Struct, frozen=True, rename={"id": "_id"}):
    id: str
    value: object = None


class SettingsReply(Reply, frozen=True, kw_only=True):
    """The body of a `settings.public`."""

    settings: tuple[_Setting, ...]


def load_limits(session: Session) -> Flow[int]:
    """The flow that reads the longest text, in UTF-16 code units, and keeps to it from then on.

    Raises:
        MalformedReply: the server does not tell it as a number above 0.
        BackchannelError: the others of a read.

    Source: `GET settings.public`, setting Message_MaxAllowedSize.
    """
    units = yield from _read_setting(session, MAX_SIZE)
    if not isinstance(units, int) or isinstance(units, bool) or units < 1:
        raise MalformedReply(f"{session.url}: the setting {MAX_SIZE} is {units!r}")
    session.text_limit.units = units
    return units


def _read_setting(session: Session, name: str) -> Flow[object]:
    """The value of a setting, or None if there is none of this name."""
    offset = 0
    while True:
        # Servers that do not know `_id` give all settings, in pages.
        query = {"_id": name, "count": str(PAGE), "offset": str(offset)}
        request = session.get("settings.public", query)
        page = (yield from session.read(request, SettingsReply)).settings
        for setting in page:
            if setting.id == name:
                return setting.value
        if not page:
            return None
        offset += len(page)

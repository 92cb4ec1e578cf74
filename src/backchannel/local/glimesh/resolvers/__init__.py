"""The fields that are more than an attribute of a row, by type and name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backchannel.local.glimesh.resolvers import accounts, channels, chat, moderation, streams

if TYPE_CHECKING:
    from backchannel.local.glimesh.resolvers.fields import Fields

ALL: tuple[Fields, ...] = (
    accounts.FIELDS,
    channels.FIELDS,
    chat.FIELDS,
    moderation.FIELDS,
    streams.FIELDS,
)

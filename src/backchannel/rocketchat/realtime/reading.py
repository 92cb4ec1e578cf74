"""What changed in a room since a moment: how gaps are filled, and how rooms are polled."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import cast

import msgspec

from backchannel.errors import MalformedReply, ReplyTooLarge, Unsupported
from backchannel.flow import Flow
from backchannel.rocketchat.reading import newest_messages
from backchannel.rocketchat.realtime.documents import Document, Tombstone, read_document
from backchannel.rocketchat.realtime.events import RoomEvent
from backchannel.rocketchat.realtime.sequencer import EPOCH, Sequencer
from backchannel.rocketchat.replies import Reply
from backchannel.rocketchat.rooms import RocketChatRoom, in_room
from backchannel.rocketchat.session import Session
from backchannel.rocketchat.times import write_time
from backchannel.wire.json import JSON


class _Changes(msgspec.Struct, frozen=True):
    updated: tuple[dict[str, object], ...] = ()
    deleted: tuple[Tombstone, ...] = ()


class _ChangesReply(Reply, frozen=True, kw_only=True):
    result: _Changes


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What changed in a room.

    Attributes:
        since: since when.
        documents: the messages that were written or changed, and are there.
        tombstones: those that were deleted.
        malformed: what is no message.
    """

    since: datetime
    documents: tuple[Document, ...]
    tombstones: tuple[Tombstone, ...]
    malformed: tuple[MalformedReply, ...]


class RoomReader:
    """Reads what changed in a room, and knows what of it was told.

    Times are the server's own, those of messages: its clock may differ from ours.

    Args:
        session: who asks whom.
        room: the room.
        overlap: seconds before the last known change from which is read.

    Attributes:
        room: the room.
        sequencer: what was told.
    """

    def __init__(self, session: Session, room: RocketChatRoom, overlap: float) -> None:
        self.room = room
        self.sequencer = Sequencer(room.id)
        self._begun = False
        self._session = session
        self._overlap = timedelta(seconds=overlap)

    def read(self) -> Flow[Reading]:
        """The flow that reads what changed since a while before the last change known.

        It changes nothing: a flow that is given up may go on in a thread.

        Raises:
            ReplyTooLarge: too much changed; the server does not give it in parts.
            NotPermitted, BackchannelError: those of a read.
        """
        newest = self.sequencer.newest if self._begun else (yield from self._newest())
        since = max(EPOCH + self._overlap, newest) - self._overlap
        # With `lastUpdate` and not with a cursor, which servers before 7 do not know, and which
        # passes over messages where several of one millisecond are on two pages.
        query = {"roomId": self.room.id, "lastUpdate": write_time(since)}
        request = self._session.get("chat.syncMessages", query)
        try:
            with in_room(self._session, self.room):
                result = (yield from self._session.read(request, _ChangesReply)).result
        except ReplyTooLarge as error:
            raise ReplyTooLarge(
                f"what changed in the room {self.room.id!r} since {write_time(since)} cannot be"
                f" read: {error}; the server gives it whole, so `max_reply_bytes` of the client's"
                " limits must be larger",
                response=error.response,
            ) from None
        documents: list[Document] = []
        malformed: list[MalformedReply] = []
        for raw in result.updated:
            try:
                documents.append(read_document(cast("JSON", raw)))
            except MalformedReply as error:
                malformed.append(error)
        return Reading(
            since=since,
            documents=tuple(documents),
            tombstones=result.deleted,
            malformed=tuple(malformed),
        )

    def take(self, reading: Reading) -> list[RoomEvent | MalformedReply]:
        """What of a reading is to be told; of the first one nothing: that was there before."""
        if not self._begun:
            self.sequencer.begin(reading.documents, reading.tombstones, reading.since)
            self._begun = True
            return []
        events = self.sequencer.read(reading.documents, reading.tombstones)
        return [*events, *reading.malformed]

    def _newest(self) -> Flow[datetime]:
        """The flow that asks when the newest messages last changed."""
        try:
            messages = yield from newest_messages(self._session, self.room)
        except Unsupported:
            return EPOCH  # a kind of room whose history nobody knows how to read
        return max((message.updated_at or message.ts for message in messages), default=EPOCH)

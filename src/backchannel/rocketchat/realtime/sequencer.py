"""Each change of a room's messages once: what the stream said, merged with what was read.

Pure, and without I/O: it is told documents and tombstones, and answers with events.

A change is a message's id with its time of change. Of each room a window of messages is
remembered; of what left it, or was there before listening began, only up to when it is known.

What it guarantees: each state that is read, or that the stream tells, comes once, unless it is
older than 5,000 other messages of its room that changed (`WINDOW`); such a one, read, counts as
known. A reading tells of a message only how it is: of several changes in a gap the last one
comes, and of a message written and deleted in it, only that it was deleted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

import msgspec

from backchannel.rocketchat.realtime.documents import Document, Tombstone
from backchannel.rocketchat.realtime.events import (
    MessageChanged,
    MessageDeleted,
    MessageEdited,
    MessageNew,
    RoomEvent,
)

WINDOW: Final = 5_000
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class _Known(msgspec.Struct, frozen=True):
    """What is known of a message.

    Attributes:
        born: when it was written.
        at: when it changed, or was deleted; of what the stream called deleted, at least then.
        edited: when its text was edited.
        content: what there was of it; None for one that was deleted.
    """

    born: datetime
    at: datetime
    edited: datetime | None = None
    content: int | None = None

    @property
    def alive(self) -> bool:
        return self.content is not None


class Sequencer:
    """Knows what was told of a room's messages.

    Args:
        room_id: the room.
        window: how many messages are remembered.

    Attributes:
        newest: the latest time that the server has put on anything.
        unsure: whether something came of which only another reading can tell if it is older or
            younger than what was read: both are of one millisecond.
    """

    def __init__(self, room_id: str, window: int = WINDOW) -> None:
        self.newest = EPOCH
        self.unsure = False
        self._room_id = room_id
        self._window = window
        self._known: dict[str, _Known] = {}
        # What is not remembered is known up to here.
        self._floor = EPOCH
        # Of the last reading, the deletions.
        self._read_deleted: frozenset[str] = frozenset()

    def begin(
        self, documents: Iterable[Document], tombstones: Iterable[Tombstone], since: datetime
    ) -> None:
        """Take what there is as known: all that changed after `since`, and what is older."""
        self._floor = self.newest = since
        for tombstone in tombstones:
            self._bury(tombstone.id, tombstone.at)
        for document in documents:
            self._remember(document)
        self._forget()

    def read(
        self, documents: Sequence[Document], tombstones: Sequence[Tombstone]
    ) -> list[RoomEvent]:
        """Take a reading of the room, which is later than all that was told before.

        Returns:
            What is to be told, in the order in which it happened.
        """
        self.unsure = False
        alive = {document.message.id: document.message.ts for document in documents}
        graves = [stone for stone in tombstones if not self._lives(stone.id, alive.get(stone.id))]
        self._read_deleted = frozenset(stone.id for stone in tombstones)
        # A message may have been deleted, and another written with its id: so it comes after.
        steps: list[tuple[datetime, int, Document | Tombstone]]
        steps = [(stone.at, 0, stone) for stone in graves]
        steps += [(self._happened(document), 1, document) for document in documents]
        events: list[RoomEvent] = []
        for _, _, step in sorted(steps, key=lambda step: step[:2]):
            if isinstance(step, Tombstone):
                event = self._deleted(step.id, step.at)
            elif step.message.id not in self._known and step.at <= self._floor:
                continue
            else:
                event = self._updated(step, read=True)
            if event is not None:
                events.append(event)
        # Not before: of a message known so far, more may stand in the same reading.
        self._forget()
        return events

    def pushed(self, document: Document, *, early: bool) -> RoomEvent | None:
        """Take what the stream told.

        Args:
            document: the message.
            early: whether it may have come before the last reading, which is younger then.

        Returns:
            What is to be told, or None: it is known.
        """
        known = self._known.get(document.message.id)
        if early and known is None and document.at <= self._floor:
            return None
        if early and known is not None and known.alive and known.at == document.at:
            self.unsure = self.unsure or known.content != document.content
            return None
        event = self._updated(document, read=False)
        self._forget()
        return event

    def pushed_deletion(self, message_id: str, *, early: bool) -> RoomEvent | None:
        """Take what the stream told, as `pushed` does. It tells no time."""
        if early and message_id in self._read_deleted:
            known = self._known.get(message_id)
            self.unsure = self.unsure or (known is not None and known.alive)
            return None
        event = self._deleted(message_id, None)
        self._forget()
        return event

    def _lives(self, message_id: str, born: datetime | None) -> bool:
        """Whether the message that is known is the one that was written then."""
        known = self._known.get(message_id)
        return known is not None and known.alive and known.born == born

    def _happened(self, document: Document) -> datetime:
        new = document.message.id not in self._known and document.message.ts > self._floor
        return document.message.ts if new else document.at

    def _updated(self, document: Document, *, read: bool) -> RoomEvent | None:
        message = document.message
        known = self._known.get(message.id)
        event: RoomEvent
        if known is None:
            if message.ts > self._floor:
                event = MessageNew(message)
            else:
                event = _changed(document, edited=_is_after(message.edited_at, self._floor))
        elif not known.alive:
            # A late word of the deleted one, unless it was read, which is later than the deletion.
            if message.ts <= known.at and not read:
                return None
            event = MessageNew(message)  # another one, with the id of the deleted one
        elif document.at < known.at or (
            document.at == known.at and document.content == known.content
        ):
            return None
        else:
            event = _changed(document, edited=message.edited_at not in {None, known.edited})
        self._remember(document)
        return event

    def _deleted(self, message_id: str, at: datetime | None) -> RoomEvent | None:
        known = self._known.get(message_id)
        if known is None:
            told = at is not None and at <= self._floor
        else:
            # One that was deleted before this one was written had the same id.
            told = not known.alive or (at is not None and at < known.born)
        if told:
            return None
        self._bury(message_id, at)
        return MessageDeleted(id=message_id, room_id=self._room_id, deleted_at=at)

    def _bury(self, message_id: str, at: datetime | None) -> None:
        if at is None:
            known = self._known.get(message_id)
            at = self.newest if known is None else max(self.newest, known.at)
        self._keep(message_id, _Known(at, at))

    def _remember(self, document: Document) -> None:
        message = document.message
        self._keep(message.id, _Known(message.ts, document.at, message.edited_at, document.content))

    def _keep(self, message_id: str, known: _Known) -> None:
        self.newest = max(self.newest, known.at)
        self._known.pop(message_id, None)
        self._known[message_id] = known

    def _forget(self) -> None:
        while len(self._known) > self._window:
            oldest = next(iter(self._known))
            self._floor = max(self._floor, self._known.pop(oldest).at)


def _changed(document: Document, *, edited: bool) -> RoomEvent:
    return MessageEdited(document.message) if edited else MessageChanged(document.message)


def _is_after(time: datetime | None, limit: datetime) -> bool:
    return time is not None and time > limit

"""`client.rooms`: what can be done with rooms, blocking and async."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from typing import TYPE_CHECKING

from backchannel.rocketchat import listing, membership
from backchannel.rocketchat.messages import RocketChatUser
from backchannel.rocketchat.rooms import RocketChatRoom, find_room

if TYPE_CHECKING:
    from backchannel.drive import AsyncDriver, Driver
    from backchannel.rocketchat.session import Session

__all__ = ["AsyncRooms", "Rooms"]


class Rooms:
    """Rooms of a client, blocking. Threads may share it.

    Rooms are what `room_info` takes: an id, `#general`, `@bob`. Where only the id is needed, a
    room found in the last five minutes is not asked for again.

    Args:
        driver: runs the flows.
        session: who asks whom.
    """

    def __init__(self, driver: Driver, session: Session) -> None:
        self._driver = driver
        self._session = session

    def info(self, room: str) -> RocketChatRoom:
        """Find a room as it is at this moment. See `RocketChat.room_info`."""
        return self._driver.run(find_room(self._session, room))

    def joined(self) -> Iterator[RocketChatRoom]:
        """Iterate over the rooms that the user is in (`GET rooms.get`).

        Raises:
            BackchannelError: see the tree in `backchannel.errors`.
        """
        return self._driver.iterate(listing.joined_rooms(self._session))

    def members(
        self, room: str | RocketChatRoom, *, limit: int | None = None
    ) -> Iterator[RocketChatUser]:
        """Iterate over who is in a room (`channels.members`, `groups.members`, `im.members`).

        Args:
            room: the room.
            limit: how many users at most; None for all.

        Raises:
            InvalidInput: a bad room or limit; raised at once, not when the iteration begins.
            Unsupported: the room is of a kind that a newer server brought.
            BackchannelError: those of `room_info`.
        """
        return self._driver.iterate(listing.members(self._session, room, limit=limit))

    def join(self, room: str | RocketChatRoom, *, join_code: str | None = None) -> RocketChatRoom:
        """Join a channel (`POST channels.join`), unless the user is in it.

        Args:
            room: the channel.
            join_code: its password, if it has one.

        Returns:
            The channel as it was before.

        Raises:
            Unsupported: it is no channel; others are joined by invitation.
            NotPermitted: the channel is not for this user, or the code is wrong.
            BackchannelError: those of `room_info`; `outcome` tells whether it was joined.
        """
        return self._driver.run(membership.join(self._session, room, join_code=join_code))

    def leave(self, room: str | RocketChatRoom) -> None:
        """Leave a channel or group (`channels.leave`, `groups.leave`), if the user is in it.

        Raises:
            Unsupported: it is neither.
            ApiError: the user is its last owner (`error-you-are-last-owner`).
            BackchannelError: those of `room_info`; `outcome` tells whether it was left.
        """
        self._driver.run(membership.leave(self._session, room))


class AsyncRooms:
    """The async twin of `Rooms`, for the event loop of its first call."""

    def __init__(self, driver: AsyncDriver, session: Session) -> None:
        self._driver = driver
        self._session = session

    async def info(self, room: str) -> RocketChatRoom:
        """Find a room as it is at this moment. See `Rooms.info`."""
        return await self._driver.run(find_room(self._session, room))

    def joined(self) -> AsyncGenerator[RocketChatRoom]:
        """Iterate over the rooms that the user is in (`GET rooms.get`). See `Rooms.joined`."""
        return self._driver.iterate(listing.joined_rooms(self._session))

    def members(
        self, room: str | RocketChatRoom, *, limit: int | None = None
    ) -> AsyncGenerator[RocketChatUser]:
        """Iterate over who is in a room (`channels.members`, `groups.members`, `im.members`).

        See `Rooms.members`.
        """
        return self._driver.iterate(listing.members(self._session, room, limit=limit))

    async def join(
        self, room: str | RocketChatRoom, *, join_code: str | None = None
    ) -> RocketChatRoom:
        """Join a channel (`POST channels.join`), unless the user is in it. See `Rooms.join`."""
        return await self._driver.run(membership.join(self._session, room, join_code=join_code))

    async def leave(self, room: str | RocketChatRoom) -> None:
        """Leave a channel or group (`channels.leave`, `groups.leave`), if the user is in it.

        See `Rooms.leave`.
        """
        await self._driver.run(membership.leave(self._session, room))

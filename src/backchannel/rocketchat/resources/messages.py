"""`client.messages`: what can be done with messages, blocking and async."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Sequence
from typing import TYPE_CHECKING

from backchannel.rocketchat import changing, listing, posting
from backchannel.rocketchat.attachments import Attachment
from backchannel.rocketchat.listing import ReadReceipt
from backchannel.rocketchat.messages import OutgoingMessage, RocketChatMessage
from backchannel.rocketchat.posting import PostReceipt
from backchannel.rocketchat.rooms import RocketChatRoom

if TYPE_CHECKING:
    from backchannel.drive import AsyncDriver, Driver
    from backchannel.rocketchat.session import Session

__all__ = ["AsyncMessages", "Messages"]


class Messages:
    """Messages of a client, blocking. Threads may share it.

    All that changes a message asks for a state, so it is repeated where a reply is lost; `outcome`
    on an error is UNKNOWN where that did not help. A message is named by its id or given as it
    was read, which may spare a request. Rooms are what `room_info` takes.

    Args:
        driver: runs the flows.
        session: who asks whom.
    """

    def __init__(self, driver: Driver, session: Session) -> None:
        self._driver = driver
        self._session = session

    def update(self, message: str | RocketChatMessage, text: str) -> RocketChatMessage:
        """Change the text of a message (`POST chat.update`). Attachments stay as they are.

        The text that it has already changes nothing, `edited_at` neither.

        Args:
            message: the message, or its id.
            text: the text, at most the session's limit in UTF-16 code units.

        Returns:
            The message as the server stores it.

        Raises:
            InvalidInput: the server would refuse the text.
            MessageNotFound: there is no such message.
            NotPermitted, ApiError: it may not be edited, or no more.
            BackchannelError: see the tree in `backchannel.errors`.
        """
        return self._driver.run(changing.update(self._session, message, text))

    def delete(self, message: str | RocketChatMessage) -> None:
        """Delete a message (`POST chat.delete`); one that is gone already is deleted.

        Args:
            message: the message, or its id.

        Raises:
            NotPermitted: it may not be deleted by this user.
            BackchannelError: see the tree in `backchannel.errors`.
        """
        self._driver.run(changing.delete(self._session, message))

    def react(self, message: str | RocketChatMessage, emoji: str) -> None:
        """React to a message (`POST chat.react`), unless this user has.

        Args:
            message: the message, or its id.
            emoji: as `:name:`.

        Raises:
            InvalidInput: the emoji has another form.
            MessageNotFound: there is no such message.
            NotPermitted: there is no such emoji, or the room is not for this user.
            BackchannelError: see the tree in `backchannel.errors`.
        """
        self._driver.run(changing.react(self._session, message, emoji, wanted=True))

    def unreact(self, message: str | RocketChatMessage, emoji: str) -> None:
        """Take a reaction back (`POST chat.react`), if there is one. See `react`."""
        self._driver.run(changing.react(self._session, message, emoji, wanted=False))

    def pin(self, message: str | RocketChatMessage) -> None:
        """Pin a message for all (`POST chat.pinMessage`), unless it is.

        Args:
            message: the message, or its id.

        Raises:
            MessageNotFound: there is no such message.
            NotPermitted: this user may not pin here.
            BackchannelError: see the tree in `backchannel.errors`.
        """
        self._driver.run(changing.pin(self._session, message, wanted=True))

    def unpin(self, message: str | RocketChatMessage) -> None:
        """Unpin a message (`POST chat.unPinMessage`), if it is pinned. See `pin`."""
        self._driver.run(changing.pin(self._session, message, wanted=False))

    def star(self, message: str | RocketChatMessage) -> None:
        """Star a message for oneself (`POST chat.starMessage`), unless it is.

        Args:
            message: the message, or its id.

        Raises:
            MessageNotFound: there is no such message.
            NotPermitted: the room is not for this user.
            BackchannelError: see the tree in `backchannel.errors`.
        """
        self._driver.run(changing.star(self._session, message, wanted=True))

    def unstar(self, message: str | RocketChatMessage) -> None:
        """Take a star back (`POST chat.unStarMessage`), if there is one. See `star`."""
        self._driver.run(changing.star(self._session, message, wanted=False))

    def thread(self, thread_id: str, *, limit: int | None = None) -> Iterator[RocketChatMessage]:
        """Iterate over the answers in a thread, oldest first (`GET chat.getThreadMessages`).

        Args:
            thread_id: the id of the message that began it.
            limit: how many answers at most; None for all.

        Raises:
            InvalidInput: a bad id or limit; raised at once, not when the iteration begins.
            MessageNotFound: there is no such message.
            BackchannelError: see the tree in `backchannel.errors`.
        """
        return self._driver.iterate(listing.thread(self._session, thread_id, limit=limit))

    def threads(
        self, room: str | RocketChatRoom, *, limit: int | None = None
    ) -> Iterator[RocketChatMessage]:
        """Iterate over the messages that began a thread, the one last answered first.

        Args:
            room: the room.
            limit: how many at most; None for all.

        Raises:
            InvalidInput: a bad room or limit; raised at once, not when the iteration begins.
            BackchannelError: those of `room_info`.

        Source: `GET chat.getThreadsList`.
        """
        return self._driver.iterate(listing.threads(self._session, room, limit=limit))

    def search(
        self, room: str | RocketChatRoom, text: str, *, limit: int | None = None
    ) -> Iterator[RocketChatMessage]:
        """Iterate over the messages of a room that hold a text (`GET chat.search`).

        Args:
            room: the room.
            text: what is looked for, or a pattern as `/pattern/i`.
            limit: how many at most; None for all.

        Raises:
            InvalidInput: a bad room, text or limit; raised at once.
            BackchannelError: those of `room_info`.
        """
        return self._driver.iterate(listing.search(self._session, room, text, limit=limit))

    def receipts(self, message: str | RocketChatMessage) -> tuple[ReadReceipt, ...]:
        """Who has read a message (`GET chat.getMessageReadReceipts`).

        Args:
            message: the message, or its id.

        Raises:
            NotPermitted: the server keeps no receipts, for want of a license perhaps.
            MessageNotFound: there is no such message.
            BackchannelError: see the tree in `backchannel.errors`.
        """
        return self._driver.run(listing.read_receipts(self._session, message))

    def post_to(
        self,
        rooms: Sequence[str | RocketChatRoom],
        text: str = "",
        *,
        alias: str | None = None,
        emoji: str | None = None,
        avatar: str | None = None,
        attachments: Sequence[Attachment] = (),
        idempotency_key: str | None = None,
    ) -> list[PostReceipt]:
        """Send a message to each of several rooms (`POST chat.sendMessage`), at most once each.

        One after the other. One that fails does not keep the others from being sent.

        Args:
            rooms: the rooms; one that is given twice gets the message once.
            text: the text; it may be empty if there are attachments.
            alias: a name to show instead of the user's; see `send_message`.
            emoji: a picture to show instead of the user's, as `:name:`.
            avatar: the URL or path of such a picture.
            attachments: boxes below the text.
            idempotency_key: that of earlier receipts, to post again to the rooms that it did not
                reach, without doubling it where it did.

        Returns:
            A receipt for each room, in their order.

        Raises:
            InvalidInput: the server would refuse the message, or there is no room; nothing was
                sent.
        """
        draft = OutgoingMessage(
            room_id="-",
            text=text,
            alias=alias,
            emoji=emoji,
            avatar=avatar,
            attachments=attachments,
        )
        flows = posting.post_to(self._session, rooms, draft, idempotency_key=idempotency_key)
        return [self._driver.run(flow) for flow in flows]


class AsyncMessages:
    """The async twin of `Messages`, for the event loop of its first call."""

    def __init__(self, driver: AsyncDriver, session: Session) -> None:
        self._driver = driver
        self._session = session

    async def update(self, message: str | RocketChatMessage, text: str) -> RocketChatMessage:
        """Change the text of a message (`POST chat.update`). Attachments stay as they are.

        See `Messages.update`.
        """
        return await self._driver.run(changing.update(self._session, message, text))

    async def delete(self, message: str | RocketChatMessage) -> None:
        """Delete a message (`POST chat.delete`); one that is gone already is deleted.

        See `Messages.delete`.
        """
        await self._driver.run(changing.delete(self._session, message))

    async def react(self, message: str | RocketChatMessage, emoji: str) -> None:
        """React to a message (`POST chat.react`), unless this user has. See `Messages.react`."""
        await self._driver.run(changing.react(self._session, message, emoji, wanted=True))

    async def unreact(self, message: str | RocketChatMessage, emoji: str) -> None:
        """Take a reaction back (`POST chat.react`), if there is one. See `Messages.unreact`."""
        await self._driver.run(changing.react(self._session, message, emoji, wanted=False))

    async def pin(self, message: str | RocketChatMessage) -> None:
        """Pin a message for all (`POST chat.pinMessage`), unless it is. See `Messages.pin`."""
        await self._driver.run(changing.pin(self._session, message, wanted=True))

    async def unpin(self, message: str | RocketChatMessage) -> None:
        """Unpin a message (`POST chat.unPinMessage`), if it is pinned. See `Messages.unpin`."""
        await self._driver.run(changing.pin(self._session, message, wanted=False))

    async def star(self, message: str | RocketChatMessage) -> None:
        """Star a message for oneself (`POST chat.starMessage`), unless it is.

        See `Messages.star`.
        """
        await self._driver.run(changing.star(self._session, message, wanted=True))

    async def unstar(self, message: str | RocketChatMessage) -> None:
        """Take a star back (`POST chat.unStarMessage`), if there is one. See `Messages.unstar`."""
        await self._driver.run(changing.star(self._session, message, wanted=False))

    def thread(
        self, thread_id: str, *, limit: int | None = None
    ) -> AsyncGenerator[RocketChatMessage]:
        """Iterate over the answers in a thread, oldest first (`GET chat.getThreadMessages`).

        See `Messages.thread`.
        """
        return self._driver.iterate(listing.thread(self._session, thread_id, limit=limit))

    def threads(
        self, room: str | RocketChatRoom, *, limit: int | None = None
    ) -> AsyncGenerator[RocketChatMessage]:
        """Iterate over the messages that began a thread, the one last answered first.

        See `Messages.threads`.
        """
        return self._driver.iterate(listing.threads(self._session, room, limit=limit))

    def search(
        self, room: str | RocketChatRoom, text: str, *, limit: int | None = None
    ) -> AsyncGenerator[RocketChatMessage]:
        """Iterate over the messages of a room that hold a text (`GET chat.search`).

        See `Messages.search`.
        """
        return self._driver.iterate(listing.search(self._session, room, text, limit=limit))

    async def receipts(self, message: str | RocketChatMessage) -> tuple[ReadReceipt, ...]:
        """Who has read a message (`GET chat.getMessageReadReceipts`). See `Messages.receipts`."""
        return await self._driver.run(listing.read_receipts(self._session, message))

    async def post_to(
        self,
        rooms: Sequence[str | RocketChatRoom],
        text: str = "",
        *,
        alias: str | None = None,
        emoji: str | None = None,
        avatar: str | None = None,
        attachments: Sequence[Attachment] = (),
        idempotency_key: str | None = None,
    ) -> list[PostReceipt]:
        """Send a message to each of several rooms (`POST chat.sendMessage`), at most once each.

        See `Messages.post_to`.
        """
        draft = OutgoingMessage(
            room_id="-",
            text=text,
            alias=alias,
            emoji=emoji,
            avatar=avatar,
            attachments=attachments,
        )
        flows = posting.post_to(self._session, rooms, draft, idempotency_key=idempotency_key)
        import asyncio  # blocking programs do without it

        return await asyncio.gather(*(self._driver.run(flow) for flow in flows))

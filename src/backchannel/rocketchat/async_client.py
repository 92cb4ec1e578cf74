"""The async client: a thin shell around the flows, as is its blocking twin."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import TYPE_CHECKING, ClassVar, Self

from backchannel import environment
from backchannel.client import AsyncClient
from backchannel.rocketchat.attachments import Attachment
from backchannel.rocketchat.backend import RocketChatBackend
from backchannel.rocketchat.checks import MAX_MESSAGE_UNITS
from backchannel.rocketchat.messages import OutgoingMessage, RocketChatMessage, SentMessage
from backchannel.rocketchat.reading import get_message, history
from backchannel.rocketchat.rooms import RocketChatRoom, find_room
from backchannel.rocketchat.sending import send_message
from backchannel.rocketchat.session import PLATFORM, make_session

if TYPE_CHECKING:
    from backchannel.drive import AsyncTransport
    from backchannel.wire.retry import RetryPolicy
    from backchannel.wire.rules import Limits

__all__ = ["AsyncRocketChat"]


class AsyncRocketChat(AsyncClient):
    """The async twin of `RocketChat`, for the event loop of its first call."""

    platform: ClassVar[str] = PLATFORM

    def __init__(
        self,
        url: str,
        *,
        user_id: str,
        auth_token: str,
        limits: Limits | None = None,
        retry: RetryPolicy | None = None,
        max_message_units: int = MAX_MESSAGE_UNITS,
        allow_plain_http: bool = False,
        transport: AsyncTransport | None = None,
    ) -> None:
        self.session = make_session(
            url,
            user_id=user_id,
            auth_token=auth_token,
            retry=retry,
            max_message_units=max_message_units,
            allow_plain_http=allow_plain_http,
        )
        shown = f"{self.session.url!r}, user_id={user_id!r}"
        super().__init__(shown, transport, limits)

    @classmethod
    def from_env(cls) -> Self:
        """See `RocketChat.from_env`."""
        return cls(
            environment.required("ROCKETCHAT_URL"),
            user_id=environment.required("ROCKETCHAT_USER_ID"),
            auth_token=environment.required("ROCKETCHAT_AUTH_TOKEN"),
        )

    @property
    def backend(self) -> RocketChatBackend:
        """This account as the dispatcher sees it."""
        return RocketChatBackend(self.session)

    async def send_message(
        self,
        room_id: str,
        text: str = "",
        *,
        alias: str | None = None,
        emoji: str | None = None,
        avatar: str | None = None,
        attachments: Sequence[Attachment] = (),
        thread_id: str | None = None,
        show_in_channel: bool = False,
        message_id: str | None = None,
    ) -> SentMessage:
        """Send a message. See `RocketChat.send_message`."""
        message = OutgoingMessage(
            id=message_id,
            room_id=room_id,
            text=text,
            alias=alias,
            emoji=emoji,
            avatar=avatar,
            attachments=attachments,
            thread_id=thread_id,
            show_in_channel=show_in_channel,
        )
        return await self.driver.run(send_message(self.session, message))

    async def get_message(self, message_id: str) -> RocketChatMessage:
        """Read a message. See `RocketChat.get_message`."""
        return await self.driver.run(get_message(self.session, message_id))

    async def room_info(self, room: str) -> RocketChatRoom:
        """Find a room. See `RocketChat.room_info`."""
        return await self.driver.run(find_room(self.session, room))

    def history(
        self,
        room: str | RocketChatRoom,
        *,
        limit: int | None = None,
        newest_first: bool = True,
    ) -> AsyncGenerator[RocketChatMessage]:
        """Iterate over a room's messages. See `RocketChat.history`."""
        messages = history(self.session, room, limit=limit, newest_first=newest_first)
        return self.driver.iterate(messages)

"""The async client: a thin shell around the flows, as is its blocking twin."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import TYPE_CHECKING, ClassVar, Self

from backchannel import environment
from backchannel.client import AsyncClient
from backchannel.rocketchat.attachments import Attachment
from backchannel.rocketchat.authentication import log_out
from backchannel.rocketchat.backend import RocketChatBackend
from backchannel.rocketchat.checks import MAX_MESSAGE_UNITS
from backchannel.rocketchat.credentials import Credentials, choose_credentials
from backchannel.rocketchat.environment import read_credentials
from backchannel.rocketchat.messages import OutgoingMessage, RocketChatMessage, SentMessage
from backchannel.rocketchat.profile import Profile, who_am_i
from backchannel.rocketchat.reading import get_message, history
from backchannel.rocketchat.resources.files import AsyncFiles
from backchannel.rocketchat.resources.messages import AsyncMessages
from backchannel.rocketchat.resources.rooms import AsyncRooms
from backchannel.rocketchat.rooms import RocketChatRoom, find_room
from backchannel.rocketchat.sending import send_message
from backchannel.rocketchat.server_settings import load_limits
from backchannel.rocketchat.session import PLATFORM, make_session

if TYPE_CHECKING:
    from backchannel.drive import AsyncTransport
    from backchannel.flow import Chance
    from backchannel.live.buffer import Overflow
    from backchannel.rocketchat.realtime.events import OnEvent
    from backchannel.rocketchat.realtime.listening import Listening, Listenings
    from backchannel.rocketchat.realtime.timing import ListeningTiming
    from backchannel.rocketchat.second_factor import AsyncSecondFactor
    from backchannel.wire.retry import RetryPolicy
    from backchannel.wire.rules import Limits

__all__ = ["AsyncRocketChat"]


class AsyncRocketChat(AsyncClient):
    """The async twin of `RocketChat`, for the event loop of its first call.

    Its `second_factor` may be an async function; a plain one is called in a worker thread.
    """

    platform: ClassVar[str] = PLATFORM

    def __init__(
        self,
        url: str,
        *,
        user_id: str | None = None,
        auth_token: str | None = None,
        credentials: Credentials | None = None,
        second_factor: AsyncSecondFactor | None = None,
        limits: Limits | None = None,
        retry: RetryPolicy | None = None,
        max_message_units: int = MAX_MESSAGE_UNITS,
        allow_plain_http: bool = False,
        chance: Chance | None = None,
        transport: AsyncTransport | None = None,
    ) -> None:
        chosen = choose_credentials(user_id, auth_token, credentials)
        self.session = make_session(
            url,
            credentials=chosen,
            second_factor=second_factor,
            retry=retry,
            max_message_units=max_message_units,
            allow_plain_http=allow_plain_http,
            chance=chance,
        )
        who = f"{chosen!r}" if user_id is None else f"user_id={user_id!r}"
        shown = f"{self.session.url!r}, {who}"
        self._listenings: Listenings | None = None
        super().__init__(shown, transport, limits)

    @classmethod
    def from_env(cls) -> Self:
        """See `RocketChat.from_env`."""
        url = environment.required("ROCKETCHAT_URL")
        return cls(url, credentials=read_credentials())

    @property
    def backend(self) -> RocketChatBackend:
        """This account as the dispatcher sees it."""
        return RocketChatBackend(self.session)

    @property
    def messages(self) -> AsyncMessages:
        """Changing, finding and counting messages, and sending one to several rooms."""
        return AsyncMessages(self.driver, self.session)

    @property
    def rooms(self) -> AsyncRooms:
        """The rooms of this user, their members, joining and leaving."""
        return AsyncRooms(self.driver, self.session)

    @property
    def files(self) -> AsyncFiles:
        """Uploading and downloading files."""
        return AsyncFiles(self.driver, self.session)

    async def me(self) -> Profile:
        """Read who the user is. See `RocketChat.me`."""
        return await self.driver.run(who_am_i(self.session))

    async def logout(self) -> None:
        """Have the server forget the token in use. See `RocketChat.logout`."""
        await self.driver.run(log_out(self.session))

    async def load_limits(self) -> int:
        """Read the longest text that the server takes. See `RocketChat.load_limits`."""
        return await self.driver.run(load_limits(self.session))

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

    def listen(
        self,
        *rooms: str | RocketChatRoom,
        on_event: OnEvent | None = None,
        buffer: int = 1_000,
        overflow: Overflow | None = None,
        poll: float | None = None,
        timing: ListeningTiming | None = None,
    ) -> Listening:
        """Listen to rooms. See `RocketChat.listen`."""
        # A client that does not listen loads none of it.
        from backchannel.rocketchat.realtime.listening import Listenings
        from backchannel.rocketchat.realtime.wish import make_wish

        wish = make_wish(
            rooms, on_event=on_event, buffer=buffer, overflow=overflow, poll=poll, timing=timing
        )
        if self._listenings is None:
            self._listenings = Listenings(self.session)
        return self._listenings.open(self.driver, wish)

    async def close(self) -> None:
        """Close all connections, those of listenings too: these end with ConnectionLost."""
        if self._listenings is not None:
            await self._listenings.close()
        await super().close()

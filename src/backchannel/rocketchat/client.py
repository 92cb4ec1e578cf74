"""The blocking client: a thin shell around the flows, as is its async twin."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar, Self

from backchannel import environment
from backchannel.client import BlockingClient
from backchannel.rocketchat.attachments import Attachment
from backchannel.rocketchat.authentication import log_out
from backchannel.rocketchat.backend import RocketChatBackend
from backchannel.rocketchat.checks import MAX_MESSAGE_UNITS
from backchannel.rocketchat.credentials import Credentials, choose_credentials
from backchannel.rocketchat.environment import read_credentials
from backchannel.rocketchat.messages import OutgoingMessage, RocketChatMessage, SentMessage
from backchannel.rocketchat.profile import Profile, who_am_i
from backchannel.rocketchat.reading import get_message, history
from backchannel.rocketchat.resources.files import Files
from backchannel.rocketchat.resources.messages import Messages
from backchannel.rocketchat.resources.rooms import Rooms
from backchannel.rocketchat.rooms import RocketChatRoom, find_room
from backchannel.rocketchat.second_factor import refuse_async
from backchannel.rocketchat.sending import send_message
from backchannel.rocketchat.server_settings import load_limits
from backchannel.rocketchat.session import PLATFORM, make_session

if TYPE_CHECKING:
    from backchannel.drive import Transport
    from backchannel.flow import Chance
    from backchannel.live.buffer import Overflow
    from backchannel.rocketchat.realtime.blocking import BlockingListening, BlockingListenings
    from backchannel.rocketchat.realtime.events import OnEvent
    from backchannel.rocketchat.realtime.timing import ListeningTiming
    from backchannel.rocketchat.second_factor import SecondFactor
    from backchannel.wire.retry import RetryPolicy
    from backchannel.wire.rules import Limits

__all__ = ["RocketChat"]


class RocketChat(BlockingClient):
    """A Rocket.Chat server as one of its users sees it, blocking. Threads may share it.

    Args:
        url: the server's base URL, `https://chat.example.org`; it may have a path.
        user_id: the user's id (header `X-User-Id`).
        auth_token: a token of that user (header `X-Auth-Token`).
        credentials: instead of the two, what logs in at the first call: `PasswordLogin`,
            `ResumeToken`.
        second_factor: called with a `Challenge` where the server asks for a second factor; gives
            the code (for the method `password`, the password), with which the call is made once
            more, or None to give up. Without it, the call raises TwoFactorRequired.
        limits: timeouts in seconds and the cap of a reply in bytes.
        retry: how often calls that are safe to repeat are repeated; its deadline also bounds how
            long a call waits for the server's rate limit.
        max_message_units: the longest text, in UTF-16 code units: the server's setting
            Message_MaxAllowedSize, which `load_limits` reads.
        allow_plain_http: send the token over plain HTTP to a host that is not this machine.
        chance: clocks and dice.
        transport: what sends requests; the client closes only one that it made itself.

    Raises:
        ConfigurationError: the URL or the credential cannot work.
    """

    platform: ClassVar[str] = PLATFORM

    def __init__(
        self,
        url: str,
        *,
        user_id: str | None = None,
        auth_token: str | None = None,
        credentials: Credentials | None = None,
        second_factor: SecondFactor | None = None,
        limits: Limits | None = None,
        retry: RetryPolicy | None = None,
        max_message_units: int = MAX_MESSAGE_UNITS,
        allow_plain_http: bool = False,
        chance: Chance | None = None,
        transport: Transport | None = None,
    ) -> None:
        refuse_async(second_factor)
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
        self._listenings: BlockingListenings | None = None
        super().__init__(shown, transport, limits)

    @classmethod
    def from_env(cls) -> Self:
        """A client with ROCKETCHAT_URL and the environment's credentials.

        These are ROCKETCHAT_USER_ID and ROCKETCHAT_AUTH_TOKEN (the first may be left out), or
        ROCKETCHAT_USER and ROCKETCHAT_PASSWORD (with a token, that is tried first).

        Raises:
            ConfigurationError: they are not set, contradict each other, or cannot work.
        """
        url = environment.required("ROCKETCHAT_URL")
        return cls(url, credentials=read_credentials())

    @property
    def backend(self) -> RocketChatBackend:
        """This account as the dispatcher sees it."""
        return RocketChatBackend(self.session)

    @property
    def messages(self) -> Messages:
        """Changing, finding and counting messages, and sending one to several rooms."""
        return Messages(self.driver, self.session)

    @property
    def rooms(self) -> Rooms:
        """The rooms of this user, their members, joining and leaving."""
        return Rooms(self.driver, self.session)

    @property
    def files(self) -> Files:
        """Uploading and downloading files."""
        return Files(self.driver, self.session)

    def me(self) -> Profile:
        """Read who the user is (`GET me`).

        Raises:
            NotAuthenticated: nobody, to this server.
            BackchannelError: see the tree in `backchannel.errors`.
        """
        return self.driver.run(who_am_i(self.session))

    def logout(self) -> None:
        """Have the server forget the token in use (`POST logout`), a personal one too.

        Done where no token is in use, or the server has forgotten it already. With a
        `PasswordLogin`, the next call logs in again.

        Raises:
            BackchannelError: see the tree in `backchannel.errors`.
        """
        self.driver.run(log_out(self.session))

    def load_limits(self) -> int:
        """Read the longest text that the server takes, and keep to it from then on.

        Returns:
            UTF-16 code units.

        Raises:
            MalformedReply: the server does not tell it.
            BackchannelError: see the tree in `backchannel.errors`.

        Source: `GET settings.public`, setting Message_MaxAllowedSize.
        """
        return self.driver.run(load_limits(self.session))

    def send_message(
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
        """Send a message (`POST chat.sendMessage`), at most once whatever happens on the way.

        Args:
            room_id: the room's id, `#general`, or `@bob` for the direct room with a user; names
                are looked up once in five minutes.
            text: the text; it may be empty if there are attachments.
            alias: a name to show instead of the user's; needs the permission
                `message-impersonate`.
            emoji: a picture to show instead of the user's, as `:name:`.
            avatar: the URL or path of such a picture; needs `message-impersonate`.
            attachments: boxes below the text.
            thread_id: the id of the message that this one answers in a thread.
            show_in_channel: whether an answer in a thread is shown in the room, too.
            message_id: the message's id; a new one by default. Sending again under the same id
                never doubles the message: what was stored first stays, whatever the text.

        Returns:
            The message as the server stored it, and whether an earlier try had stored it.

        Raises:
            InvalidInput: the server would refuse it; nothing was sent.
            NotPermitted, RoomNotFound, MessageDropped, ApiError: the server refused it.
            BackchannelError: see the tree in `backchannel.errors`; `outcome` tells whether the
                message is stored.
        """
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
        return self.driver.run(send_message(self.session, message))

    def get_message(self, message_id: str) -> RocketChatMessage:
        """Read a message (`GET chat.getMessage`).

        Raises:
            InvalidInput: the id is blank or no text.
            MessageNotFound: there is none.
            NotPermitted: it is in a room that the user is not in.
            BackchannelError: see the tree in `backchannel.errors`.
        """
        return self.driver.run(get_message(self.session, message_id))

    def room_info(self, room: str) -> RocketChatRoom:
        """Find a room (`GET rooms.info`; `POST im.create` for `@bob`).

        Args:
            room: `#general` for a channel or group, `@bob` for the direct room with a user
                (opened if there is none); anything else is an id or, if it is none, a name.

        Raises:
            InvalidInput: `room` is blank or no text.
            RoomNotFound, UserNotFound: there is none.
            NotPermitted: it is not for this user.
            BackchannelError: see the tree in `backchannel.errors`.
        """
        return self.driver.run(find_room(self.session, room))

    def history(
        self,
        room: str | RocketChatRoom,
        *,
        limit: int | None = None,
        newest_first: bool = True,
    ) -> Iterator[RocketChatMessage]:
        """Iterate over a room's messages (`channels.history`, `groups.history`, `im.history`).

        Args:
            room: a room, or what `room_info` takes; that costs a request more.
            limit: how many messages at most, the newest; None for all.
            newest_first: False for the same messages in the order in which they were sent; they
                are kept in memory until the last has come.

        Raises:
            InvalidInput: `limit` is negative; raised at once, not when the iteration begins.
            Unsupported: the room has no history of these kinds.
            BackchannelError: those of `room_info`.
        """
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
    ) -> BlockingListening:
        """Listen to what happens to the messages of rooms, across lost connections.

        All rooms share one socket, which no other call of `listen` shares. Where the socket is
        refused, by a proxy perhaps, the rooms are polled instead, and the socket is tried again
        every five minutes.

        Args:
            rooms: rooms, or what `room_info` takes; at least one.
            on_event: called at once with what happens to the connection, in a thread that must
                not be held up. What it raises ends the listening.
            buffer: events that wait for a slow consumer.
            overflow: what happens when there are more; `Overflow.WAIT` by default.
            poll: seconds between two readings of each room, instead of a socket.
            timing: how long to wait, and for what.

        Returns:
            An iterator over events (`MessageNew`, `MessageEdited`, `MessageChanged`,
            `MessageDeleted`), and a context manager: leaving it ends it.

        Raises:
            InvalidInput: no room, or a number that cannot be.

        Source: DDP streams `stream-room-messages` and `stream-notify-room`;
        `GET chat.syncMessages`.
        """
        # A client that does not listen loads none of it.
        from backchannel.rocketchat.realtime.blocking import BlockingListenings
        from backchannel.rocketchat.realtime.wish import make_wish

        wish = make_wish(
            rooms, on_event=on_event, buffer=buffer, overflow=overflow, poll=poll, timing=timing
        )
        if self._listenings is None:
            self._listenings = BlockingListenings(self.session)
        return self._listenings.open(self.driver, wish)

    def close(self) -> None:
        """Close all connections, those of listenings too: these end with ConnectionLost."""
        if self._listenings is not None:
            self._listenings.close()
        super().close()

"""Who talks to which server, and how: calls with credentials, and reads that are repeated."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

import msgspec

from backchannel.drive import Chance, Flow, retrying
from backchannel.errors import ApiError, ConfigurationError
from backchannel.rocketchat.checks import MAX_MESSAGE_UNITS
from backchannel.rocketchat.credentials import Credentials, Token
from backchannel.rocketchat.errors import NotAuthenticated, TwoFactorRequired
from backchannel.rocketchat.ids import new_message_id
from backchannel.rocketchat.memory import Memory
from backchannel.rocketchat.replies import Reply, read_reply
from backchannel.rocketchat.second_factor import AsyncSecondFactor, ask_for_code, code_headers
from backchannel.rocketchat.site import Read, Site
from backchannel.wire.budget import RetryBudget
from backchannel.wire.messages import Request
from backchannel.wire.retry import RetryPolicy
from backchannel.wire.secrets import Headers, require_private
from backchannel.wire.urls import check_base_url

PLATFORM: Final = "rocketchat"

R = TypeVar("R", bound=Reply)
T = TypeVar("T")


class TextLimit:
    """How long a text may be. All who share a session share what is known of it.

    Args:
        units: UTF-16 code units.
    """

    def __init__(self, units: int = MAX_MESSAGE_UNITS) -> None:
        self.units = units


class Session(Site, frozen=True, kw_only=True):
    """A user on a server. It holds no connection, and anybody may share it.

    Attributes:
        credentials: who the user is.
        retry: how often calls that are safe to repeat are repeated.
        budget: the retries that all calls share.
        text_limit: the longest text.
        new_id: makes the id of a message.
        memory: what is known of the server.
    """

    credentials: Credentials
    retry: RetryPolicy
    budget: RetryBudget
    text_limit: TextLimit = msgspec.field(default_factory=TextLimit)
    new_id: Callable[[], str] = new_message_id
    memory: Memory = msgspec.field(default_factory=Memory)

    @property
    def user_id(self) -> str:
        """The user's id, or "" before the first login."""
        held = self.credentials.held
        return "" if held is None else held.user_id

    @property
    def max_message_units(self) -> int:
        """The longest text, in UTF-16 code units."""
        return self.text_limit.units

    def call(self, request: Request, read: Read[T], *, deadline: float | None = None) -> Flow[T]:
        """The flow of one call as the user: logged in, paced, and with a second factor if asked.

        After a 401, or a wish for a second factor, nothing was done: the call is made once more,
        with another token or with the code, whatever effect it has.

        Args:
            request: the request, without credentials.
            read: reads the reply.
            deadline: when a wait must be over, by the monotonic clock; by default the policy's
                from here.

        Raises:
            RateLimited: the limit does not allow it before the deadline; nothing was sent.
            NotAuthenticated, TwoFactorRequired: nobody could help.
            BackchannelError: those of the transports and of `read`.
        """
        if deadline is None:
            deadline = self.chance.monotonic() + self.retry.deadline
        token = yield from self.credentials.token(self, deadline)
        try:
            return (yield from self._call_as(token, request, read, deadline))
        except NotAuthenticated:
            if not self.credentials.invalidate(token):
                raise
        token = yield from self.credentials.token(self, deadline)
        return (yield from self._call_as(token, request, read, deadline))

    def once(
        self,
        request: Request,
        kind: type[R],
        *,
        unexplained: type[ApiError] = ApiError,
        deadline: float | None = None,
    ) -> Flow[R]:
        """The flow of one call and its JSON reply. See `replies.read_reply` for its errors."""
        return self.call(
            request,
            lambda request, response: read_reply(
                request, response, kind, now=self.chance.now(), unexplained=unexplained
            ),
            deadline=deadline,
        )

    def read(
        self,
        request: Request,
        kind: type[R],
        *,
        unexplained: type[ApiError] = ApiError,
        retry: RetryPolicy | None = None,
    ) -> Flow[R]:
        """The flow of a request without effect, repeated as the policy says."""
        policy = retry or self.retry
        deadline = self.chance.monotonic() + policy.deadline
        return retrying(
            lambda: self.once(request, kind, unexplained=unexplained, deadline=deadline),
            policy,
            self.chance,
            self.budget,
        )

    def _call_as(self, token: Token, request: Request, read: Read[T], deadline: float) -> Flow[T]:
        shown = _with_headers(request, token.headers)
        try:
            return (yield from self.exchange(shown, read, deadline=deadline))
        except TwoFactorRequired as error:
            if self.second_factor is None:
                raise
            refusal = error
        challenge = refusal.challenge
        code = yield from ask_for_code(self.second_factor, challenge)
        if code is None:
            raise refusal
        shown = _with_headers(shown, code_headers(challenge, code))
        return (yield from self.exchange(shown, read, deadline=deadline))


def _with_headers(request: Request, headers: Headers) -> Request:
    return msgspec.structs.replace(request, headers=Headers({**request.headers, **headers}))


def make_session(
    url: str,
    *,
    credentials: Credentials,
    second_factor: AsyncSecondFactor | None = None,
    retry: RetryPolicy | None = None,
    max_message_units: int = MAX_MESSAGE_UNITS,
    allow_plain_http: bool = False,
    chance: Chance | None = None,
) -> Session:
    """Check an address and a credential, and make the session.

    Raises:
        ConfigurationError: one of them cannot work, or the credentials are of another server.
    """
    check_base_url(url)
    require_private(url, allow_plain_http=allow_plain_http)
    if max_message_units < 1:
        raise ConfigurationError(f"max_message_units must be at least 1, not {max_message_units}")
    policy = retry or RetryPolicy()
    site_url = url.rstrip("/")
    credentials.bind(site_url)
    return Session(
        url=site_url,
        chance=chance or Chance(),
        second_factor=second_factor,
        credentials=credentials,
        retry=policy,
        budget=RetryBudget(policy.budget),
        text_limit=TextLimit(max_message_units),
    )

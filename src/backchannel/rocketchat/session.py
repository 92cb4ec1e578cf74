"""Who talks to which server, and how: requests with credentials, and reads that are repeated."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Final, TypeVar
from urllib.parse import urlencode

import msgspec

from backchannel.drive import Chance, Flow, retrying, send
from backchannel.errors import ApiError, ConfigurationError
from backchannel.rocketchat.checks import MAX_MESSAGE_UNITS
from backchannel.rocketchat.ids import new_message_id
from backchannel.rocketchat.replies import Reply, read_reply
from backchannel.version import USER_AGENT
from backchannel.wire.budget import RetryBudget
from backchannel.wire.messages import Request
from backchannel.wire.retry import RetryPolicy
from backchannel.wire.secrets import Secret, require_private, secret_header
from backchannel.wire.urls import check_base_url

PLATFORM: Final = "rocketchat"

R = TypeVar("R", bound=Reply)


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A user on a server. It holds no connection, and anybody may share it.

    Attributes:
        url: the server's base URL, without a slash at its end.
        user_id: the id of the user whose token it is.
        auth_token: the token.
        retry: how often calls that are safe to repeat are repeated.
        budget: the retries that all calls share.
        max_message_units: the longest text, in UTF-16 code units.
        chance: clock and dice of the waits.
        now: seconds since 1970.
        new_id: makes the id of a message.
    """

    url: str
    user_id: str
    auth_token: Secret
    retry: RetryPolicy
    budget: RetryBudget
    max_message_units: int = MAX_MESSAGE_UNITS
    chance: Chance = Chance()
    now: Callable[[], float] = time.time
    new_id: Callable[[], str] = new_message_id

    def get(self, endpoint: str, query: Mapping[str, str]) -> Request:
        """A request that only reads."""
        return Request(
            method="GET",
            url=f"{self.url}/api/v1/{endpoint}?{urlencode(query)}",
            headers=self._headers(),
            effect=False,
        )

    def post(self, endpoint: str, body: bytes, *, effect: bool = True) -> Request:
        """A request with a JSON body.

        Args:
            endpoint: the endpoint's name, `chat.sendMessage`.
            body: the JSON.
            effect: False if the request may be repeated without a second effect.
        """
        return Request(
            method="POST",
            url=f"{self.url}/api/v1/{endpoint}",
            headers={**self._headers(), "Content-Type": "application/json"},
            body=body,
            effect=effect,
        )

    def once(
        self, request: Request, kind: type[R], *, unexplained: type[ApiError] = ApiError
    ) -> Flow[R]:
        """The flow of one request and its reply. See `replies.read_reply` for its errors."""
        response = yield from send(request)
        return read_reply(request, response, kind, now=self.now(), unexplained=unexplained)

    def read(
        self,
        request: Request,
        kind: type[R],
        *,
        unexplained: type[ApiError] = ApiError,
        retry: RetryPolicy | None = None,
    ) -> Flow[R]:
        """The flow of a request without effect, repeated as the policy says."""
        return retrying(
            lambda: self.once(request, kind, unexplained=unexplained),
            retry or self.retry,
            self.chance,
            self.budget,
        )

    def _headers(self) -> dict[str, str]:
        return {
            "Accept": "application/json",
            "Accept-Encoding": "gzip, deflate",
            "User-Agent": USER_AGENT,
            "X-Auth-Token": self.auth_token.reveal(),
            "X-User-Id": self.user_id,
        }


def make_session(
    url: str,
    *,
    user_id: str,
    auth_token: str,
    retry: RetryPolicy | None = None,
    max_message_units: int = MAX_MESSAGE_UNITS,
    allow_plain_http: bool = False,
) -> Session:
    """Check an address and a credential, and make the session.

    Raises:
        ConfigurationError: one of them cannot work.
    """
    check_base_url(url)
    require_private(url, allow_plain_http=allow_plain_http)
    if max_message_units < 1:
        raise ConfigurationError(f"max_message_units must be at least 1, not {max_message_units}")
    policy = retry or RetryPolicy()
    return Session(
        url=url.rstrip("/"),
        user_id=secret_header("user_id", user_id).reveal(),
        auth_token=secret_header("auth_token", auth_token),
        retry=policy,
        budget=RetryBudget(policy.budget),
        max_message_units=max_message_units,
    )

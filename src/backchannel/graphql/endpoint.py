"""GraphQL over HTTP without I/O: from an operation to a request, from a reply to its result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, TypeVar

import msgspec

from backchannel.drive import Chance, Flow, retrying, send
from backchannel.errors import AuthenticationError, BackchannelError, Unsupported
from backchannel.graphql.credentials import Credentials
from backchannel.graphql.operation import Operation
from backchannel.version import USER_AGENT
from backchannel.wire.budget import RetryBudget
from backchannel.wire.messages import Request
from backchannel.wire.retry import RetryPolicy
from backchannel.wire.secrets import (
    Headers,
    check_headers,
    masked_headers,
    redact,
    require_private,
    without_query,
)
from backchannel.wire.urls import check_url

T = TypeVar("T")


class Dialect(Protocol):
    """What one server adds to GraphQL: limits known beforehand, and the meaning of its errors."""

    def check(self, operation: Operation[object], variables: Mapping[str, object]) -> None:
        """Raise a LocalError for what the server would refuse. Variables are plain JSON."""
        ...

    def refine(self, operation: Operation[object], error: BackchannelError) -> BackchannelError:
        """A narrower error for what the server said, or the same one."""
        ...


class PlainDialect:
    """No limits and no meanings: any GraphQL server."""

    def check(self, operation: Operation[object], variables: Mapping[str, object]) -> None:
        """Everything is allowed."""

    def refine(self, operation: Operation[object], error: BackchannelError) -> BackchannelError:
        """The same error."""
        return error


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """An address that executes operations.

    Attributes:
        url: the absolute URL that takes the POST.
        headers: all headers of a request, fixed credentials included.
        credentials: those that change with time, asked for further headers at each request.
        dialect: the server's own rules.
        retry: how often calls that certainly did nothing are repeated.
        chance: clock and dice.
        budget: the retries that all calls share.
    """

    url: str
    headers: Mapping[str, str]
    dialect: Dialect
    retry: RetryPolicy
    chance: Chance
    credentials: Credentials | None = None
    budget: RetryBudget | None = None

    def execute(
        self,
        operation: Operation[T],
        variables: Mapping[str, object],
        *,
        retry: RetryPolicy | None = None,
    ) -> Flow[T]:
        """The flow that executes an operation once, and again where that is safe.

        Args:
            operation: what to execute.
            variables: values by the variables' names in the document.
            retry: how often, instead of the endpoint's own policy.

        Raises:
            LocalError: before anything is sent.
            BackchannelError: see `backchannel.graphql.reply.read_reply` and the transports.
        """
        if operation.kind == "subscription":
            raise Unsupported(
                f"{operation.name} is a subscription: it runs on an async client, over a socket"
            )
        values = operation.wire_variables(variables)
        self.dialect.check(operation, values)
        request = Request(
            method="POST",
            url=self.url,
            headers=self.headers,
            body=operation.encode_wire(values),
            effect=operation.kind == "mutation",
        )
        credentials = self.credentials

        def attempt() -> Flow[T]:
            if credentials is None:
                return self._once(operation, request)
            return self._authorized(operation, request, credentials)

        return (yield from retrying(attempt, retry or self.retry, self.chance, self.budget))

    def _authorized(
        self, operation: Operation[T], request: Request, credentials: Credentials
    ) -> Flow[T]:
        given = yield from credentials.headers()
        try:
            return (yield from self._once(operation, _with_headers(request, given)))
        except AuthenticationError:
            # Nothing was done, so that a mutation may be repeated too.
            if not credentials.invalidate(given):
                raise
        given = yield from credentials.headers()
        return (yield from self._once(operation, _with_headers(request, given)))

    def _once(self, operation: Operation[T], request: Request) -> Flow[T]:
        response = yield from send(request)
        try:
            return operation.decode_response(request, response)
        except BackchannelError as error:
            refined = self.dialect.refine(operation, error)
        raise refined

    def __repr__(self) -> str:
        return f"Endpoint({without_query(self.url)}, headers={masked_headers(self.headers)})"

    def __rich_repr__(self) -> list[tuple[str, object]]:
        # Else rich would show all fields as they are.
        return [("url", without_query(self.url)), ("headers", masked_headers(self.headers))]


def _with_headers(request: Request, further: Mapping[str, str]) -> Request:
    headers = Headers({**request.headers, **further})
    return msgspec.structs.replace(request, headers=headers)


def make_endpoint(
    url: str,
    headers: Mapping[str, str],
    *,
    dialect: Dialect | None = None,
    retry: RetryPolicy | None = None,
    chance: Chance | None = None,
    allow_plain_http: bool = False,
    credentials: Credentials | None = None,
) -> Endpoint:
    """Check an address and its headers, and make the endpoint.

    Raises:
        ConfigurationError: the URL is not http(s), holds a user or a password, or would carry a
            credential in clear text over a network.
    """
    check_url(url)
    check_headers(headers)
    if credentials or masked_headers(headers) != dict(headers) or redact(url) != url:
        require_private(url, allow_plain_http=allow_plain_http)
    policy = retry or RetryPolicy()
    return Endpoint(
        url=url,
        headers=Headers(
            {
                "Accept": "application/json",
                "Accept-Encoding": "gzip, deflate",
                "Content-Type": "application/json",
                "User-Agent": USER_AGENT,
                **headers,
            }
        ),
        dialect=dialect or PlainDialect(),
        retry=policy,
        chance=chance or Chance(),
        credentials=credentials,
        budget=RetryBudget(policy.budget),
    )

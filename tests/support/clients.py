"""Both transports and both GraphQL clients, called in the same blocking way."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import ExitStack

from backchannel.drive import AsyncTransport, Transport
from backchannel.graphql.client import AsyncGraphQLClient, GraphQLClient
from backchannel.graphql.operation import Operation
from backchannel.transport.aiohttp import AiohttpTransport
from backchannel.transport.requests import RequestsTransport
from backchannel.wire.messages import Request, Response
from backchannel.wire.retry import NO_RETRY, RetryPolicy
from backchannel.wire.rules import Limits


class Sending:
    """A transport of either kind."""

    def __init__(self, transport: Transport | AsyncTransport, runner: asyncio.Runner) -> None:
        self.transport = transport
        self._runner = runner

    def send(self, request: Request) -> Response:
        if isinstance(self.transport, RequestsTransport):
            return self.transport.send(request)
        return self._runner.run(self.transport.send(request))

    def close(self) -> None:
        if isinstance(self.transport, RequestsTransport):
            self.transport.close()
        else:
            self._runner.run(self.transport.close())


class Executing:
    """A GraphQL client of either kind."""

    def __init__(self, client: GraphQLClient | AsyncGraphQLClient, runner: asyncio.Runner) -> None:
        self.client = client
        self._runner = runner

    def execute(
        self, operation: Operation[object], variables: Mapping[str, object] | None = None
    ) -> object:
        if isinstance(self.client, GraphQLClient):
            return self.client.execute(operation, variables or {})
        return self._runner.run(self.client.execute(operation, variables or {}))

    def close(self) -> None:
        if isinstance(self.client, GraphQLClient):
            self.client.close()
        else:
            self._runner.run(self.client.close())


class Opener:
    """Opens transports and clients of one kind, `sync` or `async`, and closes them at the end."""

    def __init__(self, kind: str, stack: ExitStack) -> None:
        self.kind = kind
        self._stack = stack
        self._runner = stack.enter_context(asyncio.Runner())

    def transport(self, limits: Limits | None = None, proxy: str | None = None) -> Sending:
        make = RequestsTransport if self.kind == "sync" else AiohttpTransport
        sending = Sending(make(limits, proxy), self._runner)
        self._stack.callback(sending.close)
        return sending

    def client(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        limits: Limits | None = None,
        retry: RetryPolicy = NO_RETRY,
    ) -> Executing:
        make = GraphQLClient if self.kind == "sync" else AsyncGraphQLClient
        executing = Executing(make(url, headers=headers, limits=limits, retry=retry), self._runner)
        self._stack.callback(executing.close)
        return executing

    def run_the_loop(self) -> None:
        """Give an event loop the time to see what came over its sockets."""
        self._runner.run(asyncio.sleep(0.02))

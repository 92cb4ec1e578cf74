"""asyncio HTTP on `aiohttp`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import aiohttp
from yarl import URL

from backchannel.errors import (
    BackchannelError,
    ConfigurationError,
    ConnectError,
    ConnectionLost,
    ReplyTooLarge,
    TransportTimeout,
)
from backchannel.wire.messages import Request, Response, by_lower_name
from backchannel.wire.rules import Limits, unless_safe
from backchannel.wire.secrets import Headers
from backchannel.wire.streams import BodyStream


class AiohttpTransport:
    """Sends requests over pooled connections. The event loop of the first call owns it.

    Args:
        limits: timeouts in seconds and the cap of a reply in bytes.
        proxy: the URL of a proxy for all requests, or None. The environment is not asked.
    """

    def __init__(self, limits: Limits | None = None, proxy: str | None = None) -> None:
        self._limits = limits or Limits()
        self._proxy = proxy
        self._session: aiohttp.ClientSession | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False

    async def send(self, request: Request) -> Response:
        """Send a request and read the whole reply. Redirects are returned, not followed.

        Raises:
            ConnectError: no connection; nothing was sent.
            TransportTimeout: the reply was not complete in time.
            ConnectionLost: the connection ended before the reply was complete.
            ReplyTooLarge: the decoded body is over the cap.
            ConfigurationError: the transport is closed, or belongs to another event loop.
        """
        if self._closed:
            raise ConfigurationError(f"{request.label}: the client is closed")
        try:
            return await self._exchange(request)
        except (aiohttp.ClientError, TimeoutError, UnicodeError) as error:
            if request.local_failure is not None:
                raise request.local_failure from None
            failure = self._failure(request, error)
        # Raised out of the handler: no context keeps the library's error and what that knows.
        raise failure

    async def close(self) -> None:
        """Close all connections. Nothing can be sent afterwards."""
        self._closed = True
        if self._session is not None:
            await self._session.close()

    def _open(self) -> aiohttp.ClientSession:
        loop = asyncio.get_running_loop()
        if self._loop is not None and self._loop is not loop:
            raise ConfigurationError(
                "the client's connections belong to another event loop: make a client in each"
            )
        if self._session is None:
            self._loop = loop
            self._session = aiohttp.ClientSession(
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
                skip_auto_headers=("User-Agent", "Content-Type", "Accept", "Accept-Encoding"),
            )
        return self._session

    async def _exchange(self, request: Request) -> Response:
        headers, body = request.headers, request.body
        data: bytes | AsyncIterator[bytes] | None
        if isinstance(body, BodyStream):
            # Without the header aiohttp would send it in chunks, which not every proxy takes.
            headers = Headers({**headers, "Content-Length": str(len(body))})
            data = _chunks(body)
        else:
            data = body
        async with self._open().request(
            request.method,
            URL(request.url, encoded=True),
            headers=headers,
            data=data,
            proxy=self._proxy,
            allow_redirects=False,
            timeout=self._timeout(request),
        ) as reply:
            taken = bytearray()
            if request.sink is not None and 200 <= reply.status < 300:
                request.sink.begin()
                await self._read(request, reply, request.sink.write, request.sink.max_bytes)
            else:
                await self._read(request, reply, taken.extend, self._limits.max_reply_bytes)
            fields = by_lower_name(reply.headers.items())
            return Response(status=reply.status, headers=fields, body=bytes(taken))

    def _timeout(self, request: Request) -> aiohttp.ClientTimeout:
        total = self._limits.timeout if request.timeout is None else request.timeout
        return aiohttp.ClientTimeout(total=total, sock_connect=self._limits.connect_timeout)

    async def _read(
        self,
        request: Request,
        reply: aiohttp.ClientResponse,
        take: Callable[[bytes], object],
        max_bytes: int,
    ) -> None:
        length = 0
        # What is there, without waiting for more: aiohttp stops reading at its own buffer's limit.
        while chunk := await reply.content.readany():
            length += len(chunk)
            if length > max_bytes:
                # A connection with an unread rest must not go back to the pool.
                reply.close()
                raise ReplyTooLarge(
                    f"{request.label}: the reply is over {max_bytes} bytes",
                    outcome=unless_safe(request),
                )
            take(chunk)

    def _failure(self, request: Request, error: Exception) -> BackchannelError:
        if isinstance(error, _NO_PROXY):
            return ConnectError(f"{request.origin}: the proxy made no connection")
        if isinstance(error, aiohttp.ClientConnectorCertificateError):
            why = getattr(error.certificate_error, "verify_message", "no reason given")
            return ConnectError(f"{request.origin}: its certificate was refused: {why}")
        if isinstance(error, _NO_CONNECTION):
            why = error.strerror if isinstance(error, aiohttp.ClientConnectorError) else None
            return ConnectError(f"{request.origin}: no connection{f' ({why})' if why else ''}")
        if isinstance(error, TimeoutError):
            return TransportTimeout(
                f"{request.label}: no complete reply within"
                f" {self._timeout(request).total:g} seconds",
                outcome=unless_safe(request),
            )
        return ConnectionLost(
            f"{request.label}: the connection ended before the reply was complete"
            f" ({type(error).__name__})",
            outcome=unless_safe(request),
        )


async def _chunks(stream: BodyStream) -> AsyncIterator[bytes]:
    """The chunks of a stream. They are read in the event loop, a moment each."""
    for chunk in stream:
        yield chunk


_NO_PROXY = (aiohttp.ClientProxyConnectionError, aiohttp.ClientHttpProxyError)
_NO_CONNECTION = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
    UnicodeError,  # of a host name that IDNA cannot write
)

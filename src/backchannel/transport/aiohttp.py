"""asyncio HTTP on `aiohttp`."""

from __future__ import annotations

import asyncio

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
                timeout=aiohttp.ClientTimeout(
                    total=self._limits.timeout, sock_connect=self._limits.connect_timeout
                ),
                trust_env=False,
                skip_auto_headers=("User-Agent", "Content-Type", "Accept", "Accept-Encoding"),
            )
        return self._session

    async def _exchange(self, request: Request) -> Response:
        async with self._open().request(
            request.method,
            URL(request.url, encoded=True),
            headers=request.headers,
            data=request.body,
            proxy=self._proxy,
            allow_redirects=False,
        ) as reply:
            body = await self._read(request, reply)
            headers = by_lower_name(reply.headers.items())
            return Response(status=reply.status, headers=headers, body=body)

    async def _read(self, request: Request, reply: aiohttp.ClientResponse) -> bytes:
        body = bytearray()
        # What is there, without waiting for more: aiohttp stops reading at its own buffer's limit.
        while chunk := await reply.content.readany():
            body += chunk
            if len(body) > self._limits.max_reply_bytes:
                # A connection with an unread rest must not go back to the pool.
                reply.close()
                raise ReplyTooLarge(
                    f"{request.label}: the reply is over {self._limits.max_reply_bytes} bytes",
                    outcome=unless_safe(request),
                )
        return bytes(body)

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
                f"{request.label}: no complete reply within {self._limits.timeout:g} seconds",
                outcome=unless_safe(request),
            )
        return ConnectionLost(
            f"{request.label}: the connection ended before the reply was complete"
            f" ({type(error).__name__})",
            outcome=unless_safe(request),
        )


_NO_PROXY = (aiohttp.ClientProxyConnectionError, aiohttp.ClientHttpProxyError)
_NO_CONNECTION = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
    UnicodeError,  # of a host name that IDNA cannot write
)

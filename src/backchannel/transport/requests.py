"""Blocking HTTP on `requests`.

The requests session holds the pools, the TLS settings and the proxy; a call goes straight to the
session's urllib3 pool, which spares preparing, cookies, redirects and the environment's `.netrc`
and proxies at each call.
"""

from __future__ import annotations

import io
import ssl
import time
from http import client as http_client
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    LocationValueError,
    NewConnectionError,
    ProxyError,
    SSLError,
)

from backchannel.errors import (
    BackchannelError,
    ConfigurationError,
    ConnectError,
    ConnectionLost,
    ReplyTooLarge,
    TransportTimeout,
)
from backchannel.transport.masking import masked_logger
from backchannel.wire.messages import Request, Response
from backchannel.wire.rules import Limits, unless_safe

if TYPE_CHECKING:
    import socket

    from typing_extensions import Buffer
    from urllib3.response import BaseHTTPResponse

_CHUNK = 64 * 1024
_POOLS = 32
_CONNECTIONS = 32


class RequestsTransport:
    """Sends requests over pooled connections. It may be shared by threads.

    Args:
        limits: timeouts in seconds and the cap of a reply in bytes.
        proxy: the URL of a proxy for all requests, or None. The environment is not asked.
    """

    def __init__(self, limits: Limits | None = None, proxy: str | None = None) -> None:
        self._limits = limits or Limits()
        self._proxies = {} if proxy is None else {"http": proxy, "https": proxy}
        self._session = requests.Session()
        self._session.trust_env = False
        adapter = HTTPAdapter(pool_connections=_POOLS, pool_maxsize=_CONNECTIONS)
        adapter.poolmanager.pool_classes_by_scheme = _POOL_CLASSES
        if proxy is not None:
            adapter.proxy_manager_for(proxy).pool_classes_by_scheme = _POOL_CLASSES
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)
        self._adapter = adapter
        self._pools: dict[str, HTTPConnectionPool] = {}
        self._closed = False
        masked_logger("urllib3.connectionpool")

    def send(self, request: Request) -> Response:
        """Send a request and read the whole reply. Redirects are returned, not followed.

        Raises:
            ConnectError: no connection; nothing was sent.
            TransportTimeout: the reply was not complete in time.
            ConnectionLost: the connection ended before the reply was complete.
            ReplyTooLarge: the decoded body is over the cap.
            ConfigurationError: the transport is closed.
        """
        if self._closed:
            raise ConfigurationError(f"{request.label}: the client is closed")
        try:
            return self._exchange(request)
        except (HTTPError, requests.exceptions.InvalidURL) as error:
            failure = self._failure(request, error)
        # Raised out of the handler: no context keeps the library's error and what that knows.
        raise failure

    def close(self) -> None:
        """Close all connections. Nothing can be sent afterwards."""
        self._closed = True
        # Here, because urllib3 closes a pool of the session only when nobody refers to it.
        for pool in list(self._pools.values()):
            pool.close()
        self._pools.clear()
        self._session.close()

    def _exchange(self, request: Request) -> Response:
        limits = self._limits
        reply = self._pool(request).urlopen(
            request.method,
            self._target(request),
            body=request.body,
            headers=request.headers,
            retries=False,
            redirect=False,
            assert_same_host=False,  # the pool of a plain HTTP proxy has the proxy's host
            timeout=urllib3.Timeout(
                connect=min(limits.connect_timeout, limits.timeout), total=limits.timeout
            ),
            preload_content=False,
        )
        body = self._read(request, reply)
        headers = {name.lower(): value for name, value in reply.headers.itermerged()}
        return Response(status=reply.status, headers=headers, body=body)

    def _pool(self, request: Request) -> HTTPConnectionPool:
        origin = request.origin
        pool = self._pools.get(origin)
        if pool is None:
            prepared = requests.Request("GET", origin).prepare()
            pool = cast(
                "HTTPConnectionPool",
                self._adapter.get_connection_with_tls_context(
                    prepared, verify=True, proxies=self._proxies
                ),
            )
            self._pools[origin] = pool
        return pool

    def _target(self, request: Request) -> str:
        parts = urlsplit(request.url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        if self._proxies and parts.scheme == "http":
            return request.origin + target
        return target

    def _read(self, request: Request, reply: BaseHTTPResponse) -> bytes:
        """Read the body, at most the cap."""
        body = bytearray()
        try:
            while chunk := reply.read(_CHUNK):
                body += chunk
                if len(body) > self._limits.max_reply_bytes:
                    raise ReplyTooLarge(
                        f"{request.label}: the reply is over {self._limits.max_reply_bytes} bytes",
                        outcome=unless_safe(request),
                    )
        except BaseException:
            # A connection with an unread rest must not go back to the pool.
            reply.close()
            raise
        reply.release_conn()
        return bytes(body)

    def _failure(self, request: Request, error: Exception) -> BackchannelError:
        if isinstance(error, ProxyError):
            return ConnectError(f"{request.origin}: the proxy made no connection")
        if isinstance(error, SSLError) and isinstance(error.args[0], ssl.SSLCertVerificationError):
            why = error.args[0].verify_message
            return ConnectError(f"{request.origin}: its certificate was refused: {why}")
        if isinstance(error, _NO_CONNECTION):
            return ConnectError(f"{request.origin}: no connection{_why(error)}")
        if isinstance(error, urllib3.exceptions.TimeoutError) or _is_timeout(error):
            return TransportTimeout(
                f"{request.label}: no complete reply within {self._limits.timeout:g} seconds",
                outcome=unless_safe(request),
            )
        return ConnectionLost(
            f"{request.label}: the connection ended before the reply was complete"
            f" ({type(error).__name__})",
            outcome=unless_safe(request),
        )


_NO_CONNECTION = (
    NewConnectionError,
    ConnectTimeoutError,
    LocationValueError,
    requests.exceptions.InvalidURL,
)


def _why(error: BaseException | None) -> str:
    """The operating system's words, if there are any behind the error."""
    while error is not None:
        if isinstance(error, OSError) and error.strerror:
            return f" ({error.strerror})"
        error = error.__cause__ or error.__context__
    return ""


def _is_timeout(error: Exception) -> bool:
    # A body that could not be sent in time: urllib3 calls that an aborted connection.
    return bool(error.args) and isinstance(error.args[-1], TimeoutError)


class _UntilDeadline(io.RawIOBase):
    """Reads from a socket until a deadline: its timeout, counted from now.

    The socket's own timeout begins anew with each byte, so that a server which sends one now and
    then would never be stopped.
    """

    def __init__(self, sock: socket.socket, raw: io.RawIOBase) -> None:
        self._deadline = time.monotonic() + (sock.gettimeout() or 0.0)
        self._sock = sock
        self._raw = raw
        self.ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer, /) -> int | None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        self._sock.settimeout(left)
        count = self._raw.readinto(buffer)
        self.ended = count == 0
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Reply(http_client.HTTPResponse):
    def __init__(
        self,
        sock: socket.socket,
        debuglevel: int = 0,
        method: str | None = None,
        url: str | None = None,
    ) -> None:
        super().__init__(sock, debuglevel, method, url)
        self._source = _UntilDeadline(sock, self.fp.detach())
        self.fp = io.BufferedReader(self._source)

    def begin(self) -> None:
        super().begin()
        if self._source.ended:
            # http.client takes that for the end of the headers, and the body for empty.
            raise http_client.RemoteDisconnected("the connection ended amid the headers")


class _PlainConnection(HTTPConnection):
    response_class = _Reply


class _TLSConnection(HTTPSConnection):
    response_class = _Reply

    def connect(self) -> None:
        try:
            super().connect()
        except ssl.SSLCertVerificationError:
            raise
        except OSError as error:
            # Else a failed handshake looks like a failure after the request was sent.
            raise NewConnectionError(self, f"TLS failed: {type(error).__name__}") from error


# Cast, because urllib3 declares a protocol here that its own connections do not fit.
class _PlainPool(HTTPConnectionPool):
    ConnectionCls = cast("Any", _PlainConnection)


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = cast("Any", _TLSConnection)


_POOL_CLASSES = {"http": _PlainPool, "https": _TLSPool}

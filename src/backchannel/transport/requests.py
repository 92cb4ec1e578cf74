"""Blocking HTTP on `requests`.

The requests session holds the pools, the TLS settings and the proxy; a call borrows a connection
from the session's urllib3 pool, which spares preparing, cookies, redirects and the environment's
`.netrc` and proxies at each call.
"""

from __future__ import annotations

import ssl
import time
from http.client import HTTPException
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError, ProxyError

from backchannel.errors import (
    BackchannelError,
    ConfigurationError,
    ConnectError,
    ConnectionLost,
    ReplyTooLarge,
    TransportTimeout,
)
from backchannel.transport.exchange import BodyTooLarge, encode_request, exchange
from backchannel.transport.pools import POOL_CLASSES
from backchannel.wire.messages import Request, Response
from backchannel.wire.rules import Limits, unless_safe
from backchannel.wire.secrets import Headers
from backchannel.wire.streams import BodyStream

if TYPE_CHECKING:
    from urllib3.connection import HTTPConnection

    from backchannel.transport.pools import LendingPool

_POOLS = 32
_CONNECTIONS = 32
_STANDARD_PORTS = {"http": 80, "https": 443}
_ERRORS = (OSError, HTTPException, HTTPError, UnicodeError)


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
        adapter.poolmanager.pool_classes_by_scheme = POOL_CLASSES
        if proxy is not None:
            adapter.proxy_manager_for(proxy).pool_classes_by_scheme = POOL_CLASSES
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)
        self._adapter = adapter
        self._routes: dict[str, _Route] = {}
        self._closed = False

    def send(self, request: Request) -> Response:
        """Send a request and read the whole reply. Redirects are returned, not followed.

        Raises:
            ConnectError: no connection; nothing was sent.
            TransportTimeout: the reply was not complete in time.
            ConnectionLost: the connection ended before the reply was complete.
            ReplyTooLarge: the decoded body is over the cap.
            ConfigurationError: the transport is closed, or the request cannot be written.
        """
        if self._closed:
            raise ConfigurationError(f"{request.label}: the client is closed")
        limits = self._limits
        timeout = limits.timeout if request.timeout is None else request.timeout
        deadline = time.monotonic() + timeout
        try:
            route = self._route(request.origin)
            written = route.encode(request)
            connection = route.pool.lend(min(limits.connect_timeout, timeout))
        except _ERRORS as error:
            failure: BackchannelError = _no_connection(request, error)
        else:
            try:
                return self._exchange(request, written, connection, route.pool, deadline)
            except BodyTooLarge:
                allowed = request.sink.max_bytes if request.sink else limits.max_reply_bytes
                failure = ReplyTooLarge(
                    f"{request.label}: the reply is over {allowed} bytes",
                    outcome=unless_safe(request),
                )
            except _ERRORS as error:
                if request.local_failure is not None:
                    raise
                failure = _no_reply(request, error, timeout)
        # Raised out of the handler: no context keeps the library's error and what that knows.
        raise failure

    def close(self) -> None:
        """Close all connections. Nothing can be sent afterwards."""
        self._closed = True
        # Here, because urllib3 closes a pool of the session only when nobody refers to it.
        for route in list(self._routes.values()):
            route.pool.close()
        self._routes.clear()
        self._session.close()

    def _exchange(
        self,
        request: Request,
        written: memoryview,
        connection: HTTPConnection,
        pool: LendingPool,
        deadline: float,
    ) -> Response:
        reusable = False
        try:
            response, reusable = exchange(
                connection.sock,
                request.method,
                written,
                deadline=deadline,
                max_bytes=self._limits.max_reply_bytes,
                stream=request.body if isinstance(request.body, BodyStream) else None,
                sink=request.sink,
            )
        finally:
            if not reusable:
                # An unread rest would be taken for the next reply.
                connection.close()
            pool.take_back(connection)
        return response

    def _route(self, origin: str) -> _Route:
        route = self._routes.get(origin)
        if route is None:
            prepared = requests.Request("GET", origin).prepare()
            pool = cast(
                "LendingPool",
                self._adapter.get_connection_with_tls_context(
                    prepared, verify=True, proxies=self._proxies
                ),
            )
            route = self._routes[origin] = _Route(origin, pool)
        return route


class _Route:
    """How the requests to an origin go.

    Args:
        origin: scheme, host and port.
        pool: the connections to it, or to a proxy.
    """

    def __init__(self, origin: str, pool: LendingPool) -> None:
        self.pool = pool
        parts = urlsplit(origin)
        standard = parts.port in {None, _STANDARD_PORTS.get(parts.scheme)}
        self._host = parts.netloc.removesuffix(f":{parts.port}") if standard else parts.netloc
        # A proxy for plain HTTP is told the whole URL, and who we are.
        forwarded = pool.proxy is not None and parts.scheme == "http"
        self._prefix = origin if forwarded else ""
        self._headers = Headers(pool.proxy_headers) if forwarded else Headers()

    def encode(self, request: Request) -> memoryview:
        """The request as it goes on the wire."""
        parts = urlsplit(request.url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return encode_request(
            request.method,
            self._prefix + target,
            self._host,
            Headers({**request.headers, **self._headers}) if self._headers else request.headers,
            request.body,
        )


def _no_connection(request: Request, error: Exception) -> ConnectError:
    if isinstance(error, ProxyError):
        return ConnectError(f"{request.origin}: the proxy made no connection")
    if isinstance(error, ssl.SSLCertVerificationError):
        why = error.verify_message
        return ConnectError(f"{request.origin}: its certificate was refused: {why}")
    return ConnectError(f"{request.origin}: no connection{_why(error)}")


def _no_reply(request: Request, error: Exception, timeout: float) -> BackchannelError:
    if isinstance(error, TimeoutError | urllib3.exceptions.TimeoutError):
        return TransportTimeout(
            f"{request.label}: no complete reply within {timeout:g} seconds",
            outcome=unless_safe(request),
        )
    return ConnectionLost(
        f"{request.label}: the connection ended before the reply was complete"
        f" ({type(error).__name__})",
        outcome=unless_safe(request),
    )


def _why(error: BaseException | None) -> str:
    """The operating system's words, if there are any behind the error."""
    while error is not None:
        if isinstance(error, OSError) and error.strerror:
            return f" ({error.strerror})"
        error = error.__cause__ or error.__context__
    return ""

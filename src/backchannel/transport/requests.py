"""Blocking HTTP on `requests`.

The requests session holds the pools, the TLS settings and the proxy; a call goes straight to the
session's urllib3 pool, which spares preparing, cookies, redirects and the environment's `.netrc`
and proxies at each call.
"""

from __future__ import annotations

import ssl
import time
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter

from backchannel.errors import ConnectError, ConnectionLost, ReplyTooLarge, TransportTimeout
from backchannel.wire.messages import Request, Response
from backchannel.wire.rules import Limits, unless_safe

if TYPE_CHECKING:
    from urllib3.connectionpool import HTTPConnectionPool
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
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)
        self._adapter = adapter
        self._pools: dict[str, HTTPConnectionPool] = {}

    def send(self, request: Request) -> Response:
        """Send a request and read the whole reply. Redirects are returned, not followed.

        Raises:
            ConnectError: no connection; nothing was sent.
            TransportTimeout: the reply was not complete in time.
            ConnectionLost: the connection ended before the reply was complete.
            ReplyTooLarge: the decoded body is over the cap.
        """
        limits = self._limits
        deadline = time.monotonic() + limits.timeout
        try:
            reply = self._pool(request).urlopen(
                request.method,
                self._target(request),
                body=request.body,
                headers=request.headers,
                retries=False,
                redirect=False,
                timeout=urllib3.Timeout(
                    connect=min(limits.connect_timeout, limits.timeout), total=limits.timeout
                ),
                preload_content=False,
            )
            body = self._read(request, reply, deadline)
        except (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError):
            raise ConnectError(f"{request.origin}: no connection") from None
        except urllib3.exceptions.ProxyError:
            raise ConnectError(f"{request.origin}: the proxy made no connection") from None
        except urllib3.exceptions.TimeoutError:
            raise self._timeout(request) from None
        except urllib3.exceptions.SSLError as error:
            if isinstance(error.args[0], ssl.SSLCertVerificationError):
                raise ConnectError(
                    f"{request.origin}: its certificate was refused: {error.args[0].verify_message}"
                ) from None
            raise self._lost(request, "TLS failed") from None
        except urllib3.exceptions.HTTPError as error:
            raise self._lost(request, type(error).__name__) from None
        headers = {name.lower(): value for name, value in reply.headers.itermerged()}
        return Response(status=reply.status, headers=headers, body=body)

    def close(self) -> None:
        """Close all connections."""
        self._session.close()

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
        if self._proxies and parts.scheme == "http":
            return request.url
        return parts._replace(scheme="", netloc="", fragment="").geturl() or "/"

    def _read(self, request: Request, reply: BaseHTTPResponse, deadline: float) -> bytes:
        """Read the body, at most the cap and not beyond the deadline.

        Each read has urllib3's own time limit, so a server that sends a byte now and then is
        stopped by the deadline.
        """
        body = bytearray()
        try:
            while chunk := reply.read(_CHUNK):
                body += chunk
                if len(body) > self._limits.max_reply_bytes:
                    raise ReplyTooLarge(
                        f"{request.label}: the reply is over {self._limits.max_reply_bytes} bytes",
                        outcome=unless_safe(request),
                    )
                if time.monotonic() > deadline:
                    raise self._timeout(request)
        except BaseException:
            # A connection with an unread rest must not go back to the pool.
            reply.close()
            raise
        reply.release_conn()
        return bytes(body)

    def _timeout(self, request: Request) -> TransportTimeout:
        return TransportTimeout(
            f"{request.label}: no complete reply within {self._limits.timeout:g} seconds",
            outcome=unless_safe(request),
        )

    def _lost(self, request: Request, what: str) -> ConnectionLost:
        return ConnectionLost(
            f"{request.label}: the connection ended before the reply was complete ({what})",
            outcome=unless_safe(request),
        )

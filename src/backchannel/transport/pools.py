"""Pools of urllib3 connections that are lent for one exchange each.

`urlopen` costs about as much as the exchange itself; what it does besides (retries, redirects,
chunked requests) is not wanted here. So we take from urllib3 what is hard: keeping, replacing and
opening connections, through TLS and proxies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ProxyError

if TYPE_CHECKING:
    from urllib3.connection import HTTPConnection


class LendingPool(HTTPConnectionPool):
    """A pool whose connections may be borrowed. Threads may share it."""

    def lend(self, timeout: float) -> HTTPConnection:
        """An open connection, which nobody else has until it is taken back.

        One that the server closed meanwhile is opened anew.

        Args:
            timeout: seconds for connecting.

        Raises:
            ProxyError: the proxy could not be reached, or refused the tunnel.
            Exception: what urllib3, http.client, ssl or the system raises when connecting fails.
        """
        connection = self._get_conn()
        if connection.is_closed:
            connection.timeout = timeout
            try:
                if self.proxy is not None:
                    # Opens a tunnel, and the connection with it, in a pool for https.
                    self._prepare_proxy(connection)
                if connection.is_closed:
                    connection.connect()
            except BaseException as error:
                failed_at_proxy = self.proxy is not None and not connection.has_connected_to_proxy
                connection.close()
                self._put_conn(connection)
                if failed_at_proxy and isinstance(error, Exception):
                    raise ProxyError("no connection", error) from error
                raise
        return cast("HTTPConnection", connection)

    def take_back(self, connection: HTTPConnection) -> None:
        """Keep a connection for the next call. One that is closed will be opened by that call."""
        # Cast, because urllib3 declares a protocol here that its own connections do not fit.
        self._put_conn(cast("Any", connection))


class LendingTLSPool(LendingPool, HTTPSConnectionPool):
    """The same for https."""


POOL_CLASSES = {"http": LendingPool, "https": LendingTLSPool}

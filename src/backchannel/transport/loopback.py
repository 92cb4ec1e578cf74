"""Listens on this machine for one redirect of a browser."""

from __future__ import annotations

import queue
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from socketserver import TCPServer
from typing import Final, Self
from urllib.parse import urlsplit

from backchannel.errors import ConfigurationError

SLOWEST: Final = 10.0
"""Seconds that a browser may take for its request."""

_ANSWER = b"You can close this window, and go back to the program.\n"


class LoopbackRedirect:
    """Takes the request that a browser makes to a redirect URI of this machine.

    A context manager. Requests for other paths (browsers look for an icon) are answered with 404
    and count for nothing.

    Args:
        uri: `http://127.0.0.1:PORT/PATH`; port 0 is any free one.

    Raises:
        ConfigurationError: the URI is not of this machine, or the port is taken.
    """

    def __init__(self, uri: str) -> None:
        host, port, path = _place(uri)
        self._path = path
        self._targets: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        try:
            self._server = _Server((host, port), self._handler())
        except OSError as error:
            raise ConfigurationError(
                f"redirect_uri: {host}:{port} cannot be listened on: {error.strerror}"
            ) from error
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        self.uri = uri if port else f"http://{host}:{self._server.server_address[1]}{path}"

    def wait(self, seconds: float) -> str | None:
        """Wait for the redirect.

        Args:
            seconds: how long at most.

        Returns:
            Path and query of the request, or None if none came.
        """
        try:
            return self._targets.get(timeout=seconds)
        except queue.Empty:
            return None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        # Whoever still waits, in a thread that nothing else can end.
        self._targets.put(None)
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        path, targets = self._path, self._targets

        class Handler(BaseHTTPRequestHandler):
            timeout = SLOWEST

            def do_GET(self) -> None:
                found = urlsplit(self.path).path == path
                self.send_response_only(HTTPStatus.OK if found else HTTPStatus.NOT_FOUND)
                body = _ANSWER if found else b""
                self.send_header("Content-Type", "text/plain; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Cache-Control", "no-store")
                self.send_header("Referrer-Policy", "no-referrer")
                self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.write(body)
                if found:
                    targets.put(self.path)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name
                """Say nothing: there is a code in the request."""

        return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # A connection that a browser opened and does not use must not hold up the end.
    block_on_close = False

    def server_bind(self) -> None:
        # Not http.server's, which asks the network for this machine's name.
        TCPServer.server_bind(self)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: the browser hung up."""


def _place(uri: str) -> tuple[str, int, str]:
    """Host, port and path of the URI."""
    try:
        parts = urlsplit(uri)
        host, port = parts.hostname or "", parts.port
        fits = ip_address(host).is_loopback and ":" not in host and port is not None
    except ValueError:
        fits, host, port, parts = False, "", None, None
    if not fits or port is None or parts is None or parts.scheme != "http" or parts.query:
        raise ConfigurationError("redirect_uri: http://127.0.0.1:PORT/ and a path, no query")
    return host, port, parts.path or "/"

"""The server that one browser draws for: it gives a job out and takes pictures in.

It listens on this machine only, and answers only addresses below a key that nobody else knows.
"""

from __future__ import annotations

import secrets
import socket
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import SimpleQueue
from threading import Thread
from typing import Any

from attrs import field, frozen

from mien.avatar.assets import PAGE, Asset, asset_table

POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; "
    "worker-src blob:; connect-src 'self' blob: data:; img-src 'self' blob: data:; "
    "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""What the page may load: its own files, and what a model holds in itself."""

_LARGEST = 32 * 2**20


@frozen(kw_only=True)
class Said:
    """One thing the page told: ``what`` is ``facts``, ``face/NUMBER``, ``done`` or ``failed``."""

    what: str
    body: bytes


@frozen(kw_only=True, eq=False)
class Studio:
    """A running server: the address to open, and what the page says, in order."""

    address: str
    said: SimpleQueue[Said]


@contextmanager
def open_studio(job: bytes, model: bytes) -> Generator[Studio]:
    """Serve the drawing page with ``job`` (JSON) and ``model`` until the block ends."""
    key = secrets.token_urlsafe(24)
    hall = _Hall(
        key=key,
        assets=asset_table(),
        given={"job": ("application/json", job), "model": ("application/octet-stream", model)},
    )

    class Handler(_Handler):
        """Answers for this studio."""

        studio = hall

    server = _Server(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield Studio(address=f"http://127.0.0.1:{server.server_port}/{key}/{PAGE}", said=hall.said)
    finally:
        server.shutdown()
        server.server_close()


@frozen(kw_only=True, eq=False)
class _Hall:
    """What the handlers of one server share."""

    key: str
    assets: Mapping[str, Asset]
    given: Mapping[str, tuple[str, bytes]]
    said: SimpleQueue[Said] = field(factory=SimpleQueue[Said])


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(
        self, request: socket.socket | tuple[bytes, socket.socket], client_address: object
    ) -> None:
        """Say nothing of a browser that hung up."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    studio: _Hall

    def do_GET(self) -> None:
        """Give out a file, the job or the model."""
        name = self._name()
        asset = self.studio.assets.get(name)
        if asset is not None:
            self._answer(200, asset.type, asset.path.read_bytes())
        elif name in self.studio.given:
            self._answer(200, *self.studio.given[name])
        else:
            self._answer(404, "text/plain", b"")

    def do_POST(self) -> None:
        """Take in what the page says."""
        head, _, what = self._name().partition("/")
        length = self.headers.get("Content-Length", "")
        size = int(length) if length.isascii() and length.isdecimal() else -1
        if head != "said" or not 0 <= size <= _LARGEST:
            self.close_connection = True
            self._answer(404, "text/plain", b"")
            return
        self.studio.said.put(Said(what=what, body=self.rfile.read(size)))
        self._answer(200, "text/plain", b"")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401
        """Keep the terminal quiet."""

    def _name(self) -> str:
        """The address below the key; empty for a request from elsewhere."""
        server: Any = self.server
        own = self.headers.get("Host") == f"127.0.0.1:{server.server_port}"
        _, key, name = [*self.path.partition("?")[0].split("/", 2), "", ""][:3]
        return (
            name if own and secrets.compare_digest(key.encode(), self.studio.key.encode()) else ""
        )

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        self.wfile.write(body)

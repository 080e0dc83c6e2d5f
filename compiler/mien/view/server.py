"""The server of one run: a bank, its watch, its desk and a socket on this machine."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Mapping
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Any, Self

from mien.drawing.reader import shipped_face
from mien.view.assets import Asset, asset_table, inline_digests
from mien.view.edit.desk import Desk
from mien.view.guard import Guard, is_loopback, security_policy
from mien.view.handler import Handler
from mien.view.look import looked_at
from mien.view.news import News
from mien.view.watch import Watch

LOOPBACK = "127.0.0.1"


class ViewServer:
    """Serves the bank in a folder until closed; to be used with ``with``.

    Raises:
        OSError: the port is taken, or the address is not this machine's.
    """

    def __init__(self, folder: Path, *, host: str = LOOPBACK, port: int = 0) -> None:
        handler = type("BoundHandler", (Handler,), {"viewed": self})
        self._http = _server_class(host)((host, port), handler)
        self.assets: Mapping[str, Asset] = asset_table()
        self.policy = security_policy(inline_digests())
        self.drawing = json.dumps(shipped_face().to_json()).encode()
        self.guard = Guard(host=host, port=int(self._http.server_address[1]))
        self.news = News(looked_at(folder))
        self.desk = Desk(lambda: self.news.look.bank)
        self._watch = Watch(folder, self._changed)
        self._thread: Thread | None = None

    @property
    def origin(self) -> str:
        """Where it answers: ``http://127.0.0.1:6436``."""
        host = self.guard.host
        if host in {"0.0.0.0", "::"}:  # noqa: S104  everywhere: this machine's own name for itself
            host = LOOPBACK if host == "0.0.0.0" else "::1"  # noqa: S104
        shown = f"[{host}]" if ":" in host else host
        return f"http://{shown}:{self.guard.port}"

    @property
    def url(self) -> str:
        """The address to open. The key stands behind the #, which no browser sends anywhere."""
        return f"{self.origin}/#key={self.guard.key}"

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach it."""
        return is_loopback(self.guard.host)

    def serve(self) -> None:
        """Watch and answer until `close` or an interrupt."""
        self._watch.start()
        self._http.serve_forever(poll_interval=0.1)

    def start(self) -> None:
        """`serve` in a thread of its own."""
        self._thread = Thread(target=self.serve, name="mien-view", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop watching and answering, and give the port back."""
        self.news.close()
        if self._thread is not None:
            self._http.shutdown()
            self._thread.join()
        self._watch.stop()
        self._http.server_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _changed(self) -> None:
        self.news.refresh()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = os.name != "nt"  # there, two programs could listen on one port

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """A browser that leaves in the middle of an answer is no event."""


class _Server6(_Server):
    address_family = socket.AF_INET6


def _server_class(host: str) -> type[_Server]:
    return _Server6 if ":" in host else _Server

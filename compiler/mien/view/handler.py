"""One request: guarded, answered from a fixed table, never from a path."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from mien.view.asked import MAX_BODY, asked_change
from mien.view.assets import AVATAR
from mien.view.edit.desk import Preview
from mien.view.edit.refusal import EditConflict, EditRefused
from mien.view.guard import HEADERS, KEY_HEADER
from mien.view.told import faults_data, state_data

if TYPE_CHECKING:
    from mien.view.server import ViewServer

HEARTBEAT_SECONDS = 10.0
"""Between two signs of life on a quiet stream of events."""
_JSON = "application/json; charset=utf-8"


class Handler(BaseHTTPRequestHandler):
    """Answers the page. Reading is open to this machine; writing needs the run's key."""

    timeout = 30.0
    viewed: ClassVar[ViewServer]

    def do_GET(self) -> None:
        """Answer with a file of the page, or with something about the bank."""
        if self._refused():
            return
        address = urlsplit(self.path).path
        if address == "/api/events":
            self._events()
        elif address == "/api/state":
            self._json(HTTPStatus.OK, self._state())
        elif address == "/api/artifact":
            self._artifact()
        elif address == "/api/drawing":
            self._send(HTTPStatus.OK, _JSON, self.viewed.drawing)
        else:
            self._asset(address)

    def do_HEAD(self) -> None:
        """As GET, without the body."""
        self.do_GET()

    def do_POST(self) -> None:
        """Preview, make or take back an edit."""
        if self._refused():
            return
        actions = {
            "/api/edit/preview": self._preview,
            "/api/edit/write": self._write,
            "/api/edit/undo": self._undo,
        }
        action = actions.get(urlsplit(self.path).path)
        if action is None:
            self._error(HTTPStatus.NOT_FOUND, "there is nothing at this address")
            return
        if not self.viewed.guard.holds_key(self.headers.get(KEY_HEADER)):
            self._error(
                HTTPStatus.FORBIDDEN,
                "this page may look but not write; open the address that `mien view` printed",
            )
            return
        body = self._body()
        if body is None:
            return
        try:
            self._json(HTTPStatus.OK, action(body))
        except EditConflict as conflict:
            self._error(HTTPStatus.CONFLICT, str(conflict))
        except EditRefused as refusal:
            faults = faults_data(refusal.faults)
            self._error(HTTPStatus.UNPROCESSABLE_ENTITY, str(refusal), faults)
        except OSError as error:
            reason = (error.strerror or "unknown reason").lower()
            self._error(HTTPStatus.UNPROCESSABLE_ENTITY, f"the file cannot be written: {reason}")

    def version_string(self) -> str:
        """The name alone: a version is nobody's business."""
        return "mien"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing: the terminal is for the address."""

    def end_headers(self) -> None:
        """Every answer carries the same precautions."""
        self.send_header("Content-Security-Policy", self.viewed.policy)
        for name, value in HEADERS.items():
            self.send_header(name, value)
        super().end_headers()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Errors of the protocol itself, without echoing what was sent."""
        self._error(HTTPStatus(code), HTTPStatus(code).phrase.lower())

    def _refused(self) -> bool:
        reason = self.viewed.guard.refusal(self.headers.get("Host"), self.headers.get("Origin"))
        if reason:
            self._error(HTTPStatus.FORBIDDEN, reason)
        return bool(reason)

    def _body(self) -> bytes | None:
        length = self.headers.get("Content-Length", "")
        size = int(length) if length.isascii() and length.isdecimal() else -1
        if self.headers.get_content_type() != "application/json":
            self._error(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "expected application/json")
        elif size < 0:
            self._error(HTTPStatus.LENGTH_REQUIRED, "the request does not say how long it is")
        elif size > MAX_BODY:
            self._error(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"the request is longer than {MAX_BODY} bytes"
            )
        else:
            return self.rfile.read(size)
        return None

    def _state(self) -> dict[str, Any]:
        viewed = self.viewed
        state = state_data(viewed.news.look)
        return {**state, "undo": viewed.desk.writes, "avatar": AVATAR in viewed.assets}

    def _artifact(self) -> None:
        look = self.viewed.news.look
        if not look.artifact:
            self._error(HTTPStatus.NOT_FOUND, "the bank has never compiled in this run")
            return
        headers = {"ETag": f'"{look.digest}"'}
        self._send(HTTPStatus.OK, "application/octet-stream", look.artifact, headers)

    def _asset(self, address: str) -> None:
        asset = self.viewed.assets.get(address)
        try:
            data = asset.path.read_bytes() if asset else None
        except OSError:
            data = None
        if asset is None or data is None:
            self._error(HTTPStatus.NOT_FOUND, "there is nothing at this address")
            return
        self._send(HTTPStatus.OK, asset.type, data)

    def _events(self) -> None:
        """Server-sent events: the state now, then each new one, until either side leaves."""
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self.end_headers()
        if self.command == "HEAD":
            return
        revision = 0
        while not self.viewed.news.closed:
            look = self.viewed.news.after(revision, HEARTBEAT_SECONDS)
            if look is None:
                self.wfile.write(b":\n\n")
                continue
            revision = look.revision
            data = json.dumps(self._state(), ensure_ascii=False)
            self.wfile.write(f"event: state\ndata: {data}\n\n".encode())

    def _preview(self, body: bytes) -> dict[str, Any]:
        change, _ = asked_change(body)
        return _preview_data(self.viewed.desk.preview(change))

    def _write(self, body: bytes) -> dict[str, Any]:
        change, seen = asked_change(body)
        file = self.viewed.desk.write(change, seen)
        self.viewed.news.refresh()
        return {"file": file, "undo": self.viewed.desk.writes}

    def _undo(self, _: bytes) -> dict[str, Any]:
        file = self.viewed.desk.undo()
        self.viewed.news.refresh()
        return {"file": file, "undo": self.viewed.desk.writes}

    def _error(
        self, status: HTTPStatus, message: str, faults: list[dict[str, Any]] | None = None
    ) -> None:
        self._json(status, {"error": message, "faults": faults or []})

    def _json(self, status: HTTPStatus, data: Mapping[str, Any]) -> None:
        self._send(status, _JSON, json.dumps(data, ensure_ascii=False).encode())

    def _send(
        self, status: HTTPStatus, type_: str, body: bytes, more: Mapping[str, str] | None = None
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", type_)
        self.send_header("Content-Length", str(len(body)))
        for name, value in (more or {}).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def _preview_data(preview: Preview) -> dict[str, Any]:
    return {
        "file": preview.file,
        "line": preview.line,
        "seen": preview.seen,
        "lines": preview.lines,
        "diff": list(preview.diff),
        "faults": faults_data(preview.faults),
    }

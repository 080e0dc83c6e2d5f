"""The server of `mien view`: a bank, a watch on its files, and edits of them."""

from __future__ import annotations

import json
from http import HTTPStatus
from pathlib import Path
from typing import Any, cast

from mien import resources
from mien.drawing.document import shipped_face
from mien.local_server import (
    JSON_TYPE,
    KEY_HEADER,
    LOOPBACK,
    LocalHandler,
    LocalServer,
    asset_table,
    is_loopback,
    security_policy,
)
from mien.view.bank_files import BankFiles
from mien.view.change import EditConflictError, EditRefusedError
from mien.view.edit_session import EditSession
from mien.view.live_faces import ChosenFace, FaceFeed
from mien.view.messages import (
    MAX_BODY,
    chosen_weights,
    faults_data,
    preview_data,
    requested_change,
    state_data,
)
from mien.view.state import StateStream, first_snapshot
from mien.view.watch import Watch

PAGE = "page/index.html"
HEARTBEAT_SECONDS = 10.0
"""Between two signs of life on a quiet stream of events."""


class ViewHandler(LocalHandler):
    """Answers the page. Reading is open to this machine; writing needs the run's key."""

    @property
    def view(self) -> ViewServer:
        """The server."""
        return cast("ViewServer", self.server)

    def answer_get(self, address: str) -> None:
        """Answer with something about the bank, or with a file of the page."""
        if address == "/api/events":
            self._stream_events()
        elif address == "/api/state":
            self.send_json(self._state())
        elif address == "/api/artifact":
            self._send_artifact()
        elif address == "/api/faces" and self.view.received is not None:
            self._stream_faces(self.view.received)
        elif address == "/api/drawing":
            self.send_data(JSON_TYPE, self.view.drawing)
        else:
            super().answer_get(address)

    def answer_post(self, address: str) -> None:
        """Preview, make or take back an edit."""
        actions = {
            "/api/edit/preview": self._preview,
            "/api/edit/write": self._write,
            "/api/edit/undo": self._undo,
            **({"/api/face": self._choose} if self.view.chosen is not None else {}),
        }
        action = actions.get(address)
        if action is None:
            super().answer_post(address)
            return
        if not self.view.guard.holds_key(self.headers.get(KEY_HEADER)):
            self.send_failure(
                HTTPStatus.FORBIDDEN,
                "this page may look but not write; open the address that `mien view` printed",
            )
            return
        body = self.read_body(MAX_BODY, kind="application/json")
        if body is None:
            return
        try:
            self.send_json(action(body))
        except EditConflictError as conflict:
            self.send_failure(HTTPStatus.CONFLICT, str(conflict))
        except EditRefusedError as refusal:
            faults = faults_data(refusal.faults)
            self.send_failure(HTTPStatus.UNPROCESSABLE_ENTITY, str(refusal), faults)
        except OSError as error:
            reason = (error.strerror or "unknown reason").lower()
            self.send_failure(
                HTTPStatus.UNPROCESSABLE_ENTITY, f"the file cannot be written: {reason}"
            )

    def _state(self) -> dict[str, Any]:
        return {
            **state_data(self.view.states.snapshot),
            "undo": self.view.edits.writes,
            "receives": "" if self.view.received is None else self.view.received.title,
            "sends": self.view.chosen is not None,
        }

    def _send_artifact(self) -> None:
        snapshot = self.view.states.snapshot
        if snapshot.artifact:
            headers = {"ETag": f'"{snapshot.digest}"'}
            self.send_data("application/octet-stream", snapshot.artifact, headers)
        else:
            message = "the bank has never compiled in this run"
            self.send_failure(HTTPStatus.NOT_FOUND, message)

    def _stream_events(self) -> None:
        """Server-sent events: the state now, then each new one, until either side leaves."""
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self.end_headers()
        if self.command == "HEAD":
            return
        revision = 0
        while not self.view.states.closed:
            snapshot = self.view.states.after(revision, HEARTBEAT_SECONDS)
            if snapshot is None:
                self.wfile.write(b":\n\n")
                continue
            revision = snapshot.revision
            data = json.dumps(self._state(), ensure_ascii=False)
            self.wfile.write(f"event: state\ndata: {data}\n\n".encode())

    def _stream_faces(self, received: FaceFeed) -> None:
        """Server-sent events: each face received, or the newest where the page is slower."""
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self.end_headers()
        if self.command == "HEAD":
            return
        count = 0
        while not received.closed:
            number, weights = received.after(count, HEARTBEAT_SECONDS)
            if number == count:
                self.wfile.write(b":\n\n")
                continue
            count = number
            self.wfile.write(f"event: face\ndata: {json.dumps(weights)}\n\n".encode())

    def _choose(self, body: bytes) -> dict[str, Any]:
        if self.view.chosen is not None:
            self.view.chosen.choose(chosen_weights(body))
        return {}

    def _preview(self, body: bytes) -> dict[str, Any]:
        return preview_data(self.view.edits.preview(requested_change(body)[0]))

    def _write(self, body: bytes) -> dict[str, Any]:
        change, base, draft = requested_change(body)
        return self._written(self.view.edits.write(change, base, draft=draft))

    def _undo(self, _: bytes) -> dict[str, Any]:
        return self._written(self.view.edits.undo())

    def _written(self, file: str) -> dict[str, Any]:
        self.view.states.refresh()
        return {"file": file, "undo": self.view.edits.writes}


class ViewServer(LocalServer):
    """Serves the bank in a folder until closed; to be used with ``with``.

    The page shows faces that are ``received``, and gives the ``chosen`` one away.

    Raises:
        OSError: the port is taken, or the address is not this machine's.
    """

    def __init__(
        self,
        folder: Path,
        *,
        host: str = LOOPBACK,
        port: int = 0,
        received: FaceFeed | None = None,
        chosen: ChosenFace | None = None,
    ) -> None:
        policy = security_policy(resources.web() / PAGE)
        super().__init__(ViewHandler, asset_table(PAGE, "/"), policy, host=host, port=port)
        self.drawing = json.dumps(shipped_face().to_json()).encode()
        self.states = StateStream(first_snapshot(folder))
        self.edits = EditSession(lambda: self.states.snapshot.bank, BankFiles(folder))
        self.received = received
        self.chosen = chosen
        self._watch = Watch(folder, self.states.refresh)

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
        super().serve()

    def close(self) -> None:
        """Stop watching and answering, and give the port back."""
        self.states.close()
        if self.received is not None:
            self.received.close()
        super().close()
        self._watch.stop()

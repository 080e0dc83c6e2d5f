"""The server of `mien view`: a bank, a watch on its files, and edits of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
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
from mien.text.regular_file import RECORDING, read_regular
from mien.view.bank_files import BankFiles
from mien.view.change import EditConflictError, EditRefusedError
from mien.view.edit_session import EditSession
from mien.view.live_faces import ChosenFace, FaceFeed
from mien.view.messages import (
    MAX_BODY,
    MAX_SCORE,
    chosen_weights,
    faults_data,
    preview_data,
    requested_change,
    requested_draft,
    score_data,
    state_data,
)
from mien.view.score_session import Listening, ScoreSession, Trial, untold
from mien.view.state import StateStream, first_snapshot
from mien.view.watch import Watch, file_state

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
            self._stream("state", self._states())
        elif address == "/api/state":
            self.send_json(self._state())
        elif address == "/api/artifact":
            self._send_artifact()
        elif address == "/api/faces" and self.view.received is not None:
            self._stream("face", self._faces(self.view.received))
        elif address.startswith("/api/score") and self.view.score is not None:
            self._send_score(self.view.score, address)
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
            **({} if self.view.score is None else self._score_actions(self.view.score)),
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
        limit = MAX_SCORE if address.startswith("/api/score/") else MAX_BODY
        body = self.read_body(limit, kind="application/json")
        if body is None:
            return
        try:
            self.send_json(action(body))
        except EditConflictError as conflict:
            self.send_failure(HTTPStatus.CONFLICT, str(conflict))
        except EditRefusedError as refusal:
            faults = faults_data(refusal.faults, refusal.unwritten)
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
            "score": None if self.view.score is None else self.view.score.state,
        }

    def _send_artifact(self) -> None:
        snapshot = self.view.states.snapshot
        if snapshot.artifact:
            headers = {"ETag": f'"{snapshot.digest}"'}
            self.send_data("application/octet-stream", snapshot.artifact, headers)
        else:
            message = "the bank has never compiled in this run"
            self.send_failure(HTTPStatus.NOT_FOUND, message)

    def _stream(self, kind: str, news: Iterator[str]) -> None:
        """Server-sent events, each JSON; "" is a sign of life on a quiet stream."""
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self.end_headers()
        for data in news if self.command != "HEAD" else ():
            text = f"event: {kind}\ndata: {data}\n\n" if data else ":\n\n"
            self.wfile.write(text.encode())

    def _states(self) -> Iterator[str]:
        """The state now, then each new one, until either side leaves."""
        revision = 0
        while not self.view.states.closed:
            snapshot = self.view.states.after(revision, HEARTBEAT_SECONDS)
            if snapshot is not None:
                revision = snapshot.revision
            yield "" if snapshot is None else json.dumps(self._state(), ensure_ascii=False)

    def _faces(self, received: FaceFeed) -> Iterator[str]:
        """Each face received, or the newest where the page is slower."""
        count = 0
        while not received.closed:
            before, (count, weights) = count, received.after(count, HEARTBEAT_SECONDS)
            yield "" if count == before else json.dumps(weights)

    def _choose(self, body: bytes) -> dict[str, Any]:
        if self.view.chosen is not None:
            self.view.chosen.weights = chosen_weights(body)
        return {}

    def _send_score(self, score: ScoreSession, address: str) -> None:
        if address == "/api/score":
            self.send_json(self._score_data(score, score.read()))
        elif address == "/api/score/heard":
            self.send_json({"share": score.heard})
        elif address == "/api/score/lips":
            self.send_data("application/octet-stream", score.lips()[1])
        elif address == "/api/score/sound" and score.sound is not None:
            try:
                data = read_regular(score.sound, RECORDING)
            except OSError:
                self.send_failure(HTTPStatus.NOT_FOUND, "the sound cannot be read")
            else:
                self.send_data("application/octet-stream", data)
        else:
            super().answer_get(address)

    def _score_actions(self, score: ScoreSession) -> dict[str, Callable[[bytes], dict[str, Any]]]:
        def preview(body: bytes) -> dict[str, Any]:
            return self._score_data(score, score.preview(requested_draft(body)))

        def write(body: bytes) -> dict[str, Any]:
            return self._score_data(score, score.write(requested_draft(body)))

        return {"/api/score/preview": preview, "/api/score/write": write}

    def _score_data(self, score: ScoreSession, trial: Trial) -> dict[str, Any]:
        return score_data(score, trial, score.lips()[0])

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

    The page shows faces that are ``received``, and gives the ``chosen`` one away. ``score`` is the
    file of one that it plays and edits, and the name of the bank that stands in for its own;
    ``listening`` is told how far its sound has been heard.

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
        score: tuple[Path, str | None] | None = None,
        listening: Listening = untold,
    ) -> None:
        policy = security_policy(resources.web() / PAGE)
        super().__init__(ViewHandler, asset_table(PAGE, "/"), policy, host=host, port=port)
        self.drawing = json.dumps(shipped_face().to_json()).encode()
        self.states = StateStream(first_snapshot(folder))
        self.edits = EditSession(lambda: self.states.snapshot.bank, BankFiles(folder))
        self.received = received
        self.chosen = chosen
        self._watches = [Watch(folder, self.states.refresh)]
        self.score: ScoreSession | None = None
        if score is not None:
            path, bank = score
            self.score = ScoreSession(
                path, lambda: self.states.snapshot, folder, bank=bank, listening=listening
            )
            self._watches.append(Watch(path, self.states.touch, file_state))

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
        for watch in self._watches:
            watch.start()
        super().serve()

    def close(self) -> None:
        """Stop watching and answering, and give the port back."""
        self.states.close()
        if self.received is not None:
            self.received.close()
        super().close()
        for watch in self._watches:
            watch.stop()

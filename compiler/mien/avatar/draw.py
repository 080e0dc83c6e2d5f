"""Faces to pictures of them on a model, drawn by a browser that one server gives the job to."""

from __future__ import annotations

import errno
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import cast

from attrs import field, frozen

from mien import resources
from mien.avatar.browser import AvatarError, OpenBrowser, find_browser, open_browser
from mien.local_server import JSON_TYPE, LocalHandler, LocalServer, asset_table, security_policy
from mien.text.regular_file import AVATAR, read_regular

PAGE = "avatar/studio.html"

_TIMEOUT_SECONDS = 120.0
"""Seconds without a word from the page after which it is given up."""

_POLL_SECONDS = 0.25

Weights = Mapping[str, float]


@frozen(kw_only=True)
class View:
    """How the head is turned, radians: ``yaw`` to its own left, ``pitch`` down."""

    yaw: float = field(default=0.0)
    pitch: float = field(default=0.0)


FRONT = View()


@frozen(kw_only=True)
class Facts:
    """What a model can do; ``still`` channels are present and move nothing.

    ``unknown`` are names in it that mean no channel; ``remarks`` say, a sentence each, what was
    mended in it, or stands in for the channels that it lacks.
    """

    format: str
    present: tuple[str, ...]
    missing: tuple[str, ...]
    still: tuple[str, ...]
    unknown: tuple[str, ...] = field(default=())
    remarks: tuple[str, ...] = field(default=())


@frozen(kw_only=True)
class Shot:
    """One picture to take."""

    weights: Weights
    view: View = field(default=FRONT)


def draw_faces(
    model: Path, shots: Sequence[Shot], *, size: int, png: bool = False, close: bool = False
) -> Iterator[Facts | bytes]:
    """What the model can do, then one picture a shot, in order: JPEG, or PNG where ``png``.

    Pictures are ``size`` pixels a side and come as they are drawn: of the whole head, or of the
    face alone, from the brows to the chin, where ``close``.

    Raises:
        AvatarError: the model cannot be used, or there is no browser that works.
        OSError: the model cannot be read.
    """
    program = find_browser()
    data = _read(model)
    with (
        DrawingServer(_job(model.name, shots, size, png=png, close=close), data) as server,
        open_browser(program, server.url, size) as browser,
    ):
        server.start()
        yield from _pictures(server, browser, len(shots))


def _read(model: Path) -> bytes:
    try:
        return read_regular(model, AVATAR)
    except OSError as error:
        if error.errno != errno.EFBIG:
            raise
        mib = -(-model.stat().st_size // 2**20)
        raise AvatarError(
            f"{model} has {mib} MiB; an avatar may have {AVATAR.most // 2**20}"
        ) from None


def _job(name: str, shots: Sequence[Shot], size: int, *, png: bool, close: bool) -> bytes:
    channels = sorted({channel for shot in shots for channel in shot.weights})
    job = {
        "name": name,
        "size": size,
        "close": close,
        "type": "image/png" if png else "image/jpeg",
        "channels": channels,
        "faces": [
            {
                "weights": [float(shot.weights.get(channel, 0.0)) for channel in channels],
                "yaw": shot.view.yaw,
                "pitch": shot.view.pitch,
            }
            for shot in shots
        ],
    }
    return json.dumps(job).encode()


def _pictures(server: DrawingServer, browser: OpenBrowser, count: int) -> Iterator[Facts | bytes]:
    yield _facts(_next(server, browser).body)
    for _ in range(count):
        yield _next(server, browser).body


def _next(server: DrawingServer, browser: OpenBrowser) -> _Message:
    deadline = time.monotonic() + _TIMEOUT_SECONDS
    while True:
        try:
            message = server.messages.get(timeout=_POLL_SECONDS)
        except Empty:
            last = browser.ended()
            if last is not None:
                raise AvatarError(f"the browser stopped: {last}") from None
            if time.monotonic() > deadline:
                raise AvatarError(
                    f"the browser said nothing for {_TIMEOUT_SECONDS:.0f} s"
                ) from None
            continue
        if message.topic == "failed":
            raise AvatarError(message.body.decode("utf-8", "replace"))
        return message


def _facts(body: bytes) -> Facts:
    found = json.loads(body)
    return Facts(
        format=str(found["format"]),
        present=tuple(found["present"]),
        missing=tuple(found["missing"]),
        still=tuple(found["still"]),
        unknown=tuple(found["unknown"]),
        remarks=tuple(found["remarks"]),
    )


_LARGEST_MESSAGE = 32 * 2**20


@frozen(kw_only=True)
class _Message:
    """One thing the page says: ``topic`` is ``facts``, ``face/NUMBER``, ``done`` or ``failed``."""

    topic: str
    body: bytes


class _DrawingHandler(LocalHandler):
    """Gives the page, the job and the model out below the run's key, and takes pictures in."""

    protocol_version = "HTTP/1.1"

    @property
    def drawing(self) -> DrawingServer:
        """The server."""
        return cast("DrawingServer", self.server)

    def answer_get(self, address: str) -> None:
        """Give out a file, the job or the model."""
        name = self._below_key(address)
        if name == "/job":
            self.send_data(JSON_TYPE, self.drawing.job)
        elif name == "/model":
            self.send_data("application/octet-stream", self.drawing.model)
        else:
            super().answer_get(name)

    def answer_post(self, address: str) -> None:
        """Take in what the page says."""
        head, _, topic = self._below_key(address).removeprefix("/").partition("/")
        if head != "said":
            super().answer_post(address)
            return
        body = self.read_body(_LARGEST_MESSAGE)
        if body is not None:
            self.drawing.messages.put(_Message(topic=topic, body=body))
            self.send_data("text/plain", b"")

    def _below_key(self, address: str) -> str:
        """The address without the key before it; empty for a request that does not know the key."""
        key, slash, name = address.removeprefix("/").partition("/")
        return slash + name if self.local.guard.holds_key(key) else ""


class DrawingServer(LocalServer):
    """Gives one browser a job (JSON) and a model, and collects what its page says, in order."""

    def __init__(self, job: bytes, model: bytes) -> None:
        assets = asset_table(PAGE, f"/{PAGE}", folders=("avatar", "vendor"))
        super().__init__(_DrawingHandler, assets, security_policy(resources.web() / PAGE))
        self.job = job
        self.model = model
        self.messages: SimpleQueue[_Message] = SimpleQueue()

    @property
    def url(self) -> str:
        """The page to open."""
        return f"{self.origin}/{self.guard.key}/{PAGE}"

"""Faces to pictures of them on a model."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from queue import Empty

from attrs import field, frozen

from mien.avatar.browser import OpenBrowser, find_browser, open_browser
from mien.avatar.error import AvatarError
from mien.avatar.server import Said, Studio, open_studio

LARGEST = 256 * 2**20
"""Bytes a model may have; the page refuses more as well."""

_PATIENCE = 120.0
"""Seconds without a word from the page after which it is given up."""

_OFTEN = 0.25

Weights = Mapping[str, float]


@frozen(kw_only=True)
class View:
    """How the head is turned, radians: ``yaw`` to its own left, ``pitch`` down."""

    yaw: float = field(default=0.0)
    pitch: float = field(default=0.0)


FRONT = View()


@frozen(kw_only=True)
class Facts:
    """What a model can do; ``still`` channels are present and move nothing."""

    format: str
    present: tuple[str, ...]
    missing: tuple[str, ...]
    still: tuple[str, ...]


@frozen(kw_only=True)
class Shot:
    """One picture to take."""

    weights: Weights
    view: View = field(default=FRONT)


def draw_faces(
    model: Path, shots: Sequence[Shot], *, size: int, png: bool = False
) -> Iterator[Facts | bytes]:
    """What the model can do, then one picture a shot, in order: JPEG, or PNG where ``png``.

    Pictures are ``size`` pixels a side and come as they are drawn.

    Raises:
        AvatarError: the model cannot be used, or there is no browser that works.
        OSError: the model cannot be read.
    """
    program = find_browser()
    if model.stat().st_size > LARGEST:
        size_mib = -(-model.stat().st_size // 2**20)
        raise AvatarError(f"{model} has {size_mib} MiB; an avatar may have {LARGEST // 2**20}")
    data = model.read_bytes()
    with (
        open_studio(_job(model.name, shots, size, png), data) as studio,
        open_browser(program, studio.address, size) as browser,
    ):
        yield from _pictures(studio, browser, len(shots))


def _job(name: str, shots: Sequence[Shot], size: int, png: bool) -> bytes:
    channels = sorted({channel for shot in shots for channel in shot.weights})
    job = {
        "name": name,
        "size": size,
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


def _pictures(studio: Studio, browser: OpenBrowser, count: int) -> Iterator[Facts | bytes]:
    yield _facts(_next(studio, browser).body)
    for _ in range(count):
        yield _next(studio, browser).body


def _next(studio: Studio, browser: OpenBrowser) -> Said:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            said = studio.said.get(timeout=_OFTEN)
        except Empty:
            last = browser.ended()
            if last is not None:
                raise AvatarError(f"the browser stopped: {last}") from None
            if time.monotonic() > deadline:
                raise AvatarError(f"the browser said nothing for {_PATIENCE:.0f} s") from None
            continue
        if said.what == "failed":
            raise AvatarError(said.body.decode("utf-8", "replace"))
        return said


def _facts(body: bytes) -> Facts:
    told = json.loads(body)
    return Facts(
        format=str(told["format"]),
        present=tuple(told["present"]),
        missing=tuple(told["missing"]),
        still=tuple(told["still"]),
    )

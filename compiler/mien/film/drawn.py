"""The pictures of a film: the drawn face, or an avatar, at each of its moments."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from mien.drawing.document import shipped_face
from mien.drawing.rig_weights import Aliases, drawn_weights
from mien.drawing.svg import UndrawableError, number, png, shapes, view_box
from mien.film.encode import film_bytes
from mien.formats.take import Take
from mien.text.atomic import write_atomic

RATE = 30
"""Pictures a second."""

SIZE = 480
"""Pixels of a picture's side."""

_SHIFT = 0.004
"""How far the drawn face moves a degree of yaw or pitch, of its width."""

_GROUND = "#ffffff"


def count_pictures(take: Take) -> int:
    """How many pictures the film of a take has."""
    return max(1, -(-len(take.times) * RATE // round(take.rate)))


def write_film(
    path: Path,
    take: Take,
    step: Callable[[], None],
    *,
    sound: Path | None = None,
    avatar: Path | None = None,
    aliases: Aliases | None = None,
) -> None:
    """Write the film of a take that has a row for every frame; ``step`` is called a picture.

    Raises:
        FilmError: there is no ffmpeg, or it cannot make the film.
        PngUnavailableError: the drawn face is wanted and the extra ``mien[png]`` is not there.
        UndrawableError: the drawn face can show nothing of the take.
        AvatarError: the avatar cannot be used, or there is no browser that works.
        OSError: the file cannot be written.
    """
    last = len(take.times) - 1
    rows = [min(last, round(at * take.rate / RATE)) for at in range(count_pictures(take))]
    if avatar is None:
        pictures, form = _drawn(take, rows, aliases), "png"
    else:
        pictures, form = _on_avatar(take, rows, avatar), "mjpeg"
    data = film_bytes(path.suffix.lower(), pictures, step, rate=RATE, form=form, sound=sound)
    write_atomic(path, data)


def _drawn(take: Take, rows: list[int], aliases: Aliases | None) -> Iterator[bytes]:
    face = shipped_face()
    left, top, width, height = face.view
    middle = f"{number(left + width / 2)} {number(top + height / 2)}"
    named = dict(zip(take.channels, np.max(take.weights, axis=0).tolist(), strict=True))
    most = drawn_weights(face, named, aliases)
    if most.blank:
        raise UndrawableError(f"the drawn face shows none of {', '.join(most.undrawn)}")
    for row in rows:
        weights = dict(zip(take.channels, take.weights[row].tolist(), strict=True))
        shown = drawn_weights(face, weights, aliases).weights
        yaw, pitch, roll = (0.0, 0.0, 0.0) if take.head is None else take.head[row].tolist()
        # The subject's right is the picture's left.
        move = f"{number(-yaw * _SHIFT * width, 100)} {number(pitch * _SHIFT * height, 100)}"
        yield png(
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view_box(face)}" width="{SIZE}" '
            f'height="{SIZE}">\n<rect x="{number(left)}" y="{number(top)}" '
            f'width="{number(width)}" height="{number(height)}" fill="{_GROUND}"/>\n'
            f'<g transform="translate({move}) rotate({number(-roll, 100)} {middle})">\n'
            f"{shapes(face, shown)}</g></svg>\n",
            width=SIZE,
        )


def _on_avatar(take: Take, rows: list[int], avatar: Path) -> Iterator[bytes]:
    from mien.avatar.draw import Shot, View, draw_faces

    shots: list[Shot] = []
    for row in rows:
        weights = dict(zip(take.channels, take.weights[row].tolist(), strict=True))
        view = View()
        if take.head is not None:
            yaw, pitch, _ = np.radians(take.head[row].astype(np.float64)).tolist()
            view = View(yaw=-yaw, pitch=pitch)  # a View's yaw is to the head's own left
        shots.append(Shot(weights=weights, view=view))
    for drawn in draw_faces(avatar, shots, size=SIZE):
        if isinstance(drawn, bytes):
            yield drawn

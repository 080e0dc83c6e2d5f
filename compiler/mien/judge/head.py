"""A head that faces are drawn on: an avatar, or the drawn face."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from attrs import frozen

from mien.avatar.browser import AvatarError
from mien.avatar.draw import FRONT, Facts, Shot, View, draw_faces
from mien.drawing.document import shipped_face
from mien.drawing.svg import png, svg

DRAWN = "drawn"
"""What the drawn face is called where a head has a name."""

SIZE = 480
"""Pixels a side of a picture."""

VIEWS = (View(), View(yaw=0.1), View(yaw=-0.1))
"""One picture's reading wobbles; the mean over a few turns of the head does much less."""

_GROUND = "#3c4652"
"""Behind the drawn face: what stands behind avatars."""


@frozen(kw_only=True)
class Head:
    """``path`` is an avatar's file; None means the drawn face."""

    path: Path | None = None

    @property
    def name(self) -> str:
        """As people are told it."""
        return DRAWN if self.path is None else self.path.name

    @property
    def views(self) -> tuple[View, ...]:
        """How it is turned, a picture each; a drawing cannot be."""
        return (FRONT,) if self.path is None else VIEWS

    def draw(self, shots: Sequence[Shot]) -> Iterator[Facts | bytes]:
        """What it can do, then a PNG a shot, in order.

        Raises:
            AvatarError: it cannot be used, or there is no browser that works.
            PngUnavailableError: the drawn face needs an extra that is not installed.
            OSError: it cannot be read.
        """
        if self.path is None:
            yield from _drawings(shots)
            return
        drawn = draw_faces(self.path, shots, size=SIZE, png=True, close=True)
        for one in drawn:
            if isinstance(one, Facts):
                require_shapes(self.name, one)
            yield one


def require_shapes(name: str, facts: Facts) -> None:
    """See that the avatar called ``name`` can show faces.

    Raises:
        AvatarError: every face would look alike on it.
    """
    if facts.present or facts.remarks:
        return  # a remark says what stands in for the shapes
    inside = f" (it has {', '.join(facts.unknown[:8])})" if facts.unknown else ""
    raise AvatarError(
        f"{name} has none of the {len(facts.missing)} shapes that move a face{inside}: every "
        "face would look alike; export it with its ARKit blendshapes"
    )


def _drawings(shots: Sequence[Shot]) -> Iterator[Facts | bytes]:
    face = shipped_face()
    yield Facts(format="drawing", present=face.channels, missing=(), still=())
    for shot in shots:
        yield png(_grounded(svg(face, shot.weights)), width=SIZE)


def _grounded(document: str) -> str:
    start = document.index(">", document.index("<svg")) + 1
    ground = f'<rect x="-50%" y="-50%" width="200%" height="200%" fill="{_GROUND}"/>'
    return f"{document[:start]}{ground}{document[start:]}"


def heads_of(paths: Sequence[Path | None]) -> tuple[Head, ...]:
    """A head a path; None is the drawn face."""
    return tuple(Head(path=path) for path in paths)


def same_names(heads: Sequence[Head]) -> tuple[str, ...]:
    """Names that several of the heads have: tables would not tell them apart."""
    names = [head.name for head in heads]
    return tuple(dict.fromkeys(name for name in names if names.count(name) > 1))

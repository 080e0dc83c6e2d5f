"""A compiled bank at run time: faces from labels, VAD points, styles and speech."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mien.engine.registry import get_engine
from mien.engine.tables import F32, PLAIN, Tables
from mien.errors import QueryError
from mien.queries import (
    is_a,
    label_rows,
    mixture_rows,
    speech_rows,
    style_position,
    style_rows,
    unit,
    unknown,
    vad_point,
    vad_rows,
    weight_rows,
)
from mien.text.suggest import Words, aliases
from mien.timelines.timelines import Timeline, timelines_of

if TYPE_CHECKING:
    from mien.engine.registry import Evaluator
    from mien.picture import Picture

__all__ = ["Bank", "QueryError", "load"]

Label = str | Mapping[str, float]
"""A label, or label weights that sum to 1; a smaller sum leaves the rest to neutral."""

Point = Sequence[float] | npt.NDArray[Any]
"""Valence, arousal, dominance, each in [-1, 1]."""

DEFAULT_INTENSITY = "mid"


class Bank:
    """A compiled bank. Immutable, and safe to use from several threads.

    The same query gives the same bits on every machine, alone or in a batch.
    """

    __slots__ = ("_digest", "_evaluator", "_own", "_source", "_tables", "_timelines")

    def __init__(
        self,
        tables: Tables,
        digest: str | None = None,
        source: str = "",
        own_aliases: Words | None = None,
    ) -> None:
        self._own: Words = own_aliases or {}
        self._tables = tables
        self._digest = digest
        self._source = source or f"{tables.bank} {tables.version}"
        self._evaluator = get_engine(tables.engine).evaluator(tables)
        self._timelines: Mapping[str, Timeline] | None = None

    def __repr__(self) -> str:
        return f"<Bank {self.id} {self.version}: {len(self.labels)} labels>"

    @property
    def tables(self) -> Tables:
        """The tables behind it, read-only."""
        return self._tables

    @property
    def evaluator(self) -> Evaluator:
        """The arithmetic alone: it trusts what it is given, and is for who asks many times."""
        return self._evaluator

    @property
    def id(self) -> str:
        """The bank's identifier."""
        return self._tables.bank

    @property
    def version(self) -> str:
        """The bank's semantic version."""
        return self._tables.version

    @property
    def source(self) -> str:
        """What it was loaded from: ``default 1.1.0 (release that ships, 3e339fe6...)``."""
        return self._source

    @property
    def labels(self) -> tuple[str, ...]:
        """Label names; their order is that of label positions."""
        return tuple(self._tables.label_index)

    @property
    def aliases(self) -> Mapping[str, tuple[str, ...]]:
        """Other words for each label: the bank's own where its folder has any, and those that ship.

        A query takes labels alone; one that is refused is answered with the label that is meant.
        """
        return aliases(self.labels, self._own)

    @property
    def channels(self) -> tuple[str, ...]:
        """Channel names, in the order of a face's weights."""
        return self._tables.channels

    @property
    def intensities(self) -> tuple[str, ...]:
        """Intensity names, from the lowest."""
        return self._tables.intensities

    @property
    def digest(self) -> str:
        """The sha256 in hex of the bank's artifact."""
        if self._digest is None:
            from mien.artifact.write import artifact_bytes

            self._digest = hashlib.sha256(artifact_bytes(self._tables)).hexdigest()
        return self._digest

    def styles(self, label: str) -> tuple[str, ...]:
        """The styles of a label.

        Raises:
            QueryError: an unknown label.
        """
        return self._tables.labels[self._position(label)].styles

    @property
    def timelines(self) -> Mapping[str, Timeline]:
        """The shape in time of each label that has one."""
        if self._timelines is None:
            self._timelines = MappingProxyType(timelines_of(self._tables))
        return self._timelines

    def anchor(self, label: str, name: str) -> F32:
        """The VAD point (3,) of a label's intensity or style.

        Raises:
            QueryError: an unknown label or name.
        """
        table = self._tables.labels[self._position(label)]
        names = (*self.intensities, *table.styles)
        if not is_a(name, str) or name not in names:
            unknown(f"anchor of {label}", name, names)
        points: F32 = np.concatenate((table.anchors, table.style_anchors))
        point: F32 = points[names.index(name)]
        return point

    def point(
        self,
        label: Label,
        *,
        vad: Point | None = None,
        at: str | None = None,
        intensity: float | None = None,
        style: str | None = None,
    ) -> F32:
        """The VAD point (3,) that `face` takes.

        Of ``vad``, ``at`` (an intensity's or a style's name) and ``intensity`` (0 the lowest anchor
        to 1 the highest, along the line through all of them) one may be given; without any it is
        the style's own point, or mid. For label weights: the weighted mean of the labels' points.

        Raises:
            QueryError: an unknown name, a value out of range, or more than one of the three.
        """
        if sum(given is not None for given in (vad, at, intensity)) > 1:
            raise QueryError("give only one of vad, at and intensity")
        if vad is not None:
            return np.array(vad_point(vad), dtype=np.float32)
        if not isinstance(label, str):
            mean = np.zeros(3)
            for position, weight in mixture_rows(label, self._tables, self._own):
                own = self.point(self.labels[position], at=at, intensity=intensity)
                mean = mean + float(weight) * own.astype(np.float64)
            return np.clip(mean, -1.0, 1.0).astype(np.float32)
        if intensity is not None:
            return self._along(label, unit("intensity", intensity))
        if at is None and style is None:
            names = self.intensities
            at = DEFAULT_INTENSITY if DEFAULT_INTENSITY in names else names[(len(names) - 1) // 2]
        if at is None and style not in (styles := self.styles(label)):
            unknown(f"style of {label}", style, styles)
        return self.anchor(label, str(at if at is not None else style))

    def face(
        self,
        label: Label,
        *,
        vad: Point | None = None,
        at: str | None = None,
        intensity: float | None = None,
        style: str | None = None,
        speech: float = 0.0,
    ) -> F32:
        """One face: float32 weights (C,) in [0, 1], in the order of `channels`.

        ``label`` is a label or label weights; where it is looked at see `point`. ``style`` is one
        of the label's styles. ``speech`` in [0, 1] leaves the lips to the audio.

        Raises:
            QueryError: an unknown name, a value out of range, or weights that sum to over 1 (or to
                under 1, in a bank without neutral).
        """
        spoken = unit("speech", speech)
        if vad is None or at is not None or intensity is not None:
            place: Sequence[float] = self.point(
                label, vad=vad, at=at, intensity=intensity, style=style
            ).tolist()
        else:
            place = vad_point(vad)
        if isinstance(label, str):
            position = self._position(label)
            style_index = PLAIN if style is None else style_position(style, position, self._tables)
            return self._evaluator.face(position, place, style_index, spoken)
        weights = mixture_rows(label, self._tables, self._own)
        if style is None:
            return self._evaluator.mixture(weights, place, spoken)
        raise QueryError("a style belongs to one label; a mixture has none")

    def faces(
        self,
        labels: Sequence[str] | npt.NDArray[Any],
        vads: npt.ArrayLike,
        *,
        style: str | Sequence[str | None] | npt.NDArray[Any] | None = None,
        speech: float | npt.ArrayLike = 0.0,
        threads: int = 1,
        out: F32 | None = None,
    ) -> F32:
        """Many faces: float32 weights (n, C), a row each, `face`'s bits.

        ``labels`` are n names or an integer array of positions; ``vads`` (n, 3) in [-1, 1];
        ``style`` one name for all, or a name, None or position (-1 = plain) a row; ``speech`` one
        number or (n,) in [0, 1]. ``threads`` changes the time only. ``out``, a C-contiguous float32
        (n, C), is filled and returned; it saves the time to get fresh memory.

        Raises:
            QueryError: a wrong shape or type, an unknown name, or a value out of range.
        """
        positions = label_rows(labels, self._tables, self._own)
        points = vad_rows(vads)
        if len(points) != len(positions):
            raise QueryError(f"{len(positions)} labels for {len(points)} rows of vads")
        styles = style_rows(style, positions, self._tables)
        spoken = speech_rows(speech, len(positions))
        if not is_a(threads, int) or threads < 1:
            raise QueryError(f"threads is {threads!r}, expected a whole number, 1 or more")
        shape = (len(positions), len(self.channels))
        faces = np.empty(shape, dtype=np.float32) if out is None else _checked_out(out, shape)
        self._evaluator.faces(positions, points, styles, spoken, faces, threads)
        return faces

    def mixed(self, layers: Sequence[tuple[F32, F32]], rows: int) -> F32:
        """Mixtures (n, C) of faces that are there already, a mixture a row.

        ``layers`` are float32 weights (n,), whose sums are at most 1, and faces (n, C), in the
        order in which they are added; n is ``rows``. `face`'s bits, where they hold what its labels
        give.
        """
        return self._evaluator.mixed(layers, rows)

    def warm_up(self) -> None:
        """Load the kernels now, so that every later `face` takes a twentieth of the time.

        Until then, or until a large batch, single faces are computed by NumPy alone, and nobody
        waits. It takes a second, on a machine's first use ten or more: call it where a program
        starts that will ask for thousands of faces one by one. No bit of any face changes.
        """
        self._evaluator.load_kernels()

    def compose(self, face: npt.ArrayLike, visemes: npt.ArrayLike) -> F32:
        """``face``, made with its speech, under the lips' ``visemes``: both (C,) or (n, C).

        A viseme that closes the lips closes them under every expression.

        Raises:
            QueryError: a wrong shape or type, or a weight outside [0, 1].
        """
        channels = len(self.channels)
        below = weight_rows("face", face, channels)
        above = weight_rows("visemes", visemes, channels)
        if below.shape != above.shape:
            raise QueryError(f"face has shape {below.shape}, visemes {above.shape}")
        return self._evaluator.compose(below, above)

    def timed(self, face: npt.ArrayLike, gain: npt.ArrayLike, offset: npt.ArrayLike) -> F32:
        """``face`` at a time of its timeline: conflict(clamp01(gain * face + offset)).

        All three (C,) or (n, C); gain in [0, 2] and offset in [-1, 1] as `Clip.sample` gives them.
        A gain of 1 and an offset of 0 give the face back, bit for bit. The face is without speech.

        Raises:
            QueryError: a wrong shape or type, or a number out of range.
        """
        channels = len(self.channels)
        faces = weight_rows("face", face, channels)
        gains = weight_rows("gain", gain, channels, 0.0, 2.0)
        offsets = weight_rows("offset", offset, channels, -1.0, 1.0)
        if not faces.shape == gains.shape == offsets.shape:
            shapes = f"{faces.shape}, gain {gains.shape}, offset {offsets.shape}"
            raise QueryError(f"face has shape {shapes}")
        rows = [one.reshape(-1, channels) for one in (faces, gains, offsets)]
        return self._evaluator.timed(*rows).reshape(faces.shape)

    def named(self, face: npt.ArrayLike) -> dict[str, float]:
        """The weights of one face (C,) by channel name, each as short as float32 allows.

        Raises:
            QueryError: a wrong shape or type, or a weight outside [0, 1].
        """
        weights = weight_rows("face", face, len(self.channels))
        if weights.ndim != 1:
            raise QueryError(f"face has shape {weights.shape}, expected one face")
        return {
            name: float(str(weight)) for name, weight in zip(self.channels, weights, strict=True)
        }

    def picture(self, face: npt.ArrayLike) -> Picture:
        """One face (C,) to look at: it draws itself in a notebook, and prints as a table.

        Raises:
            QueryError: as `named`.
        """
        from mien.picture import Picture

        return Picture(weights=self.named(face))

    def _position(self, label: str) -> int:
        try:
            position = self._tables.label_index[label]
        except (KeyError, TypeError):
            unknown("label", label, self.labels, self._own)
        return position

    def _along(self, label: str, intensity: float) -> F32:
        """The point on the line through the anchors, in float64, rounded once; exact at anchors."""
        anchors: list[list[float]] = self._tables.labels[self._position(label)].anchors.tolist()
        last = len(anchors) - 1
        along = intensity * last
        start = min(int(along), last - 1)
        share = along - start
        if share == 1.0:
            return np.array(anchors[last], dtype=np.float32)
        ends = zip(anchors[start], anchors[start + 1], strict=True)
        return np.array([low + (high - low) * share for low, high in ends], dtype=np.float32)


def load(source: str | Path) -> Bank:
    """A bank by its name, its folder, or its artifact.

    ``default`` is the newest release of that name that ships, ``default@1.1.0`` that one, and
    ``ours@latest`` the newest release of a bank of this repository. A folder gives its artifact if
    that is fresh, else it is compiled in memory.

    Raises:
        QueryError: there is no such bank.
        ArtifactError: the artifact is damaged or needs a newer mien.
        SourceError: the folder's sources cannot be used.
    """
    from mien.resolve import load_bank, resolve

    return load_bank(resolve(source))


def _checked_out(out: F32, shape: tuple[int, int]) -> F32:
    if not is_a(out, np.ndarray):
        raise QueryError(f"out is a {type(out).__name__}, expected a float32 array {shape}")
    fits = out.shape == shape and out.dtype == np.float32 and out.dtype.isnative
    if not fits or not out.flags.c_contiguous or not out.flags.writeable:
        raise QueryError(
            f"out is {out.dtype} {out.shape}, expected a writable C-contiguous float32 {shape}"
        )
    return out

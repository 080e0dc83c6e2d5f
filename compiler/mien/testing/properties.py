"""What must hold of every bank, each as a function that raises `PropertyError`.

A property draws its queries with Hypothesis, under the settings profile of the caller, without a
deadline. What it raises names the smallest query that was found, the channel, and the line that
authored it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mien.conformance.evaluate import NUMBA, NUMPY, results
from mien.conformance.queries import Queries, make_queries
from mien.engine.tables import F32, LabelTable
from mien.errors import MienError
from mien.testing.strategies import (
    Mixture,
    Point,
    Query,
    mixtures,
    points,
    queries,
    rounded,
    visemes,
)
from mien.testing.subject import Subject
from mien.testing.without_jit import answer_without_jit
from mien.timelines.bound import ROUNDING, ROUNDING_DEGREES, bound_of
from mien.timelines.clip import Clip

_QUERIES = 400
_SLOW_QUERIES = 40
"""How many queries of each kind the evaluators are compared on, and the one without a JIT."""

_FLOAT32 = 2.0**-24


def _unhurried() -> settings:
    """The caller's profile, but that a busy machine or a cold cache is no failure."""
    passed_over = (*settings().suppress_health_check, HealthCheck.too_slow)
    return settings(deadline=None, suppress_health_check=passed_over)


class PropertyError(MienError, AssertionError):
    """A property does not hold; the message says for which query."""


def lock_is_fresh(subject: Subject) -> None:
    """The committed lock is the one that the sources compile to."""
    stale = subject.stale()
    if stale:
        facts = "; ".join(stale)
        raise PropertyError(
            f"{subject.folder}: the lock is stale: {facts}. Run `mien compile {subject.folder}`"
        )


def weights_are_in_range(subject: Subject) -> None:
    """Every weight of every face and mixture is a number in [0, 1]."""
    bank = subject.bank

    @_unhurried()
    @given(queries(bank) | mixtures(bank))
    def holds(query: Query | Mixture) -> None:
        face = query.face(bank)
        inside = (face >= 0.0) & (face <= 1.0)
        _require(inside, subject, query, f"is outside [0, 1]: {face[~inside]}")

    holds()


def anchors_are_exact(subject: Subject) -> None:
    """On the plateau of an anchor the face is the archetype, bit for bit."""
    for label in subject.bank.tables.labels:
        _anchors_are_exact(subject, label)


def alone_as_in_batches(subject: Subject) -> None:
    """A face has the same bits alone, in any batch, and with one thread or two."""
    bank = subject.bank

    @_unhurried()
    @given(st.lists(queries(bank), min_size=1, max_size=40), st.integers(1, 2))
    def holds(batch: list[Query], threads: int) -> None:
        rows = bank.faces(
            [query.label for query in batch],
            np.array([query.vad for query in batch], dtype=np.float32),
            style=[query.style for query in batch],
            speech=np.array([query.speech for query in batch], dtype=np.float32),
            threads=threads,
        )
        for row, query in zip(rows, batch, strict=True):
            what = f"has other bits in a batch of {len(batch)} by {threads} threads"
            _require(_same_bits(query.face(bank), row), subject, query, what)

    holds()


def every_evaluator_agrees(subject: Subject) -> None:
    """NumPy, Numba with one thread and two, and Numba without its JIT give the same bits."""
    tables = subject.bank.tables
    batch = make_queries(tables, _QUERIES, seed=0)
    expected = results(tables, batch, NUMPY, 1)
    for threads in (1, 2):
        found = results(tables, batch, NUMBA, threads)
        _compare(subject, expected, found, f"Numba with {threads} threads")
    few: Queries = batch.first(_SLOW_QUERIES)
    plain = answer_without_jit(subject.compiled.artifact, few)
    _compare(subject, results(tables, few, NUMPY, 1), plain, "Numba without its JIT")


def steps_keep_the_proved_slope(subject: Subject) -> None:
    """No step in VAD changes a channel, or the mean, by more than the certificate proves."""
    for label in subject.bank.tables.labels:
        for style in (None, *label.styles):
            _steps_keep_the_proved_slope(subject, label, style)


def conflicts_are_idempotent(subject: Subject) -> None:
    """Resolving the antagonists of a face once more changes nothing."""
    bank = subject.bank
    silence = np.zeros(len(bank.channels), dtype=np.float32)

    @_unhurried()
    @given(queries(bank) | mixtures(bank))
    def holds(query: Query | Mixture) -> None:
        face = query.face(bank)
        resolved = bank.compose(face, silence)
        _require(_same_bits(face, resolved), subject, query, "changes when it is resolved again")

    holds()


def closures_close_under_every_label(subject: Subject) -> None:
    """Where a sound closes the lips, no face parts them further than the sound itself does."""
    bank, tables = subject.bank, subject.bank.tables
    if not len(tables.sealing):
        return

    @_unhurried()
    @given(queries(bank), visemes(bank), st.integers(0, len(tables.sealing) - 1))
    def holds(query: Query, lips: F32, position: int) -> None:
        sealed = lips.copy()
        sealed[tables.sealing[position]] = 1.0
        parted = np.zeros(len(sealed), dtype=np.bool_)
        parted[tables.parting] = True
        face = bank.compose(query.face(bank), sealed)
        _require(~parted | (face <= sealed), subject, query, "parts lips that a sound has closed")

    holds()


def timelines_keep_their_bound(subject: Subject) -> None:
    """No clip changes anything faster than its bound says, and what is released ends at rest."""
    clips = [
        timeline.clip(name, level)
        for timeline in subject.bank.timelines.values()
        for name in (None, *timeline.sequences)
        for level in range(len(subject.bank.intensities))
    ]
    if not clips:
        return

    @_unhurried()
    @given(
        st.sampled_from(clips),
        st.floats(-50.0, 15_000.0),
        st.floats(0.0, 500.0),
        st.none() | st.floats(0.0, 15_000.0),
    )
    def holds(clip: Clip, start: float, step: float, hold: float | None) -> None:
        released = 0.0 if hold is None else hold + clip.release_length
        found = clip.sample(np.array([start, start + step, released]), hold)
        bound = bound_of(clip, hold)
        where = f"{clip.label} {clip.name or 'in time'} from {start} ms over {step} ms, hold {hold}"
        for part in ("gain", "offset", "head", "gaze"):
            rows = getattr(found, part).astype(np.float64)
            rounding = ROUNDING if part in ("gain", "offset") else ROUNDING_DEGREES
            allowed = getattr(bound, part) * step + rounding
            if (np.abs(rows[1] - rows[0]) > allowed).any():
                raise PropertyError(f"{where}: its {part} passes the bound")
            if hold is not None and rows[2].any():
                raise PropertyError(f"{where}: its {part} is not at rest when it is gone")

    holds()


PROPERTIES: Mapping[str, Callable[[Subject], None]] = MappingProxyType(
    {
        one.__name__: one
        for one in (
            lock_is_fresh,
            weights_are_in_range,
            anchors_are_exact,
            alone_as_in_batches,
            every_evaluator_agrees,
            steps_keep_the_proved_slope,
            conflicts_are_idempotent,
            closures_close_under_every_label,
            timelines_keep_their_bound,
        )
    }
)
"""All of them by name, in the order in which they are tried."""


def _anchors_are_exact(subject: Subject, label: LabelTable) -> None:
    bank = subject.bank
    radii = np.sqrt(np.maximum(0.0, label.plateau_outer - label.plateau_span))

    @_unhurried()
    @given(st.integers(0, len(radii) - 1), points(bank, label.label), st.floats(0.0, 0.999))
    def holds(position: int, towards: Point, share: float) -> None:
        anchor = label.anchors[position].astype(np.float64)
        away = np.array(towards) - anchor
        distance = float(np.sqrt((bank.tables.metric * away * away).sum()))
        part = min(1.0, share * float(radii[position]) / distance) if distance else 0.0
        query = Query(label.label, rounded(anchor + away * part))
        what = f"is not the archetype's at {bank.intensities[position]}"
        _require(_same_bits(query.face(bank), label.archetypes[position]), subject, query, what)

    holds()


def _steps_keep_the_proved_slope(subject: Subject, label: LabelTable, style: str | None) -> None:
    bank = subject.bank
    pins = subject.lock.labels[label.label]
    slopes = pins.plain if style is None else pins.styles[style]
    slack = 2.0 * _rounding(subject, label, style)

    @_unhurried()
    @given(points(bank, label.label), points(bank, label.label), st.integers(0, 12))
    def holds(start: Point, towards: Point, halvings: int) -> None:
        end = rounded(np.array(start) + (np.array(towards) - np.array(start)) * 2.0**-halvings)
        size = max(abs(x - y) for x, y in zip(start, end, strict=True))
        before, after = Query(label.label, start, style), Query(label.label, end, style)
        change = np.abs(after.face(bank).astype(np.float64) - before.face(bank))
        most = slopes.channel.proved * size + slack
        what = f"changes by {change.max():.6f} on the way to {after}; proved is {most:.6f}"
        _require(change <= most, subject, before, what)
        mean = float(change.sum()) / subject.counted
        most = slopes.mean.proved * size + slack
        if mean > most:
            raise PropertyError(
                f"{before}: the mean changes by {mean:.6f} on the way to {after}; proved is "
                f"{most:.6f}\n  authored at {subject.place(label.label, start)}"
            )

    holds()


def _require(
    held: npt.NDArray[np.bool_], subject: Subject, query: Query | Mixture, what: str
) -> None:
    """Raise for the first channel (C,) of which it does not hold, with its line in the sources."""
    if held.all():
        return
    channel = subject.bank.channels[int(np.argmin(held))]
    if isinstance(query, Query):
        label = query.label
    else:
        label = max(query.weights, key=lambda name: query.weights[name])
    place = subject.place(label, query.vad, channel)
    raise PropertyError(f"{query}: {channel} {what}\n  authored at {place}")


def _compare(
    subject: Subject, expected: Mapping[str, F32], found: Mapping[str, F32], evaluator: str
) -> None:
    for kind, rows in expected.items():
        differing = np.argwhere(~_same_bits(rows, found[kind]))
        if len(differing):
            row, column = differing[0].tolist()
            raise PropertyError(
                f"{kind}, query {row} of seed 0: {subject.bank.channels[column]} is "
                f"{rows[row, column]!r} by NumPy, {found[kind][row, column]!r} by {evaluator}"
            )


def _same_bits(one: F32, other: F32) -> npt.NDArray[np.bool_]:
    same: npt.NDArray[np.bool_] = one.view(np.uint32) == other.view(np.uint32)
    return same


def _rounding(subject: Subject, label: LabelTable, style: str | None) -> float:
    """How far a float32 face may be from the real function: docs/certificate.md, Rounding."""
    weights = float(np.abs(label.weights).sum(axis=0).max())
    rules = float((label.strength * np.abs(subject.bank.tables.rules).sum(axis=1)).max())
    error = 2.0 * _FLOAT32 * (50.0 + 25.0 * weights + 6.0 * rules)
    if style is None:
        return error
    return error * max(1.0, float(label.style_gain[label.styles.index(style)].max()))

"""What several judges call each face on several heads, and how often they are right.

A classifier leans: some call a head at rest sad. So its scores are taken relative to those of the
head at rest, as if that had been called neutral: each score is divided by the one at rest, and
weighed anew with neutral twice as likely as any other (M. Saerens, P. Latinne and C.
Decaestecker, Adjusting the Outputs of a Classifier to New a Priori Probabilities, Neural
Computation 14, 2002).

What a judge that has learnt the bank elsewhere would call a face is measured with each head left
out in turn: its reading, as a change from rest, is nearest to the mean reading of one of the bank's
faces on the other heads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt
from attrs import field, frozen

from mien.judge.classifier import BASIC, JudgeRecord, basic_name
from mien.judge.judge import JudgedHead
from mien.judge.judges import MEDIAPIPE
from mien.judge.measures import Face, Verdict, euclid, leanings
from mien.judge.report import Report

F64 = npt.NDArray[np.float64]

FLOOR = 0.01
"""Added to every score before one is divided by another: the packages round to hundredths."""

AT_REST = (0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.25)
"""The scores of the head at rest once its lean is taken away, in the order of `BASIC`."""


@frozen(kw_only=True)
class Name:
    """One of `BASIC`, and its score in [0, 1]."""

    name: str
    score: float


@frozen(kw_only=True)
class Row:
    """One face on one head by one judge.

    ``said`` is what a classifier calls it, ``named`` what it calls it measured from rest;
    ``nearest`` (of MediaPipe) is the nearest of all other faces on the same head; ``learnt`` is
    the face of the other heads that it is nearest to. None: the judge does not say.
    """

    head: str
    face: Face
    judge: str
    said: Name | None = field(default=None)
    named: Name | None = field(default=None)
    nearest: Face | None = field(default=None)
    learnt: Face | None = field(default=None)

    @property
    def named_right(self) -> bool | None:
        """Whether ``named`` is the face's own label; None where that is no basic emotion."""
        meant = basic_name(self.face.label)
        return None if meant is None or self.named is None else self.named.name == meant

    @property
    def said_right(self) -> bool | None:
        """The same of ``said``."""
        meant = basic_name(self.face.label)
        return None if meant is None or self.said is None else self.said.name == meant

    @property
    def nearest_right(self) -> bool | None:
        """Whether the nearest other face on the head has the face's label."""
        return None if self.nearest is None else self.nearest.label == self.face.label

    @property
    def learnt_right(self) -> bool | None:
        """Whether the nearest of the other heads' faces has the face's label."""
        return None if self.learnt is None else self.learnt.label == self.face.label


@frozen(kw_only=True)
class Tally:
    """How many of a head's faces of an intensity a judge has right, of how many it judges."""

    head: str
    judge: str
    intensity: str
    said: int
    named: int
    basic: int
    nearest: int
    learnt: int
    judged: int
    """Faces with ``nearest`` or ``learnt``: those of the label at rest are not judged."""


@frozen(kw_only=True)
class Panel:
    """``rest`` is what each judge says of each head at rest, by (head, judge).

    ``leanings`` are MediaPipe's of each head: whether the weakest faces lean to their labels.
    """

    title: str
    labels: tuple[str, ...]
    intensities: tuple[str, ...]
    judges: tuple[JudgeRecord, ...]
    absent: Mapping[str, str]
    reports: tuple[Report, ...]
    rows: tuple[Row, ...]
    tallies: tuple[Tally, ...]
    rest: Mapping[tuple[str, str], Name]
    leanings: Mapping[str, tuple[Verdict, ...]]

    @property
    def heads(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(report.avatar for report in self.reports)


def from_rest(scores: F64, rest: F64) -> F64:
    """``scores`` (7,) as they would be had the head at rest been called neutral; sums to 1."""
    weighed = (scores + FLOOR) / (rest + FLOOR) * np.array(AT_REST)
    out: F64 = weighed / weighed.sum()
    return out


def highest(scores: Sequence[float] | F64) -> Name:
    """The name with the highest score."""
    best = int(np.argmax(scores))
    return Name(name=BASIC[best], score=float(scores[best]))


def build_panel(
    judged: Sequence[JudgedHead],
    intensities: Sequence[str],
    judges: Sequence[JudgeRecord],
    absent: Mapping[str, str],
) -> Panel:
    """The panel of at least one head."""
    rows = tuple(_rows(judged, judges))
    first = judged[0].report
    return Panel(
        title=first.title,
        labels=first.labels,
        intensities=tuple(intensities),
        judges=tuple(judges),
        absent=absent,
        reports=tuple(head.report for head in judged),
        rows=rows,
        tallies=tuple(_tallies(judged, rows, intensities, judges)),
        rest={
            (head.report.avatar, name): highest(scores)
            for head in judged
            for name, scores in head.rest.items()
        },
        leanings={
            head.report.avatar: _leanings(head, intensities)
            for head in judged
            if MEDIAPIPE in judges
        },
    )


def _leanings(head: JudgedHead, intensities: Sequence[str]) -> tuple[Verdict, ...]:
    faces = tuple(one.face for one in head.report.faces)
    changes = np.array([one.change for one in head.report.faces])
    return leanings(faces, euclid(changes), intensities, _still(head))


def _still(head: JudgedHead) -> frozenset[str]:
    """The labels whose faces are at rest: they are compared with and not judged."""
    judged = {one.face for one in head.report.euclid.verdicts}
    return frozenset(one.face.label for one in head.report.faces if one.face not in judged)


def _rows(judged: Sequence[JudgedHead], judges: Sequence[JudgeRecord]) -> Iterator[Row]:
    for record in judges:
        changes = [dict(_changes(head, record.name)) for head in judged]
        for number, head in enumerate(judged):
            others = [rows for place, rows in enumerate(changes) if place != number]
            learnt = learnt_faces(changes[number], others)
            for face in changes[number]:
                yield _row(head, record.name, face, learnt.get(face))


def _row(head: JudgedHead, judge: str, face: Face, learnt: Face | None) -> Row:
    name = head.report.avatar
    if judge == MEDIAPIPE.name:
        nearest = _verdicts(head).get(face)
        return Row(
            head=name,
            face=face,
            judge=judge,
            nearest=nearest.nearest if nearest else None,
            learnt=learnt,
        )
    scores = head.scores[judge][face]
    return Row(
        head=name,
        face=face,
        judge=judge,
        said=highest(scores),
        named=highest(from_rest(np.array(scores), np.array(head.rest[judge]))),
        learnt=learnt,
    )


def _verdicts(head: JudgedHead) -> Mapping[Face, Verdict]:
    return {one.face: one for one in head.report.euclid.verdicts}


def _changes(head: JudgedHead, judge: str) -> Iterator[tuple[Face, F64]]:
    """Each face's reading by a judge as a change from the head at rest."""
    if judge == MEDIAPIPE.name:
        yield from ((one.face, np.array(one.change)) for one in head.report.faces)
        return
    rest = np.array(head.rest[judge])
    for face, scores in head.scores[judge].items():
        yield face, np.log((np.array(scores) + FLOOR) / (rest + FLOOR))


def learnt_faces(
    own: Mapping[Face, F64], others: Sequence[Mapping[Face, F64]]
) -> Mapping[Face, Face]:
    """Each face of a head to the face of the other heads whose mean reading is nearest to its own.

    Readings are (n,), changes from rest. Empty without other heads.
    """
    means = {
        face: np.mean([rows[face] for rows in others if face in rows], axis=0)
        for face in dict.fromkeys(face for rows in others for face in rows)
    }
    if not means:
        return {}
    faces, table = list(means), np.array(list(means.values()))
    return {
        face: faces[int(np.argmin(np.linalg.norm(table - change, axis=1)))]
        for face, change in own.items()
    }


def _tallies(
    judged: Sequence[JudgedHead],
    rows: Sequence[Row],
    intensities: Sequence[str],
    judges: Sequence[JudgeRecord],
) -> Iterator[Tally]:
    still = {head.report.avatar: _still(head) for head in judged}
    for record in judges:
        for head in judged:
            for intensity in intensities:
                name = head.report.avatar
                own = [
                    row
                    for row in rows
                    if (row.judge, row.head, row.face.intensity) == (record.name, name, intensity)
                ]
                moving = [row for row in own if row.face.label not in still[name]]
                yield Tally(
                    head=name,
                    judge=record.name,
                    intensity=intensity,
                    said=sum(row.said_right is True for row in own),
                    named=sum(row.named_right is True for row in own),
                    basic=sum(row.named_right is not None for row in own),
                    nearest=sum(row.nearest_right is True for row in moving),
                    learnt=sum(row.learnt_right is True for row in moving),
                    judged=len(moving),
                )

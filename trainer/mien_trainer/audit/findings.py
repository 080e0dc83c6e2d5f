"""What of a report asks for something to be done: the rules, with the limits that they go by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mien.text.fault import Severity, counted
from mien_trainer.audit.faults import FaultKind
from mien_trainer.audit.limits import AT_ONE, AT_ZERO, ENOUGH, FAR, FEW_CLOSURES, KEPT, OPEN, OWN
from mien_trainer.audit.report import Cover, Finding, Group, VoiceRow
from mien_trainer.speech import Split

WORTH_A_LOOK = frozenset({"captured-antagonists", "duplicate", "refused", "silent", "stray-shard"})
"""Faults of clips that do not fail the audit."""


def findings(
    faults: Iterable[FaultKind],
    groups: Iterable[Group],
    sources: Iterable[Group],
    voices: Iterable[VoiceRow],
    cover: Cover,
    *,
    finished: bool,
) -> Iterator[Finding]:
    """Everything found, errors first; a ``finished`` set should lack nothing."""
    found = [
        *nothing_left(cover),
        *open_mouths(groups, sources),
        *open_closures(groups, sources, voices),
        *(_fault(kind) for kind in faults),
        *distant_faces(sources),
        *clipped(sources),
        *(gaps(cover, voices) if finished else ()),
    ]
    for severity in Severity:
        yield from (one for one in found if one.severity is severity)


def nothing_left(cover: Cover) -> Iterator[Finding]:
    """`no-clips`: there is not one that can be used; other findings say what became of them."""
    if not any(cover.splits.values()):
        yield Finding(
            code="no-clips",
            severity=Severity.ERROR,
            subject="the set",
            message="has not one clip that can be used",
            hint="correct what is said of the clips below: nothing can be learned from none",
        )


def open_mouths(groups: Iterable[Group], sources: Iterable[Group]) -> Iterator[Finding]:
    """`mouth-open`: the lips part in silence by over ``OPEN`` more than in the bank's faces.

    Judged a source and label at a time; a source as a whole where its labels have too little
    silence to be judged alone.
    """
    found: set[str] = set()
    for group in groups:
        if group.silence.frames >= ENOUGH and group.excess > OPEN:
            found.add(group.source)
            yield _open(group)
    for source in sources:
        if source.source not in found and source.silence.frames >= ENOUGH and source.excess > OPEN:
            yield _open(source)


def _open(group: Group) -> Finding:
    return Finding(
        code="mouth-open",
        severity=Severity.ERROR,
        subject=group.name,
        message=f"in silence the lips part by {group.gap:.3f}, in the bank's faces by "
        f"{group.rest:.3f}; expected at most {OPEN:g} more",
        hint="presets with a closed mouth would learn to keep it open: calibrate the capture to "
        "the performer's closed lips, cut these takes, or leave the source out",
    )


def open_closures(
    groups: Iterable[Group], sources: Iterable[Group], voices: Iterable[VoiceRow]
) -> Iterator[Finding]:
    """`closures`: fewer than ``KEPT`` of p, b, m, f, v touch, by source and label, or by voice.

    A source is named as a whole where its labels have too few closures to be judged alone, a voice
    only where its source is not named.
    """
    found: set[str] = set()
    for group in (*groups, *sources):
        if group.label or group.source not in found:
            finding = _closures(group.name, group.kept, group.closures)
            if finding is not None:
                found.add(group.source)
                yield finding
    for voice in voices:
        if voice.source not in found:
            name = f"{voice.source}, voice {voice.voice}"
            finding = _closures(name, voice.kept, voice.closures)
            if finding is not None:
                yield finding


def _closures(name: str, kept: int, closures: int) -> Finding | None:
    if closures < FEW_CLOSURES or kept >= KEPT * closures:
        return None
    return Finding(
        code="closures",
        severity=Severity.ERROR,
        subject=name,
        message=f"{kept} of {closures} closures of p, b, m, f, v touch ({kept / closures:.1%}), "
        f"expected {KEPT:.0%}",
        hint="see that phonemes and faces run on one clock, and that the lips are composed last",
    )


def _fault(kind: FaultKind) -> Finding:
    return Finding(
        code=kind.code,
        severity=Severity.WARNING if kind.code in WORTH_A_LOOK else Severity.ERROR,
        subject=counted(kind.count, "clip" if kind.first[0].clip else "fault"),
        message=str(kind.first[0]),
        hint=kind.hint,
    )


def distant_faces(sources: Iterable[Group]) -> Iterator[Finding]:
    """`far` and `other-label`: silent faces unlike every archetype, or like another label's."""
    for source in sources:
        if source.silence.frames < ENOUGH:
            continue
        if source.distance > FAR:
            yield Finding(
                code="far",
                severity=Severity.WARNING,
                subject=source.name,
                message=f"half of the silent faces are {source.distance:.3f} or more from every "
                f"archetype, expected at most {FAR:g}",
                hint="the network will be torn between these faces and the presets: give the "
                "source less weight, or import archetypes from it",
            )
        if source.own < OWN:
            yield Finding(
                code="other-label",
                severity=Severity.WARNING,
                subject=source.name,
                message=f"{source.own:.0%} of the silent faces are nearest to an archetype of "
                f"their own label, expected {OWN:.0%}",
                hint="look at the faces on the page (-o), and see whether the labels are right",
            )


def clipped(sources: Iterable[Group]) -> Iterator[Finding]:
    """`clipped` and `stuck-at-zero`: channels that stay at exactly 1 or 0 and the bank does not."""
    for source in sources:
        if source.silence.frames + source.speech.frames < ENOUGH:
            continue
        for code, shares, limit, hint in (
            ("clipped", source.ones, AT_ONE, "lower the gain of the capture"),
            ("stuck-at-zero", source.zeros, AT_ZERO, "see whether the capture has this channel"),
        ):
            worst = sorted(
                ((share, name) for name, share in shares.items() if share > limit), reverse=True
            )
            if worst:
                names = ", ".join(f"{name} in {share:.0%}" for share, name in worst[:4])
                value = "1" if code == "clipped" else "0"
                yield Finding(
                    code=code,
                    severity=Severity.WARNING,
                    subject=source.name,
                    message=f"at exactly {value} where the bank is not: {names} of frames",
                    hint=hint,
                )


def gaps(cover: Cover, voices: Iterable[VoiceRow]) -> Iterator[Finding]:
    """What the set lacks: `labels`, `phonemes`, `splits`, `unseen-voice`."""
    lacks = (
        ("labels", cover.absent_labels, "make clips of every label"),
        ("phonemes", cover.missing, "add sentences that have them"),
        (
            "splits",
            tuple(split.value for split, count in cover.splits.items() if not count),
            "without validation and test clips nothing can be said of what was learned",
        ),
    )
    for code, names, hint in lacks:
        if names:
            yield Finding(
                code=code,
                severity=Severity.WARNING,
                subject="the set",
                message=f"has no {', '.join(names)}",
                hint=hint,
            )
    rows = tuple(voices)
    if rows and all(row.splits[Split.TRAIN] for row in rows):
        yield Finding(
            code="unseen-voice",
            severity=Severity.WARNING,
            subject="the set",
            message="every voice is learned from",
            hint="keep one voice for test alone, to measure on a voice that was never heard",
        )

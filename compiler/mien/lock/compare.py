"""What makes a lock stale, in words; and whether a newer prover confirms its certificate.

Faces, tables and artifact are compared digest by digest. So is the certificate, where the same
prover made both. One by an older prover is a claim about faces that have not changed: each slope
lies between its sampled and its proved value. A newer prover claims such a range too, usually a
narrower one, and both can only be true where the ranges meet. The older certificate is therefore
confirmed unless today's prover has seen a slope above what was proved, or proves a slope to be
below what was seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mien.lock.record import ChannelSlope, LabelPin, Lock, MeanSlope, Slopes


def differences(old: Lock, new: Lock) -> tuple[str, ...]:
    """One line a fact that ``old`` pins otherwise than ``new``, or that ``new`` contradicts.

    Sources come first. ``new`` is what this program makes now.
    """
    return tuple(_differences(old, new))


def older_prover(lock: Lock, prover: int) -> str | None:
    """The note that a lock's certificate could be proved anew, where an older prover made it."""
    if lock.prover >= prover:
        return None
    return f"certificate by prover {lock.prover}, this mien has prover {prover}"


def _differences(old: Lock, new: Lock) -> Iterator[str]:
    for name in ("bank", "version", "engine"):
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            yield f"{name}: locked as {before}, now {after}"
    # mien/lock/1 names itself among the schemas.
    yield from _entries("schema", *({**one.schemas, "lock": 0} for one in (old, new)))
    yield from _entries("source", old.sources, new.sources)
    if old.shared != new.shared:
        yield "shared tables: rules, metric or antagonists changed"
    yield from _entries("closest pair at", old.separation, new.separation)
    yield from _labels(old, new)
    if old.artifact != new.artifact:
        yield f"artifact: locked as {old.artifact.sha256[:12]}, now {new.artifact.sha256[:12]}"


def _entries(kind: str, old: Mapping[str, object], new: Mapping[str, object]) -> Iterator[str]:
    for name in sorted(old.keys() | new.keys()):
        if name not in new:
            yield f"{kind} {name}: gone"
        elif name not in old:
            yield f"{kind} {name}: new"
        elif old[name] != new[name]:
            yield f"{kind} {name}: changed"


def _labels(old: Lock, new: Lock) -> Iterator[str]:
    alike: list[str] = []
    for label in dict.fromkeys((*old.labels, *new.labels)):
        before, after = old.labels.get(label), new.labels.get(label)
        if before is None or after is None:
            yield f"label {label}: {'new' if before is None else 'gone'}"
        elif before.table != after.table:
            yield f"label {label}: table changed"
        elif before.plateaus != after.plateaus or before.styles.keys() != after.styles.keys():
            yield f"label {label}: plateaus or styles changed"
        else:
            alike.append(label)
    if old.prover > new.prover:
        yield f"certificate by prover {old.prover}: this mien has prover {new.prover}, upgrade mien"
    elif old.prover < new.prover:
        for label in alike:
            yield from _contradictions(label, old.labels[label], new.labels[label], old, new)
    else:
        for label in alike:
            if old.labels[label] != new.labels[label]:
                yield f"label {label}: certificate changed"
    if len(alike) == len(old.labels) == len(new.labels):
        yield from _mixtures(old, new)
        if (*old.labels, *old.separation) != (*new.labels, *new.separation):
            yield "the order of labels or intensities changed"


def _share(old: Lock, new: Lock) -> float:
    """What turns a mean of ``new`` into one of ``old``: prover 1 took it over all channels."""
    if old.channels is not None or new.channels is None:
        return 1.0
    return new.channels.moving / new.channels.all


def _contradictions(
    label: str, one: LabelPin, other: LabelPin, old: Lock, new: Lock
) -> Iterator[str]:
    share = _share(old, new)
    faces = [(label, one.plain, other.plain)]
    faces += [
        (f"{label} in style {name}", one.styles[name], other.styles[name]) for name in one.styles
    ]
    for face, before, after in faces:
        yield from _contradiction(f"{face}: the mean", before.mean, after.mean, share)
        yield from _contradiction(f"{face}: the worst channel", before.channel, after.channel, 1.0)


def _contradiction(
    what: str, old: MeanSlope | ChannelSlope, new: MeanSlope | ChannelSlope, share: float
) -> Iterator[str]:
    seen, proved = new.sampled * share, new.proved * share
    if seen > old.proved:
        yield f"{what}: locked as at most {old.proved}, a slope of {seen:.4f} is seen now"
    if old.sampled > proved:
        yield f"{what}: locked as seen {old.sampled}, at most {proved:.4f} is proved now"


def _mixtures(old: Lock, new: Lock) -> Iterator[str]:
    """A label alone is a mixture: what is seen of it, no bound of mixtures may deny."""
    if old.prover == new.prover and (old.channels, old.mixtures) != (new.channels, new.mixtures):
        yield "mixtures: certificate changed"
    if old.prover >= new.prover or old.mixtures is None:
        return
    plain: list[Slopes] = [pin.plain for pin in new.labels.values()]
    mean = max((slopes.mean.sampled for slopes in plain), default=0.0)
    channel = max((slopes.channel.sampled for slopes in plain), default=0.0)
    for what, seen, proved in (
        ("the mean", mean, old.mixtures.mean),
        ("the worst channel", channel, old.mixtures.channel),
    ):
        if seen > proved:
            yield f"mixtures: {what}: locked as at most {proved}, a slope of {seen} is seen now"

"""What a certificate says, and whether it keeps a budget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import frozen

Place = tuple[float, float, float]
"""Valence, arousal, dominance."""


@frozen(kw_only=True)
class Bound:
    """A steepest slope: change per unit of max-norm VAD step, anywhere in the cube.

    It is at most ``proved`` (rounded up) and at least ``sampled`` (rounded down).
    """

    proved: float
    sampled: float


@frozen(kw_only=True)
class ChannelProof:
    """One channel's steepest slope, and where it was seen."""

    name: str
    bound: Bound
    at: Place


@frozen(kw_only=True)
class SlopeProof:
    """A face's slopes: of the mean over the channels that can move, and of the worst single one."""

    mean: Bound
    mean_at: Place
    channel: ChannelProof


@frozen(kw_only=True)
class LabelProof:
    """One label: plain, by style, and the plain slope of every channel that moves.

    ``highest`` are values that the plain face's channels never pass, by channel that moves.
    """

    label: str
    plain: SlopeProof
    styles: Mapping[str, SlopeProof]
    channels: Mapping[str, ChannelProof]
    highest: Mapping[str, float]


@frozen(kw_only=True)
class MixtureBound:
    """Upper bounds of the slopes of any fixed mixture of plain labels; they are not nearly met.

    ``mean`` and ``channel`` hold for every mixture. ``antagonists_meet`` says whether a mixture can
    make any meet: lift both above their cap. Where none meet, the labels' own bounds hold as well.
    """

    antagonists_meet: bool
    mean: float
    channel: float


@frozen(kw_only=True)
class Certificate:
    """The proved slopes of a bank, labels in bank order.

    Means are over the ``moving`` channels, those of the rig's ``channels`` that the bank can move.
    """

    prover: int
    channels: int
    moving: int
    labels: tuple[LabelProof, ...]
    mixture: MixtureBound


@frozen(kw_only=True)
class Breach:
    """A proved slope that passes its budget. ``channel`` is None for the mean."""

    label: str
    style: str | None
    channel: str | None
    at: Place
    bound: Bound
    budget: float

    def __str__(self) -> str:
        """The breach for a person: what, how steep, where, and how steep it may be."""
        return self.described()

    def described(self, channels: Sequence[str] = ()) -> str:
        """As ``str``; of ``channels``, where more than one changes by the same."""
        face = self.label if self.style is None else f"{self.label} in style {self.style}"
        what = "the mean over channels" if self.channel is None else self.channel
        verbs = "is too steep: it changes"
        if len(channels) > 1:
            what, verbs = " and ".join(channels), "are too steep: they change"
        v, a, d = self.at
        return (
            f"{face}: {what} {verbs} by up to {self.bound.proved:.4f} (proved; "
            f"{self.bound.sampled:.4f} seen at V {v:.2f} A {a:.2f} D {d:.2f}) per unit of VAD, "
            f"and the budget is {self.budget:g}"
        )


def check_budget(certificate: Certificate, mean: float, channel: float) -> tuple[Breach, ...]:
    """Every proved slope above its budget: per label plain and by style, the mean and channels.

    Plain faces name every channel that is too steep, styles their worst one.
    """
    breaches: list[Breach] = []
    for label in certificate.labels:
        for style, proof in ((None, label.plain), *label.styles.items()):
            if proof.mean.proved > mean:
                breaches.append(
                    Breach(
                        label=label.label,
                        style=style,
                        channel=None,
                        at=proof.mean_at,
                        bound=proof.mean,
                        budget=mean,
                    )
                )
            listed = label.channels.values() if style is None else (proof.channel,)
            breaches.extend(
                Breach(
                    label=label.label,
                    style=style,
                    channel=entry.name,
                    at=entry.at,
                    bound=entry.bound,
                    budget=channel,
                )
                for entry in listed
                if entry.bound.proved > channel
            )
    return tuple(breaches)

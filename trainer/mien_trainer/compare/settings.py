"""The ways of training that are compared. Data, steps and seeds are the same in all."""

from __future__ import annotations

from attrs import evolve, frozen

from mien_trainer.train.config import Losses, TrainConfig

SWEEP = (0.1, 0.3, 3.0)
"""Factors on the weights of the snap, beside 1."""


@frozen(kw_only=True)
class Setting:
    """One way of training: ``key`` names its folder, ``snap`` is the factor on the snap."""

    key: str
    title: str
    config: TrainConfig
    snap: float


def settings(config: TrainConfig) -> tuple[Setting, ...]:
    """The settings that ``config`` (label, VAD and snap) is compared with, itself among them."""
    deaf = evolve(config, conditions=evolve(config.conditions, labels=(), vad=True))
    return (
        _setting("vad", "VAD only", deaf, 0.0),
        _setting("vad-snap", "VAD only, snapped", deaf, 1.0),
        _setting("label", "label and VAD", config, 0.0),
        _setting("label-snap", "label and VAD, snapped", config, 1.0),
        *(
            _setting(f"label-snap-x{factor:g}", f"snapped, x {factor:g}", config, factor)
            for factor in SWEEP
        ),
    )


def snapped(losses: Losses, factor: float) -> Losses:
    """The losses with all that the compiled bank teaches directly times ``factor``."""
    return evolve(
        losses,
        snap_silence=losses.snap_silence * factor,
        snap_speech=losses.snap_speech * factor,
        surface=losses.surface * factor,
    )


def _setting(key: str, title: str, config: TrainConfig, factor: float) -> Setting:
    own = evolve(config, name=key, description=title, losses=snapped(config.losses, factor))
    return Setting(key=key, title=title, config=own, snap=factor)

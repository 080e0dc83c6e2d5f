"""How a network is trained: the records of a training file, with every default."""

from __future__ import annotations

from attrs import field, frozen

from mien_trainer.model.shape import Conditioning, NetShape


@frozen(kw_only=True)
class Variety:
    """How far the voices that are taught are varied at most, each way; 0 leaves them as they are.

    ``size`` is how much longer a vocal tract is taken to be, as a share of its length; ``colour``
    how much louder in decibels some frequencies are made than others, as by another microphone;
    ``gain`` how much louder all is made.
    """

    size: float = 0.12
    colour: float = 6.0
    gain: float = 6.0


@frozen(kw_only=True)
class Draw:
    """What a step is made of.

    ``batch`` stretches of ``frames`` frames are taught; ``pairs`` pairs of moments are compared
    with their emotions swapped; ``points`` random places of the bank are taught in silence. A
    recorded person counts ``real``, a synthetic voice ``synthetic``. A face is taught to come
    ``delay`` frames after its sound: lips move for a sound before it is heard, and a frame more of
    it tells which.
    """

    batch: int = 16
    frames: int = 128
    pairs: int = 24
    points: int = 48
    real: float = 3.0
    synthetic: float = 1.0
    delay: int = 1


@frozen(kw_only=True)
class ClassWeights:
    """What a channel counts, by its class."""

    lipsync: float = 2.0
    shared: float = 1.5
    expression: float = 1.0


@frozen(kw_only=True)
class Losses:
    """The weight of each loss, 0 to leave it out.

    ``softness`` is the difference of weights up to which errors are squared, beyond it they count
    by their size, so that what cannot be foreseen (blinks, glances) does not pull. ``lip_softness``
    is the same for LIPSYNC and SHARED channels of clips: where sounds may be heard as one or
    another, lips pass between their shapes and do not jump. ``jitter`` is the step in VAD that
    `consistency` takes on each axis, at most.
    """

    softness: float = 0.01
    lip_softness: float = 0.2
    jitter: float = 0.05
    supervised: float = 1.0
    velocity: float = 1.0
    contact: float = 1.0
    quiet: float = 1.0
    consistency: float = 0.1
    lips: float = 0.5
    expression: float = 0.5
    snap_silence: float = 8.0
    snap_speech: float = 3.0
    surface: float = 1.0


@frozen(kw_only=True)
class Optimizer:
    """AdamW: ``rate`` after ``warmup`` steps, then along a cosine to ``rate * last``."""

    rate: float = 0.003
    last: float = 0.01
    warmup: int = 200
    decay: float = 0.0001
    clip: float = 1.0


@frozen(kw_only=True)
class Every:
    """After how many steps to write a line of the log, to validate, and to keep a checkpoint."""

    log: int = 10
    validate: int = 250
    checkpoint: int = 250


@frozen(kw_only=True)
class TrainConfig:
    """One training. ``bank`` is the name of a bank that ships, or a folder."""

    name: str
    description: str = ""
    bank: str = "default"
    seed: int = 0
    steps: int = 5000
    threads: int = 1
    conditions: Conditioning
    model: NetShape = field(factory=NetShape)
    draw: Draw = field(factory=Draw)
    variety: Variety = field(factory=Variety)
    channels: ClassWeights = field(factory=ClassWeights)
    losses: Losses = field(factory=Losses)
    optimizer: Optimizer = field(factory=Optimizer)
    every: Every = field(factory=Every)

"""A voice that chants, and a setup whose clips are noise: nothing outside the program speaks."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
from attrs import Factory, frozen

from mien_trainer.frames import F32, SAMPLE_RATE
from mien_trainer.phonemes import SILENCE, Phoneme
from mien_trainer.speech import (
    Prosody,
    SpeechItem,
    SpeechRefusedError,
    SpeechSource,
    Split,
    Utterance,
)
from mien_trainer.targets.clip import Clip, ClipSpec, ShardHeader
from mien_trainer.targets.engines import run_local
from mien_trainer.targets.make import Engine, Outcome, Step, make_targets
from mien_trainer.targets.recipe import Recipe, RecipeSources
from mien_trainer.targets.shard import iterate_shard, shard_bytes

HEAD = ShardHeader(
    bank="default",
    version="1.1.0",
    artifact="a" * 64,
    channels=tuple(f"channel{k}" for k in range(52)),
    labels=tuple(f"label{k}" for k in range(16)),
    frame_rate=60,
    mels=80,
)
RECIPE = Recipe(
    name="noise", clips=24, silence_share=1.0, clips_per_shard=4, sources=RecipeSources()
)
SPECS = tuple(
    ClipSpec(
        id=f"{split.value}-{number:06}",
        source="fake",
        item=f"item{number}",
        split=split,
        label=f"label{number % 16}",
        seed=1000 * len(split.value) + number,
        prosody=Prosody(),
    )
    for split, many in ((Split.TRAIN, 17), (Split.VALIDATION, 3), (Split.TEST, 4))
    for number in range(many)
)


def chanted(
    labels: Sequence[str], texts: int, stride: int, counts: Sequence[int]
) -> list[ClipSpec]:
    """Clips of `Chant`: as many of each split as ``counts`` say, of every ``stride``-th label."""
    return [
        ClipSpec(
            id=f"{split.value}-{number}",
            source="chant",
            item=f"s{number % texts}",
            split=split,
            label=labels[(stride * number) % len(labels)],
            seed=100 * len(split.value) + number,
            prosody=Prosody(),
        )
        for split, many in zip((Split.TRAIN, Split.VALIDATION, Split.TEST), counts, strict=True)
        for number in range(many)
    ]


class Chant(SpeechSource):
    """Says each phoneme of a text, 0.12 s long: vowels sing, consonants hiss, pauses are silent."""

    name = "chant"
    real = False

    def __init__(self, texts: Sequence[str]) -> None:
        self._items = tuple(
            SpeechItem(key=f"s{n}", voice="monk", text=text, split=Split.TRAIN)
            for n, text in enumerate(texts)
        )

    def items(self) -> tuple[SpeechItem, ...]:
        return self._items

    def speak(self, item: SpeechItem, prosody: Prosody) -> Utterance:
        symbols = item.text.split()
        length = int(0.12 * SAMPLE_RATE)
        times = np.arange(length) / SAMPLE_RATE
        sounds: list[npt.NDArray[np.float64]] = []
        for position, symbol in enumerate(symbols):
            rng = np.random.default_rng([position, len(symbol)])
            if symbol == SILENCE:
                sounds.append(np.zeros(length))
            elif symbol[0] in "aeɔəɛʌiæu":
                loud = 0.5 if position % 3 else 0.1
                sounds.append(loud * np.sin(2 * np.pi * 140.0 * prosody.pitch * times))
            else:
                sounds.append(0.02 * rng.standard_normal(length))
        return Utterance(
            audio=np.concatenate([*sounds, np.zeros(0)]).astype(np.float32),
            phonemes=tuple(
                Phoneme(symbol=symbol, start=0.12 * n, end=0.12 * (n + 1))
                for n, symbol in enumerate(symbols)
            ),
            voice="monk",
            text=item.text,
            provenance="chanted",
            licence="CC0-1.0",
        )


@frozen(kw_only=True)
class FakeMaker:
    """Makes noise of ``frames`` frames or so; some items are refused or fail."""

    speech_seconds = 0.0

    frames: int
    pause: float
    log: Path | None
    refuse: frozenset[str]
    fail: str

    def make(self, spec: ClipSpec) -> Clip:
        """Noise that the spec's seed decides."""
        time.sleep(self.pause)
        if self.log is not None:
            with self.log.open("a") as log:
                log.write(f"{spec.id}\n")
        if spec.id in self.refuse:
            raise SpeechRefusedError(f"{spec.item}: its sound is empty")
        if spec.id == self.fail:
            raise ZeroDivisionError("by zero")
        random = np.random.default_rng(spec.seed)
        frames = self.frames + int(random.integers(5))

        def rows(width: int) -> F32:
            return random.random((frames, width), dtype=np.float32)

        return Clip(
            id=spec.id,
            split=spec.split,
            source=spec.source,
            real=False,
            voice=f"v{spec.seed % 3}",
            label=spec.label,
            text="Noise.",
            licence="CC0-1.0",
            provenance="noise",
            seed=spec.seed,
            phonemes=(Phoneme(symbol="_", start=0.0, end=frames / 60),),
            audio=np.zeros(1, dtype=np.float32),
            mel=rows(80),
            conditions=rows(19),
            targets=rows(52),
            speech=rows(1)[:, 0],
        )


@frozen(kw_only=True)
class FakeSetup:
    """See `mien_trainer.targets.worker.WorkerSetup`."""

    header: ShardHeader = HEAD
    programs: Mapping[str, str] = Factory(lambda: {"noise": "1"})
    frames: int = 20
    pause: float = 0.0
    log: Path | None = None
    refuse: frozenset[str] = frozenset()
    fail: str = ""

    def open(self) -> FakeMaker:
        """A maker of noise."""
        return FakeMaker(
            frames=self.frames, pause=self.pause, log=self.log, refuse=self.refuse, fail=self.fail
        )


def write_shard(path: Path, clips: Iterable[Clip], header: ShardHeader) -> None:
    """Put the shard of these clips at ``path``."""
    path.write_bytes(shard_bytes(clips, header))


def read_shard(path: Path, artifact: str | None = None) -> tuple[Clip, ...]:
    """Every clip of the shard, in its order."""
    return tuple(iterate_shard(path, artifact))


def make(
    folder: Path,
    setup: FakeSetup | None = None,
    *,
    recipe: Recipe = RECIPE,
    engine: Engine | None = None,
    step: Step | None = None,
) -> Outcome:
    """A folder of noise."""
    return make_targets(
        recipe,
        SPECS,
        setup or FakeSetup(),
        folder,
        engine or partial(run_local, workers=1),
        step=step,
    )


if __name__ == "__main__":  # a run to be killed: FOLDER LOG
    make(
        Path(sys.argv[1]),
        FakeSetup(pause=0.05, log=Path(sys.argv[2])),
        engine=partial(run_local, workers=2),
    )

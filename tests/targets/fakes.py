"""A workshop whose clips are noise, for tests of what makes, keeps and resumes."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import numpy as np
from attrs import Factory, frozen

from mien_trainer.frames import F32
from mien_trainer.phonemes import Phoneme
from mien_trainer.speech import Prosody, SpeechRefusedError, Split
from mien_trainer.targets.clip import Clip, ClipSpec
from mien_trainer.targets.config import Recipe, RecipeSources
from mien_trainer.targets.engine_local import run_local
from mien_trainer.targets.make import Engine, Outcome, Step, make_targets
from mien_trainer.targets.stored import ShardHead

HEAD = ShardHead(
    bank="default",
    version="1.1.0",
    artifact="a" * 64,
    channels=tuple(f"channel{k}" for k in range(52)),
    labels=tuple(f"label{k}" for k in range(16)),
    frame_rate=60,
    mels=80,
)
RECIPE = Recipe(name="noise", clips=24, silence=1.0, shard_clips=4, sources=RecipeSources())
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


@frozen(kw_only=True)
class FakeMaker:
    """Makes noise of ``frames`` frames or so; some items are refused or fail."""

    speaking = 0.0

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
            spec=spec,
            voice=f"v{spec.seed % 3}",
            real=False,
            text="Noise.",
            licence="CC0-1.0",
            provenance="noise",
            phonemes=(Phoneme(symbol="_", start=0.0, end=frames / 60),),
            audio=np.zeros(1, dtype=np.float32),
            mel=rows(80),
            conditions=rows(19),
            targets=rows(52),
            speech=rows(1)[:, 0],
        )


@frozen(kw_only=True)
class FakeWorkshop:
    """See `mien_trainer.targets.work.Workshop`."""

    head: ShardHead = HEAD
    programs: Mapping[str, str] = Factory(lambda: {"noise": "1"})
    frames: int = 20
    pause: float = 0.0
    log: Path | None = None
    refuse: frozenset[str] = frozenset()
    fail: str = ""

    def open(self) -> FakeMaker:
        """A maker of noise."""
        return FakeMaker(
            frames=self.frames,
            pause=self.pause,
            log=self.log,
            refuse=self.refuse,
            fail=self.fail,
        )


def make(
    folder: Path,
    workshop: FakeWorkshop | None = None,
    *,
    recipe: Recipe = RECIPE,
    engine: Engine | None = None,
    step: Step | None = None,
) -> Outcome:
    """A folder of noise."""
    return make_targets(
        recipe,
        SPECS,
        workshop or FakeWorkshop(),
        folder,
        engine or partial(run_local, workers=1),
        step=step,
    )


if __name__ == "__main__":  # a run to be killed: FOLDER LOG
    make(
        Path(sys.argv[1]),
        FakeWorkshop(pause=0.05, log=Path(sys.argv[2])),
        engine=partial(run_local, workers=2),
    )

"""The network that ships keeps the presets of the bank that ships, and speech moves its lips."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

pytest.importorskip("onnxruntime", reason="needs the extra mien[train]")

from mien_trainer.evaluate.clips import Sound
from mien_trainer.evaluate.network import EvaluatedNetwork, onnx_predictor
from mien_trainer.evaluate.presets import anchor_errors
from mien_trainer.evaluate.result import ANCHOR_MEAN, ANCHOR_WORST
from mien_trainer.frames import FRAME_RATE, SAMPLE_RATE
from mien_trainer.lips.closures import CLOSED, contact_gaps, lip_gap
from mien_trainer.lips.table import Contact
from mien_trainer.mel import log_mel
from mien_trainer.speak.network import bank_of, read_network, shipped_network
from mien_trainer.speech import Prosody, SpeechUnavailableError, Split, Utterance
from mien_trainer.synthesis.flite import FliteSource
from mien_trainer.synthesis.sentences import Sentence
from mien_trainer.synthesis.voices import Voice

NETWORK = read_network(shipped_network())
BANK = bank_of(NETWORK.card)


@pytest.mark.parametrize("level", [-85.0, -75.0, -65.0])
def test_every_preset_is_where_it_was_authored(level: float) -> None:
    rng = np.random.default_rng(0)
    noise = rng.standard_normal(2 * SAMPLE_RATE) * 10.0 ** (level / 20.0)
    room = Sound(name="room", mel=log_mel(noise.astype(np.float32)))
    subject = EvaluatedNetwork(predict=onnx_predictor(NETWORK), bank=BANK)
    found = anchor_errors(subject, room, range(len(BANK.channels)))
    assert found.mean <= ANCHOR_MEAN
    assert found.worst <= ANCHOR_WORST
    assert found.own == 48


def test_it_is_small_enough_to_ship_and_has_its_card() -> None:
    assert NETWORK.size <= 5 << 20
    card = shipped_network().with_suffix(".card.md").read_text("utf-8")
    assert NETWORK.card.artifact in card
    assert NETWORK.card.targets in card
    assert "CC BY-SA 3.0" in card


def spoken(text: str) -> Utterance:
    """A sentence in a voice of the training."""
    voice = Voice(name="slt", split=Split.TRAIN)
    source = FliteSource([voice], [Sentence(key="one", text=text, split=Split.TRAIN)])
    try:
        return source.speak(source.items()[0], Prosody())
    except SpeechUnavailableError as missing:
        pytest.skip(str(missing))


@pytest.mark.parametrize("label", ["neutral", "surprise", "disgust"])
def test_lips_close_for_p_b_m_and_part_for_vowels(label: str) -> None:
    utterance = spoken("My brother Bob put a big map of Panama beside the lamp and hopped away.")
    at = BANK.labels.index(label)
    subject = EvaluatedNetwork(predict=onnx_predictor(NETWORK), bank=BANK)
    vad = BANK.tables.labels[at].anchors[BANK.intensities.index("mid")]
    faces = subject.faces(log_mel(utterance.audio), [at], vad[None])[0]
    gaps = contact_gaps(faces, utterance.phonemes, Contact.LIPS)
    assert len(gaps) >= 10
    assert np.mean(gaps <= CLOSED) >= 0.9
    vowels = [
        int((p.start + p.end) / 2 * FRAME_RATE) for p in utterance.phonemes if p.symbol[0] in "æɑ"
    ]
    assert len(vowels) >= 4
    assert lip_gap(faces, BANK.channels)[vowels].mean() > 0.2


PROGRAM = (sys.executable, "-m", "mien.cli.main")


def test_speech_opens_the_jaw_and_silence_leaves_the_preset() -> None:
    audio = spoken("Hello, my father works far away.").audio
    pause = np.zeros(SAMPLE_RATE, dtype=np.float32)
    pcm = (np.concatenate((pause, audio, pause)) * 32767.0).astype("<i2").tobytes()
    done = subprocess.run(
        [*PROGRAM, "speak", "-", "--label", "sadness", "--bank", "default@1.1.0"],
        input=pcm,
        capture_output=True,
        check=True,
    )
    head, *rows = done.stdout.decode().splitlines()
    jaw = head.split(",").index("JawOpen")
    frown = head.split(",").index("MouthFrownLeft")
    jaws = np.array([float(row.split(",")[jaw]) for row in rows])
    preset = dict(zip(BANK.channels, BANK.face("sadness", at="mid").tolist(), strict=True))
    assert jaws.max() > 0.3
    assert float(rows[50].split(",")[frown]) == pytest.approx(preset["mouthFrownLeft"], abs=0.03)
    assert jaws[20:50].max() <= preset["jawOpen"] + 0.03

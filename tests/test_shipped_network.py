"""The network that ships keeps the presets of the bank that ships, and speech moves its lips."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnxruntime", reason="needs the extra mien[train]")

import mien
from mien_trainer.evaluate.clips import Sound
from mien_trainer.evaluate.network import EvaluatedNetwork, onnx_predictor
from mien_trainer.evaluate.presets import anchor_errors
from mien_trainer.evaluate.result import ANCHOR_MEAN, ANCHOR_WORST
from mien_trainer.fault import TrainerError
from mien_trainer.frames import FRAME_RATE, SAMPLE_RATE
from mien_trainer.lips.closures import CLOSED, contact_gaps, lip_gap
from mien_trainer.lips.table import Contact
from mien_trainer.mel import log_mel
from mien_trainer.speak.network import OnnxNetwork, bank_of, read_network, shipped_network
from mien_trainer.speech import Prosody, SpeechUnavailableError, Split, Utterance
from mien_trainer.synthesis.flite import FliteSource
from mien_trainer.synthesis.sentences import Sentence
from mien_trainer.synthesis.voices import Voice

NETWORK = read_network(shipped_network())
BANK = bank_of(NETWORK.card)
VERSIONS = ("1.1.0", "2.1.0")
"""Those of the default bank that a network of whole faces ships for."""


def network_of(version: str) -> OnnxNetwork:
    return read_network(shipped_network(mien.load(f"default@{version}").digest))


@pytest.mark.parametrize("version", VERSIONS)
def test_a_bank_s_network_is_the_one_that_was_trained_on_it(version: str) -> None:
    card = network_of(version).card
    assert (card.bank, card.version) == ("default", version)
    assert bank_of(card).version == version
    other = next(one for one in VERSIONS if one != version)
    with pytest.raises(TrainerError, match="was trained on artifact"):
        bank_of(card, f"default@{other}")


def test_a_bank_that_none_was_trained_on_has_the_newest() -> None:
    assert shipped_network("0" * 64) == shipped_network(mien.load("default@2.1.0").digest)
    assert shipped_network() == shipped_network(mien.load("default@1.1.0").digest)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("level", [-85.0, -75.0, -65.0])
def test_every_preset_is_where_it_was_authored(level: float, version: str) -> None:
    rng = np.random.default_rng(0)
    noise = rng.standard_normal(2 * SAMPLE_RATE) * 10.0 ** (level / 20.0)
    room = Sound(name="room", mel=log_mel(noise.astype(np.float32)))
    network = network_of(version)
    subject = EvaluatedNetwork(predict=onnx_predictor(network), bank=bank_of(network.card))
    found = anchor_errors(subject, room, range(len(BANK.channels)))
    assert found.mean <= ANCHOR_MEAN
    assert found.worst <= ANCHOR_WORST
    assert found.own == 48


@pytest.mark.parametrize("version", VERSIONS)
def test_it_is_small_enough_to_ship_and_has_its_card(version: str) -> None:
    network = network_of(version)
    assert network.size <= 5 << 20
    card = Path(network.where).with_suffix(".card.md").read_text("utf-8")
    assert network.card.artifact in card
    assert network.card.targets in card
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


def test_the_bank_s_own_network_speaks_where_it_is_asked_for() -> None:
    done = subprocess.run(
        [*PROGRAM, "speak", "-", "--label", "anger", "--network", "default", "--no-life"],
        input=bytes(SAMPLE_RATE),
        capture_output=True,
        check=True,
    )
    assert done.stderr.decode().strip() == "faces of the network v3, trained on default 2.1.0"
    head, *rows = done.stdout.decode().splitlines()
    bank = mien.load("default@2.1.0")
    shown = dict(zip(head.split(","), rows[-1].split(","), strict=True))
    for channel, weight in zip(bank.channels, bank.face("anger", at="mid").tolist(), strict=True):
        assert float(shown[channel[0].upper() + channel[1:]]) == pytest.approx(weight, abs=0.03)

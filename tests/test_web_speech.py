"""Speech in JavaScript: mel frames, network and lips as in Python, however the sound is cut."""

from __future__ import annotations

import base64
import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import soundfile
import soxr
from attrs import asdict
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.child import finished, installed
from tests.node_program import NodeProgram

from mien import resources
from mien.bank import load
from mien.errors import QueryError
from mien.performance.life import LifeSettings
from mien.performance.lips import joined
from mien.performance.performer import Performer, Plan
from mien.performance.poses import State, pose_of
from mien.site.eight_bits import in_eight_bits
from mien_trainer.lips.page_table import MODULE, module_text
from mien_trainer.lips.read import shipped_table
from mien_trainer.mel import log_mel
from mien_trainer.speak.lip_network import read_lip_network, shipped_lips
from mien_trainer.speak.lips import LipSpeaker
from mien_trainer.speak.live_lips import DELAY, DELAYS, LiveLipSpeaker
from mien_trainer.speak.network import CONTACT_THRESHOLD, read_network, shipped_network
from mien_trainer.speak.utterance import still_life, usual_life

F32 = npt.NDArray[np.float32]
HERE = Path(__file__).resolve().parent
RATE = 16_000
PIECES = ([10**9], [128], [1, 266, 5000, 37, 2048])
RUNTIME = os.environ.get("ONNXRUNTIME_WEB")
"""The folder of onnxruntime-web, where there is one."""


def real_voice() -> F32:
    samples, rate = soundfile.read(str(HERE / "alignment" / "purple.flac"), dtype="float32")
    assert rate == RATE
    return np.ascontiguousarray(samples, dtype=np.float32)


class Node(NodeProgram):
    """The program that speaks in JavaScript."""

    def __init__(self, folder: Path) -> None:
        super().__init__(HERE / "speech_frames.mjs", folder)

    def ask(self, sound: F32, sizes: Sequence[int], **more: object) -> dict[str, Any]:
        path = self.folder / "sound.f32"
        path.write_bytes(sound.astype("<f4").tobytes())
        asked = {"sound": str(path), "sizes": list(sizes), "rate": RATE, "network": None, **more}
        found: dict[str, Any] = json.loads(self.answer(asked))
        return found

    def close(self) -> None:
        """End it at once: the threads of a runtime would keep it."""
        self.program.kill()
        self.program.communicate()


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    program = Node(tmp_path_factory.mktemp("speech"))
    yield program
    program.close()


@pytest.fixture(scope="module")
def artifact() -> Path:
    return resources.presets() / "releases" / "default" / "1.1.0" / "default.safetensors"


def numbers(found: dict[str, Any], part: str, width: int = 1) -> F32:
    assert "error" not in found, found["error"]
    data = np.frombuffer(base64.b64decode(found[part]), dtype="<f4")
    return data.reshape(-1, width) if width > 1 else data


@pytest.mark.parametrize("sizes", PIECES, ids=["whole", "quanta", "any"])
def test_log_mel_frames_are_python_s(node: Node, sizes: list[int]) -> None:
    sound = real_voice()
    found = numbers(node.ask(sound, sizes), "mel", 80)
    expected = log_mel(sound)
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() < 1e-5


@pytest.mark.parametrize("length", [0, 1, 80, 266, 267, 320, 321, 4000])
def test_any_length_has_python_s_frames(node: Node, length: int) -> None:
    sound = np.random.default_rng(1).uniform(-0.5, 0.5, length).astype(np.float32)
    found = numbers(node.ask(sound, [99]), "mel", 80)
    expected = log_mel(sound)
    assert found.shape == expected.shape
    assert np.abs(found - expected).max(initial=0.0) < 1e-5


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 48_000, 96_000])
def test_other_rates_are_heard_alike(node: Node, rate: int) -> None:
    voice = real_voice()
    sound = soxr.resample(voice, RATE, rate).astype(np.float32)
    found = node.ask(sound, [128, 441], rate=rate)
    ours, theirs = numbers(found, "samples"), np.asarray(soxr.resample(sound, rate, RATE))
    assert abs(len(ours) - len(theirs)) <= 1
    both = min(len(ours), len(theirs))
    error = ours[:both] - theirs[:both]
    assert np.sqrt(np.mean(error**2)) < 0.01 * np.sqrt(np.mean(theirs**2))
    mel, expected = numbers(found, "mel", 80), log_mel(theirs.astype(np.float32))
    rows, bands = min(len(mel), len(expected)), 40 if rate == 8_000 else 74
    loud = expected[:rows, :bands] > -12.0
    assert np.abs(mel[:rows, :bands] - expected[:rows, :bands])[loud].mean() < 0.02


@pytest.mark.parametrize(
    "runtime",
    [
        None,
        pytest.param(
            RUNTIME,
            marks=pytest.mark.skipif(
                not RUNTIME, reason="ONNXRUNTIME_WEB names no onnxruntime-web"
            ),
        ),
    ],
    ids=["javascript", "onnxruntime-web"],
)
@pytest.mark.parametrize("sizes", PIECES, ids=["whole", "quanta", "any"])
def test_lips_are_python_s(
    node: Node, artifact: Path, sizes: list[int], runtime: str | None
) -> None:
    sound = real_voice()
    network = read_network(shipped_network(), threshold=CONTACT_THRESHOLD)
    expected = joined(LipSpeaker(network, load(artifact)).stream([sound]), network.card.channels)
    module = None if runtime is None else str(Path(runtime) / "dist" / "ort.node.min.mjs")
    found = node.ask(sound, sizes, network=str(shipped_network()), bank=str(artifact), ort=module)
    weights = numbers(found, "weights", len(network.card.channels))
    assert found["runner"] == ("JavaScript" if runtime is None else "onnxruntime-web")
    assert weights.shape == expected.weights.shape
    assert np.abs(weights - expected.weights).max() < 1e-4
    assert np.abs(numbers(found, "speech") - expected.speech).max() < 1e-4
    assert np.abs(numbers(found, "emphases") - expected.emphases).max() < 1e-4
    assert (numbers(found, "contacts") == expected.contacts).all()
    assert expected.prosody is not None
    assert numbers(found, "prosody").tobytes() == expected.prosody.tobytes()
    assert expected.contacts.any()
    each = found["milliseconds"] / len(weights)
    sys.stdout.write(f"{found['runner']}: {each:.3f} ms a frame in {len(weights)} frames\n")


def lips_of(found: dict[str, Any]) -> dict[str, F32]:
    parts = {"weights": 52, "speech": 1, "contacts": 1, "emphases": 1, "prosody": 2}
    return {part: numbers(found, part, width) for part, width in parts.items()}


@pytest.mark.parametrize("delay", DELAYS)
def test_live_lips_are_python_s_however_the_sound_is_cut(
    node: Node, artifact: Path, delay: int
) -> None:
    sound, lips = real_voice(), shipped_lips()
    assert lips is not None
    speaker = LiveLipSpeaker(read_lip_network(lips), load(artifact), delay)
    expected = joined(speaker.stream([sound]), shipped_table().rig.names)
    common = {"network": str(lips), "bank": str(artifact), "delay": delay}
    answers = [node.ask(sound, sizes, **common) for sizes in PIECES]
    whole, *parts = [lips_of(found) for found in answers]
    for found in parts:
        assert all(np.array_equal(found[part], whole[part]) for part in whole)
    error = np.abs(whole["weights"] - expected.weights).max()
    assert error < 1e-5
    assert np.array_equal(whole["speech"], expected.speech)
    assert expected.prosody is not None
    assert whole["prosody"].tobytes() == expected.prosody.tobytes()
    assert np.abs(expected.prosody[:, 0]).max() > 0.7
    assert np.abs(whole["emphases"] - expected.emphases).max() < 1e-5
    assert np.abs(whole["contacts"] - expected.contacts).max() < 1e-5
    assert expected.contacts.max() == 1.0
    each = answers[0]["milliseconds"] / len(expected.weights)
    sys.stdout.write(f"{each:.3f} ms a frame, lips within {error:.1g} of Python's\n")


@pytest.mark.skipif(not RUNTIME, reason="ONNXRUNTIME_WEB names no onnxruntime-web")
def test_live_lips_by_the_runtime_are_python_s(node: Node, artifact: Path) -> None:
    sound, lips = real_voice(), shipped_lips()
    assert lips is not None
    speaker = LiveLipSpeaker(read_lip_network(lips), load(artifact), DELAY)
    expected = joined(speaker.stream([sound]), shipped_table().rig.names)
    module = str(Path(RUNTIME or "") / "dist" / "ort.node.min.mjs")
    for sizes in PIECES:
        found = node.ask(
            sound, sizes, network=str(lips), bank=str(artifact), delay=DELAY, ort=module
        )
        assert found["runner"] == "onnxruntime-web"
        assert np.abs(lips_of(found)["weights"] - expected.weights).max() < 1e-5


@pytest.mark.parametrize("small", [False, True], ids=["shipped", "in eight bits"])
def test_the_heads_of_a_network_of_lips_are_onnxruntime_s(
    node: Node, tmp_path: Path, small: bool
) -> None:
    sound, lips = real_voice(), shipped_lips()
    assert lips is not None
    shipped, path = read_lip_network(lips), lips
    if small:
        path = tmp_path / "lips.onnx"
        path.write_bytes(in_eight_bits(lips.read_bytes()))
        assert path.stat().st_size < 0.6 * lips.stat().st_size
    network = read_lip_network(path)
    mel = log_mel(sound)
    expected, _ = network.run(mel, network.start)
    found = numbers(node.ask(sound, [999], network=str(path), heads=True), "heads")
    assert np.abs(found - expected.ravel()).max() < 1e-4
    assert np.abs(expected - shipped.run(mel, shipped.start)[0]).mean() < 0.02


@given(cut=st.integers(0, 400), byte=st.integers(0, 255))
@settings(max_examples=60, deadline=None)
def test_what_is_no_network_is_told_before_it_is_made_small(cut: int, byte: int) -> None:
    lips = shipped_lips()
    assert lips is not None
    data = lips.read_bytes()
    broken = data[:cut] + bytes([byte]) + data[cut + 1 : cut + 600]
    try:
        assert isinstance(in_eight_bits(broken), bytes)
    except QueryError as error:
        assert "no ONNX file, or cut short" in str(error)  # noqa: PT017  either is fine


def test_the_table_of_visemes_in_the_page_is_the_shipped_one() -> None:
    assert MODULE.read_text("utf-8") == module_text(shipped_table()), (
        "write it anew: python -m mien_trainer.lips.page_table"
    )


@pytest.mark.parametrize(
    ("label", "options", "life", "lips"),
    [
        ("joy", {"at": "high"}, usual_life(), False),
        ("anger", {"style": "controlled"}, None, False),
        ({"sadness": 0.5, "fear": 0.5}, {"intensity": 0.75}, usual_life(), False),
        ({"sadness": 0.5, "fear": 0.5}, {"intensity": 0.75}, None, True),
        ("surprise", {"at": "low"}, usual_life(), True),
        ("sadness", {"at": "mid"}, usual_life(prosody=False), True),
        ("anger", {"style": "controlled"}, usual_life(arousal=True), True),
        ("awe", {"at": "high"}, still_life(), True),
    ],
    ids=[
        "label",
        "still style",
        "mixture",
        "still mixture by lips",
        "label by lips",
        "no prosody",
        "arousal from the voice",
        "nothing but that",
    ],
)
def test_a_bank_speaks_as_mien_speak_has_it(
    node: Node,
    artifact: Path,
    label: str | dict[str, float],
    options: dict[str, Any],
    life: LifeSettings | None,
    lips: bool,
) -> None:
    sound = real_voice()
    bank = load(artifact)
    pose = pose_of(bank, State(label=label, **options))
    plan = Plan(first=pose, life=life, seed=7, rests=False)
    path = shipped_lips() if lips else shipped_network()
    assert path is not None
    speaker = (
        LiveLipSpeaker(read_lip_network(path), bank, 53)
        if lips
        else LipSpeaker(read_network(path, threshold=CONTACT_THRESHOLD), bank)
    )
    blocks = list(Performer(bank, plan).perform(speaker.stream([sound])))
    # What a page says that wants the usual, or less, or more of it.
    usual = asdict(usual_life())
    asked = life is not None and {
        part: value for part, value in asdict(life).items() if value != usual[part]
    }
    common = {"network": str(path), "bank": str(artifact), "life": asked or life is not None}
    found = node.ask(sound, [400, 3], show=[label, options], seed=7, delay=53, **common)
    parts = {"weights": len(bank.channels), "head": 3, "eyes": 6}
    for part, width in parts.items():
        expected = np.concatenate([getattr(block, part) for block in blocks])
        ours = numbers(found, part, width)
        assert ours.shape == expected.shape
        assert np.abs(ours - expected).max() < (1e-4 if part == "weights" else 1e-2), part


def test_a_frame_leaves_little_garbage() -> None:
    node = installed("node")
    nursery = [f"--{which}-semi-space-size=64" for which in ("min", "max")]
    script = HERE / "garbage.test.mjs"
    done = finished([node, "--expose-gc", *nursery, "--test", script])
    sys.stdout.write("".join(line for line in done.stdout.splitlines(True) if "kB a frame" in line))

"""`mien speak`: the same faces from a file and from a pipe, and a word for what is wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pytest
from attrs import evolve
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.program import ended

import mien
from mien.errors import QueryError
from mien.formats import livelink
from mien.formats.registry import listed, read_take, writable
from mien.formats.take import Take, steady_take
from mien.performance.expression import REST, Move
from mien.performance.gaze import Look
from mien.text.sound_bytes import container
from mien_trainer.cli.speak import command
from mien_trainer.conditions import condition_rows
from mien_trainer.frames import F32, SAMPLE_RATE, frame_count
from mien_trainer.mel import LOOK_AHEAD
from mien_trainer.speak.cues import cue_of
from mien_trainer.speak.network import KEY, SCHEMA, OnnxNetwork, read_network
from mien_trainer.speak.offset import without_offset
from mien_trainer.speak.raw_pipe import RawPipe
from mien_trainer.speak.speaker import Speaker, pipe_samples
from mien_trainer.speak.way import way_of

pytest.importorskip("onnxruntime", reason="needs the extra mien[train]")
soundfile = pytest.importorskip("soundfile", reason="needs the extra mien[targets]")

BANK = mien.load("default")
PATIENCE = 60.0


def noise(seconds: float, seed: int = 1) -> F32:
    """Noise that is loud and quiet in turn, as speech is."""
    rng = np.random.default_rng(seed)
    times = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    loudness = 0.1 * np.sin(4.0 * np.pi * times) ** 2
    return (loudness * rng.standard_normal(len(times))).astype(np.float32)


def raw(samples: F32) -> bytes:
    """As a pipe brings them."""
    return np.round(samples * 32767.0).astype("<i2").tobytes()


def decoded(data: bytes) -> F32:
    """What raw samples say, computed apart from the reader under test."""
    return np.array(np.frombuffer(data, "<i2") / 32768.0, dtype=np.float32)


def less_offset(samples: F32) -> F32:
    """As networks hear it; `test_file_and_pipe` proves it."""
    return np.concatenate(list(without_offset([samples])))


def joy(at: str = "mid") -> F32:
    point = BANK.point("joy", at=at)
    row: F32 = condition_rows(BANK.labels.index("joy"), len(BANK.labels), point[None])[0]
    return row


@pytest.fixture(scope="session")
def network(tiny: Path) -> OnnxNetwork:
    return read_network(tiny / "tiny.onnx")


@pytest.fixture
def wav(tmp_path: Path) -> Path:
    path = tmp_path / "speech.wav"
    soundfile.write(str(path), noise(1.2), SAMPLE_RATE, subtype="FLOAT")
    return path


def written(faces: F32) -> str:
    return livelink.encode(steady_take(60, BANK.channels, faces)).decode()


OWN = "faces of the network tiny, trained on default 2.1.0\n"
"""What is said where a network speaks as it was trained."""


def speak(tiny: Path, *arguments: str | Path, data: bytes | None = None) -> Result:
    """The network's own faces, where it was trained on what is asked, without life."""
    given = [*map(str, arguments), "--network", str(tiny / "tiny.onnx"), "--no-life"]
    return CliRunner().invoke(command, given, input=data)


def test_a_take_has_a_face_for_every_frame(tiny: Path, wav: Path, network: OnnxNetwork) -> None:
    out = wav.with_suffix(".csv")
    result = speak(tiny, wav, "--label", "joy", "--at", "high", "-o", out)
    assert result.exit_code == 0, result.output
    assert result.output == f"{OWN}{out}: 72 faces\n"
    samples = noise(1.2)
    wanted = Speaker(network, joy("high")).speak(less_offset(samples))
    found = livelink.read(out).weights
    assert found.shape == (frame_count(len(samples)), 52)
    assert np.abs(found - wanted).max() < 1e-6
    assert wanted.min() >= 0.0
    assert wanted.max() <= 1.0
    assert wanted.std(axis=0).max() > 0.005, "the sound shows in the face"


def test_json_and_stdout_say_the_same(tiny: Path, wav: Path) -> None:
    csv, out = wav.with_suffix(".csv"), wav.with_suffix(".json")
    point = ("--vad", "0.5", "0.25", "-0.125")
    for path in (csv, out):
        assert speak(tiny, wav, "--label", "joy", *point, "-o", path).exit_code == 0
    printed = speak(tiny, wav, "--label", "joy", *point)
    assert printed.stdout == csv.read_text("utf-8")
    take = json.loads(out.read_text("utf-8"))
    assert np.abs(np.array(take["weights"]) - livelink.read(csv).weights).max() < 1e-6
    assert take["channels"] == list(BANK.channels)


def test_the_ending_decides_what_is_written(tiny: Path, wav: Path, tmp_path: Path) -> None:
    csv = tmp_path / "take.csv"
    assert speak(tiny, wav, "--label", "joy", "-o", csv).exit_code == 0
    take = evolve(livelink.read(csv), source="")
    for form in writable():
        out = tmp_path / f"take{form.ending}"
        assert speak(tiny, wav, "--label", "joy", "-o", out).exit_code == 0
        data = out.read_bytes()
        told = f"{wav.name} with default 2.1.0, artifact {BANK.digest}".encode()
        assert (told in data) == form.sourced
        if not form.sourced:
            assert len(data) == pytest.approx(len(form.encode(take)), rel=0.01)


def test_label_and_place_show_in_the_face(tiny: Path, wav: Path) -> None:
    ways = (
        ("--label", "joy"),
        ("--label", "anger"),
        ("--label", "joy", "--intensity", "1"),
        ("--label", "joy", "--vad", "-1", "-1", "-1"),
    )
    assert len({speak(tiny, wav, *way).output for way in ways}) == len(ways)


@settings(max_examples=25)
@given(st.lists(st.integers(0, 3000), max_size=12), st.integers(0, 2**32 - 1))
def test_pieces_give_the_bits_of_the_whole(
    network: OnnxNetwork, lengths: list[int], seed: int
) -> None:
    audio = noise(0.9, seed)
    speaker = Speaker(network, joy())
    ends = np.minimum(np.cumsum([0, *lengths]), len(audio)).tolist()
    parts = [speaker.push(audio[a:b]) for a, b in pairwise(ends)]
    parts += [speaker.push(audio[ends[-1] :]), speaker.finish()]
    assert np.array_equal(np.concatenate(parts), Speaker(network, joy()).speak(audio))


def test_a_frame_waits_for_its_look_ahead_only(network: OnnxNetwork) -> None:
    speaker, audio = Speaker(network, joy()), noise(0.5)
    given = 0
    for sample in range(0, len(audio), 50):
        given += len(speaker.push(audio[sample : sample + 50]))
        assert given == frame_count(max(0, sample + 50 - LOOK_AHEAD + 1))


def test_long_sound_is_spoken_in_parts_with_the_same_bits(network: OnnxNetwork) -> None:
    audio = noise(20.0)
    speaker = Speaker(network, joy())
    pieces = [speaker.push(part) for part in np.array_split(audio, 7)]
    whole = Speaker(network, joy()).speak(audio)
    assert len(whole) == 1200
    assert np.array_equal(np.concatenate([*pieces, speaker.finish()]), whole)


def test_the_expression_may_change_on_the_way(network: OnnxNetwork) -> None:
    audio = noise(1.0)
    steady, moved = Speaker(network, joy()), Speaker(network, joy())
    first = steady.push(audio[:8000])
    assert np.array_equal(moved.push(audio[:8000]), first)
    moved.conditions = joy("high")
    assert not np.array_equal(moved.push(audio[8000:]), steady.push(audio[8000:]))


def live_arguments(tiny: Path) -> list[str]:
    network = str(tiny / "tiny.onnx")
    return ["speak", "-", "--label", "joy", "--network", network, "--no-life"]


@pytest.fixture
def live(tiny: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`mien speak -` with open pipes."""
    source = "import sys; from mien.cli.main import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", source, *live_arguments(tiny)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    yield process
    process.kill()
    process.wait(PATIENCE)
    for pipe in (process.stdin, process.stdout, process.stderr):
        assert pipe is not None
        pipe.close()


def test_rows_come_while_the_pipe_is_open(
    live: subprocess.Popen[bytes], network: OnnxNetwork
) -> None:
    assert live.stdin is not None
    assert live.stdout is not None
    data = raw(noise(0.5))
    live.stdin.write(data)
    live.stdin.flush()
    early = 1 + frame_count(len(data) // 2 - LOOK_AHEAD + 1)
    lines = [live.stdout.readline() for _ in range(early)]  # would never return if held back
    assert live.poll() is None
    live.stdin.write(b"\x01")  # half a sample
    live.stdin.close()
    text = b"".join([*lines, live.stdout.read()]).decode()
    assert live.wait(PATIENCE) == 0
    assert text == written(Speaker(network, joy()).speak(less_offset(decoded(data))))


def test_a_reader_that_leaves_is_no_fault(live: subprocess.Popen[bytes]) -> None:
    assert live.stdin is not None
    assert live.stdout is not None
    assert live.stderr is not None
    live.stdin.write(raw(noise(0.5)))
    live.stdin.flush()
    assert live.stdout.readline().startswith(b"Timecode,")
    live.stdout.close()
    more = raw(noise(20.0))  # too much for a pipe to hold
    with pytest.raises(BrokenPipeError):
        live.stdin.write(more)
    live.wait(PATIENCE)
    assert live.stderr.read() == OWN.encode()


def test_a_pipe_without_sound_gives_the_header(tiny: Path) -> None:
    result = speak(tiny, "-", "--label", "joy", data=b"")
    assert result.exit_code == 0
    assert result.stdout == written(np.zeros((0, 52), dtype=np.float32))
    assert result.stderr == f"{OWN}no sound came from the pipe, and so no faces\n"


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"fLaC\0\0\0\x22", "FLAC"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "WAV"),
        (b"OggS\0\x02\0\0", "Ogg"),
        (b"ID3\x04\0\0\0\0", "MP3"),
        (b"\x1aE\xdf\xa3\x9fB\x86\x81", "Matroska or WebM"),
        (b"\0\0\0\x20ftypM4A ", "MP4"),
    ],
)
def test_a_file_that_is_piped_in_is_refused(tiny: Path, head: bytes, name: str) -> None:
    result = speak(tiny, "-", "--label", "joy", data=head + bytes(4000))
    assert result.exit_code == 1  # 2 for the program, see `mien.cli.main.run`
    assert f"a file ({name}), expected raw samples" in result.stderr
    assert "ffmpeg -i FILE -f s16le -ar 16000 -ac 1 - | mien speak -" in result.stderr
    assert result.stdout == "", "not even the header"
    samples = speak(tiny, "-", "--label", "joy", data=b"\0" + head + bytes(4000))
    assert samples.exit_code == 0  # only at the first byte


@given(st.binary(max_size=40), st.lists(st.integers(1, 7), max_size=40))
def test_a_pipe_that_was_looked_at_gives_every_byte(data: bytes, sizes: list[int]) -> None:
    if container(data) is None:
        pipe = RawPipe(_Dribble(data, sizes))
        assert b"".join(iter(lambda: pipe.read1(64), b"")) == data


class _Dribble:
    """A pipe that gives a few bytes at a time."""

    def __init__(self, data: bytes, sizes: list[int]) -> None:
        self._data, self._sizes = data, sizes

    def read1(self, size: int, /) -> bytes:
        count = min(size, self._sizes.pop(0) if self._sizes else len(self._data))
        part, self._data = self._data[:count], self._data[count:]
        return part


@given(st.binary(max_size=200), st.lists(st.integers(1, 7), max_size=40))
def test_samples_survive_any_cut_of_their_bytes(data: bytes, sizes: list[int]) -> None:
    parts = [np.zeros(0, np.float32), *pipe_samples(_Dribble(data, sizes))]
    assert np.array_equal(np.concatenate(parts), decoded(data[: len(data) // 2 * 2]))


@pytest.mark.parametrize(("rate", "channels"), [(8_000, 1), (16_000, 2), (44_100, 1), (48_000, 2)])
def test_any_rate_and_channels(tiny: Path, tmp_path: Path, rate: int, channels: int) -> None:
    path = tmp_path / "take.wav"
    times = np.arange(rate) / rate
    tone = 0.2 * np.sin(2 * np.pi * 220 * times)
    soundfile.write(str(path), np.repeat(tone[:, None], channels, axis=1), rate)
    result = speak(tiny, path, "--label", "joy")
    assert result.exit_code == 0, result.output
    assert len(result.stdout.splitlines()) == 61


def test_silence_keeps_still(tiny: Path, tmp_path: Path) -> None:
    path, out = tmp_path / "silence.wav", tmp_path / "silence.json"
    soundfile.write(str(path), np.zeros(SAMPLE_RATE), SAMPLE_RATE)
    assert speak(tiny, path, "--label", "sadness", "-o", out).exit_code == 0
    weights = np.array(json.loads(out.read_text("utf-8"))["weights"])
    assert (weights == weights[0]).all()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("nothing.wav", "--label", "joy"), "nothing.wav: there is no such file"),
        (("a.wav", "b.wav", "--label", "joy"), "2 sounds, and one is spoken at a time: for f in"),
        ((".", "--label", "joy"), "is a folder, and one sound is spoken at a time"),
        (("", "--label", "joy"), "AUDIO is empty: name a sound file, or -"),
        (("empty.wav", "--label", "joy"), "empty.wav: the file is empty"),
        (("broken.wav", "--label", "joy"), "broken.wav: this cannot be read as sound"),
        (("speech.wav", "--label", "joyy"), "did you mean joy?"),
        (("speech.wav", "--label", "joy", "--at", "hihg"), "did you mean high?"),
        (("speech.wav", "--label", "hapy"), "no label 'hapy': did you mean joy?"),
        (("speech.wav", "--label", "joy=0.5,awe"), "'awe' is not LABEL:SHARE: write"),
        (("speech.wav", "--label", "joy:0.6,joy:0.4"), "joy is in the mixture twice"),
        (("-", "--label", "joy", "-o", "p.csv"), "do without -o, and write > take.csv"),
        (("speech.wav", "--label", "joy=0.5,awe=0.9"), "label weights sum to 1.4, expected 1"),
        (
            ("speech.wav", "--label", "joy=0.5,awe=0.5", "--style", "peaceful"),
            "a style belongs to one label; a mixture has none",
        ),
        (("speech.wav", "--label", "joy", "--style", "peacful"), "did you mean peaceful?"),
        (("speech.wav",), "give --label or --score"),
        (("speech.wav", "--label", "joy", "--score", "a.yaml"), "give one of --label and --score"),
        (("speech.wav", "--label", "joy", "--cues", "3"), "--cues are for a pipe"),
        (("-", "--score", "a.yaml"), "a score is performed on a file"),
        (("-", "--label", "joy", "--cues", "none"), "no such pipe or file of cues"),
        (("speech.wav", "--label", "joy", "--vad", "0", "2", "0"), "2"),
        (
            ("speech.wav", "--label", "joy", "-o", "take.fbx"),
            f"expected a name that ends in {listed(writable())}",
        ),
        (("-", "--label", "joy", "-o", "take.csv"), "faces of a pipe go to stdout"),
    ],
)
def test_what_is_wrong_is_said(
    tiny: Path,
    wav: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    expected: str,
) -> None:
    monkeypatch.chdir(wav.parent)
    Path("empty.wav").touch()
    Path("broken.wav").write_bytes(b"RIFF\x00\x00\x00\x00WAVEjunk")
    before = set(wav.parent.iterdir())
    result = speak(tiny, *arguments, data=b"")
    assert result.exit_code != 0
    assert expected in result.output
    assert "Traceback" not in result.output
    assert set(wav.parent.iterdir()) == before


def _with_card(tiny: Path, path: Path, text: str | None) -> Path:
    """A copy of the network at ``path``, with other metadata or none."""
    onnx = pytest.importorskip("onnx", reason="needs the extra mien[train]")
    graph = onnx.load(str(tiny / "tiny.onnx"))
    del graph.metadata_props[:]
    if text is not None:
        entry = graph.metadata_props.add()
        entry.key, entry.value = KEY, text
    onnx.save(graph, str(path))
    return path


def _card(tiny: Path) -> dict[str, Any]:
    onnx = pytest.importorskip("onnx", reason="needs the extra mien[train]")
    graph = onnx.load(str(tiny / "tiny.onnx"), load_external_data=False)
    return cast("dict[str, Any]", json.loads(graph.metadata_props[0].value))


def refusal(network: Path, wav: Path, *more: str) -> str:
    given = [str(wav), "--label", "joy", "--network", str(network), *more]
    result = CliRunner().invoke(command, given)
    assert result.exit_code != 0
    return result.output


def composed(wav: Path, *arguments: str | Path) -> tuple[str, Take]:
    """What is said, and the take."""
    out = wav.with_name("composed.json")
    given = [str(wav), *map(str, arguments), "--no-life", "-o", str(out)]
    result = CliRunner().invoke(command, given)
    assert result.exit_code == 0, result.output
    return result.output, read_take(out)


def mouths(bank: mien.Bank) -> npt.NDArray[np.bool_]:
    return np.array([one != "EXPRESSION" for one in bank.tables.classes])


def test_a_network_of_another_artifact_speaks_by_composition(tiny: Path, wav: Path) -> None:
    card = _card(tiny) | {"artifact": "0" * 64}
    changed = _with_card(tiny, wav.with_name("changed.onnx"), json.dumps(card))
    said, take = composed(wav, "--label", "joy", "--network", changed)
    assert "by composition" in said
    assert f"it was trained on artifact 00000000, this is {BANK.digest[:8]}" in said
    assert "`mien train adapt` on default 2.1.0 would add" in said
    face, kept = BANK.face("joy"), ~mouths(BANK)
    assert np.abs(take.weights[:, kept] - face[kept]).max() < 1e-6


def test_a_network_of_a_bank_that_does_not_ship_speaks_for_another(tiny: Path, wav: Path) -> None:
    card = _card(tiny) | {"bank": "mine", "version": "3.1.0", "artifact": "0" * 64}
    changed = _with_card(tiny, wav.with_name("changed.onnx"), json.dumps(card))
    said, _ = composed(wav, "--label", "joy", "--network", changed)
    assert "(mine 3.1.0) under the faces of default" in said
    assert (
        CliRunner()
        .invoke(
            command, [str(wav), "--label", "joy", "--network", str(changed), "--bank", "default"]
        )
        .output.count("Timecode,")
        == 1
    )


@pytest.mark.parametrize("name", ["default@1.0.0", "tests/banks/timed", "tests/banks/tiny"])
def test_any_bank_speaks(tiny: Path, wav: Path, name: str) -> None:
    """Also one whose rig has other channels, and no mouth that the network knows."""
    bank = mien.load(name)
    label = bank.labels[-1]
    said, take = composed(wav, "--label", label, "--network", tiny / "tiny.onnx", "--bank", name)
    assert f"under the faces of {bank.id} {bank.version}, put together by composition" in said
    assert len(take.times) == 72


def test_what_a_network_was_not_trained_on_is_composed(tiny: Path, wav: Path) -> None:
    network = ("--network", tiny / "tiny.onnx")
    said, fear = composed(wav, "--label", "fear", *network)
    assert "it was not trained on fear; it knows neutral, joy" in said
    kept = ~mouths(BANK)
    assert np.abs(fear.weights[:, kept] - BANK.face("fear")[kept]).max() < 1e-6
    _, styled = composed(wav, "--label", "joy", "--style", "peaceful", *network)
    wanted = BANK.face("joy", style="peaceful")
    assert np.abs(styled.weights[:, kept] - wanted[kept]).max() < 1e-6
    for text in ("joy:0.6,surprise:0.4", "joy=0.6,surprise=0.4"):
        _, mixed = composed(wav, "--label", text, *network)
        wanted = BANK.face({"joy": 0.6, "surprise": 0.4})
        assert np.abs(mixed.weights[:, kept] - wanted[kept]).max() < 1e-6


def test_a_score_is_performed_on_a_sound(tiny: Path, wav: Path) -> None:
    score = wav.with_name("score.yaml")
    score.write_text(
        "schema: mien/score/1\nbank: default@1.1.0\naudio: other.wav\n"
        "cues: [{time: 0.1, label: anger, transition: 0.2}]\n"
    )
    said, take = composed(wav, "--score", score, "--network", tiny / "tiny.onnx")
    assert "72 faces" in said
    assert take.weights[30, BANK.channels.index("browDownLeft")] > 0.3
    assert not take.weights[-1, ~mouths(BANK)].any()  # the lips may still speak
    assert "no sound" not in said
    score.write_text(score.read_text().replace("audio: other.wav", "seconds: 3"))
    said, take = composed(wav, "--score", score, "--network", tiny / "tiny.onnx")
    assert len(take.weights) == 180
    assert "it lasts 1.2 s and the score 3.0 s (seconds): the last 1.8 s have no sound" in said


def test_life_is_on_and_seeded(tiny: Path, wav: Path) -> None:
    def lively(*arguments: str) -> str:
        given = [str(wav), "--label", "joy", "--network", str(tiny / "tiny.onnx"), *arguments]
        result = CliRunner().invoke(command, given)
        assert result.exit_code == 0, result.output
        return result.stdout

    assert lively() == lively("--seed", "0")
    assert len({lively(), lively("--seed", "1"), lively("--no-life")}) == 3
    styled = ("--style", "peaceful")
    assert len({lively(*styled), lively(*styled, "--seed", "1")}) == 2


def test_a_voice_is_followed_unless_told_not_to(tiny: Path, wav: Path) -> None:
    sound, rate = soundfile.read(str(wav), dtype="float32")
    loud = np.tile(sound, 3) * np.repeat([0.2, 1.0, 0.2], len(sound))
    spoken = wav.with_name("loud.wav")
    soundfile.write(str(spoken), loud, rate)

    def faces(*arguments: str) -> str:
        given = [str(spoken), "--label", "joy", "--style", "peaceful", *arguments]
        result = CliRunner().invoke(command, [*given, "--network", str(tiny / "tiny.onnx")])
        assert result.exit_code == 0, result.output
        return result.stdout

    ways = ((), ("--no-prosody",), ("--no-life",))
    assert len({faces(*way) for way in ways}) == 3
    beside = ("--arousal-from-voice", "--at high", "--vad 0 0 0", "--style calm", "--seed 9")
    for option in beside:
        said = ended(2, "speak", wav, "--score", "x.yaml", *option.split()).stderr
        assert f"{option.split()[0]} is for --label; a score says it itself" in said


TIMED = mien.load(Path(__file__).parent / "banks" / "timed")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("x", "x is no line of JSON"),
        ("[]", "expected an object such as"),
        ('{"lable": "glad"}', "there is no key 'lable'; did you mean label?"),
        ('{"label": 3}', "label is 3, expected a label"),
        ('{"label": "gld"}', "no label 'gld': did you mean glad?"),
        ('{"label": {"glad": 1}, "style": "x"}', "a style belongs to one label"),
        ('{"label": "glad", "transition": 0}', "transition is 0, expected a number from 0.05"),
        ('{"label": "glad", "strength": true}', "strength is True, expected a number"),
        ('{"label": "glad", "vad": [0, 0, 2]}', "VAD outside [-1, 1]"),
        ('{"label": "glad", "sequence": "lough"}', "glad has no sequence 'lough'"),
        ('{"label": "calm", "sequence": "laugh"}', "calm has no timeline"),
        ('{"look": "lft"}', "look is lft, expected ahead, left"),
        ('{"look": [0, 99]}', "pitch is 99, expected a number from -60 to 60"),
        ('{"look": "left", "label": "glad"}', "there is no key 'label'"),
    ],
)
def test_what_is_no_cue_is_said(line: str, expected: str) -> None:
    with pytest.raises(QueryError) as refusal:
        cue_of(line, TIMED, 1)
    assert expected in str(refusal.value)


def test_a_line_says_what_a_score_says() -> None:
    moved = cue_of('{"label": "glad", "sequence": "laugh", "transition": 0.1}', TIMED, 4)
    assert isinstance(moved, Move)
    assert moved.clip is TIMED.timelines["glad"].clip("laugh")
    assert [slot.play for slot in moved.pose.weights] == [4]
    assert cue_of("{}", TIMED, 1) == Move(start=0, length=24000, pose=REST)
    assert cue_of('{"look": "left"}', TIMED, 1) == Look(start=0, yaw=-20.0, pitch=0.0)
    assert cue_of('{"look": [5, 6], "head": 1}', TIMED, 1) == Look(
        start=0, yaw=5.0, pitch=6.0, head=1.0
    )


def test_cues_come_while_it_runs(tiny: Path, tmp_path: Path) -> None:
    """Each frame of sound is answered before the next one comes, with the cues so far."""
    source = "import sys; from mien.cli.main import main; main()"
    cues = tmp_path / "cues"
    os.mkfifo(cues)
    process = subprocess.Popen(
        [sys.executable, "-c", source, *live_arguments(tiny), "--cues", str(cues)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,  # what a buffer had read ahead would be lost to `communicate`
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert process.stdin is not None
    assert process.stdout is not None
    sound = raw(noise(1.0))
    half = len(sound) // 2
    with cues.open("w") as lines:
        process.stdin.write(sound[:half])
        process.stdin.flush()
        early = [process.stdout.readline() for _ in range(20)]
        lines.write('{"label": "anger", "at": "high", "transition": 0.1}\n{"label": "no"}\nx\n')
        lines.flush()
    time.sleep(0.5)
    said = process.communicate(sound[half:], timeout=PATIENCE)
    assert process.returncode == 0
    path = tmp_path / "live.csv"
    path.write_bytes(b"".join([*early, said[0]]))
    take = livelink.read(path)
    brows = take.weights[:, BANK.channels.index("browDownLeft")]
    assert len(brows) == 60
    assert (brows[:20] == brows[0]).all()
    assert brows[-1] == pytest.approx(
        BANK.face("anger", at="high")[BANK.channels.index("browDownLeft")], abs=1e-6
    )
    assert b"cue left out: no label 'no'" in said[1]
    assert b"cue left out: x is no line of JSON" in said[1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, f"schema none, expected a network of whole faces with {SCHEMA}"),
        ("{", f"schema none, expected a network of whole faces with {SCHEMA}"),
        (
            '{"schema": "mien/network/9"}',
            f"schema mien/network/9, expected a network of whole faces with {SCHEMA}",
        ),
        (f'{{"schema": "{SCHEMA}"}}', f"its metadata is not that of {SCHEMA}"),
    ],
)
def test_a_foreign_onnx_file_is_refused(
    tiny: Path, wav: Path, text: str | None, expected: str
) -> None:
    assert expected in refusal(_with_card(tiny, wav.with_name("foreign.onnx"), text), wav)


def test_what_is_no_network_is_refused(wav: Path) -> None:
    refused = refusal(wav, wav)
    assert f"{wav}: not a network that can be run (it is no ONNX file" in refused
    assert "PROTOBUF" not in refused
    missing = wav.with_name("missing.onnx")
    assert f"{missing}: there is no such file, expected a network" in refusal(missing, wav)
    assert ", or default for the one that ships" in refusal(missing, wav)


def test_without_onnxruntime_it_says_what_to_install(
    tiny: Path, wav: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    assert "pip install 'mien[speak]'" in refusal(tiny / "tiny.onnx", wav)


def test_without_a_network_that_ships_it_asks_for_one(
    wav: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("mien_trainer.speak.network._NETWORKS", tmp_path)
    result = CliRunner().invoke(command, [str(wav), "--label", "joy", "--lips", "network"])
    assert "give one with --network" in result.output


def test_a_terminal_is_no_pipe(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mien_trainer.cli.speech_request.is_terminal", lambda: True)
    result = speak(tiny, "-", "--label", "joy", data=b"")
    assert "nothing is piped in" in result.output


def test_a_network_is_queried_for_what_it_knows_alone(network: OnnxNetwork) -> None:
    card, blind = network.card, evolve(network.card, vad=False)
    assert way_of(card, BANK, "joy", moved=True).trained
    assert way_of(evolve(card, knows=()), BANK, "fear", moved=True).trained
    assert way_of(blind, BANK, "joy", moved=False).trained
    unknown, fixed = way_of(card, BANK, "fear", moved=False), way_of(blind, BANK, "joy", moved=True)
    assert not unknown.trained
    assert "not trained on fear" in unknown.said
    assert not fixed.trained
    assert "takes no VAD" in fixed.said


def test_the_program_knows_it(tiny: Path, wav: Path) -> None:
    said = ended(2, "speak", wav, "--label", "jo", "--network", tiny / "tiny.onnx").stderr
    assert "did you mean joy?" in said

"""Previews of a clip: the page in a real browser, films by ffmpeg, and the command."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import wave
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from attrs import evolve
from click.testing import CliRunner
from playwright.sync_api import Page, Route, expect
from tests.browsers import chromium, in_browser
from tests.program import ran
from tests.targets.fakes import write_shard

import mien
from mien import resources
from mien.drawing.document import shipped_face
from mien.drawing.svg import PngUnavailableError, shapes
from mien_trainer.cli.make import command as make
from mien_trainer.frames import F32, FRAME_RATE, SAMPLE_RATE
from mien_trainer.mel import log_mel
from mien_trainer.phonemes import SILENCE, Phoneme
from mien_trainer.preview.content import Kind, PreviewClip, Track, kind_of, preview_clip, wav_bytes
from mien_trainer.preview.load import ClipMissingError, NoSoundError, find_clip, rerendered_sound
from mien_trainer.preview.output import FilmError, count_pictures, count_steps, film, write_preview
from mien_trainer.preview.page import page
from mien_trainer.preview.picture import picture, size_of
from mien_trainer.speech import Split
from mien_trainer.targets.clip import Clip, ShardHeader
from mien_trainer.targets.shard import ShardError

BANK = mien.load(resources.presets() / "default")
FRAMES = 36
AH = "ˈɑː"  # noqa: RUF001  IPA's own letters
SCREENSHOTS = Path(__file__).resolve().parents[1] / "build" / "screenshots"
with_ffmpeg = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="no ffmpeg on this machine")

HEAD = ShardHeader.of(BANK)


def made_clip(name: str = "clip-1", label: str = "joy") -> Clip:
    """Joy that rises over 0.6 s, and a jaw that opens once."""
    share = np.linspace(0.0, 1.0, FRAMES)
    vads = np.stack([BANK.point(label, intensity=float(one)) for one in share])
    targets = BANK.faces([label] * FRAMES, vads)
    targets[:, BANK.channels.index("jawOpen")] = 0.4 * np.sin(np.pi * share) ** 2
    hot = np.zeros((FRAMES, len(BANK.labels)), dtype=np.float32)
    hot[:, BANK.labels.index(label)] = 1.0
    bounds = [0.0, 0.1, 0.2, 0.35, 0.5, FRAMES / FRAME_RATE]
    symbols = (SILENCE, "p", AH, "v", SILENCE)
    mel = np.random.default_rng(0).uniform(-18.0, 2.0, (FRAMES, 80))
    return Clip(
        id=name,
        split=Split.TRAIN,
        source="espeak",
        real=False,
        voice="en-gb",
        label=label,
        text="Papa </script> & <b>five</b>.",
        licence="CC0-1.0",
        provenance="",
        seed=1,
        phonemes=tuple(
            Phoneme(symbol=symbol, start=start, end=end)
            for symbol, start, end in zip(symbols, bounds[:-1], bounds[1:], strict=True)
        ),
        mel=mel.astype(np.float32),
        conditions=np.concatenate((hot, vads), axis=1).astype(np.float32),
        targets=targets,
        speech=np.clip(np.sin(np.pi * share) * 2.0, 0.0, 1.0).astype(np.float32),
    )


def hum() -> F32:
    times = np.arange(FRAMES * SAMPLE_RATE // FRAME_RATE) / SAMPLE_RATE
    return np.asarray(0.4 * np.sin(1500.0 * times), dtype=np.float32)


def beside() -> Track:
    """A second face that ends earlier."""
    return Track(title="prediction", weights=made_clip().targets[: FRAMES // 2] * np.float32(0.5))


@pytest.fixture
def show() -> PreviewClip:
    return preview_clip(made_clip(), HEAD, hum())


@pytest.fixture
def shards(tmp_path: Path) -> Path:
    folder = tmp_path / "targets"
    folder.mkdir()
    write_shard(folder / "train-00000.parquet", [made_clip(f"clip-{k}") for k in (1, 2)], HEAD)
    write_shard(folder / "test-00000.parquet", [made_clip("clip-3", "fear")], HEAD)
    return folder


def data_of(text: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    return dict(json.loads(found[1]))


def test_a_show_is_the_clip(show: PreviewClip) -> None:
    clip = made_clip()
    assert np.array_equal(show.tracks[0].weights, clip.targets)
    assert np.array_equal(show.vad, clip.conditions[:, -3:])
    assert show.seconds == pytest.approx(0.6)
    assert show.weights_at(0, 18)["jawOpen"] == pytest.approx(float(clip.targets[18, 17]))
    longer = preview_clip(clip, HEAD, None, [beside()])
    assert longer.frames == FRAMES
    assert longer.weights_at(1, FRAMES - 1) == longer.weights_at(1, FRAMES // 2 - 1)


def test_the_page_stands_alone_and_holds_its_texts(show: PreviewClip) -> None:
    text = page(show)
    assert text == page(show)
    assert not re.search(r'(?:src|href)="(?!data:)|@import|url\(|https?://(?!www\.w3\.org)', text)
    assert "<b>five" not in text
    assert "Papa &lt;/script&gt; &amp; &lt;b&gt;five&lt;/b&gt;." in text
    data = data_of(text)
    assert data["frames"] == FRAMES
    assert data["phonemes"][1] == ["p", 0.1, 0.2, "closed"]
    assert "Without sound" not in text
    assert "Without sound" in page(evolve(show, audio=None))
    assert "<audio" not in page(evolve(show, audio=None))


def test_words_that_are_not_known_are_said_to_be(show: PreviewClip) -> None:
    assert "<em>words not known</em>" in page(evolve(show, text=""))


@pytest.mark.parametrize(
    ("symbol", "kind"),
    [
        ("_", Kind.PAUSE),
        ("p", Kind.CLOSED),
        ("m", Kind.CLOSED),
        ("f", Kind.TEETH),
        (AH, Kind.VOWEL),
        ("ˌaʊ", Kind.VOWEL),
        ("ʃ", Kind.OTHER),
        ("?", Kind.OTHER),
        ("", Kind.OTHER),
    ],
)
def test_phonemes_are_told_by_what_the_lips_do(symbol: str, kind: Kind) -> None:
    assert kind_of(symbol) is kind


def test_sound_is_written_as_it_is() -> None:
    with wave.open(BytesIO(wav_bytes(hum()))) as stream:
        assert (stream.getframerate(), stream.getnchannels()) == (SAMPLE_RATE, 1)
        samples = np.frombuffer(stream.readframes(stream.getnframes()), dtype="<i2")
    assert np.allclose(samples / 32767, hum(), atol=1e-4)


def test_a_clip_is_found_by_its_id(shards: Path) -> None:
    clip, head = find_clip(shards, "clip-3")
    assert (clip.id, clip.label, head.bank) == ("clip-3", "fear", "default")
    assert find_clip(shards, "clip-2")[0].split is Split.TRAIN


def test_a_clip_that_is_not_there_is_named_with_the_nearest(shards: Path) -> None:
    with pytest.raises(ClipMissingError, match=r"no clip 'clip-33' among 3; did you mean clip-3\?"):
        find_clip(shards, "clip-33")
    with pytest.raises(ClipMissingError, match="there is no shard here"):
        find_clip(shards / "none", "clip-1")
    (shards / "a.parquet").write_bytes(b"PAR1")
    with pytest.raises(ShardError, match=r"a\.parquet"):
        find_clip(shards, "clip-1")


def test_frames_of_a_film_are_drawn_alike_everywhere(show: PreviewClip) -> None:
    face = shipped_face()
    text = picture(show, face, 18)
    assert text == picture(show, face, 18)
    assert "0.30 s" in text
    assert "Papa &lt;/script&gt;" in text
    assert shapes(face, show.weights_at(0, 18), prefix="t0") in text
    width, height = size_of(show)
    assert width % 2 == height % 2 == 0
    both = evolve(show, tracks=(*show.tracks, beside()))
    assert size_of(both)[0] > 1.5 * width
    assert "prediction" in picture(both, face, 0)


def test_every_phoneme_runs_by(show: PreviewClip) -> None:
    texts = [picture(show, shipped_face(), frame) for frame in range(0, FRAMES, 6)]
    for symbol in ("p", AH, "v"):
        assert any(f">{symbol}</text>" in text for text in texts)
    assert not any(f">{SILENCE}</text>" in text for text in texts)


def probed(path: Path) -> dict[str, dict[str, str]]:
    command = ["ffprobe", "-v", "error", "-count_frames", "-of", "json", "-show_streams", str(path)]
    done = subprocess.run(command, check=True, capture_output=True, timeout=60)
    return {stream["codec_type"]: stream for stream in json.loads(done.stdout)["streams"]}


@with_ffmpeg
@pytest.mark.parametrize("heard", [True, False])
def test_a_film_has_its_pictures_and_its_sound(
    tmp_path: Path, show: PreviewClip, heard: bool
) -> None:
    pytest.importorskip("resvg_py")
    steps: list[None] = []
    own = show if heard else evolve(show, audio=None)
    path = tmp_path / "clip.mp4"
    write_preview(path, own, lambda: steps.append(None))
    streams = probed(path)
    assert len(steps) == count_steps(path, own) == count_pictures(own, ".mp4") == 18
    video = streams["video"]
    assert (int(video["width"]), int(video["height"])) == size_of(own)
    assert (video["r_frame_rate"], video["nb_read_frames"]) == ("30/1", "18")
    assert ("audio" in streams) is heard
    if heard:
        assert float(streams["audio"]["duration"]) == pytest.approx(0.6, abs=0.07)


@with_ffmpeg
def test_a_gif_moves(tmp_path: Path, show: PreviewClip) -> None:
    pytest.importorskip("resvg_py")
    path = tmp_path / "clip.gif"
    write_preview(path, show, lambda: None)
    assert path.read_bytes().startswith(b"GIF89a")
    assert int(probed(path)["video"]["nb_read_frames"]) == 12


def test_without_ffmpeg_a_film_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, show: PreviewClip, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FilmError, match=r"which is not installed: install it, or write \.html"):
        film(show, ".mp4", lambda: None)


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands in for ffmpeg")
def test_what_ffmpeg_says_is_passed_on(
    monkeypatch: pytest.MonkeyPatch, show: PreviewClip, tmp_path: Path
) -> None:
    pytest.importorskip("resvg_py")
    program = tmp_path / "ffmpeg"
    program.write_text("#!/bin/sh\nexec 0<&-\necho no such encoder >&2\nexit 7\n", "utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    out = tmp_path / "clip.mp4"
    with pytest.raises(FilmError, match="could not make the film: no such encoder"):
        write_preview(out, show, lambda: None)
    assert not out.exists()


def test_a_missing_extra_is_named(
    monkeypatch: pytest.MonkeyPatch, show: PreviewClip, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    program = tmp_path / "ffmpeg"
    program.write_text("#!/bin/sh\nwhile read -r line; do :; done\n", "utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PngUnavailableError, match=r"mien\[png\]"):
        film(show, ".gif", lambda: None)


def run(*arguments: str) -> tuple[int, str]:
    done = ran("targets", "preview", *arguments)
    return done.exit_code, done.output


def test_the_command_writes_a_page(
    shards: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, said = run(str(shards), "clip-2")
    assert code == 0
    assert "clip-2.html: joy, 0.60 s, without sound" in said.splitlines()
    assert (tmp_path / "clip-2.html").read_text("utf-8").startswith("<!doctype html>")


def test_the_command_refuses_in_words(shards: Path, tmp_path: Path) -> None:
    code, said = run(str(shards), "clip-9", "-o", str(tmp_path / "a.html"))
    assert code == 2
    assert "no clip 'clip-9' among 3" in said
    code, said = run(str(shards), "clip-1", "-o", str(tmp_path / "a.avi"))
    assert code == 2
    assert "should end in .html, .mp4, .gif" in said
    assert not list(tmp_path.glob("a.*"))


RECIPE = """\
schema: mien/targets/3
name: quiet
clips: 4
silence_share: 1
clips_per_shard: 4
splits: {train: 1, validation: 1, test: 1}
sources: {}
"""


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Targets in which nobody speaks, so that no synthesiser is needed, with their recipe."""
    folder = tmp_path_factory.mktemp("quiet")
    (folder / "quiet.yaml").write_text(RECIPE, "utf-8")
    arguments = [str(folder / "quiet.yaml"), "-o", str(folder / "made"), "--workers", "1"]
    done = CliRunner().invoke(make, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return folder


def test_sound_is_made_anew_by_the_recipe(quiet: Path) -> None:
    clip, _ = find_clip(quiet / "made", "train-000000")
    audio = rerendered_sound(quiet / "made", clip, str(quiet / "quiet.yaml"))
    assert np.array_equal(log_mel(audio), clip.mel)
    assert np.array_equal(audio, rerendered_sound(quiet / "made", clip, str(quiet / "quiet.yaml")))


def test_sound_that_would_be_another_is_not_made(quiet: Path, tmp_path: Path) -> None:
    clip, _ = find_clip(quiet / "made", "train-000000")
    with pytest.raises(NoSoundError, match="there is no file quiet"):
        rerendered_sound(quiet / "made", clip)
    other = tmp_path / "quiet.yaml"
    other.write_text(RECIPE + "seed: 2\n", "utf-8")
    with pytest.raises(NoSoundError, match="not the one that these targets were made from"):
        rerendered_sound(quiet / "made", clip, str(other))
    with pytest.raises(NoSoundError, match="has no clip train-9 any more"):
        rerendered_sound(quiet / "made", evolve(clip, id="train-9"), str(quiet / "quiet.yaml"))
    changed = evolve(clip, mel=clip.mel + np.float32(1.0))
    with pytest.raises(NoSoundError, match="silence does not speak here as it did"):
        rerendered_sound(quiet / "made", changed, str(quiet / "quiet.yaml"))


def test_the_command_makes_the_sound_or_says_why_not(quiet: Path, tmp_path: Path) -> None:
    folder, out = str(quiet / "made"), str(tmp_path / "a.html")
    recipe = ("--recipe", str(quiet / "quiet.yaml"))
    code, said = run(folder, "train-000000", "-o", out, *recipe)
    assert code == 0
    assert "without sound" not in said
    assert 'src="data:audio/wav;base64,' in Path(out).read_text("utf-8")
    code, said = run(folder, "train-000000", "-o", out)
    assert code == 0
    assert "no sound: there is no file quiet" in said
    assert "without sound" in said
    code, said = run(folder, "train-000000", "-o", out, "--recipe", "nosuch.yaml")
    assert code == 2
    assert "there is no file nosuch.yaml" in said
    code, said = run(folder, "train-000000", "-o", out, "--silent", *recipe)
    assert code == 0
    assert "without sound" in said


def test_a_sound_may_be_given(shards: Path, tmp_path: Path) -> None:
    sound = tmp_path / "hum.wav"
    sound.write_bytes(wav_bytes(hum()))
    code, said = run(str(shards), "clip-1", "-o", str(tmp_path / "a.html"), "--audio", str(sound))
    assert code == 0, said
    assert "without sound" not in said


@pytest.fixture(scope="module")
def opened() -> Iterator[Page]:
    """A browser that may fetch nothing."""
    with chromium() as browser:
        context = browser.new_context(viewport={"width": 1280, "height": 1000})
        yield context.new_page()


def visit(opened: Page, path: Path, show: PreviewClip) -> list[str]:
    """Open the page of ``show``; what goes wrong later is added to what is given back."""
    path.write_text(page(show), "utf-8")
    wrong: list[str] = []

    def refuse(route: Route) -> None:
        wrong.append(f"asked for {route.request.url}")
        route.abort()

    opened.unroute_all()
    opened.route(re.compile(r"^(?!file:|data:)"), refuse)
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    opened.goto(path.as_uri())
    expect(opened.locator("#time")).to_have_text("0.00 / 0.60 s")
    return wrong


def paths_of(text: str) -> list[str]:
    return re.findall(r' d="([^"]+)"', text)


@in_browser
def test_the_page_draws_what_python_draws(opened: Page, tmp_path: Path, show: PreviewClip) -> None:
    both = evolve(show, tracks=(*show.tracks, beside()))
    wrong = visit(opened, tmp_path / "clip.html", both)
    for frame in (0, 11, 18, FRAMES - 1):
        opened.locator("#scrub").fill(str(frame))
        expect(opened.locator("#time")).to_have_text(f"{frame / 60:.2f} / 0.60 s")
        for turn in (0, 1):
            drawn = opened.locator(".face").nth(turn).inner_html()
            own = shapes(shipped_face(), both.weights_at(turn, frame), prefix=f"t{turn}")
            assert paths_of(drawn) == paths_of(own)
    assert opened.locator("figcaption").all_inner_texts() == ["target", "prediction"]
    for theme in ("light", "dark"):
        opened.emulate_media(color_scheme=theme)
        assert opened.screenshot(path=SCREENSHOTS / f"preview-{theme}.png", full_page=True)
    opened.emulate_media(color_scheme="light")
    assert wrong == []


@in_browser
def test_it_plays_to_the_end_and_steps_by_the_frame(
    opened: Page, tmp_path: Path, show: PreviewClip
) -> None:
    wrong = visit(opened, tmp_path / "clip.html", show)
    play = opened.locator("#play")
    play.click()
    expect(play).to_have_text("Play", timeout=10_000)
    expect(opened.locator("#time")).to_have_text("0.58 / 0.60 s")
    opened.keyboard.press("ArrowLeft")
    expect(opened.locator("#time")).to_have_text("0.57 / 0.60 s")
    opened.locator("#forward").click()
    expect(opened.locator("#time")).to_have_text("0.58 / 0.60 s")
    box = opened.locator("#curves").bounding_box()
    assert box is not None
    opened.mouse.click(box["x"] + box["width"] / 2 + 1, box["y"] + 20)
    expect(opened.locator("#time")).to_have_text("0.30 / 0.60 s")
    assert wrong == []


@in_browser
def test_without_sound_it_plays_by_the_machines_clock_and_loops(
    opened: Page, tmp_path: Path, show: PreviewClip
) -> None:
    wrong = visit(opened, tmp_path / "clip.html", evolve(show, audio=None))
    opened.locator("#speed").select_option("0.25")
    opened.locator("#loop").check()
    opened.keyboard.press("Escape")
    opened.locator("h1").click()
    opened.keyboard.press(" ")
    expect(opened.locator("#play")).to_have_text("Pause")
    opened.wait_for_function("Number(document.getElementById('scrub').value) > 20")
    opened.wait_for_function("Number(document.getElementById('scrub').value) < 10")
    opened.keyboard.press(" ")
    expect(opened.locator("#play")).to_have_text("Play")
    assert wrong == []


@in_browser
def test_channels_are_listed_by_how_much_they_move(
    opened: Page, tmp_path: Path, show: PreviewClip
) -> None:
    wrong = visit(opened, tmp_path / "clip.html", show)
    rows = opened.locator("#panel .row")
    weights = show.tracks[0].weights
    spread = dict(zip(show.channels, weights.std(axis=0).tolist(), strict=True))
    names = rows.locator(".name").all_inner_texts()
    sizes = [spread.get(name, spread.get(f"{name}Left", 0.0)) for name in names]
    assert sizes == sorted(sizes, reverse=True)
    assert "mouthSmile" in names
    assert rows.and_(opened.locator('[aria-pressed="true"]')).count() == 4
    opened.locator("#scrub").fill("18")
    jaw = rows.filter(has_text="jawOpen")
    expect(jaw.locator(".value")).to_have_text(f"{show.weights_at(0, 18)['jawOpen']:.2f}")
    before = jaw.get_attribute("aria-pressed")
    jaw.click()
    expect(jaw).to_have_attribute("aria-pressed", "false" if before == "true" else "true")
    assert wrong == []

"""The page of `mien export --to web` in a real browser, with a sound file as its microphone."""

from __future__ import annotations

import functools
import http.server
import io
import json
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest
import soundfile
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright
from tests.models import bound, glb, vrm_1
from tests.sounds import write_wav

from mien.bank import load
from mien.cli.main import run as mien_run

HERE = Path(__file__).resolve().parent
CHROMIUM = next((path for name in ("chromium", "chrome") if (path := shutil.which(name))), None)
SCREENSHOTS = HERE.parent / "build" / "screenshots"
OWN = 1_500_000
"""Bytes of bank, network and own code at most."""


def run(*arguments: str) -> tuple[int, str]:
    """Exit code and all that `mien` says."""
    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        code = mien_run(arguments)
    return code, said.getvalue()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out: Path = tmp_path_factory.mktemp("site") / "dist"
    code, said = run("export", "default", "--to", "web", "-o", str(out))
    assert code == 0, said
    assert "python -m http.server" in said
    return out


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A server of files that says nothing."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401
        """Say nothing."""


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="module")
def microphone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A voice, over and over, as the browser's microphone."""
    voice, _ = soundfile.read(str(HERE / "alignment" / "purple.flac"), dtype="float32")
    path = tmp_path_factory.mktemp("microphone") / "voice.wav"
    write_wav(path, np.concatenate((voice * 0.9, np.zeros(8_000))))
    return path


@pytest.fixture(scope="module")
def browser(microphone: Path) -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    flags += ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    flags += [f"--use-file-for-fake-audio-capture={microphone}"]
    flags += ["--autoplay-policy=no-user-gesture-required"]
    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 900, "height": 900}, permissions=["microphone"]
    )
    opened = context.new_page()
    wrong: list[str] = []
    asked: list[str] = []
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto(address)
    opened.wait_for_function("window.mien && mien.frames.length > 0")
    yield opened
    assert wrong == []
    assert {url for url in asked if not url.startswith((address, "blob:", "data:"))} == set()
    context.close()


def answering(body: bytes, kind: str | None = None) -> Callable[[Route], None]:
    """What answers a request of the page in the place of the server."""

    def answer(route: Route) -> None:
        route.fulfill(body=body, content_type=kind)

    return answer


def listening(page: Page) -> None:
    page.locator("#listen").click()
    expect(page.locator("#news")).to_have_text("Listening.", timeout=20_000)


def jaw_moves(page: Page, more: float = 0.1) -> None:
    page.wait_for_function(
        "more => { const jaw = mien.bank.channels.indexOf('jawOpen');"
        " const seen = mien.frames.map(({shown}) => shown.weights[jaw]);"
        " return Math.max(...seen) > Math.min(...seen) + more; }",
        arg=more,
        timeout=20_000,
    )


def test_the_folder_is_whole_and_its_own_part_is_small(folder: Path) -> None:
    described = json.loads((folder / "site.json").read_bytes())
    assert described["bank"] == {"file": "default.safetensors", "sha256": load("default").digest}
    assert described["runtime"] is None
    own = [path for path in folder.rglob("*") if path.is_file() and "vendor" not in path.parts]
    assert sum(path.stat().st_size for path in own) < OWN
    assert {"LICENSE", "index.js"} <= {path.name for path in (folder / "mien").iterdir()}
    script = (folder / "index.html").read_text().split('<script type="module">')[1]
    assert len(script.splitlines()) < 45


def test_a_voice_moves_the_face_that_the_bank_gives(page: Page) -> None:
    page.locator("#label").select_option("sadness")
    listening(page)
    page.wait_for_timeout(1_000)
    jaw_moves(page)
    facts = page.evaluate(
        "() => { const middle = list => list.sort((a, b) => a - b)[list.length >> 1];"
        " const { frames } = mien, heard = frames.filter(({late}) => late === late);"
        " return { frames: frames.length, heard: heard.length,"
        " gap: middle(frames.slice(1).map(({began}, at) => began - frames[at].began)),"
        " took: middle(frames.map(({took}) => took)),"
        " late: middle(heard.map(({late}) => late)) }; }"
    )
    sys.stdout.write(
        f"{1000 / facts['gap']:.0f} frames a second, {facts['took']:.1f} ms each, "
        f"{1000 * facts['late']:.0f} ms from a sound to its face\n"
    )
    assert facts["heard"] > 20
    page.wait_for_function(
        "() => mien.frames.at(-1).shown.weights[mien.bank.channels.indexOf('jawOpen')] > 0.1"
    )
    assert page.screenshot(path=SCREENSHOTS / "exported-page-speaks.png")


def test_faces_in_the_page_have_the_bank_s_bits(page: Page) -> None:
    found = page.evaluate("() => [...mien.bank.face('anger', { at: 'high', speech: 0.5 })]")
    expected = load("default").face("anger", at="high", speech=0.5)
    assert np.array(found, dtype=np.float32).tobytes() == expected.tobytes()


def test_an_avatar_speaks_and_one_without_the_shapes_is_told(page: Page, tmp_path: Path) -> None:
    bare = tmp_path / "bare.glb"
    bare.write_bytes(glb(["hat", "shoe"]))
    page.set_input_files("#avatar", str(bare))
    expect(page.locator("#news")).to_contain_text("none of the 52 ARKit shapes", timeout=20_000)
    expect(page.locator("#news")).to_contain_text("The face before stays.")
    assert page.locator("#head svg").count() == 1
    avatar = tmp_path / "avatar.vrm"
    names = ["jawOpen", "mouthSmileLeft", "browInnerUp"]
    custom = {"custom": {"JawOpen": {"morphTargetBinds": [bound(0)]}}}
    avatar.write_bytes(glb(names, vrm_1(custom)))
    page.set_input_files("#avatar", str(avatar))
    expect(page.locator("#news")).to_contain_text("avatar.vrm: VRM 1.0. It lacks", timeout=20_000)
    assert page.locator("#head canvas").count() == 1
    listening(page)
    jaw_moves(page, 0.05)


def test_a_file_is_played_in_time_and_comes_to_rest(page: Page, microphone: Path) -> None:
    page.set_input_files("#sound", str(microphone))
    jaw_moves(page)
    page.wait_for_function("mien.speaker.source === null", timeout=30_000)
    page.wait_for_timeout(700)
    page.evaluate("mien.speaker.rest()")
    page.wait_for_timeout(1_000)
    jaw = "mien.frames.at(-1).shown.weights[mien.bank.channels.indexOf('jawOpen')]"
    assert page.evaluate(jaw) < 0.01


def test_pieces_of_a_synthesiser_are_played_and_spoken(page: Page) -> None:
    page.evaluate(
        "() => { const piece = part => Float32Array.from({length: 4800}, (_, at) =>"
        " 0.3 * Math.sin(at / 9) * Math.sin((part * 4800 + at) / 600));"
        " async function* pieces() { for (let part = 0; part < 8; part += 1) {"
        " await new Promise(done => setTimeout(done, 30)); yield piece(part); } }"
        " window.played = false;"
        " mien.speaker.play(pieces(), { rate: 24000 }).then(() => { window.played = true; }); }"
    )
    jaw_moves(page, 0.02)
    page.wait_for_function("window.played", timeout=20_000)
    assert page.evaluate("mien.speaker.source") is None


def test_no_microphone_no_permission_and_no_worklet_are_told(page: Page) -> None:
    refusals = {
        "NotAllowedError": "the microphone is not allowed: allow it beside the address",
        "NotFoundError": "there is no microphone",
        "NotReadableError": "another program may hold it",
    }
    for name, message in refusals.items():
        page.evaluate(
            "name => { navigator.mediaDevices.getUserMedia = async () => {"
            " throw new DOMException('x', name); }; }",
            name,
        )
        page.locator("#listen").click()
        expect(page.locator("#news")).to_contain_text(message)
        expect(page.locator("#news")).to_contain_text("The face is at rest.")
    page.evaluate(
        "Object.defineProperty(BaseAudioContext.prototype, 'audioWorklet', {value: null})"
    )
    page.locator("#listen").click()
    expect(page.locator("#news")).to_contain_text("no AudioWorklet")
    assert page.evaluate("mien.speaker.source") is None


def test_a_hidden_page_says_so_and_listens_again(page: Page) -> None:
    listening(page)
    jaw_moves(page, 0.05)
    hide = (
        "value => { Object.defineProperty(document, 'hidden', {value, configurable: true});"
        " document.dispatchEvent(new Event('visibilitychange')); }"
    )
    page.evaluate(hide, True)
    expect(page.locator("#news")).to_contain_text("The page is hidden")
    page.wait_for_timeout(800)
    jaw = "mien.frames.at(-1).shown.weights[mien.bank.channels.indexOf('jawOpen')]"
    still = page.evaluate("[...mien.bank.face(mien.bank.labels[0])]")
    at = page.evaluate("mien.bank.channels.indexOf('jawOpen')")
    assert abs(page.evaluate(jaw) - still[at]) < 0.01
    page.evaluate(hide, False)
    expect(page.locator("#news")).to_have_text("Listening again.")
    page.evaluate("mien.frames.length = 0")
    jaw_moves(page, 0.05)


def test_a_damaged_network_or_bank_is_told(browser: Browser, address: str, folder: Path) -> None:
    cases = {"network.onnx": "the network's sha256 is", "default.safetensors": "its sha256 is"}
    for name, message in cases.items():
        damaged = bytearray((folder / name).read_bytes())
        damaged[-1] ^= 1
        context = browser.new_context()
        opened = context.new_page()
        opened.route(f"**/{name}", answering(bytes(damaged)))
        opened.goto(address)
        expect(opened.locator("#news")).to_contain_text(message, timeout=20_000)
        expect(opened.locator("#news")).to_contain_text("The face is at rest.")
        assert opened.locator("#head svg path").count() > 20 or name != "network.onnx"
        context.close()


def test_where_the_runtime_does_not_run_javascript_does(
    browser: Browser, address: str, folder: Path
) -> None:
    described = json.loads((folder / "site.json").read_bytes())
    body = json.dumps({**described, "runtime": "./runtime.mjs"})
    module = (
        "export class Tensor {}\nexport const InferenceSession ="
        " { create: async () => { throw new Error('WebAssembly SIMD is not supported'); } };"
    )
    context = browser.new_context()
    opened = context.new_page()
    opened.route("**/site.json", answering(body.encode()))
    opened.route("**/runtime.mjs", answering(module.encode(), "text/javascript"))
    opened.goto(address)
    opened.wait_for_function("window.mien && mien.frames.length > 0")
    expect(opened.locator("#news")).to_contain_text("so the network runs in JavaScript")
    expect(opened.locator("#news")).to_contain_text("WebAssembly SIMD is not supported")
    assert opened.evaluate("mien.speaker.network.runner") == "JavaScript"
    context.close()


def test_what_cannot_be_exported_is_refused(tmp_path: Path) -> None:
    full = tmp_path / "full"
    full.mkdir()
    (full / "mine.txt").write_text("mine")
    cases = {
        ("-o", str(full)): "has other files",
        ("-o", str(tmp_path / "a"), "--labels", "joy"): "web takes no --labels",
        ("-o", str(tmp_path / "a"), "--runtime", str(full)): "has no ort.wasm.min.mjs",
        ("-o", str(tmp_path / "a"), "--network", str(full / "mine.txt")): "none that `mien train",
    }
    for arguments, message in cases.items():
        code, said = run("export", "default", "--to", "web", *arguments)
        assert (code, message in said) == (2, True), said
    assert not (tmp_path / "a").exists()
    code, said = run("export", "default", "--to", "json", "-o", "x.json", "--runtime", "x")
    assert (code, "leave out --network and --runtime" in said) == (2, True)


def test_a_runtime_of_one_s_own_goes_along(tmp_path: Path) -> None:
    dist = tmp_path / "onnxruntime-web" / "dist"
    dist.mkdir(parents=True)
    names = ("ort.wasm.min.mjs", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm")
    for name in names:
        (dist / name).write_text(name)
    out = tmp_path / "out"
    runtime = ("--runtime", str(dist.parent))
    code, said = run("export", "default", "--to", "web", "-o", str(out), *runtime)
    assert code == 0, said
    assert {path.name for path in (out / "onnxruntime-web").iterdir()} == set(names)
    assert (
        json.loads((out / "site.json").read_bytes())["runtime"] == f"./onnxruntime-web/{names[0]}"
    )
    runtime = ("--runtime", "https://example.org/ort/dist/")
    code, said = run("export", "default", "--to", "web", "-o", str(out), *runtime)
    assert code == 0, said
    assert "fetches onnxruntime-web from https://example.org/ort/dist/ort.wasm.min.mjs" in said

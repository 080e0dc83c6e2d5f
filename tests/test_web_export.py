"""The page of `mien export --to web` in a real browser, with a sound file as its microphone."""

from __future__ import annotations

import base64
import functools
import http.server
import json
import math
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest
import soundfile
from playwright.sync_api import Browser, Page, Route, expect
from tests.browsers import CHROMIUM, chromium
from tests.models import bound, glb, vrm_0, vrm_1, with_eyes
from tests.program import ended
from tests.sounds import write_wav

from mien import resources
from mien.bank import load

HERE = Path(__file__).resolve().parent
SCREENSHOTS = HERE.parent / "build" / "screenshots"
OWN = 1_500_000
"""Bytes of bank, network and own code at most."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out: Path = tmp_path_factory.mktemp("site") / "dist"
    said = ended(0, "export", "default", "--to", "web", "-o", out).output
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
    with chromium(
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={microphone}",
        "--autoplay-policy=no-user-gesture-required",
    ) as started:
        yield started


@pytest.fixture(scope="module")
def opened(browser: Browser, address: str) -> Iterator[Page]:
    """The page, once for all that leaves it as it was."""
    context = browser.new_context(
        viewport={"width": 480, "height": 640}, permissions=["microphone"]
    )
    page = context.new_page()
    wrong: list[str] = []
    asked: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    page.wait_for_function("window.mien && mien.frames.length > 0")
    yield page
    assert wrong == []
    assert {url for url in asked if not url.startswith((address, "blob:", "data:"))} == set()
    context.close()


@pytest.fixture
def page(opened: Page) -> Iterator[Page]:
    opened.evaluate("mien.speaker.stop(); mien.speaker.rest(); mien.frames.length = 0")
    yield opened
    opened.evaluate("mien.speaker.stop()")


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
    parts = {"bank": "default.safetensors", "network": "network.onnx"}
    sizes = {part: (folder / name).stat().st_size for part, name in parts.items()}
    whole = sum(path.stat().st_size for path in own)
    sys.stdout.write(f"bank, network and own code: {whole:,} bytes, of them {sizes}\n")
    assert whole < OWN
    assert {"LICENSE", "index.js"} <= {path.name for path in (folder / "mien").iterdir()}
    script = (folder / "index.html").read_text().split('<script type="module">')[1]
    assert len(script.splitlines()) < 45


def test_a_voice_moves_the_face_that_the_bank_gives(page: Page) -> None:
    page.locator("#label label", has_text="sadness").click()
    listening(page)
    jaw_moves(page)
    assert page.title() == f"default {load('default').version}"
    page.wait_for_function("() => mien.frames.filter(({late}) => late === late).length > 30")
    facts = page.evaluate(
        "() => { const at = (list, part) =>"
        " [...list].sort((a, b) => a - b)[Math.floor(part * list.length)];"
        " const { frames } = mien, heard = frames.map(({late}) => late).filter(one => one === one);"
        " const gaps = frames.slice(1).map(({began}, at) => began - frames[at].began);"
        " return { face: performance.getEntriesByName('face')[0].startTime,"
        " gap: at(gaps, .5), took: [.5, .9].map(part => at(frames.map(({took}) => took), part)),"
        " late: [.5, .9].map(part => 1000 * at(heard, part)) }; }"
    )
    took, late = facts["took"], facts["late"]
    sys.stdout.write(
        f"{facts['face']:.0f} ms to the first face, {1000 / facts['gap']:.0f} frames a second, "
        f"{took[0]:.1f} ms each (p90 {took[1]:.1f}), {late[0]:.0f} ms from a sound to its face "
        f"(p90 {late[1]:.0f})\n"
    )
    assert late[0] > 87.0
    page.wait_for_function(
        "() => mien.frames.at(-1).shown.weights[mien.bank.channels.indexOf('jawOpen')] > 0.1"
    )
    assert page.screenshot(path=SCREENSHOTS / "exported-page-speaks.png")


VECTOR = """async () => {
  const { loadBank } = await import(new URL("mien/index.js", location));
  const bank = await loadBank("vector.safetensors");
  const vector = await (await fetch("vector.json")).json();
  const words = (face) => [...new Uint32Array(Float32Array.from(face).buffer)];
  let [asked, wrong] = [0, 0];
  const hold = (face, expected) => {
    asked += 1;
    wrong += words(face).some((word, c) => word !== Number.parseInt(expected[c], 16));
  };
  for (const { label, vad, style, speech, expected } of vector.faces) {
    hold(bank.face(label, { vad, speech, style: style ?? undefined }), expected);
  }
  for (const { weights, vad, speech, expected } of vector.mixtures) {
    hold(bank.face(weights, { vad, speech }), expected);
  }
  for (const { label, intensity, expected } of vector.intensities) {
    hold(bank.point(label, { intensity }), expected);
  }
  for (const { face, visemes, expected } of vector.compositions) {
    hold(bank.compose(Float32Array.from(face), visemes), expected);
  }
  return [asked, wrong];
}"""


def test_the_label_under_the_mouse_that_chose_it_can_be_read(page: Page) -> None:
    label, ink = page.locator("#label label", has_text="anger"), "rgb(246, 243, 238)"
    expect(label).not_to_have_css("background-color", ink)
    label.click()
    expect(label).to_have_css("background-color", ink)


def test_faces_in_the_page_have_the_bank_s_bits(page: Page, folder: Path) -> None:
    found = page.evaluate("() => [...mien.bank.face('anger', { at: 'high', speech: 0.5 })]")
    expected = load("default").face("anger", at="high", speech=0.5)
    assert np.array(found, dtype=np.float32).tobytes() == expected.tobytes()
    docs = Path(resources.web()).parent / "docs"
    for name in ("vector.json", "vector.safetensors"):
        shutil.copy(docs / name, folder / name)
    asked, wrong = page.evaluate(VECTOR)
    for name in ("vector.json", "vector.safetensors"):
        (folder / name).unlink()
    assert asked > 100
    assert wrong == 0


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


TURNED = """async ([bytes, head]) => {
  const [three, { GLTFLoader }, { VRMLoaderPlugin }, { applyToVRM }] = await Promise.all([
    import("three"), import("three/addons/loaders/GLTFLoader.js"), import("@pixiv/three-vrm"),
    import(new URL("mien/index.js", location)),
  ]);
  const loader = new GLTFLoader();
  loader.register((parser) => new VRMLoaderPlugin(parser));
  const data = Uint8Array.from(atob(bytes), (one) => one.charCodeAt(0)).buffer;
  const { vrm } = (await loader.parseAsync(data, "")).userData;
  const front = vrm.meta.metaVersion === "0" ? -1 : 1;
  const bones = ["head", "leftEye", "rightEye"].map((name) => vrm.humanoid.getRawBoneNode(name));
  const looks = ["InLeft", "OutRight", "DownLeft", "DownRight"].map((way) => `eyeLook${way}`);
  let found;
  for (let frame = 0; frame < 3; frame += 1) {
    vrm.update(1 / 60);
    found = applyToVRM(vrm, [0, 1, 1, 0.5, 0.5], ["jawOpen", ...looks], head);
  }
  vrm.scene.updateMatrixWorld(true);
  const seen = bones.map((bone) => {
    const turned = bone.getWorldQuaternion(new three.Quaternion());
    const way = new three.Vector3(0, 0, front).applyQuaternion(turned);
    return [front * way.x, way.y];
  });
  return { seen, turns: found.turns, missing: found.missing };
}"""


@pytest.mark.parametrize(
    ("made", "most"),
    [(lambda: vrm_1({}), 10.0), (lambda: vrm_0([]), 10.0), (vrm_1, 24.0), (vrm_0, 24.0)],
    ids=["VRM 1.0", "VRM 0.x", "1.0 without look-at", "0.x without look-at"],
)
def test_three_vrm_turns_head_and_eyes_as_the_face_does(
    page: Page, made: Callable[[], dict[str, Any]], most: float
) -> None:
    model = base64.b64encode(glb(["jawOpen"], with_eyes(made()))).decode()
    found = page.evaluate(TURNED, [model, [0, 0, 0]])
    (_, left, right), ten = found["seen"], math.radians(most)
    assert found["turns"] is True
    assert "eyeLookInLeft" not in found["missing"]
    for x, y in (left, right):  # to the subject's right as far as may be, and half as far down
        assert x == pytest.approx(-math.sin(ten) * math.cos(ten / 2), abs=1e-3)
        assert y == pytest.approx(-math.sin(ten / 2), abs=1e-3)
    head = page.evaluate(TURNED, [model, [30, 10, 0]])["seen"][0]
    assert head[0] == pytest.approx(-0.5 * math.cos(math.radians(10.0)), abs=1e-3)
    assert head[1] == pytest.approx(-math.sin(math.radians(10.0)), abs=1e-3)


def test_a_file_is_played_in_time_and_comes_to_rest(page: Page, microphone: Path) -> None:
    page.set_input_files("#sound", str(microphone))
    expect(page.locator("#news")).to_have_text("Loading …")
    jaw_moves(page)
    expect(page.locator("#news")).to_have_text("")
    with page.expect_file_chooser():
        page.locator("#sound").click()
    expect(page.locator("#sound")).to_have_value("")  # so that the same one may be chosen again
    page.wait_for_function("mien.speaker.source === null", timeout=30_000)
    jaw = "mien.frames.at(-1).shown.weights[mien.bank.channels.indexOf('jawOpen')]"
    page.wait_for_function(f"{jaw} < 0.01", timeout=20_000)


def test_a_sound_is_fetched_and_one_that_is_not_there_is_told(page: Page, folder: Path) -> None:
    write_wav(folder / "voice.wav", np.sin(np.arange(8_000) / 9) * np.sin(np.arange(8_000) / 600))
    page.evaluate("mien.speaker.play('voice.wav').then(() => { window.fetched = true; })")
    page.wait_for_function("window.fetched", timeout=20_000)
    assert page.evaluate("mien.frames.some(({shown}) => shown.weights.some(one => one > 0.02))")
    (folder / "voice.wav").unlink()
    said = page.evaluate("mien.speaker.play('none.wav').catch(({code, message}) => code + message)")
    assert said.startswith("no-soundthe sound is not at none.wav: the server answers 404")


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


@pytest.mark.parametrize("rate", [44_100, 48_000])
def test_a_stream_of_sound_of_any_rate_is_listened_to(
    page: Page, folder: Path, microphone: Path, rate: int
) -> None:
    shutil.copyfile(microphone, folder / "said.wav")
    page.evaluate(
        "async rate => { const context = new AudioContext({ sampleRate: rate });"
        " const said = await (await fetch('said.wav')).arrayBuffer();"
        " const buffer = await context.decodeAudioData(said);"
        " const voice = new AudioBufferSourceNode(context, { buffer, loop: true });"
        " const to = context.createMediaStreamDestination();"
        " voice.connect(to); voice.start(); window.hears = context;"
        " await mien.speaker.listen({ context, stream: to.stream }); }",
        rate,
    )
    jaw_moves(page)
    assert page.evaluate("mien.speaker.rate") == rate
    page.evaluate("mien.speaker.stop(); hears.close()")


def test_a_microphone_that_the_visitor_does_not_allow_is_told(page: Page) -> None:
    page.context.clear_permissions()
    page.locator("#listen").click()
    expect(page.locator("#news")).to_contain_text("the microphone is not allowed: allow it beside")
    expect(page.locator("#news")).to_contain_text("The face is at rest.")
    assert page.evaluate("mien.speaker.source") is None
    page.context.grant_permissions(["microphone"])


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
        "window.worklet ="
        " Object.getOwnPropertyDescriptor(BaseAudioContext.prototype, 'audioWorklet');"
        " delete navigator.mediaDevices.getUserMedia;"
        " Object.defineProperty(BaseAudioContext.prototype, 'audioWorklet',"
        " {value: null, configurable: true})"
    )
    page.locator("#listen").click()
    expect(page.locator("#news")).to_contain_text("no AudioWorklet")
    assert page.evaluate("mien.speaker.source") is None
    page.evaluate(
        "Object.defineProperty(BaseAudioContext.prototype, 'audioWorklet', window.worklet)"
    )


def test_a_hidden_page_says_so_and_listens_again(page: Page) -> None:
    listening(page)
    jaw_moves(page, 0.05)
    hide = (
        "value => { Object.defineProperty(document, 'hidden', {value, configurable: true});"
        " document.dispatchEvent(new Event('visibilitychange')); }"
    )
    page.evaluate(hide, True)
    expect(page.locator("#news")).to_contain_text("The page is hidden")
    jaw = "mien.frames.at(-1).shown.weights[mien.bank.channels.indexOf('jawOpen')]"
    page.wait_for_function(f"{jaw} < 0.01", timeout=20_000)
    page.evaluate(hide, False)
    expect(page.locator("#news")).to_have_text("Listening again.")
    page.evaluate("mien.frames.length = 0")
    jaw_moves(page, 0.05)


def test_a_microphone_that_is_gone_is_told_and_another_s_end_is_not(page: Page) -> None:
    begin = (
        "async () => { const stream = await navigator.mediaDevices.getUserMedia({ audio: true });"
    )
    page.evaluate(begin + " await mien.speaker.listen({ stream }); window.first = stream; }")
    page.evaluate(begin + " await mien.speaker.listen({ stream }); window.second = stream; }")
    ended = "which => window[which].getAudioTracks()[0].dispatchEvent(new Event('ended'))"
    page.evaluate(ended, "first")
    assert page.evaluate("mien.speaker.source !== null")
    jaw_moves(page, 0.05)
    page.evaluate(ended, "second")
    expect(page.locator("#news")).to_have_text(
        "The microphone is gone: plug it in, and start again."
    )
    assert page.evaluate("mien.speaker.source === null")
    jaw = "mien.frames.at(-1).shown.weights[mien.bank.channels.indexOf('jawOpen')]"
    page.wait_for_function(f"{jaw} < 0.01", timeout=20_000)
    page.evaluate("[first, second].forEach(one => one.getTracks().forEach(track => track.stop()))")


def test_a_damaged_network_or_bank_is_told(browser: Browser, address: str, folder: Path) -> None:
    cases = {"network.onnx": "the network's sha256 is", "default.safetensors": "its sha256 is"}
    context = browser.new_context(viewport={"width": 320, "height": 480})
    for name, message in cases.items():
        damaged = bytearray((folder / name).read_bytes())
        damaged[-1] ^= 1
        opened = context.new_page()
        opened.route(f"**/{name}", answering(bytes(damaged)))
        opened.goto(address)
        expect(opened.locator("#news")).to_contain_text(message, timeout=20_000)
        expect(opened.locator("#news")).to_contain_text("The face is at rest.")
        assert opened.locator("#head svg path").count() > 20 or name != "network.onnx"
        opened.close()
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


README = resources.web() / "README.md"
STUBS = """() => {
  const morphTargetDictionary = { jawOpen: 0, mouthSmileLeft: 1 };
  const mesh = { morphTargetDictionary, morphTargetInfluences: [0, 0] };
  const scene = { traverse: (visit) => visit(mesh) };
  Object.assign(window, {
    mesh, gltf: { scene }, vrm: { scene, update() {} }, clock: { getDelta: () => 0.016 },
    head: { animMoods: { neutral: {} }, mtAvatar: { jawOpen: {} }, setMood: () => undefined },
    script: "Hello. I am so happy!",
  });
}"""


def examples() -> list[str]:
    """The programs of the package's README, as somebody would copy them."""
    return re.findall(r"```js\n(.*?)```", README.read_text("utf-8"), re.DOTALL)


def test_every_example_of_the_readme_runs(page: Page, folder: Path) -> None:
    reader = resources.presets() / "releases" / "readers"
    shipped = min(reader.rglob("*.safetensors"), key=lambda path: path.stat().st_size)
    (folder / "reader.safetensors").write_bytes(shipped.read_bytes())
    page.evaluate(STUBS)
    whole = [text for text in examples() if "Reader" not in text]
    first = (
        'import { Reader, loadBank } from "mien-face";\n'
        'const bank = await loadBank("/default.safetensors");\n'
        'const file = await fetch("/reader.safetensors");\n'
    )
    (reads,) = [first + text for text in examples() if "Reader" in text]
    assert len(whole) == 4
    for text in [*whole, reads]:
        page.evaluate(
            "async text => { const own = text.replaceAll('\"mien-face\"',"
            " JSON.stringify(new URL('mien/index.js', location).href))"
            ".replaceAll('\"/', '\"' + location.origin + '/');"
            " await import(URL.createObjectURL(new Blob([own], {type: 'text/javascript'}))); }",
            text,
        )
    assert page.evaluate("mesh.morphTargetInfluences[1]") > 0.3
    (folder / "reader.safetensors").unlink()


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
        assert message in ended(2, "export", "default", "--to", "web", *arguments).output
    assert not (tmp_path / "a").exists()
    said = ended(2, "export", "default", "--to", "json", "-o", "x.json", "--runtime", "x").output
    assert "leave out --network and --runtime" in said


def test_a_runtime_of_one_s_own_goes_along(tmp_path: Path) -> None:
    dist = tmp_path / "onnxruntime-web" / "dist"
    dist.mkdir(parents=True)
    names = ("ort.wasm.min.mjs", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm")
    for name in names:
        (dist / name).write_text(name)
    out = tmp_path / "out"
    export = ("export", "default", "--to", "web", "-o", out, "--runtime")
    ended(0, *export, dist.parent)
    assert {path.name for path in (out / "onnxruntime-web").iterdir()} == set(names)
    assert (
        json.loads((out / "site.json").read_bytes())["runtime"] == f"./onnxruntime-web/{names[0]}"
    )
    said = ended(0, *export, "https://example.org/ort/dist/").output
    assert "fetches onnxruntime-web from https://example.org/ort/dist/ort.wasm.min.mjs" in said

"""Weights to SVG and PNG: deterministic, mirror-symmetric, and the same text in JavaScript."""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.drawing.document import shipped_face
from mien.drawing.face import other_side
from mien.drawing.pose import pose
from mien.drawing.svg import PngUnavailableError, number, png, svg, write_drawing

DRAWING_JS = Path(__file__).parents[1] / "compiler" / "mien" / "web" / "drawing.js"
AXIS = 300.0

unit = st.floats(0, 1, allow_subnormal=False)
faces = st.dictionaries(st.sampled_from(shipped_face().channels), unit, max_size=20)


@given(faces)
@settings(max_examples=40, deadline=None)
def test_mirrored_weights_give_the_mirrored_drawing(weights: dict[str, float]) -> None:
    mirrored = {other_side(channel): weight for channel, weight in weights.items()}
    here = {one.layer.name: one for one in pose(shipped_face(), weights)}
    there = {one.layer.name: one for one in pose(shipped_face(), mirrored)}
    for name, posed in here.items():
        if name.endswith(".left"):
            twin = there[name.removesuffix("left") + "right"]
            shift = posed.layer.shift[0]
            pairs = zip(posed.curve.segments, twin.curve.segments, strict=True)
            for mine, theirs in pairs:
                for (x, y), (far_x, far_y) in zip(mine, theirs, strict=True):
                    assert far_x - shift == pytest.approx(2 * AXIS - (x - shift), abs=1e-6)
                    assert far_y == pytest.approx(y, abs=1e-6)
            assert posed.opacity == pytest.approx(twin.opacity, abs=1e-9)


@given(faces)
@settings(max_examples=25, deadline=None)
def test_same_weights_same_text(weights: dict[str, float]) -> None:
    face = shipped_face()
    again = dict(reversed(weights.items()))
    text = svg(face, weights)
    assert svg(face, again) == text
    assert not re.search(r"\d\.\d{3}|nan|inf|\de[-+]\d", text)


def test_rest_is_the_default() -> None:
    face = shipped_face()
    assert svg(face, dict.fromkeys(face.channels, 0.0)) == svg(face, {})


def test_unknown_channels_are_refused() -> None:
    with pytest.raises(ValueError, match="no channel mouthSmirk"):
        svg(shipped_face(), {"mouthSmirk": 1.0})


def test_ids_take_the_prefix_and_titles_are_escaped() -> None:
    text = svg(shipped_face(), {}, 120, prefix="joy-low", title='joy & "more"')
    assert 'aria-label="joy &amp; &quot;more&quot;"' in text
    assert 'width="120" height="120"' in text
    assert set(re.findall(r'id="([a-z-]+)-\d+"', text)) == {"joy-low"}
    assert set(re.findall(r"url\(#(.*?)-\d+\)", text)) == {"joy-low"}


@pytest.mark.parametrize(
    ("value", "steps", "text"),
    [
        (0.0, 10, "0"),
        (-0.04, 10, "0"),
        (-0.06, 10, "-0.1"),
        (0.05, 10, "0.1"),
        (300.25, 10, "300.3"),
        (-12.0, 10, "-12"),
        (0.305, 100, "0.31"),
        (1.0, 100, "1"),
        (0.5, 100, "0.5"),
        (0.034, 100, "0.03"),
    ],
)
def test_number(value: float, steps: int, text: str) -> None:
    assert number(value, steps) == text


def random_faces(count: int) -> list[dict[str, float]]:
    source = random.Random(20)  # noqa: S311  a test, not a secret
    channels = shipped_face().channels
    faces = [{name: source.random() for name in channels} for _ in range(count // 2)]
    sparse = [
        {name: source.choice([0.125, 0.5, 1.0, source.random()]) for name in chosen}
        for chosen in (source.sample(channels, source.randint(0, 9)) for _ in range(count // 2))
    ]
    return [{}, *({name: 1.0} for name in channels), *faces, *sparse]


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node")
def test_javascript_draws_the_same_text(tmp_path: Path) -> None:
    face = shipped_face()
    weights = random_faces(300)
    (tmp_path / "face.json").write_text(json.dumps(face.to_json()), "utf-8")
    (tmp_path / "weights.json").write_text(json.dumps(weights), "utf-8")
    program = tmp_path / "draw.mjs"
    program.write_text(
        f"""
        import {{ readFileSync }} from "node:fs";
        import {{ svg }} from {json.dumps(DRAWING_JS.as_uri())};
        const read = (name) => JSON.parse(readFileSync(new URL(name, import.meta.url), "utf8"));
        const face = read("face.json");
        const options = {{ prefix: "p", title: `a <b> & "c" 'd'` }};
        const texts = read("weights.json").map((weights) => svg(face, weights, 120, options));
        process.stdout.write(JSON.stringify(texts));
        """,
        "utf-8",
    )
    done = subprocess.run(["node", str(program)], capture_output=True, check=True, timeout=60)
    texts = json.loads(done.stdout)
    title = "a <b> & \"c\" 'd'"
    assert texts == [svg(face, one, 120, prefix="p", title=title) for one in weights]


def test_svg_file(tmp_path: Path) -> None:
    path = tmp_path / "joy.svg"
    write_drawing(path, {"mouthSmileLeft": 1.0})
    assert path.read_text("utf-8") == svg(shipped_face(), {"mouthSmileLeft": 1.0})


def test_png_file(tmp_path: Path) -> None:
    pytest.importorskip("resvg_py")
    path = tmp_path / "joy.png"
    write_drawing(path, {"mouthSmileLeft": 1.0})
    data = path.read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    assert int.from_bytes(data[16:20], "big") == 600


def test_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(PngUnavailableError, match=r"mien\[png\]"):
        png("<svg/>")


def test_other_suffixes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"\.svg or \.png"):
        write_drawing(tmp_path / "joy.gif", {})

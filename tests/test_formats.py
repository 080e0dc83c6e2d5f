"""Every format of takes: a golden file, a round trip of a face whose sides differ, its faults."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.imported import imported_after

from mien.errors import SourceError
from mien.formats import livelink, named_json
from mien.formats.arkit import arkit_channels
from mien.formats.registry import (
    FORMATS,
    Format,
    FormatError,
    exportable,
    format_of,
    listed,
    readable,
    writable,
    write_take,
)
from mien.formats.request import TakeRequest
from mien.formats.take import Take, recorded_take, steady_take
from mien.text.json_nodes import JsonPlaces, parse_json
from mien.text.node import Path as NodePath
from mien.text.node import value_place

CHANNELS = arkit_channels()
GOLDEN = Path(__file__).parent / "golden"
BOTH_WAYS = tuple(one for one in readable() if one.writes)
WHOLE = tuple(one for one in BOTH_WAYS if one.name in ("livelink", "json"))
"""The formats that keep all of a take: its gaps, its moments, and how head and eyes turn."""

RATES = (12.0, 15.0, 24.0, 25.0, 30_000 / 1001, 30.0, 48.0, 50.0, 60.0, 120.0)


def lopsided() -> Take:
    """Three frames whose left and right differ: a symmetric face would hide a swap."""
    weights = np.zeros((3, len(CHANNELS)), dtype=np.float32)
    weights[:, CHANNELS.index("jawLeft")] = 0.3
    weights[1, CHANNELS.index("mouthLeft")] = 0.2
    weights[2, CHANNELS.index("mouthSmileRight")] = 1.0
    return steady_take(60, CHANNELS, weights)


def turned(take: Take) -> Take:
    """The take with a head that turns to one side and eyes that look to the other."""
    rows = np.arange(len(take.times), dtype=np.float64)
    head = np.stack([rows, -2 * rows, 0.5 * rows], axis=1)
    eyes = np.stack([-3 * rows, rows, 0 * rows, -2.5 * rows, rows, 0 * rows], axis=1)
    return recorded_take(
        take.rate, take.channels, take.times, take.weights.astype(np.float64), head=head, eyes=eyes
    )


def read_back(form: Format, take: Take, folder: Path) -> Take:
    path = folder / f"take{form.ending}"
    path.write_bytes(form.encode(take))
    return form.read(path)


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
def test_a_format_has_what_its_entry_says(form: Format) -> None:
    assert form.ending.startswith(".")
    assert form.ending.islower()
    assert form.reads or form.writes or form.table or form.fills
    assert not form.reads or callable(form.read)
    assert not form.writes or callable(form.encode)


@pytest.mark.parametrize("form", writable(), ids=lambda form: form.name)
def test_a_take_is_the_golden_file(form: Format) -> None:
    golden = GOLDEN / f"{form.name}{form.ending}"
    assert form.encode(lopsided()) == golden.read_bytes()


@pytest.mark.parametrize("form", WHOLE, ids=lambda form: form.name)
@settings(max_examples=25, deadline=None)
@given(
    rate=st.sampled_from(RATES),
    rows=st.integers(1, 40),
    seed=st.integers(0, 99),
    turn=st.booleans(),
)
def test_what_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory,
    form: Format,
    rate: float,
    rows: int,
    seed: int,
    turn: bool,
) -> None:
    weights = np.random.default_rng(seed).uniform(0, 1, (rows, len(CHANNELS)))
    take = steady_take(rate, CHANNELS, weights.astype(np.float32))
    take = turned(take) if turn else take
    found = read_back(form, take, tmp_path_factory.mktemp("takes"))
    assert found.channels == CHANNELS
    assert np.abs(found.weights - take.weights).max() < 1e-6
    assert np.allclose(found.times, take.times, atol=1e-4, rtol=1e-3)
    assert rows == 1 or found.rate == pytest.approx(rate, rel=1e-3)
    for own, other in ((found.head, take.head), (found.eyes, take.eyes)):
        assert (own is None) == (other is None)
        assert own is None or (other is not None and np.allclose(own, other, atol=1e-5))


@pytest.mark.parametrize("form", WHOLE, ids=lambda form: form.name)
def test_a_gap_and_another_order_survive(form: Format, tmp_path: Path) -> None:
    weights = np.random.default_rng(5).uniform(0, 1, (80, len(CHANNELS)))
    times = np.delete(np.arange(90) / 60, range(30, 40))
    take = recorded_take(60, CHANNELS[::-1], times, weights[:, ::-1])
    found = read_back(form, take, tmp_path)
    assert [(round(gap.start, 3), round(gap.seconds, 3)) for gap in found.gaps] == [(0.5, 0.167)]
    columns = [found.channels.index(name) for name in CHANNELS]
    assert np.abs(found.weights[:, columns] - weights).max() < 1e-6


def test_a_minute_and_an_hour_carry_over() -> None:
    (first, *_) = livelink.rows(lopsided(), start=61 + 59 / 60)
    assert first.startswith("00:01:01:59.000,61,")
    (first, *_) = livelink.rows(lopsided(), start=3600)
    assert first.startswith("01:00:00:00.000,61,")


def test_another_reader_finds_the_sides_where_they_are(tmp_path: Path) -> None:
    importer = pytest.importorskip("openfacefx.importers_csv")
    path = tmp_path / "take.csv"
    weights = np.random.default_rng(8).uniform(0, 1, (90, len(CHANNELS))).astype(np.float32)
    weights[:, CHANNELS.index("mouthRight")] = 0.0
    write_take(path, steady_take(60, CHANNELS, weights))
    track, warnings = importer.read_csv(str(path), fps=60.0, epsilon=0.0)
    assert warnings == []
    curves = {curve.name: [(key.time, key.value) for key in curve.keys] for curve in track.channels}
    for name in ("jawLeft", "jawRight", "mouthLeft", "mouthSmileLeft", "tongueOut"):
        times, values = zip(*curves[name[0].upper() + name[1:]], strict=True)
        assert np.allclose(times, np.arange(90) / 60, atol=1e-4)
        assert np.allclose(values, weights[:, CHANNELS.index(name)], atol=1e-4)
    assert not any(value for _, value in curves.get("MouthRight", []))


def test_the_app_writes_radians(tmp_path: Path) -> None:
    line = livelink.encode(turned(lopsided())).decode().splitlines()[3].split(",")
    assert [round(float(value), 4) for value in line[-9:]] == [
        *(0.0349, -0.0698, 0.0175, -0.1047, 0.0349, 0.0, -0.0873, 0.0349, 0.0)
    ]
    path = tmp_path / "video.csv"
    path.write_bytes(livelink.encode(turned(lopsided())).replace(b",61,", b",51,"))
    found = livelink.read(path)
    assert (found.head, found.eyes) == (None, None), "places in a picture are no angles"


def test_json_says_what_it_holds() -> None:
    found = json.loads(named_json.encode(turned(lopsided())))
    assert list(found) == ["frame_rate", "channels", "weights", "head", "eyes"]
    assert (found["frame_rate"], tuple(found["channels"])) == (60, CHANNELS)
    uneven = recorded_take(60, CHANNELS, np.array([0.0, 0.1]), np.zeros((2, 52)), source="a phone")
    found = json.loads(named_json.encode(uneven))
    assert (found["times"], found["source"]) == ([0.0, 0.1], "a phone")


def test_the_readme_lists_every_format() -> None:
    yes = {True: "yes", False: "no"}
    rows = [
        f"| `{one.ending}` | {one.title} | {yes[one.reads]} | {yes[one.writes]} | {exported(one)} |"
        for one in FORMATS
    ]
    readme = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
    head = "| ending | format | takes read | written | `mien export --to` |"
    table = "\n".join([head, "| --- | --- | --- | --- | --- |", *rows])
    assert f"\n{table}\n\n" in readme, table


def exported(form: Format) -> str:
    ways = {
        "all faces in a file": form.table,
        "a clip for each face": form.writes and not form.table,
        "into a model": form.fills,
    }
    found = ", or ".join(way for way, has in ways.items() if has)
    return f"`{form.name}`: {found}" if form.exports or form.fills else ""


def test_the_ending_decides(tmp_path: Path) -> None:
    for form in writable():
        for ending in (form.ending, form.ending.upper()):
            path = tmp_path / f"take{ending}"
            write_take(path, lopsided())
            assert path.read_bytes() == form.encode(lopsided())
            assert format_of(path) is form


def test_the_longest_ending_decides() -> None:
    for form in FORMATS:
        alike = [one for one in FORMATS if one.ending == form.ending]
        assert format_of(Path(f"joy{form.ending}")) is alike[0], "the others are told by their text"
        assert Path(f"joy{form.ending}").suffix == form.suffix
    with pytest.raises(FormatError):
        format_of(Path("folder") / ".csv")


def test_names_are_given_once() -> None:
    assert len({form.name for form in FORMATS}) == len(FORMATS)
    endings = [form.ending for form in exportable()]
    assert len(set(endings)) == len(endings)


def test_another_ending_is_refused_and_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(FormatError) as refusal:
        write_take(tmp_path / "take.fbx", lopsided())
    assert str(refusal.value) == (
        f"{tmp_path / 'take.fbx'}: expected a name that ends in {listed(writable())}"
    )
    assert listed(FORMATS[:2]) == ".csv (Live Link Face CSV) or .json (JSON by names)"
    assert not list(tmp_path.iterdir())
    assert listed(FORMATS[:1]) == ".csv (Live Link Face CSV)"


PARTS = st.sampled_from(
    [
        *(b"", b",", b"\n", b"-", b"e", b"9" * 320, b"nan", b"Infinity", b"1e999", b"true", b"."),
        *(b"[", b"]", b"{", b"}", b'"', b"\x00", b"\xff", b":", b";", b"\r", b"99:99"),
        "\u2028".encode(),
    ]
)


@pytest.mark.parametrize("form", BOTH_WAYS, ids=lambda form: form.name)
@settings(max_examples=300, deadline=None)
@given(
    edits=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 60), PARTS), min_size=1, max_size=4)
)
def test_a_damaged_file_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, form: Format, edits: list[tuple[float, int, bytes]]
) -> None:
    data = form.encode(turned(lopsided()))
    for share, length, part in edits:
        at = int(share * len(data))
        data = data[:at] + part + data[at + length :]
    path = tmp_path_factory.getbasetemp() / f"damaged{form.ending}"
    path.write_bytes(data)
    try:
        take = form.read(path)
    except SourceError:
        return
    assert take.weights.shape == (len(take.times), len(take.channels))
    assert ((take.weights >= 0.0) & (take.weights <= 1.0)).all()
    assert np.isfinite(take.times).all()
    assert (np.diff(take.times) > 0.0).all()
    assert 0.0 < take.rate < np.inf
    for angles in (take.head, take.eyes):
        assert angles is None or np.isfinite(angles).all()


def test_formats_need_no_more_than_the_compiler_does() -> None:
    program = (
        "from importlib import import_module\nfrom mien.formats.registry import FORMATS\n"
        "for one in FORMATS:\n    import_module(f'mien.formats.{one.module}')"
    )
    found = imported_after(program)
    heavy = {
        "mien_trainer",
        "numba",
        "scipy",
        "torch",
        "pyarrow",
        "soundfile",
        "soxr",
        "onnxruntime",
    }
    assert "numpy" in found
    assert not heavy & found


def test_the_table_of_formats_costs_nothing() -> None:
    program = "from mien.formats import registry\nregistry.listed(registry.writable())"
    assert not {"numpy", "mien_trainer"} & imported_after(program)


def changed(**values: Any) -> str:  # noqa: ANN401  whatever JSON holds
    document = json.loads(named_json.encode(lopsided()))
    document.update(values)
    return json.dumps({key: value for key, value in document.items() if value is not None})


ROW = [0.0] * 52


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "error: the file is empty [file-empty]"),
        ("{\n  ]", "2:3: error: this cannot be read as JSON: expecting property name"),
        (
            "[true]",
            "error: this cannot be read as JSON: found [true], expected frame_rate, channels and",
        ),
        ("[" * 100_000, "error: this cannot be read as JSON: it is nested too deeply"),
        (changed(weights=[[float("nan")]]), "found NaN, expected a number"),
        (changed(weights=None), "error: there is no weights [no-take]"),
        (changed(frame_rate=None, framerate=60), "there is no frame_rate [no-take]\n    is it fra"),
        (changed(frame_rate=0), "frame_rate: found 0, expected a number above 0"),
        (changed(frame_rate="60"), 'frame_rate: found "60", expected a number above 0'),
        (changed(channels=["a", "a"]), "channels: expected names of channels, each of them once"),
        (changed(channels={}), "channels: found {}, expected a list"),
        (changed(weights=[ROW, ROW[1:]]), "weights[1]: expected a list of 52 numbers, found 51 of"),
        (changed(weights=[ROW, 5]), "weights[1]: expected a list of 52 numbers, found 5"),
        (changed(weights=[["0.1", *ROW[1:]]]), 'weights[0][0]: found "0.1", expected a number'),
        (changed(weights=[[True, *ROW[1:]]]), "weights[0][0]: found true, expected a number"),
        (changed(weights=[[70, *ROW[1:]]]), "weights[0][0]: eyeBlinkLeft is 70, expected a weight"),
        (changed(weights=[[10**400, *ROW[1:]]]), "weights[0][0]: eyeBlinkLeft is inf, expected"),
        (changed(frame_rate=10**400), "frame_rate: found inf, expected a number above 0"),
        (changed(times=[0, 1, 10**400]), "times: expected 3 moments in seconds that"),
        (changed(times=[0.0, 2.0, 1.0]), "times: expected 3 moments in seconds that do not fall"),
        (changed(times=[0.0]), "times: expected 3 moments in seconds that do not fall"),
        (changed(head=[[0, 0, 0]]), "head: expected 3 rows of angles in degrees"),
        (changed(eyes=[[0, 0, 0]] * 3), "eyes[0]: expected a list of 6 numbers, found 3 of them"),
    ],
)
def test_what_is_wrong_with_json_has_its_place(tmp_path: Path, text: str, expected: str) -> None:
    path = tmp_path / "take.json"
    path.write_text(text, "utf-8")
    with pytest.raises(SourceError) as refusal:
        named_json.read(path)
    assert str(refusal.value).startswith(str(path))
    assert expected in str(refusal.value)


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("frame_rate", 0, "2:18: error: frame_rate: found 0"),
        ("channels", [], "3:16: error: channels: found []"),
        ("weights", [[0.5, 0.5], [0.5]], "5:10: error: weights[1]: expected a list of 2"),
        ("weights", [[0.5, None], [0.5, 0]], "4:22: error: weights[0][1]: found null"),
        ("weights", [[0.5, 7], [70, 0]], "4:22: error: weights[0][1]: b]c is 7,"),
        ("weights", [[0.5, 7], [70, 0]], "5:11: error: weights[1][0]: a is 70"),
        ("times", [1.0, 0.5], "6:13: error: times: expected 2 moments"),
        ("head", [[0, 0, "x"], [0] * 3], "7:20: error: head[0][2]: found"),
        ("eyes", None, "8:12: error: eyes: found null"),
    ],
)
def test_faults_of_json_name_line_and_column(
    tmp_path: Path, key: str, value: object, expected: str
) -> None:
    document: dict[str, object] = {
        "frame_rate": 60,
        "channels": ["a", "b]c"],
        "weights": [[0.5, 0.5], [0.5, 0]],
        "times": [0, 1],
        "head": [[0] * 3] * 2,
        "eyes": [[0] * 6] * 2,
    }
    document[key] = value
    lines = ",\n".join(f'  "{name}" : {json.dumps(one)}' for name, one in document.items())
    path = tmp_path / "take.json"
    path.write_text("{\n" + lines.replace("], [", "],\r\n         [", 1) + "\n}\n", "utf-8")
    with pytest.raises(SourceError) as refusal:
        named_json.read(path)
    assert f"{path}:{expected}" in str(refusal.value)


def test_the_places_of_json_are_those_of_its_nodes() -> None:
    text = ' {"a": [1, {"b": [[], "]", {}]}],\r\n "}" :\t-1e3, "c": true }\n'
    root, faults = parse_json(text, "x")
    assert root is not None
    assert not faults
    places = JsonPlaces(text, "x")
    inside: tuple[NodePath, ...] = (("a",), ("a", 0), ("a", 1), ("a", 1, "b", 0), ("a", 1, "b", 1))
    for path in ((), *inside, ("a", 1, "b", 2), ("}",), ("c",)):
        assert places.of(path) == value_place(root, path)
    for above, path in ((("a",), ("a", 2)), ((), ("d", 1)), (("c",), ("c", 0))):
        assert places.of(path) == value_place(root, above)


def test_json_without_a_channel_that_is_asked_for_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "take.json"
    take = steady_take(30, ("jawOpen", "mouthSmileL"), np.ones((1, 2), dtype=np.float32))
    path.write_bytes(named_json.encode(take))
    assert named_json.read(path).channels == ("jawOpen", "mouthSmileL")
    found = named_json.read(path, TakeRequest(channels=("tongueOut", "jawOpen")))
    assert (found.weights.tolist(), found.repairs.absent) == ([[0.0, 1.0]], ("tongueOut",))
    with pytest.raises(SourceError, match=r"there is no mouthSmileLeft .*\n    is it mouthSmileL"):
        named_json.read(path, TakeRequest(channels=("mouthSmileLeft",)))

"""A seeded corpus of damaged and hostile artifacts, and what a reader must make of each.

Damage is one flipped bit. What is hostile was edited on purpose, most often with every digest
computed anew, so that only the checks of structure and values can refuse it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any, cast

import numpy as np
from attrs import evolve, frozen

from mien.artifact.container import Array, pack, unpack
from mien.artifact.layout import INTEGERS, LABEL, SHARED, TIMELINE
from mien.artifact.read import read_artifact
from mien.artifact.write import artifact_bytes, metadata
from mien.bank import Bank
from mien.conformance.banks import Stream
from mien.engine.tables import Tables
from mien.errors import ArtifactError
from mien.text.canonical import canonical
from mien.timelines.timelines import Timeline

Json = dict[str, Any]
TIMES = (-1.0, 0.0, 16.0 + 2.0 / 3.0, 333.25, 700.0, 811.0, 1499.9, 2400.0, 12345.678)
f32 = np.float32

NASTY = (
    *(float("nan"), float("inf"), float("-inf"), 0.0, -0.0, 1e-45, -1e-45, 1e-38, 2.0**-126),
    *(-1.0, 1.0000001, 2.0, -2.0, 8.0, -8.5, 100.0, 1e6, 1e9, -1e9, 3e38, -3e38, 0.5, 1e-20),
)
NASTY_POSITIONS = (-1, 0, 1, 11, 12, 51, 52, 2**31 - 1, -(2**31))
WRONG_VALUES: tuple[object, ...] = (
    *(None, True, 3, 1.5, "", "x", [], {}, [1], ["x"], ["x", "x"], [["x"]], [None]),
    *("\x1b[2J", "é\u202e", "__proto__", "n" * 70_000),
)
SHAPES: tuple[object, ...] = (
    *([1] * 70, [1] * 9, [0] * 70, [2**40, 2**40], [0, 10**30], [10**30], [-3], [3.0], [3.5]),
    *([True, 3], [], None, "3", [None], [[3]], {"0": 3}, [2**53 + 1], [1, 3], [3, 1], [-1, -3]),
)
OFFSETS: tuple[object, ...] = (
    *([0, 0], [12, 0], [-12, 0], [0, 12], [0, 2**60], [0], [0, 12, 24], [0.5, 12.5]),
)
DTYPES: tuple[object, ...] = ("F64", "BF16", "I32", "f32", "", None, 3, ["F32"], "F" * 763_870)
ENTRIES: tuple[object, ...] = (
    *(None, [], 3, "x", {}, {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]}),
)
FACTS: tuple[object, ...] = (None, [], "x", {}, {"mien": 3}, {"mien": ["x"]}, {"pony": "x"})
VISEMES = (0.0, 0.25, 1.0, 0.03125, 0.75)


@frozen(kw_only=True)
class Case:
    """One file, and what was done to it."""

    name: str
    data: bytes


def flips(base: str, data: bytes, count: int, seed: int) -> list[Case]:
    """``count`` copies with one bit flipped, every second one in the header."""
    stream = Stream(seed)
    header = 8 + int.from_bytes(data[:8], "little")
    found: list[Case] = []
    for number in range(count):
        at = stream.below(header) if number % 2 else stream.below(len(data))
        bit = 1 << stream.below(8)
        flipped = data[:at] + bytes([data[at] ^ bit]) + data[at + 1 :]
        found.append(Case(name=f"{base}: byte {at} ^ {bit}", data=flipped))
    return found


def hostile(base: str, tables: Tables, count: int, seed: int) -> list[Case]:
    """Every named edit of the tables, and ``count`` drawn ones."""
    stream = Stream(seed)
    edits = (*_of_tables(tables), *_of_timelines(tables))
    named = [Case(name=f"{base}: {name}", data=data) for name, data in edits]
    return named + [_drawn(base, tables, stream) for _ in range(count)]


def malformed(base: str, tables: Tables) -> list[Case]:
    """Every named edit of the metadata and of the container."""
    edits = (*_of_metadata(tables), *_of_container(artifact_bytes(tables)))
    return [Case(name=f"{base}: {name}", data=data) for name, data in edits]


def _drawn(base: str, tables: Tables, stream: Stream) -> Case:
    """One to three numbers of the tables, or rows of a table, set to values from the list."""
    names: list[str] = []
    for _ in range(1 + stream.below(3)):
        in_label = stream.chance(0.7)
        position = stream.below(len(tables.labels))
        timeline = tables.labels[position].timeline
        in_time = in_label and timeline is not None and stream.chance(0.7)
        field = stream.pick(tuple(TIMELINE if in_time else LABEL if in_label else SHARED))
        owner = timeline if in_time else tables.labels[position] if in_label else tables
        changed = cast("Array", getattr(owner, field)).copy()
        if changed.size == 0:
            continue
        whole, at = stream.chance(0.3), stream.below(changed.size)
        value = stream.pick(NASTY_POSITIONS if field in INTEGERS else NASTY)
        changed.reshape(-1)[slice(None) if whole else at] = value
        names.append(f"{field}[{'all' if whole else at}] = {value}")
        if timeline is not None and in_time:
            fields = cast("Any", {field: changed})
            tables = _with_label(tables, position, timeline=evolve(timeline, **fields))
        elif in_label:
            tables = _with_label(tables, position, **{field: changed})
        else:
            tables = evolve(tables, **cast("Any", {field: changed}))
    return Case(name=f"{base}: {', '.join(names)}", data=artifact_bytes(tables))


def _with_label(tables: Tables, position: int, **fields: object) -> Tables:
    labels = list(tables.labels)
    labels[position] = evolve(labels[position], **cast("Any", fields))
    return evolve(tables, labels=tuple(labels))


def _with_intensities(tables: Tables, count: int) -> bytes:
    """The tables with the first intensities alone."""
    fields = [field for field, shape in LABEL.items() if shape[0] == "K"]
    cut = evolve(tables, intensities=tables.intensities[:count])
    for position, table in enumerate(tables.labels):
        rows = {field: np.ascontiguousarray(getattr(table, field)[:count]) for field in fields}
        cut = _with_label(cut, position, **rows)
    return artifact_bytes(cut)


def _of_tables(tables: Tables) -> Iterator[tuple[str, bytes]]:
    def shared(name: str, **fields: object) -> tuple[str, bytes]:
        return name, artifact_bytes(evolve(tables, **cast("Any", fields)))

    def label(name: str, **fields: object) -> tuple[str, bytes]:
        return name, artifact_bytes(_with_label(tables, 0, **fields))

    first, channels = tables.labels[0], len(tables.channels)
    yield shared("metric of 0", metric=np.zeros(3, f32))
    yield shared("metric of denormals", metric=np.full(3, 1e-45, f32))
    for support in (1e-45, 1e-38, 1e-30, 0.0, float("inf"), -1.0):
        yield shared(f"support {support}", support=np.array([support], f32))
    yield label(
        "anchors that coincide", anchors=np.repeat(first.anchors[:1], len(first.anchors), 0)
    )
    near = first.anchors.copy()
    near[1] = np.nextafter(near[0], f32(0.1))
    yield label("anchors one step apart", anchors=near)
    for outer in (1.0, 4.0, 1e9, 1e-45):
        yield label(f"plateaus of {outer}", plateau_outer=np.full_like(first.plateau_outer, outer))
    for span in (1e-45, 1e9, 0.0):
        yield label(f"spans of {span}", plateau_span=np.full_like(first.plateau_span, span))
    for weight in (1e9, -1e9, 3e38):
        yield label(f"weights of {weight}", weights=np.full_like(first.weights, weight))
    yield shared("no labels", labels=())
    yield shared("a label twice", labels=(first, first))
    yield shared("a label without a name", labels=(evolve(first, label=""),))
    for count in (0, 1):
        yield f"{count} intensities", _with_intensities(tables, count)
    pair = np.array([[0, channels - 1]], np.int32)
    yield shared("half a pair", pairs=pair[:, :1].copy(), caps=np.zeros(1, f32))
    yield shared("more caps than pairs", caps=np.zeros(len(tables.pairs) + 1, f32))
    yield shared("a pair of one channel", pairs=np.zeros((1, 2), np.int32), caps=np.zeros(1, f32))
    yield shared("pairs many times", pairs=np.repeat(pair, 999, 0), caps=np.zeros(999, f32))
    yield shared("sealed at a denormal", sealing=pair[0], sealing_levels=np.full(2, 1e-45, f32))
    yield shared("channels swapped", channels=tables.channels[::-1])


def _of_timelines(tables: Tables) -> Iterator[tuple[str, bytes]]:
    """Timelines that are wrong in one way each; none where the bank has no timelines."""
    position = next((at for at, one in enumerate(tables.labels) if one.timeline is not None), None)
    if position is None:
        return
    timeline = tables.labels[position].timeline
    assert timeline is not None

    def timed(name: str, **fields: object) -> tuple[str, bytes]:
        changed = evolve(timeline, **cast("Any", fields))
        return name, artifact_bytes(_with_label(tables, position, timeline=changed))

    def edited(field: str, at: int | tuple[int, int], value: float) -> tuple[str, bytes]:
        array = cast("Array", getattr(timeline, field)).copy()
        array[at] = value
        return timed(f"{field}[{at}] = {value}", **{field: array})

    yield timed("one clip", clips=timeline.clips[:1].copy())
    yield timed("no clips", clips=timeline.clips[:0].copy())
    yield edited("clips", (0, 2), 7)
    yield edited("clips", (2, 1), 2400)
    yield edited("clips", (2, 2), 3000)
    yield edited("clips", (2, 1), 500)
    yield edited("clips", (2, 0), 2399)
    yield edited("tracks", (1, 1), 2)
    yield edited("tracks", (0, 0), 3)
    yield edited("tracks", (0, 1), 2000)
    yield edited("tracks", (-1, 0), 77)
    yield edited("tracks", (0, 2), 0)
    yield edited("tracks", (0, 2), 3)
    yield edited("key_times", 1, 0)
    yield edited("key_times", 1, 599_999)
    yield edited("key_easings", 1, 5)
    yield timed("without the last key", key_times=timeline.key_times[:-1].copy())
    for value in (-0.0, -0.25, 2.5, 90.0, 1e-45, float("nan")):
        for part in (0, 1):
            yield edited("key_values", (0, part), value)
            yield edited("key_values", (-1, part), value)
    for at, value in ((0, 3), (0, -1), (1, -2), (2, 2), (2, -2), (3, -1)):
        yield edited("timing", at, value)
    yield edited("blink", 0, 7000)
    yield edited("resolves", 0, 3)
    for value in (0, 1, 40):
        yield edited("sequence_clips", (0, 0), value)
    for column, value in ((0, 3), (1, 3), (2, 3), (2, -1)):
        yield edited("sequence_ends", (0, column), value)
    yield timed("no sequences", sequences=(), sequence_clips=timeline.sequence_clips[:0].copy())
    yield timed("a sequence twice", sequences=timeline.sequences[:1] * 2)
    without = _with_label(tables, position, timeline=None)
    tensors, text = unpack(artifact_bytes(without))
    yield "version 2 without timelines", pack(tensors, text.replace("artifact/1", "artifact/2"))
    for wrong in WRONG_VALUES:
        tensors, text = unpack(artifact_bytes(tables))
        found = cast("Json", json.loads(text))
        found["labels"][position]["sequences"] = wrong
        yield f"sequences = {str(wrong)[:20]!r}", pack(tensors, _signed(found))


def _signed(found: Json) -> str:
    """The metadata's text with its checksum made anew."""
    rest = {key: value for key, value in found.items() if key != "checksum"}
    checksum = hashlib.sha256(canonical(rest).encode("utf-8", "surrogatepass")).hexdigest()
    return json.dumps({**rest, "checksum": checksum}, sort_keys=True, separators=(",", ":"))


def _of_metadata(tables: Tables) -> Iterator[tuple[str, bytes]]:
    tensors, text = unpack(artifact_bytes(tables))

    def edited(fields: Json, *, of_label: bool = False, without: str = "") -> bytes:
        found = cast("Json", json.loads(text))
        found.pop(without, None)
        (found["labels"][0] if of_label else found).update(fields)
        return pack(tensors, _signed(found))

    for key in metadata(tables):
        yield f"metadata without {key}", edited({}, without=key)
    for value in WRONG_VALUES:
        for key in (*metadata(tables), "new"):
            yield f"metadata {key} = {str(value)[:20]!r}", edited({key: value})
        for key in ("label", "styles", "digest", "tensors"):
            yield f"label's {key} = {str(value)[:20]!r}", edited({key: value}, of_label=True)
    for schema in ("2", "mien/artifact/3", "mien/artifact/x", "mien/bank/2", "mien/artifact/²"):
        yield f"schema {schema}", edited({"schema": schema})
    for engine in (0, 2, -1, 1e300, 2**70):
        yield f"engine {engine}", edited({"engine": engine})
    yield "engine 1.0", pack(tensors, text.replace('"engine":1,', '"engine":1.0,'))
    yield "a key twice", pack(tensors, text.replace('"engine":1,', '"engine":1,"engine":1,'))
    yield (
        "a key twice, escaped",
        pack(tensors, text.replace('"engine":1,', '"engine":1,"\\u0065ngine":1,')),
    )
    yield "spaces in it", pack(tensors, text.replace('"engine":1,', '"engine": 1,'))
    yield "NaN in it", pack(tensors, text.replace('"engine":1,', '"engine":NaN,'))
    yield "not JSON", pack(tensors, text[:-1])
    yield "a list", pack(tensors, "[]")
    yield "empty", pack(tensors, "")
    yield "deep", pack(tensors, "[" * 100_000 + "]" * 100_000)
    yield "deep in a key", pack(tensors, text[:-1] + ',"x":' + "[" * 9000 + "]" * 9000 + "}")
    first = tables.channels[0]
    yield "a surrogate", pack(tensors, text.replace(f'"{first}"', '"\\ud800"', 1))
    yield "a pair of surrogates", pack(tensors, text.replace(f'"{first}"', '"\\ud83d\\ude00"', 1))
    yield "many digits", pack(tensors, text.replace('"engine":1,', f'"engine":1{"0" * 5000},'))


def _header(header: Json) -> str:
    return json.dumps(header, ensure_ascii=False, separators=(",", ":"))


def _of_container(data: bytes) -> Iterator[tuple[str, bytes]]:
    length = int.from_bytes(data[:8], "little")
    body = data[8 + length :]
    text = data[8 : 8 + length].decode().rstrip()

    def of_text(changed: str | bytes) -> bytes:
        raw = changed if isinstance(changed, bytes) else changed.encode("utf-8", "surrogatepass")
        raw += b" " * (-len(raw) % 8)
        return len(raw).to_bytes(8, "little") + raw + body

    def edited(name: str, value: object) -> bytes:
        return of_text(_header({**cast("Json", json.loads(text)), name: value}))

    def of_tensor(name: str, **fields: object) -> bytes:
        return edited(name, {**json.loads(text)[name], **fields})

    for shape in SHAPES:
        for name in ("bank.metric", "bank.parting"):
            yield f"{name} of shape {str(shape)[:24]}", of_tensor(name, shape=shape)
    for offsets in OFFSETS:
        yield f"offsets {offsets}", of_tensor("bank.metric", data_offsets=offsets)
    same = json.loads(text)["bank.metric"]["data_offsets"]
    yield "an overlap", of_tensor("bank.support", data_offsets=same)
    for dtype in DTYPES:
        yield f"dtype {str(dtype)[:20]}", of_tensor("bank.metric", dtype=dtype)
    for entry in ENTRIES:
        for name in ("extra", "__proto__", "constructor", "\ud800", "\x1b[2J", "n" * 763_870):
            yield f"tensor {name[:20]!r} = {entry}", edited(name, entry)
    yield "an entry with more", of_tensor("bank.metric", more=1)
    yield "no tensors", of_text(_header({"__metadata__": json.loads(text)["__metadata__"]}))
    for facts in FACTS:
        yield f"__metadata__ = {facts}", edited("__metadata__", facts)
    yield "two keys of metadata", of_tensor("__metadata__", format="pt")
    header = cast("Json", json.loads(text))
    facts = header.pop("__metadata__")
    yield "no __metadata__", of_text(_header(header))
    yield "in another order", of_text(_header({**header, "__metadata__": facts}))
    twice = text[:-1] + ',"bank.metric":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}'
    yield "a tensor twice", of_text(twice)
    yield "a byte order mark", of_text("\ufeff" + text)
    yield "spaces before", of_text("  " + text)
    yield "tabs after", of_text(text + "\t" * 8)
    yield "escapes", of_text(text.replace('"bank.metric"', '"\\u0062ank.metric"'))
    yield (
        "not UTF-8",
        of_text(
            text.replace("bank.metric", "bank.m\udcffetric").encode("utf-8", "surrogateescape")
        ),
    )
    yield "a bare surrogate", of_text(text.replace("bank.metric", "bank.m\ud800"))
    yield "deep", of_text("[" * 100_000 + "]" * 100_000)
    yield "deep, open", of_text("[" * 100_000)
    yield "NaN", of_text(text.replace('"shape":[3]', '"shape":[NaN]'))
    yield "-0", of_text(text.replace('"data_offsets":[0,', '"data_offsets":[-0,'))
    yield "1e1", of_text(text.replace('"shape":[3]', '"shape":[3e0]'))
    yield "many digits", of_text(text.replace('"shape":[3]', f'"shape":[3{"0" * 5000}]'))
    yield "a comma more", of_text(text.replace('"shape":[3]', '"shape":[3,]'))
    for size in (0, 1, 2, 7, length - 8, length + 8, len(data), 10**8 + 1, 2**63, 2**64 - 1):
        yield f"header of {size}", size.to_bytes(8, "little") + data[8:]
    for kept in (0, 7, 8, 9, 8 + length, len(data) - 4, len(data) - 1):
        yield f"the first {kept} bytes", data[:kept]
    yield "a byte more", data + b"\0"
    yield "zeros", bytes(4096)


def points(seed: int) -> list[list[float]]:
    """The VAD points of every query: the middle, corners, and drawn ones."""
    stream = Stream(seed)
    drawn = [[stream.between(-1.0, 1.0) for _ in range(3)] for _ in range(5)]
    return [[0.0, 0.0, 0.0], [1.0, 1.0, 1.0], [-1.0, 1.0, -1.0], *drawn]


def verdict(data: bytes, vads: list[list[float]]) -> Json:
    """What Python's reader makes of a file: a refusal, the bits of its faces, or what is wrong."""
    try:
        tables = read_artifact(data)
    except ArtifactError as error:
        return {"code": error.code, "message": str(error)}
    except Exception as error:  # anything else is what the test is about
        return {"crash": f"{type(error).__name__}: {str(error)[:200]}"}
    try:
        with np.errstate(all="ignore"):
            faces = list(_faces(Bank(tables), vads))
    except Exception as error:  # what loads must answer every query
        return {"crash": f"in a face: {type(error).__name__}: {str(error)[:200]}"}
    for face in faces:
        if not ((face >= 0) & (face <= 1)).all():
            return {"outside": repr(face[~((face >= 0) & (face <= 1))][0])}
    joined = b"".join(face.astype("<f4").tobytes() for face in faces)
    return {"faces": hashlib.sha256(joined).hexdigest()}


def _faces(bank: Bank, vads: list[list[float]]) -> Iterator[np.ndarray]:
    """The fixed queries; artifact_corpus.mjs, .c and .cs have them too."""
    visemes = [VISEMES[c % len(VISEMES)] for c in range(len(bank.channels))]
    for label in bank.labels[:5]:
        anchors = [bank.point(label, intensity=t).tolist() for t in (0.0, 0.5, 0.75, 1.0)]
        for vad in (*anchors, *vads):
            yield bank.face(label, vad=vad)
        style = next(iter(bank.styles(label)), None)
        if style is not None:
            yield bank.face(label, vad=vads[3], style=style, speech=0.5)
        yield bank.compose(bank.face(label, vad=vads[4], speech=1.0), visemes)
        timeline = bank.timelines.get(label)
        for name in () if timeline is None else (None, *timeline.sequences):
            for hold in (None, 250.5):
                clip = cast("Timeline", timeline).clip(name, len(bank.intensities) - 1)
                sample = clip.sample(np.array(TIMES), hold)
                face = np.broadcast_to(bank.face(label, vad=vads[6]), sample.gain.shape)
                yield bank.timed(face, sample.gain, sample.offset)
    if len(bank.labels) > 1:
        yield bank.face({bank.labels[0]: 0.25, bank.labels[1]: 0.75}, vad=vads[5], speech=0.25)

"""Bad input of every kind: banks, artifacts, sounds, networks and requests, damaged at random."""

from __future__ import annotations

import json
import random
import shutil
import socket
from pathlib import Path
from typing import Any

import numpy as np
from attrs import evolve
from tests.campaign.interruptions import TINY
from tests.campaign.tally import Ended, Tally, content, in_child
from tests.child import finished
from tests.test_reader_mutations import FILES, PIECES, check_places, faults_of

from mien.artifact.read import read_artifact
from mien.artifact.write import artifact_bytes
from mien.bank import Bank
from mien.engine.tables import Tables
from mien.errors import ArtifactError
from mien.text.node import plain
from mien.text.yaml_nodes import require_yaml

VECTOR = Path(__file__).parents[2] / "compiler" / "mien" / "docs" / "vector.safetensors"
_NODE = Path(__file__).with_name("read_artifacts.mjs")
_FIELDS = ("rules", "metric", "support", "caps", "slacks", "sealing_levels")
_LABEL_FIELDS = (
    "anchors",
    "archetypes",
    "weights",
    "strength",
    "plateau_outer",
    "plateau_span",
    "attenuation",
    "style_anchors",
    "style_gain",
    "style_offset",
)
_NUMBERS = (0.0, -1.0, 2.0, 1e-40, 1e30, float("nan"), float("inf"), -0.0, 0.5)
_EDGE = 1e-4
"""How far outside [0, 1] a face of hostile tables may not be found: no rounding is that large."""


def banks(count: int, rng: random.Random, home: Path) -> Tally:
    """Edits of YAML and JSON sources: read, or refused at places that exist in the files."""
    tally = Tally("bad banks")
    for kind in ("yaml", "json"):
        bank = home / f"bank-{kind}"
        shutil.copytree(TINY, bank)
        names = list(FILES)
        if kind == "json":
            names = [_as_json(bank, name) for name in FILES]
        for number in range(count // 2):
            path = bank / rng.choice(names)
            before = path.read_bytes()
            path.write_bytes(_edited(before.decode(), rng).encode("utf-8", "surrogatepass"))
            try:
                check_places(bank)
                if faults_of(bank):
                    tally.refused += 1
                else:
                    tally.well += 1
            except Exception as error:
                tally.wrong.append(f"{path.name} number {number}: {type(error).__name__}: {error}")
            path.write_bytes(before)
    return tally


def artifacts(count: int, rng: random.Random, home: Path) -> tuple[Tally, Tally, Tally]:
    """Damaged artifacts in Python and JavaScript, and whole ones of tables that lie."""
    whole = VECTOR.read_bytes()
    folder = home / "artifacts"
    folder.mkdir()
    python, script = Tally("damaged artifacts, Python"), Tally("these artifacts, JavaScript")
    for number in range(count):
        (folder / f"damaged-{number}").write_bytes(_damaged(whole, rng))
    hostile = Tally("hostile artifacts, Python")
    tables = read_artifact(whole)
    read: set[str] = set()
    for number in range(count // 2):
        name = f"hostile-{number}"
        (folder / name).write_bytes(artifact_bytes(_lying(tables, rng)))
    for path in sorted(folder.iterdir()):
        tally = hostile if path.name.startswith("hostile") else python
        try:
            found = read_artifact(path.read_bytes())
            read.add(path.name)
            if tally is hostile:
                problem = _outside(found)
            else:
                problem = "" if path.read_bytes() == whole else "damage passed unseen"
            if problem:
                tally.wrong.append(f"{path.name}: {problem}")
            else:
                tally.well += 1
        except ArtifactError:
            tally.refused += 1
        except Exception as error:
            tally.wrong.append(f"{path.name}: {type(error).__name__}: {error}")
    if shutil.which("node") is not None:
        done = finished(["node", str(_NODE), folder])
        for name, ended in json.loads(done.stdout).items():
            if ended == "refused" and name not in read:
                script.refused += 1
            elif ended == "read" and name in read:
                script.well += 1
            else:
                script.wrong.append(f"{name}: {ended}, in Python read: {name in read}")
    return python, hostile, script


def sounds(count: int, rng: random.Random, home: Path) -> Tally:
    """Damaged WAV, FLAC, Ogg and MP3 files: samples in [-1, 1], or refused by name."""
    import soundfile

    from mien_trainer.audio import read_audio
    from mien_trainer.fault import TrainerError

    tally = Tally("damaged sounds")
    tone = 0.4 * np.sin(np.arange(8000) * 0.2)
    kinds: dict[str, bytes] = {}
    for suffix in ("wav", "flac", "ogg", "mp3", "aiff"):
        soundfile.write(str(home / f"whole.{suffix}"), tone, 16000)
        kinds[suffix] = (home / f"whole.{suffix}").read_bytes()
    for number in range(count):
        suffix = rng.choice(sorted(kinds))
        path = home / f"damaged.{suffix}"
        path.write_bytes(_damaged(kinds[suffix], rng))

        def act(path: Path = path) -> int:
            try:
                samples = read_audio(path).samples
            except TrainerError as error:
                return 2 if str(path) in str(error) else 71
            return 0 if np.isfinite(samples).all() and np.abs(samples).max() <= 1.0 else 72

        _count(tally, f"{suffix} number {number}", in_child(act))
    return tally


def networks(count: int, rng: random.Random, home: Path) -> Tally:
    """Damaged networks: faces in [0, 1], or refused."""
    from mien_trainer.conditions import condition_rows
    from mien_trainer.fault import TrainerError
    from mien_trainer.speak.network import read_network, shipped_network
    from mien_trainer.speak.speaker import Speaker

    tally = Tally("damaged networks")
    whole = shipped_network().read_bytes()
    sound = np.sin(np.arange(16000) * 0.2).astype(np.float32) * 0.4
    for number in range(count):
        path = home / "network.onnx"
        path.write_bytes(_damaged(whole, rng))

        def act(path: Path = path) -> int:
            try:
                network = read_network(path)
                labels = len(network.card.labels)
                conditions = condition_rows(0, labels, [[0.0, 0.0, 0.0]])[0]
                faces = Speaker(network, conditions).push(sound)
            except TrainerError:
                return 2
            return 0 if bool(((faces >= 0.0) & (faces <= 1.0)).all()) else 72

        _count(tally, f"number {number}", in_child(act))
    return tally


def requests(count: int, rng: random.Random, home: Path) -> Tally:
    """Damaged requests to the live page: each is answered, none with 500, no file changes."""
    from mien.view.server import ViewServer

    tally = Tally("hostile requests")
    bank = home / "viewed"
    shutil.copytree(TINY, bank)
    before = content(bank)
    with ViewServer(bank) as server:
        server.start()
        port, key = server.guard.port, server.guard.key
        for number in range(count):
            answer = _asked(port, _request(port, key, rng))
            status = answer.split(b" ", 2)[1] if answer.startswith(b"HTTP/") else b""
            if status.startswith(b"2") or status == b"304":
                tally.well += 1
            elif status in (b"501", b"505") or status.startswith(b"4") or _is_refusal(answer):
                tally.refused += 1
            else:
                tally.wrong.append(f"number {number}: {answer[:80]!r}")
        alive = _asked(port, f"GET / HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
    if b" 200 " not in alive[:20]:
        tally.wrong.append(f"in the end the page is not served: {alive[:80]!r}")
    if content(bank) != before:
        tally.wrong.append("a file of the bank was changed")
    return tally


def _is_refusal(answer: bytes) -> bool:
    """Whether an answer without a status line, as HTTP/0.9 has it, refuses in words."""
    return b"bad request" in answer.lower() or answer.startswith(b'{"error": "')


def _count(tally: Tally, name: str, ended: Ended) -> None:
    if ended.status == 0:
        tally.well += 1
    elif ended.status == 2:
        tally.refused += 1
    else:
        tally.wrong.append(f"{name}: {ended.status} {ended.said[-300:]}")


def _as_json(bank: Path, name: str) -> str:
    path = bank / name
    data = plain(require_yaml(path.read_text("utf-8"), name))
    path.unlink()
    target = path.with_suffix(".json")
    target.write_text(json.dumps(data, indent=2), "utf-8")
    return target.relative_to(bank).as_posix()


def _edited(text: str, rng: random.Random) -> str:
    for _ in range(rng.randint(1, 3)):
        at, removed = rng.randrange(len(text) + 1), rng.choice((0, 0, 1, 2, 12, 200))
        text = text[:at] + rng.choice(PIECES) + text[at + removed :]
    return text


def _damaged(data: bytes, rng: random.Random) -> bytes:
    """A few bits flipped, or bytes replaced, cut off, doubled or added."""
    changed = bytearray(data)
    kind = rng.randrange(5)
    if kind == 0:
        for _ in range(rng.randint(1, 4)):
            changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    elif kind == 1:
        at = rng.randrange(min(2000, len(changed)))
        changed[at : at + rng.randint(1, 8)] = rng.randbytes(rng.randint(1, 8))
    elif kind == 2:
        del changed[rng.randrange(len(changed)) :]
    elif kind == 3:
        at = rng.randrange(len(changed))
        changed[at:at] = changed[at : at + rng.randint(1, 400)]
    else:
        changed += rng.randbytes(rng.randint(1, 40))
    return bytes(changed)


def _lying(tables: Tables, rng: random.Random) -> Tables:
    """Tables with one number that no compiler writes, as their makers would sign them."""
    if rng.random() < 0.4:
        return evolve(tables, **_changed(tables, rng.choice(_FIELDS), rng))
    labels = list(tables.labels)
    at = rng.randrange(len(labels))
    labels[at] = evolve(labels[at], **_changed(labels[at], rng.choice(_LABEL_FIELDS), rng))
    return evolve(tables, labels=tuple(labels))


def _changed(owner: object, name: str, rng: random.Random) -> dict[str, Any]:
    array = np.array(getattr(owner, name))
    if array.size:
        array.reshape(-1)[rng.randrange(array.size)] = rng.choice(_NUMBERS)
    return {name: array}


def _outside(tables: Tables) -> str:
    """Where a face of the tables leaves [0, 1], or nothing."""
    bank = Bank(tables)
    rng = np.random.default_rng(5)
    points = rng.uniform(-1.0, 1.0, (200, 3))
    for number, table in enumerate(tables.labels):
        near = np.clip(np.concatenate((points, table.anchors)), -1.0, 1.0)
        faces = bank.faces(np.full(len(near), number), near.astype(np.float32))
        if not bool(((faces >= -_EDGE) & (faces <= 1.0 + _EDGE)).all()):
            return f"{table.label}: a face leaves [0, 1]"
    return ""


def _request(port: int, key: str, rng: random.Random) -> bytes:
    body = json.dumps({"label": "glad", "name": "low", "values": {"jawOpen": 0.1}}).encode()
    line = rng.choice(
        (
            "GET / HTTP/1.0",
            "GET /api/state HTTP/1.0",
            "POST /api/edit/preview HTTP/1.0",
            "POST /api/edit/write HTTP/1.0",
            "GET /page/main.js HTTP/1.0",
            "GET /../../etc/passwd HTTP/1.0",
        )
    )
    request = (
        f"{line}\r\nHost: 127.0.0.1:{port}\r\nX-Mien-Key: {key}x\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + (body if line.startswith("POST") else b"")
    return _damaged(request, rng)


def _asked(port: int, request: bytes) -> bytes:
    parts: list[bytes] = []
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.settimeout(20)
        try:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            while part := connection.recv(65536):
                parts.append(part)
                if sum(map(len, parts)) > 1 << 20:
                    break
        except OSError as error:
            return b"".join(parts) or str(error).encode()
    return b"".join(parts)

"""The folder of `mien export --to web`: bank, network, modules, and a page that uses them.

Everything in it is fetched from it; nothing comes from a net, unless a runtime's address is given.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType

from attrs import field, frozen

from mien import resources
from mien.artifact.write import artifact_bytes
from mien.bank import Bank
from mien.drawing.document import shipped_face
from mien.drawing.rig_weights import drawn_channels
from mien.errors import QueryError
from mien.site.eight_bits import in_eight_bits
from mien.text.atomic import write_atomic
from mien.text.files import shown_path
from mien.text.regular_file import WEB_RUNTIME, read_regular

PAGE, DATA = "index.html", "site.json"
MODULES = "mien"
"""The folder of the modules in the one that is written."""

_LIPS = b"mien/lip-network/1"
_SCHEMAS = (_LIPS, b"mien/network/1")
_SHIPPED = ("lips-small.onnx", "lips.onnx", "default.onnx")
"""The networks that ship, the best for a page first: small lips for any bank, lips, faces."""

_ROOMS = ("", "avatar", "performance", "site", "speech")
_SUFFIXES = (".css", ".js")
_RUNTIME = "onnxruntime-web"
_RUNTIME_FILES = ("ort.wasm.min.mjs", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm")


@frozen(kw_only=True)
class Runtime:
    """Where onnxruntime-web comes from.

    ``address`` is what the page imports, ``files`` are what goes beside it, by their names.
    """

    address: str
    files: Mapping[str, bytes] = field(factory=dict[str, bytes])


def shipped_network() -> Path:
    """The network that ships, by which a page speaks with any bank.

    Raises:
        QueryError: this installation has none.
    """
    found = find_spec("mien_trainer")
    places = found.submodule_search_locations if found else None
    networks = [Path(next(iter(places))) / "networks" / name for name in _SHIPPED] if places else []
    shipped = next((path for path in networks if path.is_file()), None)
    if shipped is None:
        raise QueryError("no network ships with this installation: give one with --network")
    return shipped


def read_runtime(given: str) -> Runtime:
    """The runtime in a folder of onnxruntime-web, or at an address that a person gives.

    Raises:
        QueryError: the folder has it not.
        OSError: it cannot be read.
    """
    if given.startswith(("https://", "http://")):
        return Runtime(address=f"{given.rstrip('/')}/{_RUNTIME_FILES[0]}")
    root = Path(given)
    folder = root / "dist" if (root / "dist").is_dir() else root
    missing = [name for name in _RUNTIME_FILES if not (folder / name).is_file()]
    if missing:
        raise QueryError(
            f"{shown_path(folder)} has no {', '.join(missing)}: give the folder "
            "node_modules/onnxruntime-web after `npm install onnxruntime-web`, or the address of "
            "its dist at a server"
        )
    files = {name: read_regular(folder / name, WEB_RUNTIME) for name in _RUNTIME_FILES}
    return Runtime(address=f"./{_RUNTIME}/{_RUNTIME_FILES[0]}", files=MappingProxyType(files))


def site_files(bank: Bank, network: bytes, runtime: Runtime | None) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of every file, the page last. A network of lips goes along in 8 bits.

    Raises:
        QueryError: ``network`` is none of mien's.
    """
    if not any(schema in network for schema in _SCHEMAS):
        raise QueryError("the network is none that `mien train export` or `mien train lips` wrote")
    if _LIPS in network:
        network = in_eight_bits(network)
    artifact = artifact_bytes(bank.tables)
    names = {"bank": f"{bank.id}.safetensors", "network": "network.onnx"}
    web = resources.web()
    yield names["bank"], artifact
    yield names["network"], network
    for path in _modules(web):
        yield f"{MODULES}/{path.relative_to(web).as_posix()}", path.read_bytes()
    if runtime is not None:
        for name, data in runtime.files.items():
            yield f"{_RUNTIME}/{name}", data
    face = shipped_face()
    described = {
        "bank": {"file": names["bank"], "sha256": hashlib.sha256(artifact).hexdigest()},
        "network": {"file": names["network"], "sha256": hashlib.sha256(network).hexdigest()},
        "runtime": None if runtime is None else runtime.address,
        "face": face.to_json(),
        "drawn": {name: drawn_channels(face, name, {}) for name in bank.channels},
    }
    yield DATA, (json.dumps(described) + "\n").encode()
    yield PAGE, (web / "site" / PAGE).read_bytes()


def write_site(files: Mapping[str, bytes], out: Path) -> None:
    """Write the files into the folder ``out``.

    Raises:
        QueryError: ``out`` has other files, and no page of ours.
        OSError: they cannot be written.
    """
    if out.exists() and not out.is_dir():
        raise QueryError(f"{shown_path(out)} is a file, expected a folder")
    if out.is_dir() and any(out.iterdir()) and not (out / DATA).is_file():
        raise QueryError(f"{shown_path(out)} has other files: give a new folder, or an empty one")
    for name, data in files.items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, data)


def _modules(web: Path) -> Iterator[Path]:
    """The modules that the page needs, with what is vendored and its licences."""
    yield web / "LICENSE"
    for room in _ROOMS:
        yield from sorted(path for path in (web / room).iterdir() if path.suffix in _SUFFIXES)
    yield from sorted(path for path in (web / "vendor").rglob("*") if path.is_file())

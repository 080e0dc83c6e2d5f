"""The avatar's modules without a browser: vendored files, names, types."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest
from tests.child import finished, installed

from mien import resources
from mien.authored.reader import read_bank
from mien.avatar.draw import PAGE, DrawingServer

WEB = resources.web()
VENDOR = WEB / "vendor"


def import_map() -> dict[str, str]:
    page = (WEB / "avatar" / "studio.html").read_text("utf-8")
    (text,) = re.findall(r'<script type="importmap">(.*?)</script>', page, re.DOTALL)
    imports: dict[str, str] = json.loads(text)["imports"]
    return imports


def test_vendored_files_are_upstream_s_byte_for_byte() -> None:
    lines = (VENDOR / "SHA256SUMS").read_text("utf-8").splitlines()
    pinned = {name.removeprefix("./"): digest for digest, name in map(str.split, lines)}
    listed = {"README.md", "SHA256SUMS", *pinned}
    files = {path.relative_to(VENDOR).as_posix() for path in VENDOR.rglob("*") if path.is_file()}
    assert files == listed
    for name, digest in pinned.items():
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == digest, name


def test_vendored_files_stay_small() -> None:
    assert sum(path.stat().st_size for path in VENDOR.rglob("*") if path.is_file()) < 3 * 2**20


def test_every_import_leads_to_a_file() -> None:
    imports = import_map()
    modules = [path for folder in ("avatar", "vendor") for path in (WEB / folder).rglob("*.js")]
    assert len(modules) > 15
    for module in modules:
        text = module.read_text("utf-8")
        if module.name.startswith(("basis_", "draco_")):
            continue  # plain scripts of their own
        code = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL) if "avatar" in module.parts else text
        for name in set(re.findall(r'(?:^|\bfrom|\bimport)\s*["\']((?:\.|three|@)[^"\']*)', code)):
            assert found(module, name, imports), f"{module.name} imports {name}"


def found(module: Path, name: str, imports: dict[str, str]) -> bool:
    if name.startswith("."):
        return (module.parent / name).is_file()
    key = max((key for key in imports if name.startswith(key)), key=len)
    return (WEB / "avatar" / (imports[key] + name[len(key) :])).is_file()


def test_the_studio_gives_out_its_page_and_no_other_folder() -> None:
    with DrawingServer(b"{}", b"") as server:
        table = server.assets
    assert f"/{PAGE}" in table
    assert "/vendor/three/addons/libs/basis/basis_transcoder.wasm" in table
    assert {name.split("/")[1] for name in table} == {"avatar", "vendor"}
    assert not any(name.endswith((".ts", ".json", ".md", ".txt")) for name in table)


def test_the_channels_are_the_rig_s() -> None:
    text = (WEB / "avatar" / "spellings.js").read_text("utf-8")
    (block,) = re.findall(r"CHANNELS = Object\.freeze\(\[(.*?)\]\)", text, re.DOTALL)
    rig = read_bank(resources.presets() / "default").rig
    assert tuple(re.findall(r'"(\w+)"', block)) == rig.names


@pytest.mark.parametrize("name", ["avatar.test.mjs", "avatar_shapes.test.mjs", "turns.test.mjs"])
def test_names_files_and_shapes_in_node(name: str) -> None:
    node = installed("node")
    script = Path(__file__).with_name(name)
    finished([node, "--test", script])

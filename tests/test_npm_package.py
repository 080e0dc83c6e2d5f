"""The npm package: what it holds, and that it works where it is installed."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest
from tests.child import finished

import mien
from mien import resources

WEB = resources.web()
ROOT = Path(__file__).resolve().parents[1]
NODE, NPM = shutil.which("node"), shutil.which("npm")
pytestmark = pytest.mark.skipif(NODE is None or NPM is None, reason="node is not installed")
MOST = 128 * 1024
"""Bytes of the packed package."""


def npm(folder: Path, *arguments: str) -> str:
    command = ["npm", *arguments, "--offline", "--no-audit", "--no-fund", "--loglevel=error"]
    environment = {**os.environ, "npm_config_cache": str(folder / ".npm"), "HOME": str(folder)}
    done = finished(command, cwd=folder, env=environment)
    return done.stdout


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pack")
    (described,) = json.loads(npm(folder, "pack", str(WEB), "--json"))
    file: Path = folder / described["filename"]
    sizes = f"{described['size']:,} bytes, {described['unpackedSize']:,} unpacked"
    listed = ", ".join(one["path"] for one in described["files"])
    sys.stdout.write(f"{file.name}: {sizes}\n{listed}\n")
    return file


def names_in(packed: Path) -> set[str]:
    with tarfile.open(packed) as archive:
        return {name.removeprefix("package/") for name in archive.getnames()}


def test_the_package_has_the_program_s_version_and_licence() -> None:
    described: dict[str, Any] = json.loads((WEB / "package.json").read_bytes())
    assert described["version"] == mien.__version__
    assert "dependencies" not in described
    assert (WEB / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()


def test_the_package_is_small_and_whole(packed: Path) -> None:
    names = names_in(packed)
    assert {"LICENSE", "README.md", "index.js", "package.json", "types/index.d.ts"} <= names
    assert not any(name.startswith(("page/", "vendor/", "types/check")) for name in names)
    assert packed.stat().st_size < MOST
    for name in sorted(names):
        if name.endswith(".js"):
            text = re.sub(r"/\*.*?\*/", "", (WEB / name).read_text("utf-8"), flags=re.DOTALL)
            for wanted in re.findall(r'(?:\bfrom|^import|\bimport\()\s*"([^"]+)"', text, re.M):
                assert wanted.startswith("."), f"{name} imports {wanted}"
                target = os.path.normpath((Path(name).parent / wanted).as_posix())
                assert target in names, f"{name} imports {wanted}, which is not packed"


def test_what_is_installed_gives_the_vector_s_bits(packed: Path, tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"name": "user", "version": "1.0.0", "private": true}')
    npm(tmp_path, "install", str(packed))
    assert sorted(path.name for path in (tmp_path / "node_modules").glob("[a-z]*")) == ["mien-face"]
    user = tmp_path / "user.mjs"
    user.write_text('export * from "mien-face";\n')
    script = Path(__file__).with_name("package.test.mjs")
    finished(["node", "--test", script], env={**os.environ, "MIEN_FACE": user.as_uri()})

"""Another processor altogether: Debian's Python for aarch64 under qemu's user mode.

Nothing of the machine changes: apt keeps its lists for the foreign architecture in the folder, and
packages are unpacked there, not installed.
"""

from __future__ import annotations

import shutil
import sys
from importlib.metadata import requires
from pathlib import Path

from mien.conformance.implementations import (
    ConformanceError,
    Implementation,
    call,
    python_implementation,
)

_PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"
_DEBS = (
    f"{_PYTHON}-minimal",
    f"lib{_PYTHON}-minimal",
    f"lib{_PYTHON}-stdlib",
    "libbz2-1.0",
    "libc6",
    "libexpat1",
    "libffi8",
    "libgcc-s1",
    "liblzma5",
    "libssl3",
    "libstdc++6",
    "libuuid1",
    "zlib1g",
)
_PLATFORMS = ("manylinux2014_aarch64", "manylinux_2_27_aarch64", "manylinux_2_28_aarch64")
_EMULATOR = "qemu-aarch64-static"
_TOOLS = ("apt-get", "dpkg-deb", _EMULATOR)
_LIMIT = 60


def aarch64_implementations(folder: Path) -> tuple[Implementation, ...]:
    """This package on an emulated aarch64, whose Python and packages lie under ``folder``.

    Raises:
        ConformanceError: a tool is missing, or the packages cannot be fetched.
    """
    lacking = [tool for tool in _TOOLS if shutil.which(tool) is None]
    if lacking:
        raise ConformanceError(
            f"{', '.join(lacking)} not found: aarch64 needs a Debian with qemu-user-static"
        )
    folder = folder.resolve()
    done = folder / "done"
    if not done.is_file():
        _unpack_debs(folder)
        _install_wheels(folder / "site")
        done.touch()
    root = folder / "root"
    python = (_EMULATOR, "-L", str(root), str(root / "usr" / "bin" / _PYTHON))
    package = Path(__file__).resolve().parents[2]
    environment = {"PYTHONPATH": f"{package}:{folder / 'site'}", "PYTHONDONTWRITEBYTECODE": "1"}
    return tuple(
        python_implementation(
            f"{path}, emulated aarch64", path, python=python, limit=_LIMIT, environment=environment
        )
        for path in ("numpy", "numba")
    )


def _unpack_debs(folder: Path) -> None:
    state, debs, root = (folder / name for name in ("apt", "debs", "root"))
    for path in (state / "lists" / "partial", state / "archives" / "partial", debs, root):
        path.mkdir(parents=True, exist_ok=True)
    (state / "status").touch()
    apt = (
        "apt-get",
        *("-o", "APT::Architecture=arm64", "-o", "APT::Architectures=arm64"),
        *("-o", f"Dir::State={state}", "-o", f"Dir::State::status={state / 'status'}"),
        *("-o", f"Dir::Cache={state}"),
    )
    call([*apt, "update"], debs)
    call([*apt, "download", *_DEBS], debs)
    for deb in sorted(debs.glob("*.deb")):
        call(["dpkg-deb", "--extract", str(deb), str(root)], debs)


def _install_wheels(site: Path) -> None:
    platforms = [word for name in _PLATFORMS for word in ("--platform", name)]
    needed = [text for text in requires("mien") or () if "extra ==" not in text]
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    pip = (sys.executable, "-m", "pip", "install", "--quiet", "--target", str(site))
    only = ("--only-binary=:all:", "--implementation", "cp", "--python-version", version)
    call([*pip, *platforms, *only, *needed], site.parent)

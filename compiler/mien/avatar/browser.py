"""A headless Chromium of the machine's own, open on one page of this program."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from attrs import frozen

from mien.errors import MienError


class AvatarError(MienError):
    """The model cannot be used, or there is no browser that works. The message is for people."""


NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
VARIABLE = "CHROME"

_FLAGS = (
    "--headless=new",
    # WebGL without a graphics card; the same pictures with one.
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    "--disable-dev-shm-usage",
    "--force-color-profile=srgb",
    "--hide-scrollbars",
    "--mute-audio",
    # No call leaves the machine.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--no-default-browser-check",
    "--no-first-run",
    "--no-pings",
)
_TAIL = 2000


@frozen(kw_only=True)
class OpenBrowser:
    """A running browser."""

    process: subprocess.Popen[bytes]
    log: Path

    def ended(self) -> str | None:
        """What it said last, once it has stopped by itself; None while it runs."""
        if self.process.poll() is None:
            return None
        text = self.log.read_text(encoding="utf-8", errors="replace").strip()
        return text[-_TAIL:] or f"it ended with status {self.process.returncode}"


def find_browser(environment: Mapping[str, str] = os.environ) -> str:
    """The program named by the variable CHROME, else the first Chromium or Chrome on the PATH.

    Raises:
        AvatarError: there is none.
    """
    named = environment.get(VARIABLE)
    path = environment.get("PATH")
    if named:
        found = shutil.which(named, path=path)
        if found is None:
            raise AvatarError(f"{VARIABLE} names {named}, which is not a program")
        return found
    for name in NAMES:
        found = shutil.which(name, path=path)
        if found is not None:
            return found
    raise AvatarError(
        "an avatar is drawn by Chromium or Chrome, and there is none on the PATH "
        f"({', '.join(NAMES)}): install one, or name it in the variable {VARIABLE}"
    )


@contextmanager
def open_browser(program: str, address: str, size: int) -> Generator[OpenBrowser]:
    """Open ``address`` in a window of ``size`` pixels; the browser ends with the block.

    Its profile is a new folder, removed afterwards.

    Raises:
        AvatarError: the program cannot be started.
    """
    with tempfile.TemporaryDirectory(prefix="mien-", ignore_cleanup_errors=True) as folder:
        log = Path(folder) / "log"
        command = [
            program,
            *_FLAGS,
            *_sandbox(),
            f"--user-data-dir={Path(folder) / 'profile'}",
            f"--window-size={size},{size}",
            address,
        ]
        with log.open("wb") as said:
            try:
                process = subprocess.Popen(  # noqa: S603  a browser of the user's own choice
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=said,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            except OSError as error:
                raise AvatarError(f"{program} cannot be started: {error.strerror}") from error
        try:
            yield OpenBrowser(process=process, log=log)
        finally:
            _stop(process)


def _sandbox() -> tuple[str, ...]:
    """Chromium's sandbox cannot be had as root, as in a container."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    return ("--no-sandbox", "--disable-gpu-sandbox") if root else ()


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the browser and what it started: the group that it leads."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()

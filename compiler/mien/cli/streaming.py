"""What is asked of `mien stream`: its arguments and options."""

from __future__ import annotations

from pathlib import Path

from attrs import frozen

PROTOCOLS = ("vmc", "livelink", "ifacialmocap")
EXPRESSIONS = ("perfect-sync", "vrm0", "vrm1")

_RECORDING = ".pcap"


@frozen(kw_only=True)
class Streaming:
    """What is sent ``to`` a protocol or received from its ``origin``, as the options say."""

    sources: tuple[str, ...]
    to: str | None
    origin: str | None
    host: str
    ports: tuple[int, ...]
    names: tuple[str, ...]
    seconds: float | None
    fps: float
    loop: bool
    labels: tuple[str, ...]
    at: str | None
    vad: tuple[float, float, float] | None
    intensity: float | None
    style: str | None
    speech: float
    fade: float
    live: bool
    page: bool
    rate: float
    outs: tuple[Path, ...]
    silence: float
    phone: str | None
    expressions: str
    text_version: str
    output: str

    @property
    def takes(self) -> tuple[Path, ...]:
        """The takes to write."""
        return tuple(path for path in self.outs if path.suffix.lower() != _RECORDING)

    @property
    def recordings(self) -> tuple[Path, ...]:
        """The recordings to write."""
        return tuple(path for path in self.outs if path.suffix.lower() == _RECORDING)

"""Which tests may be skipped where everything is installed: no other skip passes there."""

from __future__ import annotations

import re
from collections.abc import Generator

import pytest

ALLOWED = (
    r"root may read everything",
    r"MediaPipe \(mien\[judge\]\) is not installed",
    r"the judge (fer|human|face-api) is not installed",
    r"MIEN_CLUSTER=1 starts a Ray cluster",
    r"Whisper \(mien\[whisper\]\) is not installed",
    r"Blender \(bpy\) is not installed",
    r"Mono \(mcs and mono\) is not installed",
    r"ONNXRUNTIME_WEB names no onnxruntime-web",
    r"the real capture is not beside this checkout",
)
"""Patterns of reasons, each matched from its beginning."""


class SkipGuard:
    """Fails a run in which a test was skipped for a reason that is not in `ALLOWED`."""

    def __init__(self) -> None:
        self._unexpected: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test ended."""
        self._note(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file was collected."""
        self._note(report)

    @pytest.hookimpl(wrapper=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, None, None]:
        """The run ends: with 1 where it would have passed."""
        yield
        if self._unexpected and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Name what was skipped."""
        if self._unexpected:
            terminalreporter.section("skipped, but everything should be installed", red=True)
            for name, reason in sorted(self._unexpected.items()):
                terminalreporter.line(f"{name}: {reason}")

    def _note(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        if not report.skipped or hasattr(report, "wasxfail"):
            return
        reason = reason_of(report)
        if not any(re.match(allowed, reason) for allowed in ALLOWED):
            self._unexpected[report.nodeid] = reason


def reason_of(report: pytest.TestReport | pytest.CollectReport) -> str:
    """Why a test was skipped, as its author put it."""
    why = report.longrepr
    text = why[2] if isinstance(why, tuple) else str(why)
    return text.removeprefix("Skipped: ")

"""The pytest plugin: ``pytest --mien presets/ours``, or ``mien = presets/ours`` in its settings.

Each bank becomes a collector with one test a property, ``presets/ours::anchors_are_exact``. The
plugin is loaded with every run of pytest, so it imports what it needs when a bank is given.
"""

# pytest's own constructors take keywords without types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from _pytest._code.code import TerminalRepr

    from mien.testing.subject import Subject


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option and the setting."""
    parser.getgroup("mien").addoption(
        "--mien",
        metavar="BANK",
        action="append",
        default=[],
        help="Prove what mien promises on the bank in this folder. May be given several times.",
    )
    parser.addini("mien", "Folders of banks to prove in every run.", type="args", default=[])


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Add the tests of every bank that is given; the fixtures of other tests are not touched."""
    given: list[str] = config.getoption("--mien") or []
    for folder in dict.fromkeys([*config.getini("mien"), *given]):
        _require_bank(config.invocation_params.dir / folder, folder)
        items.extend(BankCollector.from_parent(session, name=folder, nodeid=folder).collect())


def _require_bank(path: Path, name: str) -> None:
    from mien.resolve import is_bank

    if not is_bank(path):
        why = "it has no bank.yaml" if path.is_dir() else "there is no such folder"
        raise pytest.UsageError(f"--mien {name}: expected the folder of a bank, but {why}")


class BankCollector(pytest.Collector):
    """The bank in the folder that is its name."""

    def collect(self) -> Iterator[BankTest]:
        """One test a property."""
        from mien.testing.properties import PROPERTIES

        for name in PROPERTIES:
            yield BankTest.from_parent(self, name=name)

    @cached_property
    def subject(self) -> Subject:
        """The bank, compiled once for all of its tests."""
        from mien.testing.subject import Subject

        return Subject(self.config.invocation_params.dir / self.name)


class BankTest(pytest.Item):
    """The property of its name, of the bank of its collector."""

    def runtest(self) -> None:
        """Let Hypothesis look for a query that breaks it."""
        from mien.testing.properties import PROPERTIES

        bank = self.getparent(BankCollector)
        if bank is not None:
            PROPERTIES[self.name](bank.subject)

    def repr_failure(
        self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None
    ) -> str | TerminalRepr:
        """The message alone, for a property that does not hold or a bank that does not compile."""
        from mien.errors import MienError

        error = excinfo.value
        if isinstance(error, MienError):
            return "\n".join([str(error), *getattr(error, "__notes__", [])])
        return super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Where the bank is, and what is proved of it."""
        bank = self.getparent(BankCollector)
        name = "" if bank is None else bank.name
        return self.path / name, None, f"{name}: {self.name}"

"""`mien` run in this process, as people run it."""

from __future__ import annotations

from contextlib import redirect_stderr, redirect_stdout
from io import StringIO

from attrs import frozen

from mien.cli.main import run


@frozen(kw_only=True)
class Ran:
    """How it ended, and what it wrote."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def output(self) -> str:
        """All that it wrote."""
        return self.stdout + self.stderr


def ran(*arguments: object) -> Ran:
    """`mien` with these arguments."""
    with redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as err:
        code = run([str(one) for one in arguments])
    return Ran(exit_code=code, stdout=out.getvalue(), stderr=err.getvalue())


def ended(status: int, *arguments: object) -> Ran:
    """`mien` with these arguments, which is to end with that status."""
    found = ran(*arguments)
    assert found.exit_code == status, found.output
    return found

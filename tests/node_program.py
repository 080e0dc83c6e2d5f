"""A program in Node that answers a line of JSON with a line."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from tests.child import installed


class NodeProgram:
    """The program ``script``, started; ``folder`` is for files that it is told of."""

    def __init__(self, script: Path, folder: Path) -> None:
        node = installed("node")
        self.folder = folder
        self.program = subprocess.Popen(
            [node, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def answer(self, asked: object) -> str:
        """The line that it writes when it is asked this."""
        assert self.program.stdin is not None
        assert self.program.stdout is not None
        print(json.dumps(asked), file=self.program.stdin, flush=True)
        return self.program.stdout.readline()

    def close(self) -> None:
        """Let it end, which it has to do by itself when nothing more is asked."""
        assert self.program.stdin is not None
        assert self.program.stdout is not None
        self.program.stdin.close()
        self.program.stdout.close()
        assert self.program.wait(timeout=20) == 0

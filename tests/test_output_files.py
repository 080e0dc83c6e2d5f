"""Files that commands write: what cannot be one is refused before the work, by its own name."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from tests.program import ended

from mien.text.atomic import draft_folder, replacing, write_atomic

TINY = str(Path(__file__).parent / "banks" / "tiny")
NETWORK = "network.onnx"

COMMANDS: dict[str, tuple[list[str], str]] = {
    "face": (["face", TINY, "glad", "-o"], "a.svg"),
    "sheet": (["sheet", TINY, "-o"], "a.html"),
    "diff": (["diff", TINY, TINY, "--report"], "a.html"),
    "bench": (["bench", TINY, "--quick", "--plot"], "a.svg"),
    "audit": (["targets", "audit", "data", "-o"], "a.html"),
    "preview": (["targets", "preview", "data", "clip", "-o"], "a.gif"),
    "evaluate": (["evaluate", NETWORK, "--data", ".", "-o"], "a.html"),
    "train export": (["train", "export", "best", "-o"], "a.onnx"),
    "train expand": (["train", "expand", "old", "-o"], "a.safetensors"),
    "speak": (["speak", "line.wav", "--label", "joy", "-o"], "a.csv"),
    "export": (["export", TINY, "--to", "csv", "-o"], "a.faces.csv"),
}
"""Each command up to the name of what it writes, and a good name; their inputs do not exist."""


@pytest.fixture(params=COMMANDS)
def writing(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[list[str], str]:
    monkeypatch.chdir(tmp_path)
    if request.param in ("audit", "preview", "evaluate", "train export", "train expand", "speak"):
        pytest.importorskip("soundfile", reason="needs the extra mien[targets]")
    arguments, name = COMMANDS[str(request.param)]
    return list(arguments), name


def refused(*arguments: str) -> str:
    """The last line of what a command says that refuses with 2, and says nothing on stdout."""
    said = ended(2, *arguments)
    assert said.stdout == ""
    assert "defect" not in said.stderr
    return said.stderr.splitlines()[-1]


def test_a_wrong_ending_is_refused_before_the_work(writing: tuple[list[str], str]) -> None:
    arguments, name = writing
    said = refused(*arguments, "a.bmp")
    assert "a.bmp" in said
    assert Path(name).suffix in said
    assert not list(Path().iterdir())


def test_a_folder_that_is_not_there_is_named_before_the_work(
    writing: tuple[list[str], str],
) -> None:
    arguments, name = writing
    Path("file").write_text("kept")
    for folder, why in (("nope/deep", "does not exist"), ("file", "is a file")):
        said = refused(*arguments, f"{folder}/{name}")
        assert said.endswith(f"{folder}/{name}: the folder {folder} {why}")
        assert ".tmp" not in said


def test_a_folder_that_cannot_be_written_to_is_named_before_the_work(
    writing: tuple[list[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments, name = writing
    shut = Path("shut").absolute()
    shut.mkdir(0o500)
    may = os.access

    def allowed(path: Path, mode: int) -> bool:  # root may write wherever the disk takes it
        return path != shut and may(path, mode)

    monkeypatch.setattr(os, "access", allowed)
    said = refused(*arguments, f"shut/{name}")
    assert said.endswith(f"shut/{name}: the folder shut cannot be written to")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes that have a name")
def test_a_pipe_is_refused_and_not_replaced(writing: tuple[list[str], str]) -> None:
    arguments, name = writing
    os.mkfifo(name)
    said = refused(*arguments, name)
    assert said.endswith(f"{name}: it is a pipe or a device, expected the name of a file")
    assert stat.S_ISFIFO(Path(name).lstat().st_mode)


def test_face_says_what_it_wrote(tmp_path: Path) -> None:
    out = tmp_path / "glad.svg"
    said = ended(0, "face", TINY, "glad", "-o", out, "--format", "json")
    assert f"{out}: the face\n" in said.stderr
    assert said.stdout.startswith("{")


def test_an_error_of_writing_never_names_a_temporary_file(tmp_path: Path) -> None:
    path = tmp_path / ("a" * 240)  # a name that is good, and too long with more around it
    for write in (lambda: write_atomic(path, b""), lambda: draft_folder(path).__enter__()):
        with pytest.raises(OSError, match="too long") as error:
            write()
        assert error.value.errno == errno.ENAMETOOLONG
        assert error.value.filename == str(path)


def test_an_error_inside_a_folder_that_is_made_names_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "faces"
    with (
        pytest.raises(OSError, match=r"\(no space left on device\); it is as it was") as full,
        draft_folder(folder) as draft,
        replacing(draft / "joy.csv"),
    ):
        raise OSError(errno.ENOSPC, "No space left on device")
    with pytest.raises(FileNotFoundError) as lost, draft_folder(folder) as draft:
        (draft / "none" / "joy.csv").touch()
    assert [one.value.filename for one in (full, lost)] == [str(folder)] * 2
    assert list(tmp_path.iterdir()) == []


def test_a_link_that_leads_nowhere_names_the_folder_it_leads_to(tmp_path: Path) -> None:
    link, loop = tmp_path / "link", tmp_path / "loop"
    link.symlink_to(tmp_path / "nope" / "file")
    loop.symlink_to(loop)
    with pytest.raises(FileNotFoundError, match=f"the folder {tmp_path / 'nope'} does not exist"):
        write_atomic(link, b"")
    with pytest.raises(OSError, match="leads to itself"):
        write_atomic(loop, b"")


def test_a_reader_that_leaves_ends_the_program_quietly() -> None:
    program = "import sys; from mien.cli.main import main; main()"
    command = [sys.executable, "-c", program, "check", "--explain"]  # more than a pipe holds
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60.0) == 141


def test_a_stdout_that_was_closed_from_the_start_is_no_traceback() -> None:
    program = "import sys; sys.stdout = None; from mien.cli.main import main; main()"
    done = subprocess.run([sys.executable, "-c", program, "--version"], capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(
    find_spec("soundfile") is None or find_spec("onnxruntime") is None,
    reason="needs the extra mien[speak]",
)
def test_speech_whose_reader_leaves_is_not_blamed(tmp_path: Path) -> None:
    import numpy as np
    import soundfile

    sound = tmp_path / "line.wav"
    soundfile.write(str(sound), 0.1 * np.random.default_rng(1).standard_normal(160_000), 16_000)
    program = "import sys; from mien.cli.main import main; main()"
    command = [sys.executable, "-c", program, "speak", str(sound), "--label", "joy"]
    command += ["--lips", "network"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.read(8) == b"Timecode"
        process.stdout.close()
        said = process.stderr.read().decode()
        assert said.startswith("lips of the network")  # whose lips they are, and nothing else
        assert len(said.splitlines()) == 1
        assert process.wait(60.0) == 141

"""Folders of targets: the same bytes from any engine, nothing lost to kills, nothing mixed up."""

from __future__ import annotations

import errno
import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
from attrs import evolve
from tests.targets.fakes import HEAD, RECIPE, SPECS, FakeSetup, make, read_shard

from mien.text.atomic import write_atomic
from mien_trainer.fault import TrainerError
from mien_trainer.speech import Split
from mien_trainer.targets.engines import run_local
from mien_trainer.targets.folder import DiskFullError, FolderError
from mien_trainer.targets.manifest import ManifestError, manifest_digest, read_manifest
from mien_trainer.targets.recipe import recipe_digest
from mien_trainer.targets.worker import MadeShard, ShardTask, WorkerSetup, shard_tasks

pytest.importorskip("pyarrow", reason="needs the extra mien[targets]")

ROOT = Path(__file__).resolve().parents[1]
FILES = [
    *(f"train-{number:05}.parquet" for number in range(5)),
    "validation-00000.parquet",
    "test-00000.parquet",
]


def content(folder: Path) -> dict[str, str]:
    """The digest of every file, hidden ones too."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def straight(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder made at one go."""
    folder = tmp_path_factory.mktemp("straight") / "targets"
    make(folder)
    return folder


@pytest.fixture
def processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes that a test starts find the tests' own modules."""
    monkeypatch.setattr(sys, "path", [str(ROOT), *sys.path])


def stopping(after: int) -> partial[Generator[MadeShard, None, None]]:
    """An engine that is interrupted after some shards."""

    def run(
        setup: WorkerSetup, work: Iterable[ShardTask], after: int
    ) -> Generator[MadeShard, None, None]:
        for number, made in enumerate(run_local(setup, work, 1)):
            if number == after:
                raise KeyboardInterrupt
            yield made

    return partial(run, after=after)


def backwards(setup: WorkerSetup, work: Iterable[ShardTask]) -> Generator[MadeShard, None, None]:
    """An engine that gives the last shard first."""
    yield from run_local(setup, reversed(list(work)), 1)


def test_a_finished_folder_holds_shards_and_a_manifest_of_them(straight: Path) -> None:
    assert sorted(content(straight)) == sorted([*FILES, "manifest.json"])
    manifest = read_manifest(straight)
    assert [shard.file for shard in manifest.shards] == FILES
    assert [shard.clips for shard in manifest.shards] == [4, 4, 4, 4, 1, 3, 4]
    clips = [clip for file in FILES for clip in read_shard(straight / file, HEAD.artifact)]
    assert [clip.id for clip in clips] == [spec.id for spec in SPECS]
    for shard in manifest.shards:
        assert shard.sha256 == content(straight)[shard.file]
        own = read_shard(straight / shard.file)
        assert shard.frames == sum(clip.frames for clip in own)
        assert {clip.split for clip in own} == {shard.split}
    assert manifest.clips == 24
    assert manifest.seconds == sum(clip.frames for clip in clips) / 60
    assert manifest.recipe_sha256 == recipe_digest(RECIPE)
    assert manifest.counts.split == {"test": 4, "train": 17, "validation": 3}
    for name, key in (("label", "label"), ("source", "source")):
        found = getattr(manifest.counts, name)
        assert sum(found.values()) == 24
        assert all(
            many == sum(getattr(c, key) == one for c in clips) for one, many in found.items()
        )
    assert len(manifest.of(Split.TRAIN)) == 5


@pytest.mark.usefixtures("processes")
def test_the_number_of_processes_and_the_order_do_not_show(straight: Path, tmp_path: Path) -> None:
    make(tmp_path / "three", engine=partial(run_local, workers=3))
    make(tmp_path / "backwards", engine=backwards)
    assert content(tmp_path / "three") == content(straight)
    assert content(tmp_path / "backwards") == content(straight)


def test_a_folder_of_the_first_recipe_version_goes_on(straight: Path, tmp_path: Path) -> None:
    """What a program wrote under ``recipe_sha256`` that knew mien/targets/1 alone."""
    digest = "613b4a9118fd65a32af7147eec50fa69233c4e2ec58e63a19930ffe10dd9085e"
    assert f'"recipe_sha256": "{digest}"' in (straight / "manifest.json").read_text("utf-8")
    folder = tmp_path / "targets"
    with pytest.raises(KeyboardInterrupt):
        make(folder, engine=stopping(3))
    assert all(f'"{digest}"' in path.read_text("utf-8") for path in folder.glob("*.json"))
    assert make(folder).made == 12
    assert content(folder) == content(straight)


def test_a_run_that_is_interrupted_goes_on(straight: Path, tmp_path: Path) -> None:
    folder, log = tmp_path / "targets", tmp_path / "log"
    with pytest.raises(KeyboardInterrupt):
        make(folder, engine=stopping(3))
    assert sorted(content(folder)) == sorted(
        name for file in FILES[:3] for name in (file, file.replace(".parquet", ".json"))
    )
    steps: list[int] = []
    outcome = make(folder, FakeSetup(log=log), step=steps.append)
    assert content(folder) == content(straight)
    assert log.read_text().split() == [spec.id for spec in SPECS[12:]]
    assert outcome.made == 12
    assert (steps[0], sum(steps)) == (12, 24)
    assert make(folder, FakeSetup(log=log)).made == 0
    assert len(log.read_text().split()) == 12


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_a_killed_run_goes_on_and_leaves_no_process(straight: Path, tmp_path: Path) -> None:
    folder, log = tmp_path / "targets", tmp_path / "log"
    command = [sys.executable, "-m", "tests.targets.fakes", str(folder), str(log)]
    with subprocess.Popen(command, cwd=ROOT, start_new_session=True) as run:
        deadline = time.monotonic() + 60
        while len(list(folder.glob("*.json"))) < 2:
            assert run.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.01)
        os.kill(run.pid, signal.SIGKILL)
    while group_alive(run.pid):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    kept = {path.with_suffix(".parquet").name for path in folder.glob("*.json")}
    assert 2 <= len(kept) < len(FILES)
    (folder / ".train-00004.parquet.mien-0123456789ab.tmp").write_bytes(b"PAR1")
    log.unlink()
    make(folder, FakeSetup(log=log))
    assert content(folder) == content(straight)
    done = {
        task.file for task in shard_tasks(SPECS, 4) if set(ids(task)) & set(log.read_text().split())
    }
    assert done == set(FILES) - kept


def ids(task: ShardTask) -> list[str]:
    return [spec.id for spec in task.specs]


def group_alive(group: int) -> bool:
    """Whether a process of the group runs; one that ended and that nobody waits for does not."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _, its_group = stat.read_text().rpartition(")")[2].split()[:3]
            if state != "Z" and int(its_group) == group:
                return True
    return False


def test_a_damaged_shard_is_made_again(straight: Path, tmp_path: Path) -> None:
    folder, log = tmp_path / "targets", tmp_path / "log"
    make(folder)
    cut = folder / FILES[1]
    cut.write_bytes(cut.read_bytes()[:-100])
    (folder / FILES[6]).unlink()
    make(folder, FakeSetup(log=log))
    assert content(folder) == content(straight)
    assert log.read_text().split() == [spec.id for spec in (*SPECS[4:8], *SPECS[20:])]
    with pytest.raises(KeyboardInterrupt):
        make(tmp_path / "half", engine=stopping(3))
    (tmp_path / "half" / FILES[0]).write_bytes(b"PAR1")
    (tmp_path / "half" / "train-00001.json").write_text('{"pins":')
    make(tmp_path / "half")
    assert content(tmp_path / "half") == content(straight)


def test_shards_that_would_now_differ_are_not_mixed_in(tmp_path: Path) -> None:
    folder = tmp_path / "targets"
    make(folder)
    (folder / FILES[2]).unlink()
    with pytest.raises(
        FolderError, match=r"train-00002\.parquet: made anew, it is .* empty folder"
    ):
        make(folder, FakeSetup(frames=21))


def test_another_recipe_artifact_or_program_is_refused(tmp_path: Path) -> None:
    finished, half = tmp_path / "finished", tmp_path / "half"
    make(finished)
    with pytest.raises(KeyboardInterrupt):
        make(half, engine=stopping(1))
    other = evolve(RECIPE, seed=2)
    newer = FakeSetup(programs={"noise": "2"})
    for folder in (finished, half):
        before = content(folder)
        with pytest.raises(
            FolderError,
            match=f"another recipe: found {recipe_digest(RECIPE)}, now {recipe_digest(other)}",
        ):
            make(folder, recipe=other)
        with pytest.raises(
            FolderError, match=f"artifact of the bank: found {'a' * 64}, now {'b' * 64}; give an"
        ):
            make(folder, FakeSetup(header=evolve(HEAD, artifact="b" * 64)))
        with pytest.raises(FolderError, match="programs: found noise 1, now noise 2"):
            make(folder, newer)
        assert content(folder) == before


def test_what_does_not_belong_into_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("x")
    with pytest.raises(FolderError, match=r"found thesis\.tex, which this recipe does not make"):
        make(tmp_path)
    assert sorted(content(tmp_path)) == ["thesis.tex"]


def test_one_run_at_a_time(tmp_path: Path) -> None:
    def nested(setup: WorkerSetup, work: Iterable[ShardTask]) -> Generator[MadeShard, None, None]:
        with pytest.raises(FolderError, match="another `mien targets make` is working here"):
            make(tmp_path)
        yield from run_local(setup, work, 1)

    assert make(tmp_path, engine=nested).made == 24


def test_a_full_disk_stops_the_run_and_keeps_what_there_is(
    straight: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "targets"
    written: list[Path] = []

    def small(path: Path, data: bytes) -> None:
        written.append(path)
        if len(written) > 5:
            raise OSError(errno.ENOSPC, "No space left on device")
        write_atomic(path, data)

    monkeypatch.setattr("mien_trainer.targets.folder.write_atomic", small)
    said = (
        r"targets: no room for train-00002\.json \(No space left on device\)\. 8 of 24 clips are "
        r"kept, 2 of 7 shards, 0 MB\. Make room for about \d+ MB more and run the same command"
    )
    with pytest.raises(DiskFullError, match=said):
        make(folder)
    monkeypatch.undo()
    make(folder)
    assert content(folder) == content(straight)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on file size")
def test_a_limit_on_file_size_is_a_full_disk_too(straight: Path, tmp_path: Path) -> None:
    folder = tmp_path / "targets"
    script = (
        "import resource, sys, pathlib\nresource.setrlimit(resource.RLIMIT_FSIZE, (20_000,) * 2)\n"
        "from tests.targets.fakes import make\nfrom mien_trainer.fault import TrainerError\n"
        "try:\n    make(pathlib.Path(sys.argv[1]))\n"
        "except TrainerError as error:\n    print(error)"
    )
    said = subprocess.run(
        [sys.executable, "-B", "-c", script, str(folder)],  # -B: no bytecode that is cut off
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "no room for train-00000.parquet (File too large). 0 of 24 clips are kept" in said
    assert content(folder) == {}
    make(folder)
    assert content(folder) == content(straight)


def test_refused_items_are_listed_and_the_rest_goes_on(tmp_path: Path) -> None:
    refused = frozenset({"train-000002", "train-000016", "test-000001"})
    outcome = make(tmp_path, FakeSetup(refuse=refused))
    manifest = outcome.manifest
    assert {one.clip for one in manifest.refused} == refused
    assert manifest.refused[0].reason == "item2: its sound is empty"
    assert outcome.refused_share == pytest.approx(3 / 24)
    assert manifest.clips == 21
    assert [shard.clips for shard in manifest.shards] == [3, 4, 4, 4, 0, 3, 3]
    assert read_shard(tmp_path / FILES[4]) == ()


@pytest.mark.usefixtures("processes")
@pytest.mark.parametrize("workers", [1, 2])
def test_a_defect_names_its_clip(tmp_path: Path, workers: int) -> None:
    with pytest.raises(TrainerError, match=r"clip train-000006 \(fake item6\): ZeroDivisionError"):
        make(tmp_path, FakeSetup(fail="train-000006"), engine=partial(run_local, workers=workers))


def test_a_manifest_is_canonical_and_pins_all(straight: Path, tmp_path: Path) -> None:
    manifest = read_manifest(straight)
    text = (straight / "manifest.json").read_text("utf-8")
    assert manifest_digest(manifest) == hashlib.sha256(text.encode()).hexdigest()
    assert manifest_digest(evolve(manifest, seconds=1.0)) != manifest_digest(manifest)
    for changed, said in (
        (text.replace('"clips": 24', '"clips": 25'), ""),
        (text.replace("  ", " "), "changed after `mien targets make` wrote it"),
        (text.replace("manifest/1", "manifest/2"), "found mien/targets-manifest/2, expected"),
        (text.replace('"voice"', '"voices"'), "not as mien/targets-manifest/1 says: .*counts"),
        (text[:-20], "not a JSON text"),
        ("[]", "found no schema"),
    ):
        (tmp_path / "manifest.json").write_text(changed, "utf-8")
        if said:
            with pytest.raises(ManifestError, match=said):
                read_manifest(tmp_path)
        else:
            assert manifest_digest(read_manifest(tmp_path)) != manifest_digest(manifest)
    with pytest.raises(ManifestError, match="there is no such file; finish the folder"):
        read_manifest(tmp_path / "none")

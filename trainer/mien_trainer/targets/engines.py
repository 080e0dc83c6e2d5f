"""What runs the making of shards: processes of this machine, or a Ray cluster.

Both hand the same tasks to the same function, so that neither shows in the bytes. This is the one
place that reaches ray, which has no types.
"""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from importlib import import_module
from itertools import islice
from multiprocessing import active_children, get_context
from typing import Any
from uuid import uuid4

from mien_trainer.child_process import end_with_parent
from mien_trainer.fault import TrainerError
from mien_trainer.targets.worker import ClipWorker, MadeShard, ShardTask, WorkerSetup, make_shard

RETRIES = 3
"""How often Ray makes a shard again whose process or machine died."""

_AHEAD = 2  # tasks in flight for each core of a cluster: one works, one waits


class RayUnavailableError(TrainerError):
    """Ray is not installed, or its cluster does not answer."""


def run_local(
    setup: WorkerSetup, tasks: Iterable[ShardTask], workers: int
) -> Generator[MadeShard, None, None]:
    """The shards of the tasks as they are done; with one worker, made in this process.

    One task more than there are workers waits; the next is asked for when one is done.

    Raises:
        TrainerError: a clip cannot be made, or a process died.
    """
    if workers == 1:
        worker = setup.open()
        for task in tasks:
            yield make_shard(worker, setup.header, task)
        return
    before = set(active_children())
    pool = ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=_begin, initargs=(setup,)
    )
    try:
        yield from _run_pool(pool, iter(tasks), workers + 1)
    except BrokenProcessPool:
        raise TrainerError(
            "a process that makes clips ended, perhaps for want of memory; the shards that are "
            "done are kept: run the same command again, with fewer --workers"
        ) from None
    except BaseException:
        for process in set(active_children()) - before:
            process.kill()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _run_pool(
    pool: ProcessPoolExecutor, tasks: Iterator[ShardTask], most: int
) -> Iterator[MadeShard]:
    running: set[Future[MadeShard]] = {
        pool.submit(_make_here, task) for task in islice(tasks, most)
    }
    while running:
        done, running = wait(running, return_when=FIRST_COMPLETED)
        running |= {pool.submit(_make_here, task) for task in islice(tasks, len(done))}
        for future in done:
            yield future.result()


class _Process:
    """This process's worker, opened at its first task so that an error has a task to surface in."""

    setup: WorkerSetup | None = None
    worker: ClipWorker | None = None


def _begin(setup: WorkerSetup) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends its processes itself
    end_with_parent()
    _Process.setup = setup


def _make_here(task: ShardTask) -> MadeShard:
    setup = _Process.setup
    if setup is None:
        raise RuntimeError("this process was not begun")
    try:
        if _Process.worker is None:
            _Process.worker = setup.open()
        return make_shard(_Process.worker, setup.header, task)
    except TrainerError as error:
        raise TrainerError(str(error)) from None  # of a kind that every process can read


def run_ray(
    setup: WorkerSetup,
    tasks: Iterable[ShardTask],
    *,
    address: str | None = None,
    workers: int | None = None,
) -> Generator[MadeShard, None, None]:
    """The shards of the tasks as they are done, each a task of one core.

    ``address`` is the cluster's, as `ray.init` takes it; without one, Ray starts on this machine
    with ``workers`` cores. On a cluster every machine needs mien and the programs that speak. Twice
    as many tasks as there are cores are in flight, so that memory does not depend on their number.

    Raises:
        RayUnavailableError: ray is not installed, or there is no such cluster.
        TrainerError: a clip cannot be made, or a shard failed more than ``RETRIES`` times.
    """
    ray = _begin_ray(address, workers)
    try:
        remote = ray.remote(num_cpus=1, max_retries=RETRIES)(_make_remotely)
        run, shared = uuid4().hex, ray.put(setup)
        waiting = iter(tasks)
        most = _AHEAD * max(1, int(ray.cluster_resources().get("CPU", 1)))
        running = [remote.remote(run, shared, task) for task in islice(waiting, most)]
        while running:
            done, running = ray.wait(running)
            running += [remote.remote(run, shared, task) for task in islice(waiting, len(done))]
            for one in done:
                yield _result(ray, one)
    finally:
        ray.shutdown()


def _begin_ray(address: str | None, workers: int | None) -> Any:  # noqa: ANN401  ray has no types
    # ray would warn that it will one day leave the visible accelerators alone; there are none here
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        ray: Any = import_module("ray")
    except ImportError:
        raise RayUnavailableError(
            "--engine ray needs the extra mien[cluster]: pip install 'mien[cluster]'"
        ) from None
    where: dict[str, Any] = {"address": address}
    if address is None:
        where = {"address": "local", "num_cpus": workers, "include_dashboard": False}
    try:
        ray.init(**where, log_to_driver=False, logging_level=logging.ERROR)
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise RayUnavailableError(f"ray: {address or 'this machine'}: {error}") from None
    return ray


def _result(ray: Any, one: Any) -> MadeShard:  # noqa: ANN401  as above
    try:
        made: MadeShard = ray.get(one)
    except ray.exceptions.RayTaskError as error:
        if isinstance(error.cause, TrainerError):
            raise TrainerError(str(error.cause)) from None
        raise
    except ray.exceptions.RayError as error:
        raise TrainerError(
            f"ray gave a shard up ({type(error).__name__}: {error}); the shards that are done are "
            "kept: run the same command again"
        ) from None
    return made


_workers: dict[str, ClipWorker] = {}  # of this process: the one of the run it works for, by name


def _make_remotely(run: str, setup: WorkerSetup, task: ShardTask) -> MadeShard:
    if run not in _workers:
        _workers.clear()
        _workers[run] = setup.open()
    return make_shard(_workers[run], setup.header, task)

"""Shards made by a Ray cluster, or by Ray on this machine; the one place that reaches ray."""

from __future__ import annotations

import logging
import os
from collections.abc import Generator, Iterable
from importlib import import_module
from itertools import islice
from typing import Any
from uuid import uuid4

from mien_trainer.fault import TrainerError
from mien_trainer.targets.work import Made, Maker, Task, Workshop, make_shard

RETRIES = 3
"""How often a shard is made again whose process or machine died."""

_AHEAD = 2  # tasks in flight for each core: one works, one waits


class RayUnavailable(TrainerError):
    """Ray is not installed, or its cluster does not answer."""


def run_ray(
    workshop: Workshop,
    tasks: Iterable[Task],
    *,
    address: str | None = None,
    workers: int | None = None,
) -> Generator[Made, None, None]:
    """The shards of the tasks as they are done, each a task of one core.

    ``address`` is the cluster's, as `ray.init` takes it; without one, Ray starts on this machine
    with ``workers`` cores. On a cluster every machine needs mien and the programs that speak. Twice
    as many tasks as there are cores are in flight, so that memory does not depend on their number.

    Raises:
        RayUnavailable: ray is not installed, or there is no such cluster.
        TrainerError: a clip cannot be made, or a shard failed more than ``RETRIES`` times.
    """
    ray = _begin(address, workers)
    try:
        yield from _bounded(ray, workshop, tasks)
    finally:
        ray.shutdown()


def _begin(address: str | None, workers: int | None) -> Any:  # noqa: ANN401  ray has no types
    # ray would warn that it will one day leave the visible accelerators alone; there are none here
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        ray: Any = import_module("ray")
    except ImportError:
        raise RayUnavailable(
            "--engine ray needs the extra mien[cluster]: pip install 'mien[cluster]'"
        ) from None
    where: dict[str, Any] = {"address": address}
    if address is None:
        where = {"address": "local", "num_cpus": workers, "include_dashboard": False}
    try:
        ray.init(**where, log_to_driver=False, logging_level=logging.ERROR)
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise RayUnavailable(f"ray: {address or 'this machine'}: {error}") from None
    return ray


def _bounded(
    ray: Any,  # noqa: ANN401  as above
    workshop: Workshop,
    tasks: Iterable[Task],
) -> Generator[Made, None, None]:
    remote = ray.remote(num_cpus=1, max_retries=RETRIES)(_make)
    run, shared = uuid4().hex, ray.put(workshop)
    waiting = iter(tasks)
    most = _AHEAD * max(1, int(ray.cluster_resources().get("CPU", 1)))
    running = [remote.remote(run, shared, task) for task in islice(waiting, most)]
    while running:
        done, running = ray.wait(running)
        running += [remote.remote(run, shared, task) for task in islice(waiting, len(done))]
        for one in done:
            yield _got(ray, one)


def _got(ray: Any, one: Any) -> Made:  # noqa: ANN401  as above
    try:
        made: Made = ray.get(one)
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


_makers: dict[str, Maker] = {}  # of this process: the one of the run it works for, by its name


def _make(run: str, workshop: Workshop, task: Task) -> Made:
    if run not in _makers:
        _makers.clear()
        _makers[run] = workshop.open()
    return make_shard(_makers[run], workshop.head, task)

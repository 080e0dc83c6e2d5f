"""Shards made by processes of this machine."""

from __future__ import annotations

import signal
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from multiprocessing import active_children, get_context

from mien_trainer.fault import TrainerError
from mien_trainer.orphan import end_with_parent
from mien_trainer.targets.work import Made, Maker, Task, Workshop, make_shard


def run_local(
    workshop: Workshop, tasks: Iterable[Task], workers: int
) -> Generator[Made, None, None]:
    """The shards of the tasks as they are done; with one worker, made in this process.

    One task more than there are workers waits; the next is asked for when one is done.

    Raises:
        TrainerError: a clip cannot be made, or a process died.
    """
    if workers == 1:
        maker = workshop.open()
        for task in tasks:
            yield make_shard(maker, workshop.head, task)
        return
    before = set(active_children())
    pool = ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=_begin, initargs=(workshop,)
    )
    try:
        yield from _bounded(pool, iter(tasks), workers + 1)
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


def _bounded(pool: ProcessPoolExecutor, tasks: Iterator[Task], most: int) -> Iterator[Made]:
    running: set[Future[Made]] = {pool.submit(_make, task) for task in islice(tasks, most)}
    while running:
        done, running = wait(running, return_when=FIRST_COMPLETED)
        running |= {pool.submit(_make, task) for task in islice(tasks, len(done))}
        for future in done:
            yield future.result()


class _Process:
    """This process's maker, opened at its first task so that a fault has a task to be told by."""

    workshop: Workshop | None = None
    maker: Maker | None = None


def _begin(workshop: Workshop) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends its processes itself
    end_with_parent()
    _Process.workshop = workshop


def _make(task: Task) -> Made:
    workshop = _Process.workshop
    if workshop is None:
        raise RuntimeError("this process was not begun")
    try:
        if _Process.maker is None:
            _Process.maker = workshop.open()
        return make_shard(_Process.maker, workshop.head, task)
    except TrainerError as error:
        raise TrainerError(str(error)) from None  # of a kind that every process can read

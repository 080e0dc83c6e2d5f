"""A making on a Ray cluster of three nodes, of which one is lost on the way: FOLDER.

Run as a process of its own: what ray warns of and leaves running is not a suite's.
"""

from __future__ import annotations

import sys
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.targets.fakes import FakeSetup, make

from mien_trainer.targets.engines import run_ray


def main(folder: Path) -> None:
    """Make noise on three nodes, and kill one when a third of the clips is done."""
    cluster_utils: Any = import_module("ray.cluster_utils")
    cluster = cluster_utils.Cluster(
        initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False}
    )
    nodes = [cluster.add_node(num_cpus=1) for _ in range(2)]
    done = 0

    def step(clips: int) -> None:
        nonlocal done
        done += clips
        if nodes and done >= 8:
            lost = nodes.pop()
            cluster.remove_node(lost, allow_graceful=False)
            sys.stdout.write(f"a node was killed after {done} clips\n")

    try:
        cluster.wait_for_nodes()
        engine = partial(run_ray, address=cluster.address)
        outcome = make(folder, FakeSetup(pause=0.25), engine=engine, step=step)
        sys.stdout.write(f"{outcome.made} clips made\n")
    finally:
        cluster.shutdown()


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""`mien view` from the outside: its address, its end, and what it says when it cannot start."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from tests.sounds import write_wav

from mien.cli.commands.view import command


@contextmanager
def running(*options: str, shown: str = "default") -> Generator[subprocess.Popen[str]]:
    # Tests that run in the background of a shell ignore Ctrl-C, and would hand that on.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "mien.cli.main", "view", shown, *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
    finally:
        signal.signal(signal.SIGINT, before)
    with process:
        try:
            yield process
        finally:
            process.kill()


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_json_gives_the_address_and_a_signal_ends_it(sign: signal.Signals) -> None:
    with running("--port", "0", "--format", "json") as process:
        url = json.loads(first_line(process))["url"]
        address, _, key = url.partition("/#key=")
        assert address.startswith("http://127.0.0.1:")
        assert len(key) > 20
        with urllib.request.urlopen(address, timeout=20) as page:  # noqa: S310
            assert page.status == 200
        process.send_signal(sign)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, "", "")


def test_a_score_is_given_to_its_page(tmp_path: Path) -> None:
    score = tmp_path / "line.yaml"
    text = "schema: mien/score/1\nbank: {bank}\nseconds: 1\ncues: [{{time: 0.1, label: joy}}]\n"
    score.write_text(text.format(bank="default@1.1.0"), "utf-8")
    with running("--port", "0", "--format", "json", shown=str(score)) as process:
        said = json.loads(first_line(process))
        assert said["score"] == str(score)
        assert said["source"]["version"] == "1.1.0"
        address = said["url"].partition("/#key=")[0]
        with urllib.request.urlopen(f"{address}/api/score", timeout=20) as answer:  # noqa: S310
            assert json.load(answer)["plan"]["frames"] == 60
        process.kill()
    score.write_text(text.format(bank="defualt"), "utf-8")
    done = CliRunner().invoke(command, [str(score)])
    assert done.exit_code == 2
    assert "default" in done.output


def test_a_log_says_how_far_a_long_sound_has_been_heard(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime", reason="needs the extra mien[speak]")
    write_wav(tmp_path / "line.wav", np.zeros(21 * 16000))
    score = tmp_path / "line.yaml"
    lips = "audio: line.wav\nlips: {from: network}\ncues: [{time: 0.1, label: joy}]\n"
    score.write_text(f"schema: mien/score/1\nbank: default\n{lips}", "utf-8")
    with running("--port", "0", "--format", "json", shown=str(score)) as process:
        address = json.loads(first_line(process))["url"].partition("/#key=")[0]
        for _ in range(2):  # listened to once
            with urllib.request.urlopen(f"{address}/api/score", timeout=60) as answer:  # noqa: S310
                assert json.load(answer)["plan"]["frames"] == 21 * 60
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=20)[1].splitlines()
    assert said[-1] == "listening: 100 %"
    assert len(said) == len(set(said)) > 1


def test_a_port_that_is_taken() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = CliRunner().invoke(command, ["default", "--port", str(port)])
    assert done.exit_code == 2
    assert f"port {port} is taken" in done.output
    assert "Traceback" not in done.output


def test_an_address_of_somewhere_else() -> None:
    done = CliRunner().invoke(command, ["default", "--port", "0", "--host", "192.0.2.1"])
    assert done.exit_code == 2
    assert "cannot listen on 192.0.2.1" in done.output


def test_a_bank_that_is_none() -> None:
    done = CliRunner().invoke(command, ["defualt"])
    assert done.exit_code == 2
    assert "default" in done.output
    done = CliRunner().invoke(command, [__file__])
    assert done.exit_code == 2
    assert "not the folder of a bank" in done.output

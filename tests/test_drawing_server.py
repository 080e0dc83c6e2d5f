"""The server that one browser draws for: what it gives out, takes in and refuses."""

from __future__ import annotations

import http.client
from collections.abc import Iterator

import pytest

from mien.avatar.draw import PAGE, DrawingServer


@pytest.fixture(scope="module")
def server() -> Iterator[DrawingServer]:
    with DrawingServer(b'{"faces": []}', b"a model") as running:
        running.start()
        yield running


def ask(
    server: DrawingServer,
    path: str,
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
) -> tuple[int, bytes, dict[str, str]]:
    connection = http.client.HTTPConnection("127.0.0.1", server.guard.port, timeout=20)
    try:
        connection.request("GET" if body is None else "POST", path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read(), dict(answer.getheaders())
    finally:
        connection.close()


def test_the_job_and_the_model_are_below_the_key(server: DrawingServer) -> None:
    key = server.guard.key
    assert ask(server, f"/{key}/job")[:2] == (200, b'{"faces": []}')
    assert ask(server, f"/{key}/model")[:2] == (200, b"a model")
    status, page, headers = ask(server, f"/{key}/{PAGE}")
    assert (status, page[:15]) == (200, b"<!doctype html>")
    assert "unsafe-inline" not in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"
    assert server.url.endswith(f"/{key}/{PAGE}")


@pytest.mark.parametrize("path", ["/job", "/model", f"/{PAGE}", "/guess/job", "/", "//job"])
def test_nothing_is_given_without_the_key(server: DrawingServer, path: str) -> None:
    assert ask(server, path)[0] == 404


def test_other_addresses_below_the_key_are_none(server: DrawingServer) -> None:
    for name in ("", "/", "/page/main.js", "/../local_server.py", "/said/done"):
        assert ask(server, f"/{server.guard.key}{name}")[0] == 404


def test_a_foreign_host_or_origin_is_refused(server: DrawingServer) -> None:
    path = f"/{server.guard.key}/model"
    assert ask(server, path, headers={"Host": "evil.example"})[0] == 403
    assert ask(server, path, headers={"Origin": "http://evil.example"})[0] == 403


def test_what_the_page_says_is_kept_in_order(server: DrawingServer) -> None:
    for topic, body in (("facts", b"{}"), ("face/0", b"picture"), ("done", b"")):
        assert ask(server, f"/{server.guard.key}/said/{topic}", body)[0] == 200
        message = server.messages.get(timeout=5)
        assert (message.topic, message.body) == (topic, body)


def test_messages_need_the_key_and_have_a_limit(server: DrawingServer) -> None:
    assert ask(server, "/guess/said/done", b"")[0] == 404
    assert ask(server, f"/{server.guard.key}/elsewhere", b"")[0] == 404
    too_long = {"Content-Length": str(33 * 2**20)}
    assert ask(server, f"/{server.guard.key}/said/facts", b"", too_long)[0] == 413
    assert server.messages.empty()

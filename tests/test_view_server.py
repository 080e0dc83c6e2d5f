"""The server of `mien view`: what it tells, what it refuses, and that it follows the files."""

from __future__ import annotations

import http.client
import json
import shutil
import socket
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

from mien import resources
from mien.artifact.read import read_artifact
from mien.bank import Bank, load
from mien.local_server import Guard, asset_table, is_loopback
from mien.view.server import ViewServer
from mien.view.state import first_snapshot, next_snapshot
from mien.view.watch import Watch

DEFAULT = resources.presets() / "default"


@frozen(kw_only=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def data(self) -> Any:  # noqa: ANN401  any JSON value
        return json.loads(self.body)


def send(
    server: ViewServer,
    path: str,
    body: object = None,
    *,
    method: str = "",
    headers: dict[str, str] | None = None,
) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", server.guard.port, timeout=20)
    sent = {"Content-Type": "application/json"} if body is not None else {}
    try:
        connection.request(
            method or ("GET" if body is None else "POST"),
            path,
            None if body is None else json.dumps(body),
            {**sent, **(headers or {})},
        )
        response = connection.getresponse()
        return Answer(
            status=response.status, headers=dict(response.getheaders()), body=response.read()
        )
    finally:
        connection.close()


def raw(server: ViewServer, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", server.guard.port), timeout=20) as connection:
        connection.sendall(request)
        parts: list[bytes] = []
        while part := connection.recv(65536):
            parts.append(part)
    return b"".join(parts)


@pytest.fixture(scope="module")
def shipped() -> Iterator[ViewServer]:
    """For tests that change nothing."""
    with ViewServer(DEFAULT) as running:
        running.start()
        yield running


def keyed(server: ViewServer) -> dict[str, str]:
    return {"X-Mien-Key": server.guard.key}


def joy_low(**values: float) -> dict[str, Any]:
    return {"label": "joy", "name": "low", "values": values}


def test_the_artifact_is_the_compilers(shipped: ViewServer) -> None:
    answer = send(shipped, "/api/artifact")
    bank = Bank(read_artifact(answer.body))
    assert answer.headers["ETag"] == f'"{bank.digest}"'
    assert send(shipped, "/api/state").data["artifact"] == bank.digest
    assert bank.face("joy").tobytes() == load(DEFAULT).face("joy").tobytes()


def test_the_state_has_what_people_read(shipped: ViewServer) -> None:
    state = send(shipped, "/api/state").data
    assert state["fresh"] is True
    assert state["labels"]["joy"]["title"] == "Joy"
    assert set(state["labels"]["joy"]["styles"]) == {"peaceful", "mischievous"}
    assert state["shorthands"]["mouthSmile"] == ["mouthSmileLeft", "mouthSmileRight"]
    assert not [fault for fault in state["faults"] if fault["severity"] == "error"]


def test_the_page_and_its_modules_are_there(shipped: ViewServer) -> None:
    assert send(shipped, "/").body.startswith(b"<!doctype html>")
    assert send(shipped, "/?from=here").status == 200
    for name, type_ in (("page/main.js", "javascript"), ("page/page.css", "css")):
        answer = send(shipped, f"/{name}")
        assert answer.status == 200
        assert type_ in answer.headers["Content-Type"]
    assert send(shipped, "/api/drawing").data["id"] == "mien"
    head = send(shipped, "/page/main.js", method="HEAD")
    assert (head.status, head.body) == (200, b"")


@pytest.mark.parametrize("path", ["/", "/api/state", "/nothing", "/api/artifact"])
def test_every_answer_is_guarded(shipped: ViewServer, path: str) -> None:
    headers = send(shipped, path).headers
    policy = headers["Content-Security-Policy"]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'self'"
    assert rules["object-src"] == rules["base-uri"] == rules["frame-ancestors"] == "'none'"
    assert "unsafe-inline" not in policy
    assert "'unsafe-eval'" not in policy
    assert "http" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert "Access-Control-Allow-Origin" not in headers


def test_the_page_has_no_script_or_style_of_its_own(shipped: ViewServer) -> None:
    page = send(shipped, "/").body.decode()
    assert page.count("<script") == 2
    assert '<script type="importmap">' in page
    assert "<style" not in page
    assert " style=" not in page
    assert " onclick" not in page
    assert "//" not in page.replace("<!doctype html>", "")


@pytest.mark.parametrize(
    "path",
    [
        "/../guard.py",
        "/page/../../view/guard.py",
        "/page/%2e%2e/%2e%2e/view/guard.py",
        "/..%2fview%2fguard.py",
        "//etc/passwd",
        "/etc/passwd",
        "/page/",
        "/page",
        "/page/main.js/",
        "/page\\main.js",
        "/page/main.js%00.css",
        "/jsconfig.json",
        "/avatar/studio.html",
        "/api",
        "/api/nothing",
    ],
)
def test_nothing_but_the_table_is_served(shipped: ViewServer, path: str) -> None:
    answer = send(shipped, path)
    assert answer.status == 404
    assert answer.data["error"] == "there is nothing at this address"


def test_the_table_holds_no_links_and_no_other_kinds(tmp_path: Path) -> None:
    page = tmp_path / "page"
    page.mkdir()
    (page / "index.html").write_text("", "utf-8")
    (page / "main.js").write_text("", "utf-8")
    (page / "notes.md").write_text("", "utf-8")
    secret = tmp_path.parent / "secret.js"
    secret.write_text("", "utf-8")
    (page / "link.js").symlink_to(secret)
    assert set(asset_table("page/index.html", "/", web=tmp_path)) == {"/", "/page/main.js"}


@pytest.mark.parametrize("host", ["evil.example", "evil.example:{port}", "127.0.0.1:1", "", "x:y"])
def test_a_foreign_host_is_refused(shipped: ViewServer, host: str) -> None:
    given = host.format(port=shipped.guard.port)
    answer = send(shipped, "/api/state", headers={"Host": given})
    assert answer.status == 403
    assert b"joy" not in answer.body
    assert b" 403 " in raw(shipped, b"GET / HTTP/1.0\r\n\r\n")


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1"])
def test_a_foreign_origin_is_refused(shipped: ViewServer, origin: str) -> None:
    headers = {**keyed(shipped), "Origin": origin}
    assert send(shipped, "/api/state", headers=headers).status == 403
    answer = send(shipped, "/api/edit/preview", joy_low(jawOpen=0.1), headers=headers)
    assert answer.status == 403


def test_our_own_names_are_answered(shipped: ViewServer) -> None:
    for name in ("127.0.0.1", "localhost", "LOCALHOST"):
        host = f"{name}:{shipped.guard.port}"
        headers = {"Host": host, "Origin": f"http://{host}"}
        assert send(shipped, "/api/state", headers=headers).status == 200


def test_names_of_a_server_for_others() -> None:
    guard = Guard(host="0.0.0.0", port=80)  # noqa: S104
    assert not guard.refusal("192.168.1.7", None)
    assert not guard.refusal("[fe80::1]:80", None)
    assert guard.refusal("evil.example", None)
    local = Guard(host="::1", port=8000)
    assert not local.refusal("[::1]:8000", "http://[::1]:8000")
    assert local.refusal("192.168.1.7:8000", None)
    assert [is_loopback(host) for host in ("127.0.0.1", "::1", "localhost", "0.0.0.0")] == [  # noqa: S104
        True,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize("key", [None, "", "guess", "ü"])
@pytest.mark.parametrize("action", ["preview", "write", "undo"])
def test_edits_need_the_key(shipped: ViewServer, action: str, key: str | None) -> None:
    headers = {} if key is None else {"X-Mien-Key": key}
    answer = send(shipped, f"/api/edit/{action}", joy_low(jawOpen=0.1), headers=headers)
    assert answer.status == 403
    assert "mien view" in answer.data["error"]


def test_the_key_is_only_in_the_address(shipped: ViewServer) -> None:
    assert shipped.url.endswith(f"/#key={shipped.guard.key}")
    for path in ("/", "/api/state", "/page/main.js"):
        assert shipped.guard.key.encode() not in send(shipped, path).body
    assert shipped.guard.key not in repr(shipped.guard)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ([], "not a JSON object"),
        ({}, "label"),
        ({"label": "joy", "name": "low"}, "values"),
        ({"label": "joy", "name": "low", "values": {"jawOpen": "much"}}, "expected a number"),
        ({"label": "joy", "name": "low", "values": {"jawOpen": True}}, "expected a number"),
        ({"label": "joy", "name": "low", "values": {"jawOpen": 10**400}}, "expected a number"),
        ({"label": "joy", "name": "low", "values": {"jawOpen": float("nan")}}, "expected a number"),
        ({"label": "joy", "name": "low", "values": {"jaw": 0.1}}, "no channel jaw"),
        ({"label": "../joy", "name": "low", "values": {}}, "no label"),
    ],
)
def test_bad_requests_are_told(shipped: ViewServer, body: object, words: str) -> None:
    answer = send(shipped, "/api/edit/preview", body, headers=keyed(shipped))
    assert answer.status == 422
    assert words in answer.data["error"]


SURROGATE = r'{"label": "\ud800", "name": "low", "values": {}}'
DIGITS = b"9" * 5000


@pytest.mark.parametrize(
    ("request_line", "headers", "body"),
    [
        (b"GET / HTTP/1.0", b"Host: 127.0.0.1:" + DIGITS, b""),
        (b"GET / HTTP/1.0", b"Host: " + b"a" * 5000, b""),
        (b"GET http://[ HTTP/1.0", b"", b""),
        (b"POST /api/edit/preview HTTP/1.0", b"", SURROGATE.encode()),
        (b"POST /api/edit/preview HTTP/1.0", b"", SURROGATE.replace("label", "x").encode()),
    ],
)
def test_malformed_requests_are_answered(
    shipped: ViewServer, request_line: bytes, headers: bytes, body: bytes
) -> None:
    own = f"Host: 127.0.0.1:{shipped.guard.port}".encode()
    lines = [
        request_line,
        headers or own,
        f"X-Mien-Key: {shipped.guard.key}".encode(),
        b"Content-Type: application/json",
        f"Content-Length: {len(body)}".encode(),
    ]
    answer = raw(shipped, b"\r\n".join(lines) + b"\r\n\r\n" + body)
    assert answer.startswith(b"HTTP/1.0 400 "), answer[:80]
    assert len(answer) < 2000
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["error"]


def test_a_length_of_5000_digits_is_too_long(shipped: ViewServer) -> None:
    headers = {**keyed(shipped), "Content-Length": "9" * 5000}
    assert send(shipped, "/api/edit/undo", {}, headers=headers).status == 413


def test_an_unexpected_error_is_answered(
    shipped: ViewServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise RuntimeError("odd")

    monkeypatch.setattr(shipped.edits, "undo", fail)
    answer = send(shipped, "/api/edit/undo", {}, headers=keyed(shipped))
    assert answer.status == 500
    assert "RuntimeError" in answer.data["error"]


def test_bad_bodies_are_told(shipped: ViewServer) -> None:
    def status(headers: dict[str, str]) -> int:
        return send(shipped, "/api/edit/undo", {}, headers={**keyed(shipped), **headers}).status

    assert status({"Content-Type": "text/plain"}) == 415
    assert status({"Content-Length": "-1"}) == 411
    assert status({"Content-Length": "99999999"}) == 413
    assert send(shipped, "/api/nothing", {}, headers=keyed(shipped)).status == 404
    assert send(shipped, "/", method="DELETE").status == 501
    assert b"bad request" in raw(shipped, b"nonsense\x00 and more\r\n\r\n")


def test_write_undo_and_conflict(server: ViewServer, joy: Path) -> None:
    before = joy.read_bytes()
    change = joy_low(jawOpen=0.05)
    preview = send(server, "/api/edit/preview", change, headers=keyed(server)).data
    revision = send(server, "/api/state").data["revision"]
    answer = send(
        server, "/api/edit/write", {**change, "base": preview["base"]}, headers=keyed(server)
    )
    assert answer.data == {"file": str(joy), "undo": 1}
    assert b"    jawOpen: 0.05\n" in joy.read_bytes()
    state = send(server, "/api/state").data
    assert state["revision"] > revision
    assert state["undo"] == 1
    again = send(
        server, "/api/edit/write", {**change, "base": preview["base"]}, headers=keyed(server)
    )
    assert again.status == 409
    assert "changed meanwhile" in again.data["error"]
    assert send(server, "/api/edit/undo", {}, headers=keyed(server)).data["undo"] == 0
    assert joy.read_bytes() == before
    assert send(server, "/api/edit/undo", {}, headers=keyed(server)).status == 422


def test_a_write_that_breaks_a_rule_is_told_with_its_faults(server: ViewServer, joy: Path) -> None:
    before = joy.read_bytes()
    change = joy_low(mouthFrownLeft=0.6)
    preview = send(server, "/api/edit/preview", change, headers=keyed(server)).data
    (fault,) = preview["faults"]
    assert fault["file"] == str(joy)
    assert fault["source"] == "    mouthFrownLeft: 0.6", "the line as it would be"
    answer = send(
        server, "/api/edit/write", {**change, "base": preview["base"]}, headers=keyed(server)
    )
    assert answer.status == 422
    assert answer.data["faults"] == preview["faults"]
    assert joy.read_bytes() == before


def test_it_is_written_as_work_in_progress_where_that_is_wanted(
    server: ViewServer, joy: Path
) -> None:
    change = joy_low(mouthFrownLeft=0.6)
    preview = send(server, "/api/edit/preview", change, headers=keyed(server)).data
    assert preview["drawable"] is True
    request = {**change, "base": preview["base"], "draft": True}
    assert send(server, "/api/edit/write", request, headers=keyed(server)).status == 200
    state = send(server, "/api/state").data
    (fault,) = (one for one in state["faults"] if one["severity"] == "error")
    assert (fault["file"], fault["code"]) == (str(joy), "antagonists")
    assert state["fresh"] is True
    assert state["relaxed"] is True
    bank = Bank(read_artifact(send(server, "/api/artifact").body))
    face = dict(zip(bank.channels, bank.face("joy", at="low").tolist(), strict=True))
    assert face["mouthFrownLeft"] == pytest.approx(0.6)  # as written, beside its smile
    assert face["mouthSmileLeft"] > 0.5


@pytest.mark.parametrize(
    ("file", "old", "new", "code"),
    [
        ("joy", "  low:\n    eyeSquint: 0.26\n", "  low:\n    mouthClose: 0.6\n", "ceiling"),
        ("neutral", "  mid: {}", "  mid: {jawOpen: 0.3}", "neutral-rest"),
        ("joy", "mid: {vad: [0.76, 0.48, 0.35]", "mid: {vad: [0.5, 0.2, 0.2]", "anchor-spacing"),
    ],
)
def test_a_face_that_breaks_a_rule_is_drawn(
    folder: Path, file: str, old: str, new: str, code: str
) -> None:
    before = first_snapshot(folder)
    path = folder / "emotions" / f"{file}.yaml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    after = next_snapshot(before)
    assert after.fresh
    assert after.digest != before.digest
    assert any(code in fault.code for fault in after.faults)


def test_a_bank_that_cannot_be_solved_keeps_its_last_face(folder: Path) -> None:
    before = first_snapshot(folder)
    path = folder / "emotions" / "joy.yaml"
    text = path.read_text("utf-8")
    path.write_text(text.replace("[0.76, 0.48, 0.35]", "[0.4, 0.12, 0.12]"), "utf-8")
    after = next_snapshot(before)
    assert not after.fresh
    assert after.artifact == before.artifact
    assert after.faults


@contextmanager
def events(server: ViewServer) -> Generator[Iterator[dict[str, Any]]]:
    """The states that the server tells, as they come."""
    connection = http.client.HTTPConnection("127.0.0.1", server.guard.port, timeout=20)
    try:
        connection.request("GET", "/api/events")
        response = connection.getresponse()
        assert response.getheader("Content-Type") == "text/event-stream; charset=utf-8"
        yield (
            json.loads(line.removeprefix(b"data: ")) for line in response if line[:5] == b"data:"
        )
        response.close()
    finally:
        connection.close()


def test_saved_files_are_followed(server: ViewServer, joy: Path) -> None:
    with events(server) as told:
        first = next(told)
        good = joy.read_text("utf-8")
        line = next(line for line in good.splitlines() if line.startswith("    cheekSquint: "))
        joy.write_text(good.replace(line, "    cheekSqint: 0.4", 1), "utf-8")
        broken = next(told)
        (fault,) = broken["faults"]
        assert fault["file"] == str(joy)
        assert fault["source"] == "    cheekSqint: 0.4"
        assert (fault["line"], fault["column"]) == (good.splitlines().index(line) + 1, 5)
        assert "cheekSquint" in fault["hint"]
        assert broken["fresh"] is False
        assert broken["artifact"] == first["artifact"]
        joy.write_text(good.replace(line, "    cheekSquint: 0.413", 1), "utf-8")
        mended = next(told)
        assert mended["fresh"] is True
        assert mended["artifact"] != first["artifact"]
        assert [fault for fault in mended["faults"] if fault["severity"] == "error"] == []


def test_a_stream_ends_with_the_server(folder: Path) -> None:
    with ViewServer(folder) as server:
        server.start()
        with events(server) as told:
            next(told)
            server.states.close()
            assert list(told) == []


def test_a_bank_that_never_compiled(folder: Path) -> None:
    (folder / "bank.yaml").unlink()
    with ViewServer(folder) as server:
        server.start()
        state = send(server, "/api/state").data
        assert state["artifact"] == ""
        assert state["faults"][0]["code"] == "file-missing"
        assert send(server, "/api/artifact").status == 404
        answer = send(server, "/api/edit/preview", joy_low(jawOpen=0.1), headers=keyed(server))
        assert answer.status == 422


def test_no_fault_ends_the_watch(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = first_snapshot(folder)

    def fail(_: Path) -> None:
        raise RuntimeError("odd")

    monkeypatch.setattr("mien.view.state.compile_for_view", fail)
    after = next_snapshot(before)
    assert after.faults[0].code == "unexpected"
    assert (after.artifact, after.fresh) == (before.artifact, False)


def test_a_watch_sees_every_kind_of_change(folder: Path, joy: Path) -> None:
    seen: list[int] = []
    watch = Watch(folder, lambda: seen.append(1))
    assert not watch.check()
    joy.write_text(joy.read_text("utf-8") + "# more\n", "utf-8")
    assert watch.check()
    new = folder / "emotions" / "pride.yaml"
    new.write_text("", "utf-8")
    assert watch.check()
    new.unlink()
    assert watch.check()
    (folder / "notes.txt").write_text("", "utf-8")
    assert not watch.check()
    swapped = folder / "emotions" / "swapped"
    swapped.write_text("# saved by renaming\n", "utf-8")
    swapped.replace(joy)
    assert watch.check()
    rig = folder.parent / "rigs" / "arkit52.yaml"
    rig.write_text(rig.read_text("utf-8") + "# more\n", "utf-8")
    assert watch.check()
    shutil.rmtree(folder)
    assert watch.check()
    assert len(seen) == 6

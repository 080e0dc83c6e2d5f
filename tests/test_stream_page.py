"""The page beside a stream, in a real browser: it shows what comes, and its own face goes out."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browsers import chromium, in_browser
from tests.faces_sent import LOPSIDED
from tests.stream_doubles import TurnedClock, arrived, listening

import mien
from mien import resources
from mien.formats import livelink_packet
from mien.formats.gathering import PROTOCOLS
from mien.formats.live_face import LiveFace
from mien.stream.clock import Stop
from mien.stream.sending import Sender, Way, send
from mien.stream.sources import NOTHING_YET, TURN, PageSource
from mien.view.live_faces import ChosenFace, FaceFeed
from mien.view.server import ViewServer

DEFAULT = resources.presets() / "default"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def feed() -> FaceFeed:
    return FaceFeed("VMC")


@pytest.fixture
def chosen() -> ChosenFace:
    return ChosenFace()


@pytest.fixture
def server(feed: FaceFeed, chosen: ChosenFace) -> Iterator[ViewServer]:
    with ViewServer(DEFAULT, received=feed, chosen=chosen) as running:
        running.start()
        yield running


@pytest.fixture
def page(browser: Browser, server: ViewServer) -> Iterator[Page]:
    opened = browser.new_page(reduced_motion="reduce")
    opened.goto(server.url)
    opened.wait_for_selector("html[data-revision]")
    yield opened
    opened.close()


def shown(page: Page) -> dict[str, float]:
    """The weights that the page shows."""
    cells: list[list[str]] = page.eval_on_selector_all(
        "[data-channel]",
        "cells => cells.map(c => [c.dataset.channel, c.querySelector('.value').dataset.exact])",
    )
    return {name: float(value) for name, value in cells}


def until(happened: Callable[[], bool]) -> None:
    """Wait for it, a minute at most."""
    deadline = time.monotonic() + 60.0
    while not happened() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert happened()


@in_browser
def test_a_face_that_is_received_takes_the_place_of_the_page_s_own(
    page: Page, feed: FaceFeed
) -> None:
    own = shown(page)
    drawn = page.locator("#face svg").inner_html()
    feed.show(LOPSIDED)
    expect(page.locator("#caption")).to_have_text("Received: VMC")
    assert shown(page) == pytest.approx(LOPSIDED)
    assert page.locator("#face svg").inner_html() != drawn
    for k in range(30):
        feed.show({**LOPSIDED, "jawOpen": k / 30})
    value = page.locator("[data-channel=jawOpen] .value")
    expect(value).to_have_text(f"{29 / 30:.3f}")
    page.locator("#labels input[value=anger]").check(force=True)
    assert shown(page)["jawLeft"] == pytest.approx(0.3)
    feed.show(None)
    expect(page.locator("#caption")).to_have_text(re.compile("^Anger"))
    assert shown(page) != own
    assert shown(page) == mien.load("default").named(mien.load("default").face("anger"))


@in_browser
def test_the_face_of_the_page_goes_out(page: Page, chosen: ChosenFace) -> None:
    bank = mien.load("default")
    page.locator("#labels input[value=awe]").check(force=True)
    wanted = bank.face("awe")

    def is_awe() -> bool:
        page.wait_for_timeout(10)
        found = chosen.weights or {}
        return np.allclose([found.get(name, -1.0) for name in bank.channels], wanted, atol=1e-6)

    until(is_awe)
    source = PageSource(lambda: chosen.weights, "the page")
    with listening() as port:
        way = Way(
            protocol=PROTOCOLS["livelink"],
            host="127.0.0.1",
            port=port.getsockname()[1],
            subject="Anna",
            rate=60.0,
        )
        sender = Sender(source, way)
        send([sender], TurnedClock(), 60.0, Stop(), seconds=0.5)
        sender.close()
        faces = [livelink_packet.decode(one).weights for one in arrived(port)]
    assert [faces[20][name] for name in bank.channels] == pytest.approx(wanted.tolist())
    assert set(faces[-1].values()) == {0.0}


def test_a_chosen_face_takes_the_place_of_the_one_before() -> None:
    newest: list[dict[str, float] | None] = [None]
    source = PageSource(lambda: newest[0], "the page")
    assert source.face_at(0.0) is NOTHING_YET
    newest[0] = {"jawOpen": 0.8, "no channel": 1.0}
    jaws = [source.face_at(1.0 + TURN * share) for share in (0.0, 0.5, 1.0, 2.0)]
    found = [face.weights["jawOpen"] for face in jaws if face]
    assert found == pytest.approx([0.0, 0.4, 0.8, 0.8])
    newest[0] = {"jawOpen": 0.4}
    assert source.face_at(2.0) == LiveFace(weights={"jawOpen": 0.8})
    assert source.face_at(2.0 + TURN) == LiveFace(weights={"jawOpen": 0.4})


def ask(server: ViewServer, body: object, key: str) -> int:
    """The status of a request that chooses a face."""
    connection = HTTPConnection("127.0.0.1", server.guard.port, timeout=20)
    headers = {"Content-Type": "application/json", "X-Mien-Key": key}
    connection.request("POST", "/api/face", json.dumps(body), headers)
    status = connection.getresponse().status
    connection.close()
    return status


def test_a_face_is_chosen_by_the_key_s_owner_alone(server: ViewServer, chosen: ChosenFace) -> None:
    face = {"weights": {"jawOpen": 0.5}}
    assert ask(server, face, "another") == 403
    assert chosen.weights is None
    for value in (2, True, "1", None, -0.5):
        assert ask(server, {"weights": {"jawOpen": value}}, server.guard.key) == 422
    assert ask(server, {"weights": 1}, server.guard.key) == 422
    assert chosen.weights is None
    assert ask(server, face, server.guard.key) == 200
    assert chosen.weights == {"jawOpen": 0.5}


def test_without_a_stream_there_is_nothing_to_choose_or_to_hear() -> None:
    with ViewServer(DEFAULT) as server:
        server.start()
        assert ask(server, {"weights": {}}, server.guard.key) == 404
        connection = HTTPConnection("127.0.0.1", server.guard.port, timeout=20)
        connection.request("GET", "/api/faces")
        assert connection.getresponse().status == 404


def test_who_waits_for_faces_is_let_go_at_the_end(feed: FaceFeed) -> None:
    found: list[tuple[int, object]] = []
    waiting = threading.Thread(target=lambda: found.append(feed.after(0, 60.0)))
    waiting.start()
    feed.close()
    waiting.join(20.0)
    assert found == [(0, None)]
    assert feed.closed

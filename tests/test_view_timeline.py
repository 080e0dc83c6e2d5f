"""The timeline of `mien view` in a real browser: Python's faces, played, scrubbed and edited."""

from __future__ import annotations

import base64
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest
from attrs import evolve
from playwright.sync_api import Browser, Page, Route, expect
from tests.browsers import in_browser
from tests.test_view_page import DROP, assert_same, browser, glb, keep_picture, opened_page
from tests.test_view_score import write_score

import mien
from mien import resources
from mien.formats.take import Take
from mien.performance import sources
from mien.performance.sources import LipRequest, SpokenLips, Word
from mien.text.node import plain
from mien.text.yaml_nodes import require_yaml
from mien.view.server import ViewServer

pytestmark = in_browser
__all__ = ["browser"]

WHOLE = """async () => {
  const [{ readArtifact }, { Evaluator }, { Performance }, { readLips }] = await Promise.all(
    ["artifact", "evaluator", "performance/performance", "performance/lips"].map(
      (name) => import(`/${name}.js`)));
  const bytes = async (address) => (await fetch(address)).arrayBuffer();
  const { plan } = await (await fetch("/api/score")).json();
  const evaluator = new Evaluator(readArtifact(await bytes("/api/artifact")));
  const performance = new Performance(evaluator, plan, readLips(await bytes("/api/score/lips")));
  let text = "";
  for (let frame = 0; frame < plan.frames; frame += 1) {
    const { weights, head, eyes } = performance.at(frame);
    for (const one of [weights, head, eyes]) {
      text += String.fromCharCode(...new Uint8Array(one.buffer));
    }
  }
  return btoa(text);
}"""

ROUND = """() => new Promise((resolve) => {
  const home = document.querySelector("#timeline");
  const frames = [];
  let turns = 0;
  new MutationObserver((_, watch) => {
    const frame = Number(home.dataset.frame);
    if (frame < frames[frames.length - 1]) turns += 1;
    frames.push(frame);
    if (turns < 2) return;
    watch.disconnect();
    resolve(frames);
  }).observe(home, { attributeFilter: ["data-frame"] });
})"""
"""The frames that are shown until the loop has begun anew twice."""


@pytest.fixture
def score(tmp_path: Path) -> Path:
    return write_score(tmp_path)


@pytest.fixture
def page(browser: Browser, score: Path, request: pytest.FixtureRequest) -> Iterator[Page]:
    with ViewServer(resources.presets() / "default", score=(score, None)) as server:
        server.start()
        with opened_page(browser, server) as opened:
            expect(opened.locator("#cue-lane .cues")).to_have_count(3)
            expect(opened.locator("#timeline")).to_have_attribute("data-frame", "0")
            yield opened
            keep_picture(opened, request)


def frame_of(page: Page) -> int:
    return int(page.locator("#timeline").get_attribute("data-frame") or "-1")


def scrub(page: Page, share: float) -> None:
    box = page.locator("#wave").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * share, box["y"] + box["height"] / 2)


def drag(page: Page, selector: str, number: int, seconds: float, duration: float) -> None:
    """Drag an item by its right half, by so many seconds."""
    box = page.locator(selector).nth(number).bounding_box()
    lanes = page.locator("#wave").bounding_box()
    assert box is not None
    assert lanes is not None
    x, y = box["x"] + box["width"] * 0.9, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + lanes["width"] * seconds / duration, y, steps=5)
    page.mouse.up()


def bytes_of(take: Take) -> bytes:
    """Weights, head and eyes of one frame after the other, as `WHOLE` gives them."""
    still = np.zeros((len(take.weights), 9), dtype=np.float32)
    head = still[:, :3] if take.head is None else take.head
    eyes = still[:, 3:] if take.eyes is None else take.eyes
    return np.concatenate((take.weights, head, eyes), axis=1).astype("<f4").tobytes()


def assert_takes(page: Page, take: Take) -> None:
    assert_same(page, take.weights[frame_of(page)])


def test_the_page_s_take_is_pythons_bit_for_bit(page: Page, score: Path) -> None:
    assert base64.b64decode(page.evaluate(WHOLE)) == bytes_of(mien.perform(score))


def test_it_is_scrubbed_in_any_order(page: Page, score: Path) -> None:
    take = mien.perform(score)
    for share in (0.8, 0.25, 0.55, 0.0):
        scrub(page, share)
        assert abs(frame_of(page) - 120 * share) <= 1
        assert_takes(page, take)
    head = page.get_by_role("slider", name="Playhead")
    head.focus()
    before = frame_of(page)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    assert frame_of(page) == before + 11
    assert_takes(page, take)
    page.locator("#labels input[value=awe]").check(force=True)
    assert_same(page, mien.load("presets/default").face("awe"))


def test_zoomed_in_the_playhead_stays_in_sight(page: Page, score: Path) -> None:
    scrub(page, 0.9)
    page.locator("#score-zoom").fill("8")
    box = page.locator("#playhead").bounding_box()
    assert box is not None
    assert 0 < box["x"] < 1400
    before = frame_of(page)
    page.mouse.click(box["x"] + 200, box["y"] + 30)
    assert 0 < frame_of(page) - before < 8
    assert_takes(page, mien.perform(score))


def test_it_plays_with_the_sound_and_loops(page: Page, score: Path) -> None:
    take = mien.perform(score)
    page.locator("#score-play").click()
    expect(page.locator("#score-play")).to_have_text("Play", timeout=20_000)
    assert frame_of(page) == 119
    assert_takes(page, take)
    box = page.locator("#wave").bounding_box()
    assert box is not None
    page.keyboard.down("Shift")
    page.mouse.move(box["x"] + box["width"] * 0.2, box["y"] + 9)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + 9, steps=3)
    page.mouse.up()
    page.keyboard.up("Shift")
    expect(page.locator("#score-loop")).to_have_attribute("aria-pressed", "true")
    page.locator("#score-play").click()
    expect(page.locator("#timeline")).to_have_attribute("data-frame", re.compile("^[23].$"))
    frames: list[int] = page.evaluate(ROUND)
    assert 23 <= min(frames) <= max(frames) <= 37
    page.locator("#score-play").click()
    assert_takes(page, take)


def test_a_cue_is_dragged_and_saved(page: Page, score: Path) -> None:
    scrub(page, 0.5)
    drag(page, "#cue-lane .cues", 0, 0.2, 2.0)
    box = page.locator("#cue-lane .transition").nth(1).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] - 2, box["y"] + 9)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 40, box["y"] + 9, steps=4)
    page.mouse.up()
    page.locator("#score-life").uncheck()
    page.locator("#gaze-lane .item").click()
    page.locator("input[name=cue-look]").fill("5, 15")
    page.keyboard.press("Enter")
    expect(page.locator("#gaze-lane .item")).to_have_text("5°, 15°")
    page.locator("#score-save").click()
    expect(page.locator("#score-news")).to_contain_text("Saved")
    text = score.read_text("utf-8")
    found: Any = plain(require_yaml(text, "line.yaml"))
    first, second, third = found["cues"]
    assert first == {"time": pytest.approx(0.5, abs=0.02), "label": "joy"}
    assert second["transition"] < 0.4
    assert third["label"] == "sadness"
    assert found["gaze"] == [{"time": 0.5, "look": [5, 15]}]
    assert set(found["life"].values()) == {0}
    assert "# she smiles" in text
    assert_takes(page, mien.perform(score))
    expect(page.locator("#score-save")).to_be_disabled()


def test_cues_are_added_and_deleted_by_keys(page: Page, score: Path) -> None:
    scrub(page, 0.6)
    page.locator("#add-cue").click()
    expect(page.locator("#cue-lane .cues")).to_have_count(4)
    page.locator("input[name=cue-label]").fill("awe=0.5, joy=0.5")
    page.keyboard.press("Enter")
    page.locator("input[name=cue-strength]").fill("0.5")
    page.keyboard.press("Enter")
    page.locator("#cue-lane .cues").nth(0).focus()
    page.keyboard.press("Delete")
    page.locator("#cue-lane .cues").nth(1).focus()
    page.keyboard.press("Shift+ArrowLeft")
    expect(page.locator("#cue-lane .item.selected")).to_have_count(0)
    page.locator("#timeline").press("Control+s")
    expect(page.locator("#score-news")).to_contain_text("Saved")
    found: Any = plain(require_yaml(score.read_text("utf-8"), "line.yaml"))
    labels = [cue["label"] for cue in found["cues"]]
    assert labels == [{"joy": 0.6, "surprise": 0.4}, {"awe": 0.5, "joy": 0.5}, "sadness"]
    assert_takes(page, mien.perform(score))


def test_a_cue_keeps_its_word_when_it_is_dragged(
    browser: Browser, score: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = sources.open_lips

    def spoken(kind: str, request: LipRequest) -> SpokenLips:
        words = (Word(text="The", start=0.2, end=0.3), Word(text="boat,", start=0.5, end=0.9))
        return evolve(real(kind, request), words=words)

    monkeypatch.setattr("mien.view.score_session.open_lips", spoken)
    text = score.read_text("utf-8")
    score.write_text(text.replace("{time: 0.3, label: joy}", "{word: boat, label: joy}"), "utf-8")
    with ViewServer(resources.presets() / "default", score=(score, None)) as server:
        server.start()
        with opened_page(browser, server) as page:
            cue = page.locator("#cue-lane .cues").nth(0)
            expect(cue).to_have_attribute("aria-label", "joy at 0.50 s")
            cue.focus()
            page.keyboard.press("Shift+ArrowRight")
            expect(cue).to_have_attribute("aria-label", "joy at 0.60 s")
            cue.click()
            expect(page.locator("input[name=cue-time]")).to_have_value("boat + 0.1")
            page.locator("#score-save").click()
            expect(page.locator("#score-news")).to_contain_text("Saved")
    found: Any = plain(require_yaml(score.read_text("utf-8"), "line.yaml"))
    assert found["cues"][0] == {"word": "boat", "shift": 0.1, "label": "joy"}


def test_how_far_the_sound_has_been_heard_is_shown(
    page: Page, score: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, heard = sources.open_lips, Event()

    def slowly(kind: str, request: LipRequest) -> SpokenLips:
        assert request.listened is not None
        request.listened(0.25)
        assert heard.wait(60.0)
        return real(kind, request)

    monkeypatch.setattr("mien.view.score_session.open_lips", slowly)
    text = score.read_text("utf-8").replace("line.wav", "other.wav")
    shutil.copyfile(score.parent / "line.wav", score.parent / "other.wav")
    score.write_text(text.replace("label: joy}", "label: awe}"), "utf-8")
    news = page.locator("#score-news")
    expect(news).to_contain_text("Listening to the sound")
    expect(news.locator("progress")).to_have_js_property("value", 0.25)
    heard.set()
    expect(page.locator("#cue-lane .cues").nth(0)).to_have_text("awe")
    expect(news).not_to_contain_text("Listening")


def test_a_score_that_is_not_there_yet_or_does_not_come_is_told(
    browser: Browser, score: Path
) -> None:
    with ViewServer(resources.presets() / "default", score=(score, None)) as server:
        server.start()
        page, held = browser.new_page(), list[Route]()
        page.route("**/api/score", lambda route: held.append(route))
        page.goto(server.url)
        expect(page.locator("#score-news")).to_have_text("Reading the score")
        expect(page.locator("#score-tools")).to_have_js_property("inert", True)
        held[0].abort()
        expect(page.locator("#score-news")).not_to_have_text("Reading the score")
        expect(page.locator("#score-news")).not_to_be_empty()
        page.close()


def test_a_sequence_of_the_bank_is_chosen_and_played(browser: Browser, tmp_path: Path) -> None:
    bank = Path(__file__).parent / "banks" / "timed"
    score = tmp_path / "line.yaml"
    cues = "cues: [{time: 0.2, label: cross, at: high}, {time: 2, label: glad, sequence: dynamics}]"
    score.write_text(f"schema: mien/score/1\nbank: {bank}\nseconds: 4\n{cues}\n", "utf-8")
    with ViewServer(bank, score=(score, None)) as server:
        server.start()
        with opened_page(browser, server) as page:
            page.locator("#cue-lane .cues").nth(0).click()
            page.locator("select[name=cue-sequence]").select_option("flash")
            expect(page.locator("#cue-lane .cues").nth(0)).to_have_text("cross · high · flash")
            page.locator("#score-save").click()
            expect(page.locator("#score-news")).to_contain_text("Saved")
            found: Any = plain(require_yaml(score.read_text("utf-8"), "line.yaml"))
            assert found["cues"][0]["sequence"] == "flash"
            take = mien.perform(score)
            assert base64.b64decode(page.evaluate(WHOLE)) == bytes_of(take)


def test_faults_are_shown_at_their_cue_and_taken_back(page: Page, score: Path) -> None:
    page.locator("#cue-lane .cues").nth(0).click()
    page.locator("input[name=cue-label]").fill("jy")
    page.keyboard.press("Enter")
    expect(page.locator("#cue-lane .item.faulty")).to_have_count(1)
    expect(page.locator(".cue-fault")).to_contain_text("did you mean joy?")
    expect(page.locator("#score-news")).to_contain_text("cannot be performed yet")
    page.locator("#score-undo").click()
    expect(page.locator("#cue-lane .item.faulty")).to_have_count(0)
    expect(page.locator("#score-save")).to_be_disabled()
    scrub(page, 0.4)
    assert_takes(page, mien.perform(score))


def test_the_file_is_followed_and_never_written_over(page: Page, score: Path) -> None:
    text = score.read_text("utf-8")
    score.write_text(text.replace("time: 0.3, label: joy", "time: 0.2, label: anger"), "utf-8")
    expect(page.locator("#cue-lane .cues").nth(0)).to_have_text("anger")
    scrub(page, 0.3)
    assert_takes(page, mien.perform(score))
    page.locator("#cue-lane .cues").nth(0).focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#score-save")).to_be_enabled()
    score.write_text(text, "utf-8")
    expect(page.locator("#score-news")).to_contain_text("has changed meanwhile")
    page.locator("#score-save").click()
    expect(page.locator("#score-news")).to_contain_text("has changed meanwhile")
    assert score.read_text("utf-8") == text
    page.get_by_role("button", name="Take the file as it is now").click()
    expect(page.locator("#cue-lane .cues").nth(0)).to_have_text("joy")


def test_what_is_shown_first_is_a_cue_without_a_time(page: Page, score: Path) -> None:
    page.locator("#cue-lane .start").click()
    expect(page.locator("#cue-fields")).not_to_contain_text("Begins")
    page.locator("input[name=cue-label]").fill("fear")
    page.keyboard.press("Enter")
    page.locator("select[name=cue-at]").select_option("high")
    page.locator("#score-save").click()
    expect(page.locator("#score-news")).to_contain_text("Saved")
    found: Any = plain(require_yaml(score.read_text("utf-8"), "line.yaml"))
    assert found["start"] == {"label": "fear", "at": "high"}
    scrub(page, 0.05)
    assert_takes(page, mien.perform(score))


def test_an_avatar_follows(page: Page) -> None:
    page.evaluate(DROP, list(glb("jawOpen", "mouthSmileLeft")))
    expect(page.locator("#avatar-canvas")).to_be_visible(timeout=30_000)
    expect(page.locator("#avatar-news")).to_contain_text("2 of 52 channels", timeout=30_000)
    seen: set[str] = set()
    for share in (0.0, 0.3, 0.7):
        scrub(page, share)
        seen.add(page.evaluate("document.querySelector('#avatar-canvas').toDataURL()"))
    assert len(seen) == 3


def test_everything_on_the_timeline_has_a_name(page: Page) -> None:
    page.locator("#cue-lane .cues").nth(1).click()
    nameless: list[str] = page.eval_on_selector_all(
        "#timeline :is(button, input, select, [role=slider])",
        """all => all.filter(one => !(one.textContent || '').trim()
             && !one.getAttribute('aria-label') && !(one.labels && one.labels.length))
             .map(one => one.outerHTML)""",
    )
    assert nameless == []

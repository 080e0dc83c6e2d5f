"""The page of `mien view` in a real browser: its faces are the compiler's, bit for bit."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, Route, expect
from tests.browsers import chromium, in_browser
from tests.models import packed
from tests.other_rigs import add_aliases, foreign, pascal, rename_channels

from mien import resources
from mien.authored.reader import read_bank
from mien.bank import Bank, load
from mien.compile import compile_tables
from mien.view.change import expanded
from mien.view.server import ViewServer

DEFAULT = resources.presets() / "default"
CHANNELS = read_bank(DEFAULT).rig.names
pytestmark = in_browser
SCREENSHOTS = Path(__file__).resolve().parents[1] / "build" / "screenshots"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def shared() -> Iterator[ViewServer]:
    """For tests that change no file."""
    with ViewServer(DEFAULT) as running:
        running.start()
        yield running


@pytest.fixture(scope="module")
def bank() -> Bank:
    return Bank(compile_tables(read_bank(DEFAULT)))


@pytest.fixture
def page(browser: Browser, shared: ViewServer, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The page on the bank that ships; to before at only."""
    with opened_page(browser, shared) as opened:
        yield opened
        keep_picture(opened, request)


@pytest.fixture
def own(browser: Browser, server: ViewServer, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The page on a bank of one's own."""
    with opened_page(browser, server) as opened:
        yield opened
        keep_picture(opened, request)


def keep_picture(opened: Page, request: pytest.FixtureRequest) -> None:
    """Leave what the page showed when the test ended in build/screenshots, to be looked at."""
    name = re.sub(r"[^a-z0-9]+", "-", request.node.name.lower()).strip("-")
    assert opened.screenshot(path=SCREENSHOTS / f"{name}.png")


@contextmanager
def opened_page(browser: Browser, server: ViewServer) -> Generator[Page]:
    """The page, opened as printed; no error may have shown, and nothing foreign been fetched."""
    context = browser.new_context(
        viewport={"width": 1400, "height": 1000},
        reduced_motion="reduce",
        permissions=["clipboard-read", "clipboard-write"],
    )
    opened = context.new_page()
    wrong: list[str] = []
    asked: list[str] = []
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto(server.url)
    opened.wait_for_selector("html[data-revision]")
    yield opened
    assert [one for one in wrong if "the server responded with a status" not in one] == []
    assert {url for url in asked if not url.startswith(f"{server.origin}/")} == set()
    context.close()


def shown(page: Page) -> np.ndarray[Any, np.dtype[np.float32]]:
    """The 52 weights as the page shows them, in the order of the rig."""
    cells: list[list[str]] = page.eval_on_selector_all(
        "[data-channel]",
        "cells => cells.map(c => [c.dataset.channel, c.querySelector('.value').dataset.exact])",
    )
    found = dict(cells)
    return np.array([float(found[name]) for name in CHANNELS], dtype=np.float32)


def vad(page: Page) -> list[float]:
    return [float(page.locator(f"#{axis}").input_value()) for axis in "vad"]


def choose(page: Page, label: str) -> None:
    page.locator(f"#labels input[value={label}]").check(force=True)


def assert_same(page: Page, face: np.ndarray[Any, Any]) -> None:
    assert shown(page).tobytes() == face.tobytes()


def test_it_starts_with_a_face(page: Page, shared: ViewServer, bank: Bank) -> None:
    assert_same(page, bank.face("joy"))
    expect(page.locator("#status")).to_have_text("Live")
    expect(page.locator("#face svg")).to_have_attribute("aria-label", re.compile("^Joy mid at V"))
    assert page.locator("#face svg path").count() > 20
    assert shared.guard.key not in page.url


def test_dragging_the_pad(page: Page, bank: Bank) -> None:
    for label in ("anger", "awe"):
        choose(page, label)
        box = page.locator("#pad").bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.5)
        page.mouse.down()
        for step in range(1, 9):
            share = 0.5 + 0.037 * step
            page.mouse.move(box["x"] + box["width"] * share, box["y"] + box["height"] * 0.43)
            assert_same(page, bank.face(label, vad=vad(page)))
        page.mouse.up()
        assert vad(page)[0] > 0.5


def test_a_pointer_past_the_edge_stays_in_the_cube(page: Page, bank: Bank) -> None:
    box = page.locator("#pad").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 5, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] + 300, box["y"] - 200)
    page.mouse.up()
    assert vad(page)[:2] == [1.0, 1.0]
    assert_same(page, bank.face("joy", vad=vad(page)))


def test_every_anchor_of_a_label(page: Page, bank: Bank) -> None:
    for label in ("contempt", "sympathy"):
        choose(page, label)
        for name in (*bank.intensities, *bank.styles(label)):
            page.locator(f"#anchors button[value={name}]").click()
            style = name if name in bank.styles(label) else None
            assert_same(page, bank.face(label, at=name, style=style))


def test_keys_move_the_pad(page: Page, bank: Bank) -> None:
    page.locator("#v").fill("0")
    page.locator("#a").fill("0")
    pad = page.get_by_role("slider", name="Valence and arousal")
    pad.focus()
    for key in ("ArrowRight", "ArrowRight", "Shift+ArrowUp", "ArrowDown"):
        page.keyboard.press(key)
    assert vad(page)[:2] == [0.02, 0.09]
    expect(pad).to_have_attribute("aria-valuetext", "valence +0.02, arousal +0.09")
    assert_same(page, bank.face("joy", vad=vad(page)))


def test_the_keyboard_reaches_everything(page: Page) -> None:
    seen: set[str] = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        name: str = page.evaluate(
            "document.activeElement.id || document.activeElement.name || "
            "document.activeElement.value || ''"
        )
        seen.add(name)
    wanted = {"label", "pad", "dominance", "v", "a", "d", "low", "intensity", "style", "speech"}
    wanted |= {"play", "previous", "next", "edit", "theme", "grouping", "copy-json", "copy-yaml"}
    assert wanted <= seen | {"mix-add"}


def test_everything_that_acts_has_a_name(page: Page) -> None:
    page.locator("#mixture summary").click()
    page.locator("#mix-add").select_option("awe")
    nameless: list[str] = page.eval_on_selector_all(
        "button, input, select, [role=slider]",
        """all => all.filter(one => !(one.textContent || '').trim()
             && !one.getAttribute('aria-label') && !(one.labels && one.labels.length))
             .map(one => one.outerHTML)""",
    )
    assert nameless == []


def test_intensity_and_speech(page: Page, bank: Bank) -> None:
    choose(page, "sadness")
    for intensity in ("0", "0.235", "0.5", "0.885", "1"):
        page.locator("#intensity").fill(intensity)
        assert_same(page, bank.face("sadness", intensity=float(intensity)))
    page.locator("#speech").fill("0.7")
    assert_same(page, bank.face("sadness", intensity=1, speech=0.7))


def test_dominance(page: Page, bank: Bank) -> None:
    point = vad(page)
    page.locator("#dominance").fill("-0.4")
    assert vad(page) == [*point[:2], -0.4]
    assert_same(page, bank.face("joy", vad=vad(page)))


def test_a_style_goes_to_its_own_point(page: Page, bank: Bank) -> None:
    page.locator("#styles input[value=peaceful]").check(force=True)
    assert_same(page, bank.face("joy", style="peaceful"))
    page.locator("#v").fill("0.5")
    page.locator("#v").blur()
    assert_same(page, bank.face("joy", vad=vad(page), style="peaceful"))


def test_a_mixture(page: Page, bank: Bank) -> None:
    page.locator("#mixture summary").click()
    page.locator("#mix-add").select_option("awe")
    assert_same(page, bank.face({"joy": 0.5, "awe": 0.5}))
    page.get_by_role("slider", name="Part of joy").fill("80")
    page.get_by_role("slider", name="Part of awe").fill("20")
    assert_same(page, bank.face({"joy": 0.8, "awe": 0.2}))
    page.locator("#anchors button[value=high]").click()
    assert_same(page, bank.face({"joy": 0.8, "awe": 0.2}, at="high"))
    page.get_by_role("button", name="Remove joy").click()
    expect(page.locator("#labels input:checked")).to_have_value("awe")


def test_a_link_shows_the_view_again(page: Page, shared: ViewServer, bank: Bank) -> None:
    link = "#label=fear&vad=-0.3,0.411,-0.2&speech=0.25"
    page.goto(f"{shared.origin}/{link}")
    expect(page.locator("#labels input:checked")).to_have_value("fear")
    assert_same(page, bank.face("fear", vad=(-0.3, 0.411, -0.2), speech=0.25))
    page.locator("#a").fill("0.2")
    page.locator("#a").blur()
    page.wait_for_url(re.compile(r"vad=-0\.3,0\.2,-0\.2"))
    page.reload()
    page.wait_for_selector("html[data-revision]")
    assert_same(page, bank.face("fear", vad=(-0.3, 0.2, -0.2), speech=0.25))
    page.goto(f"{shared.origin}/#mix=joy:60,awe:40&vad=0.1,0.2,0.3&label=joy")
    expect(page.locator("#caption")).to_contain_text("60 % joy, 40 % awe")
    assert_same(page, bank.face({"joy": 0.6, "awe": 0.4}, vad=(0.1, 0.2, 0.3)))
    page.goto(f"{shared.origin}/#label=nobody&vad=9,9,9&style=none&mix=a:b")
    expect(page.locator("#labels input:checked")).to_have_value("joy")
    assert_same(page, bank.face("joy"))


def test_copies(page: Page, bank: Bank) -> None:
    page.locator("#copy-json").click()
    expect(page.locator("#copy-json")).to_have_text("Copied")
    copied = json.loads(page.evaluate("navigator.clipboard.readText()"))
    assert copied["label"] == "joy"
    assert copied["style"] is None
    weights = np.array(list(copied["channels"].values()), dtype=np.float32)
    assert weights.tobytes() == bank.face("joy").tobytes()
    page.locator("#copy-yaml").click()
    expect(page.locator("#copy-yaml")).to_have_text("Copied")
    lines = page.evaluate("navigator.clipboard.readText()").splitlines()
    face = dict(zip(bank.channels, bank.face("joy").tolist(), strict=True))
    pairs = [line.split(": ") for line in lines]
    written = expanded({name: float(weight) for name, weight in pairs}, read_bank(DEFAULT).rig)
    assert {name: np.float32(weight) for name, weight in written.items()} == {
        name: np.float32(weight) for name, weight in face.items() if weight
    }
    assert any(name == "cheekSquint" for name, _ in pairs)


def test_the_sequence_visits_every_archetype(page: Page, bank: Bank) -> None:
    page.locator("#labels input[value=neutral]").check(force=True)
    page.locator("#anchors button[value=low]").click()
    for label in bank.labels:
        for name in bank.intensities:
            assert_same(page, bank.face(label, at=name))
            page.locator("#next").click()
    assert_same(page, bank.face("neutral", at="low"))
    page.locator("#previous").click()
    assert_same(page, bank.face(bank.labels[-1], at="high"))
    page.locator("#play").click()
    expect(page.locator("#play")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#caption")).to_contain_text("Neutral low")
    expect(page.locator("#caption")).to_contain_text("Neutral mid")
    page.locator("#play").click()
    expect(page.locator("#play")).to_have_text("Play all")


def test_a_saved_file_is_followed(own: Page, folder: Path) -> None:
    joy = folder / "emotions" / "joy.yaml"
    good = joy.read_text("utf-8")
    written = re.search(r"^    cheekSquint: ([\d.]+)$", good, re.MULTILINE)
    assert written is not None
    was, number = f"{float(written[1]):.3f}", good[: written.start()].count("\n") + 1
    own.locator("#anchors button[value=low]").click()
    cell = own.locator("[data-channel=cheekSquintLeft] .value")
    expect(cell).to_have_text(was)
    joy.write_text(good.replace(written[0], "    cheekSquint: 0.413", 1), "utf-8")
    expect(cell).to_have_text("0.413")
    joy.write_text(good.replace(written[0], "    cheekSqint: 0.413", 1), "utf-8")
    panel = own.locator("#faults .panel.error")
    expect(panel).to_contain_text(f"{joy}:{number}:5")
    expect(panel.locator("pre")).to_contain_text("cheekSqint: 0.413")
    expect(panel).to_contain_text("cheekSquint?")
    expect(own.locator("#status")).to_have_text("1 fault")
    expect(cell).to_have_text("0.413")
    joy.write_text(good, "utf-8")
    expect(panel).to_have_count(0)
    expect(cell).to_have_text(was)
    expect(own.locator("#status")).to_have_text("Live")


def test_the_view_follows_an_anchor_that_moves(own: Page, folder: Path) -> None:
    joy = folder / "emotions" / "joy.yaml"
    valence = float(own.locator("#v").input_value())
    moved = str(round(valence - 0.01, 4))
    good = joy.read_text("utf-8")
    joy.write_text(good.replace(f"mid: {{vad: [{valence},", f"mid: {{vad: [{moved},"), "utf-8")
    expect(own.locator("#v")).to_have_value(moved)
    assert_same(own, load(folder).face("joy"))


def test_a_bank_that_is_broken_from_the_start(browser: Browser, folder: Path) -> None:
    manifest = folder / "bank.yaml"
    good = manifest.read_text("utf-8")
    manifest.write_text("labels: [", "utf-8")
    with ViewServer(folder) as server:
        server.start()
        page = browser.new_page()
        page.goto(server.url)
        expect(page.locator("#faults")).to_contain_text("There is no face until")
        manifest.write_text(good, "utf-8")
        expect(page.locator("#caption")).to_contain_text("Joy mid")
        page.close()


def difference(before: str, after: str) -> set[str]:
    return set(after.splitlines()) - set(before.splitlines())


def test_a_rig_that_the_drawing_lacks_is_not_shown_at_rest(
    browser: Browser, folder: Path, request: pytest.FixtureRequest
) -> None:
    rename_channels(folder, foreign)
    with ViewServer(folder) as server:
        server.start()
        with opened_page(browser, server) as page:
            undrawn = page.locator("#undrawn")
            expect(undrawn).to_contain_text("Nothing of this face can be drawn.")
            expect(undrawn).to_contain_text("rig_mouthsmileleft_x")
            expect(page.locator("#face svg")).to_be_hidden()
            keep_picture(page, request)
            joy = "rig_mouthsmileleft_x"
            add_aliases(folder, {joy: "mouthSmileLeft"})
            expect(page.locator("#face svg")).to_be_visible()
            expect(undrawn).not_to_contain_text(joy)
            expect(undrawn).to_contain_text("rig_mouthsmileright_x")


def test_a_rig_in_pascal_case_is_drawn_alike(browser: Browser, page: Page, folder: Path) -> None:
    rename_channels(folder, pascal)
    with ViewServer(folder) as server:
        server.start()
        with opened_page(browser, server) as other:
            expect(other.locator("#undrawn")).to_be_hidden()
            assert other.locator("#face svg").inner_html() == page.locator("#face svg").inner_html()


def test_an_edit_is_written_back_and_undone(own: Page, folder: Path) -> None:
    joy = folder / "emotions" / "joy.yaml"
    before = joy.read_text("utf-8")
    own.get_by_role("button", name="Edit", exact=True).click()
    expect(own.locator("#editor h2")).to_have_text("Editing joy, archetype mid")
    own.locator("[data-channel=cheekSquintLeft] input").fill("0.71")
    expect(own.locator(".diff .added")).to_have_text("+    cheekSquint: 0.71\n")
    own.get_by_role("button", name="Copy lines").click()
    expect(own.get_by_role("button", name="Copied")).to_be_visible()
    assert "    cheekSquint: 0.71\n" in own.evaluate("navigator.clipboard.readText()")
    own.get_by_role("button", name="Write to file").click()
    expect(own.locator("#editor")).to_contain_text("Written to")
    after = joy.read_text("utf-8")
    assert difference(before, after) == {"    cheekSquint: 0.71"}
    assert "# The smile parts the lips" in after
    assert_same(own, load(folder).face("joy"))
    own.get_by_role("button", name="Undo last write").click()
    expect(own.locator("#editor")).to_contain_text("as it was before")
    assert joy.read_text("utf-8") == before


def test_an_edit_of_a_style_is_an_offset(own: Page, folder: Path) -> None:
    joy = folder / "emotions" / "joy.yaml"
    before = joy.read_text("utf-8")
    own.locator("#styles input[value=peaceful]").check(force=True)
    own.get_by_role("button", name="Edit", exact=True).click()
    expect(own.locator("#editor h2")).to_have_text("Editing joy, style peaceful")
    own.locator("[data-channel=browInnerUp] input").fill("0.3")
    own.get_by_role("button", name="Write to file").click()
    expect(own.locator("#editor")).to_contain_text("Written to")
    (line,) = difference(before, joy.read_text("utf-8"))
    assert re.fullmatch(r"      browInnerUp: 0\.\d+", line)
    face = load(folder).face("joy", style="peaceful")
    assert abs(float(face[CHANNELS.index("browInnerUp")]) - 0.3) <= 0.006
    assert_same(own, face)


def test_one_side_alone(page: Page, bank: Bank) -> None:
    page.get_by_role("button", name="Edit", exact=True).click()
    page.get_by_label("Move both sides together").uncheck()
    page.locator("[data-channel=browOuterUpLeft] input").fill("0.43")
    expect(page.locator(".diff .added")).to_have_text("+    browOuterUpLeft: 0.43\n")
    page.get_by_role("button", name="Discard").click()
    expect(page.locator(".diff")).to_be_hidden()
    assert_same(page, bank.face("joy"))


def test_what_is_not_written_waits(page: Page, bank: Bank) -> None:
    edit = page.get_by_role("button", name="Edit", exact=True)
    cell = page.locator("[data-channel=cheekPuff] .value")
    edit.click()
    page.locator("[data-channel=cheekPuff] input").fill("0.33")
    expect(cell).to_have_text("0.330")
    page.locator("#anchors button[value=high]").click()
    expect(cell).to_have_text("0")
    edit.click()
    page.locator("#anchors button[value=mid]").click()
    assert_same(page, bank.face("joy"))
    edit.click()
    expect(cell).to_have_text("0.330")
    expect(page.locator(".diff .added")).to_have_text("+    cheekPuff: 0.33\n")


def test_an_edit_that_breaks_a_rule_cannot_be_written(own: Page, folder: Path) -> None:
    joy = folder / "emotions" / "joy.yaml"
    before = joy.read_text("utf-8")
    own.get_by_role("button", name="Edit", exact=True).click()
    own.locator("[data-channel=mouthFrownLeft] input").fill("0.5")
    expect(own.locator("#editor")).to_contain_text("The bank would have faults")
    expect(own.locator("#editor")).to_contain_text("exclude each other")
    expect(own.get_by_role("button", name="Write to file")).to_be_disabled()
    assert joy.read_text("utf-8") == before


def test_an_edit_that_breaks_a_rule_is_written_as_work_in_progress(own: Page, folder: Path) -> None:
    joy = folder / "emotions" / "joy.yaml"
    own.locator("#anchors button[value=low]").click()
    own.locator("#edit").click()
    own.locator("[data-channel=mouthFrownLeft] input").fill("0.6")
    draft = own.get_by_role("button", name="Write as work in progress")
    expect(own.get_by_role("button", name="Write to file")).to_be_disabled()
    draft.click()
    expect(own.locator("#faults h2")).to_contain_text("The bank has")
    expect(own.locator("#faults")).to_contain_text("drawn from the files as they are")
    expect(own.locator("#faults")).to_contain_text("mouthFrown")
    expect(own.locator("#status")).to_contain_text("fault")
    assert "mouthFrown: 0.6" in joy.read_text("utf-8")
    expect(own.locator("[data-channel=mouthFrownLeft] .value")).to_have_text("0.600")
    assert own.locator("#face svg path").count() > 20


def test_intensities_stand_side_by_side(page: Page, bank: Bank) -> None:
    strip = page.locator("#strip button")
    assert strip.all_inner_texts() == list(bank.intensities)
    assert page.locator("#strip button[aria-pressed=true]").inner_text() == "mid"
    drawn = [one.inner_html() for one in page.locator("#strip svg").all()]
    assert len(set(drawn)) == len(bank.intensities)
    strip.last.click()
    assert_same(page, bank.face("joy", at="high"))
    large = page.locator("#face svg").inner_html().replace("face-", "small2-")
    assert large == page.locator("#strip svg").last.inner_html()
    choose(page, "fear")
    assert [one.inner_html() for one in page.locator("#strip svg").all()] != drawn
    tops = [box["y"] for one in strip.all() if (box := one.bounding_box())]
    assert len(tops) == 3
    assert max(tops) == min(tops)


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (2560, 1440), (3840, 2160)])
def test_the_page_fills_a_large_window(page: Page, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    main = page.locator("main").bounding_box()
    weights = page.locator("#weights").bounding_box()
    face = page.locator("#face").bounding_box()
    assert main is not None
    assert weights is not None
    assert face is not None
    assert main["width"] == width
    assert weights["x"] + weights["width"] > 0.97 * width
    assert face["height"] > 0.5 * height
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")


def test_a_conflict_is_told(own: Page, folder: Path) -> None:
    joy = folder / "emotions" / "joy.yaml"
    own.get_by_role("button", name="Edit", exact=True).click()
    own.locator("[data-channel=jawOpen] input").fill("0.05")
    expect(own.locator(".diff .added")).to_be_visible()
    mine = joy.read_text("utf-8") + "# mine\n"

    def meddle(route: Route) -> None:
        joy.write_text(mine, "utf-8")
        route.continue_()

    own.route("**/api/edit/write", meddle)
    own.get_by_role("button", name="Write to file").click()
    expect(own.locator("#editor")).to_contain_text("has changed meanwhile")
    assert joy.read_text("utf-8") == mine
    own.unroute("**/api/edit/write")
    expect(own.locator(".diff .added")).to_be_visible()
    own.get_by_role("button", name="Write to file").click()
    expect(own.locator("#editor")).to_contain_text("Written to")
    assert joy.read_text("utf-8").endswith("# mine\n")


def test_without_the_key_the_page_only_looks(browser: Browser, shared: ViewServer) -> None:
    page = browser.new_page()
    page.goto(shared.origin)
    page.wait_for_selector("html[data-revision]")
    page.get_by_role("button", name="Edit", exact=True).click()
    expect(page.locator("#editor")).to_contain_text("look but not write")
    page.close()


def test_themes(page: Page) -> None:
    def ground() -> str:
        colour: str = page.evaluate("getComputedStyle(document.body).backgroundColor")
        return colour

    light = ground()
    page.emulate_media(color_scheme="dark")
    dark = ground()
    assert light != dark
    button = page.locator("#theme")
    button.click()
    expect(button).to_have_text("Theme: light")
    assert ground() == light
    button.click()
    page.reload()
    expect(page.locator("#theme")).to_have_text("Theme: dark")
    assert ground() == dark


def test_grouping(page: Page) -> None:
    def shown_rows() -> int:
        return page.locator("#bars .row:visible").count()

    every = shown_rows()
    page.locator("#grouping").select_option("active")
    assert 5 < shown_rows() < every
    page.locator("#grouping").select_option("class")
    assert shown_rows() == every
    expect(page.locator("#bars h3").first).to_contain_text("Expression")


def test_nothing_overflows_a_narrow_window(page: Page) -> None:
    for width in (360, 800, 1100):
        page.set_viewport_size({"width": width, "height": 800})
        wide: int = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width
    assert page.evaluate("document.querySelector('#face').clientWidth") > 200


def test_a_file_that_is_no_avatar(page: Page) -> None:
    page.locator("#avatar-file").set_input_files(
        {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"no"}
    )
    expect(page.locator("#avatar-news")).to_contain_text("notes.txt is no .vrm, .glb or .gltf")


def glb(*channels: str, dead: Sequence[str] = ()) -> bytes:
    """A triangle with a morph target a channel, as binary glTF."""
    corners = struct.pack("<9f", -1, 0, 0, 1, 0, 0, 0, 1.5, 0)
    move = struct.pack("<9f", 0, 0, 0.1, 0, 0.2, 0, 0, 0, 0)
    data = corners + b"".join(bytes(36) if one in dead else move for one in channels)
    size = len(corners)
    parts = range(len(channels) + 1)
    vectors = {"componentType": 5126, "count": 3, "type": "VEC3"}
    primitive = {"attributes": {"POSITION": 0}, "targets": [{"POSITION": i} for i in parts[1:]]}
    document = {
        "asset": {"version": "2.0"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [primitive], "extras": {"targetNames": channels}}],
        "accessors": [
            {**vectors, "bufferView": i, "min": [-1, 0, 0], "max": [1, 2, 1]} for i in parts
        ],
        "bufferViews": [{"buffer": 0, "byteOffset": size * i, "byteLength": size} for i in parts],
        "buffers": [{"byteLength": len(data)}],
    }
    return packed(document, data)


DROP = """bytes => {
  const carried = new DataTransfer();
  carried.items.add(new File([new Uint8Array(bytes)], 'head.glb'));
  document.body.dispatchEvent(new DragEvent('drop', {dataTransfer: carried, bubbles: true}));
}"""


def test_an_avatar_is_dropped(page: Page) -> None:
    page.evaluate(DROP, list(glb("jawOpen", "mouthSmileLeft", dead=("jawOpen",))))
    news = page.locator("#avatar-news")
    expect(news).to_contain_text("has 2 of 52 channels", timeout=30_000)
    expect(news.locator("summary")).to_contain_text(["50 missing"])
    expect(news.locator(".missing")).to_contain_text(["eyeBlinkLeft, "])
    expect(news).to_contain_text("1 there, but without effect: jawOpen")
    expect(page.locator("#avatar-canvas")).to_be_visible()
    page.locator("#avatar-file").set_input_files(
        {"name": "broken.glb", "mimeType": "model/gltf-binary", "buffer": b"no"}
    )
    expect(news).to_contain_text("broken.glb cannot be shown")
    page.get_by_role("button", name="Back to the drawing").click()
    expect(page.locator("#face svg")).to_be_visible()


def test_a_server_that_stops_is_noticed(browser: Browser, folder: Path) -> None:
    page = browser.new_page()
    with ViewServer(folder) as server:
        server.start()
        page.goto(server.url)
        expect(page.locator("#status")).to_have_text("Live")
    expect(page.locator("#status")).to_contain_text("Disconnected")
    page.close()

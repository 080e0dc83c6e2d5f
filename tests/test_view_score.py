"""A score on the page of `mien view`: given, tried as it is edited, and saved with its comments."""

from __future__ import annotations

import wave
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.program import ended
from tests.test_view_server import Answer, send

from mien import resources
from mien.formats.registry import write_take
from mien.formats.take import steady_take
from mien.local_server import KEY_HEADER
from mien.performance import sources
from mien.performance.sources import LipRequest, SpokenLips
from mien.text.format import format_yaml, rewritten
from mien.text.format.comments import find_comments
from mien.text.node import Plain, plain
from mien.text.yaml_nodes import require_yaml
from mien.view.server import ViewServer

DEFAULT = resources.presets() / "default"
SCORE = f"""\
# A line that turns.

schema: mien/score/1
bank: {DEFAULT}
audio: line.wav
lips: {{from: take, file: lips.json}}  # recorded
seed: 7
start: {{label: interest, at: low}}
cues:
  # she smiles
  - {{time: 0.3, label: joy}}  # here
  - time: 0.9
    label: {{joy: 0.6, surprise: 0.4}}  # both
    at: high
  # and is sad
  - {{time: 1.4, label: sadness, vad: [-0.6, -0.2, -0.3]}}
gaze:
  - {{time: 0.5, look: left}}
# The end.
"""
COMMENTS = [
    "# A line that turns.",
    "# The end.",
    "# and is sad",
    "# both",
    "# here",
    "# recorded",
    "# she smiles",
]


def write_score(folder: Path) -> Path:
    """A score with a sound of two seconds, and lips from a take."""
    with wave.open(str(folder / "line.wav"), "wb") as sound:
        sound.setparams((1, 2, 16000, 0, "NONE", ""))
        beats = np.sin(np.arange(32000) * 0.09) * np.sin(np.arange(32000) / 4000) ** 2
        sound.writeframes((beats * 20000).astype("<i2").tobytes())
    mouth = np.zeros((120, 2), dtype=np.float32)
    mouth[20:80, 0] = np.abs(np.sin(np.arange(60) / 5))
    mouth[40:48, 1] = 1.0
    write_take(folder / "lips.json", steady_take(60.0, ("jawOpen", "mouthClose"), mouth))
    path = folder / "line.yaml"
    path.write_text(SCORE, "utf-8")
    return path


@pytest.fixture
def score(tmp_path: Path) -> Path:
    return write_score(tmp_path)


@pytest.fixture
def server(score: Path) -> Iterator[ViewServer]:
    with ViewServer(DEFAULT, score=(score, None)) as running:
        running.start()
        yield running


def asked(server: ViewServer, action: str, body: object) -> Answer:
    key = {KEY_HEADER: server.guard.key}
    return send(server, f"/api/score/{action}", body, headers=key)


def draft(facts: Mapping[str, Any], places: list[int | None], **changes: object) -> dict[str, Any]:
    """A request: the cues that stay, and what else is to be said."""
    document: dict[str, Any] = {**facts["document"], **changes}
    if "cues" not in changes:
        document["cues"] = [facts["document"]["cues"][at] for at in places if at is not None]
    return {
        "document": document,
        "origins": {"cues": places, "gaze": list(range(len(document.get("gaze", []))))},
        "base": facts["base"],
    }


def test_it_is_given_with_its_plan_lips_and_sound(server: ViewServer, score: Path) -> None:
    facts = send(server, "/api/score").data
    assert facts["faults"] == []
    assert facts["plan"]["frames"] == 120
    assert [move["start"] for move in facts["plan"]["moves"]] == [18000, 54000, 84000]
    assert facts["sound"]
    assert facts["artifact"] == send(server, "/api/state").data["artifact"]
    assert send(server, "/api/score/sound").body == (score.parent / "line.wav").read_bytes()
    assert len(send(server, "/api/score/lips").body) > 4 * 120 * 52


def test_without_a_score_there_is_none(folder: Path) -> None:
    with ViewServer(folder) as running:
        running.start()
        assert send(running, "/api/state").data["score"] is None
        for path in ("/api/score", "/api/score/lips", "/api/score/sound"):
            assert send(running, path).status == 404
        assert send(running, "/api/score/write", {}).status == 404


def test_saving_keeps_comments_and_puts_the_file_in_order(server: ViewServer, score: Path) -> None:
    facts = send(server, "/api/score").data
    cues: list[Any] = facts["document"]["cues"]
    cues[0]["time"] = 0.42
    body = draft(facts, [0, None, 2], cues=[cues[0], {"time": 0.8, "label": "awe"}, cues[2]])
    body["document"]["life"] = {"blinks": 0}
    assert asked(server, "preview", body).data["faults"] == []
    assert score.read_text("utf-8") == SCORE
    answer = asked(server, "write", body)
    assert answer.status == 200
    text = score.read_text("utf-8")
    assert format_yaml(text, "line.yaml") == text
    root = require_yaml(text, "line.yaml")
    assert plain(root) == body["document"]
    assert sorted(one.text for one in find_comments(text, root)) == COMMENTS
    assert "  # she smiles\n  - {time: 0.42, label: joy}  # here\n" in text
    # What was written can be written again.
    again = answer.data
    assert asked(server, "write", draft(again, [0, 1, 2], seed=8)).status == 200
    ended(0, "score", "fmt", "--check", score)


def test_a_file_that_has_changed_is_not_written_over(server: ViewServer, score: Path) -> None:
    facts = send(server, "/api/score").data
    score.write_text(f"{SCORE}# more\n", "utf-8")
    for action in ("preview", "write"):
        answer = asked(server, action, draft(facts, [0]))
        assert answer.status == 409
        assert "has changed meanwhile" in answer.data["error"]
    assert score.read_text("utf-8") == f"{SCORE}# more\n"


def test_only_the_printed_address_may_try_and_write(server: ViewServer, score: Path) -> None:
    facts = send(server, "/api/score").data
    for action in ("preview", "write"):
        assert send(server, f"/api/score/{action}", draft(facts, [0])).status == 403
    foreign = {"Origin": "http://evil.example"}
    assert send(server, "/api/score", headers=foreign).status == 403
    assert send(server, "/api/score/../../etc/passwd").status == 404
    assert score.read_text("utf-8") == SCORE


@pytest.mark.parametrize(
    "body",
    [[], {}, {"document": {}, "origins": {}, "base": 1}, {"document": 1, "origins": 1, "base": ""}],
)
def test_requests_that_make_no_sense_are_refused(server: ViewServer, body: object) -> None:
    assert asked(server, "write", body).status in {409, 422}


def test_faults_name_their_cue_and_what_was_good_stays(server: ViewServer, score: Path) -> None:
    facts = send(server, "/api/score").data
    wrong = [{"time": 0.3, "label": "jy"}, {"time": 0.1, "label": "joy", "style": "peacful"}]
    found = asked(server, "preview", draft(facts, [0, None], cues=wrong)).data
    assert found["plan"] is None
    assert {(one["path"], one["code"]) for one in found["faults"]} == {
        ("cues[0].label", "unknown-label"),
        ("cues[1].time", "cue-order"),
        ("cues[1].style", "unknown-name"),
    }
    broken = asked(server, "write", draft(facts, [0], seed=-1))
    assert broken.status == 422
    assert broken.data["faults"][0]["path"] == "seed"
    assert score.read_text("utf-8") == SCORE


def test_lips_are_opened_once_while_cues_change(
    server: ViewServer, score: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    real = sources.open_lips

    def counted(kind: str, request: LipRequest) -> SpokenLips:
        opened.append(kind)
        return real(kind, request)

    monkeypatch.setattr("mien.view.score_session.open_lips", counted)
    facts = send(server, "/api/score").data
    for _ in range(3):
        assert asked(server, "preview", draft(facts, [0, 2])).data["lips"] == facts["lips"]
    assert opened == ["take"]
    mouth = np.full((120, 1), 0.5, dtype=np.float32)
    write_take(score.parent / "lips.json", steady_take(60.0, ("jawOpen",), mouth))
    assert asked(server, "preview", draft(facts, [0])).data["lips"] != facts["lips"]
    assert opened == ["take", "take"]


def test_only_a_sound_is_given_out_as_the_sound(server: ViewServer, score: Path) -> None:
    (score.parent / "secret.txt").write_text("mine", "utf-8")
    facts = send(server, "/api/score").data
    changes: dict[str, object] = {"audio": "secret.txt", "lips": {"from": "none"}, "seconds": 2}
    assert asked(server, "preview", draft(facts, [0], **changes)).status == 200
    assert send(server, "/api/score/sound").status == 404


def test_another_bank_needs_another_page(server: ViewServer) -> None:
    facts = send(server, "/api/score").data
    found = asked(server, "preview", draft(facts, [0], bank="default@1.0.0")).data
    assert [one["code"] for one in found["faults"]] == ["unknown-bank"]


def test_bank_is_for_scores() -> None:
    assert "--bank is for a score" in ended(2, "view", "default", "--bank", "default").stderr


cue: st.SearchStrategy[Any] = st.fixed_dictionaries(
    {"time": st.floats(0, 60), "label": st.sampled_from(["joy", "awe"])},
    optional={"at": st.sampled_from(["low", "high"]), "strength": st.floats(0, 1)},
)


@given(st.lists(st.tuples(st.none() | st.integers(0, 4), st.none() | cue), max_size=5), st.data())
def test_any_edit_keeps_every_comment(
    changes: list[tuple[int | None, Any]], data: st.DataObject
) -> None:
    before: Any = plain(require_yaml(SCORE, "line.yaml"))
    cues: list[Plain] = []
    origins: list[int | None] = []
    for origin, new in changes:
        old: Any = before["cues"][origin] if origin is not None and origin < 3 else {"time": 1.0}
        cues.append(old if new is None else new)
        origins.append(origin)
    wanted: dict[str, Plain] = {**before, "cues": cues}
    for key in data.draw(st.sets(st.sampled_from(["gaze", "start", "lips", "seed", "cues"]))):
        del wanted[key]
    written = rewritten(SCORE, "line.yaml", wanted, {"cues": origins}, json=False)
    root = require_yaml(written, "line.yaml")
    assert plain(root) == wanted
    assert sorted(one.text for one in find_comments(written, root)) == COMMENTS
    assert format_yaml(written, "line.yaml") == written


def test_json_is_rewritten_too() -> None:
    text = '{"schema": "mien/score/1", "cues": [{"label": "joy", "time": 1}]}'
    wanted: dict[str, Plain] = {"cues": [{"time": 2.5}], "schema": "mien/score/1", "seed": 3}
    written = rewritten(text, "line.json", wanted, {"cues": [0]}, json=True)
    assert written == (
        '{\n  "schema": "mien/score/1",\n  "seed": 3,\n'
        '  "cues": [\n    {\n      "time": 2.5\n    }\n  ]\n}\n'
    )

"""`mien train adapt`: a network of another bank, from what is there."""

# torch annotates too little for pyright's strictest rules; mypy strict checks this file.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="needs the extra mien[train]")
pytest.importorskip("onnx", reason="needs the extra mien[train]")
pytest.importorskip("pyarrow", reason="needs the extra mien[targets]")

import numpy as np
import onnx
import torch
from attrs import evolve
from click.testing import CliRunner, Result
from onnx import numpy_helper
from tests.program import ended
from tests.targets.fakes import Chant, chanted
from tests.targets.sets import write_set
from tests.training.watch import Watch

import mien
from mien_trainer.adapt.folder import alone
from mien_trainer.adapt.run import Adaptation, Adapted, fit, make_faces, prepare
from mien_trainer.adapt.start import nearest_labels, read_start, start_for
from mien_trainer.cli.adapt import command
from mien_trainer.cli.options import network_file
from mien_trainer.evaluate.clips import silence
from mien_trainer.evaluate.lips import Closures, Kept
from mien_trainer.evaluate.network import EvaluatedNetwork, torch_predictor
from mien_trainer.evaluate.presets import anchor_errors
from mien_trainer.evaluate.result import closure_figure
from mien_trainer.fault import TrainerError
from mien_trainer.model.net import FaceNet
from mien_trainer.model.shape import Conditioning, NetShape
from mien_trainer.speak.network import bank_of, read_network, shipped_network
from mien_trainer.targets.clip import ShardHeader
from mien_trainer.targets.maker import ClipMaker
from mien_trainer.targets.manifest import read_manifest
from mien_trainer.train.checkpoint import load_checkpoint
from mien_trainer.train.checkpoint_file import BEST, LAST
from mien_trainer.train.trust import trusted_bank

LABELS = ("neutral", "joy", "glee", "anger")
"""The bank's: glee is a label that no network knows."""

TEXTS = ("m ai m ʌ m b ɔ t _ f ai v", "b ɛ g ai z p", "v i p i b l _ m ei k b ɛ d z")


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A compiled bank of four labels, one of them new, with faces of its own."""
    home = tmp_path_factory.mktemp("banks")
    folder = home / "small"
    ended(0, "init", folder)
    emotions = folder / "emotions"
    (emotions / "amusement.yaml").rename(emotions / "glee.yaml")
    listed = "".join(f"  - {label}\n" for label in LABELS)
    text = (folder / "bank.yaml").read_text("utf-8")
    text = re.sub(r"^labels:\n(?:  - .*\n)+", f"labels:\n{listed}", text, flags=re.MULTILINE)
    text = text.replace("slope: {mean: 1, channel: 5}", "slope: {mean: 1.5, channel: 5}")
    (folder / "bank.yaml").write_text(text, "utf-8")
    for path in emotions.iterdir():
        if path.stem not in LABELS:
            path.unlink()
            continue
        kept = [line for line in path.read_text("utf-8").splitlines() if "  then: " not in line]
        renamed = "\n".join(kept).replace("label: amusement", "label: glee")
        path.write_text(renamed.replace("mouthSmileLeft: 0.87", "mouthSmileLeft: 0.75") + "\n")
    ended(0, "compile", folder, "--out", home / "build")
    return folder


@pytest.fixture(scope="module")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Targets of the default bank, in which a chanting monk speaks."""
    default = mien.load("default")
    maker = ClipMaker(default, {"chant": Chant(TEXTS)})
    clips = map(maker.make, chanted(default.labels, len(TEXTS), 3, (8, 4, 4)))
    return write_set(tmp_path_factory.mktemp("speech"), ShardHeader.of(default), clips)


def order_of(tiny: Path, bank: Path, speech: Path, work: Path, steps: int = 6) -> Adaptation:
    return Adaptation(
        start=read_start(tiny / "tiny.onnx"),
        trusted=trusted_bank(str(bank)),
        source=str(bank),
        data=speech,
        work=work,
        steps=steps,
        clips=12,
    )


def adapt(*arguments: object) -> Result:
    return CliRunner().invoke(command, [str(one) for one in arguments], standalone_mode=False)


def test_all_that_a_network_learned_is_read_off_its_exported_file(tiny: Path) -> None:
    kept, found = load_checkpoint(tiny / "tiny.safetensors"), read_start(tiny / "tiny.onnx")
    assert found.shape == kept.metadata.config.model
    assert found.conditioning == kept.metadata.config.conditioning
    state = kept.model.state_dict()
    assert found.tensors.keys() <= state.keys()
    assert {name for name, _ in kept.model.named_parameters()} <= found.tensors.keys()
    for name, tensor in found.tensors.items():
        assert torch.equal(tensor, state[name]), name
    from_checkpoint = read_start(tiny / "tiny.safetensors")
    assert from_checkpoint.card == found.card
    assert from_checkpoint.tensors.keys() == found.tensors.keys()


def test_the_network_that_ships_is_read(tmp_path: Path) -> None:
    found = read_start(shipped_network())
    assert found.shape == NetShape()
    assert len(found.conditioning.labels) == 16


def test_a_graph_of_another_make_is_refused(tiny: Path, tmp_path: Path) -> None:
    """It runs, but its faces are not those of the tensors that stand in it."""
    model = onnx.load(str(tiny / "tiny.onnx"))
    constants = {one.name: one for one in model.graph.initializer}
    six = next(one for one in constants.values() if one.name.startswith("val_") and six_is(one))
    six.CopyFrom(numpy_helper.from_array(np.array(2.0, dtype=np.float32), six.name))
    path = tmp_path / "other.onnx"
    path.write_bytes(model.SerializeToString())
    assert read_network(path).card.name == "tiny"
    with pytest.raises(TrainerError, match="cannot be read off its graph; give the checkpoint"):
        read_start(path)


def six_is(constant: onnx.TensorProto) -> bool:
    value = numpy_helper.to_array(constant)
    return value.shape == () and float(value) == 6.0


def test_what_it_knows_it_shows_in_another_bank_and_what_is_new_begins_as_the_nearest(
    tiny: Path, bank: Path, speech: Path, tmp_path: Path
) -> None:
    order = order_of(tiny, bank, speech, tmp_path)
    begun = start_for(order.start, order.config, order.trusted.bank, "").model
    before = load_checkpoint(tiny / "tiny.safetensors").model
    mel = torch.as_tensor(silence(70).mel)[None]
    for label in ("neutral", "joy", "anger"):
        faces = []
        for model, labels in ((begun, LABELS), (before, mien.load("default").labels)):
            conditions = torch.zeros(1, 70, len(labels) + 3)
            conditions[..., labels.index(label)] = 1.0
            conditions[..., -3:] = torch.tensor([0.2, -0.4, 0.1])
            faces.append(model.clip(mel, conditions))
        assert faces[0].max() > 0.0
        assert torch.allclose(faces[0], faces[1], atol=1e-6)
    assert begun.columns.tolist() == list(range(len(LABELS) + 3))
    state, knows = begun.state_dict(), order.start.card.knows
    like = nearest_labels(order.start, mien.load(bank))
    assert like.keys() == {"glee"}
    for name in ("base.input.weight", "blocks.0.film.weight"):
        was, new = order.start.tensors[name], LABELS.index("glee")
        assert torch.equal(state[name][:, new], was[:, knows.index(like["glee"])])
        assert torch.equal(state[name][:, 1], was[:, knows.index("joy")])


def test_a_label_of_another_name_is_known_by_its_faces() -> None:
    """The network that ships, and its own bank in another language."""
    ours = mien.load("default")
    german = {"joy": "freude", "anger": "wut", "awe": "ehrfurcht"}
    labels = [evolve(one, label=german.get(one.label, one.label)) for one in ours.tables.labels]
    renamed = mien.Bank(evolve(ours.tables, labels=tuple(labels)), ours.digest, ours.source)
    like = nearest_labels(read_start(shipped_network(ours.digest)), renamed)
    assert like == {new: old for old, new in german.items()}


def test_a_network_of_the_bank_is_made_and_is_of_no_other(
    tiny: Path, bank: Path, speech: Path, tmp_path: Path
) -> None:
    out = tmp_path / "ours.onnx"
    given = [tiny / "tiny.onnx", "--bank", bank, "--data", speech, "-o", out, "--workers", 1]
    done = adapt(*given, "--steps", 4, "--clips", 12, "--format", "json")
    assert done.return_value == 1, done.output  # four steps keep no preset
    report = json.loads(done.stdout)
    card = read_network(out).card
    ours = mien.load(bank)
    assert (card.labels, card.knows, card.vad) == (LABELS, LABELS, True)
    assert (card.name, card.artifact, report["artifact"]) == ("small", ours.digest, ours.digest)
    figures = {one["name"]: one for one in report["figures"]}
    assert next(iter(figures)) == "anchors in silence, mean error"
    assert figures["closures of p, b, m kept, least label"]["bound"] == 0.98
    assert report["kept"] is False
    assert "labels: 3 that tiny knows, 1 new (glee)" in done.stderr
    assert "--steps 8 --fresh trains longer" in done.stderr
    if not figures["closures of p, b, m kept, least label"]["kept"]:
        assert "tiny itself closes the lips for " in done.stderr
    with pytest.raises(TrainerError, match="was trained on artifact"):
        bank_of(card, "default")
    text = out.with_suffix(".card.md").read_text("utf-8")
    assert f"adapted from the network tiny of default {mien.load('default').version}" in text
    assert "**no**" in text
    manifest = read_manifest(tmp_path / "ours.work" / "targets")
    assert manifest.artifact == ours.digest
    assert set(manifest.counts.label) == set(LABELS)
    assert min(manifest.counts.label.values()) >= 1
    assert manifest.clips == 12


def test_it_goes_on_after_a_kill_with_the_same_bytes(
    tiny: Path, bank: Path, speech: Path, tmp_path: Path
) -> None:
    found = []
    for name, stops in (("straight", ()), ("stopped", (2, 5))):
        order = order_of(tiny, bank, speech, tmp_path / name)
        order = evolve(order, every=1)
        for stop in stops:
            prepare(order)
            with pytest.raises(Killed):
                fit(order, make_faces(order, lambda _: None), StopAt(stop))
        prepare(order)
        fit(order, make_faces(order, lambda _: None), Watch())
        found.append([(tmp_path / name / "training" / kept).read_bytes() for kept in (BEST, LAST)])
    assert found[0] == found[1]


class Killed(Exception):  # noqa: N818  nothing went wrong
    """In place of a kill."""


class StopAt(Watch):
    """Ends a training after a step."""

    def __init__(self, last: int) -> None:
        super().__init__()
        self._last = last

    def stepped(self, step: int, loss: float) -> None:
        """As said."""
        if step == self._last:
            raise Killed


def test_presets_come_nearer(tiny: Path, bank: Path, speech: Path, tmp_path: Path) -> None:
    order = order_of(tiny, bank, speech, tmp_path, steps=30)
    ours = order.trusted.bank

    def error(model: FaceNet, label: str = "") -> float:
        subject = EvaluatedNetwork(predict=torch_predictor(model), bank=ours)
        found = anchor_errors(subject, silence(), range(52))
        return found.by_label[label] if label else found.mean

    kept = start_for(order.start, order.config, ours, "").model
    before = error(kept)
    prepare(order)
    begun = load_checkpoint(tmp_path / "start.safetensors").model
    fit(order, make_faces(order, lambda _: None), Watch())
    learned = load_checkpoint(tmp_path / "training").model
    assert error(begun) < 0.9 * before
    assert error(begun, "glee") < 0.9 * error(kept, "glee")
    assert error(learned) < 0.9 * error(begun)
    assert error(learned) < 0.7 * before
    for heard, hears in zip(begun.hearing(), learned.hearing(), strict=True):
        assert torch.equal(heard, hears)
    films = [one.state_dict()["blocks.0.film.weight"] for one in (begun, learned)]
    assert not torch.equal(films[0], films[1])


@pytest.mark.parametrize(("lips", "kept"), [(98, True), (97, False)])
def test_lips_that_stay_open_are_no_success(lips: int, kept: bool) -> None:
    some = [Kept(kept=count, late=100, total=100, gap=0.0) for count in (100, lips)]
    found = [Closures(label="joy", lips=one, teeth=one) for one in some]
    assert closure_figure(found).value == lips / 100
    card = read_network(shipped_network()).card
    adapted = Adapted(data=b"", card=card, figures=(closure_figure(found),), closures=tuple(found))
    assert adapted.kept == kept


def test_default_is_the_network_of_the_bank_or_the_newest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One word with one meaning, for what adapts and for what speaks."""
    monkeypatch.chdir(tmp_path)
    default, own = Path("default"), mien.load(Path(__file__).parent / "banks" / "tiny")
    first = network_file(default, lambda: mien.load("default@1.1.0"))
    assert read_network(first).card.version == "1.1.0"
    newest = network_file(default, lambda: mien.load("default@2.1.0"))
    assert read_network(newest).card.version == "2.1.0"
    assert network_file(default, lambda: own) == newest
    default.write_bytes(b"")
    assert network_file(default, lambda: own) == default


def test_another_adaptation_is_not_gone_on_with(
    tiny: Path, bank: Path, speech: Path, tmp_path: Path
) -> None:
    order = order_of(tiny, bank, speech, tmp_path)
    prepare(order)
    prepare(order)
    with pytest.raises(TrainerError, match="--fresh begins anew there, --work names another"):
        prepare(evolve(order, seed=1))
    prepare(evolve(order, seed=1), fresh=True)


@pytest.mark.parametrize("wrong", ["lock", "lips", "data", "network"])
def test_what_does_not_belong_together_is_refused(
    wrong: str, tiny: Path, bank: Path, speech: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "small"
    shutil.copytree(bank, folder)
    network: object = tiny / "tiny.onnx"
    said = {
        "lock": "review what it changes",
        "lips": "mien train export",
        "data": "finish the folder with `mien targets make`",
        "network": "nosuch.onnx: there is no such file, expected an exported network",
    }[wrong]
    data = speech
    if wrong == "lock":
        path = folder / "emotions" / "joy.yaml"
        path.write_text(path.read_text("utf-8").replace("jawOpen: 0.05", "jawOpen: 0.06"), "utf-8")
    elif wrong == "lips":
        network = shipped_network().with_name("lips.onnx")
    elif wrong == "data":
        data = tmp_path / "empty"
        data.mkdir()
    else:
        network = "nosuch.onnx"
    out = tmp_path / "ours.onnx"
    done = CliRunner().invoke(
        command, [str(network), "--bank", str(folder), "--data", str(data), "-o", str(out)]
    )
    assert done.exit_code == 1  # 2 for the program, see `mien.cli.main.run`
    assert said in done.output
    assert not out.exists()


NAMES = mien.load("default").channels


@pytest.mark.parametrize(
    ("channels", "said"),
    [
        (NAMES[::-1], "in another order: number 1 is eyeBlinkLeft, expected tongueOut"),
        (NAMES[:-1], "is another than that of the network tiny: it has besides tongueOut"),
        (
            ("jawShut", *NAMES[5:], "smirk"),
            "it lacks jawShut, smirk and has besides eyeBlinkLeft, eyeLookDownLeft, eyeLookInLeft, "
            "eyeLookOutLeft and more",
        ),
    ],
    ids=["order", "fewer", "others"],
)
def test_another_rig_is_refused_by_its_channels(
    channels: tuple[str, ...], said: str, tiny: Path, bank: Path, speech: Path, tmp_path: Path
) -> None:
    order, ours = order_of(tiny, bank, speech, tmp_path), mien.load(bank)
    other = evolve(order.start.card, channels=channels)
    with pytest.raises(TrainerError) as refused:
        start_for(evolve(order.start, card=other), order.config, ours, "")
    assert said in str(refused.value)
    assert f"folder {bank}" in str(refused.value)
    assert "`mien speak --bank` and no network of its own" in str(refused.value)


def test_two_do_not_work_in_one_folder(
    tiny: Path, bank: Path, speech: Path, tmp_path: Path
) -> None:
    out, begun = tmp_path / "ours.onnx", tmp_path / "ours.work" / "start.safetensors"
    given = [tiny / "tiny.onnx", "--bank", bank, "--data", speech, "-o", out, "--fresh"]
    with alone(tmp_path / "ours.work"):
        begun.write_bytes(b"of the other")
        done = adapt(*given)
    assert "another adaptation is at work in this folder; wait" in str(done.exception)
    assert begun.read_bytes() == b"of the other"
    assert not out.exists()


def test_all_conditions_are_asked_for(tiny: Path, bank: Path, speech: Path, tmp_path: Path) -> None:
    config = order_of(tiny, bank, speech, tmp_path).config
    assert config.conditioning == Conditioning(labels=LABELS)
    assert config.losses.snap_silence > 0.0
    assert config.losses.snap_speech > 0.0


def test_what_is_refused_is_refused_before_torch_is_loaded(
    tiny: Path, bank: Path, speech: Path, tmp_path: Path
) -> None:
    """torch takes seconds; whoever mistyped a name need not wait for it."""
    network, out = tiny / "tiny.onnx", tmp_path / "ours.onnx"
    lips = shipped_network().with_name("lips.onnx")
    cases = [
        ("adapt", "nosuch.onnx", "--bank", bank, "--data", speech, "-o", out),
        ("adapt", lips, "--bank", bank, "--data", speech, "-o", out),
        ("adapt", network, "--bank", "nosuch", "--data", speech, "-o", out),
        ("adapt", network, "--bank", bank, "--data", tmp_path, "-o", out),
        ("lips", tmp_path, "-o", out),
        ("run", "v3", "--data", tmp_path, "-o", tmp_path / "training"),
        ("run", "v3", "--data", speech, "-o", tmp_path / "training", "--resume"),
    ]
    program = (
        "import json, sys\nfrom mien.cli.main import run\n"
        "for words in json.loads(sys.argv[1]):\n    assert run(['train', *words]) == 2, words\n"
        "assert 'torch' not in sys.modules\n"
    )
    words = json.dumps([[str(one) for one in case] for case in cases])
    found = subprocess.run(
        [sys.executable, "-c", program, words], capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stderr
    assert "a network of lips with schema mien/lip-network/1" in found.stderr
    assert list(tmp_path.iterdir()) == []

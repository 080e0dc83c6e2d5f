"""An exported network: an ONNX file that alone is enough to speak, and the bank it belongs to.

Inputs: ``mel`` (1, N, M), ``conditions`` (1, N, L + 3), ``state`` (1, R, W). Outputs: ``weights``
(1, N, C) in [0, 1], ``after`` (1, R, W): the state for the frames that follow. All are float32 and
N may be 1. What the numbers mean is canonical JSON in the one metadata key ``mien``, the card.
Nothing in the file is trusted: the card is checked against the graph when it is opened, against the
bank before the first frame, and every output as it comes.

Dimension letters: N frames, M mel bands, L labels, C channels, R frames of context, W width.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
from attrs import frozen
from cattrs import Converter
from cattrs.errors import BaseValidationError

from mien.bank import Bank, load
from mien.errors import QueryError
from mien.text.regular_file import NETWORK
from mien.versions import schema_name
from mien_trainer.fault import TrainerError, brief, read_bytes
from mien_trainer.frames import F32, FRAME_RATE
from mien_trainer.mel import MELS, SILENCE

SCHEMA = schema_name("network")
KEY = "mien"
INPUTS = ("mel", "conditions", "state")
OUTPUTS = ("weights", "after")

_MAX_STATE = (1 << 12, 1 << 12)
"""The largest R and W."""

_NETWORKS = Path(__file__).resolve().parents[1] / "networks"
_FIRST = "default.onnx"
_SHIPPED = {
    "3e339fe619439ab55f7a57779da7ee80f02ceeaf1397947bcca31f4e96f843d2": _FIRST,
    "3e903e0485642d8b5821e1def9f8d65f2811af37ee52d78d13fe08c2a3287648": "default-2.1.0.onnx",
}
"""The networks that ship, the newest last, by the artifact that each was trained on."""

_ID = re.compile(r"[a-z][a-z0-9_-]*")
_VERSION = re.compile(r"[0-9A-Za-z.+-]+")
_COMMAND = "mien train export"
_FATAL = 4
"""What onnxruntime logs itself; what it raises is said by us."""

_NO_ONNX = "INVALID_PROTOBUF"
"""onnxruntime's word for bytes that it cannot read."""


@frozen(kw_only=True)
class NetworkCard:
    """What a network was made from and how it is queried.

    ``labels`` and ``channels`` are the bank's; of the conditions it uses the labels that it
    ``knows``, and VAD where ``vad``. ``state`` is (R, W), see `start_state`. ``artifact``,
    ``targets`` and ``checkpoint`` are the sha256 in hex of the bank's artifact, of the manifest
    that it learned from (empty: none), and of the checkpoint without what training alone needs.
    """

    name: str
    bank: str
    version: str
    artifact: str
    targets: str
    checkpoint: str
    labels: tuple[str, ...]
    channels: tuple[str, ...]
    knows: tuple[str, ...]
    vad: bool
    frame_rate: int
    mels: int
    state: tuple[int, int]
    parameters: int


CONTACT_THRESHOLD = 0.1
"""How likely a contact must be to be made, on voices that a network has not heard.

It learns with a threshold of its own, tuned on the voices of its targets; on others that one has
the lips touch several times a second."""

THRESHOLD = "contact_threshold"
"""The constant of a network's graph that holds the threshold's logit."""

_THRESHOLDS = {"0b7d716b3ae2f74a54a9b84c16c104a3bfd96437a181aa8aaf370357021efc0c": "val_301"}
"""What it is called in a graph that was exported before it had a name, by the checkpoint."""


class OnnxNetwork:
    """An exported network, run by onnxruntime on one core.

    ``named``: its threshold has a name in the file, so that any can be set.
    """

    def __init__(self, data: bytes, where: str, *, threshold: float | None = None) -> None:
        """Open the bytes of a file; ``where`` is what messages call it.

        With a ``threshold`` in (0, 1) contacts are made where they are that likely, if it can be
        set in this network (`named`); its file and its card stay as they are.

        Raises:
            TrainerError: onnxruntime is not installed; no ONNX file, or not one of ours; its card
                does not belong to its graph.
        """
        session = open_session(data, where, _COMMAND)
        self.card = card_of(where, session, NetworkCard, SCHEMA, _COMMAND, _fault_of)
        _check_graph(where, self.card, session)
        self.named = THRESHOLD.encode() in data
        constant = _THRESHOLDS.get(self.card.checkpoint, THRESHOLD if self.named else None)
        if threshold is not None and constant is not None:
            logit = np.array(math.log(threshold / (1.0 - threshold)), dtype=np.float32)
            self._kept = onnx_runtime().OrtValue.ortvalue_from_numpy(logit)
            session = open_session(data, where, _COMMAND, {constant: self._kept})
        self._session = session
        self.where = where
        self.size = len(data)

    def run(
        self, mel: F32, conditions: F32, state: F32, *, first: int | None = 0
    ) -> tuple[F32, F32]:
        """Weights (N, C) for mel (N, M) and conditions (N, L + 3), and the state (R, W) after them.

        ``first`` is the number of the first frame, for messages; None where nobody sees its faces.

        Raises:
            TrainerError: the network cannot be run, or gives a weight outside [0, 1].
        """
        given = {"mel": mel[None], "conditions": conditions[None], "state": state[None]}
        try:
            weights, after = cast("list[F32]", self._session.run(list(OUTPUTS), given))
        except Exception as error:  # as above
            raise TrainerError(f"{self.where}: the network stopped ({brief(error)})") from None
        shapes = {"weights": (1, len(mel), len(self.card.channels)), "after": (1, *state.shape)}
        for name, found in (("weights", weights), ("after", after)):
            if found.shape != shapes[name]:
                raise TrainerError(
                    f"{self.where}: gave {name} of shape {found.shape}, expected {shapes[name]}"
                )
        if first is not None:
            self._check_weights(weights[0], first)
        return weights[0], after[0]

    def _check_weights(self, weights: F32, first: int) -> None:
        wrong = ~((weights >= 0.0) & (weights <= 1.0))
        if wrong.any():
            row, column = (int(one) for one in np.argwhere(wrong)[0])
            frame = first + row
            raise TrainerError(
                f"{self.where}: frame {frame} ({frame / FRAME_RATE:.3f} s): "
                f"{self.card.channels[column]} is {weights[row, column]:g}, expected a weight "
                "in [0, 1]; the network is damaged, export or train it again"
            )


def read_network(path: Path, *, threshold: float | None = None) -> OnnxNetwork:
    """The network in a file; ``threshold`` as in `OnnxNetwork`.

    Raises:
        TrainerError: there is no such file, it is no regular file or too large, or as
            `OnnxNetwork`.
        OSError: the file cannot be read.
    """
    return OnnxNetwork(read_bytes(path, NETWORK), str(path), threshold=threshold)


def shipped_network(artifact: str | None = None) -> Path:
    """The network that ships for the bank with this artifact, else the newest; None: the first.

    Raises:
        TrainerError: this installation has none.
    """
    newest = list(_SHIPPED.values())[-1]
    path = _NETWORKS / (_FIRST if artifact is None else _SHIPPED.get(artifact, newest))
    if not path.is_file():
        raise TrainerError("no network ships with this installation: give one with --network")
    return path


def open_session(
    data: bytes, where: str, command: str, constants: Mapping[str, Any] | None = None
) -> Any:  # noqa: ANN401  untyped
    """The bytes of a file as onnxruntime runs them on one core, with other ``constants``.

    ``command`` writes such files.

    Raises:
        TrainerError: it is not installed, or cannot.
    """
    runtime = onnx_runtime()
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = _FATAL
    for name, value in (constants or {}).items():
        options.add_initializer(name, value)
    try:
        return runtime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's own classes have no public base
        why = brief(error)
        if _NO_ONNX in why:
            why = f"it is no ONNX file, or one that was cut or damaged; {command} writes one"
        raise TrainerError(f"{where}: not a network that can be run ({why})") from None


def start_state(network: OnnxNetwork, conditions: F32) -> F32:
    """The state (R, W) before a first frame: what R frames of silence lead to from any state."""
    card = network.card
    frames = card.state[0]
    silence = np.full((frames, card.mels), SILENCE, dtype=np.float32)
    steady = np.repeat(conditions[None], frames, axis=0)
    zeros = np.zeros(card.state, dtype=np.float32)
    return network.run(silence, steady, zeros, first=None)[1]


def bank_of(card: NetworkCard, given: str | None = None) -> Bank:
    """The bank ``given``, else the release of the card's bank and version.

    Raises:
        TrainerError: it is not the artifact that the network learned, its labels or channels are
            not the card's, or there is no such release.
        QueryError: there is no bank ``given``.
    """
    released = f"{card.bank}@{card.version}"
    try:
        bank = load(released if given is None else given)
    except OSError as error:
        raise QueryError(f"{given or released}: {error.strerror or error}") from error
    except QueryError as error:
        if given is not None:
            raise
        raise TrainerError(
            f"the network was trained on {card.bank} {card.version}, which does not ship; "
            "give its bank with --bank"
        ) from error
    if bank.digest != card.artifact:
        raise TrainerError(
            f"the network was trained on artifact {card.artifact} ({card.bank} {card.version}), "
            f"found {bank.digest} ({bank.id} {bank.version})"
        )
    check_names(card, bank)
    return bank


def check_names(card: NetworkCard, bank: Bank) -> None:
    """See that a card has the labels and channels of the bank whose artifact it names.

    Raises:
        TrainerError: it has others, so that it belongs to another network.
    """
    for what, found, wanted in (
        ("labels", card.labels, bank.labels),
        ("channels", card.channels, bank.channels),
    ):
        if tuple(found) != tuple(wanted):
            raise TrainerError(
                f"the network's card has other {what} than the bank {bank.id} {bank.version}: "
                + _difference(found, wanted)
            )


def _difference(found: Sequence[str], wanted: Sequence[str]) -> str:
    if len(found) != len(wanted):
        return f"found {len(found)}, expected {len(wanted)}"
    at = next(at for at, (one, other) in enumerate(zip(found, wanted, strict=True)) if one != other)
    return f"found {found[at][:80]} as number {at + 1}, expected {wanted[at]}"


def onnx_runtime() -> Any:  # noqa: ANN401  onnxruntime is untyped
    """The package onnxruntime.

    Raises:
        TrainerError: it is not installed.
    """
    try:
        return import_module("onnxruntime")
    except ImportError:
        hint = "speaking needs the extra mien[speak]: pip install 'mien[speak]'"
        raise TrainerError(hint) from None


Card = TypeVar("Card")

_KINDS = {SCHEMA: "a network of whole faces", schema_name("lip-network"): "a network of lips"}
"""What people call networks, by their schemas."""


def card_of(
    where: str,
    session: Any,  # noqa: ANN401  untyped
    record: type[Card],
    schema: str,
    command: str,
    fault_of: Callable[[Card], str | None],
) -> Card:
    """The card in the metadata of an open network; ``command`` writes such files.

    ``fault_of`` says what no network of ours says of itself.

    Raises:
        TrainerError: it has none, or another one's, or one that is wrong.
    """
    metadata = cast("Mapping[str, str]", session.get_modelmeta().custom_metadata_map)
    try:
        value = cast("object", json.loads(metadata.get(KEY, "{}")))
    except (ValueError, RecursionError):
        value = None
    found = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
    kind = found.pop("schema", "none")
    if kind != schema:
        found_kind = _KINDS.get(str(kind), "an ONNX file")
        raise TrainerError(
            f"{where}: {found_kind} with schema {brief(kind)}, expected {_KINDS[schema]} with "
            f"{schema}; `{command}` writes such files"
        )
    try:
        card = Converter(forbid_extra_keys=True).structure(found, record)
    except (BaseValidationError, TypeError, ValueError, OverflowError):
        raise TrainerError(f"{where}: its metadata is not that of {schema}") from None
    wrong = fault_of(card)
    if wrong is not None:
        raise TrainerError(f"{where}: its metadata is not that of {schema}: {wrong}")
    return card


def _fault_of(card: NetworkCard) -> str | None:
    """What no network of ours says of itself."""
    texts = (*card.labels, *card.channels, *card.knows, card.name)
    if not _ID.fullmatch(card.bank) or not _VERSION.fullmatch(card.version):
        return "bank and version are no names of a release"
    if not all(text and text.isprintable() for text in texts):
        return "a name is empty or has characters that cannot be shown"
    for what, names in (("labels", card.labels), ("channels", card.channels)):
        if not names or len(set(names)) != len(names):
            return f"{what} are missing or repeated"
    if not set(card.knows) <= set(card.labels):
        return "it knows a label that it has not"
    if fault := sound_fault(card.frame_rate, card.mels):
        return fault
    if not all(1 <= one <= most for one, most in zip(card.state, _MAX_STATE, strict=True)):
        return f"a state of {card.state}, expected at most {_MAX_STATE}"
    return None


def sound_fault(frame_rate: int, mels: int) -> str:
    """What is wrong with the sound that a network hears, by its card; nothing as a rule."""
    if (frame_rate, mels) == (FRAME_RATE, MELS):
        return ""
    return f"{frame_rate} frames a second and {mels} mel bands, expected {FRAME_RATE} and {MELS}"


def _check_graph(where: str, card: NetworkCard, session: Any) -> None:  # noqa: ANN401  untyped
    """See that the graph takes and gives what the card says; a dimension may be free."""
    rows, width = card.state
    shapes: Mapping[str, tuple[int | None, ...]] = {
        "mel": (1, None, card.mels),
        "conditions": (1, None, len(card.labels) + 3),
        "state": (1, rows, width),
        "weights": (1, None, len(card.channels)),
        "after": (1, rows, width),
    }
    for kind, ends, names in (
        ("inputs", session.get_inputs(), INPUTS),
        ("outputs", session.get_outputs(), OUTPUTS),
    ):
        found = {end.name: end for end in ends}
        if sorted(found) != sorted(names):
            raise TrainerError(
                f"{where}: the graph's {kind} are {brief(', '.join(found))}, expected "
                f"{', '.join(names)}"
            )
        for name in names:
            shape, wanted = found[name].shape, shapes[name]
            fits = len(shape) == len(wanted) and all(
                not isinstance(one, int) or other is None or one == other
                for one, other in zip(shape, wanted, strict=True)
            )
            if found[name].type != "tensor(float)" or not fits:
                expected = ", ".join("N" if one is None else str(one) for one in wanted)
                raise TrainerError(
                    f"{where}: {name} is {found[name].type} {brief(shape)}, its card expects "
                    f"tensor(float) ({expected})"
                )

"""The judges that can be chosen, and what each is known to get wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import field, frozen

from mien.judge.classifier import Classifier, JudgeRecord, JudgeUnavailableError
from mien.judge.face_api import open_face_api
from mien.judge.fer import open_fer
from mien.judge.human import open_human

MEDIAPIPE = JudgeRecord(
    name="mediapipe",
    about="MediaPipe's face landmarker (mien[judge]): 52 weights of a face, and no names",
    weakness=(
        "It says how far faces differ, not what they express; it hardly sees lowered brows, "
        "cheeks, nose and tongue, sees less of a drawn face, and wobbles from turn to turn."
    ),
    open=None,
)

JUDGES = (
    MEDIAPIPE,
    JudgeRecord(
        name="fer",
        about="mini-XCEPTION of the Python package fer, trained on FER-2013",
        weakness=(
            "Its photographs are 48 pixels wide and one in sixty-six shows disgust, which it "
            "seldom names; it calls a render at rest surprised or afraid."
        ),
        open=open_fer,
    ),
    JudgeRecord(
        name="human",
        about="a larger XCEPTION of the npm package @vladmandic/human, trained on FER-2013 too",
        weakness=(
            "Same data as fer, so that the two agree more than two strangers would; it leans "
            "towards neutral on renders, and on drawings its answer hangs on how they are cut out."
        ),
        open=open_human,
    ),
    JudgeRecord(
        name="face-api",
        about="the expression network of the npm package @vladmandic/face-api, on data of its own",
        weakness=(
            "Nearly certain of whatever it says; it calls a render at rest surprised or afraid."
        ),
        open=open_face_api,
    ),
)

NAMES = tuple(record.name for record in JUDGES)


@frozen(kw_only=True, eq=False)
class Bench:
    """The judges of one sitting. ``absent`` says by name what keeps one away."""

    records: tuple[JudgeRecord, ...]
    classifiers: Mapping[str, Classifier] = field(factory=dict[str, Classifier])
    absent: Mapping[str, str] = field(factory=dict[str, str])


def open_bench(names: Sequence[str]) -> Bench:
    """The judges of these names, in the order of `JUDGES`; one that cannot be used is absent.

    MediaPipe is looked for when it starts: it finds the faces for all others.
    """
    classifiers: dict[str, Classifier] = {}
    absent: dict[str, str] = {}
    chosen = [record for record in JUDGES if record.name in names]
    for record in chosen:
        if record.open is None:
            continue
        try:
            classifiers[record.name] = record.open()
        except JudgeUnavailableError as error:
            absent[record.name] = str(error)
    records = tuple(one for one in chosen if one.name not in absent)
    return Bench(records=records, classifiers=classifiers, absent=absent)

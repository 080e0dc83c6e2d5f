"""Lips from the sound alone: by what a recogniser hears in it."""

from __future__ import annotations

from attrs import evolve

from mien.errors import QueryError
from mien.performance.sources import LipRequest, SpokenLips
from mien_trainer.frames import frame_count
from mien_trainer.timings.ears import open_ear
from mien_trainer.timings.heard_before import heard_before
from mien_trainer.timings.spoken import emphases_of, named_doubts, sound_of, spoken_lips
from mien_trainer.timings.timed import TimedSpeech


def recognised_lips(request: LipRequest) -> SpokenLips:
    """The lips of ``request.audio`` by what ``request.recogniser`` hears in it.

    Its words are known where a recogniser is asked for by name: a score that names none is to say
    its words before cues begin with them, since the one that comes along hears many of them wrong.

    Raises:
        QueryError: there is no sound, or no such recogniser.
        SpeechRefusedError: it cannot be read.
        SpeechUnavailableError: the recogniser is not installed.
        TrainerError: there is no such model.
    """
    if request.audio is None:
        raise QueryError("lips from a recogniser need a sound")
    name, audio, by = request.audio.name, sound_of(request.audio), request.recogniser
    found = heard_before(audio, by, lambda: open_ear(by).heard(audio, request.listened))
    speech = TimedSpeech(
        phonemes=found.phonemes,
        words=found.words if by is not None else (),
        stresses=emphases_of(audio, found.phonemes),
        source=f"{name} (sounds recognised)",
    )
    lips = spoken_lips(speech, frame_count(len(audio)), f"lips by rules from {name}, {found.how}")
    return evolve(lips, doubts=named_doubts(request.audio, found.doubts))

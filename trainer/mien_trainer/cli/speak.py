"""`mien speak`: a face for every frame of speech, from a file or live from a pipe."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click
from attrs import evolve

from mien.cli.mixtures import label_of
from mien.cli.options import as_record
from mien.cli.performing import listening, shown_blocks
from mien.cli.terminal import say, write_json
from mien.formats.registry import format_of, writable
from mien_trainer.cli.options import network_file, refusals
from mien_trainer.cli.speech_request import JSON, NETWORK, PIPE, SOUNDS, SpeechRequest
from mien_trainer.cli.spoken_report import spoken_report

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from mien.formats.take import F32, Take
    from mien_trainer.speak.speaker import Pipe
    from mien_trainer.speak.utterance import Shown, Utterance

_BEYOND = 0.5
"""Seconds without sound at the end of a score that need no word."""


@click.command("speak")
@as_record(SpeechRequest)
def command(asked: SpeechRequest) -> None:
    """Give AUDIO a face with the emotion LABEL, at 60 frames a second.

    AUDIO is a sound file of any length: WAV, FLAC, Ogg, MP3 and the like, and .m4a, .aac, .mp4 or
    .webm where ffmpeg is installed. Or it is - for raw samples from a pipe (16 kHz, mono, 16 bits
    little-endian), whose faces are written as they come; one that brings none gives the header
    alone, which is no fault:

        arecord -t raw -f S16_LE -r 16000 | mien speak - --label joy

    The lips of a file follow its words (--text), the times of its sounds (--times) or what a
    recogniser of English hears; those of a pipe are a network's. Any bank speaks: where the network
    was not trained on it, or not on what is asked, its neutral lips carry the bank's own faces.
    What was taken is said.
    """
    asked.check()
    if asked.model is not None:
        asked = evolve(asked, model=_network(asked.model, asked.bank))
    if asked.delay is not None and (asked.score is not None or not asked.live):
        raise click.UsageError("--delay is for lips of a network: a pipe, or --lips network")
    if asked.score is not None:
        _perform(asked, asked.score)
        return
    from mien_trainer.speak.spoken import chosen_kind

    shown = _shown(asked)
    kind, why = NETWORK, ""
    if not asked.piped:
        with refusals():
            kind, why = chosen_kind(
                Path(asked.audio),
                asked.lips if asked.recogniser is None else SOUNDS,
                text=asked.text is not None,
                times=asked.times is not None,
                network=asked.model is not None,
            )
    if why:
        say(why, err=True)
    with refusals():
        if kind == NETWORK:
            _speak_live(asked, shown, why)
        else:
            _speak(asked, shown, kind, why)


def _shown(asked: SpeechRequest) -> Shown:
    from mien_trainer.speak.utterance import Shown, still_life, usual_life

    still = still_life() if asked.arousal_from_voice else None
    lively = usual_life(prosody=not asked.no_prosody, arousal=asked.arousal_from_voice)
    return Shown(
        label=label_of(asked.label or ""),
        vad=asked.vad,
        at=asked.at,
        intensity=asked.intensity,
        style=asked.style,
        life=still if asked.no_life else lively,
        seed=asked.seed or 0,
    )


def _speak(asked: SpeechRequest, shown: Shown, kind: str, why: str) -> None:
    """Speak a file by its words, times or sounds."""
    from mien_trainer.speak.utterance import prepare_spoken

    with listening(Path(asked.audio)) as listened:
        spoken = prepare_spoken(
            kind,
            Path(asked.audio),
            asked.bank,
            shown,
            text=asked.text,
            times=asked.times,
            recogniser=asked.recogniser,
            listened=listened,
        )
    say(spoken.said, err=True)
    for doubt in spoken.doubts:
        say(f"warning: {doubt}", err=True)
    _tell(asked, _write(asked, spoken, spoken.takes(()), kind, why))


def _speak_live(asked: SpeechRequest, shown: Shown, why: str) -> None:
    """Speak a file or a pipe by a network."""
    from mien_trainer.speak.utterance import prepare_utterance

    late, cued = None if asked.delay is None else int(asked.delay), asked.cues is not None
    utterance = prepare_utterance(asked.model, asked.bank, shown, cued=cued, delay=late)
    with _sound(asked.audio, fine=cued, told=asked.out is not None) as blocks:
        if utterance.said:
            say(utterance.said, err=True)
        utterance.doubts += tuple(_doubts(asked.audio))
        for doubt in utterance.doubts:
            say(f"warning: {doubt}", err=True)
        takes = utterance.takes(blocks, asked.cues)
        # A pipe that is refused is so before anything is written, even the header.
        first = list(islice(takes, 1)) if asked.piped else []
        report = _write(asked, utterance, chain(first, takes), NETWORK, why)
    _tell(asked, report)
    if asked.piped and not utterance.frames:
        say("no sound came from the pipe, and so no faces", err=True)


def _network(model: Path, bank: str | None) -> Path:
    from mien_trainer.speak.way import given_bank

    with refusals():
        path = network_file(model, lambda: given_bank(bank))
    if not path.exists():
        raise click.ClickException(
            f"{path}: there is no such file, expected a network (.onnx), or default for the one "
            "that ships for the bank"
        )
    return path


@contextmanager
def _sound(audio: str, *, fine: bool, told: bool) -> Generator[Iterator[F32]]:
    """The sound in blocks, as a network hears it; ``fine`` gives those of a pipe frame by frame.

    Of a file it is ``told`` how far it has been heard.
    """
    from mien_trainer.speak.offset import without_offset

    if audio != PIPE:
        from mien_trainer.audio import stream_audio

        path = Path(audio)
        with (
            listening(path) as listened,
            stream_audio(path, centred=False, listened=listened if told else None) as blocks,
        ):
            yield without_offset(blocks)
        return
    from mien_trainer.speak.raw_pipe import RawPipe, watched
    from mien_trainer.speak.speaker import frame_blocks, pipe_samples

    def tell(doubt: str) -> None:
        say(f"warning: {doubt}", err=True)

    pipe = RawPipe(cast("Pipe", sys.stdin.buffer), tell)
    blocks = watched(pipe_samples(pipe), tell)
    yield without_offset(frame_blocks(blocks) if fine else blocks)


def _doubts(audio: str) -> Iterator[str]:
    """What may be wrong with a sound whose first block is there."""
    from mien_trainer.audio import doubts

    if audio != PIPE:
        yield from (f"{Path(audio).name}: {doubt}" for doubt in doubts(Path(audio)))


def _write(
    asked: SpeechRequest, utterance: Utterance, takes: Iterator[F32 | Take], kind: str, why: str
) -> dict[str, Any] | None:
    """Write faces as they come, to stdout as CSV or into a file, all of them or nothing.

    ``kind`` is that of the lips, and ``why`` says why it is, for the report on a file.
    """
    from mien.formats import livelink
    from mien.text.atomic import replacing
    from mien_trainer.frames import FRAME_RATE

    out, name = asked.out, "" if asked.piped else Path(asked.audio).name
    channels, source = utterance.channels, utterance.source(name)
    if out is None:
        for text in livelink.stream(FRAME_RATE, channels, takes, source):
            say(text, end="")
        return None
    with replacing(out) as file:
        for piece in format_of(out, writable()).stream(FRAME_RATE, channels, takes, source):
            file.write(piece)
    return spoken_report(
        name,
        out,
        utterance.bank,
        utterance.frames,
        lips=kind,
        said=": ".join(one for one in (why, utterance.said) if one),
        words=utterance.words,
        doubts=utterance.doubts,
    )


def _tell(asked: SpeechRequest, report: dict[str, Any] | None) -> None:
    """Say what was written, if a file was, to people or to programs."""
    if report is None:
        return
    if asked.output == JSON:
        write_json(report)
    else:
        say(f"{report['take']}: {report['frames']} faces")


def _perform(asked: SpeechRequest, score: Path) -> None:
    from mien.formats import livelink
    from mien.performance.takes import take_blocks
    from mien.scores.named import read_named
    from mien.scores.output import write_performance
    from mien.scores.prepare import prepare
    from mien_trainer.frames import FRAME_RATE

    audio = Path(asked.audio)
    read = read_named(score, bank=asked.bank, sound=False)
    scored = evolve(read, audio=audio, lips=asked.lip_settings() or read.lips)
    with listening(audio) as listened:
        prepared = prepare(scored, bank=asked.bank, listened=listened)
    for warning in prepared.warnings:
        say(str(warning), err=True)
    with refusals():
        _tell_of_silence(read.seconds, audio)
    say(prepared.said, err=True)
    blocks = prepared.blocks(life=not asked.no_life)
    if asked.out is not None:
        with shown_blocks(blocks, prepared.frames) as shown:
            takes = take_blocks(prepared.bank, shown)
            write_performance(asked.out, prepared.bank.channels, takes, prepared.source_text)
        report = spoken_report(
            audio.name,
            asked.out,
            prepared.bank,
            prepared.frames,
            lips=prepared.lips_from,
            said=prepared.said,
            words=() if prepared.lips is None else prepared.lips.words,
            doubts=[str(one) for one in prepared.warnings],
        )
        _tell(asked, report)
        return
    takes = take_blocks(prepared.bank, blocks)
    for text in livelink.stream(FRAME_RATE, prepared.bank.channels, takes):
        say(text, end="")


def _tell_of_silence(seconds: float | None, audio: Path) -> None:
    """Say by how much a score that says how long it is goes on after its sound."""
    from mien_trainer.audio import sound_frames
    from mien_trainer.frames import FRAME_RATE

    heard = 0.0 if seconds is None else sound_frames(audio) / FRAME_RATE
    if seconds is not None and seconds > heard + _BEYOND:
        say(
            f"warning: {audio.name}: it lasts {heard:.1f} s and the score {seconds:.1f} s "
            f"(seconds): the last {seconds - heard:.1f} s have no sound",
            err=True,
        )

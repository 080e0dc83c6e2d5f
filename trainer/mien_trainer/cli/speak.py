"""`mien speak`: a face for every frame of speech, from a file or live from a pipe."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from itertools import chain, islice
from os.path import isdir
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from mien.cli.mixtures import label_of
from mien.cli.options import OutputFile, format_option, point_options
from mien.cli.performing import listening
from mien.cli.terminal import say, write_json
from mien.formats.registry import FormatError, format_of, listed, writable
from mien_trainer.cli.options import network_file, refusals
from mien_trainer.cli.spoken_report import spoken_report

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping

    from mien.formats.take import F32, Take
    from mien.scores.record import LipSettings
    from mien_trainer.speak.speaker import Pipe
    from mien_trainer.speak.utterance import Utterance

PIPE = "-"
NETWORK, SOUNDS = "network", "sounds"
JSON = "json"

_BEYOND = 0.5
"""Seconds without sound at the end of a score that need no word."""


@click.command("speak")
@click.argument("sounds", metavar="AUDIO", nargs=-1, required=True)
@click.option(
    "--label", metavar="LABEL", help="The emotion to show, or a mixture: joy:0.6,surprise:0.4."
)
@point_options
@click.option(
    "--style", metavar="S", help="A style of the label, at its own point unless one is given."
)
@click.option(
    "--score",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Perform this score's cues, gaze and life on AUDIO, in place of one LABEL.",
)
@click.option(
    "--text",
    metavar="TEXT",
    help="What AUDIO says, or the file that has it, also JSON of Whisper, whisper.cpp or Vosk, SRT "
    "and WebVTT: its words give the lips.",
)
@click.option(
    "--times",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A file with the times of its sounds or visemes, which give the lips: TextGrid, JSON of "
    "Rhubarb, Azure, Polly, ElevenLabs, or lines of start, end and name.",
)
@click.option(
    "--lips",
    type=click.Choice(("network", "words", "sounds", "times")),
    help="Where the lips come from.  [default: words or times where given, sounds (a recogniser) "
    "for a file, the network for a pipe and with --network]",
)
@click.option(
    "--recogniser",
    metavar="pocketsphinx|whisper[:FOLDER]",
    help="Who hears the words: Whisper, with lips nearly as good as with --text (mien[whisper]; "
    "FOLDER has a model in CTranslate2's form), or the small model that mien[speak] brings. "
    "[default: with --label, Whisper where installed; else pocketsphinx]",
)
@click.option(
    "--network",
    "model",
    type=click.Path(path_type=Path, dir_okay=False),
    help="An exported network (.onnx), of faces or of lips, or the word default: the network of "
    "whole faces that ships for BANK, else the newest one. If left out, lips that ship.",
)
@click.option(
    "--delay",
    type=click.Choice(("20", "53", "87", "120")),
    help="How many milliseconds after the sound the face comes, where a network of lips gives it: "
    "the more, the better.  [default: 87]",
)
@click.option(
    "--bank",
    metavar="BANK",
    help="The bank whose faces are shown, any one.  [default: the bank that --network was trained "
    "on if mien ships it, else default]",
)
@click.option(
    "--no-life", is_flag=True, help="No blinks, glances, head movements, breath and prosody."
)
@click.option(
    "--no-prosody",
    is_flag=True,
    help="Brows, head and intensity do not follow how loud and high the voice is.",
)
@click.option(
    "--arousal-from-voice",
    is_flag=True,
    help="Let the voice move the point's arousal, by 0.2 at most: up while it is higher and "
    "brighter than the speaker's own usual way. A hint, no reading of emotions.",
)
@click.option(
    "--seed", type=click.IntRange(0, 2**32 - 1), help="What life follows from.  [default: 0]"
)
@click.option(
    "--cues",
    metavar="FILE",
    help="Cues while a pipe speaks, a line of JSON each, from a named pipe or a file descriptor: "
    '{"label": "anger", "at": "high", "transition": 0.3} or {"look": "left"}.',
)
@click.option(
    "-o",
    "--out",
    type=OutputFile(),
    help=f"The take to write: {listed(writable())}.  [default: CSV on stdout]",
)
@format_option
def command(
    sounds: tuple[str, ...],
    label: str | None,
    at: str | None,
    vad: tuple[float, float, float] | None,
    intensity: float | None,
    style: str | None,
    score: Path | None,
    text: str | None,
    times: Path | None,
    lips: str | None,
    recogniser: str | None,
    model: Path | None,
    delay: str | None,
    bank: str | None,
    no_life: bool,
    no_prosody: bool,
    arousal_from_voice: bool,
    seed: int | None,
    cues: str | None,
    out: Path | None,
    output: str,
) -> None:
    """Give AUDIO a face with the emotion LABEL, at 60 frames a second.

    AUDIO is a sound file of any length: WAV, FLAC, Ogg, MP3 and the like, and .m4a, .aac, .mp4 or
    .webm where ffmpeg is installed. Or it is - for raw samples from a pipe (16 kHz, mono, 16 bits
    little-endian), whose faces are written as they come:

        arecord -t raw -f S16_LE -r 16000 | mien speak - --label joy

    The lips of a file follow its words (--text), the times of its sounds (--times) or what a
    recogniser of English hears; those of a pipe are a network's. Any bank speaks: where the network
    was not trained on it, or not on what is asked, its neutral lips carry the bank's own faces.
    What was taken is said.
    """
    audio = _one_sound(sounds)
    _check_usage(audio, label, score, cues, out)
    if output == JSON and out is None:
        hint = "a pipe has none" if audio == PIPE else "name it (-o)"
        raise click.UsageError(f"--format json tells of the take that is written: {hint}")
    if score is not None:
        _check_score_alone(
            {
                "--at": at is not None,
                "--vad": vad is not None,
                "--intensity": intensity is not None,
                "--style": style is not None,
                "--seed": seed is not None,
                "--no-prosody": no_prosody,
                "--arousal-from-voice": arousal_from_voice,
            }
        )
    _check_lips(audio, text, times, lips, model)
    if recogniser is not None:
        _check_recogniser(audio, text, times, lips, model)
    model = None if model is None else _network(model, bank)
    live = audio == PIPE or lips == NETWORK or model is not None
    if delay is not None and (score is not None or not live):
        raise click.UsageError("--delay is for lips of a network: a pipe, or --lips network")
    if score is not None:
        _perform(
            score,
            audio,
            bank,
            model,
            _settings(text, times, lips, recogniser),
            life=not no_life,
            out=out,
            output=output,
        )
        return
    from mien_trainer.speak.spoken import chosen_kind
    from mien_trainer.speak.utterance import (
        Shown,
        prepare_spoken,
        prepare_utterance,
        still_life,
        usual_life,
    )

    life = None if no_life else usual_life(prosody=not no_prosody, arousal=arousal_from_voice)
    shown = Shown(
        label=label_of(label or ""),
        vad=vad,
        at=at,
        intensity=intensity,
        style=style,
        life=still_life() if no_life and arousal_from_voice else life,
        seed=seed or 0,
    )
    kind, why = NETWORK, ""
    if audio != PIPE:
        with refusals():
            kind, why = chosen_kind(
                Path(audio),
                lips if recogniser is None else SOUNDS,
                text=text is not None,
                times=times is not None,
                network=model is not None,
            )
    if why:
        say(why, err=True)
    if kind != NETWORK:
        with refusals():
            with listening() as listened:
                spoken = prepare_spoken(
                    kind,
                    Path(audio),
                    bank,
                    shown,
                    text=text,
                    times=times,
                    recogniser=recogniser,
                    listened=listened,
                )
            say(spoken.said, err=True)
            for doubt in spoken.doubts:
                say(f"warning: {doubt}", err=True)
            _write(spoken, spoken.takes(()), Path(audio).name, out, output, kind, why)
        return

    with refusals():
        late = None if delay is None else int(delay)
        utterance = prepare_utterance(model, bank, shown, cued=cues is not None, delay=late)
        name = "" if audio == PIPE else Path(audio).name
        with _sound(audio, fine=cues is not None) as blocks:
            if utterance.said:
                say(utterance.said, err=True)
            utterance.doubts += tuple(_doubts(audio))
            for doubt in utterance.doubts:
                say(f"warning: {doubt}", err=True)
            takes = utterance.takes(blocks, cues)
            # A pipe that is refused is so before anything is written, even the header.
            first = list(islice(takes, 1)) if audio == PIPE else []
            _write(utterance, chain(first, takes), name, out, output, kind, why)
    if audio == PIPE and not utterance.frames:
        say("no sound came from the pipe, and so no faces", err=True)


def _one_sound(sounds: tuple[str, ...]) -> str:
    many = 'for f in *.wav; do mien speak "$f" --label joy -o "${f%.*}.csv"; done'
    sound, *others = sounds
    if others:
        raise click.UsageError(f"{len(sounds)} sounds, and one is spoken at a time: {many}")
    if not sound:
        raise click.UsageError("AUDIO is empty: name a sound file, or - for a pipe")
    if sound != PIPE and Path(sound).is_dir():
        raise click.UsageError(f"{sound} is a folder, and one sound is spoken at a time: {many}")
    return sound


def _check_usage(
    audio: str, label: str | None, score: Path | None, cues: str | None, out: Path | None
) -> None:
    if (label is None) == (score is None):
        raise click.UsageError(
            "give --label or --score" if label is None else "give one of --label and --score"
        )
    if audio == PIPE and score is not None:
        raise click.UsageError("a score is performed on a file; a pipe takes --label and --cues")
    if audio != PIPE and cues is not None:
        raise click.UsageError("--cues are for a pipe; for a file write a score")
    if audio == PIPE and out is not None:
        raise click.UsageError("faces of a pipe go to stdout: do without -o, and write > take.csv")
    if audio == PIPE and is_terminal():
        raise click.UsageError("- takes samples from a pipe, and nothing is piped in")
    if out is not None:
        try:
            format_of(out, writable())
        except FormatError as error:
            raise click.BadParameter(str(error), param_hint="'-o' / '--out'") from error


def _check_score_alone(given: Mapping[str, bool]) -> None:
    named = [name for name, one in given.items() if one]
    if named:
        verb = "is" if len(named) == 1 else "are"
        raise click.UsageError(f"{' and '.join(named)} {verb} for --label; a score says it itself")


def _check_lips(
    audio: str, text: str | None, times: Path | None, lips: str | None, model: Path | None
) -> None:
    given = [name for name, one in (("--text", text), ("--times", times)) if one is not None]
    if text is not None and not text.strip():
        raise click.UsageError("--text is empty: leave it out where nothing is known")
    if text is not None and isdir(text):  # noqa: PTH112  it may be too long for a path
        raise click.UsageError(f"--text {text} is a folder, expected words or a file that has them")
    if len(given) > 1:
        raise click.UsageError("give one of --text and --times: both say what is spoken when")
    if audio == PIPE and (given or lips not in (None, "network")):
        what = given[0] if given else f"--lips {lips}"
        raise click.UsageError(f"{what} is for a file; the lips of a pipe are a network's")
    needed = {"words": "--text", "times": "--times"}.get(lips or "")
    if needed and needed not in given:
        raise click.UsageError(f"--lips {lips} needs {needed}")
    if given and lips in ("network", "sounds"):
        raise click.UsageError(f"--lips {lips} takes no {given[0]}: leave one of them out")
    if model is not None and (given or lips not in (None, "network")):
        what = given[0] if given else f"--lips {lips}"
        raise click.UsageError(f"--network and {what} both give the lips: leave one of them out")


def _check_recogniser(
    audio: str, text: str | None, times: Path | None, lips: str | None, model: Path | None
) -> None:
    if audio == PIPE:
        raise click.UsageError("--recogniser is for a file; the lips of a pipe are a network's")
    given = {"--text": text, "--times": times, "--network": model}
    named = [name for name, one in given.items() if one is not None]
    if lips not in (None, SOUNDS):
        named.append(f"--lips {lips}")
    if named:
        raise click.UsageError(f"--recogniser and {named[0]} both give the lips: leave one out")


def _settings(
    text: str | None, times: Path | None, lips: str | None, recogniser: str | None
) -> LipSettings | None:
    """The lips of a score that is performed on another sound; None where its own stay."""
    from mien.scores.record import LipSettings

    if times is not None:
        return LipSettings(kind="times", file=times)
    if text is not None:
        from mien.text.words_or_file import words_or_file

        file, words = words_or_file(text)
        return LipSettings(kind="words", file=file, text=words)
    if recogniser is not None:
        return LipSettings(kind=SOUNDS, recogniser=recogniser)
    return None if lips is None else LipSettings(kind=lips)


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


def is_terminal() -> bool:
    """Whether stdin is a person's keyboard."""
    return sys.stdin.isatty()


@contextmanager
def _sound(audio: str, *, fine: bool) -> Generator[Iterator[F32]]:
    """The sound in blocks, as a network hears it; ``fine`` gives those of a pipe frame by frame."""
    from mien_trainer.speak.offset import without_offset

    if audio != PIPE:
        from mien_trainer.audio import stream_audio

        with stream_audio(Path(audio), centred=False) as blocks:
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
    utterance: Utterance,
    takes: Iterator[F32 | Take],
    name: str,
    out: Path | None,
    output: str,
    kind: str,
    why: str,
) -> None:
    """Write faces as they come, to stdout as CSV or into ``out``, all of them or nothing.

    ``kind`` is that of the lips, and ``why`` says why it is, for the report that ``output`` wants.
    """
    from mien.formats import livelink
    from mien.text.atomic import replacing
    from mien_trainer.frames import FRAME_RATE

    channels, source = utterance.channels, utterance.source(name)
    if out is None:
        for text in livelink.stream(FRAME_RATE, channels, takes, source):
            say(text, end="")
        return
    with replacing(out) as file:
        for piece in format_of(out, writable()).stream(FRAME_RATE, channels, takes, source):
            file.write(piece)
    _tell(
        output,
        spoken_report(
            name,
            out,
            utterance.bank,
            utterance.frames,
            lips=kind,
            said=": ".join(one for one in (why, utterance.said) if one),
            words=utterance.words,
            doubts=utterance.doubts,
        ),
    )


def _tell(output: str, report: dict[str, Any]) -> None:
    """Say what was written, to people or to programs."""
    if output == JSON:
        write_json(report)
    else:
        say(f"{report['take']}: {report['frames']} faces")


def _perform(
    score: Path,
    audio: str,
    bank: str | None,
    model: Path | None,
    given: LipSettings | None,
    *,
    life: bool,
    out: Path | None,
    output: str,
) -> None:
    from attrs import evolve

    from mien.formats import livelink
    from mien.performance.takes import take_blocks
    from mien.scores.output import write_performance
    from mien.scores.prepare import prepare
    from mien.scores.read import read_score
    from mien.scores.record import LipSettings
    from mien_trainer.frames import FRAME_RATE

    read = read_score(score)
    lips = given or read.lips
    if model is not None:
        lips = LipSettings(kind="network", network=model)
    with listening() as listened:
        scored = evolve(read, audio=Path(audio), lips=lips)
        prepared = prepare(scored, bank=bank, listened=listened)
    for warning in prepared.warnings:
        say(str(warning), err=True)
    with refusals():
        _tell_of_silence(read.seconds, Path(audio))
    say(prepared.said, err=True)
    takes = take_blocks(prepared.bank, prepared.blocks(life=life))
    if out is not None:
        write_performance(out, prepared.bank.channels, takes, prepared.source_text)
        report = spoken_report(
            Path(audio).name,
            out,
            prepared.bank,
            prepared.frames,
            lips=prepared.lips_from,
            said=prepared.said,
            words=() if prepared.lips is None else prepared.lips.words,
            doubts=[str(one) for one in prepared.warnings],
        )
        _tell(output, report)
        return
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

"""An audit as one self-contained page: what to do, tables, plots, and the faces it is about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from mien.bank import Bank
from mien.sheet.html import END, STYLE, Shown, begin, drawn_face, wide_table
from mien.text.fault import Severity
from mien_trainer.audit.as_text import splits_line, verdict
from mien_trainer.audit.faults import FaultKind
from mien_trainer.audit.limits import KEPT, OPEN
from mien_trainer.audit.plots import plots, vad_maps
from mien_trainer.audit.report import Finding, Group, Moment, Report, VoiceRow
from mien_trainer.audit.statistics import Example
from mien_trainer.frames import F32, FRAME_RATE
from mien_trainer.speech import Split

_FACE = 112
_SHOWN = 0.005
"""Clips that differ less from the bank are not worth a look."""

_MORE = """
h2 { margin: 2.25rem 0 .5rem; } h3 { margin: 0 0 .35rem; font-size: 1rem; }
.labels { display: grid; grid-template-columns: repeat(auto-fill, minmax(23.5rem, 1fr));
  gap: 1.75rem 2rem; padding-top: .75rem; }
.labels p { font-size: 12px; margin: 0 0 .5rem; } .labels .faces { gap: .75rem; }
figure, figure svg { width: 112px; } figure svg { height: 112px; }
.plots { columns: 24rem 3; column-gap: 2.5rem; padding: .75rem 0; }
.maps { display: flex; flex-wrap: wrap; gap: 1.5rem 2rem; padding: .75rem 0; }
.plots svg { max-width: 100%; height: auto; display: block; break-inside: avoid;
  margin: 0 0 1.75rem; }
.maps svg { display: block; }
.found { margin: 0 0 .75rem; padding: .6rem .9rem; max-width: 60rem;
  border-left: 3px solid var(--near); }
.found.error { border-color: var(--error); font-weight: 400; }
.found.error::before, .found.warning::before { content: none; }
.found b { color: var(--near); font-weight: 600; } .found.error b { color: var(--error); }
.found p { max-width: none; } .found .words { color: var(--ink); }
.scroll { overflow-x: auto; } .scroll table { font-variant-numeric: tabular-nums; width: auto; }
.scroll td { white-space: nowrap; } .scroll th { white-space: normal; vertical-align: bottom; }
td.bad { color: var(--error); font-weight: 600; }
.pairs { display: flex; flex-wrap: wrap; gap: 1.25rem 2rem; }
.pair { display: grid; grid-template-columns: 112px 112px; gap: 0 8px; }
.pair > p { grid-column: 1 / 3; font-size: 12px; max-width: 232px; overflow-wrap: anywhere; }
"""


def audit_html(report: Report, bank: Bank) -> Iterator[str]:
    """The pieces of the whole page; it needs no other file and no network."""
    title = f"{report.folder}, audited"
    yield begin(title, STYLE + _MORE)
    yield (
        f"<header>\n<h1>{escape(title)}</h1>\n<p>{escape(verdict(report))}.</p>\n"
        f"<p>What these targets would teach a network about {escape(report.bank)} "
        f"{escape(report.version)}, before it learns from them.</p>\n</header>\n"
    )
    yield from (_finding(code, same) for code, same in report.by_code.items())
    if report.faults:
        yield "<h2>Faults</h2>\n"
        yield faults_table(report.faults)
    if report.clips > report.unmeasured:
        yield from _measures(report, bank)
    yield END


def _finding(code: str, same: Sequence[Finding]) -> str:
    lines = "".join(
        f'<p class="words"><b>{escape(code)}</b> {escape(one.subject)}: {escape(one.message)}</p>\n'
        for one in same
    )
    tone = same[0].severity.value
    return f'<div class="found {tone}">\n{lines}<p>{escape(same[0].hint)}</p>\n</div>\n'


def _measures(report: Report, bank: Bank) -> Iterator[str]:
    alarmed = {one.subject for one in report.findings if one.severity is Severity.ERROR}
    yield "<h2>By label and source</h2>\n"
    yield groups_table((*report.labels, *report.sources, report.whole))
    yield "<h2>Silence and speech</h2>\n"
    yield from plots(report, alarmed)
    yield "<h2>Faces in silence</h2>\n<p>The mean of each label's silent faces, what the bank "
    yield "says at the same conditions, and the archetype that is nearest most often.</p>\n"
    yield '<div class="labels">\n'
    for position, group in enumerate(report.labels):
        yield from _label(group, bank, f"g{position}")
    yield "</div>\n"
    yield from _worst("Clips whose lips part most in silence", "o", report.open, bank)
    yield from _worst("Clips farthest from the bank in silence", "f", report.far, bank)
    yield "<h2>Where the clips lie</h2>\n<p>Frames by valence and arousal, and by arousal and "
    yield "dominance. Dots are the label's intensities; hover for their names.</p>\n"
    yield from vad_maps(report, bank)
    yield "<h2>Voices</h2>\n"
    yield f"<p>{escape(splits_line(report))}.</p>\n"
    yield voices_table(report.voices)


def _label(group: Group, bank: Bank, prefix: str) -> Iterator[str]:
    if group.face is None or group.expected is None:
        return
    label, _, intensity = group.near.rpartition(" ")
    nearest = bank.tables.labels[bank.labels.index(label)].archetypes[
        bank.intensities.index(intensity)
    ]
    yield (
        f"<div>\n<h3>{escape(group.label)}</h3>\n"
        f"<p>Lips apart {group.gap:.3f}, in the bank {group.rest:.3f}; {group.own:.0%} of "
        f"{group.silence.frames} frames nearest to their own label.</p>\n"
        '<div class="faces">\n'
    )
    for place, (name, weights) in enumerate(
        (("these clips", group.face), ("the bank", group.expected), (group.near, nearest))
    ):
        yield _figure(name, weights, bank.channels, f"{prefix}-{place}")
    yield "</div>\n</div>\n"


def _worst(title: str, prefix: str, examples: Sequence[Example], bank: Bank) -> Iterator[str]:
    shown = [example for example in examples if example.value > _SHOWN]
    if not shown:
        return
    yield f'<h2>{escape(title)}</h2>\n<div class="pairs">\n'
    for position, one in enumerate(shown):
        yield '<div class="pair">\n'
        yield _figure(f"+{one.value:.3f}", one.face, bank.channels, f"{prefix}{position}-a")
        yield _figure("the bank", one.expected, bank.channels, f"{prefix}{position}-b")
        place = ", ".join(part for part in (one.shard, one.clip) if part)
        yield f"<p>{escape(one.label)}, frame {one.frame}<br>{escape(place)}</p>\n</div>\n"
    yield "</div>\n"


def _figure(name: str, weights: F32, channels: Sequence[str], prefix: str) -> str:
    return drawn_face(name, dict(zip(channels, weights.tolist(), strict=True)), _FACE, prefix)


_FEW = 12


def groups_table(groups: Sequence[Group]) -> str:
    """The measures of groups, a row each."""
    heads = (
        *("", "clips", "minutes", "lips apart in silence", "in the bank", "LIPSYNC in silence"),
        *("change", "SHARED in silence", "change", "LIPSYNC in speech", "change"),
        *("SHARED in speech", "change", "closures kept", "nearest archetype", "95 %", "own label"),
    )
    return wide_table(heads, [_group(group) for group in groups])


def _group(group: Group) -> tuple[Shown, ...]:
    kind = "" if group.real is None else ", real" if group.real else ", synthetic"
    silent = group.silence.frames > 0
    kept = group.kept / group.closures if group.closures else 1.0
    return (
        f"{group.name}{kind}",
        str(group.clips),
        f"{group.frames / FRAME_RATE / 60:.1f}",
        _marked(f"{group.gap:.3f}", bad=group.excess > OPEN) if silent else "",
        f"{group.rest:.3f}" if silent else "",
        *_energies(group.silence),
        *_energies(group.speech),
        _marked(f"{kept:.1%} of {group.closures}", bad=kept < KEPT) if group.closures else "",
        *(
            (f"{group.distance:.3f}", f"{group.distance95:.3f}", f"{group.own:.0%}")
            if silent
            else ("", "", "")
        ),
    )


def _marked(text: str, *, bad: bool) -> Shown:
    return (text, 'class="bad"' if bad else "")


def _energies(moment: Moment) -> tuple[str, ...]:
    if not moment.frames:
        return ("",) * 4
    parts = (moment.lipsync, moment.shared)
    return tuple(text for one in parts for text in (f"{one.weight:.3f}", f"{one.motion:.4f}"))


def voices_table(voices: Sequence[VoiceRow]) -> str:
    """Who speaks, and in which split."""
    return wide_table(
        ("source", "voice", *(split.value for split in Split), "closures kept"),
        [
            (
                voice.source,
                voice.voice,
                *(str(voice.splits[split] or "") for split in Split),
                f"{voice.kept / voice.closures:.1%} of {voice.closures}" if voice.closures else "",
            )
            for voice in voices
        ],
    )


def faults_table(kinds: Sequence[FaultKind]) -> str:
    """The first clips that are plainly wrong, by kind."""
    rows: list[tuple[Shown, ...]] = []
    for kind in kinds:
        rows += ((kind.code, fault.shard, fault.clip, fault.message) for fault in kind.first[:_FEW])
        if kind.count > _FEW:
            rows.append((kind.code, "", "", f"and {kind.count - _FEW} more"))
    return wide_table(("fault", "shard", "clip", "found"), rows)

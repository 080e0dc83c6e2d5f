"""A folder to its audit."""

from __future__ import annotations

from collections.abc import Callable

from mien_trainer.audit.auditor import Auditor
from mien_trainer.audit.findings import findings
from mien_trainer.audit.report import Report
from mien_trainer.audit.subject import Subject
from mien_trainer.audit.summary import Summary, cover, voice_rows
from mien_trainer.fault import TrainerError


def audit(subject: Subject, name: str, step: Callable[[], None] = lambda: None) -> Report:
    """Look at every clip of ``subject`` once; ``step`` is called after each.

    Raises:
        TrainerError: something is missing or damaged, or there is not one clip.
    """
    bank = subject.bank
    auditor = Auditor(bank, subject.mels)
    for shard, clip in subject.clips(auditor.faults):
        auditor.see(clip, shard)
        step()
    clips = sum(auditor.splits.values())
    faults = auditor.faults
    if not clips and not any(faults.kinds()):
        raise TrainerError(f"{name}: there is not one clip in it")
    voices = voice_rows(auditor, auditor.leaks.end())
    summary, covered = Summary(auditor), cover(auditor)
    sources, groups, kinds = summary.sources(), summary.groups(), tuple(faults.kinds())
    return Report(
        folder=name,
        bank=bank.id,
        version=bank.version,
        artifact=bank.digest,
        clips=clips,
        frames=sum(group.frames for group in sources),
        unmeasured=auditor.unmeasured,
        findings=tuple(
            findings(kinds, groups, sources, voices, covered, finished=subject.finished)
        ),
        faults=kinds,
        whole=summary.whole(),
        labels=summary.labels(),
        sources=sources,
        groups=groups,
        voices=voices,
        cover=covered,
        open=auditor.open.examples(),
        far=auditor.far.examples(),
    )

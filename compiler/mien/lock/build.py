"""A lock from what was compiled."""

from __future__ import annotations

import hashlib
from math import sqrt

from mien.artifact.write import artifact_version, shared_digest, table_digest
from mien.authored.bank import AuthoredBank
from mien.certify import Certificate, SlopeProof
from mien.engine.tables import LabelTable, Tables
from mien.lint import closest_pairs
from mien.lock.record import (
    ArtifactPin,
    ChannelSlope,
    ClosestPair,
    CountedChannels,
    LabelPin,
    Lock,
    MeanSlope,
    MixtureSlopes,
    Slopes,
)
from mien.versions import SOURCES


def build_lock(
    bank: AuthoredBank, tables: Tables, artifact: bytes, certificate: Certificate
) -> Lock:
    """Pin the sources of ``bank`` and everything that was made from them."""
    proofs = {proof.label: proof for proof in certificate.labels}
    return Lock(
        bank=tables.bank,
        version=tables.version,
        engine=tables.engine,
        artifact=ArtifactPin(
            file=artifact_name(tables.bank),
            bytes=len(artifact),
            sha256=hashlib.sha256(artifact).hexdigest(),
        ),
        shared=shared_digest(tables),
        schemas=_schemas(bank, tables),
        sources={name: document.digest for name, document in bank.documents.items()},
        separation=_separation(bank),
        labels={
            table.label: LabelPin(
                table=table_digest(table),
                plateaus=_plateaus(table, tables.intensities),
                plain=_slopes(proofs[table.label].plain),
                styles={
                    style: _slopes(proofs[table.label].styles[style]) for style in table.styles
                },
            )
            for table in tables.labels
        },
        prover=certificate.prover,
        channels=CountedChannels(all=certificate.channels, moving=certificate.moving),
        mixtures=MixtureSlopes(
            mean=certificate.mixture.mean,
            channel=certificate.mixture.channel,
            antagonists_meet=certificate.mixture.antagonists_meet,
        ),
    )


def artifact_name(bank: str) -> str:
    """The file name of a bank's artifact."""
    return f"{bank}.safetensors"


def _schemas(bank: AuthoredBank, tables: Tables) -> dict[str, int]:
    """What the sources say, the oldest of each kind: a newer program pins the same."""
    written: dict[str, int] = {}
    for document in bank.documents.values():
        if document.kind in SOURCES:
            least = written.get(document.kind, document.version)
            written[document.kind] = min(least, document.version)
    return written | {"artifact": artifact_version(tables)}


def _separation(bank: AuthoredBank) -> dict[str, ClosestPair]:
    channels = len(bank.rig.channels)
    return {
        intensity: ClosestPair(
            labels=(pairs[0].first, pairs[0].second),
            mean=nearest(pairs[0].distance),
            sum=nearest(pairs[0].distance * channels),
        )
        for intensity, pairs in closest_pairs(bank).items()
        if pairs
    }


def _plateaus(table: LabelTable, intensities: tuple[str, ...]) -> dict[str, float]:
    """Flat radii, rounded down so that the printed radius is inside the true one."""
    return {
        intensity: down(sqrt(max(0.0, float(outer) - float(span))))
        for intensity, outer, span in zip(
            intensities, table.plateau_outer, table.plateau_span, strict=True
        )
    }


def _slopes(proof: SlopeProof) -> Slopes:
    return Slopes(
        mean=MeanSlope(proved=proof.mean.proved, sampled=proof.mean.sampled),
        channel=ChannelSlope(
            channel=proof.channel.name,
            proved=proof.channel.bound.proved,
            sampled=proof.channel.bound.sampled,
            at=proof.channel.at,
        ),
    )


SCALE = 10_000


def down(value: float) -> float:
    """``value`` >= 0 rounded down to four decimals."""
    return int(value * SCALE) / SCALE


def nearest(value: float) -> float:
    """``value`` >= 0 rounded half up to four decimals."""
    return int(value * SCALE + 0.5) / SCALE

"""Proved bounds on how fast faces change: the certificate of a bank."""

from mien.certify.certificate import (
    Bound,
    Breach,
    Certificate,
    ChannelProof,
    LabelProof,
    MixtureBound,
    SlopeProof,
    check_budget,
)
from mien.certify.proofs import certify

__all__ = [
    "Bound",
    "Breach",
    "Certificate",
    "ChannelProof",
    "LabelProof",
    "MixtureBound",
    "SlopeProof",
    "certify",
    "check_budget",
]

"""What there is to say about one code of a fault."""

from __future__ import annotations

from attrs import field, frozen


@frozen(kw_only=True)
class Explanation:
    """``code`` as a fault carries it, and what a person needs to know who met it.

    ``wrong`` and ``right`` are an example, the same lines before and after it is mended (of two
    versions of a bank: ``right`` is the older); ``file`` is the source of a bank that they stand
    in, or empty. ``severity`` is ``error``, ``warning``, for what a comparison finds how large the
    change is, and for what doctor finds whether it is wrong or a note.
    """

    code: str
    title: str
    why: str
    mend: str
    wrong: str = field(default="")
    right: str = field(default="")
    file: str = field(default="")
    severity: str = field(default="error")

"""What is wrong with a model, with the place in its JSON where it can be named."""

from __future__ import annotations

import errno
from pathlib import Path

from mien.errors import SourceError
from mien.text.core_schema import MAX_FAULTS
from mien.text.fault import Fault, Severity, fault
from mien.text.files import shown_path
from mien.text.json_nodes import JsonPlaces
from mien.text.node import Path as NodePath
from mien.text.node import Place, path_text


class ModelFaults:
    """Faults of one model file, in the order in which they are found.

    Lines and columns are told of JSON that is a file of its own (`locate`); inside a GLB the path
    in the document has to do.
    """

    def __init__(self, path: Path) -> None:
        self.file = shown_path(path)
        self._found: list[Fault] = []
        self._places: JsonPlaces | None = None

    def locate(self, text: str) -> None:
        """Tell from now on in which line of ``text``, which is the file, something is wrong."""
        self._places = JsonPlaces(text, self.file)

    def add(
        self, path: NodePath, code: str, message: str, hint: str = "", *, warning: bool = False
    ) -> None:
        """Note what is wrong at ``path``; a ``warning`` does not keep the model from being used."""
        if len(self._found) < MAX_FAULTS:
            place = self._places.of(path) if self._places and path else Place(self.file)
            severity = Severity.WARNING if warning else Severity.ERROR
            found = fault(place, code, message, hint, path_text(path), severity=severity)
            self._found.append(found)

    def refusal(self, code: str, message: str, hint: str = "") -> SourceError:
        """What to raise where nothing more can be found."""
        return self.refusal_at((), code, message, hint)

    def refusal_at(self, path: NodePath, code: str, message: str, hint: str = "") -> SourceError:
        """As `refusal`, with the place in the document."""
        self.add(path, code, message, hint)
        return SourceError(self._found)

    @property
    def warnings(self) -> tuple[Fault, ...]:
        """What does not keep the model from being used."""
        return tuple(one for one in self._found if one.severity is Severity.WARNING)

    def raise_errors(self) -> None:
        """Refuse the model where something keeps it from being used.

        Raises:
            SourceError: with every fault found so far.
        """
        if any(one.severity is Severity.ERROR for one in self._found):
            raise SourceError(self._found)


def unreadable(error: OSError) -> tuple[str, str, str]:
    """The code, the message and the hint for a file that cannot be opened."""
    reason = error.strerror or "unknown reason"
    if error.errno == errno.EFBIG:
        return "file-too-large", f"the file has {reason}", "make its textures smaller"
    if error.errno in (errno.EISDIR, errno.EINVAL):
        return "file-irregular", reason, ""
    return "file-unreadable", f"the file cannot be read: {reason.lower()}", ""

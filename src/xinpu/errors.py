"""The errors a user can meet, one root and a kind for each cause.

    XinpuError
    ├── UsageError        the caller asked for something that does not exist (exit 2)
    ├── DataError         a file of graph/ is wrong
    ├── ModelError        a file of ontology/, queries/ or site/ is wrong
    ├── EndpointError     a SPARQL server did not do its part
    ├── MissingProgramError  a program or optional package is not installed
    └── BuildError        the output could not be made or put in place

Each prints as ``path:line: what is wrong. What to do.``; parts that are not known are left out.
"""

from __future__ import annotations

from pathlib import PurePath


class XinpuError(Exception):
    """Root of all errors that are shown to users without a traceback."""

    exit_code = 1

    def __init__(
        self, message: str, *, path: PurePath | str | None = None, line: int | None = None, remedy: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message.rstrip(".")
        self.path = None if path is None else str(path)
        self.line = line
        self.remedy = remedy

    def __str__(self) -> str:
        """Give ``path:line: message. remedy`` on one line."""
        place = "" if self.path is None else f"{self.path}: " if self.line is None else f"{self.path}:{self.line}: "
        end = "" if self.remedy is None else f" {self.remedy}"
        return " ".join(f"{place}{self.message}.{end}".split())

    def __reduce__(self) -> tuple[object, ...]:
        """Survive the way between processes with all parts."""
        return (_rebuild, (type(self), self.message, self.path, self.line, self.remedy))


def _rebuild(
    kind: type[XinpuError], message: str, path: str | None, line: int | None, remedy: str | None
) -> XinpuError:
    return kind(message, path=path, line=line, remedy=remedy)


class UsageError(XinpuError):
    """The caller named a thing that does not exist, or asked in a wrong way."""

    exit_code = 2


class DataError(XinpuError):
    """A file of ``graph/`` cannot be read or breaks a rule."""


class ModelError(XinpuError):
    """A file of ``ontology/``, ``queries/`` or ``site/`` cannot be read or breaks a rule."""


class EndpointError(XinpuError):
    """A SPARQL server was not reached, refused, or answered with something unusable."""


class MissingProgramError(XinpuError):
    """Something that has to be installed first is not there."""


class BuildError(XinpuError):
    """The output could not be made or put in its place; the last good output stands."""

"""What a check finds: one finding, the report that holds all of them, and their order. It runs no check."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Literal

from xinpu.errors import XinpuError

Severity = Literal["error", "warning", "info"]

SEVERITIES: Final[tuple[Severity, ...]] = ("error", "warning", "info")

SHOWN: Final = 80
"""Longest token that a message quotes."""

_UNSEEN: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)


@dataclass(frozen=True)
class Finding:
    """One fault at one place: what is wrong, and what to do about it."""

    path: str
    """Relative to the project."""
    line: int | None
    """From 1; None if the fault has no line (a file that is missing)."""
    severity: Severity
    rule: str
    """Stable id, such as ``undeclared-term``, ``shape/CompanyShape-label`` or ``query/source-unused``."""
    message: str
    """What is wrong, without full stop."""
    remedy: str
    """What to do, a whole sentence."""
    node: str | None = None
    """IRI of the thing that the finding is about."""
    value: str | None = None
    """The offending token, as written."""
    predicate: str | None = None
    """IRI of the property that the finding is about."""
    component: str | None = None
    """IRI of the SHACL constraint component, for findings of shapes."""

    def __str__(self) -> str:
        """Give ``path:line: severity: what. What to do.`` on one line."""
        place = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{place}: {self.severity}: {self.text}"

    @property
    def text(self) -> str:
        """What is wrong and what to do, as two sentences."""
        what = self.message.rstrip(".")
        return f"{what}. {self.remedy}" if self.remedy else f"{what}."

    @property
    def order(self) -> tuple[str, int, str, str, str]:
        """Sort key: path, line, rule, message."""
        return self.path, self.line or 0, self.rule, self.message, self.value or ""


def finding(
    place: tuple[str, int | None],
    severity: Severity,
    rule: str,
    message: str,
    remedy: str,
    *,
    node: str | None = None,
    value: str | None = None,
    predicate: str | None = None,
    component: str | None = None,
) -> Finding:
    """Make a finding whose texts are safe to print: one line, no invisible characters."""
    path, line = place
    return Finding(
        path,
        line,
        severity,
        rule,
        visible(message),
        visible(remedy),
        node=node,
        value=None if value is None else visible(value),
        predicate=predicate,
        component=component,
    )


def of_error(error: XinpuError, rule: str) -> Finding:
    """Turn an error of the loader or of a query into a finding."""
    return finding((error.path or ".", error.line), "error", rule, error.message, error.remedy or "")


def visible(text: str) -> str:
    r"""Write line breaks as spaces, and control characters and invisible ones as ``\uXXXX``."""
    return _UNSEEN.sub(lambda match: f"\\u{ord(match[0]):04X}", re.sub(r"\s*[\r\n]\s*", " ", text))


def shown(text: str) -> str:
    """Cut a token for a message."""
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


@dataclass(frozen=True)
class Report:
    """All findings of one run, in order of path, line, rule and message."""

    findings: list[Finding]
    files: int = 0
    """Number of Turtle files looked at."""
    skipped: tuple[str, ...] = field(default=())
    """What was not checked, and why."""

    def count(self, severity: Severity) -> int:
        """Count the findings of one severity."""
        return sum(entry.severity == severity for entry in self.findings)

    def fails(self, *, strict: bool = False) -> bool:
        """Tell whether the run fails: on an error, or with ``strict`` on a warning too."""
        return any(entry.severity == "error" or (strict and entry.severity == "warning") for entry in self.findings)


def ordered(findings: Iterable[Finding]) -> list[Finding]:
    """Sort findings and drop those that say the same twice."""
    return sorted(set(findings), key=lambda entry: (entry.order, entry.severity, entry.remedy, entry.node or ""))

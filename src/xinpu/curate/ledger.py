"""The log of imports: what became of each fact, as CSV with one row a fact."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from xinpu.errors import DataError

OUTCOMES: Final = ("in the graph", "merged", "rejected")
COLUMNS: Final = ("fact", "outcome", "claim", "reason")


@dataclass(frozen=True)
class Entry:
    """What became of one fact: its outcome, the claims (parted by spaces) that hold it, and why."""

    fact: str
    outcome: str
    claim: str
    reason: str


def read_log(path: Path) -> list[Entry]:
    """Read a log; an absent one is empty. Raises DataError on an unknown outcome or missing column."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise DataError(f"the columns are not {', '.join(COLUMNS)}", path=path, line=1)
        entries = []
        for row in reader:
            if row["outcome"] not in OUTCOMES:
                raise DataError(f"unknown outcome {row['outcome']!r}", path=path, line=reader.line_num)
            entries.append(Entry(row["fact"], row["outcome"], row["claim"], row["reason"]))
        return entries


def write_log(path: Path, entries: Iterable[Entry]) -> None:
    """Write a log, one row a fact in the order given."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for entry in entries:
            writer.writerow([entry.fact, entry.outcome, entry.claim, entry.reason])

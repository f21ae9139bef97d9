"""``xinpu import``: facts from JSON Lines or CSV become claims in the right Turtle files, and every fact is logged.

A mapping folder says what columns, predicates and names mean. What it does not cover is refused with line and reason,
and then nothing is written. Blocks that stand in the graph are never changed, except that an equal claim gains a
source and an entity gains identity that it lacks. The same input on the same graph gives the same bytes.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from xinpu.curate.drafting import Drafter, Fact
from xinpu.curate.ledger import Entry, read_log, write_log
from xinpu.curate.mapping import Decision, Mapping, UnmappedError, load_mapping
from xinpu.curate.planting import Bed
from xinpu.errors import DataError, UsageError, XinpuError
from xinpu.layout import Project


@dataclass
class Report:
    """What an import did: log entries of this run, files written, and what was refused."""

    entries: list[Entry] = field(default_factory=list)
    written: list[Path] = field(default_factory=list)
    refused: list[XinpuError] = field(default_factory=list)

    def count(self, outcome: str) -> int:
        """Count the entries with an outcome."""
        return sum(entry.outcome == outcome for entry in self.entries)


def import_facts(
    project: Project, files: Iterable[Path], mapping_folder: Path, *, log: Path | None = None, partial: bool = False
) -> Report:
    """Bring facts into the graph; with ``partial`` the covered ones go in though others are refused.

    ``log`` defaults to ``graph/import-log.csv``; facts that it already names are left alone.
    """
    mapping = load_mapping(mapping_folder)
    log = log or project.graph / "import-log.csv"
    known = read_log(log)
    done = {entry.fact for entry in known}
    bed = Bed(project, mapping)
    drafter = Drafter(mapping, bed.classes)
    report = Report()
    later: list[tuple[Fact, str]] = []
    for path in files:
        for fact in _facts(path, mapping):
            if fact.id in done:
                continue
            try:
                reason = _rejection(fact, mapping)
                if reason is None:
                    report.entries.append(_settle(fact, mapping, bed, drafter))
                elif mapping.decisions.get(fact.id, Decision("", (), "")).outcome == "reject":
                    report.entries.append(Entry(fact.id, "rejected", "", reason))
                else:
                    later.append((fact, reason))
            except UnmappedError as error:
                report.refused.append(
                    DataError(
                        f"{fact.id}: {error}", path=path, line=fact.line, remedy="Add it to the mapping or reject it."
                    )
                )
    report.entries.extend(_leftover(fact, reason, mapping, bed, drafter) for fact, reason in later)
    if report.refused and not partial:
        return report
    report.written = bed.save()
    write_log(log, [*known, *report.entries])
    return report


def _rejection(fact: Fact, mapping: Mapping) -> str | None:
    """Give the reason for which a fact or its citation is rejected; None if it is not."""
    decision = mapping.decisions.get(fact.id)
    if decision is not None and decision.outcome == "reject":
        return decision.reason
    return mapping.source_at(fact.address)["rejected"] or None


def _settle(fact: Fact, mapping: Mapping, bed: Bed, drafter: Drafter) -> Entry:
    """Put one fact into the graph: as a finding, into a claim that a curator wrote, or as claims of its own."""
    decision = mapping.decisions.get(fact.id, Decision("", (), ""))
    source = bed.source(fact.address)
    further = [bed.source(value) for key, value in decision.changes if key == "also"]
    if decision.outcome in ("graph", "merge"):
        claims = " ".join(value for key, value in decision.changes if key == "claim")
        for claim in claims.split():
            for one in (source, *further):
                bed.add_source(claim, one)
        outcome = "in the graph" if decision.outcome == "graph" else "merged"
        return Entry(fact.id, outcome, claims, decision.reason)
    if fact.id in mapping.finding_of:
        claim, new = bed.finding(mapping.finding_of[fact.id], source, fact, drafter)
        for one in further:
            bed.add_source(claim, one)
        return Entry(fact.id, "in the graph" if new else "merged", claim, decision.reason)
    claims_of, fresh, twin = [], False, ""
    for draft in drafter.drafts(fact):
        if draft.kind == "identity":
            claims_of.append(bed.identify(draft))
            fresh = True
            continue
        claim, new, other = bed.claim(draft, source, fact.id)
        for one in further:
            bed.add_source(claim, one)
        claims_of.append(claim)
        fresh = fresh or new
        twin = twin or other
    reason = decision.reason or ("" if fresh else f"equal to the claim of {twin}")
    return Entry(fact.id, "in the graph" if fresh else "merged", " ".join(dict.fromkeys(claims_of)), reason)


def _leftover(fact: Fact, reason: str, mapping: Mapping, bed: Bed, drafter: Drafter) -> Entry:
    """Settle a fact whose citation is rejected: merged if an equal claim stands on better sources."""
    del mapping
    try:
        found = [bed.equal(draft) for draft in drafter.drafts(fact) if draft.kind != "identity"]
    except UnmappedError:
        found = []
    if found and all(found):
        claims = " ".join(dict.fromkeys(claim for claim in found if claim))
        return Entry(fact.id, "merged", claims, f"equal claim stands on other sources; citation left out: {reason}")
    return Entry(fact.id, "rejected", "", f"no citable source: {reason}")


def _facts(path: Path, mapping: Mapping) -> Iterator[Fact]:
    for line, record in _records(path):
        yield _fact(record, line, path, mapping)


def _records(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Read the records of a file with their lines; raises UsageError or DataError."""
    if not path.is_file():
        raise UsageError(f"{path} does not exist", remedy="Name a file of JSON Lines or CSV.")
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            for row in reader:
                yield reader.line_num, {key: value for key, value in row.items() if key is not None}
        return
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                record = json.loads(line)
            except json.JSONDecodeError as error:
                raise DataError(f"not JSON: {error.msg}", path=path, line=number, remedy="Mend the line.") from None
            if not isinstance(record, dict):
                raise DataError("not a JSON object", path=path, line=number, remedy="Write one object a line.")
            yield number, record


def _fact(record: dict[str, Any], line: int, path: Path, mapping: Mapping) -> Fact:
    columns: dict[str, str] = mapping.words("columns")
    fields = {name: _field(record, column) for name, column in columns.items() if name != "qualifiers"}
    if not fields.get("id") or not fields.get("subject") or not fields.get("predicate"):
        raise DataError("a fact needs an id, a subject and a predicate", path=path, line=line)
    column = columns.get("qualifiers", "")
    nested = record.get(column)
    flat = {key[len(column) + 1 :]: value for key, value in record.items() if column and key.startswith(column + ".")}
    qualifiers = {key: str(value) for key, value in (nested if isinstance(nested, dict) else flat).items() if value}
    for entry in mapping.settings.get("drop", []):
        if qualifiers.get(entry["qualifier"]) == entry["value"]:
            qualifiers.pop(entry["drop"], None)
    properties: list[tuple[str, str]] = []
    decision = mapping.decisions.get(fields["id"])
    for key, value in decision.changes if decision else ():
        if ":" in key:
            properties.append((key, value))
        elif key in columns:
            fields[key] = value
        elif key == "also":
            continue
        elif value:
            qualifiers[key.removeprefix("q.")] = value
        else:
            qualifiers.pop(key.removeprefix("q."), None)
    text = {name: fields.get(name, "") for name in ("value", "value_type", "unit", "note", "published", "language")}
    return Fact(
        id=fields["id"],
        line=line,
        subject=fields["subject"],
        predicate=fields["predicate"],
        address=fields.get("address", ""),
        qualifiers=qualifiers,
        properties=tuple(properties),
        **text,
    )


def _field(record: dict[str, Any], column: str) -> str:
    """Give one field by its dotted name, as text; numbers keep their digits."""
    value: Any = record
    for part in column.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    if value is None and "." in column:
        value = record.get(column)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value)

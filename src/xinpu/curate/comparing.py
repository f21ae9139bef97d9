"""``xinpu diff``: what changed between two folders or files of Turtle, told as claims and not as lines.

A subject was added, removed, renamed (the same words under another id) or changed; for a change every value that came
or went is named. The order of blocks and files says nothing and is not compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from xinpu.curate import blocks
from xinpu.curate.blocks import Pair, term_text
from xinpu.errors import UsageError
from xinpu.terms import compact, iri


@dataclass(frozen=True)
class Change:
    """One subject that differs: how, its classes, and the values that went and came, as Turtle."""

    how: str
    """``added``, ``removed``, ``renamed`` or ``changed``."""
    subject: str
    classes: tuple[str, ...]
    gone: tuple[tuple[str, str], ...] = ()
    come: tuple[tuple[str, str], ...] = ()
    new_subject: str = ""

    def lines(self) -> Iterator[str]:
        """Give the change as lines for a reader: a heading, then one line a value."""
        kinds = " ".join(self.classes) or "subject"
        tail = f" -> {self.new_subject}" if self.new_subject else ""
        yield f"{self.how}: {self.subject}{tail} ({kinds})"
        for mark, rows in (("-", self.gone), ("+", self.come)):
            for predicate, value in rows:
                yield f"  {mark} {predicate} {value}"


def compare(old: Path, new: Path) -> list[Change]:
    """Compare two Turtle files or folders, subject by subject, A to Z; raises UsageError or DataError."""
    before, after = _read(old), _read(new)
    changes: list[Change] = []
    removed = {subject: pairs for subject, pairs in before.items() if subject not in after}
    added = {subject: pairs for subject, pairs in after.items() if subject not in before}
    by_words: dict[frozenset[tuple[str, str]], list[str]] = {}
    for subject, pairs in sorted(removed.items()):
        by_words.setdefault(_words(pairs), []).append(subject)
    renamed: set[str] = set()
    for subject, pairs in sorted(added.items()):
        former = by_words.get(_words(pairs))
        if former:
            source = former.pop(0)
            renamed.update((source, subject))
            changes.append(Change("renamed", compact(source), _classes(pairs), new_subject=compact(subject)))
    for how, found in (("removed", removed), ("added", added)):
        for subject, pairs in found.items():
            if subject not in renamed:
                rows = _rows(pairs)
                gone, come = (rows, ()) if how == "removed" else ((), rows)
                changes.append(Change(how, compact(subject), _classes(pairs), gone, come))
    for subject in before.keys() & after.keys():
        lost, won = _words(before[subject]), _words(after[subject])
        if lost != won:
            changes.append(
                Change(
                    "changed",
                    compact(subject),
                    _classes(after[subject]),
                    tuple(sorted(lost - won)),
                    tuple(sorted(won - lost)),
                )
            )
    return sorted(changes, key=lambda change: (change.subject, change.how))


def summary(changes: Iterable[Change]) -> dict[str, int]:
    """Count the changes by how."""
    counts = dict.fromkeys(("added", "removed", "renamed", "changed"), 0)
    for change in changes:
        counts[change.how] += 1
    return counts


def _read(path: Path) -> dict[str, list[Pair]]:
    if path.is_dir():
        files = sorted(path.rglob("*.ttl"))
    elif path.is_file():
        files = [path]
    else:
        raise UsageError(f"{path} does not exist", remedy="Name a Turtle file or a folder of them.")
    found: dict[str, list[Pair]] = {}
    for file in files:
        for block in blocks.read(file, str(file)).blocks():
            found.setdefault(block.subject, []).extend(block.pairs)
    return found


def _words(pairs: Iterable[Pair]) -> frozenset[tuple[str, str]]:
    return frozenset((compact(predicate), term_text(term)) for predicate, term in pairs)


def _rows(pairs: Iterable[Pair]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(_words(pairs)))


def _classes(pairs: Iterable[Pair]) -> tuple[str, ...]:
    return tuple(sorted(term_text(term) for predicate, term in pairs if predicate == iri("rdf:type")))

"""The derive step: runs the rules of ``queries/derive/`` in order and fills the derived graph.

A rule is a CONSTRUCT query; its triples are visible to the rules after it, and to its own next round where its header
says ``iterate: N``. Nothing about the domain is known here.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from xinpu.errors import ModelError, XinpuError
from xinpu.queries import Library, Query
from xinpu.store import Dataset


@dataclass(frozen=True)
class RuleReport:
    """What one rule did: rounds run, triples that were new, seconds taken."""

    rule: str
    rounds: int
    triples: int
    seconds: float


def derive(dataset: Dataset, library: Library) -> list[RuleReport]:
    """Run all rules, by file name; raises ModelError with the rule's file if one is wrong or never settles."""
    return [_apply(rule, dataset) for rule in library.in_folder("derive")]


def _apply(rule: Query, dataset: Dataset) -> RuleReport:
    limit = int(rule.header.get("iterate") or 1)
    start = time.perf_counter()
    total = 0
    rounds = 0
    try:
        while rounds < limit:
            rounds += 1
            new = dataset.add_derived(list(dataset.construct(rule.text)))
            total += new
            if not new:
                break
        else:
            if limit > 1:
                raise ModelError(
                    f"the rule still finds new triples after {limit} rounds",
                    remedy="Look for a cycle in the graph, or raise `iterate`.",
                )
    except XinpuError as error:
        raise ModelError(error.message, path=rule.path, line=error.line, remedy=error.remedy) from None
    return RuleReport(rule.name, rounds, total, time.perf_counter() - start)

"""Names that are close to a wrong one, found among many in little time."""

from __future__ import annotations

import difflib
from collections import defaultdict
from functools import lru_cache
from typing import Final

from xinpu.terms import compact

NEAR: Final = 3
"""By how many characters the lengths of close names may differ."""


def close_remedy(iri: str, known: frozenset[str], otherwise: str) -> str:
    """Propose names that are close to a wrong one, or what to do if there is none."""
    space, local = _split(iri)
    by_start, by_end = _index(known)
    near: dict[str, str] = {}
    for length in range(len(local) - NEAR, len(local) + NEAR + 1):
        for candidate in (*by_start.get((local[:2], length), ()), *by_end.get((local[-3:], length), ())):
            name = _split(candidate)[1]
            # of two names that are spelt alike the one in the same namespace is meant
            if name not in near or candidate.startswith(space):
                near[name] = candidate
    close = difflib.get_close_matches(local, sorted(near), n=3, cutoff=0.75)
    return f"Did you mean {' or '.join(compact(near[name]) for name in close)}?" if close else otherwise


_Buckets = dict[tuple[str, int], list[str]]


@lru_cache(maxsize=8)
def _index(known: frozenset[str]) -> tuple[_Buckets, _Buckets]:
    """Sort names into buckets by how they begin and how they end, and their length."""
    by_start: _Buckets = defaultdict(list)
    by_end: _Buckets = defaultdict(list)
    for iri in sorted(known):
        name = _split(iri)[1]
        by_start[name[:2], len(name)].append(iri)
        by_end[name[-3:], len(name)].append(iri)
    return dict(by_start), dict(by_end)


def _split(iri: str) -> tuple[str, str]:
    """Give namespace and lower-case local name."""
    cut = max(iri.rfind("#"), iri.rfind("/")) + 1
    return iri[:cut], iri[cut:].lower()

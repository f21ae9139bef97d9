"""Words and places for the results of a validation. It knows SHACL's constraints, and nothing of the domain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from xinpu.checks.findings import Finding, Severity, finding, shown
from xinpu.checks.locate import Locator
from xinpu.terms import compact


class Result(NamedTuple):
    """One result of a validation: plain texts, ready for JSON. IRIs whole; None where the report has nothing."""

    focus: str
    path: str | None
    choice: tuple[str, ...]
    """The properties of a path that is a choice of several."""
    value: str | None
    is_iri: bool
    """Whether the value is an IRI."""
    component: str
    severity: Severity
    rule: str
    limit: str | None
    """What the constraint asks for: a count, a datatype, a class."""
    remedy: str

    @classmethod
    def of(cls, row: Sequence[Any]) -> Result:
        """Read a row that JSON may have kept."""
        result = cls(*row)
        return result._replace(choice=tuple(result.choice))


def findings(results: Iterable[Result], locator: Locator) -> Iterator[Finding]:
    """Give each result its place and its words."""
    for result in results:
        short = result.component.rpartition("#")[2].removesuffix("ConstraintComponent")
        spot = locator.spot(result.focus, result.path, result.value)
        token = spot.token
        if short == "Closed" and result.path is not None:
            token = next((use.token for use in locator.uses(result.focus) if use.iri == result.path), spot.token)
        elif short in ("MinCount", "HasValue"):
            token = compact(result.path) if result.path else token
        yield finding(
            (spot.path, spot.line),
            result.severity,
            result.rule,
            _what(result, short, token),
            result.remedy or f"See {result.rule.removeprefix('shape/')} in ontology/shapes.ttl.",
            node=result.focus,
            value=token,
            predicate=result.path,
            component=result.component,
        )


def _what(result: Result, short: str, token: str | None) -> str:
    node = f"`{compact(result.focus)}`"
    names = [compact(name) for name in ([result.path] if result.path else result.choice)]
    path = " or ".join(names) or "it"
    value = f"`{shown(token if token is not None else result.value or '')}`"
    limit = result.limit or ""
    asked = compact(limit) if "://" in limit else limit
    of = f"{value} of {path}"
    texts = {
        "MinCount": _too_few(node, names, limit),
        "MaxCount": f"{node} has more than {limit} of {path}",
        "Datatype": f"{of} is not an {asked}",
        "Class": f"{of} is not an {asked}",
        "NodeKind": f"{of} is not an {asked.removeprefix('sh:')}",
        "Closed": f"{value} may not stand on {node}",
        "Pattern": f"{of} does not fit the pattern {limit}",
        "In": f"{of} is none of the values allowed there",
        "LanguageIn": f"{of} is in a language that is not allowed there",
        "UniqueLang": f"{node} has {path} twice in one language",
        "HasValue": f"{node} has no {path} {asked}",
        "MinInclusive": f"{of} is below {limit}",
        "MinExclusive": f"{of} is not above {limit}",
        "MaxInclusive": f"{of} is above {limit}",
        "MaxExclusive": f"{of} is not below {limit}",
        "MinLength": f"{of} is shorter than {limit} characters",
        "MaxLength": f"{of} is longer than {limit} characters",
        "LessThan": f"{of} is not less than {asked}",
        "LessThanOrEquals": f"{of} is greater than {asked}",
    }
    if short in texts:
        return texts[short]
    return f"{of} has none of the forms allowed there" if names else f"{node} has none of the forms allowed"


def _too_few(node: str, names: list[str], limit: str) -> str:
    if limit != "1":
        return f"{node} has fewer than {limit} of {' or '.join(names)}"
    return f"{node} has no {names[0]}" if len(names) == 1 else f"{node} has neither {' nor '.join(names)}"

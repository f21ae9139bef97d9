"""A report as text, JSON, SHACL validation report in Turtle, or SARIF 2.1.0. It finds nothing and prints nothing.

SARIF: https://docs.oasis-open.org/sarif/sarif/v2.1.0/  SHACL: https://www.w3.org/TR/shacl/#validation-report
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import quote

from xinpu.checks.findings import SEVERITIES, Finding, Report, Severity
from xinpu.layout import NAMESPACES
from xinpu.terms import Literal, NamedNode, compact

SARIF_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

_LEVEL: Final[dict[Severity, str]] = {"error": "error", "warning": "warning", "info": "note"}
_SHACL: Final[dict[Severity, str]] = {"error": "sh:Violation", "warning": "sh:Warning", "info": "sh:Info"}
_PLURAL: Final[dict[Severity, str]] = {"error": "errors", "warning": "warnings", "info": "notices"}
_SINGULAR: Final[dict[Severity, str]] = {"error": "error", "warning": "warning", "info": "notice"}


def as_text(report: Report) -> str:
    """Give one line a finding, what was not checked, and a line of counts."""
    lines = [str(entry) for entry in report.findings]
    lines += [f"Not checked: {entry}." for entry in report.skipped]
    lines.append(summary(report))
    return "\n".join(lines) + "\n"


def summary(report: Report) -> str:
    """Count the findings in words: ``2 errors and 1 warning in 12 files``."""
    counts = [(report.count(severity), severity) for severity in SEVERITIES]
    parts = [f"{count} {_SINGULAR[name] if count == 1 else _PLURAL[name]}" for count, name in counts if count]
    files = f"{report.files} file{'' if report.files == 1 else 's'}"
    if not parts:
        return f"Nothing found in {files}."
    words = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
    return f"{words} in {files}."


def as_json(report: Report) -> str:
    """Give all parts of all findings; keys that have no value are null."""
    data = {
        "summary": {name: report.count(name) for name in SEVERITIES} | {"files": report.files},
        "skipped": list(report.skipped),
        "findings": [
            {
                "path": entry.path,
                "line": entry.line,
                "severity": entry.severity,
                "rule": entry.rule,
                "message": entry.message,
                "remedy": entry.remedy,
                "node": entry.node,
                "property": entry.predicate,
                "value": entry.value,
            }
            for entry in report.findings
        ],
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def as_turtle(report: Report) -> str:
    """Give a ``sh:ValidationReport``; file and line stand as ``dcterms:source``.

    A finding that is about no node has its file as focus node. One that no SHACL constraint made has its rule as
    constraint component, under the namespace of the shapes.
    """
    used = ("dcterms", "id", "sh", "xp", "xps")
    lines = [f"@prefix {prefix}: <{NAMESPACES[prefix]}> ." for prefix in used]
    lines += ["", "[] a sh:ValidationReport ;", f"    sh:conforms {str(not report.findings).lower()}"]
    for entry in report.findings:
        lines[-1] += " ;"
        lines += ["    sh:result [", *(f"        {line} ;" for line in _turtle_result(entry)), "    ]"]
    lines[-1] += " ."
    return "\n".join(lines) + "\n"


def _turtle_result(entry: Finding) -> list[str]:
    place = entry.path if entry.line is None else f"{entry.path}:{entry.line}"
    file = f"{NAMESPACES['xps']}file-{quote(entry.path, safe='')}"
    component = entry.component or f"{NAMESPACES['xps']}check-{quote(entry.rule, safe='')}"
    result = [
        "a sh:ValidationResult",
        f"sh:focusNode {_name(entry.node or file)}",
        f"sh:resultSeverity {_SHACL[entry.severity]}",
        f"sh:sourceConstraintComponent {_name(component)}",
        f"sh:resultMessage {Literal(entry.text, language='en')}",
        f"dcterms:identifier {Literal(entry.rule)}",
        f"dcterms:source {Literal(place)}",
    ]
    if entry.predicate:
        result.insert(2, f"sh:resultPath {_name(entry.predicate)}")
    if entry.value:
        result.insert(3, f"sh:value {Literal(entry.value)}")
    return result


def _name(iri: str) -> str:
    """Write an IRI; one that holds what no IRI may hold is percent-encoded."""
    short = compact(iri)
    if short.startswith(("dcterms:", "id:", "sh:", "xp:", "xps:")):
        return short
    return str(NamedNode(quote(iri, safe=":/?#[]@!$&'()*+,;=%-._~")))


def as_sarif(report: Report, version: str) -> str:
    """Give a SARIF log with one run, so that code hosts mark the lines; ``version`` is the tool's."""
    rules = sorted({entry.rule for entry in report.findings})
    first = {rule: next(entry for entry in report.findings if entry.rule == rule) for rule in rules}
    index = {rule: number for number, rule in enumerate(rules)}
    driver = {
        "name": "xinpu",
        "version": version,
        "rules": [
            {
                "id": rule,
                "shortDescription": {"text": rule.replace("-", " ")},
                "help": {"text": first[rule].remedy or first[rule].message},
                "defaultConfiguration": {"level": _LEVEL[first[rule].severity]},
            }
            for rule in rules
        ],
    }
    run: dict[str, Any] = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_sarif_result(entry, index[entry.rule]) for entry in report.findings],
    }
    if report.skipped:
        notes = [{"level": "warning", "message": {"text": f"Not checked: {entry}."}} for entry in report.skipped]
        run["invocations"] = [{"executionSuccessful": True, "toolExecutionNotifications": notes}]
    return json.dumps({"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2) + "\n"


def _sarif_result(entry: Finding, index: int) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": quote(entry.path), "uriBaseId": "%SRCROOT%"}}
    if entry.line is not None:
        physical["region"] = {"startLine": entry.line}
    properties = {"remedy": entry.remedy, "node": entry.node, "property": entry.predicate, "value": entry.value}
    return {
        "ruleId": entry.rule,
        "ruleIndex": index,
        "level": _LEVEL[entry.severity],
        "message": {"text": entry.text},
        "locations": [{"physicalLocation": physical}],
        "properties": {key: value for key, value in properties.items() if value},
    }


def render(report: Report, format: str, version: str) -> str:  # noqa: A002
    """Give the report in one of FORMATS."""
    if format == "sarif":
        return as_sarif(report, version)
    return _WRITERS[format](report)


_WRITERS: Final[dict[str, Callable[[Report], str]]] = {"text": as_text, "json": as_json, "turtle": as_turtle}

FORMATS: Final = (*_WRITERS, "sarif")
"""Names of the formats."""

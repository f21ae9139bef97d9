"""Every fact of the article that the project started from is answered by a query of the library, on the real graph."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from xinpu.derive import derive
from xinpu.layout import Project
from xinpu.queries import Library, Table, run
from xinpu.store import Dataset, Term, load_strict
from xinpu.terms import NamedNode, compact, text_of

ROOT = Path(__file__).parents[1]
FACTS: list[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "seed.toml").read_text("utf-8"))["fact"]


class Answers:
    """Runs each query with each set of parameters once."""

    def __init__(self, library: Library, dataset: Dataset) -> None:
        self.library = library
        self.dataset = dataset
        self.tables: dict[str, Table] = {}

    def ask(self, name: str, params: dict[str, str]) -> Table:
        key = f"{name} {sorted(params.items())}"
        if key not in self.tables:
            self.tables[key] = run(self.library.get(name), self.dataset, params)
        return self.tables[key]


@pytest.fixture(scope="module")
def answers() -> Answers:
    library = Library(Project(ROOT))
    dataset = load_strict(library.project)
    derive(dataset, library)
    return Answers(library, dataset)


def shown(cell: Term | None) -> str:
    """Write a cell as seed.toml does: `id:baidu`, `xp:MoreThan`, or the bare text of a literal."""
    return compact(cell) if isinstance(cell, NamedNode) else text_of(cell)


def test_all_42_facts_are_asked_for_once() -> None:
    assert [fact["id"] for fact in FACTS] == [f"baidu-{number:03}" for number in range(1, 43)]


def test_each_fact_names_the_values_that_answer_it() -> None:
    rows = [(fact["id"], row) for fact in FACTS for row in fact["row"]]
    assert len(rows) >= len(FACTS)
    assert not [name for name, row in rows if not set(row) - {"claim", "source"}]


@pytest.mark.parametrize("fact", FACTS, ids=[fact["id"] for fact in FACTS])
def test_fact_is_answered_by_a_row(fact: dict[str, Any], answers: Answers) -> None:
    table = answers.ask(fact["query"], fact.get("params", {}))
    rows = [{column: shown(cell) for column, cell in record.items()} for record in table.records()]
    for wanted in fact["row"]:
        assert set(wanted) <= set(table.columns), f"{fact['query']} has the columns {', '.join(table.columns)}"
        found = [row for row in rows if all(row[column] == value for column, value in wanted.items())]
        assert found, f"{fact['query']}: no row with {wanted} ({fact['says']})"

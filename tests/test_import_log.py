"""Every fact of the dossiers is in the log, and what the log says is in the graph."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from xinpu.curate.ledger import read_log
from xinpu.layout import ID, Project
from xinpu.store import load_strict

ROOT = Path(__file__).resolve().parent.parent
DOSSIER = ROOT.parent / "shared" / "dossier"


@pytest.fixture(scope="module")
def log():
    return read_log(ROOT / "graph" / "import-log.csv")


def test_each_fact_has_one_row(log):
    facts = [entry.fact for entry in log]
    assert len(facts) == len(set(facts)) > 3700


def test_what_is_in_the_graph_stands_there(log):
    dataset = load_strict(Project(ROOT))
    missing = [
        (entry.fact, claim)
        for entry in log
        if entry.outcome != "rejected"
        for claim in entry.claim.split() or ["?"]
        if dataset.place(ID + claim) is None
    ]
    assert missing == []


def test_rejections_have_a_reason_and_no_claim(log):
    wrong = [entry for entry in log if entry.outcome == "rejected" and (entry.claim or len(entry.reason) < 15)]
    assert wrong == []


def test_few_are_rejected(log):
    assert sum(entry.outcome == "rejected" for entry in log) < len(log) / 10


@pytest.mark.skipif(not DOSSIER.is_dir(), reason="the dossiers are not here")
def test_no_fact_of_the_dossiers_is_dropped(log):
    expected = [
        json.loads(line)["id"]
        for path in sorted(DOSSIER.glob("*.facts.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    assert sorted(expected) == sorted(entry.fact for entry in log)

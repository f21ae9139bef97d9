from __future__ import annotations

import csv
from pathlib import Path

import pytest

from curate_books import fact, make_project, write_facts
from xinpu.curate.importing import import_facts
from xinpu.curate.ledger import read_log
from xinpu.errors import DataError, UsageError


def run(root: Path, *facts, partial=False, **tables):
    project = make_project(root, **tables)
    path = write_facts(root / "facts.jsonl", *facts)
    return project, import_facts(project, [path], project.graph / "import", partial=partial)


def test_a_fact_becomes_a_claim_with_what_it_stands_on(tmp_path):
    project, report = run(tmp_path, fact(1, "Persuasion", "pages", 249, "number", qualifiers={"bound": "about"}))
    assert [(e.outcome, e.claim) for e in report.entries] == [("in the graph", "persuasion-pages-1")]
    text = (project.graph / "books.ttl").read_text(encoding="utf-8")
    assert (
        "id:persuasion-pages-1 a xp:Count ;\n    xp:about id:persuasion ;\n    xp:metric xp:Pages ;\n"
        "    xp:value 249 ;\n    xp:bound xp:About ;\n    xp:status xp:Completed ;\n    xp:basis xp:Reported ;\n"
        "    xp:source id:review-2021-emma ;\n" in text
    )
    assert 'skos:altLabel "勸導"@zh-Hant' in text
    assert "id:review-2021-emma a xp:Source ;" in (project.graph / "sources/2021.ttl").read_text(encoding="utf-8")
    assert 'skos:prefLabel "图书馆"@zh-Hans .' in (project.graph / "publishers.ttl").read_text(encoding="utf-8")


def test_an_equal_claim_gains_a_source_and_keeps_its_words(tmp_path):
    project, report = run(tmp_path, fact(1, "Emma", "pages", 474, "number"))
    assert [(e.outcome, e.claim) for e in report.entries] == [("merged", "emma-pages-1")]
    text = (project.graph / "books.ttl").read_text(encoding="utf-8")
    assert text.count("a xp:Count") == 1
    assert "    xp:source id:catalogue-2020-emma ;\n    xp:source id:review-2021-emma ;\n" in text
    assert '"2026-01-02"^^xsd:date' in text


@pytest.mark.parametrize(
    "qualifiers", [{"bound": "about"}, {"period": "1815-H2"}, {"modality": "guess"}, {"as_of": "1900"}]
)
def test_claims_of_another_bound_period_basis_or_day_do_not_merge(tmp_path, qualifiers):
    _, report = run(tmp_path, fact(1, "Emma", "pages", 474, "number", qualifiers=qualifiers))
    assert [(e.outcome, e.claim) for e in report.entries] == [("in the graph", "emma-pages-2")]


def test_the_date_of_the_page_is_no_date_of_the_figure(tmp_path):
    project, _ = run(tmp_path, fact(1, "Emma", "pages", 500, "number", qualifiers={"as_of": "2021-05"}))
    assert "xp:asOf" not in (project.graph / "books.ttl").read_text(encoding="utf-8")


def test_halves_are_periods_and_never_months(tmp_path):
    project, _ = run(tmp_path, fact(1, "Emma", "pages", 500, "number", qualifiers={"period": "1815-H2"}))
    assert "xp:period id:1815-h2 ;" in (project.graph / "books.ttl").read_text(encoding="utf-8")
    assert 'xp:ends "1815-12-31"^^xsd:date' in (project.graph / "periods.ttl").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (fact(1, "Emma", "weight", 2, "number"), "no rule for predicate 'weight'"),
        (fact(1, "Middlemarch", "pages", 2, "number"), "no entity is named 'Middlemarch'"),
        (fact(1, "Emma", "pages", "many", "number"), "'many' is not a number"),
        (fact(1, "Emma", "pages", 2, "number", url="https://example.org/else"), "is not in sources.csv"),
        (fact(1, "Emma", "pages", 2, "number", qualifiers={"bound": "some"}), "'some' is no bound"),
        (fact(1, "Emma", "pages", 2, "number", qualifiers={"period": "long ago"}), "no period is named 'long ago'"),
        (fact(1, "Jane Austen", "pages", 2, "number"), "a subject of class Writer"),
    ],
)
def test_what_is_not_mapped_is_refused_with_line_and_nothing_is_written(tmp_path, entry, words):
    project = make_project(tmp_path)
    before = {path: path.read_bytes() for path in project.graph.rglob("*") if path.is_file()}
    path = write_facts(tmp_path / "facts.jsonl", fact(0, "Emma", "pages", 3, "number"), entry)
    report = import_facts(project, [path], project.graph / "import")
    assert len(report.refused) == 1
    assert f"facts.jsonl:2: f-1: {words}" in str(report.refused[0]) or (
        "facts.jsonl:2: f-1:" in str(report.refused[0]) and words in str(report.refused[0])
    )
    assert {path: path.read_bytes() for path in project.graph.rglob("*") if path.is_file()} == before


def test_with_partial_the_rest_goes_in(tmp_path):
    _, report = run(
        tmp_path, fact(1, "Emma", "weight", 2, "number"), fact(2, "Emma", "pages", 3, "number"), partial=True
    )
    assert (len(report.refused), report.count("in the graph")) == (1, 1)


def test_a_second_run_changes_nothing(tmp_path):
    project, _ = run(tmp_path, fact(1, "Persuasion", "author", "Jane Austen", "entity"))
    before = {path: path.read_bytes() for path in project.graph.rglob("*") if path.is_file()}
    report = import_facts(project, [tmp_path / "facts.jsonl"], project.graph / "import")
    assert (report.entries, report.written) == ([], [])
    assert {path: path.read_bytes() for path in project.graph.rglob("*") if path.is_file()} == before


def test_the_same_input_gives_the_same_bytes(tmp_path):
    facts = [fact(n, "Persuasion", "pages", n + 100, "number") for n in range(12)]
    outcomes = []
    for name in ("one", "two"):
        project, _ = run(tmp_path / name, *facts) if (tmp_path / name).mkdir() is None else (None, None)
        outcomes.append({p.relative_to(project.graph): p.read_bytes() for p in project.graph.rglob("*") if p.is_file()})
    assert outcomes[0] == outcomes[1]


def test_rejected_facts_are_logged_with_their_reason(tmp_path):
    _, report = run(
        tmp_path,
        fact(1, "Emma", "pages", 1, "number"),
        fact(2, "Emma", "pages", 999, "number", url="https://example.org/list"),
        fact(3, "Emma", "pages", 474, "number", url="https://example.org/list"),
        decisions_csv="fact,outcome,set,reason\nf-1,reject,,wrong: a misprint\n",
    )
    log = {entry.fact: entry for entry in report.entries}
    assert (log["f-1"].outcome, log["f-1"].reason) == ("rejected", "wrong: a misprint")
    assert log["f-2"].outcome == "rejected"
    assert "changing list page" in log["f-2"].reason
    assert (log["f-3"].outcome, log["f-3"].claim) == ("merged", "emma-pages-1")
    assert read_log(tmp_path / "graph/import-log.csv") == report.entries


def test_decisions_mend_fields_and_properties(tmp_path):
    project, report = run(
        tmp_path,
        fact(1, "Persuasion", "pages", 9, "number"),
        decisions_csv="fact,outcome,set,reason\n"
        'f-1,,"subject=Emma; value=500; xp:bound=xp:MoreThan",The subject was wrong.\n',
    )
    assert (report.entries[0].claim, report.entries[0].reason) == ("emma-pages-2", "The subject was wrong.")
    assert "xp:value 500 ;\n    xp:bound xp:MoreThan ;" in (project.graph / "books.ttl").read_text(encoding="utf-8")


def test_a_decision_adds_further_sources_and_another_address(tmp_path):
    table = (
        "address,id,url,publisher,tier,issued,title,language,derived_from,rejected,title_language,read_on\n"
        "https://example.org/review,list,,library,D,2020,,en,,changing list page,,\n"
        "https://example.org/one,one,https://example.org/one,library,B,2020,One,en,,,,2021-02-03\n"
        "https://example.org/two,two,https://example.org/two,library,B,2020,Two,en,,,,\n"
    )
    project, report = run(
        tmp_path,
        fact(1, "Emma", "pages", 3, "number"),
        sources_csv=table,
        decisions_csv="fact,outcome,set,reason\n"
        "f-1,,address=https://example.org/one; also=https://example.org/two,Better pages were read.\n",
    )
    assert report.count("in the graph") == 1
    text = (project.graph / "books.ttl").read_text(encoding="utf-8")
    assert "xp:source id:one ;\n    xp:source id:two ;" in text
    assert 'xp:readOn "2021-02-03"^^xsd:date' in (project.graph / "sources/2020.ttl").read_text(encoding="utf-8")


def test_prose_becomes_one_finding_in_three_languages(tmp_path):
    project, report = run(
        tmp_path,
        fact(1, "Emma", "opinion", "good", "text"),
        fact(2, "Emma", "opinion", "fine", "text", url="https://example.org/catalogue"),
        findings_csv="facts,about,topic,en,zh,fr,status,basis\n"
        "f-1 f-2,Emma,xp:Opinion,It is liked.,受欢迎。,On l’aime.,,\n",
    )
    assert [(e.outcome, e.claim) for e in report.entries] == [
        ("in the graph", "emma-opinion-1"),
        ("merged", "emma-opinion-1"),
    ]
    text = (project.graph / "books.ttl").read_text(encoding="utf-8")
    assert 'xp:text "受欢迎。"@zh-Hans ;\n    xp:text "On l’aime."@fr ;' in text
    assert text.count("id:catalogue-2020-emma") == 2


def test_identity_is_added_where_it_lacks_and_never_changed(tmp_path):
    project, report = run(tmp_path, fact(1, "Emma", "isbn", "978-1", "text"), fact(2, "Emma", "isbn", "978-2", "text"))
    assert [e.claim for e in report.entries] == ["emma", "emma"]
    text = (project.graph / "books.ttl").read_text(encoding="utf-8")
    assert 'xp:isbn "978-1" .' in text
    assert "978-2" not in text


def test_csv_is_read_like_json_lines(tmp_path):
    project = make_project(tmp_path)
    path = tmp_path / "facts.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "subject", "predicate", "value", "value_type", "source.url", "qualifiers.bound"])
        writer.writerow(["c-1", "Emma", "pages", "300", "number", "https://example.org/review", "about"])
    report = import_facts(project, [path], project.graph / "import")
    assert [(e.outcome, e.claim) for e in report.entries] == [("in the graph", "emma-pages-2")]
    assert "xp:bound xp:About" in (project.graph / "books.ttl").read_text(encoding="utf-8")


def test_an_address_may_stand_as_its_digest(tmp_path):
    table = (
        "address,id,url,publisher,tier,issued,title,language,derived_from,rejected\n"
        "sha256:8a0fa2fd3c0ad4a24ef91b9d8fb13a5da9c2c2b7d1dbf7fe6e8a0a38f3c3a111,x,,library,B,2020,,en,,\n"
    )
    import hashlib

    digest = hashlib.sha256(b"https://example.org/review").hexdigest()
    table = table.replace("8a0fa2fd3c0ad4a24ef91b9d8fb13a5da9c2c2b7d1dbf7fe6e8a0a38f3c3a111", digest)
    _, report = run(tmp_path, fact(1, "Emma", "pages", 3, "number"), sources_csv=table)
    assert report.refused == []
    assert report.count("in the graph") == 1


def test_bad_files_are_named(tmp_path):
    project = make_project(tmp_path)
    with pytest.raises(UsageError, match="does not exist"):
        import_facts(project, [tmp_path / "none.jsonl"], project.graph / "import")
    with pytest.raises(UsageError, match="not a mapping"):
        import_facts(project, [], project.graph)
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"id": "f"\n', encoding="utf-8")
    with pytest.raises(DataError, match=r"bad\.jsonl:1: not JSON"):
        import_facts(project, [bad], project.graph / "import")
    (project.graph / "import/predicates.csv").write_text("predicate,kind\n", encoding="utf-8")
    with pytest.raises(DataError, match="no column value_type"):
        import_facts(project, [], project.graph / "import")

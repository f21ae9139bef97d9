"""The derive rules: what agrees and what does not, what leads, who owns whom, who depends on whom, and why."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat

from toy_project import TOY, dataset, library
from xinpu.derive import derive
from xinpu.store import CURATED, DERIVED, ONTOLOGY, Dataset
from xinpu.terms import compact, iri, text_of

PREFIXES = "".join(
    f"@prefix {prefix}: <{iri(prefix + ':')}> .\n"
    for prefix in ("dcterms", "id", "prov", "rdf", "schema", "skos", "unit", "xp", "xsd")
)
SPARQL_PREFIXES = re.sub(r"(?m)^@prefix (.*) \.$", r"PREFIX \1", PREFIXES)
SOURCES = """
id:a a xp:Source ; xp:tier xp:TierA ; dcterms:issued "2025-01-10"^^xsd:date ; xp:readOn "2026-11-24"^^xsd:date .
id:b a xp:Source ; xp:tier xp:TierB ; dcterms:issued "2025-01"^^xsd:gYearMonth ; xp:readOn "2026-11-24"^^xsd:date .
id:b2 a xp:Source ; xp:tier xp:TierB ; dcterms:issued "2025-02-01"^^xsd:date ; xp:readOn "2026-11-24"^^xsd:date .
id:c a xp:Source ; xp:tier xp:TierC ; dcterms:issued "2025"^^xsd:gYear ; xp:readOn "2026-11-24"^^xsd:date .
id:c2 a xp:Source ; xp:tier xp:TierC ; xp:readOn "2026-11-24"^^xsd:date .
id:d a xp:Source ; xp:tier xp:TierD ; xp:readOn "2026-11-24"^^xsd:date .
id:d2 a xp:Source ; xp:tier xp:TierD ; xp:readOn "2026-11-24"^^xsd:date .
id:rewrite a xp:Source ; xp:tier xp:TierB ; xp:readOn "2026-11-24"^^xsd:date ; prov:wasDerivedFrom id:b .
id:2024 a xp:Period ; xp:begins "2024-01-01"^^xsd:date ; xp:ends "2024-12-31"^^xsd:date .
id:2025-h1 a xp:Period ; xp:begins "2025-01-01"^^xsd:date ; xp:ends "2025-06-30"^^xsd:date .
id:2027-q4 a xp:Period ; xp:begins "2027-10-01"^^xsd:date ; xp:ends "2027-12-31"^^xsd:date .
id:china a xp:Place . id:shanghai a xp:Place ; xp:within id:china . id:beijing a xp:Place ; xp:within id:china .
"""


class World:
    """A few claims on the real ontology, derived."""

    def __init__(self, turtle: str) -> None:
        self.data = Dataset()
        for path in TOY.ontology_files():
            self.data.store.bulk_load(path=str(path), format=RdfFormat.TURTLE, to_graph=ONTOLOGY)
        self.data.store.bulk_load(PREFIXES + SOURCES + turtle, RdfFormat.TURTLE, to_graph=CURATED)
        derive(self.data, library())

    def ask(self, pattern: str) -> list[tuple[str, ...]]:
        """Rows of a pattern, its variables in the order in which they appear, ids and terms compact."""
        names = " ".join(dict.fromkeys(re.findall(r"\?\w+", pattern)))
        rows = self.data.select(f"{SPARQL_PREFIXES}SELECT DISTINCT {names} WHERE {{ {pattern} }}").rows
        return sorted(
            tuple(compact(cell).removeprefix("id:") if isinstance(cell, NamedNode) else text_of(cell) for cell in row)
            for row in rows
        )

    def disagreeing(self) -> set[str]:
        return {row[0] for row in self.ask("[] a xp:Disagreement ; xp:claim ?claim")}

    def leading(self) -> set[str]:
        return {row[0] for row in self.ask("?claim xp:isHeadline true")}


def claim(name: str, kind: str, body: str, *, source: str = "b", status: str = "Completed") -> str:
    sources = " ".join(f"xp:source id:{each} ;" for each in source.split())
    return f"id:{name} a xp:{kind} ; {body} ; {sources} xp:status xp:{status} ; xp:basis xp:Reported .\n"


def shipped(name: str, value: str, **more: str) -> str:
    body = f"xp:about id:x ; xp:metric xp:UnitsShipped ; xp:period id:2024 ; xp:unit xp:Piece ; {value}"
    return claim(name, "Volume", body, **more)


def said(name: str, subject: str, predicate: str, thing: str, **more: str) -> str:
    return claim(
        name, "Statement", f"rdf:subject id:{subject} ; rdf:predicate xp:{predicate} ; rdf:object {thing}", **more
    )


def founded(name: str, date: str, **more: str) -> str:
    return said(name, "x", "founded", day(date), **more)


def day(date: str) -> str:
    kind = {4: "gYear", 7: "gYearMonth", 10: "date"}[len(date)]
    return f'"{date}"^^xsd:{kind}'


def released(name: str, date: str, **more: str) -> str:
    return claim(name, "Milestone", f"xp:about id:x ; xp:event xp:EventReleased ; {date}", **more)


@pytest.mark.parametrize(
    ("first", "second", "agree"),
    [
        ("xp:value 70000 ; xp:bound xp:JustUnder", "xp:value 69000", True),
        ("xp:value 70000 ; xp:bound xp:JustUnder", "xp:value 60000", False),
        ("xp:value 70000 ; xp:bound xp:JustUnder", "xp:value 72000", False),
        ("xp:value 70000", "xp:value 71000", True),  # within the tolerance of 2 per cent
        ("xp:value 70000", "xp:value 72000", False),
        ("xp:value 70000 ; xp:bound xp:MoreThan", "xp:value 900000", True),
        ("xp:value 70000 ; xp:bound xp:MoreThan", "xp:value 50000", False),
        ("xp:value 70000 ; xp:bound xp:AtMost", "xp:value 50000", True),
        ("xp:minimum 60000 ; xp:maximum 80000", "xp:value 69000", True),
        ("xp:minimum 60000 ; xp:maximum 80000", "xp:value 90000", False),
        ("xp:minimum 60000 ; xp:maximum 80000", "xp:minimum 75000 ; xp:maximum 99000", True),
        ("xp:value 70000.0", "xp:value 70000", True),
    ],
)
def test_figures_agree_when_their_intervals_meet(first: str, second: str, agree: bool) -> None:
    world = World(shipped("one", first) + shipped("two", second))
    assert world.disagreeing() == (set() if agree else {"one", "two"})


@pytest.mark.parametrize(
    ("first", "second", "agree"),
    [
        ("2026-01", "2026-01-02", True),
        ("2012", "2021", False),
        ("2021", "2021-06", True),
        ("2026-01-31", "2026-02", False),
        ("2024-02-29", "2024-02", True),
    ],
)
def test_dates_agree_when_their_intervals_meet(first: str, second: str, agree: bool) -> None:
    world = World(founded("one", first) + founded("two", second))
    assert world.disagreeing() == (set() if agree else {"one", "two"})


def test_quarters_are_dates_too() -> None:
    quarter = "xp:datePeriod id:2027-q4"
    assert not World(released("one", quarter) + released("two", f"xp:date {day('2027-11')}")).disagreeing()
    world = World(released("one", quarter) + released("two", f"xp:date {day('2027-01')}"))
    assert world.disagreeing() == {"one", "two"}


@pytest.mark.parametrize(
    ("date", "first", "last"),
    [
        ("2024", "2024-01-01", "2024-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2023-02", "2023-02-01", "2023-02-28"),
        ("2000-02", "2000-02-01", "2000-02-29"),
        ("1900-02", "1900-02-01", "1900-02-28"),
        ("2025-09", "2025-09-01", "2025-09-30"),
        ("2025-12", "2025-12-01", "2025-12-31"),
        ("2025-12-05", "2025-12-05", "2025-12-05"),
    ],
)
def test_days_that_a_date_can_mean(date: str, first: str, last: str) -> None:
    assert World(founded("one", date)).ask("id:one xp:earliest ?first ; xp:latest ?last") == [(first, last)]


def test_the_date_of_a_claim_is_its_event_else_its_period_else_as_of() -> None:
    world = World(
        released("event", f"xp:date {day('2026-03')} ; xp:asOf {day('2025-11-13')}")
        + shipped("covers", "xp:value 1")
        + claim("held", "Ownership", f"xp:owner id:y ; xp:owned id:x ; xp:value 5 ; xp:asOf {day('2025-11')}")
    )
    assert world.ask("VALUES ?c { id:event id:covers id:held } ?c xp:earliest ?e ; xp:latest ?l") == [
        ("covers", "2024-01-01", "2024-12-31"),
        ("event", "2026-03-01", "2026-03-31"),
        ("held", "2025-11-01", "2025-11-30"),
    ]


def test_running_on_two_chips_is_no_conflict() -> None:
    world = World(said("one", "baige", "runsOn", "id:p800") + said("two", "baige", "runsOn", "id:m100"))
    assert not world.disagreeing()
    assert world.leading() == {"one", "two"}
    assert world.ask("id:baige xp:runsOn ?chip") == [("m100",), ("p800",)]


def test_a_place_and_a_place_within_it_agree() -> None:
    def at(name: str, place: str) -> str:
        return said(name, "x", "headquarteredIn", f"id:{place}")

    assert not World(at("one", "shanghai") + at("two", "china")).disagreeing()
    assert World(at("one", "shanghai") + at("two", "beijing")).disagreeing() == {"one", "two"}


def test_places_in_an_order_differ_and_say_nothing_of_a_share() -> None:
    def share(name: str, value: str) -> str:
        about = f"xp:about id:x ; xp:metric xp:ShareByUnits ; xp:market id:cards ; xp:period id:h2 ; {value}"
        return claim(name, "MarketShare", about)

    second, third = share("one", "xp:position 2"), share("two", "xp:position 3")
    assert World(second + third).disagreeing() == {"one", "two"}
    assert not World(second + share("two", "xp:position 2")).disagreeing()
    assert not World(second + share("two", "xp:value 3 ; xp:unit unit:PERCENT")).disagreeing()


def test_units_are_converted_before_comparing() -> None:
    def memory(name: str, value: str) -> str:
        return claim(name, "Specification", f"xp:about id:x ; xp:metric xp:MemoryCapacity ; {value}")

    agreeing = memory("one", "xp:value 2 ; xp:unit unit:TeraBYTE") + memory(
        "two", "xp:value 2000 ; xp:unit unit:GigaBYTE"
    )
    assert not World(agreeing).disagreeing()
    assert World(agreeing).ask("id:one xp:low ?low") == [("2000",)]
    other = memory("one", "xp:value 2 ; xp:unit unit:TeraBYTE") + memory("two", "xp:value 2 ; xp:unit unit:GigaBYTE")
    assert World(other).disagreeing() == {"one", "two"}


@pytest.mark.parametrize(
    ("value", "low", "high"),
    [
        ("xp:value 100 ; xp:bound xp:About", 95, 105),
        ("xp:value -100 ; xp:bound xp:About", -105, -95),
        ("xp:value 100 ; xp:bound xp:AtLeast", 100, None),
        ("xp:value 100 ; xp:bound xp:LessThan", None, 100),
        ("xp:minimum 3", 3, None),
        ("xp:maximum 3", None, 3),
        ("xp:minimum 2.5 ; xp:maximum 3", 2.5, 3),
        ("xp:value 0", 0, 0),
    ],
)
def test_intervals(value: str, low: float | None, high: float | None) -> None:
    world = World(shipped("one", value))
    for name, want in (("low", low), ("high", high)):
        found = [float(row[0]) for row in world.ask(f"id:one xp:{name} ?v")]
        assert found == ([] if want is None else [want])


def test_deprecated_and_retracted_claims_take_no_part() -> None:
    bad = "xp:value 5 ; xp:rank xp:Deprecated"
    gone = f"xp:value 6 ; xp:rank xp:Deprecated ; xp:retractedOn {day('2026-11-24')}"
    world = World(
        shipped("one", "xp:value 70000") + shipped("two", bad, source="a") + shipped("three", gone, source="a")
    )
    assert not world.disagreeing()
    assert world.leading() == {"one"}
    alone = World(said("one", "x", "founded", day("2012") + " ; xp:rank xp:Deprecated"))
    assert not alone.leading()
    assert not alone.ask("id:x xp:founded ?date")


def test_other_questions_are_not_compared() -> None:
    other_period = shipped("two", "xp:value 5").replace("id:2024 ;", "id:2025-h1 ;")
    other_metric = shipped("three", "xp:value 6").replace("UnitsShipped", "UnitsProduced")
    planned = shipped("four", "xp:value 7", status="Planned")
    assert not World(shipped("one", "xp:value 70000") + other_period + other_metric + planned).disagreeing()


def test_the_key_tells_values_with_separators_apart() -> None:
    world = World(
        said("one", "x", "architecture", '"a | b"')
        + said("two", "x", "architecture", '"b"')
        + said("three", "x", "architecture", '"b"@en')
    )
    keys = dict(world.ask("?claim xp:comparisonKey ?key"))
    assert keys["one"] != keys["two"]
    assert "mainSubject=x" in keys["one"]


def test_rank_then_tier_then_status_then_date_then_id() -> None:
    def led_by(*claims: str) -> set[str]:
        return World("".join(claims)).leading()

    worse_but_preferred = shipped("z", "xp:value 70000 ; xp:rank xp:Preferred", source="c")
    assert led_by(shipped("y", "xp:value 70000", source="a"), worse_but_preferred) == {"z"}
    assert led_by(shipped("a1", "xp:value 1", source="b"), shipped("z1", "xp:value 9", source="a")) == {"z1"}
    held = "xp:about id:x ; xp:metric xp:Employees ; xp:unit xp:Piece ; xp:value"
    same_time = f"{held} 1 ; xp:asOf {day('2025')}"
    assert led_by(claim("b1", "Count", same_time), claim("a1", "Count", same_time)) == {"a1"}
    stated = [
        said("old", "x", "founded", day("2012") + f" ; xp:asOf {day('2020-05')}"),
        said("new", "x", "founded", day("2021") + f" ; xp:asOf {day('2021')}"),
    ]
    assert led_by(*stated) == {"new"}
    finished = said("done", "x", "founded", day("2021"))
    assert led_by(finished, said("aim", "x", "founded", day("2012"), status="Planned")) == {"done"}


def test_two_that_tie_and_disagree_both_lead_two_that_agree_do_not() -> None:
    world = World(founded("one", "2012") + founded("two", "2021") + founded("three", "2021-06"))
    assert world.leading() == {"one", "three"}  # three comes before two by id, and disagrees with one
    assert {row[0] for row in world.ask("id:x xp:founded ?date")} == {"2012", "2021-06"}
    assert World(founded("one", "2021") + founded("two", "2021-06")).leading() == {"one"}
    assert World(founded("one", "2012", source="a") + founded("two", "2021")).leading() == {"one"}


@pytest.mark.parametrize(
    ("source", "grade", "count", "origins", "lead"),
    [
        ("a", "High", 1, 1, "a"),
        ("b b2", "High", 2, 2, "b"),
        ("b rewrite", "Medium", 2, 1, "b"),
        ("b", "Medium", 1, 1, "b"),
        ("c c2", "Medium", 2, 2, "c"),
        ("c d", "Low", 2, 2, "c"),
        ("c", "Low", 1, 1, "c"),
        ("d d2", "VeryLow", 2, 2, "d"),
        ("d b", "Medium", 2, 2, "b"),
        ("d a", "High", 2, 2, "a"),
    ],
)
def test_confidence_is_what_its_concepts_say(source: str, grade: str, count: int, origins: int, lead: str) -> None:
    world = World(founded("one", "2012", source=source))
    asked = "id:one xp:confidence ?c ; xp:sourceCount ?n ; xp:independentSources ?o ; xp:leadSource ?l"
    assert world.ask(asked) == [(f"xp:{grade}", str(count), str(origins), lead)]


def test_origins_are_followed_to_the_end_and_circles_have_one() -> None:
    world = World(
        "id:s1 a xp:Source ; prov:wasDerivedFrom id:s2 . id:s2 a xp:Source ; prov:wasDerivedFrom id:b .\n"
        "id:o1 a xp:Source ; prov:wasDerivedFrom id:o2 . id:o2 a xp:Source ; prov:wasDerivedFrom id:o1 .\n"
    )
    assert world.ask("VALUES ?s { id:s1 id:s2 id:b id:o1 id:o2 } ?s xp:origin ?o") == [
        ("b", "b"),
        ("o1", "o1"),
        ("o2", "o1"),
        ("s1", "b"),
        ("s2", "b"),
    ]


def test_claims_are_about_every_role_and_what_stands_behind_it() -> None:
    world = World(
        "id:l a xp:Listing ; xp:company id:x ; xp:board id:m . id:g a xp:Group ; xp:member id:x ; xp:member id:y .\n"
        "id:x a xp:Company . id:y a xp:Company . id:r a xp:FundingRound ; xp:organisation id:x .\n"
        + claim("stage", "ListingStage", f"xp:listing id:l ; xp:stage xp:Listed ; xp:date {day('2026-01')}")
        + claim("share", "MarketShare", "xp:about id:g ; xp:market id:k ; xp:metric xp:ShareByUnits ; xp:value 5")
        + claim("raised", "FundingFigure", "xp:round id:r ; xp:metric xp:AmountRaised ; xp:value 5")
        + claim("sold", "Supply", "xp:supplier id:y ; xp:customer id:x ; xp:good xp:HBM")
        + said("parent", "x", "parentOrganization", "id:y")
    )
    about: dict[str, set[str]] = {}
    for name, entity in world.ask("?claim xp:about ?entity"):
        about.setdefault(name, set()).add(entity)
    assert about == {
        "stage": {"l", "x"},
        "share": {"g", "k", "x", "y"},
        "raised": {"r", "x"},
        "sold": {"x", "y"},
        "parent": {"x", "y"},
    }
    assert dict(world.ask("?claim xp:mainSubject ?entity")) == {
        "stage": "l",
        "share": "g",
        "raised": "r",
        "sold": "y",
        "parent": "x",
    }
    assert world.ask("?company xp:listedOn ?board") == [("x", "m")]


def holds(name: str, owner: str, owned: str, value: str, *, when: str = "2025") -> str:
    body = f"xp:owner id:{owner} ; xp:owned id:{owned} ; {value} ; xp:unit unit:PERCENT ; xp:asOf {day(when)}"
    return claim(name, "Ownership", body)


COMPANIES = "".join(f"id:{name} a xp:Company .\n" for name in "vwxyz")
PATHS = "?path a xp:OwnershipPath ; xp:owner ?owner ; xp:owned ?owned ; xp:depth ?depth"


def paths(turtle: str) -> list[tuple[str, ...]]:
    """Owner, owned, depth and share of each path."""
    found = World(COMPANIES + turtle).ask(f"{PATHS} OPTIONAL {{ ?path xp:share ?share }}")
    return sorted(row[1:] for row in found)


def test_shares_are_multiplied_along_a_path() -> None:
    chain = (
        holds("one", "v", "w", "xp:value 59.45")
        + holds("two", "w", "x", "xp:value 50")
        + holds("three", "x", "y", "xp:value 10")
    )
    assert paths(chain) == [
        ("v", "w", "1", "59.45"),
        ("v", "x", "2", "29.725"),
        ("v", "y", "3", "2.9725"),
        ("w", "x", "1", "50"),
        ("w", "y", "2", "5"),
        ("x", "y", "1", "10"),
    ]


def test_circular_holdings_end() -> None:
    circle = (
        holds("one", "v", "w", "xp:value 60")
        + holds("two", "w", "x", "xp:value 60")
        + holds("three", "x", "v", "xp:value 60")
    )
    assert {path[:3] for path in paths(circle)} == {
        *(("v", "w", "1"), ("w", "x", "1"), ("x", "v", "1")),
        *(("v", "x", "2"), ("w", "v", "2"), ("x", "w", "2")),
    }
    world = World(COMPANIES + circle)
    assert len(world.ask("?a xp:belongsTo ?b")) == 9 + 2  # all three to all three, y and z to themselves
    assert not world.ask("?a xp:ultimateParent ?b")


def test_the_holding_that_held_last_counts_votes_give_no_share_and_parents_are_steps() -> None:
    later = holds("old", "v", "w", "xp:value 70", when="2021") + holds("new", "v", "w", "xp:value 40", when="2025-12")
    assert paths(later) == [("v", "w", "1", "40")]
    assert paths(holds("one", "v", "w", "xp:value 76 ; xp:ownershipKind xp:Votes")) == [("v", "w", "1", "")]
    ended = holds("one", "v", "w", f"xp:value 76 ; xp:until {day('2020')}")
    assert paths(ended) == []
    assert paths(said("one", "w", "parentOrganization", "id:v")) == [("v", "w", "1", "")]
    both = said("one", "w", "parentOrganization", "id:v") + holds("two", "v", "w", "xp:value 60")
    assert paths(both) == [("v", "w", "1", "60")]
    assert paths(holds("one", "v", "w", "xp:minimum 20 ; xp:maximum 30")) == [("v", "w", "1", "20")]


@pytest.mark.parametrize(
    ("value", "belongs"),
    [
        ("xp:value 59.45", True),
        ("xp:value 50", False),
        ("xp:value 50 ; xp:bound xp:MoreThan", True),
        ("xp:value 50 ; xp:bound xp:AtLeast", False),
        ("xp:value 40", False),
        ("xp:value 76 ; xp:ownershipKind xp:Votes", True),
        ("xp:minimum 51 ; xp:maximum 60", True),
        ("xp:minimum 40 ; xp:maximum 60", False),
    ],
)
def test_a_majority_makes_belonging(value: str, belongs: bool) -> None:
    world = World(COMPANIES + holds("one", "v", "w", value))
    assert (("w", "v") in world.ask("?a xp:belongsTo ?b")) is belongs
    assert (("w", "v") in world.ask("?a xp:ultimateParent ?b")) is belongs
    assert ("v", "v") in world.ask("?a xp:belongsTo ?b")


STACK = """
id:p a xp:Platform . id:c a xp:Chip ; xp:family id:f . id:f a xp:ChipFamily . id:s a xp:System .
"""


@pytest.mark.parametrize(
    ("claims", "providers"),
    [
        (
            said("1", "c", "designer", "id:v") + said("2", "p", "runsOn", "id:c") + said("3", "p", "operator", "id:v"),
            ["v"],
        ),
        (
            said("1", "c", "designer", "id:v") + said("2", "p", "runsOn", "id:f") + said("3", "p", "operator", "id:v"),
            ["v"],
        ),
        (
            said("1", "f", "designer", "id:v") + said("2", "p", "runsOn", "id:c") + said("3", "p", "operator", "id:v"),
            ["v"],
        ),
        (
            said("1", "c", "designer", "id:v")
            + said("2", "p", "runsOn", "id:s")
            + said("3", "p", "operator", "id:v")
            + said("4", "s", "usesChip", "id:c"),
            ["v"],
        ),
        (
            said("1", "c", "designer", "id:w")
            + said("2", "p", "runsOn", "id:c")
            + said("3", "p", "operator", "id:v")
            + said("4", "w", "parentOrganization", "id:v"),
            ["v"],
        ),
        (
            said("1", "c", "designer", "id:w") + said("2", "p", "runsOn", "id:c") + said("3", "p", "operator", "id:v"),
            [],
        ),
        (
            said("1", "c", "designer", "id:v")
            + said("2", "p", "runsOn", "id:c", status="Planned")
            + said("3", "p", "operator", "id:v"),
            [],
        ),
        (
            said("1", "c", "designer", "id:w")
            + said("2", "p", "runsOn", "id:c")
            + said("3", "p", "operator", "id:x")
            + said("4", "w", "parentOrganization", "id:v")
            + said("5", "x", "parentOrganization", "id:v")
            + said("6", "v", "parentOrganization", "id:z"),
            ["v"],  # not z above it
        ),
    ],
)
def test_chip_to_cloud_providers(claims: str, providers: list[str]) -> None:
    claims = re.sub(r"id:(\d) ", r"id:claim-\1 ", claims)
    world = World(COMPANIES + STACK + claims)
    assert [row[0] for row in world.ask("?company a xp:ChipToCloudProvider")] == providers
    if providers:
        behind = world.ask("[] xp:derivedObject xp:ChipToCloudProvider ; prov:wasDerivedFrom ?claim")
        necessary = set(re.findall(r"id:(claim-\d) ", claims)) - {"claim-6"}
        assert {row[0] for row in behind} == necessary


def test_exposure_goes_from_the_cloud_to_the_machines() -> None:
    world = World(
        COMPANIES
        + STACK
        + said("1a", "c", "designer", "id:v")
        + said("2a", "p", "runsOn", "id:c")
        + said("3a", "p", "operator", "id:w")
        + claim("4a", "Fabrication", "xp:chip id:c ; xp:foundry id:x")
        + claim("5a", "Supply", "xp:supplier id:y ; xp:customer id:x ; xp:good xp:ChipmakingEquipment")
        + claim("6a", "Supply", "xp:supplier id:z ; xp:customer id:y ; xp:good xp:Dies", status="Planned")
    )
    found = world.ask("[] xp:dependent ?who ; xp:dependsOn ?whom ; xp:depth ?depth")
    depth = {(who, whom): depth for who, whom, depth in found}
    assert depth == {
        ("c", "v"): "1",
        ("c", "x"): "1",
        ("c", "y"): "2",
        ("f", "c"): "1",
        ("f", "v"): "2",
        ("f", "x"): "2",
        ("f", "y"): "3",
        ("p", "c"): "1",
        ("p", "v"): "2",
        ("p", "x"): "2",
        ("p", "y"): "3",
        ("x", "y"): "1",
        ("v", "x"): "2",
        ("v", "y"): "3",
        ("w", "c"): "2",
        ("w", "v"): "3",
        ("w", "x"): "3",
        ("w", "y"): "4",
    }
    behind = world.ask("[] xp:dependent id:w ; xp:dependsOn id:y ; prov:wasDerivedFrom ?claim")
    assert [row[0] for row in behind] == ["2a", "3a", "4a", "5a"]
    assert world.ask("[] xp:dependent id:w ; xp:dependsOn id:y ; xp:pathText ?text") == [("w → p → c → x → y",)]


def test_stale_is_old_without_anything_newer_and_overdue_is_planned_without_being_done() -> None:
    def price(name: str, value: int, when: str) -> str:
        body = f"xp:about id:x ; xp:metric xp:UnitPrice ; xp:value {value} ; xp:currency 'CNY' ; xp:asOf {day(when)}"
        return claim(name, "PriceFigure", body)

    def stale(turtle: str) -> set[str]:
        return {row[0] for row in World(turtle).ask("?claim xp:isStale true")}

    assert stale(price("one", 5, "2025-01")) == {"one"}
    assert stale(price("one", 5, "2026-10")) == set()
    assert stale(price("one", 5, "2025-01") + price("two", 6, "2026-10")) == set()
    late = released("one", f"xp:date {day('2026-03')}", status="Planned")
    assert stale(late) == {"one"}
    assert stale(late + released("two", f"xp:date {day('2026-05')}")) == set()
    assert stale(released("one", f"xp:date {day('2026')}", status="Planned")) == set()
    assert stale(released("one", f"xp:date {day('2020')}")) == set()
    assert stale(shipped("one", "xp:value 5", status="Forecast")) == {"one"}
    assert stale(shipped("one", "xp:value 5", status="Forecast") + shipped("two", "xp:value 6")) == set()


def test_curated_derived_and_ontology_share_no_triple() -> None:
    def triples(graph: NamedNode) -> set[tuple[Any, ...]]:
        return {(quad.subject, quad.predicate, quad.object) for quad in dataset().triples(graph)}

    curated, derived, ontology = triples(CURATED), triples(DERIVED), triples(ONTOLOGY)
    assert len(derived) > 1000
    assert not curated & derived
    assert not ontology & derived
    assert not ontology & curated


def test_every_derived_fact_leads_back_to_claims() -> None:
    store = dataset().store
    for kind in ("xp:Derivation", "xp:OwnershipPath", "xp:ExposurePath"):
        nodes = {
            q.subject for q in store.quads_for_pattern(None, NamedNode(iri("rdf:type")), NamedNode(iri(kind)), DERIVED)
        }
        assert nodes
        for node in nodes:
            assert re.fullmatch(r"id:d-[0-9a-f]{20}", compact(text_of(node)))
            behind = [
                q.object for q in store.quads_for_pattern(node, NamedNode(iri("prov:wasDerivedFrom")), None, DERIVED)
            ]
            family = store.quads_for_pattern(node, NamedNode(iri("xp:pathText")), None, DERIVED)
            if kind == "xp:ExposurePath" and not behind:
                # that a chip carries the brand of a family is its identity, not a claim
                assert all(re.fullmatch(r"(Kunlun chips|Ascend) → .*", text_of(quad.object)) for quad in family)
                continue
            assert behind
            for claimed in behind:
                assert isinstance(claimed, NamedNode)
                assert any(store.quads_for_pattern(claimed, NamedNode(iri("xp:source")), None, CURATED))


def test_every_direct_triple_has_a_derivation() -> None:
    store = dataset().store
    asked = """
        PREFIX xp: <https://w3id.org/xinpu/ontology#>
        SELECT ?s ?p ?o WHERE {
          GRAPH <https://w3id.org/xinpu/graph/derived> { ?s ?p ?o }
          { ?p xp:singleValued ?any } UNION { VALUES ?p { xp:listedOn xp:ultimateParent xp:belongsTo } }
          FILTER(?s != ?o)
          FILTER NOT EXISTS { ?d xp:derivedSubject ?s ; xp:derivedProperty ?p ; xp:derivedObject ?o }
        }"""
    assert list(store.query(asked, use_default_graph_as_union=True)) == []


def copies(count: int) -> Dataset:
    """The toy graph so many times over, sharing places, periods, sources and the great suppliers."""
    shared = (
        "china shanghai beijing shenzhen 2023 2024 2025 2025-h1 2027-q4 smic samsung asml bis us-entity-list hkex sse"
    )
    kept = set(
        f"{shared} hkex-main-board sse-star idc china-ai-chips china-gpu-cloud nvidia tencent china-mobile".split()
    )
    texts = [(TOY.graph / name).read_text("utf-8") for name in ("entities.ttl", "sources.ttl", "claims.ttl")]
    data = Dataset()
    for path in TOY.ontology_files():
        data.store.bulk_load(path=str(path), format=RdfFormat.TURTLE, to_graph=ONTOLOGY)
    for text in texts:
        for number in range(count):

            def named(match: re.Match[str], number: int = number) -> str:
                return match[0] if match[1] in kept else f"{match[0]}-{number}"

            data.store.bulk_load(re.sub(r"\bid:([a-z0-9-]+)", named, text), RdfFormat.TURTLE, to_graph=CURATED)
    return data


def test_time_grows_no_faster_than_the_graph() -> None:
    def seconds(count: int) -> float:
        data = copies(count)
        start = time.process_time()
        derive(data, library())
        return time.process_time() - start

    small, large = min(seconds(5), seconds(5)), seconds(20)
    # four times the graph; a rule that pairs everything with everything would take sixteen times as long
    assert large < 9 * small


def test_deriving_twice_adds_nothing_and_order_of_files_does_not_matter(tmp_path: Path) -> None:
    def derived(files: list[Path]) -> Dataset:
        data = Dataset()
        for path in TOY.ontology_files():
            data.store.bulk_load(path=str(path), format=RdfFormat.TURTLE, to_graph=ONTOLOGY)
        for path in files:
            data.store.bulk_load(path=str(path), format=RdfFormat.TURTLE, to_graph=CURATED)
        derive(data, library())
        return data

    files = TOY.graph_files()
    forward, backward = derived(files), derived(files[::-1])
    assert set(forward.triples(DERIVED)) == set(backward.triples(DERIVED))
    assert sum(report.triples for report in derive(forward, library())) == 0


def test_dates_of_the_derived_graph_are_days() -> None:
    for name in ("xp:earliest", "xp:latest"):
        for quad in dataset().store.quads_for_pattern(None, NamedNode(iri(name)), None, DERIVED):
            assert isinstance(quad.object, Literal)
            assert compact(quad.object.datatype) == "xsd:date"
            assert re.fullmatch(r"\d{4}-\d\d-\d\d", quad.object.value)

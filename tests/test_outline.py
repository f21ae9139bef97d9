"""What the shapes ask, as records: the pages of the ontology say the same as the check."""

from __future__ import annotations

from pathlib import Path

import pytest

from xinpu.checks.outline import Outline, inherited, outlines
from xinpu.checks.shapes import read_shapes
from xinpu.layout import NAMESPACES, XP

ROOT = Path(__file__).resolve().parents[1]
PREFIXES = "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix : <https://e.example/> . "
PREFIXES += "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> . "
E = "https://e.example/"


@pytest.fixture(scope="module")
def real() -> dict[str, Outline]:
    return outlines(read_shapes((ROOT / "ontology" / "shapes.ttl").read_text(encoding="utf-8"), "shapes.ttl"))


def of(turtle: str) -> dict[str, Outline]:
    return outlines(read_shapes(PREFIXES + turtle, "shapes.ttl"))


def test_counts_values_and_words() -> None:
    made = of(
        ':S sh:targetClass :C ; sh:closed true ; sh:message "closed" ; sh:property :p , :q .'
        ':p sh:path :one ; sh:minCount 1 ; sh:maxCount 1 ; sh:class :D ; sh:message "Name one."@en .'
        ":q sh:path [ sh:alternativePath ( :two :three ) ] ; sh:minCount 1 ; sh:severity sh:Warning ."
    )
    one, choice = made[E + "C"].asks[0], made[E + "C"].asks[1]
    assert made[E + "C"].closed
    assert made[E + "C"].rules == ()
    assert (one.paths, one.least, one.most, one.values, one.rules, one.firm) == (
        (E + "one",), 1, 1, (E + "D",), ("Name one.",), True,
    )  # fmt: skip
    assert (choice.paths, choice.least, choice.most, choice.firm) == ((E + "two", E + "three"), 1, None, False)


def test_values_of_applied_shapes_and_choices() -> None:
    made = of(
        ":S sh:targetClass :C ; sh:property [ sh:path :n ; sh:node :Number ] , [ sh:path :i ; sh:in ( :a :b ) ] , "
        "[ sh:path :l ; sh:languageIn ( 'en' ) ] . :Number sh:or ( [ sh:datatype :int ] [ sh:datatype :dec ] ) ."
    )
    values = {ask.paths[0]: ask.values for ask in made[E + "C"].asks}
    assert values[E + "n"] == (E + "int", E + "dec")
    assert values[E + "i"] == (E + "a", E + "b")
    assert [value.rpartition("#")[2] for value in values[E + "l"]] == ["langString"]


def test_a_class_inherits_and_narrows() -> None:
    made = of(
        ":A sh:targetClass :Up ; sh:or ( [ sh:class :X ] [ sh:class :Y ] ) ; sh:message 'either'@en ; "
        "sh:property [ sh:path :p ; sh:class :Thing ; sh:message 'wide'@en ] ."
        ":B sh:targetClass :Down ; sh:property [ sh:path :p ; sh:minCount 2 ; sh:maxCount 3 ; sh:class :Special ] ."
    )
    both = inherited(made, [E + "Down", E + "Up", E + "Unknown"])
    (ask,) = both.asks
    assert (ask.on, ask.least, ask.most, ask.values, ask.rules) == (E + "Down", 2, 3, (E + "Special",), ("wide",))
    assert both.rules == ("either",)
    assert not both.closed


def test_the_real_shapes(real: dict[str, Outline]) -> None:
    asks = {ask.paths: ask for ask in inherited(real, [XP + "MarketShare", XP + "Figure", XP + "Claim"]).asks}
    assert (asks[XP + "market",].least, asks[XP + "market",].most) == (1, 1)
    assert asks[XP + "market",].values == (XP + "Market",)
    assert asks[XP + "value",].values == (NAMESPACES["xsd"] + "integer", NAMESPACES["xsd"] + "decimal")
    assert asks[XP + "source",].on == XP + "Claim"
    assert asks[XP + "source",].most is None
    assert not asks[XP + "period", XP + "asOf"].firm
    assert real[XP + "MarketShare"].closed

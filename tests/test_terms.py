from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinpu.errors import UsageError
from xinpu.layout import ID, NAMESPACES, XP
from xinpu.terms import Labels, Literal, NamedNode, best, compact, expand, iri, plain, slug, term_from_text

XSD = NAMESPACES["xsd"]


@pytest.mark.parametrize("name", ["xp:Chip", "id:kunlunxin-p800", "unit:GigaBYTE-PER-SEC", "xsd:date"])
def test_compact_names_go_both_ways(name: str) -> None:
    assert compact(iri(name)) == name
    assert expand(name) == iri(name)


def test_addresses_without_a_prefix_stay_whole() -> None:
    assert compact("https://example.org/a?b=c") == "<https://example.org/a?b=c>"
    assert compact(ID + "a/b") == f"<{ID}a/b>"
    assert expand("no scheme") is None
    assert expand("<https://example.org/a b>") is None


@pytest.mark.parametrize(
    ("text", "kind", "lexical", "datatype"),
    [
        ("12", "number", "12", "integer"),
        ("3.50", "number", "3.50", "decimal"),
        ("2025", "date", "2025", "gYear"),
        ("2025-12", "date", "2025-12", "gYearMonth"),
        ("2025-12-31", "date", "2025-12-31", "date"),
        ("true", "boolean", "true", "boolean"),
    ],
)
def test_typed_parameters(text: str, kind: str, lexical: str, datatype: str) -> None:
    assert term_from_text(text, kind) == Literal(lexical, datatype=NamedNode(XSD + datatype))


def test_things_are_slugs_compact_names_or_addresses() -> None:
    for text in ("kunlunxin", "id:kunlunxin", f"<{ID}kunlunxin>", f"{ID}kunlunxin"):
        assert term_from_text(text, "company") == NamedNode(ID + "kunlunxin")
    assert term_from_text("FP16", "format") == NamedNode(XP + "FP16")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("} DROP ALL #", "company"),
        ("https://a b", "company"),
        ("x" * 100 + "\n", "date"),
        ("NaN", "number"),
        ("1e999999", "number"),
        ("1.5", "integer"),
        ("yes", "boolean"),
        ("", "company"),
    ],
)
def test_values_that_do_not_fit_are_refused_shortly(text: str, kind: str) -> None:
    with pytest.raises(UsageError) as caught:
        term_from_text(text, kind)
    assert len(str(caught.value)) < 300


@given(st.text())
def test_any_text_is_a_text(text: str) -> None:
    assert plain(term_from_text(text, "text")) == text.strip()


def test_plain_values() -> None:
    assert plain(Literal("19.60", datatype=NamedNode(XSD + "decimal"))) == Decimal("19.60")
    assert plain(Literal("7", datatype=NamedNode(XSD + "integer"))) == 7
    assert plain(Literal("true", datatype=NamedNode(XSD + "boolean"))) is True
    assert plain(Literal("2025", datatype=NamedNode(XSD + "gYear"))) == "2025"
    assert plain(None) is None


def test_labels_fall_back_in_a_fixed_order() -> None:
    labels = Labels({"http://a": {"en": "Beijing", "zh-hans": "北京"}, "http://b": {"fr": "Pékin"}})
    assert labels.text("http://a", "zh") == "北京"
    assert labels.pick("http://a", "fr") == ("Beijing", "en")
    assert labels.pick("http://b", "zh") == ("Pékin", "fr")
    assert labels.text("http://c/d") == "<http://c/d>"
    assert best({"de": "x", "": "y"}, "en") == ("y", "")
    assert slug("http://c/d#e") == "e"

"""Languages: numbers, money and dates as each writes them, and catalogues without a gap."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

from xinpu.errors import ModelError
from xinpu.i18n import Formats, Translations, clean, language_label, read_catalogue, sort_key, translations
from xinpu.layout import Project
from xinpu.site.catalogue import messages, missing_messages, update


@pytest.mark.parametrize(
    ("language", "low", "high", "currency", "wanted"),
    [
        ("en", "5580000000", None, "HKD", "HK$5.58 billion"),
        ("zh", "5580000000", None, "HKD", "55.8亿港元"),
        ("fr", "5580000000", None, "HKD", "5,58 milliards HK$"),
        ("en", "3000000000", "11000000000", "USD", "US$3–11 billion"),
        ("zh", "3000000000", "11000000000", "USD", "30–110亿美元"),
        ("fr", "3000000000", "11000000000", "USD", "3–11 milliards US$"),
        ("en", "19.6", None, "HKD", "HK$19.60"),
        ("zh", "210000000", None, "CNY", "2.1亿元"),
        ("fr", "1500000", None, "EUR", "1,5 million €"),
        ("en", "2000", None, "USD", "US$2,000"),
        ("en", "-35000000", None, "CNY", "−CN¥35 million"),
        ("zh", "-35000000", None, "CNY", "−3500万元"),
        ("fr", "-900000000", "-800000000", "CNY", "−900–−800 millions CN¥"),
    ],
)
def test_money(language: str, low: str, high: str | None, currency: str, wanted: str) -> None:
    text = Formats(language).money(Decimal(low), Decimal(high) if high else None, currency)
    assert re.sub("[\u00a0\u202f]", " ", text) == wanted


@pytest.mark.parametrize(
    ("language", "text", "wanted"),
    [
        ("en", "2012", "2012"),
        ("zh", "2012", "2012年"),
        ("en", "2026-01", "January 2026"),
        ("zh", "2026-01", "2026年1月"),
        ("fr", "2026-01", "janvier 2026"),
        ("en", "2026-01-02", "2 January 2026"),
        ("fr", "2026-01-01", "1er janvier 2026"),
        ("zh", "2026-01-02", "2026年1月2日"),
        ("en", "2026-13", "2026-13"),
        ("en", "soon", "soon"),
    ],
)
def test_dates_keep_their_precision(language: str, text: str, wanted: str) -> None:
    assert Formats(language).date(text) == wanted


@pytest.mark.parametrize(
    ("language", "wanted"), [("en", ("70,000", "40.4%")), ("zh", ("70,000", "40.4%")), ("fr", ("70 000", "40,4 %"))]
)
def test_numbers(language: str, wanted: tuple[str, str]) -> None:
    formats = Formats(language)
    made = (formats.number(Decimal(70000)), formats.quantity(Decimal("40.4"), None, "%"))
    assert tuple(re.sub("[\u00a0\u202f]", " ", text) for text in made) == wanted


@pytest.mark.parametrize(("language", "wanted"), [("en", "−3.5"), ("zh", "−3.5"), ("fr", "−3,5")])
def test_minus_is_not_a_hyphen(language: str, wanted: str) -> None:
    formats = Formats(language)
    assert formats.digits(Decimal("-3.5")) == formats.number(Decimal("-3.5")) == wanted


@pytest.mark.parametrize(
    ("unit", "wanted"), [("GB", "Go"), ("TB/s", "To/s"), ("TiB", "Tio"), ("Gb/s", "Gb/s"), ("W", "W"), ("TOPS", "TOPS")]
)
def test_french_counts_octets(unit: str, wanted: str) -> None:
    assert Formats("fr").quantity(Decimal(64), None, unit) == f"64\u00a0{wanted}"
    assert Formats("en").quantity(Decimal(64), None, unit) == f"64\u00a0{unit}"


@pytest.mark.parametrize(
    ("tag", "names"),
    [
        ("en", ("English", "英语", "anglais")),
        ("zh-hans", ("Chinese (Simplified)", "中文 (简体)", "chinois (simplifié)")),
        ("no language", ("no language",) * 3),
    ],
)
def test_languages_have_names(tag: str, names: tuple[str, ...]) -> None:
    assert tuple(language_label(tag, language) for language in ("en", "zh", "fr")) == names


def test_no_digit_is_lost() -> None:
    assert Formats("en").digits(Decimal("1234567.891011")) == "1,234,567.891011"
    assert Formats("en").number(Decimal("671000000000")) == "671 billion"


def test_control_characters_go() -> None:
    assert clean("a\u202eb\u2066c\x07d\u200f") == "abcd"
    assert clean("芯谱 é") == "芯谱 é"


def test_names_sort_latin_first_without_accents() -> None:
    assert sorted(["摩尔", "Zhipu", "élan", "Eoptolink", "baidu"], key=sort_key) == [
        "baidu",
        "élan",
        "Eoptolink",
        "Zhipu",
        "摩尔",
    ]


@pytest.mark.parametrize("language", ["zh", "fr"])
def test_no_message_lacks_a_translation(real: Project, language: str) -> None:
    assert missing_messages(real, language) == []


@pytest.mark.parametrize("language", ["zh", "fr"])
def test_catalogues_hold_nothing_unused_and_no_clock(real: Project, language: str) -> None:
    used = {text if isinstance(text, str) else text[0] for text, _, _ in messages(real)}
    held = {m.id if isinstance(m.id, str) else m.id[0] for m in read_catalogue(real, language) if m.id}
    assert held <= used
    path = real.site / "locale" / language / "LC_MESSAGES" / "messages.po"
    assert "Date:" not in path.read_text(encoding="utf-8")


def test_french_typography(real: Project) -> None:
    faults = []
    for (_, message), text in translations(real, "fr").single.items():
        if re.search(r" [:;?!»%]|« ", text) or "'" in text:
            faults.append((message, text))
    assert faults == []


def test_a_gap_and_a_lost_place_are_found(real: Project, fresh_toy: Project) -> None:
    site = fresh_toy.root / "site"
    site.unlink()
    (site / "templates").mkdir(parents=True)
    (site / "templates" / "page.html").write_text('{{ _("New words") }}{% trans n=1 %}It has {{ n }}{% endtrans %}')
    (site / "pages.toml").write_text('[columns]\nshare = "Share"\n', encoding="utf-8")
    update(fresh_toy)
    path = site / "locale" / "fr" / "LC_MESSAGES" / "messages.po"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('msgid "It has %(n)s"\nmsgstr ""', 'msgid "It has %(n)s"\nmsgstr "Il a"'))
    faults = missing_messages(fresh_toy, "fr")
    assert any(fault.endswith("page.html:1: New words") for fault in faults)
    assert any("It has %(n)s (places differ)" in fault for fault in faults)


def test_missing_and_broken_catalogues(tmp_path: Path) -> None:
    project = Project(tmp_path)
    with pytest.raises(ModelError, match="the catalogue is missing"):
        translations(project, "fr")
    path = tmp_path / "site" / "locale" / "fr" / "LC_MESSAGES" / "messages.po"
    path.parent.mkdir(parents=True)
    path.write_text("nonsense without a keyword\n", encoding="utf-8")
    with pytest.raises(ModelError, match="not a gettext catalogue"):
        translations(project, "fr")


def test_plural_forms(real: Project) -> None:
    french = translations(real, "fr")
    one, many = "One claim on this page is contested.", "%(n)s claims on this page are contested."
    assert french.number(one, many, 1) != french.number(one, many, 2)
    assert french.number(one, many, 0) == french.number(one, many, 1), "French counts zero as one"
    assert Translations("en").number(one, many, 2) == many

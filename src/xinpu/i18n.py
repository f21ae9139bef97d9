"""Languages: message catalogues read from gettext files, and numbers, money and dates as each language writes them.

It knows languages, not the domain: labels of things come from the graph (``terms.Labels``).
"""

from __future__ import annotations

import gettext as gettext_module
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton
from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, read_po
from babel.numbers import format_compact_decimal, format_decimal, get_currency_name, get_currency_symbol

from xinpu.errors import ModelError
from xinpu.layout import Project

LOCALES: Final[dict[str, str]] = {"en": "en_GB", "zh": "zh_Hans_CN", "fr": "fr_FR"}
"""CLDR locale of each language of the interface."""

TAGS: Final[dict[str, str]] = {"en": "en", "zh": "zh-Hans", "fr": "fr"}
"""Language tag that pages carry."""

NBSP: Final = "\u00a0"
COMPACT_FROM: Final = Decimal(10_000_000)
"""Plain numbers from here on are written with a word for the magnitude."""
MONEY_FROM: Final = Decimal(1_000_000)

_BIDI: Final = dict.fromkeys(
    [*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C, *range(9), *range(0x0E, 0x20)]
)
_FRENCH_ONE: Final = re.compile(r"^(-?[01](?:,\d+)?\s)(million|milliard|billion)s$")
_FRENCH_BYTES: Final = re.compile(r"\b([KMGTPE]i?)B\b")
MINUS: Final = "\u2212"
_CURRENCY_WORDS: Final[dict[str, str]] = {"CNY": "元", "TWD": "元新台币"}
"""Chinese amounts in these currencies are not written with the currency's CLDR name."""


def clean(text: str) -> str:
    """Take out characters that reorder or corrupt text around them (bidi controls, C0 controls)."""
    return text if text.isascii() and text.isprintable() else text.translate(_BIDI)


@dataclass(frozen=True)
class Translations:
    """The messages of one language; English is the language of the messages themselves."""

    language: str
    single: Mapping[tuple[str | None, str], str] = field(default_factory=dict)
    plural: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    choose: Callable[[int], int] = field(default=lambda number: 0 if number == 1 else 1)

    def text(self, message: str, context: str | None = None) -> str:
        """Translate one message; untranslated messages come back as they are (a test finds those)."""
        return self.single.get((context, message), message) if message else ""

    def number(self, one: str, many: str, count: int) -> str:
        """Translate a message that depends on a count."""
        forms = self.plural.get(one)
        if forms is None:
            return one if count == 1 else many
        return forms[self.choose(count)]


def catalogue_path(project: Project, language: str) -> Path:
    """Give the path of a language's catalogue."""
    return project.site / "locale" / language / "LC_MESSAGES" / "messages.po"


def read_catalogue(project: Project, language: str) -> Catalog:
    """Read a gettext file; raises ModelError if it is missing or broken."""
    path = catalogue_path(project, language)
    shown = project.relative(path)
    try:
        with path.open("rb") as stream:
            return read_po(stream, locale=LOCALES[language], abort_invalid=True)
    except FileNotFoundError:
        raise ModelError(
            "the catalogue is missing", path=shown, remedy="Make it from site/locale/messages.pot."
        ) from None
    except (PoFileError, UnicodeDecodeError) as error:
        raise ModelError(
            f"not a gettext catalogue: {error}", path=shown, line=getattr(error, "lineno", None), remedy="Mend it."
        ) from None


def translations(project: Project, language: str) -> Translations:
    """Load the messages of one language."""
    if language == "en":
        return Translations("en")
    catalogue = read_catalogue(project, language)
    single: dict[tuple[str | None, str], str] = {}
    plural: dict[str, tuple[str, ...]] = {}
    for message in catalogue:
        if not message.id or not message.string or message.fuzzy:
            continue
        if isinstance(message.id, tuple | list):
            plural[message.id[0]] = tuple(message.string)
        else:
            single[message.context, message.id] = str(message.string)
    return Translations(language, single, plural, gettext_module.c2py(catalogue.plural_expr))


@dataclass(frozen=True)
class Formats:
    """Numbers, amounts and dates in one language."""

    language: str

    @property
    def locale(self) -> str:
        """CLDR locale."""
        return LOCALES[self.language]

    def number(self, value: Decimal | int) -> str:
        """Write a number: digits as given, grouped; from ten millions on with a word for the magnitude."""
        return _number(Decimal(value), self.locale)

    def digits(self, value: Decimal | int) -> str:
        """Write all digits of a number, grouped."""
        return _digits(Decimal(value), self.locale)

    def quantity(self, low: Decimal | None, high: Decimal | None, unit: str) -> str:
        """Write a number or a range with its unit's symbol, or without one if the unit is empty."""
        text = self._range(low, high, self.number)
        unit = self.unit(unit)
        if not unit:
            return text
        if unit == "%":
            return f"{text}{NBSP}%" if self.language == "fr" else f"{text}%"
        return f"{text}{NBSP}{unit}"

    def unit(self, symbol: str) -> str:
        """Write a unit's symbol as the language does: bytes are ``octets`` in French (``Go/s``)."""
        return _FRENCH_BYTES.sub(r"\1o", symbol) if self.language == "fr" else symbol

    def money(self, low: Decimal | None, high: Decimal | None, currency: str) -> str:
        """Write an amount or a range of amounts: ``HK$5.58 billion``, ``55.8亿港元``, ``5,58 milliards HK$``."""
        largest = max(abs(value) for value in (low, high) if value is not None)
        compact = largest >= MONEY_FROM
        locale = self.locale
        if compact and low is not None and high is not None and low != high:
            text = _compact_range(low, high, locale)
        else:
            text = self._range(low, high, lambda value: _compact(value, locale) if compact else _price(value, locale))
        if self.language == "zh":
            return text + (_CURRENCY_WORDS.get(currency) or get_currency_name(currency, locale=locale))
        symbol = currency_symbol(currency, locale)
        if self.language == "fr":
            return f"{text}{NBSP}{symbol}"
        return f"{MINUS}{symbol}{text[1:]}" if text.startswith(MINUS) else f"{symbol}{text}"

    def _range(self, low: Decimal | None, high: Decimal | None, write: Callable[[Decimal], str]) -> str:
        if low is None or high is None or low == high:
            value = low if low is not None else high
            return "" if value is None else write(value)
        return f"{write(low)}–{write(high)}"

    def date(self, text: str, *, short: bool = False) -> str:
        """Write a date as precisely as it is given: ``2012``, ``2026-01`` or ``2026-01-02``; other text unchanged."""
        return _date(text, self.language, short)


@lru_cache(maxsize=65536)
def _digits(value: Decimal, locale: str) -> str:
    return _signed(format_decimal(value, locale=locale, decimal_quantization=False))


@lru_cache(maxsize=65536)
def _number(value: Decimal, locale: str) -> str:
    return _compact(value, locale) if abs(value) >= COMPACT_FROM else _digits(value, locale)


@lru_cache(maxsize=65536)
def _compact(value: Decimal, locale: str) -> str:
    # CLDR has the Chinese words for magnitudes (万, 亿) only under "short"
    kind: Literal["short", "long"] = "short" if locale.startswith("zh") else "long"
    text = format_compact_decimal(value, format_type=kind, locale=locale, fraction_digits=3)
    # French counts anything below two as one: 1,5 million
    return _signed(_FRENCH_ONE.sub(r"\1\2", text) if locale.startswith("fr") else text)


@lru_cache(maxsize=4096)
def _price(value: Decimal, locale: str) -> str:
    cents = value == value.to_integral_value()
    return _signed(format_decimal(value, format="#,##0" if cents else "#,##0.00####", locale=locale))


def _signed(text: str) -> str:
    """Write a minus sign where CLDR has a hyphen."""
    return text.replace("-", MINUS, 1) if text.startswith("-") else text


def _compact_range(low: Decimal, high: Decimal, locale: str) -> str:
    """Write both ends, the word for the magnitude once if it is the same: ``3–11 billion``."""
    first, second = _compact(low, locale), _compact(high, locale)
    split = re.compile(r"^(\u2212?[\d.,\s\u00a0\u202f]*\d)(.*)$")
    one, two = split.match(first), split.match(second)
    return f"{one[1]}–{second}" if one and two and one[2].rstrip("s") == two[2].rstrip("s") else f"{first}–{second}"


@lru_cache(maxsize=256)
def currency_symbol(currency: str, locale: str) -> str:
    """Give a currency's symbol, as unambiguous as the locale allows (``US$``, ``HK$``, ``CN¥``)."""
    symbol = get_currency_symbol(currency, locale="en_GB")
    return symbol if symbol != currency else currency + (NBSP if locale.startswith("en") else "")


@lru_cache(maxsize=16384)
def _date(text: str, language: str, short: bool) -> str:
    locale = LOCALES[language]
    if re.fullmatch(r"\d{4}", text):
        return f"{text}年" if language == "zh" else text
    try:
        if re.fullmatch(r"\d{4}-\d{2}", text):
            day = date.fromisoformat(text + "-01")
            return format_skeleton("yMMM" if short and language != "zh" else "yMMMM", day, locale=locale)
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            day = date.fromisoformat(text)
            written = format_date(day, format="medium" if short else "long", locale=locale)
            return re.sub(r"^1 ", "1er ", written) if language == "fr" else written
    except ValueError:
        return text
    return text


def sort_key(text: str) -> tuple[bool, str]:
    """Give a key that sorts names: Latin first, without regard to case and accents, then Chinese by code point."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return not plain[:1].isascii(), plain


def language_name(language: str) -> str:
    """Give the name of a language in itself, such as ``Français``."""
    locale = Locale.parse(LOCALES[language].split("_")[0])
    name = locale.get_display_name(locale) or language
    return name[:1].upper() + name[1:]


def language_label(tag: str, language: str) -> str:
    """Name a language tag in a language of the interface, such as ``simplified Chinese``; an unknown tag stays."""
    try:
        named = Locale.parse(tag, sep="-").get_display_name(LOCALES[language])
    except (ValueError, UnknownLocaleError):
        return tag
    return named or tag


def column_label(name: str) -> str:
    """Give the head of a column that has no entry in the route table: its own name."""
    return name.replace("_", " ").capitalize()

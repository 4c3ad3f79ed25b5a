"""engagement.yml as validated objects. One class for each block of the file; nothing here reads a file."""

from __future__ import annotations

import datetime as dt
import unicodedata
from enum import StrEnum
from pathlib import PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from babel.numbers import list_currencies
from pydantic import BeforeValidator, Field, PrivateAttr, field_validator, model_validator

from customer_analytics.engagement.block import Block
from customer_analytics.engagement.days import FIRST_YEAR, LAST_YEAR, read_day
from customer_analytics.engagement.engine import Engine, EngineSettings
from customer_analytics.engagement.identity import IdentitySettings
from customer_analytics.engagement.mistakes import Mistakes, nearest
from customer_analytics.engagement.parameters import ReportParameters
from customer_analytics.engagement.source_rules import (
    check_columns,
    check_date_format,
    check_delimiter,
    check_encoding,
    check_origin,
    check_pattern,
)
from customer_analytics.schema import SCHEMAS

if TYPE_CHECKING:
    from customer_analytics.packs.model import Pack
    from customer_analytics.packs.wording import Wording


def _check_scalar(value: Any) -> Any:
    """One clear sentence in place of one for each member of a union."""
    if not isinstance(value, (str, int, float, bool)):
        raise ValueError("must be one value: text, a number, true or false")
    return value


def _check_attributes(value: Any) -> Any:
    if value in ("all", "none") or (isinstance(value, list) and all(isinstance(name, str) for name in value)):
        return value
    raise ValueError("must be all, none or a list of the client's column names")


Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
Scalar = Annotated[str | int | float | bool, BeforeValidator(_check_scalar)]
Name = Annotated[str, Field(min_length=1)]


def _check_inside(path: PurePosixPath, example: str) -> None:
    written = str(path)
    if path.is_absolute() or PureWindowsPath(written).drive or ".." in path.parts or "\\" in written:
        raise ValueError(f"must be a path inside the project, with / between folders, for example {example}")


class Settings(Block):
    """Base of every block: unknown keys are errors, values never change after reading."""


class Language(StrEnum):
    """Languages that a report can be written in."""

    ENGLISH = "en"
    CHINESE = "zh_CN"


class Industry(StrEnum):
    """Industries: each has a pack (funnel, words, defaults of parameters, synthetic client) and tags of its own."""

    RETAIL = "retail"
    SAAS_CONTENT = "saas_content"
    EDUCATION = "education"
    FINANCE = "finance"
    LOCAL_SERVICES = "local_services"
    B2B = "b2b"


class Privacy(StrEnum):
    """Who may read the customer-level tables of a run."""

    EXECUTIVE = "executive"  # aggregates only
    ANALYST = "analyst"  # customer ids as a keyed hash
    OPERATIONS = "operations"  # the client's own customer ids


class SourceFormat(StrEnum):
    """How a source is stored; `auto` goes by the file name."""

    AUTO = "auto"
    CSV = "csv"
    FIXED_WIDTH = "fixed_width"
    EXCEL = "excel"
    JSON_LINES = "json_lines"
    PARQUET = "parquet"
    BASKETS = "baskets"
    DATABASE = "database"


class Brand(Settings):
    """What a client's eye meets first."""

    cover: Colour | None = Field(None, description="cover colour, for example #0f2a33; checked for contrast")
    accent: Colour | None = Field(None, description="main series and links, for example #0b5563; checked for contrast")
    logo: PurePosixPath | None = Field(None, description="SVG or PNG file in the project, at most 100 KB")
    confidentiality: str | None = Field(None, max_length=200, description="line at the top of each report")

    @field_validator("logo")
    @classmethod
    def _inside_the_project(cls, logo: PurePosixPath | None) -> PurePosixPath | None:
        if logo is None:
            return None
        _check_inside(logo, "brand/logo.svg")
        if logo.suffix.lower() not in {".svg", ".png"}:
            raise ValueError(f"must be an SVG or PNG file, not {logo.suffix or 'a file without an ending'}")
        return logo


class Condition(Settings):
    """A test on one column of the client's row, with the client's own column name. Exactly one test is given."""

    column: Name
    equals: Scalar | None = None
    not_equals: Scalar | None = None
    one_of: Annotated[list[Scalar], Field(min_length=1)] | None = None
    starts_with: str | None = None
    contains: str | None = None
    matches: str | None = Field(None, description="regular expression that must match the whole value")
    less_than: float | None = None
    at_most: float | None = None
    greater_than: float | None = None
    at_least: float | None = None
    missing: bool | None = None

    @property
    def test(self) -> tuple[str, Any]:
        """The one test that is given, as (name, value)."""
        return next((n, v) for n, v in self if n != "column" and v is not None)

    @model_validator(mode="after")
    def _one_test(self) -> Condition:
        given = [n for n, v in self if n != "column" and v is not None]
        if len(given) != 1:
            tests = ", ".join(n for n in type(self).model_fields if n != "column")
            raise ValueError(f"a condition takes exactly one of {tests}; {len(given)} given")
        if self.matches is not None:
            check_pattern(self.matches)
        return self


class SetAside(Settings):
    """Rows to leave out of the clean table, counted and kept in a file. All conditions must hold (and)."""

    reason: Annotated[str, Field(min_length=1, max_length=60)]
    when: Annotated[list[Condition], Field(min_length=1)]


class FixedColumn(Settings):
    """One column of a fixed-width file: characters start to end, counted from 1, both included."""

    name: Name
    start: Annotated[int, Field(ge=1, le=16_000_000)]
    end: Annotated[int, Field(ge=1, le=16_000_000)]

    @model_validator(mode="after")
    def _forwards(self) -> FixedColumn:
        if self.end < self.start:
            raise ValueError(f"column {self.name!r} ends (character {self.end}) before it starts ({self.start})")
        return self


class Source(Settings):
    """One export of the client, and how it becomes rows of a canonical table."""

    table: str = Field(description="canonical table that the rows go to")
    files: Name | None = Field(None, description="path or glob from the project folder, for example data/raw/*.csv")
    url: Name | None = Field(None, description="database, e.g. sqlite:///crm.db; ${NAME} is read from the environment")
    database_table: Name | None = Field(None, description="table or view in that database, optionally schema.table")
    format: SourceFormat = SourceFormat.AUTO
    encoding: str = Field("auto", description="auto, utf-8, gb18030, utf-16, latin-1 …")
    delimiter: str = Field("auto", description="auto, or the character between two values; \\t for a tab")
    header: bool = Field(True, description="whether the first line holds the column names")
    skip_lines: Annotated[int, Field(ge=0)] = Field(0, description="lines before the header")
    names: list[Name] | None = Field(None, description="column names where there is no header")
    fixed_columns: Annotated[list[FixedColumn], Field(min_length=1)] | None = None
    sheets: list[Name] | None = Field(None, description="Excel sheets to read; all visible ones when not given")
    columns: dict[str, Name] = Field(default_factory=dict, description="our column: the client's column")
    attributes: Annotated[Literal["all", "none"] | list[str], BeforeValidator(_check_attributes)] = Field(
        "all", description="which further columns to keep"
    )
    constants: dict[str, Scalar] = Field(default_factory=dict, description="our column: one value for all rows")
    values: dict[str, dict[Scalar, Scalar]] = Field(default_factory=dict, description="our column: {theirs: ours}")
    formats: dict[str, str] = Field(default_factory=dict, description="our column: date format such as %d.%m.%Y")
    decimal: Literal["auto", ".", ","] = "auto"
    time_zone: str | None = Field(None, description="zone of the times in this source, when not the engagement's")
    set_aside: list[SetAside] = Field(default_factory=list)
    duplicates: Literal["keep", "set_aside"] = Field("keep", description="what to do with exact duplicate rows")
    tolerance: Annotated[float, Field(ge=0, le=1)] = Field(
        0.05, description="share of unreadable rows above which the load stops: the mapping is probably wrong"
    )

    @field_validator("table")
    @classmethod
    def _known_table(cls, table: str) -> str:
        if table not in SCHEMAS:
            near = nearest(table, SCHEMAS)
            hint = f"Did you mean {near}? " if near else ""
            raise ValueError(f"no such table: {table!r}. {hint}Allowed: {', '.join(SCHEMAS)}")
        return table

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, encoding: str) -> str:
        return check_encoding(encoding)

    @field_validator("delimiter")
    @classmethod
    def _one_delimiter(cls, delimiter: str) -> str:
        return check_delimiter(delimiter)

    @field_validator("formats")
    @classmethod
    def _known_directives(cls, formats: dict[str, str]) -> dict[str, str]:
        mistakes = [
            ((column,), problem, "") for column, text in formats.items() if (problem := check_date_format(text))
        ]
        if mistakes:
            raise Mistakes(mistakes)
        return formats

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, zone: str | None) -> str | None:
        return None if zone is None else check_time_zone(zone)

    @model_validator(mode="after")
    def _fits_together(self) -> Source:
        mistakes = [*check_origin(self), *check_columns(self)]
        if mistakes:
            raise Mistakes(mistakes)
        return self


class Engagement(Settings):
    """The whole of engagement.yml."""

    template_version: str = Field("", description="version of the template that made this project")
    client: Annotated[str, Field(min_length=1, max_length=80)]
    consultancy: Annotated[str, Field(min_length=1, max_length=80)]
    language: Language = Language.ENGLISH
    currency: str = Field("EUR", description="ISO 4217 code")
    time_zone: str = Field("UTC", description="IANA name, for example Europe/London")
    industry: Industry = Industry.RETAIL
    pack: PurePosixPath | None = Field(None, description="own industry pack, a YAML file in the project")
    as_of: dt.date | None = Field(None, description="last day to analyse; empty: the last day in the data")
    privacy: Privacy = Privacy.ANALYST
    minimum_group: Annotated[int, Field(ge=1, le=1000)] = Field(10, description="groups below this size are not shown")
    engine: Engine = Field(
        default_factory=EngineSettings, description="duckdb or pyspark; or a mapping of name and settings"
    )
    brand: Brand = Field(default_factory=Brand)
    sources: list[Source] = Field(default_factory=list)
    identity: IdentitySettings = Field(default_factory=IdentitySettings)
    reports: ReportParameters = Field(default_factory=ReportParameters)

    _pack: Pack | None = PrivateAttr(None)
    _from_pack: dict[str, tuple[str, ...]] = PrivateAttr(default_factory=dict)

    @property
    def industry_pack(self) -> Pack:
        """The pack in force: the client's own, else the industry's."""
        from customer_analytics.packs.reading import pack_of  # which needs this package's blocks

        return self._pack or pack_of(self.industry.value)

    def from_pack(self, report: str) -> tuple[str, ...]:
        """The parameters of a report whose value is the pack's: engagement.yml says none."""
        return self._from_pack.get(report, ())

    def with_pack(self, pack: Pack, from_pack: dict[str, tuple[str, ...]]) -> Engagement:
        """The same under a pack that has been read, and which parameters it has set."""
        self._pack, self._from_pack = pack, from_pack
        return self

    def wording(self, language: str) -> Wording:
        """What reports in a language say in this industry."""
        return self.industry_pack.wording(language)

    @field_validator("pack")
    @classmethod
    def _a_file_of_the_project(cls, pack: PurePosixPath | None) -> PurePosixPath | None:
        if pack is not None:
            _check_inside(pack, "packs/travel.yml")
        return pack

    @field_validator("client", "consultancy")
    @classmethod
    def _printable(cls, name: str) -> str:
        if any(unicodedata.category(character) == "Cc" and not character.isspace() for character in name):
            raise ValueError("must not hold control characters")
        return name

    @field_validator("as_of")
    @classmethod
    def _within_the_calendar(cls, day: dt.date | None) -> dt.date | None:
        if day is not None and read_day(day) is None:
            raise ValueError(f"must be a day from {FIRST_YEAR} to {LAST_YEAR}, for example 2011-12-09")
        return day

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        return check_time_zone(zone)

    @field_validator("currency")
    @classmethod
    def _known_currency(cls, currency: str) -> str:
        if currency not in list_currencies():
            meant = currency.strip().upper()
            hint = f"Did you mean {meant}?" if meant in list_currencies() else "For example GBP, CNY, USD."
            raise ValueError(f"not an ISO 4217 currency code: {currency!r}. {hint}")
        return currency

    @field_validator("sources")
    @classmethod
    def _each_once(cls, sources: list[Source]) -> list[Source]:
        seen: dict[tuple[Any, ...], int] = {}
        mistakes: list[tuple[tuple[str | int, ...], str, str]] = []
        for index, source in enumerate(sources):
            # With different rules for rows to leave out, two sources may each take a part of one file.
            part = str([rule.when for rule in source.set_aside])
            origin = (source.table, source.files, source.url, source.database_table, str(source.sheets), part)
            first = seen.setdefault(origin, index)
            if first != index:
                what = f"is the same as entry {first + 1}: its rows would count twice."
                mistakes.append(((index,), what, "Delete one of them."))
        if mistakes:
            raise Mistakes(mistakes)
        return sources

    @property
    def zone(self) -> ZoneInfo:
        """The engagement's time zone."""
        return ZoneInfo(self.time_zone)


def check_time_zone(zone: str) -> str:
    """Return the zone, or raise ValueError for a name that the IANA list does not have."""
    zones = available_timezones()
    if zone not in zones:
        near = nearest(zone.strip().replace(" ", "_"), zones)
        hint = f"Did you mean {near}?" if near else "For example Europe/London, Asia/Shanghai."
        raise ValueError(f"not an IANA time zone: {zone!r}. {hint}")
    return zone

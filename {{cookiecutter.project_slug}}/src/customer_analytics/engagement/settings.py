"""engagement.yml as validated objects. One class for each block of the file; nothing here reads a file."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from babel.numbers import list_currencies
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from customer_analytics.engagement.parameters import ReportParameters
from customer_analytics.schema import SCHEMAS

Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
Scalar = str | int | float | bool


class Settings(BaseModel):
    """Base of every block: unknown keys are errors, values never change after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Language(StrEnum):
    """Languages that a report can be written in."""

    ENGLISH = "en"
    CHINESE = "zh_CN"


class Industry(StrEnum):
    """Industry packs: they choose words, windows and the synthetic client."""

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
    confidentiality: str | None = Field(None, description="line at the top of each report")


class Condition(Settings):
    """A test on one column of the client's row, with the client's own column name. Exactly one test is given."""

    column: str
    equals: Scalar | None = None
    not_equals: Scalar | None = None
    one_of: list[Scalar] | None = None
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
        return self


class SetAside(Settings):
    """Rows to leave out of the clean table, counted and kept in a file. All conditions must hold (and)."""

    reason: Annotated[str, Field(min_length=1, max_length=60)]
    when: Annotated[list[Condition], Field(min_length=1)]


class FixedColumn(Settings):
    """One column of a fixed-width file: characters start to end, counted from 1, both included."""

    name: str
    start: Annotated[int, Field(ge=1)]
    end: Annotated[int, Field(ge=1)]


class Source(Settings):
    """One export of the client, and how it becomes rows of a canonical table."""

    table: str = Field(description="canonical table that the rows go to")
    files: str | None = Field(None, description="path or glob below the project folder, for example data/raw/*.csv")
    url: str | None = Field(None, description="database, for example sqlite:///crm.db; ${NAME} is read from the environment")
    database_table: str | None = Field(None, description="table or view in that database, optionally schema.table")
    format: SourceFormat = SourceFormat.AUTO
    encoding: str = Field("auto", description="auto, utf-8, gb18030, utf-16, latin-1 …")
    delimiter: str = Field("auto", description="auto, or the character between two values; \\t for a tab")
    header: bool = Field(True, description="whether the first line holds the column names")
    skip_lines: Annotated[int, Field(ge=0)] = Field(0, description="lines before the header")
    names: list[str] | None = Field(None, description="column names where there is no header")
    fixed_columns: list[FixedColumn] | None = None
    sheets: list[str] | None = Field(None, description="Excel sheets to read; all visible ones when not given")
    columns: dict[str, str] = Field(default_factory=dict, description="our column: the client's column")
    attributes: Literal["all", "none"] | list[str] = Field("all", description="which further columns to keep")
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
            raise ValueError(f"no such table: {table!r}. Allowed: {', '.join(SCHEMAS)}")
        return table

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, zone: str | None) -> str | None:
        return None if zone is None else check_time_zone(zone)

    @model_validator(mode="after")
    def _one_origin(self) -> Source:
        if (self.files is None) == (self.url is None):
            raise ValueError("a source takes either files or url")
        if self.url is not None and self.database_table is None:
            raise ValueError("a source with a url also takes database_table")
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
    as_of: dt.date | None = Field(None, description="last day to analyse; empty: the last day in the data")
    privacy: Privacy = Privacy.ANALYST
    minimum_group: Annotated[int, Field(ge=1, le=1000)] = Field(10, description="groups below this size are not shown")
    engine: str = Field("duckdb", description="duckdb, or another Ibis backend")
    brand: Brand = Field(default_factory=Brand)
    sources: list[Source] = Field(default_factory=list)
    reports: ReportParameters = Field(default_factory=ReportParameters)

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        return check_time_zone(zone)

    @field_validator("currency")
    @classmethod
    def _known_currency(cls, currency: str) -> str:
        if currency not in list_currencies():
            raise ValueError(f"not an ISO 4217 currency code: {currency!r}, for example GBP, CNY, USD")
        return currency

    @property
    def zone(self) -> ZoneInfo:
        """The engagement's time zone."""
        return ZoneInfo(self.time_zone)


def check_time_zone(zone: str) -> str:
    """Return the zone, or raise ValueError for a name that the IANA list does not have."""
    if zone not in available_timezones():
        raise ValueError(f"not an IANA time zone: {zone!r}, for example Europe/London, Asia/Shanghai")
    return zone

"""Every column of a table in one aggregate query: filled, distinct, range, invalid text, outliers, personal data.

Values leave the engine only for kinds that name nobody: dates, numbers, flags, and words that many rows share.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import ibis
import ibis.expr.types as ir

from customer_analytics.analysis.audit.measures import kind_of, money, number, one_row, own_columns, total, whole
from customer_analytics.schema import SCHEMAS, Kind
from customer_analytics.tables.quoting import ABOUT_PEOPLE

NUMERIC = (Kind.MONEY, Kind.NUMBER, Kind.INTEGER)
RANGED = (*NUMERIC, Kind.TIME, Kind.DATE)
FENCE = 3.0  # Tukey's "far out": beyond the quartiles by three times their distance
LONG_NUMBER = 1_000_000
FEW_VALUES = 200  # up to here a text column is a list of categories and not free text
PLACEHOLDERS = (
    "?", "??", "-", "--", "n/a", "na", "nan", "none", "null", "unknown", "undefined", "#n/a", "tbd", "xxx",
    "未知", "无", "不详", "空",
)  # fmt: skip
_PERSONAL_NAME = re.compile(
    r"(^|_)(first|last|full|sur|family|given|nick|user|contact)?_?names?($|_)|e[-_ ]?mails?|phone|mobile|telephone"
    r"|(^|_)tel($|_)|address|street|(^|_)zip|postcode|postal|passport|(^|_)ssn|id_?card|iban|birth_?(date|day)"
    r"|(^|_)ip($|_)"
    r"|姓名|名字|昵称|收货人|联系人|电话|手机|邮箱|地址|身份证|微信|生日",
    re.IGNORECASE,
)
_BUSINESS_NAME = re.compile(
    r"(brand|campaign|category|channel|city|company|country|coupon|department|event|file|item|market|offer|page|plan"
    r"|product|region|segment|shop|store|supplier|table|tier|vendor|warehouse)_names?"
)
_WORDS = re.compile(r"[\s./-]+|(?<=[a-z0-9])(?=[A-Z])")  # "First name", "first-name", "firstName" are first_name
PATTERNS = {
    "email": r"^[^@\s]+@[^@\s]+\.[A-Za-z]{2,}$",
    "phone": r"^(\+[0-9][0-9 ()-]{7,16}[0-9]|1[3-9][0-9]{9}|0[0-9]{2,4}[ -][0-9 -]{5,10}[0-9])$",
    "identity_card": r"^[1-9][0-9]{5}(19|20)[0-9]{9}[0-9Xx]$",
}


@dataclass(frozen=True)
class ColumnProfile:
    """One column. Shares are left to the reader: `rows` is the base of every count.

    `minimum`, `maximum`, `example`: text, empty where showing it could name somebody. `outliers`: None where not asked.
    `spelled_otherwise`: rows whose value differs from a commoner one only in capitals and blanks, for categories.
    `missing_money`: what the rows without a value carry, None for a table without money.
    `personal`: the column's name or the shape of its values says that it holds personal data.
    """

    table: str
    column: str
    kind: Kind
    canonical: bool
    rows: int
    missing: int
    placeholders: int
    distinct: int
    minimum: str = ""
    maximum: str = ""
    outliers: int | None = None
    low_fence: float | None = None
    high_fence: float | None = None
    emails: int = 0
    phones: int = 0
    identity_cards: int = 0
    missing_money: float | None = None
    spelled_otherwise: int | None = None
    personal: bool = False
    example: str = ""

    @property
    def looks_personal(self) -> int:
        """Values that have the shape of an e-mail address, a phone number or an identity card."""
        return self.emails + self.phones + self.identity_cards


def profile_table(name: str, table: ir.Table, *, minimum_group: int) -> list[ColumnProfile]:
    """The profile of each column, in the table's order; two or three queries whatever the number of columns."""
    columns = own_columns(table)
    kinds = {column: kind_of(name, column, table) for column in columns}
    measures: dict[str, ir.Value] = {"rows": table.count()}
    amount = money(name, table)
    for index, column in enumerate(columns):
        if amount is not None:
            measures[f"money_{index}"] = total(amount, table[column].isnull())
        for measure, expression in _measures(name, column, table[column], kinds[column]).items():
            measures[f"{measure}_{index}"] = expression
    row = one_row(table.aggregate(**measures))
    found = [{key: row.get(f"{key}_{index}") for key in _KEYS} for index in range(len(columns))]
    outliers = _outliers(table, columns, kinds, found)
    canonical = set(SCHEMAS[name].names) if name in SCHEMAS else set()
    profiles = [
        _column(
            name,
            column,
            kinds[column],
            column in canonical,
            whole(row["rows"]),
            values,
            outliers.get(column),
            amount is not None,
        )
        for column, values in zip(columns, found, strict=True)
    ]
    categories = _categories(table, profiles)
    return [_with_values(profile, categories.get(profile.column, {}), minimum_group) for profile in profiles]


_KEYS = ("missing", "money", "placeholders", "distinct", "minimum", "maximum", "q1", "q3", *PATTERNS)


def _measures(name: str, column: str, values: ir.Column, kind: Kind) -> dict[str, ir.Value]:
    measures: dict[str, ir.Value] = {"missing": values.isnull().sum(), "distinct": values.nunique()}
    if kind in RANGED:
        measures |= {"minimum": values.min(), "maximum": values.max()}
    if kind in NUMERIC:
        plain = values.cast("float64")
        measures |= {"q1": plain.quantile(0.25), "q3": plain.quantile(0.75)}
    if kind == Kind.TEXT:
        measures["placeholders"] = values.strip().lower().isin(PLACEHOLDERS).sum()
    expected = name == "identities" and column == "value"
    if kind in (Kind.TEXT, Kind.ID) and not expected:
        kinds = (
            PATTERNS if kind == Kind.TEXT or column in ("customer_id", "visitor_id") else {"email": PATTERNS["email"]}
        )
        measures |= {label: _has_shape(values, label, pattern).sum() for label, pattern in kinds.items()}
    return measures


def _has_shape(values: ir.StringColumn, label: str, pattern: str) -> ir.BooleanValue:
    """Whether a text has the shape. What cannot have it is not given to the pattern, the dearest part of a profile."""
    may = {
        "email": lambda: values.contains("@"),
        "phone": lambda: values.substr(0, 1).isin(["+", "0", "1"]),
        "identity_card": lambda: values.length() == 18,
    }[label]()
    return ibis.ifelse(may, values.re_search(pattern), False)


def _outliers(
    table: ir.Table, columns: list[str], kinds: dict[str, Kind], found: list[dict[str, Any]]
) -> dict[str, tuple[int, float, float]]:
    """Values beyond the far-out fences, for numeric columns whose quartiles differ."""
    fences: dict[str, tuple[float, float]] = {}
    for column, values in zip(columns, found, strict=True):
        low, high = number(values["q1"]), number(values["q3"])
        if kinds[column] in NUMERIC and low is not None and high is not None and high > low:
            fences[column] = (low - FENCE * (high - low), high + FENCE * (high - low))
    if not fences:
        return {}
    counts = {
        f"outliers_{index}": ((table[column] < low) | (table[column] > high)).sum()
        for index, (column, (low, high)) in enumerate(fences.items())
    }
    row = one_row(table.aggregate(**counts))
    return {
        column: (whole(row[f"outliers_{index}"]), low, high)
        for index, (column, (low, high)) in enumerate(fences.items())
    }


def _column(
    name: str,
    column: str,
    kind: Kind,
    canonical: bool,
    rows: int,
    found: dict[str, Any],
    outliers: tuple[int, float, float] | None,
    has_money: bool,
) -> ColumnProfile:
    emails, phones, cards = (whole(found[label]) for label in PATTERNS)
    personal = is_personal_name(column) or (name == "identities" and column == "value") or emails + phones + cards > 0
    show = kind in RANGED and not personal
    return ColumnProfile(
        table=name,
        column=column,
        kind=kind,
        canonical=canonical,
        rows=rows,
        missing=whole(found["missing"]),
        placeholders=whole(found["placeholders"]),
        distinct=whole(found["distinct"]),
        minimum="" if not show or _like_a_phone(name, kind, found["minimum"]) else as_text(found["minimum"]),
        maximum="" if not show or _like_a_phone(name, kind, found["maximum"]) else as_text(found["maximum"]),
        outliers=outliers[0] if outliers else None,
        low_fence=outliers[1] if outliers else None,
        high_fence=outliers[2] if outliers else None,
        emails=emails,
        phones=phones,
        identity_cards=cards,
        missing_money=number(found["money"]) or 0.0 if has_money else None,
        personal=personal,
    )


def _like_a_phone(table: str, kind: Kind, value: Any) -> bool:
    """Whether one person's number is as long as a phone or a card, which it then is, in the wrong column."""
    counted = kind in (Kind.INTEGER, Kind.NUMBER) and table in ABOUT_PEOPLE
    return counted and value is not None and abs(value) >= LONG_NUMBER


def is_personal_name(column: str) -> bool:
    """Whether a column's name says that it holds personal data: name, phone, address, 手机 …"""
    name = _WORDS.sub("_", column.strip()).lower()
    return not _BUSINESS_NAME.fullmatch(name) and any(_PERSONAL_NAME.search(each) for each in (name, column))


def _categories(table: ir.Table, profiles: list[ColumnProfile]) -> dict[str, dict[str, int]]:
    """Column -> value -> rows, the commonest first, of the columns that are lists of categories."""
    shown = [
        profile.column
        for profile in profiles
        if profile.kind == Kind.TEXT and not profile.personal and 0 < profile.distinct <= FEW_VALUES
    ]
    if not shown:
        return {}
    pieces = [
        table.filter(table[column].notnull())
        .group_by(value=table[column])
        .aggregate(rows=lambda group: group.count())
        .mutate(column=ibis.literal(column))
        for column in shown
    ]
    frame = (ibis.union(*pieces) if len(pieces) > 1 else pieces[0]).execute()
    frame = frame.sort_values(["rows", "value"], ascending=[False, True])
    return {
        str(column): {str(value): int(rows) for value, rows in zip(group["value"], group["rows"], strict=True)}
        for column, group in frame.groupby("column", sort=False)
    }


def spelled_otherwise(values: Mapping[str, int]) -> int:
    """Rows whose value is a rarer spelling of another one; `values` hold the rows of each, the commonest first."""
    seen: set[str] = set()
    rows = 0
    for value, count in values.items():
        plain = " ".join(value.split()).casefold()
        if plain in seen:
            rows += count
        seen.add(plain)
    return rows


def _with_values(profile: ColumnProfile, values: Mapping[str, int], minimum_group: int) -> ColumnProfile:
    """With an example that names nobody: the commonest category that enough rows share, else the smallest number."""
    shared = [value for value, rows in values.items() if rows >= minimum_group]
    example = shared[0][:40] if shared else profile.minimum
    if profile.kind == Kind.FLAG and not profile.personal:
        example = "true"
    return replace(profile, example=example, spelled_otherwise=spelled_otherwise(values) if values else None)


def as_text(value: Any) -> str:
    """A number or moment as plain text: ISO days, no trailing zeros; empty where there is none."""
    if value is None or value != value:
        return ""
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S") if value.time() != dt.time() else value.strftime("%Y-%m-%d")
    if isinstance(value, dt.date):
        return value.isoformat()
    plain = float(value)
    return str(int(plain)) if plain.is_integer() else f"{plain:.4f}".rstrip("0").rstrip(".")

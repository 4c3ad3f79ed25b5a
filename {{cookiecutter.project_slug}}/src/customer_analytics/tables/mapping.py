"""Which column of the client feeds which of ours."""

from __future__ import annotations

import datetime as dt
import difflib
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from customer_analytics.engagement.errors import Problem
from customer_analytics.engagement.settings import Source, SourceFormat
from customer_analytics.schema import SCHEMAS, Kind, TableSchema
from customer_analytics.tables.formats import Head
from customer_analytics.tables.formats.baskets import COLUMNS as BASKET_COLUMNS
from customer_analytics.tables.formats.database import name_of_database
from customer_analytics.tables.formats.delimited import clean_header
from customer_analytics.tables.formats.excel import LINE
from customer_analytics.tables.formats.headings import looks_like_data, where_heading_is
from customer_analytics.tables.parsing.flags import NO, YES

LONGEST_NAME = 40
MOST_COLUMNS = 2_000  # the engine needs memory for each, and each costs a hundredth of a second


@dataclass(frozen=True)
class Mapping:
    """The mapping of a source. `columns`: ours -> the client's; `attributes`: name in our table -> the client's.

    `numbered`: orders get running numbers, because the client's export has none.
    """

    columns: dict[str, str]
    attributes: dict[str, str]
    constants: dict[str, str | int | float | bool]
    numbered: bool = False


def map_source(source: Source, heads: list[Head]) -> tuple[Mapping, list[Problem]]:
    """The mapping of a source over the columns of its files, and every problem with it.

    A client's column that already has our name needs no mapping.
    """
    schema = SCHEMAS[source.table]
    place = name_of(source)
    if too_wide := [_too_wide(head) for head in heads if len(head.columns) > MOST_COLUMNS]:
        return Mapping({}, {}, {}), too_wide
    stated = {ours: clean_header(theirs) for ours, theirs in source.columns.items()}
    if heads[0].format == SourceFormat.BASKETS and not stated:
        stated = dict(BASKET_COLUMNS)
    problems = [problem for head in heads for problem in _head_problems(head)]
    seen = list(dict.fromkeys(column for head in heads for column in head.columns if column != LINE))
    used = set(stated.values())
    same = {
        name: name
        for name in schema.names
        if name not in stated and name not in source.constants and name in seen and name not in used
    }
    columns = stated | same
    for head in heads:
        problems += _missing(head, columns, source, same)
    numbered = source.table == "orders" and "order_id" not in columns and "order_id" not in source.constants
    problems += _required(schema, columns, source, place, numbered)
    problems += _constants(source, schema, place)
    problems += [
        Problem(place, f"{block}: nothing is mapped to {name}.", f"Add under columns: {name}: <the client's column>.")
        for block in ("values", "formats")
        for name in getattr(source, block)
        if name not in columns
    ]
    attributes = _attributes(source, schema, columns, seen)
    problems += _unknown_attributes(source, seen, place)
    ordered = {name: columns[name] for name in (*schema.names, *columns) if name in columns}
    return Mapping(ordered, attributes, dict(source.constants), numbered), problems


def name_of(source: Source) -> str:
    """How messages call a source: its files or its database table, and where it goes."""
    origin = name_of_database(source) if source.url else source.files
    return f"engagement.yml, source {origin} of {source.table}"


def nearest(name: str, known: list[str]) -> str:
    """A hint with the nearest known name, or the list of them."""
    known = [_in_a_message(one) for one in known]
    lowered = {one.lower(): one for one in known}
    match = difflib.get_close_matches(name.lower(), list(lowered), n=1, cutoff=0.5)
    if match:
        return f"Did you mean {lowered[match[0]]!r}? Columns there: {', '.join(known[:40])}."
    return f"Columns there: {', '.join(known[:40])}."


def _in_a_message(name: str) -> str:
    """A client's column name, short and without characters that a terminal acts on."""
    shown = "".join(one if one.isprintable() else "?" for one in name)
    return shown if len(shown) <= LONGEST_NAME else shown[:LONGEST_NAME] + "…"


def _head_problems(head: Head) -> list[Problem]:
    """Column names that occur twice: a mapping could not tell which one is meant."""
    line = head.first_row - 1
    where = f"{head.name}, line {line}" if line > 0 and not head.sheet else head.name
    twice = {name: count for name, count in Counter(head.columns).items() if count > 1 and name}
    problems = [
        Problem(where, f"the column {name!r} occurs {count} times.", "Rename one in the export, "
                "or state all `names:` with `header: false` and `skip_lines: 1`.")
        for name, count in twice.items()
    ]  # fmt: skip
    return problems


def _missing(head: Head, columns: dict[str, str], source: Source, same: dict[str, str]) -> list[Problem]:
    """Mapped columns, and columns of conditions, that a file does not have."""
    wanted = {theirs: f"for {ours}" for ours, theirs in columns.items() if ours not in same}
    for rule in source.set_aside:
        for condition in rule.when:
            wanted.setdefault(clean_header(condition.column), f"for set_aside {rule.reason!r}")
    line = head.first_row - 1
    where = f"{head.name}, line {line}" if line > 0 and head.format == SourceFormat.CSV else head.name
    known = [column for column in head.columns if column and column != LINE]
    if wanted and not set(wanted) & set(known) and (len(wanted) > 1 or not known):
        return [_nothing_there(head, where, source, list(wanted), known)]
    return [
        Problem(where, f"no column {name!r} ({use}).", nearest(name, known))
        for name, use in wanted.items()
        if name not in head.columns
    ]


def _nothing_there(head: Head, where: str, source: Source, wanted: list[str], known: list[str]) -> Problem:
    """None of the mapped columns: the heading is elsewhere, parted otherwise, missing, or this is another file."""
    what = f"none of the mapped columns is there: {', '.join(map(repr, wanted))}."
    if found := where_heading_is(head, source, wanted):
        return Problem(where, what, found)
    if not known:
        return Problem(where, "no column names were found.", "Is there a header? If not: `header: false`.")
    if source.header and looks_like_data(known):
        return Problem(
            where, what, "The line looks like data: is there a header? If not: `header: false` and `names:`."
        )
    several = f" Or name the sheets to read, for example sheets: [{head.sheet}]." if head.sheet else ""
    return Problem(where, what, nearest(wanted[0], known) + several)


def _too_wide(head: Head) -> Problem:
    what = f"{len(head.columns):,} columns; at most {MOST_COLUMNS:,} can be read."
    return Problem(head.name, what, "Ask for an export with the columns that are needed, or one row a value.")


def _required(
    schema: TableSchema, columns: dict[str, str], source: Source, place: str, numbered: bool
) -> list[Problem]:
    given = {*columns, *source.constants}
    missing = [
        column
        for column in schema.columns
        if column.required and column.name not in given and not (numbered and column.name == "order_id")
    ]
    problems = [
        Problem(
            place,
            f"{schema.name} needs {column.name} ({column.meaning}), and nothing is mapped to it.",
            f"Add under columns: {column.name}: <the client's column>.",
        )
        for column in missing
    ]
    if schema.name == "events" and not given & {"customer_id", "visitor_id"}:
        what = "events need customer_id or visitor_id, and neither is mapped."
        problems.append(Problem(place, what, "Add one of them under columns."))
    return problems


def _constants(source: Source, schema: TableSchema, place: str) -> list[Problem]:
    """Constants that are no value of their column: they would leave every row without one."""
    problems = []
    for name, value in source.constants.items():
        column = schema.column(name)
        wanted = "" if column is None else _unlike(column.kind, str(value))
        if wanted:
            what = f"the constant {str(value)[:LONGEST_NAME]!r} for {name} is no {wanted}."
            problems.append(Problem(place, what, f"Write it as {_WRITTEN[wanted]}."))
    return problems


_WRITTEN = {"date": "2024-12-31, or 2024-12-31 18:00", "number": "12.50", "flag": "true or false"}


def _unlike(kind: Kind, text: str) -> str:
    """What a constant should be and is not, or nothing."""
    if kind in (Kind.TIME, Kind.DATE):
        try:
            dt.datetime.fromisoformat(text)
        except ValueError:
            return "date"
    if kind in (Kind.MONEY, Kind.NUMBER, Kind.INTEGER):
        try:
            number = Decimal(text)
        except InvalidOperation:
            return "number"
        most = {Kind.MONEY: Decimal("1e14"), Kind.INTEGER: Decimal("9e18")}.get(kind, Decimal("1e308"))
        return "" if number.is_finite() and abs(number) < most else "number"
    return "flag" if kind == Kind.FLAG and text.lower() not in (*YES, *NO) else ""


def _attributes(source: Source, schema: TableSchema, columns: dict[str, str], seen: list[str]) -> dict[str, str]:
    """Further columns under the client's names; for the engine, names that differ by case are equal and get a tail."""
    if source.attributes == "none":
        return {}
    wanted = seen if source.attributes == "all" else [clean_header(name) for name in source.attributes]
    mapped = set(columns.values())
    taken = {name.lower() for name in (*schema.names, *columns, *source.constants)}
    taken |= {name.removesuffix("_at") + "_on" for name in schema.names if name.endswith("_at")}
    attributes: dict[str, str] = {}
    for position, theirs in enumerate(seen):
        if theirs in mapped or theirs not in wanted:
            continue
        name = free = theirs or f"column_{position + 1}"
        number = 1
        while free.lower() in taken:
            number += 1
            free = f"{name}_as_exported" if number == 2 else f"{name}_as_exported_{number - 1}"
        taken.add(free.lower())
        attributes[free] = theirs
    return attributes


def _unknown_attributes(source: Source, seen: list[str], place: str) -> list[Problem]:
    if isinstance(source.attributes, str):
        return []
    return [
        Problem(place, f"attributes: no column {name!r}.", nearest(name, seen))
        for name in source.attributes
        if clean_header(name) not in seen
    ]

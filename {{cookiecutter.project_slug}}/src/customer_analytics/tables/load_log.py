"""The reconciling log of a load: rows in = rows kept + rows set aside by reason, and the same for money."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.tables.identity.log import IdentityLog, identity_log
from customer_analytics.tables.swap import recover

FILE_NAME = "load_log.json"
FORMAT = 1
# What a row of each table is worth, for the reconciliation of money.
MONEY = {
    "orders": "amount",
    "order_lines": "amount",
    "subscriptions": "price",
    "spend": "cost",
    "campaigns": "cost",
    "channel_paths": "value",
}


@dataclass(frozen=True)
class InputFile:
    """One file that was read, as it was: name below the project folder, size in bytes, SHA-256."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Reason:
    """Why rows were set aside.

    `kind` is stated (the engagement's own condition), missing, unreadable, duplicate, ragged (wrong number of
    values) or damaged (not text in the file's encoding); `column` is our column that it concerns, where there is one.
    """

    name: str
    kind: str
    column: str = ""


@dataclass(frozen=True)
class Example:
    """One of the first rows set aside for a reason. `value` is given for dates, numbers, flags and codes only."""

    reason: str
    file: str
    line: int
    column: str = ""
    value: str = ""


@dataclass(frozen=True)
class SourceLog:
    """What became of one source. Money is None where rows of the table are worth nothing, or no price is mapped."""

    number: int
    name: str
    table: str
    format: str
    encoding: str
    delimiter: str
    files: tuple[InputFile, ...]
    rows_in: int
    rows_kept: int
    rows_set_aside: Mapping[str, int]
    money_in: Decimal | None
    money_kept: Decimal | None
    money_set_aside: Mapping[str, Decimal]
    money_unreadable: int = 0  # rows whose worth could not be read; they count as 0
    reasons: tuple[Reason, ...] = ()
    examples: tuple[Example, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)  # our column: the client's
    attributes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()  # what was decided on the way, in English, for the load's own output


@dataclass(frozen=True)
class TableLog:
    """What became of a table: the sum over its sources. A derived table has no sources."""

    table: str
    rows_in: int
    rows_kept: int
    rows_set_aside: Mapping[str, int]
    money_in: Decimal | None
    money_kept: Decimal | None
    money_set_aside: Mapping[str, Decimal]
    sources: tuple[SourceLog, ...] = ()
    derived: bool = False
    derived_from: str = ""


@dataclass(frozen=True)
class LoadLog:
    """A whole load. `fingerprint` changes exactly when the inputs, their settings or the loader change."""

    loaded_at: str
    fingerprint: str
    currency: str
    time_zone: str
    tables: Mapping[str, TableLog]
    format: int = FORMAT
    identity: IdentityLog | None = None  # None: accounts were not resolved into persons
    history: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # see tables.history.months


def table_log(table: str, sources: tuple[SourceLog, ...]) -> TableLog:
    """The sum over a table's sources."""
    money = [source for source in sources if source.money_in is not None]
    return TableLog(
        table,
        sum(source.rows_in for source in sources),
        sum(source.rows_kept for source in sources),
        _summed([source.rows_set_aside for source in sources]),
        sum((source.money_in or Decimal(0) for source in money), Decimal(0)) if money else None,
        sum((source.money_kept or Decimal(0) for source in money), Decimal(0)) if money else None,
        _summed([source.money_set_aside for source in money]),
        sources,
    )


def _summed(parts: list[Mapping[str, Any]]) -> dict[str, Any]:
    total: dict[str, Any] = {}
    for part in parts:
        for reason, value in part.items():
            total[reason] = total[reason] + value if reason in total else value
    return total


def write_load_log(log: LoadLog, folder: Path) -> None:
    """Write the log as JSON; money as text, so that no cent is lost to floats."""
    text = json.dumps(asdict(log), ensure_ascii=False, indent=1, default=str)
    (folder / FILE_NAME).write_text(text + "\n", encoding="utf-8", newline="\n")


def read_load_log(project: Project) -> LoadLog:
    """The log of the load that made the tables.

    Raises:
        UserError: nothing has been loaded yet, or the log is of another version of the template.
    """
    recover(project.tables)
    path = project.tables / FILE_NAME
    if not path.is_file():
        raise UserError([Problem("data/tables", "no tables have been loaded yet.", "Run `analytics load` first.")])
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
        if plain.pop("format") != FORMAT:
            raise ValueError("another format")
        tables = {name: _table_from(entry) for name, entry in plain.pop("tables").items()}
        return LoadLog(**{**plain, "identity": identity_log(plain.get("identity"))}, tables=tables)
    except (ValueError, KeyError, TypeError) as error:
        raise UserError([Problem(str(path), "the load log cannot be read.", "Run `analytics load` again.")]) from error


def _table_from(plain: dict[str, Any]) -> TableLog:
    sources = tuple(_source_from(source) for source in plain.pop("sources"))
    return TableLog(**_with_money(plain), sources=sources)


def _source_from(plain: dict[str, Any]) -> SourceLog:
    lists = {"files": InputFile, "reasons": Reason, "examples": Example}
    parsed: dict[str, Any] = {name: tuple(kind(**entry) for entry in plain.pop(name)) for name, kind in lists.items()}
    parsed |= {name: tuple(plain.pop(name)) for name in ("attributes", "notes")}
    return SourceLog(**_with_money(plain), **parsed)


def _with_money(plain: dict[str, Any]) -> dict[str, Any]:
    money = {name: None if plain[name] is None else Decimal(plain[name]) for name in ("money_in", "money_kept")}
    aside = {reason: Decimal(value) for reason, value in plain["money_set_aside"].items()}
    return plain | money | {"money_set_aside": aside}

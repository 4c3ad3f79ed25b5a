"""What the loader set aside and what it carried: before and after must agree to the row and to the cent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from customer_analytics.schema import SCHEMAS
from customer_analytics.tables.identity.log import MERGED
from customer_analytics.tables.load_log import MONEY, LoadLog, Reason, TableLog
from customer_analytics.tables.store import Tables

CENT = Decimal("0.005")


@dataclass(frozen=True)
class SetAside:
    """Rows of a table that were set aside for one reason. `kind` as in the load log: stated, missing, duplicate …"""

    reason: str
    kind: str
    column: str
    rows: int
    money: Decimal | None


@dataclass(frozen=True)
class Cleaning:
    """One table from the client's files to the clean table. Money is None for a table without money.

    `rows_now`, `money_now`: what the opened table holds; they differ from what was kept when an as-of date or a
    subset leaves rows out.
    """

    table: str
    derived_from: str
    files: int
    rows_in: int
    rows_kept: int
    rows_now: int
    money_in: Decimal | None
    money_kept: Decimal | None
    money_now: Decimal | None
    set_aside: tuple[SetAside, ...]

    @property
    def rows_set_aside(self) -> int:
        """Rows set aside for any reason."""
        return sum(aside.rows for aside in self.set_aside)

    @property
    def money_set_aside(self) -> Decimal:
        """Money of the rows set aside; 0 for a table without money."""
        return sum((aside.money or Decimal(0) for aside in self.set_aside), Decimal(0))

    @property
    def row_difference(self) -> int:
        """Rows in, less kept, less set aside: 0 when the log reconciles."""
        return self.rows_in - self.rows_kept - self.rows_set_aside

    @property
    def money_difference(self) -> Decimal:
        """Money in, less kept, less set aside: below a cent when the log reconciles."""
        if self.money_in is None or self.money_kept is None:
            return Decimal(0)
        return self.money_in - self.money_kept - self.money_set_aside

    @property
    def reconciles(self) -> bool:
        """Whether every row and every cent is accounted for."""
        return self.row_difference == 0 and abs(self.money_difference) < CENT

    @property
    def left_out(self) -> int:
        """Clean rows that this report does not see, because of its as-of date or subset."""
        return self.rows_kept - self.rows_now


def cleaning(tables: Tables, log: LoadLog) -> list[Cleaning]:
    """The reconciliation of each table in the log, with what the opened table holds now."""
    return [_table(tables, entry) for entry in log.tables.values() if entry.table in tables.tables]


def derived_tables(log: LoadLog | None) -> frozenset[str]:
    """Tables that the loader made from others."""
    return frozenset(name for name, entry in log.tables.items() if entry.derived) if log else frozenset()


def generated_keys(log: LoadLog | None) -> frozenset[tuple[str, str]]:
    """(table, column) of keys that no source gives, so that the loader numbered the rows."""
    if log is None:
        return frozenset()
    return frozenset(
        (entry.table, key)
        for entry in log.tables.values()
        if entry.sources and not entry.derived
        for key in SCHEMAS[entry.table].key
        if not any(key in source.columns for source in entry.sources)
    )


def duplicates_set_aside(entries: Iterable[Cleaning], table: str) -> int:
    """Exact copies that the loader took out of a table."""
    return sum(
        aside.rows
        for entry in entries
        if entry.table == table
        for aside in entry.set_aside
        if aside.kind == "duplicate"
    )


def _table(tables: Tables, entry: TableLog) -> Cleaning:
    rows, amount = _now(tables, entry.table)
    kinds = {reason.name: reason for source in entry.sources for reason in source.reasons}
    kinds[MERGED] = Reason(MERGED, "merged", "customer_id")
    aside = tuple(
        SetAside(
            reason,
            kinds[reason].kind if reason in kinds else "stated",
            kinds[reason].column if reason in kinds else "",
            count,
            entry.money_set_aside.get(reason, Decimal(0)) if entry.money_in is not None else None,
        )
        for reason, count in entry.rows_set_aside.items()
    )
    return Cleaning(
        table=entry.table,
        derived_from=entry.derived_from if entry.derived else "",
        files=len({file.name for source in entry.sources for file in source.files}),
        rows_in=entry.rows_in,
        rows_kept=entry.rows_kept,
        rows_now=rows,
        money_in=entry.money_in,
        money_kept=entry.money_kept,
        money_now=amount,
        set_aside=aside,
    )


def _now(tables: Tables, name: str) -> tuple[int, Decimal | None]:
    """Rows and money of the opened table; money summed as decimals, so that no cent is lost."""
    table = tables[name]
    column = MONEY.get(name)
    if column is None or column not in table.columns:
        return int(table.count().execute()), None
    row = table.aggregate(rows=table.count(), money=table[column].sum()).to_pyarrow().to_pylist()[0]
    return int(row["rows"]), None if row["money"] is None else Decimal(str(row["money"]))

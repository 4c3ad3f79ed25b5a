"""The columns that rules are checked within: store, channel, region, or what engagement.yml names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import ibis.expr.types as ir

from customer_analytics.analysis.baskets.basket import GROUP
from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.engagement.mistakes import nearest
from customer_analytics.tables.store import Tables

# What the data hold without being asked: canonical columns, then a client's own columns that say a place or a way.
USUAL = (("orders", "store"), ("orders", "channel"), ("customers", "region"))
PLACES = (
    "store_id", "store", "shop", "branch", "country", "region", "city", "channel", "门店", "店铺", "国家", "地区",
    "省份", "城市", "渠道",
)  # fmt: skip
TABLES = ("orders", "customers", "order_lines", "events")
NOT_GROUPS = {
    "order_id", "customer_id", "visitor_id", "session_id", "product_id", "product_name", "category", "quantity",
    "unit_price", "amount", "cost", "refund", "received", "discount", "event", "properties", "page", "element",
}  # fmt: skip
MOST = 4  # found groups


@dataclass(frozen=True)
class Groups:
    """Where the columns of groups are found: name -> (table, column)."""

    found: dict[str, tuple[str, str]]

    @property
    def names(self) -> tuple[str, ...]:
        """Their names, in order."""
        return tuple(self.found)

    def of(self, table: str) -> dict[str, str]:
        """Name -> column of those that a table holds."""
        return {name: column for name, (where, column) in self.found.items() if where == table}

    def of_customers(self, carriers: ir.Table, tables: Tables) -> ir.Table:
        """The carriers with the columns of their customers; a customer listed twice has the first in the alphabet."""
        own = self.of("customers")
        if not own:
            return carriers
        customers = tables["customers"]
        columns = {GROUP + name: customers[column].cast("string").min() for name, column in own.items()}
        listed = customers.group_by(listed_customer=customers.customer_id.cast("string")).aggregate(**columns)
        return carriers.left_join(listed, [("person_id", "listed_customer")]).drop("listed_customer")

    def columns(self, carriers: ir.Table) -> dict[str, ir.Value]:
        """The columns group_<name>, without blanks at their ends; empty texts are unknown."""
        return {GROUP + name: carriers[GROUP + name].strip().nullif("") for name in self.found}


def settle_groups(tables: Tables, asked: Sequence[str], source: str, unit: str = "order") -> Groups:
    """The groups asked for, else those that the data hold.

    Args:
        tables: the canonical tables.
        asked: names of columns of orders, customers or the rows' own table.
        source: the table of the rows: "order_lines" or "events".
        unit: what a basket is; everything of a customer is divided by what is known of customers only.

    Raises:
        UserError: a name is no column that orders can be divided by; all of them at once, with the nearest name.
    """
    within = [name for name in TABLES if name in tables.tables and name in ("orders", "customers", source)]
    if source == "events":
        within = [name for name in within if name != "orders"]
    within = [name for name in within if name == "customers" or unit != "customer"]
    within = [name for name in within if name != "customers" or tables.has("customers", "customer_id")]
    if not asked:
        return Groups(_found(tables, within))
    problems, found = [], {}
    for name in dict.fromkeys(asked):
        place = _place(tables, within, name)
        if place is None:
            known = sorted({one for table in within for one in _columns(tables, table)})
            near = nearest(name, known)
            mend = f"Did you mean {near}?" if near else f"Known are: {', '.join(known[:20])}."
            problems.append(Problem("basket_rules, groups", f"no column {name!r} to divide baskets by.", mend))
        else:
            found[name] = place
    if problems:
        raise UserError(problems)
    return Groups(found)


def _columns(tables: Tables, table: str) -> list[str]:
    return [name for name in tables[table].columns if name not in NOT_GROUPS and not name.endswith(("_at", "_on"))]


def _place(tables: Tables, within: Sequence[str], name: str) -> tuple[str, str] | None:
    return next(((table, name) for table in within if name in _columns(tables, table)), None)


def _found(tables: Tables, within: Sequence[str]) -> dict[str, tuple[str, str]]:
    found = {name: (table, name) for table, name in USUAL if table in within and tables.has(table, name)}
    for table in within:
        if table == "customers":
            continue
        for name in _columns(tables, table):
            taken = {one.casefold() for one in found}
            if name.casefold() in PLACES and name.casefold() not in taken:
                found[name] = (table, name)
    return dict(list(found.items())[:MOST])

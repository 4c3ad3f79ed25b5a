"""Names in a condition that the data do not know: a misspelt campaign selects everyone who is not in it, in silence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import ibis.expr.types as ir

from customer_analytics.analysis.query import Condition, Name, Text
from customer_analytics.analysis.query.nodes import Among, Behaviour, Comparison, Member
from customer_analytics.engagement.mistakes import nearest
from customer_analytics.tables.store import Tables

MOST = 1_000  # different values among which a near one is looked for
PLACES = {
    "category": (("products", "category"), ("order_lines", "category")),
    "product": (
        ("products", "product_id"), ("products", "name"), ("order_lines", "product_id"), ("order_lines", "product_name")
    ),
    "campaign": (("touches", "campaign_id"), ("campaigns", "campaign_id"), ("campaigns", "name")),
    "event": (("events", "event"),),
}  # fmt: skip


@dataclass(frozen=True)
class Stranger:
    """A name that nothing in the data bears. `near`: the one that was probably meant, if any."""

    kind: str  # category, product, campaign, event, audience, or a column of customers
    name: str
    near: str | None

    def __str__(self) -> str:
        hint = f" Did you mean '{self.near}'?" if self.near else ""
        return f"The data know no {self.kind} '{self.name}'.{hint}"


def strangers(
    condition: Condition, tables: Tables, ledger: ir.Table | None, minimum_group: int
) -> tuple[Stranger, ...]:
    """The names of categories, products, campaigns, events, audiences and customers' attributes that nothing bears.

    Args:
        condition: the condition, already found to be sound.
        tables: the tables.
        ledger: earlier assignments.
        minimum_group: an attribute that fewer customers have is never proposed: it may say who somebody is.
    """
    found = []
    for kind, name in dict.fromkeys(_named(condition, tables)):
        columns = _columns(kind, tables, ledger)
        never_made = kind == "audience" and ledger is None
        if never_made or (columns and not any(_is_there(column, name) for column in columns)):
            personal = kind != "audience" and kind not in PLACES
            found.append(Stranger(kind, name, _near(columns, name, minimum_group if personal else 1)))
    return tuple(found)


def _named(condition: Condition, tables: Tables) -> Iterator[tuple[str, str]]:
    """(kind, name) of everything that the condition names in quotes."""
    known = tables["customers"].columns if tables.has("customers") else ()
    for node in condition.walk():
        if isinstance(node, Behaviour) and node.what is not None and node.name is not None:
            yield node.what, node.name
        elif isinstance(node, Member) and node.name is not None:
            yield ("campaign" if node.kind == "campaign" else "audience"), node.name
        elif isinstance(node, Comparison) and isinstance(node.left, Name) and isinstance(node.right, Text):
            if node.sign == "=" and node.left.name in known:
                yield node.left.name, node.right.value
        elif isinstance(node, Among) and isinstance(node.value, Name) and node.value.name in known:
            yield from ((node.value.name, one.value) for one in node.options if isinstance(one, Text))


def _columns(kind: str, tables: Tables, ledger: ir.Table | None) -> list[ir.Column]:
    """Where a name of this kind would stand; empty where nothing could tell."""
    if kind == "audience":
        return [] if ledger is None else [ledger.audience]
    if kind not in PLACES:
        return [tables["customers"][kind]]
    columns = [tables[table][column] for table, column in PLACES[kind] if tables.has(table, column)]
    return [*columns, ledger.campaign_id] if kind == "campaign" and ledger is not None else columns


def _is_there(column: ir.Column, name: str) -> bool:
    return bool((column.cast("string") == name).any().fill_null(False).to_pyarrow().as_py())


def _near(columns: list[ir.Column], name: str, minimum_group: int) -> str | None:
    values: list[str] = []
    for column in columns:
        if column.get_name() in ("customer_id", "account_id"):
            continue
        counted = column.cast("string").name("value").as_table().group_by("value").aggregate(n=lambda t: t.count())
        common = counted.filter(counted.value.notnull(), counted.n >= minimum_group).limit(MOST + 1)
        found = common.to_pyarrow()["value"].to_pylist()
        values += found if len(found) <= MOST else []
    return nearest(name, sorted(values))

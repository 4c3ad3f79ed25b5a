"""What is odd about each client: the function that spoils the small client, and the reports that meet the oddity."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .small_client import Client

Change = Callable[[Client], None]
ALL = (
    "data_audit", "personas", "rfm", "funnel", "retention", "churn", "basket_rules", "campaign_evaluation",
)  # fmt: skip
BUYING = ("data_audit", "rfm", "retention", "basket_rules")
MONEY = ("data_audit", "rfm", "retention", "churn", "campaign_evaluation")
SHOP = ("customers", "orders", "order_lines", "products")
SENT = ("customers", "orders", "campaigns", "touches")


@dataclass(frozen=True)
class Case:
    """One odd client.

    `touches`: the reports that meet the oddity; `keep`: the tables it has, all when empty; `own_words`: its own words
    are such as no report would use.
    """

    name: str
    change: Change
    touches: tuple[str, ...]
    keep: tuple[str, ...]
    what: str
    own_words: bool = False


CASES: dict[str, Case] = {}


def case(
    touches: tuple[str, ...] = ALL, keep: tuple[str, ...] = (), *, own_words: bool = False
) -> Callable[[Change], Change]:
    """Enter a change in the list; its name and docstring are those of the case."""

    def add(change: Change) -> Change:
        what = (change.__doc__ or "").strip()
        CASES[change.__name__] = Case(change.__name__, change, touches, keep, what, own_words)
        return change

    return add


def cut(client: Client, table: str, wanted: Any) -> None:
    """Leave only the wanted rows of a table: a slice or a column of flags."""
    client.tables[table] = client.tables[table][wanted].reset_index(drop=True)


def only_customers(client: Client, wanted: set[str]) -> None:
    """Leave only these people in every table that names people."""
    orders = client.tables["orders"]
    kept = set(orders[orders["customer_id"].isin(wanted)]["order_id"])
    for name, rows in client.tables.items():
        if name == "order_lines":
            cut(client, name, rows["order_id"].isin(kept))
        elif "customer_id" in rows:
            cut(client, name, rows["customer_id"].isin(wanted))

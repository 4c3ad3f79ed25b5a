"""One person, several accounts: what shared identifiers say about how many customers there really are.

Deterministic and transparent: two accounts are one person when they share an identifier of any kind, directly or by a
chain of others. Identifiers that hang on unusually many accounts (a shop's own phone number) are named and not used.
"""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from customer_analytics.analysis.audit.measures import one_row, whole
from customer_analytics.tables.store import Tables

OVER_MERGE_QUANTILE = 0.999
LEAST_OVER_MERGE = 5  # a family shares a phone; below this nobody is suspicious


@dataclass(frozen=True)
class KindCoverage:
    """One kind of identifier. `shared`: identifiers on two accounts or more; `most`: accounts on the busiest one."""

    kind: str
    identifiers: int
    accounts: int
    shared: int
    most: int


@dataclass(frozen=True)
class Identity:
    """What the identifiers say.

    `accounts`: accounts with an identifier; `linked`: those that share one; `people`: persons behind all accounts;
    `over_merged`: identifiers on more than `limit` accounts, left out. `repeat_accounts`, `repeat_people`: share with
    two orders or more, per account and per person, among `buyers` accounts with an order; None without orders.
    """

    kinds: tuple[KindCoverage, ...]
    accounts: int
    linked: int
    people: int
    largest: int
    over_merged: int
    limit: int
    buyers: int
    repeat_accounts: float | None
    repeat_people: float | None

    @property
    def doubled(self) -> int:
        """Accounts beyond the first of each person."""
        return self.accounts - self.people


def identity(tables: Tables) -> Identity | None:
    """Resolve accounts to persons by shared identifiers; None where the client sent no identifiers."""
    if not tables.has("identities", "customer_id", "kind", "value"):
        return None
    source = tables["identities"]
    rows = source.select(
        account=source.customer_id, kind=source.kind.lower(), value=source.value.strip().lower()
    ).distinct()
    values = rows.group_by(["kind", "value"]).aggregate(accounts=rows.account.nunique())
    kinds = _coverage(rows, values)
    if not kinds:
        return None
    row = one_row(
        rows.aggregate(accounts=rows.account.nunique()).cross_join(
            values.aggregate(high=values.accounts.cast("float64").quantile(OVER_MERGE_QUANTILE))
        )
    )
    limit = max(LEAST_OVER_MERGE, int(row["high"]))
    shared = values.filter((values.accounts >= 2) & (values.accounts <= limit))
    linked = rows.semi_join(shared.view(), ["kind", "value"])
    person_of = _components(linked.select("account", "kind", "value").execute())
    over = whole(values.filter(values.accounts > limit).count().execute())
    sizes = np.bincount(person_of.to_numpy()) if len(person_of) else np.array([1])
    buyers, per_account, per_person = _repeat(tables, linked.select("account").distinct(), person_of)
    accounts = whole(row["accounts"])
    return Identity(
        kinds=tuple(kinds),
        accounts=accounts,
        linked=len(person_of),
        people=accounts - len(person_of) + (int(person_of.nunique()) if len(person_of) else 0),
        largest=int(sizes.max()),
        over_merged=over,
        limit=limit,
        buyers=buyers,
        repeat_accounts=per_account,
        repeat_people=per_person,
    )


def _coverage(rows: ir.Table, values: ir.Table) -> list[KindCoverage]:
    accounts = rows.group_by("kind").aggregate(accounts=rows.account.nunique())
    counts = values.group_by("kind").aggregate(
        identifiers=values.count(), shared=(values.accounts >= 2).sum(), most=values.accounts.max()
    )
    found = accounts.join(counts, "kind").order_by([ibis.desc("accounts"), "kind"]).execute()
    return [
        KindCoverage(row.kind, int(row.identifiers), int(row.accounts), int(row.shared), int(row.most))
        for row in found.itertuples(index=False)
    ]


def _components(linked: pd.DataFrame) -> pd.Series:
    """Account -> number of its person, for accounts that share an identifier; every such account is in it."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    if linked.empty:
        return pd.Series(dtype="int64")
    accounts, names = pd.factorize(linked["account"], sort=True)
    identifiers, _ = pd.factorize(linked["kind"] + "\x1f" + linked["value"])
    size = len(names) + int(identifiers.max()) + 1
    edges = coo_matrix((np.ones(len(linked)), (accounts, identifiers + len(names))), shape=(size, size))
    _, labels = connected_components(edges, directed=False)
    persons, _ = pd.factorize(labels[: len(names)])
    return pd.Series(persons, index=names, dtype="int64")


def _repeat(tables: Tables, linked: ir.Table, person_of: pd.Series) -> tuple[int, float | None, float | None]:
    """Buyers, and the share of them with two orders or more: per account, and after merging accounts to persons."""
    if not tables.has("orders", "customer_id"):
        return 0, None, None
    orders = tables["orders"].filter(tables["orders"].customer_id.notnull())
    counts = orders.group_by(account=orders.customer_id).aggregate(orders=orders.order_id.nunique())
    row = one_row(counts.aggregate(buyers=counts.count(), repeat=(counts.orders >= 2).sum()))
    buyers, repeat = whole(row["buyers"]), whole(row["repeat"])
    if not buyers:
        return 0, None, None
    touched = counts.semi_join(linked, "account").execute()
    by_person = touched.groupby(touched["account"].map(person_of))["orders"].sum()
    merged_buyers = buyers - len(touched) + len(by_person)
    merged_repeat = repeat - int((touched["orders"] >= 2).sum()) + int((by_person >= 2).sum())
    return buyers, repeat / buyers, merged_repeat / merged_buyers

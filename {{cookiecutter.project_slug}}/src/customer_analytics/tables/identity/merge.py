"""The tables under the numbers of persons: every table carries the person as customer_id, the account as account_id."""

from __future__ import annotations

from pathlib import Path

import ibis
import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from customer_analytics.schema import SCHEMAS

ACCOUNT = "account_id"  # the client's own number on a row, where accounts are resolved into persons
ACCOUNTS = "accounts"  # how many accounts a customer has
FIRST_WINS = ("signed_up_at", "acquisition_channel", "acquisition_campaign")  # how a person came: the earliest says


def merge_customers(backend: Backend, folder: Path, moved: ir.Table) -> int:
    """One row a person in customers.parquet; rows that became part of another one.

    The earliest registration counts, with the channel that brought it; of all else the latest value that is not
    empty. A person may be contacted only if no account has refused. The rows of the accounts, as they were, lie in
    set_aside/customers_accounts.parquet.

    Args:
        backend: the engine of the load.
        folder: where the tables are being made.
        moved: account_id and customer_id of all accounts that have another one's number.
    """
    path = folder / "customers.parquet"
    if not path.exists():
        return 0
    rows = backend.read_parquet(str(path))
    several = moved.select(person="customer_id").distinct().view()
    joined = rows.left_join(moved, rows.customer_id == moved.account_id)
    numbered = joined.select(*(rows[name] for name in rows.columns), person=moved.customer_id)
    persons = numbered.mutate(person=ibis.coalesce(numbered.person, numbered.customer_id))
    together = persons.semi_join(several, "person").cache()
    apart = persons.anti_join(several, "person")
    merged = _one_row(together)
    single = apart.select(*rows.columns).mutate(**{ACCOUNTS: ibis.literal(1, "int64")})
    before, after = _count(together), _count(merged)
    if before > after:
        aside = folder / "set_aside"
        aside.mkdir(exist_ok=True)
        kept = together.mutate(**{ACCOUNT: together.customer_id, "customer_id": together.person}).drop("person")
        backend.to_parquet(kept.order_by("customer_id", ACCOUNT), aside / "customers_accounts.parquet")
    target = folder / ".work" / "customers.parquet"
    backend.to_parquet(single.union(merged.select(*single.columns)).order_by("customer_id"), target)
    target.replace(path)
    return before - after


def _one_row(rows: ir.Table) -> ir.Table:
    """Rows of accounts folded to their persons."""
    time = rows.signed_up_at if "signed_up_at" in rows.columns else ibis.null("timestamp")
    # A total order of each person's rows: by registration, unknown ones first, then by number and by content.
    content = [rows[name] for name in rows.columns if name not in ("person", "customer_id", "signed_up_at")]
    order = [time.notnull(), time, rows.customer_id, *content]
    ranked = rows.mutate(rank=ibis.row_number().over(group_by=rows.person, order_by=order))
    folded: dict[str, ir.Value] = {}
    for name, kind in rows.schema().items():
        column = ranked[name]
        if name in ("person", "customer_id"):
            continue
        if name == "consent" and kind.is_boolean():
            folded[name] = column.all()
        elif name == "signed_up_at":
            folded[name] = column.min()
        elif name in FIRST_WINS:
            folded[name] = column.argmin(ranked["rank"], where=column.notnull())
        else:
            folded[name] = column.argmax(ranked["rank"], where=column.notnull())
    return (
        ranked.group_by("person")
        .aggregate(**folded, **{ACCOUNTS: ranked.customer_id.nunique()})
        .rename(customer_id="person")
    )


def renumber(backend: Backend, folder: Path, moved: ir.Table, cookies: ir.Table | None) -> tuple[dict[str, int], int]:
    """Give each row of the other tables its person; the account's number stays as account_id.

    Args:
        backend: the engine of the load.
        folder: where the tables are being made.
        moved: account_id and customer_id of all accounts that have another one's number.
        cookies: visitor and customer: cookies and devices of one person only; None where there are none.

    Returns:
        Rows that got another number, by table; events of unknown visitors whose cookie is a customer's.
    """
    changed: dict[str, int] = {}
    recognised = 0
    for name in SCHEMAS:
        path = folder / f"{name}.parquet"
        if name == "customers" or not path.exists():
            continue
        rows = backend.read_parquet(str(path))
        if "customer_id" not in rows.columns:
            continue
        by_cookie = cookies if name == "events" and "visitor_id" in rows.columns else None
        table = _renumbered(rows, moved, by_cookie)
        target = folder / ".work" / f"{name}.parquet"
        backend.to_parquet(table, target)
        target.replace(path)
        now = backend.read_parquet(str(path))
        counts = now.aggregate(
            moved=(now.customer_id != now[ACCOUNT]).sum(),
            known=(now[ACCOUNT].isnull() & now.customer_id.notnull()).sum(),
        )
        row = counts.to_pyarrow().to_pylist()[0]
        changed[name] = int(row["moved"] or 0)
        recognised += int(row["known"] or 0)
    return changed, recognised


def _renumbered(rows: ir.Table, moved: ir.Table, cookies: ir.Table | None) -> ir.Table:
    joined = rows.left_join(moved, rows.customer_id == moved.account_id)
    person = ibis.coalesce(moved.customer_id, rows.customer_id)
    if cookies is not None:
        joined = joined.left_join(cookies, rows.visitor_id.strip() == cookies.visitor)
        person = ibis.coalesce(person, cookies.customer)
    columns = {name: person if name == "customer_id" else rows[name] for name in rows.columns if name != ACCOUNT}
    return joined.select(**columns, **{ACCOUNT: rows.customer_id})


def _count(table: ir.Table) -> int:
    return int(table.count().to_pyarrow().as_py())

"""Who holds a running contract at a cut-off, and who has none any more at the end of the label window."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from customer_analytics.analysis.churn.windows import Windows
from customer_analytics.tables.store import Tables


def has_dated(tables: Tables) -> bool:
    """Whether contracts have a first day."""
    return tables.has("subscriptions", "customer_id", "started_on")


def has_snapshot(tables: Tables) -> bool:
    """Whether contracts say without dates whether they have ended."""
    return tables.has("subscriptions", "customer_id", "ended")


def contract_days(tables: Tables) -> ir.Table:
    """One row a contract: person_id, started, over (day number of the last day; null while it runs), usable rows only.

    A contract without a first day, or that ends before it begins, is not usable.
    """
    rows = tables["subscriptions"]
    over = rows.ended_on.epoch_days().cast("int32") if "ended_on" in rows.columns else ibis.null("int32")
    shaped = rows.select(
        person_id=rows.customer_id.cast("string"), started=rows.started_on.epoch_days().cast("int32"), over=over
    )
    shaped = shaped.filter(shaped.person_id.notnull(), shaped.started.notnull())
    return shaped.filter((shaped.over >= shaped.started).fill_null(True))


def contract_population(tables: Tables, windows: Windows, cut: int) -> ir.Table:
    """person_id and left: 1 where none of the person's contracts runs on the last day of the label window.

    A contract runs on every day from its first to its last. Whoever goes on with another contract has not left.
    """
    contracts = contract_days(tables)
    last = windows.label(cut)[1] - 1
    here = (contracts.started < cut) & (contracts.over >= cut).fill_null(True)
    later = (contracts.started <= last) & (contracts.over > last).fill_null(True)
    people = contracts.group_by("person_id").aggregate(here=here.ifelse(1, 0).max(), later=later.ifelse(1, 0).max())
    return people.filter(people.here == 1).select("person_id", left=(1 - people.later).cast("int32"))


def snapshot(tables: Tables) -> ir.Table:
    """person_id and left of a table of contracts without dates: 1 where all of the person's contracts have ended."""
    rows = tables["subscriptions"]
    rows = rows.filter(rows.customer_id.notnull(), rows.ended.notnull())
    people = rows.group_by(person_id=rows.customer_id.cast("string")).aggregate(left=rows.ended.ifelse(1, 0).min())
    return people.select("person_id", left=people.left.cast("int32"))

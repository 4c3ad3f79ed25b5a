"""What customers did of their own with a campaign: events that name it, such as redeemed coupons. No effect is meant.

Who redeems a coupon might have bought without it: such events say that a campaign was used, never what it brought.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir
import pandas as pd

from customer_analytics.analysis.comparison.result import RESPONSES
from customer_analytics.statistics import wilson

if TYPE_CHECKING:
    from customer_analytics.analysis.campaigns.campaign import Campaigns
    from customer_analytics.tables.store import Tables

MOST_EVENTS = 20  # kinds of events that are told, the most frequent ones


def _named(tables: Tables) -> ir.Table | None:
    """Events that name a campaign: campaign_id, event, person_id."""
    if not tables.has("events", "campaign_id", "customer_id", "event"):
        return None
    events = tables["events"]
    rows = events.select(
        campaign_id=events.campaign_id.cast("string"), event=events.event, person_id=events.customer_id.cast("string")
    )
    return rows.filter(rows.campaign_id.notnull(), rows.person_id.notnull(), rows.event.notnull())


def responses(campaigns: Campaigns, tables: Tables) -> pd.DataFrame:
    """RESPONSES, by campaign and event; the share is of the assigned who did it."""
    rows = _named(tables)
    if rows is None or not len(campaigns.list):
        return pd.DataFrame(columns=list(RESPONSES))
    counted: pd.DataFrame = (
        rows.group_by("campaign_id", "event")
        .aggregate(events=rows.count(), customers=rows.person_id.nunique())
        .to_pandas()
    )
    common = counted.groupby("event")["events"].sum().sort_values(ascending=False, kind="stable").index[:MOST_EVENTS]
    counted = counted[counted["event"].isin(common)]
    listed = campaigns.list[campaigns.list["source"] == "touches"]
    codes = dict(zip(listed["campaign"].astype(str), listed["code"].astype(int), strict=True))
    counted = counted[counted["campaign_id"].isin(codes)]
    counted["code"] = counted["campaign_id"].map(codes)
    of_units = _of_assigned(campaigns, rows, codes)
    sizes = dict(zip(listed["code"].astype(int), listed["units"].astype(int), strict=True))
    table = []
    for _, row in counted.sort_values(["code", "event"]).iterrows():
        n, own = sizes[int(row["code"])], of_units.get((int(row["code"]), str(row["event"])), 0)
        interval = wilson(own, n)
        table.append({
            "campaign": row["campaign_id"], "event": row["event"], "n": n, "events": int(row["events"]),
            "customers": int(row["customers"]), "assigned": own, "share": own / n if n else float("nan"),
            "low": interval.low, "high": interval.high,
        })  # fmt: skip
    return pd.DataFrame(table, columns=list(RESPONSES))


def _of_assigned(campaigns: Campaigns, rows: ir.Table, codes: dict[str, int]) -> dict[tuple[int, str], int]:
    """Of the assigned of each campaign, how many did each event; by campaign code and event."""
    names = ibis.memtable(pd.DataFrame({"campaign_id": list(codes), "code": list(codes.values())}))
    units = campaigns.units.select("code", "person_id").distinct()
    own = rows.inner_join(names, "campaign_id").select("code", "event", "person_id").distinct()
    both = own.semi_join(units, ["code", "person_id"])
    counted: pd.DataFrame = both.group_by("code", "event").aggregate(n=both.count()).to_pandas()
    rows_of = zip(counted["code"], counted["event"], counted["n"], strict=True)
    return {(int(code), str(event)): int(n) for code, event, n in rows_of}


def responders(campaigns: Campaigns, tables: Tables) -> int:
    """Customers with any event that names a campaign of the list."""
    rows = _named(tables)
    if rows is None:
        return 0
    names = [str(name) for name in campaigns.list["campaign"]]
    return int(rows.filter(rows.campaign_id.isin(names)).person_id.nunique().execute())


def targeted_people(campaigns: Campaigns, codes: list[int]) -> int:
    """Customers in any of these campaigns."""
    if not codes:
        return 0
    units = campaigns.units
    return int(units.filter(units.code.isin(codes)).person_id.nunique().execute())

"""Customers by their state at four moments: before and after the claim, and the same days a year ago.

One crossing: how many people were in each state, group and block, and what they did in the days that followed.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir
import pandas as pd

from customer_analytics.analysis.campaigns.campaign import Outcome
from customer_analytics.analysis.campaigns.histories import described
from customer_analytics.analysis.comparison.pool import known_people
from customer_analytics.analysis.itemsets.engine import kept
from customer_analytics.analysis.survival.blocks import BLOCKS, block
from customer_analytics.expressions import utc_of_local_midnight

if TYPE_CHECKING:
    from customer_analytics.analysis.campaigns.campaign import Campaigns
    from customer_analytics.engagement.parameters import CampaignEvaluationParameters
    from customer_analytics.tables.store import Tables

AFTER, BEFORE, YEAR_AFTER, YEAR_BEFORE = 0, 1, 2, 3
YEAR = 364  # days: whole weeks, so that weekdays fall on weekdays
REST, CONTACTED, HELD, OTHERWISE = 0, 1, 2, 3  # groups; the last: contacted by another campaign in these days
RECENCY = (14, 30, 60, 90, 180, 365)  # days since the last order: ends of the classes
NEW_DAYS = 90  # known for less: a new customer
METRICS = (
    Outcome("converted", "binary", False, False, "higher", "y_0"),
    Outcome("orders", "count", False, False, "higher", "y_1"),
    Outcome("revenue", "money", False, False, "higher", "y_2"),
)


def moments_of(tables: Tables, day: dt.date, days: int) -> dict[int, dt.datetime]:
    """When the days of each moment begin (naive UTC)."""
    firsts = {
        AFTER: day, BEFORE: day - dt.timedelta(days=days), YEAR_AFTER: day - dt.timedelta(days=YEAR),
        YEAR_BEFORE: day - dt.timedelta(days=YEAR + days),
    }  # fmt: skip
    return {moment: utc_of_local_midnight(first, tables.zone) for moment, first in firsts.items()}


def counted(
    tables: Tables, campaigns: Campaigns | None, parameters: CampaignEvaluationParameters, day: dt.date,
    code: int | None,
) -> pd.DataFrame:  # fmt: skip
    """moment, person_group, state, block, n and the sums of each metric (s_<name>), with the sum of squares of revenue
    and orders left out: intervals come from the blocks.

    Args:
        code: of the campaign whose contacted customers the claim is about; None: everybody.
    """
    days = parameters.claim_days
    known = known_people(tables)
    starts = moments_of(tables, day, days)
    parts = []
    for moment, start in starts.items():
        there = known.filter((known.since < ibis.timestamp(start)) | known.since.isnull())
        parts.append(there.select(
            "person_id", start=ibis.timestamp(start).cast("timestamp"), window_days=ibis.literal(days, "int32"),
            moment=ibis.literal(moment, "int8"),
        ))  # fmt: skip
    told = kept(described(tables, ibis.union(*parts), parameters, METRICS, None))
    grouped = _with_consent(_grouped(told, campaigns, code, days), tables)
    rows = grouped.mutate(state=state_of(grouped), block=block(grouped.person_id, BLOCKS, 5))
    sums = rows.group_by("moment", "person_group", "state", "block").aggregate(
        n=rows.count(), **{f"s_{one.name}": _column(rows, one.column).sum() for one in METRICS}
    )
    frame: pd.DataFrame = sums.to_pandas()
    return frame.sort_values(["moment", "person_group", "state", "block"], ignore_index=True)


def _column(rows: ir.Table, name: str) -> ir.FloatingValue:
    return rows[name].fill_null(0.0) if name in rows.columns else ibis.literal(0.0)


def state_of(rows: ir.Table) -> ir.IntegerValue:
    """Number of each person's state: may be contacted x days since the last order x orders in the days before x all
    orders x new."""
    known = rows.recency_days.notnull()
    cuts = [(known & (rows.recency_days < days), place) for place, days in enumerate(RECENCY)]
    recency = ibis.cases(*cuts, (known, len(RECENCY)), else_=len(RECENCY) + 1)
    recent = ibis.least(rows.x_orders.fill_null(0.0), 4.0).cast("int64")
    ever = ibis.cases((rows.orders_before.fill_null(0.0) < 2, 0), (rows.orders_before < 5, 1), else_=2)
    new = (rows.days_known.fill_null(NEW_DAYS) < NEW_DAYS).ifelse(1, 0)
    state = (((rows.refuses * (len(RECENCY) + 2) + recency) * 5 + recent) * 3 + ever) * 2 + new
    return state.cast("int32")


LEANS_ON = (6, 30)  # a state, divided by these, is its class without all orders and new, and without recent orders too


def _with_consent(rows: ir.Table, tables: Tables) -> ir.Table:
    """rows with refuses: 1 where the customer may not be contacted, else 0."""
    if not tables.has("customers", "customer_id", "consent"):
        return rows.mutate(refuses=ibis.literal(0))
    listed = tables["customers"]
    own = listed.group_by(_person=listed.customer_id.cast("string")).aggregate(consent=listed.consent.max())
    joined = rows.left_join(own, [("person_id", "_person")]).drop("_person")
    return joined.mutate(refuses=(~joined.consent).fill_null(False).ifelse(1, 0)).drop("consent")


def _grouped(told: ir.Table, campaigns: Campaigns | None, code: int | None, days: int) -> ir.Table:
    """told with person_group: REST, CONTACTED and HELD (of the campaign of the claim), OTHERWISE."""
    if campaigns is None or not len(campaigns.list):
        return told.mutate(person_group=ibis.literal(REST, "int8"))
    units = campaigns.units.filter(campaigns.units.start.notnull())
    untouched = sorted({int(c) for c in campaigns.list.loc[campaigns.list["control_kind"] == "untouched", "code"]})
    held = (units.arm == 0) & units.code.isin(untouched) if untouched else ibis.literal(False)
    sent = units.filter(~held).select(_of=units.person_id, _at=units.start)
    both = told.select("person_id", "start").distinct().inner_join(sent, [("person_id", "_of")])
    length = ibis.interval(days=days)
    near = both.filter(both["_at"] >= both.start, both["_at"] < both.start + length)
    near = near.select(_person=near.person_id, _start=near.start, _near=ibis.literal(1)).distinct()
    joined = told.left_join(near, [("person_id", "_person"), ("start", "_start")]).drop("_person", "_start")
    if code is None:
        return joined.mutate(person_group=ibis.literal(REST, "int8")).drop("_near")
    mine = units.filter(units.code == code)
    mine = mine.select(_person=mine.person_id, _arm=mine.arm, _held=held if untouched else ibis.literal(False))
    joined = joined.left_join(mine, [("person_id", "_person")])
    group = ibis.cases(
        (joined["_arm"].notnull() & ~joined["_held"], CONTACTED),
        (joined["_near"].notnull(), OTHERWISE),
        (joined["_arm"].notnull(), HELD),
        else_=REST,
    )
    return joined.mutate(person_group=group.cast("int8")).drop("_near", "_person", "_arm", "_held")

"""Customers by their state at four moments: before and after the claim, and the same days a year ago.

A state is above all what can be expected of a customer (score.py). Only sums leave the engine: how many people were in
each state, group and block, and what they did in the days that followed.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir
import pandas as pd

from customer_analytics.analysis.campaigns.campaign import Outcome
from customer_analytics.analysis.campaigns.facts import facts_of
from customer_analytics.analysis.campaigns.histories import described
from customer_analytics.analysis.claim.score import BINS, class_of, cuts, expected, slopes
from customer_analytics.analysis.survival.blocks import BLOCKS, block_of, letters
from customer_analytics.expressions import utc_of_local_midnight

if TYPE_CHECKING:
    from customer_analytics.analysis.campaigns.campaign import Campaigns
    from customer_analytics.engagement.parameters import CampaignEvaluationParameters
    from customer_analytics.tables.store import Tables

AFTER, BEFORE, YEAR_AFTER, YEAR_BEFORE = 0, 1, 2, 3
YEAR = 364  # days: whole weeks, so that weekdays fall on weekdays
REST, CONTACTED, HELD, OTHERWISE = 0, 1, 2, 3  # groups; the last: contacted by another campaign in these days
RECENCY = (30, 90)  # days since the last order: ends of the classes
LEANS_ON = (6, 30)  # a state, divided by these, is its class of expectation, and five of these together
ALL_BUY = 0.8  # share with an order from which that share says nothing, and the revenue is audited instead
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
) -> tuple[pd.DataFrame, str]:  # fmt: skip
    """The people of the four moments by state, and the metric that is audited.

    Args:
        code: of the campaign whose contacted customers the claim is about; None: everybody.

    Returns:
        moment, person_group, state, block, n and total (of the metric).
    """
    days = parameters.claim_days
    known = facts_of(campaigns, tables, parameters)
    people = known.people
    starts = moments_of(tables, day, days)
    named = people.select(
        "person_id", "since", refuses=(~people.consent).fill_null(False).ifelse(1, 0).cast("int8"),
        letters=letters(people.person_id),
    )  # fmt: skip
    there = named.cross_join(_places(starts)).filter(lambda t: (t.since < t.start) | t.since.isnull()).drop("since")
    asked = _grouped(there.mutate(window_days=ibis.literal(days, "int32")), campaigns, code, days).cache()
    rows = described(tables, asked, parameters, METRICS, known).cache()
    metric = _metric(rows, campaigns, parameters)
    column = next(one.column for one in METRICS if one.name == metric)
    stated = _with_states(rows, column, code is not None)
    sums = stated.group_by("moment", "person_group", "state", "block").aggregate(
        n=stated.count(), total=stated[column].fill_null(0.0).sum()
    )
    frame: pd.DataFrame = sums.to_pandas()
    return frame.sort_values(["moment", "person_group", "state", "block"], ignore_index=True), metric


def _places(starts: dict[int, dt.datetime]) -> ir.Table:
    """The moments as rows: moment, start."""
    frame = pd.DataFrame({"moment": list(starts), "start": pd.to_datetime(list(starts.values()))})
    return ibis.memtable(frame.astype({"moment": "int8", "start": "datetime64[us]"}))


def _metric(rows: ir.Table, campaigns: Campaigns | None, parameters: CampaignEvaluationParameters) -> str:
    """The report's main outcome where it is one of METRICS; the revenue where nearly everybody buys anyway."""
    main = "" if campaigns is None else campaigns.main
    if main in [one.name for one in METRICS] and (main != "converted" or parameters.main_outcome):
        return main
    before = rows.filter(rows.moment == BEFORE)
    found = before.aggregate(share=before.y_0.mean(), money=_column(before, "y_2").sum()).to_pyarrow().to_pylist()[0]
    return "revenue" if (found["share"] or 0.0) > ALL_BUY and (found["money"] or 0.0) > 0 else "converted"


def _with_states(rows: ir.Table, column: str, of_contacted: bool) -> ir.Table:
    """rows with block and state: may be contacted x class of what is to be expected x recency x new."""
    reference = rows.filter((rows.moment == BEFORE) & (rows.person_group != OTHERWISE))
    rows = rows.mutate(score=expected(rows, slopes(reference, column)))
    about = rows.filter(rows.moment == AFTER)
    about = about.filter(about.person_group == CONTACTED) if of_contacted else about
    ends = cuts(about.select("score"))
    recency = ibis.cases((rows.recency_days < RECENCY[0], 0), (rows.recency_days < RECENCY[1], 1), else_=2)
    new = (rows.days_known.fill_null(NEW_DAYS) < NEW_DAYS).ifelse(1, 0)
    state = ((rows.refuses.cast("int32") * BINS + class_of(rows.score, ends)) * 3 + recency) * 2 + new
    return rows.mutate(state=state.cast("int32"), block=block_of(rows.letters, BLOCKS, 5))


def _column(rows: ir.Table, name: str) -> ir.FloatingValue:
    return rows[name].fill_null(0.0) if name in rows.columns else ibis.literal(0.0)


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

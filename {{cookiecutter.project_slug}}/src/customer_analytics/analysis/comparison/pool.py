"""Who was contacted without a control group, and who could have been: one row a campaign and person.

Could have been contacted: known to the business at that time (registered, or with an order), and not assigned to the
campaign. Those of the pool begin at the same days as the contacted, spread over them by their ids. Both are described
by one function, at three moments: the contact, the same time before it, and the time before the days that describe
them (the placebo, in which a contact that was yet to come can have changed nothing: up to three windows).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from customer_analytics.analysis.campaigns.facts import facts_of
from customer_analytics.analysis.campaigns.histories import described
from customer_analytics.analysis.survival.blocks import block_of, letters
from customer_analytics.expressions import utc_of_local_midnight

if TYPE_CHECKING:
    from customer_analytics.analysis.campaigns.campaign import Campaigns
    from customer_analytics.engagement.parameters import CampaignEvaluationParameters
    from customer_analytics.tables.store import Tables

MOST_CAMPAIGNS = 60  # the largest ones are compared
MOST_ROWS = 400_000  # people of both groups over all campaigns; beyond, persons are sampled by their ids
MOST_OF_ONE = 20_000  # of one campaign and group: more would narrow the interval by nothing that matters
SLOTS = 20  # days of contact that the pool is spread over
PARTS = 1_000
STRAYS = 0.001  # of the orders, that may lie long before the others
NOW, BEFORE, PLACEBO = 0, 1, 2  # moments; the placebo's windows are PLACEBO, PLACEBO + 1 …, one before the other
PLACEBO_WINDOWS = 3  # at most, and together no more days than PLACEBO_DAYS: one short window shows only large gaps
PLACEBO_DAYS = 60


@dataclass(frozen=True)
class Pool:
    """people: code, contacted (1, 0), the outcomes at the three moments (y_<i>, b_<i>, p_<i>), the before columns,
    orders_earlier and revenue_earlier (before the placebo), contacts (other campaigns in the days before), others
    (other campaigns in the window) and exact (consent, where known).

    `unknown`: contacted people by code who were no customers yet.
    """

    people: pd.DataFrame
    unknown: dict[int, int]


def pool(campaigns: Campaigns, tables: Tables, parameters: CampaignEvaluationParameters, codes: list[int]) -> Pool:
    """The people of some campaigns without a control group, and those who could have been contacted."""
    listed = campaigns.list.set_index("code").loc[codes]
    known = facts_of(campaigns, tables, parameters).people.select("person_id", "since")
    contacted = _contacted(campaigns, codes)
    slots = _slots(contacted, listed, int(known.count().execute()))
    moments = _moments(contacted, known, slots, _end(tables)).cache()
    counted: pd.DataFrame = moments.group_by("code").aggregate(unknown=moments.stranger.sum()).to_pandas()
    unknown = dict(zip(counted["code"].astype(int), counted["unknown"].fillna(0).astype(int), strict=True))
    rows = moments.filter(moments.stranger == 0)
    return Pool(_people(campaigns, tables, parameters, rows), unknown)


def first_day(tables: Tables) -> dt.date:
    """The local day from which orders are in the data; a few with a wrong date long before do not count."""
    orders = tables["orders"].filter(tables["orders"].ordered_at.notnull())
    by_day: pd.DataFrame = orders.group_by("ordered_on").aggregate(n=orders.count()).to_pandas()
    if not len(by_day):
        return tables.reference_day
    by_day = by_day.sort_values("ordered_on")
    shares = by_day["n"].cumsum() / by_day["n"].sum()
    return pd.Timestamp(by_day["ordered_on"][shares >= STRAYS].iloc[0]).date()


def _end(tables: Tables) -> dt.datetime:
    return utc_of_local_midnight(tables.reference_day, tables.zone)


def _contacted(campaigns: Campaigns, codes: list[int]) -> ir.Table:
    """The contacted units of these campaigns; held-out arms of one whose arms were not drawn are not among them."""
    units = campaigns.units
    arms = campaigns.arms
    named = arms[arms["code"].isin(codes)]
    held = {int(code) for code in named.loc[named["role"] == "control", "code"]}
    rows = units.filter(units.code.isin(codes), units.start.notnull())
    if held:
        rows = rows.filter(~(rows.code.isin(sorted(held)) & (rows.arm == 0)))
    return rows.select("person_id", "start", "start_day", code=rows.code.cast("int64"))


def _slots(contacted: ir.Table, listed: pd.DataFrame, people: int) -> pd.DataFrame:
    """Days of contact by campaign: code, slot, slots, start, window_days, and the share of both groups that is kept."""
    days: pd.DataFrame = (
        contacted.group_by("code", "start_day")
        .aggregate(n=contacted.count(), start=contacted.start.min())
        .to_pandas()
        .sort_values(["code", "start_day"], ignore_index=True)
    )
    most = min(MOST_OF_ONE, MOST_ROWS // max(2 * days["code"].nunique(), 1))
    rows = []
    for code in sorted(int(one) for one in days["code"].unique()):
        own = days[days["code"] == code]
        total, number = int(own["n"].sum()), min(SLOTS, len(own))
        places = (np.arange(number) + 0.5) / number * total
        chosen = own.iloc[np.searchsorted(own["n"].cumsum().to_numpy(), places)]
        for slot, start in enumerate(chosen["start"]):
            rows.append({
                "code": code, "slot": slot, "slots": number, "slot_start": start,
                "window_days": int(listed["window_days"].to_dict()[code]),
                "share_contacted": max(min(PARTS, PARTS * most // max(total, 1)), 1),
                "share_pool": max(min(PARTS, PARTS * most // max(people, 1)), 1),
            })  # fmt: skip
    return pd.DataFrame(rows)


def _moments(contacted: ir.Table, known: ir.Table, slots: pd.DataFrame, end: dt.datetime) -> ir.Table:
    """code, person_id, start, window_days, contacted (1, 0), stranger (1: no customer yet); windows that are over."""
    plan = ibis.memtable(slots)
    one = plan.filter(plan.slot == 0).select("code", "window_days", "share_contacted", "share_pool", "slots")
    own = contacted.inner_join(one, "code")
    own = own.mutate(letters=letters(own.person_id))
    own = own.filter(block_of(own.letters, PARTS, 17) < own.share_contacted)
    own = own.left_join(known, "person_id")
    own = own.select(
        "code", "person_id", "start", "window_days", contacted=ibis.literal(1, "int8"),
        stranger=ibis.ifelse((own.since >= own.start).fill_null(False), 1, 0).cast("int8"),
    )  # fmt: skip
    told = known.mutate(letters=letters(known.person_id))
    spread = told.mutate(part=block_of(told.letters, PARTS, 19), place=block_of(told.letters, 840, 23)).drop("letters")
    others = spread.cross_join(one).filter(lambda t: t.part < t.share_pool)
    others = others.mutate(slot=(others.place % others.slots).cast("int64"))
    starts = plan.select("code", "slot", "slot_start")
    others = others.inner_join(starts, ["code", "slot"])
    others = others.filter((others.since < others.slot_start) | others.since.isnull())
    others = others.anti_join(contacted, ["code", "person_id"]).select(
        "code", "person_id", start=others.slot_start.cast("timestamp"), window_days=others.window_days,
        contacted=ibis.literal(0, "int8"), stranger=ibis.literal(0, "int8"),
    )  # fmt: skip
    rows = ibis.union(own.cast({"start": "timestamp"}), others.cast({"start": "timestamp"}))
    return rows.filter(_later(rows.start, rows.window_days) <= ibis.timestamp(end))


def _later(moment: ir.TimestampValue, days: ir.IntegerValue) -> ir.TimestampValue:
    """A moment, some days later."""
    return (moment + days.cast("int32").as_interval("D")).cast("timestamp")


def _people(
    campaigns: Campaigns, tables: Tables, parameters: CampaignEvaluationParameters, rows: ir.Table
) -> pd.DataFrame:
    """Both groups with what was known and what followed, one crossing."""
    outcomes = [one for one in campaigns.outcomes if not one.ready and one.name != "unsubscribed"]
    known = facts_of(campaigns, tables, parameters)
    asked = _asked(rows, parameters.before_days).cache()
    told = described(tables, asked, parameters, outcomes, known).cache()
    columns = [one.column for one in outcomes if one.column in told.columns]
    now, then = told.filter(told.moment == NOW), told.filter(told.moment == BEFORE)
    before = then.select(_code=then.code, _person=then.person_id, **{f"b_{c[2:]}": then[c] for c in columns})
    chosen = now.select("code", "person_id", "start", "window_days", "contacted", *columns, *_of_before(told))
    for other in (before, _placebo(told, columns, utc_of_local_midnight(first_day(tables), tables.zone))):
        chosen = chosen.left_join(other, [("code", "_code"), ("person_id", "_person")]).drop("_code", "_person")
    counted = _contacts(campaigns, chosen, parameters.before_days)
    frame: pd.DataFrame = _with_consent(tables, counted, known.people).drop("start", "window_days").to_pandas()
    return frame.sort_values(["code", "contacted", "person_id"], ignore_index=True).drop(columns="person_id")


def _asked(rows: ir.Table, before_days: int) -> ir.Table:
    """Everybody at each moment, its number in `moment`; `first`: whether it is their earliest one."""
    windows = ibis.greatest(ibis.least(PLACEBO_DAYS / rows.window_days, PLACEBO_WINDOWS).floor(), 1).cast("int64")
    back = {NOW: (0, 0), BEFORE: (1, 0)} | {PLACEBO + k: (k + 1, before_days) for k in range(PLACEBO_WINDOWS)}
    places = ibis.memtable(
        pd.DataFrame([(moment, *days) for moment, days in back.items()], columns=["moment", "times", "days"])
    )
    asked = rows.mutate(windows=windows).cross_join(places)
    asked = asked.filter((asked.moment <= PLACEBO) | (asked.windows > asked.moment - PLACEBO))
    return asked.select(
        "code", "person_id", "window_days", "contacted", moment=asked.moment.cast("int8"),
        start=_later(asked.start, -(asked.window_days * asked.times + asked.days)),
        first=asked.windows == asked.moment - PLACEBO + 1,
    )  # fmt: skip


def _placebo(told: ir.Table, columns: list[str], begin: dt.datetime) -> ir.Table:
    """Mean of each outcome over the placebo's windows that the data reach (p_<i>; null: none), and orders and revenue
    before the earliest of them."""
    rows = told.filter(told.moment >= PLACEBO)
    reached = rows.start >= ibis.timestamp(begin)
    return rows.group_by(_code=rows.code, _person=rows.person_id).aggregate(
        **{f"p_{column[2:]}": rows[column].mean(where=reached) for column in columns},
        orders_earlier=rows.orders_before.sum(where=rows["first"]),
        revenue_earlier=rows.revenue_before.sum(where=rows["first"]),
    )


def _of_before(told: ir.Table) -> list[str]:
    return [name for name in ("x_orders", "x_revenue", "x_visits", "recency_days", "days_known")
            if name in told.columns]  # fmt: skip


def _contacts(campaigns: Campaigns, people: ir.Table, before_days: int) -> ir.Table:
    """people with contacts (other campaigns that contacted them in the days before or at the same moment) and others
    (later ones, before the window ended)."""
    units = campaigns.units
    untouched = sorted({int(c) for c in campaigns.list.loc[campaigns.list["control_kind"] == "untouched", "code"]})
    sent = units.filter(units.start.notnull())
    if untouched:
        sent = sent.filter((sent.arm > 0) | ~sent.code.isin(untouched))
    sent = sent.select(_other=sent.code, _of=sent.person_id, _at=sent.start)
    both = people.select("code", "person_id", "start", "window_days").inner_join(sent, [("person_id", "_of")])
    both = both.filter(both._other != both.code)
    first, last = _later(both.start, ibis.literal(-before_days)), _later(both.start, both.window_days)
    inside = (both["_at"] >= first) & (both["_at"] <= both.start)
    after = (both["_at"] > both.start) & (both["_at"] < last)
    counted = both.group_by(_code=both.code, _person=both.person_id).aggregate(
        contacts=inside.ifelse(1, 0).sum(), others=after.ifelse(1, 0).max()
    )
    joined = people.left_join(counted, [("code", "_code"), ("person_id", "_person")]).drop("_code", "_person")
    return joined.mutate(contacts=joined.contacts.fill_null(0), others=joined.others.fill_null(0))


def _with_consent(tables: Tables, people: ir.Table, listed: ir.Table) -> ir.Table:
    """people with exact: consent as text ("" where unknown); without the column where consent is not recorded."""
    if not tables.has("customers", "customer_id", "consent"):
        return people
    joined = people.left_join(listed.select("consent", _person="person_id"), [("person_id", "_person")]).drop("_person")
    exact = ibis.cases((joined.consent, "yes"), (~joined.consent, "no"), else_="")
    return joined.mutate(exact=exact).drop("consent")

"""Who was won by which channel on which day, whether they stayed and what they brought, counted in the engine.

Whether somebody was won long enough ago to be judged follows from the day alone, so the counts leave the engine by
channel and day, and everything else is arithmetic on them.
"""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from customer_analytics.analysis.attribution.names import Names, coded
from customer_analytics.analysis.campaigns.facts import Facts
from customer_analytics.analysis.channels.result import Money
from customer_analytics.analysis.retention.attributes import attribute_tables, of_customers
from customer_analytics.analysis.rfm.customers import day_number
from customer_analytics.analysis.stream.people import is_visitor
from customer_analytics.analysis.stream.person_days import has_events, has_orders, person_days
from customer_analytics.engagement.parameters import CampaignEvaluationParameters
from customer_analytics.tables.store import Tables

MOST = 24  # channels told apart
STEP = 30  # days of a step of the curve that payback is read from
STEPS = 12
SHORTER = (14, 7)  # days watched where the data are too short for as many as retention_days
SHORTER_WORTH = (60, 30, 14, 7)  # days whose money counts where the data are too short for channel_days


@dataclass(frozen=True)
class Won:
    """`people`: person_id, code, won (day number), materialised. `days`: who was active when. `end`: the first day
    that does not count."""

    people: ir.Table
    names: Names
    source: str
    days: ir.Table
    first: int
    end: int
    unknown: int


def won(tables: Tables) -> Won | None:
    """The customers with their channel and day; None where no channel or nobody's activity is known.

    A customer is won on the day of signing up, or of the first purchase where that came earlier or nothing else is
    known; without either, on the first day of activity.
    """
    named = _channels(tables)
    if named is None or not (has_events(tables) or has_orders(tables)):
        return None
    source, channels = named
    days = person_days(tables, "any", people="customers")
    first = days.aggregate(day=days.day.min()).to_pyarrow().to_pylist()[0]["day"]
    if first is None:
        return None
    seen = days.group_by("person_id").aggregate(
        seen=days.day.min().cast("int32"), bought=days.day.min(where=days.purchases > 0).cast("int32")
    )
    joined = channels.left_join(seen.rename(of="person_id"), [("person_id", "of")]).drop("of")
    begun = ibis.least(joined.signed.fill_null(joined.bought), joined.bought.fill_null(joined.signed))
    dated = joined.select("person_id", "channel", won=begun.fill_null(joined.seen).cast("int32"))
    end = day_number(tables.reference_day)
    dated = dated.filter(dated.won >= int(first), dated.won < end).cache()
    told = coded(dated, MOST)
    if told is None:
        return None
    rows, names, unknown = told
    return Won(rows.select("person_id", "code", "won"), names, source, days, int(first), end, unknown)


def _channels(tables: Tables) -> tuple[str, ir.Table] | None:
    """Where channels come from, and person_id, channel, signed (day number, null: unknown) of every customer."""
    signed = tables.has("customers", "customer_id", "signed_up_on")
    days = of_customers(tables, {"on": "signed_up_on"}) if signed else None
    if tables.has("customers", "customer_id", "acquisition_channel"):
        listed = of_customers(tables, {"channel": "acquisition_channel"})
        told = listed.channel.cast("string").strip().nullif("")
        if listed.filter(told.notnull()).limit(1).count().to_pyarrow().as_py():
            return "customers", _with_day(listed.select("person_id", channel=told), days)
    if not (has_events(tables) and tables.has("events", "channel", "customer_id")):
        return None
    # Leave out the customers' own column, which is empty or not there: the first visit says it.
    rest = {name: table for name, table in tables.tables.items() if name != "customers"}
    _, parts = attribute_tables(Tables(tables.backend, tables.as_of, tables.zone, rest), ["channel"])
    first = parts[0].filter(~is_visitor(parts[0].person_id))
    return "events", _with_day(first.select("person_id", channel=first.channel.strip().nullif("")), days)


def _with_day(channels: ir.Table, days: ir.Table | None) -> ir.Table:
    if days is None:
        return channels.mutate(signed=ibis.null("int32"))
    dated = days.select(of="person_id", signed=days.on.epoch_days().cast("int32"))
    return channels.left_join(dated, [("person_id", "of")]).drop("of")


def stay_window(found: Won, retention_days: int, minimum_base: int) -> tuple[int, int]:
    """Days after being won that tell whether somebody is still there: from the first to before the second.

    As many days as retention_days, so that all are watched equally long; fewer where the data are too short for that.
    """
    lengths = (retention_days, *(days for days in SHORTER if days < retention_days))
    length = _longest(found, [retention_days + days for days in lengths], minimum_base) - retention_days
    return retention_days, retention_days + length


def worth_window(found: Won, channel_days: int, minimum_base: int) -> int:
    """Days after being won whose money counts: channel_days, fewer where the data are too short for that."""
    return _longest(found, [channel_days, *(days for days in SHORTER_WORTH if days < channel_days)], minimum_base)


def _longest(found: Won, spans: list[int], minimum_base: int) -> int:
    """The first span that enough customers have behind them; the first of all where none is."""
    people = found.people
    counts = {f"n{span}": (people.won + span <= found.end).ifelse(1, 0).sum() for span in spans}
    row = people.aggregate(**counts).to_pyarrow().to_pylist()[0]
    return next((span for span in spans if (row[f"n{span}"] or 0) >= minimum_base), spans[0])


def money_rows(tables: Tables, known: Facts, parameters: CampaignEvaluationParameters) -> tuple[Money, ir.Table | None]:
    """What money is, and person_id, day, money, bought of every order that brought any."""
    rows = known.bought
    if rows is None:
        return "none", None
    has_margin = known.margin is not None or parameters.margin_share is not None
    money = (rows.margin if has_margin else rows.net).fill_null(0.0)
    day = tables.local(rows.ordered_at).date().epoch_days().cast("int32")
    kind: Money = "none" if not tables.has("orders", "amount") else "margin" if has_margin else "revenue"
    return kind, rows.select("person_id", "bought", day=day, money=money)


def counted(found: Won, money: ir.Table | None, stay: tuple[int, int], worth_days: int) -> pd.DataFrame:
    """By code and won: n, stayed, buyers, money and squares (of each customer's money within worth_days)."""
    people = found.people
    later = found.days.select(of="person_id", day="day").inner_join(people, [("of", "person_id")])
    age = later.day - later.won
    stayed = later.filter(age >= stay[0], age < stay[1]).select("person_id").distinct().mutate(stayed=1)
    joined = people.left_join(stayed.rename(by="person_id"), [("person_id", "by")]).drop("by")
    heads = joined.mutate(stayed=joined.stayed.fill_null(0))
    if money is None:
        heads = heads.mutate(buyer=ibis.literal(0), money=ibis.literal(0.0))
    else:
        paid = money.rename(of="person_id").inner_join(people, [("of", "person_id")])
        paid = paid.filter(paid.day >= paid.won, paid.day < paid.won + worth_days)
        each = paid.group_by("of").aggregate(money=paid.money.sum(), buyer=paid.bought.max().cast("int32"))
        joined = heads.left_join(each, [("person_id", "of")]).drop("of")
        heads = joined.mutate(money=joined.money.fill_null(0.0), buyer=joined.buyer.fill_null(0))
    summed = heads.group_by("code", "won").aggregate(
        n=heads.count(), stayed=heads.stayed.sum(), buyers=heads.buyer.sum(), money=heads.money.sum(),
        squares=(heads.money * heads.money).sum(),
    )  # fmt: skip
    frame: pd.DataFrame = summed.to_pandas()
    return frame.sort_values(["code", "won"], ignore_index=True)


def curves(found: Won, money: ir.Table | None, heads: pd.DataFrame) -> dict[int, list[tuple[int, float]]]:
    """By code: for each step of STEP days the customers who have lived through it, and the money a head by its end."""
    if money is None:
        return {}
    people = found.people.mutate(reached=((found.end - found.people.won) / STEP).floor().cast("int32"))
    paid = money.rename(of="person_id").inner_join(people, [("of", "person_id")])
    paid = paid.mutate(step=((paid.day - paid.won) / STEP).floor().cast("int32"))
    paid = paid.filter(paid.day >= paid.won, paid.step < paid.reached, paid.step < STEPS)
    summed = paid.group_by("code", "step").aggregate(money=paid.money.sum()).to_pandas()
    by_step = summed.set_index(["code", "step"])["money"].to_dict()
    reached = (found.end - heads["won"].to_numpy()) // STEP
    made: dict[int, list[tuple[int, float]]] = {}
    for code in sorted(set(heads["code"])):
        own, total = (heads["code"] == code).to_numpy(), 0.0
        for step in range(STEPS):
            n = int(heads.loc[own & (reached > step), "n"].sum())
            if not n:
                break
            total += float(by_step.get((code, step), 0.0)) / n
            made.setdefault(int(code), []).append((n, total))
    return made


def months_of(days: pd.Series) -> np.typing.NDArray[np.object_]:
    """Calendar months of day numbers: "2025-03"."""
    dates = pd.to_datetime(days.to_numpy(), unit="D", origin="unix")
    return dates.strftime("%Y-%m").to_numpy(dtype=object)

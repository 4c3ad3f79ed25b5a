"""What a new customer brings by the channel that won them, and what may be spent on one."""

from __future__ import annotations

import math
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from customer_analytics.analysis.rfm.customers import day_number
from customer_analytics.statistics import Z95
from customer_analytics.tables.store import Tables

PERIOD = 30  # days of a step of the curve
SPANS = (12, 6, 3)  # steps after which a channel is judged: the longest that enough customers have reached


@dataclass(frozen=True)
class Acquisition:
    """New customers by channel. All money is net of returns and, with a margin, margin.

    `steps`: periods of thirty days after the first purchase over which `worth` counts. `table`: channel, customers
    (new in the period), observed (those of them old enough), worth, low, high (a head, 95 %), spend, cost (spend a new
    customer), payback (step by which the mean customer has brought the cost; NaN: not yet), all by channel. `curves`:
    channel, step, customers, worth (cumulative a head, only customers who have reached the step).
    """

    steps: int
    first: int
    last: int
    has_spend: bool
    table: pd.DataFrame
    curves: pd.DataFrame


def acquisition(tables: Tables, days: ir.Table, factor: float, minimum_base: int) -> Acquisition | None:
    """Worth of new customers by channel; None where no channel is known or too few customers are new.

    A customer is new in the period if the sign-up (else the first purchase) lies within the days of the data, or of the
    spend where there is any. `factor`: what is kept of a purchase's value.
    """
    if not tables.has("customers", "customer_id", "acquisition_channel"):
        return None
    spend = _spend(tables)
    people = new_customers(tables, days)
    limits = days.aggregate(first=days.day.min()).to_pyarrow().to_pylist()[0]
    if limits["first"] is None:
        return None
    end = day_number(tables.as_of)
    first, last = int(limits["first"]), end
    if spend is not None:
        first, last = max(first, spend[1]), min(last, spend[2])
    people = people.filter(people.won >= first, people.won <= last).cache()
    reach = _reach(people, end)
    if not len(reach):
        return None
    everyone = reach.groupby("reached")["n"].sum()
    steps = next((span for span in SPANS if everyone[everyone.index >= span].sum() >= minimum_base), None)
    if steps is None:
        return None
    curves = _curves(people, days, end, reach, factor)
    heads = reach.groupby("channel").agg(customers=("n", "sum")).reset_index()
    table = heads.merge(_observed(people, days, end, steps, factor), on="channel", how="left")
    table["observed"] = table["observed"].fillna(0).astype(np.int64)
    known = table["observed"] >= minimum_base
    table.loc[~known, ["worth", "low", "high"]] = math.nan
    costs = spend[0] if spend is not None else {}
    table["spend"] = [costs.get(_key(channel), math.nan) for channel in table["channel"]]
    table["cost"] = table["spend"] / table["customers"]
    table["payback"] = [_payback(curves, row, minimum_base) for row in table.itertuples()]
    return Acquisition(steps, first, last, bool(table["spend"].notna().any()), _sorted(table), curves)


def _key(channel: object) -> str:
    return str(channel).strip().casefold()


def _sorted(table: pd.DataFrame) -> pd.DataFrame:
    return table.sort_values(["customers", "channel"], ascending=[False, True], ignore_index=True)


def _spend(tables: Tables) -> tuple[dict[str, float], int, int] | None:
    """Cost by channel, and the first and last day of it."""
    if not tables.has("spend", "channel", "cost", "day"):
        return None
    spend = tables["spend"]
    spend = spend.filter(spend.cost.notnull())
    summed = spend.group_by("channel").aggregate(
        cost=spend.cost.sum().cast("float64"),
        first=spend.day.epoch_days().min().cast("int32"),
        last=spend.day.epoch_days().max().cast("int32"),
    )
    rows = sorted(summed.to_pyarrow().to_pylist(), key=lambda row: str(row["channel"]))
    if not rows:
        return None
    costs: dict[str, float] = {}
    for row in rows:
        costs[_key(row["channel"])] = costs.get(_key(row["channel"]), 0.0) + row["cost"]
    return costs, min(row["first"] for row in rows), max(row["last"] for row in rows)


def new_customers(tables: Tables, days: ir.Table) -> ir.Table:
    """Buyers with a channel: customer_id, channel, first (purchase day), won (day of sign-up, else first purchase)."""
    listed = tables["customers"]
    listed = listed.filter(listed.acquisition_channel.notnull())
    signed = listed.signed_up_on.epoch_days() if "signed_up_on" in listed.columns else ibis.null().cast("int32")
    own = listed.select(customer_id=listed.customer_id, channel=listed.acquisition_channel, signed=signed.cast("int32"))
    own = own.group_by("customer_id").aggregate(channel=own.channel.min(), signed=own.signed.min())
    buyers = days.group_by("customer_id").aggregate(first=days.day.min().cast("int32"))
    joined = buyers.inner_join(own, "customer_id")
    won = ibis.least(joined.signed.fill_null(joined["first"]), joined["first"])
    return joined.select("customer_id", "channel", "first", won=won)


def _reach(people: ir.Table, end: int) -> pd.DataFrame:
    """Customers by channel and whole steps since the first purchase: channel, reached, n."""
    reached = ((ibis.literal(end) - people["first"]) / PERIOD).floor().cast("int32")
    counted = people.select("channel", reached=reached).group_by("channel", "reached").aggregate(n=lambda t: t.count())
    crossed: pd.DataFrame = counted.to_pyarrow().to_pandas()
    return crossed.sort_values(["channel", "reached"], ignore_index=True)


def _bought(people: ir.Table, days: ir.Table, end: int) -> ir.Table:
    """Purchase days of new customers: customer_id, channel, step (0: first thirty days), reached, value."""
    own = days.select("customer_id", "day", "value")
    joined = own.inner_join(people, "customer_id")
    return joined.select(
        "customer_id",
        "channel",
        step=((joined.day - joined["first"]) / PERIOD).floor().cast("int32"),
        reached=((ibis.literal(end) - joined["first"]) / PERIOD).floor().cast("int32"),
        value=joined.value.cast("float64"),
    )


def _curves(people: ir.Table, days: ir.Table, end: int, reach: pd.DataFrame, factor: float) -> pd.DataFrame:
    """Cumulative worth a head by step, of the customers who have lived through it: nobody counts as zero too early."""
    bought = _bought(people, days, end)
    whole = bought.filter(bought.step < bought.reached, bought.step < max(SPANS))
    summed = whole.group_by("channel", "step").aggregate(value=whole.value.sum())
    values: pd.DataFrame = summed.to_pyarrow().to_pandas()
    by_step = values.set_index(["channel", "step"])["value"]
    rows = []
    for channel, own in reach.groupby("channel", sort=True):
        total = 0.0
        for step in range(max(SPANS)):
            customers = int(own.loc[own["reached"] > step, "n"].sum())
            if customers == 0:
                break
            total += factor * float(by_step.get((channel, step), 0.0)) / customers
            rows.append((channel, step + 1, customers, total))
    return pd.DataFrame(rows, columns=["channel", "step", "customers", "worth"])


def _observed(people: ir.Table, days: ir.Table, end: int, steps: int, factor: float) -> pd.DataFrame:
    """Worth a head within `steps` of the customers who have reached them, with its normal interval."""
    bought = _bought(people, days, end)
    inside = bought.filter(bought.reached >= steps, bought.step < steps)
    heads = inside.group_by("customer_id", "channel").aggregate(value=inside.value.sum())
    summed = heads.group_by("channel").aggregate(
        observed=heads.count(), worth=heads.value.mean(), spread=heads.value.std(how="sample")
    )
    crossed: pd.DataFrame = summed.to_pyarrow().to_pandas()
    half = Z95 * crossed["spread"] / np.sqrt(crossed["observed"])
    crossed = crossed.assign(
        low=(crossed["worth"] - half) * factor, high=(crossed["worth"] + half) * factor, worth=crossed["worth"] * factor
    )
    return crossed.drop(columns="spread")


def _payback(curves: pd.DataFrame, row: object, minimum_base: int) -> float:
    """First step by which the mean customer has brought the cost; NaN where none has."""
    channel, cost = getattr(row, "channel"), float(getattr(row, "cost"))  # noqa: B009
    if math.isnan(cost):
        return math.nan
    own = curves[(curves["channel"] == channel) & (curves["customers"] >= minimum_base) & (curves["worth"] >= cost)]
    return float(own["step"].min()) if len(own) else math.nan

"""The how-manieth message it is: for those who get one, and for those held out it would have been."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir
import pandas as pd

from customer_analytics.analysis.messages.rows import conversion_column, frequency_state, recency_state
from customer_analytics.analysis.uplift.campaigns import ALARM, ratio_test
from customer_analytics.tables.store import Tables

if TYPE_CHECKING:
    from customer_analytics.analysis.campaigns import Campaigns
    from customer_analytics.analysis.messages.rows import Contacts

DAY = 86_400
LAST = 10  # the last number holds this one and all beyond
WINDOW, EVER = "window", "ever"
ROWS_A_TURN = 1_000_000  # messages and assignments that are put in order at once
_POSITIVE = 0x7FFFFFFF
STATE = ("code", "frequency", "recency")
HELD = ("held_over", "held_converted")


def numbered(tables: Tables, moments: ir.Table, days: int, turn: int = 0, turns: int = 1) -> ir.Table:
    """One row a customer and second of `moments` (person_id, second): with window and ever, 1 + the messages sent
    strictly before it, within `days` x 24 hours and at all, no more than LAST.

    Messages and moments of a customer are put in one order, so that one pass over them counts both. Only customers of
    this `turn` are looked at.
    """
    touches = tables["touches"]
    times = [touches[name] for name in ("sent_at", "delivered_at") if name in touches.columns]
    sent = touches.select(person_id=touches.customer_id.cast("string"), moment=ibis.coalesce(*times))
    sent = sent.filter(sent.person_id.notnull(), sent.moment.notnull(), is_of_turn(sent.person_id, turn, turns))
    sent = sent.select("person_id", second=sent.moment.epoch_seconds().cast("int64"), sent=ibis.literal(1, "int32"))
    asked = moments.select("person_id", "second", sent=ibis.literal(0, "int32"))
    both = sent.union(asked)
    once = both.group_by("person_id", "second").aggregate(sent=both.sent.sum().cast("int32"))
    so_far = ibis.range_window(group_by=once.person_id, order_by=once.second, preceding=None, following=0)
    lately = ibis.range_window(group_by=once.person_id, order_by=once.second, preceding=days * DAY, following=0)

    def number(frame: ibis.expr.builders.WindowBuilder) -> ir.IntegerValue:
        earlier = (once.sent.sum().over(frame) - once.sent).cast("int64")
        return (ibis.least(earlier, ibis.literal(LAST - 1, "int64")) + 1).cast("int32")

    return once.select("person_id", "second", window=number(lately), ever=number(so_far))


def is_of_turn(person: ir.StringValue, turn: int, turns: int) -> ir.BooleanValue:
    """Whether a customer is of a turn: by chance, and all their rows are of the same one."""
    return ibis.literal(True) if turns == 1 else (person.hash() & _POSITIVE) % turns == turn


def counted(campaigns: Campaigns, found: Contacts, tables: Tables, days: int, columns: list[str]) -> pd.DataFrame:
    """Sums of the flags `columns` by STATE and number (window, ever) over the contacted, and of HELD (units with a
    complete window, of them converted) over the untouched controls of the same campaigns.

    Putting millions of messages in order takes memory, so customers are taken in turns.
    """
    rows = found.rows.select(
        "code", "person_id", "frequency", "recency", second=found.rows.start.epoch_seconds().cast("int64"),
        **{name: found.rows[name].cast("int8") for name in columns},  # files tell a wider kind
        **{name: ibis.literal(0, "int8") for name in HELD},
    )  # fmt: skip
    held = _held(campaigns, found, columns)
    if held is not None:
        rows = rows.union(held)
    size = float(campaigns.list[["units", "messages"]].fillna(0).to_numpy().sum())
    turns = max(1, math.ceil(size / ROWS_A_TURN))
    by = [*STATE, WINDOW, EVER]
    frames: list[pd.DataFrame] = []
    for turn in range(turns):
        own = rows.filter(is_of_turn(rows.person_id, turn, turns))
        moments = own.select("person_id", "second")
        joined = own.inner_join(numbered(tables, moments, days, turn, turns), ["person_id", "second"])
        added = joined.group_by(by).aggregate(**{name: joined[name].sum() for name in (*columns, *HELD)})
        frames.append(added.to_pandas())
    return pd.concat(frames).groupby(by, as_index=False)[[*columns, *HELD]].sum()


def _held(campaigns: Campaigns, found: Contacts, columns: list[str]) -> ir.Table | None:
    """The untouched controls as rows of the same columns; None where there are none or conversion is not known.

    Campaigns whose arms are not of the planned sizes, where these are known, are left out.
    """
    column, table = conversion_column(campaigns), campaigns.list
    compared = (table["kind"] == "randomised") & (table["reason"] == "") & (table["control_kind"] == "untouched")
    codes = [
        int(row["code"]) for row in table[compared & table["code"].isin(found.codes)].to_dict("records")
        if not (row["plan_known"] and ratio_test(_sizes(campaigns, int(row["code"])), row["planned"]) < ALARM)
    ]  # fmt: skip
    if column is None or not codes:
        return None
    units = campaigns.units.filter(
        lambda t: t.code.isin(codes), lambda t: t.arm == 0, lambda t: t.over, lambda t: t[column].notnull(),
        lambda t: t.start.notnull(),
    )  # fmt: skip
    return units.select(
        "code", "person_id", frequency=frequency_state(units.orders_before), recency=recency_state(units.recency_days),
        second=units.start.epoch_seconds().cast("int64"),
        **{name: ibis.literal(0, "int8") for name in columns},
        held_over=ibis.literal(1, "int8"), held_converted=(units[column] > 0).ifelse(1, 0).cast("int8"),
    )  # fmt: skip


def _sizes(campaigns: Campaigns, code: int) -> dict[str, int]:
    """Arm -> units."""
    arms = campaigns.arms_of(code)
    return dict(zip(arms["arm"].astype(str), arms["n"].astype(int), strict=True))

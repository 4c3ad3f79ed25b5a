"""One row a customer who was contacted in a campaign: what became of the message, as flags to be added up.

The grain is that of the assignment: several messages of one campaign to one customer are one contact, opened if any
was. Denominators (D7.9): delivery over sent, opening over delivered (openings by machines apart), click over
delivered, conversion over delivered where the window is complete.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir

from customer_analytics.tables.store import Tables

if TYPE_CHECKING:
    from customer_analytics.analysis.campaigns import Campaigns

TIMES = ("sent", "delivered", "opened", "clicked", "unsubscribed")
RECENCY = ((45, "recent"), (120, "cooling"))  # days since the last purchase before, up to and with
LAPSED, NEVER = "lapsed", "never"
FREQUENCY = ((0, "none"), (1, "one"), (4, "few"))  # purchases before, up to and with
MANY = "many"
GROUP = "g_"


@dataclass(frozen=True)
class Contacts:
    """The rows, and what they can say.

    `rows`, kept: code, arm, block (ints), person_id, start, moment (of sending; both naive UTC), hour (0 to 23) and
    weekday (1 Monday to 7) of the engagement's zone, recency, frequency and g_<name> (strings), then 0/1 columns by
    result.COUNTS. `codes`: the
    campaigns with messages. `tracked`: time -> codes in which it is ever filled. `groups`: the columns g_<name>.
    `converts`, `repeats`: whether conversion and second orders are known. `timed`: whether the hour means anything.
    `customers`: how many different ones.
    """

    rows: ir.Table
    codes: tuple[int, ...]
    tracked: dict[str, tuple[int, ...]]
    groups: tuple[str, ...]
    converts: bool
    repeats: bool
    timed: bool
    customers: int


def recency_state(days: ir.NumericValue) -> ir.StringValue:
    """Days since the last purchase as one of recent, cooling, lapsed, never."""
    return ibis.cases((days.isnull(), NEVER), *((days <= most, name) for most, name in RECENCY), else_=LAPSED)


def frequency_state(orders: ir.NumericValue) -> ir.StringValue:
    """Purchases so far as one of none, one, few (two to four), many."""
    known = orders.fill_null(0)
    return ibis.cases(*((known <= most, name) for most, name in FREQUENCY), else_=MANY)


def conversion_column(campaigns: Campaigns) -> str | None:
    """The column that says who converted: the computed outcome, else the main one where it is a yes or no."""
    found = campaigns.outcome("converted")
    if found is None:
        main = campaigns.outcome(campaigns.main)
        found = main if main is not None and main.kind == "binary" else None
    return found.column if found else None


def contacts(campaigns: Campaigns, tables: Tables, machine_seconds: int) -> Contacts | None:
    """The contacted customers of all campaigns; None where nothing says that a message left.

    An exported audience says nothing about sending. A campaign in which by the records not one message arrived, was
    opened or clicked was not tracked in that respect: delivered is then sent, and the rates of openings or clicks
    leave it out.
    """
    table = campaigns.list
    codes = sorted(int(code) for code in table.loc[table["source"] == "touches", "code"])
    if not codes:
        return None
    units = campaigns.units.filter(campaigns.units.code.isin(codes))
    columns = {name: f"{name}_at" for name in TIMES}
    units = units.mutate(
        **{name: units[at] if at in units.columns else ibis.null("timestamp") for name, at in columns.items()}
    )
    units = units.mutate(moment=ibis.coalesce(units.sent, units.delivered)).filter(lambda t: t.moment.notnull())
    tracked = _tracked(units)
    if not tracked["moment"]:
        return None
    orders = campaigns.outcome("orders")
    rows = campaigns.kept(_flags(campaigns, tables, units, tracked, machine_seconds))
    timed, customers = _counted(rows)
    return Contacts(
        rows, tracked.pop("moment"), tracked, tuple(f"{GROUP}{name}" for name in campaigns.groups),
        conversion_column(campaigns) is not None, orders is not None, timed, customers,
    )  # fmt: skip


def _tracked(units: ir.Table) -> dict[str, tuple[int, ...]]:
    """By time column the codes in which it is ever filled."""
    names = ("moment", *TIMES)
    counts = units.group_by("code").aggregate(**{name: units[name].notnull().ifelse(1, 0).sum() for name in names})
    frame = counts.to_pandas().sort_values("code")
    return {name: tuple(int(code) for code in frame.loc[frame[name] > 0, "code"]) for name in names}


def _counted(rows: ir.Table) -> tuple[bool, int]:
    """Whether messages have a time of day (dates alone all lie at midnight), and how many customers there are."""
    seconds = rows.moment.epoch_seconds() % 60
    asked = rows.aggregate(
        hours=rows.hour.nunique(), odd=(seconds != 0).ifelse(1, 0).max(), customers=rows.person_id.nunique()
    )
    found = asked.to_pyarrow().to_pylist()[0]
    return bool((found["hours"] or 0) > 1 or found["odd"]), int(found["customers"])


def _flags(
    campaigns: Campaigns, tables: Tables, units: ir.Table, tracked: dict[str, tuple[int, ...]], machine_seconds: int
) -> ir.Table:
    """The rows with their flags."""

    def inside(name: str) -> ir.BooleanValue:
        return units.code.isin(tracked[name]) if tracked[name] else ibis.literal(False)

    column, orders = conversion_column(campaigns), campaigns.outcome("orders")
    clicked, seen = units.clicked.notnull(), units.opened.notnull()
    arrived = inside("delivered").ifelse(units.delivered.notnull(), True) | seen | clicked
    opens, clicks = arrived & inside("opened"), arrived & inside("clicked")
    seconds = units.opened.epoch_seconds() - ibis.coalesce(units.delivered, units.moment).epoch_seconds()
    machine = (seen & ~clicked & (seconds < machine_seconds)).fill_null(False)
    opened = (seen | clicked) & ~machine
    bought = (units[column] > 0).fill_null(False) if column else ibis.literal(False)
    again = (units[orders.column] >= 2).fill_null(False) if orders else ibis.literal(False)
    over = units.over & units[column].notnull() if column else ibis.literal(False)
    flags = {
        "sent": ibis.literal(True), "delivered": arrived, "machine": opens & machine, "opened": opens & opened,
        "clicked": clicks & clicked, "unsubscribed": arrived & units.unsubscribed.notnull(), "open_base": opens,
        "click_base": clicks, "click_openers": opens & clicks & opened,
        "clicked_openers": opens & clicks & opened & clicked, "sent_over": over, "delivered_over": over & arrived,
        "converted": over & arrived & bought, "converted_sent": over & bought,
        "repurchased": over & arrived & bought & again,
    }  # fmt: skip
    local = tables.local(units.moment)
    return units.select(
        code=units.code, arm=units.arm, block=units.block, person_id=units.person_id, start=units.start,
        moment=units.moment, hour=local.hour().cast("int32"), weekday=(local.day_of_week.index() + 1).cast("int32"),
        recency=recency_state(units.recency_days), frequency=frequency_state(units.orders_before),
        **{f"{GROUP}{name}": units[f"{GROUP}{name}"].cast("string") for name in campaigns.groups},
        **{name: value.ifelse(1, 0).cast("int8") for name, value in flags.items()},
    )  # fmt: skip

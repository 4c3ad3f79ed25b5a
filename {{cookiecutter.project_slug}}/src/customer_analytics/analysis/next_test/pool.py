"""Who can take part in the next test: customers who were there in the last year and may be contacted."""

from __future__ import annotations

import math
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.actions.reach import MOST, reach
from customer_analytics.analysis.rfm.customers import day_number
from customer_analytics.analysis.rfm.payments import payments
from customer_analytics.tables.ledger import CONTROL
from customer_analytics.tables.store import Tables

YEAR = 365
WEEK = 7
LONGEST = 52  # weeks beyond which a test is too long to be planned
Floats = npt.NDArray[np.float64]
OUT = ("no_consent", "unsubscribed", "too_often", "held_out")


@dataclass(frozen=True)
class Pool:
    """`people`: person_id, value (net money of the last year; NaN: none), last_day (day number of the last purchase or
    visit; NaN: not known) and the columns asked for as `stratum(place)`; one row a customer who may be contacted.

    customers: of whom anything is known; active: of them there in the last year; out: how many of the active are left
    out, by the first reason that applies (OUT); knows_consent: whether the client records it. rate, bought, asked:
    of those who were customers before it, the share with a purchase in the last window (NaN without orders).
    """

    people: pd.DataFrame
    customers: int
    active: int
    out: dict[str, int]
    knows_consent: bool
    asked: int = 0
    rate: float = math.nan
    spent: float = math.nan
    spread: float = math.nan

    def weeks_for(self, units: float, now: int) -> float:
        """Weeks in which so many different ones of them come by at the present traffic; NaN where a year is too short.

        `now`: day number of the first day that does not count.
        """
        days = np.sort(now - self.people["last_day"].dropna().to_numpy(dtype=np.float64))
        if not 0 < units <= len(days):
            return math.nan
        weeks = float(np.ceil(days[int(np.ceil(units)) - 1] / WEEK))
        return max(weeks, 1.0) if weeks <= LONGEST else math.nan


def pool(
    tables: Tables, ledger: ir.Table | None, columns: tuple[str, ...], window_days: int, audience: str
) -> Pool | None:
    """Everybody who can take part; None where the data hold no customers.

    Args:
        tables: on their as-of date.
        ledger: earlier assignments; who is held out of one that still holds takes no part. A draft of the same
            audience and day holds nobody.
        columns: of customers, for the strata.
        window_days: of the outcome, for the present rate.
        audience: name under which the assignment is written.
    """
    now = day_number(tables.reference_day)
    known = everybody(tables, columns, now, window_days)
    if known is None:
        return None
    frame: pd.DataFrame = known.to_pandas().sort_values("person_id", ignore_index=True)
    before = frame["before"].to_numpy(dtype=np.float64) > 0
    bought, spent = ((frame[name].to_numpy(dtype=np.float64)[before]) for name in ("bought", "spent"))
    dated = frame["last_day"].notna().any()
    active = (frame["last_day"] >= now - YEAR).to_numpy() if dated else np.ones(len(frame), dtype=bool)
    own = frame[active].reset_index(drop=True)
    why, knows_consent = _out(tables, ledger, own["person_id"], now, audience)
    free = own[why == ""].reset_index(drop=True)
    return Pool(
        free[["person_id", "value", "last_day", *map(stratum, range(len(columns)))]], len(frame), len(own),
        {name: int((why == name).sum()) for name in OUT}, knows_consent,
        *_present(bought, spent),
    )  # fmt: skip


def _present(bought: Floats, spent: Floats) -> tuple[int, float, float, float]:
    """asked, rate, spent and spread of those who were customers before the last window."""
    if len(bought) < 2:
        return len(bought), math.nan, math.nan, math.nan
    return len(bought), float(bought.mean()), float(spent.mean()), float(spent.std(ddof=1))


def everybody(tables: Tables, columns: tuple[str, ...], now: int, window_days: int) -> ir.Table | None:
    """person_id, value, last_day, before (bought in the year up to the last window), bought and spent (in it), and
    columns."""
    parts = [part for part in (_orders(tables, now, window_days), _visits(tables, now)) if part is not None]
    if tables.has("customers", "customer_id"):
        rows = tables["customers"]
        rows = rows.filter(rows.customer_id.notnull())
        own = {stratum(place): _plain(rows[name]).min() for place, name in enumerate(columns)}
        people = rows.group_by(person_id=rows.customer_id.cast("string")).aggregate(**own)
    elif parts:
        people = parts[0].select("person_id")
    else:
        return None
    joined = people.left_join(parts[0], "person_id").drop("person_id_right") if parts else people
    missing = {name: ibis.null("float64") for name in ("value", "last_day", "before", "bought", "spent")}
    return joined.mutate(**{name: empty for name, empty in missing.items() if name not in joined.columns})


def stratum(place: int) -> str:
    """Name of the column of the strata at this place: a client's column may have any name, also one of ours."""
    return f"stratum_{place}"


def _plain(column: ir.Column) -> ir.Column:
    """A truth value as text: not every engine finds the least of them."""
    return column.cast("string") if column.type().is_boolean() else column


def _orders(tables: Tables, now: int, window_days: int) -> ir.Table | None:
    if not tables.has("orders", "customer_id", "ordered_on", "amount"):
        return None
    paid = payments(tables["orders"])
    paid = paid.filter(paid.customer_id.notnull(), paid.day < now)
    start = now - window_days
    return paid.group_by(person_id=paid.customer_id.cast("string")).aggregate(
        value=paid.net.sum(where=paid.day >= now - YEAR).cast("float64"),
        last_day=paid.day.max(where=paid.bought).cast("float64"),
        before=(paid.bought & (paid.day < start) & (paid.day >= start - YEAR)).ifelse(1.0, 0.0).max(),
        bought=(paid.bought & (paid.day >= start)).ifelse(1.0, 0.0).max(),
        spent=paid.net.sum(where=paid.day >= start).cast("float64").fill_null(0.0),
    )


def _visits(tables: Tables, now: int) -> ir.Table | None:
    """Where there are no orders, who was there in the last year is who came by."""
    if not tables.has("events", "customer_id", "occurred_on"):
        return None
    events = tables["events"]
    day = events.occurred_on.epoch_days()
    seen = events.filter(events.customer_id.notnull(), day < now)
    return seen.group_by(person_id=seen.customer_id.cast("string")).aggregate(
        last_day=seen.occurred_on.epoch_days().max().cast("float64")
    )


def _out(
    tables: Tables, ledger: ir.Table | None, people: pd.Series, now: int, audience: str
) -> tuple[npt.NDArray[np.object_], bool]:
    """Why each of them takes no part ("": takes part), and whether the client records consent."""
    known = reach(tables, people, now)
    consent = known["consent"].to_numpy(dtype=np.float64)
    records = bool(np.isfinite(consent).any())
    held = people.isin(_held(tables, ledger, audience)).to_numpy()
    conditions = [
        (consent != 1) & records,
        known["unsubscribed"].to_numpy(dtype=np.float64) == 1,
        known["contacts"].to_numpy(dtype=np.float64) >= MOST,
        held,
    ]
    why: npt.NDArray[np.object_] = np.select(conditions, list(OUT), default="").astype(object)
    return why, records


def _held(tables: Tables, ledger: ir.Table | None, audience: str) -> set[str]:
    """Who is held out of an audience that still holds, in whatever version, but for a draft of this one."""
    if ledger is None:
        return set()
    today = ibis.date(tables.as_of)
    holds = ledger.expires_on.isnull() | (ledger.expires_on >= today)
    draft = (ledger.audience == audience) & (ledger.assigned_on == today)
    rows = ledger.filter(holds, ~draft, ledger.arm == CONTROL).select("customer_id").distinct()
    return set(rows.to_pyarrow()["customer_id"].to_pylist())

"""What follows from who came back so far: the tables and the retention result in, one typed result out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import ibis
import ibis.expr.types as ir
import pandas as pd

from customer_analytics.analysis.outlook.contracts import contract_cohorts
from customer_analytics.analysis.outlook.gaps import own_gaps
from customer_analytics.analysis.outlook.lapse import Lapse, lapse
from customer_analytics.analysis.outlook.levelling import HalfLife, Plateau, half_lives, plateau
from customer_analytics.analysis.outlook.need import Need, need
from customer_analytics.analysis.outlook.panel import Panel, panel
from customer_analytics.analysis.outlook.payback import Payback, payback
from customer_analytics.analysis.outlook.point import Point, value_of_a_point
from customer_analytics.analysis.outlook.projection import Projection, project
from customer_analytics.analysis.outlook.season import Season, season, weekly
from customer_analytics.analysis.outlook.triangle import Triangle, triangle
from customer_analytics.analysis.outlook.usage import Usage, usage
from customer_analytics.analysis.retention.result import RetentionResult
from customer_analytics.analysis.stream.person_days import has_orders, person_days, sources
from customer_analytics.analysis.value.checks import order_facts
from customer_analytics.analysis.value.histories import purchase_days
from customer_analytics.analysis.value.margin import margin
from customer_analytics.tables.store import Tables

YEAR: dict[str, int] = {"day": 365, "week": 52, "month": 12}  # periods of a year
HELD_OUT: dict[str, int] = {"day": 28, "week": 12, "month": 6}  # periods held out at most
LEAST_AGES = 4


@dataclass(frozen=True)
class OutlookResult:
    """What the outlook found; a part is None where the data do not carry it, and its module says when.

    `period`: day, week or month, the length of the periods of the projection and of the need; `known`: the cohorts
    that the projection rests on, without those that may hold people from before the data; `contracts`: the projection
    of contracts by month; `is_margin`: whether money is margin (else net revenue); `factor`: what is kept of net money;
    `reason`: why there is no projection: "", "no_cohorts" or "short".
    """

    retention: RetentionResult
    period: str
    known: Triangle | None
    projection: Projection | None
    half_lives: tuple[HalfLife, ...]
    plateau: Plateau | None
    contracts: Projection | None
    need: Need | None
    usage: Usage | None
    point: Point | None
    payback: Payback | None
    panel: Panel | None
    season: Season | None
    lapse: Lapse | None
    is_margin: bool
    factor: float
    reason: Literal["", "no_cohorts", "short"]

    @property
    def minimum_base(self) -> int:
        """Base below which no rate is printed."""
        return self.retention.parameters.minimum_base


def analyse(tables: Tables, retention: RetentionResult) -> OutlookResult:
    """The outlook from the tables and what retention found in them."""
    parameters, definition = retention.parameters, retention.definition
    minimum, seed, period = parameters.minimum_base, parameters.seed, definition.period
    horizon = round(parameters.horizon_months * YEAR[period] / 12)
    settled = retention.cohorts[~retention.cohorts["truncated"].astype(bool)]
    known = triangle(settled[["cohort", "period", "size", "eligible", "active"]])
    ahead = project(known, horizon, longest=HELD_OUT[period], seed=seed) if known is not None else None
    factor, is_margin = _factor(tables)
    begin, end = definition.truncated_until, definition.end
    people, days = retention.people, retention.days
    is_known = retention.enough
    own = own_gaps(days) if is_known else None
    weeks = weekly(days, people, begin, end - 1) if is_known else None
    return OutlookResult(
        retention=retention,
        period=period,
        known=known,
        projection=ahead,
        half_lives=half_lives(ahead.curve, minimum) if ahead is not None else (),
        plateau=plateau(known, minimum, seed) if known is not None else None,
        contracts=_contracts(tables, parameters.horizon_months, seed),
        need=need(*_activity(retention), minimum=minimum) if len(retention.activity) else None,
        usage=usage(own, retention.gaps, minimum) if own is not None else None,
        point=_point(tables, retention, factor),
        payback=_payback(tables, factor, minimum),
        panel=panel(days, people, begin, end - 1, minimum, _moments(tables, retention)) if is_known else None,
        season=season(weeks, minimum, seed) if weeks is not None else None,
        lapse=lapse(own, end, retention.silent_days, minimum) if own is not None and retention.silent_days else None,
        is_margin=is_margin,
        factor=factor,
        reason="" if ahead is not None else ("no_cohorts" if known is None else "short"),
    )


def _contracts(tables: Tables, horizon: int, seed: int) -> Projection | None:
    cohorts = contract_cohorts(tables)
    known = triangle(cohorts) if cohorts is not None else None
    return project(known, horizon, chained=True, seed=seed) if known is not None else None


def _activity(retention: RetentionResult) -> tuple[pd.DataFrame, int, int]:
    """The complete periods, periods of a year, and how many at the begin hold people from before the data."""
    complete = retention.activity[retention.activity["complete"].astype(bool)]
    begin = pd.Timestamp(retention.definition.first_date) + pd.Timedelta(
        days=retention.definition.truncated_until - retention.definition.first_day
    )
    return complete, YEAR[retention.definition.period], int((complete["period"] < begin).sum())


def _factor(tables: Tables) -> tuple[float, bool]:
    """What is kept of the net money of purchases: after returns booked apart, and as margin where costs are known."""
    if not has_orders(tables):
        return 1.0, False
    kept, share = order_facts(tables).kept, margin(tables)
    return (max(kept, 0.0) if kept == kept else 1.0) * (share.share if share is not None else 1.0), share is not None


def _point(tables: Tables, retention: RetentionResult, factor: float) -> Point | None:
    """Activity by the definition in force, money from the purchases whatever counts as activity."""
    definition = retention.definition
    if not retention.enough or not has_orders(tables):
        return None
    active = retention.days.select("person_id", "day", "purchases", "net", active=ibis.literal(True))
    if definition.activity == "events":
        bought = person_days(tables, "purchases", people=definition.people)
        bought = bought.select("person_id", "day", "purchases", "net", active=ibis.literal(False))
        active = active.union(bought)
    people = retention.people.select(
        "person_id", "start_day", **({"channel": retention.people.channel} if _has_channel(retention) else {})
    )
    return value_of_a_point(
        active, people, definition.truncated_until, definition.end - 1, factor, retention.parameters.minimum_base
    )


def _has_channel(retention: RetentionResult) -> bool:
    return "channel" in retention.people.columns


def _payback(tables: Tables, factor: float, minimum: int) -> Payback | None:
    if not has_orders(tables):
        return None
    return payback(tables, purchase_days(tables, "paid"), factor, minimum)


def _moments(tables: Tables, retention: RetentionResult) -> ir.Table | None:
    """person_id, at of all activity by the definition in force."""
    definition = retention.definition
    parts = sources(tables, definition.activity, definition.return_events, people=definition.people)
    found = [part.select("person_id", "at") for part in parts if part is not None]
    if not found:
        return None
    return found[0] if len(found) == 1 else found[0].union(found[1])

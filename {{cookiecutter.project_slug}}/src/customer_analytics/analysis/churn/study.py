"""The study that comes before any model: what leaving means here, in which windows, and for how many people.

A kind of business decides what being there is: an order, any activity, or a running contract. The reasons why nothing
can be estimated are keys (REASONS); the words are the narrative's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from customer_analytics.analysis.churn import silence_study as silent
from customer_analytics.analysis.churn.contract_people import contract_population, has_dated, has_snapshot, snapshot
from customer_analytics.analysis.churn.population import (
    known_at,
    known_people,
    longest_silence,
    standing,
    still_here,
)
from customer_analytics.analysis.churn.windows import Windows, choose_horizon, possible_cuts
from customer_analytics.analysis.features.life import (
    ACTIVITY,
    CONTRACTS,
    EPOCH,
    ORDERS,
    SNAPSHOT,
    Life,
    has_placed,
    life,
)
from customer_analytics.analysis.stream.person_days import has_events
from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.engagement.parameters import ChurnParameters
from customer_analytics.statistics import wilson
from customer_analytics.tables.store import Tables

NOTHING, TOO_SHORT, TOO_FEW, ALL_LEFT, NONE_LEFT = "no_data", "too_short", "too_few", "everybody_left", "nobody_left"
REASONS = (NOTHING, TOO_SHORT, TOO_FEW, ALL_LEFT, NONE_LEFT)
CUSTOMER_SHARE = 1 / 3  # of the rows with a person: from here on customers are followed alone
CONTRACT_HORIZON = 30  # days: a month, where contracts are renewed or ended
POPULATION_COLUMNS = ("cut", "people", "left", "rate", "low", "high")


@dataclass(frozen=True)
class Study:
    """What leaving means, and what it was measured on.

    `kind`: orders, activity, contracts or snapshot; `reason`: "" or the key why no model can be tested (REASONS).
    `silence`: return rate after d silent days by own rhythm (silence_study.silence_table; empty for contracts);
    `thresholds`: silence from which each rhythm counts as gone; `limits`: the silences used for the population.
    `costs`: what each limit would have got wrong at the last past cut-off. `population`: cut, people, left, rate, low,
    high for the past cut-offs, oldest first; `running`: people here now. `gaps`: gap, n of all returns.
    `standing`: population.standing of the cut-offs and now, so that the days are read once.
    """

    kind: str
    reason: str
    windows: Windows
    silence: pd.DataFrame
    thresholds: pd.DataFrame
    limits: Mapping[str, int]
    costs: pd.DataFrame
    population: pd.DataFrame
    running: int
    gaps: pd.DataFrame
    life: Life = field(repr=False)
    standing: ir.Table | None = field(default=None, repr=False)

    def people(self, tables: Tables, cut: int) -> ir.Table:
        """Who is here at a cut-off: person_id and left (0 or 1; of no meaning at now)."""
        if self.kind == CONTRACTS:
            return contract_population(tables, self.windows, cut)
        if self.kind == SNAPSHOT:
            return snapshot(tables)
        return still_here(self.known(cut), self.limits).select("person_id", "left")

    def known(self, cut: int) -> ir.Table:
        """Everybody seen before a cut-off, for orders and activity: population.known_people."""
        if self.standing is not None and f"last_{cut}" in self.standing.columns:
            return known_at(self.standing, cut)
        return known_people(self.life.spells, self.windows, cut)


def study(tables: Tables, parameters: ChurnParameters) -> Study:
    """What leaving means in these data, when it is measured, and how many people that gives.

    Raises:
        UserError: the kind of leaving that is asked for cannot be seen in the data.
    """
    lives, kind = _life_of(tables, parameters)
    now = (tables.reference_day - EPOCH).days
    if kind == SNAPSHOT:
        return _of_snapshot(tables, parameters, lives, now)
    first = _first_day(tables, lives, kind)
    if first is None:
        return _empty(kind, NOTHING, parameters, lives, now)
    gaps = _gaps(lives.spells)
    chosen = parameters.horizon_days or (
        choose_horizon(gaps, first, now, parameters.gap_days, parameters.cut_offs)
        if kind != CONTRACTS
        else _contract_horizon(first, now, parameters)
    )
    if not chosen:
        return _empty(kind, TOO_SHORT, parameters, lives, now)
    cuts = possible_cuts(first, now, parameters.gap_days, chosen, parameters.cut_offs)
    windows = Windows(parameters.observation_days, parameters.gap_days, chosen, 0, cuts, now, first)
    if kind == CONTRACTS:
        return _counted(tables, _bare(kind, windows, lives, gaps), parameters)
    table = silent.silences(lives.spells, now, chosen)
    counts = silent.daily_counts(table)
    limits_table = silent.thresholds(counts, parameters.return_probability, parameters.minimum_base)
    limits = _limits(limits_table, parameters, chosen)
    made = replace(
        _bare(kind, replace(windows, active_days=limits[silent.ALL]), lives, gaps),
        silence=silent.silence_table(table, parameters.minimum_base, counts), thresholds=limits_table, limits=limits,
        standing=standing(lives.spells, windows, (*cuts, now)),
    )  # fmt: skip
    return _counted(tables, made, parameters)


def _limits(thresholds: pd.DataFrame, parameters: ChurnParameters, horizon: int) -> dict[str, int]:
    """The silence up to which each rhythm counts as here: what was asked for, else the thresholds.

    A rhythm whose threshold is not reached in the data counts as here for as long as everybody together. Nobody is
    called gone before a whole horizon is over: leaving is a horizon without coming.
    """
    days = dict(zip(thresholds["rhythm"], thresholds["silent_days"].astype(int), strict=True))
    if parameters.active_days:
        return dict.fromkeys(days, parameters.active_days)
    reached = dict(zip(thresholds["rhythm"], thresholds["reached"].astype(bool), strict=True))
    everyone = days[silent.ALL]
    return {name: max(value if reached[name] else max(value, everyone), horizon) for name, value in days.items()}


def _counted(tables: Tables, made: Study, parameters: ChurnParameters) -> Study:
    """The study with people and leavers at each cut-off; cut-offs with too few people are dropped."""
    rows = []
    for cut in made.windows.cuts:
        people, left = _count(made.people(tables, cut))
        if people >= parameters.minimum_base:
            rows.append((cut, people, left, left / people, *wilson(left, people)))
    counted = pd.DataFrame(rows, columns=list(POPULATION_COLUMNS))
    cuts = tuple(int(cut) for cut in counted["cut"])
    running = int(made.people(tables, made.windows.now).count().to_pandas())
    reason = ""
    if not len(made.windows.cuts):
        reason = TOO_SHORT
    elif not len(counted):
        reason = TOO_FEW
    elif (counted["left"] == 0).all():
        reason = NONE_LEFT
    elif (counted["left"] == counted["people"]).all():
        reason = ALL_LEFT
    made = replace(made, reason=reason, windows=replace(made.windows, cuts=cuts), population=counted, running=running)
    return replace(made, costs=_costs(made, cuts[-1])) if cuts and made.kind != CONTRACTS else made


def _count(people: ir.Table) -> tuple[int, int]:
    row = people.aggregate(people=people.count(), left=people.left.sum()).to_pyarrow().to_pylist()[0]
    return int(row["people"]), int(row["left"] or 0)


def _costs(made: Study, cut: int) -> pd.DataFrame:
    """What calling people gone after so many silent days would have got wrong, at one past cut-off.

    One row a limit, the same for all rhythms, and one (silent_days 0) for the limits by rhythm: flagged, false_alarms
    (flagged, and came back within the horizon), missed (not flagged, and did not come), people.
    """
    people = made.known(cut)
    own = longest_silence(people.rhythm, made.limits)
    marked = people.mutate(own=(people.silent > own).ifelse(1, 0))
    counted = marked.group_by("silent", "own").aggregate(people=marked.count(), left=marked.left.sum()).to_pandas()
    counted = counted.astype(np.int64)
    here, left, days = counted["people"], counted["left"], counted["silent"]
    rows = []
    grid = sorted({d for d in (*silent.GRID, made.limits[silent.ALL]) if d <= int(days.max())})
    for limit, flag in [(0, counted["own"] == 1), *((limit, days > limit) for limit in grid)]:
        flagged, back = int(here[flag].sum()), int((here - left)[flag].sum())
        rows.append((limit, int(here.sum()), flagged, back, int(left[~flag].sum())))
    return pd.DataFrame(rows, columns=["silent_days", "people", "flagged", "false_alarms", "missed"])


def _life_of(tables: Tables, parameters: ChurnParameters) -> tuple[Life, str]:
    """The kind of business, and when its people were there."""
    wanted: str = parameters.kind
    people = "customers" if wanted == ORDERS else _whom(tables)
    there = {
        ORDERS: has_placed(tables), ACTIVITY: has_events(tables),
        CONTRACTS: has_dated(tables) or has_snapshot(tables),
    }  # fmt: skip
    if wanted != "auto":
        if not there[wanted]:
            possible = [name for name in there if there[name]]
            mend = f"Possible here: {', '.join(possible)}." if possible else "Load orders, events or subscriptions."
            raise UserError([Problem(f"churn, kind: {wanted}", "the data do not hold what it needs.", mend)])
        if wanted == CONTRACTS:
            return _contract_life(tables)
        return life(tables, wanted, people), wanted
    if there[ORDERS]:
        orders = life(tables, ORDERS)
        if int(orders.spells.next_day.count().to_pandas()) >= parameters.minimum_base:
            return orders, ORDERS
    if there[CONTRACTS]:
        return _contract_life(tables)
    if there[ACTIVITY]:
        return life(tables, ACTIVITY, people), ACTIVITY
    return life(tables, ORDERS), ORDERS


def _contract_life(tables: Tables) -> tuple[Life, str]:
    kind = CONTRACTS if has_dated(tables) else SNAPSHOT
    return life(tables, kind), kind


def _whom(tables: Tables) -> str:
    """Customers where enough rows of events name one (a deleted cookie looks like leaving), else everyone."""
    if not tables.has("events", "customer_id"):
        return "everyone" if tables.has("events", "visitor_id") else "customers"
    events = tables["events"]
    named = events.customer_id.notnull()
    anonymous = events.visitor_id.notnull() & ~named if "visitor_id" in events.columns else named & ~named
    row = events.aggregate(named=events.count(where=named), anonymous=events.count(where=anonymous)).to_pandas().iloc[0]
    every = int(row["named"]) + int(row["anonymous"])
    return "customers" if not every or int(row["named"]) / every >= CUSTOMER_SHARE else "everyone"


def _first_day(tables: Tables, lives: Life, kind: str) -> int | None:
    if kind != CONTRACTS:
        return lives.first
    started = tables["subscriptions"].started_on.epoch_days().min().to_pandas()
    return None if pd.isna(started) else int(started)


def _contract_horizon(first: int, now: int, parameters: ChurnParameters) -> int | None:
    for days in (90, 60, CONTRACT_HORIZON):
        if len(possible_cuts(first, now, parameters.gap_days, days, parameters.cut_offs)) >= min(
            4, parameters.cut_offs
        ):
            return days
    fits = possible_cuts(first, now, parameters.gap_days, CONTRACT_HORIZON, parameters.cut_offs)
    return CONTRACT_HORIZON if fits else None


def _gaps(spells: ir.Table) -> pd.DataFrame:
    followed = spells.filter(spells.next_day.notnull())
    followed = followed.select(gap=(followed.next_day - followed.day).cast("int32"))
    counted: pd.DataFrame = followed.group_by("gap").aggregate(n=followed.count()).to_pandas()
    return counted.astype(np.int64).sort_values("gap", ignore_index=True)


def _bare(kind: str, windows: Windows, lives: Life, gaps: pd.DataFrame) -> Study:
    return Study(
        kind=kind, reason="", windows=windows, silence=pd.DataFrame(columns=list(silent.SILENCE_COLUMNS)),
        thresholds=pd.DataFrame(columns=["rhythm", "silences", "silent_days", "reached", "rate"]), limits={},
        costs=pd.DataFrame(columns=["silent_days", "people", "flagged", "false_alarms", "missed"]),
        population=pd.DataFrame(columns=list(POPULATION_COLUMNS)), running=0, gaps=gaps, life=lives,
    )  # fmt: skip


def _empty(kind: str, reason: str, parameters: ChurnParameters, lives: Life, now: int) -> Study:
    first = now if lives.first is None else lives.first
    horizon = parameters.horizon_days or 0
    windows = Windows(parameters.observation_days, parameters.gap_days, horizon, 0, (), now, first)
    return replace(_bare(kind, windows, lives, _gaps(lives.spells)), reason=reason)


def _of_snapshot(tables: Tables, parameters: ChurnParameters, lives: Life, now: int) -> Study:
    """One table of contracts that run or have ended, at an unknown time: one sample, its label the end itself."""
    people, left = _count(snapshot(tables))
    reason = (
        TOO_FEW if people < parameters.minimum_base else NONE_LEFT if not left else ALL_LEFT if left == people else ""
    )
    windows = Windows(0, 0, 0, 0, (now,), now, now)
    rate = (left / people, *wilson(left, people)) if people >= parameters.minimum_base else (np.nan, np.nan, np.nan)
    counted = pd.DataFrame([(now, people, left, *rate)], columns=list(POPULATION_COLUMNS))
    made = _bare(SNAPSHOT, windows, lives, _gaps(lives.spells))
    return replace(made, reason=reason, population=counted, running=people - left)

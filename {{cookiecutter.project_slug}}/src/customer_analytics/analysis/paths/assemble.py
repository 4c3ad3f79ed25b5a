"""Everything about paths, put together."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Sequence
from typing import Protocol

import ibis.expr.types as ir
import pandas as pd

from customer_analytics.analysis.funnel.definition import Definition
from customer_analytics.analysis.paths import comparing, friction, heat, routes
from customer_analytics.analysis.paths.actions import Actions, actions_of
from customer_analytics.analysis.paths.comparing import Comparison, Way
from customer_analytics.analysis.paths.heat import Heat
from customer_analytics.analysis.paths.leads import leads_of
from customer_analytics.analysis.paths.onward import Onward, onward
from customer_analytics.analysis.paths.places import OTHER
from customer_analytics.analysis.paths.result import PathsResult, Routes
from customer_analytics.analysis.paths.visits import GAP_SECONDS, stops, visits
from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.tables.store import Tables

_WHERE = "parameter compare_paths"
EVENING = 18  # local hour from which it is evening


class Funnel(Protocol):
    """What paths ask of a funnel, for example a FunnelResult: its rules, and its attempts by unit."""

    @property
    def definition(self) -> Definition:
        """The rules."""
        ...

    @property
    def attempts(self) -> ir.Table:
        """unit_id, person_id, at_1 …, furthest, mature, last_seen_at; not asked for steps in any order."""
        ...


class PathsParameters(Protocol):
    """What paths ask of the report's parameters."""

    minimum_base: int
    compare_paths: Sequence[str]


def analyse(tables: Tables, funnel: Funnel, parameters: PathsParameters) -> PathsResult:
    """Paths of visits, what drop-offs did next, heat, leads.

    Raises:
        UserError: compare_paths names places that do not occur, or not two ways, or there are no events.
    """
    clicked, all_clicks = heat.clicks(tables)
    reactions = heat.interactions(tables)
    leads = leads_of(tables)
    actions = actions_of(tables, funnel.definition)
    last = (parameters.minimum_base, _first_day(tables), tables.as_of)
    if actions is None:
        if parameters.compare_paths:
            raise UserError([Problem(_WHERE, "the data hold no events, and so no ways.", "Leave it empty.")])
        hours = heat.order_hours(tables)
        return PathsResult(None, None, Heat(clicked, all_clicks, hours, reactions), leads, *last)
    every_stop = stops(actions.rows.drop("error"), actions.goal).cache()
    kept = every_stop.filter(~every_stop.by_machine)
    every_visit = visits(kept).cache()
    found = _routes(tables, actions, every_stop, every_visit, parameters)
    after = _onward(funnel, kept)
    hours = heat.visit_hours(tables, every_visit)
    return PathsResult(found, after, Heat(clicked, all_clicks, hours, reactions), leads, *last)


def _first_day(tables: Tables) -> dt.date:
    """The local day of the first event, or order where there are no events."""
    for table, column in (("events", "occurred_at"), ("orders", "ordered_at")):
        if tables.has(table, column):
            moments = tables[table][column]
            day: dt.date | None = tables.local(moments).date().min().to_pyarrow().as_py()
            if day is not None:
                return min(day, tables.as_of)
    return tables.as_of


def _onward(funnel: Funnel, kept: ir.Table) -> Onward | None:
    """Any order has no step that somebody stopped at."""
    if funnel.definition.order == "any" or funnel.definition.length < 2:
        return None
    return onward(funnel.attempts, funnel.definition.labels, kept, GAP_SECONDS)


def _routes(
    tables: Tables, actions: Actions, every_stop: ir.Table, every_visit: ir.Table, parameters: PathsParameters
) -> Routes:
    kept = every_stop.filter(~every_stop.by_machine)
    minimum = parameters.minimum_base
    counts = every_visit.aggregate(
        visits=every_visit.count(), people=every_visit.person_id.nunique(),
        reached=every_visit.count(where=every_visit.goal_number.notnull()),
    ).to_pandas().iloc[0]  # fmt: skip
    machines = every_stop.filter(every_stop.by_machine, every_stop.following == 0).count().to_pyarrow().as_py()
    errors = actions.rows.filter(actions.rows.error).select("visit", "place").distinct()
    dwell = routes.dwell(kept)
    slow = dict(zip(dwell["place"].astype(int), dwell["dwell_p75"].astype(float), strict=True))
    sums = friction.sums_by_place(friction.at_places(kept, errors, slow))
    stays = friction.by_place(sums).merge(dwell, on="place", how="left")
    compared, pair, asked = _compared(tables, actions, kept, every_visit, parameters)
    return Routes(
        basis=actions.basis, goal=actions.goal, visits=int(counts["visits"]), people=int(counts["people"]),
        reached=int(counts["reached"]), machines=int(machines), without_session=actions.without_session,
        nameless=actions.nameless, places=actions.places, paths=routes.first_paths(every_visit),
        ways=routes.ways_to_goal(every_visit), entries=routes.entries(every_visit), flows=routes.flows(every_visit),
        transitions=routes.transitions(kept), stays=_with_timed(stays), friction=friction.compared(sums, minimum),
        compared=compared, pair=pair, pair_asked=asked,
    )  # fmt: skip


def _with_timed(stays: pd.DataFrame) -> pd.DataFrame:
    return stays.assign(timed=stays["timed"].astype("float64").fillna(0).astype("int64"))


def _compared(
    tables: Tables, actions: Actions, kept: ir.Table, every_visit: ir.Table, parameters: PathsParameters
) -> tuple[tuple[Comparison, ...], Comparison | None, bool]:
    local = tables.local(every_visit.began_at)
    dated = every_visit.mutate(
        weekend=(local.date().day_of_week.index() >= 5).ifelse(1, 0), evening=(local.hour() >= EVENING).ifelse(1, 0)
    )
    asked = asked_ways(parameters.compare_paths, actions.places, actions.goal)
    ways = comparing.usual_ways(dated, actions.goal)
    ways = [way for way in ways if OTHER not in way]
    minimum, cells = parameters.minimum_base, actions.cells
    found: list[Comparison] = []
    pair = None
    if ways:
        chosen = comparing.by_usual_ways(dated, ways, actions.goal)
        rivals = None if asked else comparing.alternatives(ways)
        pairs = [(number, 0) for number in range(1, len(ways) + 1)]
        if rivals is not None:
            pairs.append((ways.index(rivals[0]) + 1, ways.index(rivals[1]) + 1))
        found = comparing.compare(chosen, ways, pairs, cells, minimum)
        if rivals is not None:
            pair = found.pop()
        found = [each for each in found if each.other_visits]
    if asked:
        chosen = comparing.by_asked_ways(dated, kept, asked)
        (pair,) = comparing.compare(chosen, asked, [(1, 2)], cells, minimum)
    return tuple(found), pair, bool(asked)


def asked_ways(texts: Sequence[str], places: pd.DataFrame, goal: int) -> list[Way]:
    """The two ways that were asked for: places that follow each other, joined by ">". [] when none were.

    Raises:
        UserError: not two ways, a way of more than two places, a place that does not occur, or the goal itself.
    """
    if not texts:
        return []
    where = _WHERE
    problems = []
    if len(texts) != 2:
        problems.append(
            Problem(where, f"there are {len(texts)} ways; two are compared.", "For example: home > new, search")
        )
    known = {str(name).lower(): int(place) for place, name in zip(places["place"], places["name"], strict=True) if name}
    ways: list[Way] = []
    for text in texts:
        words = [word.strip() for word in text.split(">")]
        if not 1 <= len(words) <= 2:
            problems.append(Problem(where, f"{text[:60]!r} has {len(words)} places; a way has one or two."))
        for word in words:
            if word.lower() not in known:
                problems.append(Problem(where, f"there is no place {word[:60]!r}.", _nearest(word, known)))
            elif known[word.lower()] == goal:
                problems.append(Problem(where, f"{word[:60]!r} is the goal itself.", "Name places before it."))
        ways.append(tuple(known.get(word.lower(), 0) for word in words))
    if not problems and ways[0] == ways[1]:
        problems.append(Problem(where, "both ways are the same."))
    if problems:
        raise UserError(problems)
    return ways


def _nearest(word: str, known: dict[str, int]) -> str:
    near = difflib.get_close_matches(word.lower(), known, n=1)
    return f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(list(known)[:10])}."

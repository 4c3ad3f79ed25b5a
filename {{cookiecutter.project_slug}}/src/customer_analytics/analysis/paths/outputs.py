"""What paths leave for machines: metrics, and the tables behind the charts. Small groups are left out."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from customer_analytics.analysis.paths.result import PathsResult, Routes
from customer_analytics.disclosure.hiding import small_groups

Metrics = dict[str, float | int | None]
BEGIN, END, REST = "(begin)", "(end)", "(other)"


def metrics(result: PathsResult) -> Metrics:
    """Flat name -> number; None where not estimable."""
    routes, leads = result.routes, result.leads
    found: Metrics = {}
    if leads is not None:
        found |= {"leads": leads.leads, "leads.median_days": _known(leads.median_days)}
    if routes is None:
        return found
    enough = routes.people >= result.minimum_base
    pair = routes.pair
    return found | {
        "visits": routes.visits,
        "visits_reached": routes.reached,
        "visit_conversion": routes.reached / routes.visits if enough and routes.visits else None,
        "path_pair.difference": _known(pair.difference) if pair else None,
        "path_pair.low": _known(pair.low) if pair else None,
        "path_pair.high": _known(pair.high) if pair else None,
    }


def tables(result: PathsResult, minimum_group: int) -> dict[str, pd.DataFrame]:
    """File name -> table. Rows of fewer than `minimum_group` people are left out."""
    found: dict[str, pd.DataFrame] = {}
    routes = result.routes
    if routes is not None:
        found |= _of_routes(routes, minimum_group)
    if result.onward is not None and routes is not None:
        names = names_of(routes, minimum_group)
        kept = result.onward.next[result.onward.next["units"] >= minimum_group]
        found["dropped_next"] = _named(kept, names, "place", END)
        kept = result.onward.last[result.onward.last["units"] >= minimum_group]
        found["dropped_last"] = _named(kept, names, "place", END)
    heat = result.heat
    if heat.clicks is not None:
        found["clicks"] = heat.clicks[heat.clicks["people"] >= minimum_group].reset_index(drop=True)
    if heat.hours is not None:
        found["visit_hours"] = _hours(heat.hours, minimum_group)
    if len(heat.interactions):
        shown = heat.interactions[heat.interactions["people"] >= minimum_group].reset_index(drop=True)
        small = shown["page_people"] < minimum_group
        found["interactions"] = shown.assign(
            page=shown["page"].where(~small, ""), page_events=shown["page_events"].where(~small),
            page_people=shown["page_people"].where(~small),
        )  # fmt: skip
    if result.leads is not None:
        found["leads"] = result.leads.stages
        found["leads_closed"] = result.leads.closed_within
    return found


def names_of(routes: Routes, minimum_group: int) -> dict[int, str]:
    """Names of the places that at least `minimum_group` people were at; the others, and the rest, are REST.

    The funnel's steps keep their names: the report tells of them whatever their size.
    """
    known = routes.people_at
    steps = set(routes.places.loc[routes.places["kind"] == "step", "place"])
    return {
        place: name if name and (place in steps or known.get(place, 0) >= minimum_group) else REST
        for place, name in routes.names.items()
    }


def _of_routes(routes: Routes, minimum: int) -> dict[str, pd.DataFrame]:
    names = names_of(routes, minimum)
    found: dict[str, pd.DataFrame] = {}
    for file, table in (("paths", routes.paths), ("paths_to_goal", routes.ways)):
        kept = table[table["people"] >= minimum].reset_index(drop=True)
        text = [" > ".join(names.get(place, REST) for place in path) for path in kept["path"]]
        found[file] = kept.assign(path=text)[["path", *[column for column in kept.columns if column != "path"]]]
    found["entries"] = _named(routes.entries[routes.entries["people"] >= minimum], names, "place", END)
    flows = routes.flows[routes.flows["people"] >= minimum]
    found["path_flows"] = _named(_named(flows, names, "source", BEGIN), names, "target", END)
    moves = routes.transitions[routes.transitions["moves"] >= minimum]
    found["transitions"] = _named(_named(moves, names, "source", BEGIN), names, "target", END)
    stays = routes.stays[routes.stays["people"] >= minimum].drop(columns=["nn", "ny", "yy"], errors="ignore")
    found["places"] = _named(stays, names, "place", END)
    friction = routes.friction[routes.friction["people"] >= minimum]
    found["friction"] = _named(friction, names, "place", END)
    compared = [*routes.compared, *([routes.pair] if routes.pair else [])]
    rows = [
        {
            "way": " > ".join(names.get(place, REST) for place in each.way),
            "against": " > ".join(names.get(place, REST) for place in each.other),
            **{
                name: getattr(each, name)
                for name in (
                    "visits", "people", "other_visits", "other_people", "raw", "other_raw", "rate", "other_rate",
                    "difference", "low", "high", "p", "q", "matched",
                )
            },
            "largest_imbalance": each.largest,
        }
        for each in compared
        if min(each.people, each.other_people) >= minimum
    ]  # fmt: skip
    if rows:
        found["path_comparison"] = pd.DataFrame(rows)
    return found


def _named(table: pd.DataFrame, names: dict[int, str], column: str, zero: str) -> pd.DataFrame:
    return table.assign(
        **{column: [zero if place == 0 else names.get(int(place), REST) for place in table[column]]}
    ).reset_index(drop=True)


def _hours(hours: pd.DataFrame, minimum: int) -> pd.DataFrame:
    """The hours; of those with few visits, and one more where a single one would follow, the number of visits only."""
    hidden = small_groups(hours["visits"].to_numpy(np.int64), minimum)
    return hours.assign(reached=hours["reached"].astype("Int64").mask(hidden))


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value

"""What the analysis of paths returns."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from customer_analytics.analysis.paths.actions import Basis
from customer_analytics.analysis.paths.comparing import Comparison
from customer_analytics.analysis.paths.heat import Heat
from customer_analytics.analysis.paths.leads import Leads
from customer_analytics.analysis.paths.onward import Onward
from customer_analytics.analysis.paths.places import OTHER


@dataclass(frozen=True)
class Routes:
    """The ways of visits. Places are numbers; `places` names them. All of it is up to the goal, the funnel's last step.

    basis: "session" (the client's own) or "silence" (half an hour without an action parts two visits).
    goal: the place of the goal. visits, people, reached: visits, who made them, visits that reached the goal.
    machines: visits of more actions than a person makes, left out; without_session, nameless: rows left out.
    places: place, label, kind (step, page, event, other), events, name.
    paths: path, visits, reached, people, share, rate, rate_low, rate_high: the most frequent beginnings.
    ways: path, visits, people, share: the most frequent last stops before the goal, of the visits that reached it.
    entries: place, visits, reached, people, ended, rate, rate_low, rate_high: by first place.
    flows: stop, source, target, visits, people: from one stop to the next (target 0: it ended or reached the goal).
    transitions: source, target, moves, back.
    stays: place, visits, people, reached, rate…, ended, timed, dwell_p50, dwell_p75 (seconds), and visits with each
        kind of friction: what happens at each place before the goal.
    friction: kind, place, visits, people, rate…, others, others_rate, difference, low, high, p, q: retries, going back
        and forth, hesitation and errors against visits of the same place without them.
    compared: the usual ways in, each against all other visits with two stops; `pair`: two ways against each other, as
        asked (`pair_asked`) or the two most used ones on from one place.
    """

    basis: Basis
    goal: int
    visits: int
    people: int
    reached: int
    machines: int
    without_session: int
    nameless: int
    places: pd.DataFrame
    paths: pd.DataFrame
    ways: pd.DataFrame
    entries: pd.DataFrame
    flows: pd.DataFrame
    transitions: pd.DataFrame
    stays: pd.DataFrame
    friction: pd.DataFrame
    compared: tuple[Comparison, ...]
    pair: Comparison | None
    pair_asked: bool

    @property
    def names(self) -> dict[int, str]:
        """Name of each place; "" for the rest taken together."""
        return {int(place): str(name) for place, name in zip(self.places["place"], self.places["name"], strict=True)}

    @property
    def people_at(self) -> dict[int, int]:
        """How many people were at each place before the goal, and how many reached it."""
        known = {
            int(place): int(people) for place, people in zip(self.stays["place"], self.stays["people"], strict=True)
        }
        return {**known, OTHER: known.get(OTHER, 0)}


@dataclass(frozen=True)
class PathsResult:
    """Paths, what drop-offs did next, heat, and the ways of leads.

    `routes`: None where the data have no events. `onward`: None where nobody dropped off, or nothing is known of them.
    `leads`: None where no events tell of leads. `first_day`, `last_day`: local days of the events (of the orders where
    there are none); visits count whenever they were, also those too young for the funnel's rates.
    """

    routes: Routes | None
    onward: Onward | None
    heat: Heat
    leads: Leads | None
    minimum_base: int
    first_day: dt.date
    last_day: dt.date

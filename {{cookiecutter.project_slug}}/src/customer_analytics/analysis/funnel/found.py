"""The steps of a funnel that nobody has described: found from the names of events, else from what people do first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import ibis
import pandas as pd

from customer_analytics.analysis.funnel.definition import Origin
from customer_analytics.analysis.funnel.known import STAGES, plain, stage_of
from customer_analytics.analysis.stream.events import KEPT, PAID, PLACED, SIGNED_UP, event_stream
from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.tables.store import Tables

COMMON_SHARE = 0.05  # of all people who make an event that is common enough for a step
MOST_FOUND = 6
AGAIN = "order placed again"
_END = ("order", "pay")


class Found(NamedTuple):
    """Steps as texts, and where they come from."""

    texts: tuple[str, ...]
    origin: Origin


def find_steps(tables: Tables, names: pd.DataFrame) -> Found:
    """The steps for these data.

    Well-known names first (two stages at least, one of them after looking around); then the common events in the order
    in which people first make them; orders and registrations where there are no events. Orders whose customers are
    not known are followed one by one.

    Raises:
        UserError: registrations alone.
    """
    own = names[~names["derived"]]
    derived = set(names.loc[names["derived"], "event"])
    known = _well_known(own, derived)
    if known:
        return Found(known, "known")
    if len(own) >= 2:
        return Found(_by_first_times(tables, own), "first_times")
    if derived & {PLACED, PAID, KEPT}:
        return Found(_of_orders(names, derived), "orders")
    once = [*own["event"], *sorted(derived)][:1]
    if once == [SIGNED_UP] and not len(own):
        what = "there are registrations and nothing after them; people register once."
        raise UserError([Problem("reports.funnel.steps", what, "Load events or orders.")])
    return Found(_twice(once), "first_times")


def usual_steps(usual: Sequence[str], names: pd.DataFrame) -> Found | None:
    """The industry's steps that the client's events have; None where fewer than three are there (or not all of two).

    A step is told by any of its names, without case, blanks and signs.
    """
    own = {plain(str(name)): str(name) for name in names.loc[~names["derived"], "event"]}
    found = []
    for text in usual:
        spelled = [own[plain(name)] for name in text.split("|") if plain(name) in own]
        if spelled:
            found.append(" | ".join(f"'{name}'" if len(spelled) > 1 else name for name in dict.fromkeys(spelled)))
    enough = len(found) >= min(3, len(usual)) and len(found) >= 2
    return Found(tuple(found), "usual") if enough else None


def _well_known(own: pd.DataFrame, derived: set[str]) -> tuple[str, ...]:
    """The most common event of each stage, in the order of the stages."""
    staged = own.assign(stage=[stage_of(name) for name in own["event"]])
    staged = staged.sort_values(["people", "events", "event"], ascending=[False, False, True])
    best: dict[str, str] = {}
    for stage, name in zip(staged["stage"], staged["event"], strict=True):
        best.setdefault(stage, str(name))
    way = [stage for stage in STAGES if stage in best and stage != "register"]
    if not any(stage in way for stage in _END) and way:
        end = next((name for name in (PAID, PLACED) if name in derived), None)
        if end is not None:
            return (*(best[stage] for stage in way), end)
    if len(way) < 2 and "register" in best and way:
        way.append("register")
    beyond = [stage for stage in way if stage not in ("visit", "view")]
    return tuple(best[stage] for stage in way) if len(way) >= 2 and beyond else ()


def _by_first_times(tables: Tables, own: pd.DataFrame) -> tuple[str, ...]:
    """Common events by the mean place at which people first make them."""
    most = own["people"].max()
    common = own[own["people"] >= COMMON_SHARE * most].sort_values(["people", "event"], ascending=[False, True])
    chosen = list(common["event"][:MOST_FOUND])
    if len(chosen) < 2:
        chosen = list(own.sort_values(["people", "event"], ascending=[False, True])["event"][:2])
    stream = event_stream(tables, chosen)
    firsts = stream.group_by("person_id", "event").aggregate(first=stream["at"].min())
    window = ibis.window(group_by=firsts.person_id, order_by=[firsts["first"].asc(), firsts.event.asc()])
    placed = firsts.mutate(place=ibis.row_number().over(window))
    mean = placed.group_by("event").aggregate(place=placed.place.cast("float64").mean()).to_pandas()
    places = dict(zip(mean["event"], mean["place"], strict=True))
    return tuple(sorted(chosen, key=lambda name: (places.get(name, 0.0), chosen.index(name))))


def _of_orders(names: pd.DataFrame, derived: set[str]) -> tuple[str, ...]:
    people = dict(zip(names["event"], names["people"], strict=True))
    if not people.get(PLACED):
        return tuple(name for name in (PLACED, PAID, KEPT) if name in derived)  # orders of nobody, one by one
    steps = [name for name in (SIGNED_UP, PLACED, PAID) if name in derived]
    return (*steps, f"{PLACED} as '{AGAIN}'")


def _twice(names: list[str]) -> tuple[str, ...]:
    """One kind of event alone: who makes it comes back to it or does not."""
    return tuple(name for name in names for _ in range(2))

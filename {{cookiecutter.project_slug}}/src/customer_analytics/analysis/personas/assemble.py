"""The whole personas analysis: tags in, one typed result out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.personas import describe, engine, later
from customer_analytics.analysis.personas.choice import Found, choose, not_estimable
from customer_analytics.analysis.personas.clustering import assign
from customer_analytics.analysis.personas.combinations import discover, no_discovery
from customer_analytics.analysis.personas.describe import Members
from customer_analytics.analysis.personas.fairness import fairness
from customer_analytics.analysis.personas.lookalike import lookalikes
from customer_analytics.analysis.personas.result import (
    TOO_LITTLE_KNOWN,
    Discovery,
    PersonasResult,
    Population,
    Reason,
    Rule,
    Validity,
)
from customer_analytics.analysis.personas.rules import rules
from customer_analytics.analysis.personas.space import Space, learn
from customer_analytics.analysis.tags import TagPortrait, TagResult
from customer_analytics.engagement.parameters import PersonasParameters
from customer_analytics.engagement.tags import TagCatalogue
from customer_analytics.tables.store import Tables

Floats = npt.NDArray[np.float64]
SMALLEST_GROUP = 10  # where no catalogue states the engagement's
# Tags beside those of the personas that make audiences which a marketer can say aloud.
SAYABLE = (
    "purchase_count", "days_since_purchase", "days_since_visit", "favourite_category", "main_channel", "main_device",
    "payment_method", "category_breadth", "acquisition_channel", "sessions_90_days", "purchases_90_days", "open_rate",
    "average_rating", "refund_share", "total_revenue", "typical_gap",
)  # fmt: skip


@dataclass(frozen=True)
class _Base:
    """Everybody in the portrait: tags, purchases, money; `described`: known well enough."""

    values: pd.DataFrame
    purchases: Floats
    revenue: Floats
    described: npt.NDArray[np.bool_]
    population: Population

    @property
    def known(self) -> str:
        """The condition under which a customer is described, in the audience grammar."""
        least = self.population.minimum_purchases
        if self.population.counted == "events":
            return f"visited at least {least} times"
        return f"orders >= {least}"


def analyse(
    tables: Tables, portrait: TagPortrait, parameters: PersonasParameters, catalogue: TagCatalogue | None = None
) -> PersonasResult:
    """Personas of the customers of a portrait.

    Args:
        tables: the client's tables on the as-of date of the portrait.
        portrait: the tags of every customer.
        parameters: of the report.
        catalogue: tags.yml, for the tags of an earlier day; without it nothing is said about the next period.
    """
    base = _base(tables, portrait, parameters)
    smallest = catalogue.minimum_group if catalogue else SMALLEST_GROUP
    here = base.values[base.described].reset_index(drop=True)
    purchases = base.purchases[base.described]
    space = learn(here, portrait.for_personas, purchases, parameters.seed)
    sample = _sample(len(here), parameters)
    found = _found(space, here, purchases, sample, smallest, parameters)
    members, centres, stability = _members(space, here, purchases, base.revenue[base.described], found)
    used = tuple(feature for feature in space.features if feature.status in ("used", "redundant"))
    made: tuple[Rule, ...] = ()
    if members.keys:
        made = rules(here, members.labels, len(members.keys), used, base.known, parameters.seed)
    profile = describe.profile(space, members)
    past = _past(tables, portrait, catalogue, parameters)
    groups = members.groups()
    hours, source = engine.hours_of(tables, groups) if members.keys else (pd.DataFrame(), "")
    everybody = _everybody(base, members)
    similar = lookalikes(space, base.values, base.purchases, ~base.described, members, centres)
    tags = [tag for tag in portrait.ran if not tag.name.startswith("rfm_")]
    return PersonasResult(
        parameters=parameters,
        as_of=portrait.as_of,
        population=base.population,
        preparation=space.preparation(len(sample)),
        structure=found.structure,
        choice=found.choice,
        personas=describe.personas(space, members, profile, stability, made),
        customers=everybody.assign(in_sample=_marked(base.described, sample)),
        profile=profile,
        index=describe.index_table(tags, members, describe.high_borders(tags, here), parameters.minimum_base, smallest),
        hours=describe.hour_shares(hours, source) if members.keys else pd.DataFrame(columns=describe.HOURS),
        channels=describe.channel_shares(engine.channels_of(tables, groups), smallest)
        if members.keys
        else pd.DataFrame(columns=describe.CHANNELS),
        months=describe.month_index(engine.months_of(tables, groups) if members.keys else pd.DataFrame()),
        fairness=fairness(portrait.ran, members, smallest),
        lookalikes=similar,
        lookalike_counts=_counted(similar, members.keys),
        validity=_validity(past, portrait, space, members, parameters),
        movement=later.movement(past, everybody, space, centres, members.keys, parameters.minimum_purchases)
        if isinstance(past, later.Earlier) and members.keys
        else later.no_movement(past if isinstance(past, later.Earlier) else None),
        discoveries=_discoveries(past, portrait, base, parameters, smallest),
    )


def _base(tables: Tables, portrait: TagPortrait, parameters: PersonasParameters) -> _Base:
    by_orders = engine.has_purchases(tables)
    counted = (engine.purchases_of(tables) if by_orders else engine.events_of(tables)).set_index("customer_id")
    ids = portrait.values["customer_id"]
    purchases = ids.map(counted["purchases"]).fillna(0.0).to_numpy(float)
    revenue = ids.map(counted["net"]).fillna(0.0).to_numpy(float)
    described = purchases >= parameters.minimum_purchases
    population = Population(
        customers=len(ids),
        described=int(described.sum()),
        too_little=int((~described).sum()),
        minimum_purchases=parameters.minimum_purchases,
        counted="purchases" if by_orders else "events",
        revenue=round(float(revenue.sum()), 4),
        described_revenue=round(float(revenue[described].sum()), 4),
        too_little_revenue=round(float(revenue[~described].sum()), 4),
    )
    return _Base(portrait.values, purchases, revenue, described, population)


def _sample(count: int, parameters: PersonasParameters) -> npt.NDArray[np.int64]:
    """Positions of the customers on whom everything is worked out, in a random order fixed by the seed."""
    order = np.random.default_rng([parameters.seed, 0]).permutation(count)
    chosen: npt.NDArray[np.int64] = order[: parameters.sample_size].astype(np.int64)
    return chosen


def _found(
    space: Space, values: pd.DataFrame, purchases: Floats, sample: npt.NDArray[np.int64], smallest: int,
    parameters: PersonasParameters,
) -> Found:  # fmt: skip
    least = max(parameters.minimum_base, smallest)
    if len(values) < 2 * least:
        return not_estimable("too_few_customers", parameters)
    if len(space.used) < 2:
        return not_estimable("too_few_tags", parameters)
    matrix = space.matrix(values.iloc[sample], purchases[sample])
    return choose(matrix, space, max(parameters.minimum_share, least / len(values)), parameters)


def _members(
    space: Space, values: pd.DataFrame, purchases: Floats, revenue: Floats, found: Found
) -> tuple[Members, Floats, Floats]:
    """Everybody assigned to the nearest centre; personas numbered by size. Also the centres and their stability."""
    if found.clusters is None:
        none = np.zeros(len(values), np.int64)
        nothing = np.full(len(values), math.nan)
        return Members((), none, nothing, purchases, revenue, values), np.empty((0, 0)), np.empty(0)
    points = space.coordinates(space.matrix(values, purchases))
    labels, certainty = assign(points, found.clusters.centres)
    sizes = np.bincount(labels, minlength=len(found.clusters.centres))
    order = np.argsort(-sizes, kind="stable")
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    keys = tuple(f"persona_{number}" for number in range(1, len(order) + 1))
    members = Members(keys, rank[labels], certainty, purchases, revenue, values)
    return members, found.clusters.centres[order], found.stability[order]


def _everybody(base: _Base, members: Members) -> pd.DataFrame:
    """customer_id, persona, certainty of everybody in the portrait."""
    persona = np.full(len(base.values), TOO_LITTLE_KNOWN, dtype=object)
    persona[base.described] = members.groups()["persona"].to_numpy(dtype=object)
    certainty = np.full(len(base.values), math.nan)
    certainty[base.described] = members.certainty
    ids = base.values["customer_id"].to_numpy(dtype=object)
    return pd.DataFrame({"customer_id": ids, "persona": persona, "certainty": certainty})


def _marked(described: npt.NDArray[np.bool_], sample: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    marked = np.zeros(len(described), dtype=bool)
    marked[np.flatnonzero(described)[sample]] = True
    return marked


def _counted(similar: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    counts = similar["persona"].value_counts()
    return pd.DataFrame({"persona": list(keys), "customers": [int(counts.get(key, 0)) for key in keys]})


def _past(
    tables: Tables, portrait: TagPortrait, catalogue: TagCatalogue | None, parameters: PersonasParameters
) -> later.Earlier | Reason:
    if catalogue is None:
        return "too_short_history"
    names = [tag.name for tag in _wanted(portrait)]
    return later.step_back(tables, portrait, names, catalogue, parameters)


def _wanted(portrait: TagPortrait) -> list[TagResult]:
    """Tags of the earlier day: those of the personas, and those that make sayable audiences."""
    own = {tag.name for tag in portrait.for_personas}
    return [tag for tag in portrait.ran if tag.name in own or tag.name in SAYABLE]


def _validity(
    past: later.Earlier | Reason, portrait: TagPortrait, space: Space, members: Members, parameters: PersonasParameters
) -> Validity:
    if not isinstance(past, later.Earlier):
        return later.no_validity(past)
    if len(members.keys) < 2:
        return later.no_validity("no_personas", past)
    used = {feature.name for feature in space.used}
    tags = [tag for tag in portrait.for_personas if tag.name in used]
    return later.validity(past, tags, len(members.keys), parameters)


def _discoveries(
    past: later.Earlier | Reason, portrait: TagPortrait, base: _Base, parameters: PersonasParameters, smallest: int
) -> tuple[Discovery, ...]:
    if not isinstance(past, later.Earlier):
        return no_discovery("bought", past), no_discovery("lapsed", past)
    bought_before = past.purchases >= 1
    values = past.values[bought_before].reset_index(drop=True)
    bought = past.bought[bought_before] > 0
    now = base.values.assign(purchases=base.purchases)
    least = max(parameters.minimum_base, smallest)
    tags = _wanted(portrait)
    return (
        discover(values, bought, "bought", tags, now, minimum=least, seed=parameters.seed),
        discover(values, bought, "lapsed", tags, now, minimum=least, seed=parameters.seed),
    )

"""How long customers stay: planted proportional hazards, and the true probabilities that follow from them.

A customer leaves at age t (days since registration) with hazard h0(t) * exp(x' beta). h0 is constant within pieces:
high in the first month (one-time buyers), low afterwards, with a spike at the cliff. While a customer is here, orders
are a Poisson process with the customer's own rate, times the season. Both are known, so the true probability of
no order in any window is an integral; it is computed day by day.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from customer_analytics.tables.sample.people import LEAVING_CHANNEL, PERSONAS, People
from customer_analytics.tables.sample.world import DAY, Flags, Floats, Ints, World

MONTH = 30  # days; the cohort month of the truths
CLIFF_MONTH = 6
CLIFF_DAYS = (180, 187)
CLIFF_SHARE = 0.35  # of those still here leave within the days of the cliff, at x' beta = 0
LONGEST = 1_900  # days; longer than history and exported days together

# Log hazard ratios of leaving.
BETA = {
    "channel_deal_site": 1.0,
    "first_order_discounted": 0.35,
    "early_complaint": 0.7,
    "consent": -0.4,
    "age_decades_over_40": -0.12,
}
STEP = 5  # days; width of the bars of the integrals
PIECES = ((0, 30, 0.012), (30, 120, 0.0016), (120, LONGEST, 0.0011))  # (from day, to day, hazard a day)


@dataclass(frozen=True)
class Life:
    """One entry a customer. `left`: local second at which the customer leaves. `rate`: orders a day while here."""

    linear_predictor: Floats
    cumulative_baseline: Floats  # by age in days, 0 to LONGEST
    left: Ints
    rate: Floats
    has_first_order: Flags

    def survival(self, age_days: Floats) -> Floats:
        """True probability of each customer to be here at this age; one age for all or one for each."""
        ages = np.broadcast_to(np.asarray(age_days, dtype=float), self.linear_predictor.shape)
        reached = np.interp(ages, np.arange(LONGEST + 1), self.cumulative_baseline)
        here: Floats = np.exp(-reached * np.exp(self.linear_predictor))
        return here


def covariates(people: People, world: World) -> dict[str, Floats]:
    """What the hazard depends on, by the names of BETA."""
    return {
        "channel_deal_site": (people.channel == LEAVING_CHANNEL).astype(float),
        "first_order_discounted": people.first_discounted.astype(float),
        "early_complaint": people.early_complaint.astype(float),
        "consent": people.consent.astype(float),
        "age_decades_over_40": (world.end.year - people.birth_year - 40) / 10,
    }


def baseline_hazard(*, cliff: bool) -> Floats:
    """Hazard a day by age in days (0 to LONGEST - 1)."""
    hazard = np.empty(LONGEST)
    for first, last, level in PIECES:
        hazard[first:last] = level
    if cliff:
        hazard[CLIFF_DAYS[0] : CLIFF_DAYS[1]] += -np.log(1 - CLIFF_SHARE) / (CLIFF_DAYS[1] - CLIFF_DAYS[0])
    return hazard


def make_life(world: World, people: People) -> Life:
    """Draw the length of every relation by inverting the cumulative hazard, and every customer's order rate."""
    rng = world.stream("life")
    count = len(people)
    predictor = np.zeros(count)
    if world.planted:
        for name, values in covariates(people, world).items():
            predictor += BETA[name] * values
    cumulative = np.concatenate(([0.0], np.cumsum(baseline_hazard(cliff=world.planted))))
    reached = rng.exponential(size=count) / np.exp(predictor)
    age = np.interp(reached, cumulative, np.arange(LONGEST + 1), right=float(LONGEST))
    monthly = np.array([persona.orders_per_month for persona in PERSONAS])[people.persona]
    return Life(
        linear_predictor=predictor,
        cumulative_baseline=cumulative,
        left=people.signed_up + (age * DAY).astype(np.int64),
        rate=monthly / MONTH * rng.gamma(2.5, 1 / 2.5, count),
        has_first_order=rng.random(count) < 0.86,
    )


def order_seasons(world: World) -> Floats:
    """Activity of each persona on each day of the grid (personas x days), relative to the persona's own mean."""
    seasons = np.tile(world.season, (len(PERSONAS), 1))
    for row, persona in enumerate(PERSONAS):
        seasons[row, world.peak] *= persona.peak_factor
    seasons /= seasons.mean(axis=1, keepdims=True)
    return seasons


class Outlook(NamedTuple):
    """What is true of each customer at a cut-off; NaN for customers who registered later."""

    left: Floats  # probability to have left by the cut-off
    silent: Floats  # probability of no order in the horizon
    orders: Floats  # expected orders in the horizon


def outlook(world: World, people: People, life: Life, last_order: Ints, cut_off: int, horizon: int) -> Outlook:
    """True probabilities at a cut-off, given what the customer has done until then.

    Args:
        world: the calendar.
        people: the customers.
        life: their hazards and rates.
        last_order: grid day of the last order before the cut-off; below 0: none (registration counts instead).
        cut_off: first grid day that is not known.
        horizon: days from the cut-off in which an order would count.

    Returns:
        The outlook of each customer. Orders that a campaign causes are not part of it.
    """
    result = Outlook(*(np.full(len(people), np.nan) for _ in range(3)))
    registered = world.day_index(people.signed_up)
    known = np.flatnonzero(registered < cut_off)
    for rows in np.array_split(known, max(1, len(known) // 20_000)):
        if len(rows):
            part = _integrate(world, people, life, last_order, cut_off, horizon, rows)
            for whole, values in zip(result, part, strict=True):
                whole[rows] = values
    return result


def _integrate(
    world: World, people: People, life: Life, last_order: Ints, cut_off: int, horizon: int, rows: Ints
) -> Outlook:
    """The integrals for some customers, on a grid of days: left between two days, with no order until then."""
    registered = world.day_index(people.signed_up)[rows]
    since = np.minimum(np.maximum(last_order[rows], registered) + 1, cut_off)
    seasons = np.pad(order_seasons(world), ((0, 0), (0, horizon)), mode="edge")  # the season after the end: as at it
    activity = np.concatenate((np.zeros((len(PERSONAS), 1)), np.cumsum(seasons, axis=1)), axis=1)
    risk = np.exp(life.linear_predictor[rows])
    rate, persona = life.rate[rows], people.persona[rows]

    def silent_until(day: Ints) -> Floats:
        value: Floats = np.exp(-rate * np.maximum(activity[persona, day] - activity[persona, since], 0))
        return value

    def here_until(day: Ints) -> Floats:
        ages = np.clip(day - registered, 0, LONGEST)
        value: Floats = np.exp(-life.cumulative_baseline[ages] * risk)
        return value

    def left_silently(first: Ints, last: int) -> Floats:
        total = np.zeros(len(rows))
        for day in range(int(first.min()), last, STEP):
            begin, stop = np.maximum(day, first), min(day + STEP, last)
            leaves = here_until(begin) - here_until(np.full(len(rows), stop))
            total += np.where(stop > begin, leaves * silent_until((begin + stop) // 2), 0)
        return total

    def expected_orders() -> Floats:
        """Orders of the horizon if the customer is here at the cut-off."""
        at = here_until(np.full(len(rows), cut_off))
        total = np.zeros(len(rows))
        for day in range(cut_off, cut_off + horizon):
            staying = here_until(np.full(len(rows), day)) / at
            total += staying * rate * (activity[persona, day + 1] - activity[persona, day])
        return total

    here = here_until(np.full(len(rows), cut_off)) * silent_until(np.full(len(rows), cut_off))
    gone = left_silently(since, cut_off)
    later = here_until(np.full(len(rows), cut_off + horizon)) * silent_until(np.full(len(rows), cut_off + horizon))
    later = later + left_silently(np.full(len(rows), cut_off), cut_off + horizon)
    return Outlook(gone / (gone + here), (gone + later) / (gone + here), expected_orders() * here / (gone + here))


def order_probability(world: World, people: People, life: Life, first_age: int, last_age: int) -> Floats:
    """True probability of at least one order between two ages (days since registration), seen from registration.

    NaN for customers whose window is not complete on the last exported day.
    """
    result = np.full(len(people), np.nan)
    registered = world.day_index(people.signed_up)
    rows = np.flatnonzero(registered + last_age <= len(world.grid))
    activity = np.pad(np.cumsum(order_seasons(world), axis=1), ((0, 0), (1, 0)))
    risk, rate = np.exp(life.linear_predictor[rows]), life.rate[rows]
    persona, day = people.persona[rows], registered[rows]

    def here(age: int) -> Floats:
        value: Floats = np.exp(-life.cumulative_baseline[age] * risk)
        return value

    def silent(age: int) -> Floats:
        value: Floats = np.exp(-rate * (activity[persona, day + age] - activity[persona, day + first_age]))
        return value

    none = 1 - here(first_age) + here(last_age) * silent(last_age)
    for age in range(first_age, last_age, STEP):
        stop = min(age + STEP, last_age)
        none += (here(age) - here(stop)) * silent((age + stop) // 2)
    result[rows] = 1 - none
    return result

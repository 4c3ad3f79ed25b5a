"""From the change before and after to what is left of it, exactly and with intervals over blocks of people.

Let m_s(t) be what people in state s do in the days from t on who are not contacted, w_s the states of those the claim
is about when they were contacted. Then

    before   what they did in the days before
    mix      without those who were no customers yet (for everybody: with the new mixture of states)
    regress  sum of w_s m_s(before): what people in these states do next as a rule, whatever brought them there
    season   sum of w_s m_s(after): what those not contacted in the same states did in the same days
    after    what they did; what is between it and the season is left

and the differences of neighbours add up to after - before. Each is taken off the change before and after, and what
remains is left. For everybody there is nobody left who was not contacted:
the season is then the ratio of the same two sums a year ago.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.claim.states import (
    AFTER,
    BEFORE,
    CONTACTED,
    HELD,
    LEANS_ON,
    OTHERWISE,
    REST,
    YEAR_AFTER,
    YEAR_BEFORE,
)
from customer_analytics.analysis.survival.blocks import BLOCKS

Floats = npt.NDArray[np.float64]
RESAMPLES = 600
WEIGHT = 3.0  # people by which the mean of a state leans on that of its class, and so on up to the mean of all
LEAST_RATIO = 0.2  # rates a year ago below this share of today's tell no season


@dataclass(frozen=True)
class Counts:
    """Blocks x moments x groups x states: `n` people and `total` of the metric; `classes`: of each state, narrow and
    wide."""

    n: Floats
    total: Floats
    classes: tuple[npt.NDArray[np.int64], ...]

    @classmethod
    def of(cls, frame: pd.DataFrame) -> Counts:
        """From the table of states.counted."""
        states = np.sort(frame["state"].unique())
        shape = (BLOCKS, 4, 4, len(states))
        n, total = np.zeros(shape), np.zeros(shape)
        place = (frame["block"].to_numpy(np.int64), frame["moment"].to_numpy(np.int64),
                 frame["person_group"].to_numpy(np.int64), np.searchsorted(states, frame["state"]))  # fmt: skip
        np.add.at(n, place, frame["n"].to_numpy(np.float64))
        np.add.at(total, place, frame["total"].to_numpy(np.float64))
        classes = tuple(np.unique(states // size, return_inverse=True)[1].astype(np.int64) for size in LEANS_ON)
        return cls(n, total, classes)

    def resampled(self, seed: int) -> Counts:
        """The whole first, then resamples of blocks with replacement: the first axis becomes 1 + RESAMPLES."""
        rng = np.random.default_rng([seed, 83])
        drawn = rng.multinomial(BLOCKS, np.full(BLOCKS, 1 / BLOCKS), size=RESAMPLES).astype(np.float64)
        weights = np.vstack([np.ones(BLOCKS), drawn])
        return Counts(_weighed(weights, self.n), _weighed(weights, self.total), self.classes)

    def people(self, moment: int, *groups: int) -> Floats:
        """People at a moment in some groups, by first axis and state."""
        return np.asarray(self.n[:, moment, groups].sum(axis=1))

    def amount(self, moment: int, *groups: int) -> Floats:
        """The metric of these people."""
        return np.asarray(self.total[:, moment, groups].sum(axis=1))

    def means(self, moment: int, *groups: int) -> Floats:
        """Mean of each state, leaning by WEIGHT people on its class, that on its wider class, and that on all."""
        n, total = self.people(moment, *groups), self.amount(moment, *groups)
        mean = np.broadcast_to(_ratio(total.sum(axis=1), n.sum(axis=1))[:, None], n.shape)
        for classes in reversed(self.classes):
            members = np.eye(int(classes.max(initial=0)) + 1)[classes]
            size, amount = n @ members, total @ members
            mean = (amount[:, classes] + WEIGHT * mean) / (size[:, classes] + WEIGHT)
        return np.asarray((total + WEIGHT * mean) / (n + WEIGHT))


def _weighed(weights: Floats, cells: Floats) -> Floats:
    flat = weights @ cells.reshape(len(cells), -1)
    return np.asarray(flat.reshape(len(weights), *cells.shape[1:]))


def _ratio(above: Floats, below: Floats) -> Floats:
    return np.divide(above, below, out=np.full_like(above, np.nan), where=below > 0)


@dataclass(frozen=True)
class Chain:
    """The levels from before to after, over the resamples; the first entry is the estimate. NaN: not known."""

    before: Floats
    mixed: Floats
    usual: Floats
    seasonal: Floats
    after: Floats


def of_contacted(counts: Counts, *, by_year: bool, left_alone: tuple[int, ...] = (REST, HELD)) -> Chain:
    """The chain of the contacted.

    Args:
        by_year: too few were not contacted, the season is that of a year ago.
        left_alone: the groups that say what happens without a contact; those drawn to be held out alone, where there
            are enough of them.
    """
    n_after, n_before = counts.people(AFTER, CONTACTED), counts.people(BEFORE, CONTACTED)
    done_before, size = counts.amount(BEFORE, CONTACTED).sum(axis=1), n_after.sum(axis=1)
    weights = n_after / np.maximum(size, 1.0)[:, None]
    after = _ratio(counts.amount(AFTER, CONTACTED).sum(axis=1), size)
    # Who was chosen later is in the reference of the days before: nobody was chosen for what was still to come.
    usual = (weights * counts.means(BEFORE, REST, HELD, CONTACTED)).sum(axis=1)
    seasonal = (weights * counts.means(AFTER, *left_alone)).sum(axis=1)
    if by_year:
        seasonal = usual * _year(counts, weights)
    return Chain(_ratio(done_before, size), _ratio(done_before, n_before.sum(axis=1)), usual, seasonal, after)


def of_everybody(counts: Counts) -> Chain:
    """The chain of all customers."""
    everyone = (REST, CONTACTED, HELD, OTHERWISE)
    n_after, n_before = counts.people(AFTER, *everyone), counts.people(BEFORE, *everyone)
    before = _ratio(counts.amount(BEFORE, *everyone).sum(axis=1), n_before.sum(axis=1))
    after = _ratio(counts.amount(AFTER, *everyone).sum(axis=1), n_after.sum(axis=1))
    weights = n_after / np.maximum(n_after.sum(axis=1), 1.0)[:, None]
    own = n_before / np.maximum(n_before.sum(axis=1), 1.0)[:, None]
    means = counts.means(BEFORE, *everyone)
    mixed = before + ((weights - own) * means).sum(axis=1)
    return Chain(before, mixed, mixed, mixed * _year(counts, weights), after)


def _year(counts: Counts, weights: Floats) -> Floats:
    """Ratio of the two sums a year ago; NaN where the data do not reach back or hardly anybody was there."""
    everyone = (REST, CONTACTED, HELD, OTHERWISE)
    there = counts.people(YEAR_BEFORE, *everyone).sum(axis=1)[0]
    now = counts.people(BEFORE, *everyone).sum(axis=1)[0]
    if not there > LEAST_RATIO * now:
        return np.full(len(weights), np.nan)
    first = (weights * counts.means(YEAR_BEFORE, *everyone)).sum(axis=1)
    second = (weights * counts.means(YEAR_AFTER, *everyone)).sum(axis=1)
    return _ratio(second, first)


def table(chain: Chain, claimed: float) -> pd.DataFrame:
    """PARTS of a chain, each step with the sign that it has on the way from the claim to what is left; a season that is
    not known is NaN, and is then still in what is left."""
    known = np.isfinite(chain.seasonal[0])
    seasonal = chain.seasonal if known else chain.usual
    steps: dict[str, Floats] = {
        "before_after": chain.after - chain.before, "mix": chain.before - chain.mixed,
        "regression": chain.mixed - chain.usual,
        "season": chain.usual - seasonal if known else np.full(len(seasonal), np.nan), "left": chain.after - seasonal,
    }  # fmt: skip
    if np.isfinite(claimed):
        said = claimed * chain.before
        steps = {"claimed": said, "not_in_data": steps["before_after"] - said} | steps
    rows = []
    for step, values in steps.items():
        relative = _ratio(values, chain.before)
        low, high = _ends(values)
        relative_low, relative_high = _ends(relative)
        rows.append({
            "step": step, "value": values[0], "low": low, "high": high, "relative": relative[0],
            "relative_low": relative_low, "relative_high": relative_high,
        })  # fmt: skip
    return pd.DataFrame(rows)


def _ends(values: Floats) -> tuple[float, float]:
    """Ends of the 95 % interval: percentiles of the resamples; NaN where most are not known."""
    known = values[1:][np.isfinite(values[1:])]
    if len(known) < RESAMPLES / 2 or not np.isfinite(values[0]):
        return float("nan"), float("nan")
    low, high = np.quantile(known, [0.025, 0.975])
    return float(low), float(high)


def trial(counts: Counts) -> tuple[float, float, float]:
    """The contacted less the arm held out, after, with its interval; NaN without such an arm."""
    inside, held = counts.people(AFTER, CONTACTED).sum(axis=1), counts.people(AFTER, HELD).sum(axis=1)
    own = _ratio(counts.amount(AFTER, CONTACTED).sum(axis=1), inside)
    values = own - _ratio(counts.amount(AFTER, HELD).sum(axis=1), held)
    return (float(values[0]), *_ends(values))

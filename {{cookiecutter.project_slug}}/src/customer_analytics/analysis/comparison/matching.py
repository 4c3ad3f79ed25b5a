"""Partners for those who were contacted: nearest log odds within a class, with replacement, within a calliper."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from customer_analytics.analysis.comparison.design import Design, Floats, Integers

JITTER = 1e-7  # of the log odds, so that people who are alike in everything are taken in turn and not again and again


@dataclass(frozen=True)
class Plan:
    """How partners are looked for: at most `partners` for each, within `calliper` standard deviations of log odds."""

    partners: int
    calliper: float


PLANS = (Plan(5, 0.2), Plan(3, 0.2), Plan(1, 0.2), Plan(3, 0.1), Plan(1, 0.1), Plan(1, 0.05))


@dataclass(frozen=True)
class Matches:
    """contacted: rows of those who found partners; partners: their rows, -1 where there are fewer than the plan's.

    weight: of each person of the design: 1 for a contacted one with partners, for a partner how many people it stands
    for, else 0.
    """

    plan: Plan
    contacted: Integers
    partners: Integers
    weight: Floats

    @classmethod
    def none(cls, people: int) -> Matches:
        """Nobody has a partner."""
        return cls(PLANS[0], np.zeros(0, np.int64), np.zeros((0, 1), np.int64), np.zeros(people))

    @property
    def found(self) -> Integers:
        """Partners of each contacted person."""
        return np.asarray((self.partners >= 0).sum(axis=1), dtype=np.int64)


def match(found: Design, plan: Plan, seed: int) -> Matches:
    """Partners of everybody contacted who has any within the calliper; the same seed gives the same partners."""
    rng = np.random.default_rng([seed, 41])
    logit = found.logit + rng.standard_normal(len(found.logit)) * JITTER * max(found.spread, 1e-9)
    limit = plan.calliper * found.spread + 4 * JITTER
    rows, partners = [], []
    for number in np.unique(found.stratum[found.contacted]):
        inside = found.stratum == number
        here, others = np.flatnonzero(inside & found.contacted), np.flatnonzero(inside & ~found.contacted)
        if not len(others):
            continue
        nearest = _nearest(logit[here], others, logit[others], plan.partners, limit)
        some = (nearest >= 0).any(axis=1)
        rows.append(here[some])
        partners.append(nearest[some])
    if not rows:
        return Matches(plan, np.zeros(0, np.int64), np.zeros((0, plan.partners), np.int64), np.zeros(len(logit)))
    contacted, chosen = np.concatenate(rows), np.concatenate(partners)
    return Matches(plan, contacted, chosen, _weights(len(logit), contacted, chosen))


def _nearest(values: Floats, others: Integers, candidates: Floats, partners: int, limit: float) -> Integers:
    """Rows of the `partners` nearest others of each value, -1 where none is within the limit."""
    order = np.argsort(candidates, kind="stable")
    ranked = candidates[order]
    first = np.searchsorted(ranked, values)[:, None] + np.arange(-partners, partners)[None, :]
    inside = (first >= 0) & (first < len(ranked))
    place = np.clip(first, 0, len(ranked) - 1)
    apart = np.where(inside, np.abs(ranked[place] - values[:, None]), np.inf)
    best = np.argsort(apart, axis=1, kind="stable")[:, :partners]
    near = np.take_along_axis(apart, best, axis=1) <= limit
    rows = others[order[np.take_along_axis(place, best, axis=1)]]
    return np.asarray(np.where(near, rows, -1), dtype=np.int64)


def _weights(people: int, contacted: Integers, partners: Integers) -> Floats:
    weight = np.zeros(people)
    weight[contacted] = 1.0
    share = 1 / (partners >= 0).sum(axis=1)
    kept = partners >= 0
    np.add.at(weight, partners[kept], np.broadcast_to(share[:, None], partners.shape)[kept])
    return weight

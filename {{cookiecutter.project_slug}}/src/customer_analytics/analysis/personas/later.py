"""Personas at an earlier day, and what those customers did in the period after it."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.personas import engine
from customer_analytics.analysis.personas.clustering import assign, k_means
from customer_analytics.analysis.personas.result import TOO_LITTLE_KNOWN, UNKNOWN, Movement, Reason, Validity
from customer_analytics.analysis.personas.space import Space, learn
from customer_analytics.analysis.rfm import scored_customers
from customer_analytics.analysis.rfm.holdout import horizon
from customer_analytics.analysis.tags import TagPortrait, TagResult, tag_values
from customer_analytics.engagement.parameters import PersonasParameters
from customer_analytics.engagement.tags import TagCatalogue
from customer_analytics.statistics import Interval, wilson
from customer_analytics.tables.store import Tables

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
NEW = "new"  # from_persona of customers whom the data did not hold at the cut-off
RESAMPLES, CHUNK = 400, 20
PERMUTATIONS = 99
WINSOR = 0.99
RIDGE = 1.0  # customers' worth of pull towards the mean of all, so that a group of three predicts nothing wild


@dataclass(frozen=True)
class Earlier:
    """The customers as they were before `cut_off`, and what they brought from then to the as-of day.

    `values`: tags of everybody known then; `purchases` until then, `bought` (purchases later), `money` later (margin
    or revenue by `target`), same rows. `segments`: RFM segment then, "" without one.
    """

    cut_off: dt.date
    days: int
    values: pd.DataFrame
    purchases: Floats
    bought: Floats
    money: Floats
    target: str
    segments: npt.NDArray[np.object_]


def step_back(
    tables: Tables, portrait: TagPortrait, names: list[str], catalogue: TagCatalogue, parameters: PersonasParameters
) -> Earlier | Reason:
    """The earlier day, or why there is none: it needs a history of three horizons, or the stated horizon twice."""
    past = engine.history(tables) if engine.has_purchases(tables) else None
    if past is None:
        return "nothing_later"
    days = parameters.horizon_days or horizon(past[1]) or 0
    if days == 0 or past[1] < 2 * days:
        return "too_short_history"
    cut_off = tables.reference_day - dt.timedelta(days=days)
    before = engine.earlier(tables, cut_off)
    values = tag_values(before, catalogue, like=portrait, only=names)
    values = values.reindex(columns=["customer_id", *names])  # a tag may have had no value yet
    counted = engine.purchases_of(before).set_index("customer_id")["purchases"]
    later = engine.purchases_of(tables, cut_off).set_index("customer_id")
    margin = engine.margin_of(tables, cut_off)
    money = later["net"] if margin is None else margin.set_index("customer_id")["margin"]
    segments = scored_customers(before, catalogue.rfm).customers.set_index("customer_id")["segment"]
    ids = values["customer_id"]
    return Earlier(
        cut_off, days, values, _of(counted, ids), _of(later["purchases"], ids), _of(money, ids),
        "revenue" if margin is None else "margin", ids.map(segments).fillna("").to_numpy(dtype=object),
    )  # fmt: skip


def _of(measured: pd.Series, ids: pd.Series) -> Floats:
    found: Floats = ids.map(measured).fillna(0.0).to_numpy(float)
    return found


def no_validity(reason: Reason, past: Earlier | None = None) -> Validity:
    """The answer where there is nothing to test."""
    nan, table = math.nan, pd.DataFrame(columns=["model", "r2", "low", "high"])
    cut_off, days = (past.cut_off, past.days) if past else (None, 0)
    return Validity("not_estimable", reason, cut_off, days, "revenue", 0, 0, table, nan, UNKNOWN, nan)


def validity(past: Earlier, tags: Sequence[TagResult], k: int, parameters: PersonasParameters) -> Validity:
    """Personas learnt on one half of the customers of the earlier day, judged by the other half's later money.

    k is today's, the tags are today's; coordinates and centres are learnt on the first half alone.
    """
    known = np.flatnonzero(past.purchases >= parameters.minimum_purchases)
    if len(known) < 4 * parameters.minimum_base:
        return no_validity("too_few_customers", past)
    money = past.money[known]
    if not (money != 0).any():
        return no_validity("nothing_later", past)
    generator = np.random.default_rng([parameters.seed, 6])
    order = generator.permutation(len(known))
    first, second = order[: len(known) // 2], order[len(known) // 2 :]
    labels = _labels_then(past, tags, known, first, k, parameters)
    ceiling = float(np.quantile(money[first], WINSOR))
    target = np.minimum(money, ceiling)
    segments = np.unique(past.segments[known], return_inverse=True)[1]
    test = _Test(target, first, second)
    rfm, persona = _dummies(segments), _dummies(labels)
    errors = {
        "rfm": test.errors(rfm),
        "persona": test.errors(persona),
        "rfm_and_persona": test.errors(np.hstack([rfm, persona])),
    }
    r2 = {name: test.r2(error) for name, error in errors.items()}
    added = r2["rfm_and_persona"] - r2["rfm"]
    alone, beside = test.permuted(persona, rfm, segments, generator)
    rows: list[tuple[object, ...]] = [
        (name, r2[name], *test.interval(error, generator)) for name, error in errors.items()
    ]
    for name, values in (("permuted", alone), ("rfm_and_permuted", beside)):
        rows.append((name, float(values.mean()), *map(float, np.quantile(values, (0.025, 0.975)))))
    p_added = (1 + int((beside - r2["rfm"] >= added).sum())) / (1 + PERMUTATIONS)
    difference = test.difference(errors["rfm"], errors["rfm_and_persona"], generator)
    table = pd.DataFrame(rows, columns=["model", "r2", "low", "high"])
    return Validity(
        "tested", "", past.cut_off, past.days, "margin" if past.target == "margin" else "revenue", len(first),
        len(second), table, added, difference, p_added,
    )  # fmt: skip


def _labels_then(
    past: Earlier, tags: Sequence[TagResult], known: Ints, first: Ints, k: int, parameters: PersonasParameters
) -> Ints:
    values = past.values.iloc[known].reset_index(drop=True)
    learnt = learn(values.iloc[first].reset_index(drop=True), tags, past.purchases[known][first], parameters.seed)
    points = learnt.coordinates(learnt.matrix(values, past.purchases[known]))
    drawn = np.sort(first)[: parameters.sample_size]
    return assign(points, k_means(points[drawn], k, parameters.seed).centres)[0]


@dataclass(frozen=True)
class _Test:
    """Money of all customers, and the positions that groups' means are learnt on and judged on."""

    target: Floats
    learnt: Ints
    held: Ints

    def errors(self, design: Floats) -> Floats:
        """Squared errors on the held-out customers of a least-squares fit of groups (dummies) to the others' money."""
        mean = self.target[self.learnt].mean()
        here = design[self.learnt]
        pull = here.T @ here + RIDGE * np.eye(design.shape[1])
        weights = np.linalg.solve(pull, here.T @ (self.target[self.learnt] - mean))
        wrong: Floats = (self.target[self.held] - mean - design[self.held] @ weights) ** 2
        return wrong

    @property
    def spread(self) -> Floats:
        """Squared errors of the mean alone."""
        apart: Floats = (self.target[self.held] - self.target[self.learnt].mean()) ** 2
        return apart

    def r2(self, errors: Floats) -> float:
        """Explained share: 1 - errors / errors of the mean."""
        total = float(self.spread.sum())
        return 1 - float(errors.sum()) / total if total > 0 else math.nan

    def _resampled(self, generator: np.random.Generator, *columns: Floats) -> Floats:
        """Sums of the columns over bootstrap samples of the held-out customers: RESAMPLES x columns."""
        n, stacked = len(self.held), np.column_stack(columns)
        chances = np.full(n, 1 / n)
        return np.concatenate(
            [generator.multinomial(n, chances, size=CHUNK) @ stacked for _ in range(RESAMPLES // CHUNK)]
        )

    def interval(self, errors: Floats, generator: np.random.Generator) -> Interval:
        """95 % percentile bootstrap of r2 over held-out customers."""
        sums = self._resampled(generator, errors, self.spread)
        low, high = np.quantile(1 - sums[:, 0] / sums[:, 1], (0.025, 0.975))
        return Interval(float(low), float(high))

    def difference(self, base: Floats, more: Floats, generator: np.random.Generator) -> Interval:
        """The same of a difference of two r2, customers drawn together."""
        sums = self._resampled(generator, base, more, self.spread)
        low, high = np.quantile((sums[:, 0] - sums[:, 1]) / sums[:, 2], (0.025, 0.975))
        return Interval(float(low), float(high))

    def permuted(
        self, persona: Floats, rfm: Floats, segments: Ints, generator: np.random.Generator
    ) -> tuple[Floats, Floats]:
        """r2 of personas shuffled among all customers, and of RFM with personas shuffled within segments."""
        alone, beside = np.empty(PERMUTATIONS), np.empty(PERMUTATIONS)
        by_segment = np.argsort(segments, kind="stable")
        for i in range(PERMUTATIONS):
            alone[i] = self.r2(self.errors(persona[generator.permutation(len(persona))]))
            order = np.lexsort((generator.random(len(segments)), segments))
            within = np.empty_like(order)
            within[by_segment] = order
            beside[i] = self.r2(self.errors(np.hstack([rfm, persona[within]])))
        return alone, beside


def _dummies(codes: Ints) -> Floats:
    made: Floats = (codes[:, None] == np.unique(codes)[None, :]).astype(float)
    return made


def movement(
    past: Earlier, now: pd.DataFrame, space: Space, centres: Floats, keys: tuple[str, ...], minimum: int
) -> Movement:
    """Who changed persona: today's coordinates and centres applied to the tags of the earlier day.

    `now`: customer_id and persona of everybody today.
    """
    values = past.values
    described = past.purchases >= minimum
    labels = assign(space.coordinates(space.matrix(values, past.purchases)), centres)[0]
    then = np.where(described, np.array(keys, dtype=object)[labels], TOO_LITTLE_KNOWN)
    both = now.merge(pd.DataFrame({"customer_id": values["customer_id"], "then": then}), how="left", on="customer_id")
    both["then"] = both["then"].fillna(NEW)
    counted = both.groupby(["then", "persona"]).size().reset_index(name="customers")
    counted = counted.rename(columns={"then": "from_persona", "persona": "to_persona"})
    total = counted.groupby("from_persona")["customers"].transform("sum")
    counted["share"] = counted["customers"] / total
    intervals = [wilson(x, n) for x, n in zip(counted["customers"], total, strict=True)]
    counted["low"], counted["high"] = [i.low for i in intervals], [i.high for i in intervals]
    pair = both[both["then"].isin(keys) & both["persona"].isin(keys)]
    n, kept = len(pair), int((pair["then"] == pair["persona"]).sum())
    if n == 0:
        return Movement(past.cut_off, counted, 0, math.nan, UNKNOWN, math.nan)
    shares = [(pair["then"] == key).mean() * (pair["persona"] == key).mean() for key in keys]
    return Movement(past.cut_off, counted, n, kept / n, wilson(kept, n), float(sum(shares)))


def no_movement(past: Earlier | None) -> Movement:
    """The answer where there are no personas to move between."""
    columns = ["from_persona", "to_persona", "customers", "share", "low", "high"]
    return Movement(past.cut_off if past else None, pd.DataFrame(columns=columns), 0, math.nan, UNKNOWN, math.nan)

"""What goes with dropping off: every value of every property at every step against the rest, honestly paid for.

A value is tested at a step where the value and the rest both have the least base (D4.5: measured before the outcome,
Haldane-Anscombe odds ratio, Fisher's test, Benjamini and Hochberg's q over everything tested). It is then looked at
with the other properties held fixed. What is claimed stands in `claimed`, with its prize.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from customer_analytics.analysis.dropoff import contrast, logistic
from customer_analytics.analysis.dropoff.contrast import Counts, Moments
from customer_analytics.analysis.dropoff.people import People
from customer_analytics.analysis.dropoff.prize import Worth, adjusted_extra, prize
from customer_analytics.analysis.dropoff.units import OTHER, Units
from customer_analytics.statistics import Interval, benjamini_hochberg, wilson

LEVEL = 0.01  # q up to which a difference is claimed
LEAST_GAP = 0.02  # difference of the rates from which it matters
MOST_PRIZES = 12  # groups whose prize is worked out
COLUMNS = [
    "step", "property", "value", "n", "reached", "rate", "rate_low", "rate_high", "rest_n", "rest_reached",
    "rest_rate", "difference", "difference_low", "difference_high", "odds_ratio", "odds_low", "odds_high", "p", "q",
    "adjusted", "adjusted_low", "adjusted_high", "adjusted_p", "inflation", "claimed",
]  # fmt: skip
PRIZE_COLUMNS = [
    "at_step", "at_step_low", "at_step_high", "extra", "extra_low", "extra_high", "extra_adjusted", "best_value",
    "extra_best", "money", "money_low", "money_high", "margin", "margin_low", "margin_high",
]  # fmt: skip


@dataclass(frozen=True)
class Drivers:
    """The search for what goes with dropping off.

    `table`: COLUMNS, one row a test: rates of the group and of the rest of the base from step - 1 to step; the odds
    ratio is below 1 where the group goes on less often; `adjusted`: with the other properties held fixed (NaN where
    there is none); `inflation`: variance over that of units of different people. `claimed`: lower, q <= LEVEL, a gap of
    at least LEAST_GAP, and still lower after adjusting.
    `prizes`: the claimed rows with PRIZE_COLUMNS, largest first; extra and money are of conversions, over all the
    entries counted; `best_value`, `extra_best`: the prize if the group came up to the best value of its property, taken
    at the low end of that value's interval. Prizes overlap; they are not summed.
    `adjusted_for`: columns of the properties that are held fixed for each other.
    """

    table: pd.DataFrame
    prizes: pd.DataFrame
    tests: int
    adjusted_for: tuple[str, ...]


def search(units: Units, cells: pd.DataFrame, worth: Worth, *, minimum: int, seed: int) -> Drivers:
    """Test everything, adjust, and size the prizes.

    Args:
        units: with limited properties.
        cells: units.cells of them.
        worth: of a conversion.
        minimum: least base of the group and of the rest, and least number of people in the group.
        seed: of the resamples.
    """
    people = People(units)
    moments = people.moments() if units.repeated else {}
    rows = [
        row for column in units.columns for row in _property_rows(units, cells, column, moments.get(column), minimum)
    ]
    table = pd.DataFrame(rows, columns=[*COLUMNS[:18], "inflation"])
    table["q"] = benjamini_hochberg(table["p"].to_numpy(np.float64)) if len(table) else math.nan
    models = _Models(units, cells)
    adjusted = [
        models.adjusted(row["step"], row["property"], row["value"], row["inflation"])
        for row in table.to_dict("records")
    ]
    table[["adjusted", "adjusted_low", "adjusted_high", "adjusted_p"]] = np.array(adjusted).reshape(len(table), 4)
    stands = table["adjusted"].isna() | (table["adjusted_high"] < 1)
    table["claimed"] = (table["q"] <= LEVEL) & (table["difference"] <= -LEAST_GAP) & stands
    prizes = _prizes(people, units, table, cells, worth, seed)
    table = table[COLUMNS].sort_values(["p", "step", "property", "value"], kind="stable", ignore_index=True)
    return Drivers(table, prizes, len(table), tuple(models.base))


def _property_rows(
    units: Units, cells: pd.DataFrame, column: str, moments_of: pd.DataFrame | None, minimum: int
) -> list[tuple[object, ...]]:
    names = [f"n_{step}" for step in range(1, units.last + 1)]
    counts = cells[cells[column].notna()].groupby(column)[names].sum()
    whole = counts.sum()
    sums: dict[tuple[str, int], Any] | None = None
    if moments_of is not None and len(counts) > 1:
        sums = {(row["value"], row["step"]): row for row in moments_of.to_dict("records")}
    by_value, base = counts.to_dict("index"), whole.to_dict()
    rows: list[tuple[object, ...]] = []
    for value in counts.index[counts.index != OTHER]:
        for step in range(2, units.last + 1):
            n, reached = int(by_value[value][f"n_{step - 1}"]), int(by_value[value][f"n_{step}"])
            rest_n, rest = int(base[f"n_{step - 1}"]) - n, int(base[f"n_{step}"]) - reached
            people = n if sums is None else int(sums[value, step]["people"])
            if min(n, rest_n, people) < minimum:
                continue
            own = Counts(n, reached, rest_n, rest)
            moments = None if sums is None else Moments(*(float(sums[value, step][f]) for f in Moments._fields))
            rows.append((step, column, value, *_contrast(own, moments)))
    return rows


def _contrast(own: Counts, moments: Moments | None) -> tuple[float, ...]:
    """The numbers of one row of the table, from n to p, and the inflation."""
    ratio, ratio_interval = contrast.odds_ratio(own)
    found = contrast.judged(own, moments)
    low, high = wilson(own.reached, own.n)
    return (
        own.n, own.reached, own.rate, low, high, own.rest_n, own.rest_reached, own.rest_rate,
        own.difference, found.low, found.high, ratio, *ratio_interval, found.p, found.inflation,
    )  # fmt: skip


class _Models:
    """One model a step. What the customer's row says is held fixed for nobody else: it is known of those who are known,
    and many are known because they bought. Such a property is looked at among the known, with the others fixed."""

    def __init__(self, units: Units, cells: pd.DataFrame) -> None:
        self.base = [each.column for each in units.properties if each.source != "customer"]
        self._cells = cells
        self._fits: dict[tuple[int, str], logistic.Fit] = {}

    def adjusted(self, step: int, column: str, value: str, inflation: float) -> tuple[float, float, float, float]:
        """Odds ratio given the other properties, interval, p; NaN where there are no others to hold fixed."""
        model = self._model(step, column if column not in self.base else "")
        if len({name for name, _ in model.terms}) < 2:
            return math.nan, math.nan, math.nan, math.nan
        ratio, (low, high), p = model.against_rest(column, value, inflation)
        return ratio, low, high, p

    def _model(self, step: int, extra: str) -> logistic.Fit:
        if (step, extra) not in self._fits:
            names = [*self.base, extra] if extra else self.base
            known = self._cells[self._cells[extra].notna()] if extra else self._cells
            known = known.groupby(names, dropna=False, sort=False)[[f"n_{step - 1}", f"n_{step}"]].sum().reset_index()
            self._fits[step, extra] = logistic.fit(known, names, f"n_{step - 1}", f"n_{step}")
        return self._fits[step, extra]


def _prizes(
    people: People, units: Units, table: pd.DataFrame, cells: pd.DataFrame, worth: Worth, seed: int
) -> pd.DataFrame:
    claimed = table[table["claimed"]].copy()
    if not len(claimed):
        return pd.DataFrame(columns=[*COLUMNS, *PRIZE_COLUMNS])
    claimed["final"] = [
        _final(units, cells, str(column), str(value))
        for column, value in zip(claimed["property"], claimed["value"], strict=True)
    ]
    gap = -claimed["difference"] * claimed["n"] * claimed["final"] / claimed["reached"].clip(lower=1)
    chosen = claimed.loc[gap.sort_values(ascending=False, kind="stable").index[:MOST_PRIZES]]
    records = chosen.to_dict("records")
    groups = [(str(row["property"]), str(row["value"]), int(row["step"])) for row in records]
    rows = []
    for row, (column, _, step), patterns in zip(records, groups, people.patterns(groups), strict=True):
        found = prize(patterns, worth, seed=seed)
        counts, final = (int(row["n"]), int(row["reached"])), int(row["final"])
        by_adjusting = adjusted_extra(counts, final, row["adjusted"]) if row["adjusted"] > 0 else math.nan
        best, ceiling = _best(table, step, column)
        at_best = max(counts[0] * ceiling - counts[1], 0.0) * (final / counts[1] if counts[1] else 0.0)
        rows.append(
            {name: row[name] for name in COLUMNS}
            | _flat("at_step", found.at_step, found.at_step_interval)
            | _flat("extra", found.extra, found.extra_interval)
            | {"extra_adjusted": by_adjusting, "best_value": best, "extra_best": at_best}
            | _flat("money", found.money, found.money_interval)
            | _flat("margin", found.margin, found.margin_interval)
        )
    made = pd.DataFrame(rows, columns=[*COLUMNS, *PRIZE_COLUMNS])
    return made.sort_values("extra", ascending=False, kind="stable", ignore_index=True)


def _final(units: Units, cells: pd.DataFrame, column: str, value: str) -> int:
    return int(cells[f"n_{units.last}"][cells[column] == value].sum())


def _best(table: pd.DataFrame, step: int, column: str) -> tuple[str, float]:
    """The value with the highest low end of its interval, and that low end: no more is promised than it has shown."""
    peers = table[(table["step"] == step) & (table["property"] == column)]
    best = peers.iloc[int(peers["rate_low"].to_numpy().argmax())]
    return str(best["value"]), float(best["rate_low"])


def _flat(name: str, value: float, interval: Interval) -> dict[str, float]:
    return {name: value, f"{name}_low": interval.low, f"{name}_high": interval.high}

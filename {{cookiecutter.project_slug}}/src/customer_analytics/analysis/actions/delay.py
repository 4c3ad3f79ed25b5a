"""Cost of delay: what moves out of reach in each week of waiting, as seen after past cut-offs.

Out of reach is who has by then been silent for longer than counts as being here (D6.2: too few come back after it), or
whose contract has ended. Everybody is followed from a past cut-off on, whatever contact there was then; money is the
value of staying, known at the cut-off. A customer who is out of reach is no longer there to be kept; those who came
back in the meantime are not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.actions.moments import longest_silences, silences
from customer_analytics.analysis.churn.contract_people import contract_days, has_dated
from customer_analytics.analysis.churn.study import Study
from customer_analytics.statistics import Interval
from customer_analytics.tables.store import Tables

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
WEEK = 7
MOST_WEEKS = 8
RESAMPLES = 300


@dataclass(frozen=True)
class Delay:
    """`weeks`: week, gone (share of the money at risk that is out of reach after so many weeks), low, high, people
    (share of the people). `base`: people and cut-offs followed; `first`: gone after one week, with its interval."""

    weeks: pd.DataFrame
    base: int
    cuts: int

    @property
    def first(self) -> tuple[float, Interval]:
        """Share of the money at risk out of reach after one week."""
        row = self.weeks.iloc[0]
        return float(row["gone"]), Interval(float(row["low"]), float(row["high"]))


def out_of_reach(tables: Tables, study: Study, moments: pd.DataFrame) -> Floats | None:
    """Days from the cut-off to the day on which each person was out of reach; inf: not as far as the data go.

    `moments`: cut, person_id. None where the data do not tell (contracts without dates).
    """
    if study.kind == "snapshot":
        return None
    if study.kind == "contracts":
        return _contract_ends(tables, moments) if has_dated(tables) else None
    seen = silences(study.life.spells, moments)
    left_over = longest_silences(study, seen) - seen["silent"].to_numpy()  # more days of silence until out of reach
    back = seen["next_in"].fillna(np.inf).to_numpy()
    days: Floats = np.where(back <= left_over, np.inf, np.maximum(left_over, 0.0) + 1)
    return np.where(np.isnan(left_over), np.inf, days)


def delay(
    days: Floats, cut: npt.NDArray[np.int64], block: npt.NDArray[np.int64], money: Floats, now: int, seed: int
) -> Delay | None:
    """Share of the money at risk out of reach after one week, two, and so on; see Delay.

    Args:
        days: until out of reach, one entry a person and past cut-off.
        cut: the cut-off of each (day number).
        block: of the person, for the interval.
        money: at risk of each: probability times value; ones where no money is known.
        now: first day that is not known.
        seed: of the resamples.
    """
    weeks = min(MOST_WEEKS, int((now - cut.max()) // WEEK)) if len(cut) else 0
    blocks = int(block.max()) + 1 if len(cut) else 0
    base = np.bincount(block, weights=money, minlength=blocks)
    if weeks < 1 or not base.sum() > 0:
        return None
    generator = np.random.default_rng([seed, 71])
    drawn = generator.multinomial(blocks, np.full(blocks, 1 / blocks), size=RESAMPLES).astype(np.float64)
    rows = []
    for week in range(1, weeks + 1):
        gone = (days <= week * WEEK).astype(np.float64)
        lost = np.bincount(block, weights=money * gone, minlength=blocks)
        low, high = np.quantile((drawn @ lost) / np.maximum(drawn @ base, 1e-12), (0.025, 0.975))
        rows.append((week, float(lost.sum() / base.sum()), float(low), float(high), float(gone.mean())))
    table = pd.DataFrame(rows, columns=["week", "gone", "low", "high", "people"])
    return Delay(table, len(cut), len(np.unique(cut)))


def _contract_ends(tables: Tables, moments: pd.DataFrame) -> Floats:
    """Days to the end of the last contract that ran at the cut-off; inf while one runs."""
    contracts: pd.DataFrame = contract_days(tables).to_pandas()
    contracts["over"] = contracts["over"].astype(float).fillna(math.inf)
    asked = moments.assign(row=np.arange(len(moments)))
    joined = asked.merge(contracts, on="person_id")
    joined = joined[(joined["started"] < joined["cut"]) & (joined["over"] >= joined["cut"])]
    last = (joined["over"] - joined["cut"]).groupby(joined["row"]).max()
    return last.reindex(asked["row"]).fillna(math.inf).to_numpy(dtype=np.float64)

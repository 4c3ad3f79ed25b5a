"""Profit by the share of customers contacted, on cut-offs that the predictions had not seen; the best share.

Customers are contacted in the order of their expected profit, which needs the predicted probability and the value,
both known at the cut-off. The profit is counted with who left. Equal orders are contacted at random, averaged
(D6.4). Persons are drawn again for intervals, in blocks where there are many: a person stands in several cut-offs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.actions.terms import Terms, expected_profit, realised_profit
from customer_analytics.analysis.uplift.hundredths import SHARES, by_hundredth
from customer_analytics.statistics import Interval

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
RESAMPLES = 500
LOW, HIGH = 0.025, 0.975
THOUSAND = 1_000  # customers that profits are told for
SCENARIOS = (
    ("acceptance", 0.5), ("acceptance", 2.0), ("value", 0.75), ("value", 1.25),
    ("incentive", 0.5), ("incentive", 2.0), ("contact_cost", 0.5), ("contact_cost", 2.0),
)  # fmt: skip


@dataclass(frozen=True)
class Cases:
    """Persons of the tested cut-offs, one entry a person and cut-off.

    cut: number of the cut-off from 0; block: of the person, the same in every cut-off; probability: predicted without
    knowing; value: of staying, known at the cut-off; left: 1 or 0.
    """

    cut: Integers
    block: Integers
    probability: Floats
    value: Floats
    left: Floats

    def __len__(self) -> int:
        return len(self.left)


@dataclass(frozen=True)
class ProfitCurve:
    """Profits for a thousand customers of the whole base.

    `curve`: share (0 to 1 by hundredths), profit, low, high, precision (share of leaving among the contacted).
    `share`: where the curve of all tests is highest, with the interval of that place; 0: contact nobody.
    `profit`: of a share that was chosen without the people on whom it is counted; `pays`: that interval lies above 0.
    `everyone`: profit of contacting all. `positive_share`, `positive_profit`: of contacting whoever has an expected
    profit above 0. `sensitivity`: what, factor, setting, share, profit.
    """

    terms: Terms
    curve: pd.DataFrame
    share: float
    share_interval: Interval
    profit: float
    profit_interval: Interval
    everyone: float
    positive_share: float
    positive_profit: float
    positive_interval: Interval
    sensitivity: pd.DataFrame
    tests: int
    n: int

    @property
    def pays(self) -> bool:
        """Whether some cut-off brings money, beyond what chance explains."""
        return self.share > 0 and self.profit_interval.low > 0


def profit_curve(tested: Cases, terms: Terms, seed: int, resamples: int = RESAMPLES) -> ProfitCurve:
    """The curve with its optimum, intervals and sensitivity. See ProfitCurve."""
    order = expected_profit(tested.probability, tested.value, terms)
    money = binned(tested, order, realised_profit(tested.left, tested.value, terms))
    heads, leaving = binned(tested, order, np.ones(len(tested))), binned(tested, order, tested.left)
    drawn = _drawn(money.shape[1], seed, resamples)
    chosen = _chosen_elsewhere(money)
    curves = _curves(drawn @ money.sum(axis=0), drawn @ heads.sum(axis=(0, 2)))
    whole = _curves(money.sum(axis=(0, 1))[None, :], np.array([heads.sum()]))[0]
    low, high = np.quantile(curves, (LOW, HIGH), axis=0)
    contacted = np.cumsum(heads.sum(axis=(0, 1)))
    precision = np.append(math.nan, np.cumsum(leaving.sum(axis=(0, 1))) / np.maximum(contacted, 1e-12))
    curve = pd.DataFrame(
        {"share": np.arange(SHARES + 1) / SHARES, "profit": whole, "low": low, "high": high, "precision": precision}
    )
    best, bests = int(np.argmax(whole)), np.argmax(curves, axis=1) / SHARES
    profit, profits = _honest(money, heads, chosen, drawn)
    positive = (order > 0).astype(np.float64)
    gained = _summed(tested, positive * realised_profit(tested.left, tested.value, terms), money.shape[1])
    counted = _summed(tested, np.ones(len(tested)), money.shape[1])
    return ProfitCurve(
        terms, curve, best / SHARES, _interval(bests), profit, _interval(profits), float(whole[-1]),
        float(positive.mean()), THOUSAND * float(gained.sum() / counted.sum()),
        _interval(THOUSAND * (drawn @ gained) / np.maximum(drawn @ counted, 1e-12)),
        sensitivity(tested, terms), money.shape[0], len(tested),
    )  # fmt: skip


def binned(tested: Cases, order: Floats, amount: Floats) -> Floats:
    """Sum of `amount` by cut-off, block and hundredth of the customers in descending `order`; see by_hundredth."""
    return by_hundredth(tested.cut, tested.block, order, amount)


def plain_curve(tested: Cases, terms: Terms) -> Floats:
    """Profit for a thousand customers at each share from 0 to 1, all tests together."""
    one = replace(tested, block=np.zeros(len(tested), dtype=np.int64))
    order = expected_profit(tested.probability, tested.value, terms)
    money = binned(one, order, realised_profit(tested.left, tested.value, terms)).sum(axis=(0, 1))
    curve: Floats = np.append(0.0, np.cumsum(money)) / len(tested) * THOUSAND
    return curve


def best_share(tested: Cases, terms: Terms) -> tuple[float, float]:
    """(share, profit for a thousand customers) where the curve of all tests is highest."""
    curve = plain_curve(tested, terms)
    best = int(np.argmax(curve))
    return best / SHARES, float(curve[best])


def sensitivity(tested: Cases, terms: Terms) -> pd.DataFrame:
    """Best share and its profit when one assumption is half, double or a quarter off: what, factor, setting, share,
    profit. The profits are those of the highest point, so that they compare with each other, not with `profit`."""
    rows: list[tuple[str, float, float, float, float]] = [("assumed", 1.0, math.nan, *best_share(tested, terms))]
    for what, factor in SCENARIOS:
        if what == "value":
            own, changed, setting = replace(tested, value=tested.value * factor), terms, math.nan
        else:
            setting = float(getattr(terms, what) * factor)
            setting = min(setting, 1.0) if what == "acceptance" else setting
            own, changed = tested, replace(terms, **{what: setting})
        rows.append((what, factor, setting, *best_share(own, changed)))
    return pd.DataFrame(rows, columns=["what", "factor", "setting", "share", "profit"])


def needed_acceptance(tested: Cases, terms: Terms, share: float) -> float:
    """Acceptance from which contacting this share, in the order of expected profit, would have paid in the tests.

    The profit is a straight line in the acceptance. NaN where not even everybody accepting would do.
    """
    one = replace(tested, block=np.zeros(len(tested), dtype=np.int64))
    order, many = expected_profit(tested.probability, tested.value, terms), round(share * SHARES)

    def contacted(amount: Floats) -> float:
        return float(binned(one, order, amount).sum(axis=(0, 1))[:many].sum())

    won = contacted(tested.left * (tested.value - terms.incentive))
    cost = contacted((1 - tested.left) * terms.incentive + terms.contact_cost)
    return cost / won if won > 0 and cost <= won else math.nan


def _drawn(blocks: int, seed: int, resamples: int) -> Floats:
    generator = np.random.default_rng([seed, 61])
    return generator.multinomial(blocks, np.full(blocks, 1 / blocks), size=resamples).astype(np.float64)


def _curves(money: Floats, heads: Floats) -> Floats:
    """Profit for a thousand customers at each share, from sums by hundredth."""
    summed = np.concatenate([np.zeros((len(money), 1)), np.cumsum(money, axis=1)], axis=1)
    curves: Floats = THOUSAND * summed / np.maximum(heads, 1e-12)[:, None]
    return curves


def _chosen_elsewhere(money: Floats) -> Integers:
    """For each cut-off the best share of the others; with one cut-off, for each half of the blocks that of the
    other half: (cuts,) or (2,)."""
    if len(money) > 1:
        total = money.sum(axis=(0, 1))
        own = money.sum(axis=1)
        return np.array([_best(total - one) for one in own], dtype=np.int64)
    halves = [money[0][side::2].sum(axis=0) for side in (0, 1)]
    return np.array([_best(halves[1]), _best(halves[0])], dtype=np.int64)


def _best(money: Floats) -> int:
    return int(np.argmax(np.append(0.0, np.cumsum(money))))


def _honest(money: Floats, heads: Floats, chosen: Integers, drawn: Floats) -> tuple[float, Floats]:
    """Profit with the share chosen elsewhere, for a thousand customers; and in each resample."""
    summed = np.concatenate([np.zeros((*money.shape[:2], 1)), np.cumsum(money, axis=2)], axis=2)
    if len(money) > 1:
        gained = sum((summed[cut][:, place] for cut, place in enumerate(chosen)), start=np.zeros(money.shape[1]))
    else:
        gained = np.where(np.arange(money.shape[1]) % 2 == 0, summed[0][:, chosen[0]], summed[0][:, chosen[1]])
    people = heads.sum(axis=(0, 2))
    return THOUSAND * float(gained.sum() / people.sum()), THOUSAND * (drawn @ gained) / np.maximum(
        drawn @ people, 1e-12
    )


def _summed(tested: Cases, amount: Floats, blocks: int) -> Floats:
    return np.bincount(tested.block, weights=amount, minlength=blocks).astype(np.float64)


def _interval(values: Floats) -> Interval:
    low, high = np.quantile(values, (LOW, HIGH))
    return Interval(float(low), float(high))

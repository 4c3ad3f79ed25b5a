"""What a rule of whom to contact is worth, from experiments in which the arm was drawn by lot (D7.10).

Inverse propensity: whoever was by chance treated as the rule says counts for all who are like them, with the known
probability of the arm. Values are per head of everybody assigned, against contacting nobody.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.targeting.order import TENTHS, Ordered, last
from customer_analytics.analysis.targeting.result import POLICIES
from customer_analytics.analysis.targeting.trial import Assigned
from customer_analytics.analysis.uplift.learner import signal
from customer_analytics.statistics import Z95

Floats = npt.NDArray[np.float64]
MONEY = ("margin", "revenue")


def policies(found: Assigned, by: Ordered, break_even: float, contact_cost: float, seed: int) -> pd.DataFrame:
    """POLICIES. How many deciles the order leaves out is settled for each half of the persons by the other half, so
    that its value is not that of the best of ten choices."""
    gained = signal(found.valued(), seed)
    cost = contact_cost if found.worth in MONEY else 0.0
    contacted = _elsewhere(found, by, break_even)
    share = float(contacted.mean())
    rows = [
        ("everybody", 1.0, *_value(gained - cost, found.block)),
        ("order", share, *_value(contacted * (gained - cost), found.block)),
        ("random", share, *_value(share * (gained - cost), found.block)),
        ("difference", share, *_value((contacted - share) * (gained - cost), found.block)),
    ]
    return pd.DataFrame([(*row, found.worth) for row in rows], columns=list(POLICIES))


def break_even(found: Assigned, contact_cost: float) -> float:
    """Change of a yes-or-no outcome that pays for a message: its cost over what a customer with a yes was worth; 0
    where either is unknown."""
    won = found.trial.outcome > 0
    if not contact_cost or found.worth not in MONEY or not won.any() or np.unique(found.trial.outcome).size > 2:
        return 0.0
    worth = float(found.worth_of[won].mean())
    return contact_cost / worth if worth > 0 else 0.0


def _elsewhere(found: Assigned, by: Ordered, least: float) -> Floats:
    """1 for whom the order contacts, with its length settled in the other half of the blocks."""
    half = found.block % 2
    contacted = np.zeros(len(found.block))
    for side in (0, 1):
        other = half != side
        own = Ordered(by.order[other], by.change[other], by.signal[other], by.decile[other], by.varies)
        many = last(own, found.block[other], least).deciles if other.any() else 0
        mine = half == side
        contacted[mine] = by.decile[mine] <= TENTHS - many
    return contacted


def _value(gain: Floats, block: npt.NDArray[np.int64]) -> tuple[float, float, float]:
    """Mean with a 95 % interval by blocks of persons."""
    mean = float(gain.mean())
    error = float(np.sqrt((np.bincount(block, weights=gain - mean) ** 2).sum())) / len(gain)
    return mean, mean - Z95 * error, mean + Z95 * error

"""The next experiment: who takes part, how many, what they can show, and who is drawn into which arm.

The arms are an offer and no contact. What decides is the share that leaves within the horizon. The size is the one
that sees the assumed acceptance (of the leaving, so many stay) with 80 % power at 5 %, two-sided; where fewer
customers may be contacted, all take part and the smallest difference they could show is stated (D7.7).
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.assignment import rows
from customer_analytics.analysis.assignment.draw import draw
from customer_analytics.analysis.assignment.strata import Strata, smallest_stratum, stratify, value_classes
from customer_analytics.analysis.dropoff.sizes import units_per_arm
from customer_analytics.tables.ledger import CONTROL, TREATMENT

Floats = npt.NDArray[np.float64]
AUDIENCE = "churn_pilot"
HALF = Fraction(1, 2)
STEPS = 40  # halvings of the interval in which the smallest fall lies
LEAST_ARM = 30  # customers in an arm below which there is no pilot
Pool = Literal["selected", "at_risk"]


@dataclass(frozen=True)
class Pilot:
    """`reason`: "" or why there is none: "few", or "does_not_pay" (the offer would cost more than it keeps).

    `pool`: whom it is drawn from: those that the cut-off selects, or, where no money is known, those with the highest
    risk above the base risk.

    eligible: customers in the pool who may be contacted; n: who take part; treatment, control; rate: their expected
    share of leaving; effect: fall of it that the assumed acceptance would bring; needed: customers in each arm to see
    that; detectable: smallest fall that these arms can show (NaN: none).
    `assignment`: person_id, arm, stratum; `strata`: stratum, customers, control. `result_on`: first day on which the
    outcome of all is known.
    """

    reason: str
    pool: Pool
    eligible: int
    n: int = 0
    treatment: int = 0
    control: int = 0
    rate: float = math.nan
    effect: float = math.nan
    needed: int = 0
    detectable: float = math.nan
    seed: int = 0
    assigned_on: dt.date | None = None
    result_on: dt.date | None = None
    assignment: pd.DataFrame | None = None
    strata: pd.DataFrame | None = None

    @property
    def is_large_enough(self) -> bool:
        """Whether it can see what the assumed acceptance would bring."""
        return not math.isnan(self.detectable) and self.detectable <= self.effect


def design(people: pd.DataFrame, pool: Pool, acceptance: float, seed: int, assigned_on: dt.date, days: int) -> Pilot:
    """Size and draw of a pilot.

    Args:
        people: person_id, probability, value, tier, order (expected profit): the pool, only who may be contacted.
        pool: where they come from.
        acceptance: assumed.
        seed: of the draw: the same seed and people, the same arms.
        assigned_on: the as-of day.
        days: from the draw to the end of the outcome.
    """
    if len(people) < 2 * LEAST_ARM:
        return Pilot("few", pool, len(people))
    first = people.sort_values(["order", "person_id"], ascending=[False, True], kind="stable")
    many, needed = 0, LEAST_ARM
    while many < min(len(people), 2 * needed):  # who is added has another risk, and then another size is needed
        many = min(len(people), 2 * needed)
        rate = float(first["probability"].head(many).mean())
        needed = max(needed, per_arm(rate, rate * acceptance))
    ranked = first.head(many).sort_values("person_id", kind="stable").reset_index(drop=True)
    strata = _strata(ranked)
    ids = ranked["person_id"].to_numpy(dtype=object)
    held = draw(ids, strata.codes, strata.labels, HALF, seed)
    control = int(held.sum())
    labels = np.array(strata.labels, dtype=object)[strata.codes]
    drawn = np.bincount(strata.codes, weights=held, minlength=len(strata.labels)).astype(np.int64)
    return Pilot(
        "", pool, len(people), len(ranked), len(ranked) - control, control, rate, rate * acceptance, needed,
        smallest_fall(rate, len(ranked) - control, control), seed, assigned_on,
        assigned_on + dt.timedelta(days=days + 1),
        pd.DataFrame({"person_id": ids, "arm": np.where(held, CONTROL, TREATMENT), "stratum": labels}),
        pd.DataFrame({"stratum": list(strata.labels), "customers": strata.sizes, "control": drawn}),
    )  # fmt: skip


def per_arm(rate: float, effect: float) -> int:
    """Customers in each of two equal arms that see a fall of `effect` from `rate`."""
    if not (0 < rate <= 1 and 0 < effect <= rate):
        return LEAST_ARM
    return max(units_per_arm(rate, rate - effect), LEAST_ARM)


def smallest_fall(rate: float, treated: int, control: int) -> float:
    """Smallest fall from `rate` that arms of these sizes see (units_per_arm, the other way round); NaN: none.

    Two arms of different sizes see what two of their harmonic mean do.
    """
    if treated <= 0 or control <= 0 or not 0 < rate <= 1:
        return math.nan
    size = 2 / (1 / treated + 1 / control)
    unseen, seen = 0.0, rate
    if units_per_arm(rate, 0.0) > size:
        return math.nan
    for _ in range(STEPS):
        middle = (unseen + seen) / 2
        unseen, seen = (unseen, middle) if units_per_arm(rate, rate - middle) <= size else (middle, seen)
    return seen


def ledger_rows(pilot: Pilot, assigned_at: dt.datetime) -> pd.DataFrame:
    """The assignment in the columns and types of the ledger: see analysis.assignment.rows."""
    assert pilot.assignment is not None and pilot.assigned_on is not None
    return rows.ledger_rows(AUDIENCE, pilot.assignment, pilot.seed, pilot.assigned_on, assigned_at, pilot.result_on)


def _strata(people: pd.DataFrame) -> Strata:
    """By tier and class of value, the small ones merged with their neighbours."""
    value = people["value"].to_numpy(dtype=np.float64)
    keys = {"tier": people["tier"].astype(str).reset_index(drop=True)}
    if np.isfinite(value).any():
        keys["value"] = value_classes(value)
    return stratify(keys, len(people), smallest_stratum(HALF))

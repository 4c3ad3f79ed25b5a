"""The next test: the result."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, field

import pandas as pd

from customer_analytics.analysis.next_test.pool import Pool
from customer_analytics.analysis.next_test.sizes import Base, Shape, smallest_difference, units_needed

AUDIENCE = "next_test"
LEAST_ARM = 30  # customers in an arm below which there is no test


@dataclass(frozen=True)
class NextTest:
    """The plan of the next test.

    reason: "" or why no size can be stated ("no_base": the outcome without a contact is not known, or nobody or
        everybody has it). pool_reason: "" or why nobody was drawn ("no_customers", "few", or "no_size").
    model: campaign (the client's code) and model_arm that the test repeats; "" where there is none. chosen: "named" by
        the parameters, "promising" (most value for one contacted, after shrinkage where there is one), "latest", or "".
    outcome: what decides; base: its mean and spread without a contact, of base_n, from base_from ("control": the
        model's control group; "customers": those who were customers before the last window). window_days: of the
        outcome.
    shape: arms and power. arms: names, the first without a message. lift: smallest relative lift that is worth while;
        target: mean that it gives; needed: units of the whole test that see it (infinite: no size does);
        needed_cuped: with CUPED, `saved`: the share of the variance that it takes away (NaN: not known).
    pool: who could take part. n: who take part (all who may, or as many as are needed); detectable: smallest relative
        lift that they see; measured: relative lift of the model (NaN: not known).
    weeks: in which so many come by at the present traffic (NaN: longer than a year, or not known); result_on: first day
        on which the outcome of all is known, drawn at once. cost: fixed, as of the model, and of the messages (NaN: not
        known); forgone: money that the model would have brought from those held out (NaN: not known).
    assignment: person_id, arm, stratum, by id; strata: stratum, customers, then one column for each arm's place.
    """

    reason: str
    pool_reason: str
    model: str
    model_arm: str
    chosen: str
    outcome: str
    kind: str
    base: Base
    base_n: int
    base_from: str
    window_days: int
    shape: Shape
    arms: tuple[str, ...]
    lift: float
    seed: int
    assigned_on: dt.date
    saved: float = math.nan
    measured: float = math.nan
    pool: Pool | None = None
    n: int = 0
    weeks: float = math.nan
    cost: float = math.nan
    forgone: float = math.nan
    strata_by: tuple[str, ...] = ()
    sizes: tuple[int, ...] = ()
    assignment: pd.DataFrame | None = field(default=None, repr=False)
    strata: pd.DataFrame | None = None
    ledger: pd.DataFrame | None = field(default=None, repr=False)

    @property
    def target(self) -> float:
        """Mean that the smallest lift worth while gives."""
        return self.base.mean * (1 + self.lift)

    @property
    def needed(self) -> float:
        """Units of the whole test that see that lift; infinite where no size does."""
        return math.inf if self.reason else units_needed(self.base, self.target - self.base.mean, self.shape)

    @property
    def needed_cuped(self) -> float:
        """The same where CUPED takes its share of the variance away; NaN where that share is not known."""
        return math.ceil(self.needed * (1 - self.saved)) if math.isfinite(self.needed * self.saved) else math.nan

    @property
    def detectable(self) -> float:
        """Smallest relative lift that those who take part see; NaN: none, or nobody takes part."""
        return self._lift(self.n)

    @property
    def detectable_all(self) -> float:
        """Smallest relative lift that all who may be contacted would see."""
        return self._lift(0 if self.pool is None else len(self.pool.people))

    @property
    def result_on(self) -> dt.date:
        """First day on which the outcome of everybody is known, where all are contacted on the day after the draw."""
        return self.assigned_on + dt.timedelta(days=self.window_days + 1)

    @property
    def is_large_enough(self) -> bool:
        """Whether those who take part see the smallest lift that is worth while."""
        return self.n >= self.needed

    def _lift(self, units: float) -> float:
        if self.reason or not units or self.base.mean == 0:
            return math.nan
        return smallest_difference(self.base, units, self.shape) / abs(self.base.mean)

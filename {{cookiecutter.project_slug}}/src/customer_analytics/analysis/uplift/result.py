"""What past randomised contacts changed: the result."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import pandas as pd

from customer_analytics.statistics import Interval

CAMPAIGNS = (
    "campaign_id", "verdict", "day", "assigned", "in_two_arms", "treated", "control", "ratio_p", "plan_known",
    "alike_p", "followed", "treated_n", "treated_stayed", "control_n", "control_stayed", "effect", "low", "high", "p",
    "p_adjusted",
)  # fmt: skip
GROUPS = ("group", "n", "predicted", "effect", "low", "high", "p_negative", "p_positive")
NOT_ESTIMABLE = Interval(math.nan, math.nan)
NOTHING = 1e-12  # what a sum of numbers that cancel out may be off by
LEVEL = 0.025  # of the test of an order, one-sided as the lower end of its interval
SOUND = "sound"
REFUSED = (
    "no_arms", "no_control", "no_day", "ratio", "unplanned_ratio", "not_alike", "not_over", "few",
)  # fmt: skip


@dataclass(frozen=True)
class Qini:
    """Area between the gain of an order and the line of a random one, in units of the outcome (customers kept, say) for
    each one assigned.

    `coefficient` with `interval` (persons drawn again); `whole`: gained for each one if all are contacted, with
    `whole_interval`; `curve`: share contacted, gain (for each one assigned), low, high, random. A coefficient that
    is as large as half of `whole` orders as well as if everybody who is won were contacted first; a larger one means
    that some are driven away. `p`: of the whole making of the order being no better than chance (order_test); the
    interval takes the order as given.
    """

    coefficient: float
    interval: Interval
    whole: float
    curve: pd.DataFrame
    whole_interval: Interval = NOT_ESTIMABLE
    p: float = math.nan

    @property
    def area(self) -> float:
        """Area under the curve (AUUC): the mean gain over all shares contacted."""
        return self.coefficient + self.whole / 2

    @property
    def holds(self) -> bool:
        """Whether the order is better than a random one, beyond chance."""
        return self.interval.low > NOTHING and not self.p >= LEVEL


@dataclass(frozen=True)
class UpliftResult:
    """`reason`: "" or why nothing is estimable: "no_touches", "no_sound" (no campaign was randomised and sound).

    `campaigns`: CAMPAIGNS, every campaign that assigned customers, with the verdict (SOUND or one of REFUSED) and,
    where sound, the share that stayed (was there again within the report's own window) in both arms, the effect of
    being assigned with its 95 % interval and Holm's p. Only who counted as here on the day of the draw is compared.
    `pooled`: campaigns with a sound contrast; n people-assignments. `kept`: share of the leaving who stayed because of
    the contact, all sound campaigns together, with its interval; what the acceptance assumes. `qini`: how well
    the cross-fitted order separates; `groups` (GROUPS): fifths by predicted change, the first the highest, with what
    was seen. `use`: whether the order may be used. `uplift`: person_id, uplift, group for who was scored (empty where
    not in use). `savable`: groups whose interval lies above nothing; `harmed`: whose Holm interval lies below.
    """

    reason: str
    campaigns: pd.DataFrame
    pooled: int = 0
    n: int = 0
    kept: float = math.nan
    kept_interval: Interval = NOT_ESTIMABLE
    qini: Qini | None = None
    groups: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(GROUPS)))
    features: tuple[str, ...] = ()
    uplift: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["person_id", "uplift", "group"]))
    savable: tuple[int, ...] = ()
    harmed: tuple[int, ...] = ()

    @property
    def use(self) -> bool:
        """Whether customers may be ordered by what a contact changes."""
        return self.qini is not None and self.qini.holds and bool(self.savable)

    @property
    def measured(self) -> bool:
        """Whether the acceptance has been measured, beyond chance."""
        return self.kept_interval.low > 0

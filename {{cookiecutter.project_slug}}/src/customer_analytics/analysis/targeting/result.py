"""Whom to contact and whom not: the result."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from customer_analytics.analysis.campaigns.campaign import Outcome
from customer_analytics.analysis.uplift.result import Qini
from customer_analytics.statistics import Interval

DECILES = (
    "decile", "n", "predicted", "effect", "low", "high", "p_negative", "p_positive", "n_contact", "n_control", "mean",
    "mean_control",
)  # fmt: skip
QUADRANTS = ("base", "change", "kind", "n", "share", "mean_control", "mean", "effect", "low", "high")
POLICIES = ("policy", "share", "value", "low", "high", "unit")
ORDERS = ("campaign", "n", "coefficient", "low", "high")
TARGET = ("customer_id", "rank", "decile", "change", "consent")
SUPPRESS = ("customer_id", "decile", "change", "why", "consent")
# Why nothing is put in order.
REASONS = ("no_campaigns", "no_features", "few")
NO_GAIN, PUT_OFF = "no_gain", "put_off"
PERSUADABLE, SURE, LOST, SLEEPING = "persuadable", "sure", "lost", "sleeping"


@dataclass(frozen=True)
class Last:
    """The deciles at the end of the order that a contact does not pay for, taken together; `deciles` 0: none.

    `effect` on the main outcome with its interval, of `n` assignments; `put_off`: the interval lies below 0.
    """

    deciles: int
    n: int
    effect: float
    interval: Interval
    put_off: bool


@dataclass(frozen=True)
class Targeting:
    """What past contacts say about whom to contact next.

    `reason`: None, or why nobody is put in order: one of REASONS.
    outcome: the main outcome, in whose units change and gains are; `worth`: what policies are valued in, "margin",
        "revenue" or the main outcome's name.
    campaigns: codes that are pooled, all grade A; `against`: "untouched" (a control group without contact) or "other"
        (another message); `moved`: sound campaigns left out because their gain was only brought forward.
    n: assignments looked at, of `total`; features: what the order is made of.
    qini: how much better the order is than a random one, tested on people who took no part in making it.
    orders: ORDERS, the same order within each campaign by itself.
    deciles: DECILES, tenths by predicted change, the first the highest, with what was seen.
    quadrants: QUADRANTS, cells by predicted outcome without contact (`base` low, high) and predicted change (high,
        low); `kind` by what was seen: persuadable (interval above 0), sleeping (below 0), else sure (high base) or
        lost (low base).
    policies: POLICIES, per head of everybody assigned, against contacting nobody, less `contact_cost`: "everybody",
        "order" (all but the last deciles), "random" (as many by lot), "difference" (order less random).
    last: whom not to contact.
    break_even: change of the main outcome that pays for a message; 0 where messages cost nothing or its worth is
        unknown.
    target, suppress: one row a customer today: TARGET, SUPPRESS; empty unless the order is better than a random one.
    left_out: customers today of a kind that was in no campaign; not_reachable: without consent or unsubscribed.
    """

    reason: str | None
    outcome: Outcome | None = None
    worth: str = ""
    campaigns: tuple[str, ...] = ()
    against: str = ""
    moved: tuple[str, ...] = ()
    n: int = 0
    total: int = 0
    features: tuple[str, ...] = ()
    qini: Qini | None = None
    orders: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(ORDERS)))
    deciles: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(DECILES)))
    quadrants: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(QUADRANTS)))
    policies: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(POLICIES)))
    last: Last | None = None
    break_even: float = 0.0
    target: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(TARGET)))
    suppress: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(SUPPRESS)))
    left_out: int = 0
    not_reachable: int = 0

    @property
    def use(self) -> bool:
        """Whether the order is better than a random one, beyond chance."""
        return self.qini is not None and self.qini.holds

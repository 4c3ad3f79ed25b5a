"""What the analysis of channels returns: typed, documented, without words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

Money = Literal["margin", "revenue", "none"]
TABLE = (
    "channel", "customers", "share", "buyers", "mature", "stayed", "rate", "low", "high", "difference",
    "difference_low", "difference_high", "p", "q", "observed", "worth", "worth_low", "worth_high", "worth_difference",
    "worth_difference_low", "worth_difference_high", "worth_q", "costed", "spend", "cost", "kept_cost", "net",
    "net_low", "net_high", "payback_days", "impressions", "clicks", "click_rate", "click_cost", "clicks_per_customer",
)  # fmt: skip
COHORTS = (
    "channel", "month", "customers", "mature", "stayed", "rate", "low", "high", "observed", "worth_sum", "worth",
    "worth_low", "worth_high", "spend", "cost",
)  # fmt: skip


@dataclass(frozen=True)
class Shift:
    """What moving `amount` of spend from one channel to another changes, under one assumption.

    `returns`: what further money in the receiving channel brings, as a share of what its money brought so far (1: as
    much; 0.5: half). `gained`, `lost`: money (margin or revenue) won and given up; `change` is gained less lost, with
    its interval. `customers`: more (or fewer) customers won, net.
    """

    returns: float
    gained: float
    lost: float
    change: float
    low: float
    high: float
    customers: float


@dataclass(frozen=True)
class Budget:
    """A shift between paid channels, and what each brings for its money.

    returns: channel, spend, customers, worth (a head), back (money brought for each unit spent), low, high (95 %), by
    `back` downwards. from_channel, to_channel: lowest and highest of them, the leaving channel never being the one that
    receives ("" where no other is left: then there is no shift); amount: `share` of the spend on the first.
    shifts: at unchanged and at half returns; their intervals allow for every pair of channels that might have been
    picked. even: share of the receiving channel's return so far at which the shift neither gains nor loses.
    """

    returns: pd.DataFrame
    from_channel: str
    to_channel: str
    share: float
    amount: float
    shifts: tuple[Shift, ...]
    even: float


@dataclass(frozen=True)
class Channels:
    """Customers by the channel that won them. All money is net of returns; `money` says whether it is margin.

    reason: why there is nothing: "no_channel", "no_days" (nobody was won within the days of the data),
        "few_customers"; "" otherwise. source: "customers" (as the client writes it) or "events" (first visit).
    first, last: days of winning that count (day numbers), both included. unknown: customers won then without a channel.
    stay_from, stay_until: days after being won of which one must be active to be still there; last day excluded.
    worth_days: days after being won whose money counts: channel_days, fewer where the data are too short for them.
    table: TABLE, a row a channel, most customers first. customers: won; share of all won; buyers: with a purchase
        within worth_days, of the observed; mature: won long enough ago; stayed of them; rate with 95 % interval;
        difference: to the customers of all other channels won in the same months (Mantel-Haenszel), p
        (Cochran-Mantel-Haenszel), q over the channels. observed: with all worth_days behind them; worth a head with
        interval; worth_difference to all others, worth_q. costed: won within the days of spend; spend, cost a customer;
        kept_cost: of one still there; net: worth less cost; payback_days: multiple of 30 by which the mean customer has
        brought the cost (NaN: not yet). impressions, clicks, click_rate, click_cost, clicks_per_customer. NaN where
        unknown or below minimum_base.
    cohorts: COHORTS, channel by month of winning ("2025-03"); worth_sum: money of all observed.
    leaving: the channel that brings many who do not stay, None where none is told from chance; left: its customers who
        would have stayed had they been like the others, of the mature.
    poor: the channel whose many customers bring less, told from chance; None.
    """

    reason: str = ""
    source: str = ""
    first: int = 0
    last: int = -1
    unknown: int = 0
    stay_from: int = 0
    stay_until: int = 0
    worth_days: int = 0
    money: Money = "none"
    table: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(TABLE)))
    cohorts: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(COHORTS)))
    overall: float = np.nan  # share still there over all channels
    mature: int = 0
    leaving: str | None = None
    left: float = 0.0
    poor: str | None = None
    budget: Budget | None = None

    def row(self, channel: str) -> pd.Series:
        """The row of `table` of one channel."""
        return self.table[self.table["channel"] == channel].iloc[0]

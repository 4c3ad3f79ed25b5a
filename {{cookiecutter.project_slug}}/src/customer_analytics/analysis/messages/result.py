"""The result types of messages: plain tables, and why there are none."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from customer_analytics.statistics import Interval

COUNTS = (
    "sent", "delivered", "machine", "opened", "clicked", "unsubscribed", "open_base", "click_base", "click_openers",
    "clicked_openers", "sent_over", "delivered_over", "converted", "converted_sent", "repurchased",
)  # fmt: skip
# metric -> (what is counted, what it is a share of)
METRICS: dict[str, tuple[str, str]] = {
    "delivery": ("delivered", "sent"),
    "open": ("opened", "open_base"),
    "machine_open": ("machine", "open_base"),
    "click": ("clicked", "click_base"),
    "click_to_open": ("clicked_openers", "click_openers"),
    "conversion": ("converted", "delivered_over"),
    "conversion_sent": ("converted_sent", "sent_over"),
    "repurchase": ("repurchased", "converted"),
    "unsubscribe": ("unsubscribed", "delivered"),
}
COMPARED = ("open", "click", "conversion", "unsubscribe")  # metrics in which one value is tested against the others
DIMENSIONS = ("campaign", "channel", "offer", "arm", "recency", "frequency", "hour", "weekday")
RATES = (
    "dimension", "value", "campaign", "sent", "metric", "events", "base", "denominator", "rate", "low", "high",
    "others", "difference", "difference_low", "difference_high", "p_value", "q_value", "differs", "within_campaign",
)  # fmt: skip

NOTHING = Interval(float("nan"), float("nan"))


@dataclass(frozen=True)
class SendTime:
    """Whether hours can be compared, and how they differ within campaigns.

    `reason`: "" or why not ("no_times", "one_hour": every campaign left in one hour). `varied`: share of the messages
    in campaigns that were sent in two hours or more; `alike_p`: p of the test that customers of different hours were
    alike before (recency, within campaigns); NaN where not testable.
    """

    reason: str
    varied: float = float("nan")
    alike_p: float = float("nan")
    best_hour: int | None = None
    best_metric: str = ""


@dataclass(frozen=True)
class Trend:
    """How one rate moves with each further message, within campaign and customer state.

    `rise`: change of the rate with each earlier message as a share of the rate of the first one (0.5: the third
    message has twice the rate of the first), with its 95 % interval by likelihood ratio; `p`: score test of trend;
    `p_adjusted`: Holm over the rates tested.
    """

    metric: str
    rise: float
    low: float
    high: float
    p: float
    p_adjusted: float
    events: int
    base: int


@dataclass(frozen=True)
class Cap:
    """Most messages in the fatigue_days by the rule, None where none follows from the data; `by`: the rate that sets
    it; `low` to `high`: the caps that the ends of the trend's interval would set, within what was tried."""

    value: int | None = None
    by: str = ""
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True)
class Fatigue:
    """Response and unsubscribing by the number of the message.

    `reason`: "" or "no_rates" (nothing recorded of messages), "one_each" (hardly anybody got a second message).
    `axis`: "window" (messages in the fatigue_days before) or "ever" (all earlier messages), the one that trends and
    cap are about. `curve`: axis, number (1 = first; the last one open), metric, events, base, rate, low, high, ratio,
    ratio_low, ratio_high (rate against the first message, within campaign and customer state). `trends`: of the axis
    told. `added`: what the message added to the share with an order by its number (axis, number, n, n_control,
    effect, low, high), contacted less untouched controls; `added_slope`: interval of its change with each earlier
    message. `seen`: largest number of messages with a readable rate. `repeated`: share of the messages that
    are not the first on the axis.
    """

    reason: str
    days: int
    axis: str = "window"
    curve: pd.DataFrame = field(default_factory=pd.DataFrame)
    trends: tuple[Trend, ...] = ()
    added: pd.DataFrame = field(default_factory=pd.DataFrame)
    added_slope: Interval = NOTHING
    cap: Cap = field(default_factory=Cap)
    seen: int = 0
    repeated: float = float("nan")

    def trend(self, metric: str) -> Trend | None:
        """The trend of one rate, if it was estimated."""
        return next((trend for trend in self.trends if trend.metric == metric), None)


@dataclass(frozen=True)
class Messages:
    """What became of the messages.

    `reason`: "" or "no_touches" (no campaigns), "not_sent" (nothing says that anything was sent). `rates`: columns
    RATES, one row a dimension, value and metric; `value` is the client's word or a key; `campaign` the campaign of an
    arm, else ""; `sent` the messages of the value. `q_value` over every comparison made. `responders`: who converted
    among the contacted (A9.12), one row a trait and value, columns of responders.COLUMNS; `responded` of `contacted`
    units with a complete window. `untracked`: time -> campaigns of which nothing of the kind was ever recorded.
    `customers`: different customers with a message.
    """

    reason: str
    rates: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(RATES)))
    send_time: SendTime = field(default_factory=lambda: SendTime("no_times"))
    fatigue: Fatigue | None = None
    responders: pd.DataFrame = field(default_factory=pd.DataFrame)
    responded: int = 0
    contacted: int = 0
    untracked: dict[str, tuple[str, ...]] = field(default_factory=dict)
    customers: int = 0

    def rate(self, dimension: str, value: str, metric: str, campaign: str = "") -> pd.Series | None:
        """One row of `rates`, or None."""
        table = self.rates
        found = table[
            (table["dimension"] == dimension)
            & (table["value"] == value)
            & (table["metric"] == metric)
            & (table["campaign"] == campaign)
        ]
        return found.iloc[0] if len(found) else None

"""What attribution returns: typed, documented, without words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from customer_analytics.analysis.attribution.models import MODELS
from customer_analytics.analysis.attribution.names import OTHER

__all__ = ["MODELS", "OTHER", "Attribution", "Source"]

Source = Literal["events", "touches", "paths", "none"]
CREDITS = ("channel", "model", "conversions", "value", "share", "low", "high")
SPREAD = (
    "channel", "contacts", "people", "lowest", "lowest_model", "highest", "highest_model", "spread", "removal_effect",
    "removal_low", "removal_high",
)  # fmt: skip
PATHS = ("path", "contacts", "journeys", "conversions", "value", "nulls", "rate")
CALIBRATION = (
    "channel", "campaigns", "contacted", "incremental", "low", "high", "model", "credited", "factor", "factor_low",
    "factor_high",
)  # fmt: skip


@dataclass(frozen=True)
class Attribution:
    """Credit for conversions (purchases, or what ready-made paths call so) by channel and model. It is not causal.

    reason: why there is none: "no_source", "no_channel", "no_conversion", "few_conversions"; "" otherwise.
    source: where contacts come from: visits (events), messages (touches), ready-made paths.
    channels: the largest first; at most 12, the last then OTHER for `folded` small ones. models: those estimable: the
        chain needs journeys without conversion.
    credits: CREDITS, a row a channel and model (of MODELS, in this order): conversions and value credited, share of the
        conversions with its 95 % interval over resampled people (over journeys with ready-made paths).
    spread: SPREAD, a row a channel: contacts, people (NaN with ready-made paths), the lowest and the highest share over
        the models, and by which; spread is the difference; removal effect of the chain with its interval.
    paths: PATHS, the most frequent ones; channels joined by " > ", with "… > " before a path whose beginning is left
        out; rate is conversions over journeys.
    conversions, value: of journeys with a contact; value NaN where unknown. journeys: all of them; nulls: without
        conversion; open: of these, those that may still convert. without_contact: conversions of nobody whose channel
        is known within the days. unnamed: rows without a channel. single: share of the conversions whose journey knows
        one channel only: there all models say the same. open_change: largest change of a share of the chain when open
        journeys are left out.
    calibration: CALIBRATION, a row a channel of messages and model: additional orders that sound experiments found
        among `contacted` customers, with interval, beside what the model credits to the channel among the same people
        in the same days; factor is incremental over credited. Empty without such experiments.
    """

    reason: str = ""
    source: Source = "none"
    channels: tuple[str, ...] = ()
    folded: int = 0
    models: tuple[str, ...] = ()
    credits: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(CREDITS)))
    spread: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(SPREAD)))
    paths: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(PATHS)))
    conversions: float = 0.0
    value: float = float("nan")
    journeys: float = 0.0
    nulls: float = 0.0
    open: float = 0.0
    without_contact: float = 0.0
    unnamed: int = 0
    single: float = float("nan")
    open_change: float = float("nan")
    calibration: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(CALIBRATION)))

    @property
    def has_value(self) -> bool:
        """Whether the worth of conversions is known."""
        return self.value == self.value

"""What the drop-off analysis returns."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from customer_analytics.analysis.dropoff.anomalies import Anomalies
from customer_analytics.analysis.dropoff.breakdown import Breakdown
from customer_analytics.analysis.dropoff.change import Change
from customer_analytics.analysis.dropoff.drivers import Drivers
from customer_analytics.analysis.dropoff.prize import Worth
from customer_analytics.analysis.dropoff.reasons import Reasons
from customer_analytics.analysis.dropoff.units import Kind, Property
from customer_analytics.analysis.dropoff.voices import Voices


@dataclass(frozen=True)
class DropoffResult:
    """Where, who, why and what it costs.

    kind: what the search counts: "session" (a visit: the device, page and error belong to it) or the funnel's own unit.
    is_visits: whether visits were looked at although the funnel counts people.
    steps: labels. properties: those looked at. minimum_base: least base of a rate.
    totals: n_1 .. n_K: units that reached each step. first_day, last_day: local days of the first and last entry; None
        without any. weeks: length of that time.
    returned: by step, (units lost there, of these by somebody who reached the step in a later unit within the funnel's
        window): a lost visit is not always a lost sale. Empty where units are people.
    worth: of a conversion. breakdown: the funnel's own units by property; None where no column is there.
    reasons_of_group: the reasons among the group with the largest prize; None where there is none.
    drivers, reasons, voices, anomalies, change, portfolio: see their modules; change is None without two comparable
        periods.
    dropped: one row a customer who dropped off (see lists).
    """

    kind: Kind
    is_visits: bool
    steps: tuple[str, ...]
    properties: tuple[Property, ...]
    minimum_base: int
    totals: pd.Series
    first_day: dt.date | None
    last_day: dt.date | None
    weeks: float
    returned: dict[int, tuple[int, int]]
    worth: Worth
    breakdown: Breakdown | None
    drivers: Drivers
    reasons: Reasons
    reasons_of_group: Reasons | None
    voices: Voices
    change: Change | None
    anomalies: Anomalies
    portfolio: pd.DataFrame
    dropped: pd.DataFrame

    def name_of(self, column: str) -> str:
        """The client's name of a property's column."""
        return next(each.name for each in self.properties if each.column == column)

    @property
    def enough(self) -> bool:
        """Whether anything could be looked at."""
        return int(self.totals["n_1"]) >= self.minimum_base

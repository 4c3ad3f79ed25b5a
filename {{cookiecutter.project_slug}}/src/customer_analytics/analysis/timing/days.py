"""Sums by day since the assignment: the only crossing from the engine that the course of an effect needs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from customer_analytics.analysis.campaigns.facts import facts_of
from customer_analytics.analysis.timing.blocks import BLOCKS, Arm
from customer_analytics.expressions import utc_of_local_midnight
from customer_analytics.tables.store import Tables

if TYPE_CHECKING:
    from customer_analytics.analysis.campaigns import Campaigns
    from customer_analytics.engagement.parameters import CampaignEvaluationParameters

DAY = 86_400
BEFORE_DAYS = 14  # days before the assignment that are shown beside, where there should be nothing
AFTER_DAYS = (45, 30, 15, 0)  # days after the window that may be looked at, the most first
LEAST_FOLLOWED = 0.8  # share of a campaign's units with so many days after the window known, for them to be looked at
MEASURES = ("orders", "revenue", "converted")
UNITS_A_TURN = 2_000_000  # whose orders are put in order at once, block by block


@dataclass(frozen=True)
class Days:
    """What happened by day.

    `units`: code, arm, block, followed (days after the window that are known for these units, of AFTER_DAYS), n.
    `sums`: code, arm, block, followed, day (-BEFORE_DAYS to window + 44), orders, revenue, converted. `windows`: code
    -> days of the window.
    """

    units: pd.DataFrame
    sums: pd.DataFrame
    windows: dict[int, int]
    has_money: bool

    def after_days(self, code: int) -> int:
        """Days after the window that are known for nearly all units of a campaign."""
        return self._after[code]

    def arm(self, code: int, arm: int, measure: str) -> Arm:
        """Units and sums by block and day, the first column day -BEFORE_DAYS, the last one the last of after_days."""
        nobody = Arm(np.zeros(BLOCKS), np.zeros((BLOCKS, BEFORE_DAYS + self.windows[code] + self._after[code])))
        return self._arms[measure].get((code, arm), nobody)

    @cached_property
    def _after(self) -> dict[int, int]:
        found = dict.fromkeys(self.windows, 0)
        for code, own in self.units.groupby("code"):
            least = LEAST_FOLLOWED * own["n"].sum()
            enough = (days for days in AFTER_DAYS if own.loc[own["followed"] >= days, "n"].sum() >= least)
            found[int(str(code))] = next(enough, 0)
        return found

    @cached_property
    def _arms(self) -> dict[str, dict[tuple[int, int], Arm]]:
        """By measure: campaign and arm -> its sums."""
        made: dict[str, dict[tuple[int, int], Arm]] = {measure: {} for measure in MEASURES}
        sums = dict([*self.sums.groupby(["code", "arm"])])
        for key, units in self.units.groupby(["code", "arm"]):
            code, arm = (int(str(one)) for one in key)
            after = self._after[code]
            columns = BEFORE_DAYS + self.windows[code] + after
            units = units[units["followed"] >= after]
            n = np.bincount(units["block"], weights=units["n"], minlength=BLOCKS)
            own = sums.get(key, self.sums.iloc[:0])
            own = own[(own["followed"] >= after) & (own["day"] < columns - BEFORE_DAYS)]
            place = own["block"].to_numpy(np.int64) * columns + own["day"].to_numpy(np.int64) + BEFORE_DAYS
            for measure in MEASURES:
                added = np.bincount(place, weights=own[measure].to_numpy(float), minlength=BLOCKS * columns)
                made[measure][code, arm] = Arm(n.astype(np.float64), added.reshape(BLOCKS, columns).astype(np.float64))
        return made


def followed_units(campaigns: Campaigns, tables: Tables, codes: list[int]) -> ir.Table:
    """Units of the campaigns whose window is complete: code, arm, block, person_id, start, window_days and followed
    (days after the window that lie before the end of the data, of AFTER_DAYS)."""
    units = campaigns.units.filter(campaigns.units.code.isin(codes), campaigns.units.start.notnull())
    end = ibis.timestamp(utc_of_local_midnight(tables.reference_day, tables.zone))
    spare = (end.epoch_seconds() - units.start.epoch_seconds()).cast("int64") // DAY - units.window_days
    followed = ibis.cases(*((spare >= days, days) for days in AFTER_DAYS), else_=-1).cast("int16")
    rows = units.select(
        "code", "arm", "person_id", "start", block=units.block.cast("int32"),
        window_days=units.window_days.cast("int32"), followed=followed,
    )  # fmt: skip
    return rows.filter(rows.followed >= 0)


def by_day(
    campaigns: Campaigns, tables: Tables, parameters: CampaignEvaluationParameters, codes: list[int]
) -> Days | None:
    """Sums by day of the campaigns; None where there are no orders."""
    bought = facts_of(campaigns, tables, parameters).bought
    if bought is None:
        return None
    keys = ["code", "arm", "block", "followed"]
    rows = followed_units(campaigns, tables, codes)
    units = rows.group_by(keys).aggregate(n=rows.count()).to_pandas().sort_values(keys, ignore_index=True)
    turns = max(1, math.ceil(float(units["n"].sum()) / UNITS_A_TURN))
    parts = [sums_by_day(rows.filter(rows.block % turns == turn), bought).to_pandas() for turn in range(turns)]
    frame = pd.concat(parts).sort_values([*keys, "day"], ignore_index=True)
    has_money = bool(frame["revenue"].notna().any())
    for name in MEASURES:
        frame[name] = frame[name].astype("float64").fillna(0.0)
    days = campaigns.list.set_index("code")["window_days"]
    return Days(units, frame, {code: int(days[code]) for code in codes}, has_money)


def sums_by_day(units: ir.Table, bought: ir.Table) -> ir.Table:
    """Orders, revenue and first orders since the assignment, by code, arm, block, followed and day (0: the first 24
    hours), from BEFORE_DAYS before to the last day that is known for units of their kind.

    Args:
        units: as followed_units gives them.
        bought: person_id, ordered_at, bought, net.
    """
    keys = ["code", "arm", "block", "followed"]
    joined = units.inner_join(bought.select("person_id", "ordered_at", "bought", "net"), "person_id")
    seconds = joined.ordered_at.epoch_seconds().cast("int64") - joined.start.epoch_seconds().cast("int64")
    # Shifted before it is divided: engines round a negative quotient differently.
    day = ((seconds + BEFORE_DAYS * DAY) // DAY - BEFORE_DAYS).cast("int32")
    dated = joined.mutate(seconds=seconds, day=day).filter(
        lambda t: (t.seconds >= -BEFORE_DAYS * DAY) & (t.day < t.window_days + t.followed)
    )
    own = dated.group_by(*keys, "person_id", "day").aggregate(orders=dated.bought.sum(), revenue=dated.net.sum())
    first = ibis.window(group_by=["code", "person_id"])
    since = ((own.day >= 0) & (own.orders > 0)).ifelse(own.day, None)
    own = own.mutate(first=since.min().over(first))
    return own.group_by(*keys, "day").aggregate(
        orders=own.orders.sum(), revenue=own.revenue.sum(),
        converted=(own.day == own["first"]).fill_null(False).ifelse(1, 0).sum(),
    )  # fmt: skip

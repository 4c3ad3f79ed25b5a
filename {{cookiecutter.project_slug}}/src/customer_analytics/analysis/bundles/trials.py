"""The three bundles worth testing: which, with what offer, how many and how long, and what is lost if it is wrong.

Worth testing: a pair of products that goes together beyond chance, is not redundant, kept together in the later part,
does not vanish within months and groups, and rests on enough customers. Where the stated discount pays at the assumed
conversion, the offer is the bundle at that discount; else the two are shown together at full price, which gives nothing
away: a discount on what is bought together anyway costs more than it brings. Bundles that pay come first, then by what
is expected to be gained; no product stands in two tests.

One unit counts once: a customer with the first basket with A after the start; where customers are not known, a basket.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, cast

import pandas as pd

from customer_analytics.analysis.bundles.pairs import WEEK
from customer_analytics.analysis.bundles.sizes import per_arm, smallest_conversion, target_rate

TESTS = 3
LEAST_CUSTOMERS = 30  # customers that a pair must rest on, where customers are known
LEAST_WEEKS, MOST_WEEKS = 2, 26  # a test runs for whole weeks, and nobody waits for half a year
BUNDLE, TOGETHER = "bundle", "together"
CUSTOMER, BASKET = "customer", "basket"
COLUMNS = (
    "test", "pair", "offer", "discount", "unit", "attach", "conversion", "target", "break_even_conversion", "per_arm",
    "weeks", "units_in_time", "is_in_time", "detectable", "expected_gain", "loss_month", "loss_test",
)  # fmt: skip


@dataclass(frozen=True)
class Traffic:
    """How many units come: `unit` customer or basket; `by_week`: pair, weeks, customers (see PairFacts.traffic);
    `baskets_a_week` by pair (NaN without dates); `most_weeks`: weeks that the data look back on."""

    unit: str
    by_week: pd.DataFrame
    baskets_a_week: dict[int, float]
    most_weeks: int

    def within(self, pair: int, weeks: int) -> float:
        """Units in this many weeks, as in the last ones of the data; NaN where that is not known."""
        if self.unit == BASKET:
            return self.baskets_a_week.get(pair, math.nan) * weeks
        if weeks > self.most_weeks:
            return math.nan
        own = self.by_week[(self.by_week["pair"] == pair) & (self.by_week["weeks"] < weeks)]
        return float(own["customers"].sum())

    def weeks_for(self, pair: int, units: float) -> float:
        """Whole weeks until so many have come; inf: not within MOST_WEEKS; NaN: not known."""
        if math.isnan(self.within(pair, 1)):
            return math.nan
        longest = min(MOST_WEEKS, self.most_weeks)
        return next((float(w) for w in range(LEAST_WEEKS, longest + 1) if self.within(pair, w) >= units), math.inf)


def candidates(calculated: pd.DataFrame, is_money: bool, is_margin: bool) -> pd.DataFrame:
    """The pairs worth testing, the most promising first, with their offer and what it is expected to gain.

    Args:
        calculated: one row a pair and direction: pair, a, b, eligible, pays, expected_gain, full_price_gain,
            new_bundles, price_b.
        is_money: whether prices are known; else more units are what is gained.
        is_margin: whether margins are; else the gain is revenue, and no discount can be said to pay.
    """
    table = calculated[calculated["eligible"] & (calculated["new_bundles"] > 0)].copy()
    table["offer"] = [BUNDLE if is_margin and pays else TOGETHER for pays in table["pays"]]
    revenue = table["new_bundles"] * table["price_b"]
    full = table["full_price_gain"] if is_margin else revenue if is_money else table["new_bundles"]
    table["gain"] = full.where(table["offer"] == TOGETHER, table["expected_gain"])
    table = table[table["gain"] > 0]
    order = table["offer"].eq(TOGETHER).astype(int)
    ranked = table.assign(_order=order).sort_values(
        ["_order", "gain", "pair"], ascending=[True, False, True], kind="stable"
    )
    return ranked.drop(columns="_order").reset_index(drop=True)


def trials(ranked: pd.DataFrame, traffic: Traffic, conversion: float, discount: float, is_money: bool) -> pd.DataFrame:
    """COLUMNS: the first TESTS candidates with different products, those that can be done in time before the others.

    per_arm: units in each arm (NaN: none would do). weeks: until that many have come. units_in_time: both arms of the
    longest test that is still waited for. detectable: smallest conversion that it could show. loss_month, loss_test:
    money given away for nothing if the offer changes nobody's mind, in a month rolled out, and in the treated half of
    the test; nothing at full price.
    """
    planned = [_planned(row, traffic, conversion, discount, is_money) for row in _records(ranked)]
    order = sorted(range(len(planned)), key=lambda place: (planned[place]["is_in_time"] is False, place))
    taken: set[int] = set()
    chosen: list[dict[str, object]] = []
    for place in order:
        items = {int(ranked["a"].iloc[place]), int(ranked["b"].iloc[place])}
        if len(chosen) < TESTS and not items & taken:
            taken |= items
            chosen.append({"test": len(chosen) + 1, **planned[place]})
    frame = pd.DataFrame(chosen, columns=list(COLUMNS))
    numbers = [name for name in COLUMNS if name not in ("test", "pair", "offer", "unit", "is_in_time")]
    return frame.astype({"test": "int64", "pair": "int64", **dict.fromkeys(numbers, "float64")})


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return cast("list[dict[str, Any]]", table.to_dict("records"))


def _planned(
    row: dict[str, Any], traffic: Traffic, conversion: float, discount: float, is_money: bool
) -> dict[str, object]:
    pair, attach, is_bundle = int(row["pair"]), float(row["attach"]), row["offer"] == BUNDLE
    hurdle = float(row["break_even_conversion"]) if is_bundle else 0.0
    size = per_arm(attach, conversion, hurdle)
    weeks = traffic.weeks_for(pair, 2 * size) if size is not None else math.inf
    length = weeks if math.isfinite(weeks) else float(min(MOST_WEEKS, traffic.most_weeks))
    units = traffic.within(pair, int(length))
    lost = float(row["loss_if_wrong"]) if is_bundle else 0.0 if is_money else math.nan
    return {
        "pair": pair, "offer": row["offer"], "discount": discount if is_bundle else 0.0, "unit": traffic.unit,
        "attach": attach, "conversion": conversion, "target": target_rate(attach, conversion),
        "break_even_conversion": hurdle, "per_arm": math.nan if size is None else float(size), "weeks": weeks,
        "units_in_time": units, "is_in_time": bool(math.isfinite(weeks)) if not math.isnan(weeks) else None,
        "detectable": smallest_conversion(attach, units / 2, hurdle) if math.isfinite(units) else math.nan,
        "expected_gain": float(row["gain"]), "loss_month": lost,
        "loss_test": lost / 2 * length * WEEK / 30 if math.isfinite(length) and not math.isnan(weeks) else math.nan,
    }  # fmt: skip

"""What each arm brought beyond its control group, what it cost, and what is left.

Incremental orders = units of the arm x (mean of the arm less mean of the control group); likewise revenue and margin
(D7.8). Costs are those that the contact added: where the control group gets a message too, its cost is taken off and a
fixed cost of the campaign is not the arm's doing. Every interval is of resampled blocks of customers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.money.blocks import BlockSums, ends
from customer_analytics.statistics import Interval

Floats = npt.NDArray[np.float64]
ORDERS, REVENUE, MARGIN = "orders", "revenue", "margin"
SENT = 0.5  # share of the control group with a message from which the comparison is with another contact
NONE = Interval(math.nan, math.nan)


@dataclass(frozen=True)
class Plan:
    """What is known of a campaign beside its sums: code of the client, labels and messages of the arms by number.

    `messages`: sent to each arm, scaled to the units that are counted; `fixed`: fixed cost, NaN unknown;
    `main`: the outcome that decides.
    """

    campaign: str
    labels: dict[int, str]
    messages: dict[int, float]
    fixed: float
    contact_cost: float
    main: str

    @property
    def cost_known(self) -> bool:
        """Whether anything says what the contact cost."""
        return not math.isnan(self.fixed) or self.contact_cost > 0


@dataclass(frozen=True)
class Returns:
    """One row an arm with a control group, and the draws behind it (draws x rows; None where not known).

    `table`: COLUMNS. `drawn`: incremental totals by outcome. `value`: of margin, or of revenue where no margin is
    known.
    """

    table: pd.DataFrame
    drawn: dict[str, Floats]
    value: Floats | None
    main: Floats

    @property
    def orders(self) -> Floats | None:
        """Of orders."""
        return self.drawn.get(ORDERS)


COLUMNS = (
    "campaign", "arm", "control", "n", "n_control", "messages", "extra", "extra_low", "extra_high",
    "incremental_orders", "incremental_orders_low", "incremental_orders_high", "incremental_revenue",
    "incremental_revenue_low", "incremental_revenue_high", "incremental_margin", "incremental_margin_low",
    "incremental_margin_high", "cost", "net", "net_low", "net_high", "roi", "roi_low", "roi_high", "iroas", "iroas_low",
    "iroas_high", "cost_per_order", "cost_per_order_low", "cost_per_order_high", "value_per_contact",
    "value_per_contact_low", "value_per_contact_high", "value_control", "break_even_lift", "chance_pays",
)  # fmt: skip


def returns(sums: BlockSums, plan: Plan, weights: Floats) -> Returns:
    """What the arms of one campaign brought.

    Args:
        sums: of the campaign; arm number 0 is the control group.
        plan: its arms and costs.
        weights: of the blocks in the resamples.
    """
    place = {number: row for row, number in enumerate(sums.numbers)}
    asked = [number for number in sums.numbers if number != 0]
    own, control = [place[number] for number in asked], place.get(0)
    if control is None or not asked:
        return Returns(pd.DataFrame(columns=list(COLUMNS)), {}, None, np.zeros((len(weights), 0)))
    cells = [_Arm(sums, row, control) for row in own]
    drawn = {name: _added(sums, name, weights, own, control) for name in sums.of}
    worth = MARGIN if MARGIN in sums.of else REVENUE if REVENUE in sums.of else None
    table = pd.DataFrame(
        [
            _row(cell, plan, number, worth, {name: draws[:, at] for name, draws in drawn.items()})
            for at, (cell, number) in enumerate(zip(cells, asked, strict=True))
        ]
    )[list(COLUMNS)]
    return Returns(table, drawn, drawn[worth] if worth else None, drawn[plan.main])


@dataclass(frozen=True)
class _Arm:
    sums: BlockSums
    row: int
    control: int

    @property
    def n(self) -> int:
        return int(self.sums.units[self.row])

    @property
    def n_control(self) -> int:
        return int(self.sums.units[self.control])

    def is_told(self, outcome: str) -> bool:
        """Whether there is an interval."""
        return self.sums.tells(outcome, self.row, self.control)

    def added(self, outcome: str) -> float:
        means = self.sums.mean(outcome)
        return float(self.n * (means[self.row] - means[self.control]))


def _added(sums: BlockSums, outcome: str, weights: Floats, own: list[int], control: int) -> Floats:
    """Incremental totals in the resamples, for the units that there are."""
    means = sums.drawn_means(outcome, weights)
    added: Floats = (means[:, own] - means[:, [control]]) * sums.units[own]
    return added


def _row(cell: _Arm, plan: Plan, number: int, worth: str | None, drawn: dict[str, Floats]) -> dict[str, object]:
    cost = _cost(cell, plan, number)
    row: dict[str, object] = {
        "campaign": plan.campaign, "arm": plan.labels[number], "control": plan.labels[0], "n": cell.n,
        "n_control": cell.n_control, "messages": plan.messages.get(number, math.nan), "cost": cost,
    }  # fmt: skip
    for name, outcome in (("extra", plan.main), *((f"incremental_{each}", each) for each in (ORDERS, REVENUE, MARGIN))):
        known = outcome in drawn
        interval = ends(drawn[outcome]) if known and cell.is_told(outcome) else NONE
        row |= three(name, cell.added(outcome) if known else math.nan, interval)
    row |= per_cost(row, cost)
    if worth is None:
        return row | _money_unknown()
    added, interval = cell.added(worth), ends(drawn[worth]) if cell.is_told(worth) else NONE
    known_cost = 0.0 if math.isnan(cost) else cost
    control_mean = float(cell.sums.mean(worth)[cell.control])
    row |= three("net", added - known_cost, Interval(interval.low - known_cost, interval.high - known_cost))
    row |= three(
        "value_per_contact", added / cell.n if cell.n else math.nan, _scaled(interval, cell.n) if cell.n else NONE
    )
    whole = cell.n * control_mean
    return row | {
        "value_control": control_mean,
        "break_even_lift": cost / whole if whole > 0 else math.nan,
        "chance_pays": float((drawn[worth] > known_cost).mean()) if cell.is_told(worth) else math.nan,
    }


def _cost(cell: _Arm, plan: Plan, number: int) -> float:
    """What the contact of this arm added to the costs; NaN where nothing is known of them."""
    if not plan.cost_known:
        return math.nan
    own, reference = plan.messages.get(number, 0.0), plan.messages.get(0, 0.0)
    rate = reference / cell.n_control if cell.n_control else 0.0
    variable = plan.contact_cost * (own - rate * cell.n)
    if rate >= SENT or math.isnan(plan.fixed):
        return variable
    sent = sum(count for arm, count in plan.messages.items() if arm != 0)
    return variable + plan.fixed * (own / sent if sent else 0.0)


def per_cost(row: Mapping[str, Any], cost: float) -> dict[str, object]:
    """ROI on margin, revenue for a unit of cost (iROAS), and the cost of one order more; NaN without a cost. The last
    is not defined where the interval of the orders includes 0."""
    made: dict[str, object] = {}
    for name, measure, less in (("roi", "incremental_margin", 1.0), ("iroas", "incremental_revenue", 0.0)):
        point, low, high = (float(row[f"{measure}{end}"]) for end in ("", "_low", "_high"))
        paid = cost if cost > 0 else math.nan
        made |= three(name, point / paid - less, Interval(low / paid - less, high / paid - less))
    point, low, high = (float(row[f"incremental_orders{end}"]) for end in ("", "_low", "_high"))
    told = low > 0 and cost > 0
    return made | three(
        "cost_per_order", cost / point if told else math.nan, Interval(cost / high, cost / low) if told else NONE
    )


def _money_unknown() -> dict[str, object]:
    unknown: dict[str, object] = {"value_control": math.nan, "break_even_lift": math.nan, "chance_pays": math.nan}
    return unknown | three("net", math.nan, NONE) | three("value_per_contact", math.nan, NONE)


def _scaled(interval: Interval, by: float) -> Interval:
    return Interval(interval.low / by, interval.high / by)


def three(name: str, point: float, interval: Interval) -> dict[str, object]:
    """A figure with the ends of its interval, as columns."""
    return {name: point, f"{name}_low": interval.low, f"{name}_high": interval.high}

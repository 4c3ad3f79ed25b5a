"""What experiments say to the models: additional orders that a channel's messages caused, beside what it is credited.

Both are counted among the same customers (those contacted in sound experiments on the channel) and in the same days
(from each one's assignment to the end of the window). The chain of journeys has no reading for a part of the orders
and is left out.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import ibis
import ibis.expr.types as ir
import pandas as pd

from customer_analytics.analysis.attribution.journeys import DAY, Journeys, shares
from customer_analytics.analysis.attribution.names import Names, key_of
from customer_analytics.analysis.attribution.result import CALIBRATION
from customer_analytics.analysis.attribution.sums import RULES
from customer_analytics.statistics import Z95

if TYPE_CHECKING:
    from customer_analytics.analysis.campaigns import Campaigns
    from customer_analytics.analysis.experiment import Experiments

WITHOUT_CONTACT = ("untouched", "named")  # controls against which an effect is that of the contact


class _Caused(NamedTuple):
    campaigns: int
    contacted: int
    orders: float
    error: float
    codes: tuple[int, ...]


def calibration(found: Journeys, names: Names, campaigns: Campaigns, experiments: Experiments) -> pd.DataFrame:
    """CALIBRATION, a row a channel and model; empty where no sound experiment on orders used one of the channels."""
    if campaigns.outcome("orders") is None:
        return pd.DataFrame(columns=list(CALIBRATION))
    rows: list[tuple[object, ...]] = []
    for code, channel in enumerate(names.shown, start=1):
        caused = _caused(channel, campaigns, experiments)
        if caused is None:
            continue
        low, high = caused.orders - Z95 * caused.error, caused.orders + Z95 * caused.error
        for model, credit in _credited(found, code, campaigns, caused.codes).items():
            over = [value / credit if credit > 0 else math.nan for value in (caused.orders, low, high)]
            rows.append((channel, caused.campaigns, caused.contacted, caused.orders, low, high, model, credit, *over))
    return pd.DataFrame(rows, columns=list(CALIBRATION))


def _caused(channel: str, campaigns: Campaigns, experiments: Experiments) -> _Caused | None:
    """Additional orders over the sound experiments of a channel, with the error of their sum."""
    outcome = campaigns.outcome("orders")
    assert outcome is not None  # the caller has looked
    codes, contacted, orders, variance = [], 0, 0.0, 0.0
    for row in campaigns.compared():
        fits = key_of(str(row["channel"] or "")) == key_of(channel) and row["control_kind"] in WITHOUT_CONTACT
        if not fits or not experiments.sound(str(row["campaign"])):
            continue
        code = int(row["code"])
        arms = campaigns.arms_of(code)
        n_control, mean, spread = _moments(campaigns, code, 0, outcome.column)
        own = [_moments(campaigns, code, int(arm), outcome.column) for arm in arms.loc[arms["number"] > 0, "number"]]
        n = sum(one[0] for one in own)
        gained = sum(one[0] * (one[1] - mean) for one in own)
        noise = sum(one[0] * one[2] for one in own) + n**2 * spread / n_control if n_control else math.nan
        if math.isnan(gained) or math.isnan(noise):
            continue
        codes.append(code)
        contacted, orders, variance = contacted + n, orders + gained, variance + noise
    return _Caused(len(codes), contacted, orders, math.sqrt(variance), tuple(codes)) if contacted else None


def _moments(campaigns: Campaigns, code: int, arm: int, column: str) -> tuple[int, float, float]:
    """n, mean and variance of an outcome in an arm."""
    n, sums, squares = campaigns.totals(code, arm, (column,))
    if n < 2:
        return n, math.nan, math.nan
    mean = float(sums[0]) / n
    return n, mean, max(float(squares[0, 0]) - n * mean**2, 0.0) / (n - 1)


def _credited(found: Journeys, code: int, campaigns: Campaigns, codes: tuple[int, ...]) -> dict[str, float]:
    """Credit of a channel for orders of the contacted customers within their windows, by model."""
    orders = _orders_in_window(campaigns, codes, found.contacts)
    own = orders.code == code
    measures = {rule: (share * orders.conversions).sum(where=own) for rule, share in shares(orders).items()}
    row = orders.aggregate(**measures).to_pyarrow().to_pylist()[0]
    made = {rule: float(row[rule] or 0.0) for rule in RULES}
    # With worths that count whole journeys, fair division gives each channel of a journey the same part of it.
    each = orders.group_by("person_id", "after").aggregate(
        n=orders.conversions.max(), kinds=orders.code.nunique(), has=(orders.code == code).ifelse(1, 0).max()
    )
    equal = (each.n * each.has / each.kinds.cast("float64")).sum().to_pyarrow().as_py()
    return made | {"shapley": float(equal or 0.0)}


def _orders_in_window(campaigns: Campaigns, codes: tuple[int, ...], contacts: ir.Table) -> ir.Table:
    """The contacts that led to an order in a contacted customer's window; each order once."""
    units = campaigns.units
    start = units.start.epoch_seconds().cast("int64")
    kept = units.filter(units.code.isin(codes), units.arm > 0, units.over).select(
        of="person_id", begin=start, end=start + units.window_days.cast("int64") * DAY
    )
    led = contacts.filter(contacts.converts)
    joined = led.inner_join(kept, [led.person_id == kept.of, led.after >= kept.begin, led.after < kept.end])
    return joined.group_by("person_id", "second", "code", "after", "place").aggregate(
        conversions=ibis._.conversions.max(), length=ibis._.length.max(), decay=ibis._.decay.max()
    )

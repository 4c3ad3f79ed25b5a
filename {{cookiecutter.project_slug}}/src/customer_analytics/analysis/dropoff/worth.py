"""What one more conversion brings: net money of an order, and the margin in it, where the last step is one."""

from __future__ import annotations

import math

from customer_analytics.analysis.dropoff.prize import UNKNOWN, Worth
from customer_analytics.analysis.rfm.payments import is_paid, net_money
from customer_analytics.analysis.value.margin import margin
from customer_analytics.tables.store import Tables

MONEY_STAGES = ("pay", "order", "repeat")


def worth(tables: Tables, stage: str, minimum: int) -> Worth:
    """Mean net money of a conversion with its standard error, and the margin as a share of it.

    After a last step at which people pay: of paid orders; after one at which they order: of all orders, the unpaid ones
    with nothing. Refunds are taken off. NaN where the last step is neither or fewer than `minimum` orders say it.
    """
    if stage not in MONEY_STAGES or not tables.has("orders", "amount"):
        return UNKNOWN
    orders = tables["orders"]
    orders = orders.filter((orders.amount > 0).fill_null(False))
    if stage == "pay":
        orders = orders.filter(is_paid(orders))
    money = orders.select(net=net_money(orders).cast("float64"))
    row = money.aggregate(n=money.count(), mean=money.net.mean(), sd=money.net.std(how="sample"))
    found = row.to_pyarrow().to_pylist()[0]
    if found["n"] < minimum or not found["mean"] > 0:
        return UNKNOWN
    share = margin(tables)
    error = (found["sd"] or 0.0) / math.sqrt(found["n"])
    return Worth(float(found["mean"]), float(error), math.nan if share is None else share.share)

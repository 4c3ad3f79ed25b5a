"""Metrics and tables of the baskets themselves."""

from __future__ import annotations

import pandas as pd

from customer_analytics.analysis.baskets.basket import Baskets
from customer_analytics.analysis.baskets.describe import Description

Metrics = dict[str, float | int | None]
_MEASURED = ("mean", "low", "high", "median", "p90")


def metrics(baskets: Baskets, description: Description | None) -> Metrics:
    """baskets, items, and size and value of baskets; always the same names, null where not estimable."""
    found: Metrics = {
        "baskets": baskets.n, "items": int((baskets.items["level"] == "item").sum()),
        "categories": int((baskets.items["level"] == "category").sum()),
        "baskets_large": int(baskets.large["baskets"].sum()), "baskets_cap": baskets.cap or None,
        "lines_set_aside": int(baskets.set_aside["lines"].sum()),
    }  # fmt: skip
    for name in ("size", "value"):
        measure = getattr(description, name) if description is not None else None
        found |= {_name(name, part): None if measure is None else getattr(measure, part) for part in _MEASURED}
    share = (None, None) if description is None else description.one_item_share()
    found["one_item_share"] = share[0]
    found["one_item_share_low"] = None if share[1] is None else share[1].low
    found["one_item_share_high"] = None if share[1] is None else share[1].high
    return found


def _name(measure: str, part: str) -> str:
    return f"basket_{measure}" if part == "mean" else f"basket_{measure}_{part}"


def tables(baskets: Baskets, description: Description | None, minimum_group: int) -> dict[str, pd.DataFrame]:
    """set_aside, large_baskets; with baskets: items, basket_sizes, basket_classes, basket_months.

    Buyers of an item who are fewer than the smallest group shown are left out, with what is worked out from them.
    """
    made = {"set_aside": baskets.set_aside}
    if len(baskets.large):
        made["large_baskets"] = baskets.large
    if description is None:
        return made
    items = description.items.drop(columns="item")
    few = (items["buyers"] > 0) & (items["buyers"] < minimum_group)
    again = items["repeat_buyers"]
    few |= ((again > 0) & (again < minimum_group)) | (
        (items["buyers"] - again > 0) & (items["buyers"] - again < minimum_group)
    )
    hidden = ["repeat_buyers", "repeat", "repeat_low", "repeat_high"]
    items[hidden] = items[hidden].mask(few)
    items["buyers"] = items["buyers"].mask((items["buyers"] > 0) & (items["buyers"] < minimum_group))
    made |= {"items": items, "basket_sizes": description.sizes, "basket_classes": description.classes}
    if len(description.months):
        made["basket_months"] = description.months
    return made


def operations_tables(baskets: Baskets) -> dict[str, pd.DataFrame]:
    """large_basket_orders: the order numbers of the baskets that were left out for their size."""
    return {"large_basket_orders": baskets.large_orders} if len(baskets.large_orders) else {}

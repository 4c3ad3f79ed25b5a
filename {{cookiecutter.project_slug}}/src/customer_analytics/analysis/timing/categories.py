"""Which categories gained from a campaign, and which lost: halo and cannibalisation."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.campaigns.facts import facts_of
from customer_analytics.analysis.features.lines import category_column
from customer_analytics.analysis.timing.blocks import BLOCKS, Arm, effects
from customer_analytics.analysis.timing.days import followed_units
from customer_analytics.analysis.timing.result import CATEGORIES
from customer_analytics.statistics import benjamini_hochberg
from customer_analytics.tables.store import Tables

if TYPE_CHECKING:
    from customer_analytics.analysis.campaigns import Campaigns
    from customer_analytics.engagement.parameters import CampaignEvaluationParameters

MOST = 12  # categories looked at, the most revenue first
FALSE_DISCOVERY = 0.05
LEAST_BUYERS = 10  # units with money in a category, in each of two arms


def categories(
    campaigns: Campaigns, tables: Tables, parameters: CampaignEvaluationParameters, contrasts: list[dict[str, Any]]
) -> pd.DataFrame:
    """Columns CATEGORIES; empty where lines do not tell of categories and money.

    `q_value`: Benjamini and Hochberg over all arms and categories. Money is that of the lines of purchases in the
    window, before refunds of whole orders.
    """
    empty = pd.DataFrame(columns=list(CATEGORIES))
    sums = _sums(campaigns, tables, parameters, sorted({one["code"] for one in contrasts})) if contrasts else None
    if sums is None or not len(sums[0]):
        return empty
    table, units = sums
    money = dict([*table.groupby(["category", "code", "arm"])])
    sizes = dict([*units.groupby(["code", "arm"])])
    lines = [
        _line(money, sizes, contrast, str(category))
        for contrast in contrasts
        for category in sorted(table["category"].unique())
    ]
    made = pd.DataFrame(lines, columns=list(CATEGORIES))
    tested = made["p_value"].notna()
    if tested.any():
        made.loc[tested, "q_value"] = benjamini_hochberg(made.loc[tested, "p_value"].to_numpy(np.float64))
    beyond = (made["q_value"] <= FALSE_DISCOVERY).fillna(False)
    made["verdict"] = np.where(beyond, np.where(made["effect"] > 0, "gained", "lost"), "")
    return made


def _sums(
    campaigns: Campaigns, tables: Tables, parameters: CampaignEvaluationParameters, codes: list[int]
) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    """code, arm, block, category, money, buyers; and code, arm, block, n."""
    bought = facts_of(campaigns, tables, parameters).bought
    if bought is None or category_column(tables) is None or not tables.has("order_lines", "order_id", "amount"):
        return None
    lines = _lines(tables)
    orders = bought.filter(bought.bought == 1).select("order_id", "person_id", "ordered_at")
    lines = lines.inner_join(orders, "order_id")
    totals = lines.group_by("category").aggregate(money=lines.money.sum()).to_pandas()
    totals = totals.sort_values(["money", "category"], ascending=[False, True])
    leading = [str(name) for name in totals["category"].head(MOST)]
    if len(leading) < 2:
        return None
    keys = ["code", "arm", "block"]
    rows = followed_units(campaigns, tables, codes)
    units = rows.group_by(keys).aggregate(n=rows.count()).to_pandas().sort_values(keys, ignore_index=True)
    joined = rows.inner_join(lines.filter(lines.category.isin(leading)), "person_id")
    end = joined.start + joined.window_days.as_interval("D")
    inside = joined.filter(joined.ordered_at >= joined.start, joined.ordered_at < end)
    each = inside.group_by(*keys, "category", "person_id").aggregate(money=inside.money.sum())
    sums = each.group_by(*keys, "category").aggregate(money=each.money.sum(), buyers=each.count())
    frame = sums.to_pandas().sort_values([*keys, "category"], ignore_index=True)
    return frame, units


def _lines(tables: Tables) -> ir.Table:
    """order_id, category and money of the lines that tell all three."""
    lines = tables["order_lines"]
    lines = lines.select(
        order_id=lines.order_id.cast("string"), money=lines.amount.cast("float64"),
        **{name: lines[name].cast("string") for name in ("product_id", "category") if name in lines.columns},
    )  # fmt: skip
    if category_column(tables) == "products":
        products = tables["products"]
        listed = products.group_by(listed=products.product_id.cast("string")).aggregate(
            category=products.category.cast("string").min()
        )
        lines = lines.inner_join(listed, [("product_id", "listed")])
    told = lines.mutate(category=lines.category.strip().nullif(""))
    return told.filter(told.order_id.notnull(), told.category.notnull(), told.money.notnull())


def _line(
    money: dict[Any, pd.DataFrame], sizes: dict[Any, pd.DataFrame], contrast: dict[str, Any], category: str
) -> dict[str, Any]:
    """One row of CATEGORIES without q_value and verdict.

    Args:
        money: (category, code, arm) -> block, money, buyers; none where nobody bought of it.
        sizes: (code, arm) -> block, n.
    """
    arms, buyers = [], []
    for number in (contrast["number"], 0):
        own, size = money.get((category, contrast["code"], number)), sizes.get((contrast["code"], number))
        arms.append(Arm(_by_block(size, "n"), _by_block(own, "money")[:, None]))
        buyers.append(0 if own is None else int(own["buyers"].sum()))
    found = effects(*arms)
    told = min(buyers) >= LEAST_BUYERS
    return {
        **{name: contrast[name] for name in ("campaign", "arm", "control", "sound")}, "category": category,
        "mean": float(arms[0].sums.sum()) / arms[0].size, "mean_control": float(arms[1].sums.sum()) / arms[1].size,
        "effect": float(found.value[0]), "low": float(found.low[0]) if told else math.nan,
        "high": float(found.high[0]) if told else math.nan, "p_value": float(found.p[0]) if told else math.nan,
        "q_value": math.nan, "verdict": "",
    }  # fmt: skip


def _by_block(table: pd.DataFrame | None, column: str) -> npt.NDArray[np.float64]:
    """A column added up by block; zeros where there are no rows."""
    if table is None:
        return np.zeros(BLOCKS)
    return np.bincount(table["block"], weights=table[column].astype("float64"), minlength=BLOCKS).astype(np.float64)

"""Rules by the money that goes with them, and what an offer would bring at an assumed conversion.

Money of a rule: baskets with both beyond those that chance gives, times the margin of a usual purchase of the right
side. It describes what is bought; it is not what an offer would add. That is the scenario: of the baskets with the left
side and without the right one, the assumed share takes it at full price.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from customer_analytics.analysis.bundles.goods import Goods, category_rates, usual_purchase

if TYPE_CHECKING:
    from customer_analytics.analysis.baskets import Baskets


def weighted_rules(
    baskets: Baskets, table: pd.DataFrame, found: Goods, conversion: float, scale: float
) -> pd.DataFrame:
    """rule, purchase (money of a usual purchase of the right side), purchase_margin (NaN: not known), beyond_chance,
    without (baskets with the left side only), each for `scale` of a basket of the data; beyond_money and
    extra_money: margin, or revenue where no margin is known; sorted by beyond_money.

    Args:
        baskets: with `sold`.
        table: rules with counts.
        found: prices and margins.
        conversion: assumed.
        scale: what one basket of the data stands for: baskets of a month, or of a thousand, over all baskets.
    """
    if not len(table) or found.money == "none":
        names = ("rule", "purchase", "purchase_margin", "beyond_chance", "without", "beyond_money", "extra_money")
        return pd.DataFrame({name: pd.Series(dtype="float64") for name in names})
    codes = sorted({int(code) for side in table["consequent"] for code in side})
    money = usual_purchase(baskets, codes).set_index("item")["purchase"]
    rates = pd.concat([found.items[["item", "rate"]], category_rates(baskets, found)]).set_index("item")["rate"]
    margins = money * rates.reindex(money.index)
    by_chance = table["count_antecedent"].astype(float) * table["count_consequent"] / baskets.n
    frame = pd.DataFrame(
        {
            "rule": table["rule"],
            "purchase": [_sum(money, side) for side in table["consequent"]],
            "purchase_margin": [_sum(margins, side) for side in table["consequent"]],
            "beyond_chance": (table["count"] - by_chance) * scale,
            "without": (table["count_antecedent"] - table["count"]) * scale,
        }
    )
    each = frame["purchase_margin"] if found.money == "margin" else frame["purchase"]
    frame["beyond_money"] = frame["beyond_chance"] * each
    frame["extra_money"] = frame["without"] * conversion * each
    order = frame.sort_values(["beyond_money", "rule"], ascending=[False, True], kind="stable", ignore_index=True)
    return order


def _sum(values: pd.Series, side: Sequence[int]) -> float:
    """Of the items of a side; NaN where one of them is not known."""
    return float(sum(float(values.get(int(code), float("nan"))) for code in side))

"""What the money of baskets leaves for machines: metrics, and the tables behind the page."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from customer_analytics.analysis.bundles.result import Bundles

if TYPE_CHECKING:
    from customer_analytics.analysis.association import Rules
    from customer_analytics.analysis.baskets import Baskets

Metrics = dict[str, float | int | None]
MONEY, MONEY_PLACES = (
    "price_a", "price_b", "margin_a", "margin_b", "bundle_price", "given_away", "expected_gain", "loss_if_wrong",
    "full_price_gain", "other", "expected", "difference", "low", "high", "purchase", "purchase_margin",
    "beyond_money", "extra_money", "loss_month", "loss_test",
), 4  # fmt: skip
BUNDLE_COLUMNS = (
    "antecedent", "consequent", "per", "customers", "attach", "attach_low", "attach_high", "price_a", "price_b",
    "margin_rate_a", "margin_rate_b", "discount", "conversion", "bundle_price", "given_away", "buyers", "both",
    "bundles_each", "bundles_anyway", "only_a", "new_bundles", "expected_gain", "loss_if_wrong",
    "break_even_share", "units_needed", "break_even_conversion", "break_even_low", "break_even_high",
    "largest_discount", "margin_needed", "full_price_gain", "pays", "why_not_tested",
)  # fmt: skip
ATTACH_COLUMNS = (
    "antecedent", "consequent", "baskets", "together", "customers", "customers_together", "attach", "low", "high",
    "earlier", "later", "change", "change_low", "change_high", "q_value", "trend",
)  # fmt: skip
ANCHOR_COLUMNS = (
    "item", "baskets", "customers", "alone", "other", "expected", "difference", "low", "high", "p_value", "q_value",
    "significant", "money",
)  # fmt: skip
TEST_COLUMNS = (
    "test", "antecedent", "consequent", "offer", "discount", "unit", "attach", "conversion", "target",
    "break_even_conversion", "per_arm", "weeks", "units_in_time", "detectable", "expected_gain", "loss_month",
    "loss_test", "stores", "store_weeks", "store_design_effect", "money", "per",
)  # fmt: skip
WEIGHTED_COLUMNS = (
    "antecedent", "consequent", "count", "customers", "lift", "per", "money", "purchase", "purchase_margin",
    "beyond_chance", "without", "conversion", "beyond_money", "extra_money",
)  # fmt: skip
JOINED = " + "


def metrics(result: Bundles | None) -> Metrics:
    """Name -> number, None where not estimable. Money in the engagement's currency, a month of 30 days; shares as
    fractions."""
    numbers: Metrics = {
        "margin_share": None, "anchors": None, "bundles_looked_at": 0, "bundles_that_pay": None, "bundle_tests": 0,
        "bundle_tests_in_time": None, "bundle_test_of_all_units": None, "bundle_test_of_all_weeks": None,
        "bundle_gain_month": None, "bundle_loss_month": None,
    }  # fmt: skip
    if result is None:
        return numbers
    numbers |= {"bundles_looked_at": len(result.calculator), "bundle_tests": len(result.tests)}
    if result.money != "none":
        numbers["anchors"] = int(result.anchors["significant"].astype(bool).sum())
    if result.money == "margin":
        numbers |= {
            "margin_share": _known(result.goods.share),
            "bundles_that_pay": int(result.calculator["pays"].sum()),
        }
    if not len(result.tests):
        return numbers
    in_time = [one for one in result.tests["is_in_time"] if one is not None]
    numbers["bundle_tests_in_time"] = sum(map(bool, in_time)) if in_time else None
    if result.pooled is not None:
        numbers["bundle_test_of_all_units"] = 2 * result.pooled.per_arm
        numbers["bundle_test_of_all_weeks"] = result.pooled.weeks if math.isfinite(result.pooled.weeks) else None
    if result.per == "month" and result.money == "margin":
        numbers["bundle_gain_month"] = _known(float(result.tests["expected_gain"].sum()))
        numbers["bundle_loss_month"] = _known(float(result.tests["loss_month"].sum()))
    return numbers


def tables(
    result: Bundles | None, baskets: Baskets, rules: Rules | None, minimum_group: int
) -> dict[str, pd.DataFrame]:
    """File name -> table. What rests on fewer than `minimum_group` customers is left out where customers are known.

    Infinite numbers (no number of buyers pays) are empty in the files, and `pays` says why.
    """
    if result is None:
        return {}
    labels = baskets.items.set_index("item")["label"]
    made = {
        "bundles": _bundles(result, labels),
        "anchors": result.anchors.assign(item=result.anchors["item"].map(labels), money=result.money)[
            list(ANCHOR_COLUMNS)
        ],
        "attach": _attach(result, labels),
        "bundle_tests": _tests(result, labels),
    }
    if rules is not None and len(result.weighted):
        made["rule_money"] = _weighted(result, rules, labels)
    if baskets.has_people:
        made = {name: _without_few(table, minimum_group) for name, table in made.items()}
    return {name: _plain(table) for name, table in made.items()}


def _without_few(table: pd.DataFrame, minimum_group: int) -> pd.DataFrame:
    """The table without what too few customers bought; the tests are of pairs with many more."""
    column = next((name for name in ("customers_together", "customers") if name in table.columns), None)
    return table if column is None else table[table[column].fillna(0) >= minimum_group]


def _named(table: pd.DataFrame, labels: pd.Series) -> pd.DataFrame:
    return table.assign(antecedent=table["a"].map(labels), consequent=table["b"].map(labels))


def _bundles(result: Bundles, labels: pd.Series) -> pd.DataFrame:
    terms = result.terms
    own = _named(result.calculator, labels).assign(per=result.per, discount=terms.discount, conversion=terms.conversion)
    names = {
        "customers_both": "customers", "low": "attach_low", "high": "attach_high", "rate_a": "margin_rate_a",
        "rate_b": "margin_rate_b", "anyway": "bundles_anyway", "each": "bundles_each", "why_not": "why_not_tested",
    }  # fmt: skip
    table: pd.DataFrame = own.rename(columns=names)[list(BUNDLE_COLUMNS)]
    return table


def _attach(result: Bundles, labels: pd.Series) -> pd.DataFrame:
    names = {
        "baskets_a": "baskets", "both": "together", "customers_a": "customers", "customers_both": "customers_together"
    }  # fmt: skip
    table: pd.DataFrame = _named(result.attach, labels).rename(columns=names)[list(ATTACH_COLUMNS)]
    counts = ("baskets", "together", "customers", "customers_together")
    return table.astype(dict.fromkeys(counts, "Int64"))


def _tests(result: Bundles, labels: pd.Series) -> pd.DataFrame:
    own = _named(result.tests, labels).assign(money=result.money, per=result.per)
    table: pd.DataFrame = own[list(TEST_COLUMNS)]
    return table


def _weighted(result: Bundles, rules: Rules, labels: pd.Series) -> pd.DataFrame:
    own = result.weighted.merge(
        rules.table[["rule", "antecedent", "consequent", "count", "lift", "customers"]], on="rule"
    )
    for side in ("antecedent", "consequent"):
        own[side] = [JOINED.join(str(labels[int(code)]) for code in codes) for codes in own[side]]
    own = own.assign(per=result.per, money=result.money, conversion=result.terms.conversion)
    table: pd.DataFrame = own[list(WEIGHTED_COLUMNS)]
    return table


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    """Numbers as files take them: money to the hundredth of a cent, nothing infinite."""
    shown = table.copy()
    for name in shown.columns:
        if shown[name].dtype == np.float64:
            column = shown[name].replace([math.inf, -math.inf], math.nan)
            shown[name] = column.round(MONEY_PLACES) if name in MONEY else column
    return shown.reset_index(drop=True)


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value

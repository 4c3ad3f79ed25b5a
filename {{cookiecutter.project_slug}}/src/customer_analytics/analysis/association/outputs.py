"""What the rules leave in files: rules.csv and rules.json, substitutes.csv, the network, and figures of the whole."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from customer_analytics.analysis.association.network import edges_of, graphml

if TYPE_CHECKING:
    from customer_analytics.analysis.baskets import Baskets
    from customer_analytics.analysis.baskets.result import BasketRulesResult

Metrics = dict[str, float | int | None]
CONTRACT = [
    "antecedent", "consequent", "count", "support", "confidence", "lift", "leverage", "conviction", "zhang",
    "kulczynski", "imbalance", "q_value", "redundant", "lift_later",
]  # fmt: skip
FURTHER = [
    "rule", "level", "length", "count_antecedent", "count_consequent", "lift_low", "lift_high", "clustered_low",
    "clustered_high", "customers", "jaccard", "cosine", "certainty", "improvement", "size_lift", "p_value",
    "p_given_sizes", "q_fisher", "significant", "redundant_why", "redundant_of", "antecedent_keys", "consequent_keys",
]  # fmt: skip
MOST_IN_JSON = 5_000  # strongest rules; rules.csv has all
JOINED = " + "


def metrics(result: BasketRulesResult) -> Metrics:
    """Name -> number, None where not estimable."""
    names = (
        "itemsets", "rules", "rules_redundant", "rules_significant", "rules_told", "rule_comparisons", "highest_lift",
    )  # fmt: skip
    rules, found = result.rules, result.substitutes
    made: Metrics = {**dict.fromkeys(names), "substitutes": None if found is None else len(found.table)}
    if rules is None:
        return made
    table = rules.table
    return made | {
        "itemsets": None if result.itemsets is None else sum(map(len, result.itemsets.counts)),
        "rules": len(table), "rules_redundant": int(table["redundant"].sum()),
        "rules_significant": int(table["significant"].sum()), "rules_told": len(rules.told),
        "rule_comparisons": rules.family, "highest_lift": float(table["lift"].max()) if len(table) else None,
    }  # fmt: skip


def tables(result: BasketRulesResult, minimum_group: int) -> dict[str, pd.DataFrame]:
    """rules and substitutes; without what rests on fewer customers than `minimum_group`."""
    made = {}
    if result.rules is not None:
        made["rules"] = rule_table(result, minimum_group)
    if result.substitutes is not None:
        made["substitutes"] = _substitute_table(result, minimum_group)
    return made


def documents(result: BasketRulesResult, minimum_group: int) -> dict[str, str]:
    """rules.json: every measure of the strongest rules; network.graphml: the pairs that are significant and new."""
    rules = result.rules
    if rules is None:
        return {}
    shown = rule_table(result, minimum_group).head(MOST_IN_JSON)
    content = {
        "baskets": rules.n, "comparisons": rules.family, "false_discovery": rules.alpha, "rules": len(rules.table),
        "rules_here": len(shown), "items": "joined by ' + ' in antecedent and consequent; keys are the client's codes",
    }  # fmt: skip
    lines = ",\n".join(f"    {json.dumps(one, ensure_ascii=False, allow_nan=False)}" for one in _plain(shown))
    head = json.dumps(content, ensure_ascii=False, indent=2)[:-2]
    kept = enough_customers(rules.told, result.baskets, minimum_group)
    items = result.baskets.items
    return {
        "rules.json": head + ',\n  "table": [\n' + lines + "\n  ]\n}\n",
        "network.graphml": graphml(items, edges_of(kept), rules.n),
    }


def enough_customers(table: pd.DataFrame, baskets: Baskets, minimum_group: int) -> pd.DataFrame:
    """The rules that rest on enough customers; all where no customers are known."""
    if not baskets.has_people:
        return table
    return table[(table["customers"] >= minimum_group).fillna(False).astype(bool)]


def rule_table(result: BasketRulesResult, minimum_group: int) -> pd.DataFrame:
    """rules.csv: the columns of the contract in their order, then all others; the strongest rules first."""
    rules = result.rules
    assert rules is not None
    table = enough_customers(rules.table, result.baskets, minimum_group)
    checks = getattr(result, "checks", None)
    later = pd.Series(np.nan, index=table.index)
    if checks is not None and len(checks.table):
        later = table["rule"].map(checks.table.drop_duplicates("rule").set_index("rule")["lift_later"])
    items = result.baskets.items.set_index("item")
    sides = {}
    for side in ("antecedent", "consequent"):
        sides[side] = joined(table[side], items["label"])
        sides[f"{side}_keys"] = [json.dumps([str(items["key"][code]) for code in one], ensure_ascii=False)
                                 for one in table[side]]  # fmt: skip
    return table.assign(lift_later=later.astype("float64"), **sides)[CONTRACT + FURTHER].reset_index(drop=True)


def joined(sides: pd.Series[Any], labels: pd.Series[Any]) -> list[str]:
    """Items by name, joined by " + "; a name that holds this itself is written with "+" alone, so that it parts."""
    names = {code: " ".join(str(label).split()).replace(JOINED, "+") for code, label in labels.items()}
    return [JOINED.join(names[code] for code in one) for one in sides]


def _substitute_table(result: BasketRulesResult, minimum_group: int) -> pd.DataFrame:
    found = result.substitutes
    assert found is not None
    labels = result.baskets.items.set_index("item")["label"]
    table = found.table.assign(a=found.table["a"].map(labels), b=found.table["b"].map(labels))
    few = (table["customers_both"] > 0) & (table["customers_both"] < minimum_group)
    hidden = few.fillna(False).astype(bool)
    shown = table.assign(
        customers_both=table["customers_both"].mask(hidden), customers_lift=table["customers_lift"].mask(hidden)
    )
    named: pd.DataFrame = shown.rename(
        columns={"a": "item", "b": "other_item", "count_a": "count_item", "count_b": "count_other",
                 "customers_a": "customers_item", "customers_b": "customers_other"},
    )  # fmt: skip
    return named


def _plain(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as JSON has them: no NaN; an infinite conviction is the sign for it."""
    columns = {str(name): _plain_column(table[name]) for name in table.columns}
    for side in ("antecedent_keys", "consequent_keys"):
        columns[side] = [json.loads(keys) for keys in columns[side]]
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _plain_column(column: pd.Series[Any]) -> list[Any]:
    values = column.tolist()
    if column.dtype.kind == "f":
        return [None if math.isnan(value) else value if math.isfinite(value) else "∞" for value in values]
    return [None if value is pd.NA else value for value in values]

"""What next-best items leave in files: figures of the tests, tables without customers.

The lists themselves are written with their words, see narrative.basket_rules.next_items.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from customer_analytics.analysis.recommend.result import METHODS, Recommendation, Tested

Metrics = dict[str, float | int | None]
_OF_TEST = ("hit_rate", "recall", "mrr", "novelty", "coverage")
_ENDS = ("hit_rate_low", "hit_rate_high", "gain", "gain_low", "gain_high")


def metrics(result: Recommendation | None) -> Metrics:
    """next_items.*, completion.*, buy_again.*; of these names there is always one, null where not estimable."""
    single = ("next_items.customers", "next_items.is_better", "buy_again.items", "next_best.customers")
    found: Metrics = dict.fromkeys(single)
    found |= {f"next_items.{name}": None for name in (*_OF_TEST, *_ENDS)}
    found |= {f"completion.{name}": None for name in (*_OF_TEST, *_ENDS)}
    found |= {f"buy_again.{name}": None for name in ("hit_rate", "hit_rate_low", "hit_rate_high")}
    if result is None:
        return found
    found |= _of_test("next_items", result.next_test) | _of_test("completion", result.completion)
    found["next_items.customers"] = result.next_test.n
    if not result.next_test.reason:
        found["next_items.is_better"] = int(result.next_test.beaten)
    found["next_best.customers"] = int(result.next_best["customer_id"].nunique())
    if result.again is not None:
        found["buy_again.items"] = int(result.again.items["is_bought_again"].sum())
        names = ("hit_rate", "hit_rate_low", "hit_rate_high")
        found |= {f"buy_again.{name}": _known(result.again.test.measure(name)) for name in names}
    return found


def _of_test(head: str, test: Tested) -> Metrics:
    """Of the method in use, and hit rate and reciprocal rank of every method."""
    found: Metrics = {f"{head}.{name}": _known(test.measure(name)) for name in (*_OF_TEST, *_ENDS)}
    for method in METHODS:
        if (test.table["method"] == method).any():
            found |= {f"{head}.{method}.{name}": _known(test.measure(name, method)) for name in ("hit_rate", "mrr")}
    return found


def tables(result: Recommendation | None, minimum_group: int) -> dict[str, pd.DataFrame]:
    """recommender_test, similar_items, bought_again: nothing in them rests on fewer than `minimum_group` people."""
    if result is None:
        return {}
    tests = [result.next_test.table, result.completion.table]
    if result.again is not None:
        tests.append(result.again.test.table)
    tests = [test for test in tests if len(test)]
    made = {}
    if tests:
        made["recommender_test"] = pd.concat(tests, ignore_index=True)
    if len(result.similar):
        known = result.similar[result.similar["together"] >= minimum_group]
        rank = known.groupby("item", sort=False).cumcount() + 1
        made["similar_items"] = known.assign(rank=rank).drop(columns=["code", "other_code"])
    if result.again is not None and len(result.again.items):
        made["bought_again"] = _bought_again(result.again.items, minimum_group)
    return made


def _bought_again(items: pd.DataFrame, minimum_group: int) -> pd.DataFrame:
    """item, product, buyers, again, share, low, high, is_bought_again: items with enough buyers; a count of few who
    did, or who did not, is left out with its share."""
    known = items[items["buyers"] >= minimum_group]
    again, rest = known["again"].to_numpy(), (known["buyers"] - known["again"]).to_numpy()
    few = ((again > 0) & (again < minimum_group)) | ((rest > 0) & (rest < minimum_group))
    shown = known.rename(columns={"key": "item", "label": "product", "item": "number"})
    shown = shown.assign(again=shown["again"].astype("Int64").mask(few))
    for name in ("share", "low", "high"):
        shown[name] = shown[name].where(~few, np.nan)
    return shown[["item", "product", "buyers", "again", "share", "low", "high", "is_bought_again"]]


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)

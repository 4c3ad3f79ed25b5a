"""The table of rules: one row a rule, the strongest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.association.levels import Sides
from customer_analytics.analysis.association.measures import measures

Codes = npt.NDArray[np.int32]
Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
AS_GOOD = "a more general rule is as good"
NOT_BETTER = "not significantly better than a more general rule"
OF_CATEGORY = "follows from the category"
ON_ONE_ITEM = "rests on one item of the category"
WHY = ("", AS_GOOD, NOT_BETTER, OF_CATEGORY, ON_ONE_ITEM)  # by code
ITEM, CATEGORY, MIXED = "item", "category", "mixed"


@dataclass(frozen=True)
class Part:
    """Rules of one shape, a row each: `antecedent`, `consequent` item codes; the rest as in the table.

    `why`: place in WHY; `general_antecedent`, `general_consequent`: sides of the rule that makes it redundant, as
    tuples of codes, None where it is not.
    """

    antecedent: Codes
    consequent: Codes
    count: Integers
    count_antecedent: Integers
    count_consequent: Integers
    p: Floats
    given_sizes: Floats
    q: Floats
    q_fisher: Floats
    size_lift: Floats
    improvement: Floats
    why: npt.NDArray[np.int8]
    general: list[Sides | None]


def arranged(parts: Sequence[Part], categories: npt.NDArray[np.integer], n: int, alpha: float) -> pd.DataFrame:
    """The table of all parts: numbered from 1, what is significant and new first, then by strength.

    Strength: square root of the baskets with both sides times the logarithm of the cautious lift (lower end of its
    interval) over the lift that sizes give: neither a handful of rare items nor a hardly raised pair of best-sellers
    leads.
    """
    frame = pd.concat([_frame(part, n) for part in parts], ignore_index=True)
    sides = [side for part in parts for side in zip(_tuples(part.antecedent), _tuples(part.consequent), strict=True)]
    frame.insert(0, "antecedent", pd.Series([left for left, _ in sides], dtype=object))
    frame.insert(1, "consequent", pd.Series([right for _, right in sides], dtype=object))
    frame["significant"] = frame["q_value"] <= alpha
    frame["level"] = np.concatenate([_levels(part, categories) for part in parts])
    cautious = frame["lift_low"] / frame["size_lift"].clip(lower=1.0).fillna(1.0)
    frame["strength"] = np.sqrt(frame["count"]) * np.log(cautious.clip(lower=1e-12))
    order = _order(frame)
    frame = frame.loc[order].reset_index(drop=True)
    frame.insert(0, "rule", np.arange(1, len(frame) + 1))
    general = [more for part in parts for more in part.general]
    return _with_general(frame, [general[place] for place in order])


def _order(frame: pd.DataFrame) -> pd.Index:
    """The rows, the strongest first, in a total order."""
    by = ["later", "weakness", "doubt", "length", "antecedent", "consequent"]
    told = frame["significant"] & ~frame["redundant"]
    keys = frame.assign(later=~told, weakness=-frame["strength"].round(9), doubt=-frame["confidence"])
    return keys[by].sort_values(by, kind="stable").index


def empty_table() -> pd.DataFrame:
    """The table without rules, with its columns."""
    none = np.empty(0, np.int64)
    nothing = np.empty(0)
    part = Part(
        np.empty((0, 1), np.int32), np.empty((0, 1), np.int32), none, none, none, nothing, nothing, nothing, nothing,
        nothing, nothing, np.empty(0, np.int8), [],
    )  # fmt: skip
    return arranged([part], np.empty(0, np.int64), 1, 0.05)


def _frame(part: Part, n: int) -> pd.DataFrame:
    counts = {
        "length": np.full(len(part.count), part.antecedent.shape[1] + part.consequent.shape[1]),
        "count": part.count, "count_antecedent": part.count_antecedent, "count_consequent": part.count_consequent,
    }  # fmt: skip
    tests = {
        "improvement": part.improvement, "size_lift": part.size_lift, "p_value": part.p,
        "p_given_sizes": part.given_sizes, "q_fisher": part.q_fisher, "q_value": part.q,
        "redundant": part.why > 0,
        "redundant_why": np.array(WHY, object)[part.why],
    }  # fmt: skip
    return pd.DataFrame(counts | measures(part.count, part.count_antecedent, part.count_consequent, n) | tests)


def _levels(part: Part, categories: npt.NDArray[np.integer]) -> npt.NDArray[np.object_]:
    """item, category or mixed, of each rule."""
    both = np.hstack([part.antecedent, part.consequent])
    known = np.isin(both, categories)
    levels = np.full(len(both), MIXED, object)
    levels[known.all(axis=1)] = CATEGORY
    levels[~known.any(axis=1)] = ITEM
    return levels


def _with_general(frame: pd.DataFrame, general: Sequence[Sides | None]) -> pd.DataFrame:
    """The column `redundant_of`: number of the rule that makes one redundant; 0 for none in the table."""
    if all(more is None for more in general):
        return frame.assign(redundant_of=np.zeros(len(frame), np.int64))
    number = dict(zip(zip(frame["antecedent"], frame["consequent"], strict=True), frame["rule"], strict=True))
    found = [0 if more is None else int(number.get(more, 0)) for more in general]
    return frame.assign(redundant_of=np.array(found, np.int64))


def _tuples(codes: Codes) -> list[tuple[int, ...]]:
    return list(map(tuple, codes.tolist()))

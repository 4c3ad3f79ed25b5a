"""What every rule is told of its checks: one row a rule."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.rule_checks.decay import Decay, half_life
from customer_analytics.analysis.rule_checks.links import Links
from customer_analytics.analysis.rule_checks.replication import outcomes
from customer_analytics.analysis.rule_checks.result import REVERSED, TOGETHER, VANISHES, Replication
from customer_analytics.analysis.rule_checks.strata import SIZE
from customer_analytics.analysis.rule_checks.tails import Floats

_OF_CONTROL = ["lift_within", "low", "high", "odds_ratio", "odds_low", "odds_high", "q", "explained", "verdict"]
_NAMES = {
    "lift_within": "lift_within", "low": "lift_within_low", "high": "lift_within_high", "odds_ratio": "odds_ratio",
    "odds_low": "odds_ratio_low", "odds_high": "odds_ratio_high", "q": "q_within", "explained": "explained",
    "verdict": "verdict",
}  # fmt: skip


@dataclass(frozen=True)
class Deep:
    """What the pairs that were divided by everything are told, rows by pair: see Checks. rate: false discovery rate."""

    own: Links
    audit: pd.DataFrame
    tested: pd.DataFrame
    lifts: pd.DataFrame
    yearly: pd.DataFrame | None
    fitted: Decay | None
    rate: float


def rule_rows(
    rules: pd.DataFrame, of_rule: npt.NDArray[np.int64], pairs: Links, wide: Floats, later: pd.DataFrame,
    repeated: Replication, deep: Deep,
) -> pd.DataFrame:  # fmt: skip
    """The table of Checks, in the order of the rules.

    Args:
        rules: table of rules. of_rule: pair of each, -1 for none.
        pairs: all pairs. wide: widening by pair. later: lift in both parts by pair.
        repeated: what was found earlier alone.
        deep: of the first pairs.
    """
    by_pair = later.assign(widening=wide)
    sides = [(pairs.sets[left], pairs.sets[right]) for left, right in zip(pairs.left, pairs.right, strict=True)]
    by_pair["outcome"] = outcomes(by_pair, _found(repeated), sides) if repeated.reason != "no_parts" else None
    own = pd.DataFrame(index=np.arange(len(deep.own)))
    own = own.join(_controlled(deep.audit)).join(_differing(deep.tested, deep.rate)).join(_flipping(deep.lifts))
    if deep.yearly is not None:
        own = own.join(_crowding(deep.yearly))
    if deep.fitted is not None:
        own = own.join(_fading(deep.fitted))
    rows = by_pair.join(own).reindex(of_rule).reset_index(drop=True)  # -1 is no pair: empty
    return pd.concat([rules[["rule", "lift"]].reset_index(drop=True), _complete(rows)], axis=1)


COLUMNS = [
    "lift_earlier", "lift_later", "lift_later_low", "lift_later_high", "expected_later", "outcome", "widening",
    *_NAMES.values(), "vanishes_by", "lift_given_size", "lift_given_size_low", "lift_given_size_high", "q_given_size",
    "beyond_size", "half_life", "half_life_low", "half_life_high", "season_q", "peak", "peak_share", "peak_times",
    "peak_times_low", "peak_times_high", "lift_season_q", "differs_by", "differs_q", "flips",
]  # fmt: skip


def _complete(rows: pd.DataFrame) -> pd.DataFrame:
    """All columns in their order, empty where nothing was checked."""
    made = rows.reindex(columns=COLUMNS)
    for name in ("outcome", "verdict", "vanishes_by", "peak", "differs_by", "flips"):
        made[name] = made[name].astype(object).where(made[name].notna(), None)
    return made


def _found(repeated: Replication) -> dict[tuple[object, object], bool]:
    """Whether each pair of the earlier part is significant later, by its sides in both orders."""
    found: dict[tuple[object, object], bool] = {}
    table = repeated.rules
    for one, other, sure in zip(table["antecedent"], table["consequent"], table["significant"], strict=True):
        one, other = tuple(int(x) for x in one), tuple(int(x) for x in other)
        found[one, other] = found[other, one] = bool(sure)
    return found


def _controlled(audit: pd.DataFrame) -> pd.DataFrame:
    """The joint control, the control by size, and which control alone explains the rule away (most of it)."""
    joint = audit[audit["control"] == TOGETHER].set_index("pair")[_OF_CONTROL].rename(columns=_NAMES)
    size = audit[audit["control"] == SIZE].set_index("pair")
    given = pd.DataFrame(
        {
            "lift_given_size": size["lift_within"], "lift_given_size_low": size["low"],
            "lift_given_size_high": size["high"], "q_given_size": size["q"],
            "beyond_size": ~size["verdict"].isin([VANISHES, REVERSED]) & (size["p"] < 1),
        }
    )  # fmt: skip
    taken = audit[audit["verdict"].isin([VANISHES, REVERSED]) & (audit["control"] != TOGETHER)]
    most = taken.sort_values(["pair", "explained", "control"], ascending=[True, False, True]).drop_duplicates("pair")
    return given.join(joint).join(most.set_index("pair")["control"].rename("vanishes_by"))


def _differing(tested: pd.DataFrame, rate: float) -> pd.DataFrame:
    """The column by which the odds ratio differs most surely."""
    sure = tested[tested["q"] <= rate] if len(tested) else tested
    first = sure.sort_values(["pair", "q", "column"]).drop_duplicates("pair").set_index("pair")
    return first[["column", "q"]].rename(columns={"column": "differs_by", "q": "differs_q"})


def _flipping(lifts: pd.DataFrame) -> pd.DataFrame:
    """The column with a value in which the rule is turned round."""
    turned = lifts[lifts["flips"].astype(bool)] if len(lifts) else lifts
    first = turned.sort_values(["pair", "q_below", "column"]).drop_duplicates("pair").set_index("pair")
    return first[["column"]].rename(columns={"column": "flips"})


def _crowding(yearly: pd.DataFrame) -> pd.DataFrame:
    names = {
        "q": "season_q", "peak": "peak", "peak_share": "peak_share", "peak_times": "peak_times",
        "peak_low": "peak_times_low", "peak_high": "peak_times_high", "lift_q": "lift_season_q",
    }  # fmt: skip
    return yearly.set_index("pair")[list(names)].rename(columns=names)


def _fading(fitted: Decay) -> pd.DataFrame:
    """Half-life in months: its lowest value belongs to the highest rate of decay."""
    return pd.DataFrame(
        {
            "half_life": [half_life(float(rate)) for rate in fitted.rate],
            "half_life_low": [half_life(float(rate)) for rate in fitted.high],
            "half_life_high": [half_life(float(rate)) for rate in fitted.low],
        }
    )

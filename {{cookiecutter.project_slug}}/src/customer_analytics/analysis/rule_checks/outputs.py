"""What the checks of rules leave in files: metrics and tables."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

import pandas as pd

from customer_analytics.analysis.baskets.basket import GROUP
from customer_analytics.analysis.rule_checks.result import HOLDS, REVERSED, SHRINKS, VANISHES

if TYPE_CHECKING:
    from customer_analytics.analysis.association import Rules
    from customer_analytics.analysis.baskets.basket import Baskets
    from customer_analytics.analysis.rule_checks.result import Checks

Metrics = dict[str, float | int | None]
JOINED = " + "
LARGEST = 1e6  # months beyond which a half-life is written as infinite
_NAMES = (
    "replication", "replication_low", "replication_high", "replication_significant", "replication_rules",
    "replication_shrinkage", "rules_controlled", "rules_vanished", "rules_reversed", "rule_half_life",
    "rule_half_life_low", "shuffled_rules",
)  # fmt: skip


def metrics(checks: Checks | None, rules: Rules | None) -> Metrics:
    """Name -> number, None where not estimable. Verdicts are of the rules that are significant and not redundant."""
    found: Metrics = dict.fromkeys(_NAMES)
    if checks is None or rules is None:
        return found
    repeated, table = checks.replication, checks.table
    above, low, high = repeated.share_above
    verdicts = table.loc[table["rule"].isin(rules.told["rule"]), "verdict"]
    found |= {
        "replication": _finite(above), "replication_low": _finite(low), "replication_high": _finite(high),
        "replication_significant": _finite(repeated.share_significant[0]), "replication_rules": len(repeated.rules),
        "replication_shrinkage": _finite(repeated.shrinkage),
        "rules_controlled": int(verdicts.isin([HOLDS, SHRINKS]).sum()),
        "rules_vanished": int((verdicts == VANISHES).sum()), "rules_reversed": int((verdicts == REVERSED).sum()),
        "rule_half_life": _finite(checks.half_life.together), "rule_half_life_low": _finite(checks.half_life.low),
    }  # fmt: skip
    if checks.self_test is not None:
        found["shuffled_rules"] = checks.self_test.found
    return found


def tables(checks: Checks | None, rules: Rules | None, baskets: Baskets, minimum_group: int) -> dict[str, pd.DataFrame]:
    """File name without ending -> the table."""
    if checks is None or rules is None:
        return {}
    names = _names(baskets)
    shown = _enough(rules.table, baskets, minimum_group)
    sides = rules.table.loc[shown, ["rule", "antecedent", "consequent"]]
    made = {"checks": _named(sides, checks.table.drop(columns="lift"), names, "left")}
    made["controls"] = _client_names(_named(sides, checks.controls, names, "inner"), "control")
    made["rule_groups"] = _client_names(
        _named(sides, _few_left_out(checks.groups, baskets, minimum_group), names, "inner"), "column"
    )
    made["rule_seasons"] = _named(sides, checks.seasons, names, "inner")
    made["replication"] = _replicated(checks.replication.rules, names, minimum_group if baskets.has_people else 0)
    return made


def _names(baskets: Baskets) -> dict[int, str]:
    return {int(item): str(label) for item, label in zip(baskets.items["item"], baskets.items["label"], strict=True)}


def _enough(table: pd.DataFrame, baskets: Baskets, minimum_group: int) -> pd.Series:
    """Rules that rest on enough customers to be shown; all where no customers are known."""
    if not baskets.has_people or "customers" not in table:
        return pd.Series(True, index=table.index)
    return pd.Series(table["customers"].fillna(0).to_numpy() >= minimum_group, index=table.index)


def _named(
    sides: pd.DataFrame, table: pd.DataFrame, names: Mapping[int, str], how: Literal["left", "inner"]
) -> pd.DataFrame:
    """The rows of these rules with what stands on both sides, in words."""
    words = sides.assign(
        **{side: [JOINED.join(names[int(item)] for item in items) for items in sides[side]]
           for side in ("antecedent", "consequent")}
    )  # fmt: skip
    return _plain(words.merge(table, on="rule", how=how))


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    """Months of a peak as text, infinite half-lives and odds ratios as such."""
    if "peak" in table:
        peaks = [" ".join(str(month) for month in peak) if isinstance(peak, tuple) else None for peak in table["peak"]]
        table = table.assign(peak=pd.Series(peaks, index=table.index, dtype=object))
    for name in ("differs_by", "vanishes_by", "flips"):
        if name in table and table[name].dtype != bool:
            table = _client_names(table, name)
    return table


def _client_names(table: pd.DataFrame, column: str) -> pd.DataFrame:
    """Client's columns by their own names."""
    if column not in table:
        return table
    plain = [value.removeprefix(GROUP) if isinstance(value, str) else None for value in table[column]]
    named: pd.DataFrame = table.assign(**{column: pd.Series(plain, index=table.index, dtype=object)})
    return named


def _few_left_out(groups: pd.DataFrame, baskets: Baskets, minimum_group: int) -> pd.DataFrame:
    """Values in which too few customers have both sides are left out, and with a single one the next smallest.

    The total of the rule minus the values that are shown would otherwise tell of the one that is not.
    """
    if not len(groups):
        return groups
    if not baskets.has_people:
        return groups.drop(columns=["code", "customers"])
    ranked = groups.sort_values(["rule", "column", "customers", "code"], ignore_index=True)
    few = (ranked["customers"] < minimum_group).to_numpy()
    keys = [ranked["rule"], ranked["column"]]
    hidden = pd.Series(few).groupby(keys).transform("sum").to_numpy()
    place = ranked.groupby(["rule", "column"]).cumcount().to_numpy()
    gone = few | ((hidden == 1) & (place == 1))
    kept: pd.DataFrame = ranked[~gone].sort_values(["rule", "column", "code"], ignore_index=True)
    return kept.drop(columns="code")


def _replicated(table: pd.DataFrame, names: Mapping[int, str], least: int) -> pd.DataFrame:
    """Rules of the earlier part that rest on enough customers, named."""
    table = table[(table["customers"] >= least).to_numpy(dtype=bool)] if least else table.drop(columns="customers")
    words = {
        side: [JOINED.join(names[int(item)] for item in items) for items in table[side]]
        for side in ("antecedent", "consequent")
    }
    named: pd.DataFrame = table.assign(**words)
    return named


def _finite(value: float) -> float | None:
    """A number for metrics; None where there is none or it has no end."""
    return float(value) if math.isfinite(value) and abs(value) < LARGEST else None

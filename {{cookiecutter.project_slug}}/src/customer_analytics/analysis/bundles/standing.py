"""Which rules stand: together beyond chance in the later part too, and within months and groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from customer_analytics.analysis.association import Rules
    from customer_analytics.analysis.rule_checks import Checks

HELD = "held"  # outcome of a rule that is one in the later part too
CONFOUNDED = ("vanishes", "reversed")  # verdicts on rules that are gone once months and groups are held fixed


def standing(rules: Rules | None, checks: Checks | None) -> pd.DataFrame:
    """rule, lift_later (NaN: not known), lasting (still above 1 in the later part), confounded.

    Where nothing was checked, nothing is known against a rule: lasting, and not confounded.
    """
    numbers = rules.table["rule"] if rules is not None else pd.Series(dtype="int64")
    frame = pd.DataFrame({"rule": numbers.astype("int64")})
    if checks is None or not len(checks.table):
        return frame.assign(lift_later=float("nan"), lasting=True, confounded=False)
    own = checks.table[["rule", "lift_later", "outcome", "verdict"]].astype({"rule": "int64"})
    frame = frame.merge(own, on="rule", how="left")
    later = frame["lift_later"].astype("float64")
    made = frame[["rule"]].assign(lift_later=later, lasting=(frame["outcome"] == HELD) & (later > 1))
    return made.assign(confounded=frame["verdict"].isin(CONFOUNDED))

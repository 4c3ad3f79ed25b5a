"""What the checks of a model give."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from customer_analytics.analysis.churn.samples import Samples

# Verdicts on a column, from what is taken out to what is only named.
LEAK, IDENTIFIES, TOO_GOOD, UNPROVEN, SUSPECT, SOUND = "leak", "identifies", "too_good", "unproven", "suspect", "sound"
TAKEN_OUT = (LEAK, IDENTIFIES, TOO_GOOD, UNPROVEN)

FINDINGS = [
    "feature", "source", "dated", "verdict", "test", "people", "share_gone", "share_here", "odds_ratio", "odds_low",
    "odds_high", "share_past", "share_now", "fall", "fall_low", "fall_high", "fall_q", "trend", "trend_q", "auc",
    "auc_low", "auc_high", "own_values",
]  # fmt: skip
PROBES = ["probe", "filled", "caught", "odds_ratio", "odds_low"]
DRIFT = ["feature", "family", "psi", "noise", "shift", "unknown_past", "unknown_now"]
PREVALENCE = ["cut", "people", "left", "rate", "low", "high"]
SUBGROUPS = [
    "column", "group", "people", "left", "rate", "expected", "difference", "low", "high", "p", "p_adjusted", "ratio",
    "ratio_low", "ratio_high", "auc", "auc_low", "auc_high", "lift", "lift_low", "lift_high",
]  # fmt: skip
PROMISES = [
    "as_of", "horizon_days", "gap_days", "method", "scored", "matched", "left", "promised", "seen", "low", "high",
    "slope", "slope_low", "slope_high", "auc", "brier", "skill", "verdict",
]  # fmt: skip
RELIABILITY = ["as_of", "bin", "people", "left", "promised", "seen", "low", "high"]


@dataclass(frozen=True)
class Screening:
    """Which columns may enter a model.

    `kept`: the samples without the columns taken out. `findings` (FINDINGS): one row a column tested, the taken out
    first. A column filled in only after somebody has left is held by those who have gone and by hardly anybody who is
    surely here (odds ratio, within those who came at the same time), and is rarer among the people active now than it
    was, in the same file, among the alike active at past cut-offs (fall, in points of the share).

    `probes` (PROBES): columns planted to test the tests: "filled" of so large a share of the leavers afterwards,
    "chance" of everybody at random, "future" the outcome itself with noise. `permuted_auc` with its interval: a model
    on shuffled outcomes, on people it has not seen; near one half where nothing leaks through rows. `tested`: columns.
    `reason`: why nothing could be tested: "snapshot" (no cut-offs), "few", "".
    """

    kept: Samples
    findings: pd.DataFrame
    probes: pd.DataFrame
    permuted_auc: float
    permuted_low: float
    permuted_high: float
    tested: int
    people: int
    reason: str = ""

    @property
    def taken_out(self) -> pd.DataFrame:
        """The columns that no model sees."""
        return self.findings[self.findings["verdict"].isin(TAKEN_OUT)]

    @property
    def smallest_caught(self) -> float | None:
        """Smallest share of the leavers that a column filled in afterwards must hold to be caught here; None: none."""
        rows = self.probes[(self.probes["probe"] == "filled") & self.probes["caught"].astype(bool)]
        return float(rows["filled"].min()) if len(rows) else None


@dataclass(frozen=True)
class Drift:
    """Whether the people of now are like those the model learned from.

    `features` (DRIFT): population stability index of each feature, past cut-offs against now, with the index that
    chance alone would give at these sizes (`noise`) and `shift`: "large", "some", "none". `prevalence` (PREVALENCE):
    share that left by cut-off. `heterogeneity_p`: chi-square test that it was the same at all. `expected_now`: mean
    probability of the people here now, NaN without scores.
    """

    features: pd.DataFrame
    prevalence: pd.DataFrame
    heterogeneity_p: float
    expected_now: float
    people_past: int
    people_now: int


@dataclass(frozen=True)
class Subgroups:
    """Whether the probabilities hold for every group of customers.

    `table` (SUBGROUPS): out-of-time predictions of the chosen method by group: share that left, mean probability,
    their difference with its interval by persons, p (Holm over all groups), ratio of seen to expected, ranking.
    Groups below the smallest that may be shown are not in it; `left_out` counts them by column.
    """

    table: pd.DataFrame
    left_out: dict[str, int]
    people: int
    reason: str = ""


@dataclass(frozen=True)
class EarlierScores:
    """What an earlier run promised.

    `as_of`: its last day that counted; `scores`: customer_id as its file holds it, and probability; None where it has
    no file (`withheld`: because its privacy was executive). `written_as`: today's ids as that file would hold them.
    """

    as_of: dt.date
    kind: str
    gap_days: int
    horizon_days: int
    method: str
    withheld: bool
    scores: pd.DataFrame | None
    written_as: Callable[[Sequence[str]], list[str]] = field(compare=False)


@dataclass(frozen=True)
class Promise:
    """Earlier runs' probabilities against what happened.

    `runs` (PROMISES): one row a run, oldest first; `verdict`: "kept", "too_high", "too_low", "few" or "uncovered".
    `reliability` (RELIABILITY): classes of equal size within a run, and of all runs together (as_of empty). `reason`
    where there is no run to check: "none" (no earlier run whose time is over), "executive" (it wrote no scores),
    "other_kind" (it asked another question), "unreadable", "uncovered" (the data end before its time does), "unmatched"
    (nobody scored then is known today), "".
    """

    runs: pd.DataFrame
    reliability: pd.DataFrame
    reason: str = ""

"""Effects by groups of customers: the result."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from customer_analytics.analysis.campaigns.campaign import Outcome

RECENCY, FREQUENCY, VALUE, KNOWN = "recency", "frequency", "value", "days_known"
BUILT_IN = (RECENCY, FREQUENCY, VALUE, KNOWN)
DEFAULT = (RECENCY, FREQUENCY, VALUE)
LEVELS = (
    "campaign", "code", "arm", "number", "control", "group", "level", "place", "from", "until", "n", "n_control",
    "mean", "mean_control", "effect", "low", "high", "shrunk", "shrunk_low", "shrunk_high",
)  # fmt: skip
TESTS = (
    "campaign", "code", "arm", "number", "control", "group", "levels", "statistic", "degrees", "p", "q", "spread",
    "detectable", "rest", "rest_control", "found", "grade", "reason",
)  # fmt: skip
# Why the effects of a campaign by a group are not tested.
REASONS = ("one_level", "few", "few_clusters", "no_outcome")
RATE = 0.05  # false discovery rate over all groups of all campaigns


@dataclass(frozen=True)
class Differences:
    """Effects of the main outcome by group.

    `reason`: None, or why nothing is compared: "no_campaigns" (none compares arms of equal standing).
    outcome: the main outcome; effects are in its unit.
    groups: what effects are compared by: BUILT_IN or columns of the client, all fixed before looking at outcomes.
    tests: TESTS, one row a campaign, contact arm and group. `statistic`: Cochran's Q (Wald's with clusters), chi-square
        with `degrees`; `q`: Benjamini and Hochberg over all rows that were tested; `spread`: standard deviation of the
        true effects between levels (DerSimonian, Laird); `detectable`: smallest difference between one level and the
        others that would have been seen with `power` at 5 %, in the most favourable level; `rest`, `rest_control`:
        customers of both arms in no level that is told; `found`: q at most RATE;
        `grade`: of the campaign, A or C (sample ratio doubtful); `reason`: "" or one of REASONS.
    levels: LEVELS, one row a level with enough customers in both arms. `level`: the client's value, "" for a range of
        the built-in ones, whose bounds are `from` (included) and `until` (excluded; NaN: open; `from` NaN: never
        bought). `shrunk`: the effect drawn towards the common one as far as the spread between levels is noise.
    tested: rows of tests with a p.
    """

    outcome: Outcome | None
    groups: tuple[str, ...] = ()
    tests: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(TESTS)))
    levels: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(LEVELS)))
    tested: int = 0
    reason: str | None = None

    @property
    def found(self) -> pd.DataFrame:
        """The tests that found different effects, the surest first."""
        found = self.tests[self.tests["found"].to_numpy(dtype=bool)]
        return found.sort_values(["p", "campaign", "number", "group"], ignore_index=True)

    def levels_of(self, test: pd.Series) -> pd.DataFrame:
        """The levels of one row of `tests`, in their order."""
        same = (self.levels["code"] == test["code"]) & (self.levels["number"] == test["number"])
        own: pd.DataFrame = self.levels[same & (self.levels["group"] == test["group"])]
        return own.sort_values("place", ignore_index=True)

"""What the checks of rules found."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

HELD, WEAKER, GONE, FEW, NEW = "held", "weaker", "gone", "few", "new"  # what became of a rule in the later part
HOLDS, SHRINKS, VANISHES, REVERSED, UNCLEAR, NOTHING = (
    "holds", "shrinks", "vanishes", "reversed", "unclear", "nothing",
)  # fmt: skip
TOGETHER = "together"  # all controls at once


@dataclass(frozen=True)
class Replication:
    """Rules mined on the earlier baskets alone, looked at in the later ones.

    rules: a row a comparison of two item sets that was beyond chance and not redundant in the earlier part, strongest
        first: antecedent, consequent, lift_earlier, lift_later, lift_later_low, lift_later_high, count_later,
        expected_later (chance, baskets of these sizes), p_later, q_later, above (lift above 1), significant (q below
        the false discovery rate), shrinkage (log lift later over log lift earlier).
    by: "time", or "chance" where there are no dates: a half drawn by a hash tests luck, not the course of time.
    share_above, share_significant: with 95 % Wilson intervals (low, high); NaN where no rule was found.
    shrinkage: of all of them: mean log lift later over mean log lift earlier. reason: why there is none.
    """

    rules: pd.DataFrame
    by: str
    baskets_earlier: int
    baskets_later: int
    share_above: tuple[float, float, float]
    share_significant: tuple[float, float, float]
    shrinkage: float
    reason: str | None = None


@dataclass(frozen=True)
class HalfLife:
    """How fast log lift decays, over the pairs that could be followed.

    together: half-life in months of all pairs (inf: no decay); low, high: its interval; shortest: half-life that even
    the fastest decay within the interval would have. decays: whether no decay is outside of the interval.
    """

    pairs: int
    periods: int
    together: float
    low: float
    high: float
    decays: bool
    grows: bool
    reason: str | None = None


@dataclass(frozen=True)
class SelfTest:
    """The same tests on baskets put together by chance: sizes and frequencies kept, items shuffled.

    pairs: pairs of items that reached the floor, mean a shuffle; found_fisher, found: called beyond chance by Fisher's
    test alone and by the test that knows the sizes, mean a shuffle; any_found: share of shuffles with at least one.
    real_fisher, real: the same on the baskets as they are.
    """

    shuffles: int
    baskets: int
    pairs: float
    found_fisher: float
    found: float
    any_found: float
    real_pairs: int
    real_fisher: int
    real: int


@dataclass(frozen=True)
class Checks:
    """Whether the rules hold up.

    table: a row a rule, in the order of the rules: rule, lift, lift_earlier, lift_later with interval, outcome (held,
        weaker, gone, few, new), widening (variance of lift over that of independent baskets), lift_within with
        interval, odds_ratio, q_within, explained, verdict (together), vanishes_by, lift_given_size, q_given_size,
        beyond_size, half_life (months) with interval, season_q, peak, peak_times, lift_season_q, differs_by,
        differs_q, flips; NaN or None where not estimable.
    controls: a row a rule and control. groups: a row a rule and column whose lift differs, by value. seasons: a row a
        rule whose baskets crowd in some months. combined: factors of "together".
    pairs: pairs of item sets that were divided by everything (those beyond independence, not too many). checked: rules
    that were looked at in the later part. months: calendar months of the data.
    """

    table: pd.DataFrame
    controls: pd.DataFrame
    homogeneity: pd.DataFrame
    groups: pd.DataFrame
    seasons: pd.DataFrame
    replication: Replication
    half_life: HalfLife
    self_test: SelfTest | None
    combined: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    pairs: int = 0
    checked: int = 0
    months: int = 0

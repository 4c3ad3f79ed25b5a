"""What was found about the campaigns whose arms were drawn by lot."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

LEVEL = 0.05  # two-sided level of every test; intervals are at 95 %
LOOK, ALARM = 0.01, 0.001  # p of the sample ratio below which it is doubtful, and below which nothing is claimed (D7.5)
UNBALANCED = 0.001  # p of Hotelling's test below which the arms were not alike before the draw

SOUND, DOUBTFUL, FAILED, UNTESTED = "sound", "look", "alarm", "untested"  # levels of the sample ratio

ARM_COLUMNS = ("campaign", "arm", "outcome", "n", "mean", "standard_deviation")
EFFECT_COLUMNS = (
    "campaign", "arm", "control", "outcome", "effect", "low", "high", "relative", "p", "p_adjusted", "grade",
)  # fmt: skip


@dataclass(frozen=True)
class Experiments:
    """The randomised campaigns, each compared by assignment: everybody counts in the arm that was drawn.

    Shares and rates are fractions, money is in the engagement's currency, means are per assigned unit. Intervals are
    95 %, p two-sided; NaN where not estimable. Every table is sorted by campaign (as in Campaigns.list), arm number,
    outcome (as in Campaigns.outcomes).

    verdicts: a row a campaign: campaign, ratio_p, ratio_level ("sound", "look": p < .01, "alarm": p < .001,
        "untested": no plan known and arms far from equal, or too few), plan_known, in_two_arms_share, balance_p,
        balanced (None without anything known before), status ("final", "interim": a planned look, "peek": an unplanned
        one), information (share whose window is over), grade (what its effects may be graded at most), reason ("" or
        why not A: "few", "few_clusters", "unknown" (no outcome is), "mixed_clusters" (clusters stand in several arms),
        "ratio_alarm", "ratio_look", "ratio_untested", "unbalanced", "peek"), found (whether the main outcome differs in
        an arm beyond chance), q (Benjamini and Hochberg over the campaigns: main outcome, smallest p of its arms times
        their number).
    ratio: campaign, arm, n (units drawn: clusters where these were drawn), share, planned_share.
    balance: campaign, arm, control, column, n, n_control, mean, mean_control, difference (standardised).
    balance_tests: campaign, arm, control, columns, statistic (Hotelling's T²), p, p_adjusted (Holm over arms).
    strata: campaign, stratum, arm, n, share, p (sample ratio within the stratum); empty where none are known.
    effects: EFFECT_COLUMNS, then kind, main, guardrail, n, n_control, mean, mean_control, standard_error,
        relative_low, relative_high, method, reason, found, and beside it:
        effect_cuped, low_cuped, high_cuped, p_cuped, variance_saved (share of the variance that the period before
        explains); effect_winsorised, low_winsorised, high_winsorised, p_winsorised, low_bootstrap, high_bootstrap
        (money and other numbers with a tail); reached (share of the arm that got its message, less the control's),
        effect_reached, low_reached, high_reached (among them, if the others were not touched at all); smallest
        (difference that this size sees with parameters.power), smallest_relative, smallest_cuped, power (to see
        parameters.smallest_lift). `reason`: "" or why there is no estimate: "few", "few_clusters", "unknown",
        "constant" (an effect without interval). `found`: p_adjusted below LEVEL, beyond the bound of a planned look,
        and nothing forbids to say so.
    ratios: outcome is "revenue_per_order" or "margin_per_order"; as effects, without p_adjusted.
    guardrails: campaign, arm, control, outcome, better, mean, mean_control, effect, low, high, margin (what is still
        harmless; NaN without a control rate), verdict ("worse", "harmless", "better", "unclear", "only_contacted").
    looks: campaign, arm, control, outcome, planned, look (its number), information, level_spent, boundary (of z),
        statistic (z), crossed, low, high (at the boundary), always_low, always_high, always_p (valid at any look).
    arms: ARM_COLUMNS, then low, high: all campaigns, randomised or not.
    """

    verdicts: pd.DataFrame
    ratio: pd.DataFrame
    balance: pd.DataFrame
    balance_tests: pd.DataFrame
    strata: pd.DataFrame
    effects: pd.DataFrame
    ratios: pd.DataFrame
    guardrails: pd.DataFrame
    looks: pd.DataFrame
    arms: pd.DataFrame

    def grade(self, campaign: str) -> str:
        """The best grade that the effects of a campaign may have; "D" where it is no experiment."""
        row = self.verdicts[self.verdicts["campaign"] == campaign]
        return str(row["grade"].iloc[0]) if len(row) else "D"

    def sound(self, campaign: str) -> bool:
        """Whether a campaign's effects may be called caused by it, and pooled with those of others."""
        return self.grade(campaign) == "A"

    def effect(self, campaign: str, arm: str, outcome: str) -> pd.Series | None:
        """The row of `effects` of one arm and outcome; None where there is none."""
        rows = self.effects
        found = rows[(rows["campaign"] == campaign) & (rows["arm"] == arm) & (rows["outcome"] == outcome)]
        return found.iloc[0] if len(found) else None

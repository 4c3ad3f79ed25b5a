"""The rows of all campaigns, gathered and made into tables whose columns are there even when nothing was found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from customer_analytics.analysis.experiment.guardrails import GUARDRAIL_COLUMNS
from customer_analytics.analysis.experiment.result import ARM_COLUMNS, EFFECT_COLUMNS, Experiments

Rows = list[dict[str, Any]]
VERDICTS = (
    "campaign", "ratio_p", "ratio_level", "plan_known", "in_two_arms_share", "balance_p", "balanced", "status",
    "information", "grade", "reason", "found", "q",
)  # fmt: skip
RATIO = ("campaign", "arm", "n", "share", "planned_share")
BALANCE = ("campaign", "arm", "control", "column", "n", "n_control", "mean", "mean_control", "difference")
BALANCE_TESTS = ("campaign", "arm", "control", "columns", "statistic", "p", "p_adjusted")
STRATA = ("campaign", "stratum", "arm", "n", "share", "p")
EFFECTS = (
    *EFFECT_COLUMNS, "kind", "main", "guardrail", "found", "n", "n_control", "mean", "mean_control", "standard_error",
    "relative_low", "relative_high", "method", "reason", "effect_cuped", "low_cuped", "high_cuped", "p_cuped",
    "variance_saved", "effect_winsorised", "low_winsorised", "high_winsorised", "p_winsorised", "low_bootstrap",
    "high_bootstrap", "reached", "effect_reached", "low_reached", "high_reached", "smallest", "smallest_relative",
    "smallest_cuped", "power",
)  # fmt: skip
RATIOS = (
    "campaign", "arm", "control", "outcome", "effect", "low", "high", "relative", "p", "grade", "n", "n_control",
    "mean", "mean_control", "relative_low", "relative_high", "method", "reason",
)  # fmt: skip
LOOKS = (
    "campaign", "arm", "control", "outcome", "planned", "look", "information", "level_spent", "boundary", "statistic",
    "crossed", "low", "high", "always_low", "always_high", "always_p",
)  # fmt: skip


@dataclass
class Collected:
    """Rows by table, campaign after campaign."""

    verdicts: Rows = field(default_factory=list)
    ratio: Rows = field(default_factory=list)
    balance: Rows = field(default_factory=list)
    balance_tests: Rows = field(default_factory=list)
    strata: Rows = field(default_factory=list)
    effects: Rows = field(default_factory=list)
    ratios: Rows = field(default_factory=list)
    guardrails: Rows = field(default_factory=list)
    looks: Rows = field(default_factory=list)
    arms: Rows = field(default_factory=list)

    def result(self) -> Experiments:
        """All of them as tables."""
        return Experiments(
            verdicts=_table(self.verdicts, VERDICTS),
            ratio=_table(self.ratio, RATIO),
            balance=_table(self.balance, BALANCE),
            balance_tests=_table(self.balance_tests, BALANCE_TESTS),
            strata=_table(self.strata, STRATA),
            effects=_table(self.effects, EFFECTS),
            ratios=_table(self.ratios, RATIOS),
            guardrails=_table(self.guardrails, GUARDRAIL_COLUMNS),
            looks=_table(self.looks, LOOKS),
            arms=_table(self.arms, (*ARM_COLUMNS, "low", "high")),
        )


def _table(rows: Rows, columns: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=[*columns])

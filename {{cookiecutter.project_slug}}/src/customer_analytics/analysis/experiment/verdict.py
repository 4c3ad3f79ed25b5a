"""How far a campaign's effects may be trusted: sample ratio, balance, looks; together they give the best grade."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from customer_analytics.analysis.experiment.balance import hotelling, standardised
from customer_analytics.analysis.experiment.moments import Moments
from customer_analytics.analysis.experiment.result import DOUBTFUL, FAILED, SOUND, UNBALANCED
from customer_analytics.analysis.experiment.sample_ratio import SampleRatio
from customer_analytics.statistics import holm

FINAL, INTERIM, PEEK = "final", "interim", "peek"


@dataclass(frozen=True)
class Balance:
    """Rows of `balance` and of `balance_tests`; p: the smallest adjusted one, NaN where nothing is known."""

    rows: list[dict[str, Any]]
    tests: list[dict[str, Any]]
    p: float

    @property
    def is_even(self) -> bool | None:
        """Whether the arms were alike before the draw; None where nothing is known of that."""
        return None if math.isnan(self.p) else self.p >= UNBALANCED


def balance(campaign: str, labels: list[str], arms: list[Moments], before: tuple[str, ...], is_tested: bool) -> Balance:
    """Every arm against the first, in what is known from before the draw."""
    known = tuple(name for name in before if all(arm.knows(name) for arm in arms))
    rows: list[dict[str, Any]] = []
    tests: list[dict[str, Any]] = []
    control = arms[0]
    for label, arm in zip(labels[1:], arms[1:], strict=True):
        names = {"campaign": campaign, "arm": label, "control": labels[0]}
        rows += [
            names | {
                "column": name, "n": arm.n, "n_control": control.n, "mean": arm.mean_of(name),
                "mean_control": control.mean_of(name), "difference": standardised(arm, control, name),
            }
            for name in known
        ]  # fmt: skip
        found = hotelling(arm, control, known if is_tested else ())
        tests.append(names | {"columns": found.columns, "statistic": found.statistic, "p": found.p})
    tested = np.array([test["p"] for test in tests], dtype=np.float64)
    adjusted = np.full(len(tested), np.nan)
    there = ~np.isnan(tested)
    adjusted[there] = holm(tested[there])
    for test, p in zip(tests, adjusted, strict=True):
        test["p_adjusted"] = float(p)
    return Balance(rows, tests, float(adjusted[there].min()) if there.any() else float("nan"))


def status(planned_looks: int, information: float) -> str:
    """Whether the experiment is over, or looked at on the way as planned, or unplanned."""
    if information >= 1:
        return FINAL
    return INTERIM if planned_looks > 1 else PEEK


def graded(ratio: SampleRatio, balanced: bool | None, stage: str, reason: str) -> tuple[str, str]:
    """The best grade of a campaign's effects and, where it is not A, the key of the gravest reason why.

    `reason`: why nothing can be compared at all, or "".
    """
    if reason:
        return "D", reason
    if ratio.level == FAILED:
        return "D", "ratio_alarm"
    if ratio.level == DOUBTFUL:
        return "C", "ratio_look"
    if ratio.level != SOUND:
        return "C", "ratio_untested"
    if balanced is False:
        return "C", "unbalanced"
    return ("C", "peek") if stage == PEEK else ("A", "")


def adjusted_p(rows: pd.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Holm over arms and outcomes of one campaign; guardrails, which ask another question, are their own family."""
    p = rows["p"].to_numpy(dtype=np.float64)
    result = np.full(len(p), np.nan)
    for family in (True, False):
        chosen = (rows["guardrail"].to_numpy(dtype=bool) == family) & ~np.isnan(p)
        result[chosen] = holm(p[chosen])
    return result

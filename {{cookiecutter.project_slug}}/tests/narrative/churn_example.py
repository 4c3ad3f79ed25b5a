"""A result of the churn analysis, built by hand: 2,000 customers here now, three tests on later cut-offs."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd

from customer_analytics.analysis.churn.result import ChurnResult
from customer_analytics.analysis.churn.silence_study import SILENCE_COLUMNS
from customer_analytics.analysis.churn.study import POPULATION_COLUMNS, Study
from customer_analytics.analysis.churn.windows import Windows
from customer_analytics.analysis.features.life import Life
from customer_analytics.analysis.scoring.result import EVALUATION, ScoringResult, nothing
from customer_analytics.engagement.parameters import ChurnParameters
from customer_analytics.language import Language
from customer_analytics.narrative.churn import View
from customer_analytics.statistics import wilson

NOW = 20_454  # 1 January 2026: the first day that is not known
HORIZON = 90
LEFT = ((900, 380), (1100, 450), (1250, 510), (1400, 600))  # people here and gone after it, oldest cut-off first


def study(kind: str = "orders", reason: str = "", left: tuple[tuple[int, int], ...] = LEFT, gap: int = 0) -> Study:
    """The study of a kind of business; people and leavers of each cut-off as given."""
    dated = kind != "snapshot"
    cuts = tuple(NOW - gap - HORIZON * (len(left) - place) for place in range(len(left))) if dated else (NOW,)
    rows = [(cut, n, k, k / n, *wilson(k, n)) for cut, (n, k) in zip(cuts, left, strict=True)]
    windows = Windows(0, gap, HORIZON if dated else 0, 120, cuts, NOW, NOW - 730)
    people = "everyone" if kind == "activity" else "customers"
    return Study(
        kind=kind, reason=reason, windows=windows, silence=pd.DataFrame(columns=list(SILENCE_COLUMNS)),
        thresholds=pd.DataFrame(columns=["rhythm", "silences", "silent_days", "reached", "rate"]),
        limits={"all": 120} if kind in ("orders", "activity") else {},
        costs=pd.DataFrame(columns=["silent_days", "people", "flagged", "false_alarms", "missed"]),
        population=pd.DataFrame(rows, columns=list(POPULATION_COLUMNS)), running=2000,
        gaps=pd.DataFrame({"gap": [30], "n": [100]}), life=Life(kind, cast(Any, None), NOW - 730, NOW - 1, people),
    )  # fmt: skip


def row(method: str, lift: float, auc: float, **other: float) -> dict[str, Any]:
    """One line of the evaluation, all tests together."""
    plain: dict[str, Any] = dict.fromkeys(EVALUATION, float("nan"))
    plain |= {
        "method": method, "cut": "all", "n": 3750, "left": 1560, "rate": 0.416, "expected": 0.41, "lift": lift,
        "lift_low": lift - 0.1, "lift_high": lift + 0.1, "auc": auc, "auc_low": auc - 0.02, "auc_high": auc + 0.02,
        "slope": 0.97, "slope_low": 0.88, "slope_high": 1.06, "decile_left": 300, "log_loss": 0.6, "brier": 0.2,
    }  # fmt: skip
    return plain | other


def scoring(chosen: str = "logistic", **changes: Any) -> ScoringResult:
    """Tested forecasts in which the logistic model is a little better than recency."""
    table = [row("logistic", 1.8, 0.74), row("trees", 1.75, 0.73), row("recency", 1.6, 0.68), row("rate", 1.0, 0.5)]
    shares = np.linspace(0, 1, 11)
    reach = {"logistic": 0.6, "trees": 0.65, "recency": 0.8}
    gains = pd.concat(
        pd.DataFrame({"method": name, "cut": "all", "share": shares, "captured": shares**power})
        for name, power in reach.items()
    )
    against = {
        "method": "logistic", "against": "recency", "difference": 0.02, "low": 0.01, "high": 0.03, "p": 0.001,
        "p_adjusted": 0.001, "cuts_better": 3, "cuts": 3,
    }  # fmt: skip
    plain: dict[str, Any] = {
        "comparison": pd.DataFrame([against]),
        "reason": "", "out_of_time": True, "cuts": study().windows.cuts, "tests": study().windows.cuts[1:],
        "methods": ("logistic", "trees", "recency", "rate"), "evaluation": pd.DataFrame(table), "gains": gains,
        "predictions": pd.DataFrame({"cut": 0, "person_id": [str(n) for n in range(3750)], "left": 0}),
        "chosen": chosen, "why": "model_beats_rule", "best_model": "logistic", "best_rule": "recency",
        "features": ("silent_days", "orders"), "now": pd.DataFrame({"person_id": ["a"] * 2000, "probability": 0.42}),
    }  # fmt: skip
    return replace(nothing(""), **(plain | changes))


def result(found: Study | None = None, scored: ScoringResult | None = None, **parts: Any) -> ChurnResult:
    """The whole result; parts that are not given are None."""
    samples = cast(Any, SimpleNamespace(sampled=True, most=100_000))
    return ChurnResult(ChurnParameters(), found or study(), samples, scored, **parts)


def view(
    found: Study | None = None, scored: ScoringResult | None = None, *, language: str = "en", **parts: Any
) -> View:
    """What the report may show of it; scored by default."""
    return View(result(found, scoring() if scored is None else scored, **parts), Language(language, "GBP"), 10)


def few(reason: str = "too_short") -> ChurnResult:
    """Where nothing could be tested."""
    return ChurnResult(ChurnParameters(), study(reason=reason, left=()))

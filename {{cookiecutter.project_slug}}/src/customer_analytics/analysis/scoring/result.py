"""What scoring gives: predictions of past cut-offs, how good they were, which method is used, and the scores of now."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

if TYPE_CHECKING:
    from customer_analytics.analysis.scoring.models import Fitted

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

MODELS = ("logistic", "trees")
BASE_RATE = "rate"
EVALUATION = [
    "method", "cut", "n", "left", "rate", "expected", "log_loss", "log_loss_low", "log_loss_high", "brier", "skill",
    "auc", "auc_low", "auc_high", "pr_auc", "pr_auc_low", "pr_auc_high", "intercept", "intercept_low",
    "intercept_high", "slope", "slope_low", "slope_high", "ece", "ece_noise", "lift", "lift_low", "lift_high",
    "decile_left",
]  # fmt: skip
COMPARISON = ["method", "against", "difference", "low", "high", "p", "p_adjusted", "cuts_better", "cuts"]
CALIBRATION = ["method", "cut", "bin", "n", "predicted", "observed", "low", "high", "lowest", "highest"]
GAINS = ["method", "cut", "share", "captured", "low", "high"]
FITS = ["cut", "method", "training_cuts", "rows", "left", "strength", "rounds", "intercept", "slope"]
SET_ASIDE = ["feature", "reason", "with_what"]


class Predictor(Protocol):
    """A fitted method: from feature rows to probabilities."""

    def predict(self, frame: pd.DataFrame) -> Floats:
        """Probability of leaving for each row of the frame, in its order."""


@dataclass(frozen=True)
class ScoringResult:
    """How well leaving was told from before each cut-off, and the probabilities of now.

    `reason`: "" or why nothing is estimable ("no_cuts", "few_people", "few_left", "few_stayed"). `out_of_time`: whether
    the methods were tested on later cut-offs than they learned from; else they were tested on people left out
    (cross-fitted). `tests`: cut-offs tested. `methods`: models, then rules, then "rate", as far as they could be had;
    `missing_rules`: (rule, reason) of the others.

    `predictions`: cut, person_id, left and a column a method, tested rows only. `evaluation` (EVALUATION): one row a
    method and cut ("all" for all together: ranking measures within each cut, averaged; the others pooled). Intervals
    95 %, by persons drawn again. `comparison` (COMPARISON): paired differences of log loss, positive where `method`
    is better than `against`. `calibration`, `gains`: tables of their names, for all tests together ("all").

    `chosen` is the method used, `why` one of "model_beats_rule", "rule_not_beaten", "no_rule", "nothing_predicts".
    `now`: person_id, probability, low, high: the interval holds the share that leaves of people with that probability,
    as far as the tests can tell, the next cut-off being one like those tested. `training_rows`: rows of the last fit.
    `fits` (FITS): each fit of a model in the tests; `strength` is the inverse penalty, or the leaves of a tree.
    `tested`: what was fitted there, by cut-off (of people left out in turn: by fold) and model.
    """

    reason: str
    out_of_time: bool
    cuts: tuple[int, ...]
    tests: tuple[int, ...]
    methods: tuple[str, ...]
    missing_rules: pd.DataFrame
    predictions: pd.DataFrame
    evaluation: pd.DataFrame
    comparison: pd.DataFrame
    calibration: pd.DataFrame
    gains: pd.DataFrame
    fits: pd.DataFrame
    set_aside: pd.DataFrame
    features: tuple[str, ...]
    chosen: str
    why: str
    best_model: str
    best_rule: str
    nothing_predicts: bool
    people: int
    left: int
    training_rows: int
    now: pd.DataFrame
    model: Predictor | None
    models: dict[str, Predictor] = field(default_factory=dict)
    tested: dict[tuple[int, str], Fitted] = field(default_factory=dict)

    @property
    def is_estimable(self) -> bool:
        """Whether there are probabilities."""
        return not self.reason

    @property
    def is_model(self) -> bool:
        """Whether the chosen method is a model of many features, not a rule."""
        return self.chosen in MODELS

    @property
    def rules(self) -> tuple[str, ...]:
        """The simple rules that were tested, without the base rate."""
        return tuple(name for name in self.methods if name not in (*MODELS, BASE_RATE))

    def predict(self, frame: pd.DataFrame) -> Floats:
        """Probabilities by the chosen method, fitted on all completed cut-offs. Needs its features; a rule, its own."""
        if self.model is None:
            return np.full(len(frame), np.nan)
        return self.model.predict(frame)

    def measure(self, name: str, method: str | None = None, cut: int | str = "all") -> float:
        """One figure of the evaluation; NaN where there is none."""
        table = self.evaluation
        rows = table[(table["method"] == (method or self.chosen)) & (table["cut"] == cut)]
        return float(rows[name].iloc[0]) if len(rows) else float("nan")


def nothing(reason: str, cuts: tuple[int, ...] = (), people: int = 0, left: int = 0) -> ScoringResult:
    """The result where nothing is estimable, with the tables empty."""

    def empty(columns: list[str]) -> pd.DataFrame:
        return pd.DataFrame({name: pd.Series(dtype=object) for name in columns})

    return ScoringResult(
        reason=reason,
        out_of_time=False,
        cuts=cuts,
        tests=(),
        methods=(),
        missing_rules=empty(["rule", "reason"]),
        predictions=empty(["cut", "person_id", "left"]),
        evaluation=empty(EVALUATION),
        comparison=empty(COMPARISON),
        calibration=empty(CALIBRATION),
        gains=empty(GAINS),
        fits=empty(FITS),
        set_aside=empty(SET_ASIDE),
        features=(),
        chosen="",
        why="",
        best_model="",
        best_rule="",
        nothing_predicts=False,
        people=people,
        left=left,
        training_rows=0,
        now=empty(["person_id", "probability", "low", "high"]),
        model=None,
    )

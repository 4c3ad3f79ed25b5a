"""Scoring from end to end: test, evaluate, choose, fit on everything, score those who are here now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np
import pandas as pd

from customer_analytics.analysis.scoring import calibrate
from customer_analytics.analysis.scoring.evaluate import (
    Draws,
    Evaluation,
    Trial,
    better_than_chance,
    compare,
    evaluation_rows,
)  # fmt: skip
from customer_analytics.analysis.scoring.measures import equal_count_bins
from customer_analytics.analysis.scoring.models import one_thread
from customer_analytics.analysis.scoring.result import (
    BASE_RATE,
    CALIBRATION,
    EVALUATION,
    GAINS,
    MODELS,
    SET_ASIDE,
    Floats,
    Integers,
    Predictor,
    ScoringResult,
    nothing,
)  # fmt: skip
from customer_analytics.analysis.scoring.rolling import (
    MOST_TESTS,
    Past,
    Rolled,
    cross,
    enough,
    final_models,
    pooled,
    roll,
)  # fmt: skip
from customer_analytics.analysis.scoring.rules import RuleSet, base_rate
from customer_analytics.statistics import wilson

if TYPE_CHECKING:
    from customer_analytics.analysis.churn.samples import Sample, Samples

KEYS = ("person_id", "left")


class Settings(Protocol):
    """What of a report's parameters scoring reads."""

    @property
    def minimum_base(self) -> int:
        """Base below which no rate is printed."""

    @property
    def seed(self) -> int:
        """Start of everything random."""


def analyse(
    samples: Samples, rules: RuleSet, parameters: Settings, complete_days: int, tests: int = MOST_TESTS
) -> ScoringResult:
    """Score people: see ScoringResult. `complete_days`: gap and horizon, after which a cut-off's outcome is complete;
    `tests`: most cut-offs tested.

    Rows are sorted by person first and everything random has its seed: the same people give the same probabilities to
    the last digit, in whatever order they come.
    """
    pasts = [_past(sample, rules) for sample in sorted(samples.cuts, key=lambda sample: sample.cut)]
    pasts = [past for past in pasts if len(past.left)]
    now = _ordered(samples.now, rules)
    frame, left = pooled(pasts)
    cuts = tuple(past.cut for past in pasts)
    reason = _reason(left, parameters.minimum_base)
    if reason:
        return nothing(reason, cuts, len(left), int(left.sum()))
    features = [name for name in samples.dictionary["feature"] if name in frame.columns and name not in KEYS]
    rolled = roll(pasts, features, rules.rules, complete_days, parameters.seed, tests)
    out_of_time = bool(rolled.tested) and enough(np.concatenate([pasts[one.place].left for one in rolled.tested]))
    if not out_of_time:
        able = [past for past in pasts if enough(past.left)]
        if not able:
            return nothing("few_in_cut", cuts, len(left), int(left.sum()))
        pasts = [able[-1]]
        frame, left = pooled(pasts)
        rolled = cross(pasts[0], features, rules.rules, parameters.seed)
    with one_thread():
        return _judged(pasts, rolled, features, rules, now, parameters, out_of_time=out_of_time, cuts=cuts)


def _judged(
    pasts: Sequence[Past], rolled: Rolled, features: Sequence[str], rules: RuleSet, now: pd.DataFrame,
    parameters: Settings, *, out_of_time: bool, cuts: tuple[int, ...],
) -> ScoringResult:  # fmt: skip
    """The result from the tests: how good, which method, and the scores by it."""
    predictions = _predictions(pasts, rolled)
    methods = tuple(name for name in predictions.columns if name not in ("cut", *KEYS))
    own, draws = _evaluations(predictions, methods, parameters.seed)
    rows, gains = [], []
    for one in own:
        more, captured = evaluation_rows(one)
        rows += more
        gains += captured
    evaluation = pd.DataFrame(rows, columns=EVALUATION)
    comparison = _comparison(own, methods, draws)
    loss = evaluation[evaluation["cut"] == "all"].set_index("method")["log_loss"]
    chosen, why, best_model, best_rule = _choice(loss, comparison, methods)
    frame, left = pooled(pasts)
    models = final_models(pasts, features, rolled, parameters.seed)
    predictor = _predictor(chosen, models, rules, frame, left)
    probability = predictor.predict(now) if len(now) else np.zeros(0)
    low, high = _reliability(next(one for one in own if one.method == chosen)).interval(probability)
    any_model = next(iter(models.values()), None)
    return ScoringResult(
        reason="",
        out_of_time=out_of_time,
        cuts=cuts,
        tests=tuple(sorted(set(predictions["cut"]))),
        methods=methods,
        missing_rules=pd.DataFrame(rules.missing, columns=["rule", "reason"]),
        predictions=predictions,
        evaluation=evaluation,
        comparison=comparison,
        calibration=_calibration(predictions, methods, parameters.minimum_base),
        gains=pd.DataFrame(gains, columns=GAINS),
        fits=rolled.fits,
        set_aside=any_model.design.aside if any_model else pd.DataFrame(columns=SET_ASIDE),
        features=any_model.design.features if any_model else (),
        chosen=chosen,
        why=why,
        best_model=best_model,
        best_rule=best_rule,
        nothing_predicts=why == "nothing_predicts",
        people=len(left),
        left=int(left.sum()),
        training_rows=max((model.rows for model in models.values()), default=len(left)),
        now=pd.DataFrame({"person_id": now["person_id"], "probability": probability, "low": low, "high": high}),
        model=predictor,
        models=dict(models),
        tested=rolled.models,
    )


def _reason(left: Floats, minimum_base: int) -> str:
    """Why nothing can be estimated from the completed cut-offs."""
    if not len(left):
        return "no_cuts"
    if len(left) < minimum_base:
        return "few_people"
    if not enough(left):
        return "few_left" if left.sum() <= len(left) / 2 else "few_stayed"
    return ""


def _ordered(sample: Sample, rules: RuleSet) -> pd.DataFrame:
    frame = sample.frame.sort_values("person_id", ignore_index=True)
    return rules.beside(frame, sample.cut)


def _past(sample: Sample, rules: RuleSet) -> Past:
    frame = _ordered(sample, rules)
    return Past(sample.cut, frame, frame["left"].to_numpy(dtype=np.float64))


def _predictions(pasts: Sequence[Past], rolled: Rolled) -> pd.DataFrame:
    """cut, person_id, left, then a column a method, of all tested people, in order of cut-off and person."""
    parts = []
    for one in rolled.tested:
        past = pasts[one.place]
        tested = past.frame.iloc[one.rows]
        part = pd.DataFrame({"cut": past.cut, "person_id": tested["person_id"].to_numpy(dtype=object)})
        parts.append(part.assign(left=past.left[one.rows].astype(np.int64), **one.probabilities))
    whole = pd.concat(parts, ignore_index=True)
    names = list(parts[0].columns[3:])
    order = [name for name in names if name in MODELS] + [name for name in names if name not in MODELS]
    return whole.sort_values(["cut", "person_id"], ignore_index=True)[["cut", *KEYS, *order]]


def _evaluations(predictions: pd.DataFrame, methods: Sequence[str], seed: int) -> tuple[list[Evaluation], Draws]:
    persons: Integers = np.unique(predictions["person_id"].to_numpy(dtype=object), return_inverse=True)[1]
    draws = Draws(int(persons.max()) + 1, len(predictions), seed)
    left = predictions["left"].to_numpy(dtype=np.float64)
    cuts = predictions["cut"].to_numpy()
    found = []
    for method in methods:
        values = predictions[method].to_numpy(dtype=np.float64)
        tests = [
            Trial(method, int(cut), values[cuts == cut], left[cuts == cut], persons[cuts == cut])
            for cut in np.unique(cuts)
        ]
        found.append(Evaluation(tests, draws, np.random.default_rng(seed)))
    return found, draws


def _comparison(own: Sequence[Evaluation], methods: Sequence[str], draws: Draws) -> pd.DataFrame:
    """Each method against the base rate (one family); each model against each rule, and against one another."""
    models = [name for name in methods if name in MODELS]
    rules = [name for name in methods if name not in (*MODELS, BASE_RATE)]
    chance = compare(own, [(name, BASE_RATE) for name in methods if name != BASE_RATE], draws)
    pairs = [(model, rule) for model in models for rule in rules]
    pairs += [(models[1], models[0])] if len(models) > 1 else []
    return pd.concat([chance, compare(own, pairs, draws)], ignore_index=True) if pairs else chance


def _choice(loss: pd.Series[float], comparison: pd.DataFrame, methods: Sequence[str]) -> tuple[str, str, str, str]:
    """Method used, why, best model, best rule: by log loss of all tests.

    A model is used where it beats the best simple rule beyond chance (the interval of the paired difference is above
    0), a rule where none does, the base rate where nothing is better than that.
    """
    models = [name for name in methods if name in MODELS]
    rules = [name for name in methods if name not in (*MODELS, BASE_RATE)]
    best_model = min(models, key=lambda name: loss[name]) if models else ""
    best_rule = min(rules, key=lambda name: loss[name]) if rules else ""
    able = better_than_chance(comparison)
    if not able:
        return BASE_RATE, "nothing_predicts", best_model, best_rule
    if best_rule not in able:  # a rule that is no better than the base rate is none that a model must beat
        return max(able, key=lambda name: -loss[name]), "no_rule", best_model, best_rule
    if best_model in able:
        row = comparison[(comparison["method"] == best_model) & (comparison["against"] == best_rule)]
        if float(row["low"].iloc[0]) > 0:
            return best_model, "model_beats_rule", best_model, best_rule
    return best_rule, "rule_not_beaten", best_model, best_rule


def _predictor(
    chosen: str, models: Mapping[str, Predictor], rules: RuleSet, frame: pd.DataFrame, left: Floats
) -> Predictor:
    """The chosen method, having learned from all completed cut-offs."""
    if chosen in models:
        return models[chosen]
    for rule in rules.rules:
        if rule.name == chosen:
            return rule.fit(frame, left)
    return base_rate(left)


def _reliability(own: Evaluation) -> calibrate.Reliability:
    lines, pooled_line = list(own.lines.values()), own.pooled_line()
    if np.isfinite(pooled_line.slope):
        return calibrate.reliability(lines, pooled_line)
    levels = [calibrate.level(test.probability, test.left, test.persons) for test in own.tests]
    return calibrate.reliability(levels, calibrate.level(own.probability, own.left, own.persons))


def _calibration(predictions: pd.DataFrame, methods: Sequence[str], minimum_base: int) -> pd.DataFrame:
    """Bins of equal numbers of people by probability: mean probability and share that left, with Wilson intervals.

    A bin with fewer people than the minimum base shows no share.
    """
    left = predictions["left"].to_numpy(dtype=np.float64)
    rows = []
    for method in methods:
        values = predictions[method].to_numpy(dtype=np.float64)
        codes = equal_count_bins(values)
        for number in range(int(codes.max()) + 1):
            inside = codes == number
            n, gone, own = int(inside.sum()), float(left[inside].sum()), values[inside]
            low, high = wilson(gone, n) if n >= minimum_base else (np.nan, np.nan)
            share = gone / n if n >= minimum_base else np.nan
            rows.append(
                (method, "all", number + 1, n, float(own.mean()), share, low, high, float(own.min()), float(own.max()))
            )
    return pd.DataFrame(rows, columns=CALIBRATION)

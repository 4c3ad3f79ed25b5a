"""The engine end to end on made-up people: what it finds, what it refuses, and that it finds the same again."""

from __future__ import annotations

import warnings
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from people import FEATURES, HORIZON, PARAMETERS, changed, made, people, sample, samples

from customer_analytics.analysis.scoring import CurveRule, RuleSet, ScoringResult, analyse
from customer_analytics.analysis.scoring.evaluate import Draws, Evaluation, Trial, compare
from customer_analytics.analysis.scoring.rolling import Past, roll

RULES = RuleSet((CurveRule("recency", "silent"),))


def quietly(whole: Any, rules: RuleSet = RULES, complete: int = HORIZON) -> ScoringResult:
    """The result; any warning is an error: nothing may reach a client's terminal."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return analyse(whole, rules, PARAMETERS, complete)


@cache
def usual() -> tuple[Any, ScoringResult]:
    whole = samples(n=900, cuts=5)
    return whole, quietly(whole)


def truth(whole: Any, result: ScoringResult) -> np.ndarray:
    chance = {(one.cut, name): p for one in whole.cuts for name, p in one.frame[["person_id", "chance"]].to_numpy()}
    return np.array(
        [chance[key] for key in zip(result.predictions["cut"], result.predictions["person_id"], strict=True)]
    )


def test_a_model_is_used_where_features_beyond_the_rule_matter() -> None:
    _, result = usual()
    assert result.why == "model_beats_rule" and result.is_model and result.best_rule == "recency"
    assert result.out_of_time and len(result.tests) == 3 and not result.nothing_predicts


def test_probabilities_are_near_the_planted_ones_and_calibrated() -> None:
    whole, result = usual()
    assert np.corrcoef(truth(whole, result), result.predictions[result.chosen])[0, 1] > 0.85
    assert 0.8 < result.measure("slope") < 1.2
    chance = whole.now.frame.set_index("person_id")["chance"]
    assert np.corrcoef(result.now.set_index("person_id")["probability"], chance[result.now["person_id"]])[0, 1] > 0.85


def test_intervals_hold_their_probability_and_lie_within_0_and_1() -> None:
    now = usual()[1].now
    assert ((now["low"] > 0) & (now["low"] < now["probability"])).all()
    assert ((now["probability"] < now["high"]) & (now["high"] < 1)).all()


def test_rows_in_another_order_give_the_same_scores_to_the_last_digit() -> None:
    whole, result = usual()
    again = quietly(changed(whole, lambda frame: frame.sample(frac=1, random_state=3)))
    pd.testing.assert_frame_equal(again.now, result.now, check_exact=True)
    pd.testing.assert_frame_equal(again.evaluation, result.evaluation, check_exact=True)


def test_the_final_model_predicts_the_scores_of_now() -> None:
    whole, result = usual()
    found = result.predict(whole.now.frame.sort_values("person_id"))
    np.testing.assert_array_equal(found, result.now["probability"])
    assert len(result.predict(whole.now.frame.head(0))) == 0


def test_no_test_learns_from_its_own_cut_off_or_a_later_one() -> None:
    """Outcomes from the tested cut-off on are replaced by noise: what was said of it stays the same."""
    whole, result = usual()
    last = result.tests[-1]
    rng = np.random.default_rng(0)
    past = [
        one if one.cut < last else sample(one.cut, one.frame.assign(left=rng.integers(0, 2, len(one.frame))))
        for one in whole.cuts
    ]
    again = quietly(made(past, whole.now))
    for table in (result.predictions, again.predictions):
        assert set(table["cut"]) == set(result.tests)
    names = list(result.methods)
    pd.testing.assert_frame_equal(again.predictions[names], result.predictions[names], check_exact=True)


def test_an_outcome_that_is_not_complete_yet_is_not_learned_from() -> None:
    """With a gap, the label of the cut-off before ends after the next cut-off: it may not be used there."""
    whole = samples(n=300, cuts=4)
    pasts = [Past(one.cut, one.frame, one.frame["left"].to_numpy(float)) for one in whole.cuts]
    plain, gap = (roll(pasts, FEATURES, (), days, 1) for days in (HORIZON, HORIZON + 30))
    assert plain.fits["training_cuts"].tolist() == [1, 1, 2, 2, 3, 3]
    assert gap.fits["training_cuts"].tolist() == [1, 1, 2, 2]


def test_where_leaving_is_random_nothing_is_said_to_predict_it() -> None:
    """Five draws: at most one false alarm."""
    said = 0
    for seed in range(5):
        rng = np.random.default_rng(seed)
        whole = changed(
            samples(n=200, cuts=3, seed=seed + 2, features=FEATURES[:3]),
            lambda frame, rng=rng: frame if "left" not in frame else frame.assign(left=rng.permutation(frame["left"])),
        )
        result = quietly(whole)
        said += not result.nothing_predicts
        if result.nothing_predicts:
            assert result.chosen == "rate" and result.now["probability"].nunique() == 1
            assert (result.now["low"] < result.now["probability"]).all()
    assert said <= 1


def test_where_the_rule_says_everything_the_rule_is_used() -> None:
    rng = np.random.default_rng(4)

    def only_silence(frame: pd.DataFrame) -> pd.DataFrame:
        chance = 1 / (1 + np.exp(1.5 - 0.04 * frame["silent"]))
        return frame if "left" not in frame else frame.assign(left=(rng.random(len(frame)) < chance).astype(int))

    result = quietly(changed(samples(n=500, cuts=4, seed=5), only_silence))
    assert result.why == "rule_not_beaten" and result.chosen == "recency"
    assert result.now["probability"].nunique() > 10


def test_one_cut_off_is_tested_on_people_left_out_and_said_not_to_be_out_of_time() -> None:
    whole = samples(n=600, cuts=1)
    result = quietly(whole)
    assert not result.out_of_time and result.tests == (whole.cuts[0].cut,)
    assert len(result.predictions) == 600 and result.predictions["person_id"].is_unique
    assert result.chosen != "rate"


def test_a_snapshot_has_the_same_cut_off_in_the_past_and_now() -> None:
    frame = people(500, 3)
    whole = made([sample(20_000, frame)], sample(20_000, frame[frame["left"] == 0].drop(columns="left")))
    result = quietly(whole, complete=0)
    assert not result.out_of_time and len(result.now) == int((frame["left"] == 0).sum())


@pytest.mark.parametrize(
    ("n", "rate", "reason"),
    [(20, 0.5, "few_people"), (60, 0.08, "few_left"), (60, 0.95, "few_stayed"), (60, 0.0, "few_left"),
     (60, 1.0, "few_stayed")],
)  # fmt: skip
def test_few_people_or_one_class_are_not_estimable_with_the_reason(n: int, rate: float, reason: str) -> None:
    def some(frame: pd.DataFrame) -> pd.DataFrame:
        return frame if "left" not in frame else frame.assign(left=(np.arange(len(frame)) < rate * len(frame)) * 1)

    result = quietly(changed(samples(n=n, cuts=1), some))
    assert result.reason == reason and not result.is_estimable and len(result.now) == 0
    assert np.isnan(result.predict(people(3, 1))).all()


def test_nobody_at_all_is_no_error() -> None:
    nobody = people(1, 1).head(0)
    result = quietly(made([sample(20_000, nobody)], sample(20_090, nobody.drop(columns="left"))))
    assert result.reason == "no_cuts"
    assert quietly(made([], sample(20_090, nobody.drop(columns="left")))).reason == "no_cuts"


def test_nobody_now_is_no_error() -> None:
    whole = samples(n=300, cuts=3)
    result = quietly(made(list(whole.cuts), sample(30_000, whole.now.frame.head(0))))
    assert result.is_estimable and len(result.now) == 0


def test_one_class_at_a_tested_cut_off_has_no_figures_of_its_own_but_counts() -> None:
    whole = samples(n=300, cuts=4)
    past = list(whole.cuts)
    past[2] = sample(past[2].cut, past[2].frame.assign(left=0))
    result = quietly(made(past, whole.now))
    assert np.isnan(result.measure("auc", "logistic", past[2].cut))
    assert result.measure("n", "logistic") == sum(len(one.frame) for one in past[1:])


def test_degenerate_columns_are_named_and_the_rest_is_used() -> None:
    def spoiled(frame: pd.DataFrame) -> pd.DataFrame:
        late = {} if "left" not in frame else {"closed": frame["left"] * 5.0}
        return frame.assign(constant=1, empty=np.nan, twice=2 * frame["age"], **({"closed": 0.0} | late))

    whole = samples(n=400, cuts=4, features=(*FEATURES, "constant", "empty", "twice", "closed"))
    result = quietly(changed(whole, spoiled))
    found = dict(zip(result.set_aside["feature"], result.set_aside["reason"], strict=True))
    assert found == {
        "constant": "constant", "empty": "mostly_missing", "twice": "collinear", "closed": "separating",
    }  # fmt: skip
    assert result.features == FEATURES and 0.6 < result.measure("auc", "logistic") < 0.85


def test_without_any_usable_feature_the_rules_are_compared() -> None:
    whole = samples(n=400, cuts=4, features=("silent",))
    result = quietly(changed(made(list(whole.cuts), whole.now, ()), lambda frame: frame))
    assert result.methods == ("recency", "rate") and result.chosen == "recency"


def test_only_missing_values_are_no_error() -> None:
    whole = changed(samples(n=300, cuts=3, features=("silent",)), lambda frame: frame.assign(silent=np.nan))
    result = quietly(whole)
    assert result.nothing_predicts


def test_measures_within_each_test_are_added_up() -> None:
    _, result = usual()
    table, method = result.evaluation, result.chosen
    own = table[(table["method"] == method) & (table["cut"] != "all")]
    pairs = own["left"] * (own["n"] - own["left"])
    assert result.measure("auc") == pytest.approx((own["auc"] * pairs).sum() / pairs.sum())
    assert result.measure("log_loss") == pytest.approx((own["log_loss"] * own["n"]).sum() / own["n"].sum())
    assert result.measure("lift") == pytest.approx((own["lift"] * own["left"]).sum() / own["left"].sum())
    assert own["decile_left"].sum() == pytest.approx(result.measure("decile_left"))


def test_gains_begin_with_the_lift_and_end_with_everybody() -> None:
    _, result = usual()
    table = result.gains[result.gains["method"] == result.chosen].set_index("share")
    assert table["captured"].loc[0.1] == pytest.approx(0.1 * result.measure("lift"))
    assert table["captured"].loc[1.0] == pytest.approx(1.0) and table["captured"].is_monotonic_increasing
    assert (table["low"] <= table["captured"] + 1e-12).all() and (table["captured"] <= table["high"] + 1e-12).all()


def test_intervals_widen_where_the_same_person_is_tested_again_and_again() -> None:
    rng = np.random.default_rng(2)
    probability = rng.random(500)
    left = (rng.random(500) < probability).astype(float)
    once = Evaluation([Trial("m", 1, probability, left, np.arange(500))], Draws(500, 500, 1), rng)
    copies = [Trial("m", cut, probability, left, np.arange(500)) for cut in range(4)]
    same = Evaluation(copies, Draws(500, 500, 1), rng)
    narrow, wide = (np.std(each.resampled()[-1]["auc"]) for each in (once, same))
    assert wide == pytest.approx(narrow)  # four copies of a person are one person


def test_the_paired_difference_has_the_error_of_a_paired_difference() -> None:
    rng = np.random.default_rng(3)
    left = (rng.random(4_000) < 0.3).astype(float)
    first, second = np.clip(0.3 + 0.2 * (left - 0.3) + rng.normal(0, 0.05, 4_000), 0.02, 0.98), np.full(4_000, 0.3)
    draws = Draws(4_000, 4_000, 1)
    own = [
        Evaluation([Trial(name, 1, p, left, np.arange(4_000))], draws, rng) for name, p in (("a", first), ("b", second))
    ]
    row = compare(own, [("a", "b")], draws).iloc[0]
    gap = own[1].loss[0] - own[0].loss[0]
    assert row["difference"] == pytest.approx(gap.mean())
    assert row["high"] - row["low"] == pytest.approx(2 * 1.96 * gap.std() / np.sqrt(4_000), rel=0.12)

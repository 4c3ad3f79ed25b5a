"""Importance: what the model loses on people it had not learned from, with noise at zero."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from small_models import DICTIONARY, FAMILIES, people, samples

from customer_analytics.analysis.reasons import topics
from customer_analytics.analysis.reasons.contributions import explain
from customer_analytics.analysis.reasons.held_out import HeldOut, redrawn
from customer_analytics.analysis.reasons.importance import importance, interval_by_person
from customer_analytics.analysis.reasons.shuffling import shuffled
from customer_analytics.analysis.reasons.stability import stability
from customer_analytics.analysis.scoring.models import Model


@pytest.fixture(scope="module")
def tests(fitted: Model) -> list[HeldOut]:
    return [HeldOut(cut, fitted, people(1_500, cut)) for cut in (101, 202)]


def test_what_drives_leaving_comes_first_and_noise_is_at_zero(tests: list[HeldOut]) -> None:
    table = importance(tests, topics.by_family(DICTIONARY), 1).set_index("group")
    assert table.index[0] == "rhythm"
    for family in ("rhythm", "service"):
        assert table.loc[family, "low"] > 0 and table.loc[family, "q"] < 0.01
    assert table.loc["payment", "low"] <= 0 <= table.loc["payment", "high"] + 1e-3
    assert table.loc["payment", "q"] > 0.01
    assert (table["tests"] == 2).all() and table["features"].to_dict()["rhythm"] == 3


def test_features_that_stand_in_for_each_other_are_shuffled_together(fitted: Model) -> None:
    """A copy hides a feature from a shuffle of one of them; shuffled together they show what they carry."""
    frame = people(2_000, 11)
    test = [HeldOut(1, fitted, frame)]
    alone = importance(test, {"silence": ["silent_days"], "gap": ["own_gap_days"]}, 1).set_index("group")["drop"]
    both = importance(test, {"both": ["silent_days", "own_gap_days"]}, 1)["drop"].iloc[0]
    assert both > alone.max()


def test_the_rise_is_the_log_loss_of_shuffled_people_less_their_own(fitted: Model) -> None:
    """The slow way: the published probabilities of a frame whose column was shuffled, averaged over many shuffles."""
    frame = people(1_000, 12)
    left = frame["left"].to_numpy(float)

    def loss(rows: pd.DataFrame) -> float:
        p = fitted.predict(rows)
        return float(-np.mean(left * np.log(p) + (1 - left) * np.log1p(-p)))

    generator = np.random.default_rng(5)
    shuffled = [loss(frame.assign(complaints_90=generator.permutation(frame["complaints_90"]))) for _ in range(40)]
    found = importance([HeldOut(1, fitted, frame)], {"service": ["complaints_90"]}, 1, 40)["drop"].iloc[0]
    assert found == pytest.approx(np.mean(shuffled) - loss(frame), rel=0.1)


def test_shuffled_columns_are_foretold_as_if_the_whole_matrix_were_foretold_anew(fitted: Model) -> None:
    frame = people(300, 13)
    matrix, generator = fitted.matrix(frame), np.random.default_rng(6)
    quick = shuffled(fitted, matrix)
    assert quick.whole == pytest.approx(fitted.estimator.log_odds(matrix), abs=1e-12)
    for columns in (np.array([0]), np.array([1, 3, 5]), np.arange(matrix.shape[1])):
        order = generator.permutation(len(frame))
        moved = matrix.copy(order="K")
        moved[:, columns] = matrix[np.ix_(order, columns)]
        expected = fitted.estimator.log_odds(moved)
        assert quick.log_odds(columns, order) == pytest.approx(expected, abs=1e-10)


def test_the_same_seed_gives_the_same_figures_and_no_tests_an_empty_table(tests: list[HeldOut]) -> None:
    groups = topics.by_family(DICTIONARY)
    pd.testing.assert_frame_equal(importance(tests, groups, 4), importance(tests, groups, 4))
    assert len(importance([], groups, 4)) == 0


def test_a_group_without_a_column_of_the_model_loses_nothing(tests: list[HeldOut]) -> None:
    row = importance(tests, {"gone": ["not_a_feature"], "service": ["complaints_90"]}, 1).set_index("group").loc["gone"]
    assert row["drop"] == 0 and row["low"] == row["high"] == 0 and row["p"] == 1


def test_one_person_at_many_cut_offs_counts_once() -> None:
    rise = np.random.default_rng(1).normal(0.1, 1, 400)
    low, high = interval_by_person(rise, np.arange(400))[:2]
    error = rise.std(ddof=1) / np.sqrt(400)
    assert (low, high) == pytest.approx((rise.mean() - 1.959964 * error, rise.mean() + 1.959964 * error), rel=1e-6)
    copied_low, copied_high = interval_by_person(np.repeat(rise, 3), np.repeat(np.arange(400), 3))[:2]
    assert (copied_low, copied_high) == pytest.approx((low, high))


def test_reasons_survive_other_draws_of_people(fitted: Model, frame: pd.DataFrame) -> None:
    """With strong truths most keep their first reason; by the slow count over the same refits."""
    cuts = samples((1, 2), 600)
    topic_of, family_of = topics.topics(DICTIONARY), topics.listed(DICTIONARY)
    some = frame.head(150)
    refits = list(redrawn(cuts, fitted, 3, 9))
    again = list(redrawn(cuts, fitted, 3, 9))
    for one, other in zip(refits, again, strict=True):
        assert (one.predict(some) == other.predict(some)).all()
    found = stability(explain(fitted, some, topic_of), refits, some, topic_of, family_of)
    assert found.refits == 3 and 0.5 < found.same_first <= found.among_three <= 1
    assert found.lowest <= found.same_first <= found.highest
    assert found.table["people"].sum() == found.people
    weighted = (found.table["people"] * found.table["same_first"]).sum() / found.people
    assert weighted == pytest.approx(found.same_first)
    assert set(found.table["family"]) <= set(FAMILIES.values()) - {"profile"}


def test_without_refits_stability_is_not_estimable(fitted: Model, frame: pd.DataFrame) -> None:
    topic_of, family_of = topics.topics(DICTIONARY), topics.listed(DICTIONARY)
    found = stability(explain(fitted, frame.head(50), topic_of), [], frame.head(50), topic_of, family_of)
    assert found.refits == 0 and np.isnan(found.same_first) and not len(found.table)

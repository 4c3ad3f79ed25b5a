"""What each reason adds: it adds up to the published probability, and only what may be told is listed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import logit
from shapley_reference import brute_force
from small_models import DICTIONARY, people

from customer_analytics.analysis.reasons import topics
from customer_analytics.analysis.reasons.contributions import explain, features_of_columns, rule_contributions
from customer_analytics.analysis.reasons.customers import LEAST, Ranking, per_customer
from customer_analytics.analysis.scoring.models import Model

TOPICS = topics.topics(DICTIONARY)
LISTED = topics.listed(DICTIONARY)


def test_contributions_add_up_to_the_published_probability(fitted: Model, frame: pd.DataFrame) -> None:
    explainer = explain(fitted, frame.head(200), TOPICS)
    ahead = people(300, 5)
    total = explainer.contributions(ahead).sum(axis=1) + explainer.base
    assert total == pytest.approx(logit(fitted.predict(ahead)), abs=1e-9)
    assert explainer.base == pytest.approx(logit(fitted.predict(frame.head(200))).mean(), abs=1e-9)


def test_contributions_are_those_of_every_coalition_of_topics(fitted: Model, frame: pd.DataFrame) -> None:
    """Topics join a coalition with all columns of their features: indicators, bends and missing values together."""
    base, ahead = frame.head(60), people(3, 6)
    explainer = explain(fitted, base, TOPICS)
    players = [explainer.topics.index(TOPICS[feature]) for feature in features_of_columns(fitted)]

    def log_odds(matrix: np.ndarray) -> np.ndarray:
        return fitted.calibrator.intercept + fitted.calibrator.slope * fitted.estimator.log_odds(matrix)

    rows = zip(fitted.matrix(ahead), explainer.contributions(ahead), strict=True)
    for person, found in rows:
        expected = brute_force(log_odds, person, fitted.matrix(base), players, len(explainer.topics))
        assert found == pytest.approx(expected, abs=1e-9)


def test_the_base_population_has_no_reason_on_average(fitted: Model, frame: pd.DataFrame) -> None:
    base = frame.head(300)
    assert explain(fitted, base, TOPICS).contributions(base).mean(axis=0) == pytest.approx(0.0, abs=1e-9)


def test_reasons_are_the_families_that_add_most_and_never_age(fitted: Model, frame: pd.DataFrame) -> None:
    """The slow way: sum topics by family, take the three largest that are above the least, person by person."""
    explainer = explain(fitted, frame, TOPICS)
    ahead = people(150, 7)
    found = per_customer(explainer, ahead, LISTED)
    assert list(found["person_id"]) == list(ahead["person_id"])
    for row, added in zip(found.to_dict("records"), explainer.contributions(ahead), strict=True):
        families: dict[str, list[tuple[float, str]]] = {}
        for topic, value in zip(explainer.topics, added, strict=True):
            if topic in LISTED:
                families.setdefault(LISTED[topic], []).append((value, topic))
        sums = sorted(((sum(value for value, _ in own), family) for family, own in families.items()), reverse=True)
        expected = [(family, max(families[family])[1], total) for total, family in sums if total > LEAST][:3]
        told = [(row[f"family_{k}"], row[f"reason_{k}"]) for k in (1, 2, 3) if row[f"family_{k}"] is not None]
        assert told == [(family, topic) for family, topic, _ in expected]
        assert [row[f"contribution_{k}"] for k in range(1, len(told) + 1)] == pytest.approx([e[2] for e in expected])
        assert "profile" not in {row[f"family_{k}"] for k in (1, 2, 3)}


def test_who_is_likely_to_stay_is_given_no_reason_that_speaks_for_staying(fitted: Model, frame: pd.DataFrame) -> None:
    calm = frame.head(1).assign(silent_days=1.0, own_gap_days=30.0, complaints_90=0.0)
    found = per_customer(explain(fitted, frame, TOPICS), calm, LISTED).iloc[0]
    assert found["family_1"] not in ("rhythm", "service")
    assert not (found[[f"contribution_{k}" for k in (1, 2, 3)]].astype(float) <= LEAST).any()


def test_a_planted_complaint_is_the_first_reason(fitted: Model, frame: pd.DataFrame) -> None:
    angry = frame.head(50).assign(silent_days=20.0, own_gap_days=10.0, complaints_90=3.0)
    found = per_customer(explain(fitted, frame, TOPICS), angry, LISTED)
    assert (found["reason_1"] == "service.complaints").all()


def test_the_order_of_people_and_the_size_of_pieces_change_nothing(
    fitted: Model, frame: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    explainer = explain(fitted, frame, TOPICS)
    whole = per_customer(explainer, frame, LISTED).set_index("person_id")
    shuffled = frame.sample(frac=1.0, random_state=3)
    again = per_customer(explainer, shuffled, LISTED).set_index("person_id").loc[whole.index]
    pd.testing.assert_frame_equal(whole, again)
    pieces = [per_customer(explainer, frame.iloc[start : start + 7], LISTED) for start in range(0, 70, 7)]
    pd.testing.assert_frame_equal(whole.head(70), pd.concat(pieces).set_index("person_id"))


def test_nobody_gives_an_empty_table_and_families_fewer_than_three_leave_gaps() -> None:
    ranking = Ranking(("rhythm.silence",), {"rhythm.silence": "rhythm"})
    table = ranking.table(np.array([[0.5], [0.05], [-1.0]]))
    assert table["reason_1"].tolist() == ["rhythm.silence", None, None]
    assert table[["reason_2", "reason_3"]].isna().all(axis=None)
    assert len(ranking.table(np.zeros((0, 1)))) == 0


def test_a_rule_has_itself_as_its_only_reason() -> None:
    added = rule_contributions(np.array([0.1, 0.5, 0.9]))
    assert added[:, 0] == pytest.approx([logit(0.1), 0.0, logit(0.9)])

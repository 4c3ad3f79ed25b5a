"""Reasons from end to end: after scoring's own tests, for a model, for a rule and where nothing predicts."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest
from small_models import DICTIONARY, people, samples

from customer_analytics.analysis import scoring
from customer_analytics.analysis.churn.samples import Sample, Samples
from customer_analytics.analysis.reasons import ReasonsResult, analyse, metrics, tables
from customer_analytics.analysis.scoring.result import ScoringResult

CUTS, NOW, HORIZON = (20_000, 20_090, 20_180, 20_270), 20_360, 90


@dataclass(frozen=True)
class Settings:
    minimum_base: int = 30
    seed: int = 3


def drawn(*, random: bool = False) -> Samples:
    cuts = samples(CUTS, 350)
    if random:
        generator = np.random.default_rng(1)
        shuffled = [cut.frame.assign(left=generator.permutation(cut.frame["left"])) for cut in cuts]
        cuts = [replace(cut, frame=frame) for cut, frame in zip(cuts, shuffled, strict=True)]
    now = people(400, NOW).drop(columns="left")
    return Samples(tuple(cuts), Sample(NOW, now, len(now), 0), DICTIONARY, 100_000)


def scored(found: Samples) -> ScoringResult:
    return scoring.analyse(found, scoring.RuleSet(), Settings(), HORIZON)


@pytest.fixture(scope="module")
def whole() -> tuple[Samples, ScoringResult, ReasonsResult]:
    found = drawn()
    scores = scored(found)
    return found, scores, analyse(None, found, scores, 3)


def test_everybody_is_told_and_what_was_planted_carries(whole: tuple[Samples, ScoringResult, ReasonsResult]) -> None:
    found, scores, result = whole
    assert scores.is_model and result.reason == "" and result.is_model
    assert list(result.per_customer["person_id"]) == list(found.now.frame["person_id"])
    carrying = set(result.carrying["group"])
    assert {"rhythm", "service"} <= carrying and "payment" not in carrying and "value" not in carrying
    assert result.counts["people"].is_monotonic_decreasing
    assert set(result.directions["family"]) <= carrying
    assert result.path.reason == "nothing"


def test_the_likely_leavers_have_reasons_and_the_others_fewer(
    whole: tuple[Samples, ScoringResult, ReasonsResult],
) -> None:
    _, scores, result = whole
    table = result.per_customer.merge(scores.now, on="person_id")
    listed = table[[f"reason_{k}" for k in (1, 2, 3)]].notna().sum(axis=1)
    risky = table["probability"] > table["probability"].quantile(0.8)
    assert (listed[risky] > 0).all() and listed[risky].mean() > listed[~risky].mean() + 0.5


def test_files_hold_what_the_guide_names(whole: tuple[Samples, ScoringResult, ReasonsResult]) -> None:
    result = whole[2]
    found = metrics(result)
    assert {"reasons.with", "reasons.steady", "path.tested", "path.clear", "importance.rhythm"} <= set(found)
    assert found["reasons.with"] == pytest.approx(result.per_customer["reason_1"].notna().mean())
    written = tables(result, 10)
    assert set(written) == {"importance", "directions"}
    assert not (written["directions"]["left"].fillna(99) < 10).any()
    assert metrics(None) == {} and tables(None, 10) == {}


def test_twice_the_same_to_the_last_digit(whole: tuple[Samples, ScoringResult, ReasonsResult]) -> None:
    found, scores, result = whole
    again = analyse(None, found, scores, 3)
    pd.testing.assert_frame_equal(result.per_customer, again.per_customer)
    pd.testing.assert_frame_equal(result.importance, again.importance)
    assert result.steadiness is not None and again.steadiness is not None
    assert result.steadiness.same_first == again.steadiness.same_first


def test_with_random_leaving_nobody_is_given_a_reason() -> None:
    found = drawn(random=True)
    scores = scored(found)
    result = analyse(None, found, scores, 3)
    assert scores.nothing_predicts and result.reason == "nothing_predicts"
    assert not len(result.per_customer) and not len(result.importance)


def test_a_rule_has_one_reason_and_no_importance(whole: tuple[Samples, ScoringResult, ReasonsResult]) -> None:
    found, scores, _ = whole
    ruled = replace(scores, chosen="tenure", model=None)
    result = analyse(None, found, ruled, 3)
    assert not result.is_model and set(result.per_customer["reason_1"].dropna()) == {"contract.duration"}
    above = scores.now["probability"] > 0.6
    assert result.per_customer.loc[above.to_numpy(), "reason_1"].notna().all()


def test_nobody_here_now_and_nothing_scored_give_their_reason(
    whole: tuple[Samples, ScoringResult, ReasonsResult],
) -> None:
    found, scores, _ = whole
    empty = replace(found, now=replace(found.now, frame=found.now.frame.head(0)))
    assert analyse(None, empty, scores, 3).reason == "nobody"
    assert analyse(None, found, scoring.nothing("few_left"), 3).reason == "not_scored"

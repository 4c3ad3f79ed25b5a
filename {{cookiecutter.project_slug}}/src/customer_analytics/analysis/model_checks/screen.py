"""The screening of the columns before any model is fitted: what could not have been known is taken out, by name."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from customer_analytics.analysis.churn.samples import Sample, Samples
from customer_analytics.analysis.churn.study import Study
from customer_analytics.analysis.features.life import SNAPSHOT
from customer_analytics.analysis.model_checks import columns, probes
from customer_analytics.analysis.model_checks.later import Fall, Purity, Trend, fall, purity, trend
from customer_analytics.analysis.model_checks.panel import MOST_NOW, Floats, Panel, panel, thinned
from customer_analytics.analysis.model_checks.result import (
    FINDINGS,
    IDENTIFIES,
    LEAK,
    PROBES,
    SOUND,
    SUSPECT,
    TAKEN_OUT,
    TOO_GOOD,
    UNPROVEN,
    Screening,
)
from customer_analytics.analysis.model_checks.single import (
    MISSING,
    Area,
    Cases,
    cases,
    single_feature_area,
    stratified_area,
)
from customer_analytics.statistics import Z95, Interval, benjamini_hochberg

LEVEL = 0.01  # false discovery rate over every question asked of every column
PURE = 10.0  # odds ratio of the gone that nothing known beforehand has been seen to reach: its lower bound
GROWING = 3.0  # the same where the column also tells the more of leaving, the nearer the cut-off lies to now
RANKED = 0.85  # the same for numbers: area under the curve of the gone against those surely here
FALLEN = 1 / 3  # least fall of the share of the holders, of what it was
MOVED = 0.05  # least movement of the mean rank of a number
GOOD = 0.95  # area under the curve of one column alone that is too good to be true
NAMES_PEOPLE = 0.9  # share of values that only one person has
MOST_PAST = 40_000  # people of a cut-off looked at
LEAST = 30  # gone people and people surely here, each, that the tests of later filling need


@dataclass(frozen=True)
class _Question:
    """One value of one column and what the tests say. `areas`: for numbers by rank."""

    feature: str
    test: str
    purity: Purity
    fall: Fall
    trend: Trend
    area: Area = MISSING

    @property
    def sign(self) -> float:
        """1 where holding goes with being gone, -1 where not holding does."""
        side = self.area.value - 0.5 if self.test == "ranks" else self.purity.log_odds
        return -1.0 if side < 0 else 1.0

    @property
    def odds(self) -> Interval:
        """Interval of the odds ratio of being gone, for the side that goes with it."""
        if self.sign > 0:
            return self.purity.interval
        return _inverse(self.purity.interval)


def _inverse(interval: Interval) -> Interval:
    """The interval of the inverse odds ratio."""
    return Interval(1 / max(interval.high, 1e-300), 1 / max(interval.low, 1e-300))


def screen(samples: Samples, study: Study, seed: int) -> Screening:
    """Test every column, take out what leaks, and test the tests.

    Args:
        samples: as churn.samples makes them.
        study: the windows and the kind of leaving.
        seed: of the planted columns and the shuffled outcomes.

    Returns:
        The verdict on each column and the samples without those that no model may see.
    """
    names = samples.dictionary
    people = sum(len(sample.frame) for sample in samples.cuts)
    left = sum(int(sample.frame["left"].sum()) for sample in samples.cuts)
    if not samples.cuts or not 0 < left < people:
        return _untested(samples, people, "few")
    dated_cuts = study.kind != SNAPSHOT
    everything, samples = samples, _thinned(samples)
    board = panel(samples) if dated_cuts else None
    able = board is not None and int(board.gone.sum()) >= LEAST and int(board.here.sum()) >= LEAST
    questions = _questions(samples, board) if board is not None and able else []
    q = _corrected(questions)
    tested = cases(samples.cuts)
    looked = samples.now.frame.iloc[thinned(samples.now.frame["person_id"], MOST_NOW)]
    samples = replace(samples, now=replace(samples.now, frame=looked))
    rows = [
        _row(samples, tested, entry, questions, q, able=able, dated_cuts=dated_cuts)
        for entry in names.to_dict("records")
    ]
    findings = pd.DataFrame(rows, columns=FINDINGS)
    order = {verdict: place for place, verdict in enumerate((*TAKEN_OUT, SUSPECT, SOUND))}
    findings["place"] = findings["verdict"].map(order)
    findings = findings.sort_values(["place", "auc"], ascending=[True, False], kind="stable", ignore_index=True)
    findings = findings.drop(columns="place")
    taken = set(findings.loc[findings["verdict"].isin(TAKEN_OUT), "feature"])
    kept = without(everything, taken)
    planted = pd.DataFrame(columns=PROBES)
    if board is not None and able:
        planted = probes.planted(board, seed, _caught)
    area = probes.permuted_area(_thinned(kept), seed)
    reason = "" if able else "snapshot" if not dated_cuts else "few"
    return Screening(kept, findings, planted, *area, len(findings), people, reason)


def _thinned(samples: Samples) -> Samples:
    """At most MOST_PAST people of each past cut-off, drawn by their ids: the same people at each."""

    def thin(sample: Sample) -> Sample:
        return replace(sample, frame=sample.frame.iloc[thinned(sample.frame["person_id"], MOST_PAST)])

    return replace(samples, cuts=tuple(thin(sample) for sample in samples.cuts))


def without(samples: Samples, features: set[str]) -> Samples:
    """The samples without some features."""

    def kept(sample: Sample) -> Sample:
        return replace(sample, frame=sample.frame.drop(columns=[f for f in sample.frame if f in features]))

    if not features:
        return samples
    names = samples.dictionary[~samples.dictionary["feature"].isin(features)].reset_index(drop=True)
    return replace(samples, cuts=tuple(kept(one) for one in samples.cuts), now=kept(samples.now), dictionary=names)


def _questions(samples: Samples, board: Panel) -> list[_Question]:
    """Every question on every undated column."""
    asked = []
    for entry in samples.dictionary[~samples.dictionary["dated"].astype(bool)].to_dict("records"):
        feature, kind = str(entry["feature"]), str(entry["kind"])
        values = columns.rows_of(samples, board, feature)
        for name, held in columns.states(values, kind):
            asked.append(
                _Question(feature, name, purity(board, held), fall(board, held.astype(float)), trend(board, held))
            )
        if kind == "numeric":
            asked += _by_rank(board, feature, columns.ranks(columns.numbers(values)))
    return asked


def _by_rank(board: Panel, feature: str, ranked: Floats) -> list[_Question]:
    """The question on the size of a number, by ranks."""
    person = board.by_person(ranked)
    counted = (board.gone | board.here) & np.isfinite(person)
    found = stratified_area(person[counted], board.gone[counted], board.cohort[counted])
    if math.isnan(found.value):
        return []
    nothing = Purity(math.nan, math.nan, math.nan, math.nan, int(counted.sum()))
    flat = Trend(math.nan, math.nan, math.nan, math.nan)
    return [_Question(feature, "ranks", nothing, fall(board, ranked), flat, found)]


def _corrected(questions: list[_Question]) -> dict[tuple[str, str], tuple[float, float]]:
    """q of the fall and of the trend of each question, over all questions on all columns (Benjamini, Hochberg)."""
    if not questions:
        return {}
    falls = benjamini_hochberg(np.array([_fall_p(one) for one in questions]))
    trends = benjamini_hochberg(np.array([_signed(one.trend, one.sign).p_above() for one in questions]))
    return {(one.feature, one.test): (float(a), float(b)) for one, a, b in zip(questions, falls, trends, strict=True)}


def _fall_p(question: _Question) -> float:
    """For a value: that it did not fall on the side of the gone. For numbers: that nothing moved, either way."""
    if question.test == "ranks":
        moved = Fall(abs(question.fall.value), 0.0, question.fall.error)
        return min(1.0, 2 * moved.p_above())
    return Fall(question.sign * question.fall.value, 0.0, question.fall.error).p_above()


def _signed(one: Trend, sign: float) -> Trend:
    return Trend(sign * one.slope, one.error, sign * one.pooled, one.pooled_error)


def _caught(question: tuple[Purity, Fall, Trend], fall_q: float, trend_q: float) -> bool:
    """Whether a yes-or-no question shows a column filled in afterwards."""
    pure, fell, grew = question
    one = _Question("", "probe", pure, fell, grew)
    past = fell.past if one.sign > 0 else 1 - fell.past
    if not (fall_q < LEVEL and one.sign * fell.value >= FALLEN * past):
        return False
    related = _signed(grew, one.sign)
    growing = trend_q < LEVEL and related.pooled - Z95 * related.pooled_error > 0
    return one.odds.low > PURE or (growing and one.odds.low > GROWING)


def _leaks(question: _Question, fall_q: float, trend_q: float) -> bool:
    if question.test != "ranks":
        return _caught((question.purity, question.fall, question.trend), fall_q, trend_q)
    low = question.area.low if question.sign > 0 else 1 - question.area.high
    return fall_q < LEVEL and abs(question.fall.value) >= MOVED and low > RANKED


def _row(
    samples: Samples,
    tested: Cases,
    entry: Mapping[Hashable, Any],
    questions: list[_Question],
    q: dict[tuple[str, str], tuple[float, float]],
    *,
    able: bool,
    dated_cuts: bool,
) -> list[object]:
    """One line of the findings."""
    feature, kind, dated = str(entry["feature"]), str(entry["kind"]), bool(entry["dated"])
    alone = single_feature_area(tested, feature, kind)
    own = [one for one in questions if one.feature == feature]
    leaking = [one for one in own if _leaks(one, *q[one.feature, one.test])]
    strongest = max(leaking or own, key=_strength, default=None)
    named = 0.0 if dated else _own_values(samples, feature, kind)
    if leaking:
        verdict = LEAK
    elif named >= NAMES_PEOPLE:
        verdict = IDENTIFIES
    elif alone.value > GOOD:
        verdict = SUSPECT if dated else TOO_GOOD
    elif not dated and not able and dated_cuts and is_clients_own(entry):
        verdict = UNPROVEN
    else:
        verdict = SOUND
    evidence = _evidence(strongest, q)
    people = sum(len(sample.frame) for sample in samples.cuts) if strongest is None else strongest.purity.people
    return [feature, entry["source"], dated, verdict, "" if strongest is None else strongest.test, people, *evidence,
            *alone, named]  # fmt: skip


def is_clients_own(entry: Mapping[Hashable, Any]) -> bool:
    """Whether a column is one that only this client has: nobody has said what it means."""
    return not bool(entry["dated"]) and str(entry["meaning_id"]) != str(entry["feature"])


def _strength(question: _Question) -> tuple[float, float]:
    """Lower bound of the odds ratio (numbers: of the area, brought to the same scale), then the fall."""
    if question.test == "ranks":
        low = question.area.low if question.sign > 0 else 1 - question.area.high
        return (low / max(1 - low, 1e-9), abs(question.fall.value))
    return (question.odds.low if math.isfinite(question.purity.log_odds) else 0.0, abs(question.fall.value))


def _evidence(question: _Question | None, q: dict[tuple[str, str], tuple[float, float]]) -> list[object]:
    """share_gone to trend_q of FINDINGS, told for the side that goes with being gone."""
    if question is None:
        return [math.nan] * 13
    pure, fell, sign = question.purity, question.fall, question.sign
    fall_q, trend_q = q[question.feature, question.test]
    flipped = sign < 0 and question.test != "ranks"

    def side(share: float) -> float:
        return 1 - share if flipped else share

    odds = math.exp(abs(pure.log_odds)) if math.isfinite(pure.log_odds) else math.nan
    low, high = question.odds if math.isfinite(pure.log_odds) else (math.nan, math.nan)
    value = -fell.value if flipped else fell.value
    half = Z95 * fell.error
    return [side(pure.gone), side(pure.here), odds, low, high, side(fell.past), side(fell.now), value, value - half,
            value + half, fall_q, sign * question.trend.slope, trend_q]  # fmt: skip


def _own_values(samples: Samples, feature: str, kind: str) -> float:
    """Share of the people of the last past cut-off and of now whose value is theirs alone."""
    frames = [sample.frame[["person_id", feature]] for sample in (*samples.cuts[-1:], samples.now)]
    people = pd.concat(frames, ignore_index=True).drop_duplicates("person_id")
    return columns.own_values(people[feature], kind) if len(people) >= LEAST else 0.0


def _untested(samples: Samples, people: int, reason: str) -> Screening:
    """Where nothing can be tested the client's own columns stay out."""
    rows = []
    for entry in samples.dictionary.to_dict("records"):
        verdict = UNPROVEN if is_clients_own(entry) else SOUND
        rows.append(
            [entry["feature"], entry["source"], bool(entry["dated"]), verdict, "", people, *[math.nan] * 16, 0.0]
        )
    findings = pd.DataFrame(rows, columns=FINDINGS)
    taken = set(findings.loc[findings["verdict"] == UNPROVEN, "feature"])
    nan = math.nan
    return Screening(without(samples, taken), findings, pd.DataFrame(columns=PROBES), nan, nan, nan, 0, people, reason)

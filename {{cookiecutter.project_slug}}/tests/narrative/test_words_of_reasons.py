"""Reasons, importance and the last path in words, in every state and both languages."""

from __future__ import annotations

from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest

from customer_analytics.analysis.churn.samples import Sample, Samples
from customer_analytics.analysis.reasons import ReasonsResult, trails
from customer_analytics.analysis.reasons.last_path import COLUMNS as PATH_COLUMNS
from customer_analytics.analysis.reasons.last_path import LastPath
from customer_analytics.analysis.reasons.stability import Stability
from customer_analytics.narrative.churn import View, importance, last_path, reasons

PEOPLE = 300


def per_customer() -> pd.DataFrame:
    """200 by silence, of whom 150 with complaints too; 40 by complaints alone; 5 by discounts; the others none."""
    table = pd.DataFrame({"person_id": [f"P{number:03d}" for number in range(PEOPLE)]})
    first = ["rhythm.silence"] * 200 + ["service.complaints"] * 40 + ["discount.share"] * 5 + [None] * 55
    second = ["service.complaints"] * 150 + [None] * 150
    for k, topics in ((1, first), (2, second), (3, [None] * PEOPLE)):
        table[f"reason_{k}"] = pd.Series(topics, dtype=object)
        table[f"family_{k}"] = [topic and topic.split(".")[0] for topic in topics]
        table[f"contribution_{k}"] = [np.nan if topic is None else 0.5 for topic in topics]
    return table


def samples() -> Samples:
    frame = pd.DataFrame(
        {
            "person_id": [f"P{number:03d}" for number in range(PEOPLE)], "silent_days": np.arange(PEOPLE) / 2,
            "own_gap_days": 20.0, "complaints_90": 2.0, "contacts_90": 3.0, "discount_share": 0.8,
        }
    )  # fmt: skip
    dictionary = pd.DataFrame({"feature": frame.columns[1:], "family": "rhythm"})
    return Samples((), Sample(20_454, frame, PEOPLE, 0), dictionary, 100_000)


def model(**changes: Any) -> ReasonsResult:
    """Reasons by a model; visits carry most, payment nothing."""
    steady = pd.DataFrame(
        [("rhythm", 180, 0.9, 0.95), ("service", 40, 0.7, 0.8)],
        columns=["family", "people", "same_first", "among_three"],
    )
    rows = [
        ("engagement", 3, 0.12, 0.11, 0.13, 0.0, 0.0, 0.6, 900, 3),
        ("payment", 2, -0.00001, -0.0002, 0.0001, 0.5, 0.5, 0.0, 900, 3),
    ]
    heads = ["group", "features", "drop", "low", "high", "p", "q", "share", "people", "tests"]
    classes = [
        ("visit_days_90", "engagement", 0, "", 0.0, 0.0, 300, 240, 0.8, 0.75, 0.84, 0.79),
        ("visit_days_90", "engagement", 1, "", 1.0, 9.0, 300, 90, 0.3, 0.25, 0.35, 0.31),
    ]
    directed = [
        "feature", "family", "order", "level", "lowest", "highest", "cases", "left", "rate", "low", "high", "forecast",
    ]  # fmt: skip
    plain: dict[str, Any] = {
        "reason": "", "method": "logistic", "per_customer": per_customer(), "base": 0.1, "base_people": PEOPLE,
        "importance": pd.DataFrame(rows, columns=heads), "topic_importance": pd.DataFrame(columns=heads),
        "steadiness": Stability(5, 220, 0.86, 0.8, 0.9, 0.93, steady),
        "directions": pd.DataFrame(classes, columns=directed),
        "counts": pd.DataFrame(
            [("rhythm", 200, 200), ("service", 190, 40), ("discount", 12, 5)], columns=["family", "people", "first"]
        ),
        "linked": pd.DataFrame([("engagement", "rhythm", 0.93)], columns=["family", "other", "correlation"]),
        "path": path(),
    }  # fmt: skip
    return ReasonsResult(**(plain | changes))


def path(*differences: float) -> LastPath:
    """A path with one deed for each difference, all clear; without any nothing differs."""
    rows = [
        (trails.LOW_RATING if not place else f"event {place}", 30, 90, 0.2 + value, 60, 0.2, value, value - 0.02,
         value + 0.02, 1e-5, 1e-4, True)
        for place, value in enumerate(differences)
    ]  # fmt: skip
    rows.append(("view_item", 60, 500, 0.5, 500, 0.5, 0.0, -0.01, 0.01, 0.9, 0.9, False))
    return LastPath(pd.DataFrame(rows, columns=list(PATH_COLUMNS)), 900, 950, 1_000, len(rows))


def view(made: ModuleType, found: ReasonsResult | None, language: str = "en", chosen: str = "logistic") -> View:
    whole = made.view(scored=made.scoring(chosen), language=language, reasons=found)
    return replace(whole, result=replace(whole.result, samples=samples()))


def test_each_family_says_how_many_how_steady_and_how_it_reads(churn_made: ModuleType) -> None:
    shown = view(churn_made, model())
    table = reasons.reason_table(shown)
    assert table is not None
    assert [str(cell[0]) for cell in table.rows[0]] == [
        "Own rhythm", "200", "67%", "200", "90%", "Silent for 50 days; usually orders every 20 days",
    ]  # fmt: skip
    assert "82% of those who are here" in reasons.section(shown).deck
    assert "86% keep their first reason (80% to 90%)" in reasons.findings(shown)[0].statement


def test_a_count_that_is_too_small_cannot_be_found_by_subtraction(churn_made: ModuleType) -> None:
    table = reasons.reason_table(view(churn_made, model()))
    assert table is not None
    assert [str(row[3][0]) for row in table.rows] == ["200", "few", "few"]


def test_a_rule_says_that_it_is_the_only_reason(churn_made: ModuleType) -> None:
    found = model(method="recency", steadiness=None, importance=model().importance.head(0))
    shown = view(churn_made, found, chosen="recency")
    assert "one rule, days since the last order" in reasons.section(shown).deck
    assert not importance.has(shown) and not reasons.findings(shown) and not importance.findings(shown)


def test_where_nothing_predicts_there_are_no_reasons(churn_made: ModuleType) -> None:
    shown = view(churn_made, ReasonsResult("nothing_predicts", "rate", path=path()), chosen="rate")
    assert "nothing in the data tells who leaves" in reasons.section(shown).deck
    assert reasons.reason_table(shown) is None and not reasons.findings(shown)


@pytest.mark.parametrize("found", [None, ReasonsResult("not_scored", path=LastPath(reason="nothing"))])
def test_without_a_forecast_nothing_is_said(churn_made: ModuleType, found: ReasonsResult | None) -> None:
    shown = view(churn_made, found)
    for module in (reasons, importance, last_path):
        assert not module.has(shown) and not module.findings(shown)


def test_importance_names_what_carries_and_a_zero_has_no_sign(churn_made: ModuleType) -> None:
    shown = view(churn_made, model())
    assert "without “Visits and messages”. 1 other family adds nothing" in importance.section(shown).deck
    assert [(bar[0], bar[2], bar[3]) for bar in importance.bars(shown)] == [
        ("Visits and messages", "0.1200", "s1"), ("Payment", "0.0000", "faint"),
    ]  # fmt: skip
    table = importance.direction_table(shown)
    assert table is not None
    assert [str(cell[0]) for cell in table.rows[0]] == [
        "Visit days in the last 90 days", "1 to 9", "30% (25% to 35%)", "0", "80% (75% to 84%)",
    ]  # fmt: skip
    assert any("(0.93)" in line for _, line in table.how)


def test_the_most_telling_deed_is_the_finding_and_goes_with_leaving(churn_made: ModuleType) -> None:
    shown = view(churn_made, model(path=path(0.1, -0.06)))
    assert "Of 3 deeds and spans compared, 2 differ between 900" in last_path.section(shown).deck
    (found,) = last_path.findings(shown)
    assert found.head == "Before people leave, a low rating is more frequent" and found.notable
    assert "**" not in found.statement and "30% had a low rating in the 30 days" in found.statement
    assert (found.value, found.low, found.high) == pytest.approx((10.0, 8.0, 12.0))


def test_a_deed_that_leavers_did_less_is_no_alarm(churn_made: ModuleType) -> None:
    (found,) = last_path.findings(view(churn_made, model(path=path(-0.08))))
    assert found.head == "Before people leave, a low rating is rarer" and not found.notable


def test_where_nothing_differs_the_search_is_told_and_no_finding_made(churn_made: ModuleType) -> None:
    shown = view(churn_made, model())
    assert "none differs beyond chance and by 2 points or more" in last_path.section(shown).deck
    assert not last_path.findings(shown)
    few = view(churn_made, model(path=LastPath(all_left=4, reason="few_left")))
    assert "too few left or stayed" in last_path.section(few).deck and last_path.path_table(few) is None


@pytest.mark.parametrize("chosen", ["logistic", "recency"])
def test_it_reads_whole_in_chinese_and_nobody_says_because(churn_made: ModuleType, chosen: str) -> None:
    found = model(path=path(0.1, 0.05)) if chosen == "logistic" else model(method=chosen, steadiness=None)
    for language in ("en", "zh_CN"):
        shown = view(churn_made, found, language, chosen)
        told: list[str] = []
        for module in (reasons, importance, last_path):
            if not module.has(shown):
                continue
            section = module.section(shown)
            told += [section.title, section.deck]
            for finding in module.findings(shown):
                told += [finding.head, finding.statement, finding.meaning, finding.action]
        for table in (reasons.reason_table(shown), importance.direction_table(shown), last_path.path_table(shown)):
            assert table is not None
            told += [str(head) for head, _ in table.columns] + [str(line) for pair in table.how for line in pair]
        text = " ".join(told)
        assert "{" not in text and "nan" not in text
        assert not any(word in text for word in ("because", "caused", "因为", "导致了"))
        if language == "zh_CN":
            known = ("Shapley", "Mantel", "Haenszel", "Benjamini", "Hochberg", "Wilson", "bootstrap")
            plain = [word for word in text.split() if word.isascii() and word.isalpha() and len(word) > 3]
            assert not [word for word in plain if not word.startswith(known)]

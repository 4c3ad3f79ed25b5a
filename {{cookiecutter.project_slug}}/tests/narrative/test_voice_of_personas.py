"""Feedback by persona: counts by hand, suppression, and each sentence with its condition."""

from __future__ import annotations

from types import ModuleType

import pandas as pd
import pytest
from scipy.stats import fisher_exact

from customer_analytics.analysis.personas import voice as analysis
from customer_analytics.analysis.sentiment.result import LABELS, Quality, SentimentResult
from customer_analytics.narrative.personas import voice as words
from customer_analytics.narrative.personas.view import View
from customer_analytics.statistics import wilson

FEELINGS = {"persona_1": (60, 20, 20), "persona_2": (20, 20, 60), "persona_3": (40, 10, 10)}  # as LABELS


def feedback(made: ModuleType, feelings: dict[str, tuple[int, int, int]], share: float = 0.3) -> tuple:
    """(result, sentiment) in which the customers of each persona feel as stated."""
    rows = [
        (f"{key}-{label}-{number}", key, label)
        for key, counts in feelings.items()
        for label, count in zip(LABELS, counts, strict=True)
        for number in range(count)
    ]
    people = pd.DataFrame(rows, columns=["customer_id", "persona", "sentiment"])
    texts = len(people)
    negative = round(share * texts)
    labels = pd.DataFrame(
        [(label, count, count / texts, *wilson(count, texts), count) for label, count in
         (("positive", texts - negative), ("neutral", 0), ("negative", negative))],
        columns=["label", "texts", "share", "low", "high", "customers"],
    )  # fmt: skip
    topics = pd.DataFrame(
        [("service", 50, 30.0, 10.0, 0.6, 0.46, 0.72, 40), ("price", None, None, None, None, None, None, 3)],
        columns=["topic", "texts", "negative", "positive", "share", "low", "high", "customers"],
    )
    quality = (Quality("sample", "all", "negative", 200, 60, 70, 54),)
    heard = SentimentResult(
        texts + 5, texts, texts, 5, 0, {"en": texts}, labels, topics, topics.iloc[:0], topics.iloc[:0], quality, {},
        people[["customer_id", "sentiment"]].assign(texts=1),
    )  # fmt: skip
    return made.result(customers=people[["customer_id", "persona"]]), heard


def view_of(made: ModuleType, feelings: dict[str, tuple[int, int, int]], share: float = 0.3) -> View:
    result, heard = feedback(made, feelings, share)
    plain = made.view(result)
    return View(result, plain.portrait, plain.language, 10, "UTC", analysis.voice(result, heard, 10))


def test_shares_and_tests_are_those_by_hand(made: ModuleType) -> None:
    found = analysis.voice(*feedback(made, FEELINGS), 10)
    assert found is not None
    rows = found.by_persona.set_index("persona")
    assert rows.loc["persona_2", "share"] == pytest.approx(0.6)
    assert rows.loc["persona_2", "difference"] == pytest.approx(0.6 - 30 / 160)
    assert (rows.loc["persona_2", "low"], rows.loc["persona_2", "high"]) == pytest.approx(wilson(60, 100))
    alone = fisher_exact([[60, 40], [30, 130]])[1]
    assert rows.loc["persona_2", "p_adjusted"] == pytest.approx(3 * alone)
    assert rows["p_adjusted"].max() <= 1


def test_a_persona_of_few_writers_cannot_be_found_by_subtraction(made: ModuleType) -> None:
    found = analysis.voice(*feedback(made, {**FEELINGS, "persona_3": (2, 1, 1)}), 10)
    assert found is not None
    shown = found.by_persona[found.by_persona["customers"].notna()]
    assert len(shown) == 1, "the few are hidden together with the next larger persona"


def test_the_unhappier_persona_is_named_with_its_interval(made: ModuleType) -> None:
    view = view_of(made, FEELINGS)
    found = words.voice_finding(view)
    assert found is not None and found.notable
    assert found.head == "“Bargain buyers with small orders” are more often unhappy"
    assert "Of 100 of them who wrote, 60% (interval 50% to 69%)" in found.statement
    assert found.meaning == "Of 60 labelled sentences called negative, 90% (interval 80% to 95%) truly are."
    assert [row[3] for row in words.persona_bars(view)] == ["alert", "faint", "faint"]


@pytest.mark.parametrize(("share", "head", "notable"), [(0.3, "Much", True), (0.1, "Little", False)])
def test_alike_personas_are_not_ranked_and_the_topic_is_told(
    made: ModuleType, share: float, head: str, notable: bool
) -> None:
    view = view_of(made, dict.fromkeys(FEELINGS, (60, 20, 20)), share)
    found = words.voice_finding(view)
    assert found is not None and found.head.startswith(head) and found.notable is notable
    assert "they name service most often" in found.statement
    assert words.persona_figure(view).title == "No persona is more often unhappy than chance explains"
    assert [row[0] for row in words.topic_bars(view)] == ["Service"], "the topic of three customers is not shown"


def test_without_feedback_nothing_is_claimed(made: ModuleType) -> None:
    view = made.view()
    assert analysis.voice(made.result(), None, 10) is None and analysis.tables(None) == {}
    assert words.voice_finding(view) is None and words.persona_bars(view) == [] and words.topic_bars(view) == []
    assert "no written feedback" in words.voice_section(view).deck

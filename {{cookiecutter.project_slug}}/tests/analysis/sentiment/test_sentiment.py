"""The feeling and topics of feedback: by hand, on invariants, and on the sentences that the word lists never saw."""

from __future__ import annotations

import datetime as dt
import math
import zlib
from collections import Counter
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pyarrow as pa
import pytest
from any_engine import connect
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics.analysis import sentiment
from customer_analytics.analysis.sentiment.lexicon import label_of, language_of, load, score
from customer_analytics.analysis.sentiment.sample import labelled_sample
from customer_analytics.analysis.sentiment.texts import rating_labels
from customer_analytics.analysis.sentiment.topics import topics_of
from customer_analytics.tables.store import Tables

SCHEMA = pa.schema(
    [
        ("customer_id", pa.string()),
        ("rating", pa.float64()),
        ("text", pa.string()),
        ("topic", pa.string()),
        ("given_on", pa.date32()),
    ]
)


def tables_of(rows: list[dict[str, Any]]) -> Tables:
    backend = connect()
    full = [{name: row.get(name) for name in SCHEMA.names} | {"given_on": dt.date(2025, 5, 2)} for row in rows]
    feedback = backend.create_table("feedback", pa.Table.from_pylist(full, schema=SCHEMA))
    return Tables(backend, dt.date(2025, 6, 30), ZoneInfo("UTC"), {"feedback": feedback})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("good", 1.0),
        ("very good", 1.5),
        ("slightly slow", -0.5),
        ("not good", -0.75),
        ("not bad", 0.75),
        ("terrible", -2.0),
        ("good. bad", 0.0),
        ("good, but slow", -1.0),  # half of 1, one and a half of -1
        ("No. Good!", 1.0),  # a negation does not reach over the end of a clause
        ("not a very good shop", -1.125),
        ("so-so, nothing special", 0.0),
        ("looks like rain", 0.0),  # like is no feeling here
        ("NOT GOOD", -0.75),
        ("it doesn’t close properly", -0.75),  # with a typographic apostrophe
        ("很好", 1.0),
        ("不好", -1.0),
        ("非常漂亮", 1.5),
        ("有点慢", -0.5),
        ("没有破", 0.75),
        ("快递收到了", 0.0),  # 快 in 快递 is no praise
        ("漂亮，但是很贵", -1.75),
    ],
)
def test_scores_by_hand(text: str, expected: float) -> None:
    language = language_of(text)
    assert language is not None
    assert score(text, language) == pytest.approx(expected)


def test_texts_in_no_language_of_ours_are_not_guessed() -> None:
    assert [language_of(text) for text in ("", "12345", "👍", "Очень хорошо", "とても", "5")] == [None] * 6
    assert language_of("用 iPhone 15 买的") == "zh" and language_of("Bought in 上海 last week") == "en"


@given(text=st.text(max_size=300))
def test_any_text_gets_one_label_and_the_same_again(text: str) -> None:
    for language in ("en", "zh"):
        assert label_of(text, language) in sentiment.LABELS
        assert score(text, language) == score(text, language)
    assert topics_of(text, "en") <= set(sentiment.TOPICS)


@given(text=st.sampled_from([each.text for each in labelled_sample() if each.language == "en"]))
def test_capitals_and_blanks_change_nothing(text: str) -> None:
    assert score(text.upper(), "en") == score(f"  {text}  ", "en") == score(text, "en")


def test_a_very_long_text_takes_no_time() -> None:
    assert label_of("good " * 1_000_000, "en") == "positive"
    assert label_of("不" * 1_000_000, "zh") == "neutral"


def test_no_word_stands_on_both_sides() -> None:
    for language in sentiment.lexicon.LANGUAGES:
        for section in ("positive", "negative"):
            words = sentiment.lexicon.read_sections(f"lexicon_{language}.txt")
            other = {"positive": "negative", "negative": "positive"}[section]
            assert not set(words[section]) & {*words[other], *words[f"strong {other}"]}
        assert load(language).entries


def test_the_sample_is_large_enough_and_half_of_it_is_held_out() -> None:
    sample = labelled_sample()
    assert Counter(each.language for each in sample) == {"en": 200, "zh": 200}
    assert len({each.text for each in sample}) == 400
    held_out = [each for each in sample if each.is_held_out]
    assert 180 <= len(held_out) <= 220
    assert all(each.is_held_out == (zlib.crc32(each.text.encode()) % 2 == 1) for each in sample)


def test_quality_on_the_held_out_half_counted_by_hand() -> None:
    result = sentiment.analyse(tables_of([{"text": "good", "customer_id": "a"}]), 1)
    assert result is not None and not result.of("ratings")
    held_out = [each for each in labelled_sample() if each.is_held_out]
    pairs = Counter((each.label, label_of(each.text, each.language)) for each in held_out)
    for quality in result.of("sample"):
        right = pairs[quality.label, quality.label]
        said = sum(count for (_, label), count in pairs.items() if label == quality.label)
        true = sum(count for (label, _), count in pairs.items() if label == quality.label)
        assert quality.precision == right / said and quality.recall == right / true
        harmonic = 2 / (said / right + true / right)
        assert quality.f1 == pytest.approx(harmonic)
        low, high = quality.f1_interval
        assert low < harmonic < high
    right, texts = result.accuracy["sample", "all"]
    assert texts == len(held_out) and right / texts > 0.78  # guards against a change that harms the word lists


def test_ratings_are_the_second_judge_from_thirty_texts_on() -> None:
    good = [{"customer_id": f"g{i}", "text": "great", "rating": 5.0} for i in range(20)]
    bad = [{"customer_id": f"b{i}", "text": "terrible", "rating": 1.0 if i else 4.0} for i in range(10)]
    result = sentiment.analyse(tables_of(good + bad), 5)
    assert result is not None
    assert result.accuracy["ratings", "all"] == (29, 30)
    of = {quality.label: quality for quality in result.of("ratings")}
    assert of["negative"].precision == 0.9 and of["negative"].recall == 1.0
    assert of["positive"].recall == 20 / 21
    assert of["neutral"].precision is None and of["neutral"].f1 is None
    fewer = sentiment.analyse(tables_of((good + bad)[1:]), 5)
    assert fewer is not None and not fewer.of("ratings")


@pytest.mark.parametrize(
    ("ratings", "expected"),
    [
        ([1, 2, 3, 4, 5], "negative negative neutral positive positive"),
        ([0, 3, 4, 6, 7, 10], "negative negative neutral neutral positive positive"),
        ([10, 50, 95], "negative neutral positive"),
    ],
)
def test_ratings_on_three_scales(ratings: list[float], expected: str) -> None:
    assert list(rating_labels(pd.Series(ratings, dtype=float))) == expected.split()


def test_counts_add_up_and_each_text_is_read_once() -> None:
    rows = [
        {"customer_id": "a", "text": "Late delivery, terrible."},
        {"customer_id": "a", "text": "Late delivery, terrible."},
        {"customer_id": "b", "text": "快递很快，好评"},
        {"customer_id": None, "text": "It is a table."},
        {"customer_id": "c", "text": "Очень плохо"},
        {"customer_id": "d", "text": "   "},
        {"customer_id": "e", "text": None, "rating": 1.0},
    ]
    result = sentiment.analyse(tables_of(rows), 1)
    assert result is not None
    assert (result.texts, result.read, result.distinct, result.unread, result.without_text) == (5, 4, 3, 1, 2)
    assert result.labels["texts"].tolist() == [1, 1, 2] and result.languages == {"en": 3, "zh": 1}
    assert result.labels["share"].isna().all()  # four texts are no base for a share
    delivery = result.topics.set_index("topic").loc["delivery"]
    assert (delivery["texts"], delivery["negative"], delivery["customers"]) == (3, 2, 2)
    assert result.customers.to_dict("records") == [
        {"customer_id": "a", "sentiment": "negative", "texts": 2},
        {"customer_id": "b", "sentiment": "positive", "texts": 1},
    ]


def test_shares_come_with_wilson_intervals() -> None:
    rows = [{"customer_id": f"c{i}", "text": "terrible delivery" if i < 10 else "great app"} for i in range(40)]
    result = sentiment.analyse(tables_of(rows), 5)
    assert result is not None
    negative = result.labels.set_index("label").loc["negative"]
    p, n, z = 0.25, 40, 1.959964
    centre, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    assert negative["low"] == pytest.approx((centre - half) / (1 + z * z / n), abs=1e-6)
    assert negative["high"] == pytest.approx((centre + half) / (1 + z * z / n), abs=1e-6)


def test_topics_of_few_people_are_not_shown() -> None:
    rows = [{"customer_id": "a", "text": "refund refused", "topic": "<b>secret</b>"} for _ in range(50)]
    rows += [{"customer_id": f"c{i}", "text": "slow delivery"} for i in range(50)]
    result = sentiment.analyse(tables_of(rows), 10)
    assert result is not None
    returns = result.topics.set_index("topic").loc["returns"]
    assert returns["customers"] == 1 and returns.drop("customers").isna().all()
    assert "returns" not in result.negative_topics and result.negative_topics[0] == "delivery"
    assert result.filed.loc[0, "topic"] == "<b>secret</b>" and math.isnan(result.filed.loc[0, "negative"])


def test_no_text_of_a_customer_is_in_the_result() -> None:
    rows = [{"customer_id": f"c{i}", "text": f"my number is 5550{i:03}, terrible"} for i in range(40)]
    result = sentiment.analyse(tables_of(rows), 1)
    assert result is not None and "555" not in repr(result)
    assert all("555" not in frame.to_csv() for frame in (result.topics, result.labels, result.months, result.customers))


def test_without_feedback_there_is_no_result() -> None:
    backend = connect()
    nothing = Tables(backend, dt.date(2025, 6, 30), ZoneInfo("UTC"), {})
    assert sentiment.analyse(nothing, 5) is None and sentiment.customer_sentiment(nothing) is None
    for text in (None, "Очень", "123"):
        tables = tables_of([{"customer_id": "a", "text": text}])
        assert sentiment.analyse(tables, 5) is None and sentiment.customer_sentiment(tables) is None


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("The courier was late", {"delivery"}),
        ("Refund still pending, support ignores me", {"returns", "service"}),
        ("The sizes run small", {"fit"}),
        ("a nice day", set()),
        ("退款还没到账，客服不理", {"returns", "service"}),
        ("付款的时候软件闪退", {"payment", "app"}),
    ],
)
def test_topics_by_hand(text: str, topics: set[str]) -> None:
    assert topics_of(text, language_of(text) or "en") == topics

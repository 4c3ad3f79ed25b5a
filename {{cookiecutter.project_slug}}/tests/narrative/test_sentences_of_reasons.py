"""A reason in words: the customer's own figures, in both languages, whatever is not known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from customer_analytics.analysis.reasons.topics import LISTED, TOPICS
from customer_analytics.language import Language
from customer_analytics.narrative.churn.reason_words import SPEAKERS
from customer_analytics.narrative.churn.reasons import sentences
from customer_analytics.narrative.churn.sentences import sentence

ENGLISH, CHINESE = Language("en", "EUR"), Language("zh_CN", "CNY")
ALL = [f"{family}.{topic}" for family, topics in TOPICS.items() for topic in topics]


@pytest.mark.parametrize(
    ("topic", "values", "english", "chinese"),
    [
        (
            "rhythm.silence", {"silent_days": 74.0, "own_gap_days": 21.2},
            "Silent for 74 days; usually orders every 21 days", "已沉默 74 天；平时约每 21 天下一次单",
        ),
        (
            "rhythm.silence", {"silent_days": 1.0, "own_gap_days": np.nan},
            "Silent for 1 day after a single order day", "只在一天下过单，之后沉默 1 天",
        ),
        ("rhythm.frequency", {"days_there_90": 1.0}, "1 order day in the last 90 days", "最近 90 天有 1 天下单"),
        ("rhythm.frequency", {"days_there_90": 0.0}, "No order in the last 90 days", "最近 90 天没有下单"),
        (
            "service.complaints", {"complaints_90": 2.0, "contacts_90": 5.0}, "2 complaints in the last 90 days",
            "最近 90 天投诉 2 次",
        ),
        ("service.complaints", {"complaints_early": 1.0}, "Complained in the first days", "最初几天就有投诉"),
        ("discount.share", {"discount_share": 0.5}, "50% of the orders at a discount", "50% 的订单用了折扣"),
        (
            "engagement.messages", {"messages": 8.0, "messages_opened_share": 0.25, "unsubscribed": 0.0},
            "Opened 25% of 8 messages", "收到 8 条消息，打开了 25%",
        ),
        (
            "engagement.messages", {"messages": 8.0, "unsubscribed": 1.0}, "Has unsubscribed from messages",
            "已退订消息",
        ),
        ("payment.trouble", {"payment_delay_hours": 12.0}, "Pays 12 hours after the order on average", None),
        (
            "value.size", {"last_order_in_own_orders": 1.0, "average_order": 40.0}, "Average order: €40", None,
        ),
        (
            "value.size", {"last_order_in_own_orders": 0.3, "average_order": 40.0},
            "Last order day: 0.3 times the own average order", None,
        ),
        (
            "rhythm.variation", {"last_gap_in_own_gaps": 1.0, "gap_variation": 1.4}, "Comes at irregular intervals",
            "间隔很不规律",
        ),
        ("contract.plan", {"contract_plan": "<b>{x}</b>"}, "Plan “<b>{x}</b>”", "套餐“<b>{x}</b>”"),
        ("contract.own subscriptions.Autopay", {"subscriptions.Autopay": "no"}, "Autopay: no", "Autopay：no"),
    ],
)  # fmt: skip
def test_a_reason_reads_as_one_would_say_it(
    topic: str, values: dict[str, object], english: str, chinese: str | None
) -> None:
    assert str(sentence(ENGLISH, "orders", topic, values)) == english
    if chinese is not None:
        assert str(sentence(CHINESE, "orders", topic, values)) == chinese


def test_without_orders_nobody_is_said_to_order() -> None:
    for topic in ALL:
        if topic.startswith("rhythm"):
            assert "order" not in str(
                sentence(ENGLISH, "activity", topic, {"silent_days": 5.0, "days_since_first": 9.0})
            )


@pytest.mark.parametrize("topic", ALL)
@pytest.mark.parametrize("language", [ENGLISH, CHINESE])
def test_what_is_not_known_is_never_shown_as_a_figure(topic: str, language: Language) -> None:
    told = str(sentence(language, "orders", topic, {}))
    assert told and "nan" not in told.lower() and "{" not in told


def test_sentences_read_figures_of_their_own_topic_and_nothing_personal() -> None:
    for topic, speaker in SPEAKERS.items():
        family, name = topic.split(".")
        assert family in LISTED
        assert set(speaker.columns) <= set(TOPICS[family][name])
    assert set(SPEAKERS) == set(ALL)


def frame(count: int = 400) -> tuple[pd.DataFrame, pd.DataFrame]:
    generator = np.random.default_rng(1)
    columns = {name for speaker in SPEAKERS.values() for name in speaker.columns}
    values = {name: np.round(generator.exponential(3, count), 1) for name in sorted(columns)}
    made = pd.DataFrame(values).mask(generator.random((count, len(values))) < 0.3)
    for name in ("main_category", "contract_plan", "last_payment_method"):
        made[name] = generator.choice(np.array(["=1+1", "茶", None], dtype=object), count)
    made.insert(0, "person_id", [f"P{number}" for number in range(count)])
    keyed = pd.DataFrame({"person_id": made["person_id"]})
    for k in (1, 2, 3):
        keyed[f"reason_{k}"] = generator.choice(np.array([*ALL, None], dtype=object), count)
    return made, keyed


@pytest.mark.parametrize("language", [ENGLISH, CHINESE])
def test_many_people_at_once_are_told_what_each_would_be_told_alone(language: Language) -> None:
    made, keyed = frame()
    shuffled = keyed.sample(frac=1.0, random_state=2)
    found = sentences(language, "orders", shuffled, made).set_index("person_id")
    rows = made.set_index("person_id")
    for row in keyed.to_dict("records"):
        for k in (1, 2, 3):
            topic = row[f"reason_{k}"]
            told = found.loc[row["person_id"], f"reason_{k}"]
            if topic is None:
                assert told is None
                continue
            speaker = SPEAKERS[topic]
            own = rows.loc[row["person_id"]]
            values = {n: own[n] if d is None else round(float(own[n]), d) for n, d in speaker.columns.items()}
            assert told == str(speaker.words(_facts(language, values)))


def _facts(language: Language, values: dict[str, object]) -> object:
    from customer_analytics.narrative.churn.reason_words import Facts

    return Facts(language, "orders", values)


def test_people_without_features_have_no_sentence() -> None:
    made, keyed = frame(20)
    stranger = keyed.head(1).assign(person_id="nobody", reason_1="rhythm.silence")
    assert sentences(ENGLISH, "orders", stranger, made)["reason_1"].tolist() == [None]
    assert len(sentences(ENGLISH, "orders", keyed.head(0), made)) == 0

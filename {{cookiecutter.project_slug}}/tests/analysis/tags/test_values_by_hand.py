"""Every tag of the shipped catalogue against an independent computation by pandas."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from customer_analytics.analysis import rfm, value
from customer_analytics.analysis.rfm import SEGMENTS, RfmResult
from customer_analytics.analysis.rfm.segments import EIGHT_TYPES
from customer_analytics.analysis.sentiment import customer_sentiment
from customer_analytics.analysis.tags import TagPortrait
from customer_analytics.engagement.parameters import RfmParameters
from customer_analytics.language import Language
from customer_analytics.narrative.rfm.names import segment_name
from customer_analytics.tables.store import Tables

FROM_RFM = {
    "rfm_group": "segment",
    "eight_type_group": "eight_type",
    "abc_class": "abc",
    "recency_score": "r",
    "frequency_score": "f",
    "money_score": "m",
    "stage": "stage",
    "phase": "phase",
}
FROM_VALUE = {"lifetime_value": "clv", "expected_purchases_ahead": "purchases", "still_active": "p_alive"}
FROM_MODELS = {*FROM_RFM, *FROM_VALUE, "loyal", "high_value_at_risk", "sentiment"}
# They ask for events and columns that only a pack's own sample has: tests/packs/test_tags_of_packs.py
OF_A_PACK = {
    "learning_stage", "account_stage", "deal_stage", "asset_tier", "risk_taste", "distance_band",
    "likely_to_stop_learning",
}  # fmt: skip


@pytest.fixture(scope="module")
def values(portrait: TagPortrait) -> pd.DataFrame:
    return portrait.values.set_index("customer_id")


@pytest.fixture(scope="module")
def scored(data: Tables) -> RfmResult:
    return rfm.analyse(data, RfmParameters())


@pytest.fixture(scope="module")
def from_rfm(scored: RfmResult) -> pd.DataFrame:
    return scored.customers.set_index("customer_id")


def test_every_tag_ran_and_is_checked_here(portrait: TagPortrait, by_hand: dict[str, pd.Series]) -> None:
    assert {tag.name for tag in portrait.skipped} == OF_A_PACK, [(t.name, str(t.reason)) for t in portrait.skipped]
    checked = {name.partition("|")[0] for name in by_hand} | FROM_MODELS
    patterns = {tag.name: tag.name for tag in portrait.tags if tag.each is None}
    assert set(patterns) - OF_A_PACK <= checked
    assert len(portrait.ran) >= 150


def test_every_value_is_that_of_pandas(
    portrait: TagPortrait, values: pd.DataFrame, by_hand: dict[str, pd.Series]
) -> None:
    wrong, compared = [], 0
    for tag in portrait.ran:
        key = tag.name if tag.each is None else f"{pattern_of(tag.name, portrait)}|{tag.each}"
        if key in by_hand:
            compared += 1
            wrong += differences(tag.name, values[tag.name], by_hand[key].reindex(values.index))
    assert not wrong, "\n".join(wrong)
    assert compared == len(portrait.ran) - len(FROM_MODELS)


def test_the_comparison_sees_one_wrong_value_among_all(values: pd.DataFrame) -> None:
    for name in ("order_value", "main_device", "reachable", "typical_gap"):
        other = values[name].astype(object).copy()
        other.iloc[np.flatnonzero(other.notna())[0]] = {"main_device": "another", "reachable": None}.get(name, 1e-3)
        assert len(differences(name, values[name], other)) == 1


def test_scores_segments_and_stages_are_those_of_the_rfm_report(values: pd.DataFrame, from_rfm: pd.DataFrame) -> None:
    for name, column in FROM_RFM.items():
        expected = from_rfm[column].reindex(values.index)
        assert not differences(name, values[name], expected), name
    loyal = from_rfm["segment"].isin(["champions", "loyal"]).reindex(values.index, fill_value=False)
    assert (values["loyal"] == loyal).all()
    at_risk = from_rfm["phase"].isin(["warning", "lost"]).reindex(values.index, fill_value=False)
    assert (values["high_value_at_risk"] == (at_risk & (values["value_tier"].astype(object) == "high"))).all()


def test_value_ahead_is_that_of_the_rfm_report(values: pd.DataFrame, data: Tables, scored: RfmResult) -> None:
    customers = value.analyse(data, scored).customers
    assert customers is not None
    ahead = customers.set_index("customer_id").reindex(values.index)
    for name, column in FROM_VALUE.items():
        assert not differences(name, values[name], ahead[column]), name


def test_feeling_is_that_of_the_word_lists(values: pd.DataFrame, data: Tables) -> None:
    said = customer_sentiment(data)
    assert said is not None and len(said) > 100
    assert not differences(
        "sentiment", values["sentiment"], said.set_index("customer_id")["sentiment"].reindex(values.index)
    )


def test_every_code_that_a_shipped_rule_gives_has_words_in_both_languages(
    portrait: TagPortrait, values: pd.DataFrame
) -> None:
    for name in (
        *FROM_RFM,
        "value_tier",
        "spend_direction",
        "purchase_time",
        "visit_time",
        "activity",
        "contract",
        "sentiment",
    ):
        if portrait[name].kind == "text" and name != "abc_class":
            assert set(values[name].dropna().unique()) <= set(portrait[name].values), name
    assert set(portrait["rfm_group"].values) == set(SEGMENTS)
    assert set(portrait["eight_type_group"].values) == set(EIGHT_TYPES.values())
    language = Language("zh_CN", "CNY")
    for code, words in portrait["rfm_group"].values.items():
        assert words.zh_CN == str(segment_name(language, code)), code


def test_parts_of_the_day_add_up_to_one_day(values: pd.DataFrame) -> None:
    parts = ["early", "forenoon", "midday", "afternoon", "evening", "night"]
    for prefix in ("", "visit_"):
        total = values[[f"{prefix}{part}_share" for part in parts]].sum(axis=1, min_count=6).dropna()
        assert np.allclose(total, 1.0)


def pattern_of(name: str, portrait: TagPortrait) -> str:
    return next(pattern for pattern in portrait.each_values if name.startswith(f"{pattern}_"))


def differences(name: str, found: pd.Series, expected: pd.Series) -> list[str]:
    """Customers for whom two columns differ, at most three; missing equals missing."""
    if found.dtype == np.float64:
        one, other = found.to_numpy(), pd.to_numeric(expected).to_numpy(np.float64)
        same = np.isclose(one, other, rtol=1e-9, atol=1e-7, equal_nan=True)
    else:
        one, other = (column.astype(object).where(column.notna(), None).to_numpy() for column in (found, expected))
        same = np.array([a == b or (a is None and b is None) for a, b in zip(one, other, strict=True)])
    rows = np.flatnonzero(~same)[:3]
    return [
        f"{name} of {found.index[row]}: {one[row]!r}, by hand {other[row]!r} ({(~same).sum()} in all)" for row in rows
    ]

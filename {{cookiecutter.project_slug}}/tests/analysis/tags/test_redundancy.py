"""Pairs of tags that say the same, against scipy and against what was planted."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from customer_analytics.analysis.tags.redundancy import (
    as_columns,
    correlation_ratio,
    cramers_v,
    find_pairs,
    is_nested,
    redundancy,
)
from customer_analytics.analysis.tags.result import Drop, Kind, Pair, TagResult
from customer_analytics.engagement.tags import Refresh, TagClass, Words

RNG = np.random.default_rng(3)
N = 400


def contingency(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return pd.crosstab(first, second).to_numpy(np.float64)


def tag(
    name: str, kind: Kind = "number", *, persona: bool = False, unit: str | None = None, known: int = N
) -> TagResult:
    words = Words(en=name, zh_CN=name)
    return TagResult(
        name=name,
        tag_class=TagClass.VALUE,
        rule=name,
        source=("orders",),
        label=words,
        meaning=words,
        owner="a",
        refresh=Refresh.WEEKLY,
        persona=persona,
        sensitive=False,
        unit=unit,
        kind=kind,
        status="ran",
        reason=None,
        customers=known,
        coverage=known / N,
        refreshed_at=None,
        stale=None,
    )


def pairs_of(frame: pd.DataFrame, *tags: TagResult, uses: Mapping[str, frozenset[str]] | None = None) -> list[Pair]:
    return find_pairs(as_columns(frame, tags), uses or {})


def drops_of(frame: pd.DataFrame, *tags: TagResult, uses: Mapping[str, frozenset[str]] | None = None) -> list[Drop]:
    return list(redundancy(frame, tags, uses or {}, 10)[1])


def test_two_numbers_are_compared_as_scipy_does() -> None:
    x = RNG.normal(size=N)
    frame = pd.DataFrame({"a": x, "b": np.exp(x) + RNG.normal(scale=0.5, size=N), "c": RNG.normal(size=N)})
    (ab, ac, bc) = pairs_of(frame, tag("a"), tag("b"), tag("c"))
    for pair in (ab, ac, bc):
        expected = stats.spearmanr(frame[pair.first], frame[pair.second]).statistic
        assert pair.strength == pytest.approx(expected, abs=1e-9)


def test_only_customers_with_both_values_count() -> None:
    x = RNG.normal(size=N)
    frame = pd.DataFrame({"a": x, "b": -x})
    frame.loc[:99, "b"] = np.nan
    (pair,) = pairs_of(frame, tag("a"), tag("b"))
    assert (pair.customers, round(pair.strength, 3)) == (300, -1.0)


def test_the_many_who_did_nothing_do_not_make_two_tags_the_same() -> None:
    visits, money = np.zeros(N), np.zeros(N)
    visits[:80], money[:80] = RNG.permutation(80) + 1.0, RNG.permutation(80) + 1.0
    frame = pd.DataFrame({"a": visits, "b": money})
    assert stats.spearmanr(visits, money).statistic > 0.9, "which is what a plain correlation would say"
    (pair,) = pairs_of(frame, tag("a"), tag("b"))
    assert abs(pair.strength) < 0.4 and pair.customers == 80


def test_cramers_v_is_scipys_where_there_is_no_correction_to_make() -> None:
    table = np.array([[30.0, 10.0, 5.0], [4.0, 40.0, 11.0]]) * 1_000
    expected = stats.contingency.association(table.astype(int), method="cramer")
    assert cramers_v(table) == pytest.approx(expected, abs=1e-3)


@given(st.integers(0, 2**32 - 1), st.integers(2, 25), st.integers(2, 25))
def test_unrelated_texts_of_many_values_are_not_taken_for_related(seed: int, rows: int, columns: int) -> None:
    rng = np.random.default_rng(seed)
    table = contingency(rng.integers(0, rows, 300), rng.integers(0, columns, 300))
    assert cramers_v(table) < 0.35


def test_the_correlation_ratio_is_one_for_a_cut_and_near_none_for_noise() -> None:
    x = np.arange(300.0)
    for groups, low, high in ((np.repeat(np.arange(10), 30), 0.99, 1.0), (RNG.integers(0, 10, 300), 0.0, 0.25)):
        counts = np.bincount(groups).astype(float)
        sums = np.bincount(groups, weights=x)
        assert low <= correlation_ratio(counts, sums, float((x**2).sum())) <= high


def test_a_city_tells_its_region_and_neither_is_dropped_for_the_other() -> None:
    city = RNG.integers(0, 12, N)
    frame = pd.DataFrame({"city": city, "region": city // 4, "code": city * 7}).astype(str).astype("category")
    tags = tuple(tag(name, "text") for name in frame)
    found = {(pair.first, pair.second): pair for pair in pairs_of(frame, *tags)}
    assert found["city", "region"].strength > 0.98 and found["city", "region"].nested
    assert not found["city", "code"].nested
    assert drops_of(frame, *tags) == [Drop("code", "same", "city", found["city", "code"].strength)]


def test_pairs_of_texts_are_measured_on_the_table_of_those_who_have_both() -> None:
    first = pd.Series(RNG.integers(0, 4, N)).astype(str).mask(RNG.random(N) < 0.1)
    second = first.where(RNG.random(N) < 0.95, "3").mask(RNG.random(N) < 0.1)
    number = pd.Series(first.map({"0": 0.0, "1": 10.0, "2": 20.0, "3": 30.0}) + RNG.normal(size=N))
    frame = pd.DataFrame({"a": first.astype("category"), "b": second.astype("category"), "x": number})
    texts, first_number, _ = pairs_of(frame, tag("a", "text"), tag("b", "text"), tag("x"))
    assert texts.strength == pytest.approx(cramers_v(contingency(first.to_numpy(), second.to_numpy())))
    assert texts.customers == int((first.notna() & second.notna()).sum())
    both = frame.dropna(subset=["a", "x"]).assign(rank=lambda f: number.rank()[f.index])
    groups = [group["rank"].to_numpy() for _, group in both.groupby("a", observed=True)]
    whole = ((both["rank"] - both["rank"].mean()) ** 2).sum()
    within = sum(((group - group.mean()) ** 2).sum() for group in groups)
    epsilon = 1 - within / (len(both) - 4) / (whole / (len(both) - 1))
    assert first_number.strength == pytest.approx(np.sqrt(epsilon), abs=1e-9)


def test_two_flags_that_are_each_others_opposite_say_the_same() -> None:
    flag = pd.array(RNG.random(N) < 0.5, dtype="boolean")
    frame = pd.DataFrame({"a": flag, "b": ~flag})
    assert not is_nested(contingency(np.asarray(flag, dtype=np.int64), np.asarray(~flag, dtype=np.int64)))
    assert [drop.name for drop in drops_of(frame, tag("a", "flag"), tag("b", "flag"))] == ["b"]


def test_of_two_that_say_the_same_the_persona_tag_the_wider_and_the_figure_are_kept() -> None:
    x = RNG.normal(size=N)
    frame = pd.DataFrame({"a": x, "b": x})
    assert drops_of(frame, tag("a"), tag("b"))[0].name == "b"
    assert drops_of(frame, tag("a"), tag("b", persona=True))[0].name == "a"
    assert drops_of(frame, tag("a", known=N // 2), tag("b"))[0].name == "a"
    assert drops_of(frame, tag("a", unit="score"), tag("b"))[0].name == "a"


def test_a_tag_that_another_rule_names_is_never_proposed() -> None:
    x = RNG.normal(size=N)
    frame = pd.DataFrame({"a": x, "b": x, "c": RNG.normal(size=N), "d": np.ones(N)})
    uses = {"c": frozenset({"a", "d"})}
    assert [drop.name for drop in drops_of(frame, tag("a"), tag("b"), tag("c"), tag("d"), uses=uses)] == ["b"]
    better = tag("b", persona=True)
    assert not drops_of(frame, tag("a"), better, tag("c"), tag("d"), uses=uses), "nor is its better dropped for it"


def test_a_figure_and_a_tag_made_of_it_are_one_on_purpose() -> None:
    x = RNG.normal(size=N)
    frame = pd.DataFrame({"a": x, "b": x * 2})
    pairs, drops, _ = redundancy(frame, (tag("a"), tag("b")), {"b": frozenset({"a"})}, 10)
    assert pairs[0].derived and not drops


def test_tags_with_one_value_or_that_single_out_a_few_are_named() -> None:
    rare = np.zeros(N)
    rare[:9] = 1
    frame = pd.DataFrame({"a": np.ones(N), "b": rare, "c": RNG.normal(size=N)})
    assert [(drop.name, drop.because) for drop in drops_of(frame, tag("a"), tag("b"), tag("c"))] == [
        ("a", "constant"),
        ("b", "too_few"),
    ]
    rare[9] = 1
    assert [drop.name for drop in drops_of(frame.assign(b=rare), tag("a"), tag("b"), tag("c"))] == ["a"]


def test_a_large_base_is_sampled_and_the_sample_is_the_same_each_time() -> None:
    x = np.random.default_rng(1).normal(size=50_000)
    frame = pd.DataFrame({"a": x, "b": x + np.random.default_rng(2).normal(scale=0.4, size=50_000)})
    first, second = (redundancy(frame, (tag("a"), tag("b")), {}, 10) for _ in range(2))
    assert first == second and first[2] == 20_000
    exact = stats.spearmanr(frame["a"], frame["b"]).statistic
    assert first[0][0].strength == pytest.approx(exact, abs=0.01)

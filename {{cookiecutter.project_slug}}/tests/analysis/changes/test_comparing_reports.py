"""A report against its earlier self: matched, tested, and what else explains a difference."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customer_analytics.analysis.changes.causes import Cause, causes
from customer_analytics.analysis.changes.causes import Kind as Why
from customer_analytics.analysis.changes.compared import LEVEL, REPORTS, SURE, Comparison, Kind, compare, totals
from customer_analytics.analysis.changes.told import State, told
from customer_analytics.statistics import Z95, benjamini_hochberg, wilson

SETTINGS = {
    "currency": "GBP", "time_zone": "UTC", "identity": "i", "engine": "duckdb", "privacy": "analyst",
    "minimum_group": 10, "template": "0.9.0",
}  # fmt: skip


def finding(name: str, share: float, n: int = 1000, **other: Any) -> dict[str, Any]:
    low, high = wilson(share * n, n)
    texts = {"id": name, "head": f"“{name}” is so", "statement": "It is.", "unit": "share"}
    return texts | {"value": share, "low": low, "high": high} | other


def basis(**other: Any) -> dict[str, Any]:
    return {
        "as_of": "2024-06-30", "subset": None, "fingerprint": "f", "parameters": {"bins": 5}, "settings": SETTINGS,
        "tables": {"orders": {"reading": ["r"], "columns": ["amount"]}}, "history": {"orders": {"2024-04": "a"}},
        "versions": {"pandas": "2"}, "code": "c", "language": "en", "period": ["2024-01-01", "2024-06-30"],
    } | other  # fmt: skip


def state(*findings: Mapping[str, Any], metrics: Mapping[str, float] | None = None, **other: Any) -> State:
    language = other.get("language", "en")
    return State("rfm", tuple(told(each, language) for each in findings), metrics or {}, basis(**other))


def later(*findings: Mapping[str, Any], **other: Any) -> State:
    return state(*findings, **{"as_of": "2024-07-31", "fingerprint": "g"} | other)


def kinds(found: Comparison) -> dict[str, str]:
    return {row.id: row.kind.value for row in found.rows}


def test_findings_are_moved_new_gone_or_as_before() -> None:
    before = state(finding("moved", 0.3), finding("steady", 0.5), finding("gone", 0.1))
    now = later(finding("moved", 0.5), finding("steady", 0.51), finding("new", 0.2))
    found = compare(before, now)
    assert kinds(found) == {"moved": "moved", "steady": "same", "new": "new", "gone": "gone"}
    assert totals([found, found])["moved"] == 2
    assert [row.kind for row in found.rows] == sorted((row.kind for row in found.rows), key=list(Kind).index)


def test_a_finding_that_names_another_segment_is_gone_and_a_new_one_came() -> None:
    before, now = state(finding("grew", 0.3, head="“Loyal” grew")), later(finding("grew", 0.5, head="“New” grew"))
    assert sorted(row.kind for row in compare(before, now).rows) == ["gone", "new"]


@pytest.mark.parametrize(
    ("head", "statement"),
    [("A core carries it", "“Champions”, 12 of 40, brought it."), ("“A” and “B” carry it", "It is.")],
)
def test_a_finding_whose_sentence_names_others_is_not_compared(head: str, statement: str) -> None:
    was = {"head": "“A” carries it", "statement": "It is."} if "“A”" in head else {"head": head}
    before = state(finding("core", 0.3, **{"statement": "“Loyal”, 12 of 40, brought it."} | was))
    now = later(finding("core", 0.5, head=head, statement=statement))
    (row,) = compare(before, now).rows
    assert (row.kind, row.why, row.difference) == (Kind.UNTESTED, "subject", None)
    chinese = later(finding("core", 0.5, head="少数客户", statement="“重要价值客户”占多数。"), language="zh_CN")
    (row,) = compare(before, chinese).rows
    assert (row.kind, row.why, row.difference) == (Kind.UNTESTED, "language", None)


def test_heads_that_name_a_group_without_quotation_marks_are_told_apart() -> None:
    before = state(finding("staying_channel", 0.3, head="People from web do not stay"))
    now = later(finding("staying_channel", 0.3, head="People from shops do not stay"))
    assert sorted(row.kind for row in compare(before, now).rows) == ["gone", "new"]


def test_two_languages_are_compared_where_both_are_about_the_same() -> None:
    before = state(finding("plain", 0.3, head="Many left", statement="Many."))
    now = later(finding("plain", 0.5, head="许多客户流失", statement="很多。"), language="zh_CN")
    assert kinds(compare(before, now)) == {"plain": "moved"}


def test_a_new_finding_is_tested_against_the_metric_that_the_earlier_run_holds() -> None:
    numbers = {"rate": 0.5, **dict(zip(("rate_low", "rate_high"), wilson(500, 1000), strict=True))}
    was = {"rate": 0.48, **dict(zip(("rate_low", "rate_high"), wilson(480, 1000), strict=True))}
    found = compare(state(metrics=was), later(finding("a", 0.5), metrics=numbers))
    (row,) = found.rows
    assert row.kind is Kind.NEW
    assert not row.moved
    assert row.difference is not None
    assert row.difference.change == pytest.approx(0.02)
    (row,) = compare(later(finding("a", 0.5), metrics=numbers), state(metrics=was | {"rate": 0.2})).rows
    assert row.kind is Kind.GONE


def test_without_an_interval_nothing_is_judged() -> None:
    found = compare(state(finding("a", 0.3, low=None)), later(finding("a", 0.9, low=None)))
    assert [(row.kind, row.why) for row in found.rows] == [(Kind.UNTESTED, "no_interval")]
    assert found.tested == 0


def test_another_unit_is_not_compared() -> None:
    (row,) = compare(state(finding("a", 0.3)), later(finding("a", 0.9, unit="money"))).rows
    assert (row.kind, row.why) == (Kind.UNTESTED, "unit")


ORDERS = {"reading": ["r"], "columns": ["amount"]}


@pytest.mark.parametrize(
    ("other", "cause"),
    [
        ({"parameters": {"bins": 4}}, Cause(Why.PARAMETER, "bins", "5", "4")),
        ({"settings": SETTINGS | {"currency": "EUR"}}, Cause(Why.CURRENCY, "", "GBP", "EUR")),
        ({"settings": SETTINGS | {"time_zone": "Asia/Tokyo"}}, Cause(Why.TIME_ZONE, "", "UTC", "Asia/Tokyo")),
        ({"settings": SETTINGS | {"identity": "j"}}, Cause(Why.IDENTITY, "")),
        ({"tables": {"orders": ORDERS | {"reading": ["other"]}}}, Cause(Why.READING, "orders")),
        ({"settings": SETTINGS | {"engine": "pyspark"}}, Cause(Why.ENGINE, "", "duckdb", "pyspark")),
        ({"settings": SETTINGS | {"privacy": "executive"}}, Cause(Why.PRIVACY, "", "analyst", "executive")),
        ({"settings": SETTINGS | {"minimum_group": 20}}, Cause(Why.MINIMUM_GROUP, "", "10", "20")),
        ({"settings": SETTINGS | {"template": "1.0.0"}, "code": "d"}, Cause(Why.TEMPLATE, "", "0.9.0", "1.0.0")),
        ({"code": "d"}, Cause(Why.CODE, "")),
        ({"versions": {"pandas": "3"}}, Cause(Why.PACKAGE, "pandas", "2", "3")),
        ({"tables": {"orders": ORDERS, "events": ORDERS}}, Cause(Why.TABLE_NEW, "events")),
        ({"tables": {}}, Cause(Why.TABLE_GONE, "orders")),
        ({"tables": {"orders": ORDERS | {"columns": ["amount", "tax"]}}}, Cause(Why.COLUMNS, "orders", "–", "tax")),
        ({"history": {"orders": {"2024-04": "b", "2024-07": "x"}}}, Cause(Why.RESTATED, "orders", "1", "1")),
        ({"history": {"orders": {"2024-04": "a", "2024-05": "x"}}}, Cause(Why.RESTATED, "orders", "1", "2")),
    ],
)
def test_every_cause_is_named_and_a_changed_definition_forbids_the_test(other: dict[str, Any], cause: Cause) -> None:
    found = compare(state(finding("a", 0.3)), later(finding("a", 0.6), **other))
    assert found.causes == (cause,)
    assert found.rows[0].kind is (Kind.CAUSED if cause.forbids else Kind.MOVED)
    assert found.tested == (0 if cause.forbids else 1)


@pytest.mark.parametrize(
    "other",
    [
        {"parameters": {"bins": 5, "new": 1}},
        {"history": {"orders": {"2024-04": "a", "2024-06": "x", "2024-07": "y"}}},
        {"history": {}},
        {"language": "zh_CN"},
        {"parameters": {"bins": 5, "seed": 3}},
    ],
)
def test_new_months_new_parameters_and_another_language_are_no_cause(other: dict[str, Any]) -> None:
    assert causes(basis(), basis(fingerprint="g", as_of="2024-07-31", **other)) == []


def test_of_the_same_data_nothing_is_tested_and_the_cause_is_named() -> None:
    found = compare(state(finding("a", 0.3)), state(finding("a", 0.31), code="d"))
    assert found.same_data
    assert [row.kind for row in found.rows] == [Kind.CAUSED]
    assert found.tested == 0


@pytest.mark.parametrize(("now", "hidden"), [(105, True), (109, True), (110, False), (100, False)])
def test_a_difference_of_few_people_is_not_told(now: int, hidden: bool) -> None:
    before = state(finding("a", 0.1, value=100, low=None, high=None, unit="people"), metrics={"m": 100.0})
    after = later(finding("a", 0.1, value=now, low=None, high=None, unit="people"), metrics={"m": float(now)})
    found = compare(before, after)
    assert [row.hidden for row in (*found.rows, *found.metrics)] == [hidden, hidden]


def many(shares: np.ndarray[Any, Any], n: int) -> list[dict[str, Any]]:
    return [finding(f"f{place}", float(share), n) for place, share in enumerate(shares)]


def test_without_a_change_a_run_of_ten_reports_seldom_calls_anything_moved() -> None:
    """A/A: 10 reports of 12 findings whose customers are drawn anew; any false one in at most 5 % of runs."""
    rng = np.random.default_rng(20)
    runs, findings, n = 150, 12, 800
    truth = rng.uniform(0.05, 0.9, findings)
    false = 0
    for _ in range(runs):
        pairs = [(rng.binomial(n, truth) / n, rng.binomial(n, truth) / n) for _ in range(REPORTS)]
        found = [compare(state(*many(old, n)), later(*many(new, n))) for old, new in pairs]
        false += totals(found)["moved"] > 0
    assert false / runs <= SURE + 3 * math.sqrt(SURE * (1 - SURE) / runs)


def test_a_change_of_the_size_told_is_found_in_four_of_five_runs_and_the_false_ones_are_few() -> None:
    """Planted: one of ten findings changes by the smallest size that the page says would have been seen."""
    rng = np.random.default_rng(21)
    runs, n = 400, 2000
    truth = np.full(10, 0.3)
    quiet = compare(state(*many(truth, n)), later(*many(truth, n)))
    assert quiet.rows[0].difference is not None
    planted = truth.copy()
    planted[4] += quiet.rows[0].difference.detectable(quiet.strictest)
    hits = moved = 0
    for _ in range(runs):
        old, new = rng.binomial(n, truth) / n, rng.binomial(n, planted) / n
        called = {row.id for row in compare(state(*many(old, n)), later(*many(new, n))).rows if row.kind is Kind.MOVED}
        hits += "f4" in called
        moved += len(called)
    assert 0.72 < hits / runs < 0.88
    assert (moved - hits) / max(moved, 1) <= SURE


def test_the_family_is_that_of_benjamini_and_hochberg_at_a_tenth_of_five_percent() -> None:
    rng = np.random.default_rng(22)
    old, new = rng.uniform(0.2, 0.4, 30), rng.uniform(0.2, 0.4, 30)
    found = compare(state(*many(old, 700)), later(*many(new, 700)))
    z = []
    for a, b in zip(old, new, strict=True):
        (low0, high0), (low1, high1) = wilson(a * 700, 700), wilson(b * 700, 700)
        side = math.hypot(b - low1, high0 - a) if b > a else math.hypot(high1 - b, a - low0)
        z.append((b - a) / side * Z95)
    q = benjamini_hochberg(np.array([math.erfc(abs(each) / math.sqrt(2)) for each in z]))
    told_q = {row.id: row.q for row in found.rows}
    assert [told_q[f"f{place}"] for place in range(30)] == pytest.approx(q.tolist())
    assert {row.id for row in found.rows if row.kind is Kind.MOVED} == {
        f"f{place}" for place, each in enumerate(q) if each <= LEVEL
    }


shares = st.lists(st.tuples(st.integers(0, 400), st.integers(20, 400)), min_size=0, max_size=8)


@settings(max_examples=60, deadline=None)
@given(shares, shares)
def test_a_run_against_itself_finds_nothing_and_going_back_is_the_mirror(
    first: list[tuple[int, int]], second: list[tuple[int, int]]
) -> None:
    old, new = (
        [finding(f"f{place}", min(k, n) / n, n) for place, (k, n) in enumerate(each)] for each in (first, second)
    )
    same = compare(state(*old), state(*old))
    assert all(row.kind is Kind.SAME and row.difference is None for row in same.rows)
    assert not same.causes
    there = {row.id: row for row in compare(state(*old), later(*new)).rows}
    back = {row.id: row for row in compare(later(*new), state(*old)).rows}
    swapped = {Kind.NEW: Kind.GONE, Kind.GONE: Kind.NEW}
    assert {name: swapped.get(row.kind, row.kind) for name, row in there.items()} == {
        name: row.kind for name, row in back.items()
    }
    for name, row in there.items():
        other = back[name].difference
        if row.difference is not None and other is not None:
            assert other.change == pytest.approx(-row.difference.change)
            assert other.p == pytest.approx(row.difference.p)

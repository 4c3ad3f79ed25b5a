"""Findings of two runs, matched and judged; and the causes that forbid a comparison."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from customer_analytics.analysis.changes.causes import Conditions, Kind, causes
from customer_analytics.analysis.changes.compare import compare
from customer_analytics.analysis.changes.result import Snapshot, Verdict
from customer_analytics.statistics import wilson


def finding(name: str, successes: int, trials: int = 1000, **changed: Any) -> dict[str, Any]:
    low, high = wilson(successes, trials)
    values = {"value": successes / trials, "low": low, "high": high, "n": trials, "unit": "share"}
    texts = {"head": name, "statement": f"It is so with “{name}”. More.", "section": "s", "grade": "C"}
    return {"id": name, **values, **texts} | changed


def snapshot(*findings: dict[str, Any], report: str = "rfm", **conditions: Any) -> Snapshot:
    return Snapshot(report, "en", findings, Conditions(**conditions))


def verdicts(before: Snapshot, now: Snapshot) -> dict[str, Verdict]:
    (found,) = compare([before], [now])
    return {change.id: change.verdict for change in found.changes}


def test_findings_are_new_gone_moved_or_as_they_were() -> None:
    before = snapshot(finding("moved", 300), finding("steady", 500), finding("gone", 10))
    now = snapshot(finding("moved", 400), finding("steady", 505), finding("new", 20))
    assert verdicts(before, now) == {
        "moved": Verdict.MOVED, "steady": Verdict.STEADY, "new": Verdict.NEW, "gone": Verdict.GONE,
    }  # fmt: skip


def test_a_run_against_itself_changed_nothing() -> None:
    same = snapshot(*(finding(f"f{number}", number * 30) for number in range(1, 30)))
    assert set(verdicts(same, same).values()) == {Verdict.STEADY}


def test_many_comparisons_are_corrected_together_over_all_reports() -> None:
    before = [snapshot(*(finding(f"f{n}", 300) for n in range(40)), report=name) for name in ("rfm", "churn")]
    now = [snapshot(*(finding(f"f{n}", 300) for n in range(40)), report=name) for name in ("rfm", "churn")]
    now[0] = snapshot(finding("f0", 342), *(finding(f"f{n}", 300) for n in range(1, 40)))
    found = compare(before, now)[0].changes[0]
    assert found.difference is not None and found.difference.p < 0.05
    assert found.verdict is Verdict.STEADY and found.q == pytest.approx(min(1, found.difference.p * 80))


def test_another_segment_under_the_same_finding_is_no_movement() -> None:
    before = snapshot(finding("core", 300, head="“Loyal” carries it", statement="x"))
    now = snapshot(finding("core", 500, head="“Champions” carries it", statement="x"))
    assert verdicts(before, now) == {"core": Verdict.OTHER_SUBJECT}
    assert verdicts(before, replace(now, language="zh_CN")) == {"core": Verdict.MOVED}


def test_without_an_interval_a_difference_is_shown_without_a_verdict() -> None:
    before, now = snapshot(finding("days", 300, low=None)), snapshot(finding("days", 900, low=None))
    assert verdicts(before, now) == {"days": Verdict.UNTESTED}


@pytest.mark.parametrize(
    ("before", "now", "kind", "told"),
    [
        ({"parameters": {"bins": 5}}, {"parameters": {"bins": 4}}, Kind.PARAMETER, ("bins", "5", "4")),
        ({"parameters": {"steps": []}}, {"parameters": {"steps": ["a", "b"]}}, Kind.PARAMETER, ("steps", "–", "a, b")),
        (
            {"settings": {Kind.CURRENCY: "GBP"}},
            {"settings": {Kind.CURRENCY: "EUR"}},
            Kind.CURRENCY,
            ("currency", "GBP", "EUR"),
        ),
        (
            {"settings": {Kind.TIME_ZONE: "A"}},
            {"settings": {Kind.TIME_ZONE: "B"}},
            Kind.TIME_ZONE,
            ("time_zone", "A", "B"),
        ),
    ],
)
def test_a_changed_definition_forbids_the_comparison_and_is_named(
    before: dict[str, Any], now: dict[str, Any], kind: Kind, told: tuple[str, ...]
) -> None:
    (found,) = compare([snapshot(finding("a", 300), **before)], [snapshot(finding("a", 600), **now)])
    (cause,) = found.causes
    assert (cause.kind, cause.name, cause.before, cause.now) == (kind, *told)
    assert not found.is_comparable and found.changes[0].verdict is Verdict.NOT_COMPARABLE and found.tested == 0


def test_other_causes_are_named_beside_the_comparison() -> None:
    before = Conditions(
        parameters={"as_of": "2024-01-31", "language": "en"},
        settings={Kind.VERSION: "0.8.0", Kind.PRIVACY: "analyst"},
        packages={"pandas": "2.3.2", "numpy": "2"},
        tables={"orders": 100, "events": 5},
        days={"orders": {"2024-01-01": 5, "2024-01-02": 6, "2024-01-03": 2}},
    )
    now = Conditions(
        parameters={"as_of": "2024-02-29", "language": "zh_CN", "new_parameter": 1},
        settings={Kind.VERSION: "0.9.0", Kind.PRIVACY: "executive"},
        packages={"pandas": "2.3.3", "numpy": "2", "duckdb": "1"},
        tables={"orders": 180, "spend": 9},
        days={"orders": {"2024-01-01": 7, "2024-01-02": 6, "2024-01-03": 9, "2024-02-01": 4}},
    )
    found = causes(before, now)
    assert [(cause.kind, cause.name, cause.before, cause.now) for cause in found] == [
        (Kind.VERSION, "version", "0.8.0", "0.9.0"),
        (Kind.PRIVACY, "privacy", "analyst", "executive"),
        (Kind.TABLE_NEW, "spend", "", ""),
        (Kind.TABLE_GONE, "events", "", ""),
        (Kind.RESTATED, "orders", "1", "2"),
        (Kind.PACKAGE, "pandas", "2.3.2", "2.3.3"),
    ]
    assert not any(cause.forbids for cause in found)
    assert causes(now, now) == []


def test_a_report_that_one_run_lacks_is_not_compared() -> None:
    assert compare([snapshot(report="rfm")], [snapshot(report="churn")]) == []

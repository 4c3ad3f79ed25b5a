"""What the retention report says, against counts made by hand."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from customer_analytics.analysis.retention import analyse
from customer_analytics.engagement.parameters import RetentionParameters
from customer_analytics.language import Language
from customer_analytics.narrative import retention as words
from customer_analytics.narrative.finding import Grade
from customer_analytics.narrative.retention import findings as own
from customer_analytics.statistics import newcombe

ENGLISH, CHINESE = Language("en", "GBP"), Language("zh_CN", "GBP")
JANUARY, FEBRUARY, MARCH = dt.datetime(2025, 1, 10, 12), dt.datetime(2025, 2, 10, 12), dt.datetime(2025, 3, 10, 12)


def bought(name: str, *moments: dt.datetime) -> list[dict[str, Any]]:
    return [
        {"order_id": f"{name}-{place}", "customer_id": name, "ordered_at": at, "status": "paid", "amount": 10.0}
        for place, at in enumerate(moments)
    ]


def orders(january: int = 60, back: int = 30, february: int = 40, again: int = 10) -> list[dict[str, Any]]:
    """Beginners of January, of whom `back` come in February; of February, of whom `again` come in March."""
    rows = []
    for place in range(january):
        rows += bought(f"a{place}", *([JANUARY, FEBRUARY] if place < back else [JANUARY]))
    for place in range(february):
        rows += bought(f"b{place}", *([FEBRUARY, MARCH] if place < again else [FEBRUARY]))
    return rows


@pytest.fixture(scope="session")
def view_of(make_tables: Any) -> Any:
    def make(rows: list[dict[str, Any]], as_of: dt.date = dt.date(2025, 3, 31), **given: Any) -> words.View:
        parameters = RetentionParameters.model_validate({"period": "month", "activity": "orders", **given})
        return words.View(analyse(make_tables(as_of, orders=rows), parameters), ENGLISH, minimum_group=10)

    return make


@pytest.fixture(scope="session")
def view(view_of: Any) -> words.View:
    made: words.View = view_of(orders())
    return made


def test_the_triangle_has_the_counted_shares_and_nothing_where_nothing_was_seen(view: words.View) -> None:
    rows = words.triangle.triangle_rows(view)
    assert [(name, size, mean) for name, size, _, mean in rows] == [
        ("January 2025", "60", False),
        ("February 2025", "40", False),
        ("All, weighted", "100", True),
    ]
    shown = [[cell and cell[1] for cell in cells] for _, _, cells, _ in rows]
    assert shown == [["50%", "0%"], ["25%"], ["40%", "0%"]]  # (30 + 10) of 100; age 2 of January alone
    assert all(not cell[2] for _, _, cells, _ in rows for cell in cells if cell)


def test_a_month_that_still_runs_is_hatched_and_in_no_mean(view_of: Any) -> None:
    view = view_of(orders(), dt.date(2025, 3, 15))
    rows = words.triangle.triangle_rows(view)
    assert [[cell[1:] for cell in cells] for _, _, cells, _ in rows] == [
        [("50%", False)],
        [("", True)],
        [("50%", False)],  # of the 60 of January; the 10 of February who were back do not count yet
    ]
    assert "hatched" in words.triangle.triangle_figure(view).subtitle


def test_a_small_cohort_has_counts_instead_of_rates_and_a_tiny_one_nothing(view_of: Any) -> None:
    few = words.triangle.triangle_rows(view_of(orders(february=20)))
    assert few[1][:2] == ("February 2025", "20") and few[1][2] == [(None, "10", False)]
    tiny = words.triangle.triangle_rows(view_of([*orders(), *orders(0, 0, 0, 0), *bought("c", MARCH)]))
    assert "1" not in [size for _, size, _, _ in tiny]


def test_the_first_finding_says_how_many_came_back_with_base_and_interval(view: words.View) -> None:
    found = own.return_finding(view)
    assert "40 of 100 customers (40%, interval 31% to 50%) were active again the next month" in found.statement
    assert (found.value, found.n, found.grade) == (0.4, 100, Grade.C)
    assert found.low == pytest.approx(0.3094, abs=1e-4) and found.high == pytest.approx(0.4980, abs=1e-4)  # Wilson


def test_the_24_hour_clock_does_not_speak_of_months_of_the_calendar(view_of: Any) -> None:
    view = view_of(orders(), clock="24h")
    summary = words.summary(view)
    assert "were active again in their second span of 30 days." in own.return_finding(view).statement
    assert not any("next month" in text for text in (summary.title, *(kpi.label for kpi in summary.kpis)))


def test_half_of_the_people_decide_what_is_told_of_the_long_run(view: words.View) -> None:
    assert int(view.far["period"]) == 2  # 60 of 100 had the time for it
    assert "50% came back at least once" in words.summary(view).standfirst


def test_a_change_is_one_between_cohorts_that_began_in_the_data(view_of: Any) -> None:
    """January holds people from before the data, so it compares with nothing."""
    assert own.recent(view_of(orders())) is None
    early = [row for place in range(40) for row in bought(f"z{place}", dt.datetime(2024, 11, 10))]
    found = own.recent(view_of([*early, *orders()]))
    assert found is not None
    assert (found.active, found.eligible, found.active_before, found.eligible_before) == (10, 40, 30, 60)
    assert found.interval == newcombe(10, 40, 30, 60) and found.clear
    told = own.change_finding(view_of([*early, *orders()]))
    assert told is not None and told.notable and told.unit == "points" and told.value == pytest.approx(-25)
    assert told.grade is Grade.D and "−25.0 points" in told.statement


def test_no_change_is_claimed_where_the_interval_holds_zero(view_of: Any) -> None:
    early = [row for place in range(40) for row in bought(f"z{place}", dt.datetime(2024, 11, 10))]
    told = own.change_finding(view_of([*early, *orders(back=30, again=19)]))
    assert told is not None and not told.notable and told.head == "The first return has not changed"


def test_the_lifecycle_rows_keep_their_identities(view: words.View) -> None:
    rows = words.lives.life_rows(view)
    assert rows == [
        (dt.date(2025, 1, 1), 0, 0, 60, 0),
        (dt.date(2025, 2, 1), 30, 0, 40, 30),
        (dt.date(2025, 3, 1), 10, 0, 0, 60),
    ]
    told = own.active_finding(view)
    assert told is None  # ten people are too few for a sentence on a period


def test_days_and_brackets_are_told_from_a_base_only(view: words.View) -> None:
    table = words.curve.day_table(view)
    assert table is not None
    shown = {str(row[0][0]): row[2][0] for row in table.rows}
    assert shown["Day 1"] == "0.0%" and shown["The next period: 1 month"] == "40.0%"
    assert all(len(row) == len(table.columns) for row in table.rows)


def test_money_by_day_rests_on_half_of_the_people(view: words.View) -> None:
    bars = words.money.value_bars(view)
    assert [bar[2] for bar in bars] == ["£11", "£15"]  # 28 days lie between February and March, 31 before them


def test_with_one_customer_nothing_is_estimated(view_of: Any) -> None:
    view = view_of(bought("only", JANUARY))
    summary = words.summary(view)
    assert [finding.id for finding in summary.findings] == ["too_few_people"]
    assert "1 customer" in view.why_not and "%" not in summary.title
    assert not words.triangle.has_triangle(view) and words.curve.tables(view) == []
    assert not words.money.has_money(view) and words.money.money_tables(view) == []
    assert not words.lives.has_lives(view) and not words.activity.has_activity(view)


def test_the_first_screen_has_at_most_four_figures_and_six_findings(view: words.View) -> None:
    summary = words.summary(view)
    assert 1 <= len(summary.kpis) <= 4
    assert 1 <= sum(finding.notable for finding in summary.findings) <= 6
    assert summary.title == "40% of customers are back the next month"
    assert all(math.isfinite(finding.value) for finding in summary.findings if finding.value is not None)


def test_the_same_findings_are_told_in_chinese(view: words.View) -> None:
    chinese = replace(view, language=CHINESE)
    assert words.summary(chinese).title == "客户次月留存率为 40%"
    pairs = zip(words.summary(view).findings, words.summary(chinese).findings, strict=True)
    assert all((one.id, one.value, one.n) == (two.id, two.value, two.n) for one, two in pairs)
    sentence = str(words.summary(chinese).findings[0].statement)
    assert "100 位客户" in sentence and "customers" not in sentence


def test_a_purchase_of_local_services_is_a_visit(view: words.View) -> None:
    def heads(industry: str) -> list[str]:
        tables = words.money.money_tables(replace(view, industry=industry))
        return [str(table.caption) for table in tables]

    assert "Second visits" in heads("local_services") and "Second visits" not in heads("retail")


def test_the_period_is_named_as_one_says_it(view_of: Any, view: words.View) -> None:
    day = pd.Timestamp("2025-02-03")
    assert view.within(day) == "in February 2025"
    assert view_of(orders(), period="week").within(day) == "in the week from 3 February 2025"
    assert view_of(orders(), period="day").within(day) == "on 3 February 2025"


@pytest.mark.parametrize("measure", ["bounded", "unbounded", "on_or_before", "period_over_period", "bracket"])
def test_every_measure_makes_a_triangle_and_says_which(view_of: Any, measure: str) -> None:
    view = view_of(orders(), measure=measure)
    rows = words.triangle.triangle_rows(view)
    first = {"bounded": "50%", "unbounded": "50%", "on_or_before": "50%", "period_over_period": "50%", "bracket": "50%"}
    assert rows[0][2][0] is not None and rows[0][2][0][1] == first[measure]
    assert words.triangle.triangle_figure(view).subtitle

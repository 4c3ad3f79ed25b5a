"""What the funnel report says of steps, time, rules and stages: conditions, numbers, the sentence for nothing."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from types import ModuleType

import pandas as pd
import pytest

from customer_analytics.analysis.funnel.exports import as_parameters, documents
from customer_analytics.analysis.scorecard import Measure
from customer_analytics.engagement.parameters import FunnelParameters
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.narrative.funnel import View, aside, closing, holds, pace, scorecard, steps, summary, weeks
from customer_analytics.narrative.funnel.summary import all_findings
from customer_analytics.report.charts import StepBar, TimeCurve, TimeMark, funnel_steps, time_curve
from customer_analytics.statistics import Interval

LANGUAGES = ("en", "zh_CN")


def finding(view: View, name: str) -> Finding:
    return next(one for one in all_findings(view) if one.id == name)


def everything(view: View) -> list[str]:
    """All texts of my part of the report."""
    told = summary(view)
    texts = [told.title, told.standfirst, told.recommendation, *(kpi.note for kpi in told.kpis)]
    for one in told.findings:
        texts += [one.head, one.statement, one.meaning, one.action]
    tables = [steps.step_table(view), *steps.more_tables(view), *pace.tables(view), *holds.tables(view)]
    if view.card is not None:
        tables.append(scorecard.scorecard_table(view, view.card))
        texts.append(scorecard.scorecard_section(view, view.card).deck)
    for words in tables:
        texts += [words.caption, *(str(cell[0]) for row in words.rows for cell in row)]
        texts += [text for pair in words.how for text in pair]
    figures = [steps.steps_figure(view)]
    if pace.has_curve(view):
        figures.append(pace.curve_figure(view))
        texts.append(pace.curve_words(view))
    if weeks.has_weeks(view):
        figures.append(weeks.week_figure(view))
    for figure in figures:
        texts += [figure.title, figure.subtitle, figure.alt, figure.source]
    texts += [part for pair in closing.method(view) + closing.next_steps(view) for part in pair]
    texts += closing.limits(view)
    return [str(text) for text in texts]


def test_the_first_screen_says_where_how_many_and_what_to_do(funnel_made: ModuleType) -> None:
    told = summary(funnel_made.view())
    assert told.title == "27% of 2,000 people reach “purchase”. Most are lost before “begin_checkout”"
    assert str(told.standfirst).startswith("877 of 1,925 people that reached “add_to_cart” went no further")
    assert [kpi.value for kpi in told.kpis] == ["26.8%", "877", "12 hours", "150"]
    # 10 % of 877, times 719/1048 times 536/719
    assert f"{round(0.1 * 877 * 536 / 1048)} people more" in str(told.recommendation)
    assert told.findings[0].id == "leak" and told.findings[0].notable


def test_the_step_that_loses_most_heads_not_the_one_with_the_lowest_rate(funnel_made: ModuleType) -> None:
    """A rate of 10 % at the end of the way can lose fewer than one of 60 % at its beginning."""
    view = funnel_made.view(funnel_made.result((2000, 1200, 1100, 100, 10)))
    assert view.worst is not None and view.worst.step == 4
    view = funnel_made.view(funnel_made.result((2000, 900, 800, 700, 70)))
    assert view.worst is not None and view.worst.step == 2


def test_a_step_below_the_minimum_base_never_heads_and_has_no_rate(funnel_made: ModuleType) -> None:
    view = funnel_made.view(funnel_made.result((40, 29, 5, 4, 0), immature=0))
    assert view.worst is not None and view.worst.step == 2
    row = steps.step_table(view).rows[2]
    assert row[2][0] == "not estimable: n = 29"
    # by hand: 24 of 29 are lost; 5 are fewer than 10, and the numbers beside them are rounded to tens
    assert steps.step_bars(view)[2][3] == "few go on, 20 do not"
    assert steps.step_table(view).rows[3][4][0] == "few"  # 1 of 5


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("counts", [(0, 0, 0, 0, 0), (1, 1, 0, 0, 0), (29, 20, 3, 1, 0)])
def test_too_few_entries_give_counts_and_no_rate_anywhere(
    funnel_made: ModuleType, counts: tuple[int, ...], code: str
) -> None:
    view = funnel_made.view(funnel_made.result(counts, immature=0), code)
    told = summary(view)
    assert told.findings[0].id == "too_few_entries" and not view.enough
    texts = " ".join([*map(str, [told.title, told.standfirst, told.recommendation]), *steps_texts(view)])
    assert "%" not in texts and "nan" not in texts
    assert not aside(view, "time") and not holds.tables(view) and not pace.tables(view)


def steps_texts(view: View) -> list[str]:
    return [str(view.why_not), *(str(kpi.value) for kpi in summary(view).kpis)]


def test_entries_without_a_whole_window_are_named_as_the_reason(funnel_made: ModuleType) -> None:
    view = funnel_made.view(funnel_made.result((0, 0, 0, 0, 0), immature=80))
    assert "none has had the whole window of 7 days" in str(view.why_not)


def test_where_nobody_is_lost_nothing_is_called_a_leak(funnel_made: ModuleType) -> None:
    view = funnel_made.view(funnel_made.result((500,) * 5))
    assert summary(view).title == "All 500 people that entered reached “purchase”"
    assert not [one for one in all_findings(view) if one.id == "leak"]
    assert "none was lost" in str(steps.steps_figure(view).title)


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_text_holds_a_hole_or_a_number_that_is_none(funnel_made: ModuleType, code: str) -> None:
    for text in everything(funnel_made.view(code=code)):
        assert not re.search(r"\bnan\b|\binf\b|None of \d|\{|\}", text), text


def test_chinese_texts_hold_no_english_sentence(funnel_made: ModuleType) -> None:
    for text in everything(funnel_made.view(code="zh_CN")):
        assert not re.search(r"[A-Za-z]+(?:,? [a-z]+){2,}", text), text


def test_names_of_events_are_data_and_never_markup(funnel_made: ModuleType) -> None:
    hostile = funnel_made.HOSTILE
    view = funnel_made.view(funnel_made.renamed(funnel_made.result(), hostile))
    told = summary(view)
    for text in (told.title, told.recommendation, told.findings[0].statement):
        if hostile in str(text):
            assert "<script>" not in str(text.__html__())
    assert hostile in str(told.title)


def test_grades_and_bases_are_those_of_a_description(funnel_made: ModuleType) -> None:
    for one in all_findings(funnel_made.view()):
        assert one.grade in (Grade.C, Grade.D)
        assert not re.search(r"\b(caused|because of|led to|raised|lowered)\b", str(one.statement))
    leak = finding(funnel_made.view(), "leak")
    assert (leak.value, leak.n) == (pytest.approx(1048 / 1925), 1925)
    assert leak.low is not None and leak.low < 1048 / 1925 < leak.high  # type: ignore[operator]


def test_step_rates_on_the_page_multiply_to_the_overall_rate(funnel_made: ModuleType) -> None:
    view = funnel_made.view()
    product = math.prod(one.rate for one in view.passages)
    assert product == pytest.approx(view.result.conversion.value)
    assert sum(one.lost for one in view.passages) == 2000 - 536


def test_a_reminder_is_never_sent_within_the_hour(funnel_made: ModuleType) -> None:
    fast = funnel_made.times(funnel_made.COUNTS, funnel_made.NAMES)
    fast[["p25", "p50", "p75", "p90"]] = [30.0, 60.0, 120.0, 240.0]
    view = funnel_made.view(funnel_made.result(times=fast))
    pace_of = finding(view, "pace")
    assert "after 1 hour" in str(pace_of.action) and "4 minutes" in str(pace_of.meaning)


def test_a_median_that_is_not_reached_is_not_printed(funnel_made: ModuleType) -> None:
    assert "is not reached" in str(pace.pace_section(funnel_made.view()).deck)
    half = funnel_made.view(funnel_made.result((100, 90, 80, 75, 70), median_days=1.5))
    assert "after 1.5 days" in str(pace.pace_section(half).deck)


def test_the_curve_begins_where_something_is_to_be_seen_and_never_at_zero_seconds(funnel_made: ModuleType) -> None:
    seconds, shares, low, high = pace.curve_points(funnel_made.view())
    assert min(seconds) > 0 and len(seconds) == len(shares) == len(low) == len(high)
    assert seconds == sorted(seconds)


def test_weeks_that_differ_by_chance_alone_are_called_so(funnel_made: ModuleType) -> None:
    assert weeks.week_figure(funnel_made.view()).title == "The ups and downs of the weeks are within chance"
    moving = funnel_made.trend(funnel_made.COUNTS)
    rows = (moving["step"] == 5) & (moving["week"] >= pd.Timestamp("2025-06-09"))
    moving.loc[rows, "reached"] = 20
    view = funnel_made.view(funnel_made.result(trend=moving))
    assert str(weeks.week_figure(view).title) == "From 8% to 27%: the share moves by more than chance"


def test_many_weeks_are_taken_four_together_and_add_up(funnel_made: ModuleType) -> None:
    view = funnel_made.view(funnel_made.result(trend=funnel_made.trend((8000, 7000, 6000, 5000, 4000), weeks=40)))
    single, joined = weeks.week_lines(view)
    assert (len(single[1]), len(joined[1])) == (40, 10)
    assert joined[2][0] == pytest.approx(0.5) and single[3] == "faint"


def test_a_missing_week_is_a_gap_and_never_zero(funnel_made: ModuleType) -> None:
    trend = funnel_made.trend(funnel_made.COUNTS)
    view = funnel_made.view(funnel_made.result(trend=trend[trend["week"] != pd.Timestamp("2025-05-19")]))
    line = weeks.week_lines(view)[0]
    assert line[2][2] is None and len(line[1]) == 8


def test_the_window_is_said_to_matter_only_where_it_does(funnel_made: ModuleType) -> None:
    assert finding(funnel_made.view(), "window").head == "The number hangs on the window"
    firm = funnel_made.view(funnel_made.result(sensitivity=funnel_made.sensitivity(0.262, 0.271)))
    assert finding(firm, "window").head == "The window hardly matters"
    rare = funnel_made.view(funnel_made.result(sensitivity=funnel_made.sensitivity(0.010, 0.015)))
    assert finding(rare, "window").head == "The number hangs on the window"  # half a point, and half as much again


def test_the_gap_to_a_tool_is_told_rule_by_rule_and_adds_up(funnel_made: ModuleType) -> None:
    tools = pd.DataFrame(
        [
            ("mixpanel", 0, "ours", "", 2000, 536, 0.268, 0.0),
            ("mixpanel", 1, "attempt", "best", 2000, 600, 0.300, 0.032),
            ("mixpanel", 2, "young", "", 2150, 610, 610 / 2150, 610 / 2150 - 0.3),
        ],
        columns=["tool", "place", "rule", "value", "entered", "converted", "rate", "change"],
    )
    view = funnel_made.view(funnel_made.result(tools=tools))
    (row,) = next(table for table in holds.tables(view) if table.file == "reconciliation").rows
    assert (row[0][0], row[1][0]) == ("Mixpanel", "28.4%")
    assert str(row[3][0]) == "the furthest of all attempts +3.2; young entries counted as lost −1.6"
    assert row[2][1] == pytest.approx(tools["change"].sum())
    assert "the furthest of all attempts" in str(finding(view, "tools").statement)


def test_no_stage_is_called_moved_by_an_interval_that_holds_zero(funnel_made: ModuleType) -> None:
    """Eight looks: one of them alone beyond 95 % is not news."""
    one = funnel_made.share("returned", 330, 1000, 285, 1000)
    assert one.moved
    view = funnel_made.view(card=funnel_made.card(returned=one))
    assert view.card is not None
    assert finding(view, "scorecard").head == "No stage moved beyond chance"
    low, high = view.card.together(one)
    assert low <= 0 <= high
    strong = funnel_made.view(card=funnel_made.card(returned=funnel_made.share("returned", 380, 1000, 285, 1000)))
    assert finding(strong, "scorecard").head == "Active people who were active again: up on the days before"
    assert strong.card is not None and strong.card.together(strong.card["returned"]).low > 0


def test_what_the_data_do_not_hold_is_said_and_is_not_zero(funnel_made: ModuleType) -> None:
    card = replace(
        funnel_made.card(sharers=Measure("sharers", "share"), activated=Measure("activated", "share", n=12)),
        sharing_events=(),
    )
    rows = {
        str(row[0][0]).partition(": ")[2]: row
        for row in scorecard.scorecard_table(funnel_made.view(card=card), card).rows
    }
    assert rows["Active people who passed it on"][1][0] == "not in the data"
    assert rows["New people who did the key act"][1][0] == "not estimable: n = 12"


def test_orders_alone_and_sessions_speak_of_orders_and_sessions(funnel_made: ModuleType) -> None:
    found = funnel_made.result((900, 500), ("order placed", "order paid"))
    of_orders = replace(found, definition=replace(found.definition, unit="order", origin="orders"))
    view = funnel_made.view(of_orders)
    assert summary(view).title == "56% of 900 orders reach “Order paid” within 7 days, 400 do not"
    assert any("not a person" in str(line) for line in closing.limits(view))
    sessions = funnel_made.view(replace(found, definition=replace(found.definition, unit="session")))
    assert "900 sessions" in str(summary(sessions).title)


def test_the_definition_that_is_left_behind_gives_the_same_funnel_again(funnel_made: ModuleType) -> None:
    found = funnel_made.result()
    parameters = FunnelParameters.model_validate(as_parameters(found.definition))
    assert parameters.steps == funnel_made.NAMES and parameters.window_days == 7
    text = documents(found)["definition.yml"]
    assert text.startswith("# ") and "view_item" in text


def test_the_plain_values_of_findings_are_json(funnel_made: ModuleType) -> None:
    for one in all_findings(funnel_made.view()):
        json.dumps(one.as_json(), allow_nan=False)


def test_bars_and_curve_are_what_the_charts_take(funnel_made: ModuleType) -> None:
    view = funnel_made.view()
    bars = [StepBar(*row) for row in steps.step_bars(view)]
    assert [bar.share for bar in bars] == pytest.approx([count / 2000 for count in funnel_made.COUNTS])
    assert [bar.worst for bar in bars] == [False, False, True, False, False]
    funnel_steps(bars)
    marks = [TimeMark(*mark) for mark in pace.curve_marks(view)]
    time_curve(TimeCurve(*pace.curve_points(view)), marks, view.language)


def test_how_many_never_enter_is_told_with_its_base(funnel_made: ModuleType) -> None:
    words = steps.silent_words(funnel_made.view())
    assert words is not None
    assert "28%" in str(words) and "850 of 3,000" in str(words) and "600 of them" in str(words)


def test_an_interval_that_would_read_as_one_number_gets_a_decimal(funnel_made: ModuleType) -> None:
    view = funnel_made.view()
    assert view.bounds(Interval(0.3011, 0.3014)) == ("30.1%", "30.1%")
    assert view.bounds(Interval(0.301, 0.304)) == ("30.1%", "30.4%")

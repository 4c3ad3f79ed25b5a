"""What the report says: conditions, grades, bases, hidden groups, both languages."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from customer_analytics.analysis.rfm import RfmResult, analyse
from customer_analytics.analysis.rfm.reachable import Reachable, Unprompted
from customer_analytics.engagement.parameters import RfmParameters
from customer_analytics.language import Language
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.narrative.rfm import (
    View,
    actions,
    aside,
    bridge,
    budget,
    closing,
    concentration,
    firmness,
    grid,
    life,
    movement,
    prediction,
    revenue,
    rhythm,
    spread,
    summary,
)
from customer_analytics.narrative.rfm.target import target

LANGUAGES = ("en", "zh_CN")
Make = Callable[..., Any]


def orders_of(order: Make, customers: int, purchases: Callable[[int], int], every: int = 40) -> list[Any]:
    rows = []
    for number in range(customers):
        start = 700 - 5 * (number % 120)
        for place in range(purchases(number)):
            days = start - place * every
            if days > 0:
                rows.append(order(f"c{number:04}", days, 20 + number % 37))
    return rows


@pytest.fixture
def shop(make_tables: Make, order: Make) -> RfmResult:
    rows = orders_of(order, 300, lambda number: 1 if number % 3 == 0 else 2 + number % 9)
    rows += [order(None, 10, 5000)]
    return analyse(make_tables(rows), RfmParameters())


def view_of(result: RfmResult, code: str = "en", minimum_group: int = 10) -> View:
    return View(result, Language(code, "EUR"), minimum_group, "Europe/Paris")


def everything_said(view: View) -> list[str]:
    """Every text that the notebook shows for this view."""
    told = summary(view)
    texts = [told.title, told.standfirst, told.recommendation]
    texts += [text for kpi in told.kpis for text in (kpi.label, kpi.value, kpi.note)]
    texts += [text for each in told.findings for text in (each.head, each.statement, each.meaning, each.action)]
    sections = [closing.method_section, closing.limits_section]
    figures: list[Any] = []
    tables: list[Any] = []
    if view.enough:
        sections += [
            revenue.revenue_section, grid.grid_section, spread.spread_section, concentration.concentration_section,
            bridge.bridge_section, movement.movement_section, prediction.prediction_section,
            life.lifecycle_section, closing.plan_section,
            closing.next_section,
        ]  # fmt: skip
        figures = [revenue.segment_figure, revenue.treemap_figure, grid.grid_figure, spread.spread_figure]
        figures.append(concentration.curve_figure)
        tables = [
            revenue.segment_table, grid.type_table, grid.class_table, spread.threshold_table,
            concentration.concentration_table, actions.action_table,
        ]  # fmt: skip
        if view.result.movement.bridge is not None:
            figures, tables = [*figures, bridge.bridge_figure], [*tables, bridge.bridge_table]
            texts += [text for row in bridge.bridge_falls(view) for text in (row[0], row[2])]
        if movement.has_moves(view):
            figures, tables = [*figures, movement.flow_figure], [*tables, movement.moves_table]
            texts += [*movement.tips(view).values(), *(row[0] for side in movement.states(view) for row in side)]
        if prediction.held_out(view) is not None:
            figures, tables = [*figures, prediction.prediction_figure], [*tables, prediction.prediction_table]
            texts += prediction.prediction_note(view)
        if view.result.rhythm is not None:
            figures, tables = [*figures, life.stage_figure], [*tables, life.stage_table, life.phase_table]
            texts.append(rhythm.lost_paragraph(view))
        if rhythm.own_rhythm(view) is not None:
            tables.append(rhythm.rhythm_table)
        if rhythm.has_cohorts(view):
            tables.append(rhythm.cohort_table)
            texts += rhythm.cohort_note(view)
        costs = budget.found_budget(view)
        if costs is not None:
            texts.append(budget.contact_words(view, costs))
            table = budget.contact_table(view, costs)
            texts += [table.caption, *(text for pair in table.how for text in pair)]
            texts += [shown for row in table.rows for shown, _ in row]
        if view.result.steps:
            figures.append(life.ladder_figure)
        texts += [
            firmness.weights(view),
            firmness.robustness(view),
            *(text for pair in closing.next_steps(view) for text in pair),
        ]
    for make in sections:
        section = make(view)
        texts += [section.title, section.deck]
    for make in figures:
        figure = make(view)
        texts += figure.keywords.values()
    for make in tables:
        table = make(view)
        texts += [table.caption, *(label for label, _ in table.columns), *(text for pair in table.how for text in pair)]
        texts += [shown for row in [*table.rows, *([table.foot] if table.foot else [])] for shown, _ in row]
        assert all(len(row) == len(table.columns) for row in table.rows)
    texts += [text for pair in closing.method(view) for text in pair]
    texts += closing.limits(view)
    return [str(text) for text in texts]


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("bins", [4, 5])
def test_everything_can_be_said_and_no_value_is_left_open(make_tables: Make, order: Make, bins: int, code: str) -> None:
    rows = orders_of(order, 200, lambda number: 1 + number % 7)
    for binning in ("independent", "nested"):
        result = analyse(make_tables(rows), RfmParameters(bins=bins, binning=binning))
        for text in everything_said(view_of(result, code)):
            assert text.strip() and "{" not in text and "nan" not in text.lower() and "None" not in text, text


def test_chinese_says_everything_in_chinese(shop: RfmResult) -> None:
    for text in everything_said(view_of(shop, "zh_CN")):
        words = [word for word in re.findall(r"[A-Za-z]{3,}", text) if word not in ("App", "EUR", "Europe", "Paris")]
        assert set(words) <= {
            "Wilson",
            "Holm",
            "negative",
            "money",
            "due",
            "list",
            "segment",
            "moves",
            "changes",
            "csv",
        }, text


def test_the_first_screen_has_three_to_seven_findings_and_each_has_its_base(shop: RfmResult) -> None:
    told = summary(view_of(shop))
    assert 3 <= sum(finding.notable for finding in told.findings) <= 7
    assert len(told.kpis) == 4
    for finding in told.findings:
        assert finding.n is not None and finding.n >= 30, finding.id
        assert finding.meaning and finding.action


def test_grades_are_no_better_than_the_evidence(shop: RfmResult) -> None:
    grades = {finding.id: finding.grade for finding in summary(view_of(shop)).findings}
    assert Grade.A not in grades.values()
    assert grades["prediction"] is Grade.B
    assert grades["change"] is Grade.D
    assert {grades[name] for name in ("core", "one_time_buyers", "concentration", "no_customer")} == {Grade.C}


def test_nothing_is_said_to_be_caused(shop: RfmResult) -> None:
    for text in everything_said(view_of(shop)):
        assert not re.search(r"\b(caused|because of the campaign|raised|lowered|led to)\b", text), text


def test_every_finding_points_to_a_section_of_the_report(shop: RfmResult) -> None:
    view = view_of(shop)
    ids = {"revenue", "grid", "spread", "concentration", "change", "movement", "prediction", "lifecycle", "plan"}
    ids |= {"limits", "value"}
    assert {finding.section for finding in summary(view).findings} <= ids
    asides = [finding for section in ids for finding in aside(view, section)]
    assert {finding.id for finding in asides} == {each.id for each in summary(view).findings if not each.notable}


@pytest.mark.parametrize("customers", [0, 1, 12, 29])
@pytest.mark.parametrize("code", LANGUAGES)
def test_no_share_under_the_minimum_base(make_tables: Make, order: Make, customers: int, code: str) -> None:
    result = analyse(make_tables(orders_of(order, customers, lambda _: 2)), RfmParameters())
    view = view_of(result, code)
    assert not view.enough
    assert not any("%" in text for text in everything_said(view) if "95%" not in text)
    told = summary(view)
    assert [finding.grade for finding in told.findings] == [Grade.D]
    assert f"n = {customers}" in str(told.findings[0].statement)


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_base_whose_every_segment_is_too_small_is_told_without_segments(shop: RfmResult, code: str) -> None:
    view = view_of(shop, code, minimum_group=290)  # 300 customers: no segment holds so many
    assert view.top is None and not view.enough
    assert not any("%" in text for text in everything_said(view) if "95%" not in text)
    assert "290" in str(summary(view).findings[0].statement)


def test_refunds_of_everything_leave_no_shares(make_tables: Make, order: Make) -> None:
    rows = [order(f"c{number}", 50, 10) for number in range(60)] + [order(f"c{number}", 9, -10) for number in range(60)]
    view = view_of(analyse(make_tables(rows), RfmParameters()))
    assert not view.enough
    assert "no net revenue" in str(summary(view).findings[0].statement)


def test_small_segments_are_never_shown_by_themselves(shop: RfmResult) -> None:
    view = view_of(shop, minimum_group=25)
    small = [name for name, row in view.segments.items() if 0 < row["customers"] < 25]
    assert small, "the shop must have small segments for this test to mean anything"
    shown = {group.key for group in view.groups}
    assert not shown & set(small) and "small" in shown
    folded = next(group for group in view.groups if group.key == "small")
    assert folded.customers >= 25
    assert sum(group.customers for group in view.groups) == view.n
    names = {str(view.name(segment)) for segment in small}
    for table in (revenue.segment_table(view), actions.action_table(view)):
        assert not names & {str(row[0][0]) for row in table.rows}
    assert not names & {name for name, *_ in revenue.segment_pairs(view)}


def finding(view: View, name: str) -> Finding:
    return next(each for each in summary(view).findings if each.id == name)


def test_when_no_segment_moved_the_report_says_so_and_what_it_could_have_missed(make_tables: Make, order: Make) -> None:
    rows = []
    for number in range(120):  # everybody buys in a rhythm that is the same at both dates
        rows += [order(f"c{number}", days, 10 + number) for days in range(1 + number % 30, 700, 30)]
    view = view_of(analyse(make_tables(rows), RfmParameters()))
    told = finding(view, "change")
    assert not told.notable and "no share differs" in str(told.statement)
    assert told.low is not None and told.high is not None and "unseen" in str(told.meaning)


def test_when_nobody_slips_there_is_no_list_to_win_back(make_tables: Make, order: Make) -> None:
    rows = [order(f"c{number}", days, 10) for number in range(120) for days in range(1, 400, 30)]
    view = view_of(analyse(make_tables(rows), RfmParameters()))
    told = finding(view, "quiet_regulars")
    assert not told.notable and told.grade is Grade.D
    assert "no list" in str(told.meaning)


def test_a_recommendation_names_its_number_and_its_assumption_in_one_sentence(make_tables: Make, order: Make) -> None:
    generator = random.Random(4)
    rows = []
    for number in range(300):
        days, last = 700, generator.randint(1, 95)
        while days > last:
            rows.append(order(f"c{number}", days, 20))
            days -= generator.randint(10, 100)
    text = str(summary(view_of(analyse(make_tables(rows), RfmParameters()))).recommendation)
    sentence = next(part for part in text.split(". ") if "€" in part)
    assert sentence.startswith("If ") and "in a hundred" in sentence


def test_the_threshold_table_shows_no_single_customer(shop: RfmResult) -> None:
    view = view_of(shop)
    biggest = view.language.money(float(shop.customers["monetary"].max()), compact=False)
    assert all(biggest not in text for text in everything_said(view))


@pytest.mark.parametrize("code", LANGUAGES)
def test_customers_who_come_back_by_themselves_are_no_target(shop: RfmResult, code: str) -> None:
    """Of a list of which 99 % return anyway, five in a hundred cannot be won by contact."""
    unprompted = Unprompted(n=200, returned=198, days=90, spend=50.0)
    listed = Reachable(customers=100, revenue=9000.0, share_revenue=0.3, unprompted=unprompted)
    view = view_of(replace(shop, slipping=listed, once=None), code)
    assert target(view) is None
    quiet = finding(view, "quiet_regulars")
    assert not quiet.notable
    assert not any(str(part) in str(summary(view).title) for part in (quiet.head, "regulars"))
    assert str(quiet.action) == str(
        view.language.say(
            "Spend nothing on them; contact only those who pass {lost} days.",
            lost=view.language.number(view.result.rhythm.lost_days),
        )
    )


def test_a_small_reason_for_no_score_cannot_be_found_by_subtraction(shop: RfmResult) -> None:
    """763 without a score, 648 and 114 told: the rest would be one customer."""
    rest = replace(shop.unscored, never_ordered=648, earlier_only=114, nothing_paid=0, returns_only=1)
    told = " ".join(str(line) for line in closing.limits(view_of(replace(shop, unscored=rest))))
    assert "763 customers have no score: 648 never ordered and 115 for other reasons." in told
    assert "114" not in told
    few = replace(rest, never_ordered=2, earlier_only=0, returns_only=1)
    told = " ".join(str(line) for line in closing.limits(view_of(replace(shop, unscored=few))))
    assert "Fewer than 10 customers have no score." in told

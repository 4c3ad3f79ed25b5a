"""What the report on campaigns says first: what was caused, what is not seen, what cannot be told, by the grade."""

from __future__ import annotations

import re
from types import ModuleType
from typing import Any

import pandas as pd
import pytest

from customer_analytics.analysis.timing import Timing
from customer_analytics.narrative.campaign_evaluation import View, closing, frame, scorecard, summary
from customer_analytics.narrative.campaign_evaluation.findings import findings
from customer_analytics.narrative.campaign_evaluation.summary import all_findings
from customer_analytics.narrative.campaign_evaluation.verdicts import Kind, main_effects, verdicts
from customer_analytics.narrative.campaign_evaluation.wording import effect_told
from customer_analytics.narrative.finding import FIRST_SCREEN, Finding, Grade

LANGUAGES = ("en", "zh_CN")
CAUSAL = re.compile(r"\b(raised|lowered|caused|because of)\b|提高|降低|带来了")


@pytest.fixture(scope="module")
def view(campaigns_made: ModuleType) -> View:
    return campaigns_made.view()


@pytest.fixture(scope="module")
def chinese(campaigns_made: ModuleType) -> View:
    return campaigns_made.view(language="zh_CN")


def finding(view: View, name: str) -> Finding:
    return next(one for one in findings(view) if one.id == name)


def test_each_campaign_has_the_verdict_that_its_counts_allow(view: View) -> None:
    assert {one.campaign: (one.kind, one.grade) for one in verdicts(view)} == {
        "S": (Kind.CAUSED, "A"),
        "N": (Kind.NOTHING, "A"),
        "R": (Kind.UNKNOWN, "D"),  # 800 against 1,000 where half was planned
        "Q": (Kind.DOUBTFUL, "C"),  # 1,000 against 1,120: p .009
        "T": (Kind.UNKNOWN, "D"),
        "U": (Kind.UNKNOWN, "D"),
    }


def test_what_was_caused_stands_first_with_its_base_its_interval_and_its_money(view: View) -> None:
    first = finding(view, "caused")
    assert first.grade is Grade.A and (first.value, first.n) == (pytest.approx(7.0), 2000)
    assert first.low is not None and first.high is not None and 0 < first.low < 7 < first.high
    assert "raised the share with an order within 14 days by 7.0 points (interval +4.0 to +10.0)" in first.statement
    assert "17.0% of 1,000 customers in the arm “voucher” against 10.0% of 1,000 customers without contact" in (
        first.statement
    )
    assert "brought £2.8k of revenue that would not have come otherwise (interval " in first.meaning  # 70 orders of 40
    assert "for £100 of cost" in first.meaning
    assert first.action.startswith("Roll out “Spring")


def test_nothing_seen_says_what_would_have_been_seen(view: View) -> None:
    found = finding(view, "no_effect")
    assert "a difference of +0.2 points" in found.statement and not CAUSAL.search(found.statement)
    # (1.96 + 0.84) * sqrt(2 * .1 * .9 / 1000), rounded
    assert "with a chance of 80% only from 3.8 points on" in found.meaning


def test_a_failed_sample_ratio_withholds_the_effect(view: View) -> None:
    told = finding(view, "cannot_be_told")
    assert "“Banner”: the arms are not of the sizes that were planned (p <0.0001)" in told.statement
    assert "points" not in told.statement and "Banner" not in finding(view, "caused").statement
    (table,) = scorecard.tables(view)
    row = next(row for row in table.rows if row[0][0] == "Banner")
    assert row[2][0] == row[3][0] == "–" and "cannot be told" in row[-1][0]
    names = [name for _, rows in scorecard.dots(view) for name, *_ in rows]
    assert "Banner" not in names and "Mail" in names


def test_a_doubtful_sample_ratio_takes_the_word_caused_away(view: View) -> None:
    told = finding(view, "doubtful")
    assert told.grade is Grade.C and "within 14 days differs by +6.1 points" in told.statement
    assert "while the sample ratio is doubtful" in told.statement and not CAUSAL.search(told.statement)
    assert "(p 0.0092)" in told.meaning  # chi-square of 1,000 and 1,120 against halves: 6.79


def test_two_campaigns_of_one_name_are_told_apart(view: View) -> None:
    assert (view.label("T"), view.label("U")) == ("Thanks (T)", "Thanks (U)")
    assert "“Thanks (T)” and “Thanks (U)”: nobody was held out" in finding(view, "cannot_be_told").statement


def test_a_gain_that_was_only_moved_is_no_gain(campaigns_made: ModuleType) -> None:
    moved = pd.DataFrame(
        {"campaign": ["S"], "arm": ["voucher"], "measure": ["orders"], "verdict": ["all_moved"], "sound": [True]}
    )
    of = campaigns_made.campaigns({"S": campaigns_made.PLAIN["S"]}, ())
    view = campaigns_made.view(of, timing=Timing("", moved=moved))
    assert [one.kind for one in verdicts(view)] == [Kind.MOVED]
    assert not [one for one in findings(view) if one.id == "caused"]
    assert scorecard.tables(view)[0].rows[0][-1][0] == "brought forward, not gained"


def test_on_noise_nothing_is_claimed(campaigns_made: ModuleType) -> None:
    same = {"A": {"control": (1000, 100), "contact": (1000, 110)}, "B": {"control": (500, 50), "contact": (500, 45)}}
    view = campaigns_made.view(campaigns_made.campaigns(same, ()))
    told = summary(view)
    assert told.title == "2 sound experiments, and no gain that was surely caused"
    assert [one.id for one in findings(view)] == ["no_effect"]
    assert not any(CAUSAL.search(one.statement) for one in findings(view))


def test_an_arm_in_place_of_no_contact_is_said_to_be_one(campaigns_made: ModuleType) -> None:
    of = campaigns_made.campaigns({"S": {"A": (1000, 100), "B": (1000, 170)}}, (), control="A", control_kind="first")
    view = campaigns_made.view(of)
    statement = finding(view, "caused").statement
    assert "against 10.0% of 1,000 customers in the arm “A”" in statement and "without contact" not in statement


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_grade_a_may_say_raised_or_caused(campaigns_made: ModuleType, language: str) -> None:
    view = campaigns_made.view(language=language)
    (row,) = main_effects(view, "S")
    told = {grade: effect_told(view, row, grade, "ratio_look" if grade == "C" else "") for grade in "ABCD"}
    assert CAUSAL.search(told["A"])
    assert not any(CAUSAL.search(told[grade]) for grade in "BCD")
    assert "7.0 " not in told["D"] and "%" in told["D"]


def everything(view: View) -> list[str]:
    told = summary(view)
    texts: list[Any] = [told.title, told.standfirst, told.recommendation, frame.caused_section(view).deck]
    texts += [text for kpi in told.kpis for text in (kpi.label, kpi.value, kpi.note)]
    for one in findings(view):
        texts += [one.head, one.statement, one.meaning, one.action]
    texts += [part for pair in closing.method(view) + closing.next_steps(view) for part in pair]
    texts += [*closing.limits(view), *scorecard.remarks(view)]
    if scorecard.has_figure(view):
        texts += [*scorecard.figure(view).keywords.values()]
    for table in scorecard.tables(view):
        texts += [table.caption, *(str(head) for head, _ in table.columns)]
        texts += [str(cell[0]) for row in table.rows for cell in row]
        texts += [part for pair in table.how for part in pair]
    return [str(text) for text in texts]


def test_the_words_hold_no_gap_no_proof_and_no_customer(view: View, chinese: View) -> None:
    for text in [*everything(view), *everything(chinese)]:
        assert text.strip() and "nan" not in text and "None" not in text, text
        assert not re.search(r"\{[a-z_]+\}", text) and not re.search(r"\bproves?\b|\bsignificant", text), text


def test_the_chinese_page_is_chinese(chinese: View) -> None:
    for text in everything(chinese):
        plain = re.sub(r"“[^”]*”|Spring .*|Holm|Benjamini-Hochberg", "", text)
        assert not re.search(r"[A-Za-z]{2,} [a-z]{2,}", plain), text


def test_what_cannot_be_evaluated_is_said_without_a_campaign(campaigns_made: ModuleType) -> None:
    empty = campaigns_made.nothing()
    told = summary(empty)
    assert told.title == "Too little is known to say what the campaigns did" and len(told.kpis) == 1
    assert [one.grade for one in told.findings] == [Grade.D]
    assert closing.next_steps(empty) and closing.limits(empty) and closing.method(empty)
    assert not scorecard.tables(empty) and not scorecard.has_figure(empty)
    assert list(scorecard.files(empty)["campaign_scorecard"].columns) == scorecard.COLUMNS


def test_the_scorecard_file_has_a_row_for_each_campaign(view: View, campaigns_made: ModuleType) -> None:
    table = scorecard.files(view)["campaign_scorecard"].set_index("campaign")
    assert list(table.index) == ["S", "N", "R", "Q", "T", "U"]
    assert table.loc["S", "effect"] == pytest.approx(0.07) and table.loc["S", "verdict"] == "caused"
    assert (
        table.loc["S", "incremental_orders"] == pytest.approx(70) and table.loc["S", "name"] == campaigns_made.HOSTILE
    )
    assert pd.isna(table.loc["R", "effect"]) and table.loc["R", "reason"] == "ratio_alarm"


def test_the_first_screen_holds_no_more_than_fits(view: View) -> None:
    assert sum(one.notable for one in all_findings(view)) <= FIRST_SCREEN


def test_a_thousand_campaigns_do_not_fill_the_page(campaigns_made: ModuleType) -> None:
    many = {f"c{n:03}": {"control": (60, 6), "contact": (60, 7)} for n in range(40)}
    view = campaigns_made.view(campaigns_made.campaigns(many, tuple(f"t{n}" for n in range(200))))
    assert len(scorecard.tables(view)[0].rows) == scorecard.MOST_ROWS
    assert sum(len(rows) for _, rows in scorecard.dots(view)) <= scorecard.MOST_DOTS
    assert max(len(one.statement) for one in findings(view)) < 700

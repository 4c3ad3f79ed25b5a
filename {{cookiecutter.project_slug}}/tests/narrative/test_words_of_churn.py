"""What the churn report says first: the states of a client, the conditions of its sentences, and both languages."""

from __future__ import annotations

import re
from dataclasses import replace
from types import ModuleType

import pytest

from customer_analytics.analysis.churn.study import REASONS
from customer_analytics.language import Language
from customer_analytics.narrative.churn import View, aside, closing, summary
from customer_analytics.narrative.churn.findings import captured, leaving
from customer_analytics.narrative.churn.summary import all_findings
from customer_analytics.narrative.finding import Finding, Grade

LANGUAGES = ("en", "zh_CN")


def finding(view: View, name: str) -> Finding:
    return next(one for one in all_findings(view) if one.id == name)


def everything(view: View) -> list[str]:
    told = summary(view)
    texts = [told.title, told.standfirst, told.recommendation]
    texts += [text for kpi in told.kpis for text in (kpi.label, kpi.value, kpi.note)]
    for one in told.findings:
        texts += [one.head, one.statement, one.meaning, one.action]
    texts += [part for pair in closing.method(view) + closing.next_steps(view) for part in pair]
    return [str(text) for text in [*texts, *closing.limits(view)]]


def test_the_first_screen_says_how_many_leave_and_whether_it_can_be_told_who(churn_made: ModuleType) -> None:
    told = summary(churn_made.view())
    assert (
        told.title
        == "About 840 of 2,000 customers will place no order in the next 90 days. Of the riskiest tenth, 75% leave"
    )
    assert [str(kpi.value) for kpi in told.kpis][:3] == ["840", "1.80 times", "0.97"]
    statement = finding(churn_made.view(), "leaving").statement
    assert "Of 1,400 customers who were here on 3 October 2025, 43% (interval 40% to 45%) had left" in statement
    assert "of 2,000 customers who are here now, about 840 (42%)" in statement.replace("Of 2,000", "of 2,000")


def test_a_change_within_chance_is_no_change_and_says_what_could_have_been_missed(churn_made: ModuleType) -> None:
    found = leaving(churn_made.view())
    assert found is not None and not found.clear
    assert "no clear change" in finding(churn_made.view(), "leaving").meaning
    grown = churn_made.view(churn_made.study(left=((1400, 400), (1400, 600))))
    assert "more than before" in finding(grown, "leaving").head
    assert "+14.3 points" in finding(grown, "leaving").meaning
    shrunk = churn_made.view(churn_made.study(left=((1400, 600), (1400, 400))))
    assert "fewer than before" in finding(shrunk, "leaving").head


def test_where_no_model_beats_the_rule_the_rule_is_named_and_not_the_model(churn_made: ModuleType) -> None:
    view = churn_made.view(scored=churn_made.scoring("recency", why="rule_not_beaten"))
    assert summary(view).title.endswith("No model tells who better than days since the last order")
    told = finding(view, "telling")
    assert "Of the tenth that days since the last order puts first 67% left" in told.statement
    assert "by the logistic model it would be 25%" in told.meaning and captured(view, "logistic") == pytest.approx(
        0.25, abs=0.002
    )
    assert told.grade is Grade.B


def test_where_nothing_predicts_nobody_is_ranked(churn_made: ModuleType) -> None:
    flat = [churn_made.row(name, 1.02, 0.51) for name in ("logistic", "trees", "recency")] + [
        churn_made.row("rate", 1, 0.5)
    ]
    scored = churn_made.scoring(
        "rate", why="nothing_predicts", nothing_predicts=True, evaluation=churn_made.pd.DataFrame(flat)
    )
    view = churn_made.view(scored=scored)
    told = summary(view)
    assert told.title.endswith("Nothing in the data tells who")
    assert "Of 3 methods none did better" in finding(view, "telling").statement
    assert "above 53%" in finding(view, "telling").meaning
    assert not any("tenth" in text or "from the top" in text for text in everything(view))


def test_too_few_leavers_in_the_tenth_give_an_interval_only(churn_made: ModuleType) -> None:
    table = churn_made.scoring().evaluation.assign(decile_left=9)
    told = finding(churn_made.view(scored=churn_made.scoring(evaluation=table)), "telling")
    assert (
        "not estimable, interval 1.70 to 1.90" in told.statement
        and "times" not in told.statement.replace("the times", "")
        and "1.8" not in told.statement
    )


def test_a_snapshot_says_that_no_later_time_tested_it(churn_made: ModuleType) -> None:
    found = churn_made.study("snapshot", left=((2900, 900),))
    view = churn_made.view(found, churn_made.scoring(out_of_time=False))
    told = summary(view)
    assert "not on a later time" in told.standfirst and "next" not in told.title
    assert finding(view, "telling").grade is Grade.C
    assert finding(view, "leaving").statement.startswith("Of 2,900 customers in the export 31%")
    assert any("no dates" in text for text in closing.limits(view))


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_where_nothing_can_be_forecast_the_page_says_why_and_gives_no_score(
    churn_made: ModuleType, language: str, reason: str
) -> None:
    view = View(churn_made.few(reason), Language(language, "GBP"), 10)
    told = summary(view)
    assert [one.id for one in told.findings] == ["too_little"] and told.findings[0].grade is Grade.D
    assert view.why_not == told.findings[0].statement and len(told.kpis) == 1
    assert "None" not in " ".join(everything(view)) and "nan" not in " ".join(everything(view))


def test_every_reason_of_scoring_has_its_own_sentence(churn_made: ModuleType) -> None:
    for reason in ("no_cuts", "few_people", "few_left", "few_stayed", "few_in_cut"):
        scored = churn_made.scoring(reason=reason)
        assert "nothing was forecast" not in churn_made.view(scored=scored).why_not


@pytest.mark.parametrize("kind", ["orders", "activity", "contracts", "snapshot"])
@pytest.mark.parametrize("chosen", ["logistic", "recency", "rate"])
def test_every_kind_of_business_reads_whole_in_chinese(churn_made: ModuleType, kind: str, chosen: str) -> None:
    left = ((2900, 900),) if kind == "snapshot" else churn_made.LEFT
    scored = churn_made.scoring(chosen, nothing_predicts=chosen == "rate", out_of_time=kind != "snapshot")
    view = churn_made.view(churn_made.study(kind, left=left), scored, language="zh_CN")
    for text in everything(view):
        assert not re.search(r"(?:[A-Za-z]+ ){3,}", text), text
        assert "{" not in text and not re.search(r"[\u4e00-\u9fff][,;:?!]", text), text


def test_a_gap_is_said_wherever_the_window_is(churn_made: ModuleType) -> None:
    view = churn_made.view(churn_made.study(gap=7))
    assert "in the 90 days that begin 7 days from now" in summary(view).title
    assert any("left free to act" in text for _, text in closing.method(view))


def test_nothing_but_a_randomised_comparison_may_say_because(churn_made: ModuleType) -> None:
    for kind in ("orders", "contracts"):
        said = " ".join(everything(churn_made.view(churn_made.study(kind))))
        assert not re.search(r"\b(because of|caused?|thanks to|led to)\b", said)


def test_fewer_tests_than_three_are_a_limit_that_is_told(churn_made: ModuleType) -> None:
    scored = replace(churn_made.scoring(), tests=churn_made.scoring().tests[:1])
    assert any("1 later cut-off" in text for text in map(str, closing.limits(churn_made.view(scored=scored))))
    assert not any("later cut-off" in text for text in map(str, closing.limits(churn_made.view())))


def test_what_is_on_the_first_screen_is_not_told_again_in_its_section(churn_made: ModuleType) -> None:
    view = churn_made.view()
    notable = {one.id for one in all_findings(view) if one.notable}
    assert not notable & {one.id for section in ("definition", "performance") for one in aside(view, section)}

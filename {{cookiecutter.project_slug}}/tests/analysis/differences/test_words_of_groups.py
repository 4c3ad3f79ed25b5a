"""What is said of groups and of the order of customers: verbs by grade, nothing beyond the numbers, any name."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

import pandas as pd
import pytest
from planted_campaigns import as_campaigns, graded, planted_units

from customer_analytics.analysis.campaigns.result import CampaignEvaluationResult
from customer_analytics.analysis.differences import differences
from customer_analytics.analysis.targeting import targeting
from customer_analytics.analysis.targeting.result import Last
from customer_analytics.engagement.parameters import CampaignEvaluationParameters
from customer_analytics.language import Language
from customer_analytics.narrative.campaign_evaluation import groups, targets
from customer_analytics.narrative.campaign_evaluation.group_names import level_name, level_told
from customer_analytics.narrative.campaign_evaluation.view import View
from customer_analytics.statistics import Interval

LANGUAGES = [Language("en", "EUR"), Language("zh_CN", "CNY")]
FORBIDDEN = ("proves", "significant", "证明", "显著")
HOSTILE = "<script>alert(1)</script> {x} =1+1 😀"


def of_regions(north: tuple[int, int], south: tuple[int, int], name: str = "North") -> pd.DataFrame:
    """Bought of 400 without and with contact, in two regions."""
    parts = []
    for region, both in ((name, north), ("South", south)):
        for arm, bought in enumerate(both):
            parts.append(pd.DataFrame(
                {"campaign": "a", "arm": arm, "g_region": region, "converted": [1] * bought + [0] * (400 - bought)}
            ))  # fmt: skip
    rows = pd.concat(parts, ignore_index=True)
    return rows.assign(person_id=[f"S3CRET{n}" for n in range(len(rows))], orders_before=1.0)


def view_of(rows: pd.DataFrame, language: Language, grade: str = "A", region: str = "region", **more: Any) -> View:
    asked = CampaignEvaluationParameters(groups=(region,) if "g_region" in rows else ())
    if "g_region" in rows:
        rows = rows.rename(columns={"g_region": f"g_{region}"})
    campaigns = as_campaigns(rows, groups=asked.groups)
    checks = graded(campaigns, **dict.fromkeys(rows["campaign"].unique(), grade))
    found = CampaignEvaluationResult(
        asked, campaigns, checks, differences=differences(campaigns, checks, asked),
        targeting=targeting(campaigns, checks, asked, None), **more,
    )  # fmt: skip
    return View(found, language, 10)


def told(view: View) -> list[str]:
    """Everything that the two sections say."""
    said: list[str] = []
    for module in (groups, targets):
        if not module.has(view):
            continue
        said += [str(module.section(view).title), str(module.section(view).deck)]
        for finding in module.findings(view):
            said += [str(finding.head), str(finding.statement), str(finding.meaning), str(finding.action)]
        for table in module.tables(view):
            said += [str(table.caption), *(str(cell[0]) for row in table.rows for cell in row)]
            said += [str(text) for line in table.how for text in line]
        said += [str(text) for line in module.method(view) for text in line]
    said += [str(one) for one in targets.remarks(view)]
    if groups.has(view) and groups.has_figure(view):
        said += [str(one) for one in groups.figure(view).keywords.values()]
        said += [row[0] for _, rows in groups.dots(view) for row in rows]
    return said


@pytest.mark.parametrize("language", LANGUAGES, ids=["en", "zh"])
@pytest.mark.parametrize("grade", ["A", "C"])
def test_a_difference_is_told_with_its_numbers_and_its_grade(language: Language, grade: str) -> None:
    view = view_of(of_regions((40, 90), (40, 38)), language, grade)
    (finding,) = groups.findings(view)
    assert finding.grade == grade
    assert finding.notable
    assert finding.value == pytest.approx(0.125)
    assert finding.n == 800
    for number in ("12.5", "0.5", "800"):
        assert number in finding.statement
    assert "North" in finding.statement
    assert ("doubtful" in finding.statement or "存疑" in finding.statement) == (grade == "C")
    assert not [text for text in told(view) for word in FORBIDDEN if word in text.lower()]
    assert "S3CRET" not in "".join(told(view))


@pytest.mark.parametrize("language", LANGUAGES, ids=["en", "zh"])
def test_where_nothing_differs_the_page_says_so_and_what_could_have_been_seen(language: Language) -> None:
    view = view_of(of_regions((40, 60), (40, 61)), language)
    (finding,) = groups.findings(view)
    assert not finding.notable
    assert finding.grade == "C"
    assert not groups.has_figure(view)
    assert len(groups.tables(view)) == 1
    shown = view.size("converted", float(view.result.differences.tests["detectable"].iloc[0]))
    assert str(shown) in str(finding.meaning)


def test_harm_is_called_harm_and_nothing_shown_is_not_called_no_effect() -> None:
    harmed = view_of(of_regions((40, 90), (90, 40)), LANGUAGES[0])
    assert "does harm" in groups.findings(harmed)[0].meaning
    nothing = view_of(of_regions((40, 90), (40, 38)), LANGUAGES[0])
    assert "no effect is seen" in groups.findings(nothing)[0].meaning
    both = view_of(of_regions((40, 120), (40, 75)), LANGUAGES[0])
    assert "Everybody reacts" in groups.findings(both)[0].meaning


@pytest.mark.parametrize("language", LANGUAGES, ids=["en", "zh"])
def test_any_name_of_a_value_or_a_column_is_only_text(language: Language) -> None:
    view = view_of(of_regions((40, 90), (40, 38), HOSTILE), language, region="rec {region}")
    assert any("alert(1)" in one for one in told(view))
    assert "😀" in "".join(told(view))


@functools.cache
def planted_view(customers: int, seed: int, planted: bool) -> View:
    """The synthetic client's campaigns, worked out once for both languages."""
    return view_of(planted_units(customers, seed, planted=planted), LANGUAGES[0])


@pytest.mark.parametrize("language", LANGUAGES, ids=["en", "zh"])
def test_the_built_in_groups_are_named_by_their_bounds(language: Language) -> None:
    view = dataclasses.replace(planted_view(60_000, 2, True), language=language)
    assert view.result.differences is not None
    levels = view.result.differences.levels.rename(columns={"from": "start"})
    names = {level_name(view, row) for row in levels.itertuples()}
    ends = {"en": {"0 to 44", "45 to 89", "90 to 179", "2 to 4", "1"}, "zh_CN": {"0 至 44", "45 至 89", "2 至 4", "1"}}
    assert ends[language.code] <= names
    told_of = {str(level_told(view, row)) for row in levels.itertuples()}
    ends = {"en": {"customers whose last order was 45 to 89 days before"}, "zh_CN": {"距上次下单 45 至 89 天的客户"}}
    assert ends[language.code] <= told_of


@pytest.mark.parametrize("language", LANGUAGES, ids=["en", "zh"])
def test_an_order_that_holds_is_told_and_one_that_does_not_makes_no_list(language: Language) -> None:
    view = dataclasses.replace(planted_view(60_000, 2, True), language=language)
    (finding,) = targets.findings(view)
    assert finding.grade == "A"
    assert finding.notable
    assert len(targets.tables(view)) == 2
    assert len(targets.curve_lines(view)) == 2
    assert all(str(one) for one in targets.curve_figure(view).keywords.values())
    assert not [text for text in told(view) for word in FORBIDDEN if word in text.lower()]
    view = dataclasses.replace(planted_view(2_000, 1, False), language=language)
    (finding,) = targets.findings(view)
    assert not finding.notable
    assert targets.tables(view) == []
    assert told(view)


def test_an_order_whose_end_does_not_pay_says_so_and_not_that_nothing_happens() -> None:
    view = planted_view(60_000, 2, True)
    found = view.result.targeting
    assert found is not None
    last = Last(1, 500, 0.016, Interval(0.005, 0.027), put_off=False)
    made = dataclasses.replace(found, last=last, break_even=0.02)
    told_of = targets.findings(dataclasses.replace(view, result=dataclasses.replace(view.result, targeting=made)))[0]
    assert "may not pay" in told_of.meaning
    assert "2.0 points" in told_of.meaning

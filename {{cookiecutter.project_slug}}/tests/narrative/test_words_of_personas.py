"""What the personas report says: each finding's condition, its sentence for when there is nothing, no false word."""

from __future__ import annotations

import dataclasses
import json
import math
import re
from dataclasses import replace
from types import ModuleType

import pytest

from customer_analytics.language import Language
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.narrative.personas import (
    aside,
    briefs,
    cards,
    closing,
    combinations,
    compare,
    distinct,
    fairness,
    rules,
    structure,
    summary,
    tagging,
    validity,
    when,
)
from customer_analytics.narrative.personas.findings import fairness_finding, unknown_finding, worth_finding
from customer_analytics.narrative.personas.summary import all_findings
from customer_analytics.narrative.personas.view import View
from customer_analytics.report.charts import Index, IndexGroup, Profile, WeekGrid, index_dots, radars, week_hours
from customer_analytics.statistics import Interval


def finding(view: View, name: str) -> Finding:
    return next(one for one in all_findings(view) if one.id == name)


def everything(view: View) -> list[str]:
    """All texts of the report."""
    told = summary(view)
    texts = [told.title, told.standfirst, told.recommendation, *(kpi.note for kpi in told.kpis)]
    for one in told.findings:
        texts += [one.head, one.statement, one.meaning, one.action]
    for card in cards.cards(view):
        texts += [card.title, card.line, card.note, *(text for _, text in card.details)]
    parts = [compare.size_table, compare.measure_table, distinct.index_table, when.contact_table, rules.rule_table]
    parts += [structure.choice_table, validity.movement_table, fairness.fairness_table, closing.plan_table]
    for part in [*parts, tagging.class_table, tagging.portrait_table, tagging.drop_table, tagging.dictionary_table]:
        words = part(view)
        texts += [words.caption, *(str(cell[0]) for row in words.rows for cell in row)]
        texts += [text for pair in words.how for text in pair]
    figures = [compare.revenue_figure, compare.radar_figure, distinct.index_figure, when.week_figure]
    for figure in [*figures, structure.choice_figure, validity.validity_figure]:
        words = figure(view)
        texts += [words.title, words.subtitle, words.alt, words.source]
    texts += [text for _, text in closing.method(view)] + closing.limits(view)
    return [str(text) for text in texts]


def test_the_title_names_the_persona_that_brings_more_than_its_share(made: ModuleType) -> None:
    title = summary(made.view()).title
    assert title == (
        "3 kinds of regular customers. 20% are “Large-order buyers who pay the full price” and bring 40% of their "
        "revenue"
    )


def test_where_no_persona_clearly_brings_more_the_title_names_the_largest_and_claims_nothing(made: ModuleType) -> None:
    alike = [replace(one, share_revenue=one.share_customers, revenue=one.share_customers * 100_000,
                     share_revenue_interval=Interval(one.share_customers - 0.05, one.share_customers + 0.05))
             for one in made.result().personas]  # fmt: skip
    view = made.view(made.result(personas=tuple(alike)))
    assert summary(view).title == "3 kinds of regular customers. The largest: 45% are “Night buyers who prefer Books”"
    found = worth_finding(view)
    assert found is not None and not found.notable and "no persona earns a budget" in found.action
    assert compare.revenue_figure(view).title == "Each persona brings about its share of revenue"


def test_no_structure_is_said_as_an_answer_and_not_as_a_failure(made: ModuleType) -> None:
    view = made.view(made.without_structure())
    told = summary(view)
    assert told.title == "The customers do not fall into kinds: they differ by degree"
    assert finding(view, "structure").head == "The customers do not fall into kinds"
    assert "no border is real" in finding(view, "structure").meaning
    assert "persona" not in told.recommendation.lower() and told.recommendation
    assert cards.cards(view) == [] and rules.commands(view) == []
    assert validity.validity_section(view).deck.startswith("Nothing to test")
    assert tagging.portrait_table(view).rows, "the tags of all customers are the portrait"


def test_a_number_that_the_client_asked_for_is_no_proof_of_kinds(made: ModuleType) -> None:
    status = replace(made.result().structure, status="none", p_permuted=0.4)
    view = made.view(made.result(structure=status, choice=made.choice(3, "parameter")))
    assert finding(view, "structure").head == "The personas are a convenience, not kinds"
    assert "as engagement.yml asks" in structure.choice_figure(view).title


def test_too_few_customers_get_no_share_no_rate_and_a_grade_d(made: ModuleType) -> None:
    view = made.view(made.not_estimable())
    told = summary(view)
    assert told.title == "Too little is known for personas"
    assert told.findings[0].grade is Grade.D and "12 customers have 3 or more purchases" in told.findings[0].statement
    assert all("%" not in kpi.value for kpi in told.kpis)
    assert aside(view, "limits") == []


@pytest.mark.parametrize(
    ("added", "low", "p", "says_more"),
    [(0.05, 0.02, 0.01, True), (0.05, -0.01, 0.01, False), (0.05, 0.02, 0.3, False), (-0.02, -0.05, 0.9, False)],
)
def test_personas_foretell_more_only_with_the_interval_above_zero_and_permutations_below(
    made: ModuleType, added: float, low: float, p: float, says_more: bool
) -> None:
    view = made.view(made.result(validity=made.validity(added, low, p)))
    found = finding(view, "validity")
    assert (found.head == "Personas foretell more than RFM alone") is says_more
    assert found.grade is Grade.B, "it was counted on held-out customers"
    assert ("better" not in validity.validity_figure(view).title) is says_more


def test_without_a_held_out_period_there_is_no_finding_of_grade_b_on_validity(made: ModuleType) -> None:
    view = made.view(made.result(validity=made.validity(status="not_estimable")))
    assert "validity" not in {one.id for one in all_findings(view)}
    assert "too short" in validity.validity_section(view).deck
    assert "Added to RFM" not in {str(kpi.label) for kpi in summary(view).kpis}


def test_only_a_confirmed_audience_is_recommended(made: ModuleType) -> None:
    view = made.view(made.result(discoveries=(made.discovery("lapsed"),)))
    assert "bought nothing" in finding(view, "best_audience").statement
    assert len(combinations.commands_for(view, view.result.discoveries[0])) == 1
    unconfirmed = made.view(made.result(discoveries=(made.discovery("lapsed", confirmed=0),)))
    found = finding(unconfirmed, "best_audience")
    assert found.head == "No combination of tags holds on other customers" and not found.notable
    assert combinations.commands_for(unconfirmed, unconfirmed.result.discoveries[0]) == []
    untried = made.view(made.result(discoveries=(made.discovery(status="not_estimable"),)))
    assert "best_audience" not in {one.id for one in all_findings(untried)}


def test_an_unstable_persona_is_named_so(made: ModuleType) -> None:
    personas = list(made.result().personas)
    personas[1] = replace(personas[1], stability=0.55, level="dissolved")
    view = made.view(made.result(personas=tuple(personas)))
    found = finding(view, "stability")
    assert found.notable and "Bargain buyers with small orders" in found.statement and "0.55" in found.statement
    assert "not stable" in cards.cards(view)[1].note
    steady = finding(made.view(), "stability")
    assert not steady.notable and steady.head == "All personas hold in other samples"


@pytest.mark.parametrize(("level", "notable"), [("none", False), ("weak", False), ("moderate", True), ("strong", True)])
def test_a_sensitive_attribute_is_raised_from_moderate_on(made: ModuleType, level: str, notable: bool) -> None:
    found = fairness_finding(made.view(made.result(fairness=made.fairness(level))))
    assert found is not None and found.notable is notable
    assert ("lean on" in found.head) is notable


def test_nothing_to_screen_by_is_said_and_no_clean_bill_is_given(made: ModuleType) -> None:
    view = made.view(made.result(fairness=made.fairness().iloc[:0]))
    assert fairness_finding(view) is None
    assert "nothing to screen" in fairness.fairness_section(view).deck


def test_a_small_group_of_unknown_customers_cannot_be_found_by_subtraction(made: ModuleType) -> None:
    people = replace(made.result().population, customers=1004, too_little=4)
    view = made.view(made.result(population=people))
    assert unknown_finding(view) is None
    texts = everything(view)
    assert not any("1,004" in text for text in texts)
    assert not any("99.6%" in text or ">99%" in text for text in texts)


def test_many_unknown_customers_are_a_finding_and_few_are_not(made: ModuleType) -> None:
    many = replace(made.result().population, customers=2000, too_little=1000)
    assert finding(made.view(made.result(population=many)), "too_little_known").notable
    assert not finding(made.view(), "too_little_known").notable


@pytest.mark.parametrize(
    ("drops", "words"), [(0, "says something of its own"), (1, "one says what"), (7, "7 say what")]
)
def test_one_tag_is_singular_and_none_is_no_zero(made: ModuleType, drops: int, words: str) -> None:
    assert words in finding(made.view(tags=made.portrait(drops=drops)), "tags").statement


def test_a_stale_tag_is_named_and_no_stale_tag_is_said(made: ModuleType) -> None:
    assert "One tag is out of date: Region" in tagging.stale_line(made.view(tags=made.portrait(stale=True)))
    assert tagging.stale_line(made.view()).startswith("No tag is out of date")


def test_skipped_tags_say_why(made: ModuleType) -> None:
    assert tagging.skipped_lines(made.view()) == ["1 tag lacks data: touches."]
    assert tagging.skipped_lines(made.view(tags=made.portrait(skipped=False))) == []


def test_names_say_what_people_do_before_what_they_lack_and_differ(made: ModuleType) -> None:
    names = [str(made.view().name(key)) for key in made.SHAPES]
    assert names == [
        "Night buyers who prefer Books",
        "Bargain buyers with small orders",
        "Large-order buyers who pay the full price",
    ]
    assert str(made.view().short("persona_1")) == "Night buyers"


def test_twins_get_a_third_trait_or_a_number(made: ModuleType) -> None:
    first, _, third = made.result().personas
    twin = replace(first, key="persona_2")
    view = made.view(made.result(personas=(first, twin, third)))
    names = {str(view.name(one.key)) for one in view.personas}
    assert len(names) == 3
    assert view.short("persona_1") != view.short("persona_2")


def test_the_best_hours_run_over_midnight(made: ModuleType) -> None:
    assert "22:00 to 01:00" in cards.cards(made.view())[0].details[1][1]
    assert when.week_figure(made.view()).title.startswith("“Night buyers who prefer Books”: ")


def test_the_invented_person_says_so_and_carries_no_sensitive_attribute(made: ModuleType) -> None:
    for persona in made.view().personas:
        told = cards.invented(made.view(), persona)
        assert "no such customer is in the data" in told
        assert not re.search(r"female|male|years", told)


def test_an_index_names_only_what_is_clear_and_marks_what_formed_the_persona(made: ModuleType) -> None:
    view = made.view()
    assert [row[0] for _, rows in distinct.index_groups(view) for row in rows].count("Gender: female") == 0
    used = made.index()
    used.loc[used["name"] == "favourite", "name"] = "night_share"
    rows = dict(distinct.index_groups(made.view(made.result(index=used))))
    assert {row[5] for row in rows["Night buyers who prefer Books"]} == {"s1", "s3"}


def test_a_rule_is_read_in_labels_and_units_but_a_clients_value_stays(made: ModuleType) -> None:
    told = rules.in_words(made.view(), "night_share > 0.4 and order_value <= 60 and region = 'night_share and more'")
    assert told == "“Purchases at night” over 40% and “Average order” up to €60 and “Region” = 'night_share and more'"


@pytest.mark.parametrize("condition", ["region = '$(rm -rf ~)'", 'region = "a" and `odd name` > 1', "region = 'x\\'"])
def test_a_command_to_copy_runs_nothing_that_a_value_holds(condition: str) -> None:
    line = rules.command_line(condition, "persona_1")
    inside = line.removeprefix('analytics audience "').rpartition('" --name')[0]
    assert not re.search(r'(?<!\\)(?:\\\\)*["$`]', inside)


def test_a_brief_is_plain_markdown_whatever_a_category_is_called(made: ModuleType) -> None:
    tags = made.portrait()
    hostile = tuple(replace(one, each=made.HOSTILE) if one.each else one for one in tags.tags)
    view = made.view(tags=dataclasses.replace(tags, tags=hostile))
    texts = briefs.documents(view)
    assert set(texts) == {"personas.json", *(f"briefs/{key}.md" for key in made.SHAPES)}
    headings = [line for line in texts["briefs/persona_1.md"].splitlines() if line.startswith("## ")]
    assert len(headings) == 10
    prose = [line for line in texts["briefs/persona_1.md"].splitlines() if not line.startswith("    ")]
    assert not re.search(r"(?<!\\)[<*`]", "\n".join(prose))


def test_personas_json_is_json_and_holds_each_brief(made: ModuleType) -> None:
    read = json.loads(briefs.documents(made.view())["personas.json"])
    assert [one["key"] for one in read["personas"]] == list(made.SHAPES)
    assert set(read["personas"][0]["brief"]) >= {"tone", "message", "offer", "time_and_channel", "do_not_say"}
    assert read["personas"][0]["rule_fidelity"] == pytest.approx(2 * 0.9 * 0.86 / (0.9 + 0.86), abs=1e-6)
    assert json.loads(briefs.documents(made.view(made.without_structure()))["personas.json"])["personas"] == []


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("kind", ["result", "without_structure", "not_estimable"])
def test_no_cause_is_claimed_and_no_gap_is_printed(made: ModuleType, language: str, kind: str) -> None:
    view = made.view(getattr(made, kind)(), language=language)
    told = summary(view)
    texts = everything(view) if kind == "result" else [str(told.title), str(told.recommendation)]
    for text in texts + [str(one.statement) for one in told.findings]:
        assert "nan" not in text.lower().replace("finance", "") and "None" not in text.replace("None:", ""), text
        claims = re.sub("not cause|what causes what|what it causes", "", text)
        assert not re.search(r"\b(caused?|causes|leads to|drives?)\b", claims), text
    if language == "zh_CN":
        plain = "".join(texts)
        assert not re.search(r"[\u4e00-\u9fff][,;:?!]", plain)


def test_every_notable_finding_has_a_base_and_an_action(made: ModuleType) -> None:
    for one in all_findings(made.view()):
        assert one.n and one.action and one.meaning and one.statement
        assert one.grade in (Grade.B, Grade.C)


def test_the_radar_stands_at_the_middle_where_a_persona_is_as_everybody(made: ModuleType) -> None:
    profile = made.profile().assign(z=0.0)
    rows = compare.radar_profiles(made.view(made.result(profile=profile)))
    assert all(value == pytest.approx(0.5) for _, values, _ in rows for value in values)


def test_charts_are_drawn_wide_and_narrow(made: ModuleType) -> None:
    view, language = made.view(), Language("en", "EUR")
    drawn = [
        radars([Profile(*row) for row in compare.radar_profiles(view)], compare.radar_spokes(view)),
        week_hours([WeekGrid(*row) for row in when.week_grids(view)], when.weekdays(view)),
        index_dots(
            [IndexGroup(name, [Index(*row) for row in rows]) for name, rows in distinct.index_groups(view)],
            distinct.reference(view),
        ),
    ]
    assert language.code == "en"
    for draw in drawn:
        for width, narrow in ((7.8, False), (3.55, True)):
            assert draw(width, narrow).get_figwidth() == pytest.approx(width)


def test_an_infinite_interval_does_not_break_the_scale() -> None:
    rows = [Index("a", 500.0, 100.0, math.inf, "500"), Index("b", 1e-9, 0.0, 3.0, "<1")]
    assert index_dots([IndexGroup("group", rows)], "100")(7.8, False) is not None

"""What the basket report says first: the strongest rule, what holds, what is left out, and both languages."""

from __future__ import annotations

import re
from types import ModuleType

import pytest

from customer_analytics.analysis.association.variants import are_variants
from customer_analytics.narrative.basket_rules import View, aside, closing, frame, pictures, summary, uses
from customer_analytics.narrative.basket_rules.summary import all_findings
from customer_analytics.narrative.basket_rules.uses import Use, use_of
from customer_analytics.narrative.basket_rules.view import rows
from customer_analytics.narrative.finding import Finding, Grade

LANGUAGES = ("en", "zh_CN")
REASONS = ("no_lines", "no_sales", "few_baskets", "one_item", "single_items")


def finding(view: View, name: str) -> Finding:
    return next(one for one in all_findings(view) if one.id == name)


def everything(view: View) -> list[str]:
    told = summary(view)
    texts = [told.title, told.standfirst, told.recommendation, frame.rules_section(view).deck]
    texts += [text for kpi in told.kpis for text in (kpi.label, kpi.value, kpi.note)]
    for one in all_findings(view):
        texts += [one.head, one.statement, one.meaning, one.action]
    pairs = closing.method(view) + closing.next_steps(view) + uses.cards(view) + uses.uses(view)
    texts += [part for pair in pairs for part in pair]
    if view.rules is not None:
        texts += [*pictures.matrix_figure(view).keywords.values(), *pictures.scatter_figure(view).keywords.values()]
    return [str(text) for text in [*texts, *closing.limits(view)]]


def test_the_first_screen_says_how_many_hold_and_which_is_the_strongest(basket_made: ModuleType) -> None:
    told = summary(basket_made.view(checks=basket_made.checks()))
    assert told.title == "4 combinations go together beyond chance; of those found early, 96% held later"
    assert "“tea” with “honey”, 5.0 times as often as chance gives" in told.standfirst
    assert told.findings[0].statement == (
        "Of 800 baskets with “tea” 50% also hold “honey”, against 10% of all: 5.0 times as many (interval 4.7 to 5.3). "
        "In the later part: 4.5 times (interval 3.5 to 5.5)."
    )
    assert told.findings[0].meaning.startswith("400 baskets hold both, where chance gives 80. 3 more combinations")


def test_both_directions_of_a_pair_are_one_combination_told_by_the_surer_one(basket_made: ModuleType) -> None:
    shown = basket_made.view().shown
    assert [(rule.antecedent, rule.consequent) for rule in rows(shown)] == [
        ((0,), (1,)), ((3,), (4,)), ((2,), (0,)), ((0,), (5,)),
    ]  # fmt: skip


@pytest.mark.parametrize("verdict", ["vanishes", "reversed"])
def test_a_rule_that_vanishes_within_month_and_group_does_not_lead_the_page(
    basket_made: ModuleType, verdict: str
) -> None:
    checks = basket_made.checks(verdict=[verdict, verdict, "holds", "shrinks", "unclear"])
    view = basket_made.view(checks=checks)
    assert "honey" not in summary(view).standfirst and len(view.shown) == 3
    everywhere = basket_made.view(checks=basket_made.checks(verdict=verdict))
    assert summary(everywhere).title == "Nothing goes together beyond chance"
    assert "once month, group and promotion are kept equal" in finding(everywhere, "together").statement


def test_a_rule_of_fewer_customers_than_the_smallest_group_is_not_shown(basket_made: ModuleType) -> None:
    table = basket_made.table(customers=[9, 9, 10, 11, 200])
    assert [rule.antecedent for rule in rows(basket_made.view(table).shown)] == [(3,), (2,), (0,)]
    unknown = basket_made.baskets(has_people=False)
    assert len(basket_made.view(table.drop(columns="customers"), unknown).shown) == 4


def test_noise_is_not_told(basket_made: ModuleType) -> None:
    told = summary(basket_made.view(basket_made.table(significant=False)))
    assert told.title == "Nothing goes together beyond chance"
    assert "nothing here speaks for one" in told.recommendation
    assert not told.findings[0].value


def test_only_what_was_seen_again_is_graded_b(basket_made: ModuleType) -> None:
    assert finding(basket_made.view(checks=basket_made.checks()), "together").grade is Grade.B
    assert finding(basket_made.view(checks=basket_made.checks(outcome="new")), "together").grade is Grade.C
    assert finding(basket_made.view(), "together").grade is Grade.C


def test_a_share_of_few_rules_is_told_as_a_count(basket_made: ModuleType) -> None:
    told = summary(basket_made.view(checks=basket_made.checks(held=6, of=7)))
    assert told.title.endswith("of 7 found early, 6 held later")
    assert [str(kpi.value) for kpi in told.kpis if "Held" in kpi.label] == ["6"]


def test_without_dates_nothing_is_later(basket_made: ModuleType) -> None:
    undated = basket_made.baskets(dated=False, split="chance", cut_day=None, first_day=None, last_day=None)
    view = basket_made.view(of=undated, checks=basket_made.checks())
    told = summary(view)
    assert told.title.endswith("of 50 found in one part, 48 held in the other")
    assert "without dates" in told.standfirst and "part held back" in told.findings[0].statement
    assert "That tests luck" in dict(closing.method(view))["Later part"]
    assert any("season and promotion may stand behind" in text for text in closing.limits(view))


def test_what_a_rule_is_good_for_follows_its_measures(basket_made: ModuleType) -> None:
    assert [use_of(rule) for rule in rows(basket_made.view().shown)] == [
        Use.BUNDLE,  # 800 and 1,000 baskets, lift 5
        Use.BUNDLE,
        Use.CROSS_SELL,  # 150 against 800 baskets
        Use.SHELF,  # of like size, lift 1.5
    ]
    table = uses.tables(basket_made.view())["candidates"]
    assert table["use"].tolist() == ["bundle", "bundle", "cross_sell", "shelf"]
    assert table["variants"].tolist() == [False, True, False, False]
    assert table["left"].tolist()[2] == "<b>jam</b> {0}"


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("red party bunting", "blue party bunting", True), ("LUNCH BAG RED", "lunch bag black.", True),
        ("tea", "green tea", False), ("tea", "tea", False), ("milk (12)", "milk (47A)", True),
        ("hair dryer", "phone charger", False),
        ("红茶 茶包", "绿茶 茶包", False), ("", "", False),
    ],
)  # fmt: skip
def test_variants_share_half_of_their_words(one: str, other: str, alike: bool) -> None:
    assert are_variants(one, other) is alike


def test_different_articles_are_told_before_variants_of_one(basket_made: ModuleType) -> None:
    sides = (((3,), (4,), 250, 260, 260), *basket_made.SIDES[:2])
    view = basket_made.view(basket_made.table(sides))
    assert rows(view.shown.head(1))[0].antecedent == (3,)
    assert "“tea” with “honey”" in summary(view).standfirst
    assert view.leading[1].antecedent == (3,)


def test_names_are_data_and_a_category_says_that_it_is_one(basket_made: ModuleType) -> None:
    view = basket_made.view()
    assert view.name(2) == "“<b>jam</b> {0}”" and "<b>" not in view.name(2).__html__()
    assert view.name(6) == "something of “Food”" and view.label(6) == "Food (category)"
    assert view.side((0, 1)) == "tea + honey" and view.plain_side((6, 2)) == "Food + <b>jam</b> {0}"
    assert view.names((0, 1, 5)) == "“tea”, “honey” and “scarf”"


def test_the_matrix_tells_the_pairs_above_and_below_chance(basket_made: ModuleType) -> None:
    view = basket_made.view()
    words = pictures.matrix_figure(view)
    assert words.title == (
        "Of 3 pairs of the 3 most frequent products, 1 go together beyond chance, 1 less often than chance gives"
    )
    assert "“honey” and “tea”: 5.0 times" in words.alt and "“honey” and “scarf”: 0.6 times" in words.alt
    names, shares, cells = pictures.matrix(view)
    assert (names, shares) == (["honey", "tea", "scarf"], ["10%", "8%", "9%"])
    assert [[cell[2] for cell in row] for row in cells] == [[], [1], [-1, 0]]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", REASONS)
def test_where_no_rules_can_be_looked_for_the_page_says_why(
    basket_made: ModuleType, language: str, reason: str
) -> None:
    view = basket_made.empty(reason, language)
    told = summary(view)
    assert told.findings[0].statement == view.why_not and told.findings[0].grade is Grade.D
    assert "nan" not in " ".join(everything(view)) and "None" not in " ".join(everything(view))


def test_each_reason_has_its_own_sentence(basket_made: ModuleType) -> None:
    assert len({basket_made.empty(reason).why_not for reason in REASONS}) == len(REASONS)


@pytest.mark.parametrize("significant", [True, False])
@pytest.mark.parametrize("unit", ["order", "day", "customer", "session"])
def test_every_kind_of_basket_reads_whole_in_chinese(basket_made: ModuleType, unit: str, significant: bool) -> None:
    found = basket_made.table(significant=significant)
    view = basket_made.view(found, basket_made.baskets(unit=unit), "zh_CN", checks=basket_made.checks())
    for text in everything(view):
        plain = re.sub(r"“[^”]*”|red party bunting|blue party bunting|<b>jam</b> \{0\}|candidates\.csv", "", text)
        assert not re.search(r"(?:[A-Za-z]+ ){3,}", plain), text
        assert "{" not in plain and not re.search(r"[\u4e00-\u9fff][,;:?!]", plain), text


def test_nothing_but_a_randomised_comparison_may_say_because(basket_made: ModuleType) -> None:
    said = " ".join(everything(basket_made.view(checks=basket_made.checks())))
    assert not re.search(r"\b(because of|caused?|thanks to|leads? to|led to)\b", said)


def test_what_is_on_the_first_screen_is_not_told_again_in_its_section(basket_made: ModuleType) -> None:
    view = basket_made.view(checks=basket_made.checks())
    notable = {one.id for one in all_findings(view) if one.notable}
    assert not notable & {one.id for section in ("rules", "replication", "limits") for one in aside(view, section)}


def test_there_is_no_picture_of_two_pairs_and_of_a_handful_of_rules(basket_made: ModuleType) -> None:
    assert pictures.has_network(basket_made.view()) and pictures.has_scatter(basket_made.view())
    few = basket_made.view(basket_made.table(basket_made.SIDES[:3]))
    assert not pictures.has_network(few) and not pictures.has_scatter(few)

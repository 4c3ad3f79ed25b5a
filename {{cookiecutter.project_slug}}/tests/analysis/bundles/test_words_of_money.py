"""What the report says of money: assumptions beside numbers, nothing invented, names of a client as text."""

from __future__ import annotations

import functools
import re
from dataclasses import replace

import pandas as pd
import pytest
from small_shop import Basket, shop

from customer_analytics.analysis.association import Rules
from customer_analytics.analysis.baskets import Baskets
from customer_analytics.analysis.baskets.result import BasketRulesResult
from customer_analytics.analysis.bundles import bundles
from customer_analytics.analysis.bundles.outputs import metrics, tables
from customer_analytics.engagement.parameters import BasketRulesParameters
from customer_analytics.language import Language
from customer_analytics.narrative.basket_rules import View, anchors, attach, bundle_plan, bundle_tests, money
from customer_analytics.narrative.basket_rules import bundles as calculator
from customer_analytics.narrative.exhibits import TableWords

SECTIONS = (money, anchors, attach, calculator, bundle_tests)
HOSTILE = "=cmd|'/C calc'!A0 <b>{0}</b> + `x` | *y*"


@functools.cache
def baskets(has_money: bool = True, margin: float | None = 0.5, people: bool = True, days: int = 200) -> Baskets:
    made = []
    for day in range(days):
        for turn in range(6):
            person = 6 * (day % 40) + turn if people else None
            items = {0: (1.0, 10.0), 1: (1.0, 20.0)} if turn < 1 else {0: (1.0, 10.0)}
            made.append(Basket(items, person, 20_000 + day, day >= 130))
            made.append(Basket({2: (1.0, 5.0)}, person, 20_000 + day, day >= 130))
    margins = {} if margin is None else {0: margin, 1: margin, 2: margin}
    found = shop(made, margins=margins, has_money=has_money)
    items = found.items.assign(label=[HOSTILE, "honey", "tea"])
    return replace(found, items=items, first_day=20_000, last_day=20_000 + days - 1)


def rules(customers: int = 200) -> Rules:
    row = {
        "rule": 1, "antecedent": (0,), "consequent": (1,), "count": 200, "count_antecedent": 1_200,
        "count_consequent": 200, "customers": customers, "lift": 2.0, "lift_low": 1.7, "lift_high": 2.3,
        "confidence": 1 / 6, "leverage": 0.04, "significant": True, "redundant": False,
    }  # fmt: skip
    return Rules(pd.DataFrame([row]), 2_400, 10, 3, 0.01, 0.05)


@functools.cache
def result(own: tuple[tuple[str, float], ...] = (), **shape: object) -> BasketRulesResult:
    parameters = BasketRulesParameters(**dict(own))  # type: ignore[arg-type]
    found = baskets(**shape)  # type: ignore[arg-type]
    return BasketRulesResult(
        parameters, found, rules=rules(), bundles=bundles(found, rules(), None, parameters)
    )  # fmt: skip


def view(made: BasketRulesResult, language: str = "en") -> View:
    return View(made, Language(language, "EUR"), 10, "Europe/London")


def told(own: View) -> str:
    texts: list[str] = []
    for section in SECTIONS:
        if section is calculator or getattr(section, "has")(own):  # noqa: B009
            texts.append(section.section(own).deck)
        for table in section.tables(own):
            texts += [table.caption, *(str(cell[0]) for row in table.rows for cell in row)]
            texts += [str(text) for line in table.how for text in line] + [str(head) for head, _ in table.columns]
        for finding in section.findings(own):
            texts += [finding.head, finding.statement, finding.meaning, finding.action]
    return "\n".join(map(str, [*texts, *bundle_plan.documents(own).values()]))


def test_every_number_of_a_bundle_stands_beside_its_assumptions() -> None:
    own = view(result())
    finding = next(one for one in calculator.findings(own))
    assert "10%" in finding.statement and "5% of the baskets with the first product alone" in finding.statement
    how = dict(calculator.tables(own)[0].how)
    assert "5% of the baskets" in how["Largest discount"] and "10% less" in how["Offer"]
    assert "own, from its costs" in how["Margin"]


def test_by_hand_the_bundle_pays_or_does_not() -> None:
    """30 baskets with both of 180 a month; D = 3: 7.5 new at 7 each are 52.5 against 90 given away."""
    row = calculator.tables(view(result()))[0].rows[0]
    shown = [str(cell[0]) for cell in row]
    assert shown[1:] == ["€27.00", "17%", "30%", "13", "6.7%", "−€38", "€90"]
    cheap = calculator.findings(view(result((("bundle_discount", 0.02),))))[0]
    assert cheap.head == "1 of 1 bundles would pay at 2% off"


def test_without_prices_no_money_is_told_and_the_test_still_has_its_size() -> None:
    own = view(result(has_money=False))
    text = told(own)
    assert "€" not in text and "no prices" in text
    assert bundle_tests.has(own) and not calculator.has(own) and not money.has(own) and not anchors.has(own)
    assert "Without prices neither can be said." in text
    assert metrics(own.result.bundles)["bundle_gain_month"] is None


def test_without_costs_no_bundle_is_said_to_pay() -> None:
    own = view(result(margin=None))
    assert not calculator.findings(own)
    table = calculator.tables(own)[0]
    assert "Margin needed" in [str(head) for head, _ in table.columns]
    assert "state margin_share" in str(calculator.section(own).deck).lower()
    assert "revenue" in told(own)


def test_what_few_customers_bought_is_on_no_page_and_in_no_table() -> None:
    made = result()
    few = replace(made, rules=rules(customers=5))
    for own in (view(few), View(made, Language("en", "EUR"), 500, "UTC")):
        assert not money.has(own)
    written = tables(made.bundles, made.baskets, made.rules, 500)
    assert all(not len(written[name]) for name in ("bundles", "anchors", "attach", "rule_money"))


def test_names_of_a_client_are_text_in_the_plan_and_on_the_page() -> None:
    own = view(result())
    plan = bundle_plan.documents(own)[bundle_tests.DOCUMENT]
    assert "<b>" not in plan.replace("\\<b\\>", "") and "\\*y\\*" in plan and "\\`x\\`" in plan
    assert HOSTILE in told(own).replace("\\", "")


@pytest.mark.parametrize("shape", [{}, {"has_money": False}, {"margin": None}, {"people": False}])
def test_every_sentence_has_its_chinese(shape: dict[str, object]) -> None:
    text = told(view(result(**shape), "zh_CN")).replace(HOSTILE, "")
    text = re.sub(r"margin_share|engagement\.yml|test_plans/bundles\.md|Europe/London|honey|tea|cmd|calc", "", text)
    latin = [line for line in text.splitlines() if re.search(r"[A-Za-z]{4,}", line)]
    assert not latin


def test_no_baskets_give_no_section_and_no_error() -> None:
    nothing = BasketRulesResult(BasketRulesParameters(), replace(baskets(), reason="few_baskets"))
    own = view(nothing)
    assert not any(section.findings(own) for section in SECTIONS)
    assert not calculator.shown(own) and not bundle_plan.documents(own)
    assert tables(None, own.baskets, None, 10) == {} and metrics(None)["bundle_tests"] == 0


def test_no_table_of_money_is_wide_or_long() -> None:
    for section in SECTIONS:
        for table in section.tables(view(result())):
            assert isinstance(table, TableWords) and len(table.columns) <= 8 and len(table.rows) <= 8

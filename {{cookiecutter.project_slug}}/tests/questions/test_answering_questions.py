"""Answers against counts made in plain Python, and what is never said of few customers."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import UserError
from customer_analytics.language import Language
from customer_analytics.pipeline.terminal import Terminal
from customer_analytics.questions import command
from customer_analytics.questions.answering import Desk
from customer_analytics.questions.saying import say_answer

from .asked_client import AS_OF, CUSTOMERS, make, orders, people


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return make(tmp_path_factory.mktemp("asked"))


@pytest.fixture(scope="module")
def desk(project: Project) -> Desk:
    return Desk(project)


def _days(order: Mapping[str, Any]) -> int:
    return int((AS_OF - order["ordered_at"].date()).days)


@pytest.mark.parametrize(
    ("question", "days", "times", "wanted"),
    [
        ("women who ordered in the last 30 days", 30, 1, lambda one: one["gender"] == "F"),
        ("近30天下单的女性有多少", 30, 1, lambda one: one["gender"] == "F"),
        ("customers in the South who ordered at least 2 times in the last 90 days", 90, 2,
         lambda one: one["region"] == "South"),
        ("90后下单两次以上", 10_000, 2, lambda one: 1990 <= one["birth_year"] <= 1999),
    ],
)  # fmt: skip
def test_counts_and_money_are_those_of_plain_python(
    desk: Desk, question: str, days: int, times: int, wanted: Any
) -> None:
    bought: dict[str, int] = {}
    money: dict[str, float] = {}
    for order in orders():
        money[order["customer_id"]] = money.get(order["customer_id"], 0.0) + float(order["amount"])
        if _days(order) < days:
            bought[order["customer_id"]] = bought.get(order["customer_id"], 0) + 1
    meant = [one["customer_id"] for one in people() if wanted(one) and bought.get(one["customer_id"], 0) >= times]
    answer = desk.answer(desk.read(question))
    assert answer.chosen is not None
    assert answer.chosen.customers == len(meant) > 10
    assert answer.chosen.revenue == pytest.approx(sum(money[one] for one in meant))
    assert answer.everyone.customers == CUSTOMERS


@pytest.mark.parametrize("question", ["region 'Tiny'", "not region 'Tiny'"])
def test_of_few_customers_nothing_is_said_nor_of_all_but_few(desk: Desk, question: str) -> None:
    answer = desk.answer(desk.read(question))
    said = say_answer(answer, Language("en", "EUR"))
    assert answer.chosen is None
    assert not said.rows
    assert not said.bars
    assert "ewer than 10" in said.head


def test_a_small_group_is_hidden_with_the_next(desk: Desk) -> None:
    groups = desk.answer(desk.read("how many customers by region")).groups
    assert [(one.name, one.chosen and one.chosen.customers) for one in groups] == [
        ("North", 260), ("South", None), ("Tiny", None)
    ]  # fmt: skip


def test_months_are_those_of_the_orders(desk: Desk) -> None:
    months = desk.answer(desk.read("trend by month of women")).months
    women = {one["customer_id"] for one in people() if one["gender"] == "F"}
    by_month: dict[dt.date, float] = {}
    for order in orders():
        if order["customer_id"] in women:
            month = order["ordered_at"].date().replace(day=1)
            by_month[month] = by_month.get(month, 0.0) + float(order["amount"])
    assert {one.first: one.revenue for one in months} == pytest.approx(by_month)


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_the_command_answers_on_the_screen_as_data_and_as_a_page(
    project: Project, language: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    page = tmp_path / "answer.html"
    command.ask(project, "women by region", Terminal(), language=language, output=page)
    shown = capsys.readouterr().out
    assert "gender = 'F'" in shown
    assert "--name gender-f" in shown
    html = page.read_text(encoding="utf-8")
    assert "<svg" in html
    assert html.count("<script") == 1
    command.ask(project, "women by region", Terminal(), language=language, as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert told["audience"] == "gender = 'F'"
    assert told["chosen"]["customers"] == sum(one["gender"] == "F" for one in people())


def test_wrong_options_are_named_together(project: Project) -> None:
    with pytest.raises(UserError) as error:
        command.ask(project, "women", Terminal(), as_of="soon", language="fr", output=Path("a.pdf"))
    assert len(error.value.problems) == 3

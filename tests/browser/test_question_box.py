"""The question box in a browser: answers held against counts, no request, phone, dark, keyboard, without scripts."""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from customer_analytics.engagement import Project
from customer_analytics.questions.answering import Desk
from customer_analytics.questions.offline import make_questions
from customer_analytics.report.front_page import write_front_page

PROJECT = Path(__file__).resolve().parents[2] / "{{cookiecutter.project_slug}}"
QUESTIONS = {
    "en": (
        "who ordered in the last 30 days?", "customers in the South who did not order in the last 90 days",
        "customers who ordered at least 3 times", "customers who ordered twice", "North or South", "not from the North",
        "ordered in the last 45 days", "ordered in the last 3 months and not in the North",
        "active in the last 30 days but did not order", "North or ordered in the last 7 days",
        "ordered at least 2 times in the North", "who never ordered",
        "ordered in the last year, did not order in the last 30 days",
    ),
    "zh_CN": (
        "最近30天下单的客户有多少？", "近三十天没有下单的客户", "下单两次以上", "下单至少3次", "半年没有下单",
        "从未下单", "最近7天活跃但没有下单的客户",
    ),
}  # fmt: skip


@pytest.fixture(scope="session")
def client() -> ModuleType:
    """The small client of the tests of questions (tests/questions of the generated project)."""
    spec = importlib.util.spec_from_file_location("asked_client", PROJECT / "tests" / "questions" / "asked_client.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module", params=["en", "zh_CN"])
def asked(
    request: pytest.FixtureRequest, client: ModuleType, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Path, Desk]:
    """(language, front page with a box, what answers from the data)"""
    project: Project = client.make(tmp_path_factory.mktemp("boxed"), language=request.param)
    run = project.reports / "2026-11-21_2011"
    run.mkdir(parents=True)
    record = {
        "run": run.name, "client": "C", "created_at": "2026-11-21T20:11:12+00:00", "as_of": str(client.AS_OF),
        "language": request.param, "template_version": "0.9.0", "versions": {"python": "3.11"},
        "data": {"fingerprint": "7f3a", "tables": {"orders": 60}, "loaded_at": "2026-11-21T20:00:00+00:00"},
        "reports": [{"name": "funnel", "status": "skipped", "page": None, "reason": "–", "parameters": {}}],
    }  # fmt: skip
    make_questions(run, record, project)
    write_front_page(run, record, project)
    return request.param, run / "index.html", Desk(project)


def answer(page: Any, question: str) -> str:
    page.fill("#ask-text", question)
    page.press("#ask-text", "Enter")
    return str(page.inner_text("#ask-answer"))


def limits(told: str) -> tuple[int, int]:
    """The least and the most in the first line of an answer."""
    head = re.split(r",\s*(?=\D)|，|customers|位客户", told.splitlines()[0])[0]
    numbers = [int(one.replace(",", "")) for one in re.findall(r"\d[\d,]*", head)]
    if "most" in head or "至多" in head:
        return 0, numbers[0]
    return numbers[0], numbers[-1]


def test_answers_hold_against_the_data(asked: tuple[str, Path, Desk], visit: Callable[..., Any]) -> None:
    language, path, desk = asked
    seen = visit(path)
    exact = 0
    for question in QUESTIONS[language]:
        found = desk.answer(desk.read(question))
        told = answer(seen.page, question)
        low, high = limits(told) if re.search(r"\d", told.splitlines()[0]) else (0, 0)
        assert found.chosen is None or low <= found.chosen.customers <= high, (question, told)
        exact += low == high
    assert exact
    assert not seen.requests
    assert not seen.messages


def test_a_word_that_is_not_known_is_named_as_text(asked: tuple[str, Path, Desk], visit: Callable[..., Any]) -> None:
    seen = visit(asked[1])
    told = answer(seen.page, "<img src=x onerror=alert(1)>")
    assert "<img" in told
    assert seen.page.query_selector("#ask-answer img") is None
    assert not seen.dialogs


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_box_is_accessible_on_a_phone(
    asked: tuple[str, Path, Desk], visit: Callable[..., Any], axe: str, scheme: str
) -> None:
    page = visit(asked[1], width=390, scheme=scheme, bypass_csp=True).page
    page.focus("#ask-text")
    page.keyboard.type(QUESTIONS[asked[0]][0])
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.inner_text("#ask-answer").strip()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.evaluate(axe)
    found = page.evaluate("axe.run(document.querySelector('.ask'))")["violations"]
    assert not found, json.dumps(found, ensure_ascii=False)[:2000]


def test_without_scripts_the_box_says_how_to_ask(asked: tuple[str, Path, Desk], visit: Callable[..., Any]) -> None:
    page = visit(asked[1], javascript=False).page
    assert "analytics ask" in page.inner_text("#ask-off")
    assert not page.is_visible("#ask-box")

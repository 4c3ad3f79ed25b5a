"""Odd clients by load, verdicts, reports and audience: a clear verdict or right numbers, never a failure or odd words.

A chosen third runs always, on the reports that its oddity meets; all of them with --thorough.
"""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from customer_analytics.audiences import command
from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import UserError
from customer_analytics.pipeline.survey import judge
from customer_analytics.pipeline.terminal import Terminal
from customer_analytics.tables.load import load

from . import reference
from .cases import ALL, CASES, Case
from .in_process import HOME, make_report
from .outcomes import CANNOT
from .scan import odd_files
from .small_client import Client, small_client

# What runs always: each has found a fault, or stands for a family.
ALWAYS: dict[str, tuple[str, ...]] = {
    "nine_customers": ("data_audit",),
    "all_refunded": ("rfm",),
    "all_on_one_day": ("funnel", "basket_rules"),
    "orders_of_a_header_only": ("campaign_evaluation",),
    "nobody_treated": ("campaign_evaluation",),
    "everybody_in_both_arms": ("campaign_evaluation",),
    "everybody_alike": ("rfm",),
    "only_contracts": ("retention",),
    "leap_day": ("retention",),
    "as_of_before_everything": ("data_audit",),
    "only_products": (),
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "case" in metafunc.fixturenames:
        names = CASES if metafunc.config.getoption("--thorough") else ALWAYS
        metafunc.parametrize("case", [CASES[name] for name in names], ids=list(names))


def test_client(case: Case, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    client = small_client()
    if case.keep:
        client.tables = {name: client.tables[name] for name in case.keep}
    case.change(client)
    project = client.write(tmp_path / "client")
    (project.folder / "tags.yml").write_bytes((HOME / "tags.yml").read_bytes())
    load(project)
    language = project.engagement.language.value
    verdicts = judge(str(project.folder), None, language, dict.fromkeys(ALL, 30), None)["verdicts"]
    cannot = {name for name, verdict in verdicts.items() if verdict["level"] == 0}
    if case.name in CANNOT:
        assert cannot == set(CANNOT[case.name])
    assert all(verdict["reason"].strip() for verdict in verdicts.values())
    touched = case.touches if request.config.getoption("--thorough") else ALWAYS[case.name]
    out = tmp_path / "out"
    for name in touched:
        if name in cannot and name != "data_audit":
            continue
        page = make_report(project, name, out, language)
        if case.own_words:
            assert elements_of(page) <= OURS
        else:
            assert odd_files(out, name) == []
        assert json.loads((out / name / "findings.json").read_text(encoding="utf-8"))
        assert wrong_numbers(client, name, metrics_of(out, name)) == {}
    if request.config.getoption("--thorough"):
        assert_an_audience_is_drawn_or_refused(project, client)


OURS = {"html", "head", "body"}


def elements_of(page: Path) -> set[str]:
    """Scripts of the page that are not ours, and elements that only a name could have brought."""
    found: set[str] = set()

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if any(name.startswith("on") for name, _ in attrs) or tag in ("iframe", "object", "embed", "form"):
                found.add(tag)

    text = page.read_text(encoding="utf-8")
    Reader().feed(text)
    return found | ({"script"} if "<script>alert" in text else set())


def metrics_of(out: Path, report: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((out / report / "metrics.json").read_text(encoding="utf-8"))
    return found


def wrong_numbers(client: Client, report: str, metrics: dict[str, Any]) -> dict[str, Any]:
    """Headline numbers that differ from those by hand: name -> (by hand, reported). Few people may stay untold."""
    found = {}
    for name, right in by_hand(client, report, metrics).items():
        told = metrics.get(name)
        if told is None and (right is None or name not in NEVER_UNTOLD):
            continue
        if right is None or told is None or abs(told - right) > 1e-6 * max(1.0, abs(right)):
            found[name] = (right, told)
    return found


NEVER_UNTOLD = {"orders", "revenue", "entered", "baskets", "items"}


def by_hand(client: Client, report: str, metrics: dict[str, Any]) -> reference.Numbers:
    """The headline numbers of a report by the second route, where there is one."""
    has = {name for name, rows in client.tables.items() if len(rows)}
    if report == "data_audit" and "orders" in has:
        return reference.audit_numbers(client)
    if report == "rfm" and "orders" in has:
        return reference.value_numbers(client)
    if report == "basket_rules" and "order_lines" in has:
        return reference.basket_numbers(client)
    if report == "campaign_evaluation" and {"orders", "touches"} <= has:
        return reference.arm_numbers(client, window_days=14)
    if report == "retention" and has == {"customers", "orders"}:
        return reference.return_numbers(client)
    return {}


def assert_an_audience_is_drawn_or_refused(project: Project, client: Client) -> None:
    """Everybody who ever bought and agreed, counted by hand; else a refusal in words, or exit code 2 and nobody."""
    request = command.read("ordered ever and consent", None, name="all", holdout=None)
    try:
        code = command.make(project, request, Terminal(), dry_run=False)
    except UserError as error:
        assert all(problem.what for problem in error.problems)
        return
    folder = project.audiences / "all"
    if code == command.NOBODY:
        assert not folder.exists()
        return
    told = json.loads((folder / "audience.json").read_text(encoding="utf-8"))
    assert told["counts"]["matched"] == len(reference.agreed_buyers(client))

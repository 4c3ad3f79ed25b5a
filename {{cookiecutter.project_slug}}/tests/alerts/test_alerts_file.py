"""alerts.yml: the one that is shipped, and every mistake with its line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from customer_analytics.alerts.rules import Step, read_alerts
from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import UserError

SHIPPED = Path(__file__).resolve().parents[2] / "alerts.yml"


def test_the_shipped_file_is_read_and_sends_nowhere(project_of: Callable[..., Project]) -> None:
    alerts = read_alerts(project_of({}, SHIPPED.read_text(encoding="utf-8")))
    assert len(alerts.rules) == 5 and alerts.targets == ()
    assert alerts.rules[0].when.rises_by == Step(0.1, relative=True)


def test_a_project_without_the_file_has_no_alerts(project_of: Callable[..., Project]) -> None:
    assert read_alerts(project_of({})).rules == ()


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{name: a, metric: churn.base_rat, when: {above: 1}}", "Did you mean churn.base_rate"),
        ("{name: a, metric: sales.revenue, when: {above: 1}}", "begins with no report"),
        ("{name: a, metric: churn.auc, when: {above: 1, below: 0}}", "exactly one of"),
        ("{name: a, metric: churn.auc, when: {}}", "Given: none"),
        ("{name: a, metric: churn.auc, when: {rises_by: -1}}", "a share such as 10%"),
        ("{name: a, metric: churn.auc, when: {rises_by: ten}}", "a share such as 10%"),
        ("{name: A b, metric: churn.auc, when: {above: 1}}", "small letter"),
        ("{name: a, metric: churn.auc, when: {above: 1}, persistence: 0}", "at least 1"),
        ("{name: a, metric: churn.auc, when: {above: 1}, minimum: 3}", "minimum"),
        ("{name: a, metric: churn.auc, when: {above: 1}, base: churn.customrs}", "churn.customers"),
    ],
)
def test_a_mistake_in_a_rule_is_named_with_its_line(project_of: Callable[..., Project], line: str, told: str) -> None:
    with pytest.raises(UserError) as error:
        read_alerts(project_of({}, f"alerts:\n  - {line}\n"))
    assert "alerts.yml, line 2" in str(error.value) and told in str(error.value)


def test_all_mistakes_at_once_and_a_name_given_twice(project_of: Callable[..., Project]) -> None:
    text = (
        "alerts:\n  - {name: a, metric: churn.auc, when: {above: 1}}\n"
        "  - {name: a, metric: churn.auc, when: {below: 1}}\n  - {name: b, metric: no.auc, when: {below: 1}}\n"
    )
    with pytest.raises(UserError) as error:
        read_alerts(project_of({}, text))
    assert "given twice, first in line 2" in str(error.value) and "line 4" in str(error.value)


@pytest.mark.parametrize("url", ["https://hooks.example.com/abc", "${A}/b", "${1A}", ""])
def test_an_address_is_never_written_into_the_file(project_of: Callable[..., Project], url: str) -> None:
    with pytest.raises(UserError) as error:
        read_alerts(project_of({}, f'send:\n  - {{to: slack, url: "{url}"}}\n'))
    assert "environment" in str(error.value) or "url" in str(error.value)
    assert "hooks.example.com" not in str(error.value)

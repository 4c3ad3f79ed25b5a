"""Writing a rule and reading it again gives the same rule."""

from __future__ import annotations

from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customer_analytics.analysis.query import parse_condition, parse_value

QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large]


@settings(max_examples=600, suppress_health_check=QUIET)
@given(data=st.data())
def test_the_canonical_form_of_any_rule_is_read_as_the_same_rule(rules: ModuleType, data: st.DataObject) -> None:
    node = data.draw(rules.readable())
    text = str(node)
    again = parse_value(text, where="rule")
    assert again == node, text
    assert str(again) == text


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("born 1995..1999", "birth_year 1995..1999"),
        ("active in the last 30 days", "active within 30 days"),
        ("active in the last month", "active within 1 month"),
        ("ordered after 2025-03-31", "ordered since 2025-04-01"),
        ("ordered more than 2 times", "ordered at least 3 times"),
        ("ordered fewer than 2 times", "ordered at most 1 time"),
        ("ordered once since 2025-01-01", "ordered exactly 1 time since 2025-01-01"),
        ("ordered within 7 days at least 2 times", "ordered at least 2 times within 7 days"),
        ("region is not missing", "region is known"),
        ("age <> 30 AND NOT consent", "age != 30 and not consent"),
        ("share(orders where amount > 5) > 20 %", "share(orders where amount > 5) > 0.2"),
        ("bought category Tea", "bought category 'Tea'"),
        ("（ ‘a’ ＝ “b” ）", "'a' = 'b'"),
        ("a or b and c", "a or b and c"),
        ("a or (b and c)", "a or b and c"),
        ("(a or b) and c", "(a or b) and c"),
        ("a - (b - c)", "a - (b - c)"),
        ("a * b + c", "a * b + c"),
        ("((((a))))", "a"),
        ("region = 'O''Brien'", "region = 'O''Brien'"),
        ('region = "O\'Brien"', "region = 'O''Brien'"),
    ],
)
def test_ways_of_writing_have_one_canonical_form(written: str, canonical: str) -> None:
    node = parse_value(written, where="rule")
    assert str(node) == canonical
    assert parse_value(canonical, where="rule") == node


def test_and_binds_tighter_than_or_and_not_tighter_than_and() -> None:
    assert parse_condition("not a and b or c", where="rule") == parse_condition("((not a) and b) or c", where="rule")

"""Lists as people type them: in YAML, with -p, with plain papermill."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from pydantic import ValidationError

from customer_analytics.engagement.lists import read_list
from customer_analytics.engagement.parameters import RetentionParameters


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("a, b", ("a", "b")),
        ("[a, b]", ("a", "b")),
        ("a", ("a",)),
        ("", ()),
        ("[]", ()),
        (" a ,, b ", ("a", "b")),
        ("浏览，加购、付款", ("浏览", "加购", "付款")),
        ("'a, b', c", ("a, b", "c")),
        ("view where page = '/a, b', pay", ("view where page = '/a, b'", "pay")),
        ("a | b, (c, d)", ("a | b", "(c, d)")),
        ("don't, stop", ("don't", "stop")),
    ],
)
def test_a_comma_divides_outside_quotation_marks_and_parentheses(typed: str, read: tuple[str, ...]) -> None:
    assert read_list(typed) == read


def test_a_yaml_list_stays_as_it_is() -> None:
    assert RetentionParameters(return_events=["a, b", "c"]).return_events == ("a, b", "c")


@pytest.mark.parametrize(
    ("given", "read"), [("1, 2-3", ("1", "2-3")), ([1, "4-7"], ("1", "4-7")), (7, ("7",)), ("", ())]
)
def test_brackets_are_spans_of_periods(given: Any, read: tuple[str, ...]) -> None:
    assert RetentionParameters(brackets=given).brackets == read


@pytest.mark.parametrize("given", ["7-3", "0-2", "1-400", "a", "1-", [None]])
def test_what_is_no_bracket_is_told(given: Any) -> None:
    with pytest.raises(ValidationError):
        RetentionParameters(brackets=given)


@pytest.mark.parametrize(
    ("given", "read"), [("2025-03-01", dt.date(2025, 3, 1)), ("", None), (dt.date(2025, 3, 1), dt.date(2025, 3, 1))]
)
def test_a_release_is_a_day_or_nothing(given: Any, read: dt.date | None) -> None:
    assert RetentionParameters(release=given).release == read


@pytest.mark.parametrize("given", ["0", "soon", "2025-13-01", 20250301])
def test_what_is_no_day_is_told(given: Any) -> None:
    with pytest.raises(ValidationError):
        RetentionParameters(release=given)

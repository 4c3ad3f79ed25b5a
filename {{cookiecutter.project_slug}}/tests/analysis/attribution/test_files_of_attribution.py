"""What leaves in files, and clients whose data are odd."""

from __future__ import annotations

import pytest
from written_journeys import BY_HAND, as_events, attributed, credit, ready, tables_of

from customer_analytics.analysis.attribution import outputs
from customer_analytics.engagement.errors import UserError


def test_a_channel_of_few_people_has_no_numbers_and_neither_has_the_next_one() -> None:
    found = attributed(as_events(BY_HAND))  # C was touched by 4 people, A by 24, B by 24
    table = outputs.tables(found, 5)["attribution"].set_index(["channel", "model"])
    assert table.loc["C"].isna().all(axis=None)
    assert table["share"].isna().groupby("channel").all().sum() == 2
    assert not [name for name in outputs.metrics(found, 5) if name.startswith("attribution.C.")]


def test_paths_of_few_journeys_stay_in_the_house() -> None:
    found = attributed(as_events(BY_HAND))
    assert set(outputs.tables(found, 5)["attribution_paths"]["path"]) == {"A > B", "A", "B"}


def test_a_source_that_is_not_there_is_a_mistake_that_names_the_ones_that_are() -> None:
    with pytest.raises(UserError, match=r"'touches' needs .* Available here: paths"):
        attributed(ready(BY_HAND), attribution_source="touches")


def test_without_any_source_there_is_a_reason() -> None:
    tables = tables_of(orders=[{"order_id": "1", "customer_id": "p", "amount": 1.0}])
    assert attributed(tables).reason == "no_source"


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([("", 5, 0, 0), (" > ", 5, 0, 0)], "no_channel"),
        ([("a > b", 0, 0, 50)], "no_conversion"),
        ([("a > b", 12, 0, 50)], "few_conversions"),
    ],
)
def test_paths_that_tell_nothing_say_why(rows: list[tuple[str, float, float, float]], reason: str) -> None:
    found = attributed(ready(rows), minimum_base=30)
    assert found.reason == reason
    assert outputs.tables(found, 10) == {}
    assert outputs.metrics(found, 30) == {}


def test_names_of_any_kind_are_only_names() -> None:
    names = ["<b>x</b>", "=1+1", "{braces}", "🙂.mail", "微信", "a.b"]
    found = attributed(ready([(" > ".join(names), 40, 10, 60), (names[1], 10, 5, 0)]))
    assert set(found.channels) == set(names)
    assert sum(credit(found, "shapley").values()) == pytest.approx(50)


def test_a_separator_without_blanks_is_read_where_none_has_any() -> None:
    assert attributed(ready([("a>b", 40, 10, 60), ("b", 1, 1, 1)])).channels == ("b", "a")


def test_broken_numbers_count_as_nothing() -> None:
    found = attributed(ready([("a", -5, -10, -3), ("b", float("nan"), 3, 2), ("c", 2.5, 5, 1)]))
    assert (found.conversions, found.nulls, found.value) == (2.5, 3, 5)


def test_everybody_converted_and_nobody_did() -> None:
    every = attributed(ready([("a > b", 40, 0, 0)]))
    assert every.models[-1] == "shapley"
    assert credit(every, "linear") == pytest.approx({"a": 20, "b": 20})
    assert attributed(ready([("a > b", 0, 0, 40)])).reason == "no_conversion"

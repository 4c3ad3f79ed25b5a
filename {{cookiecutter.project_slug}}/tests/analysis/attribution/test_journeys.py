"""Journeys in the engine against plain loops over the same log, and the rules that a log can be read wrongly by."""

from __future__ import annotations

import datetime as dt
import random

import pytest
from written_journeys import DAY, Reference, attributed, credit, tables_of

from customer_analytics.analysis.attribution import Attribution
from customer_analytics.tables.store import Tables

START = dt.datetime(2024, 6, 1)


def log_of(
    visits: list[tuple[str, float, str]], orders: list[tuple[str, float, float]], **columns: list[object]
) -> Tables:
    """Visits (person, days since START, channel) and orders (person, days, amount)."""
    events = [
        {
            "customer_id": person, "event": "visit", "occurred_at": START + dt.timedelta(days=at), "channel": channel,
            **{name: values[number] for name, values in columns.items()},
        }
        for number, (person, at, channel) in enumerate(visits)
    ]  # fmt: skip
    bought = [
        {
            "order_id": str(number), "customer_id": person, "ordered_at": START + dt.timedelta(days=at),
            "amount": amount,
        }
        for number, (person, at, amount) in enumerate(orders)
    ]  # fmt: skip
    return tables_of(events=events, orders=bought)


def paths_of(found: Attribution) -> dict[tuple[str, ...], list[float]]:
    return {
        tuple(row.path.split(" > ")): [row.conversions, row.value, row.nulls] for row in found.paths.itertuples()
    }  # fmt: skip


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_engine_and_plain_loops_tell_the_same_journeys(seed: int) -> None:
    draw = random.Random(seed)
    people = [f"p{number}" for number in range(40)]
    visits = [
        (person, draw.randint(0, 90 * 24) / 24, draw.choice("ABC"))
        for person in people
        for _ in range(draw.randint(1, 7))
    ]
    visits = sorted({(person, at): (person, at, channel) for person, at, channel in visits}.values())
    orders = [(person, draw.randint(0, 90 * 24) / 24, 10.0) for person in people for _ in range(draw.randint(0, 2))]
    # Visits and orders of the same hour stand in the same second.
    orders += [(person, at, 20.0) for person, at, _ in draw.sample(visits, 10)]
    found = attributed(log_of(visits, orders), attribution_days=14, half_life_days=3)
    seconds = [[(one, round(at * DAY), rest) for one, at, rest in rows] for rows in (visits, orders)]
    expected = Reference(seconds[0], seconds[1], 14, 3)
    assert paths_of(found) == {path: pytest.approx(counts) for path, counts in expected.paths.items()}
    for model, credits in expected.credits.items():
        known = {channel: value for channel, value in credit(found, model).items() if value}
        assert known == pytest.approx({channel: value for channel, value in credits.items() if value})


def test_a_contact_belongs_to_the_next_order_only() -> None:
    found = attributed(log_of([("p", 0, "A"), ("p", 5, "B")], [("p", 2, 10), ("p", 6, 30)]))
    assert paths_of(found) == {("A",): [1, 10, 0], ("B",): [1, 30, 0]}


def test_an_old_contact_has_no_share_and_counts_as_a_journey_to_nowhere() -> None:
    found = attributed(log_of([("p", 0, "A"), ("p", 30, "B")], [("p", 31, 10)]), attribution_days=30)
    assert paths_of(found) == {("B",): [1, 10, 0], ("A",): [0, 0, 1]}
    exactly = attributed(log_of([("p", 1, "A"), ("p", 30, "B")], [("p", 31, 10)]), attribution_days=30)
    assert paths_of(exactly) == {("A", "B"): [1, 10, 0]}


def test_an_order_that_nobody_was_seen_before_is_credited_to_nobody() -> None:
    found = attributed(log_of([("p", 5, "A")], [("p", 2, 10), ("p", 6, 10), ("q", 1, 10)]))
    assert (found.conversions, found.without_contact) == (1, 2)


def test_a_journey_that_may_still_convert_is_counted_as_open() -> None:
    visits = [("p", 0, "A"), ("q", 212, "A"), ("r", 0, "B")]  # the data end on day 213
    found = attributed(log_of(visits, [("r", 0, 10)]), attribution_days=30)
    assert (found.nulls, found.open) == (2, 1)


def test_a_session_is_one_contact_and_keeps_its_first_channel() -> None:
    visits = [("p", 0, None), ("p", 0.001, "A"), ("p", 0.3, "B"), ("p", 1, "B")]
    found = attributed(log_of(visits, [("p", 1, 10)], session_id=["1", "1", "1", "2"]))
    assert paths_of(found) == {("A", "B"): [1, 10, 0]}
    assert found.unnamed == 1


def test_without_sessions_half_an_hour_of_silence_begins_another_contact() -> None:
    minutes = [0, 20, 40, 71]
    visits = [("p", minute / 1440, "A") for minute in minutes]
    found = attributed(log_of(visits, [("p", 1, 10)]))
    assert paths_of(found) == {("A", "A"): [1, 10, 0]}


def test_unpaid_and_returned_orders_are_no_conversions() -> None:
    tables = log_of([("p", 0, "A"), ("q", 0, "B"), ("r", 0, "A")], [("p", 0, 10), ("q", 0, -5), ("r", 0, 0)])
    assert attributed(tables).conversions == 1


def test_two_spellings_are_one_channel() -> None:
    found = attributed(log_of([("p", 0, "Email"), ("q", 0, " email"), ("r", 0, "Email")], [("p", 0, 10)]))
    assert found.channels == ("Email",)


def test_channels_beyond_the_largest_stand_together() -> None:
    visits = [(f"p{channel}-{n}", 0, f"c{channel:02d}") for channel in range(15) for n in range(20 - channel)]
    found = attributed(log_of(visits, [(person, 0, 1) for person, _, _ in visits]))
    assert (len(found.channels), found.channels[-1], found.folded) == (12, "(other)", 4)
    assert credit(found, "last")["(other)"] == 9 + 8 + 7 + 6


def test_messages_are_contacts_from_the_moment_they_left() -> None:
    sent = [
        {"campaign_id": "1", "customer_id": "p", "arm": "x", "sent_at": START},
        {"campaign_id": "2", "customer_id": "p", "arm": "x", "sent_at": START + dt.timedelta(days=1)},
        {"campaign_id": "1", "customer_id": "q", "arm": "control", "sent_at": None},
    ]
    tables = tables_of(
        touches=sent, campaigns=[{"campaign_id": "1", "channel": "sms"}, {"campaign_id": "2", "channel": "email"}],
        orders=[{"order_id": "1", "customer_id": "p", "ordered_at": START + dt.timedelta(days=2), "amount": 5.0}],
    )  # fmt: skip
    found = attributed(tables)
    assert found.source == "touches"
    assert paths_of(found) == {("sms", "email"): [1, 5, 0]}

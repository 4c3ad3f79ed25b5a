"""What one point more of retention goes with, against a count person by person."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from customer_analytics.analysis.outlook.point import YEAR, value_of_a_point

from .people import END, as_tables, draw

BEGIN = END - 480


def slow(days: pd.DataFrame, people: pd.DataFrame, months: int) -> pd.DataFrame:
    """One person after the other: came back, orders and money from day 30 on, of that month, and in all."""
    rows = []
    for person, start in people[["person_id", "start_day"]].itertuples(index=False):
        if not BEGIN <= start <= END - 30 * months + 1:
            continue
        own = days[days["person_id"] == person]
        age = own["day"] - start
        own, age = own[(age >= 0) & (age < 30 * months)], age[(age >= 0) & (age < 30 * months)]
        month, later = age.between(30, 59), age >= 30
        orders, net = own["purchases"], own["net"]
        rows.append((month.any(), orders[later].sum(), net[later].sum(), net[month].sum(), net.sum()))
    return pd.DataFrame(rows, columns=["back", "orders", "net", "month", "total"])


def test_counts_and_plain_means_are_those_of_the_people_one_by_one() -> None:
    days, people = draw(900, 1)
    found = value_of_a_point(*as_tables(days, people), BEGIN, END, 0.5, 30)
    assert found is not None
    each = slow(days, people, found.months)
    assert (found.months, found.people, found.returned) == (12, len(each), int(each["back"].sum()))
    assert found.orders.returned == pytest.approx(each.loc[each["back"], "orders"].mean())
    assert found.orders.others == pytest.approx(each.loc[~each["back"], "orders"].mean())
    assert found.money is not None
    assert found.money.month == pytest.approx(0.5 * each.loc[each["back"], "month"].mean())
    assert found.money.total == pytest.approx(0.5 * each["total"].mean())
    newcomers = people["start_day"].between(END - YEAR + 1, END).sum()
    assert found.intake == newcomers
    assert found.orders.a_year == pytest.approx(0.01 * newcomers * found.orders.difference)
    assert found.money.floor == pytest.approx(0.01 * newcomers * found.money.month)


def test_the_difference_within_like_groups_finds_what_coming_back_adds_and_the_plain_one_does_not() -> None:
    # Who comes back is keen more often, and the keen order more: the plain difference is far above what it adds.
    differences, plain = [], []
    for seed in range(4):
        found = value_of_a_point(*as_tables(*draw(1500, seed, effect=1.0)), BEGIN, END, 1.0, 30)
        assert found is not None
        # one order later, and the one by which they came back (a second one in the same days is not drawn)
        assert found.orders.interval.low <= 2.0 <= found.orders.interval.high + 0.15
        differences.append(found.orders.difference)
        plain.append(found.orders.returned - found.orders.others)
    assert np.mean(differences) == pytest.approx(2.0, abs=0.2)
    assert np.mean(plain) > 2.6


def test_without_an_effect_only_the_visit_itself_is_left() -> None:
    found = value_of_a_point(*as_tables(*draw(2500, 7)), BEGIN, END, 1.0, 30)
    assert found is not None
    assert found.orders.interval.low <= 1.0 <= found.orders.interval.high
    assert found.orders.difference == pytest.approx(1.0, abs=0.3)


def test_a_shorter_history_follows_the_money_for_less_long_and_none_says_nothing() -> None:
    days, people = draw(900, 2, span=230)
    found = value_of_a_point(*as_tables(days, people), BEGIN, END, 1.0, 30)
    assert found is not None and found.months == 6
    days, people = draw(300, 2, span=60)
    assert value_of_a_point(*as_tables(days, people), BEGIN, END, 1.0, 30) is None
    days, people = draw(900, 2)
    assert value_of_a_point(*as_tables(days.assign(purchases=0, net=0.0), people), BEGIN, END, 1.0, 30) is None


def test_money_without_activity_does_not_make_a_person_come_back() -> None:
    days, people = draw(900, 3)
    months = days.merge(people, on="person_id")
    inside = (months["day"] - months["start_day"]).between(30, 59)
    quiet = months.assign(active=~inside)[["person_id", "day", "active", "purchases", "net"]]
    assert value_of_a_point(*as_tables(quiet, people), BEGIN, END, 1.0, 30) is None


def test_the_multiple_is_percent_of_money_for_a_percent_of_people() -> None:
    found = value_of_a_point(*as_tables(*draw(900, 4)), BEGIN, END, 1.0, 30)
    assert found is not None and found.money is not None
    one_percent_more = 0.01 * found.rate * found.money.difference / found.money.total
    assert found.multiple == pytest.approx(one_percent_more / 0.01)

"""What the tables of the funnel must not give away, and data that hold no funnel."""

from __future__ import annotations

import datetime as dt

import pytest

from customer_analytics.analysis import funnel
from customer_analytics.engagement.errors import UserError
from customer_analytics.engagement.parameters import FunnelParameters

MONDAY = dt.datetime(2024, 1, 1, 12)


def test_a_single_small_week_does_not_follow_from_the_other_weeks(make_tables) -> None:
    """Weeks of 40, 3 and 20 entries: of the one with 3 nobody learns who went on, by no subtraction either."""
    events = []
    for week, many in enumerate((40, 3, 20)):
        for number in range(many):
            person, moment = f"c{week}-{number}", MONDAY + dt.timedelta(weeks=week)
            events.append({"customer_id": person, "event": "a", "occurred_at": moment})
            if number % 2:
                events.append({"customer_id": person, "event": "b", "occurred_at": moment + dt.timedelta(minutes=1)})
    result = funnel.analyse(make_tables(events=events), FunnelParameters(steps=("a", "b"), window_days=1))
    trend = funnel.tables(result, 10)["trend"]
    ends = trend[trend["step"] == 2].sort_values("week")
    assert ends["entered"].tolist() == [40, 3, 20]
    assert ends["reached"].isna().tolist() == [False, True, True]
    assert ends["rate"].isna().tolist() == [False, True, True]
    assert ends["reached"].iloc[0] == 20


def test_registrations_alone_are_no_funnel(make_tables) -> None:
    """People register once: "registered, then registered again" would lose everybody."""
    customers = [{"customer_id": f"c{number}", "signed_up_at": MONDAY} for number in range(50)]
    with pytest.raises(UserError, match="people register once"):
        funnel.analyse(make_tables(customers=customers), FunnelParameters())

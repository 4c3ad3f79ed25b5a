"""Message rates counted by hand: what each is a share of, and who is left out."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from touches_by_hand import at, made, order, tables, touch

from customer_analytics.analysis.messages import Messages, messages
from customer_analytics.analysis.messages.outputs import metrics
from customer_analytics.analysis.messages.outputs import tables as files
from customer_analytics.engagement.parameters import CampaignEvaluationParameters
from customer_analytics.tables.store import Tables

SENT = at("05-01 10:00")


def later(seconds: float) -> dt.datetime:
    return SENT + dt.timedelta(seconds=seconds)


def message(campaign: str, customer: str, **more: Any) -> dict[str, Any]:
    """A message that left at ten; times not given are empty."""
    times = {"sent_at": SENT, "delivered_at": None, "opened_at": None, "clicked_at": None, "unsubscribed_at": None}
    return touch(campaign, customer, **(times | more))


def found(data: Tables, **parameters: Any) -> Messages:
    return messages(made(data, **parameters), data, CampaignEvaluationParameters(**parameters))


def counts(result: Messages, metric: str, dimension: str = "all", value: str = "all") -> tuple[int, int]:
    row = result.rate(dimension, value, metric)
    assert row is not None
    return int(row["events"]), int(row["base"])


def test_every_rate_says_what_it_is_a_share_of() -> None:
    """Ten sent, eight arrive, five are opened, two of them clicked, one unsubscribes; three who were reached order."""
    rows = [
        message("K", f"c{i}", delivered_at=later(60) if i < 8 else None, opened_at=later(3_600) if i < 5 else None,
                clicked_at=later(3_700) if i < 2 else None, unsubscribed_at=later(9_000) if i == 7 else None)
        for i in range(10)
    ]  # fmt: skip
    orders = [order(who, when) for who, when in (("c0", "05-03"), ("c0", "05-05"), ("c1", "05-03"), ("c6", "05-04"),
                                                 ("c9", "05-04"), ("c2", "05-20"))]  # fmt: skip
    result = found(tables(touches=rows, orders=orders))
    assert counts(result, "delivery") == (8, 10)
    assert counts(result, "open") == (5, 8)
    assert counts(result, "click") == (2, 8)
    assert counts(result, "click_to_open") == (2, 5)
    assert counts(result, "unsubscribe") == (1, 8)
    assert counts(result, "conversion") == (3, 8)  # c9 was not reached, c2 ordered after the window
    assert counts(result, "conversion_sent") == (4, 10)
    assert counts(result, "repurchase") == (1, 3)
    assert result.customers == 10


@pytest.fixture(scope="module")
def odd_campaigns() -> Tables:
    """Campaigns with one peculiarity each; customers are in one of them."""
    there = {"delivered_at": later(60)}
    rows = [
        message("machine", "a", **there, opened_at=later(61)),
        message("machine", "b", **there, opened_at=later(61), clicked_at=later(90)),
        message("machine", "c", **there, opened_at=later(62)),
        message("machine", "d", **there),
        message("no opening", "e", **there, clicked_at=later(90)),
        message("no opening", "f", **there, opened_at=later(90)),
        *(message("no record", f"s{i}") for i in range(6)),
        *(message("held out", f"t{i}", arm="letter", **there) for i in range(3)),
        *(message("held out", f"u{i}", arm="control", sent_at=None) for i in range(5)),
        message("twice", "v", **there, unsubscribed_at=later(99)),
        message("twice", "v", sent_at=later(86_400), opened_at=later(90_000)),
    ]
    return tables(touches=rows)


@pytest.fixture(scope="module")
def odd(odd_campaigns: Tables) -> Messages:
    return found(odd_campaigns)


def test_an_opening_by_a_machine_does_not_count_unless_a_person_clicked(odd: Messages) -> None:
    assert counts(odd, "open", "campaign", "machine") == (2, 4)
    assert counts(odd, "machine_open", "campaign", "machine") == (1, 4)


def test_every_opening_counts_where_the_rule_is_switched_off(odd_campaigns: Tables) -> None:
    assert counts(found(odd_campaigns, machine_open_seconds=0), "open", "campaign", "machine") == (3, 4)


def test_a_click_without_a_recorded_opening_is_an_opening(odd: Messages) -> None:
    assert counts(odd, "open", "campaign", "no opening") == (2, 2)


def test_a_channel_that_records_no_openings_is_not_a_channel_that_nobody_opens(odd: Messages) -> None:
    assert counts(odd, "delivery", "campaign", "no record") == (6, 6)  # no arrival recorded: what left counts
    assert counts(odd, "open", "campaign", "no record") == (0, 0)
    assert counts(odd, "open") == (5, 4 + 2 + 1)
    assert odd.untracked["opened"] == ("held out", "no record")


def test_who_got_nothing_is_in_no_base(odd: Messages) -> None:
    assert counts(odd, "delivery", "campaign", "held out") == (3, 3)


def test_two_messages_of_one_campaign_to_one_customer_are_one_contact(odd: Messages) -> None:
    assert counts(odd, "delivery", "campaign", "twice") == (1, 1)
    assert counts(odd, "open", "campaign", "twice") == (1, 1)
    assert counts(odd, "unsubscribe", "campaign", "twice") == (1, 1)


def test_messages_whose_window_is_not_over_are_in_no_rate_of_orders() -> None:
    rows = [message("K", "old", delivered_at=later(60))]
    rows += [touch("L", "new", when="06-25 09:00", sent_at=at("06-25 10:00"), delivered_at=at("06-25 10:01"))]
    result = found(tables(touches=rows, orders=[order("new", "06-26"), order("old", "05-02")]))
    assert counts(result, "conversion") == (1, 1)
    assert counts(result, "delivery") == (2, 2)


def test_being_assigned_is_not_being_written_to() -> None:
    data = tables(touches=[touch("K", f"c{i}", "A" if i % 2 else "B") for i in range(6)])
    result = found(data)
    assert (result.reason, len(result.rates), result.fatigue) == ("not_sent", 0, None)
    assert metrics(result, 30)["messages.sent"] is None


def test_a_client_without_campaigns_gets_a_reason_and_no_rates() -> None:
    result = found(tables(orders=[order("a", "05-01")]))
    assert (result.reason, files(result, 10)) == ("no_touches", {})


def test_names_of_channels_are_data() -> None:
    names = ["<b>x</b>", "=1+1", "{sent}", "a.b", "券😀"]
    rows = [message(f"K{n}", f"k{n}-{i}", delivered_at=later(60)) for n in range(5) for i in range(40)]
    listed = [{"campaign_id": f"K{n}", "name": name, "channel": name, "offer": name} for n, name in enumerate(names)]
    told = metrics(found(tables(touches=rows, campaigns=listed)), 30)
    assert [told[f"message_rate.{name}.delivery"] for name in names] == [1.0] * 5


def test_small_values_cannot_be_found_by_subtraction() -> None:
    """Three customers in the arm C: A is left out with it, else C would be all less A and B."""
    rows = [message("K", f"{arm}{i}", arm=arm, delivered_at=later(60))
            for arm, n in (("A", 20), ("B", 40), ("C", 3)) for i in range(n)]  # fmt: skip
    table = files(found(tables(touches=rows)), 10)["messages"]
    assert set(table.loc[table["dimension"] == "arm", "value"]) == {"B"}


def test_the_hour_is_that_of_the_client_and_one_hour_per_campaign_says_nothing() -> None:
    rows = [message("K", f"k{i}", delivered_at=later(60)) for i in range(40)]
    rows += [touch("L", f"l{i}", when="05-02 12:00", sent_at=at("05-02 20:30"), delivered_at=at("05-02 20:31"))
             for i in range(40)]  # fmt: skip
    result = found(tables("Asia/Shanghai", touches=rows))
    hours = result.rates[(result.rates["dimension"] == "hour") & (result.rates["metric"] == "delivery")]
    assert sorted(hours["value"]) == ["18", "4"]
    assert result.send_time.reason == "one_hour"


def test_a_better_hour_is_found_within_campaigns_only() -> None:
    """Evening messages are opened by half, morning ones by a tenth, in each of two campaigns."""
    rows = []
    for campaign, day in (("K", "05-01"), ("L", "05-08")):
        for i in range(200):
            hour = 20 if i % 2 else 8
            moment = at(f"{day} {hour:02d}:15")
            opened = (i % 4 == 1) if hour == 20 else (i % 20 == 0)
            rows.append(touch(campaign, f"{campaign}{i}", when=f"{day} 07:00", sent_at=moment, delivered_at=moment,
                              opened_at=moment + dt.timedelta(hours=1) if opened else None))  # fmt: skip
    result = found(tables(touches=rows))
    assert (result.send_time.reason, result.send_time.best_hour, result.send_time.best_metric) == ("", 20, "open")
    assert result.send_time.varied == 1.0
    row = result.rate("hour", "20", "open")
    assert row is not None
    assert row["difference"] == pytest.approx(0.5 - 0.1)


def test_who_responded_is_held_against_who_did_not() -> None:
    """Of 40 responders 30 had an order before, of 60 others 15: three times as often."""
    rows = [message("K", f"c{i}", delivered_at=later(60)) for i in range(100)]
    orders = [order(f"c{i}", "05-03") for i in range(40)]
    orders += [order(f"c{i}", "04-20") for i in (*range(30), *range(40, 55))]
    result = found(tables(touches=rows, orders=orders))
    row = result.responders.set_index(["trait", "value"]).loc[("recency", "recent")]
    assert (result.responded, result.contacted) == (40, 100)
    assert (row["responders"], row["others"]) == (30, 15)
    assert row["index"] == pytest.approx((30 / 40) / (15 / 60))
    assert row["low"] < 3 < row["high"]

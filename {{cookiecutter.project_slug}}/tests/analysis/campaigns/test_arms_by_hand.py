"""Who is compared with whom: arms, controls, lists of the ledger, clusters, and what is refused."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import ibis
import pytest
from touches_by_hand import at, made, order, tables, touch, units

from customer_analytics.engagement.errors import UserError

ORDERS = [order("a", "05-02"), order("z", "01-02")]


def arms(found, code: int = 0) -> list[tuple]:
    """Label, number, role and n of the arms of one campaign."""
    return [tuple(row) for row in found.arms_of(code)[["arm", "number", "role", "n"]].itertuples(index=False)]


def of(labels: str | list[str], campaign: str = "K", **more) -> list[dict]:
    """Touches of customers a, b, c … in these arms."""
    return [touch(campaign, chr(97 + i), label, **more) for i, label in enumerate(labels)]


def test_who_is_in_two_arms_is_left_out_and_counted_and_so_is_who_is_in_none() -> None:
    rows = [*of(["sent", "control", "Sent ", "control"]), touch("K", "a", "control"), touch("K", "e", None)]
    found = made(tables(touches=rows, orders=ORDERS))
    row = found.list.iloc[0]
    assert (row.units, row.in_two_arms, row.without_arm) == (3, 1, 1)
    assert arms(found) == [("control", 0, "control", 2), ("Sent", 1, "contact", 1)]


def test_several_messages_are_one_assignment() -> None:
    rows = [touch("K", "a", "sent", sent_at=at("05-02")), touch("K", "a", "sent", "05-04", sent_at=at("05-05")),
            touch("K", "b", "control", sent_at=None)]  # fmt: skip
    found = made(tables(touches=rows, orders=[order("a", "05-02")]))
    assert found.arms["n"].tolist() == [1, 1] and found.arms["messages"].tolist() == [0.0, 2.0]
    assert units(found, "orders") == [(0, 1, "a", 1.0), (0, 0, "b", 0.0)]


def test_the_control_is_who_got_nothing_else_the_first_arm() -> None:
    labels = {
        "1": (["voucher", "Control", "voucher"], "Control", "untouched"),
        "2": (["短信", "对照组", "短信"], "对照组", "untouched"),
        "3": (["voucher", "no contact", "x"], "no contact", "untouched"),
        "4": (["gate_40", "gate_30", "gate_40"], "gate_30", "first"),
        "5": (["off_20", "off_5", "off_10"], "off_5", "first"),
        "6": (["control", "mine", "off_10"], "mine", "named"),
    }
    rows = [row for name, (own, _, _) in labels.items() for row in of(own, name)]
    found = made(tables(touches=rows, orders=ORDERS), control_arms=("MINE",))
    seen = {row.campaign: (row.control, row.control_kind) for row in found.list.itertuples()}
    assert seen == {name: (control, kind) for name, (_, control, kind) in labels.items()}
    assert [found.arms_of(code)["arm"].iloc[0] for code in range(6)] == [one[1] for one in labels.values()]


def test_an_arm_to_which_nothing_left_is_the_control_whatever_its_name_and_one_named_control_is_not() -> None:
    sent = [at("05-02"), None, at("05-02"), None]
    rows = [
        touch("K", who, arm, sent_at=left) for who, arm, left in zip("abcd", ["control", "B"] * 2, sent, strict=True)
    ]
    found = made(tables(touches=rows, orders=ORDERS))
    assert found.list[["control", "control_kind"]].to_numpy().tolist() == [["B", "untouched"]]
    assert arms(found) == [("B", 0, "control", 2), ("control", 1, "contact", 2)]


CLIENT = {
    "campaigns": [
        {"campaign_id": "K", "split": "control 20% / sent 80%", "cost": 100.0},
        {"campaign_id": "L", "split": None, "cost": None},
    ],
    "spend": [
        {"campaign_id": "K", "cost": 30.0, "day": "2025-05-02", "channel": "sms"},
        {"campaign_id": None, "cost": 7.0, "day": "2025-05-02", "channel": "sms"},
    ],
    "touches": [
        *of(["control", "sent"]), *of(["control", "sent"], "L"), *of("ss", "one"), *of([None, None], "none"),
        *of("st", "aimed"), *of("st", "drawn"), *of(["control", "control"], "held"),
    ],
    "orders": ORDERS,
}  # fmt: skip


@pytest.fixture(scope="module")
def several():
    """One client with a campaign of every kind."""
    return made(tables(**CLIENT), not_randomised=("aimed",))


def test_a_campaign_of_one_arm_or_none_or_named_as_aimed_is_targeted(several) -> None:
    seen = {row.campaign: (row.kind, row.reason) for row in several.list.itertuples()}
    assert {name: seen[name] for name in ("one", "none", "aimed", "drawn", "held")} == {
        "one": ("targeted", "one_arm"), "none": ("targeted", "no_arms"), "aimed": ("targeted", "not_randomised"),
        "drawn": ("randomised", ""), "held": ("targeted", "all_held"),
    }  # fmt: skip
    assert [row.campaign for row in several.compared()] == ["K", "L", "drawn"]


def test_who_was_only_held_out_was_not_contacted(several) -> None:
    codes = dict(zip(several.list["campaign"], several.list["code"], strict=True))
    assert arms(several, codes["one"]) == [("s", 1, "contact", 2)]
    assert arms(several, codes["held"]) == [("control", 0, "control", 2)]


def test_the_plan_is_the_campaigns_own_words_or_the_parameters_and_else_equal_and_unknown(several) -> None:
    rows = several.list.set_index("campaign").loc[["K", "L"]]
    assert rows["planned"].tolist() == [{"control": 0.2, "sent": 0.8}, {"control": 0.5, "sent": 0.5}]
    assert rows["plan_known"].tolist() == [True, False]
    stated = made(tables(**CLIENT), planned_split="control 30% / sent 70%", campaigns=("K", "L"))
    assert stated.list["plan_known"].tolist() == [True, True]
    assert stated.list["campaign"].tolist() == ["K", "L"] and {code for code, _, _ in units(stated)} == {0, 1}


def test_the_cost_of_a_campaign_is_its_own_and_what_spend_books_on_it(several) -> None:
    costs = several.list.set_index("campaign")["cost_fixed"]
    assert costs["K"] == 130.0 and costs.drop("K").isna().all()


LEDGER = {
    "campaign_id": "string", "customer_id": "string", "arm": "string", "assigned_at": "timestamp",
    "assigned_on": "date", "audience": "string", "version": "int32", "stratum": "string", "seed": "int64",
    "expires_on": "date", "current": "boolean",
}  # fmt: skip


def listed(campaign: str, customers: str, *, audience: str = "spring", version: int = 1, current: bool = True):
    """Rows of the ledger: customers in turn treatment and control, assigned on the first of May."""
    day = dt.date(2025, 5, 1)
    return [
        (campaign, who, ("treatment", "control")[i % 2], at("05-02"), day, audience, version, "all", 1, None, current)
        for i, who in enumerate(customers)
    ]


def test_a_list_of_the_ledger_is_a_campaign_and_touches_tell_only_what_was_sent() -> None:
    """The export says that b got the message though b was held out, and that x got one though nobody drew for x."""
    ledger = ibis.memtable(listed("spring", "abcd"), schema=LEDGER)
    rows = [touch("spring", who, "sent", sent_at=at("05-03")) for who in "abx"]
    people = [{"customer_id": who} for who in "abcdx"]
    found = made(tables(touches=rows, customers=people, orders=ORDERS), ledger)
    row = found.list.iloc[0]
    assert (row.campaign, row.source, row.kind, row.units) == ("spring", "audience", "randomised", 4)
    assert row.control == "control" and row.control_kind == "untouched" and row.plan_known
    assert found.arms_of(0)[["n", "sent", "messages"]].to_numpy().tolist() == [[2, 0.5, 1.0], [2, 0.5, 1.0]]
    assert {name for _, _, name in units(found)} == set("abcd")


def test_lists_stand_beside_touches_that_say_no_time() -> None:
    """The files of the ledger keep microseconds; a column that the export lacks has no precision at all."""
    ledger = ibis.memtable(listed("spring", "abcd"), schema=LEDGER | {"assigned_at": "timestamp(6)"})
    rows = [touch("K", who, when=None) for who in "ab"]
    campaigns = [{"campaign_id": "K", "started_at": at("05-01")}]
    people = [{"customer_id": who} for who in "abcd"]
    found = made(tables(touches=rows, campaigns=campaigns, customers=people, orders=ORDERS), ledger)
    assert dict(zip(found.list["campaign"], found.list["source"], strict=True)) == {
        "K": "touches",
        "spring": "audience",
    }


def test_an_earlier_version_of_a_list_is_a_campaign_of_its_own() -> None:
    ledger = ibis.memtable(
        [*listed("spring", "ab", current=False), *listed("spring", "cdef", version=2)], schema=LEDGER
    )
    found = made(tables(customers=[{"customer_id": who} for who in "abcdef"], orders=ORDERS), ledger)
    assert dict(zip(found.list["campaign"], found.list["units"], strict=True)) == {"spring": 4, "spring (spring, 1)": 2}
    assert found.list["messages"].isna().all()


def test_nobody_is_said_not_to_have_unsubscribed_from_a_list_without_a_record_of_messages() -> None:
    ledger = ibis.memtable(listed("spring", "abcd"), schema=LEDGER)
    rows = [touch("K", "a", "mail", unsubscribed_at=at("05-03")), touch("K", "b", "control", unsubscribed_at=None)]
    found = made(tables(touches=rows, customers=[{"customer_id": who} for who in "abcd"], orders=ORDERS), ledger)
    codes = dict(zip(found.list["campaign"], found.list["code"], strict=True))
    seen = [(code, value) for code, _, _, value in units(found, "unsubscribed")]
    assert sorted(value for code, value in seen if code == codes["K"]) == [0.0, 1.0]
    assert {value for code, value in seen if code == codes["spring"]} == {None}


def test_people_of_a_list_outside_the_tables_are_not_counted_as_customers_who_bought_nothing() -> None:
    ledger = ibis.memtable(listed("spring", "abcd"), schema=LEDGER)
    found = made(tables(customers=[{"customer_id": "a"}, {"customer_id": "b"}], orders=ORDERS), ledger)
    assert found.list["units"].tolist() == [2]


def test_where_stores_were_drawn_they_are_counted_and_a_block_holds_whole_stores() -> None:
    people = [{"customer_id": who, "Store": f"S{i // 2}"} for i, who in enumerate("abcdefgh")]
    rows = [touch("K", who, "sent" if i < 4 else "control") for i, who in enumerate("abcdefgh")]
    rows[3]["arm"] = "control"  # one customer of the store S1
    found = made(tables(touches=rows, customers=people, orders=ORDERS), unit="Store")
    row = found.list.iloc[0]
    assert (row.units, row.clusters, row.clusters_in_two_arms) == (8, 4, 1)
    frame = found.units.select("cluster", "block").to_pandas()
    assert frame.groupby("cluster")["block"].nunique().tolist() == [1, 1, 1, 1]
    assert sorted(found.cluster_sums["n"]) == [1, 1, 2, 2, 2]


def test_weeks_that_were_drawn_let_a_customer_be_in_both_arms() -> None:
    rows = [touch("K", "a", "sent", "05-05 09:00", week="19"), touch("K", "a", "control", "05-12 09:00", week="20")]
    found = made(tables(touches=rows, orders=[order("a", "05-06"), order("a", "05-20")]), unit="week", window_days=7)
    assert units(found, "orders") == [(0, 0, "a", 0.0), (0, 1, "a", 1.0)]
    assert found.list["in_two_arms"].tolist() == [0] and found.list["clusters"].tolist() == [2]


def test_everything_that_is_not_there_is_told_at_once_with_what_is() -> None:
    data = tables(touches=of(["control", "sent"]), orders=ORDERS, customers=[{"customer_id": "a", "region": "N"}])
    asked = {
        "unit": "regoin", "groups": ("regoin",), "campaigns": ("k",), "not_randomised": ("M",),
        "control_arms": ("Controll",), "planned_split": "a 50% / b 50%", "outcomes": ("oders",), "main_outcome": "x",
        "guardrails": ("converted", "revenu"),
    }  # fmt: skip
    with pytest.raises(UserError) as told:
        made(data, **asked)
    assert [one.where.rsplit(".")[-1] for one in told.value.problems] == list(asked)
    mends = [one.mend for one in told.value.problems]
    assert mends[:3] == ["Did you mean 'region'?", "Did you mean 'region'?", "Did you mean 'K'?"]
    assert mends[4] == "Did you mean 'control'?" and mends[6] == "Did you mean 'orders'?"


def test_campaigns_without_anybody_are_counted_and_those_that_begin_later_are_left_out() -> None:
    campaigns = [
        {"campaign_id": "K", "name": None, "started_at": None, "ended_at": None},
        {"campaign_id": "K", "name": "Twice", "started_at": at("05-01"), "ended_at": None},
        {"campaign_id": "empty", "name": "Nobody", "started_at": at("05-01"), "ended_at": at("05-20")},
    ]
    touches = [touch(name, who, arm, None) for name in ("K", "later") for who, arm in zip("ab", "st", strict=True)]
    data = tables(touches=touches, campaigns=campaigns, orders=ORDERS)
    assert made(data).list["campaign"].tolist() == ["K", "later"] and made(data).unassigned == 1
    as_of_before = replace(data, later={"campaigns": 1})
    found = made(as_of_before)
    assert found.list[["campaign", "name"]].to_numpy().tolist() == [["K", "Twice"]]
    assert {code for code, _, _ in units(found)} == {0}

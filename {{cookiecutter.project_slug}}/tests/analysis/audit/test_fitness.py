"""The verdicts: what each report needs, and what a missing piece does to it."""

from __future__ import annotations

import pandas as pd
import pytest

from customer_analytics.analysis.audit import REPORTS, Level, fitness
from customer_analytics.analysis.audit.facts import outcome_columns
from customer_analytics.analysis.audit.volume import volume_of


def orders(customers: int = 200, days: int = 400, *, per_customer: int = 3, known: bool = True) -> pd.DataFrame:
    rows = [
        {
            "order_id": f"{customer}-{visit}",
            "customer_id": str(customer) if known else None,
            "ordered_at": pd.Timestamp("2023-11-28") + pd.Timedelta(days=(customer * 7 + visit * 131) % days),
            "amount": 10.0 + visit,
        }
        for customer in range(customers)
        for visit in range(per_customer)
    ]
    return pd.DataFrame(rows)


def codes(verdict) -> list[str]:
    return [reason.code for reason in verdict.reasons]


def test_no_table_at_all_stops_every_report(make_tables):
    verdicts = fitness(make_tables(), minimum_base=30)
    assert tuple(verdicts) == REPORTS
    assert {verdict.level for verdict in verdicts.values()} == {Level.NO_GO}


def test_empty_tables_are_no_data_and_not_a_crash(make_tables):
    tables = make_tables(orders=orders(1).head(0), order_lines=pd.DataFrame({"order_id": [], "product_id": []}))
    verdicts = fitness(tables, minimum_base=30)
    assert {verdict.level for verdict in verdicts.values()} == {Level.NO_GO}


def test_orders_with_known_customers_carry_rfm(make_tables):
    verdict = fitness(make_tables(orders=orders()), minimum_base=30)["rfm"]
    assert verdict.level == Level.GO
    assert verdict.base == {"customers": 200, "orders": 600, "days": 400}


@pytest.mark.parametrize("report", ["rfm", "retention", "churn", "personas"])
def test_orders_without_customer_ids_cannot_say_who_buys(make_tables, report):
    verdict = fitness(make_tables(orders=orders(known=False)), minimum_base=30)[report]
    assert verdict.level == Level.NO_GO
    assert "no_customer_id" in codes(verdict)


def test_a_customer_column_that_is_absent_is_the_same_as_an_empty_one(make_tables):
    frame = orders().drop(columns="customer_id")
    assert fitness(make_tables(orders=frame), minimum_base=30)["rfm"].level == Level.NO_GO


def test_money_without_a_customer_limits_rfm_from_five_percent(make_tables):
    frame = orders()
    total = frame.amount.sum()
    hidden = frame.copy()
    hidden.loc[hidden.index < 60, "customer_id"] = None
    verdict = fitness(make_tables(orders=hidden), minimum_base=30)["rfm"]
    expected = frame.amount[frame.index < 60].sum() / total
    assert verdict.level == Level.LIMITS
    assert verdict.reasons[0].values["share"] == pytest.approx(expected)
    slight = frame.copy()
    slight.loc[slight.index < 12, "customer_id"] = None
    assert fitness(make_tables(orders=slight), minimum_base=30)["rfm"].level == Level.GO


def test_a_few_customers_are_below_the_base_and_not_a_small_sample(make_tables):
    verdict = fitness(make_tables(orders=orders(29)), minimum_base=30)["rfm"]
    assert (verdict.level, codes(verdict)) == (Level.NO_GO, ["too_few_customers"])
    assert verdict.reasons[0].values == {"count": 29, "need": 30}


def test_two_months_of_orders_limit_rfm_and_stop_churn(make_tables):
    verdicts = fitness(make_tables(orders=orders(days=60)), minimum_base=30)
    assert (verdicts["rfm"].level, codes(verdicts["rfm"])) == (Level.LIMITS, ["short_history"])
    assert verdicts["churn"].level == Level.NO_GO


def test_one_time_buyers_only_limit_rfm(make_tables):
    verdict = fitness(make_tables(orders=orders(per_customer=1)), minimum_base=30)["rfm"]
    assert codes(verdict) == ["few_repeat_customers"]


def test_orders_without_amounts_have_no_monetary_value(make_tables):
    assert codes(fitness(make_tables(orders=orders().drop(columns="amount")), minimum_base=30)["rfm"]) == ["no_amount"]


def test_undated_baskets_carry_basket_rules_and_nothing_else(make_tables):
    lines = pd.DataFrame(
        {"order_id": [str(n // 3) for n in range(6000)], "product_id": [f"p{n % 7}" for n in range(6000)]}
    )
    verdicts = fitness(make_tables(order_lines=lines), minimum_base=30)
    assert verdicts["basket_rules"].level == Level.GO
    assert verdicts["basket_rules"].base == {"baskets": 2000, "items": 7, "with_two_items": 2000}
    others = {name: verdict.level for name, verdict in verdicts.items() if name not in ("basket_rules", "data_audit")}
    assert set(others.values()) == {Level.NO_GO}


def test_visits_in_which_several_pages_were_seen_carry_basket_rules(make_tables):
    events = pd.DataFrame(
        {
            "event": "view", "visitor_id": [f"v{n // 6}" for n in range(600)],
            "session_id": [f"s{n // 3}" for n in range(600)], "page": [f"/p{n % 3}" for n in range(600)],
            "occurred_at": pd.Timestamp("2025-01-01") + pd.to_timedelta(range(600), unit="h"),
        }
    )  # fmt: skip
    verdict = fitness(make_tables(events=events), minimum_base=30)["basket_rules"]
    assert verdict.base == {"baskets": 200, "items": 3, "with_two_items": 200}
    assert codes(verdict) == ["some_mixed_baskets"]
    by_day = fitness(make_tables(events=events.drop(columns="session_id")), minimum_base=30)["basket_rules"]
    days = events.assign(day=events["occurred_at"].dt.date).groupby(["visitor_id", "day"])["page"].nunique()
    assert by_day.base["baskets"] == len(days) and by_day.base["with_two_items"] == int((days > 1).sum())


def test_baskets_of_one_item_hold_no_pairs(make_tables):
    lines = pd.DataFrame({"order_id": [str(n) for n in range(500)], "product_id": ["p"] * 500})
    verdict = fitness(make_tables(order_lines=lines), minimum_base=30)["basket_rules"]
    assert (verdict.level, codes(verdict)) == (Level.NO_GO, ["few_mixed_baskets"])


def touches(arms: list[str | None], per_arm: int = 100) -> pd.DataFrame:
    rows = [(f"{arm}-{n}", arm, n % 2 == 0) for arm in arms for n in range(per_arm)]
    frame = pd.DataFrame(rows, columns=["customer_id", "arm", "retained"])
    return frame.assign(campaign_id="c1")


def test_a_finished_experiment_needs_no_orders(make_tables):
    verdicts = fitness(make_tables(touches=touches(["gate_30", "gate_40"])), minimum_base=30)
    assert verdicts["campaign_evaluation"].level == Level.GO
    assert verdicts["retention"].level == Level.NO_GO


def test_contacts_without_a_control_group_limit_the_evaluation(make_tables):
    verdict = fitness(make_tables(touches=touches([None]), orders=orders()), minimum_base=30)["campaign_evaluation"]
    assert (verdict.level, codes(verdict)) == (Level.LIMITS, ["no_control_group"])


def test_a_control_group_below_the_base_is_no_control_group(make_tables):
    frame = pd.concat([touches(["treatment"]), touches(["control"], per_arm=5)])
    verdict = fitness(make_tables(touches=frame), minimum_base=30)["campaign_evaluation"]
    assert codes(verdict) == ["no_control_group"]


def test_channels_without_contacts_carry_the_part_on_channels(make_tables):
    events = pd.DataFrame({"visitor_id": ["a", "b"], "event": "view", "occurred_at": pd.Timestamp("2024-01-01")})
    silent = fitness(make_tables(events=events), minimum_base=30)["campaign_evaluation"]
    assert (silent.level, codes(silent)) == (Level.NO_GO, ["no_touches"])
    spend = pd.DataFrame({"day": [pd.Timestamp("2024-01-01").date()], "channel": ["social"], "cost": [5.0]})
    people = pd.DataFrame({"customer_id": ["a"], "acquisition_channel": ["social"]})
    for tables in ({"events": events.assign(channel="search")}, {"spend": spend}, {"customers": people}):
        verdict = fitness(make_tables(**tables), minimum_base=30)["campaign_evaluation"]
        assert (verdict.level, codes(verdict)) == (Level.LIMITS, ["channels_only"])
    few = fitness(make_tables(touches=touches(["a"], per_arm=5), spend=spend), minimum_base=30)["campaign_evaluation"]
    assert codes(few) == ["channels_only"]


def test_the_projects_own_lists_are_campaigns_where_it_is_known_what_people_did_then(make_tables):
    verdict = fitness(make_tables(orders=orders()), minimum_base=30, lists=2)["campaign_evaluation"]
    assert (verdict.level, codes(verdict), verdict.base) == (Level.LIMITS, ["lists_only"], {"lists": 2})
    people = pd.DataFrame({"customer_id": ["a"]})
    verdict = fitness(make_tables(customers=people), minimum_base=30, lists=2)["campaign_evaluation"]
    assert verdict.level == Level.NO_GO


def test_visitors_without_a_customer_id_carry_a_funnel(make_tables):
    start = pd.Timestamp("2024-01-01")
    rows = [
        (f"v{visitor}", event, start + pd.Timedelta(days=visitor % 100))
        for visitor in range(300)
        for event in ("view", "buy")
    ]
    events = pd.DataFrame(rows, columns=["visitor_id", "event", "occurred_at"])
    verdicts = fitness(make_tables(events=events), minimum_base=30)
    assert verdicts["funnel"].level == Level.GO
    assert verdicts["funnel"].base == {"people": 300, "events": 600, "days": 100, "steps": 2}
    assert verdicts["retention"].level == Level.GO


def test_orders_alone_carry_a_funnel_of_orders_and_the_verdict_says_what_is_not_seen(make_tables):
    verdict = fitness(make_tables(orders=orders()), minimum_base=30)["funnel"]
    assert (verdict.level, codes(verdict)) == (Level.LIMITS, ["no_events"])
    assert verdict.base == {"customers": 200, "orders": 600, "days": 400}


def test_orders_of_nobody_can_be_followed_to_the_payment_only_where_it_is_recorded(make_tables):
    nameless = orders(known=False)
    verdict = fitness(make_tables(orders=nameless.assign(status="paid")), minimum_base=30)["funnel"]
    assert (verdict.level, codes(verdict)) == (Level.LIMITS, ["no_events", "orders_of_nobody"])
    assert codes(fitness(make_tables(orders=nameless), minimum_base=30)["funnel"])[0] == "no_customer_id"


def test_one_kind_of_event_beside_orders_leaves_the_funnel_to_the_orders(make_tables):
    start = pd.Timestamp("2024-01-01")
    events = pd.DataFrame(
        [(f"v{n}", "view", start) for n in range(300)], columns=["visitor_id", "event", "occurred_at"]
    )
    assert fitness(make_tables(events=events), minimum_base=30)["funnel"].level == Level.NO_GO
    assert fitness(make_tables(events=events, orders=orders()), minimum_base=30)["funnel"].level == Level.LIMITS


def contracts(ended: int = 90, *, dated: int = 400) -> pd.DataFrame:
    frame = pd.DataFrame(
        {"customer_id": [str(n) for n in range(400)], "tenure": 3.0, "ended": [n < ended for n in range(400)]}
    )
    return frame.assign(started_at=[pd.Timestamp("2024-03-01") if n < dated else None for n in range(400)])


def test_dated_contracts_carry_churn_without_orders(make_tables):
    verdict = fitness(make_tables(subscriptions=contracts()), minimum_base=30)["churn"]
    assert (verdict.level, verdict.base) == (Level.GO, {"contracts": 400, "ended": 90})


def test_a_snapshot_of_contracts_limits_churn_because_no_later_time_can_test_it(make_tables):
    frame = contracts().drop(columns="started_at")
    verdict = fitness(make_tables(subscriptions=frame), minimum_base=30)["churn"]
    assert (verdict.level, codes(verdict)) == (Level.LIMITS, ["contracts_undated"])
    assert verdict.reasons[0].values == {"count": 400, "total": 400}
    assert fitness(make_tables(subscriptions=contracts(dated=199)), minimum_base=30)["churn"].level == Level.LIMITS
    few = fitness(make_tables(subscriptions=contracts(29, dated=0)), minimum_base=30)["churn"]
    assert (few.level, codes(few)) == (Level.NO_GO, ["few_ended_contracts", "contracts_undated"])


def test_a_month_of_visits_carries_churn_with_limits_and_less_does_not(make_tables):
    def of(days: int) -> Level:
        rows = [
            (f"v{visitor}", "view", pd.Timestamp("2024-01-01") + pd.Timedelta(days=day))
            for visitor in range(300)
            for day in {0, (visitor + 3) % days, days - 1}
        ]
        events = pd.DataFrame(rows, columns=["visitor_id", "event", "occurred_at"])
        return fitness(make_tables(events=events), minimum_base=30)["churn"].level

    assert (of(45), of(28), of(27)) == (Level.LIMITS, Level.LIMITS, Level.NO_GO)


def test_contracts_without_dates_are_no_limit_where_orders_carry_churn(make_tables):
    tables = make_tables(subscriptions=contracts(dated=0), orders=orders())
    assert fitness(tables, minimum_base=30)["churn"].level == Level.GO


def test_outcomes_that_came_as_text_are_outcomes_and_ids_and_words_are_not(make_tables):
    frame = touches(["a", "b"]).assign(retained="TRUE", spend="3.50", batch_id="7", note="hello")
    found = outcome_columns(make_tables(touches=frame)["touches"])
    assert found == ["retained", "spend"]
    lost = frame.drop(columns=["retained", "spend"])
    assert codes(fitness(make_tables(touches=lost), minimum_base=30)["campaign_evaluation"]) == ["no_outcome"]


def test_orders_without_a_date_stop_rfm_before_its_notebook_does(make_tables):
    verdict = fitness(make_tables(orders=orders().drop(columns="ordered_at")), minimum_base=30)["rfm"]
    assert (verdict.level, "short_history" in codes(verdict)) == (Level.NO_GO, True)


def test_a_day_in_the_year_one_does_not_stretch_the_volume(make_tables):
    frame = orders()
    frame.loc[0, "ordered_at"] = pd.Timestamp("1850-01-02")
    assert volume_of(make_tables(orders=frame), "orders", "ordered_on", threshold=5).days["date"].min().year > 1900


def test_attributes_alone_carry_tags_but_no_personas(make_tables):
    customers = pd.DataFrame(
        {"customer_id": [str(n) for n in range(400)], "region": "N", "city": "A", "gender": "F", "birth_year": 1980}
    )
    verdict = fitness(make_tables(customers=customers), minimum_base=30)["personas"]
    assert verdict.level == Level.LIMITS and codes(verdict) == ["attributes_only"]


def test_customers_who_bought_once_carry_personas_with_limits(make_tables):
    verdict = fitness(make_tables(orders=orders(400, per_customer=1)), minimum_base=30)["personas"]
    assert "few_repeat_customers" in codes(verdict)

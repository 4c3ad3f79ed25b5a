"""The data audit on real exports, against the facts that others have published about them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import cache

import pytest

from customer_analytics.analysis.audit import Audit, Level, audit
from customer_analytics.engagement import Project
from customer_analytics.engagement.parameters import DataAuditParameters
from customer_analytics.language import Language
from customer_analytics.narrative.data_audit import say_reasons, summarise
from customer_analytics.tables.load_log import read_load_log
from customer_analytics.tables.store import open_tables

NO_PRODUCTS = {"POST", "DOT", "M", "C2", "D", "S", "BANK CHARGES", "AMAZONFEE", "CRUK"}


@pytest.fixture(scope="module")
def audited(real_project: Callable[[str], Project]) -> Callable[[str], Audit]:
    @cache
    def result(name: str) -> Audit:
        project = real_project(name)
        return audit(
            open_tables(project), parameters=DataAuditParameters(), minimum_group=10, log=read_load_log(project)
        )

    return result


def rows(result: Audit, fault_id: str) -> int:
    fault = result.check(fault_id)
    assert fault is not None, fault_id
    return fault.rows


def test_online_retail_has_the_published_counts(audited: Callable[[str], Audit]) -> None:
    result = audited("online_retail")
    assert result.metrics["rows.order_lines"] == result.metrics["rows_in.order_lines"] == 541_909
    assert result.metrics["missing.order_lines.customer_id"] == 135_080
    assert result.metrics["missing.order_lines.product_name"] == 1_454
    assert result.metrics["customers"] == 4_372
    assert result.metrics["orders"] == 25_900
    assert result.metrics["duplicate_rows.order_lines"] == 5_268
    assert result.metrics["revenue"] == pytest.approx(9_747_747.934, abs=0.01)
    assert rows(result, "order_lines.quantity.negative_quantity") == 10_624
    assert rows(result, "order_lines.unit_price.zero_unit_price") == 2_515


def test_online_retail_cancellations_bad_debt_and_stock_adjustments_are_told_apart(
    audited: Callable[[str], Audit],
) -> None:
    result = audited("online_retail")
    series = {one.prefix: one for one in result.series}
    assert (series["C"].kind, series["C"].orders, series["C"].lines) == ("cancellation", 3_836, 9_288)
    assert (series["A"].kind, series["A"].orders) == ("bad_debt", 3)
    assert series["A"].money == pytest.approx(-11_062.06)
    assert result.adjustments.lines == 1_336
    assert series["C"].lines + result.adjustments.lines == rows(result, "order_lines.quantity.negative_quantity")


def test_online_retail_codes_that_are_no_products_are_found_without_a_list(audited: Callable[[str], Audit]) -> None:
    certain = {odd.code for odd in audited("online_retail").codes if odd.certain}
    assert certain >= NO_PRODUCTS
    assert {code for code in certain if code.startswith("gift_")} == {f"gift_0001_{n}0" for n in (1, 2, 3, 4, 5)}
    assert certain - NO_PRODUCTS - {f"gift_0001_{n}0" for n in (1, 2, 3, 4, 5)} == {"B", "m"}


def test_online_retail_saturdays_are_a_calendar_and_the_last_day_is_cut_off(audited: Callable[[str], Audit]) -> None:
    (volume,) = audited("online_retail").volumes
    assert volume.closed == {5}
    assert volume.incomplete_last_day == dt.date(2011, 12, 9)
    gaps = set(volume.marked("gap")["date"])
    assert gaps == {dt.date(2011, 4, 29), dt.date(2011, 5, 2), dt.date(2011, 5, 30), dt.date(2011, 8, 29)}


def test_online_retail_reconciles_and_carries_seven_reports(audited: Callable[[str], Audit]) -> None:
    result = audited("online_retail")
    assert all(entry.reconciles for entry in result.cleaning)
    stopped = {name for name, verdict in result.verdicts.items() if verdict.level == Level.NO_GO}
    assert stopped == {"campaign_evaluation"}
    assert result.verdicts["funnel"].level == Level.LIMITS  # orders alone: nothing is seen between two of them


def test_filtered_online_retail_says_what_was_set_aside_to_the_row(audited: Callable[[str], Audit]) -> None:
    result = audited("online_retail_sales")
    assert result.metrics["rows.order_lines"] == 397_884
    assert result.metrics["customers"] == 4_338
    assert result.metrics["rows_set_aside.order_lines"] == 541_909 - 397_884
    assert all(entry.reconciles for entry in result.cleaning)


def test_cdnow_copies_count_although_the_orders_have_no_numbers(audited: Callable[[str], Audit]) -> None:
    result = audited("cdnow")
    assert result.metrics["duplicate_rows.orders"] == 255
    assert rows(result, "orders.amount.zero_amount") == 80
    assert result.metrics["revenue"] == pytest.approx(2_500_315.63, abs=0.005)
    assert result.verdicts["rfm"].level == Level.GO


def test_tmall_without_a_customer_id_cannot_carry_rfm_and_says_so_in_chinese(audited: Callable[[str], Audit]) -> None:
    result = audited("tmall_orders")
    assert rows(result, "orders.refund.refund_over_payment") == 5_336
    assert result.metrics["missing.orders.customer_id"] == 28_010
    assert result.verdicts["rfm"].level == Level.NO_GO
    chinese = Language("zh_CN", "CNY")
    assert "没有客户编号" in say_reasons(result.verdicts["rfm"], chinese)
    assert "购买者身份不明" in summarise(result, chinese).title


def test_groceries_carry_basket_rules_only(audited: Callable[[str], Audit]) -> None:
    verdicts = audited("groceries").verdicts
    allowed = {name for name, verdict in verdicts.items() if verdict.allowed}
    assert allowed == {"data_audit", "basket_rules"}
    assert verdicts["basket_rules"].base["baskets"] == 9_835


def test_cookie_cats_carry_campaign_evaluation(audited: Callable[[str], Audit]) -> None:
    verdicts = audited("cookie_cats").verdicts
    assert verdicts["campaign_evaluation"].level == Level.GO
    assert verdicts["rfm"].level == verdicts["retention"].level == Level.NO_GO


def test_complete_journey_carries_all_and_a_funnel_of_orders_alone(audited: Callable[[str], Audit]) -> None:
    result = audited("completejourney")
    assert result.metrics["rows.order_lines"] == 1_469_307
    assert result.metrics["orders"] == 155_848
    assert result.metrics["revenue"] == pytest.approx(4_596_039.58, abs=0.005)
    assert rows(result, "order_lines.quantity.zero_quantity") == 8_869
    assert all(verdict.allowed for verdict in result.verdicts.values())
    assert result.verdicts["funnel"].level == Level.LIMITS
    assert result.verdicts["campaign_evaluation"].level == Level.LIMITS


def test_web_events_carry_a_funnel(audited: Callable[[str], Audit]) -> None:
    verdict = audited("web_events").verdicts["funnel"]
    assert verdict.level == Level.GO
    assert verdict.base["people"] == 2_000

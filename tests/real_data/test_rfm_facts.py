"""RFM on published data: facts that others printed, and an independent reading of the raw files with pandas."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd
import pytest
from support import DATASETS

from customer_analytics.analysis.rfm import RfmResult, analyse, metrics
from customer_analytics.engagement import Project
from customer_analytics.engagement.parameters import RfmParameters
from customer_analytics.tables.store import open_tables


@pytest.fixture(scope="module")
def rfm_of(real_project: Callable[[str], Project]) -> Callable[[str], RfmResult]:
    @cache
    def result(name: str) -> RfmResult:
        project = real_project(name)
        return analyse(open_tables(project, as_of=project.engagement.as_of), RfmParameters())

    return result


@pytest.fixture(scope="module")
def invoices() -> pd.DataFrame:
    """Online Retail read by pandas: one row an invoice with a customer: customer, day, money."""
    files = sorted((DATASETS / "online_retail" / "by_day").glob("*.csv"))
    if not files:
        pytest.skip("the real data are not here")
    columns = {"InvoiceNo": str, "CustomerID": str, "Quantity": float, "UnitPrice": float, "InvoiceDate": str}
    lines = pd.concat([pd.read_csv(file, dtype=columns, usecols=list(columns)) for file in files])
    lines["money"], lines["day"] = lines["Quantity"] * lines["UnitPrice"], pd.to_datetime(lines["InvoiceDate"]).dt.date
    known = lines[lines["CustomerID"].notna()]
    return known.groupby(["CustomerID", "InvoiceNo"]).agg(day=("day", "min"), money=("money", "sum")).reset_index()


def slow_gini(values: np.ndarray) -> float:
    """Mean absolute difference of all pairs over twice the mean."""
    n = len(values)
    total = sum(float(np.abs(values - one).sum()) for one in values)
    return total / (2 * n * (n - 1) * float(values.mean()))


def test_online_retail_has_the_4338_customers_of_the_stated_filter(rfm_of: Callable[[str], RfmResult]) -> None:
    result = rfm_of("online_retail_sales")
    assert len(result.customers) == 4338
    assert result.orders == 18532
    assert result.revenue == pytest.approx(8911407.904)


def test_online_retail_with_its_cancellations_nets_them_and_keeps_the_same_customers(
    rfm_of: Callable[[str], RfmResult], invoices: pd.DataFrame
) -> None:
    result = rfm_of("online_retail")
    bought = invoices[invoices["money"] > 0].groupby("CustomerID")["day"]
    money = invoices.groupby("CustomerID")["money"].sum().round(4)
    days = (pd.Timestamp("2011-12-10") - pd.to_datetime(bought.max())).dt.days
    assert len(result.customers) == len(days) == 4338
    own = result.customers.set_index("customer_id")
    own.index = own.index.str.removesuffix(".0")
    days.index, money.index = days.index.str.removesuffix(".0"), money.index.str.removesuffix(".0")
    pd.testing.assert_series_equal(own["recency_days"], days.astype("int64"), check_names=False)
    frequency = bought.nunique()
    assert own["frequency"].tolist() == frequency.tolist()
    assert np.allclose(own["monetary"], money.loc[own.index], atol=1e-3)
    assert result.totals.revenue == pytest.approx(9747747.934)
    assert result.unscored.returns_only == 33


def test_the_gini_of_online_retail_is_that_of_all_pairs(rfm_of: Callable[[str], RfmResult]) -> None:
    result = rfm_of("online_retail")
    values = result.customers["monetary"].to_numpy()
    assert result.concentration.gini == pytest.approx(slow_gini(values[values >= 0]))
    assert result.concentration.negatives == int((values < 0).sum()) == 8


def test_cdnow_has_the_customers_and_purchase_days_of_the_example_report(rfm_of: Callable[[str], RfmResult]) -> None:
    result = rfm_of("cdnow")
    numbers = metrics(result, 10)
    assert numbers["customers"] == 23502
    assert numbers["purchase_days"] == 67511
    assert numbers["orders"] == 69659 - 80
    assert result.one_time == 11989
    assert numbers["revenue"] == pytest.approx(2500315.63)
    assert result.unscored.nothing_paid == 68
    assert round(result.concentration.tops[0.2], 2) == 0.68 and round(result.concentration.tops[0.05], 2) == 0.37
    assert result.scheme is not None and result.scheme.frequency.method == "fixed"


def test_cdnow_repeats_as_its_one_intake_did(rfm_of: Callable[[str], RfmResult]) -> None:
    second = rfm_of("cdnow").steps[0]
    assert second.median_days == 57
    assert 0.42 < second.rate < 0.45


def test_every_household_of_the_complete_journey_is_scored(rfm_of: Callable[[str], RfmResult]) -> None:
    result = rfm_of("completejourney")
    assert len(result.customers) == 2469
    assert result.segments["customers"].sum() == 2469
    assert result.orders <= 155848
    assert result.totals.revenue == pytest.approx(4596039.58)


@pytest.mark.parametrize("name", ["online_retail", "cdnow", "completejourney"])
def test_the_segments_of_the_past_predict_who_spends_next(rfm_of: Callable[[str], RfmResult], name: str) -> None:
    held = rfm_of(name).holdout
    assert held is not None and held.holds and held.best in ("champions", "loyal")


def test_the_bridge_of_online_retail_is_that_of_the_raw_files(
    rfm_of: Callable[[str], RfmResult], invoices: pd.DataFrame
) -> None:
    """The 90 days to 9 December 2011 against the 90 before, customer by customer, by pandas alone."""
    bridge = rfm_of("online_retail").movement.bridge
    assert bridge is not None
    day = pd.to_datetime(invoices["day"])
    now, before = (
        day > pd.Timestamp("2011-09-10"),
        (day > pd.Timestamp("2011-06-12")) & (day <= pd.Timestamp("2011-09-10")),
    )
    money = pd.DataFrame(
        {
            name: invoices[inside].groupby("CustomerID")["money"].sum()
            for name, inside in (("now", now), ("before", before))
        }
    ).fillna(0.0)
    bought = invoices[invoices["money"] > 0].assign(day=day)
    first = bought.groupby("CustomerID")["day"].min().reindex(money.index)
    is_now, is_before = (
        money.index.isin(bought.loc[inside.reindex(bought.index), "CustomerID"]) for inside in (now, before)
    )
    change = money["now"] - money["before"]
    is_new = is_now & (first > pd.Timestamp("2011-09-10")).to_numpy()
    parts = {
        "new": is_new,
        "returned": is_now & ~is_before & ~is_new,
        "lost": is_before & ~is_now,
        "upgraded": is_now & is_before & (change > 0),
        "downgraded": is_now & is_before & (change <= 0),
    }
    for name, inside in parts.items():
        assert bridge.part(name)["customers"] == inside.sum(), name
        assert bridge.part(name)["change"] == pytest.approx(change[inside].sum(), abs=0.01), name
    assert bridge.table["change"].sum() == pytest.approx(bridge.change, abs=1e-6)


@pytest.mark.parametrize(("name", "earlier", "now"), [("online_retail", 3370, 4016), ("completejourney", 2447, 2455)])
def test_every_customer_of_both_pictures_is_in_the_table_of_moves(
    rfm_of: Callable[[str], RfmResult], name: str, earlier: int, now: int
) -> None:
    moved = rfm_of(name).movement.transitions
    assert moved is not None
    cells = moved.cells
    assert cells.loc[~cells["earlier"].isin(["first_purchase", "no_order"]), "customers"].sum() == earlier
    assert cells.loc[cells["now"] != "no_order", "customers"].sum() == now


@pytest.mark.parametrize("name", ["online_retail", "cdnow", "completejourney"])
def test_late_customers_returned_less_often_but_plain_silence_tells_as_much(
    rfm_of: Callable[[str], RfmResult], name: str
) -> None:
    own = rfm_of(name).movement.rhythm
    assert own is not None and own.check is not None
    assert own.check.interval.low > 0.1
    assert abs(own.check.own_mark - own.check.same_mark) < 0.06


def test_more_than_a_third_of_the_lost_of_online_retail_came_back_before_christmas(
    rfm_of: Callable[[str], RfmResult], invoices: pd.DataFrame
) -> None:
    result = rfm_of("online_retail")
    lost = result.movement.lost
    assert lost is not None and result.rhythm is not None
    bought = invoices[invoices["money"] > 0].assign(day=pd.to_datetime(invoices["day"]))
    before = bought[bought["day"] <= "2011-09-10"].groupby("CustomerID")["day"].max()
    gone = before[(pd.Timestamp("2011-09-11") - before).dt.days > result.rhythm.lost_days]
    back = gone.index.isin(bought.loc[bought["day"] > "2011-09-10", "CustomerID"])
    assert (lost.n, lost.returned) == (len(gone), int(back.sum()))
    assert lost.rate > 1 / 3

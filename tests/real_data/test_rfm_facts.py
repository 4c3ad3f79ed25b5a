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

"""Retention on published data: facts that others printed, and an independent reading of the raw files with pandas."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pandas as pd
import pytest
from support import DATASETS

from customer_analytics.analysis.retention import RetentionResult, analyse, metrics, tables
from customer_analytics.engagement import Project
from customer_analytics.engagement.parameters import RetentionParameters
from customer_analytics.tables.store import open_tables


@pytest.fixture(scope="module")
def retention_of(real_project: Callable[[str], Project]) -> Callable[..., RetentionResult]:
    @cache
    def result(name: str, **parameters: str) -> RetentionResult:
        project = real_project(name)
        opened = open_tables(project, as_of=project.engagement.as_of)
        return analyse(opened, RetentionParameters(**parameters))

    return result


@pytest.fixture(scope="module")
def invoices() -> pd.DataFrame:
    """Online Retail read by pandas: a row for each customer and month with an invoice, and the month of the first."""
    files = sorted((DATASETS / "online_retail" / "by_day").glob("*.csv"))
    if not files:
        pytest.skip("the real data are not here")
    columns = {"CustomerID": str, "Quantity": float, "InvoiceDate": str}
    lines = pd.concat([pd.read_csv(file, dtype=columns, usecols=list(columns)) for file in files])
    known = lines[lines["CustomerID"].notna()]
    return known.assign(month=pd.to_datetime(known["InvoiceDate"]).dt.to_period("M"))


@pytest.fixture(scope="module")
def views() -> pd.DataFrame:
    """web_events read by pandas."""
    file = DATASETS / "web_events" / "events_sample.csv"
    if not file.is_file():
        pytest.skip("the real data are not here")
    return pd.read_csv(file)


def first_counts(result: RetentionResult, cohort: str, many: int) -> list[float]:
    own = result.cohorts[result.cohorts["cohort"] == cohort].sort_values("period")
    return own["active"].head(many).tolist()


def test_the_first_cohort_of_online_retail_is_the_published_one(retention_of: Callable[..., RetentionResult]) -> None:
    with_cancellations = retention_of("online_retail", period="month")
    assert first_counts(with_cancellations, "2010-12-01", 6) == [948, 362, 317, 367, 341, 376]
    sales = retention_of("online_retail_sales", period="month")
    assert first_counts(sales, "2010-12-01", 6) == [885, 324, 286, 340, 321, 352]


def test_every_cell_of_online_retail_equals_that_of_pandas(
    retention_of: Callable[..., RetentionResult], invoices: pd.DataFrame
) -> None:
    result = retention_of("online_retail", period="month")
    pairs = invoices[["CustomerID", "month"]].drop_duplicates()
    start = pairs.groupby("CustomerID")["month"].transform("min")
    age = (pairs["month"] - start).map(lambda months: months.n)
    cells = pairs.groupby([start.rename("cohort"), age.rename("age")]).size()
    table = result.cohorts
    found = {
        (pd.Period(row["cohort"], "M"), row["period"]): row["so_far"]
        for row in table.to_dict("records")
        if row["so_far"]
    }
    assert found == cells.to_dict()
    month = pd.PeriodIndex(table["cohort"], freq="M") + table["period"].to_numpy()
    running = pd.Series(month == pd.Period("2011-12", "M"), index=table.index)
    assert table.loc[running, "rate"].isna().all()  # December 2011 ends on the 9th: not observed, and not zero
    assert table.loc[~running, "rate"].notna().all()
    shown = tables(result, 10)["cohorts"]
    assert shown.loc[running.to_numpy(), ["active", "rate"]].isna().all(axis=None)


def test_the_lifecycle_of_online_retail_equals_that_of_sets(
    retention_of: Callable[..., RetentionResult], invoices: pd.DataFrame
) -> None:
    result = retention_of("online_retail", period="month")
    by_month = invoices.groupby("month")["CustomerID"].agg(set).sort_index()
    before: set[str] = set()
    ever: set[str] = set()
    rows = []
    for active in by_month:
        rows.append((len(active), len(active - ever), len(active & before), len((active & ever) - before)))
        rows[-1] = (*rows[-1], len(before - active))
        before, ever = active, ever | active
    columns = ["active", "new", "returning", "resurrecting", "dormant"]
    assert [tuple(row) for row in result.activity[columns].to_numpy().tolist()] == rows
    last = metrics(result)
    assert last["active"] == rows[-2][0]  # of November: December is not complete
    assert last["active.dormant"] == rows[-2][4]


def test_day_1_7_and_30_of_the_web_shop_equal_those_of_sets(
    retention_of: Callable[..., RetentionResult], views: pd.DataFrame
) -> None:
    result = retention_of("web_events")
    definition = result.definition
    at = pd.to_datetime(views["event_timestamp"])  # the export writes the shop's own clock
    days = pd.DataFrame({"user": views["user_id"], "day": at.dt.date}).drop_duplicates()
    own = days.groupby("user")["day"].agg(set)
    assert result.size == len(own) == 2000
    for row in result.headline.to_dict("records"):
        later = pd.Timedelta(days=row["day"])
        seen = [seen for seen in own if (pd.Timestamp(min(seen)) + later).date() <= definition.last_date]
        back = sum((pd.Timestamp(min(seen_days)) + later).date() in seen_days for seen_days in seen)
        assert (row["active"], row["eligible"]) == (back, len(seen))
    last = [
        len({user for user, seen in own.items() if any(_within(day, definition.last_date, w) for day in seen)})
        for w in (1, 7, 28)
    ]
    assert [metrics(result)[name] for name in ("dau", "wau", "mau")] == last


def _within(day: object, last: object, days: int) -> bool:
    return 0 <= (pd.Timestamp(last) - pd.Timestamp(day)).days < days  # type: ignore[arg-type]


def test_orders_alone_and_data_without_people_are_no_error(retention_of: Callable[..., RetentionResult]) -> None:
    cdnow = retention_of("cdnow")
    assert cdnow.definition.activity == "orders"
    assert cdnow.size == 23570
    for name in ("groceries", "cookie_cats"):
        nobody = retention_of(name)
        assert not nobody.enough
        assert nobody.size == 0

"""Payback by channel and quarter, contracts as cohorts, and who is late, against counts person by person."""

from __future__ import annotations

import datetime as dt
import math
from zoneinfo import ZoneInfo

import ibis
import numpy as np
import pandas as pd
import pytest
from any_engine import connect

from customer_analytics.analysis.outlook.contracts import contract_cohorts
from customer_analytics.analysis.outlook.curves import fit
from customer_analytics.analysis.outlook.gaps import own_gaps
from customer_analytics.analysis.outlook.lapse import AHEAD, lapse
from customer_analytics.analysis.outlook.payback import LONGEST, payback
from customer_analytics.analysis.outlook.triangle import triangle
from customer_analytics.analysis.rfm.customers import as_date, day_number
from customer_analytics.tables.store import Tables

from .people import END

AS_OF = dt.date(2024, 6, 30)
LAST = day_number(AS_OF)


def client(n: int, seed: int) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Customers (channel, sign-up), purchase days with their value, and spend by month."""
    generator = np.random.default_rng(seed)
    customers, days = [], []
    for customer in range(n):
        signed = LAST - int(generator.integers(0, 500))
        channel = ("search", "Deals ", "social")[customer % 3]
        customers.append((f"C{customer}", channel, as_date(signed)))
        moment = signed + int(generator.integers(0, 20))
        while moment <= LAST and generator.random() < 0.8:
            days.append((f"C{customer}", moment, float(generator.integers(5, 40))))
            moment += int(generator.integers(10, 90))
    spend = [
        (channel, dt.date(year, month, 15), cost)
        for channel, cost in (("search", 900.0), ("deals", 150.0), ("unknown", 5.0))
        for year, month in [(2023, m) for m in range(1, 13)] + [(2024, m) for m in range(1, 7)]
    ]
    return (
        pd.DataFrame(customers, columns=["customer_id", "acquisition_channel", "signed_up_on"]),
        pd.DataFrame(days, columns=["customer_id", "day", "value"]).groupby(["customer_id", "day"]).sum().reset_index(),
        pd.DataFrame(spend, columns=["channel", "day", "cost"]),
    )  # fmt: skip


def as_tables(customers: pd.DataFrame, days: pd.DataFrame, spend: pd.DataFrame) -> tuple[Tables, ibis.Table]:
    backend = connect()
    tables = {
        "customers": backend.create_table("customers", customers.sample(frac=1, random_state=1)),
        "spend": backend.create_table("spend", spend.sample(frac=1, random_state=1)),
    }
    money = backend.create_table("days", days.sample(frac=1, random_state=1).astype({"day": "int32"}))
    return Tables(backend, AS_OF, ZoneInfo("UTC"), tables), money


def quarter_of(day: dt.date) -> dt.date:
    return dt.date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)


def test_worth_and_payback_are_those_of_the_customers_one_by_one() -> None:
    customers, days, spend = client(700, 1)
    found = payback(*as_tables(customers, days, spend), 0.5, 10)
    assert found is not None
    assert set(found.table["channel"]) == {"search", "Deals "}  # no spend on social, no customers of unknown
    buyers = days.groupby("customer_id")["day"].min().rename("first").reset_index().merge(customers, on="customer_id")
    buyers["won"] = [min(day_number(signed), first) for signed, first in buyers[["signed_up_on", "first"]].to_numpy()]
    buyers["quarter"] = [quarter_of(as_date(won)) for won in buyers["won"]]
    checked = 0
    for row in found.table.to_dict("records"):
        own = buyers[(buyers["acquisition_channel"] == row["channel"]) & (buyers["quarter"] == row["quarter"])]
        assert row["customers"] == len(own)
        spent = 3 * (900.0 if row["channel"] == "search" else 150.0)
        assert row["cost"] == pytest.approx(spent / len(own))
        curve = []
        for step in range(LONGEST):
            lived = own[(LAST - own["first"]) // 30 > step]
            if len(lived) < 10:
                break
            here = days.merge(lived[["customer_id", "first"]], on="customer_id")
            inside = (here["day"] - here["first"]) // 30 == step
            curve.append((curve[-1] if curve else 0.0) + 0.5 * here.loc[inside, "value"].sum() / len(lived))
        reached = [step + 1 for step in range(len(curve)) if all(worth >= row["cost"] for worth in curve[step:])]
        assert row["payback"] == reached[0] if reached else math.isnan(row["payback"])
        if not math.isnan(row["worth"]):
            seen = own[(LAST - own["first"]) // 30 >= row["steps"]]
            here = days.merge(seen[["customer_id", "first"]], on="customer_id")
            inside = here[(here["day"] - here["first"]) // 30 < row["steps"]]
            each = 0.5 * inside.groupby("customer_id")["value"].sum().reindex(seen["customer_id"]).fillna(0)
            half = 1.959964 * each.std() / math.sqrt(len(each))
            assert (row["worth"], row["low"]) == (pytest.approx(each.mean()), pytest.approx(each.mean() - half))
            checked += 1
    assert checked >= 6


def test_a_channel_that_costs_more_than_it_brings_is_not_called_paid_back() -> None:
    customers, days, spend = client(700, 2)
    found = payback(*as_tables(customers, days, spend.assign(cost=spend["cost"] * 40)), 1.0, 10)
    assert found is not None
    judged = found.table[found.table["steps"] >= 6]
    assert judged["payback"].isna().all() and not judged["paid"].fillna(False).any()


def test_without_spend_or_channel_there_is_no_payback() -> None:
    customers, days, spend = client(50, 3)
    tables, money = as_tables(customers, days, spend)
    without = Tables(tables.backend, AS_OF, ZoneInfo("UTC"), {"customers": tables["customers"]})
    assert payback(without, money, 1.0, 10) is None
    nameless = {"customers": tables["customers"].drop("acquisition_channel"), "spend": tables["spend"]}
    assert payback(Tables(tables.backend, AS_OF, ZoneInfo("UTC"), nameless), money, 1.0, 10) is None


def contracts(n: int, seed: int, alpha: float, beta: float) -> pd.DataFrame:
    """Contracts that end each month of thirty days with a probability of their own, drawn from a beta distribution."""
    generator = np.random.default_rng(seed)
    begun = LAST - generator.integers(0, 700, n)
    months = generator.geometric(generator.beta(alpha, beta, n))
    over = begun + 30 * months - 1  # the last day of the month of the contract in which it ends
    rows = pd.DataFrame({"customer_id": [f"C{k}" for k in range(n)], "begun": begun, "over": over})
    rows["started_on"] = [as_date(day) for day in rows["begun"]]
    rows["ended_on"] = [as_date(day) if day <= LAST + 60 else None for day in rows["over"]]
    return rows


def test_contracts_are_counted_at_the_ages_that_all_of_a_month_have_reached() -> None:
    rows = contracts(600, 1, 1.0, 8.0)
    backend = connect()
    own = rows[["customer_id", "started_on", "ended_on"]].assign(started_at=0, ended_at=0)
    tables = Tables(backend, AS_OF, ZoneInfo("UTC"), {"subscriptions": backend.create_table("subscriptions", own)})
    found = contract_cohorts(tables)
    assert found is not None
    rows["cohort"] = [day.replace(day=1) for day in rows["started_on"]]
    for row in found.to_dict("records"):
        here = rows[rows["cohort"] == row["cohort"]]
        assert row["size"] == row["eligible"] == len(here)
        assert (LAST - here["begun"] + 1 >= 30 * row["period"]).all()
        ended = here["over"].where(here["over"] <= LAST)  # an end after the last day is not known yet
        assert row["active"] == (~(ended < here["begun"] + 30 * row["period"])).sum()


def test_the_rate_of_leaving_of_contracts_is_found_again() -> None:
    rows = contracts(6000, 2, 0.9, 9.0)
    backend = connect()
    own = rows[["customer_id", "started_on", "ended_on"]].assign(started_at=0, ended_at=0)
    tables = Tables(backend, AS_OF, ZoneInfo("UTC"), {"subscriptions": backend.create_table("subscriptions", own)})
    cohorts = contract_cohorts(tables)
    assert cohorts is not None
    known = triangle(cohorts)
    assert known is not None
    share = fit("sbg", *known.chained(), chained=True).share(np.array([1.0, 6.0, 12.0, 24.0]))
    gamma = math.lgamma
    truth = [math.exp(gamma(9 + k) - gamma(9) + gamma(9.9) - gamma(9.9 + k)) for k in (1, 6, 12, 24)]
    assert share == pytest.approx(truth, abs=0.03)


def visits(n: int, seed: int, *, stop: int | None = None) -> pd.DataFrame:
    """People who come every 5 to 9 days; half of them stop `stop` days before the end."""
    generator = np.random.default_rng(seed)
    rows = []
    for person in range(n):
        rhythm, day = generator.uniform(5, 9), END - int(generator.integers(200, 300))
        last = END - stop if stop is not None and person % 2 else END
        while day <= last:
            rows.append((f"p{person}" if person % 5 else f" v{person}", int(day)))
            day += max(1, rhythm * generator.uniform(0.8, 1.2))
    return pd.DataFrame(rows, columns=["person_id", "day"]).drop_duplicates()


def test_people_who_stopped_are_late_and_those_who_come_are_not() -> None:
    days = visits(300, 1, stop=25)
    backend = connect()
    table = backend.create_table("days", days.sample(frac=1, random_state=1).astype({"day": "int32"}))
    found = lapse(own_gaps(table), END + 1, 60, 30)
    assert found is not None
    listed = set(found.people["customer_id"].dropna()) | {f" {one}" for one in found.people["visitor_id"].dropna()}
    stopped = {name for name in days["person_id"].unique() if int(name.strip()[1:]) % 2}
    assert stopped <= listed and len(listed - stopped) <= 5
    assert found.people["visitor_id"].notna().any()
    assert sum(found.counts.values()) == 300 and found.counts["late"] == len(listed)
    late = found.people.merge(days.groupby("person_id")["day"].max().reset_index(), left_on="customer_id",
                              right_on="person_id")  # fmt: skip
    assert (late["last_day"] == late["day"]).all()
    assert (late["gone_day"] == late["last_day"] + 61).all()
    assert (late["silent_days"] == END + 1 - late["last_day"]).all()
    gone = lapse(own_gaps(table), END + 1, 20, 30)
    assert gone is not None and gone.counts["gone"] == 150 and len(gone.people) <= 5


def test_the_check_looks_only_at_what_was_known_then() -> None:
    days = visits(300, 2)
    backend = connect()
    whole = backend.create_table("days", days.astype({"day": "int32"}))
    found = lapse(own_gaps(whole), END + 1, 60, 30)
    assert found is not None
    # Those who stopped before the cut: late then, and none of them came back.
    stopped = days[(days["person_id"].str.strip().str[1:].astype(int) % 2 == 0) | (days["day"] <= END - AHEAD - 15)]
    other = lapse(own_gaps(backend.create_table("stopped", stopped.astype({"day": "int32"}))), END + 1, 90, 30)
    assert other is not None and other.check is not None
    assert other.check.customers == 300
    assert other.check.own_mark == 1.0
    assert other.check.interval.low > 0.9


def test_no_rhythm_no_list() -> None:
    days = pd.DataFrame({"person_id": ["a", "b"], "day": [END, END]})
    backend = connect()
    assert lapse(own_gaps(backend.create_table("days", days.astype({"day": "int32"}))), END + 1, 60, 30) is None

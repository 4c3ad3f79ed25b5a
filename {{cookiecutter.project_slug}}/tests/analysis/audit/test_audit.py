"""The whole audit: readings, hours, ranking, reconciliation, metrics and words."""

from __future__ import annotations

import json
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customer_analytics.analysis.audit import Level, Severity, audit
from customer_analytics.analysis.audit.cleaning import cleaning, duplicates_set_aside, generated_keys
from customer_analytics.analysis.audit.codes import odd_codes, order_series
from customer_analytics.analysis.audit.hours import hours
from customer_analytics.analysis.audit.issues import rank
from customer_analytics.analysis.audit.sensitivity import sensitivity
from customer_analytics.engagement.parameters import DataAuditParameters
from customer_analytics.language import Language
from customer_analytics.narrative import data_audit
from customer_analytics.narrative.data_audit import captions, method, shown
from customer_analytics.narrative.data_audit.rules import RULES
from customer_analytics.tables.load_log import LoadLog, Reason, SourceLog, table_log
from customer_analytics.tables.store import Tables
from customer_analytics.tables.subset import limit_to_subset

ENGLISH, CHINESE = Language("en", "EUR"), Language("zh_CN", "CNY")


def shop(rows: int = 3000, seed: int = 5) -> pd.DataFrame:
    """Order lines with every trouble that the readings know."""
    rng = np.random.default_rng(seed)
    order = rng.integers(0, rows // 3, rows)
    frame = pd.DataFrame(
        {
            "order_id": order.astype(str),
            "customer_id": [f"c{n % 150}" if n % 7 else None for n in order],
            "ordered_at": [pd.Timestamp("2023-01-02 09:00") + pd.Timedelta(hours=int(n) * 7 % 8500) for n in order],
            "product_id": [f"{10000 + n}" for n in rng.integers(0, 300, rows)],
            "product_name": "THING",
            "quantity": rng.integers(1, 9, rows).astype(float),
            "unit_price": rng.choice([0.0, 2.5, 4.0, 10.0], rows, p=[0.05, 0.35, 0.3, 0.3]),
        }
    )
    frame.loc[:99, ["order_id", "quantity"]] = [["C" + str(n), -2.0] for n in range(100)]
    frame.loc[100:109, ["product_id", "product_name"]] = ["POST", "Postage"]
    return pd.concat([frame, frame.iloc[200:240]], ignore_index=True)


def run(make_tables, log=None, **frames):
    return audit(make_tables(**frames), parameters=DataAuditParameters(), minimum_group=10, log=log)


def test_each_reading_is_what_pandas_gets_when_it_leaves_the_same_rows_out(make_tables):
    frame = shop()
    tables = make_tables(order_lines=frame)
    found = sensitivity(tables, series=order_series(tables), codes=odd_codes(tables)).set_index("reading")
    money = frame["quantity"] * frame["unit_price"]
    kept = {
        "as_loaded": frame.index >= 0,
        "without_duplicates": ~frame.duplicated(),
        "without_cancellations": ~frame["order_id"].str.startswith("C"),
        "products_only": frame["product_id"] != "POST",
        "priced_only": frame["unit_price"] != 0,
        "known_customers": frame["customer_id"].notna(),
    }
    kept["strictest"] = np.logical_and.reduce(list(kept.values()))
    assert set(found.index) == set(kept)
    for reading, rows in kept.items():
        part = frame[rows]
        orders = part.dropna(subset="customer_id").groupby("customer_id")["order_id"].nunique()
        assert found.loc[reading, "revenue"] == pytest.approx(money[rows].sum())
        assert found.loc[reading, "orders"] == part["order_id"].nunique()
        assert found.loc[reading, "customers"] == len(orders)
        assert found.loc[reading, "repeat_share"] == pytest.approx((orders >= 2).mean())


def test_readings_that_leave_nothing_out_are_not_shown(make_tables):
    frame = shop().drop_duplicates().dropna()
    frame = frame.query("unit_price > 0 and quantity > 0 and product_id != 'POST'")
    tables = make_tables(order_lines=frame)
    found = sensitivity(tables, series=order_series(tables), codes=odd_codes(tables), duplicates=False)
    assert list(found["reading"]) == ["as_loaded"]


def test_no_orders_have_no_readings(make_tables):
    assert sensitivity(make_tables(), series=[], codes=[]).empty


def clock(shift: int) -> pd.DataFrame:
    hour = [9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20] * 60
    moments = [pd.Timestamp("2024-05-01") + pd.Timedelta(hours=h + shift, days=n // 12) for n, h in enumerate(hour)]
    return pd.DataFrame({"order_id": [str(n) for n in range(len(hour))], "ordered_at": moments})


def test_a_clock_that_is_twelve_hours_off_is_seen(make_tables):
    (right,) = hours(make_tables(orders=clock(0)))
    (wrong,) = hours(make_tables(orders=clock(12)))
    assert not right.suspicious and wrong.suspicious
    assert sum(right.by_hour) == 720 and right.by_hour[9] == 60


def test_dates_without_hours_and_few_rows_accuse_nobody(make_tables):
    dates = clock(0)
    dates["ordered_at"] = dates["ordered_at"].dt.normalize()
    (found,) = hours(make_tables(orders=dates))
    assert found.dates_only and not found.suspicious
    (few,) = hours(make_tables(orders=clock(12).head(100)))
    assert not few.suspicious


def load_log(frame: pd.DataFrame) -> LoadLog:
    """A log in which three rows were set aside: two unreadable, one copy."""
    money = sum((Decimal(str(value)) for value in frame["amount"]), Decimal(0))
    source = SourceLog(
        number=1, name="orders.csv", table="orders", format="csv", encoding="utf-8", delimiter=",", files=(),
        rows_in=len(frame) + 3, rows_kept=len(frame),
        rows_set_aside={"ordered_at cannot be read": 2, "exact duplicate": 1},
        money_in=money + Decimal("30.05"), money_kept=money,
        money_set_aside={"ordered_at cannot be read": Decimal("20.00"), "exact duplicate": Decimal("10.05")},
        reasons=(
            Reason("ordered_at cannot be read", "unreadable", "ordered_at"),
            Reason("exact duplicate", "duplicate"),
        ),
        columns={"customer_id": "Kunde", "ordered_at": "Datum", "amount": "Betrag"},
    )  # fmt: skip
    tables = {"orders": table_log("orders", (source,))}
    return LoadLog("2024-12-31T10:00:00+00:00", "f", "EUR", "UTC", tables)


def orders(count: int = 90) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "order_id": [str(n) for n in range(count)],
            "customer_id": [f"c{n % 40}" for n in range(count)],
            "ordered_at": [pd.Timestamp("2024-01-01 12:00") + pd.Timedelta(days=n * 4) for n in range(count)],
            "amount": [10.0 + n / 100 for n in range(count)],
        }
    )


def test_before_and_after_reconcile_to_the_cent(make_tables):
    frame = orders()
    log = load_log(frame)
    (entry,) = cleaning(make_tables(orders=frame), log)
    assert entry.reconciles and entry.rows_set_aside == 3 and entry.money_set_aside == Decimal("30.05")
    assert entry.money_now == entry.money_kept
    assert duplicates_set_aside([entry], "orders") == 1
    assert generated_keys(log) == {("orders", "order_id")}


def test_a_cent_that_is_missing_is_said(make_tables):
    frame = orders()
    log = load_log(frame)
    source = log.tables["orders"].sources[0]
    wrong = SourceLog(**{**source.__dict__, "money_in": source.money_in + Decimal("0.01")})
    log = LoadLog(log.loaded_at, "f", "EUR", "UTC", {"orders": table_log("orders", (wrong,))})
    result = run(make_tables, log=log, orders=frame)
    assert not result.cleaning[0].reconciles
    assert "does not reconcile" in captions.reconciliation_deck(result, ENGLISH)


def test_copies_set_aside_by_the_loader_still_count_as_copies_received(make_tables):
    frame = orders()
    result = run(make_tables, log=load_log(frame), orders=pd.concat([frame, frame.head(2)]))
    assert result.metrics["duplicate_rows.orders"] == 3
    assert (result.metrics["rows_in.orders"], result.metrics["rows_set_aside.orders"]) == (93, 3)


def test_metrics_have_the_names_of_the_contract(make_tables):
    metrics = run(make_tables, order_lines=shop()).metrics
    expected = {"rows.order_lines": 3040, "missing.order_lines.customer_id": int(shop()["customer_id"].isna().sum())}
    assert expected.items() <= metrics.items()
    assert {"issues", "customers", "orders", "revenue", "duplicate_rows.order_lines", "verdict.rfm"} <= set(metrics)
    json.dumps(metrics)  # plain numbers only


def test_the_gravest_issue_comes_first_and_nothing_found_is_no_issue(make_tables):
    result = run(make_tables, order_lines=shop())
    weights = [issue.severity for issue in result.issues]
    assert weights == sorted(weights)
    assert all(issue.fault.rows > 0 for issue in result.issues)
    assert len({issue.id for issue in result.issues}) == len(result.issues)
    assert rank([], result.verdicts, revenue=1.0) == []


def test_orders_that_nobody_is_known_for_stop_the_reports_by_customer(make_tables):
    result = run(make_tables, orders=orders().drop(columns="customer_id"))
    issue = result.issues[0]
    assert (issue.id, issue.severity, issue.fault.rows) == ("orders.customer_id.missing", Severity.STOPS, 90)
    assert issue.effect["rfm"] == "stops"
    assert result.verdicts["rfm"].level == Level.NO_GO


def test_the_tables_of_the_contract_have_its_columns(make_tables):
    tables = data_audit.export_tables(run(make_tables, order_lines=shop()), ENGLISH)
    assert list(tables["issues"]) == [
        "id", "table", "column", "rule", "severity", "rows", "share", "money", "customers", "verdict_effect", "fix",
    ]  # fmt: skip
    assert list(tables["dictionary"]) == [
        "table", "column", "meaning", "type", "unit", "missing", "distinct", "minimum", "maximum", "example", "source",
    ]  # fmt: skip


@pytest.mark.parametrize("language", [ENGLISH, CHINESE], ids=["en", "zh"])
@pytest.mark.parametrize(
    "frames", [{}, {"orders": orders()}, {"orders": orders(0)}, {"orders": orders(1)}, {"order_lines": shop()}]
)
def test_every_table_and_sentence_can_be_said(make_tables, language, frames):
    result = run(make_tables, **frames)
    summary = data_audit.summarise(result, language)
    assert 3 <= len(summary.findings) <= 7 or not frames or not len(next(iter(frames.values())))
    assert len(summary.kpis) == 4
    said = [summary.title, summary.standfirst, summary.recommendation]
    said += [text for one in summary.findings for text in (one.head, one.statement, one.meaning, one.action)]
    for name in (
        "inventory",
        "verdict",
        "issue",
        "missing",
        "series",
        "code",
        "reading",
        "day",
        "dictionary",
        "fix",
        "unlock",
    ):
        rows = getattr(shown, f"{name}_rows")(result, language)
        widths = {len(row) for row in rows}
        assert len(widths) <= 1
        said += [cell[0] if isinstance(cell, tuple) else cell for row in rows for cell in row]
    said += [captions.quiet_rules(result, language, captions.MONEY_RULES), *captions.people_words(result, language)]
    said += [text for pairs in method.how(result, language).values() for pair in pairs for text in pair]
    assert all(isinstance(text, str) and "{" not in text for text in said)
    assert all(str(text) for text in said[:3])


@pytest.mark.parametrize("name", ["inventory", "verdict", "issue", "missing", "reading", "dictionary", "fix", "unlock"])
def test_each_row_has_a_cell_for_each_heading(make_tables, name):
    result = run(make_tables, order_lines=shop())
    headings = {"verdict": "verdicts", "issue": "issues", "reading": "readings", "fix": "fixes"}.get(name, name)
    rows = getattr(shown, f"{name}_rows")(result, ENGLISH)
    assert rows
    assert {len(row) for row in rows} == {len(captions.columns(headings, ENGLISH))}


def test_every_rule_has_words(make_tables):
    result = run(make_tables, order_lines=shop(), orders=orders(), customers=pd.DataFrame({"customer_id": ["c1"]}))
    assert all(fault.rule in RULES for fault in result.checks)
    asked = set(captions.MONEY_RULES) | set(captions.KEY_RULES) | set(captions.PEOPLE_RULES)
    assert asked <= {name.partition("@")[0] for name in RULES}


@settings(max_examples=3, deadline=None)
@given(seed=st.integers(0, 1000))
def test_shuffled_rows_give_the_same_audit(make_tables, seed):
    frame = shop(400)
    shuffled = frame.sample(frac=1, random_state=seed).reset_index(drop=True)
    one, other = (run(make_tables, order_lines=rows) for rows in (frame, shuffled))
    assert [issue.id for issue in one.issues] == [issue.id for issue in other.issues]
    assert {k: pytest.approx(v) if isinstance(v, float) else v for k, v in one.metrics.items()} == other.metrics


def test_a_subset_of_all_tables_can_be_audited(make_tables):
    people = pd.DataFrame(
        {"customer_id": [f"c{n}" for n in range(40)], "region": ["East", "West"] * 20, "consent": [True, False] * 20}
    )
    identities = pd.DataFrame(
        {"customer_id": people["customer_id"], "kind": "card", "value": [f"k{n // 4}" for n in range(40)]}
    )
    events = orders(80).rename(columns={"order_id": "session_id", "ordered_at": "occurred_at"}).drop(columns="amount")
    tables = make_tables(customers=people, orders=orders(), events=events.assign(event="view"), identities=identities)
    east = Tables(tables.backend, tables.as_of, tables.zone, limit_to_subset(tables.tables, "region=East"))
    result = audit(east, parameters=DataAuditParameters(), minimum_group=10)
    assert (result.metrics["rows.customers"], result.metrics["customers"]) == (20, 20)
    assert result.identity.people == 10

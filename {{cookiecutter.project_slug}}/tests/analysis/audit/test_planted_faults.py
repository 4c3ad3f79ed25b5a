"""The audit against the faults planted in the synthetic client: each is found, to the row."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
import yaml

from customer_analytics.analysis.audit import Audit, audit
from customer_analytics.engagement import Project
from customer_analytics.engagement.parameters import DataAuditParameters
from customer_analytics.tables.load import load
from customer_analytics.tables.load_log import read_load_log
from customer_analytics.tables.sample import make_sample
from customer_analytics.tables.store import open_tables

# Planted fault -> the rule that finds it. `duplicate:` and `missing:` are metrics of the contract.
FOUND_BY = {
    "order_in_future": "orders.ordered_at.after_as_of",
    "event_in_future": "events.occurred_at.after_as_of",
    "paid_before_order": "orders.paid_at.paid_before_ordered",
    "refund_over_amount": "orders.refund.refund_over_payment",
    "negative_price": "order_lines.unit_price.negative_unit_price",
    "zero_price": "order_lines.unit_price.zero_unit_price",
    "price_typed_100_times": "order_lines.unit_price.price_out_of_line",
    "product_unknown": "order_lines.product_id.orphan",
    "test_account": "customers.customer_id.test_account",
    "staff_account": "customers.customer_id.staff",
    "bot": "events.customer_id.bot",
    "event_before_registration": "events.occurred_at.before_registration",
    "orphan.orders.customer_id": "orders.customer_id.orphan",
    "orphan.touches.customer_id": "touches.customer_id.orphan",
    "sent_without_consent": "touches.sent_at.sent_without_consent",
}
SENT_TWICE = {
    "order_sent_twice": "orders",
    "line_sent_twice": "order_lines",
    "customer_sent_twice": "customers",
    "event_sent_twice": "events",
}


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Audit, dict[str, Any]]:
    """The audit of a synthetic client, and the truth about it."""
    folder = tmp_path_factory.mktemp("planted")
    made = make_sample(
        folder / "data" / "raw" / "sample",
        customers=2000,
        seed=4,
        language="en",
        industry="retail",
        currency="EUR",
        time_zone="Europe/Berlin",
    )
    settings = {
        "client": "Acme",
        "consultancy": "Meridian",
        "time_zone": "Europe/Berlin",
        "as_of": str(made.as_of),
        "sources": made.sources,
    }
    (folder / "engagement.yml").write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")
    project = Project.find(folder)
    load(project)
    truth = json.loads((folder / "data" / "raw" / "sample" / "truth.json").read_text(encoding="utf-8"))
    result = audit(open_tables(project), parameters=DataAuditParameters(), minimum_group=10, log=read_load_log(project))
    return result, truth["faults"]


@pytest.mark.parametrize("fault", FOUND_BY)
def test_a_planted_fault_is_found_to_the_row(planted, fault):
    result, truth = planted
    found = result.check(FOUND_BY[fault])
    assert (found.rows if found else 0) == truth[fault]["rows"]


@pytest.mark.parametrize("fault", SENT_TWICE)
def test_rows_sent_twice_are_counted(planted, fault):
    result, truth = planted
    assert result.metrics[f"duplicate_rows.{SENT_TWICE[fault]}"] == truth[fault]["rows"]


def test_missing_values_are_counted(planted):
    result, truth = planted
    missing = {name: fault["rows"] for name, fault in truth.items() if name.startswith("missing.")}
    assert missing and missing.items() <= result.metrics.items()


def test_rows_that_cannot_be_read_are_in_the_reconciliation(planted):
    result, truth = planted
    assert result.metrics["rows_set_aside.orders"] == truth["order_date_unreadable"]["rows"]
    assert all(entry.reconciles for entry in result.cleaning)


def test_the_broken_week_of_the_tracker_is_seen(planted):
    result, truth = planted
    outage = truth["tracking_outage"]
    days = next(volume for volume in result.volumes if volume.table == "events").marked("gap", "collapse")
    first, last = (dt.date.fromisoformat(outage[name]) for name in ("first_day", "last_day"))
    assert list(days["date"]) == [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]


def test_every_report_can_be_run_on_the_synthetic_client(planted):
    result, _ = planted
    assert all(verdict.allowed for verdict in result.verdicts.values())

"""Lists for contact hold those who agreed and did not unsubscribe, and tell how many were left out, and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import ibis
import pandas as pd
import pytest

from customer_analytics.disclosure.published_numbers import shown_tables
from customer_analytics.engagement.parameters import ReportParameters
from customer_analytics.report.contact import LISTS, NAME, only_reachable

AS_OF = dt.date(2024, 6, 30)


class Data(dict):  # type: ignore[type-arg]
    """Tables as a report has them."""

    as_of = AS_OF

    def has(self, table: str, *columns: str) -> bool:
        return table in self and all(column in self[table].columns for column in columns)


def opened(consent: Mapping[str, bool | None] | None, gone: Mapping[str, dt.date] | None = None) -> Any:
    data = Data()
    if consent is not None:
        people = pd.DataFrame(
            {"customer_id": list(consent), "consent": pd.array(list(consent.values()), dtype="boolean")}
        )
        data["customers"] = ibis.memtable(people)
    if gone is not None:
        data["touches"] = ibis.memtable(
            pd.DataFrame({"customer_id": list(gone), "unsubscribed_on": pd.to_datetime(list(gone.values()))})
        ).cast({"unsubscribed_on": "date"})
    return SimpleNamespace(name="rfm", tables=data)


def named(*people: str) -> pd.DataFrame:
    return pd.DataFrame({"customer_id": list(people), "monetary": range(len(people))})


def test_who_refused_who_never_said_and_who_unsubscribed_are_on_no_list_for_contact() -> None:
    consent = {"yes": True, "no": False, "unknown": None, "gone": True, "later": True}
    gone = {"gone": AS_OF, "later": AS_OF + dt.timedelta(days=1)}  # after the last day that counts: not known yet
    tables = {
        "segment_lists/loyal": named("yes", "no", "unknown", "gone", "later", "stranger"),
        "rfm_scores": named("yes", "no", "unknown"),
    }
    found = only_reachable(opened(consent, gone), tables)
    assert found is not None and found.records_consent
    assert found.tables["segment_lists/loyal"]["customer_id"].tolist() == ["yes", "later"]
    assert found.tables["rfm_scores"] is tables["rfm_scores"]  # describes; it is no list for contact
    # by hand: six on the list; unknown are who never said and the stranger
    assert found.counts.to_dict("records") == [
        {"list": "segment_lists/loyal", "found": 6, "customers": 2, "no_consent": 1, "consent_unknown": 2,
         "unsubscribed": 1},
    ]  # fmt: skip
    assert found.left_out == {"no_consent": 1, "consent_unknown": 2, "unsubscribed": 1}
    assert len(tables["segment_lists/loyal"]) == 6  # the table of the analysis is left alone


def test_where_the_client_records_no_consent_only_who_unsubscribed_is_left_out() -> None:
    found = only_reachable(opened(None, {"gone": AS_OF}), {"due_list": named("a", "gone", "b")})
    assert found is not None and not found.records_consent
    assert found.tables["due_list"]["customer_id"].tolist() == ["a", "b"]
    assert found.left_out == {"no_consent": 0, "consent_unknown": 0, "unsubscribed": 1}


def test_a_customer_named_twice_is_counted_once_and_every_row_of_a_refusal_goes() -> None:
    found = only_reachable(opened({"a": True, "b": False}), {"due_list": named("a", "b", "a", "b")})
    assert found is not None
    assert found.tables["due_list"]["customer_id"].tolist() == ["a", "a"]
    assert found.counts.loc[0, ["found", "customers", "no_consent"]].tolist() == [2, 1, 1]


def test_a_report_without_lists_has_nothing_to_leave_out() -> None:
    assert only_reachable(opened({"a": True}), {"rfm_scores": named("a")}) is None


def test_the_counts_of_a_list_tell_of_no_few_people() -> None:
    counts = pd.DataFrame(
        [("due_list", 100, 60, 37, 3, 0)],
        columns=["list", "found", "customers", "no_consent", "consent_unknown", "unsubscribed"],
    )
    shown = shown_tables("rfm", {NAME: counts}, 10)[NAME].iloc[0]
    assert pd.isna(shown["consent_unknown"]) and pd.isna(shown["no_consent"])  # 100 - 60 - 37 would be 3
    assert (shown["found"], shown["customers"], shown["unsubscribed"]) == (100, 60, 0)


@pytest.mark.parametrize("report", LISTS)
def test_lists_belong_to_reports_that_there_are(report: str) -> None:
    assert report in ReportParameters.model_fields

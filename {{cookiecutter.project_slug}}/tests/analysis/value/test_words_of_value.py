"""The section on customer value: what it says follows from the result, in both languages."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable

import pandas as pd
import pytest

from customer_analytics.analysis import rfm, value
from customer_analytics.engagement.parameters import RfmParameters
from customer_analytics.language import Language
from customer_analytics.narrative.finding import Grade
from customer_analytics.narrative.rfm import View, value_ahead, value_channels, value_test
from customer_analytics.narrative.rfm.value_findings import value_findings
from customer_analytics.statistics import Interval
from customer_analytics.tables.store import Tables

AS_OF = dt.date(2024, 6, 30)


@pytest.fixture(scope="module")
def scored(client: Tables) -> rfm.RfmResult:
    return rfm.analyse(client, RfmParameters())


def seen(scored: rfm.RfmResult, worth: value.ValueResult, code: str = "en", minimum_group: int = 10) -> View:
    return View(scored, Language(code, "GBP"), minimum_group, "UTC", worth=worth)


def missed(worth: value.ValueResult, bias: float) -> value.ValueResult:
    """The same result, had the model been so far off."""
    held = worth.holdout
    assert held is not None
    off = dataclasses.replace(held.model, bias=bias, bias_interval=Interval(bias - 0.05, bias + 0.05))
    return dataclasses.replace(worth, holdout=dataclasses.replace(held, scores=(off, *held.scores[1:])))


def test_a_forecast_names_its_assumption_in_the_same_sentence(scored: rfm.RfmResult, worth: value.ValueResult) -> None:
    view = seen(scored, worth)
    finding = value_findings(view)[0]
    assert str(finding.statement).startswith("If the ") and "go on as they did" in str(finding.statement)
    assert str(value_ahead.value_figure(view, worth).title).startswith("If customers go on as before")
    assert "if customers go on" in str(value_ahead.value_section(view, worth).deck)


def test_revenue_is_not_called_margin(scored: rfm.RfmResult, worth: value.ValueResult) -> None:
    view = seen(scored, worth)
    assert worth.margin is None
    assert "**" not in str(value_findings(view)[0].statement) and "net revenue" in str(
        value_findings(view)[0].statement
    )
    assert "margin" not in str(value_findings(view)[0].statement)
    how = {str(name): str(text) for name, text in value_ahead.value_table(view, worth).how}
    assert how["Money"].startswith("Net revenue and not margin")


def test_the_grade_is_b_only_where_held_out_days_bear_it_out(scored: rfm.RfmResult, worth: value.ValueResult) -> None:
    assert value_findings(seen(scored, worth))[0].grade is Grade.B
    far = missed(worth, 0.45)
    assert value_findings(seen(scored, far))[0].grade is Grade.D and not value_findings(seen(scored, far))[0].notable
    untested = dataclasses.replace(worth, holdout=None)
    assert value_findings(seen(scored, untested))[0].grade is Grade.D
    assert far.holdout is not None
    label, text = value_test.test_note(seen(scored, far), far, far.holdout)
    assert "45% more purchases than came" in text and "not as a budget" in text and label
    few = missed(worth, -0.3)
    assert few.holdout is not None
    assert "30% fewer" in value_test.test_note(seen(scored, few), few, few.holdout)[1]


def test_a_rule_that_won_is_named_and_used(scored: rfm.RfmResult, worth: value.ValueResult) -> None:
    ruled = dataclasses.replace(worth, source="hiatus")
    view = seen(scored, ruled)
    assert ruled.holdout is not None
    name = "Past rate, none after long silence"
    assert name in value_test.test_note(view, ruled, ruled.holdout)[1]
    assert name in str(value_findings(view)[0].meaning)
    rows = {str(row[0][0]): str(row[-1][0]) for row in value_test.test_table(view, ruled, ruled.holdout).rows}
    assert rows[name] == "used" and rows["Model MBG/NBD"] != "used"


def test_too_few_customers_give_the_reason_and_no_number(
    make_client: Callable[..., Tables], analyse: Callable[..., value.ValueResult]
) -> None:
    rows = [(f"C{place}", AS_OF - dt.timedelta(days=place), 10.0) for place in range(200)]
    tables = make_client(pd.DataFrame(rows, columns=["customer_id", "ordered_on", "amount"]))
    worth = analyse(tables)
    view = seen(rfm.analyse(tables, RfmParameters()), worth)
    assert worth.source == "" and worth.segments is None
    assert str(value_ahead.value_section(view, worth).deck) == "Not estimable: fewer than 30 customers bought again."
    assert value_findings(view) == [] and value.customer_tables(worth) == {}
    assert value.metrics(worth)["clv.mean"] is None and value.metrics(worth)["bgnbd.r"] is None


def test_small_segments_are_shown_together_only(scored: rfm.RfmResult, worth: value.ValueResult) -> None:
    sizes = scored.segments.set_index("segment")["customers"]
    minimum = int(sizes[sizes > 0].min()) + 1
    view = seen(scored, worth, minimum_group=minimum)
    records = value_ahead.segment_records(view, worth)
    shown = [record["segment"] for record in records]
    assert all(sizes[segment] >= minimum for segment in shown if segment != "small")
    assert view.hidden.isdisjoint(shown)
    assert sum(record["customers"] for record in records) == len(scored.customers)


def test_every_word_of_the_section_is_there_in_chinese(scored: rfm.RfmResult, worth: value.ValueResult) -> None:
    view = seen(scored, worth, "zh_CN")
    held = worth.holdout
    assert held is not None
    tables = [
        value_ahead.value_table(view, worth),
        value_ahead.kinds_table(view, worth),
        value_test.check_table(view, worth),
        value_test.test_table(view, worth, held),
    ]
    texts = [str(text) for table in tables for text in (table.caption, *(name for name, _ in table.columns))]
    texts += [str(cell[0]) for table in tables for row in table.rows for cell in row if isinstance(cell[0], str)]
    figures = (
        value_ahead.value_figure(view, worth),
        value_test.tenth_figure(view, worth, held),
        value_test.tracking_figure(view, worth),
    )
    texts += [str(text) for figure in figures for text in figure.keywords.values()]
    texts += [str(finding.statement) for finding in value_findings(view)]
    texts.append(str(value_ahead.kinds_words(view, worth)))
    english = [
        text
        for text in texts
        if not any("\u4e00" <= letter <= "\u9fff" for letter in text) and any(map(str.isalpha, text))
    ]
    assert not [text for text in english if "NBD" not in text]


def test_channels_without_spend_are_neither_good_nor_bad(
    make_client: Callable[..., Tables], client_orders: pd.DataFrame, analyse: Callable[..., value.ValueResult]
) -> None:
    ids = client_orders["customer_id"].unique()
    hostile = "<b>Ads</b> {0}"
    people = pd.DataFrame(
        {"customer_id": ids, "acquisition_channel": [("shop", hostile)[i % 2] for i in range(len(ids))]}
    )
    tables = make_client(client_orders, customers=people)
    worth = analyse(tables)
    view = seen(rfm.analyse(tables, RfmParameters()), worth)
    assert worth.acquisition is not None and not worth.acquisition.has_spend
    table = value_channels.channel_table(view, worth, worth.acquisition)
    assert {str(row[0][0]) for row in table.rows} == {"shop", hostile}
    assert len(table.columns) == 3
    finding = value_findings(view)[1]
    assert "not known" in str(finding.meaning) and finding.grade is Grade.C and not finding.notable

"""What the retention report says about what is ahead: every number is a computed one, in both languages."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import replace
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from any_engine import connect

from customer_analytics.analysis import outlook, retention
from customer_analytics.engagement.parameters import RetentionParameters
from customer_analytics.language import Language
from customer_analytics.narrative.exhibits import TableWords
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.narrative.retention import View, definitions, levelling, need, rhythm, season, value
from customer_analytics.narrative.retention import outlook as ahead
from customer_analytics.tables.store import Tables

AS_OF = dt.date(2024, 6, 30)
HOSTILE = "<b>{channel}</b> =1+1 & 渠道"
MODULES = (ahead, value, need, rhythm, definitions)


def make_tables() -> Tables:
    """Shoppers of 20 months, of two channels, one of which costs far more than its customers bring."""
    generator = np.random.default_rng(4)
    orders, customers = [], []
    for number in range(1100):
        channel = HOSTILE if number % 3 == 0 else "search"
        day, regular = int(generator.integers(0, 600)), generator.random() < 0.45
        customers.append((f"C{number:04d}", channel, AS_OF - dt.timedelta(days=600 - day)))
        while day <= 600:
            orders.append((f"C{number:04d}", AS_OF - dt.timedelta(days=600 - day), float(generator.integers(5, 60))))
            if not regular or generator.random() < 0.08:
                break
            day += int(generator.integers(8, 45))
    money = pd.DataFrame(orders, columns=["customer_id", "ordered_on", "amount"])
    money["order_id"] = [f"O{place}" for place in range(len(money))]
    money["ordered_at"] = pd.to_datetime(money["ordered_on"]) + pd.Timedelta(hours=11)
    months = [AS_OF.replace(day=1) - dt.timedelta(days=30 * back) for back in range(20)]
    spend = [(channel, day, cost) for day in months for channel, cost in ((HOSTILE, 9000.0), ("search", 200.0))]
    frames = {
        "orders": money,
        "customers": pd.DataFrame(customers, columns=["customer_id", "acquisition_channel", "signed_up_on"]),
        "spend": pd.DataFrame(spend, columns=["channel", "day", "cost"]),
    }
    backend = connect()
    made = {}
    for name, frame in frames.items():
        table = pa.Table.from_pandas(frame, preserve_index=False)
        if name == "orders":
            place = table.column_names.index("amount")
            table = table.set_column(place, "amount", table.column("amount").cast(pa.decimal128(18, 4), safe=False))
        made[name] = backend.create_table(name, table)
    return Tables(backend, AS_OF, ZoneInfo("UTC"), made)


@pytest.fixture(scope="module")
def view() -> View:
    tables = make_tables()
    result = retention.analyse(tables, RetentionParameters())
    return View(result, Language("en", "EUR"), 5, "UTC", outlook=outlook.analyse(tables, result))


def tables_of(view: View) -> Iterator[TableWords]:
    found = view.outlook
    assert found is not None
    assert found.projection and found.point and found.payback and found.need
    assert found.panel and found.usage and found.lapse and found.season
    yield ahead.ahead_table(view, found.projection)
    yield ahead.test_table(view, found.projection)
    yield value.point_table(view, found.point)
    yield value.payback_table(view, found.payback)
    yield need.need_table(view, found.need)
    yield definitions.panel_table(view, found.panel)
    yield rhythm.returns_table(view, found.usage)
    yield rhythm.lapse_table(view, found.lapse)
    yield from season.season_tables(view, found.season)


def findings_of(view: View) -> list[Finding]:
    return [finding for module in MODULES for finding in module.findings(view)]


def texts_of(view: View) -> list[str]:
    found = view.outlook
    assert found is not None and found.projection and found.need and found.point and found.season
    made = [text for finding in findings_of(view)
            for text in (finding.head, finding.statement, finding.meaning, finding.action)]  # fmt: skip
    for table in tables_of(view):
        made += [
            table.caption,
            *(column[0] for column in table.columns),
            *(text for pair in table.how for text in pair),
        ]
        made += [str(cell[0]) for row in table.rows for cell in row]
    for figure in (ahead.curve_figure(view, found.projection), need.path_figure(view, found.need)):
        made += [figure.title, figure.subtitle, figure.alt, figure.source]
    made += [*levelling.levelling_words(view), *value.point_words(view, found.point)]
    made += [*season.season_words(view, found.season), *(text for pair in definitions.glossary(view) for text in pair)]
    sections = (ahead.outlook_section, value.value_section, need.need_section, definitions.definitions_section,
                rhythm.rhythm_section)  # fmt: skip
    return [str(text) for text in made + [text for one in sections for text in (one(view).title, one(view).deck)]]


@pytest.mark.parametrize("code", ["en", "zh_CN"])
def test_every_text_is_filled_in_and_in_its_language(view: View, code: str) -> None:
    spoken = replace(view, language=Language(code, "EUR"))
    texts = [text for text in texts_of(spoken) if text]
    for text in texts:
        assert "{" not in text.replace(HOSTILE, ""), text
        assert "nan" not in text.lower().replace("finance", ""), text
    if code == "zh_CN":
        english = [
            text for text in texts if re.search(r"[a-z]+ [a-z]+ [a-z]+ [a-z]+ [a-z]+", text.replace(HOSTILE, ""))
        ]
        assert not english


def test_a_channel_name_is_shown_as_the_client_wrote_it(view: View) -> None:
    assert view.outlook is not None and view.outlook.payback is not None
    names = [str(row[0][0]) for row in value.payback_table(view, view.outlook.payback).rows]
    assert HOSTILE in names
    (finding,) = [one for one in value.findings(view) if one.id == "payback"]
    assert HOSTILE in finding.head and "<b>" not in finding.statement.__html__().replace("&lt;b&gt;", "")
    assert finding.grade is Grade.C


def test_numbers_of_the_findings_are_those_of_the_metrics(view: View) -> None:
    assert view.outlook is not None and view.outlook.point is not None
    numbers, told = outlook.metrics(view.outlook), {one.id: one for one in findings_of(view)}
    assert told["value_of_a_point"].value == numbers["point.money"]
    assert view.language.money(numbers["point.money"]) in told["value_of_a_point"].statement
    assert told["retention_need"].value == pytest.approx(100 * numbers["need.gap"])  # type: ignore[operator]
    assert view.language.percent(numbers["need.needed"], 1) in told["retention_need"].statement
    assert told["at_risk_of_lapse"].value == numbers["lapse.people"]
    panel = {name: numbers[f"definition.{name}"] for name in ("on_day", "next_thirty", "within", "unbounded")}
    assert max(panel.values()) - min(panel.values()) <= told["definitions"].value + 1e-12  # type: ignore[operator]


def test_what_goes_with_is_not_said_to_be_caused(view: View) -> None:
    for finding in findings_of(view):
        words = " ".join((finding.head, finding.statement, finding.meaning))
        assert not re.search(r"\b(caus\w+|leads to|because|raise[sd]?|thanks to)\b", words), finding.id


def test_the_rows_of_the_panel_add_up_as_they_say(view: View) -> None:
    assert view.outlook is not None and view.outlook.panel is not None
    rows = definitions.panel_table(view, view.outlook.panel).rows
    checked = 0
    for row in rows:
        said = re.match(r"([\d,]+) \+ ([\d,]+)(?: − ([\d,]+))? = ([\d,]+):", str(row[2][0]))
        if said:
            first, added, dropped, retained = (int((part or "0").replace(",", "")) for part in said.groups())
            assert first + added - dropped == retained
            checked += 1
    assert checked == len(view.outlook.panel.definitions) - 1


def test_metrics_and_tables_are_plain_and_small_groups_are_not_in_them(view: View) -> None:
    assert view.outlook is not None
    assert all(number is None or isinstance(number, int | float) for number in outlook.metrics(view.outlook).values())
    made = outlook.tables(view.outlook, 60)
    known = view.outlook.known
    assert known is not None
    small = {name for name, size in zip(known.names, known.size, strict=True) if size < 60}
    assert small and not small & set(made["projection_cohorts"]["cohort"])
    assert (made["payback"]["customers"] >= 60).all()
    listed = outlook.customer_tables(view.outlook)["at_risk_of_lapse"]
    assert listed["customer_id"].is_unique and "person_id" not in listed


def test_without_orders_or_people_the_sections_say_what_is_missing() -> None:
    backend = connect()
    days = pd.DataFrame({"customer_id": ["a"], "event": ["visit"], "occurred_at": [pd.Timestamp(2024, 6, 1, 9)]})
    days["occurred_on"] = days["occurred_at"].dt.date
    tables = Tables(backend, AS_OF, ZoneInfo("UTC"), {"events": backend.create_table("events", days)})
    result = retention.analyse(tables, RetentionParameters())
    view = View(result, Language(), 5, "UTC", outlook=outlook.analyse(tables, result))
    assert findings_of(view) == []
    assert str(ahead.outlook_section(view).deck).startswith("Not estimable")
    assert str(value.value_section(view).deck).startswith("Not estimable")
    assert str(need.need_section(view).deck).startswith("Not estimable")
    assert view.outlook is not None
    assert set(outlook.metrics(view.outlook).values()) == {None}
    assert outlook.tables(view.outlook, 5) == {} and outlook.customer_tables(view.outlook) == {}

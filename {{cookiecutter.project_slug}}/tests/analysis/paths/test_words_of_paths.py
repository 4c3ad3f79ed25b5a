"""The synthetic client, and small or hostile data, in words: nothing claimed on noise, no small group, no markup."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pandas as pd
import pytest
import yaml

from customer_analytics.analysis import funnel, paths
from customer_analytics.analysis.funnel import Definition, Step
from customer_analytics.engagement import Project
from customer_analytics.engagement.parameters import FunnelParameters
from customer_analytics.language import Language
from customer_analytics.narrative.exhibits import TableWords
from customer_analytics.narrative.finding import Grade
from customer_analytics.narrative.funnel import View, compare, heat, leads, onward, routes, stays
from customer_analytics.narrative.funnel.path_findings import findings
from customer_analytics.tables.load import load
from customer_analytics.tables.sample import make_sample
from customer_analytics.tables.store import Tables, open_tables

MakeEvents = Callable[..., Tables]
NOON = dt.datetime(2024, 5, 6, 12, 0)


@dataclass(frozen=True)
class Client:
    tables: Tables
    funnel: funnel.FunnelResult
    paths: paths.PathsResult
    truth: dict[str, Any]

    def view(self, language: str = "en", minimum_group: int = 10) -> View:
        return View(self.funnel, Language(language), minimum_group, "Europe/London", paths=self.paths)


def opened(
    folder: Path, *, seed: int, customers: int, planted: bool, industry: str = "retail"
) -> tuple[Tables, dict[str, Any]]:
    """The events of a synthetic client, and its truths."""
    settings = {"language": "en", "industry": industry, "currency": "EUR", "time_zone": "Europe/London"}
    raw = folder / "data" / "raw" / "sample"
    made = make_sample(raw, customers=customers, seed=seed, planted=planted, faults=False, **settings)
    sources = [one for one in made.sources if one["table"] == "events"]
    whole = {"client": "A", "consultancy": "B", **settings, "as_of": made.as_of.isoformat(), "sources": sources}
    (folder / "engagement.yml").write_text(yaml.safe_dump(whole), encoding="utf-8", newline="\n")
    project = Project.find(folder)
    load(project)
    truth = json.loads((raw / "truth.json").read_text(encoding="utf-8"))
    return open_tables(project, as_of=made.as_of), truth


def analysed(tables: Tables, truth: dict[str, Any] | None = None, **given: Any) -> Client:
    parameters = FunnelParameters(**given)
    result = funnel.analyse(tables, parameters)
    return Client(tables, result, paths.analyse(tables, result, parameters), truth or {})


@pytest.fixture(scope="module")
def trade(tmp_path_factory: pytest.TempPathFactory) -> Client:
    folder = tmp_path_factory.mktemp("trade") / "c"
    return analysed(*opened(folder, seed=7, customers=700, planted=True, industry="b2b"))


def every_table(view: View) -> Iterator[TableWords]:
    yield from (*routes.tables(view), *stays.tables(view), *heat.tables(view), *leads.tables(view))
    if onward.onward_of(view):
        yield onward.table(view)
    if compare.shown(view):
        yield compare.table(view)


def every_text(view: View) -> list[str]:
    texts = [str(routes.section(view).deck)]
    for table in every_table(view):
        texts += [str(table.caption), *(str(cell[0]) for row in table.rows for cell in row)]
        texts += [str(text) for pair in table.how for text in pair]
    for has, figure in (
        (routes.has_flow, routes.flow_figure), (onward.has_figure, onward.figure),
        (heat.has_clicks, heat.click_figure), (heat.has_hours, heat.hour_figure),
    ):  # fmt: skip
        if has(view):
            texts += [str(text) for text in figure(view).keywords.values()]
    for found in findings(view):
        texts += [str(found.head), str(found.statement), str(found.meaning), str(found.action)]
    return texts


def test_the_visits_of_the_synthetic_client_are_those_that_were_drawn(trade: Client) -> None:
    """Before bots and outages the truth knows how many sessions came to each step."""
    found, truth = trade.paths.routes, trade.truth["funnel"]
    assert found is not None and found.basis == "session"
    drawn = sum(device["sessions"]["payment"] for device in truth["devices"].values())
    assert found.reached == drawn
    assert found.names[found.goal] == truth["steps"][-1]
    by_name = {found.names[int(row["place"])]: int(row["visits"]) for row in found.stays.to_dict("records")}
    for role, step in zip(("view", "cart", "checkout"), truth["steps"], strict=False):
        assert by_name[step] == sum(device["sessions"][role] for device in truth["devices"].values())


def test_leads_of_a_trade_client_go_from_contact_over_quote_to_closing(trade: Client) -> None:
    found = trade.paths.leads
    assert found is not None
    assert found.events == {
        "contact": ("contact_created", "lead_accepted"), "qualified": ("request_quote",),
        "closed": ("deal_closed", "quote_accepted"),
    }  # fmt: skip
    shares = found.stages.set_index("stage")["share"]
    assert 1 == shares["contact"] > shares["qualified"] > 0.5
    # Two ways lead to a closing: a quote that was asked for and accepted, and a contract after a demonstration.
    assert 1 > shares["closed"] > 0.5
    assert found.closed_within["share"].is_monotonic_increasing
    assert any(each.id == "leads" for each in findings(trade.view()))


@dataclass(frozen=True)
class Steps:
    """A funnel of which only the steps matter."""

    definition: Definition
    attempts: ir.Table


@pytest.mark.parametrize("seed", [11, 12])
def test_no_way_is_claimed_where_none_leads_further(seed: int, tmp_path: Path) -> None:
    tables, truth = opened(tmp_path / "c", seed=seed, customers=400, planted=False)
    steps = tuple(Step(number, name, name, (name,)) for number, name in enumerate(truth["funnel"]["steps"], 1))
    light = Steps(Definition(steps, order="any"), ibis.memtable({"none": [0]}))
    found = paths.analyse(tables, light, FunnelParameters()).routes
    assert found is not None and found.pair is not None and len(found.compared) > 3
    assert not any(compare.is_clear(each) for each in (found.pair, *found.compared))
    clear = found.friction[found.friction["q"] <= stays.LEVEL]
    assert set(clear["kind"]) <= {"error"}  # an error ends the visit, with or without plants


def test_words_are_whole_in_both_languages(trade: Client) -> None:
    english, chinese = every_text(trade.view()), every_text(trade.view("zh_CN"))
    assert len(english) == len(chinese) > 100
    assert not [text for text in english if "{" in text or "nan" in text.lower().split()]
    assert not [text for text in chinese if "{" in text or " the " in text]
    assert sum(any("\u4e00" <= sign <= "\u9fff" for sign in text) for text in chinese) > 60


def test_the_drawing_holds_every_visit_and_no_band_is_wider_than_its_bars(trade: Client) -> None:
    view = trade.view()
    drawn = routes.flow(view)
    assert trade.paths.routes is not None
    first = sum(row[2] for row in drawn.columns[0])
    assert first == pytest.approx(trade.paths.routes.visits, rel=0.02)
    for column, side in enumerate(drawn.columns):
        for place, row in enumerate(side):
            out = sum(band[3] for band in drawn.bands if (band[0], band[1]) == (column, place))
            into = sum(band[3] for band in drawn.bands if (band[0] + 1, band[2]) == (column, place))
            assert out <= row[2] and into <= row[2]
    assert len(routes.flow_heads(view)) >= len(drawn.columns)


def test_small_groups_are_neither_named_nor_counted(trade: Client) -> None:
    least = 200
    for name, table in paths.tables(trade.paths, least).items():
        if "people" in table and name not in ("leads",):
            assert (table["people"] >= least).all(), name
        if "units" in table:
            assert (table["units"] >= least).all(), name
    found = trade.paths.routes
    assert found is not None
    shown = {
        name for name in pd.unique(paths.tables(trade.paths, 10**6)["path_flows"].get("source", pd.Series(dtype=str)))
    }
    assert not shown
    assert compare.shown(trade.view(minimum_group=10**6)) == []


def test_a_true_difference_between_ways_is_told_with_grade_b_and_by_how_much(make_events: MakeEvents) -> None:
    rows = []
    for number in range(1_200):
        who, begin = f"C{number}", NOON + dt.timedelta(hours=number % 700)
        second = "new" if number % 2 else "search"
        events = ["home", second, "view"] + (["pay"] if number % 10 < (6 if number % 2 else 3) else [])
        rows += [
            {"customer_id": who, "event": event, "occurred_at": begin + dt.timedelta(seconds=9 * place),
             "session_id": f"s{number}", "device": "phone" if number % 3 else "desktop"}
            for place, event in enumerate(events)
        ]  # fmt: skip
    found = analysed(make_events(rows), steps=("view", "pay"), window_days=1, compare_paths=("home > new", "search"))
    (told,) = compare.findings(found.view())
    assert told.grade is Grade.B and told.notable
    by_hand = [sum(n % 10 < limit for n in range(odd, 1_200, 2)) / 600 for odd, limit in ((1, 6), (0, 3))]
    assert told.value == pytest.approx(100 * (by_hand[0] - by_hand[1]))
    assert told.low is not None and told.high is not None and told.low < told.value < told.high
    assert "home → new" in told.statement and "search" in told.statement


@pytest.mark.parametrize("count", [1, 40])
def test_hostile_names_and_few_events_make_no_error_and_no_markup_of_ours(make_events: MakeEvents, count: int) -> None:
    names = ["<b>{0}</b>", "=HYPERLINK(1)", "错误🙂", "a > b"]
    rows = [
        {"customer_id": f"C{n}", "event": name, "occurred_at": NOON + dt.timedelta(minutes=n, seconds=place),
         "session_id": f"s{n}", "page": "/../x?id={0}", "element": "<i>", "device": "{1}"}
        for n in range(count) for place, name in enumerate(names)
    ]  # fmt: skip
    found = analysed(make_events(rows), steps=(names[0], names[1]), window_days=1)
    for language in ("en", "zh_CN"):
        texts = every_text(found.view(language, minimum_group=1))
        assert texts and not any("id=" in text for text in texts)
    if count < 30:
        assert findings(found.view()) == [] and not routes.tables(found.view())


def test_without_events_the_section_says_so(make_events: MakeEvents) -> None:
    tables = make_events(
        [
            {"customer_id": "C1", "event": "a", "occurred_at": NOON},
            {"customer_id": "C1", "event": "b", "occurred_at": NOON},
        ]
    )
    whole = analysed(tables, steps=("a", "b"), window_days=1)
    nothing = paths.PathsResult(None, None, whole.paths.heat, None, 30, NOON.date(), NOON.date())
    view = View(whole.funnel, Language("en"), 10, "UTC", paths=nothing)
    assert "no events" in routes.section(view).deck and not list(every_table(view)) and not findings(view)

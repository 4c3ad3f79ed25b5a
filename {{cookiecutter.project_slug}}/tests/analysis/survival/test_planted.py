"""The sample client: the channel that does not stay is named, the cliff is found; without them nothing is claimed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from customer_analytics.analysis import habits, retention, survival
from customer_analytics.analysis.habits import Habits
from customer_analytics.analysis.survival import StayingResult
from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import UserError
from customer_analytics.engagement.parameters import RetentionParameters
from customer_analytics.tables.load import load
from customer_analytics.tables.sample import make_sample
from customer_analytics.tables.store import Tables, open_tables

SETTINGS = {"language": "en", "industry": "retail", "currency": "EUR", "time_zone": "Europe/London"}


class Client(NamedTuple):
    tables: Tables
    staying: StayingResult
    habits: Habits
    truth: dict[str, dict[str, dict[str, object]]]


def client(folder: Path, *, customers: int, seed: int, planted: bool) -> Client:
    raw = folder / "data" / "raw" / "sample"
    made = make_sample(raw, customers=customers, seed=seed, planted=planted, **SETTINGS)
    settings = {"client": "A", "consultancy": "B", **SETTINGS, "as_of": made.as_of.isoformat(), "sources": made.sources}
    (folder / "engagement.yml").write_text(yaml.safe_dump(settings), encoding="utf-8", newline="\n")
    project = Project.find(folder)
    load(project)
    tables = open_tables(project)
    found = retention.analyse(tables, RetentionParameters())
    staying = survival.analyse(tables, found)
    truth = json.loads((raw / "truth.json").read_text(encoding="utf-8"))
    return Client(tables, staying, habits.analyse(tables, found, staying), truth)


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Client:
    return client(tmp_path_factory.mktemp("planted"), customers=4_000, seed=2, planted=True)


def test_the_channel_that_does_not_stay_is_named_and_no_other_group(planted: Client) -> None:
    named = {each.column: each.worst["group"] for each in planted.staying.comparisons if each.worst is not None}
    assert named == {"channel": planted.truth["channels"]["leaving_channel"]}
    by_channel = planted.staying.comparison("channel")
    assert by_channel is not None
    assert by_channel.groups["group"].iloc[0] == planted.truth["channels"]["leaving_channel"]


def test_the_planted_cliff_is_found_in_its_month_and_no_other(planted: Client) -> None:
    truth = planted.truth["retention"]["cliff"]
    (cliff,) = planted.staying.cliffs.found
    assert cliff.month == truth["month"]
    assert int(str(truth["from_day"])) <= cliff.age <= int(str(truth["to_day"]))
    assert cliff.change < -0.15


def test_the_growing_channel_lowers_the_return_by_the_make_up_of_newcomers(planted: Client) -> None:
    mix = planted.staying.reading.mix
    assert mix is not None and mix.mix < 0
    shares = mix.table.set_index("group")[["people_earlier", "people_lately"]]
    shares = shares / shares.sum()
    grown = (shares["people_lately"] - shares["people_earlier"]).idxmax()
    assert grown == planted.truth["channels"]["leaving_channel"]


def test_the_season_is_in_the_calendar_and_not_in_the_intake(planted: Client) -> None:
    reading = planted.staying.reading
    assert reading.calendar is not None and reading.intake is not None
    assert reading.calendar.p < 1e-6 and reading.intake.p > 0.01


def test_contracts_of_the_leaving_channel_end_soonest(planted: Client) -> None:
    contracts = planted.staying.contracts
    assert contracts is not None
    ended = float(str(planted.truth["churn"]["contract"]["ended"]))
    assert contracts.ended == pytest.approx(ended, rel=0.01)  # some rows are sent twice
    worst = {each.column: each.worst["group"] for each in contracts.comparisons if each.worst is not None}
    assert "monthly" in str(worst["plan"]).lower()  # yearly plans are planted to last longer
    assert worst["acquisition_channel"] == planted.truth["channels"]["leaving_channel"]


def test_a_release_for_people_who_are_not_there_is_a_mistake_of_the_user(planted: Client) -> None:
    for wanted, expected in {
        "chanel = deal site": "Did you mean 'channel'",
        "channel": "Write column = value",
        "channel = nowhere": "nobody has this value",
    }.items():
        asked = RetentionParameters.model_validate({"release": "2025-09-01", "release_for": wanted})
        with pytest.raises(UserError, match=expected):
            survival.analyse(planted.tables, replace(planted.staying.retention, parameters=asked))


def test_numbers_and_tables_are_published(planted: Client) -> None:
    numbers = survival.metrics(planted.staying) | habits.metrics(planted.habits)
    assert numbers["cliff.month"] == 6 and numbers["staying.log_rank.channel"] < 0.001  # type: ignore[operator]
    made = survival.tables(planted.staying, 10) | habits.tables(planted.habits, 10)
    assert list(made["survival"].columns) == ["group", "time", "at_risk", "survival", "low", "high"]
    assert made["survival"]["at_risk"].min() >= 10 and {"all", "channel=deal site"} <= set(made["survival"]["group"])


def test_on_a_client_without_them_nothing_is_claimed(tmp_path: Path) -> None:
    found = client(tmp_path, customers=2_500, seed=11, planted=False)
    assert not found.staying.cliffs.found
    assert not [each.column for each in found.staying.comparisons if each.worst is not None]
    assert found.staying.contracts is not None
    assert not [each.column for each in found.staying.contracts.comparisons if each.worst is not None]
    assert not len(found.habits.confirmed)
    mix = found.staying.reading.mix
    assert mix is not None and mix.mix_p > 0.01

"""A whole run of a small client with small groups, and somebody who reads everything in it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from customer_analytics.disclosure.published_numbers import rules
from customer_analytics.engagement import Project
from customer_analytics.pipeline.run import run
from customer_analytics.pipeline.sample_client import make_sample_client
from customer_analytics.tables.load import load

from . import attacker

PROJECT = Path(__file__).parents[2]
MINIMUM = 10
ENGAGEMENT = f"""\
client: Test
consultancy: Test
language: en
currency: EUR
time_zone: Europe/Berlin
industry: retail
privacy: analyst
minimum_group: {MINIMUM}
sources: []
"""
SHORT = ("rfm", "funnel", "retention")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> tuple[Path, Project]:
    """The run of a synthetic client: few customers, so that many groups are small; all reports if it is asked for."""
    thorough = request.config.getoption("--thorough")
    folder = tmp_path_factory.mktemp("attacked")
    (folder / "tags.yml").write_bytes((PROJECT / "tags.yml").read_bytes())
    (folder / "notebooks").mkdir()
    for path in (PROJECT / "notebooks").glob("*.ipynb"):
        (folder / "notebooks" / path.name).write_bytes(path.read_bytes())
    (folder / "engagement.yml").write_text(ENGAGEMENT, encoding="utf-8", newline="\n")
    make_sample_client(Project.find(folder), customers=600 if thorough else 250, seed=7, force=False)
    project = Project.find(folder)
    load(project)
    found = run(project, list(SHORT) if not thorough else None, jobs=1)
    assert found.exit_code == 0
    return found.folder, project


def test_no_number_of_few_people_stands_in_a_run_or_follows_from_it(published: tuple[Path, Project]) -> None:
    found = attacker.leaks(published[0], MINIMUM)
    assert not found, "\n".join(f"{where}: {what}" for where, what in found)


def test_every_table_says_what_in_it_counts_people(published: tuple[Path, Project]) -> None:
    without = []
    for path in published[0].rglob("tables/**/*.csv"):
        report = next(part for part in path.parts[::-1] if (published[0] / part / "metrics.json").is_file())
        name = path.relative_to(published[0] / report / "tables").with_suffix("").as_posix()
        is_of_customers = bool(attacker.IDS & set(pd.read_csv(path, nrows=0).columns))
        if not is_of_customers and name not in rules(report):
            without.append(f"{report}/{name}")
    assert not without


def test_enough_is_left_to_read(published: tuple[Path, Project]) -> None:
    segments = pd.read_csv(published[0] / "rfm" / "tables" / "segments.csv")
    large = segments["customers"].dropna()
    # who may be told is told: groups of the smallest size that is shown, and the sum of those hidden is one
    assert len(large) >= 5 and large.min() >= MINIMUM
    activity = pd.read_csv(published[0] / "retention" / "tables" / "activity.csv")
    assert activity["active"].notna().mean() > 0.8


def test_a_list_for_contact_holds_nobody_who_refused(published: tuple[Path, Project]) -> None:
    folder, project = published
    people = pd.read_parquet(project.tables / "customers.parquet")
    agreed = int(people["consent"].fillna(False).sum())
    lists = pd.read_csv(folder / "rfm" / "tables" / "contact_lists.csv").set_index("list")
    due = pd.read_csv(folder / "rfm" / "tables" / "due_list.csv")
    every = pd.read_csv(folder / "rfm" / "tables" / "rfm_scores.csv")
    assert len(due) == lists.loc["due_list", "customers"] <= agreed < len(every) == lists.loc["due_list", "found"]

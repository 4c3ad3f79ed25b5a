"""Probabilistic linking on planted duplicates that share no identifier; skipped where the extra is not installed."""

from __future__ import annotations

import builtins

import numpy as np
import pandas as pd
import pytest

from customer_analytics.engagement.errors import UserError
from customer_analytics.tables.load import load

PEOPLE, DUPLICATES = 1_500, 200
FIRST = (
    "anna", "ben", "carla", "david", "elena", "frank", "gina", "henry", "ida", "jonas", "kira", "leon", "mia", "noah",
    "olga", "paul", "rosa", "simon", "tara", "uwe",
)  # fmt: skip
SYLLABLES = (
    "ber", "stein", "mann", "hof", "wald", "bach", "feld", "gard", "lin", "mar", "ros", "sel", "tor", "ven", "wick",
    "zar",
)  # fmt: skip
SOURCES = [
    {"table": "customers", "files": "data/raw/people.csv",
     "columns": {"customer_id": "id", "birth_year": "born", "city": "town"}},
    {"table": "identities", "files": "data/raw/ids.csv",
     "columns": {"customer_id": "who", "kind": "kind", "value": "value"}},
]  # fmt: skip
COMPARE = ["first", "last", "birth_year", "city"]


@pytest.fixture(scope="module")
def planted():
    """Accounts of people, 200 of whom have a second one with a slip in a name or a year, and the true pairs."""
    rng = np.random.default_rng(4)
    last = ["".join(rng.choice(SYLLABLES, 3)) for _ in range(PEOPLE)]
    people = pd.DataFrame(
        {
            "id": [f"p{n:04d}" for n in range(PEOPLE)],
            "first": rng.choice(FIRST, PEOPLE),
            "last": last,
            "born": rng.integers(1940, 2005, PEOPLE),
            "town": rng.choice([f"town {n}" for n in range(25)], PEOPLE),
        }
    )
    again = people.sample(DUPLICATES, random_state=1).copy()
    pairs = {(first, "q" + first[1:]) for first in again["id"]}
    again["id"] = "q" + again["id"].str[1:]
    slips = rng.integers(0, 4, DUPLICATES)
    again["last"] = [name[:-1] + "x" if slip == 0 else name for name, slip in zip(again["last"], slips, strict=True)]
    again["born"] = np.where(slips == 1, again["born"] + 1, again["born"])
    again["town"] = np.where(slips == 2, "town 0", again["town"])
    everyone = pd.concat([people, again])
    ids = pd.DataFrame({"who": everyone["id"], "kind": "card", "value": "card-" + everyone["id"]})
    files = {"people.csv": everyone.to_csv(index=False), "ids.csv": ids.to_csv(index=False)}
    return files, pairs


@pytest.fixture
def linked(make, planted):
    pytest.importorskip("splink", reason="the extra `linkage` is not installed")

    def run(**linkage):
        files, _ = planted
        project = make(files, *SOURCES, identity={"resolve": True, "linkage": {"compare": COMPARE} | linkage})
        return project, load(project)

    return run


def test_planted_duplicates_are_proposed_and_not_merged(linked, planted):
    project, log = linked()
    proposed = pd.read_parquet(project.tables / "identity_proposed.parquet")
    found = set(zip(proposed["account_left"], proposed["account_right"], strict=True))
    true = planted[1]
    assert len(found & true) / len(found) >= 0.95
    assert len(found & true) / len(true) >= 0.90
    assert proposed["probability"].between(0.9, 1).all()
    assert proposed["probability"].is_monotonic_decreasing
    assert (log.identity.facts.proposed, log.identity.facts.pairs_proposed) == (len(found), 0)
    assert log.identity.customers == PEOPLE + DUPLICATES
    assert set(proposed.columns) == {"account_left", "account_right", "probability", *(f"agrees_{c}" for c in COMPARE)}


def test_pairs_are_merged_only_from_the_stated_probability(linked, planted):
    project, log = linked(merge_from=0.95)
    proposed = pd.read_parquet(project.tables / "identity_proposed.parquet")
    sure = proposed[proposed["probability"] >= 0.95]
    mapping = pd.read_parquet(project.tables / "identity_map.parquet").set_index("account_id")["customer_id"]
    assert (mapping[sure["account_left"]].to_numpy() == mapping[sure["account_right"]].to_numpy()).all()
    assert 0 < log.identity.facts.pairs_proposed == len(sure) <= len(proposed)
    merged = {(one, two) for one, two in planted[1] if mapping[one] == mapping[two]}
    assert len(merged) >= 0.7 * len(planted[1])
    assert log.tables["customers"].rows_in == log.tables["customers"].rows_kept + log.identity.rows_merged


def test_two_loads_propose_the_same(linked):
    first = pd.read_parquet(linked()[0].tables / "identity_proposed.parquet")
    second = pd.read_parquet(linked()[0].tables / "identity_proposed.parquet")
    pd.testing.assert_frame_equal(first, second)


def test_an_unknown_column_is_named_with_the_nearest(linked):
    with pytest.raises(UserError, match="first"):
        linked(compare=["frist", "last", "birth_year"])


def test_without_the_extra_the_message_says_how_to_get_it(make, planted, monkeypatch):
    imported = builtins.__import__

    def without_splink(name, *rest, **more):
        if name.split(".")[0] == "splink":
            raise ImportError(name)
        return imported(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without_splink)
    project = make(planted[0], *SOURCES, identity={"resolve": True, "linkage": {"compare": COMPARE}})
    with pytest.raises(UserError, match=r"\[linkage\]"):
        load(project)
    assert not project.tables.exists()

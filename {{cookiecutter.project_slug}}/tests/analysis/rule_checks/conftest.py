"""The synthetic client with its rules and their checks, worked out once; and the same business with nothing planted."""

from __future__ import annotations

import json
import sys
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
import yaml

from customer_analytics.analysis.association import Rules, rules
from customer_analytics.analysis.baskets import Baskets, baskets
from customer_analytics.analysis.itemsets import mine
from customer_analytics.analysis.rule_checks import Checks, check, earlier_rules
from customer_analytics.engagement import Project
from customer_analytics.engagement.parameters import BasketRulesParameters
from customer_analytics.tables.load import load
from customer_analytics.tables.sample import make_sample
from customer_analytics.tables.store import open_tables

CUSTOMERS, SEED, FLOOR = 3_000, 7, 20
FEWER = 800  # where nothing is planted there is nothing to find
SETTINGS = {"language": "en", "industry": "retail", "currency": "EUR", "time_zone": "Europe/London"}
sys.path.insert(0, str(Path(__file__).resolve().parent))  # slow references and small worlds


class Checked:
    """A loaded synthetic client, its rules of single products and what the checks found."""

    def __init__(self, folder: Path, *, planted: bool = True) -> None:
        raw = folder / "data" / "raw" / "sample"
        made = make_sample(raw, customers=CUSTOMERS if planted else FEWER, seed=SEED, planted=planted, **SETTINGS)
        engagement = {"client": "A", "consultancy": "B", **SETTINGS, "sources": made.sources}
        text = yaml.safe_dump(engagement | {"as_of": made.as_of.isoformat()}, allow_unicode=True, sort_keys=False)
        (folder / "engagement.yml").write_text(text, encoding="utf-8", newline="\n")
        self.raw, self.project = raw, Project.find(folder)
        self.parameters = BasketRulesParameters(level="item", maximum_length=2)
        load(self.project)

    @cached_property
    def baskets(self) -> Baskets:
        return baskets(open_tables(self.project), self.parameters)

    @cached_property
    def rules(self) -> Rules:
        found = self.baskets
        itemsets = mine(found.lines, found.items[["item", "baskets"]], found.n, FLOOR, 2, {})
        return rules(itemsets, found, self.parameters)

    @cached_property
    def earlier(self) -> Rules | None:
        return earlier_rules(self.baskets, FLOOR, self.parameters)

    @cached_property
    def checks(self) -> Checks:
        found = check(self.baskets, self.rules, self.earlier, self.parameters, FLOOR)
        assert found is not None
        return found

    @cached_property
    def truth(self) -> dict[str, Any]:
        return json.loads((self.raw / "truth.json").read_text(encoding="utf-8"))["baskets"]

    def rules_of(self, planted: dict[str, Any]) -> list[int]:
        """Numbers of the rules between the two products of a planted pair."""
        codes = dict(zip(self.baskets.items["key"], self.baskets.items["item"], strict=True))
        pair = {int(codes[planted["a"]]), int(codes[planted["b"]])}
        table = self.rules.table
        sides = zip(table["antecedent"], table["consequent"], strict=True)
        return [int(rule) for rule, (one, other) in zip(table["rule"], sides, strict=True) if {*one, *other} == pair]


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> Checked:
    return Checked(tmp_path_factory.mktemp("checks") / "client")


@pytest.fixture(scope="session")
def plain_client(tmp_path_factory: pytest.TempPathFactory) -> Checked:
    return Checked(tmp_path_factory.mktemp("plain") / "client", planted=False)

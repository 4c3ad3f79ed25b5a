"""A name in a condition that nothing bears is said aloud: `not in campaign 'Sprng'` would select everyone."""

from __future__ import annotations

import pytest

from customer_analytics.analysis.query import parse_condition
from customer_analytics.audiences.strangers import strangers
from customer_analytics.engagement import Project
from customer_analytics.tables.ledger import open_ledger
from customer_analytics.tables.store import open_tables

from .conftest import MakeProject
from .ledgers import assign


def said(project: Project, condition: str) -> list[str]:
    tables = open_tables(project)
    ledger = open_ledger(project, tables.backend, tables.as_of)
    found = strangers(parse_condition(condition, where="x"), tables, ledger, tables["customers"].__getitem__, 3)
    return [str(one.problem) if one.is_mistake else str(one) for one in found]


@pytest.fixture
def shop(make: MakeProject) -> Project:
    rare = [{"customer_id": "C9", "region": "Rareland"}]
    return make(
        {
            "customers": [*({"customer_id": f"C{n}", "region": "North"} for n in range(5)), *rare],
            "products": [{"product_id": "P1", "category": "Tea", "name": "Pot"}],
            "campaigns": [{"campaign_id": "C1", "name": "Spring"}],
        }
    )


def test_names_that_are_there_are_no_strangers(shop: Project) -> None:
    assign(shop, "春季", {"C1": "control"}, days=3, campaign="K-9")
    condition = (
        "bought category 'Tea' and bought product 'Pot' and in campaign 'Spring' and not in campaign 'K-9' "
        "and held out of '春季' and region in ('North', 'Rareland') and region = 'North'"
    )
    assert said(shop, condition) == []


def test_misspelt_names_come_with_what_the_data_have(shop: Project) -> None:
    assign(shop, "summer", {"C1": "control"}, days=3)
    condition = "bought category 'tee' and not in campaign 'Sprng' and in audience 'sumer' and region = 'north'"
    assert said(shop, condition) == [
        "The data know no category 'tee'. The data have 'Tea'.",
        "the condition: there is no campaign 'Sprng'. The data have 'Spring', 'C1', 'summer'.",
        "the condition: there is no audience 'sumer'. The data have 'summer'.",
        "No customer has region = 'north'. The data have 'North' (case counts).",
    ]


def test_before_the_first_audience_every_audience_is_a_mistake(shop: Project) -> None:
    assert said(shop, "not in audience 'spring'") == ["the condition: there is no audience 'spring'."]


def test_neither_a_customer_nor_a_rare_value_is_ever_shown(shop: Project) -> None:
    assert said(shop, "customer_id = 'C99' or region != 'Rarelan'") == [
        "No customer has customer_id = 'C99'.",
        "No customer has region = 'Rarelan'. The data have 'North'.",
    ]


def test_a_column_of_many_values_shows_only_those_that_are_alike(make: MakeProject) -> None:
    cities = [{"customer_id": f"C{n}", "city": f"Town {n % 60:02d}"} for n in range(300)]
    first, second = said(make({"customers": cities}), "city in ('Twon 07', 'Xyz')")
    assert first.startswith("No customer has city = 'Twon 07'. The data have 'Town 07', ")
    assert first.count("'Town") == 5
    assert second == "No customer has city = 'Xyz'."

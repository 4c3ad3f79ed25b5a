"""What is in the baskets of published data, against an independent reading of the raw files with pandas."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pandas as pd
import pytest
from support import DATASETS

from customer_analytics.analysis.baskets import Baskets, baskets
from customer_analytics.engagement import Project
from customer_analytics.engagement.parameters import BasketRulesParameters
from customer_analytics.tables.store import open_tables

NO_PRODUCTS = {"POST", "DOT", "M", "m", "C2", "D", "S", "B", "BANK CHARGES", "AMAZONFEE", "CRUK", "C3"}


@pytest.fixture(scope="module")
def baskets_of(real_project: Callable[[str], Project]) -> Callable[[str], Baskets]:
    @cache
    def found(name: str) -> Baskets:
        project = real_project(name)
        return baskets(open_tables(project, as_of=project.engagement.as_of), BasketRulesParameters())

    return found


@pytest.fixture(scope="module")
def retail_lines() -> pd.DataFrame:
    """Online Retail: the lines that sell a product, with `size` of their invoice."""
    files = sorted((DATASETS / "online_retail" / "by_day").glob("*.csv"))
    if not files:
        pytest.skip("the real data are not here")
    columns = {"InvoiceNo": str, "CustomerID": str, "StockCode": str, "Description": str, "Quantity": float,
               "UnitPrice": float}  # fmt: skip
    lines = pd.concat([pd.read_csv(file, dtype=columns, usecols=list(columns)) for file in files], ignore_index=True)
    is_service = lines["StockCode"].isin(NO_PRODUCTS) | lines["StockCode"].str.startswith("gift_")
    is_service |= lines["Description"].isin(["Next Day Carriage", "PACKING CHARGE", "adjustment"])
    kept = lines[~is_service & (lines["Quantity"] > 0) & (lines["UnitPrice"] >= 0)].copy()
    kept["money"] = kept["Quantity"] * kept["UnitPrice"]
    return kept


def test_online_retail_has_as_many_baskets_as_pandas_finds(
    baskets_of: Callable[[str], Baskets], retail_lines: pd.DataFrame
) -> None:
    found = baskets_of("online_retail")
    invoices = retail_lines.groupby("InvoiceNo").agg(
        money=("money", "sum"), customer=("CustomerID", "first"), size=("StockCode", "nunique")
    )
    real = invoices[(invoices["money"] > 0) | invoices["customer"].notna()]
    large = real[real["size"] > found.cap]
    assert found.n + int(found.large["baskets"].sum()) == pytest.approx(len(real), abs=3)  # spellings of a code
    assert sorted(found.large["size"], reverse=True)[0] == pytest.approx(large["size"].max(), abs=2)


def test_postage_and_fees_of_online_retail_are_no_products_and_party_bags_are(
    baskets_of: Callable[[str], Baskets],
) -> None:
    found = baskets_of("online_retail")
    keys = set(found.items["key"])
    assert not keys & NO_PRODUCTS
    assert not [key for key in keys if key.startswith("gift_")]
    assert {"DCGSSGIRL", "PADS", "22423"} <= keys
    aside = found.set_aside.set_index("reason")["lines"]
    assert aside["returned"] == 10_626  # 10,624 negative quantities and two entries of bad debt
    assert "POSTAGE" in set(found.set_aside["what"])


def test_one_product_of_online_retail_is_in_as_many_baskets_as_pandas_finds(
    baskets_of: Callable[[str], Baskets], retail_lines: pd.DataFrame
) -> None:
    found = baskets_of("online_retail")
    left_out = set(found.large_orders["order_id"])
    own = retail_lines[(retail_lines["StockCode"] == "22423") & ~retail_lines["InvoiceNo"].isin(left_out)]
    sold = own[(own["money"] > 0) | own["CustomerID"].notna()]
    counted = found.items.set_index("key").loc["22423", "baskets"]
    assert counted == pytest.approx(sold["InvoiceNo"].nunique(), abs=1)


def test_coupons_of_the_complete_journey_are_no_products(baskets_of: Callable[[str], Baskets]) -> None:
    found = baskets_of("completejourney")
    assert found.set_aside.set_index("reason").loc["no_units", "lines"] == 8_869
    assert not found.items["label"].str.startswith("COUPONS/STORE").any()
    assert 155_000 < found.n < 155_848
    assert len(found.of_level("category")) < 40
    assert found.split == "time"


def test_visits_of_the_web_shop_name_nothing_that_was_looked_at(baskets_of: Callable[[str], Baskets]) -> None:
    assert baskets_of("web_events").reason == "no_lines"

"""Exports of the shop's own systems: orders, their lines, products and events."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from customer_analytics.packs import side
from customer_analytics.tables.sample import headers, writing
from customer_analytics.tables.sample.browsing import ELEMENTS, PAGES, PROPERTIES, SOURCES
from customer_analytics.tables.sample.catalogue import Catalogue
from customer_analytics.tables.sample.people import (
    DEVICES,
)
from customer_analytics.tables.sample.shopping import PAYMENTS
from customer_analytics.tables.sample.sources import (
    Source,
    customer_ids,
    integers,
    said,
    source,
    suffixed,
)
from customer_analytics.tables.sample.way import event_names
from customer_analytics.tables.sample.world import World
from customer_analytics.tables.sample.writing import coded, moments, money, numbered, table

STORES = 3


def write_orders(world: World, frame: pd.DataFrame, folder: Path, place: str, stem: str = "orders") -> Source:
    """One CSV of orders for each month."""
    bad = coded(np.where(frame["unreadable"] == 0, -1, frame["unreadable"]), headers.UNREADABLE_DATES)
    ordered = moments(frame["ordered"], "%Y-%m-%d %H:%M:%S")
    states = said(world, headers.STATUS_WORDS)
    shops = [""] + [f"{side('Shop|门店', world.language)} {number}" for number in range(1, STORES + 1)]
    data = table(
        "orders",
        world.language,
        {
            "order_id": numbered(frame["order"], "SO-"),
            "customer_id": customer_ids(frame["customer"]),
            "ordered_at": pa.compute.coalesce(bad.cast(pa.string()), ordered),
            "paid_at": moments(frame["paid"]),
            "status": coded(frame["status"], states),
            "amount": money(frame["amount"]),
            "discount": money(frame["discount"]),
            "refund": money(frame["refund"]),
            "channel": coded(frame["channel"], said(world, world.pack.sample.order_channels)),
            "payment_method": coded(frame["payment"], said(world, PAYMENTS)),
            "store": coded(np.where(frame["store"] == 0, -1, frame["store"]), shops),
        },
    )
    writing.write_monthly(
        data,
        frame["month"].to_numpy(),
        folder / "orders",
        stem,
        lambda d, p: writing.write_csv(d, suffixed(p, ".csv")),
    )
    ours = ("paid", "unpaid", "cancelled", "refunded")
    return source(
        world,
        "orders",
        f"{place}/orders/*.csv",
        formats={"ordered_at": "%Y-%m-%d %H:%M:%S", "paid_at": "%Y-%m-%d %H:%M:%S"},
        values={"status": dict(zip(states, ours, strict=True))},
    )


def write_lines(
    world: World,
    catalogue: Catalogue,
    codes: list[str],
    frame: pd.DataFrame,
    folder: Path,
    place: str,
    stem: str = "lines",
) -> Source:
    """One CSV of order lines for each month."""
    unknown = len(catalogue)  # a product code that is in no list
    product = frame["product"].to_numpy()
    data = table(
        "order_lines",
        world.language,
        {
            "order_id": numbered(frame["order"], "SO-"),
            "product_id": coded(product, [*codes, "P9999"]),
            "product_name": coded(product, [*catalogue.names, None]),
            "category": coded(product, [*catalogue.categories, None]),
            "quantity": integers(frame["quantity"]),
            "unit_price": money(frame["unit_price"]),
            "amount": money(frame["unit_price"] * frame["quantity"]),
            "cost": money(frame["cost"]),
        },
    )
    assert int(product.max(initial=0)) <= unknown
    writing.write_monthly(
        data, frame["month"].to_numpy(), folder / "order_lines", stem,
        lambda d, p: writing.write_csv(d, suffixed(p, ".csv")),
    )  # fmt: skip
    return source(world, "order_lines", f"{place}/order_lines/*.csv")


def write_products(world: World, catalogue: Catalogue, codes: list[str], folder: Path, place: str) -> Source:
    """The list of products as a workbook."""
    data = table(
        "products",
        world.language,
        {
            "product_id": pa.array(codes),
            "name": pa.array(catalogue.names),
            "category": pa.array(catalogue.categories),
            "+list_price": money(catalogue.price),
            "margin": pa.array(catalogue.margin),
        },
    )
    writing.write_excel(data, folder / "products.xlsx", side("Products|商品", world.language))
    return source(world, "products", f"{place}/products.xlsx")


def write_events(world: World, codes: list[str], frame: pd.DataFrame, folder: Path, place: str) -> Source:
    """One Parquet file of events for each month, in UTC."""
    names = event_names(world)
    local = np.minimum(frame["time"].to_numpy(), world.last_second)  # a wrong year is in the file of its arrival
    months = local.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64)

    def write(rows: pa.Table, path: Path) -> None:
        part = frame.iloc[rows.column("row").to_numpy()]
        data = table(
            "events",
            world.language,
            {
                "customer_id": customer_ids(part["customer"]),
                "visitor_id": numbered(part["visitor"], "ck"),
                "event": coded(part["role"], names),
                "occurred_at": pa.array(world.to_utc(part["time"].to_numpy())),
                "session_id": numbered(part["session"], "s"),
                "page": coded(part["page"], PAGES),
                "element": coded(np.where(part["element"] == 0, -1, part["element"]), ELEMENTS),
                "product_id": coded(part["product"], codes),
                "channel": coded(part["source"], SOURCES),
                "device": coded(part["device"], DEVICES),
                "properties": coded(np.where(part["properties"] == 0, -1, part["properties"]), PROPERTIES),
            },
        )
        writing.write_parquet(data, suffixed(path, ".parquet"))

    index = pa.table({"row": np.arange(len(frame))})
    writing.write_monthly(index, months, folder / "events", "events", write)
    return source(world, "events", f"{place}/events/*.parquet", time_zone="UTC")

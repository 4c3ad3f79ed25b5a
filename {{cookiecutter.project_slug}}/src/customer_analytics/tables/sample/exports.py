"""The exports: each table of codes becomes files under the client's names, and a source of engagement.yml."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from customer_analytics.tables.sample import headers, writing
from customer_analytics.tables.sample.browsing import ELEMENTS, PAGES, PROPERTIES, ROLE_COLUMNS, SOURCES
from customer_analytics.tables.sample.campaigns import CAMPAIGNS, WINDOW_DAYS
from customer_analytics.tables.sample.catalogue import Catalogue
from customer_analytics.tables.sample.feedback import TOPIC, texts
from customer_analytics.tables.sample.frames import FIRST_CUSTOMER, Business, Frames
from customer_analytics.tables.sample.headers import mapping
from customer_analytics.tables.sample.identity import KINDS, spelled
from customer_analytics.tables.sample.packs import words
from customer_analytics.tables.sample.people import (
    CHANNELS,
    DEVICES,
    INCOME_BANDS,
    OCCUPATIONS,
    REGIONS,
    STAFF,
    STAFF_OCCUPATION,
)
from customer_analytics.tables.sample.shopping import PAYMENTS
from customer_analytics.tables.sample.world import DAY, World
from customer_analytics.tables.sample.writing import coded, moments, money, numbered, table

DATE = {"en": "%d/%m/%Y", "zh_CN": "%Y年%m月%d日"}
MINUTE = {"en": "%d/%m/%Y %H:%M", "zh_CN": "%Y-%m-%d %H:%M"}
CAMPAIGN_COST = 250  # euros
STORES = 3

Source = dict[str, Any]


def write_exports(business: Business, frames: Frames, folder: Path, place: str) -> list[Source]:
    """Write every export below `folder`, and return the sources that read it. `place`: the folder in engagement.yml."""
    world = business.world
    folder.mkdir(parents=True, exist_ok=True)
    codes = numbered(business.catalogue.codes, "P").to_pylist()
    return [
        _customers(world, frames["customers"], folder, place),
        _orders(world, frames["orders"], folder, place),
        _lines(world, business.catalogue, codes, frames["order_lines"], folder, place),
        _products(world, business.catalogue, codes, folder, place),
        _events(world, codes, frames["events"], folder, place),
        _campaigns(business, folder, place),
        _touches(world, frames["touches"], folder, place),
        _spend(world, frames["spend"], folder, place),
        _feedback(business, codes, frames["feedback"], folder, place),
        _identities(world, frames["identities"], folder, place),
        _subscriptions(world, frames["subscriptions"], folder, place),
    ]


def customer_ids(numbers: Any) -> pa.Array:
    """The client's customer ids; numbers from 900,000,000 on are test accounts."""
    values = np.asarray(numbers, dtype=np.int64)
    plain = numbered(np.where(values >= 900_000_000, -1, values), "C")
    test = numbered(np.where(values >= 900_000_000, values - 900_000_000, -1), "TEST", 4)
    return pa.compute.coalesce(plain, test)


def customer_text(numbers: Any) -> list[str]:
    """The client's customer ids as a list of text."""
    texts: list[str] = customer_ids(numbers).to_pylist()
    return texts


def campaign_code(number: int) -> str:
    """The client's code of a campaign."""
    return f"CMP{number + 1:02d}"


def _said(world: World, entries: tuple[str, ...]) -> list[str]:
    return [words(entry, world.language) for entry in entries]


def _source(world: World, name: str, files: str, **more: Any) -> Source:
    return {"table": name, "files": files, "columns": mapping(name, world.language), **more}


def _yes_no(world: World) -> dict[Any, Any]:
    return {words(headers.YES, world.language): True, words(headers.NO, world.language): False}


def _customers(world: World, frame: pd.DataFrame, folder: Path, place: str) -> Source:
    regions = [words(name, world.language) for name, _ in REGIONS]
    capitals = [f"{name}区" if name.upper() == name else name.upper() for name in regions]
    spellings = [*regions, *(f" {name}" for name in regions), *capitals]
    cities = [words(city, world.language) for _, names in REGIONS for city in (*names, names[0])[:3]]
    quarters = frame["quarter"].to_numpy()
    paid = np.isin(frame["channel"], (1, 2, 5))
    data = table(
        "customers",
        world.language,
        {
            "customer_id": customer_ids(frame["customer"]),
            "signed_up_at": moments(frame["signed_up"], MINUTE[world.language]),
            "+app_signed_up": moments(frame["app_signed_up"], MINUTE[world.language]),
            "acquisition_channel": coded(frame["channel"], _said(world, CHANNELS)),
            "acquisition_campaign": numbered(np.where(paid, quarters + 1, -1), "ACQ-", 2),
            "gender": coded(frame["gender"], _said(world, headers.GENDER_WORDS)),
            "birth_year": _integers(frame["birth_year"], missing=True),
            "region": coded(
                np.where(frame["region"] < 0, -1, frame["region"] + frame["spelling"] * len(regions)), spellings
            ),
            "city": coded(np.where(frame["region"] < 0, -1, frame["region"] * 3 + frame["city"]), cities),
            "occupation": coded(
                np.where(frame["occupation"] == STAFF_OCCUPATION, len(OCCUPATIONS), frame["occupation"]),
                _said(world, (*OCCUPATIONS, STAFF)),
            ),
            "income_band": coded(frame["income"], _said(world, INCOME_BANDS)),
            "consent": coded(1 - frame["consent"], _said(world, (headers.YES, headers.NO))),
            "+leak": coded(np.where(frame["leak"] == 0, -1, frame["leak"]), _said(world, headers.CLOSING_NOTES)),
        },
    )
    chinese = world.language == "zh_CN"
    encoding = "gb18030" if chinese else "utf-8"
    writing.write_csv(data, folder / "customers.csv", delimiter="," if chinese else ";", encoding=encoding)
    return _source(
        world,
        "customers",
        f"{place}/customers.csv",
        encoding=encoding,
        formats={"signed_up_at": MINUTE[world.language]},
        values={"consent": _yes_no(world)},
    )


def _orders(world: World, frame: pd.DataFrame, folder: Path, place: str) -> Source:
    bad = coded(np.where(frame["unreadable"] == 0, -1, frame["unreadable"]), headers.UNREADABLE_DATES)
    ordered = moments(frame["ordered"], "%Y-%m-%d %H:%M:%S")
    states = _said(world, headers.STATUS_WORDS)
    shops = [""] + [f"{words('Shop|门店', world.language)} {number}" for number in range(1, STORES + 1)]
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
            "channel": coded(frame["channel"], _said(world, world.pack.order_channels)),
            "payment_method": coded(frame["payment"], _said(world, PAYMENTS)),
            "store": coded(np.where(frame["store"] == 0, -1, frame["store"]), shops),
        },
    )
    writing.write_monthly(
        data,
        frame["month"].to_numpy(),
        folder / "orders",
        "orders",
        lambda d, p: writing.write_csv(d, _suffixed(p, ".csv")),
    )
    ours = ("paid", "unpaid", "cancelled", "refunded")
    return _source(
        world,
        "orders",
        f"{place}/orders/*.csv",
        formats={"ordered_at": "%Y-%m-%d %H:%M:%S", "paid_at": "%Y-%m-%d %H:%M:%S"},
        values={"status": dict(zip(states, ours, strict=True))},
    )


def _lines(
    world: World, catalogue: Catalogue, codes: list[str], frame: pd.DataFrame, folder: Path, place: str
) -> Source:
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
            "quantity": _integers(frame["quantity"]),
            "unit_price": money(frame["unit_price"]),
            "amount": money(frame["unit_price"] * frame["quantity"]),
            "cost": money(frame["cost"]),
        },
    )
    assert int(product.max(initial=0)) <= unknown
    writing.write_monthly(
        data, frame["month"].to_numpy(), folder / "order_lines", "lines",
        lambda d, p: writing.write_csv(d, _suffixed(p, ".csv")),
    )  # fmt: skip
    return _source(world, "order_lines", f"{place}/order_lines/*.csv")


def _products(world: World, catalogue: Catalogue, codes: list[str], folder: Path, place: str) -> Source:
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
    writing.write_excel(data, folder / "products.xlsx", words("Products|商品", world.language))
    return _source(world, "products", f"{place}/products.xlsx")


def _events(world: World, codes: list[str], frame: pd.DataFrame, folder: Path, place: str) -> Source:
    names = [world.pack.events[role] for role in ROLE_COLUMNS]
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
        writing.write_parquet(data, _suffixed(path, ".parquet"))

    index = pa.table({"row": np.arange(len(frame))})
    writing.write_monthly(index, months, folder / "events", "events", write)
    return _source(world, "events", f"{place}/events/*.parquet", time_zone="UTC")


def _campaigns(business: Business, folder: Path, place: str) -> Source:
    world = business.world
    midnights = np.array([wave.sent // DAY * DAY for wave in business.basis.waves])
    splits = [" / ".join(f"{arm.name} {arm.share:.0%}" for arm in c.arms if arm.name) for c in CAMPAIGNS]
    data = table(
        "campaigns",
        world.language,
        {
            "campaign_id": pa.array([campaign_code(number) for number in range(len(CAMPAIGNS))]),
            "name": pa.array(_said(world, tuple(c.name for c in CAMPAIGNS))),
            "channel": pa.array(_said(world, tuple(c.channel for c in CAMPAIGNS))),
            "offer": pa.array(_said(world, tuple(c.offer for c in CAMPAIGNS))),
            "started_at": moments(midnights, "%Y-%m-%d"),
            "ended_at": moments(midnights + (WINDOW_DAYS - 1) * DAY, "%Y-%m-%d"),
            "cost": pa.array([float(CAMPAIGN_COST * world.scale)] * len(CAMPAIGNS)),
            "+split": pa.array(splits),
        },
    )
    writing.write_excel(data, folder / "campaigns.xlsx", words("Campaigns|活动", world.language))
    return _source(world, "campaigns", f"{place}/campaigns.xlsx")


def _touches(world: World, frame: pd.DataFrame, folder: Path, place: str) -> Source:
    arms = list(dict.fromkeys(arm.name for campaign in CAMPAIGNS for arm in campaign.arms))
    position = {
        (number, code): arms.index(arm.name)
        for number, campaign in enumerate(CAMPAIGNS)
        for code, arm in enumerate(campaign.arms)
    }
    lookup = np.full((len(CAMPAIGNS), 8), -1)
    for (number, code), where in position.items():
        lookup[number, code] = where if arms[where] else -1
    times = {
        f"{name}_at": moments(frame[name])
        for name in ("assigned", "sent", "delivered", "opened", "clicked", "unsubscribed")
    }
    data = table(
        "touches",
        world.language,
        {
            "campaign_id": coded(frame["campaign"], [campaign_code(number) for number in range(len(CAMPAIGNS))]),
            "customer_id": customer_ids(frame["customer"]),
            "arm": coded(lookup[frame["campaign"], frame["arm"]], arms),
            **times,
        },
    )
    writing.write_csv(data, folder / "touches.csv")
    return _source(world, "touches", f"{place}/touches.csv")


def _spend(world: World, frame: pd.DataFrame, folder: Path, place: str) -> Source:
    data = table(
        "spend",
        world.language,
        {
            "day": moments(frame["day"] * DAY + world.first_second, DATE[world.language]),
            "channel": coded(frame["channel"], _said(world, CHANNELS)),
            "impressions": _integers(frame["impressions"]),
            "clicks": _integers(frame["clicks"]),
            "cost": money(frame["cost"]),
        },
    )
    writing.write_csv(data, folder / "spend.tsv", delimiter="\t")
    return _source(world, "spend", f"{place}/spend.tsv", formats={"day": DATE[world.language]})


def _feedback(business: Business, codes: list[str], frame: pd.DataFrame, folder: Path, place: str) -> Source:
    world = business.world
    topics = [*_said(world, world.pack.topics), words(TOPIC, world.language)]
    data = table(
        "feedback",
        world.language,
        {
            "+ticket": numbered(frame["number"], "T"),
            "customer_id": customer_ids(frame["customer"]),
            "product_id": coded(frame["product"], codes).cast(pa.string()),
            "given_at": moments(frame["given"], "%Y-%m-%dT%H:%M:%S"),
            "rating": pa.array(frame["rating"].to_numpy(), mask=(frame["rating"] == 0).to_numpy()).cast(pa.string()),
            "text": pa.array(texts(world, business.feedback)),
            "topic": coded(frame["topic"] % len(topics), topics).cast(pa.string()),
        },
    )
    writing.write_json_lines(data, folder / "feedback.jsonl")
    return _source(world, "feedback", f"{place}/feedback.jsonl")


def _identities(world: World, frame: pd.DataFrame, folder: Path, place: str) -> Source:
    values = spelled(frame["kind"].to_numpy(), frame["holder"].to_numpy(), frame["written"].to_numpy(), FIRST_CUSTOMER)
    data = table(
        "identities",
        world.language,
        {
            "customer_id": customer_ids(frame["customer"]),
            "kind": coded(frame["kind"], KINDS),
            "value": pa.array(values),
        },
    )
    writing.write_csv(data, folder / "identities.csv")
    return _source(world, "identities", f"{place}/identities.csv")


def _subscriptions(world: World, frame: pd.DataFrame, folder: Path, place: str) -> Source:
    data = table(
        "subscriptions",
        world.language,
        {
            "customer_id": customer_ids(frame["customer"]),
            "plan": coded(frame["yearly"].astype(int), _said(world, world.pack.plans)),
            "started_at": moments(frame["started"], "%Y-%m-%d"),
            "ended_at": moments(frame["ended"], "%Y-%m-%d"),
            "price": money(frame["price"]),
            "+autopay": coded(1 - frame["autopay"].astype(int), _said(world, (headers.YES, headers.NO))),
        },
    )
    writing.write_csv(data, folder / "subscriptions.csv")
    return _source(world, "subscriptions", f"{place}/subscriptions.csv")


def _integers(values: pd.Series, *, missing: bool = False) -> pa.Array:
    numbers = values.to_numpy().astype(np.int64)
    return pa.array(numbers, mask=numbers < 0 if missing else None)


def _suffixed(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)

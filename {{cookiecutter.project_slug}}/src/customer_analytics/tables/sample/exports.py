"""The exports: each table of codes becomes files under the client's names, and a source of engagement.yml."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from customer_analytics.packs import side
from customer_analytics.tables.sample import headers, writing
from customer_analytics.tables.sample.exports_marketing import write_campaigns, write_spend, write_touches
from customer_analytics.tables.sample.exports_shop import write_events, write_lines, write_orders, write_products
from customer_analytics.tables.sample.feedback import TOPIC, texts
from customer_analytics.tables.sample.frames import FIRST_CUSTOMER, Business, Frames
from customer_analytics.tables.sample.identity import KINDS, spelled
from customer_analytics.tables.sample.people import (
    CHANNELS,
    INCOME_BANDS,
    OCCUPATIONS,
    REGIONS,
    STAFF,
    STAFF_OCCUPATION,
)
from customer_analytics.tables.sample.sources import (
    Source,
    customer_ids,
    integers,
    said,
    source,
    yes_no,
)
from customer_analytics.tables.sample.world import World
from customer_analytics.tables.sample.writing import coded, moments, money, numbered, table

MINUTE = {"en": "%d/%m/%Y %H:%M", "zh_CN": "%Y-%m-%d %H:%M"}


def write_exports(business: Business, frames: Frames, folder: Path, place: str) -> list[Source]:
    """Write every export below `folder`, and return the sources that read it. `place`: the folder in engagement.yml."""
    world = business.world
    folder.mkdir(parents=True, exist_ok=True)
    codes = numbered(business.catalogue.codes, "P").to_pylist()
    return [
        _customers(world, frames["customers"], folder, place),
        write_orders(world, frames["orders"], folder, place),
        write_lines(world, business.catalogue, codes, frames["order_lines"], folder, place),
        write_products(world, business.catalogue, codes, folder, place),
        write_events(world, codes, frames["events"], folder, place),
        write_campaigns(business, folder, place),
        write_touches(world, frames["touches"], folder, place),
        write_spend(world, frames["spend"], folder, place),
        _feedback(business, codes, frames["feedback"], folder, place),
        _identities(world, frames["identities"], folder, place),
        _subscriptions(world, frames["subscriptions"], folder, place),
    ]


def _customers(world: World, frame: pd.DataFrame, folder: Path, place: str) -> Source:
    regions = [side(name, world.language) for name, _ in REGIONS]
    capitals = [f"{name}区" if name.upper() == name else name.upper() for name in regions]
    spellings = [*regions, *(f" {name}" for name in regions), *capitals]
    cities = [side(city, world.language) for _, names in REGIONS for city in (*names, names[0])[:3]]
    quarters = frame["quarter"].to_numpy()
    paid = np.isin(frame["channel"], (1, 2, 5))
    data = table(
        "customers",
        world.language,
        {
            "customer_id": customer_ids(frame["customer"]),
            "signed_up_at": moments(frame["signed_up"], MINUTE[world.language]),
            "+app_signed_up": moments(frame["app_signed_up"], MINUTE[world.language]),
            "acquisition_channel": coded(frame["channel"], said(world, CHANNELS)),
            "acquisition_campaign": numbered(np.where(paid, quarters + 1, -1), "ACQ-", 2),
            "gender": coded(frame["gender"], said(world, headers.GENDER_WORDS)),
            "birth_year": integers(frame["birth_year"], missing=True),
            "region": coded(
                np.where(frame["region"] < 0, -1, frame["region"] + frame["spelling"] * len(regions)), spellings
            ),
            "city": coded(np.where(frame["region"] < 0, -1, frame["region"] * 3 + frame["city"]), cities),
            "occupation": coded(
                np.where(frame["occupation"] == STAFF_OCCUPATION, len(OCCUPATIONS), frame["occupation"]),
                said(world, (*OCCUPATIONS, STAFF)),
            ),
            "income_band": coded(frame["income"], said(world, INCOME_BANDS)),
            "consent": coded(1 - frame["consent"], said(world, (headers.YES, headers.NO))),
            "+leak": coded(np.where(frame["leak"] == 0, -1, frame["leak"]), said(world, headers.CLOSING_NOTES)),
        },
    )
    for fact in world.pack.sample.facts:
        levels = coded(frame[f"+{fact.column}"], said(world, fact.levels))
        data = data.append_column(side(fact.header, world.language), levels)
    chinese = world.language == "zh_CN"
    encoding = "gb18030" if chinese else "utf-8"
    writing.write_csv(data, folder / "customers.csv", delimiter="," if chinese else ";", encoding=encoding)
    made = source(
        world,
        "customers",
        f"{place}/customers.csv",
        encoding=encoding,
        formats={"signed_up_at": MINUTE[world.language]},
        values={"consent": yes_no(world)},
    )
    made["columns"] |= {fact.column: side(fact.header, world.language) for fact in world.pack.sample.facts}
    return made


def _feedback(business: Business, codes: list[str], frame: pd.DataFrame, folder: Path, place: str) -> Source:
    world = business.world
    topics = [*said(world, world.pack.sample.topics), side(TOPIC, world.language)]
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
    return source(world, "feedback", f"{place}/feedback.jsonl")


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
    return source(world, "identities", f"{place}/identities.csv")


def _subscriptions(world: World, frame: pd.DataFrame, folder: Path, place: str) -> Source:
    data = table(
        "subscriptions",
        world.language,
        {
            "customer_id": customer_ids(frame["customer"]),
            "plan": coded(frame["yearly"].astype(int), said(world, world.pack.sample.plans)),
            "started_at": moments(frame["started"], "%Y-%m-%d"),
            "ended_at": moments(frame["ended"], "%Y-%m-%d"),
            "price": money(frame["price"]),
            "+autopay": coded(1 - frame["autopay"].astype(int), said(world, (headers.YES, headers.NO))),
        },
    )
    writing.write_csv(data, folder / "subscriptions.csv")
    return source(world, "subscriptions", f"{place}/subscriptions.csv")

"""Journeys written down by hand, as ready-made paths and as the events and orders that would make them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

import ibis
import pandas as pd
from any_engine import connect

from customer_analytics.analysis.attribution import Attribution, attribution
from customer_analytics.engagement.parameters import CampaignEvaluationParameters
from customer_analytics.tables.store import Tables

AS_OF = dt.date(2024, 12, 31)
START = dt.datetime(2024, 3, 1, 12)
DAY = 86_400
# path, conversions, value of all of them, journeys without conversion
BY_HAND = [("A > B", 4, 40.0, 6), ("B", 2, 10.0, 8), ("A", 1, 5.0, 9), ("A > B > C", 3, 30.0, 1)]
TYPES = {
    "occurred_at": "timestamp", "occurred_on": "date", "ordered_at": "timestamp", "ordered_on": "date",
    "sent_at": "timestamp", "assigned_at": "timestamp", "amount": "decimal(18, 4)", "conversions": "float64",
    "value": "decimal(18, 4)", "nulls": "float64",
}  # fmt: skip


def tables_of(**frames: Iterable[dict[str, object]]) -> Tables:
    """Canonical tables of rows; moments bring their calendar days."""
    engine, made = connect(), {}
    for name, rows in frames.items():
        frame = pd.DataFrame(rows)
        for column in [one for one in frame if one in ("occurred_at", "ordered_at")]:
            frame[column.replace("_at", "_on")] = pd.to_datetime(frame[column]).dt.date
        schema = {column: TYPES.get(column, "string") for column in frame}
        for column, kind in schema.items():
            if kind == "string":
                frame[column] = frame[column].astype(object).where(frame[column].notna(), None)
        plain = {column: "float64" if "decimal" in kind else kind for column, kind in schema.items()}
        numbers = {column: float for column, kind in plain.items() if kind == "float64"}
        made[name] = engine.create_table(name, ibis.memtable(frame.astype(numbers), schema=plain).cast(schema))
    return Tables(engine, AS_OF, ZoneInfo("UTC"), made)


def ready(rows: Sequence[tuple[str, float, float, float]]) -> Tables:
    names = ("path", "conversions", "value", "nulls")
    return tables_of(channel_paths=[dict(zip(names, row, strict=True)) for row in rows])


def as_events(rows: Sequence[tuple[str, int, float, int]]) -> Tables:
    """The same journeys as visits a day apart; an order comes in the second of the last visit."""
    events, orders, person = [], [], 0
    for path, conversions, value, nulls in rows:
        for number in range(conversions + nulls):
            person += 1
            name = f"c{person:04d}"
            moment = START
            for channel in path.split(" > "):
                events.append({"customer_id": name, "event": "visit", "occurred_at": moment, "channel": channel})
                moment += dt.timedelta(days=1)
            if number < conversions:
                orders.append(
                    {
                        "order_id": name, "customer_id": name, "ordered_at": moment - dt.timedelta(days=1),
                        "amount": value / conversions,
                    }
                )  # fmt: skip
    return tables_of(events=events, orders=orders)


def attributed(tables: Tables, **parameters: object) -> Attribution:
    return attribution(tables, None, CampaignEvaluationParameters(**{"minimum_base": 1, **parameters}))


def credit(found: Attribution, model: str, what: str = "conversions") -> dict[str, float]:
    own = found.credits[found.credits["model"] == model]
    return dict(zip(own["channel"], own[what], strict=True))


class Reference:
    """Attribution of a log by plain loops: the conventions of the guide, person by person."""

    def __init__(
        self, visits: list[tuple[str, int, str]], orders: list[tuple[str, int, float]], days: int, half_life: float
    ) -> None:
        self.credits: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        self.paths: dict[tuple[str, ...], list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
        for person in sorted({one for one, *_ in visits}):
            own = sorted((at, channel) for one, at, channel in visits if one == person)
            bought = sorted({at for one, at, _ in orders if one == person})
            money = {at: [v for o, t, v in orders if o == person and t == at] for at in bought}
            self._person(own, bought, money, days * DAY, half_life * DAY)

    def _person(
        self, visits: list[tuple[int, str]], bought: list[int], money: dict[int, list[float]], span: int, half: float
    ) -> None:
        led: dict[int, list[tuple[int, str]]] = defaultdict(list)
        lost: dict[int | None, list[tuple[int, str]]] = defaultdict(list)
        for at, channel in visits:
            later = next((order for order in bought if order >= at), None)
            if later is not None and later - at <= span:
                led[later].append((at, channel))
            else:
                lost[later].append((at, channel))
        for order, contacts in led.items():
            values = money[order]
            self._convert(contacts, order, len(values), sum(values), half)
        for contacts in lost.values():
            stretches: dict[int, list[str]] = defaultdict(list)
            for at, channel in contacts:
                stretches[(at - contacts[0][0]) // span].append(channel)
            for path in stretches.values():
                self.paths[tuple(path)][2] += 1

    def _convert(self, contacts: list[tuple[int, str]], order: int, count: int, value: float, half: float) -> None:
        path = [channel for _, channel in contacts]
        self.paths[tuple(path)][0] += count
        self.paths[tuple(path)][1] += value
        n = len(path)
        aged = [0.5 ** ((order - at) / half) for at, _ in contacts]
        middle = [1.0] if n == 1 else [0.5, 0.5] if n == 2 else [0.4, *[0.2 / (n - 2)] * (n - 2), 0.4]
        for place, channel in enumerate(path):
            shares = {
                "first": place == 0, "last": place == n - 1, "linear": 1 / n, "position": middle[place],
                "decay": aged[place] / sum(aged),
            }  # fmt: skip
            for model, share in shares.items():
                self.credits[model][channel] += share * count

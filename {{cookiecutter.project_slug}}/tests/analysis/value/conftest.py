from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from any_engine import connect

from customer_analytics.analysis import rfm, value
from customer_analytics.engagement.parameters import RfmParameters
from customer_analytics.tables.store import Tables

AS_OF = dt.date(2024, 6, 30)
DAYS = 730
MakeClient = Callable[..., Tables]


def draw_orders(n: int, seed: int, *, days: int = DAYS, ahead: int = 0) -> pd.DataFrame:
    """Orders of simulated customers: customer_id, ordered_on, amount; MBG/NBD and Gamma-Gamma. `ahead`: days after the
    as-of day that are drawn too, for what truly came."""
    generator = np.random.default_rng(seed)
    rate, leave = generator.gamma(1.1, 1 / 9.0, n) / 7, generator.beta(0.8, 2.4, n)
    scale = 1 / generator.gamma(5.0, 1 / 60.0, n)
    born = generator.integers(0, days - 40, n)
    rows = []
    for customer in range(n):
        now = float(born[customer])
        while now < days + ahead:
            rows.append((f"C{customer:06d}", int(now), scale[customer] * generator.gamma(4.0)))
            if generator.random() < leave[customer]:
                break
            now += generator.exponential(1 / rate[customer])
    orders = pd.DataFrame(rows, columns=["customer_id", "day", "amount"])
    first = AS_OF - dt.timedelta(days=days - 1)
    orders["ordered_on"] = [first + dt.timedelta(days=day) for day in orders.pop("day")]
    return orders.assign(amount=orders["amount"].round(2) + 0.01)


@pytest.fixture(scope="session")
def make_client() -> MakeClient:
    """Tables from frames: orders with an id each, and any further tables."""

    def make(orders: pd.DataFrame, as_of: dt.date = AS_OF, **others: pd.DataFrame) -> Tables:
        backend = connect()
        own = orders.assign(order_id=[f"O{place}" for place in range(len(orders))])
        frames: Mapping[str, pd.DataFrame] = {"orders": own, **others}
        tables = {}
        for name, frame in frames.items():
            made = pa.Table.from_pandas(frame, preserve_index=False)
            for column in ("amount", "cost", "refund"):
                if column in made.column_names:
                    place = made.column_names.index(column)
                    money = made.column(column).cast(pa.decimal128(18, 4), safe=False)
                    made = made.set_column(place, column, money)
            tables[name] = backend.create_table(name, made)
        orders_until = tables["orders"].filter(tables["orders"].ordered_on <= as_of)
        return Tables(backend, as_of, ZoneInfo("UTC"), {**tables, "orders": orders_until})

    return make


def analysed(tables: Tables, **given: object) -> value.ValueResult:
    """Customer value with some parameters."""
    return value.analyse(tables, rfm.analyse(tables, RfmParameters.model_validate(given)))


@pytest.fixture(scope="session")
def analyse() -> Callable[..., value.ValueResult]:
    return analysed


@pytest.fixture(scope="session")
def drawn() -> Callable[..., pd.DataFrame]:
    return draw_orders


@pytest.fixture(scope="session")
def client_orders() -> pd.DataFrame:
    """2,500 customers over two years, and the year after."""
    return draw_orders(2_500, 1, ahead=365)


@pytest.fixture(scope="session")
def client(client_orders: pd.DataFrame, make_client: MakeClient) -> Tables:
    return make_client(client_orders)


@pytest.fixture(scope="session")
def worth(client: Tables) -> value.ValueResult:
    return analysed(client)
